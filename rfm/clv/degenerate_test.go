package clv_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

// typed reports whether a fit refused with a reason that a host can tell.
func typed(err error) bool {
	for _, e := range []error{clv.ErrTooFew, clv.ErrConstant, clv.ErrFit, clv.ErrUnit, clv.ErrValue, clv.ErrNegative, clv.ErrOrder,
		clv.ErrRange, clv.ErrLength, clv.ErrCovariate, clv.ErrModel} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// soundFit fails unless a fit ended as the documentation says: with a typed error
// and no predictor, or with finite numbers that predict the rows it came from.
func soundFit(t *testing.T, what string, fit *clv.Fit, err error, rows clv.Rows) {
	t.Helper()
	if err != nil {
		if !typed(err) {
			t.Errorf("%s: %v is of no known kind", what, err)
		}
		if errors.Is(err, clv.ErrFit) && (fit == nil || fit.Status != clv.Failed || fit.Reason == "" || fit.Predictor != nil) {
			t.Errorf("%s: %v with %+v", what, err, fit)
		}
		return
	}
	soundOutcome(t, what, &fit.Outcome)
	for i, p := range fit.Model().Params() {
		if p.Name != fit.Estimates[i].Name || p.Value != fit.Estimates[i].Value {
			t.Errorf("%s: %+v is estimated as %+v", what, p, fit.Estimates[i])
		}
	}
	if err := fit.Model().Validate(); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if len(rows.List) > 40 {
		rows.List = rows.List[:40]
		for j := range rows.Covariates {
			rows.Covariates = append([]clv.Covariate(nil), rows.Covariates...)
			rows.Covariates[j].Values = rows.Covariates[j].Values[:40]
		}
	}
	check := func(name string, v []float64, err error, high float64) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %s: %v", what, name, err)
		}
		for i, x := range v {
			if !(x >= 0 && x <= high) {
				t.Errorf("%s: %s of row %d %+v: %v with %+v", what, name, i, rows.List[i], x, fit.Model())
			}
		}
	}
	v, err := fit.AppendPAlive(nil, rows, 1)
	check("P(alive)", v, err, 1)
	v, err = fit.AppendExpected(nil, rows, 10)
	check("expected", v, err, math.MaxFloat64)
	v, err = fit.AppendDERT(nil, rows, 0.05)
	check("DERT", v, err, math.MaxFloat64)
	v, err = fit.AppendProbability(nil, rows, 10, 1)
	check("probability", v, err, 1)
	if iv, err := fit.AppendExpectedIntervals(nil, rows, 10, 0); err == nil {
		for i, x := range iv {
			if !(x.SE >= 0) || math.IsNaN(x.Low) || math.IsNaN(x.High) || x.Low > x.Value || x.High < x.Value {
				t.Errorf("%s: interval of row %d: %+v", what, i, x)
			}
		}
	} else if !errors.Is(err, clv.ErrNoUncertainty) {
		t.Errorf("%s: %v", what, err)
	}
	if fit.Report("en") == "" || fit.Report("zh") == "" {
		t.Errorf("%s: no report", what)
	}
}

func soundOutcome(t *testing.T, what string, o *clv.Outcome) {
	t.Helper()
	if o.Status != clv.Converged && o.Status != clv.Boundary || (o.Status == clv.Boundary) != (o.Reason != "") {
		t.Errorf("%s: %q: %q", what, o.Status, o.Reason)
	}
	bad := func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }
	if bad(o.LogLik) || bad(o.AIC) || bad(o.BIC) {
		t.Errorf("%s: %v %v %v", what, o.LogLik, o.AIC, o.BIC)
	}
	for i, e := range o.Estimates {
		if bad(e.Value) || bad(e.SE) || bad(e.Low) || math.IsNaN(e.High) || e.Known != (e.SE > 0) || bad(o.Covariance[i][i]) {
			t.Errorf("%s: %+v", what, e)
		}
	}
}

func repeatRow(n int, r ...clv.Row) []clv.Row {
	var out []clv.Row
	for range n {
		out = append(out, r...)
	}
	return out
}

