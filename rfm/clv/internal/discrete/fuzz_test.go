package discrete

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// Every legal input has finite answers, and probabilities are probabilities.
func FuzzFinite(f *testing.F) {
	f.Add(1.2, 0.75, 0.66, 2.78, uint16(6), uint16(4), uint16(2), uint16(5))
	f.Add(1e15, 1e-15, 1e-90, 1e90, uint16(3000), uint16(0), uint16(0), uint16(12))
	f.Add(1e-90, 1e90, 1e200, 1e200, uint16(3000), uint16(3000), uint16(3000), uint16(1))
	f.Add(1e-200, 1e-200, 1e-200, 1e200, uint16(2000), uint16(1), uint16(1), uint16(400))
	f.Fuzz(func(t *testing.T, a, b, c, d float64, n, tx, x, next uint16) {
		for _, v := range []float64{a, b, c, d} {
			if !(v > 1e-200 && v < 1e200) {
				t.Skip()
			}
		}
		n, next = n%4000, next%500
		if tx > n || x > tx || (x == 0) != (tx == 0) {
			t.Skip()
		}
		p := BGBB{a, b, c, d}
		finite := func(what string, v float64) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%s = %v at %+v: %d %d %d, next %d", what, v, p, x, tx, n, next)
			}
		}
		chance := func(what string, v float64) {
			if !(v >= 0 && v <= 1+1e-9) {
				t.Fatalf("%s = %v at %+v: %d %d %d, next %d", what, v, p, x, tx, n, next)
			}
		}
		xi, ti, ni, mi := int(x), int(tx), int(n), int(next)
		chance("PAlive", p.PAlive(xi, ti, ni, mi))
		chance("Prob", p.Prob(xi, ti, ni, mi, int(x)%(mi+1)))
		chance("ProbNew", p.ProbNew(mi, int(x)%(mi+1)))
		buy, drop := p.Rates(xi, ti, ni)
		chance("p", buy)
		chance("θ", drop)
		finite("Expected", p.Expected(xi, ti, ni, mi))
		finite("DERT", p.DERT(xi, ti, ni, 0.01))
		finite("LogLik", p.LogLik(xi, ti, ni))
		s := SBG{a, b}
		chance("Survival", s.Survival(ni))
		chance("Retention", s.Retention(ni+1))
		finite("DERL", s.DERL(ni, 0.01))
		finite("sBG", s.LogLik(ni+1, true))
		e := NewBGBB()
		if !e.Set(CoordinatesBGBB(p), xi, kernel.Hessian) {
			return
		}
		var g [4]float64
		var h [10]float64
		finite("Row", e.Row(kernel.Row{X: xi, Tx: float64(tx), T: float64(n)}, g[:], h[:]))
		for _, v := range append(g[:], h[:]...) {
			finite("derivative", v)
		}
	})
}
