package discrete

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
	for _, c := range exact {
		buy, drop := c.p.Rates(c.x, c.tx, c.n)
		got := [6]float64{
			c.p.LogLik(c.x, c.tx, c.n), c.p.PAlive(c.x, c.tx, c.n, 0), c.p.Expected(c.x, c.tx, c.n, 12),
			c.p.DERT(c.x, c.tx, c.n, c.d), buy, drop,
		}
		for i, name := range []string{"LogLik", "PAlive", "Expected", "DERT", "E(p)", "E(θ)"} {
			tol := 1e-12
			if i > 0 {
				tol = 1e-11
			}
			if want := c.want[i]; want < 2.3e-308 && want >= 0 && i > 0 {
				if got[i] > want*1.0000001 && got[i] >= 2.3e-308 {
					t.Errorf("%s = %g, want below %g", name, got[i], want)
				}
			} else {
				near(t, name, got[i], want, tol*math.Abs(want)+1e-15*float64(1-min(i, 1))) // a logarithm near 0 is as exact as 1 is
			}
		}
		e := NewBGBB()
		e.Set(CoordinatesBGBB(c.p), c.x, kernel.Value)
		row := e.Row(kernel.Row{X: c.x, Tx: float64(c.tx), T: float64(c.n)}, nil, nil)
		near(t, "Row", row, c.want[0], 1e-11*math.Abs(c.want[0])+1e-13)
		if t.Failed() {
			t.Fatalf("at %+v", c)
		}
	}
	for _, c := range lifetimes {
		near(t, "discounted", mixOf(c.a, c.b).discounted(c.n, c.d), c.want, 1e-11*c.want)
		if t.Failed() {
			t.Fatalf("at %+v", c)
		}
	}
}

// random draws parameters, the ends of their range included.
func random(rng *rand.Rand) float64 {
	switch rng.IntN(8) {
	case 0:
		return 1
	case 1:
		return math.Exp(30 * rng.NormFloat64())
	}
	return math.Exp(2 * rng.NormFloat64())
}

func history(rng *rand.Rand, most int) (x, tx, n int) {
	n = 1 + rng.IntN(most)
	if tx = rng.IntN(n + 1); tx > 0 {
		x = 1 + rng.IntN(tx)
	}
	return x, tx, n
}

func TestProbabilities(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for range 300 {
		p := BGBB{random(rng), random(rng), random(rng), random(rng)}
		x, tx, n := history(rng, 40)
		next := 1 + rng.IntN(60)
		var sum, mean float64
		for k := range next + 1 {
			v := p.Prob(x, tx, n, next, k)
			if !(v >= 0 && v <= 1+1e-12) {
				t.Fatalf("Prob = %v at %+v", v, p)
			}
			sum += v
			mean += float64(k) * v
		}
		near(t, "ΣProb", sum, 1, 1e-11)
		want := p.Expected(x, tx, n, next)
		near(t, "Σk·Prob", mean, want, 1e-10*want+1e-14)
		last := 1.0
		for ahead := range 20 {
			v := p.PAlive(x, tx, n, ahead)
			if !(v >= 0 && v <= last) {
				t.Fatalf("PAlive(%d) = %v after %v at %+v, %d %d %d", ahead, v, last, p, x, tx, n)
			}
			last = v
		}
		if a := p.PAlive(tx, tx, tx, 0); tx > 0 && a != 1 {
			t.Errorf("bought just now, alive with %v", a)
		}
		out := make([]float64, 3)
		ask := []int{1, next, next + 7}
		p.ExpectedMany(out, x, tx, n, ask)
		for i, k := range ask {
			if v := p.Expected(x, tx, n, k); v != out[i] {
				t.Errorf("ExpectedMany %v, Expected %v", out[i], v)
			}
		}
		d := []float64{0.02, 0.3, 2}[rng.IntN(3)]
		until := int(40/math.Log1p(d)) + 1
		many, each := make([]float64, until), make([]int, until)
		for i := range each {
			each[i] = i + 1
		}
		p.ExpectedMany(many, x, tx, n, each)
		var direct, before float64
		for i, v := range many {
			direct += (v - before) * math.Pow(1+d, -float64(i+1))
			before = v
		}
		near(t, "DERT", p.DERT(x, tx, n, d), direct, 1e-10*direct+1e-300)
		if t.Failed() {
			t.Fatalf("at %+v, %d %d %d, next %d", p, x, tx, n, next)
		}
	}
	// Thousands of opportunities, the far tail included.
	for _, p := range []BGBB{{2, 3, 1e-3, 50}, {1e15, 1e15, 1e-9, 1e9}} {
		var sum, mean float64
		for k := range 3001 {
			v := p.ProbNew(3000, k)
			sum += v
			mean += float64(k) * v
		}
		near(t, "ΣProb", sum, 1, 1e-10)
		near(t, "mean", mean, p.ExpectedNew(3000), 1e-9*mean)
	}
	p := BGBB{1, 1, 1, 1}
	if p.ProbNew(3, 4) != 0 || p.ProbNew(3, -1) != 0 || p.ProbNew(0, 0) != 1 {
		t.Error("impossible counts")
	}
	if !math.IsInf(p.DERT(1, 1, 1, 0), 1) {
		t.Error("an endless mean life is not finite")
	}
	p.Gamma = 3 // Σ_{t≥1} S(n+t)/S(n) = (δ+n)/(γ−1)
	near(t, "DERT at 0", p.DERT(1, 1, 1, 0), 2./3*(1.+1)/2, 1e-14)
}

