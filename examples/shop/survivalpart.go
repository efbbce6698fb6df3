package main

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/survival"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
)

// sizes are the groups of the curves: thirds of the buyers by their first order.
var sizes = []struct {
	id   string
	name guanxi.Text
}{
	{"small", guanxi.Text{EN: "Small first order", ZH: "首单较小"}},
	{"medium", guanxi.Text{EN: "Medium first order", ZH: "首单中等"}},
	{"large", guanxi.Text{EN: "Large first order", ZH: "首单较大"}},
}

// mostPoints is how many points a curve has at most.
const mostPoints = 200

// findSurvival is how long buyers take until they order again, by the size of the
// first order. The error is
// survival.ErrNoEvents where nobody did.
//
// Nobody sees a customer leave whom no contract binds: a curve of those who left
// would only show after how much silence somebody counts as gone. A second order is
// seen, and who has none yet is watched until as_of.
func findSurvival(b *book, o options) (*wholeSurvival, error) {
	first := make([]int64, len(b.buyers))
	var d survival.Data
	for i := range b.buyers {
		days, again, units := b.buyer(i).again(b.asOf.UnixMicro())
		first[i] = units
		d.Time, d.Event = append(d.Time, float64(days)), append(d.Event, again)
	}
	cuts := thirds(first)
	for _, sz := range sizes {
		d.Group.Levels = append(d.Group.Levels, sz.id)
	}
	for _, units := range first {
		group, _ := slices.BinarySearchFunc(cuts, units, func(cut, u int64) int { return cmp.Or(cmp.Compare(cut, u), -1) })
		d.Group.Codes = append(d.Group.Codes, int32(group))
	}
	if !slices.Contains(d.Event, true) {
		return nil, survival.ErrNoEvents
	}
	curves, err := survival.KaplanMeier(d, survival.CurveConfig{})
	if err != nil {
		return nil, err
	}
	r := &wholeSurvival{Curves: []wholeCurve{}}
	for _, c := range curves.Curves {
		k := slices.IndexFunc(sizes, func(s struct {
			id   string
			name guanxi.Text
		}) bool {
			return s.id == c.Group
		})
		w := wholeCurve{Group: c.Group, Name: sizes[k].name.In(o.lang), Range: amountRange(b, cuts, k), Customers: c.N, Again: c.Events, Points: curvePoints(c)}
		if m, ok := c.Median(); ok {
			w.Median = &m.Value
		}
		r.Curves = append(r.Curves, w)
	}
	test, err := survival.LogRank(d, survival.RankConfig{})
	switch {
	case err == nil:
		r.ChiSq, r.P = &test.ChiSq, &test.P
	case !errors.Is(err, survival.ErrOneGroup):
		return nil, err
	}
	return r, nil
}

// again is after how many whole days a buyer ordered again, which takes one at least,
// or until when they were watched; and what the first order came to.
func (s *shopper) again(end int64) (days int64, came bool, units int64) {
	const day = 86400e6 // microseconds
	first := true
	var begin int64
	for o := range s.counting {
		if first {
			begin, units, first = o.at, o.units, false
		} else if o.at-begin >= day {
			return (o.at - begin) / day, true, units
		}
	}
	return (end - begin) / day, false, units
}

// thirds are the least amounts of the second and the third group. Equal first orders
// are in one group, so that groups may be of different size, or empty.
func thirds(units []int64) []int64 {
	sorted := slices.Sorted(slices.Values(units))
	return []int64{sorted[len(sorted)/3], sorted[len(sorted)*2/3]}
}

// amountRange says which first orders are in a group.
func amountRange(b *book, cuts []int64, k int) string {
	text := func(units int64) string {
		return layout.Grouped(b.pop.Money(units).StringFixed(int32(b.pop.Config().Decimals)))
	}
	switch k {
	case 0:
		return "< " + text(cuts[0])
	case 1:
		return text(cuts[0]) + " – " + text(cuts[1]-1)
	}
	return "≥ " + text(cuts[1])
}

// curvePoints are the steps of a curve, thinned where there are too many.
func curvePoints(c survival.Curve) []wholeCurvePoint {
	out := []wholeCurvePoint{{Day: 0, Share: 1, Low: new(1.0), High: new(1.0), AtRisk: c.N}}
	step := (len(c.Points) + mostPoints - 2) / (mostPoints - 1)
	for i, p := range c.Points {
		if (i+1)%step != 0 && i != len(c.Points)-1 {
			continue
		}
		w := wholeCurvePoint{Day: p.Time, Share: p.Survival, AtRisk: p.AtRisk}
		if !math.IsNaN(p.Low) {
			w.Low, w.High = &p.Low, &p.High
		}
		out = append(out, w)
	}
	return out
}
