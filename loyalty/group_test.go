package loyalty_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltytest"
	"github.com/shopspring/decimal"
)

var groupNoon = time.Date(2026, time.March, 8, 12, 0, 0, 0, time.UTC)

func groupService(store loyalty.Store) *loyalty.Service {
	p := loyalty.Program{
		Version: 1, Currency: "CNY", Decimals: 2,
		Kinds:   []loyalty.KindConfig{{ID: "points", Spendable: true, Expiry: loyalty.ExpiryRule{Mode: loyalty.ExpireSpan, Span: guanxi.MustParseSpan("P1Y")}}},
		Earning: []loyalty.EarnRule{{ID: "base", Kind: "points", Points: loyalty.Rational{Num: 1, Den: 1}, Per: decimal.NewFromInt(1)}},
	}
	return &loyalty.Service{Engine: loyalty.MustNew(p), Store: store, Now: func() time.Time { return groupNoon }}
}

// slow is a store whose commits wait until they are let go.
type slow struct {
	*loyalty.Memory
	commits atomic.Int64
	enter   chan struct{}
	let     chan struct{}
}

func newSlow() *slow {
	return &slow{Memory: new(loyalty.Memory), enter: make(chan struct{}, 1000), let: make(chan struct{}, 1000)}
}

// Lock is hidden: a plain store.
func (s *slow) Lock() {}

func (s *slow) wait() {
	s.commits.Add(1)
	s.enter <- struct{}{}
	<-s.let
}

func (s *slow) Commit(ctx context.Context, c *loyalty.Commit) error {
	s.wait()
	return s.Memory.Commit(ctx, c)
}

func (s *slow) CommitAll(ctx context.Context, commits []*loyalty.Commit) error {
	s.wait()
	return s.Memory.CommitAll(ctx, commits)
}

func (s *slow) release(n int) {
	for range n {
		s.let <- struct{}{}
	}
}

func earnOf(key string, amount int64) *loyalty.Earn {
	return &loyalty.Earn{Header: loyalty.Header{Key: loyalty.Key(key), At: groupNoon},
		Order: loyalty.Order{ID: key, Lines: []loyalty.OrderLine{{ID: "1", Amount: decimal.NewFromInt(amount), Quantity: 1}}}}
}

func redeemOf(key string, points loyalty.Points) *loyalty.Redeem {
	return &loyalty.Redeem{Header: loyalty.Header{Key: loyalty.Key(key), At: groupNoon}, Spend: loyalty.Spend{Kind: "points", Points: points}}
}

// Callers who come while a commit is under way are taken together by the next one, each
// with an answer of its own, as if one had come after the other.
func TestGroupTogether(t *testing.T) {
	for _, mode := range []string{"caller", "go"} {
		t.Run(mode, func(t *testing.T) {
			store := newSlow()
			g := &loyalty.Group{Service: groupService(store)}
			if mode == "go" {
				g.Go = func(rounds func()) { go rounds() }
			}
			ctx := context.Background()
			outs := make([]loyalty.Outcome, 6)
			var wg sync.WaitGroup
			do := func(i int, cmd loyalty.Command) {
				wg.Go(func() { outs[i].Answer, outs[i].Err = g.Do(ctx, "a", cmd) })
			}
			do(0, earnOf("first", 100))
			<-store.enter
			store.release(1000)
			// while the first commit is let go the others may come in any order: they are
			// told apart by what they have become
			do(1, earnOf("e1", 50))
			do(2, redeemOf("r1", 1000))
			do(3, redeemOf("r2", 40))
			do(4, redeemOf("r2", 40))
			do(5, redeemOf("first", 1))
			wg.Wait()
			if outs[0].Err != nil || outs[1].Err != nil || outs[3].Err != nil || outs[4].Err != nil {
				t.Fatal(outs)
			}
			if !errors.Is(outs[2].Err, loyalty.ErrNotEnough) || !errors.Is(outs[5].Err, loyalty.ErrKeyReused) {
				t.Errorf("refused: %v, %v", outs[2].Err, outs[5].Err)
			}
			if outs[3].Answer.Repeated == outs[4].Answer.Repeated || outs[3].Answer.Seq != outs[4].Answer.Seq {
				t.Errorf("the same key twice: %+v, %+v", outs[3].Answer, outs[4].Answer)
			}
			b, err := g.Service.Balance(ctx, "a", "points")
			if err != nil || b.Available != 110 {
				t.Errorf("balance %+v, %v", b, err)
			}
		})
	}
}

