-- Version 1 of the tables of loyalty.

-- one row an account: what NewPart reads; bucket is 0 to 15, of the id
CREATE TABLE {table:accounts} (
  program BLOB NOT NULL,
  account BLOB NOT NULL,
  bucket INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  head BLOB NOT NULL,
  recorded INTEGER NOT NULL,
  due INTEGER NOT NULL,
  header BLOB NOT NULL,
  PRIMARY KEY (program, account)
);

CREATE INDEX {index:accounts_due} ON {table:accounts} (program, due, account);

-- the journal
CREATE TABLE {table:entries} (
  program BLOB NOT NULL,
  account BLOB NOT NULL,
  seq INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  effective INTEGER NOT NULL,
  op BLOB NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (program, account, seq)
);

CREATE INDEX {index:entries_recorded} ON {table:entries} (program, recorded, account, seq);

-- what each key was answered
CREATE TABLE {table:receipts} (
  program BLOB NOT NULL,
  rkey BLOB NOT NULL,
  account BLOB NOT NULL,
  seq INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (program, rkey)
) WITHOUT ROWID;

-- lots of which something remains or is held; of an activity window win is its number and expire 0
CREATE TABLE {table:lots_open} (
  program BLOB NOT NULL,
  account BLOB NOT NULL,
  lot INTEGER NOT NULL,
  kind BLOB NOT NULL,
  win INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  expire INTEGER NOT NULL,
  activate INTEGER NOT NULL,
  remaining INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (program, account, lot)
) WITHOUT ROWID;

CREATE INDEX {index:lots_open_burn} ON {table:lots_open} (program, account, kind, win, priority, expire, lot);

-- lots of which nothing remains and nothing is held
CREATE TABLE {table:lots_done} (
  program BLOB NOT NULL,
  account BLOB NOT NULL,
  lot INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (program, account, lot)
) WITHOUT ROWID;

-- when activity windows end
CREATE TABLE {table:windows} (
  program BLOB NOT NULL,
  account BLOB NOT NULL,
  kind BLOB NOT NULL,
  win INTEGER NOT NULL,
  expire INTEGER NOT NULL,
  PRIMARY KEY (program, account, kind, win)
) WITHOUT ROWID;

-- what each entry took from which lot
CREATE TABLE {table:uses} (
  program BLOB NOT NULL,
  account BLOB NOT NULL,
  seq INTEGER NOT NULL,
  n INTEGER NOT NULL,
  lot INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  from_book INTEGER NOT NULL,
  to_book INTEGER NOT NULL,
  points INTEGER NOT NULL,
  PRIMARY KEY (program, account, seq, n)
) WITHOUT ROWID;

-- orders and their lots
CREATE TABLE {table:orders} (
  program BLOB NOT NULL,
  account BLOB NOT NULL,
  order_id BLOB NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (program, account, order_id)
) WITHOUT ROWID;

-- what may be given back
CREATE TABLE {table:redemptions} (
  program BLOB NOT NULL,
  account BLOB NOT NULL,
  rkey BLOB NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (program, account, rkey)
) WITHOUT ROWID;

-- holds, open (state is empty) and ended
CREATE TABLE {table:holds} (
  program BLOB NOT NULL,
  account BLOB NOT NULL,
  hold BLOB NOT NULL,
  state BLOB NOT NULL,
  ends INTEGER NOT NULL,
  points INTEGER NOT NULL,
  PRIMARY KEY (program, account, hold)
) WITHOUT ROWID;

-- counters that accounts share
CREATE TABLE {table:shared} (
  program BLOB NOT NULL,
  counter BLOB NOT NULL,
  confirmed INTEGER NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY (program, counter)
) WITHOUT ROWID;

-- rows of the host's or of other packages
CREATE TABLE {table:rows} (
  program BLOB NOT NULL,
  tbl BLOB NOT NULL,
  rkey BLOB NOT NULL,
  version INTEGER NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY (program, tbl, rkey)
) WITHOUT ROWID;

-- entries that were not delivered yet
CREATE TABLE {table:outbox} (
  program BLOB NOT NULL,
  bucket INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  account BLOB NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (program, bucket, recorded, account, seq)
) WITHOUT ROWID;

-- entries before a checkpoint
CREATE TABLE {table:entries_old} (
  program BLOB NOT NULL,
  account BLOB NOT NULL,
  seq INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  effective INTEGER NOT NULL,
  op BLOB NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (program, account, seq)
);

-- finished lots that were put away
CREATE TABLE {table:lots_old} (
  program BLOB NOT NULL,
  account BLOB NOT NULL,
  lot INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (program, account, lot)
) WITHOUT ROWID;

-- accounts as they were after an entry
CREATE TABLE {table:checkpoints} (
  program BLOB NOT NULL,
  account BLOB NOT NULL,
  seq INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (program, account, seq)
);
