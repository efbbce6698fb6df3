package spend

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: got %.17g, want %.17g (off by %.2g, allowed %.2g)", what, got, want, got-want, tol)
	}
}

func TestExact(t *testing.T) {
	e := NewEvaluator()
	for _, c := range exact {
		p := c.p
		// p·x is rounded once, which moves the logarithm by at most this.
		scale := math.Abs(c.value) + math.Abs(c.grad[0])
		near(t, "LogLik", p.LogLik(c.x, c.mean), c.value, 1e-12*scale)
		eta := Coordinates(p)
		if !e.Set(eta, c.x, kernel.Hessian) {
			t.Fatalf("%+v refused", p)
		}
		var g [3]float64
		var h [6]float64
		v := e.Row(kernel.Row{X: c.x, Mean: c.mean}, g[:], h[:])
		// exp(ln p) is off by a few ulp times |ln p|.
		wide := 1e-12 * (scale + math.Abs(c.grad[1]) + math.Abs(c.grad[2]))
		near(t, "Row", v, c.value, 30*wide)
		curve := math.Abs(c.hess[0]) + math.Abs(c.hess[1]) + math.Abs(c.hess[2])
		for i := range g {
			near(t, "gradient", g[i], c.grad[i], 1e-12*(math.Abs(c.grad[i])+30*curve+1))
		}
		for i, k := range []int{0, 1, 2} {
			near(t, "Hessian", h[k], c.hess[i], 1e-12*(30*curve+1))
		}
		if t.Failed() {
			t.Fatalf("at %+v, x %d, mean %g", p, c.x, c.mean)
		}
	}
}

// The Hessian is the derivative of the gradient, the gradient that of the value.
func TestDerivatives(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	a, b := NewEvaluator(), NewEvaluator()
	for range 300 {
		eta := []float64{rng.NormFloat64() * 3, rng.NormFloat64() * 3, rng.NormFloat64() * 4}
		r := kernel.Row{X: 1 + rng.IntN(40), Mean: math.Exp(rng.NormFloat64() * 3)}
		var g, gl, gr [3]float64
		var h [6]float64
		a.Set(eta, r.X, kernel.Hessian)
		a.Row(r, g[:], h[:])
		for j := range eta {
			const step = 1e-5
			move := func(d float64, g []float64) float64 {
				moved := append([]float64(nil), eta...)
				moved[j] += d
				b.Set(moved, r.X, kernel.Gradient)
				return b.Row(r, g, nil)
			}
			vr, vl := move(step, gr[:]), move(-step, gl[:])
			near(t, "gradient", g[j], (vr-vl)/(2*step), 1e-5*(1+math.Abs(g[j]))+1e-10*math.Abs(vr))
			for i := range j + 1 {
				near(t, "Hessian", h[j*(j+1)/2+i], (gr[i]-gl[i])/(2*step), 1e-6*(1+math.Abs(gr[i])+math.Abs(h[j*(j+1)/2+i])))
			}
		}
	}
}

// The density of the mean integrates to 1.
func TestDensity(t *testing.T) {
	for _, p := range []Params{{6.25, 3.74, 15.44}, {0.7, 0.9, 3}, {1, 1, 1}, {50, 200, 100}} {
		for _, x := range []int{1, 3, 40} {
			var sum float64
			const step = 1. / 128
			for y := -60.0; y < 200; y += step { // z = e^y
				sum += step * math.Exp(p.LogLik(x, math.Exp(y))+y)
			}
			near(t, "integral", sum, 1, 1e-10)
		}
	}
}

func TestExpected(t *testing.T) {
	p := Params{6.25, 3.74, 15.44}
	all, ok := p.Expected(0, 99)
	if !ok || math.Abs(all-6.25*15.44/2.74) > 1e-13*all {
		t.Errorf("population: %v %v", all, ok)
	}
	last := all
	for x := 1; x < 2000; x++ {
		m, ok := p.Expected(x, 200)
		if !ok || m <= last || m >= 200 {
			t.Fatalf("%d purchases: %v %v after %v", x, m, ok, last)
		}
		last = m
	}
	for _, q := range []float64{1e-9, 0.5, 1} {
		p.Q = q
		if m, ok := p.Expected(0, 0); ok || !math.IsNaN(m) {
			t.Errorf("q = %v: %v, %v", q, m, ok)
		}
		if _, ok := p.Expected(1, 20); !ok {
			t.Errorf("q = %v: a buyer's own mean exists", q)
		}
		if _, ok := p.Given(0, 0).Variance(); ok {
			t.Errorf("q = %v has a variance", q)
		}
		if _, ok := p.Given(0, 0).FutureVariance(3); ok {
			t.Errorf("q = %v has a future variance", q)
		}
	}
}

