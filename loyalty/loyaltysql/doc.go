// Package loyaltysql keeps the accounts of package loyalty in a database: SQLite,
// PostgreSQL, MySQL or MariaDB, through database/sql and whatever driver the host links.
//
//	store, err := loyaltysql.New(db, loyaltysql.Config{Dialect: loyaltysql.PostgreSQL})
//	err = store.Apply(ctx) // makes the tables; or give Migrations to a tool of your own
//	service := &loyalty.Service{Engine: engine, Store: store, Now: time.Now}
//
// # What is written
//
// A command is decided by the engine and never in SQL. What is written is the entry and
// the rows that it changes, in one transaction, if the account is where it was when the
// command was decided: compare and swap by its sequence number. On PostgreSQL loading is
// one round trip and a small commit is one more. Lots of which something remains have a
// table of their own, in the order in which they are spent, so that a command reads as
// many of them as it needs, however many there are. See [Migrations] for the tables.
//
// Many commands go into one transaction by [loyalty.Service.Batch] and [loyalty.Group].
// Where many write to one account at once and not through a Group, [Store.Locking] takes
// the row's lock before it decides, so that nobody decides in vain.
//
// A store in a transaction of the host is [Store.WithTx]: an order and its points are
// then committed together, or neither.
//
// # Databases
//
// Tested are SQLite (modernc.org/sqlite), PostgreSQL 15 (pgx) and MariaDB 10.11
// (go-sql-driver/mysql). Written so that they can run it, and not tested: MySQL 8 and TiDB
// with the dialect MySQL, CockroachDB and YugabyteDB with the dialect PostgreSQL. There are
// no advisory locks, no keys out of one counter, and serialisation failures and deadlocks
// are loyalty.ErrConflict, which a Service answers by deciding again. CockroachDB needs
// sql.multiple_modification_subqueries.enabled for commits of one round trip. What is read by time
// (the journal of all accounts, what is due, the outbox) has indexes that grow at their
// ends: where that is one range of a distributed database, let it split them by hash.
//
// SQLite wants its write-ahead log and, to keep what was acknowledged when the power
// fails, full sync, and a time to wait for other processes: the pragmas
// journal_mode=WAL, synchronous=FULL and busy_timeout=5000. Give an in-memory database one
// connection. In PostgreSQL leave synchronous_commit on, in MySQL
// innodb_flush_log_at_trx_commit at 1. MySQL needs the isolation level REPEATABLE READ, its
// default, or READ COMMITTED.
//
// Statements are kept prepared, on each connection that uses them. MySQL counts those of all
// its connections: where they come near to max_prepared_stmt_count, give Config.Statements a
// smaller number. A store that meets the limit closes its own, keeps no more until Close, and
// its commits are loyalty.ErrConflict. Behind a pooler that gives each transaction another
// session of the server Config.Statements is -1, and the driver is told the same (of pgx:
// default_query_exec_mode=exec).
//
// Ids and keys are bytes in all of them (BLOB, BYTEA, VARBINARY): case, accents, spaces at
// the end and bytes that are no text are kept apart.
package loyaltysql
