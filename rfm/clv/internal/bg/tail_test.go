package bg

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// TestTail holds value and derivatives beyond farFrom purchases to the sums term
// by term, both for rows within the first span and many spans on.
func TestTail(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	var value, slope, curve, single worst
	for i := range 300 {
		e := NewEvaluator(i%2 == 0).(*evaluator)
		eta := []float64{16*rng.Float64() - 8, 9*rng.Float64() - 2, 14*rng.Float64() - 10, 30*rng.Float64() - 26}
		switch i % 10 {
		case 8:
			eta[2] = -inf
		case 9:
			eta[3] = -inf
		}
		x := farFrom + int(math.Pow(10, 5*rng.Float64()))
		if i < 8 {
			x = farFrom - 2 + i/2
		}
		row := kernel.Row{X: x, Tx: 900, T: 1000}
		var grad [4]float64
		var hess [10]float64
		if !e.Set(eta, x+rng.IntN(5000), kernel.Hessian) {
			t.Fatalf("Set refuses %v", eta)
		}
		v := e.Row(row, grad[:], hess[:])
		if eta[3] > -20 { // else Natural's a + b is not what the coordinates say
			single.see(math.Abs(Natural(eta, e.modified).LogLik(x, 900, 1000)-v)/(math.Abs(v)+1), eta)
		}
		m := x
		if e.modified {
			m++
		}
		var rate rateSums
		var leave jet
		var lost [2]float64 // Kahan's sums of the two values
		kahan := func(sum, c *float64, v float64) {
			y := v - *c
			s := *sum + y
			*c, *sum = s-*sum-y, s
		}
		for j := range m {
			l, r := e.leaveTerm(float64(j)), e.rateTerm(float64(j))
			lv, rv := leave.v, rate.v
			leave.add(l, 1)
			kahan(&lv, &lost[0], l.v)
			leave.v = lv
			if j < x {
				rate.add(r, 1)
				kahan(&rv, &lost[1], r.v)
				rate.v = rv
			}
		}
		var gotLeave leaveSums
		var gotRate rateSums
		if m > farFrom {
			gotLeave = e.farLeave(m)
		} else {
			gotLeave = e.leave[m]
		}
		if x > farFrom {
			gotRate = e.farRate(x)
		} else {
			gotRate = e.rate[x]
		}
		rel := func(a, b, size float64) float64 { return math.Abs(a-b) / (math.Abs(b) + size) }
		value.see(rel(gotRate.v, rate.v, 1), eta)
		value.see(rel(gotLeave.stay.v, leave.v, 1), eta)
		slope.see(rel(gotRate.d, rate.d, 1e-12), eta)
		slope.see(rel(gotLeave.stay.t, leave.t, 1e-12), eta)
		slope.see(rel(gotLeave.stay.k, leave.k, 1e-12), eta)
		curve.see(rel(gotRate.dd, rate.dd, 1e-6), eta)
		curve.see(rel(gotLeave.stay.tt, leave.tt, 1e-6), eta)
		curve.see(rel(gotLeave.stay.tk, leave.tk, 1e-6), eta)
		curve.see(rel(gotLeave.stay.kk, leave.kk, 1e-6), eta)
	}
	for _, c := range []struct {
		name string
		w    worst
		tol  float64
	}{{"value", value, 1e-12}, {"slope", slope, 1e-11}, {"curve", curve, 1e-9}, {"LogLik", single, 1e-12}} {
		t.Logf("%s: %.2g", c.name, c.w.err)
		if !(c.w.err <= c.tol) {
			t.Errorf("%s: %.2g at %v", c.name, c.w.err, c.w.at)
		}
	}
}

// TestNeverAboveOne: 1 + 2⁻⁵² is no probability.
func TestNeverAboveOne(t *testing.T) {
	if v := (Params{R: 1e-8, Alpha: 1, A: 1e-8, B: 0.5}).PAlive(0, 0, 20, 5); !(v <= 1 && v > 0.999999) {
		t.Errorf("P(alive) %v", v)
	}
	rng := rand.New(rand.NewPCG(41, 42))
	e := func(lo, hi float64) float64 { return math.Pow(10, lo+(hi-lo)*rng.Float64()) }
	for range 20000 {
		p := Params{e(-9, 3), e(-2, 3), e(-10, 2), e(-2, 3), rng.IntN(2) == 0}
		x, tx, T := randomHistory(rng)
		if v := p.PAlive(x, tx, T, e(-4, 4)); !(v >= 0 && v <= 1) {
			t.Fatalf("%+v: %v", p, v)
		}
	}
}
