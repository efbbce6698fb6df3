package sqltest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// A commit that fails in the host's transaction has written nothing there, and what else
// the host has written goes on.
func TestTxConflict(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := t.Context()
		db := d.open(t)
		store := d.store(t, db)
		service := benchService(store)
		give := func(key loyalty.Key) *loyalty.Adjust {
			return &loyalty.Adjust{Header: loyalty.Header{Key: key, At: service.Now()}, Kind: "points", Points: 5}
		}
		decide := func(key loyalty.Key) *loyalty.Commit {
			a, err := store.Load(ctx, "a", loyalty.Need{Key: key})
			if err != nil {
				t.Fatal(err)
			}
			decision, err := service.Engine.Decide(a, give(key), service.Now())
			if err != nil {
				t.Fatal(err)
			}
			return loyalty.NewCommit(a, decision)
		}
		old := decide("old")
		if _, err := service.Do(ctx, "a", give("first")); err != nil {
			t.Fatal(err)
		}
		taken := decide("taken")
		taken.Entries[0].Key = "first"
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		in := store.WithTx(tx)
		row := loyalty.RowChange{RowID: loyalty.RowID{Table: "orders", Key: "1"}, State: []byte("paid")}
		if err := in.Commit(ctx, loyalty.RowCommit(row)); err != nil {
			t.Fatal(err)
		}
		if err := in.Commit(ctx, old); !errors.Is(err, loyalty.ErrConflict) {
			t.Errorf("a commit on an older state: %v", err)
		}
		if err := in.Commit(ctx, taken); !errors.Is(err, loyalty.ErrDuplicateKey) {
			t.Errorf("a key that is taken: %v", err)
		}
		spend := &loyalty.Redeem{Header: loyalty.Header{Key: "much", At: service.Now()}, Spend: loyalty.Spend{Kind: "points", Points: 50}}
		if _, err := service.In(in).Do(ctx, "a", spend); !errors.Is(err, loyalty.ErrNotEnough) {
			t.Errorf("more than there is: %v", err)
		}
		if _, err := service.In(in).Do(ctx, "a", give("second")); err != nil {
			t.Errorf("the transaction does not go on: %v", err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		a, err := store.Load(ctx, "a", loyalty.Need{All: true})
		if err != nil || a.Seq != 2 || a.Books("points")[loyalty.Available] != 10 {
			t.Errorf("%d entries, %v, %v", a.Seq, a.Books("points"), err)
		}
		rows, err := store.Rows(ctx, []loyalty.RowID{row.RowID})
		if err != nil || string(rows[0].State) != "paid" {
			t.Error(rows, err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
		if _, err := service.Do(ctx, "a", give("after")); err != nil {
			t.Errorf("after Close: %v", err)
		}
	})
}

// What the host rolls back was never there.
func TestTxRollback(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := t.Context()
		db := d.open(t)
		store := d.store(t, db)
		service := benchService(store)
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := service.In(store.WithTx(tx)).Do(ctx, "a", &loyalty.Adjust{Header: loyalty.Header{Key: "k", At: service.Now()}, Kind: "points", Points: 5}); err != nil {
			t.Fatal(err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if a, err := store.Load(ctx, "a", loyalty.Need{}); err != nil || a.Seq != 0 {
			t.Error(a.Seq, err)
		}
		if _, ok, err := store.Receipt(ctx, "k"); ok || err != nil {
			t.Error(ok, err)
		}
	})
}

// A pool of one connection, as an in-memory database has, is enough.
func TestOneConnection(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		db := d.open(t)
		db.SetMaxOpenConns(1)
		store := d.store(t, db)
		for round, st := range []loyalty.Store{store, store.Locking(), store} {
			service := benchService(store)
			if service.Store = st; round == 2 {
				tx, err := db.BeginTx(ctx, nil)
				if err != nil {
					t.Fatal(err)
				}
				service = service.In(store.WithTx(tx))
				defer func() {
					if err := tx.Commit(); err != nil {
						t.Error(err)
					}
				}()
			}
			for n := range 30 {
				id, cmd := command(100*round+n, service.Now())
				if _, err := service.Do(ctx, id, cmd); err != nil && !errors.Is(err, loyalty.ErrNotEnough) {
					t.Fatal(round, n, err)
				}
			}
		}
	})
}

// In the host's transaction a command that asks for more than is left of what accounts
// share is decided again with what is left, and the transaction goes on.
func TestTxStock(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := t.Context()
		db := d.open(t)
		store := d.store(t, db)
		stock := int64(3)
		program := deskProgram()
		program.Rewards = []loyalty.Reward{{ID: "mug", Kind: "points", Points: 5, Stock: &stock}}
		service := &loyalty.Service{Engine: loyalty.MustNew(program), Store: store, Now: func() time.Time { return opening }}
		header := func(key loyalty.Key) loyalty.Header { return loyalty.Header{Key: key, At: opening} }
		if _, err := service.Do(ctx, "a", &loyalty.Adjust{Header: header("give"), Kind: "points", Points: 100}); err != nil {
			t.Fatal(err)
		}
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		in := service.In(store.WithTx(tx))
		mugs := func(key loyalty.Key, n int64) error {
			_, err := in.Do(ctx, "a", &loyalty.Redeem{Header: header(key), Spend: loyalty.Spend{Reward: "mug", Quantity: n}})
			return err
		}
		if err := mugs("k1", 2); err != nil {
			t.Fatal(err)
		}
		if err := mugs("k2", 2); !errors.Is(err, loyalty.ErrStock) {
			t.Errorf("two of one: %v", err)
		}
		if err := mugs("k3", 1); err != nil {
			t.Errorf("the last: %v", err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Verify(ctx, "a"); err != nil {
			t.Error(err)
		}
	})
}
