//go:build !race

package clv_test

import (
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

// TestAllocs: the Append methods allocate a few times a call and never a customer.
func TestAllocs(t *testing.T) {
	const most = 12 // a call, for checks and plans
	for kind, params := range ordinary {
		p := mustPredictor(t, unitOf(kind), kind, params...)
		g := clv.GammaGamma{P: 6.25, Q: 3.74, V: 15.44}
		customers := simulate(t, kind, &g, clv.SimulateConfig{Customers: 400, Seed: 1, Age: 30}, params...)
		rows := customers.Rows
		dst := make([]float64, 0, 13*len(rows.List))
		values := make([]clv.Value, 0, len(rows.List))
		spend, err := g.AppendSpend(nil, rows)
		if err != nil {
			t.Fatal(err)
		}
		try := func(name string, f func() error) {
			t.Helper()
			if n := testing.AllocsPerRun(3, func() {
				if err := f(); err != nil {
					t.Fatal(name, err)
				}
			}); n > most {
				t.Errorf("%s: %s: %v allocations for %d customers", kind, name, n, len(rows.List))
			}
		}
		try("AppendPAlive", func() error { _, err := p.AppendPAlive(dst, rows, 1); return err })
		try("AppendExpected", func() error { _, err := p.AppendExpected(dst, rows, 10); return err })
		try("AppendProbability", func() error { _, err := p.AppendProbability(dst, rows, 10, 2); return err })
		try("AppendDERT", func() error { _, err := p.AppendDERT(dst, rows, 0.01); return err })
		try("AppendSpend", func() error { _, err := g.AppendSpend(dst, rows); return err })
		try("AppendTracking", func() error { _, err := p.AppendTracking(dst, rows, []float64{0, 1, 2}); return err })
		if kind != clv.KindBGBB {
			try("AppendValues", func() error {
				_, err := p.AppendValues(values, rows, spend, clv.ValueConfig{Discount: 0.01})
				return err
			})
			try("AppendCashFlows", func() error {
				_, err := p.AppendCashFlows(dst, rows, spend, clv.ValueConfig{})
				return err
			})
		}
		for name, f := range map[string]func(r clv.Row){
			"PAlive":      func(r clv.Row) { p.PAlive(r, 1) },
			"Expected":    func(r clv.Row) { p.Expected(r, 10) },
			"DERT":        func(r clv.Row) { p.DERT(r, 0.01) },
			"Probability": func(r clv.Row) { p.Probability(r, 10, 3) },
		} {
			if n := testing.AllocsPerRun(20, func() { f(rows.List[7]) }); n != 0 {
				t.Errorf("%s: %s: %v allocations", kind, name, n)
			}
		}
	}
	// With covariates each customer has parameters of their own, in the same place.
	rows := covariateRows(t, clv.KindMBGNBD, 300, 0.4, -0.2)
	fit := mustFit(t, rows, clv.FitConfig{})
	dst := make([]float64, 0, len(rows.List))
	if n := testing.AllocsPerRun(3, func() {
		if _, err := fit.AppendExpected(dst, rows, 10); err != nil {
			t.Fatal(err)
		}
	}); n > most {
		t.Errorf("covariates: %v allocations for %d customers", n, len(rows.List))
	}
}