// Tables that no model was made for end with a typed error or a flagged fit, soon.
func TestDegenerateRows(t *testing.T) {
	many := func(n int, f func(i int) clv.Row) []clv.Row {
		out := make([]clv.Row, n)
		for i := range out {
			out[i] = f(i)
		}
		return out
	}
	tables := map[string][]clv.Row{
		"none":         {},
		"one customer": {{Frequency: 3, LastPurchaseAge: 10, Age: 20}},
		"one row":      repeatRow(500, clv.Row{Frequency: 3, LastPurchaseAge: 10, Age: 20}),
		"two rows":     repeatRow(500, clv.Row{Frequency: 3, LastPurchaseAge: 10, Age: 20}, clv.Row{Age: 20}),
		"nobody back":  many(100, func(i int) clv.Row { return clv.Row{Age: float64(i)} }),
		"no time":      repeatRow(100, clv.Row{}),
		"everybody still there": many(200, func(i int) clv.Row {
			return clv.Row{Frequency: 1 + i%7, LastPurchaseAge: 30 + float64(i), Age: 30 + float64(i)}
		}),
		"everybody gone": many(200, func(i int) clv.Row {
			return clv.Row{Frequency: 1 + i%7, LastPurchaseAge: 0.1 + float64(i%5)/10, Age: 1000}
		}),
		"huge frequency": many(60, func(i int) clv.Row {
			return clv.Row{Frequency: 4000 + 90*i, LastPurchaseAge: 90 + float64(i)/60, Age: 100}
		}),
		"one huge among small": append(many(60, func(i int) clv.Row { return clv.Row{Frequency: i % 3, LastPurchaseAge: float64(i%3) * 4, Age: 30} }),
			clv.Row{Frequency: 20000, LastPurchaseAge: 29, Age: 30}),
		"tiny times": many(100, func(i int) clv.Row {
			return clv.Row{Frequency: i % 4, LastPurchaseAge: 1e-9 * float64(i%4), Age: 1e-8 * float64(1+i%9)}
		}),
		"farthest times": many(100, func(i int) clv.Row {
			return clv.Row{Frequency: i % 4, LastPurchaseAge: float64(i%4) * 1e-200, Age: math.Pow(10, float64(i%400-200))}
		}),
		"tiny and huge times": many(100, func(i int) clv.Row {
			return clv.Row{Frequency: i % 4, LastPurchaseAge: float64(i%4) * 1e-15, Age: math.Pow(10, float64(i%29-14))}
		}),
		"greatest times": many(100, func(i int) clv.Row {
			return clv.Row{Frequency: i % 4, LastPurchaseAge: float64(i%4) * 1e306, Age: math.MaxFloat64 / float64(1+i%9)}
		}),
		"regular": many(100, func(i int) clv.Row {
			return clv.Row{Frequency: 10, LastPurchaseAge: 50 + float64(i)/1000, Age: 55}
		}),
		"few distinct": repeatRow(50, clv.Row{Age: 5}, clv.Row{Age: 6}, clv.Row{Frequency: 1, LastPurchaseAge: 2, Age: 5}, clv.Row{Frequency: 2, LastPurchaseAge: 5, Age: 5}, clv.Row{Frequency: 1, LastPurchaseAge: 5, Age: 6}),
	}
	if !long() {
		delete(tables, "tiny and huge times") // seconds
	}
	for name, list := range tables {
		for _, kind := range []clv.Kind{clv.KindMBGNBD, clv.KindBGNBD, clv.KindParetoNBD, clv.KindSarmanov, clv.KindBGBB} {
			rows := clv.Rows{Unit: unitOf(kind), List: list}
			if kind == clv.KindBGBB {
				rows.List = nil
				for _, r := range list { // whole numbers where they make sense
					r.Age, r.LastPurchaseAge = math.Min(math.Ceil(r.Age), 100), math.Min(math.Ceil(r.LastPurchaseAge), 100)
					r.Frequency = min(r.Frequency, int(r.LastPurchaseAge))
					rows.List = append(rows.List, r)
				}
			}
			for _, ridge := range []float64{0, 1} {
				what := fmt.Sprintf("%s, %s, ridge %v", name, kind, ridge)
				start := time.Now()
				fit, err := clv.FitModel(rows, clv.FitConfig{Model: kind, Ridge: ridge})
				took := time.Since(start)
				if took > time.Second/4 {
					t.Logf("%s: %v", what, took)
				}
				if took > 10*time.Second { // on a busy machine
					t.Errorf("%s: %v", what, took)
				}
				soundFit(t, what, fit, err, rows)
			}
		}
	}
}

