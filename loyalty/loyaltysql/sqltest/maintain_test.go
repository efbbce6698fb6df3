package sqltest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// swept checks that every account is as if it had been swept in time, once.
func (k *desk) swept(t *testing.T, at time.Time) {
	t.Helper()
	ctx := context.Background()
	due, err := k.store.Due(ctx, loyalty.InstantOf(at), loyalty.DueAccount{}, 100)
	if err != nil || len(due) > 0 {
		t.Errorf("%d are due yet, %v", len(due), err)
	}
	for _, id := range k.ids {
		if _, err := k.store.Verify(ctx, id); err != nil {
			t.Errorf("%q: %v", id, err)
		}
		expired := make(map[loyalty.LotID]loyalty.Points)
		for e, err := range k.store.Journal(ctx, loyalty.JournalQuery{Account: id}) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Op == loyalty.OpExpire {
				for _, u := range e.Uses {
					expired[u.Lot] += u.Points
				}
			}
		}
		a, err := k.store.Load(ctx, id, loyalty.Need{All: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range a.Kinds() {
			got, err := a.BalanceAt(kind, later(at, a.Last))
			want, e := loyalty.BalanceAt(loyalty.EachEntry(k.memory().Journal(ctx, loyalty.JournalQuery{Account: id})), kind, later(at, a.Last))
			if err != nil || e != nil || got != want {
				t.Errorf("%q: %+v %v, want %+v %v", id, got, err, want, e)
			}
			for l, n := range expired {
				if lot, ok := a.Lot(l); ok && lot.Remaining > 0 {
					t.Errorf("lot %d of %q has %d after %d have expired", l, id, lot.Remaining, n)
				}
			}
		}
	}
}

func later(t time.Time, last loyalty.Instant) time.Time {
	return max(loyalty.InstantOf(t), last).Time()
}

// Two workers post what is due of the same lots, with leases and without, and stop now and
// then: every lot expires once.
func TestMaintain(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		for _, how := range []string{"leases", "compare and swap"} {
			t.Run(how, func(t *testing.T) {
				ctx := context.Background()
				k := newDesk(t, d, 21, 25)
				k.play(t, 180)
				at := k.now.AddDate(0, 0, 40)
				k.now = at
				var wg sync.WaitGroup
				var mu sync.Mutex
				times := make(map[loyalty.AccountID]int)
				for w := range 2 {
					store := d.program(t, d.open(t), k.program)
					s := &loyalty.Service{Engine: k.sql.Engine, Store: store, Now: func() time.Time { return at }}
					m := &loyaltysql.Maintenance{Store: store, Service: s, Worker: fmt.Sprint("w", w)}
					wg.Go(func() {
						var next loyalty.DueAccount
						for done := false; !done; {
							var swept []loyalty.Swept
							var err error
							if how == "leases" {
								swept, done, err = m.Post(ctx, at, 7)
							} else {
								swept, next, err = s.Sweep(ctx, at, next, 7)
								done = len(swept) == 0
							}
							if err != nil {
								t.Error(err)
								return
							}
							mu.Lock()
							for _, x := range swept {
								if x.Err != nil {
									t.Errorf("%q: %v", x.Account, x.Err)
								}
								if x.Entries > 0 {
									times[x.Account]++
								}
							}
							mu.Unlock()
						}
					})
				}
				wg.Wait()
				m := &loyaltysql.Maintenance{Store: k.store, Service: k.sql, Worker: "last"}
				for done := false; !done; {
					var err error
					if _, done, err = m.Post(ctx, at, 100); err != nil {
						t.Fatal(err)
					}
				}
				for id, n := range times {
					if n > 1 && how == "leases" {
						t.Errorf("%q was posted %d times", id, n)
					}
				}
				if len(times) < 10 {
					t.Errorf("only %d accounts were posted", len(times))
				}
				k.swept(t, at)
			})
		}
	})
}

