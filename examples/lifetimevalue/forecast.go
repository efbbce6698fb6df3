package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// forecast is what the models say of a table.
type forecast struct {
	*table
	config clv.ValueConfig
	fit    *clv.Fit
	check  *clv.HoldOutReport // nil without a hold-out
	spend  *clv.SpendFit      // nil where the model of spend has no fit
	why    guanxi.Text        // why nobody's spend and value are known; zero if they are
	values []clv.Value        // by row; Spend and Value mean nothing if why is not zero
}

// predict fits the models to the calibration, compares with the hold-out if there
// is one, and values every customer.
func predict(t *table, o options) (*forecast, error) {
	f := &forecast{table: t, config: o.value}
	var err error
	if f.fit, err = clv.FitModel(t.rows, clv.FitConfig{Model: o.model}); err != nil {
		return nil, err
	}
	if t.actual != nil {
		if f.check, err = clv.CheckRows(f.fit.Predictor, t.rows, t.actual, t.periods); err != nil {
			return nil, err
		}
	}
	each, err := f.expectSpend()
	if err != nil {
		return nil, err
	}
	f.values, err = f.fit.AppendValues(nil, t.rows, each, f.config)
	return f, err
}

// expectSpend is what every customer is expected to spend on a purchase. Where
// that cannot be known it says why and counts purchases as 1 each: who will buy
// how often does not depend on it.
func (f *forecast) expectSpend() ([]float64, error) {
	spend, err := clv.FitSpend(f.rows, clv.TuningConfig{})
	var each []float64
	if err == nil {
		f.spend = spend
		each, err = spend.AppendSpend(nil, f.rows)
	}
	switch {
	case err == nil:
		return each, nil
	case errors.Is(err, clv.ErrTooFew):
		f.why = text("too few customers have repeat purchases of a value above 0", "有复购且金额大于 0 的客户太少")
	case errors.Is(err, clv.ErrSpend):
		f.why = text("q is not above 1: the mean spend is not finite", "q 不大于 1：平均消费额不是有限值")
	case errors.Is(err, clv.ErrFit):
		f.why = guanxi.Text{EN: spend.Reason, ZH: spend.Reason}
	default:
		return nil, err
	}
	each = make([]float64, len(f.rows.List))
	for i := range each {
		each[i] = 1
	}
	return each, nil
}

// priced reports whether spend and values are known.
func (f *forecast) priced() bool { return f.why.IsZero() }

// warn says beside the JSON what its nulls come from.
func (f *forecast) warn(stderr io.Writer) {
	if !f.priced() {
		fmt.Fprintln(stderr, "lifetimevalue: spend and clv are null:", f.why.EN)
	}
}