// Covariates that no fit was made for: one that separates who came back from who
// did not, one that is tiny, one that is huge.
func TestDegenerateCovariates(t *testing.T) {
	c := simulate(t, clv.KindMBGNBD, nil, clv.SimulateConfig{Customers: 400, Seed: 3, Age: 52}, ordinary[clv.KindMBGNBD]...)
	for name, f := range map[string]func(i int, r clv.Row) float64{
		"separates": func(_ int, r clv.Row) float64 { return float64(min(r.Frequency, 1)) },
		"frequency": func(_ int, r clv.Row) float64 { return float64(r.Frequency) },
		"one":       func(i int, _ clv.Row) float64 { return float64(max(0, 1-i)) },
		"tiny":      func(i int, _ clv.Row) float64 { return 1e-300 * float64(i%7) },
		"huge":      func(i int, _ clv.Row) float64 { return 1e300 * float64(i%7) },
		"far":       func(i int, _ clv.Row) float64 { return 1e9 + float64(i%7) },
	} {
		rows := clv.Rows{Unit: clv.Week, List: c.List, Covariates: []clv.Covariate{{Name: name}}}
		for i, r := range c.List {
			rows.Covariates[0].Values = append(rows.Covariates[0].Values, f(i, r))
		}
		for _, kind := range []clv.Kind{clv.KindMBGNBD, clv.KindBGNBD, clv.KindParetoNBD} {
			start := time.Now()
			fit, err := clv.FitModel(rows, clv.FitConfig{Model: kind})
			if took := time.Since(start); took > time.Second/2 {
				t.Logf("%s, %s: %v", name, kind, took)
			}
			soundFit(t, name+", "+string(kind), fit, err, rows)
		}
	}
}

// Spend and contracts end as well.
func TestDegenerateSpend(t *testing.T) {
	same := repeatRow(300, clv.Row{Frequency: 2, LastPurchaseAge: 3, Age: 9, Value: 10})
	for name, list := range map[string][]clv.Row{
		"one row":   same,
		"no spread": append(repeatRow(9, clv.Row{Frequency: 3, LastPurchaseAge: 3, Age: 9, Value: 10}, clv.Row{Frequency: 4, LastPurchaseAge: 3, Age: 9, Value: 10}), same...),
		"heavy tail": func() (out []clv.Row) {
			for i := range 200 {
				out = append(out, clv.Row{Frequency: 1 + i%4, LastPurchaseAge: 1, Age: 2, Value: math.Pow(10, float64(i%60-30))})
			}
			return out
		}(),
		"negative": repeatRow(20, clv.Row{Frequency: 1, LastPurchaseAge: 1, Age: 2, Value: -5}, clv.Row{Age: 3}),
		"extreme":  {{Frequency: 1, LastPurchaseAge: 1, Age: 2, Value: 1e-300}, {Frequency: 1, LastPurchaseAge: 1, Age: 2, Value: 1e300}, {Frequency: 2, LastPurchaseAge: 1, Age: 2, Value: 1}, {Frequency: 3, LastPurchaseAge: 1, Age: 2, Value: 3}, {Frequency: 3, LastPurchaseAge: 1, Age: 2, Value: 4}},
	} {
		fit, err := clv.FitSpend(clv.Rows{Unit: clv.Week, List: list}, clv.TuningConfig{})
		if err != nil {
			if !typed(err) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		soundOutcome(t, name, &fit.Outcome)
		if _, err := fit.Population(); err != nil && !errors.Is(err, clv.ErrSpend) {
			t.Errorf("%s: %v", name, err)
		}
		if fit.Report("en") == "" {
			t.Errorf("%s: no report", name)
		}
	}
	for name, list := range map[string][]clv.Contract{
		"all at once": {{Due: 1, Ended: true, Count: 100}},
		"two alike":   {{Due: 1, Ended: true}, {Due: 1, Ended: true}},
		"first only":  {{Due: 1, Ended: true, Count: 30}, {Due: 1, Count: 70}},
		"late":        {{Due: 900, Ended: true, Count: 3}, {Due: 1000, Count: 70}},
	} {
		fit, err := clv.FitContracts(list, clv.TuningConfig{})
		if err != nil {
			if !typed(err) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		t.Logf("%s: %s %s %+v", name, fit.Status, fit.Reason, fit.SBG)
		soundOutcome(t, name, &fit.Outcome)
	}
}
