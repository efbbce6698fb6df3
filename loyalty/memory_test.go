package loyalty

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

func testService(m *Memory) *Service {
	return &Service{Engine: MustNew(shop()), Store: m, Now: func() time.Time { return day(1) }}
}

// A commit that Decide did not make is refused, and leaves all as it was.
func TestMemoryForged(t *testing.T) {
	ctx := context.Background()
	m := new(Memory)
	s := testService(m)
	adjust := func(key Key) *Adjust { return &Adjust{Header: Header{Key: key, At: day(0)}, Kind: "points", Points: 5} }
	if _, err := s.Do(ctx, "a", adjust("k1")); err != nil {
		t.Fatal(err)
	}
	made := func(id AccountID, key Key) *Commit {
		d, err := s.Simulate(ctx, id, adjust(key))
		if err != nil {
			t.Fatal(err)
		}
		a, err := m.Load(ctx, id, Need{Key: key})
		if err != nil {
			t.Fatal(err)
		}
		return NewCommit(a, d)
	}
	before, _ := m.account("a").a.MarshalBinary()
	for name, spoil := range map[string]func(c *Commit){
		"chain":   func(c *Commit) { c.Entries[0].Prev[0]++ },
		"number":  func(c *Commit) { c.Entries[0].Seq++ },
		"account": func(c *Commit) { c.Entries[0].Account = "b" },
		"lot":     func(c *Commit) { c.Entries[0].Opened[0].ID = 7 },
		"books":   func(c *Commit) { c.Entries[0].Postings[0].Points++ },
		"step":    func(c *Commit) { c.Shared = []SharedChange{{Counter: "s", Step: "x"}} },
		"below":   func(c *Commit) { c.Shared = []SharedChange{{Counter: "s", Step: Confirm, Amount: 1}} },
	} {
		c := made("a", "k2")
		spoil(c)
		if err := m.Commit(ctx, c); !errors.Is(err, ErrCommit) {
			t.Errorf("%s: %v, want ErrCommit", name, err)
		}
		if after, _ := m.account("a").a.MarshalBinary(); string(after) != string(before) {
			t.Errorf("%s: the account has changed", name)
		}
		if _, ok, _ := m.Receipt(ctx, "k2"); ok {
			t.Errorf("%s: the key is taken", name)
		}
	}
	if err := m.CommitAll(ctx, []*Commit{made("b", "k3"), made("b", "k4")}); !errors.Is(err, ErrCommit) {
		t.Errorf("two of one account: %v, want ErrCommit", err)
	}
	if _, err := new(Commit).State(); !errors.Is(err, ErrCommit) {
		t.Errorf("a commit without an account: %v", err)
	}
	c := made("a", "k2")
	if err := c.Add(&Decision{Account: "b"}); !errors.Is(err, ErrStale) {
		t.Errorf("a decision on another account: %v, want ErrStale", err)
	}
}

// The outbox lets go of what was delivered, in whatever order.
func TestMemoryOutbox(t *testing.T) {
	ctx := context.Background()
	m := new(Memory)
	s := testService(m)
	const n = 5000
	for i := range n {
		if _, err := s.Do(ctx, AccountID(fmt.Sprint("a", i%7)), &Adjust{Header: Header{Key: Key(fmt.Sprint(i)), At: day(0)}, Kind: "points", Points: 1}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := m.Events(ctx, n+1)
	if err != nil || len(all) != n {
		t.Fatal(len(all), err)
	}
	for i := 1; i < n; i += 2 {
		if err := m.Delivered(ctx, all[i:i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := m.Events(ctx, n); len(left) != n/2 || left[1].Seq != all[2].Seq || left[1].Account != all[2].Account {
		t.Fatalf("%d events are left", len(left))
	}
	if err := m.Delivered(ctx, all); err != nil {
		t.Fatal(err)
	}
	if left, _ := m.Events(ctx, n); len(left) != 0 || m.out.len() > 256 {
		t.Errorf("%d events and %d rows are left", len(left), m.out.len())
	}
	if err := m.Delivered(ctx, []Event{{Account: "x"}, {Account: "a1", Seq: 1 << 40}, all[0]}); err != nil {
		t.Error(err)
	}
}

// Waits end a command, and conflicts end with ErrConflict.
func TestServiceWait(t *testing.T) {
	ctx := context.Background()
	m := new(Memory)
	s := testService(m)
	conflict := &stubborn{m}
	s.Store, s.Attempts = conflict, 3
	waits := 0
	s.Wait = func(context.Context, int) error { waits++; return nil }
	cmd := &Adjust{Header: Header{Key: "k", At: day(0)}, Kind: "points", Points: 1}
	if _, err := s.Do(ctx, "a", cmd); !errors.Is(err, ErrConflict) || waits != 2 {
		t.Errorf("%v after %d waits", err, waits)
	}
	no := errors.New("no")
	s.Wait = func(context.Context, int) error { return no }
	if _, err := s.Do(ctx, "a", cmd); !errors.Is(err, no) {
		t.Error(err)
	}
	if _, err := s.Do(ctx, "a", &Adjust{Header: Header{Key: "k", At: day(0)}, Kind: "gems", Points: 1}); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

// stubborn is a store where somebody else is always faster.
type stubborn struct{ Store }

func (s *stubborn) Commit(context.Context, *Commit) error { return ErrConflict }

// What an account shares with others is told apart.
func TestSharedTotal(t *testing.T) {
	var total SharedTotal
	var left *SharedError
	if err := total.Apply(SharedChange{Counter: "s", Step: Reserve, Amount: 4, Limit: 3}); !errors.As(err, &left) || left.Left != 3 || !errors.Is(err, ErrShared) || !reflect.DeepEqual(total, SharedTotal{}) {
		t.Error(err, total)
	}
	total = SharedTotal{Held: []SharedHeld{{Never, 1<<63 - 5}}}
	if err := total.Apply(SharedChange{Counter: "s", Step: Reserve, Amount: 5}); !errors.Is(err, ErrShared) {
		t.Error(err, total)
	}
}