// All histories of six opportunities have probability 1 together: each last
// opportunity tx and x stand for (tx−1 over x−1) orders.
func TestTotalProbability(t *testing.T) {
	for _, p := range []BGBB{{1.2, 0.75, 0.66, 2.78}, {1e-3, 1e-3, 5, 5}, {1e12, 1e12, 1, 1e12}} {
		sum := math.Exp(p.LogLik(0, 0, 6))
		for tx := 1; tx <= 6; tx++ {
			orders := 1.0
			for x := 1; x <= tx; x++ {
				sum += orders * math.Exp(p.LogLik(x, tx, 6))
				orders *= float64(tx-x) / float64(x)
			}
		}
		near(t, "all histories", sum, 1, 1e-13)
	}
}

// The gradient is that of the value and the Hessian that of the gradient, near
// the limits and at them.
func TestDerivatives(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for trial := range 600 {
		var a, b kernel.Evaluator
		var r kernel.Row
		if trial%3 > 0 {
			a, b = NewBGBB(), NewBGBB()
			x, tx, n := history(rng, 30)
			r = kernel.Row{X: x, Tx: float64(tx), T: float64(n)}
		} else {
			a, b = NewSBG(), NewSBG()
			r = kernel.Row{X: rng.IntN(2), T: float64(1 + rng.IntN(30))}
		}
		dim := a.Dim()
		eta := make([]float64, dim)
		for i := range eta {
			eta[i] = 2 * rng.NormFloat64()
			if i%2 == 1 && rng.IntN(4) == 0 {
				eta[i] = []float64{math.Inf(-1), -30, 10}[rng.IntN(3)]
			}
		}
		g, gl, gr := make([]float64, dim), make([]float64, dim), make([]float64, dim)
		h := make([]float64, dim*(dim+1)/2)
		if !a.Set(eta, r.X, kernel.Hessian) {
			t.Fatal("refused")
		}
		v := a.Row(r, g, h)
		for j := range eta {
			const step = 1e-5
			move := func(to float64, g []float64) float64 {
				moved := append([]float64(nil), eta...)
				moved[j] = to
				b.Set(moved, r.X, kernel.Gradient)
				return b.Row(r, g, nil)
			}
			if math.IsInf(eta[j], -1) { // one-sided in κ: value and slope at κ = 1e-7
				up := move(math.Log(1e-7), gr)
				near(t, "slope", g[j], (up-v)/1e-7, 1e-3*(1+math.Abs(g[j])))
				near(t, "slope nearby", g[j], gr[j]/1e-7, 1e-3*(1+math.Abs(g[j])))
				for i := range dim {
					if hij := at(h, i, j); hij != 0 {
						t.Errorf("Hessian at the limit: %v", hij)
					}
				}
				continue
			}
			vr, vl := move(eta[j]+step, gr), move(eta[j]-step, gl)
			near(t, "gradient", g[j], (vr-vl)/(2*step), 1e-6*(1+math.Abs(g[j])))
			for i := range dim {
				if math.IsInf(eta[i], -1) {
					continue
				}
				near(t, "Hessian", at(h, i, j), (gr[i]-gl[i])/(2*step), 1e-6*(1+math.Abs(gr[i])))
			}
		}
		if t.Failed() {
			t.Fatalf("at %v, %+v", eta, r)
		}
	}
}

