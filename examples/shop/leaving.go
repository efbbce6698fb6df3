package main

import (
	"errors"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
)

// overdueSignal is a signal of this shop's own, beside those of the handbook.
const overdueSignal = "overdue"

// catalogue is the handbook's, with its weights by hand.
func catalogue() churn.Catalogue {
	c := churn.Handbook()
	c.Signals = append(c.Signals, churn.Signal{
		ID: overdueSignal, Name: guanxi.Text{EN: "Overdue by their own cycle", ZH: "按自身周期已逾期"},
		Weight: 1.5, Cap: 2, Group: "silence",
	})
	return c
}

// watch reads a customer's orders: the cycle, what changed, and what that says.
type watch struct {
	scorer  *churn.Scorer
	rhythm  *churn.Rhythm
	leaving *churn.Leaving
	value   *churn.Shift // of orders, downwards
	gap     *churn.Shift // between them, upwards
	segment *churn.Segment
	signal  struct{ overdue, halfYear, value, gap, refund, score int }
}

func newWatch() (w *watch, err error) {
	w = &watch{}
	if w.scorer, err = churn.NewScorer(catalogue()); err != nil {
		return nil, err
	}
	if w.rhythm, err = churn.NewRhythm(churn.RhythmConfig{}); err != nil {
		return nil, err
	}
	if w.leaving, err = churn.NewLeaving(churn.LeavingConfig{}, w.rhythm); err != nil {
		return nil, err
	}
	if w.value, err = churn.NewShift(churn.ShiftConfig{Direction: churn.Down, WarmUp: 4}); err != nil {
		return nil, err
	}
	if w.gap, err = churn.NewShift(churn.ShiftConfig{Direction: churn.Up, WarmUp: 3}); err != nil {
		return nil, err
	}
	for id, at := range map[string]*int{
		overdueSignal: &w.signal.overdue, churn.NoOrderHalfYear: &w.signal.halfYear, churn.OrderValuePlunged: &w.signal.value,
		churn.OrderFrequencyFell: &w.signal.gap, churn.RefundDemanded: &w.signal.refund, churn.LowScore: &w.signal.score,
	} {
		*at, _ = w.scorer.Index(id)
	}
	return w, nil
}

// view is where a buyer stands.
type view struct {
	churn.Standing
	churn.Score
	reasons []churn.Reason // the strongest
	gone    bool           // has left
	left    time.Time      // when, if gone
	stake   float64        // risk × what they bought in the last 365 days, in the currency
	year    int64          // what they bought then, in minor units
}

// mostReasons is how many reasons are kept of each.
const mostReasons = 3

// views is how all buyers stand.
type views struct {
	*watch
	of []view
}

// errShort says that nothing can be known of cycles.
var errShort = errors.New("too few customers came twice")

// findViews learns how the buyers of the shop buy, and looks at each of them.
func findViews(b *book, scores *waves, c *crew) (*views, error) {
	w, err := newWatch()
	if err != nil {
		return nil, err
	}
	cycles := make([]churn.Cycle, len(b.buyers))
	type sums struct {
		gaps  churn.Gaps
		curve churn.Curve
	}
	parts, err := inChunks(c, "cycles", len(b.buyers), func(from, to int) (*sums, error) {
		s := &sums{}
		for i := from; i < to; i++ {
			cycle, err := w.learn(b, i, &s.curve)
			if err != nil {
				return nil, err
			}
			cycles[i] = cycle
			s.gaps.Add(cycle)
		}
		return s, nil
	})
	if err != nil {
		return nil, err
	}
	all := &sums{}
	for _, p := range parts {
		all.gaps.Merge(&p.gaps)
		all.curve.Merge(&p.curve)
	}
	w.segment, err = churn.NewSegment(&all.gaps, &all.curve, nil, churn.SegmentConfig{})
	if errors.Is(err, churn.ErrTooFew) {
		return nil, errShort
	}
	if err != nil {
		return nil, err
	}
	v := &views{w, make([]view, len(b.buyers))}
	_, err = inChunks(c, "risks", len(b.buyers), func(from, to int) (struct{}, error) {
		return struct{}{}, v.look(b, scores, cycles, from, to)
	})
	return v, err
}

