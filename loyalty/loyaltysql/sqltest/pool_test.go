package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// actor returns a service of a store, and a command for it.
func actor(s *loyaltysql.Store) (*loyalty.Service, func(key string) *loyalty.Act) {
	service := &loyalty.Service{Engine: loyalty.MustNew(deskProgram()), Store: s, Now: func() time.Time { return opening }}
	return service, func(key string) *loyalty.Act {
		return &loyalty.Act{Header: loyalty.Header{Key: loyalty.Key(key), At: opening}, Activity: "review", Ref: key}
	}
}

// Who waits for a connection waits no longer than ctx says.
func TestPoolDeadline(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		db := d.open(t)
		db.SetMaxOpenConns(1)
		store := d.store(t, db)
		service, act := actor(store)
		if _, err := service.Do(ctx, "a", act("first")); err != nil {
			t.Fatal(err)
		}
		conn, err := db.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		calls := map[string]func(ctx context.Context) error{
			"Load":    func(ctx context.Context) error { _, err := store.Load(ctx, "a", loyalty.Need{}); return err },
			"Do":      func(ctx context.Context) error { _, err := service.Do(ctx, "a", act("second")); return err },
			"Balance": func(ctx context.Context) error { _, err := store.Balance(ctx, "a", "stars", opening); return err },
			"Lock": func(ctx context.Context) error {
				return store.Locking().Lock(ctx, "a", func(context.Context, loyalty.Accounts) error { return nil })
			},
			"Commit": func(ctx context.Context) error {
				return store.Commit(ctx, loyalty.RowCommit(loyalty.RowChange{RowID: loyalty.RowID{Table: "t", Key: "k"}}))
			},
		}
		ended := make(chan string, len(calls))
		short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		for call, f := range calls {
			go func() {
				if err := f(short); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, loyalty.ErrUnknownOutcome) {
					t.Errorf("%s: %v", call, err)
				}
				ended <- call
			}()
		}
		for range calls {
			select {
			case <-ended:
			case <-time.After(20 * time.Second):
				t.Fatal("they wait yet")
			}
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		if a, err := service.Do(ctx, "a", act("second")); err != nil || a.Seq != 2 {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

// A transaction of another pool is told as soon as that is known.
func TestTxOfAnother(t *testing.T) {
	d := databases(t)[0]
	ctx := context.Background()
	store := d.store(t, d.open(t))
	service, act := actor(store)
	for _, key := range []string{"1", "2"} { // statements are prepared
		if _, err := service.Do(ctx, "a", act(key)); err != nil {
			t.Fatal(err)
		}
	}
	tx, err := d.open(t).BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := service.In(store.WithTx(tx)).Do(ctx, "a", act("3")); !errors.Is(err, loyaltysql.ErrConfig) {
		t.Error(err)
	}
}

// In a transaction that sees what was before a key was used, for whichever account, the key
// is a conflict: begun anew it sees more.
func TestTxStaleKey(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		if d.dialect == loyaltysql.SQLite {
			t.Skip("who writes waits")
		}
		ctx := context.Background()
		db := d.open(t)
		store := d.store(t, db)
		service, act := actor(store)
		tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
		if err != nil {
			t.Fatal(err)
		}
		in := store.WithTx(tx)
		if _, err := in.Load(ctx, "mine", loyalty.Need{}); err != nil { // the snapshot
			t.Fatal(err)
		}
		if _, err := service.Do(ctx, "other", act("k")); err != nil {
			t.Fatal(err)
		}
		if _, err := service.In(in).Do(ctx, "mine", act("k")); !errors.Is(err, loyalty.ErrConflict) {
			t.Errorf("in the transaction: %v", err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if tx, err = db.BeginTx(ctx, nil); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		if _, err := service.In(store.WithTx(tx)).Do(ctx, "mine", act("k")); !errors.Is(err, loyalty.ErrKeyReused) || errors.Is(err, loyalty.ErrConflict) {
			t.Errorf("begun anew: %v", err)
		}
	})
}

// A server that keeps only a few prepared statements serves, and a store keeps none if it is
// told so.
func TestStatements(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, d *database) {
		cfg := d.config
		cfg.Program, cfg.Statements = fmt.Sprint("p", programs.Add(1)), -1
		c := d.cutting(t)
		var texts sync.Map
		c.seen = func(text string) { texts.Store(text, true) }
		db := sql.OpenDB(c)
		defer func() { _ = db.Close() }()
		store, err := loyaltysql.New(db, cfg)
		if err != nil {
			t.Fatal(err)
		}
		service, act := actor(store)
		for _, key := range []string{"1", "2", "3"} {
			if _, err := service.Do(ctx, "a", act(key)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := store.Verify(ctx, "a"); err != nil {
			t.Error(err)
		}
		if d.dialect == loyaltysql.MySQL { // its driver prepares what has values, and closes it
			return
		}
		texts.Range(func(text, _ any) bool {
			if len(text.(string)) > 7 && text.(string)[:7] == "PREPARE" {
				t.Errorf("%s", short(text.(string)))
			}
			return true
		})
	})
}
