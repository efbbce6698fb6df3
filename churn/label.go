package churn

import (
	"fmt"
	"math"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Outcome is what became of a customer in the time from a cut on.
type Outcome string

const (
	// Unknown: the data ends before the horizon does, and so far the customer has
	// not left. Not the same as stayed: leave them out. (The Unknown of churn/predict
	// is the zero value of another type.)
	Unknown Outcome = "unknown"
	// Stayed: has not left by the end of the horizon.
	Stayed Outcome = "stayed"
	// Left within the horizon, and perhaps came back later.
	Left Outcome = "left"
	// Gone before the cut: not a customer who could leave.
	Gone Outcome = "gone"
	// Stranger: no customer yet at the cut.
	Stranger Outcome = "stranger"
)

// Term is a contract from From to To, half-open, in UTC microseconds. A To of 0
// is an open end.
type Term struct {
	From int64 `json:"from"`
	To   int64 `json:"to,omitempty"`
}

// History is what is known of a customer, in UTC microseconds, in the order of
// time. Orders are read if leaving is by silence or by a fixed span, Terms if it
// is by contract. A term that begins before the last one's end and grace renews it.
type History struct {
	Orders []int64
	Terms  []Term
	// Until is where the data ends: everything before it is known, nothing from
	// it on. Orders from it on are faults; a term may be agreed on ahead.
	Until time.Time
	// Segment is that of the customer, for Silence; it is to be learned from
	// before the cut.
	Segment *Segment
}

const never = math.MaxInt64

// Outcome returns what became of a customer in [asOf, asOf + horizon), as training
// and back-tests need it: features are taken from before asOf, the label from asOf
// on. A customer leaves at the deadline of their silence or contract, which is
// computed from what was known when the silence began. A customer who had left
// before asOf is Gone, unless they had come back by then; a customer at asOf is one
// with an order or a term before it.
//
// A customer who has not left when the data ends is Unknown, unless the horizon
// ended before. Take rates only from cuts whose whole horizon the data covers:
// where it does not, those who leave are known sooner than those who stay. Choose a
// horizon as long as most silences that count as leaving; in a shorter one only
// those can leave who are silent already.
//
// Errors: ErrTime; ErrOption at /horizon; ErrSegment at /segment; at /orders/i and
// /terms/i ErrTime, ErrLate, ErrFuture, ErrTerm; ErrTerm where an open term is not
// the last. All faults at once, up to 100. Cost: O(orders), no allocation.
func (l *Leaving) Outcome(h History, asOf time.Time, horizon guanxi.Span) (Outcome, error) {
	cut, err := micro(asOf)
	if err != nil {
		return "", at(err, "as_of")
	}
	until, err := micro(h.Until)
	if err != nil {
		return "", at(err, "until")
	}
	if err := horizon.Validate(); err != nil {
		return "", at(err, "horizon")
	}
	end, err := micro(horizon.AddTo(asOf, l.rhythm.loc))
	if err != nil || end <= cut {
		return "", at(fmt.Errorf("%w: %s ends outside the years 1970 to 2105, or at once", ErrOption, horizon), "horizon")
	}
	j := judge{cut: cut, end: end, until: until, known: until}
	if err := l.judge(&j, h); err != nil {
		return "", err
	}
	return j.outcome(), nil
}

// LeftAt returns the instant at which a customer left for the first time, whether
// they came back or not: the deadline of a silence, or the end of a contract and
// its grace. ok is false for a customer who had not left by asOf (nor by h.Until,
// where that is earlier): so far they have stayed. It is the end of the time that
// churn/survival counts from the first order or term.
//
// Errors: ErrTime; those of Outcome about h. Cost: O(orders), no allocation.
func (l *Leaving) LeftAt(h History, asOf time.Time) (t time.Time, ok bool, err error) {
	now, err := micro(asOf)
	if err != nil {
		return t, false, at(err, "as_of")
	}
	until, err := micro(h.Until)
	if err != nil {
		return t, false, at(err, "until")
	}
	j := judge{cut: never, end: never, until: until, known: min(until, now)}
	if err := l.judge(&j, h); err != nil || j.first == 0 {
		return t, false, err
	}
	return time.UnixMicro(j.first).UTC(), true, nil
}

func (l *Leaving) judge(j *judge, h History) error {
	if l.kind == ContractEnd {
		return l.judgeTerms(j, h.Terms)
	}
	return l.judgeOrders(j, h)
}

// judge follows a customer through deadlines and signs of life.
type judge struct {
	cut, end, until      int64
	known                int64 // deadlines after it have not passed
	first                int64 // deadline that passed
	customer, gone, left bool
}

// life is an order, or the beginning of a term.
func (j *judge) life(m int64) {
	if m < j.cut {
		j.customer, j.gone = true, false
	}
}

// passed is a deadline that passed with no sign of life before next.
func (j *judge) passed(deadline, next int64) {
	if deadline > next || deadline > j.known {
		return
	}
	if j.first == 0 {
		j.first = deadline
	}
	switch {
	case deadline < j.cut:
		j.gone = true
	case deadline < j.end:
		// Of deadlines from the cut on only the first counts, and only for those
		// who were there at the cut; outcome sees to that.
		j.left = true
	}
}

func (j *judge) outcome() Outcome {
	switch {
	case j.until < j.cut:
		return Unknown
	case !j.customer:
		return Stranger
	case j.gone:
		return Gone
	case j.left:
		return Left
	case j.until >= j.end:
		return Stayed
	}
	return Unknown
}

func (l *Leaving) judgeOrders(j *judge, h History) error {
	if l.kind == Silence && h.Segment == nil {
		return at(ErrSegment, "segment")
	}
	var f faults
	var c Cycle
	for i, m := range h.Orders {
		var err error
		switch {
		case len(f) >= maxFaults:
			return append(f, at(fmt.Errorf("%w: orders from %d on", guanxi.ErrTooMany, i), "orders")).err()
		case !inTime(m):
			err = timeFault(m)
		case m >= j.until:
			err = fmt.Errorf("%w: %s, and the data ends at %s", ErrFuture, clock(m), clock(j.until))
		case i > 0 && m < h.Orders[i-1]:
			err = fmt.Errorf("%w: %s", ErrLate, clock(m))
		}
		if err != nil {
			f = append(f, at(err, "orders", i))
			continue
		}
		if len(f) > 0 {
			continue
		}
		if c.orders > 0 && m-c.last < l.rhythm.occasion {
			continue // of the same occasion
		}
		if c.orders > 0 {
			if deadline, ok := l.deadline(c, h.Segment); ok {
				j.passed(deadline, m)
			}
		}
		j.life(m)
		if c, _, err = l.rhythm.step(c, m); err != nil {
			return at(err, "orders", i)
		}
	}
	if len(f) > 0 {
		return f.err()
	}
	if c.orders > 0 {
		if deadline, ok := l.deadline(c, h.Segment); ok {
			j.passed(deadline, never)
		}
	}
	return nil
}

func (l *Leaving) judgeTerms(j *judge, terms []Term) error {
	var f faults
	deadline, covered := int64(never), false
	for i, t := range terms {
		var err error
		switch {
		case len(f) >= maxFaults:
			return append(f, at(fmt.Errorf("%w: terms from %d on", guanxi.ErrTooMany, i), "terms")).err()
		case !inTime(t.From) || t.To != 0 && !inTime(t.To):
			err = fmt.Errorf("%w: %d to %d µs", ErrTime, t.From, t.To)
		case t.To != 0 && t.To <= t.From:
			err = fmt.Errorf("%w: it ends at %s and begins at %s", ErrTerm, clock(t.To), clock(t.From))
		case i > 0 && t.From < terms[i-1].From:
			err = fmt.Errorf("%w: it begins at %s", ErrLate, clock(t.From))
		case i > 0 && terms[i-1].To == 0:
			err = fmt.Errorf("%w: it follows one with an open end", ErrTerm)
		}
		if err != nil {
			f = append(f, at(err, "terms", i))
			continue
		}
		if len(f) > 0 {
			continue
		}
		if covered {
			j.passed(deadline, t.From)
		}
		j.life(t.From)
		ends := int64(never)
		if t.To != 0 {
			ends = l.ended(t.To)
		}
		if covered && deadline > t.From {
			ends = max(ends, deadline) // it renews a term that runs longer
		}
		deadline, covered = ends, true
	}
	if len(f) > 0 {
		return f.err()
	}
	if covered {
		j.passed(deadline, never)
	}
	return nil
}
