package retention

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/proportion"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Verdict is what may be said about a rate, or about a target for it.
type Verdict string

// The verdicts.
const (
	Fell      Verdict = "fell"      // the whole interval of the change is below 0
	Rose      Verdict = "rose"      // the whole interval of the change is above 0
	Met       Verdict = "met"       // the whole interval is on the right side of the target
	Missed    Verdict = "missed"    // the whole interval is on the wrong side of the target
	Undecided Verdict = "undecided" // the interval holds values on both sides: more customers would tell
	TooFew    Verdict = "too_few"   // a period has fewer than MinCustomers
	// Unproven is for MinCustomers or more, whose rates are so close, or whose
	// change is so close to the target, that 10¹² in each period would not tell.
	Unproven Verdict = "unproven"
)

// Label returns the name of v that is shown to people.
func (v Verdict) Label(lang guanxi.Lang) string {
	switch v {
	case Fell:
		return guanxi.Text{EN: "Fell", ZH: "下降"}.In(lang)
	case Rose:
		return guanxi.Text{EN: "Rose", ZH: "上升"}.In(lang)
	case Met:
		return guanxi.Text{EN: "Met", ZH: "达成"}.In(lang)
	case Missed:
		return guanxi.Text{EN: "Missed", ZH: "未达成"}.In(lang)
	case Unproven:
		return guanxi.Text{EN: "No difference shown", ZH: "未见差异"}.In(lang)
	case Undecided:
		return guanxi.Text{EN: "Undecided", ZH: "尚无定论"}.In(lang)
	case TooFew:
		return guanxi.Text{EN: "Too few customers", ZH: "样本不足"}.In(lang)
	}
	return string(v)
}

// DefaultMinCustomers is how many customers each period must have before
// anything is decided.
const DefaultMinCustomers = 30

// Target is a goal for the change of a rate between two periods: the churn rate
// is to fall by two points (Change −0.02), the repurchase rate to rise by one
// (Change 0.01). The zero value asks that the rate falls at all.
type Target struct {
	// Change is on the scale of rates, in [-1, 1]. Up to 0 the rate is to change
	// by that or less, above 0 by that or more.
	Change       float64 `json:"change"`
	Confidence   float64 `json:"confidence,omitempty"`    // 0 is DefaultConfidence
	MinCustomers int64   `json:"min_customers,omitempty"` // in each period; 0 is DefaultMinCustomers
}

// Validate returns every fault of t, each a *guanxi.FieldError.
func (t Target) Validate() error {
	var errs []error
	if !(t.Change >= -1 && t.Change <= 1) {
		errs = append(errs, at(fmt.Errorf("%w: %v is no change of a rate", ErrOption, t.Change), "change"))
	}
	if _, _, err := level(t.Confidence); err != nil {
		errs = append(errs, at(err, "confidence"))
	}
	if t.MinCustomers < 0 {
		errs = append(errs, at(fmt.Errorf("%w: %d is below 0", ErrOption, t.MinCustomers), "min_customers"))
	}
	return strict.Join(errs...)
}

// Judgement is a verdict with its grounds. An immutable value.
type Judgement struct {
	Verdict Verdict `json:"verdict"` // Fell, Rose, Undecided, TooFew or Unproven
	Target  Verdict `json:"target"`  // Met, Missed, Undecided, TooFew or Unproven
	Before  Share   `json:"before"`
	After   Share   `json:"after"`
	// Change is after less before, and Interval Newcombe's. Known is false where
	// a period has no customers; both are zero then.
	Change float64 `json:"change"`
	Interval
	Known      bool    `json:"known"`
	Confidence float64 `json:"confidence"`
	// Needed is how many customers a period would take, as many in each, for the
	// direction to be seen if the rates stay as they are; 0 once it is. Reachable
	// is false where no number up to 10¹² would do: the rates are equal or next to
	// it, or not known.
	Needed    int64 `json:"needed"`
	Reachable bool  `json:"reachable"`
}

// Judge says whether a rate fell or rose between two periods, and whether it
// met the target. The periods are taken as independent samples: of leaving they
// are, since each asks anew about those who were there at its beginning. Errors:
// those of Validate; ErrCount at /before and /after. Newcombe (1998), Statistics
// in Medicine 17:873–890, method 10.
func (t Target) Judge(before, after Share) (Judgement, error) {
	err := strict.Join(t.Validate(), placed(before.check(), "before"), placed(after.check(), "after"))
	if err != nil {
		return Judgement{}, wrap(err)
	}
	confidence, z, _ := level(t.Confidence)
	j := Judgement{Verdict: TooFew, Target: TooFew, Before: before, After: after, Confidence: confidence}
	if before.Of == 0 || after.Of == 0 {
		return j, nil
	}
	j.Known = true
	j.Change, j.Interval = difference(after, before, z)
	least := t.MinCustomers
	if least == 0 {
		least = DefaultMinCustomers
	}
	limit := sized(before, after, most, z)
	if min(before.Of, after.Of) >= least {
		j.Verdict = settle(j.Interval.direction(), limit.direction())
		j.Target = settle(j.Interval.goal(t.Change), limit.goal(t.Change))
	}
	switch {
	case j.Verdict == Fell || j.Verdict == Rose:
		j.Reachable = true
	case limit.direction() != Undecided:
		j.Needed, j.Reachable = needed(before, after, least, z), true
	}
	return j, nil
}

// most is how many customers a period are thought of at most.
const most = 1e12

// settle is the verdict of an interval, given that of its limit, the interval
// of as many customers as may be thought of.
func settle(now, limit Verdict) Verdict {
	if now == Undecided && limit == Undecided {
		return Unproven
	}
	return now
}

// direction is Fell, Rose or Undecided.
func (i Interval) direction() Verdict {
	switch {
	case i.High < 0:
		return Fell
	case i.Low > 0:
		return Rose
	}
	return Undecided
}

// goal is Met, Missed or Undecided.
func (i Interval) goal(target float64) Verdict {
	low, high := i.Low, i.High
	if target > 0 { // a rate that is to rise: the mirror image
		low, high, target = -high, -low, -target
	}
	switch {
	case target == 0 && high < 0 || target < 0 && high <= target:
		return Met
	case target == 0 && low >= 0 || target < 0 && low > target:
		return Missed
	}
	return Undecided
}

// sized is the interval of the change if each period had n customers at its rate.
func sized(before, after Share, n int64, z float64) Interval {
	x, _ := after.Rate()
	y, _ := before.Rate()
	low, high := proportion.Difference(x, float64(n), y, float64(n), z)
	return Interval{low, high}
}

// needed finds the customers a period that would show the direction, which most
// do.
func needed(before, after Share, least int64, z float64) int64 {
	lo, hi := max(1, least)-1, int64(most) // does not show, or too few; shows
	for hi-lo > 1 {
		if mid := lo + (hi-lo)/2; sized(before, after, mid, z).direction() != Undecided {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}
