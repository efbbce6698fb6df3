package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/churn"
)

// watch reads a customer's log: the cycle, what changed, and what that says.
type watch struct {
	scorer  *churn.Scorer
	rhythm  *churn.Rhythm
	leaving *churn.Leaving
	value   *churn.Shift // of orders, downwards
	gap     *churn.Shift // between them, upwards
}

func newWatch(scorer *churn.Scorer) (w *watch, err error) {
	w = &watch{scorer: scorer}
	if w.rhythm, err = churn.NewRhythm(churn.RhythmConfig{}); err != nil {
		return nil, err
	}
	if w.leaving, err = churn.NewLeaving(churn.LeavingConfig{}, w.rhythm); err != nil {
		return nil, err
	}
	if w.value, err = churn.NewShift(churn.ShiftConfig{Direction: churn.Down, WarmUp: 4}); err != nil {
		return nil, err
	}
	w.gap, err = churn.NewShift(churn.ShiftConfig{Direction: churn.Up, WarmUp: 3})
	return w, err
}

// view is a customer as of an instant; one who has not come yet has no orders.
type view struct {
	churn.Standing
	seen  []churn.Observation
	gone  bool // has left
	last  time.Time
	spent int64 // in the 365 days before
	mean  int64 // amount of an order
}

// look reads what was known of a customer before an instant. seen is memory to
// use for the observations.
func (w *watch) look(c *customer, seg *churn.Segment, at time.Time, seen []churn.Observation) (v view, err error) {
	n, _ := slices.BinarySearchFunc(c.orders, at, func(o order, t time.Time) int { return o.at.Compare(t) })
	if n == 0 {
		return view{}, nil
	}
	for _, o := range c.seen {
		if o.At < at.UnixMicro() {
			seen = append(seen, o)
		}
	}
	note := func(signal string, value float64, when time.Time) {
		o, fault := w.scorer.Observe(signal, value, when)
		if fault != nil {
			err = fault
		}
		seen = append(seen, o)
	}
	var cycle churn.Cycle
	var values, gaps churn.Series
	total := int64(0)
	for _, o := range c.orders[:n] {
		next, days, fault := w.rhythm.Step(cycle, o.at)
		if fault != nil {
			return view{}, fault
		}
		cycle = next
		var change churn.Change
		if values, change, fault = w.value.Step(values, float64(o.cents)); fault != nil {
			return view{}, fault
		}
		if change.Warm {
			note(churn.OrderValuePlunged, truth(change.Alarm()), o.at)
		}
		if days > 0 {
			if gaps, change, fault = w.gap.Step(gaps, days); fault != nil {
				return view{}, fault
			}
			if change.Warm {
				note(churn.OrderFrequencyFell, truth(change.Alarm()), o.at)
			}
		}
		total += o.cents
		if !o.at.Before(at.AddDate(0, 0, -365)) {
			v.spent += o.cents
		}
	}
	v.mean, v.last = total/int64(n), c.orders[n-1].at
	if v.Standing, err = w.rhythm.Standing(cycle, seg, at); err != nil {
		return view{}, err
	}
	deadline, ok, err := w.leaving.Deadline(cycle, seg)
	if err != nil {
		return view{}, err
	}
	v.gone = ok && !deadline.After(at)

	// Silence is observed anew each time, a moment before.
	moment := at.Add(-time.Microsecond)
	away := at.Sub(v.last)
	note(overdue, v.Overdue/max(1, v.Expected), moment)
	note(churn.NoOrderHalfYear, truth(away >= 182*day), moment)
	if c.channel == inStore { // of the others nobody knows whether they look in
		note(churn.NoVisitThreeMonths, truth(away >= 91*day), moment)
	}
	if missed, when, known := missedTwo(c.orders[:n], at); known {
		note(churn.PromotionsMissed, truth(missed), when)
	}
	v.seen = seen
	if err != nil {
		return view{}, fmt.Errorf("%s: %w", c.id, err)
	}
	return v, nil
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// missedTwo reports whether the last two promotions that are over went by without
// an order; known says that the customer was one before both.
func missedTwo(orders []order, at time.Time) (missed bool, when time.Time, known bool) {
	past := slices.DeleteFunc(promotions(), func(p time.Time) bool { return !p.Add(promotionLength).Before(at) })
	if len(past) < 2 || !orders[0].at.Before(past[len(past)-2]) {
		return false, time.Time{}, false
	}
	missed = true
	for _, p := range past[len(past)-2:] {
		if slices.ContainsFunc(orders, func(o order) bool { return !o.at.Before(p) && o.at.Before(p.Add(promotionLength)) }) {
			missed = false
		}
	}
	return missed, past[len(past)-1].Add(promotionLength), true
}