func TestPosterior(t *testing.T) {
	for _, p := range []Params{{6.25, 3.74, 15.44}, {0.5, 5, 60}, {30, 1.2, 4}} {
		for _, x := range []int{0, 1, 7, 3000} {
			d := p.Given(x, 33)
			for _, prob := range []float64{1e-6, 0.025, 0.5, 0.975, 1 - 1e-6} {
				near(t, "CDF(Quantile)", d.CDF(d.Quantile(prob)), prob, 1e-9)
				for _, n := range []int{1, 12} {
					near(t, "FutureCDF(FutureQuantile)", d.FutureCDF(d.FutureQuantile(prob, n), n), prob, 1e-7)
				}
			}
			// ∫ (1 − CDF) is the mean, ∫ 2y(1 − CDF) the second moment.
			m, okM := d.Mean()
			v, okV := d.Variance()
			if !okM || !okV || d.Shape < 9 {
				continue
			}
			for n := range 2 {
				want := v
				cdf := d.CDF
				if n > 0 {
					want, _ = d.FutureVariance(3)
					cdf = func(y float64) float64 { return d.FutureCDF(y, 3) }
				}
				var first, second float64
				const step = 1. / 256
				for s := -12.0; s < 12; s += step {
					y := math.Exp(s)
					c := (1 - cdf(y)) * y * step
					first += c
					second += 2 * y * c
				}
				near(t, "mean", first, m, 2e-5*m)
				near(t, "variance", second-first*first, want, 1e-3*want+1e-6*m*m)
			}
		}
	}
	// The regimes of FutureCDF agree where they meet.
	for _, c := range [][4]float64{
		{0.99e5, 0.99e5, 1.02e5, 1.02e5}, {0.99e5, 3e7, 1.01e5, 3.06061e7}, {50, 4.99e5, 50, 5.01e5}, {4.99e5, 50, 5.01e5, 50},
		{9e4, 8.99e8, 9e4, 9.01e8},
	} {
		a, b := Posterior{c[0], c[1], c[1]}, Posterior{c[2], c[3], c[3]}
		for _, z := range []float64{-3, -1, 0, 0.5, 2} {
			at := func(d Posterior) float64 {
				return d.FutureCDF(d.P*math.Exp(z*math.Sqrt(1/d.P+1/d.Shape)), 1)
			}
			near(t, "regimes", at(a), at(b), 3e-5)
		}
	}
	if c := (Posterior{1, 1, 1}).CDF(0); c != 0 {
		t.Errorf("CDF(0) = %v", c)
	}
	if c := (Posterior{1, 1, 1}).FutureCDF(-1, 1); c != 0 {
		t.Errorf("FutureCDF(-1) = %v", c)
	}
}

func TestSimulate(t *testing.T) {
	p := Params{6.25, 3.74, 15.44}
	rng := rand.New(rand.NewPCG(7, 7))
	const n = 200_000
	var sum, below float64
	d := p.Given(0, 0)
	median := d.Quantile(0.5)
	futureMedian := d.FutureQuantile(0.5, 4)
	var future float64
	var dst []float64
	for range n {
		var m float64
		dst, m = p.Simulate(rng, dst[:0], 4)
		sum += m
		if m < median {
			below++
		}
		if (dst[0]+dst[1]+dst[2]+dst[3])/4 < futureMedian {
			future++
		}
	}
	want, _ := d.Mean()
	v, _ := d.Variance()
	near(t, "mean", sum/n, want, 5*math.Sqrt(v/n))
	near(t, "median", below/n, 0.5, 5*0.5/math.Sqrt(n))
	near(t, "median of four", future/n, 0.5, 5*0.5/math.Sqrt(n))
}

