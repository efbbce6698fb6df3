package sqltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// whole checks an account: rows, journal and archive are what the one in memory is.
func (k *desk) whole(t *testing.T, store *loyaltysql.Store, id loyalty.AccountID) {
	t.Helper()
	ctx := context.Background()
	v, err := store.Verify(ctx, id)
	if err != nil {
		t.Errorf("Verify of %q: %v", id, err)
	}
	old, err := store.VerifyArchive(ctx, id, nil)
	if err != nil {
		t.Errorf("VerifyArchive of %q: %v", id, err)
	}
	if int64(old) != v.From || int64(old+v.Entries) != k.seq(id) {
		t.Errorf("%q: %d entries were put away, %d are there, of %d", id, old, v.Entries, k.seq(id))
	}
	next, stop := int64(0), error(nil)
	var got []loyalty.Entry
	for e, err := range store.Journal(ctx, loyalty.JournalQuery{Account: id}) {
		if stop = err; err != nil {
			break
		}
		got = append(got, e)
	}
	for e, err := range k.memory().Journal(ctx, loyalty.JournalQuery{Account: id}) {
		if err != nil || stop != nil || int(next) >= len(got) || got[next].Hash != e.Hash {
			t.Errorf("journal of %q at %d: %v %v", id, next, err, stop)
			return
		}
		next++
	}
}

// Old entries are put away again and again while commands go on: these see no difference,
// and all can be verified.
func TestArchive(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 31, 4)
		put, lots := 0, 0
		for range 6 {
			k.play(t, 60)
			before := k.now.AddDate(0, 0, -5)
			var next loyalty.AccountID
			for first := true; first || next != ""; first = false {
				var some []loyaltysql.Archived
				var err error
				some, next, err = k.store.ArchiveAccounts(ctx, loyaltysql.ArchiveConfig{Before: before, Limit: 20}, next, 2)
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range some {
					if a.Err != nil || a.Entries == 0 || a.Entries > 20 {
						t.Errorf("%+v", a)
					}
					put, lots = put+a.Entries, lots+a.Lots
				}
			}
			for _, id := range k.ids {
				k.whole(t, k.store, id)
				k.statements(t, id)
				for e, err := range k.store.Journal(ctx, loyalty.JournalQuery{Account: id, Limit: 3}) {
					if err != nil {
						t.Fatal(err)
					}
					if r, ok, err := k.store.Receipt(ctx, e.Key); e.Key != "" && (err != nil || !ok || r.Seq != e.Seq) {
						t.Errorf("receipt %q: %t, %v", e.Key, ok, err)
					}
				}
			}
			k.outstanding(t)
		}
		if put < 100 || lots < 20 {
			t.Errorf("%d entries and %d lots were put away", put, lots)
		}
		// the journal of all accounts
		var gone *loyaltysql.ArchivedError
		for _, err := range k.store.Journal(ctx, loyalty.JournalQuery{}) {
			if !errors.Is(err, loyaltysql.ErrArchived) || !errors.As(err, &gone) {
				t.Fatal("the journal of all accounts:", err)
			}
		}
		n := 0
		for _, err := range k.store.Journal(ctx, loyalty.JournalQuery{Since: gone.Recorded + 1}) {
			if n++; err != nil {
				t.Fatal(err)
			}
		}
		if n == 0 {
			t.Error("nothing is left")
		}
		// what was put away is delivered all the same
		m := newMail()
		w := loyaltysql.Delivery{Store: k.store, Worker: "w", Now: func() time.Time { return opening }}
		for n, err := 1, error(nil); n > 0; {
			if n, err = w.Deliver(ctx, func(_ context.Context, e loyalty.Event) error { return m.take(e) }); err != nil {
				t.Fatal(err)
			}
		}
		m.check(t, k, 1)
	})
}

