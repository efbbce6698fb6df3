package survival_test

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/churn/survival"
)

// TestCurveAt: what holds before, at, between and after the points.
func TestCurveAt(t *testing.T) {
	d := survival.Data{Time: []float64{4, 6, 6, 9}, Event: []bool{true, true, false, false}}
	cs := must(survival.KaplanMeier(d, survival.CurveConfig{}))
	if _, ok := cs.Curve("elsewhere"); ok {
		t.Error("a group that is not there")
	}
	c := cs.Curves[0]
	for _, q := range []struct {
		at, want float64
		ok       bool
	}{{0, 1, true}, {3.9, 1, true}, {4, 0.75, true}, {5, 0.75, true}, {6, 0.5, true}, {9, 0.5, true}, {9.1, 0.5, false}, {-1, 0, false}, {math.NaN(), 0, false}} {
		p, ok := c.At(q.at)
		if ok != q.ok || p.Survival != q.want && ok {
			t.Errorf("at %v: %v, %v", q.at, p.Survival, ok)
		}
	}
	if p, _ := c.At(1); p.Low != 1 || p.High != 1 || p.SE != 0 {
		t.Errorf("before the first point %+v", p)
	}
	// The curve is flat at 1/2 from 6 to the end: the median is the middle.
	if m, ok := c.Median(); !ok || m.Value != 7.5 {
		t.Errorf("median %+v", m)
	}
	if q, ok := c.Quantile(0.9); ok || !math.IsNaN(q.Value) {
		t.Errorf("nine in ten %+v", q)
	}
	// Area: 4·1 + 2·0.75 + 3·0.5; up to 5 it is 4 + 0.75.
	for tau, want := range map[float64]float64{0: 7, 9: 7, 5: 4.75, 3: 3} {
		if m, err := c.RestrictedMean(tau); err != nil || math.Abs(m.Value-want) > 1e-14 {
			t.Errorf("mean to %v: %+v, %v", tau, m, err)
		}
	}
	// When all have left, the end is known.
	gone := must(survival.KaplanMeier(survival.Data{Time: []float64{2, 4}, Event: []bool{true, true}}, survival.CurveConfig{})).Curves[0]
	if p, ok := gone.At(100); !ok || p.Survival != 0 {
		t.Errorf("after all have left: %+v, %v", p, ok)
	}
	if m, err := gone.RestrictedMean(100); err != nil || m.Value != 3 {
		t.Errorf("mean of 2 and 4: %+v, %v", m, err)
	}
	if e, err := gone.Conditional(2, 50); err != nil || e.Value != 0 || !math.IsNaN(e.Low) {
		t.Errorf("everybody leaves: %+v, %v", e, err)
	}
	_, err := gone.Conditional(5, 1)
	refused(t, "nobody is left", err, survival.ErrBeyond)
}

// TestCoxAnswers: risk, baseline and prediction tell one story.
func TestCoxAnswers(t *testing.T) {
	d, x := simulate(800, 3, true)
	fit := must(survival.Cox(d, x, survival.CoxConfig{}))
	if fit.Centre[0] != 0 || fit.Centre[1] == 0 {
		t.Errorf("centre %v: 0 for the indicator, the mean for the others", fit.Centre)
	}
	who := []float64{1, -0.4, 2}
	risk, base := must(fit.Risk(who)), must(fit.Risk(fit.Centre))
	if base != 1 {
		t.Errorf("risk of the centre %v", base)
	}
	a, b := must(fit.Baseline(fit.Centre))[0], must(fit.Baseline(who))[0]
	ha, _ := a.At(300)
	hb, _ := b.At(300)
	if math.Abs(hb/ha/risk-1) > 1e-12 {
		t.Errorf("hazards %v and %v, risk %v", hb, ha, risk)
	}
	if h, ok := a.At(0); !ok || h != 0 {
		t.Errorf("hazard at 0: %v, %v", h, ok)
	}
	if _, ok := a.At(a.Until + 1); ok {
		t.Error("hazard after the last time")
	}
	for _, l := range []survival.Limits{"", survival.LogLogLimits, survival.PlainLimits} {
		e := must(fit.Predict(survival.Question{X: who, Limits: l, Confidence: 0.8}, 0, 300))
		if e[0].Value != 1 || math.Abs(e[1].Value-math.Exp(-hb)) > 1e-13 || !(e[1].Low < e[1].Value && e[1].Value < e[1].High) {
			t.Errorf("%s: %+v, want %v", l, e, math.Exp(-hb))
		}
	}
	value, se, err := fit.LinearPredictor(who)
	if err != nil || se <= 0 {
		t.Errorf("%v ± %v, %v", value, se, err)
	}
	// Its error is that of the sum: by the covariance as it is given out.
	cov, sum := fit.Covariance(), 0.0
	for i := range cov {
		for j := range cov {
			sum += who[i] * who[j] * cov[i][j]
		}
	}
	if math.Abs(math.Sqrt(sum)-se) > 1e-12 {
		t.Errorf("standard error %v, want %v", se, math.Sqrt(sum))
	}
}

// TestManyTies: rows that are equal, or equal but for a column, fall into one
// order.
func TestManyTies(t *testing.T) {
	d := survival.Data{}
	x := []survival.Covariate{{Name: "x"}, {Name: "y"}}
	for i := range 4000 {
		d.Time = append(d.Time, float64(1+i%3))
		d.Event = append(d.Event, i%4 != 0)
		x[0].Values = append(x[0].Values, float64(i%2))
		x[1].Values = append(x[1].Values, float64(i*i%7))
	}
	a := must(survival.Cox(d, x, survival.CoxConfig{}))
	rows := make([]int, len(d.Time))
	for i := range rows {
		rows[i] = len(rows) - 1 - i
	}
	b := must(survival.Cox(pick(d, rows), []survival.Covariate{{Name: "x", Values: take(x[0].Values, rows)}, {Name: "y", Values: take(x[1].Values, rows)}}, survival.CoxConfig{}))
	if a.LogLik != b.LogLik || a.Coefficients[0] != b.Coefficients[0] || a.Coefficients[1] != b.Coefficients[1] {
		t.Errorf("%+v\n%+v", a.Coefficients, b.Coefficients)
	}
}
