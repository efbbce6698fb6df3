package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// database is the one database of the service, or a transaction of it: all stores of a
// request write through the same one. It is safe for concurrent use outside a transaction.
type database struct {
	pool    *sql.DB
	tx      *sql.Tx // nil: each statement by itself
	dialect loyaltysql.Dialect
	writer  chan struct{} // of SQLite: one transaction writes at a time
}

// openDatabase opens a PostgreSQL database by its URL, or else a SQLite file.
func openDatabase(name string) (*database, error) {
	d := &database{dialect: loyaltysql.SQLite, writer: make(chan struct{}, 1)}
	driver, dsn := "sqlite", sqliteDSN(name)
	if isPostgreSQL(name) {
		d.dialect, driver, dsn = loyaltysql.PostgreSQL, "pgx", name
	}
	var err error
	if d.pool, err = sql.Open(driver, dsn); err != nil {
		return nil, err
	}
	d.pool.SetMaxOpenConns(16)
	d.pool.SetMaxIdleConns(16)
	return d, nil
}

// isPostgreSQL tells the URL of a PostgreSQL database from a file.
func isPostgreSQL(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// sqliteDSN asks for what keeps that which was acknowledged: a write-ahead log that is
// synced with every commit, transactions that write from the first, and time to wait for
// other processes.
func sqliteDSN(file string) string {
	return "file:" + (&url.URL{Path: file}).EscapedPath() +
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_txlock=immediate"
}

func (d *database) close() error { return d.pool.Close() }

// attempts is how often a transaction is begun that others were in the way of.
const attempts = 20

// inTx calls f in a transaction and commits it. Where somebody else was faster all of it is
// rolled back and begun anew, so f keeps nothing of what it has read. Inside a transaction
// it is a part of that.
func (d *database) inTx(ctx context.Context, f func(tx *database) error) error {
	if d.tx != nil {
		return f(d)
	}
	for n := 1; ; n++ {
		err := d.once(ctx, f)
		if err == nil || n == attempts || ctx.Err() != nil || !isConflict(err) {
			return err
		}
		select {
		case <-time.After(time.Duration(rand.Int64N(int64(n)*int64(3*time.Millisecond)) + 1)):
		case <-ctx.Done():
			return err
		}
	}
}

// together calls f in the transaction that there is, or in one of its own, which is not begun
// anew: for stores, whose callers decide what comes of a conflict.
func (d *database) together(ctx context.Context, f func(tx *database) error) error {
	if d.tx != nil {
		return f(d)
	}
	return d.once(ctx, f)
}

// once is inTx without trying again.
func (d *database) once(ctx context.Context, f func(tx *database) error) error {
	if d.dialect == loyaltysql.SQLite {
		select {
		case d.writer <- struct{}{}:
			defer func() { <-d.writer }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	tx, err := d.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // of one that was committed it does nothing
	if err := f(&database{pool: d.pool, tx: tx, dialect: d.dialect}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		if ctx.Err() != nil || isConflict(err) {
			return err
		}
		return fmt.Errorf("%w: %w", errUnknownOutcome, err)
	}
	return nil
}

// errUnknownOutcome says that a commit may or may not have been written. The request given
// again with its key tells.
var errUnknownOutcome = errors.New("it is not known whether this was written")

// querier is what a pool and a transaction have in common.
type querier interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}

func (d *database) querier() querier {
	if d.tx != nil {
		return d.tx
	}
	return d.pool
}

// text gives an SQL text the placeholders of the dialect; no text has a question mark of
// its own.
func (d *database) text(text string) string {
	if d.dialect != loyaltysql.PostgreSQL {
		return text
	}
	var b strings.Builder
	for i, part := range strings.Split(text, "?") {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(i))
		}
		b.WriteString(part)
	}
	return b.String()
}

// exec returns how many rows a statement has written.
func (d *database) exec(ctx context.Context, text string, args ...any) (int64, error) {
	r, err := d.querier().ExecContext(ctx, d.text(text), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// row reads one row, and reports whether there is one.
func (d *database) row(ctx context.Context, text string, args []any, dest ...any) (bool, error) {
	err := d.querier().QueryRowContext(ctx, d.text(text), args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// each calls f for each row.
func (d *database) each(ctx context.Context, text string, args []any, f func(scan func(dest ...any) error) error) error {
	rows, err := d.querier().QueryContext(ctx, d.text(text), args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// forUpdate locks the rows that a SELECT of a transaction reads. In SQLite the transaction
// has the lock of all.
func (d *database) forUpdate() string {
	if d.tx != nil && d.dialect == loyaltysql.PostgreSQL {
		return " FOR UPDATE"
	}
	return ""
}

// micros is an instant as it is stored: microseconds of UTC, NULL for none.
func micros(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMicro(), Valid: !t.IsZero()}
}

// instant is the opposite of micros.
func instant(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMicro(v.Int64).UTC()
}
