package loyalty

import (
	"context"
	"testing"
	"time"
)

// mugs is a service with a limit and a stock on mugs of 50 points, for one account of
// 1,000 points.
type mugs struct {
	*testing.T
	s *Service
	n int
}

func newMugs(t *testing.T, limit, stock int64) *mugs {
	e, err := New(shop(func(p *Program) { p.Rewards[0].Limit, p.Rewards[0].Stock = &Limit{Times: limit}, &stock }))
	if err != nil {
		t.Fatal(err)
	}
	m := &mugs{T: t}
	m.s = &Service{Engine: e, Store: new(Memory), Now: func() time.Time { return day(1).Add(time.Duration(m.n) * time.Second) }}
	m.do("points", func(h Header) Command { return &Adjust{Header: h, Kind: "points", Points: 1000} })
	return m
}

func (m *mugs) do(key Key, c func(Header) Command) {
	m.Helper()
	m.n++
	if _, err := m.s.Do(context.Background(), "a", c(Header{Key: key, At: day(1)})); err != nil {
		m.Fatalf("%s: %v", key, err)
	}
}

func (m *mugs) place(n int64) {
	m.Helper()
	m.do("place", func(h Header) Command { return &Place{Header: h, Hold: "h", Spend: Spend{Reward: "mug", Quantity: n}} })
}

func (m *mugs) capture(k Key, points Points, keep bool) {
	m.Helper()
	m.do(k, func(h Header) Command { return &Capture{Header: h, Hold: "h", Points: points, Keep: keep} })
}

func (m *mugs) redeem(k Key, n int64) {
	m.Helper()
	m.do(k, func(h Header) Command { return &Redeem{Header: h, Spend: Spend{Reward: "mug", Quantity: n}} })
}

func (m *mugs) giveUp(k, red Key, points Points) {
	m.Helper()
	m.do(k, func(h Header) Command { return &Return{Header: h, Redemption: red, Points: points} })
}

// counts asks what is reserved, what is confirmed, and what the limit has counted.
func (m *mugs) counts(reserved, confirmed, limit int64) {
	m.Helper()
	got, err := m.s.Store.Shared(context.Background(), "stock:mug")
	a, err2 := m.s.Store.Load(context.Background(), "a", Need{All: true})
	if err != nil || err2 != nil {
		m.Fatal(err, err2)
	}
	if got.ReservedAt(InstantOf(day(1))) != reserved || got.Confirmed != confirmed {
		m.Errorf("stock %+v, want %d reserved, %d confirmed", got, reserved, confirmed)
	}
	if n := a.counters.total("limit:reward:mug", 0); n != limit {
		m.Errorf("limit has counted %d, want %d", n, limit)
	}
}

func TestHoldOfPieces(t *testing.T) {
	t.Run("a capture that came back makes room", func(t *testing.T) {
		m := newMugs(t, 1, 10)
		m.place(1)
		m.capture("r", 0, false)
		m.giveUp("ret", "r", 0)
		m.counts(0, 0, 0)
		m.redeem("again", 1)
		m.counts(0, 1, 1)
	})
	t.Run("two captures, the first comes back first", func(t *testing.T) {
		m := newMugs(t, 5, 10)
		m.place(4)
		m.capture("r1", 1, true)
		m.counts(4, 0, 4)
		m.capture("r2", 0, false)
		m.counts(0, 4, 4)
		m.giveUp("x", "r1", 0)
		m.counts(0, 4, 4)
		m.giveUp("y", "r2", 0)
		m.counts(0, 0, 0)
	})
	t.Run("one of four is captured", func(t *testing.T) {
		m := newMugs(t, 5, 10)
		m.place(4)
		m.capture("r", 50, false)
		m.counts(0, 1, 1)
		m.redeem("x", 4)
		m.counts(0, 5, 5)
	})
	t.Run("what is left after a capture is voided", func(t *testing.T) {
		m := newMugs(t, 5, 10)
		m.place(4)
		m.capture("r", 120, true)
		m.counts(2, 2, 4)
		m.do("void", func(h Header) Command { return &Void{Header: h, Hold: "h"} })
		m.counts(0, 2, 2)
		m.giveUp("x", "r", 0)
		m.counts(0, 0, 0)
	})
	t.Run("two of three come back", func(t *testing.T) {
		m := newMugs(t, 3, 3)
		m.redeem("r", 3)
		m.giveUp("x", "r", 99)
		m.counts(0, 2, 2)
		m.giveUp("y", "r", 1)
		m.counts(0, 1, 1)
		m.redeem("r2", 2)
		m.counts(0, 3, 3)
	})
}
