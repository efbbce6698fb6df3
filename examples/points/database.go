package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"

	_ "github.com/go-sql-driver/mysql" // the driver "mysql"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// database is where accounts are kept, and beside them, in tables of this program, what
// was carried out.
type database struct {
	name    string // for people: without a password
	pool    *sql.DB
	dialect loyaltysql.Dialect
	store   *loyaltysql.Store
}

// openDatabase opens a PostgreSQL database by its URL, a MySQL one by the DSN of its
// driver, or else a SQLite file. Where it is to be read only, a file must be there.
func openDatabase(ctx context.Context, name string, read bool) (*database, error) {
	db := &database{name: name, dialect: loyaltysql.SQLite}
	driver, dsn := "sqlite", ""
	switch {
	case strings.HasPrefix(name, "postgres://"), strings.HasPrefix(name, "postgresql://"):
		driver, dsn, db.dialect, db.name = "pgx", name, loyaltysql.PostgreSQL, "the PostgreSQL database"
	case strings.Contains(name, "@tcp("), strings.Contains(name, "@unix("):
		driver, dsn, db.dialect, db.name = "mysql", name, loyaltysql.MySQL, "the MySQL database"
	default:
		if err := isFile(name, read); err != nil {
			return nil, err
		}
		dsn = sqliteDSN(name)
	}
	var err error
	if db.pool, err = sql.Open(driver, dsn); err != nil {
		return nil, fmt.Errorf("%s: %w", db.name, err)
	}
	db.pool.SetMaxIdleConns(4)
	db.store, err = loyaltysql.New(db.pool, loyaltysql.Config{Dialect: db.dialect})
	if err == nil && read {
		err = db.store.Check(ctx)
	} else if err == nil {
		err = db.store.Apply(ctx)
	}
	if err == nil && !read {
		err = db.makeTables(ctx)
	}
	if err != nil {
		_ = db.close()
		return nil, fmt.Errorf("%s: %w", db.name, err)
	}
	return db, nil
}

func (db *database) close() error { return errors.Join(db.store.Close(), db.pool.Close()) }

// isFile says clearly what SQLite would say vaguely.
func isFile(name string, must bool) error {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, os.ErrNotExist) && !must:
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: it is no file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, len(sqliteHead))
	if n, _ := io.ReadFull(f, head); n > 0 && string(head) != sqliteHead {
		return fmt.Errorf("%s: %w", name, errNotSQLite)
	}
	return nil
}

// sqliteHead begins a SQLite file.
const sqliteHead = "SQLite format 3\x00"

var errNotSQLite = errors.New("it is not a SQLite database")

// sqliteDSN asks for what keeps that which was committed: a write-ahead log that is synced
// with every commit, transactions that write from the first, and time to wait for others.
func sqliteDSN(file string) string {
	return "file:" + (&url.URL{Path: file}).EscapedPath() +
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_txlock=immediate"
}

// errOthers refuses accounts that another program has written, or another run.
var errOthers = errors.New("accounts that something else has written")

// makeTables makes the tables of this program.
func (db *database) makeTables(ctx context.Context) error {
	text := "TEXT"
	if db.dialect == loyaltysql.MySQL {
		text = "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
	}
	for _, statement := range []string{
		// what is kept here: one row
		"CREATE TABLE IF NOT EXISTS points_run (id INTEGER NOT NULL PRIMARY KEY, what " + text + " NOT NULL, program " + text + " NOT NULL)",
		// each step that was carried out, and what was answered; link is a hash over all up to it
		"CREATE TABLE IF NOT EXISTS points_steps (n BIGINT NOT NULL PRIMARY KEY, step VARCHAR(64) NOT NULL UNIQUE, answer " + text + " NOT NULL, link VARCHAR(64) NOT NULL)",
	} {
		_, err := db.pool.ExecContext(ctx, statement)
		if err != nil { // PostgreSQL lets two processes try to make it at once
			_, err = db.pool.ExecContext(ctx, statement)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fill gives a text the placeholders of the database.
func (db *database) fill(text string) string {
	if db.dialect != loyaltysql.PostgreSQL {
		return text
	}
	var b strings.Builder
	for n, part := range strings.Split(text, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
	}
	return b.String()
}

// run returns what the database keeps: what was run, and by which programme. ok is false
// if it keeps nothing yet.
func (db *database) run(ctx context.Context) (what, program string, ok bool, err error) {
	err = db.pool.QueryRowContext(ctx, "SELECT what, program FROM points_run WHERE id = 1").Scan(&what, &program)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", false, nil
	}
	return what, program, err == nil, err
}

// keep notes what is run here from now on, or refuses what is not the same as before.
func (db *database) keep(ctx context.Context, what, program string) error {
	kept, keptProgram, ok, err := db.run(ctx)
	if err == nil && !ok {
		begun := db.begin(ctx, what, program)
		if begun == nil {
			return nil
		}
		kept, keptProgram, ok, err = db.run(ctx) // another process may have been faster
		if err == nil && !ok {
			return fmt.Errorf("%s: %w", db.name, begun)
		}
	}
	switch {
	case err != nil:
		err = fmt.Errorf("points_run: %w", err)
	case kept != what:
		err = fmt.Errorf("%w: it keeps %s, and this is %s", errOthers, kept, what)
	case keptProgram != program:
		err = fmt.Errorf("%w: they are of another programme than that which is given (-verify tells of what is kept)", errOthers)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", db.name, err)
	}
	return nil
}

// begin notes the run in a database that has no accounts.
func (db *database) begin(ctx context.Context, what, program string) error {
	n := 0
	if err := db.pool.QueryRowContext(ctx, "SELECT COUNT(*) FROM loyalty_entries").Scan(&n); err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("%w: there are %d entries, and no row in points_run", errOthers, n)
	}
	_, err := db.pool.ExecContext(ctx, db.fill("INSERT INTO points_run (id, what, program) VALUES (1, ?, ?)"), what, program)
	return err
}