// A hundred callers of one account need few commits, and those of many accounts too.
func TestGroupFewCommits(t *testing.T) {
	for name, accounts := range map[string]int{"hot": 1, "wide": 100} {
		t.Run(name, func(t *testing.T) {
			store := newSlow()
			g := &loyalty.Group{Service: groupService(store)}
			var came atomic.Int64
			var wg sync.WaitGroup
			for i := range 101 {
				wg.Go(func() {
					came.Add(1)
					id := loyalty.AccountID(fmt.Sprint("a", i%accounts))
					if _, err := g.Do(context.Background(), id, earnOf(fmt.Sprint("k", i), 1)); err != nil {
						t.Error(err)
					}
				})
				if i == 0 {
					<-store.enter
				}
			}
			for came.Load() < 101 {
				time.Sleep(time.Millisecond)
			}
			time.Sleep(20 * time.Millisecond) // into the queue
			store.release(1000)
			wg.Wait()
			if n := store.commits.Load(); n > 10 {
				t.Errorf("%d commits of 101 commands", n)
			}
		})
	}
}

// Whatever the interleaving, accounts are what Service.Do makes of the same commands in
// the order of the journals, to the hash.
func TestGroupAsDo(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(20) {
		store := new(loyalty.Memory)
		g := &loyalty.Group{Service: groupService(store), Size: 1 + int(seed)%7*5, Lanes: int(seed) % 4}
		if seed%2 == 1 {
			g.Pause = func(context.Context, int) { time.Sleep(50 * time.Microsecond) }
		}
		if seed%3 == 2 {
			g.Go = func(rounds func()) { go rounds() }
		}
		var mu sync.Mutex
		commands := make(map[loyalty.Key]loyalty.Request)
		answers := make(map[loyalty.Key]loyalty.Answer)
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(seed, uint64(w)))
				for i := range 40 {
					id := loyalty.AccountID(fmt.Sprint("a", r.IntN(4)))
					key := fmt.Sprintf("%d-%d", w, i)
					var cmd loyalty.Command = earnOf(key, int64(r.IntN(50)))
					if r.IntN(2) == 0 {
						cmd = redeemOf(key, loyalty.Points(1+r.IntN(40)))
					}
					a, err := g.Do(ctx, id, cmd)
					if err != nil {
						if !errors.Is(err, loyalty.ErrNotEnough) {
							t.Errorf("%q: %v", key, err)
						}
						continue
					}
					mu.Lock()
					commands[loyalty.Key(key)], answers[loyalty.Key(key)] = loyalty.Request{Account: id, Command: cmd}, a
					mu.Unlock()
					if r.IntN(10) == 0 {
						if again, err := g.Do(ctx, id, cmd); err != nil || !again.Repeated || again.Seq != a.Seq {
							t.Errorf("%q again: %+v, %v", key, again, err)
						}
					}
				}
			})
		}
		wg.Wait()
		plain := groupService(new(loyalty.Memory))
		for i := range 4 {
			id := loyalty.AccountID(fmt.Sprint("a", i))
			if err := loyalty.Verify(id, loyalty.EachEntry(store.Journal(ctx, loyalty.JournalQuery{Account: id}))); err != nil {
				t.Fatal(err)
			}
			var head [32]byte
			for e, err := range store.Journal(ctx, loyalty.JournalQuery{Account: id}) {
				if err != nil {
					t.Fatal(err)
				}
				if head = e.Hash; e.Key == "" {
					continue
				}
				a, err := plain.Do(ctx, id, commands[e.Key].Command)
				if err != nil {
					t.Fatalf("seed %d: %q: %v", seed, e.Key, err)
				}
				if got := answers[e.Key]; fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", a) {
					t.Errorf("seed %d: %q: answer %+v, want %+v", seed, e.Key, got, a)
				}
				delete(commands, e.Key)
			}
			a, _ := plain.Store.Load(ctx, id, loyalty.Need{})
			if a.Head != head {
				t.Errorf("seed %d: account %s is another one", seed, id)
			}
		}
		if len(commands) > 0 {
			t.Errorf("seed %d: %d commands were answered and are not there", seed, len(commands))
		}
	}
}

