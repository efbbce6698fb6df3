package main

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

// The fits find the truth of the shop again, and the forecast what came.
func TestRecovery(t *testing.T) {
	for _, model := range models {
		table, err := simulate(options{model: model, unit: clv.Week, customers: 20_000, seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		f, err := predict(table, options{model: model, value: clv.ValueConfig{Discount: 0.01}})
		if err != nil {
			t.Fatal(err)
		}
		check := func(o *clv.Outcome, params []clv.Param) {
			for _, p := range params {
				e, ok := o.Estimate(p.Name)
				if z := (e.Value - p.Value) / e.SE; !ok || !e.Known || math.Abs(z) > 4 {
					t.Errorf("%s: %s is %v, estimated %v ± %v", model, p.Name, p.Value, e.Value, e.SE)
				}
			}
		}
		check(&f.fit.Outcome, table.truth.model.Params())
		check(&f.spend.Outcome, table.truth.spend.Params())
		if c := f.check; math.Abs(c.Predicted/c.Actual-1) > 0.05 || c.Periods != heldOut {
			t.Errorf("%s: %v of %v", model, c.Predicted, c.Actual)
		}
	}
}

// A seed is a shop; another is another one. Another unit is the same shop.
func TestSeed(t *testing.T) {
	text := func(seed string) string {
		code, stdout, stderr := valued("-customers", "500", "-seed", seed, "-json")
		if code != 0 || stderr != "" {
			t.Fatal(stderr)
		}
		return stdout
	}
	one := text("1")
	if one != text("1") || one == text("2") {
		t.Error("the seed does not decide")
	}
	weeks := runJSON(t, "", "-customers", "500")
	for unit, length := range map[string]float64{"day": 1.0 / 7, "month": 365.25 / 12 / 7} {
		r := runJSON(t, "", "-customers", "500", "-unit", unit)
		for i, v := range r.Value {
			if w := weeks.Value[i]; v.Frequency != w.Frequency || math.Abs(v.Recency*length-w.Recency) > 1e-9 || math.Abs(*v.CLV / *w.CLV - 1) > 1e-6 {
				t.Fatalf("%s: %+v, in weeks %+v", unit, v, w)
			}
		}
	}
}
