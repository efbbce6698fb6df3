package bg

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// TestDERTSeries holds the series to the quadrature wherever they are used, with
// a, R and R − a near integers as well as away from them.
func TestDERTSeries(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 52))
	e := func(lo, hi float64) float64 { return math.Pow(10, lo+(hi-lo)*rng.Float64()) }
	var w worst
	used := 0
	for i := range 24000 {
		p := Params{e(-1.5, 1.3), e(0, 3), e(-1.5, 2), e(-1.5, 3), i%2 == 0}
		switch i % 6 {
		case 3:
			p.A = math.Round(p.A) + e(-16, -1)
		case 4:
			p.R = math.Round(p.R) + e(-16, -1)
		case 5:
			p.R = p.A + math.Round(p.R) + e(-16, -1)
		}
		x, _, T := randomHistory(rng)
		if i%4 < 2 {
			x = 0
		}
		f := p.future(x, T)
		delta := e(-6, 0) * f.A
		if v, ok := f.dertSeries(delta); ok {
			used++
			w.see(math.Abs(v/f.dertByQuadrature(delta)-1), []any{f, delta})
		}
	}
	t.Logf("%d by series, off by at most %.2g", used, w.err)
	if used < 8000 || !(w.err <= 5e-11) {
		t.Errorf("%d by series, %g at %+v", used, w.err, w.at)
	}
	for x := range 60 { // a shop's customers never need the quadrature
		if _, ok := cdnow.future(x, 38.86).dertSeries(0.0025 * 43); !ok {
			t.Errorf("x = %d: no series", x)
		}
	}
}

// TestHugeNumbers: neither purchases nor parameters by the million or 1e300 take
// long or lose the range.
func TestHugeNumbers(t *testing.T) {
	in := func(name string, v, lo, hi float64) {
		t.Helper()
		if !(v >= lo && v <= hi) {
			t.Errorf("%s = %v, not in [%v, %v]", name, v, lo, hi)
		}
	}
	const age = 1e6
	for _, p := range []Params{
		{R: 1e300, Alpha: 1e300, A: 0.2, B: 140}, {R: 1e300, Alpha: 1e300, A: 3e-6, B: 4e-6, Modified: true},
		{R: 1e15, Alpha: 5e-8, A: 6.4e6, B: 2.75e8, Modified: true}, {R: 1e15, Alpha: 4e-3, A: 3e11, B: 78, Modified: true}, cdnow,
	} {
		for _, x := range []int{0, 3000, 1e9} {
			tx := age / 2
			if x == 0 {
				tx = 0
			}
			f := p.future(x, age)
			in("DERT", f.dert(1e-3*f.A), 0, f.R/f.A*1e3*(1+1e-9))
			in("stay", f.stay(10/f.A), 0, 1)
			in("P(alive)", p.PAlive(x, tx, age, 10), 0, 1)
			in("LogLik", p.LogLik(x, tx, age), -math.MaxFloat64, math.MaxFloat64)
			for _, n := range []int{0, 1, 10, 3000, 1e9} {
				in("Prob", f.prob(10/f.A, max(n, 1)), 0, 1)
				in("Prob", p.Prob(x, tx, age, 10, n), 0, 1)
			}
		}
	}
	e := NewEvaluator(true)
	e.Set(cdnow.Coordinates(), 1e9, kernel.Hessian)
	var grad [4]float64
	var hess [10]float64
	v := e.Row(kernel.Row{X: 1e9, Tx: age, T: age}, grad[:], hess[:])
	if w := (Params{cdnow.R, cdnow.Alpha, cdnow.A, cdnow.B, true}).LogLik(1e9, age, age); math.Abs(v/w-1) > 1e-12 {
		t.Errorf("evaluator %v, alone %v", v, w)
	}
}