// A host that keeps what is put away has all of it, and what asks for it is told.
func TestArchiveSink(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 32, 2)
		k.play(t, 120)
		id := k.ids[0]
		var kept []loyalty.Entry
		o := loyaltysql.ArchiveConfig{Before: k.now.AddDate(0, 0, -2), Keep: 10, Sink: func(_ context.Context, e *loyalty.Entry) error {
			if n := len(kept); n == 0 || kept[n-1].Seq < e.Seq {
				kept = append(kept, e.Clone())
			}
			return nil
		}}
		if a, err := k.store.Archive(ctx, id, o); err != nil || a.Entries > 0 || len(kept) > 0 {
			t.Errorf("what was not delivered was put away: %+v, %v", a, err)
		}
		events, err := k.store.Events(ctx, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if err := k.store.Delivered(ctx, slices.DeleteFunc(events, func(e loyalty.Event) bool { return e.Account == id && e.Seq == 21 })); err != nil {
			t.Fatal(err)
		}
		full := errors.New("the tape is full")
		broken := o
		broken.Sink = func(ctx context.Context, e *loyalty.Entry) error {
			if e.Seq == 12 {
				return full
			}
			return o.Sink(ctx, e)
		}
		if _, err := k.store.Archive(ctx, id, broken); !errors.Is(err, full) {
			t.Errorf("the sink's error: %v", err)
		}
		k.whole(t, k.store, id)
		a, err := k.store.Archive(ctx, id, o)
		if err != nil || a.Seq != 20 || a.Entries != 20 || len(kept) != 20 {
			t.Fatalf("%+v, %v; %d are kept", a, err, len(kept))
		}
		if v, err := k.store.Verify(ctx, id); err != nil || v.From != 20 {
			t.Errorf("%+v, %v", v, err)
		}
		if n, err := k.store.VerifyArchive(ctx, id, loyalty.Entries(kept)); n != 20 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		var bad *loyalty.BrokenError
		spoilt := slices.Clone(kept)
		spoilt[7].Ref += "!"
		if _, err := k.store.VerifyArchive(ctx, id, loyalty.Entries(spoilt)); !errors.As(err, &bad) || bad.Seq != 8 {
			t.Errorf("an entry was changed: %v", err)
		}
		if _, err := k.store.VerifyArchive(ctx, id, loyalty.Entries(kept[:19])); !errors.As(err, &bad) || bad.Seq != 20 {
			t.Errorf("an entry is missing: %v", err)
		}
		for after, want := range map[int64]bool{0: true, 19: true, 20: false, 25: false} {
			var err error
			for _, e := range k.store.Journal(ctx, loyalty.JournalQuery{Account: id, After: after}) {
				err = e
			}
			var gone *loyaltysql.ArchivedError
			if errors.As(err, &gone) != want || want && (gone.Account != id || gone.Seq != 20) {
				t.Errorf("the journal after %d: %v", after, err)
			}
			if _, err := k.store.VerifyRange(ctx, id, after, 0); errors.Is(err, loyaltysql.ErrArchived) != want {
				t.Errorf("the chain after %d: %v", after, err)
			}
		}
		if _, err := k.store.Balance(ctx, id, "points", opening); !errors.Is(err, loyaltysql.ErrArchived) {
			t.Errorf("a balance of before: %v", err)
		}
		if _, err := k.store.StatementPage(ctx, id, "points", opening, k.now, 0, 5); !errors.Is(err, loyaltysql.ErrArchived) {
			t.Errorf("a statement of before: %v", err)
		}
		k.play(t, 100)
		if _, err := k.store.Verify(ctx, id); err != nil {
			t.Error(err)
		}
	})
}