// Whatever goes wrong, what was answered is there once, and what callers give again until
// it is answered is there once too.
func TestGroupFaults(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(30) {
		memory := new(loyalty.Memory)
		r := rand.New(rand.NewPCG(seed, 7))
		faults := &loyaltytest.Faults{Store: memory}
		var mu sync.Mutex
		faults.Plan = func(int, string) loyaltytest.Fault {
			mu.Lock()
			defer mu.Unlock()
			if r.IntN(3) > 0 {
				return loyaltytest.None
			}
			return []loyaltytest.Fault{loyaltytest.FailBefore, loyaltytest.Unknown, loyaltytest.Lost, loyaltytest.Conflict}[r.IntN(4)]
		}
		var store loyalty.Store = faults
		if seed%2 == 0 {
			store = loyaltytest.FaultsMulti{Faults: faults}
		}
		g := &loyalty.Group{Service: groupService(store)}
		var wg sync.WaitGroup
		var points atomic.Int64
		for w := range 6 {
			wg.Go(func() {
				for i := range 20 {
					key := fmt.Sprintf("%d-%d", w, i)
					for {
						_, err := g.Do(ctx, loyalty.AccountID(fmt.Sprint("a", i%2)), earnOf(key, int64(i)))
						if err == nil {
							break
						}
						if !errors.Is(err, loyaltytest.ErrInjected) && !errors.Is(err, loyalty.ErrConflict) && !errors.Is(err, loyalty.ErrUnknownOutcome) {
							t.Errorf("seed %d: %v", seed, err)
							return
						}
					}
					points.Add(int64(i))
				}
			})
		}
		wg.Wait()
		var sum int64
		keys := make(map[loyalty.Key]int)
		for i := range 2 {
			id := loyalty.AccountID(fmt.Sprint("a", i))
			a, err := memory.Load(ctx, id, loyalty.Need{All: true})
			if err != nil {
				t.Fatal(err)
			}
			sum += int64(a.Books("points")[loyalty.Available])
			if err := loyalty.Verify(id, loyalty.EachEntry(memory.Journal(ctx, loyalty.JournalQuery{Account: id}))); err != nil {
				t.Error(err)
			}
			for e := range memory.Journal(ctx, loyalty.JournalQuery{Account: id}) {
				keys[e.Key]++
			}
		}
		if sum != points.Load() || len(keys) != 120 {
			t.Errorf("seed %d: %d points and %d keys, want %d and 120", seed, sum, len(keys), points.Load())
		}
		for k, n := range keys {
			if n != 1 {
				t.Errorf("seed %d: %q is there %d times", seed, k, n)
			}
		}
	}
}