// An account that cannot be swept keeps no other waiting, however few are done at once.
func TestMaintainStuck(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 22, 12)
		k.play(t, 150)
		at := k.now.AddDate(0, 0, 40)
		k.now = at
		bad := k.ids[3]
		k.spoil(t, bad, "UPDATE %accounts SET header = "+k.bytes([]byte("x"))+" WHERE %who")
		m := &loyaltysql.Maintenance{Store: k.store, Service: k.sql, Worker: "w"}
		failed := 0
		for range 200 {
			swept, done, err := m.Post(ctx, at, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range swept {
				if x.Err != nil {
					if failed++; x.Account != bad || !errors.Is(x.Err, loyaltysql.ErrDamaged) {
						t.Fatal(x)
					}
				}
			}
			if done {
				break
			}
		}
		due, err := k.store.Due(ctx, loyalty.InstantOf(at), loyalty.DueAccount{}, 100)
		if err != nil || failed == 0 || len(due) > 1 {
			t.Errorf("%d failures, %d are due yet, %v", failed, len(due), err)
		}
		done, stop := context.WithCancel(ctx)
		stop()
		if _, _, err := m.Post(done, at, 10); !errors.Is(err, context.Canceled) {
			t.Errorf("ctx has ended: %v", err)
		}
	})
}

// Two processes whose clocks differ by an hour write to one account: what is recorded goes
// up all the same, and what a command's time does not allow is refused with nothing
// written.
func TestClocks(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		name := fmt.Sprint("p", programs.Add(1))
		p := deskProgram()
		p.Policy.Ahead = guanxi.MustParseSpan("PT10M")
		engine := loyalty.MustNew(p)
		service := func(now time.Time) *loyalty.Service {
			return &loyalty.Service{Engine: engine, Store: d.program(t, d.open(t), name), Now: func() time.Time { return now }}
		}
		fast, slow := service(opening.Add(time.Hour)), service(opening)
		act := func(key string, at time.Time) *loyalty.Act {
			return &loyalty.Act{Header: loyalty.Header{Key: loyalty.Key(key), At: at}, Activity: "review", Ref: key}
		}
		for i := range 10 {
			s := []*loyalty.Service{fast, slow}[i%2]
			if _, err := s.Do(ctx, "a", act(fmt.Sprint("k", i), opening)); err != nil {
				t.Fatal(i, err)
			}
		}
		var last loyalty.Instant
		n := 0
		for e, err := range slow.Store.Journal(ctx, loyalty.JournalQuery{Account: "a"}) {
			if err != nil || e.Recorded <= last || e.Recorded < loyalty.InstantOf(opening.Add(time.Hour)) {
				t.Errorf("entry %d was recorded at %d after %d, %v", e.Seq, e.Recorded, last, err)
			}
			last = e.Recorded
			n++
		}
		store := slow.Store.(*loyaltysql.Store)
		if v, err := store.Verify(ctx, "a"); err != nil || v.Entries != n || n != 10 {
			t.Errorf("%+v, %v", v, err)
		}
		if _, err := slow.Do(ctx, "b", act("b1", opening.Add(time.Hour))); !errors.Is(err, loyalty.ErrAhead) {
			t.Errorf("an hour ahead: %v", err)
		}
		if _, err := fast.Do(ctx, "a", act("f", opening.Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		if _, err := slow.Do(ctx, "a", act("s", opening)); !errors.Is(err, loyalty.ErrBackdated) {
			t.Errorf("an hour behind: %v", err)
		}
		for _, key := range []loyalty.Key{"b1", "s"} {
			if _, ok, err := store.Receipt(ctx, key); ok || err != nil {
				t.Errorf("%q was written: %v", key, err)
			}
		}
		k := newDesk(t, d, 1, 1)
		if err := k.store.CheckClock(ctx, time.Now, time.Minute); err != nil {
			t.Errorf("the clock of this machine: %v", err)
		}
		for _, by := range []time.Duration{time.Hour, -time.Hour} {
			var skew *loyaltysql.SkewError
			err := k.store.CheckClock(ctx, func() time.Time { return time.Now().Add(by) }, time.Minute)
			if !errors.Is(err, loyaltysql.ErrClock) || !errors.As(err, &skew) || (skew.By+by).Abs() > time.Minute {
				t.Errorf("a clock %v ahead: %v", by, err)
			}
		}
	})
}

