package retention

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi/internal/strict"
)

// Decomposition says what moved a rate between two periods: who the customers
// are (mix) or what they do (rate). An immutable value.
type Decomposition struct {
	Before Share `json:"before"`
	After  Share `json:"after"`
	// Change is After's rate less Before's: Mix plus Rate, and these are the sums
	// of the effects in their order, with nothing left over.
	Change float64 `json:"change"`
	Interval
	Confidence float64 `json:"confidence"`
	Mix        float64 `json:"mix"`
	Rate       float64 `json:"rate"`
	// Effects are the groups, that of the greatest effect in either direction
	// first, then by name.
	Effects []Effect `json:"effects"`
}

// Effect is what one group did to the rate of all.
type Effect struct {
	Group        string  `json:"group"`
	Before       Share   `json:"before"`
	After        Share   `json:"after"`
	WeightBefore float64 `json:"weight_before"` // its part of the customers
	WeightAfter  float64 `json:"weight_after"`
	Mix          float64 `json:"mix"`
	Rate         float64 `json:"rate"`
	Total        float64 `json:"total"` // Mix + Rate
	// Change is the group's own rate after less before, with its interval. Known
	// is false where the group has customers in one period only; all three are
	// zero then, and the whole effect is mix. Clear says that the interval leaves
	// out 0.
	Change float64 `json:"change"`
	Interval
	Known bool `json:"known"`
	Clear bool `json:"clear"`
}

// Decompose splits the change of the overall rate between two periods. With the
// weight w and the rate r of a group, w̄ and r̄ the means of its two periods and R̄
// that of the overall rates,
//
//	rate effect = (r₁ − r₀)·w̄
//	mix effect  = (w₁ − w₀)·(r̄ − R̄)
//
// so a group grows the rate by growing only if it is better than the whole. The
// two sum to the change without a remainder. A group that one period lacks has
// the rate of the other in both. Interval is Newcombe's of the difference; the
// periods are taken as independent samples. A confidence of 0 is
// DefaultConfidence. The order of the groups does not matter. Errors: ErrCount
// and ErrDuplicate at /before/i and /after/i, ErrEmpty at /before and /after
// without customers, ErrConfidence. Kitagawa (1955), JASA 50:1168–1194.
func Decompose(before, after []Group, confidence float64) (Decomposition, error) {
	confidence, z, err := level(confidence)
	b, err1 := collect(before)
	a, err2 := collect(after)
	if err := strict.Join(placed(err1, "before"), placed(err2, "after"), err); err != nil {
		return Decomposition{}, wrap(err)
	}
	d := Decomposition{Confidence: confidence, Before: b.all, After: a.all}
	names := make([]string, 0, len(b.by)+len(a.by))
	for name := range b.by {
		names = append(names, name)
	}
	for name := range a.by {
		if _, ok := b.by[name]; !ok {
			names = append(names, name)
		}
	}
	r0, _ := b.all.Rate()
	r1, _ := a.all.Rate()
	for _, name := range names {
		d.Effects = append(d.Effects, effect(name, b, a, (r0+r1)/2, z))
	}
	slices.SortFunc(d.Effects, func(x, y Effect) int {
		return cmp.Or(cmp.Compare(math.Abs(y.Total), math.Abs(x.Total)), cmp.Compare(x.Group, y.Group))
	})
	for _, e := range d.Effects {
		d.Mix += e.Mix
		d.Rate += e.Rate
	}
	d.Change = d.Mix + d.Rate
	_, d.Interval = difference(a.all, b.all, z)
	return d, nil
}

// effect is that of one group; mean is R̄.
func effect(name string, b, a collected, mean, z float64) Effect {
	e := Effect{Group: name, Before: b.by[name], After: a.by[name]}
	e.WeightBefore = float64(e.Before.Of) / float64(b.all.Of)
	e.WeightAfter = float64(e.After.Of) / float64(a.all.Of)
	x, inBefore := e.Before.Rate()
	y, inAfter := e.After.Rate()
	if e.Known = inBefore && inAfter; e.Known {
		e.Change, e.Interval = difference(e.After, e.Before, z)
		e.Clear = e.Low > 0 || e.High < 0
	} else if inBefore {
		y = x
	} else {
		x = y
	}
	e.Rate = (y - x) * (e.WeightBefore + e.WeightAfter) / 2
	e.Mix = (e.WeightAfter - e.WeightBefore) * ((x+y)/2 - mean)
	e.Total = e.Mix + e.Rate
	return e
}

// Causes returns the groups behind the change: the greatest effects in its
// direction until they make up the given part of all effects in that direction.
// A part of 0.8 is usual; 1 or more is all of them. Nothing where nothing
// changed.
func (d Decomposition) Causes(part float64) []Effect {
	sum := 0.0
	for _, e := range d.Effects {
		if e.Total*d.Change > 0 {
			sum += math.Abs(e.Total)
		}
	}
	var causes []Effect
	got := 0.0
	for _, e := range d.Effects {
		if e.Total*d.Change > 0 && (part >= 1 || got < part*sum) {
			causes = append(causes, e)
			got += math.Abs(e.Total)
		}
	}
	return causes
}

// collected is groups by name, those without customers left out.
type collected struct {
	by  map[string]Share
	all Share
}

func collect(groups []Group) (collected, error) {
	c := collected{by: make(map[string]Share, len(groups))}
	seen := make(map[string]bool, len(groups))
	var errs []error
	for i, g := range groups {
		if err := g.check(); err != nil {
			errs = append(errs, at(err, i))
			continue
		}
		if seen[g.Name] {
			errs = append(errs, at(fmt.Errorf("%w: %.64q", ErrDuplicate, g.Name), i))
			continue
		}
		seen[g.Name] = true
		if c.all.Of > math.MaxInt64-g.Of {
			errs = append(errs, at(fmt.Errorf("%w: too many customers", ErrCount), i))
			continue
		}
		c.all.Of += g.Of
		c.all.Hits += g.Hits
		if g.Of > 0 {
			c.by[g.Name] = g.Share
		}
	}
	if len(errs) == 0 && c.all.Of == 0 {
		errs = append(errs, ErrEmpty)
	}
	return c, strict.Join(errs...)
}
