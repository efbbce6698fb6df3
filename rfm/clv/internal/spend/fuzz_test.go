package spend

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// Every legal input has finite answers.
func FuzzFinite(f *testing.F) {
	f.Add(6.25, 3.74, 15.44, uint16(3), 35.0)
	f.Add(1e-90, 1e90, 1e-90, uint16(65535), 1e60)
	f.Add(1e15, 1.0, 1e-15, uint16(3000), 1e-9)
	f.Fuzz(func(t *testing.T, p, q, v float64, x uint16, mean float64) {
		for _, a := range []float64{p, q, v, mean} {
			if !(a > 1e-99 && a < 1e99) {
				t.Skip()
			}
		}
		par := Params{p, q, v}
		check := func(what string, a float64) {
			if math.IsNaN(a) || math.IsInf(a, 0) {
				t.Fatalf("%s = %v at %+v, %d, %v", what, a, par, x, mean)
			}
		}
		check("LogLik", par.LogLik(int(x), mean))
		e := NewEvaluator()
		if !e.Set(Coordinates(par), int(x), kernel.Hessian) {
			t.Fatal("refused")
		}
		var g [3]float64
		var h [6]float64
		check("Row", e.Row(kernel.Row{X: int(x), Mean: mean}, g[:], h[:]))
		for _, a := range g {
			check("gradient", a)
		}
		for _, a := range h {
			check("Hessian", a)
		}
		if m, ok := par.Expected(int(x), mean); ok {
			check("Expected", m)
		}
		d := par.Given(int(x), mean)
		for _, c := range []float64{d.CDF(mean), d.FutureCDF(mean, 3)} {
			if !(c >= 0 && c <= 1) {
				t.Fatalf("CDF = %v at %+v, %d, %v", c, par, x, mean)
			}
		}
		if lo, hi := d.Quantile(0.1), d.Quantile(0.9); !(lo <= hi && lo >= 0) {
			t.Fatalf("quantiles %v, %v at %+v", lo, hi, d)
		}
	})
}