// Wherever a worker dies, another one goes on once the lease has run out: what is due is
// posted once, and every event delivered.
func TestWorkersDie(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 23, 4)
		m := newMail()
		take := func(_ context.Context, e loyalty.Event) error { return m.take(e) }
		at := k.now
		for n := 1; n <= 25; n++ {
			k.play(t, 8)
			at = k.now
			db, w := d.wired(t)
			w.at.Store(int64(n))
			store := d.program(t, db, k.program)
			s := &loyalty.Service{Engine: k.sql.Engine, Store: store, Now: k.sql.Now}
			worker := fmt.Sprint("w", n)
			_, _, posted := (&loyaltysql.Maintenance{Store: store, Service: s, Worker: worker}).Post(ctx, at, 100)
			_, delivered := (&loyaltysql.Delivery{Store: store, Worker: worker, Now: k.sql.Now}).Deliver(ctx, take)
			if w.dead.Load() == (posted == nil && delivered == nil) {
				t.Errorf("death %d: %v, %v", n, posted, delivered)
			}
			for _, id := range k.ids {
				if _, err := k.store.Verify(ctx, id); err != nil {
					t.Errorf("death %d: %q: %v", n, id, err)
				}
			}
			k.now = k.now.Add(time.Hour)
			// memory is swept when the store has been
			last := &loyaltysql.Maintenance{Store: k.store, Service: k.sql, Worker: "last"}
			for done := false; !done; {
				var err error
				if _, done, err = last.Post(ctx, at, 100); err != nil {
					t.Fatal(err)
				}
			}
			for _, err := range sweepAll(k, at) {
				t.Error(err)
			}
		}
		w := &loyaltysql.Delivery{Store: k.store, Worker: "last", Now: k.sql.Now}
		for n, err := 1, error(nil); n > 0; {
			if n, err = w.Deliver(ctx, take); err != nil {
				t.Fatal(err)
			}
		}
		k.swept(t, at)
		if m.fault != "" {
			t.Error(m.fault)
		}
		for _, id := range k.ids {
			a, err := k.store.Load(ctx, id, loyalty.Need{})
			if err != nil || m.last[id] != a.Seq {
				t.Errorf("%q was delivered up to %d of %d, %v", id, m.last[id], a.Seq, err)
			}
		}
	})
}

// sweepAll sweeps the accounts in memory.
func sweepAll(k *desk, at time.Time) (faults []error) {
	var next loyalty.DueAccount
	for {
		done, after, err := k.plain.Sweep(context.Background(), at, next, 100)
		if err != nil {
			faults = append(faults, err)
		}
		if len(done) == 0 || err != nil {
			return faults
		}
		next = after
	}
}

// Rows that somebody else has spoilt are named.
func TestSpoiltRows(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 24, 1)
		k.play(t, 40)
		if a, err := k.store.Archive(ctx, k.ids[0], loyaltysql.ArchiveConfig{Before: k.now, Keep: 5}); err != nil || a.Entries == 0 {
			t.Fatal(a, err)
		}
		journal := func() (err error) {
			for _, e := range k.store.Journal(ctx, loyalty.JournalQuery{}) {
				err = e
			}
			return err
		}
		if err := journal(); !errors.Is(err, loyaltysql.ErrArchived) {
			t.Errorf("the journal of all: %v", err)
		}
		w := &loyaltysql.Delivery{Store: k.store, Worker: "w", Now: k.sql.Now}
		if _, err := w.Deliver(ctx, func(context.Context, loyalty.Event) error { return errors.New("not now") }); err == nil {
			t.Error("no error")
		}
		k.exec(t, "UPDATE "+k.table("rows")+" SET state = "+k.bytes([]byte{9})+" WHERE program = "+k.bytes([]byte(k.program)))
		k.exec(t, "UPDATE "+k.table("checkpoints")+" SET data = "+k.bytes([]byte{9})+" WHERE program = "+k.bytes([]byte(k.program)))
		_, err := w.Deliver(ctx, func(context.Context, loyalty.Event) error { return nil })
		if !errors.Is(err, loyaltysql.ErrDamaged) {
			t.Errorf("a lease: %v", err)
		}
		if err := journal(); !errors.Is(err, loyaltysql.ErrDamaged) {
			t.Errorf("the note of the archive: %v", err)
		}
		if _, err := k.store.Verify(ctx, k.ids[0]); !errors.Is(err, loyaltysql.ErrDamaged) {
			t.Errorf("a checkpoint: %v", err)
		}
	})
}
