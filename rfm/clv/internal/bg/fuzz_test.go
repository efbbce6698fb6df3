package bg

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// FuzzFinite: whatever is legal gets finite numbers within their ranges.
func FuzzFinite(f *testing.F) {
	f.Add(0.24, 4.4, 0.79, 2.42, uint16(2), 0.8, 39.0, 39.0, 0.01, uint16(3), false)
	f.Add(1e-8, 1e-6, 1.0, 1e-9, uint16(0), 0.0, 0.0, 1e6, 1e-8, uint16(0), true)
	f.Add(1e6, 1e6, 1e15, 1e3, uint16(4000), 0.01, 1e5, 1e-6, 10.0, uint16(2000), true)
	f.Add(5.0, 0.01, 0.05, 20.0, uint16(3000), 0.02, 0.5, 365.0, 1.0, uint16(9), false)
	f.Add(1e-3, 1e9, 1e-9, 1e-9, uint16(1), 1.0, 1.0, 1.0, 1e-12, uint16(1), false)
	f.Add(300.0, 1e-5, 1e4, 1.0, uint16(0), 1.0, 0.0, 1e5, 1e-9, uint16(800), false)
	f.Fuzz(func(t *testing.T, r, alpha, a, b float64, x uint16, part, T, ahead, delta float64, n uint16, modified bool) {
		within := func(v, lo, hi float64) bool { return v >= lo && v <= hi }
		if !within(r, 1e-9, 1e7) || !within(alpha, 1e-9, 1e9) || !within(a, 1e-12, 1e18) || !within(b, 1e-12, 1e18) ||
			!within(part, 0, 1) || !within(T, 0, 1e9) || !within(ahead, 0, 1e9) || !within(delta, 1e-12, 1e3) {
			t.Skip()
		}
		p := Params{r, alpha, a, b, modified}
		xs, tx := int(x%5000), part*T
		if xs == 0 {
			tx = 0
		}
		check := func(name string, v, lo, hi float64) {
			t.Helper()
			if !(v >= lo && v <= hi) {
				t.Errorf("%+v x=%d tx=%v T=%v t=%v δ=%v n=%d: %s = %v", p, xs, tx, T, ahead, delta, n, name, v)
			}
		}
		const huge = math.MaxFloat64
		check("log-likelihood", p.LogLik(xs, tx, T), -huge, huge)
		check("P(alive)", p.PAlive(xs, tx, T, 0), 0, 1)
		check("P(alive) later", p.PAlive(xs, tx, T, ahead), 0, 1)
		most := (r + float64(xs)) / (alpha + T) * ahead * (1 + 1e-9)
		check("expected", p.Expected(xs, tx, T, ahead), 0, most)
		check("probability", p.Prob(xs, tx, T, ahead, int(n%4000)), 0, 1)
		check("DERT", p.DERT(xs, tx, T, delta), 0, (r+float64(xs))/(alpha+T)/delta*(1+1e-9))
		out := make([]float64, 5)
		p.ExpectedMany(out, xs, tx, T, []float64{0, ahead / 8, ahead / 2, ahead, ahead})
		check("expected, many", out[4], 0, most)
		e := NewEvaluator(modified)
		if !e.Set(p.Coordinates(), xs, kernel.Hessian) {
			t.Fatalf("Set refuses %+v", p)
		}
		var grad [4]float64
		var hess [10]float64
		check("evaluator", e.Row(kernel.Row{X: xs, Tx: tx, T: T}, grad[:], hess[:]), -huge, huge)
		for _, v := range append(grad[:], hess[:]...) {
			check("derivative", v, -huge, huge)
		}
	})
}
