-- Version 1 of the tables of loyalty.

-- one row an account: what NewPart reads; bucket is 0 to 15, of the id
CREATE TABLE {table:accounts} (
  program VARBINARY(64) NOT NULL,
  account VARBINARY(255) NOT NULL,
  bucket BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  head BINARY(32) NOT NULL,
  recorded BIGINT NOT NULL,
  due BIGINT NOT NULL,
  header MEDIUMBLOB NOT NULL,
  KEY due (program, due, account),
  PRIMARY KEY (program, account)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- the journal
CREATE TABLE {table:entries} (
  program VARBINARY(64) NOT NULL,
  account VARBINARY(255) NOT NULL,
  seq BIGINT NOT NULL,
  recorded BIGINT NOT NULL,
  effective BIGINT NOT NULL,
  op VARBINARY(255) NOT NULL,
  data MEDIUMBLOB NOT NULL,
  KEY recorded (program, recorded, account, seq),
  PRIMARY KEY (program, account, seq)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- what each key was answered
CREATE TABLE {table:receipts} (
  program VARBINARY(64) NOT NULL,
  rkey VARBINARY(255) NOT NULL,
  account VARBINARY(255) NOT NULL,
  seq BIGINT NOT NULL,
  data MEDIUMBLOB NOT NULL,
  PRIMARY KEY (program, rkey)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- lots of which something remains or is held; of an activity window win is its number and expire 0
CREATE TABLE {table:lots_open} (
  program VARBINARY(64) NOT NULL,
  account VARBINARY(255) NOT NULL,
  lot BIGINT NOT NULL,
  kind VARBINARY(255) NOT NULL,
  win BIGINT NOT NULL,
  priority BIGINT NOT NULL,
  expire BIGINT NOT NULL,
  activate BIGINT NOT NULL,
  remaining BIGINT NOT NULL,
  data MEDIUMBLOB NOT NULL,
  KEY burn (program, account, kind, win, priority, expire, lot),
  PRIMARY KEY (program, account, lot)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- lots of which nothing remains and nothing is held
CREATE TABLE {table:lots_done} (
  program VARBINARY(64) NOT NULL,
  account VARBINARY(255) NOT NULL,
  lot BIGINT NOT NULL,
  data MEDIUMBLOB NOT NULL,
  PRIMARY KEY (program, account, lot)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- when activity windows end
CREATE TABLE {table:windows} (
  program VARBINARY(64) NOT NULL,
  account VARBINARY(255) NOT NULL,
  kind VARBINARY(255) NOT NULL,
  win BIGINT NOT NULL,
  expire BIGINT NOT NULL,
  PRIMARY KEY (program, account, kind, win)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- what each entry took from which lot
CREATE TABLE {table:uses} (
  program VARBINARY(64) NOT NULL,
  account VARBINARY(255) NOT NULL,
  seq BIGINT NOT NULL,
  n BIGINT NOT NULL,
  lot BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  from_book BIGINT NOT NULL,
  to_book BIGINT NOT NULL,
  points BIGINT NOT NULL,
  PRIMARY KEY (program, account, seq, n)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- orders and their lots
CREATE TABLE {table:orders} (
  program VARBINARY(64) NOT NULL,
  account VARBINARY(255) NOT NULL,
  order_id VARBINARY(255) NOT NULL,
  data MEDIUMBLOB NOT NULL,
  PRIMARY KEY (program, account, order_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- what may be given back
CREATE TABLE {table:redemptions} (
  program VARBINARY(64) NOT NULL,
  account VARBINARY(255) NOT NULL,
  rkey VARBINARY(255) NOT NULL,
  data MEDIUMBLOB NOT NULL,
  PRIMARY KEY (program, account, rkey)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- holds, open (state is empty) and ended
CREATE TABLE {table:holds} (
  program VARBINARY(64) NOT NULL,
  account VARBINARY(255) NOT NULL,
  hold VARBINARY(255) NOT NULL,
  state VARBINARY(255) NOT NULL,
  ends BIGINT NOT NULL,
  points BIGINT NOT NULL,
  PRIMARY KEY (program, account, hold)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- counters that accounts share
CREATE TABLE {table:shared} (
  program VARBINARY(64) NOT NULL,
  counter VARBINARY(1000) NOT NULL,
  confirmed BIGINT NOT NULL,
  state MEDIUMBLOB NOT NULL,
  PRIMARY KEY (program, counter)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- rows of the host's or of other packages
CREATE TABLE {table:rows} (
  program VARBINARY(64) NOT NULL,
  tbl VARBINARY(255) NOT NULL,
  rkey VARBINARY(1000) NOT NULL,
  version BIGINT NOT NULL,
  state MEDIUMBLOB NOT NULL,
  PRIMARY KEY (program, tbl, rkey)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- entries that were not delivered yet
CREATE TABLE {table:outbox} (
  program VARBINARY(64) NOT NULL,
  bucket BIGINT NOT NULL,
  recorded BIGINT NOT NULL,
  account VARBINARY(255) NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (program, bucket, recorded, account, seq)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- entries before a checkpoint
CREATE TABLE {table:entries_old} (
  program VARBINARY(64) NOT NULL,
  account VARBINARY(255) NOT NULL,
  seq BIGINT NOT NULL,
  recorded BIGINT NOT NULL,
  effective BIGINT NOT NULL,
  op VARBINARY(255) NOT NULL,
  data MEDIUMBLOB NOT NULL,
  PRIMARY KEY (program, account, seq)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- finished lots that were put away
CREATE TABLE {table:lots_old} (
  program VARBINARY(64) NOT NULL,
  account VARBINARY(255) NOT NULL,
  lot BIGINT NOT NULL,
  data MEDIUMBLOB NOT NULL,
  PRIMARY KEY (program, account, lot)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;

-- accounts as they were after an entry
CREATE TABLE {table:checkpoints} (
  program VARBINARY(64) NOT NULL,
  account VARBINARY(255) NOT NULL,
  seq BIGINT NOT NULL,
  recorded BIGINT NOT NULL,
  data MEDIUMBLOB NOT NULL,
  PRIMARY KEY (program, account, seq)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;
