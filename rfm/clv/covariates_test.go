package clv_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// withColumn returns rows with one covariate, made by f of a fixed column of 0, 1
// and 2.
func withColumn(rows clv.Rows, f func(v float64) float64) clv.Rows {
	rng := rand.New(rand.NewPCG(4, 4))
	values := make([]float64, len(rows.List))
	for i := range values {
		values[i] = f(float64(rng.IntN(3)))
	}
	rows.Covariates = []clv.Covariate{{Name: "a", Values: values}}
	return rows
}

// Covariates far from 0, and in any unit, are the same model: forecasts and their
// intervals do not move.
func TestCovariatesAnywhere(t *testing.T) {
	for _, kind := range []clv.Kind{clv.KindMBGNBD, clv.KindBGNBD, clv.KindParetoNBD} {
		c := simulate(t, kind, nil, clv.SimulateConfig{Customers: 700, Seed: 3, Age: 60, Joining: 20}, ordinary[kind]...)
		for _, on := range []clv.Process{"", clv.Both} {
			cfg := clv.FitConfig{Model: kind}
			if on != "" {
				cfg.Covariates = []clv.Acting{{Covariate: "a", On: on}}
			}
			plain := withColumn(c.Rows, func(v float64) float64 { return v })
			base := mustFit(t, plain, cfg)
			soundFit(t, "at 0", base, nil, plain)
			if e := base.Effects(); e[0].Centre != 0 {
				t.Errorf("%s: centred at %v", kind, e[0].Centre)
			}
			want := everyInterval(t, base, plain)
			centred := 0
			for name, f := range map[string]func(float64) float64{
				"year":        func(v float64) float64 { return 1950 + 10*v },
				"postcode":    func(v float64) float64 { return 100_000 + 10*v },
				"unix":        func(v float64) float64 { return 1.7e9 + 1e7*v },
				"offset 1e9":  func(v float64) float64 { return 1e9 + v },
				"offset 1e12": func(v float64) float64 { return 1e12 - v },
				"small":       func(v float64) float64 { return 1e-9 * v },
				"great":       func(v float64) float64 { return -1e90 * v },
				"below":       func(v float64) float64 { return 2 - 1e4*v },
			} {
				rows := withColumn(c.Rows, f)
				fit := mustFit(t, rows, cfg)
				soundFit(t, name, fit, nil, rows)
				near(t, name+": log-likelihood", fit.LogLik, base.LogLik, 1e-9)
				near(t, name+": its own", logLikelihoodOf(t, fit, rows), fit.LogLik, 1e-9)
				for i, iv := range everyInterval(t, fit, rows) {
					near(t, name+": forecast", iv.Value, want[i].Value, 1e-6)
					near(t, name+": SE", iv.SE, want[i].SE, 1e-6)
					near(t, name+": low", iv.Low, want[i].Low, 1e-6)
					near(t, name+": high", iv.High, want[i].High, 1e-6)
				}
				if fit.Effects()[0].Centre == 0 {
					continue
				}
				centred++
				if !strings.Contains(fit.Report("en"), "average covariates") {
					t.Errorf("%s: %s", name, fit.Report("en"))
				}
				// What is stored predicts the same.
				q, err := clv.NewPredictor(fit.Model(), fit.Unit(), fit.Effects()...)
				if err != nil {
					t.Fatal(err)
				}
				v, err := q.AppendExpected(nil, rows, 10)
				v = mustAppend(t, v, err)
				w, err := fit.AppendExpected(nil, rows, 10)
				if w = mustAppend(t, w, err); !slices.Equal(v, w) {
					t.Errorf("%s: stored effects predict otherwise", name)
				}
			}
			if centred < 2 {
				t.Errorf("%s: %d fits centred", kind, centred)
			}
		}
	}
}

