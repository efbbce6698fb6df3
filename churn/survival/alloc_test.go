//go:build !race

package survival_test

import (
	"testing"

	"github.com/guanxi-go/guanxi/churn/survival"
)

func TestNoAllocations(t *testing.T) {
	d, x := simulate(2000, 3, true)
	d.Strata = d.Group
	rows := make([]int32, len(d.Time))
	for i, v := range d.Time {
		rows[i] = int32(v)
	}
	var days survival.Days
	var c survival.Curve
	if days.AddAll(rows, d.Event) != nil || days.KaplanMeier(&c, survival.CurveConfig{}) != nil {
		t.Fatal("no curve")
	}
	fit := must(survival.Cox(d, x, survival.CoxConfig{}))
	buf := make([]byte, 0, 1<<16)
	run := map[string]func(){
		"days": func() {
			days.Reset()
			if days.AddAll(rows, d.Event) != nil || days.KaplanMeier(&c, survival.CurveConfig{}) != nil {
				t.Fail()
			}
		},
		"days one by one": func() { _ = days.Add(17, true); _ = days.AddEntered(3, 17, false) },
		"encode":          func() { buf, _ = days.AppendBinary(buf[:0]) },
		"ask a curve":     func() { c.Quantile(0.5); c.At(100); _, _ = c.Conditional(100, 50); _, _ = c.RestrictedMean(365) },
		"likelihood":      fit.CoxEval(),
	}
	for name, f := range run {
		if n := testing.AllocsPerRun(20, f); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
}
