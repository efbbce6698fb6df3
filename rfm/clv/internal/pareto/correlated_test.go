package pareto

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func TestCorrelatedDerivatives(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	e := NewCorrelatedEvaluator()
	for range 2000 {
		eta := randomEta(rng)
		if math.IsInf(eta[atMu], -1) {
			eta[atMu] = -3
		}
		eta = append(eta, 2*rng.NormFloat64())
		switch rng.IntN(6) {
		case 0:
			eta[atM] = math.Inf(1)
		case 1:
			eta[atM] = math.Inf(-1)
		}
		c := NaturalCorrelated(eta)
		a, b := c.marks()
		if math.Abs(a.p-b.p) < 0.01 || math.Abs(a.p+b.p-1) < 0.01 {
			continue // too near a kink of the bounds for differences
		}
		checkDerivatives(t, e, eta, randomRow(rng))
		if t.Failed() {
			t.Log(c)
			lo, hi := c.Bounds()
			t.Log(lo, hi, a, b)
			return
		}
	}
}

// The best fit of CDNOW lies on the crease of the upper bound: A = B.
func TestCreaseFit(t *testing.T) {
	rows := grouped(cdnow(t))
	eta := []float64{-0.5, 2, 0.5}
	v, grad, _ := climb(t, NewCreaseEvaluator(), rows, eta)
	five := CreaseEta(eta)
	c := NaturalCorrelated(five[:])
	if math.Abs(v+9591.66576) > 5e-6 {
		t.Errorf("log-likelihood %.6f at %+v", v, c)
	}
	for _, g := range grad {
		if math.Abs(g) > 1e-6 {
			t.Errorf("gradient %v", grad)
		}
	}
	t.Logf("%.6f at %+v", v, c)
	// No step in the five coordinates does better.
	rng := rand.New(rand.NewPCG(1, 9))
	e := NewCorrelatedEvaluator()
	if at, _, _, _ := total(e, rows, five[:], kernel.Value); math.Abs(at-v) > 1e-8 {
		t.Errorf("%v in three coordinates, %v in five", v, at)
	}
	for range 60 {
		near := append([]float64(nil), five[:]...)
		for i := range atM {
			near[i] += 0.01 * rng.NormFloat64()
		}
		if rng.IntN(2) == 0 {
			near[atM] = 3 + 5*rng.Float64()
		}
		if w, _, _, ok := total(e, rows, near, kernel.Value); ok && w > v {
			t.Errorf("%v: %.9f is more than %.9f", near, w, v)
		}
	}
}

func TestCreaseDerivatives(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	e := NewCreaseEvaluator()
	for n := 0; n < 500; {
		eta := randomEta(rng)
		eta = []float64{eta[0], eta[1], min(eta[3], 1)}
		five := CreaseEta(eta)
		if five[atMu] > 3 || !e.Set(eta, 1, kernel.Value) {
			continue
		}
		n++
		checkDerivatives(t, e, eta, randomRow(rng))
		if t.Failed() {
			return
		}
	}
}

// The Jacobians are those of what Natural… returns.
func TestJacobians(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	natural := func(eta []float64) [5]float64 {
		if len(eta) == CreaseDim {
			five := CreaseEta(eta)
			eta = five[:]
		}
		c := NaturalCorrelated(eta)
		return [5]float64{math.Log(c.R), math.Log(c.Alpha), math.Log(c.S), math.Log(c.Beta), c.M}
	}
	for range 100 {
		eta := []float64{rng.NormFloat64(), rng.NormFloat64() + 1, rng.NormFloat64() - 1, rng.NormFloat64(), rng.NormFloat64()}
		three := []float64{eta[0], eta[1], eta[3]}
		five, ok5 := CorrelatedJacobian(nil, eta)
		crease, ok3 := CreaseJacobian(nil, three)
		if !ok5 || !ok3 {
			t.Fatal(eta)
		}
		for _, c := range []struct{ at, jacobian []float64 }{{eta, five}, {three, crease}} {
			n := len(c.at)
			for j := range n {
				up, down := append([]float64(nil), c.at...), append([]float64(nil), c.at...)
				up[j] += 1e-5
				down[j] -= 1e-5
				a, b := natural(up), natural(down)
				for i := range 5 {
					want, got := (a[i]-b[i])/2e-5, c.jacobian[i*n+j]
					if math.Abs(got-want) > 1e-5*(1+math.Abs(want)) {
						t.Errorf("%v: row %d, column %d: %v, by differences %v", c.at, i, j, got, want)
					}
				}
			}
		}
	}
	if _, ok := CorrelatedJacobian(nil, []float64{0, 0, math.Inf(-1), 0, 0}); ok {
		t.Error("nobody leaves, and yet rates correlate")
	}
	if _, ok := CreaseJacobian(nil, []float64{800, 0, 0}); ok {
		t.Error("r overflows and is accepted")
	}
}

// At a bound the fifth slope is that in the fraction by which M lies inside.
func TestSlopeAtBounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 6))
	e := NewCorrelatedEvaluator()
	grad, hess := make([]float64, 5), make([]float64, 15)
	for range 200 {
		row := randomRow(rng)
		row.X = min(row.X, 20)
		eta := []float64{rng.NormFloat64(), rng.NormFloat64() + 2, rng.NormFloat64() - 3, rng.NormFloat64(), 0}
		for _, sign := range []int{1, -1} {
			eta[atM] = math.Inf(sign)
			e.Set(eta, row.X, kernel.Hessian)
			limit := e.Row(row, grad, hess)
			slope := grad[atM]
			step := 1e-6 / (1 + math.Abs(slope))
			near := func(inside float64) float64 {
				eta[atM] = float64(sign) * (math.Log1p(-inside) - math.Log(inside))
				e.Set(eta, row.X, kernel.Value)
				return e.Row(row, nil, nil)
			}
			got := (-near(2*step) + 4*near(step) - 3*limit) / (2 * step)
			if math.Abs(got-slope) > 1e-5*math.Abs(slope)+1e-8*(1+math.Abs(limit))*(1+math.Abs(slope)) {
				t.Errorf("%+v at %v: slope %g, by differences %g", row, eta, slope, got)
			}
		}
	}
}