func at(h []float64, i, j int) float64 {
	if i < j {
		i, j = j, i
	}
	return h[i*(i+1)/2+j]
}

func TestSBG(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	for range 200 {
		p := SBG{random(rng), random(rng)}
		n := rng.IntN(30)
		s := math.Exp(p.LogLik(n, false))
		all := s
		for i := 1; i <= n; i++ {
			all += math.Exp(p.LogLik(i, true))
		}
		near(t, "all histories", all, 1, 1e-12)
		near(t, "Survival", p.Survival(n), s, 1e-12*s)
		near(t, "Retention", p.Retention(n+1)*s, p.Survival(n+1), 1e-12*s)
		near(t, "PAlive", p.PAlive(n, 3)*s, p.Survival(n+3), 1e-12*s)
		next := 1 + rng.IntN(20)
		var sum, mean float64
		for k := range next + 1 {
			v := p.Prob(n, next, k)
			sum += v
			mean += float64(k) * v
		}
		near(t, "ΣProb", sum, 1, 1e-12)
		near(t, "Σk·Prob", mean, p.Expected(n, next), 1e-12*mean+1e-300)
		if p.Prob(n, next, next+1) != 0 || p.Prob(n, next, -1) != 0 {
			t.Error("impossible counts")
		}
		const d = 0.15
		each := make([]int, 300)
		out := make([]float64, 300)
		for i := range each {
			each[i] = i + 1
		}
		p.ExpectedMany(out, n, each)
		var derl, before float64
		for i, v := range out {
			derl += (v - before) * math.Pow(1+d, -float64(i))
			before = v
		}
		near(t, "DERL", p.DERL(n, d), derl, 1e-11*derl+1e-300)
		near(t, "DEL", p.DEL(d), 1+p.DERL(0, d)/(1+d), 1e-11*p.DEL(d))
		if !(p.Churn(n+1, true) > p.Churn(n+1, false)) && p.Alpha+p.Beta < 1e10 {
			t.Error("giving up says nothing about giving up")
		}
		if t.Failed() {
			t.Fatalf("at %+v, n %d", p, n)
		}
	}
}

func TestEdges(t *testing.T) {
	inf := math.Inf(-1)
	p := NaturalBGBB([]float64{0.5, inf, -2, inf})
	q := 1 / (1 + math.Exp(-0.5))
	s := 1 - 1/(1+math.Exp(2))
	near(t, "Expected of equals", p.Expected(1, 1, 1, 2), q*(s+s*s), 1e-15)
	near(t, "DERT of equals", p.DERT(1, 1, 1, 0.1), q*s/1.1/(1-s/1.1), 1e-13)
	if eta := CoordinatesBGBB(p); !math.IsInf(eta[1], -1) || !math.IsInf(eta[3], -1) || math.Abs(eta[0]-0.5) > 1e-15 {
		t.Errorf("limit there and back: %v", eta)
	}
	c := NaturalSBG([]float64{1, inf})
	if eta := CoordinatesSBG(c); !math.IsInf(eta[1], -1) || math.Abs(eta[0]-1) > 1e-15 {
		t.Errorf("limit there and back: %v", eta)
	}
	near(t, "geometric", c.Survival(3), math.Pow(1-1/(1+math.Exp(-1)), 3), 1e-15)
	for _, eta := range [][]float64{{inf, 0, 0, 0}, {0, math.Inf(1), 0, 0}, {0, 0, math.NaN(), 0}, {0, 0, 0, math.NaN()}} {
		if NewBGBB().Set(eta, 3, kernel.Value) {
			t.Errorf("%v is no model", eta)
		}
	}
	e := NewBGBB()
	e.Set([]float64{0.1, 0.2, -1, 0.4}, 3, kernel.Value)
	r := kernel.Row{X: 2, Tx: 3, T: 9}
	if a, b := e.Row(r, nil, nil), e.Clone().Row(r, nil, nil); a != b {
		t.Errorf("clone %v, original %v", b, a)
	}
	f := NewSBG()
	f.Set([]float64{0.1, 0.2}, 3, kernel.Value)
	r = kernel.Row{X: 1, T: 9}
	if a, b := f.Row(r, nil, nil), f.Clone().Row(r, nil, nil); a != b || f.Dim() != 2 {
		t.Errorf("clone %v, original %v", b, a)
	}
	// The Jacobian is the derivative of ln(natural).
	eta := []float64{0.3, -0.7, -1.2, 0.4}
	logs := func(eta []float64) [6]float64 {
		p, s := NaturalBGBB(eta), NaturalSBG(eta)
		return [6]float64{math.Log(p.Alpha), math.Log(p.Beta), math.Log(p.Gamma), math.Log(p.Delta), math.Log(s.Alpha), math.Log(s.Beta)}
	}
	jac := append(JacobianBGBB(eta), JacobianSBG(eta)...)
	for j := range 4 {
		up, down := append([]float64(nil), eta...), append([]float64(nil), eta...)
		up[j] += 1e-6
		down[j] -= 1e-6
		u, d := logs(up), logs(down)
		for i := range 6 {
			if i < 4 || j < 2 {
				near(t, "Jacobian", jac[i][j], (u[i]-d[i])/2e-6, 1e-8)
			}
		}
	}
	if len(StartsBGBB(nil, nil)) == 0 || len(StartsSBG(nil, nil)) == 0 {
		t.Error("no starts")
	}
}

