package churn

import (
	"fmt"
	"math"
	"time"

	"github.com/guanxi-go/guanxi/internal/normal"
)

// Basis says what a standing is made of.
type Basis string

const (
	// OwnCycle: the customer's own gaps, shrunk to the segment's.
	OwnCycle Basis = "own_cycle"
	// FirstOrder: one order so far; the segment's curve from first to second order.
	FirstOrder Basis = "first_order"
)

// Standing is where a customer stands in their purchase cycle at an instant. Days
// are of 24 hours, and only those in which silence counts.
type Standing struct {
	Basis    Basis   `json:"basis"`
	Orders   int     `json:"orders"`
	Silent   float64 `json:"silent"`   // days since the last occasion began
	Expected float64 `json:"expected"` // days after it by which the next order was expected
	Overdue  float64 `json:"overdue"`  // Silent − Expected, or 0 if that is negative
	// Silence is the probability of a silence this long or longer. With a cycle
	// of their own it is that of a customer who still comes; with one order that
	// of the segment, those included who never come again.
	Silence float64 `json:"silence"`
	// Due is the instant at which the next order was expected, seasons
	// considered; the zero time if that is not before 2106 or no season follows.
	Due time.Time `json:"due,omitzero"`
}

// Standing returns where a customer stands at now, by the config's quantile. The
// numbers move with now, not only with orders.
//
// Errors: ErrNoOrders; ErrFuture if the last order is after now; ErrSegment;
// ErrTime. No allocation.
func (r *Rhythm) Standing(c Cycle, seg *Segment, now time.Time) (Standing, error) {
	s, mean, sd, err := r.silence(c, seg, now)
	if err != nil {
		return Standing{}, err
	}
	if c.orders == 1 {
		s.Expected = seg.ReturnBy(r.quantile)
		s.Silence = seg.Silent(s.Silent)
	} else {
		s.Expected = expDays(mean + r.z*sd)
		s.Silence = lastTail(s.Silent, mean, sd)
	}
	s.Overdue = max(0, s.Silent-s.Expected)
	if due, ok := r.counted.after(c.last, wait(s.Expected)); ok {
		s.Due = time.UnixMicro(due).UTC()
	}
	return s, nil
}

// ReturnProbability returns the probability that the next order comes within that many days in
// which silence counts, given the silence so far: 1 − S(t+h)/S(t). ok is false
// where that cannot be known: with one order when t+h is beyond the end of the
// segment's curve, or nobody is left on it.
//
// Errors: those of Standing, and ErrValue unless within is finite and at least 0.
func (r *Rhythm) ReturnProbability(c Cycle, seg *Segment, now time.Time, within float64) (p float64, ok bool, err error) {
	if !(within >= 0 && within <= float64(maxDays)) {
		return 0, false, fmt.Errorf("%w: within %v days", ErrValue, within)
	}
	s, mean, sd, err := r.silence(c, seg, now)
	if err != nil {
		return 0, false, err
	}
	var before, after float64
	if c.orders == 1 {
		if s.Silent+within >= float64(len(seg.survival)) {
			return 0, false, nil
		}
		before, after = seg.Silent(s.Silent), seg.Silent(s.Silent+within)
	} else {
		before, after = lastTail(s.Silent, mean, sd), lastTail(s.Silent+within, mean, sd)
	}
	if before == 0 {
		return 0, false, nil
	}
	return 1 - after/before, true, nil
}

// silence fills the part of a standing that needs no quantile.
func (r *Rhythm) silence(c Cycle, seg *Segment, now time.Time) (s Standing, mean, sd float64, err error) {
	m, err := micro(now)
	switch {
	case err != nil:
		return s, 0, 0, err
	case c.orders == 0:
		return s, 0, 0, ErrNoOrders
	case m < c.last:
		return s, 0, 0, fmt.Errorf("%w: an order of %s at %s", ErrFuture, clock(c.last), clock(m))
	case seg == nil:
		return s, 0, 0, ErrSegment
	}
	s = Standing{Basis: FirstOrder, Orders: c.Orders(), Silent: days(r.counted.between(c.last, m))}
	if c.orders > 1 {
		s.Basis = OwnCycle
		mean, sd = seg.predict(c, r.spreadWeight)
	}
	return s, mean, sd, nil
}

// lastTail returns the probability that a log-normal gap is longer than days.
func lastTail(days, mean, sd float64) float64 {
	if days <= 0 {
		return 1
	}
	return normal.Upper((math.Log(days) - mean) / sd)
}

// wait returns days in microseconds, at most all time.
func wait(days float64) int64 {
	return int64(min(math.Round(days*float64(day)), float64(endOfTime)))
}
