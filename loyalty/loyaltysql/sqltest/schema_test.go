package sqltest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// prefixed returns the store of tables that are not made yet, in the same place.
func (d *database) prefixed(t *testing.T, prefix string) *loyaltysql.Store {
	t.Helper()
	cfg := d.config
	cfg.Prefix = prefix
	s, err := loyaltysql.New(d.open(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// run carries a statement out in the place of the tables.
func (d *database) run(t *testing.T, text string) {
	t.Helper()
	place := ""
	if d.config.Schema != "" {
		place = d.config.Schema + "."
	}
	if _, err := d.open(t).Exec(strings.ReplaceAll(text, "@", place)); err != nil {
		t.Fatal(text, err)
	}
}

func TestApply(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, d *database) {
		s := d.prefixed(t, "a_")
		if err := s.Check(ctx); !errors.Is(err, loyaltysql.ErrSchemaOlder) {
			t.Errorf("before Apply: %v", err)
		}
		var wg sync.WaitGroup
		for range 4 { // at once
			wg.Go(func() {
				if err := d.prefixed(t, "a_").Apply(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for range 2 {
			if err := errors.Join(s.Apply(ctx), s.Check(ctx)); err != nil {
				t.Error(err)
			}
		}
		d.run(t, "UPDATE @a_schema SET version = 99")
		for _, err := range []error{s.Check(ctx), s.Apply(ctx)} {
			if !errors.Is(err, loyaltysql.ErrSchemaNewer) {
				t.Errorf("a newer version: %v", err)
			}
		}
		d.run(t, "UPDATE @a_schema SET version = 0") // begun and not ended
		if err := s.Check(ctx); !errors.Is(err, loyaltysql.ErrSchemaOlder) {
			t.Errorf("an older version: %v", err)
		}
		if err := errors.Join(s.Apply(ctx), s.Check(ctx)); err != nil {
			t.Errorf("gone on with: %v", err)
		}
	})
}

// Tables that are not ours are left alone.
func TestNotOurs(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, d *database) {
		d.run(t, "CREATE TABLE @b_entries (id INTEGER)")
		s := d.prefixed(t, "b_")
		if err := s.Apply(ctx); !errors.Is(err, loyaltysql.ErrNotOurs) {
			t.Errorf("a table that is not ours: %v", err)
		}
		if err := s.Check(ctx); !errors.Is(err, loyaltysql.ErrSchemaOlder) {
			t.Errorf("something was made: %v", err)
		}
		d.run(t, "CREATE TABLE @c_schema (id INTEGER)")
		s = d.prefixed(t, "c_")
		for _, err := range []error{s.Check(ctx), s.Apply(ctx)} {
			if !errors.Is(err, loyaltysql.ErrNotOurs) {
				t.Errorf("a table of versions that is not ours: %v", err)
			}
		}
		s = d.prefixed(t, "d_")
		if err := s.Apply(ctx); err != nil {
			t.Fatal(err)
		}
		d.run(t, "ALTER TABLE @d_orders RENAME COLUMN data TO other")
		if err := s.Check(ctx); !errors.Is(err, loyaltysql.ErrNotOurs) || !strings.Contains(err.Error(), "d_orders") {
			t.Errorf("a table that was changed: %v", err)
		}
	})
}

// The plain SQL makes what Apply makes.
func TestMigrations(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, d *database) {
		cfg := d.config
		cfg.Prefix = "m_"
		all, err := loyaltysql.Migrations(cfg)
		if err != nil || len(all) != loyaltysql.Version {
			t.Fatal(len(all), err)
		}
		db := d.open(t)
		for _, m := range all {
			for _, text := range m.Statements {
				if _, err := db.Exec(text); err != nil {
					t.Fatalf("%s: %v", text, err)
				}
			}
			if !strings.Contains(m.SQL(), "m_entries") {
				t.Error(m.SQL())
			}
		}
		s := d.prefixed(t, "m_")
		if err := errors.Join(s.Check(ctx), s.Apply(ctx)); err != nil {
			t.Error(err)
		}
	})
}

func TestNoConnection(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, d *database) {
		db, w := d.wired(t)
		s := d.program(t, db, "lost")
		if _, err := s.Load(ctx, "a", loyalty.Need{}); err != nil {
			t.Fatal(err)
		}
		w.dead.Store(true)
		for call, err := range map[string]error{
			"Check": s.Check(ctx), "Apply": s.Apply(ctx),
			"Load":   func() error { _, err := s.Load(ctx, "a", loyalty.Need{}); return err }(),
			"Due":    func() error { _, err := s.Due(ctx, 1, loyalty.DueAccount{}, 1); return err }(),
			"Commit": s.Commit(ctx, loyalty.RowCommit(loyalty.RowChange{RowID: loyalty.RowID{Table: "t", Key: "k"}})),
		} {
			if !errors.Is(err, loyaltysql.ErrConnection) || errors.Is(err, loyalty.ErrUnknownOutcome) {
				t.Errorf("%s without a connection: %v", call, err)
			}
		}
	})
}

func TestConfig(t *testing.T) {
	bad := loyaltysql.Config{Dialect: "oracle", Prefix: "a;b", Schema: `x"y`, Program: strings.Repeat("p", 65), Statements: -2}
	n := 0
	for f := range guanxi.Faults(bad.Validate()) {
		n++
		if !errors.Is(f, loyaltysql.ErrConfig) && !errors.Is(f, loyaltysql.ErrTooLong) {
			t.Error(f)
		}
	}
	if n != 5 {
		t.Errorf("%d faults, want 5: %v", n, bad.Validate())
	}
	if _, err := loyaltysql.New(nil, loyaltysql.Config{Dialect: loyaltysql.SQLite}); !errors.Is(err, loyaltysql.ErrConfig) {
		t.Error(err)
	}
	if _, err := loyaltysql.Migrations(bad); !errors.Is(err, loyaltysql.ErrConfig) {
		t.Error(err)
	}
	var c loyaltysql.Config
	if err := guanxi.UnmarshalStrict([]byte(`{"dialect":"mysql","prefix":"p_","program":"shop"}`), &c); err != nil || c.Dialect != loyaltysql.MySQL {
		t.Error(c, err)
	}
	if err := guanxi.UnmarshalStrict([]byte(`{"dialect":"mysql","prefx":"p_"}`), &c); err == nil {
		t.Error("an unknown field is read")
	}
}

// Names that the tables have no room for are refused before anything is written.
func TestTooLong(t *testing.T) {
	ctx := context.Background()
	d := databases(t)[0]
	s := d.store(t, d.open(t))
	for _, id := range []loyalty.RowID{{Table: "t", Key: strings.Repeat("k", 1001)}, {Table: strings.Repeat("t", 256)}} {
		if err := s.Commit(ctx, loyalty.RowCommit(loyalty.RowChange{RowID: id})); !errors.Is(err, loyaltysql.ErrTooLong) {
			t.Error(err)
		}
	}
}
