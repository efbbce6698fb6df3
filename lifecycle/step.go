package lifecycle

import "time"

// Step applies an event to a position and returns the position after it.
//
// First the timeouts due until at are applied, at included, each at its own
// deadline; Outcome.Timeouts counts them. Then the first rule for the event whose
// guard holds applies. What there is to do is in [Model.Effects].
//
// seq numbers a customer's events in the order in which the host received them,
// from 1 on; 0 is no number. A number up to the position's is a Duplicate: it was
// received before what was applied last. An event that happened before the
// position's Since or Last is late, whatever its number; at the same instant it
// is not. An event that is illegal, refused, late or a duplicate leaves no trace
// in the position: it can come again.
//
// A fault of the position, an unknown event and a bad instant are codes, and the
// position comes back as it was. c is what the guards see; nil means that none
// holds. Cost: O(rules for the event), no allocation.
func (m *Model[C]) Step(p Pos, e Event, at time.Time, seq uint32, c *C) (Pos, Outcome) {
	now, ok := InstantOf(at)
	s := &m.stages[p.Stage]
	// The checks in few instructions; why tells them apart. What lies after now or
	// before all instants is beyond room.
	room := uint64(now - firstInstant)
	inStage, silent := uint64(now-p.Since), uint64(now-p.Last)
	if !ok || p.Version != m.version || !s.known || !m.knownPre[p.Prev] || uint(e)-1 >= m.events || seq-1 < p.Seq ||
		inStage > room || silent > room || uint64(p.Counted) > maxCounted {
		if !ok {
			now = 0
		}
		return p, refusal(p, m.why(p, e, now, ok, seq), now)
	}
	var fired uint16
	if int64(inStage) >= s.entry || int64(silent) >= s.last || int64(inStage)+p.Counted >= s.carried {
		var o Outcome
		if p, o = m.advance(p, now); o.Code == Behind {
			return p, o
		}
		fired = o.Timeouts
	}
	from := p.Stage
	cell := m.cells[uint(from)*m.width+uint(e)]
	if cell.quick {
		// What the loop below would do with its first rule.
		code := Stayed
		if cell.to != 0 {
			if cell.to != from {
				p.Prev = from
			}
			p.Stage, p.Since, p.Counted, code = cell.to, now, 0, Moved
		}
		p.Last, p.Seq = now, max(p.Seq, seq)
		return p, Outcome{now, m.moves[cell.lo].rule, cell.lo + 1, Result{code, from, p.Stage, fired}}
	}
	for i := cell.lo; i < cell.lo+int32(cell.n); i++ {
		mv := &m.moves[i]
		if mv.guard != nil && (c == nil || !mv.guard(c)) {
			continue
		}
		code := Stayed
		if !mv.stays {
			p, code = m.enter(p, &mv.target, now), Moved
		}
		p.Last = now
		p.Seq = max(p.Seq, seq)
		return p, Outcome{now, mv.rule, i + 1, Result{code, from, p.Stage, fired}}
	}
	code := Refused
	if cell.n == 0 {
		code = Illegal
	}
	return p, Outcome{now, -1, 0, Result{code, from, from, fired}}
}

// why says what is wrong with a step.
func (m *Model[C]) why(p Pos, e Event, now Instant, ok bool, seq uint32) Code {
	code := m.fault(p)
	switch {
	case !ok:
		return BadTime
	case code != Idle:
		return code
	case uint(e)-1 >= m.events:
		return UnknownEvent
	case seq-1 < p.Seq:
		return Duplicate
	}
	return m.late
}

// refusal is an outcome that leaves the position as it is.
func refusal(p Pos, code Code, at Instant) Outcome {
	return Outcome{at, -1, 0, Result{code, p.Stage, p.Stage, 0}}
}

// enter moves p to where t leads.
func (m *Model[C]) enter(p Pos, t *target, at Instant) Pos {
	to := t.to
	if t.history != 0 {
		to = m.history[t.history-1][p.Prev]
	}
	here := &m.stages[p.Stage]
	switch {
	case here.clock == 0 || here.clock != m.stages[to].clock:
		p.Counted = 0
	case here.counts:
		p.Counted = min(p.Counted+m.elapsed(here.working, p.Since, at), maxCounted)
	}
	if to != p.Stage {
		p.Prev = p.Stage
	}
	p.Stage, p.Since = to, at
	return p
}

// elapsed returns the time from one instant to another, in microseconds. Outside
// the calendar's years no working time passes.
func (m *Model[C]) elapsed(working bool, from, to Instant) int64 {
	if !working {
		return int64(to - from)
	}
	a, b := max(int64(from), 0), min(int64(to), rangeSeconds*1e6)
	if a >= b {
		return 0
	}
	d, err := m.calendar.ElapsedMicros(a, b)
	if err != nil {
		return 0
	}
	return d.Microseconds()
}

// deadline returns when so many microseconds have passed since from, and false
// where they never have.
func (m *Model[C]) deadline(working bool, from Instant, after int64) (Instant, bool) {
	if !working {
		at := from + Instant(after)
		return at, at <= lastInstant
	}
	if after == 0 {
		return from, true
	}
	if after > rangeSeconds*1e6 { // and more than a time.Duration holds
		return 0, false
	}
	at, err := m.calendar.DeadlineMicros(max(int64(from), 0), time.Duration(after)*time.Microsecond)
	return Instant(at), err == nil
}
