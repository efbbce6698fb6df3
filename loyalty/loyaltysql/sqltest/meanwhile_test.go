package sqltest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// Who reads the journal while entries are put away where it does not find them is told.
func TestJournalWhileArchived(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		sink := func(context.Context, *loyalty.Entry) error { return nil }
		for _, c := range []struct {
			name string
			all  bool
			keep int64
			sink func(context.Context, *loyalty.Entry) error
			fail bool
		}{
			{"of all", true, 0, nil, true},
			{"of one", false, 0, nil, false},
			{"of one, to a sink", false, 20, sink, true},
			{"of one, all to a sink", false, 0, sink, true},
		} {
			k := newDesk(t, d, 7, 1)
			k.play(t, 560)
			id := k.ids[0]
			for events := []loyalty.Event{{}}; len(events) > 0; {
				var err error
				if events, err = k.store.Events(ctx, 500); err != nil {
					t.Fatal(err)
				}
				if err = k.store.Delivered(ctx, events); err != nil {
					t.Fatal(err)
				}
			}
			q := loyalty.JournalQuery{Account: id}
			if c.all {
				q.Account = ""
			}
			last, fault := int64(0), error(nil)
			for e, err := range k.store.Journal(ctx, q) {
				if fault = err; err != nil {
					break
				}
				if e.Seq != last+1 {
					t.Errorf("%s: %d after %d", c.name, e.Seq, last)
				}
				if last = e.Seq; last > 1 {
					continue
				}
				a, err := k.store.Archive(ctx, id, loyaltysql.ArchiveConfig{Before: k.now.AddDate(0, 0, 1), Keep: c.keep, Limit: 100_000, Sink: c.sink})
				if err != nil || a.Entries == 0 {
					t.Fatalf("%+v, %v", a, err)
				}
			}
			if c.fail != errors.Is(fault, loyaltysql.ErrArchived) || !c.fail && (fault != nil || last != k.seq(id)) {
				t.Errorf("%s: %d of %d, %v", c.name, last, k.seq(id), fault)
			}
		}
	})
}

// What Archive does meanwhile is no damage.
func TestVerifyWhileArchived(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 5, 1)
		k.play(t, 300)
		id := k.ids[0]
		var wg sync.WaitGroup
		done := make(chan struct{})
		wg.Go(func() {
			defer close(done)
			for range 60 {
				a, err := k.store.Archive(ctx, id, loyaltysql.ArchiveConfig{Before: k.now.AddDate(0, 0, 1), Limit: 3})
				if err != nil || a.Entries == 0 {
					return
				}
			}
		})
		for run := true; run; {
			select {
			case <-done:
				run = false
			default:
			}
			if _, err := k.store.Verify(ctx, id); err != nil && (!run || !errors.Is(err, loyalty.ErrConflict)) {
				t.Fatal(err)
			}
		}
		wg.Wait()
	})
}

// Entries are put away between any two statements of those who verify: that is no damage,
// and a range that begins before them is told.
func TestVerifyBetween(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 5, 1)
		k.play(t, 150)
		id, from := k.ids[0], int64(0)
		cfg := d.config
		cfg.Program = k.program
		store, at := d.meeting(t, cfg)
		archive := func() {
			a, err := k.store.Archive(ctx, id, loyaltysql.ArchiveConfig{Before: k.now.AddDate(0, 0, 1), Keep: 2, Limit: 2})
			if err != nil {
				t.Error(err)
			}
			from = a.Seq
		}
		archive()
		for n := 1; ; n++ {
			began, last := from, at(n, archive)
			_, err := store.VerifyRange(ctx, id, began, 0)
			if last.cutAt() == "" {
				if err != nil {
					t.Errorf("nothing was put away: %v", err)
				}
				break
			}
			if err != nil && !errors.Is(err, loyaltysql.ErrArchived) {
				t.Errorf("put away before statement %d (%s): %v", n, short(last.cutAt()), err)
			}
		}
		all, entries := int64(0), 0
		for n := 1; ; n++ {
			last := at(n, archive)
			v, err := store.VerifyAll(ctx)
			if all = k.seq(id); err != nil || v.Entries != int(all) || v.Elsewhere > 0 {
				t.Errorf("put away before statement %d (%s): %+v, %v", n, short(last.cutAt()), v, err)
			}
			if last.cutAt() == "" {
				break
			}
			entries = n
		}
		if from >= all-2 {
			t.Errorf("all %d were put away before statement %d: too few to be put away at each", all, entries)
		}
	})
}

// A commit without entries, in a transaction whose snapshot is older than the account, is
// a conflict.
func TestTxStaleDue(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		if d.dialect == loyaltysql.SQLite {
			t.Skip("who writes waits")
		}
		ctx := context.Background()
		k := newDesk(t, d, 3, 1)
		k.play(t, 20)
		id := k.ids[0]
		a, err := k.store.Load(ctx, id, loyalty.Need{All: true})
		if err != nil {
			t.Fatal(err)
		}
		tx, err := k.db.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		in := k.store.WithTx(tx)
		if _, err := in.Load(ctx, id, loyalty.Need{}); err != nil { // the snapshot
			t.Fatal(err)
		}
		for k.seq(id) == a.Seq { // somebody else commits
			k.play(t, 1)
		}
		c := loyalty.DueCommit(a)
		c.Rows = []loyalty.RowChange{{RowID: loyalty.RowID{Table: "host", Key: "x"}, State: []byte("y")}}
		if err := in.Commit(ctx, c); !errors.Is(err, loyalty.ErrConflict) {
			t.Errorf("on entry %d of %d: %v", a.Seq, k.seq(id), err)
		}
	})
}

// Nothing is put away in a transaction of the host's.
func TestTxArchive(t *testing.T) {
	d := databases(t)[0]
	ctx := context.Background()
	k := newDesk(t, d, 3, 1)
	k.play(t, 10)
	tx, err := k.db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	o := loyaltysql.ArchiveConfig{Before: k.now}
	if _, err := k.store.WithTx(tx).Archive(ctx, k.ids[0], o); !errors.Is(err, loyaltysql.ErrConfig) {
		t.Error(err)
	}
	if _, _, err := k.store.WithTx(tx).ArchiveAccounts(ctx, o, "", 10); !errors.Is(err, loyaltysql.ErrConfig) {
		t.Error(err)
	}
}

// Rows are read however many there are, and where one is asked for twice.
func TestManyRows(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		store := d.store(t, d.open(t))
		ids := make([]loyalty.RowID, 40_000)
		for i := range ids {
			ids[i] = loyalty.RowID{Table: "t", Key: fmt.Sprint(i % 30_000)}
		}
		for _, i := range []int{7, 29_999} {
			if err := store.Commit(ctx, loyalty.RowCommit(loyalty.RowChange{RowID: ids[i], State: []byte(ids[i].Key)})); err != nil {
				t.Fatal(err)
			}
		}
		rows, err := store.Rows(ctx, ids)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			if there := i%30_000 == 7 || i == 29_999; there != (r.Version == 1 && string(r.State) == ids[i].Key) || !there && r.Version != 0 {
				t.Errorf("%d: %+v", i, r)
			}
		}
	})
}
