package lifecycle

import "time"

// Visit is a stay in a stage, the half-open [From, To). A journal is the visits
// of a customer, each beginning where the one before ends; the visit that is
// still going on is in the position. Entering a stage anew begins a new visit,
// and passing through a stage in no time is a visit with From = To.
type Visit struct {
	Stage Stage   `json:"stage"`
	From  Instant `json:"from"`
	To    Instant `json:"to"`
}

// AppendVisits appends the visits that ended when Step, Advance or Classify came
// from the position before to the outcome o, in order. Timeouts that a step
// applied first end visits of their own. Where before has a fault, or is the zero
// Pos, there are none. No allocation but for dst.
func (m *Model[C]) AppendVisits(dst []Visit, before Pos, o Outcome) []Visit {
	if m.fault(before) != Idle {
		return dst
	}
	p := before
	for range o.Timeouts {
		t, at, ok := m.first(p)
		if !ok {
			return dst // o is not an outcome of before
		}
		dst = append(dst, Visit{p.Stage, p.Since, at})
		p, _ = m.fire(p, t, at)
	}
	if o.Code == Moved && !o.ByTimeout() {
		dst = append(dst, Visit{p.Stage, p.Since, o.At})
	}
	return dst
}

// OpenVisit returns the visit that is going on at now, [Since, now). It reports
// false for the zero Pos and a now before Since.
func (p Pos) OpenVisit(now time.Time) (Visit, bool) {
	at, ok := InstantOf(now)
	return Visit{p.Stage, p.Since, at}, ok && p.Stage != 0 && at >= p.Since
}