// climb maximises by damped Newton steps: enough for a test.
func climb(t *testing.T, rows []kernel.Row, eta []float64) ([]float64, float64) {
	t.Helper()
	e := NewEvaluator()
	eval := func(at []float64, g, h []float64) float64 {
		if !e.Set(at, 100, kernel.Hessian) {
			return math.Inf(-1)
		}
		var sum float64
		var gr [3]float64
		var hr [6]float64
		clear(g)
		clear(h)
		for _, r := range rows {
			sum += e.Row(r, gr[:], hr[:])
			for i := range g {
				g[i] += gr[i]
			}
			for i := range h {
				h[i] += hr[i]
			}
		}
		return sum
	}
	var g, g2 [3]float64
	var h, h2 [6]float64
	v := eval(eta, g[:], h[:])
	damp := 1.0
	for range 500 {
		m := [3][4]float64{{-h[0] + damp, -h[1], -h[3], g[0]}, {-h[1], -h[2] + damp, -h[4], g[1]}, {-h[3], -h[4], -h[5] + damp, g[2]}}
		for i := range 3 {
			for j := range 3 {
				if j != i {
					f := m[j][i] / m[i][i]
					for k := range 4 {
						m[j][k] -= f * m[i][k]
					}
				}
			}
		}
		next := []float64{eta[0] + m[0][3]/m[0][0], eta[1] + m[1][3]/m[1][1], eta[2] + m[2][3]/m[2][2]}
		if w := eval(next, g2[:], h2[:]); w >= v {
			if w-v < 1e-12 && damp < 1e-9 {
				return next, w
			}
			eta, v, g, h = next, w, g2, h2
			damp /= 4
		} else {
			damp = damp*8 + 1e-12
		}
	}
	return eta, v
}

// What is simulated is found again, from every start.
func TestRecover(t *testing.T) {
	truth := Params{3, 5, 20}
	rng := rand.New(rand.NewPCG(3, 4))
	var rows []kernel.Row
	for range 4000 {
		x := 1 + rng.IntN(8)
		values, _ := truth.Simulate(rng, nil, x)
		var sum float64
		for _, v := range values {
			sum += v
		}
		rows = append(rows, kernel.Row{X: x, Mean: sum / float64(x)})
	}
	best := math.NaN()
	for i, s := range Starts(append(rows, kernel.Row{}), nil) {
		eta, v := climb(t, rows, s)
		p := Natural(eta)
		if i == 0 {
			best = v
			near(t, "p", p.P, truth.P, 0.5)
			near(t, "q", p.Q, truth.Q, 0.9)
			near(t, "v", p.V, truth.V, 6)
		}
		near(t, "optimum", v, best, 1e-6)
	}
	if Starts(nil, nil) != nil || Starts([]kernel.Row{{}}, []float64{3}) != nil {
		t.Error("a start without purchases")
	}
	for _, s := range Starts([]kernel.Row{{X: 1, Mean: 5}, {X: 2, Mean: 5}}, []float64{2, 1}) {
		for _, v := range s {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("start %v where all spend the same", s)
			}
		}
	}
}

func TestEvaluatorEdges(t *testing.T) {
	e := NewEvaluator()
	if e.Set([]float64{0, math.Inf(1), 0}, 3, kernel.Value) || e.Set([]float64{0, 0, math.NaN()}, 3, kernel.Value) {
		t.Error("coordinates that are no model")
	}
	e.Set([]float64{1, 1, 1}, 10_000, kernel.Hessian)
	g, h := []float64{9, 9, 9}, []float64{9, 9, 9, 9, 9, 9}
	if v := e.Row(kernel.Row{}, g, h); v != 0 || g[0] != 0 || h[5] != 0 {
		t.Error("a row without purchases counts")
	}
	p := Natural([]float64{1, 1, 1})
	if p.LogLik(0, 0) != 0 {
		t.Error("LogLik without purchases")
	}
	if Jacobian(nil)[1][1] != 1 {
		t.Error("Jacobian")
	}
	for _, x := range []int{1, 4000, 9000} { // beyond the table, and a clone
		want := p.LogLik(x, 12)
		near(t, "Row", e.Row(kernel.Row{X: x, Mean: 12}, nil, nil), want, 1e-12*math.Abs(want))
		near(t, "Clone", e.Clone().Row(kernel.Row{X: x, Mean: 12}, nil, nil), want, 1e-12*math.Abs(want))
	}
}
