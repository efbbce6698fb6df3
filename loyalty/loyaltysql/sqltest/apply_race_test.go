package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// meeting returns a store between whose n-th statement and the one before meet is called.
func (d *database) meeting(t *testing.T, cfg loyaltysql.Config) (store *loyaltysql.Store, at func(n int, meet func()) *cutter) {
	t.Helper()
	c := d.cutting(t)
	db := sql.OpenDB(c)
	t.Cleanup(func() { _ = db.Close() })
	store, err := loyaltysql.New(db, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store, func(n int, meet func()) *cutter {
		c.meet = meet
		c.arm(n, cutMeet)
		return c
	}
}

// Another process makes the tables in the midst of Apply, wherever that is before it writes.
func TestApplyMeanwhile(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, d *database) {
		for _, n := range []int{2, 3, 4, 9} { // the version, again, the first table, one of the last
			prefix := fmt.Sprint("w", n, "_")
			cfg := d.config
			cfg.Prefix = prefix
			s, at := d.meeting(t, cfg)
			c := at(n, func() {
				if err := d.prefixed(t, prefix).Apply(ctx); err != nil {
					t.Error(err)
				}
			})
			if err := errors.Join(s.Apply(ctx), s.Check(ctx)); err != nil || c.cutAt() == "" {
				t.Errorf("statement %d (%s): %v", n, short(c.cutAt()), err)
			}
		}
	})
}

// What was begun and not ended is gone on with, but for a table that is not ours; and an
// index of the host's is not taken for ours.
func TestApplyHalf(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, d *database) {
		d.run(t, "CREATE TABLE @h_schema (part VARCHAR(32) NOT NULL PRIMARY KEY, version BIGINT NOT NULL)")
		d.run(t, "INSERT INTO @h_schema VALUES ('loyalty', 0)")
		d.run(t, "CREATE TABLE @h_orders (id INTEGER)")
		s := d.prefixed(t, "h_")
		if err := s.Apply(ctx); !errors.Is(err, loyaltysql.ErrNotOurs) {
			t.Errorf("a table: %v", err)
		}
		if err := s.Check(ctx); !errors.Is(err, loyaltysql.ErrSchemaOlder) {
			t.Errorf("then: %v", err)
		}
		d.run(t, "DROP TABLE @h_orders")
		if err := errors.Join(s.Apply(ctx), s.Check(ctx)); err != nil {
			t.Errorf("without it: %v", err)
		}
		if d.dialect == loyaltysql.MySQL { // where each table has its own names
			return
		}
		index := "CREATE INDEX @i_accounts_due ON host (x)"
		if d.dialect == loyaltysql.PostgreSQL {
			index = "CREATE INDEX i_accounts_due ON @host (x)"
		}
		d.run(t, "CREATE TABLE @host (x INTEGER)")
		d.run(t, index)
		s = d.prefixed(t, "i_")
		if err := s.Apply(ctx); !errors.Is(err, loyaltysql.ErrNotOurs) {
			t.Errorf("an index: %v", err)
		}
		if err := s.Check(ctx); !errors.Is(err, loyaltysql.ErrSchemaOlder) {
			t.Errorf("something was made: %v", err)
		}
	})
}

// A file that is damaged, and tables that may not be read, are not called older.
func TestCheckRefused(t *testing.T) {
	ctx := context.Background()
	all := databases(t)
	path := filepath.Join(t.TempDir(), "whole.db")
	file := &database{dialect: loyaltysql.SQLite, driver: "sqlite", dsn: "file:" + path, config: loyaltysql.Config{Dialect: loyaltysql.SQLite}}
	db := file.open(t)
	if err := file.program(t, db, "").Apply(ctx); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"cut off": whole[:len(whole)/2], "no database": []byte("what is this? nothing that SQLite knows, that is for sure")} {
		damaged := *file
		damaged.dsn += name
		if err := os.WriteFile(path+name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s := damaged.program(t, damaged.open(t), "")
		for _, err := range []error{s.Check(ctx), s.Apply(ctx)} {
			if !errors.Is(err, loyaltysql.ErrDamaged) || errors.Is(err, loyaltysql.ErrSchemaOlder) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for _, d := range all {
		if d.dialect != loyaltysql.PostgreSQL {
			continue
		}
		role := d.config.Schema + "_none"
		d.command(t, "CREATE ROLE "+role, "DROP ROLE "+role)
		db := d.open(t)
		db.SetMaxOpenConns(1)
		d.run(t, "GRANT USAGE ON SCHEMA "+d.config.Schema+" TO "+role)
		defer d.run(t, "REVOKE USAGE ON SCHEMA "+d.config.Schema+" FROM "+role)
		if _, err := db.Exec("SET ROLE " + role); err != nil {
			t.Fatal(err)
		}
		s := d.program(t, db, "")
		for _, err := range []error{s.Check(ctx), s.Apply(ctx)} {
			if code(err) != "42501" || errors.Is(err, loyaltysql.ErrSchemaOlder) || errors.Is(err, loyaltysql.ErrNotOurs) {
				t.Errorf("may not read: %v", err)
			}
		}
	}
}
