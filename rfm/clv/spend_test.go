package clv_test

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

// TestSpendUnit: what money is counted in moves V with it, and the log-likelihood
// by one density a customer, and nothing else.
func TestSpendUnit(t *testing.T) {
	rows := simulate(t, clv.KindMBGNBD, &clv.GammaGamma{P: 6, Q: 4, V: 15}, clv.SimulateConfig{Customers: 1500, Seed: 1, Age: 60, Joining: 20},
		ordinary[clv.KindMBGNBD]...).Rows
	for _, ridge := range []float64{0, 0.5} {
		want, err := clv.FitSpend(rows, clv.TuningConfig{Ridge: ridge})
		if err != nil || want.Status != clv.Converged {
			t.Fatal(err)
		}
		for _, s := range []float64{1e-60, 1e-6, 1e-3, 0.01, 7, 100, 1e6, 1e9, 3e9, 1e10, 1e11, 1e60} {
			scaled := clv.Rows{Unit: rows.Unit, List: append([]clv.Row(nil), rows.List...)}
			for i := range scaled.List {
				scaled.List[i].Value *= s
			}
			got, err := clv.FitSpend(scaled, clv.TuningConfig{Ridge: ridge})
			if err != nil || got.Status != clv.Converged {
				t.Errorf("×%g: %v, %v", s, got.Reason, err)
				continue
			}
			near(t, "p", got.P, want.P, 1e-6)
			near(t, "q", got.Q, want.Q, 1e-6)
			near(t, "v", got.V, s*want.V, 1e-6)
			gone := float64(want.Customers) * math.Log(s)
			near(t, "log-likelihood", got.LogLik+gone, want.LogLik, 1e-9)
			near(t, "AIC", got.AIC-2*gone, want.AIC, 1e-9)
			near(t, "BIC", got.BIC-2*gone, want.BIC, 1e-9)
			for i, w := range want.Estimates {
				by := []float64{1, 1, s}[i]
				g := got.Estimates[i]
				near(t, w.Name, g.Value, by*w.Value, 1e-6)
				near(t, w.Name+" SE", g.SE, by*w.SE, 1e-5)
				near(t, w.Name+" low", g.Low, by*w.Low, 1e-5)
				near(t, w.Name+" high", g.High, by*w.High, 1e-5)
				near(t, w.Name+" covariance", got.Covariance[i][i], by*by*want.Covariance[i][i], 1e-5)
				near(t, w.Name+" covariance with v", got.Covariance[2][i], by*s*want.Covariance[2][i], 1e-5)
			}
		}
	}
}

// The log-likelihood is the sum of the densities of the means, at any unit.
func TestSpendLogLik(t *testing.T) {
	g := clv.GammaGamma{P: 6, Q: 4, V: 1500}
	rows := simulate(t, clv.KindMBGNBD, &g, clv.SimulateConfig{Customers: 800, Seed: 2, Age: 60}, ordinary[clv.KindMBGNBD]...).Rows
	fit, err := clv.FitSpend(rows, clv.TuningConfig{})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, r := range rows.List {
		if r.Frequency == 0 {
			continue
		}
		lg := func(v float64) float64 { l, _ := math.Lgamma(v); return l }
		x, z := float64(r.Frequency), r.Value
		px := fit.P * x
		sum += lg(px+fit.Q) - lg(px) - lg(fit.Q) + fit.Q*math.Log(fit.V) + (px-1)*math.Log(z) + px*math.Log(x) - (px+fit.Q)*math.Log(fit.V+x*z)
	}
	near(t, "log-likelihood", fit.LogLik, sum, 1e-10)
}

// Values that are all the same, or that have no mean, are fitted alike in any unit,
// and with parameters that Validate takes.
func TestSpendUnitAtEdges(t *testing.T) {
	rows := simulate(t, clv.KindMBGNBD, nil, clv.SimulateConfig{Customers: 400, Seed: 3, Age: 60}, ordinary[clv.KindMBGNBD]...).Rows
	for name, value := range map[string]func(i int) float64{
		"all alike": func(int) float64 { return 10 },
		"heavy":     func(i int) float64 { return math.Exp(4 * math.Sin(float64(i*i))) },
	} {
		var first clv.Status
		for _, s := range []float64{1, 1e-6, 1e10} {
			scaled := clv.Rows{Unit: rows.Unit, List: append([]clv.Row(nil), rows.List...)}
			for i := range scaled.List {
				if scaled.List[i].Frequency > 0 {
					scaled.List[i].Value = s * value(i)
				}
			}
			fit, err := clv.FitSpend(scaled, clv.TuningConfig{})
			if first == "" {
				first = fit.Status
			}
			if fit.Status != first {
				t.Errorf("%s ×%g: %s, %s at first (%s)", name, s, fit.Status, first, fit.Reason)
			}
			if err == nil && fit.Validate() != nil {
				t.Errorf("%s ×%g: %v", name, s, fit.Validate())
			}
		}
	}
}

// TestIndependence: few customers and infinite values say nothing.
func TestIndependence(t *testing.T) {
	of := func(values ...float64) clv.IndependenceCheck {
		rows := clv.Rows{Unit: clv.Week}
		for i, v := range values {
			rows.List = append(rows.List, clv.Row{Frequency: i + 1, LastPurchaseAge: 1, Age: 2, Value: v})
		}
		return clv.Independence(rows)
	}
	for _, few := range [][]float64{nil, {1}, {1, 2}, {1, 2, 3}, {1, math.Inf(1), 2, math.NaN(), 3}, {5, 5, 5, 5}} {
		if i := of(few...); i.Known || !i.Holds() || i.Low != -1 || i.High != 1 {
			t.Errorf("%v: %+v", few, i)
		}
	}
	if i := of(1, 2, math.Inf(1), 3, 5); !i.Known || i.Customers != 4 || i.Holds() || i.Correlation < 0.9 {
		t.Errorf("%+v", i)
	}
}