func everyInterval(t *testing.T, fit *clv.Fit, rows clv.Rows) []clv.Forecast {
	t.Helper()
	rows.List = rows.List[:60]
	rows.Covariates = []clv.Covariate{{Name: "a", Values: rows.Covariates[0].Values[:60]}}
	v, err := fit.AppendExpectedIntervals(nil, rows, 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	v, err = fit.AppendPAliveIntervals(v, rows, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if v, err = fit.AppendDERTIntervals(v, rows, 0.01, 0); err != nil {
		t.Fatal(err)
	}
	return v
}

// logLikelihoodOf adds up the log-likelihood of rows with their covariates.
func logLikelihoodOf(t *testing.T, fit *clv.Fit, rows clv.Rows) float64 {
	t.Helper()
	sum := 0.0
	for i, r := range rows.List {
		p, err := fit.For(map[string]float64{"a": rows.Covariates[0].Values[i]})
		if err != nil {
			t.Fatal(err)
		}
		sum += p.LogLikelihood(r)
	}
	return sum
}

// Covariates beyond all measure are refused, not answered with NaN.
func TestEffectsTooFar(t *testing.T) {
	for _, kind := range []clv.Kind{clv.KindMBGNBD, clv.KindBGNBD, clv.KindParetoNBD} {
		m, err := clv.NewModel(kind, ordinary[kind]...)
		if err != nil {
			t.Fatal(err)
		}
		for _, on := range []clv.Process{clv.Buying, clv.Leaving, clv.Both} {
			p, err := clv.NewPredictor(m, clv.Week, clv.Effect{Covariate: "a", On: on, Coefficient: 1})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range []float64{1e308, -1e308, 1e4, -300, 190, -190, 30, 0} {
				rows := clv.Rows{Unit: clv.Week, List: []clv.Row{{Frequency: 2, LastPurchaseAge: 3, Age: 5}, {Age: 5}},
					Covariates: []clv.Covariate{{Name: "a", Values: []float64{0, v}}}}
				for name, ask := range map[string]func() ([]float64, error){
					"expected":    func() ([]float64, error) { return p.AppendExpected(nil, rows, 10) },
					"P(alive)":    func() ([]float64, error) { return p.AppendPAlive(nil, rows, 1) },
					"DERT":        func() ([]float64, error) { return p.AppendDERT(nil, rows, 0.1) },
					"probability": func() ([]float64, error) { return p.AppendProbability(nil, rows, 10, 2) },
					"cash flows": func() ([]float64, error) {
						return p.AppendCashFlows(nil, rows, []float64{3, 4}, clv.ValueConfig{})
					},
				} {
					out, err := ask()
					if far := math.Abs(v) > 200; far != errors.Is(err, clv.ErrRange) {
						t.Errorf("%s %s at %v: %v", kind, name, v, err)
					} else if f := slices.Collect(guanxi.Faults(err)); far && (len(f) != 1 || f[0].Pointer != "/rows/1" || len(out) != 0) {
						t.Errorf("%s %s at %v: %v, %v", kind, name, v, f, out)
					}
					for _, x := range out {
						if math.IsNaN(x) || math.IsInf(x, 0) {
							t.Errorf("%s %s at %v: %v", kind, name, v, out)
						}
					}
				}
				if _, err := p.For(map[string]float64{"a": v}); (math.Abs(v) > 200) != errors.Is(err, clv.ErrRange) {
					t.Errorf("%s for %v: %v", kind, v, err)
				}
			}
		}
	}
	_, err := clv.NewPredictor(clv.MBGNBD{R: 1, Alpha: 1, A: 1, B: 1}, clv.Week, clv.Effect{Covariate: "a", On: clv.Both, Centre: math.NaN()})
	if f := slices.Collect(guanxi.Faults(err)); !errors.Is(err, clv.ErrValue) || f[0].Pointer != "/effects/0/centre" {
		t.Error(err)
	}
	data, err := json.Marshal([]clv.Effect{{Covariate: "a", On: clv.Buying, Coefficient: 2}, {Covariate: "a", On: clv.Leaving, Coefficient: 1, Centre: 3}})
	if want := `[{"covariate":"a","on":"buying","coefficient":2},{"covariate":"a","on":"leaving","coefficient":1,"centre":3}]`; err != nil || string(data) != want {
		t.Errorf("%s, %v", data, err)
	}
}

// Reasons name the parameters of the model and the covariate, in both languages.
func TestReasonNames(t *testing.T) {
	c := simulate(t, clv.KindMBGNBD, nil, clv.SimulateConfig{Customers: 1500, Seed: 1, Age: 60, Joining: 20}, 0.5, 6, 0.9, 2)
	seen := 0
	for name, f := range map[string]func(i int, r clv.Row) bool{
		"separating": func(_ int, r clv.Row) bool { return r.Frequency > 0 },
		"some":       func(i int, r clv.Row) bool { return r.Frequency == 0 && i%2 == 0 },
		"one":        func(i int, _ clv.Row) bool { return i == 7 },
	} {
		values := make([]float64, len(c.List))
		for i, r := range c.List {
			if f(i, r) {
				values[i] = 1
			}
		}
		rows := clv.Rows{Unit: c.Unit, List: c.List, Covariates: []clv.Covariate{{Name: "shop", Values: values}}}
		for _, kind := range []clv.Kind{clv.KindMBGNBD, clv.KindBGNBD, clv.KindParetoNBD} {
			fit, err := clv.FitModel(rows, clv.FitConfig{Model: kind})
			soundFit(t, name, fit, err, rows)
			if fit == nil || fit.Reason == "" {
				continue
			}
			zh := fit.ReasonIn(guanxi.ZH)
			if fit.ReasonIn(guanxi.EN) != fit.Reason || strings.Contains(fit.Reason, "parameter ") || strings.Contains(fit.Reason, "m grows") ||
				zh == fit.Reason || strings.Contains(zh, "grows") || strings.Contains(fit.Report(guanxi.ZH), fit.Reason) || !strings.Contains(fit.Report(guanxi.ZH), zh) {
				t.Errorf("%s, %s: %s; %s", name, kind, fit.Reason, zh)
			}
			if strings.Contains(fit.Reason, "ing.shop") && strings.Contains(zh, "ing.shop") {
				seen++
			}
		}
	}
	if seen < 3 {
		t.Errorf("%d reasons name the covariate", seen)
	}
	stored := clv.Outcome{Status: clv.Boundary, Reason: "as stored"}
	if stored.ReasonIn(guanxi.ZH) != "as stored" || clv.Boundary.Label(guanxi.ZH) != "位于模型边界" || clv.Leaving.Label(guanxi.EN) != "leaving" {
		t.Error(stored.ReasonIn(guanxi.ZH), clv.Boundary.Label(guanxi.ZH), clv.Leaving.Label(guanxi.EN))
	}
	for _, s := range []clv.Status{clv.Converged, clv.Boundary, clv.Failed} {
		if s.Label(guanxi.EN) == "" || s.Label(guanxi.ZH) == s.Label(guanxi.EN) {
			t.Error(s)
		}
	}
}

// No covariates is not the same as all of them, and survives being stored.
func TestFitConfigJSON(t *testing.T) {
	for _, c := range []struct {
		cfg  clv.FitConfig
		want string
	}{
		{clv.FitConfig{}, `{}`},
		{clv.FitConfig{Covariates: []clv.Acting{}}, `{"covariates":[]}`},
		{clv.FitConfig{Covariates: []clv.Acting{{Covariate: "a", On: clv.Both}}}, `{"covariates":[{"covariate":"a","on":"both"}]}`},
	} {
		data, err := json.Marshal(c.cfg)
		if err != nil || string(data) != c.want {
			t.Errorf("%s, want %s, %v", data, c.want, err)
		}
		var back clv.FitConfig
		if err := json.Unmarshal(data, &back); err != nil || (back.Covariates == nil) != (c.cfg.Covariates == nil) || !slices.Equal(back.Covariates, c.cfg.Covariates) {
			t.Errorf("%s: %+v, %v", data, back, err)
		}
	}
	rows := covariateRows(t, clv.KindMBGNBD, 200, 0.5, 0.5)
	none := mustFit(t, rows, clv.FitConfig{Covariates: []clv.Acting{}})
	if len(none.Estimates) != 4 || len(none.Effects()) != 0 {
		t.Errorf("%+v", none.Estimates)
	}
	var b clv.BootstrapConfig
	for _, bad := range []string{`{"replicates":-1,"seed":2}`, `{"replicates":3,"bogus":2}`, `{"seed":2}`, `{"replicates":1.5}`} {
		if err := json.Unmarshal([]byte(bad), &b); err == nil || b != (clv.BootstrapConfig{}) {
			t.Errorf("%s: %v, %+v", bad, err, b)
		}
	}
	if err := json.Unmarshal([]byte(`{"replicates":3,"seed":2}`), &b); err != nil || b != (clv.BootstrapConfig{Replicates: 3, Seed: 2}) {
		t.Errorf("%+v, %v", b, err)
	}
}

// Fits of other values of a covariate are of other rows.
func TestLikelihoodRatioRows(t *testing.T) {
	rows := covariateRows(t, clv.KindMBGNBD, 300, 0.5, 0.5)
	cfg := clv.FitConfig{Covariates: []clv.Acting{{Covariate: "shop", On: clv.Buying}}}
	one := mustFit(t, rows, cfg)
	change := func(f func(v []float64)) clv.Rows {
		v := slices.Clone(rows.Covariates[0].Values)
		f(v)
		return clv.Rows{Unit: rows.Unit, List: rows.List, Covariates: []clv.Covariate{{Name: "shop", Values: v}}}
	}
	if test, err := clv.LikelihoodRatio(one, mustFit(t, rows, clv.FitConfig{})); err != nil || test.DF != 1 {
		t.Errorf("%+v, %v", test, err)
	}
	for name, other := range map[string]clv.Rows{
		"reversed": change(slices.Reverse[[]float64]),
		"scaled": change(func(v []float64) {
			for i := range v {
				v[i] *= 2
			}
		}),
		"one moved": change(func(v []float64) { v[3] = 0.5 }),
	} {
		if _, err := clv.LikelihoodRatio(one, mustFit(t, other, clv.FitConfig{})); !errors.Is(err, clv.ErrNested) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Customers who buy more regularly than at one rate: r and alpha run off together,
// and in no unit of time has one of them a standard error.
func TestRunOffInAnyUnit(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	var list []clv.Row
	for range 300 {
		r := clv.Row{Frequency: 4 + rng.IntN(3), Age: 30 + 10*rng.Float64()}
		r.LastPurchaseAge = r.Age * (0.6 + 0.4*rng.Float64())
		if rng.IntN(3) == 0 {
			r.Frequency, r.LastPurchaseAge = 1+rng.IntN(2), r.Age*(0.1+0.3*rng.Float64())
		}
		list = append(list, r)
	}
	for _, kind := range []clv.Kind{clv.KindMBGNBD, clv.KindBGNBD, clv.KindParetoNBD} {
		for _, unit := range []float64{1, 1.0 / 52, 7, 1e-6, 1e6} {
			rows := clv.Rows{Unit: clv.Week, List: slices.Clone(list)}
			for i := range rows.List {
				rows.List[i].Age *= unit
				rows.List[i].LastPurchaseAge *= unit
			}
			fit := mustFit(t, rows, clv.FitConfig{Model: kind})
			soundFit(t, string(kind), fit, nil, rows)
			t.Logf("%s, unit %v: %s %+v", kind, unit, fit.Reason, fit.Estimates)
			r, _ := fit.Estimate("r")
			alpha, _ := fit.Estimate("alpha")
			if !strings.Contains(fit.Reason, "r grows") && !strings.Contains(fit.Reason, "alpha grows") || r.Known || alpha.Known {
				t.Errorf("%s, unit %v: %s: %+v %+v", kind, unit, fit.Reason, r, alpha)
			}
		}
	}
}

// A fit comes with ErrFit and with no other error.
func TestNoFitWithoutErrFit(t *testing.T) {
	for name, list := range map[string][]clv.Row{
		"none": nil, "no repeat": repeatRow(9, clv.Row{Age: 3}),
		"few": {{Frequency: 1, LastPurchaseAge: 2, Age: 3}, {Age: 3}},
	} {
		for _, kind := range []clv.Kind{clv.KindMBGNBD, clv.KindSarmanov, clv.KindParetoNBD} {
			if fit, err := clv.FitModel(clv.Rows{Unit: clv.Week, List: list}, clv.FitConfig{Model: kind}); fit != nil || !errors.Is(err, clv.ErrTooFew) {
				t.Errorf("%s: %+v, %v", name, fit, err)
			}
		}
	}
}
