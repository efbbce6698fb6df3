package sqltest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
	"github.com/guanxi-go/guanxi/loyalty/loyaltytest"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

// database is one that tests use.
type database struct {
	dialect loyaltysql.Dialect
	driver  string
	dsn     string
	config  loyaltysql.Config // without a program
}

// programs makes programmes of different names, which keep tests apart.
var programs atomic.Int64

// databases returns those that are there, each with tables of this test's own, which are
// gone after it.
func databases(t testing.TB) (all []*database) {
	t.Helper()
	file := "file:" + filepath.Join(t.TempDir(), "points.db") + "?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=busy_timeout(10000)&_txlock=immediate"
	all = append(all, &database{loyaltysql.SQLite, "sqlite", file, loyaltysql.Config{Dialect: loyaltysql.SQLite}})
	name := "g" + strings.ToLower(rand.Text())[:12]
	if dsn := os.Getenv("GUANXI_POSTGRES_DSN"); dsn != "" {
		d := &database{loyaltysql.PostgreSQL, "pgx", dsn, loyaltysql.Config{Dialect: loyaltysql.PostgreSQL, Schema: name}}
		d.command(t, "CREATE SCHEMA "+name, "DROP SCHEMA "+name+" CASCADE")
		all = append(all, d)
	}
	if dsn := os.Getenv("GUANXI_MYSQL_DSN"); dsn != "" {
		d := &database{loyaltysql.MySQL, "mysql", dsn, loyaltysql.Config{Dialect: loyaltysql.MySQL, Schema: name}}
		d.command(t, "CREATE DATABASE "+name, "DROP DATABASE "+name)
		all = append(all, d)
	}
	for _, d := range all {
		s, err := loyaltysql.New(d.open(t), d.config)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Apply(context.Background()); err != nil {
			t.Fatal(d.dialect, err)
		}
	}
	return all
}

// each runs a test on each database.
func each(t *testing.T, f func(t *testing.T, d *database)) {
	for _, d := range databases(t) {
		t.Run(string(d.dialect), func(t *testing.T) { f(t, d) })
	}
}

// open opens connections, which are closed after the test.
func (d *database) open(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open(d.driver, d.dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxIdleConns(16)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// command gives the server a statement now, and one after the test.
func (d *database) command(t testing.TB, now, after string) {
	t.Helper()
	db, err := sql.Open(d.driver, d.dsn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec(after); err != nil {
			t.Error(err)
		}
		_ = db.Close()
	})
}

// store returns the store of a programme that nobody else has.
func (d *database) store(t testing.TB, db *sql.DB) *loyaltysql.Store {
	t.Helper()
	return d.program(t, db, fmt.Sprint("p", programs.Add(1)))
}

func (d *database) program(t testing.TB, db *sql.DB, name string) *loyaltysql.Store {
	t.Helper()
	cfg := d.config
	cfg.Program = name
	s, err := loyaltysql.New(db, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// wire is a driver whose connections can be made to die.
type wire struct {
	driver.Connector
	at   atomic.Int64 // how many things are written yet before death; 0: nothing is planned
	dead atomic.Bool
}

// wired opens connections that can be made to die.
func (d *database) wired(t testing.TB) (*sql.DB, *wire) {
	t.Helper()
	plain := d.open(t)
	w := &wire{}
	if c, ok := plain.Driver().(driver.DriverContext); ok {
		connector, err := c.OpenConnector(d.dsn)
		if err != nil {
			t.Fatal(err)
		}
		w.Connector = connector
	} else {
		w.Connector = dsn{d.dsn, plain.Driver()}
	}
	db := sql.OpenDB(w)
	db.SetMaxIdleConns(16)
	t.Cleanup(func() { _ = db.Close() })
	return db, w
}

type dsn struct {
	name string
	d    driver.Driver
}

func (c dsn) Connect(context.Context) (driver.Conn, error) { return c.d.Open(c.name) }
func (c dsn) Driver() driver.Driver                        { return c.d }

// harness opens a store for the kit.
func (d *database) harness(lock bool) func(t testing.TB) loyaltytest.Harness {
	var shared, wired *sql.DB
	var w *wire
	return func(t testing.TB) loyaltytest.Harness {
		if shared == nil {
			shared = d.open(t)
			t.Cleanup(func() { shared, wired = nil, nil })
		}
		if wired == nil || w.dead.Load() || w.at.Load() != 0 {
			if wired != nil {
				_ = wired.Close()
			}
			wired, w = d.wired(t)
		}
		w := w
		name := fmt.Sprint("p", programs.Add(1))
		wrap := func(s *loyaltysql.Store) loyalty.Store {
			if lock {
				return s.Locking()
			}
			return s
		}
		h := loyaltytest.Harness{
			Store:  wrap(d.program(t, shared, name)),
			Other:  func() loyalty.Store { return wrap(d.store(t, shared)) },
			Reopen: func() (loyalty.Store, error) { return wrap(d.program(t, shared, name)), nil },
		}
		if !lock {
			h.Store = wrap(d.program(t, wired, name))
			h.CrashAt = func(n int) { w.at.Store(int64(n)) }
		}
		h.Begin = func(ctx context.Context) (loyalty.Store, func() error, func() error, error) {
			tx, err := shared.BeginTx(ctx, nil)
			if err != nil {
				return nil, nil, nil, err
			}
			return d.program(t, shared, name).In(tx), tx.Commit, tx.Rollback, nil
		}
		return h
	}
}
