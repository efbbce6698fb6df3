package lifecycle

import (
	"iter"
	"time"
)

// maxFired is how many timeouts are applied at once.
const maxFired = 4096

// Advance applies the timeouts of p that are due until now, now included, in the
// order of their deadlines and each at its own deadline; where two have the same,
// that of the inner stage comes first, then the first in the config. So the
// result is the same however often and however late it is called, and a step
// after it finds what it would have found without.
//
// The outcome is that of the last timeout, Idle if none was due; Timeouts counts
// them, and [Model.Timeouts] on the position before lists them. Behind means that
// more than 4,096 were due: the position has come that far, call again. A fault
// of the position, a bad now, and a now before the position (Backwards) leave it
// as it was.
//
// A timeout reads nothing but the position, so Advance asks for no customer.
// Cost: O(timeouts of the stage) for each applied, no allocation.
func (m *Model[C]) Advance(p Pos, now time.Time) (Pos, Outcome) {
	until, ok := InstantOf(now)
	if !ok {
		return p, refusal(p, BadTime, 0)
	}
	code := m.fault(p)
	if code == Idle && until < p.newest() {
		code = Backwards
	}
	if code != Idle {
		return p, refusal(p, code, until)
	}
	return m.advance(p, until)
}

// perhaps reports whether a timeout may be due until now: false is certain.
func (m *Model[C]) perhaps(p Pos, now Instant) bool {
	s := &m.stages[p.Stage]
	inStage := int64(now - p.Since)
	return inStage >= s.entry || int64(now-p.Last) >= s.last || inStage+p.Counted >= s.carried
}

// advance is Advance of a p that is sound and not after now.
func (m *Model[C]) advance(p Pos, now Instant) (Pos, Outcome) {
	out := refusal(p, Idle, now)
	for m.perhaps(p, now) {
		t, at, ok := m.first(p)
		if !ok || at > now {
			break
		}
		if out.Timeouts == maxFired {
			out.Code = Behind
			break
		}
		n := out.Timeouts + 1
		p, out = m.fire(p, t, at)
		out.Timeouts = n
	}
	return p, out
}

// fire applies a timeout at its deadline.
func (m *Model[C]) fire(p Pos, t *timeout, at Instant) (Pos, Outcome) {
	from := p.Stage
	p = m.enter(p, &t.target, at)
	return p, Outcome{at, t.rule, t.transit, Result{Moved, from, p.Stage, 1}}
}

// first returns the timeout of p that is due first.
func (m *Model[C]) first(p Pos) (best *timeout, at Instant, ok bool) {
	s := &m.stages[p.Stage]
	for i := s.lo; i < s.hi; i++ {
		t := &m.timeouts[i]
		start, after := p.Since, t.after
		switch t.from {
		case fromLast:
			start = p.Last
		case fromCarried:
			after = max(0, after-p.Counted)
		}
		d, never := m.deadline(t.working, start, after)
		if !never {
			continue
		}
		if d = max(d, p.Since); !ok || d < at {
			best, at, ok = t, d, true
		}
	}
	return best, at, ok
}

// NextDue returns when the first timeout of p is due, which is what the host
// indexes: until then Advance does nothing. It may lie in the past. It reports
// false where there is none, and for a position with a fault. Cost: O(timeouts of
// the stage), no allocation.
func (m *Model[C]) NextDue(p Pos) (time.Time, bool) {
	if m.fault(p) != Idle {
		return time.Time{}, false
	}
	_, at, ok := m.first(p)
	if !ok {
		return time.Time{}, false
	}
	return at.Time(), true
}

// Timeouts yields the timeouts of p that are due until an instant, that instant
// included, in order: the position after each and its outcome. They are those
// that Advance, and Step before its event, apply, however many. A position with
// a fault has none. No allocation.
func (m *Model[C]) Timeouts(p Pos, until time.Time) iter.Seq2[Pos, Outcome] {
	return func(yield func(Pos, Outcome) bool) { m.each(p, until, yield) }
}

func (m *Model[C]) each(p Pos, until time.Time, yield func(Pos, Outcome) bool) {
	now, ok := InstantOf(until)
	if !ok || m.fault(p) != Idle {
		return
	}
	for p.newest() <= now {
		t, at, ok := m.first(p)
		if !ok || at > now {
			return
		}
		var o Outcome
		if p, o = m.fire(p, t, at); !yield(p, o) {
			return
		}
	}
}

// Change is a row that [Model.Sweep] changed, or could not.
type Change struct {
	Row     int
	Before  Pos
	Outcome Outcome
}

// Sweep is [Model.Advance] on every row of pos, in place. It appends to dst, in
// order, the rows that changed and those with a fault, which are as they were. A
// row that lies after now has nothing due and is left alone. A now that is no
// instant is [ErrTime], and nothing is changed.
//
// Cost: O(rows); no allocation but for dst. Rows are independent: several
// goroutines may sweep parts of one slice.
func (m *Model[C]) Sweep(dst []Change, pos []Pos, now time.Time) ([]Change, error) {
	until, ok := InstantOf(now)
	if !ok {
		return dst, ErrTime
	}
	for i := range pos {
		p := pos[i]
		if code := m.fault(p); code != Idle {
			dst = append(dst, Change{i, p, refusal(p, code, until)})
			continue
		}
		if !m.perhaps(p, until) || until < p.newest() {
			continue
		}
		after, out := m.advance(p, until)
		if out.Timeouts > 0 {
			pos[i] = after
			dst = append(dst, Change{i, p, out})
		}
	}
	return dst, nil
}