func TestSimulate(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	p := BGBB{1.2, 0.75, 0.66, 2.78}
	const n, size = 6, 200_000
	var count [n + 1]float64
	var sum float64
	var dst []int
	for range size {
		dst, _, _ = p.Simulate(rng, dst[:0], n)
		count[len(dst)]++
		sum += float64(len(dst))
	}
	near(t, "mean", sum/size, p.ExpectedNew(n), 5*3/math.Sqrt(size))
	for k, c := range count {
		want := p.ProbNew(n, k)
		near(t, "share", c/size, want, 5*math.Sqrt(want/size))
	}
	s := SBG{0.668, 3.806}
	var ends [8]float64
	var runs float64
	for range size {
		i, churned, _ := s.Simulate(rng, 7)
		if churned {
			ends[i]++
		} else {
			runs++
		}
	}
	near(t, "runs on", runs/size, s.Survival(7), 5*0.5/math.Sqrt(size))
	for i := 1; i <= 7; i++ {
		near(t, "ends", ends[i]/size, math.Exp(s.LogLik(i, true)), 5*0.5/math.Sqrt(size))
	}
	// Where all chances are 0 or 1, a customer always buys or never.
	q := BGBB{1e-300, 1e-300, 1e-300, 1e300}
	always := 0
	for range 1000 {
		got, _, _ := q.Simulate(rng, nil, 5)
		if len(got) == 5 {
			always++
		} else if len(got) != 0 {
			t.Fatalf("bought %v", got)
		}
	}
	near(t, "always", float64(always), 500, 100)
}

// What is simulated is found again.
func TestRecover(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	truth := BGBB{1.5, 2, 1, 6}
	counts := map[kernel.Row]float64{}
	var dst []int
	for range 60_000 {
		dst, _, _ = truth.Simulate(rng, dst[:0], 10)
		r := kernel.Row{X: len(dst), T: 10}
		if len(dst) > 0 {
			r.Tx = float64(dst[len(dst)-1])
		}
		counts[r]++
	}
	var rows []kernel.Row
	var weights []float64
	for n := range 11 * 11 {
		r := kernel.Row{X: n / 11, Tx: float64(n % 11), T: 10}
		if counts[r] > 0 {
			rows, weights = append(rows, r), append(weights, counts[r])
		}
	}
	eta, _ := climb(NewBGBB(), rows, weights, StartsBGBB(rows, weights)[0])
	p := NaturalBGBB(eta)
	near(t, "α", p.Alpha, truth.Alpha, 0.15)
	near(t, "β", p.Beta, truth.Beta, 0.2)
	near(t, "γ", p.Gamma, truth.Gamma, 0.1)
	near(t, "δ", p.Delta, truth.Delta, 0.6)
}
