package main

import (
	"errors"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

// valueConfig: a year ahead, discounted by 1 % a month.
var valueConfig = clv.ValueConfig{Horizon: 12, Discount: 0.01}

// rowConfig is how the log becomes rows: days with orders, counted in weeks.
var rowConfig = clv.RowConfig{Unit: clv.Week}

// values is what the buyers are still worth.
type values struct {
	of     []clv.Value    // by buyer
	limits []clv.Forecast // of Value; nil where not known
	priced bool           // spend and values are known
	report *wholeValue
}

// findValues fits the models to the whole log and values every buyer. It returns nil
// and why where there is no fit.
func findValues(b *book, o options, c *crew) (*values, error) {
	rows, err := clv.FromPurchases(b.log.agg, b.asOf, rowConfig)
	if err != nil {
		return nil, err
	}
	fit, err := clv.FitModel(rows.Rows, clv.FitConfig{Workers: c.workers})
	if err != nil {
		return nil, err
	}
	predictor := fit.WithWorkers(c.workers)
	v := &values{report: &wholeValue{Model: string(fit.Model().Kind()), Horizon: valueConfig.Horizon, Discount: valueConfig.Discount}}
	spend, each, err := expectSpend(rows, c)
	if err != nil {
		return nil, err
	}
	v.priced = each != nil
	if !v.priced {
		each = slices.Repeat([]float64{1}, rows.Len())
	}
	if v.of, err = predictor.AppendValues(nil, rows.Rows, each, valueConfig); err != nil {
		return nil, err
	}
	v.report.params(&fit.Outcome)
	if v.priced {
		v.report.params(&spend.Outcome)
		v.limits, err = valueLimits(fit, spend, rows, c)
		if err != nil && !errors.Is(err, clv.ErrNoUncertainty) {
			return nil, err
		}
	}
	v.sum(b, o)
	v.report.HoldOut, err = findHoldOut(b, o, c)
	return v, err
}

// expectSpend is what every customer is expected to spend on a purchase; nil where
// that cannot be known.
func expectSpend(rows *clv.Customers[string], c *crew) (*clv.SpendFit, []float64, error) {
	spend, err := clv.FitSpend(rows.Rows, clv.TuningConfig{Workers: c.workers})
	var each []float64
	if err == nil {
		each, err = spend.AppendSpend(nil, rows.Rows)
	}
	if errors.Is(err, clv.ErrTooFew) || errors.Is(err, clv.ErrSpend) || errors.Is(err, clv.ErrFit) {
		return nil, nil, nil
	}
	return spend, each, err
}

// valueLimits are the intervals of all values.
func valueLimits(fit *clv.Fit, spend *clv.SpendFit, rows *clv.Customers[string], c *crew) ([]clv.Forecast, error) {
	parts, err := inChunks(c, "intervals", rows.Len(), func(from, to int) ([]clv.Forecast, error) {
		part := clv.Rows{Unit: rows.Unit, List: rows.List[from:to]}
		return fit.AppendValueIntervals(nil, part, spend, valueConfig, 0)
	})
	return slices.Concat(parts...), err
}

func (r *wholeValue) params(o *clv.Outcome) {
	for _, e := range o.Estimates {
		p := wholeParam{Name: e.Name, Value: e.Value}
		if e.Known {
			p.Low, p.High = &e.Low, &e.High
		}
		r.Params = append(r.Params, p)
	}
}

// limit is the interval of a buyer's value, if it is known.
func (v *values) limit(i int) *wholeInterval {
	if v.limits == nil || math.IsNaN(v.limits[i].Low) {
		return nil
	}
	return &wholeInterval{v.limits[i].Low, v.limits[i].High}
}

// sum adds the buyers up: all, by segment, by value, and the best of them.
func (v *values) sum(b *book, o options) {
	r := v.report
	segments := b.scored.Segments()
	rows := make([]wholeSegmentValue, segments.Len())
	place := map[string]int{}
	for i := range rows {
		s := segments.At(i)
		rows[i].wholeName = wholeName{s.ID, s.Label(o.lang)}
		place[s.ID] = i
	}
	all := wholeSegmentValue{}
	for i, of := range v.of {
		r.Active += of.PAlive
		r.Orders += of.Expected
		row := &rows[place[b.scoreOf(i).Segment]]
		for _, sum := range []*wholeSegmentValue{row, &all} {
			sum.Customers++
			if v.priced {
				sum.add(of.Value, v.limit(i), v.limits != nil)
			}
		}
	}
	r.Total, r.Interval = all.Value, all.Interval
	r.Segments = slices.DeleteFunc(rows, func(s wholeSegmentValue) bool { return s.Customers == 0 })
	r.Distribution = []wholeValueBin{}
	if v.priced {
		r.Distribution = v.bins()
	}
	r.Best = []wholeValued{}
	for _, i := range v.best(o.top) {
		r.Best = append(r.Best, v.valued(b, i))
	}
}

// add adds a customer's value; limits are added up as if all were at theirs together.
func (s *wholeSegmentValue) add(value float64, limit *wholeInterval, limits bool) {
	if s.Value == nil {
		s.Value = new(float64)
		if limits {
			s.Interval = &wholeInterval{}
		}
	}
	*s.Value += value
	if limits {
		if limit == nil {
			limit = &wholeInterval{value, value}
		}
		s.Interval.Low += limit.Low
		s.Interval.High += limit.High
	}
}

// worth is what buyers are ordered by: value, or expected orders.
func (v *values) worth(i int) float64 {
	if v.priced {
		return v.of[i].Value
	}
	return v.of[i].Expected
}

// best are the places of the n buyers of most worth.
func (v *values) best(n int) []int {
	return topBy(len(v.of), n, v.worth)
}

func (v *values) valued(b *book, i int) wholeValued {
	of := v.of[i]
	w := wholeValued{Customer: b.buyer(i).id, Segment: b.segmentName(i), Active: of.PAlive, Orders: of.Expected}
	if v.priced {
		w.Spend, w.Value, w.Interval = &of.Spend, &of.Value, v.limit(i)
	}
	return w
}

// valueBins is about how many bins the distribution has.
const valueBins = 20

// bins counts customers by value: bins of one round width up to where 19 of 20
// customers are, and one for those above.
func (v *values) bins() []wholeValueBin {
	sorted := make([]float64, len(v.of))
	for i := range v.of {
		sorted[i] = v.of[i].Value
	}
	slices.Sort(sorted)
	most := sorted[len(sorted)*19/20]
	if most <= 0 {
		most = 1
	}
	width := roundUp(most / valueBins)
	n := int(math.Ceil(most / width))
	out := make([]wholeValueBin, n+1)
	for i := range out {
		out[i].From = float64(i) * width
		if i < n {
			to := float64(i+1) * width
			out[i].To = &to
		}
	}
	for _, x := range sorted {
		bin := &out[max(0, min(n, int(x/width)))]
		bin.Customers++
		bin.Value += x
	}
	return out
}

// roundUp is the least of 1, 2 and 5 times a power of ten that is not below x.
func roundUp(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= x {
			return m * power
		}
	}
	return 10 * power
}
