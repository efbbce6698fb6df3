package pareto

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// FuzzFinite asks for finite answers, and probabilities within [0, 1], of any
// legal input.
func FuzzFinite(f *testing.F) {
	f.Add(0.55, 10.6, 0.61, 11.7, 3, 20.0, 30.0, 39.0, 0.01, 0.3)
	f.Add(1e-9, 1e-12, 1e9, 1e-9, 3000, 1.0, 1e6, 1e3, 1e-6, 0.0)
	f.Add(1e9, 1e12, 1.0, 1e12, 0, 0.0, 0.0, 1.0, 10.0, 1.0)
	f.Add(1e-3, 1e-80, 1.0, 1e3, 0, 0.0, 100.0, 1.0, 1.0, 0.5)
	f.Fuzz(checkFinite)
}

// TestHostile is FuzzFinite on a scale that mutation seldom reaches.
func TestHostile(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	wide := func(digits float64) float64 { return math.Pow(10, digits*(2*rng.Float64()-1)) }
	for i := range 20000 {
		digits := []float64{1, 4, 15, 45}[i%4]
		x := int(wide(3.5))
		age := wide(min(digits, 8))
		tx := age * rng.Float64()
		if rng.IntN(3) == 0 {
			x, tx = 0, 0
		}
		checkFinite(t, wide(digits), wide(digits), wide(digits), wide(digits), x, tx, age,
			wide(min(digits, 8)), wide(min(digits, 5)), rng.Float64())
		if t.Failed() {
			return
		}
	}
}

func checkFinite(t *testing.T, r, alpha, s, beta float64, x int, tx, age, h, delta, m float64) {
	for _, v := range []*float64{&r, &alpha, &s, &beta} {
		if !(*v > 1e-50 && *v < 1e50) {
			return
		}
	}
	if x < 0 || x > 100000 || !(tx >= 0 && tx <= age && age < 1e9) || !(h >= 0 && h < 1e9) ||
		!(delta > 1e-12 && delta < 1e6) || x == 0 && tx > 0 || !(m >= 0 && m <= 1) {
		return
	}
	p := Params{R: r, Alpha: alpha, S: s, Beta: beta}
	c := Correlated{Params: p}
	lo, hi := c.Bounds()
	if math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		return // one rate is nothing but 0 or infinite: no density to bend
	}
	c.M = lo*(1-m) + hi*m
	for i, m := range []model{p, c} {
		for j, v := range []float64{
			m.PAlive(x, tx, age, 0), m.PAlive(x, tx, age, h), m.Prob(x, tx, age, h, 0), m.Prob(x, tx, age, h, 7),
			m.ProbNew(h, 3),
		} {
			if !(v >= 0 && v <= 1) {
				t.Errorf("model %d %+v, %d %v %v +%v, probability %d: %v", i, m, x, tx, age, h, j, v)
			}
		}
		for j, v := range []float64{
			m.LogLik(x, tx, age), m.Expected(x, tx, age, h), m.ExpectedNew(h), m.DERT(x, tx, age, delta),
		} {
			if math.IsNaN(v) || math.IsInf(v, 0) || j > 0 && v < 0 {
				t.Errorf("model %d %+v, %d %v %v +%v, number %d: %v", i, m, x, tx, age, h, j, v)
			}
		}
	}
	row := kernel.Row{X: x, Tx: tx, T: age}
	for _, at := range []struct {
		e   kernel.Evaluator
		eta []float64
	}{
		{NewEvaluator(), p.Coordinates(nil)},
		{NewEvaluator(), Params{R: r, Alpha: alpha, S: inf, Beta: inf, Mu: s / beta}.Coordinates(nil)},
		{NewEvaluator(), Params{R: r, Alpha: alpha, S: s, Beta: inf}.Coordinates(nil)},
		{NewCorrelatedEvaluator(), c.Coordinates(nil)},
	} {
		n := at.e.Dim()
		grad, hess := make([]float64, n), make([]float64, n*(n+1)/2)
		if !at.e.Set(at.eta, x, kernel.Hessian) {
			continue
		}
		v := at.e.Row(row, grad, hess)
		for _, w := range append(append(hess, grad...), v) {
			if math.IsNaN(w) || math.IsInf(w, 0) {
				t.Fatalf("%T at %v, %+v: %v, %v, %v", at.e, at.eta, row, v, grad, hess)
			}
		}
	}
}