// learn reads the gaps of a buyer, and how long the second order took.
func (w *watch) learn(b *book, i int, curve *churn.Curve) (cycle churn.Cycle, err error) {
	came := false
	var first time.Time
	for o := range b.buyer(i).counting {
		at := time.UnixMicro(o.at).UTC()
		if first.IsZero() {
			first = at
		}
		next, days, err := w.rhythm.Step(cycle, at)
		if err != nil {
			return cycle, err
		}
		if cycle = next; days > 0 && !came {
			came = true
			if err := curve.Add(int(days), true); err != nil {
				return cycle, err
			}
		}
	}
	if came {
		return cycle, nil
	}
	days, err := w.rhythm.Counted(first, b.asOf)
	if err != nil {
		return cycle, err
	}
	return cycle, curve.Add(int(days), false)
}

// look fills the views of the buyers [from, to).
func (v *views) look(b *book, scores *waves, cycles []churn.Cycle, from, to int) error {
	columns := churn.Columns{First: []int32{0}}
	var seen []churn.Observation
	for i := from; i < to; i++ {
		var err error
		if seen, err = v.one(b, i, cycles[i], scores, seen[:0]); err != nil {
			return err
		}
		for _, o := range seen {
			columns.Signal, columns.Value, columns.At = append(columns.Signal, uint16(o.Signal)), append(columns.Value, o.Value), append(columns.At, o.At)
		}
		columns.First = append(columns.First, int32(len(columns.At)))
	}
	list, reasons, _, err := v.scorer.AppendScores(nil, nil, mostReasons, columns, b.asOf)
	if err != nil {
		return err
	}
	unit := perUnit(b)
	for i := from; i < to; i++ {
		of := &v.of[i]
		of.Score = list[i-from]
		of.reasons = reasons[mostReasons*(i-from):][:of.Reasons]
		of.year = b.buyer(i).spent(b.asOf.AddDate(0, 0, -365).UnixMicro())
		of.stake = of.Risk * max(0, float64(of.year)) * unit
	}
	return nil
}

// one looks at a buyer and returns what was observed.
func (v *views) one(b *book, i int, cycle churn.Cycle, scores *waves, seen []churn.Observation) ([]churn.Observation, error) {
	s := b.buyer(i)
	of := &v.of[i]
	note := func(signal int, value float64, at int64) {
		seen = append(seen, churn.Observation{Signal: signal, Value: value, At: at})
	}
	var each churn.Cycle
	var amounts, gaps churn.Series
	n := 0
	for k := range s.orders {
		o := &s.orders[k]
		for _, r := range o.backs {
			note(v.signal.refund, min(1, float64(r.units)/float64(max(1, o.units))), r.at)
		}
		if o.undone() {
			continue
		}
		n++
		at := time.UnixMicro(o.at).UTC()
		next, days, err := v.rhythm.Step(each, at)
		if err != nil {
			return nil, err
		}
		each = next
		var change churn.Change
		if o.units > 0 {
			if amounts, change, err = v.value.Step(amounts, float64(o.units)); err != nil {
				return nil, err
			}
			if change.Warm {
				note(v.signal.value, one(change.Alarm()), o.at)
			}
		}
		if days > 0 {
			if gaps, change, err = v.gap.Step(gaps, days); err != nil {
				return nil, err
			}
			if change.Warm {
				note(v.signal.gap, one(change.Alarm()), o.at)
			}
		}
	}
	if a, ok := scores.last(i); ok {
		note(v.signal.score, one(a.score <= 6), a.at)
	}
	var err error
	if of.Standing, err = v.rhythm.Standing(cycle, v.segment, b.asOf); err != nil {
		return nil, err
	}
	deadline, ok, err := v.deadline(cycle)
	if err != nil {
		return nil, err
	}
	if of.gone = ok && !deadline.After(b.asOf); of.gone {
		of.left = deadline
	}
	moment := b.asOf.UnixMicro() - 1 // silence is observed anew each day
	note(v.signal.overdue, of.Overdue/max(1, of.Standing.Expected), moment)
	note(v.signal.halfYear, one(of.Silent >= 182), moment)
	return seen, nil
}

// deadline is when a customer of a cycle counts as gone without another order.
func (v *views) deadline(cycle churn.Cycle) (time.Time, bool, error) {
	if cycle.Orders() == 0 {
		return time.Time{}, false, nil
	}
	return v.leaving.Deadline(cycle, v.segment)
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