// A caller who goes does not take others along.
func TestGroupGoing(t *testing.T) {
	store := newSlow()
	g := &loyalty.Group{Service: groupService(store)}
	errs := make([]error, 4)
	var wg sync.WaitGroup
	running, stop := context.WithCancel(context.Background())
	waiting, leave := context.WithCancel(context.Background())
	do := func(i int, ctx context.Context) {
		wg.Go(func() { _, errs[i] = g.Do(ctx, "a", earnOf(fmt.Sprint("k", i), 10)) })
		time.Sleep(20 * time.Millisecond)
	}
	do(0, context.Background())
	<-store.enter
	do(1, waiting)
	leave() // while it waits
	time.Sleep(20 * time.Millisecond)
	do(2, context.Background())
	do(3, running)
	store.release(1)
	<-store.enter // the second round, of two
	stop()
	time.Sleep(20 * time.Millisecond)
	store.release(100)
	wg.Wait()
	if errs[0] != nil || errs[2] != nil || !errors.Is(errs[1], context.Canceled) || errors.Is(errs[1], loyalty.ErrUnknownOutcome) {
		t.Error(errs)
	}
	if !errors.Is(errs[3], loyalty.ErrUnknownOutcome) || !errors.Is(errs[3], context.Canceled) {
		t.Errorf("while it ran: %v", errs[3])
	}
	if a, err := g.Do(context.Background(), "a", earnOf("k3", 10)); err != nil || !a.Repeated {
		t.Errorf("again: %+v, %v", a, err)
	}
	if _, ok, _ := store.Receipt(context.Background(), "k1"); ok {
		t.Error("who left was carried out")
	}
	if _, err := g.Do(waiting, "a", earnOf("k9", 1)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if b, _ := g.Service.Balance(context.Background(), "a", "points"); b.Available != 30 {
		t.Errorf("balance %+v", b)
	}
}

// Whoever panics while it leads leaves nobody behind.
func TestGroupPanic(t *testing.T) {
	for _, where := range []string{"clock", "pause"} {
		store := new(loyalty.Memory)
		s := groupService(store)
		var once atomic.Bool
		fail := func() {
			if once.CompareAndSwap(false, true) {
				time.Sleep(20 * time.Millisecond)
				panic("boom")
			}
		}
		g := &loyalty.Group{Service: s}
		if where == "clock" {
			s.Now = func() time.Time { fail(); return groupNoon }
		} else {
			g.Pause = func(context.Context, int) { fail() }
		}
		var wg sync.WaitGroup
		var panics, errs, done atomic.Int64
		for i := range 10 {
			wg.Go(func() {
				defer func() {
					if recover() != nil {
						panics.Add(1)
					}
				}()
				if _, err := g.Do(context.Background(), "a", earnOf(fmt.Sprint("k", i), 10)); err != nil {
					errs.Add(1)
					return
				}
				done.Add(1)
			})
		}
		wg.Wait()
		if panics.Load() != 1 || errs.Load()+done.Load() != 9 {
			t.Errorf("%s: %d panics, %d errors, %d done", where, panics.Load(), errs.Load(), done.Load())
		}
	}
}

// Requests of a batch end as if each were done after the other, whatever goes wrong with
// commits.
func TestBatchAsDo(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 3))
		var requests []loyalty.Request
		for i := range 60 {
			id := loyalty.AccountID(fmt.Sprint("a", r.IntN(5)))
			key := fmt.Sprint(id, "-", r.IntN(10))
			var cmd loyalty.Command = earnOf(key, int64(r.IntN(50)))
			if i%2 == 1 {
				cmd = redeemOf(key, loyalty.Points(1+r.IntN(60)))
			}
			requests = append(requests, loyalty.Request{Account: id, Command: cmd})
		}
		fault := map[int]loyaltytest.Fault{1: loyaltytest.Unknown, 2: loyaltytest.Lost, 3: loyaltytest.Conflict}[int(seed%4)]
		n := 0
		s := groupService(loyaltytest.FaultsMulti{Faults: &loyaltytest.Faults{Store: new(loyalty.Memory), Plan: func(_ int, call string) loyaltytest.Fault {
			if call != "CommitAll" && call != "Commit" {
				return loyaltytest.None
			}
			if n++; n < 3 {
				return fault
			}
			return loyaltytest.None
		}}})
		plain := groupService(new(loyalty.Memory))
		out := s.Batch(ctx, requests)
		for i, q := range requests {
			a, err := plain.Do(ctx, q.Account, q.Command)
			if fmt.Sprint(err) != fmt.Sprint(out[i].Err) || fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", out[i].Answer) {
				t.Errorf("seed %d: request %d: %+v %v, want %+v %v", seed, i, out[i].Answer, out[i].Err, a, err)
			}
		}
	}
}
