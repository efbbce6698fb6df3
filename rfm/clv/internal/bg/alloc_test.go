//go:build !race

package bg

import (
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func TestNoAllocation(t *testing.T) {
	var ts, out [12]float64
	for i := range ts {
		ts[i] = float64(i+1) * 4
	}
	e := NewEvaluator(true)
	eta := cdnow.Coordinates()
	e.Set(eta, 40, kernel.Hessian)
	grad, hess := make([]float64, 4), make([]float64, 10)
	for _, p := range []Params{cdnow, ridge, broad, {R: 0.8, Alpha: 28, A: 4e6, B: 3.6e7}} {
		if n := testing.AllocsPerRun(50, func() {
			sink = p.LogLik(3, 20, 30) + p.PAlive(3, 20, 30, 0) + p.PAlive(3, 20, 30, 9) + p.Expected(3, 20, 30, 9) +
				p.DERT(3, 20, 30, 0.01) + p.Prob(3, 20, 30, 9, 4)
			p.ExpectedMany(out[:], 3, 20, 30, ts[:])
			e.Set(eta, 40, kernel.Hessian)
			sink += e.Row(kernel.Row{X: 3, Tx: 20, T: 30}, grad, hess)
		}); n != 0 {
			t.Errorf("%+v: %v allocs, want 0", p, n)
		}
	}
}
