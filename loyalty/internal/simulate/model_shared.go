package simulate

import (
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi/loyalty"
)

// reservation is what one hold has reserved of a counter of all accounts.
type reservation struct{ until, n int64 }

// pool is the reference of a counter that accounts share.
type pool struct {
	limit     int64
	confirmed int64
	reserved  []reservation
	lapsed    int64 // the latest deadline that passed
}

// used is what cannot be had any more at an instant.
func (p *pool) used(at int64) int64 {
	n := p.confirmed
	for _, r := range p.reserved {
		if r.until > at {
			n += r.n
		}
	}
	return n
}

// gone reports whether a deadline has passed at an instant, or had before.
func (p *pool) gone(until, at int64) bool {
	return until <= at || until <= p.lapsed
}

// move is a change of a counter of all accounts. Until 0 is of what no hold has reserved.
type move struct {
	name      string
	n         int64
	until, at int64
	confirm   bool // of a hold
}

// apply carries a move out.
func (p *pool) apply(m move) error {
	p.reserved = slices.DeleteFunc(p.reserved, func(r reservation) bool {
		if r.until <= m.at {
			p.lapsed = max(p.lapsed, r.until)
		}
		return r.until <= m.at
	})
	gone := p.gone(m.until, m.at)
	switch {
	case m.until == 0:
		p.confirmed += m.n
	case m.confirm:
		p.confirmed += m.n
		if !gone {
			return p.release(m.until, m.n)
		}
	case gone:
	case m.n > 0:
		p.reserved = append(p.reserved, reservation{m.until, m.n})
	default:
		return p.release(m.until, -m.n)
	}
	return nil
}

func (p *pool) release(until, n int64) error {
	for i := range p.reserved {
		if r := &p.reserved[i]; r.until == until {
			x := min(r.n, n)
			r.n -= x
			n -= x
		}
	}
	p.reserved = slices.DeleteFunc(p.reserved, func(r reservation) bool { return r.n == 0 })
	if n != 0 {
		return fmt.Errorf("%d more are released than were reserved", n)
	}
	return nil
}

// total is the pool as a store has it.
func (p *pool) total() loyalty.SharedTotal {
	t := loyalty.SharedTotal{Confirmed: p.confirmed, Lapsed: loyalty.Instant(p.lapsed)}
	sorted := slices.Clone(p.reserved)
	slices.SortFunc(sorted, func(a, b reservation) int { return int(min(max(a.until-b.until, -1), 1)) })
	for _, r := range sorted {
		if n := len(t.Held); n > 0 && int64(t.Held[n-1].Until) == r.until {
			t.Held[n-1].Amount += r.n
			continue
		}
		t.Held = append(t.Held, loyalty.SharedHeld{Until: loyalty.Instant(r.until), Amount: r.n})
	}
	return t
}

// clock is when a command counts for counters of all accounts: not after it is recorded.
func (d *deal) clock() int64 { return min(d.at, d.recorded) }

// used is what all accounts have used of a counter.
func (d *deal) used(name string) int64 {
	if p := d.shared[name]; p != nil {
		return p.used(d.clock())
	}
	return 0
}

// confirm captures pieces that a hold has reserved, or has not any more.
func (d *deal) confirm(name string, until, n int64) {
	if p := d.shared[name]; n > 0 && p != nil {
		if p.gone(until, d.clock()) && p.used(d.clock())+n > p.limit {
			refuse(loyalty.ErrShared)
		}
		d.a.moved = append(d.a.moved, move{name, n, until, d.at, true})
	}
}

// settleMoves carries out what a command has moved, and asks whether the host says the same.
func (w *World) settleMoves(next *account, recorded int64) error {
	for _, m := range next.moved {
		p := w.shared[m.name]
		if p == nil {
			return fmt.Errorf("a change of %q, which nobody shares", m.name)
		}
		m.at = min(m.at, recorded)
		if err := p.apply(m); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	next.moved = nil
	if w.behind {
		return nil
	}
	return w.totals()
}

// totals asks whether the host says the same of what accounts share.
func (w *World) totals() error {
	for name, p := range w.shared {
		if used := p.used(0); used < 0 || used > p.limit {
			return fmt.Errorf("%d of %d used of %s", used, p.limit, name)
		}
		got, err := w.host.Shared(name)
		if want := p.total(); err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			return fmt.Errorf("%s is %+v (%w), the reference has %+v", name, got, err, want)
		}
	}
	return nil
}