// What cannot be believed is not put away.
func TestArchiveBroken(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 33, 2)
		k.play(t, 80)
		id := k.ids[0]
		k.spoil(t, id, "DELETE FROM %entries WHERE %who AND seq = 7")
		o := loyaltysql.ArchiveConfig{Before: k.now}
		var broken *loyalty.BrokenError
		if _, err := k.store.Archive(ctx, id, o); !errors.As(err, &broken) || broken.Seq != 8 {
			t.Errorf("%v", err)
		}
		some, next, err := k.store.ArchiveAccounts(ctx, o, "", 10)
		if err != nil || next != "" || len(some) != 2 {
			t.Fatal(some, next, err)
		}
		for _, a := range some {
			if (a.Err != nil) != (a.Account == id) || (a.Entries > 0) != (a.Account != id) {
				t.Errorf("%+v", a)
			}
		}
		if n, err := k.store.VerifyRange(ctx, id, 0, 6); n != 6 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	})
}

// A parcel that has not arrived stays in the journal of the one who sent it.
func TestArchiveTransit(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 34, 2)
		give := &loyalty.Adjust{Header: loyalty.Header{Key: "give", At: k.now}, Kind: "points", Points: 50}
		if err := k.do(t, k.ids[0], give); err != nil {
			t.Fatal(err)
		}
		k.now = k.now.AddDate(0, 0, 3)
		send := &loyalty.Send{Header: loyalty.Header{Key: "send", At: k.now}, To: k.ids[1], Kind: "points", Points: 20}
		if err := k.do(t, k.ids[0], send); err != nil {
			t.Fatal(err)
		}
		k.now = k.now.AddDate(0, 0, 3)
		o := loyaltysql.ArchiveConfig{Before: k.now, Sink: func(context.Context, *loyalty.Entry) error { return nil }}
		events, err := k.store.Events(ctx, 100)
		if err != nil {
			t.Fatal(err)
		}
		if err := k.store.Delivered(ctx, events); err != nil {
			t.Fatal(err)
		}
		sent := k.seq(k.ids[0])
		if a, err := k.store.Archive(ctx, k.ids[0], o); err != nil || a.Seq != sent-1 {
			t.Errorf("%+v, %v, it was sent as %d", a, err, sent)
		}
		if n, err := k.sql.Resume(ctx, k.ids[0], sent-1); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if a, err := k.store.Archive(ctx, k.ids[0], o); err != nil || a.Seq != sent {
			t.Errorf("after it has arrived: %+v, %v", a, err)
		}
		if v, err := k.store.Verify(ctx, k.ids[0]); err != nil || v.From != sent || v.Entries != 0 {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// Wherever it dies, everything is there.
func TestArchiveDeath(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 35, 1)
		k.play(t, 60)
		id := k.ids[0]
		for n, done := 1, false; !done; n++ {
			if n > 100 {
				t.Fatal("it does not end")
			}
			k.play(t, 5)
			db, w := d.wired(t)
			w.at.Store(int64(n))
			_, err := d.program(t, db, k.program).Archive(ctx, id, loyaltysql.ArchiveConfig{Before: k.now.AddDate(0, 0, -1)})
			done = !w.dead.Load()
			if done != (err == nil) {
				t.Errorf("death %d: %v", n, err)
			}
			k.whole(t, d.program(t, d.open(t), k.program), id)
		}
	})
}

// Several processes put away the same accounts while commands go on.
func TestArchiveTogether(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 36, 3)
		k.play(t, 60)
		stop, ended := make(chan struct{}), make(chan error, 3)
		for range cap(ended) {
			store := d.program(t, d.open(t), k.program)
			go func() {
				for {
					some, _, err := store.ArchiveAccounts(ctx, loyaltysql.ArchiveConfig{Before: opening.AddDate(1, 0, 0), Keep: 2}, "", 10)
					for _, a := range some {
						if a.Err != nil && !errors.Is(a.Err, loyalty.ErrConflict) {
							err = fmt.Errorf("%q: %w", a.Account, a.Err)
						}
					}
					if err != nil {
						ended <- err
						return
					}
					select {
					case <-stop:
						ended <- nil
						return
					case <-time.After(20 * time.Millisecond):
					}
				}
			}()
		}
		k.play(t, 100)
		close(stop)
		for range cap(ended) {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		for _, id := range k.ids {
			k.whole(t, k.store, id)
		}
	})
}
