-- Version 1 of the tables of loyalty.

-- one row an account: what NewPart reads; bucket is 0 to 15, of the id
CREATE TABLE {table:accounts} (
  program BYTEA NOT NULL,
  account BYTEA NOT NULL,
  bucket BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  head BYTEA NOT NULL,
  recorded BIGINT NOT NULL,
  due BIGINT NOT NULL,
  header BYTEA NOT NULL,
  CONSTRAINT {name:accounts_key} PRIMARY KEY (program, account)
) WITH (fillfactor = 80);

CREATE INDEX {index:accounts_due} ON {table:accounts} (program, due, account);

-- the journal
CREATE TABLE {table:entries} (
  program BYTEA NOT NULL,
  account BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  recorded BIGINT NOT NULL,
  effective BIGINT NOT NULL,
  op BYTEA NOT NULL,
  data BYTEA NOT NULL,
  CONSTRAINT {name:entries_key} PRIMARY KEY (program, account, seq)
);

CREATE INDEX {index:entries_recorded} ON {table:entries} (program, recorded, account, seq);

-- what each key was answered
CREATE TABLE {table:receipts} (
  program BYTEA NOT NULL,
  rkey BYTEA NOT NULL,
  account BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  data BYTEA NOT NULL,
  CONSTRAINT {name:receipts_key} PRIMARY KEY (program, rkey)
);

-- lots of which something remains or is held; of an activity window win is its number and expire 0
CREATE TABLE {table:lots_open} (
  program BYTEA NOT NULL,
  account BYTEA NOT NULL,
  lot BIGINT NOT NULL,
  kind BYTEA NOT NULL,
  win BIGINT NOT NULL,
  priority BIGINT NOT NULL,
  expire BIGINT NOT NULL,
  activate BIGINT NOT NULL,
  remaining BIGINT NOT NULL,
  data BYTEA NOT NULL,
  CONSTRAINT {name:lots_open_key} PRIMARY KEY (program, account, lot)
) WITH (fillfactor = 80);

CREATE INDEX {index:lots_open_burn} ON {table:lots_open} (program, account, kind, win, priority, expire, lot);

-- lots of which nothing remains and nothing is held
CREATE TABLE {table:lots_done} (
  program BYTEA NOT NULL,
  account BYTEA NOT NULL,
  lot BIGINT NOT NULL,
  data BYTEA NOT NULL,
  CONSTRAINT {name:lots_done_key} PRIMARY KEY (program, account, lot)
);

-- when activity windows end
CREATE TABLE {table:windows} (
  program BYTEA NOT NULL,
  account BYTEA NOT NULL,
  kind BYTEA NOT NULL,
  win BIGINT NOT NULL,
  expire BIGINT NOT NULL,
  CONSTRAINT {name:windows_key} PRIMARY KEY (program, account, kind, win)
);

-- what each entry took from which lot
CREATE TABLE {table:uses} (
  program BYTEA NOT NULL,
  account BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  n BIGINT NOT NULL,
  lot BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  from_book BIGINT NOT NULL,
  to_book BIGINT NOT NULL,
  points BIGINT NOT NULL,
  CONSTRAINT {name:uses_key} PRIMARY KEY (program, account, seq, n)
);

-- orders and their lots
CREATE TABLE {table:orders} (
  program BYTEA NOT NULL,
  account BYTEA NOT NULL,
  order_id BYTEA NOT NULL,
  data BYTEA NOT NULL,
  CONSTRAINT {name:orders_key} PRIMARY KEY (program, account, order_id)
);

-- what may be given back
CREATE TABLE {table:redemptions} (
  program BYTEA NOT NULL,
  account BYTEA NOT NULL,
  rkey BYTEA NOT NULL,
  data BYTEA NOT NULL,
  CONSTRAINT {name:redemptions_key} PRIMARY KEY (program, account, rkey)
);

-- holds, open (state is empty) and ended
CREATE TABLE {table:holds} (
  program BYTEA NOT NULL,
  account BYTEA NOT NULL,
  hold BYTEA NOT NULL,
  state BYTEA NOT NULL,
  ends BIGINT NOT NULL,
  points BIGINT NOT NULL,
  CONSTRAINT {name:holds_key} PRIMARY KEY (program, account, hold)
);

-- counters that accounts share
CREATE TABLE {table:shared} (
  program BYTEA NOT NULL,
  counter BYTEA NOT NULL,
  confirmed BIGINT NOT NULL,
  state BYTEA NOT NULL,
  CONSTRAINT {name:shared_key} PRIMARY KEY (program, counter)
);

-- rows of the host's or of other packages
CREATE TABLE {table:rows} (
  program BYTEA NOT NULL,
  tbl BYTEA NOT NULL,
  rkey BYTEA NOT NULL,
  version BIGINT NOT NULL,
  state BYTEA NOT NULL,
  CONSTRAINT {name:rows_key} PRIMARY KEY (program, tbl, rkey)
);

-- entries that were not delivered yet
CREATE TABLE {table:outbox} (
  program BYTEA NOT NULL,
  bucket BIGINT NOT NULL,
  recorded BIGINT NOT NULL,
  account BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  CONSTRAINT {name:outbox_key} PRIMARY KEY (program, bucket, recorded, account, seq)
);

-- entries before a checkpoint
CREATE TABLE {table:entries_old} (
  program BYTEA NOT NULL,
  account BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  recorded BIGINT NOT NULL,
  effective BIGINT NOT NULL,
  op BYTEA NOT NULL,
  data BYTEA NOT NULL,
  CONSTRAINT {name:entries_old_key} PRIMARY KEY (program, account, seq)
);

-- finished lots that were put away
CREATE TABLE {table:lots_old} (
  program BYTEA NOT NULL,
  account BYTEA NOT NULL,
  lot BIGINT NOT NULL,
  data BYTEA NOT NULL,
  CONSTRAINT {name:lots_old_key} PRIMARY KEY (program, account, lot)
);

-- accounts as they were after an entry
CREATE TABLE {table:checkpoints} (
  program BYTEA NOT NULL,
  account BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  recorded BIGINT NOT NULL,
  data BYTEA NOT NULL,
  CONSTRAINT {name:checkpoints_key} PRIMARY KEY (program, account, seq)
);
