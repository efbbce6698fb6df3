//go:build !race

package pareto

import (
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func TestNoAllocation(t *testing.T) {
	var hs, out [12]float64
	for i := range hs {
		hs[i] = float64(i + 1)
	}
	for name, m := range models() {
		if n := testing.AllocsPerRun(20, func() {
			sink += m.LogLik(4, 20, 30) + m.PAlive(4, 20, 30, 0) + m.PAlive(4, 20, 30, 5) + m.Expected(4, 20, 30, 9) +
				m.DERT(4, 20, 30, 0.01) + m.Prob(4, 20, 30, 9, 3) + m.ProbNew(9, 50) + m.ExpectedNew(9)
			m.ExpectedMany(4, 20, 30, hs[:], out[:])
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	for _, e := range []kernel.Evaluator{NewEvaluator(), NewCorrelatedEvaluator(), NewCreaseEvaluator()} {
		eta := []float64{-0.5, 2, -0.5, 0, 1}[:e.Dim()]
		grad, hess := make([]float64, e.Dim()), make([]float64, e.Dim()*(e.Dim()+1)/2)
		e.Set(eta, 100, kernel.Hessian)
		if n := testing.AllocsPerRun(20, func() {
			eta[1] += 1e-3
			e.Set(eta, 100, kernel.Hessian)
			sink += e.Row(kernel.Row{X: 4, Tx: 20, T: 30}, grad, hess)
		}); n != 0 {
			t.Errorf("%T: %v allocations", e, n)
		}
	}
}
