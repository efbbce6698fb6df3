package pareto

import (
	"math"
	"math/rand/v2"
	"testing"
)

// model is what both models answer.
type model interface {
	LogLik(x int, tx, t float64) float64
	PAlive(x int, tx, t, ahead float64) float64
	Expected(x int, tx, t, h float64) float64
	ExpectedMany(x int, tx, t float64, hs, out []float64)
	ExpectedNew(t float64) float64
	DERT(x int, tx, t, delta float64) float64
	Prob(x int, tx, t, h float64, k int) float64
	ProbNew(t float64, k int) float64
	Simulate(rng *rand.Rand, age float64, dst []float64) ([]float64, Customer)
}

func models() map[string]model {
	flat := Params{R: 0.8, Alpha: 5, S: inf, Beta: inf, Mu: 0.04}
	wide := Params{R: 0.6, Alpha: 0.7, S: 0.9, Beta: 1.3}
	lo, hi := Correlated{Params: wide}.Bounds()
	return map[string]model{
		"cdnow":          cdnowParams,
		"s=1":            Params{R: 1.2, Alpha: 9, S: 1, Beta: 20},
		"flat":           flat,
		"nbd":            Params{R: 0.8, Alpha: 5, S: 2, Beta: inf},
		"alpha>beta":     Params{R: 3, Alpha: 40, S: 0.4, Beta: 2},
		"correlated, hi": Correlated{wide, hi},
		"correlated, lo": Correlated{wide, lo},
		"correlated":     Correlated{wide, 0.4 * hi},
	}
}

type history struct {
	x     int
	tx, t float64
}

var histories = []history{{0, 0, 0}, {0, 0, 30}, {1, 3, 30}, {4, 28, 30}, {25, 30, 30}, {60, 20, 30}}

// Over all n the probabilities sum to 1 and their mean is the expectation.
func TestProbabilities(t *testing.T) {
	for name, m := range models() {
		for _, h := range histories {
			for _, span := range []float64{0.5, 8} {
				var sum, mean float64
				for n := range 6000 {
					p := m.Prob(h.x, h.tx, h.t, span, n)
					if !(p >= 0 && p <= 1) {
						t.Fatalf("%s %+v: probability of %d is %v", name, h, n, p)
					}
					sum += p
					mean += float64(n) * p
					if n > 20 && p*float64(n*n) < 1e-9 && float64(n) > mean {
						break
					}
				}
				want := m.Expected(h.x, h.tx, h.t, span)
				if math.Abs(sum-1) > 1e-5 || math.Abs(mean-want) > 1e-4*(0.01+want) {
					t.Errorf("%s %+v: sum %v, mean %v, want %v", name, h, sum, mean, want)
				}
			}
		}
	}
}

// Everything falls or rises with time as it must, and agrees with itself.
func TestMonotone(t *testing.T) {
	hs := []float64{0, 0.1, 1, 7, 40, 200, 5000}
	out := make([]float64, len(hs))
	for name, m := range models() {
		for _, h := range histories {
			m.ExpectedMany(h.x, h.tx, h.t, hs, out)
			last, before := 2.0, -1.0
			for i, ahead := range hs {
				p := m.PAlive(h.x, h.tx, h.t, ahead)
				if !(p >= 0 && p <= 1 && p <= last) {
					t.Errorf("%s %+v: P(alive at +%v) = %v after %v", name, h, ahead, p, last)
				}
				last = p
				if e := m.Expected(h.x, h.tx, h.t, ahead); e != out[i] || !(e >= before) {
					t.Errorf("%s %+v: expected by +%v: %v, many %v, before %v", name, h, ahead, e, out[i], before)
				}
				before = out[i]
			}
			if h.tx == h.t {
				if p := m.PAlive(h.x, h.tx, h.t, 0); math.Abs(p-1) > 1e-15 {
					t.Errorf("%s %+v: P(alive) %v at a purchase", name, h, p)
				}
			}
		}
		for i, age := range hs[1:] {
			a, b := m.ExpectedNew(age), m.Expected(0, 0, 0, age)
			if math.Abs(a-b) > 1e-14*b {
				t.Errorf("%s: new customer at age %v (%d): %v and %v", name, age, i, a, b)
			}
		}
	}
}

// DERT is the integral of the discounted increase of Expected.
func TestDERTDirect(t *testing.T) {
	for name, m := range models() {
		for _, h := range histories {
			for _, delta := range []float64{0.003, 0.1, 2} {
				// Integrated by parts: δ ∫ e^(−δv) E(v) dv, over ln v.
				var sum float64
				lo, hi := math.Log(1e-12/delta), math.Log(45/delta)
				const panels = 40
				step := (hi - lo) / panels
				for i := range panels {
					for _, k := range rule(24) {
						v := math.Exp(lo + (float64(i)+k.t)*step)
						sum += k.w * step * v * delta * math.Exp(-delta*v) * m.Expected(h.x, h.tx, h.t, v)
					}
				}
				if got := m.DERT(h.x, h.tx, h.t, delta); math.Abs(got-sum) > 1e-10*sum {
					t.Errorf("%s %+v δ=%v: DERT %.14g, integral %.14g", name, h, delta, got, sum)
				}
			}
		}
	}
}

// What is simulated has the mean, the probabilities and, by history, the P(alive)
// that the formulas say.
func TestSimulate(t *testing.T) {
	const n, age = 60000, 6
	for name, m := range models() {
		rng := rand.New(rand.NewPCG(11, 13))
		var sum, square float64
		var counts [3]float64
		var alive, predicted float64
		var times []float64
		for range n {
			var c Customer
			times, c = m.Simulate(rng, age, times[:0])
			x := float64(len(times))
			sum += x
			square += x * x
			if len(times) < len(counts) {
				counts[len(times)]++
			}
			tx := 0.0
			for _, at := range times {
				if at < tx || at > age || at > c.Lifetime {
					t.Fatalf("%s: purchases at %v, lifetime %v", name, times, c.Lifetime)
				}
				tx = at
			}
			if c.Lifetime > age {
				alive++
			}
			predicted += m.PAlive(len(times), tx, age, 0)
		}
		mean := sum / n
		se := math.Sqrt((square/n - mean*mean) / n)
		if want := m.ExpectedNew(age); math.Abs(mean-want) > 4*se {
			t.Errorf("%s: mean %v ± %v, want %v", name, mean, se, want)
		}
		for k, c := range counts {
			p := m.ProbNew(age, k)
			if math.Abs(c/n-p) > 4*math.Sqrt(p*(1-p)/n) {
				t.Errorf("%s: share with %d purchases %v, want %v", name, k, c/n, p)
			}
		}
		if se := math.Sqrt(predicted * (1 - predicted/n)); math.Abs(alive-predicted) > 4*se+1e-6 {
			t.Errorf("%s: %v alive, P(alive) adds up to %v", name, alive, predicted)
		}
	}
}

// The density over x and t_x of all histories by t adds up to 1: for x of 0 and
// 1 directly, from the likelihood.
func TestLikelihoodIsProbability(t *testing.T) {
	for name, m := range models() {
		const age = 9.0
		if p, l := m.ProbNew(age, 0), math.Exp(m.LogLik(0, 0, age)); math.Abs(p-l) > 1e-13 {
			t.Errorf("%s: no purchase: %v and %v", name, p, l)
		}
		var one float64
		for i := range 110 {
			a, b := age*math.Pow(0.7, float64(i+1)), age*math.Pow(0.7, float64(i))
			for _, k := range rule(16) {
				one += (b - a) * k.w * math.Exp(m.LogLik(1, a+(b-a)*k.t, age))
			}
		}
		if p := m.ProbNew(age, 1); math.Abs(p-one) > 1e-9*p {
			t.Errorf("%s: one purchase: %v and %v", name, p, one)
		}
	}
}

// M = 0 is the Pareto/NBD to the last digit.
func TestUncorrelated(t *testing.T) {
	c := Correlated{Params: cdnowParams}
	for _, h := range histories {
		if c.LogLik(h.x, h.tx, h.t) != cdnowParams.LogLik(h.x, h.tx, h.t) {
			t.Errorf("%+v: log-likelihood differs", h)
		}
		if c.PAlive(h.x, h.tx, h.t, 3) != cdnowParams.PAlive(h.x, h.tx, h.t, 3) ||
			c.Expected(h.x, h.tx, h.t, 3) != cdnowParams.Expected(h.x, h.tx, h.t, 3) {
			t.Errorf("%+v: %v %v; %v %v", h, c.PAlive(h.x, h.tx, h.t, 3), cdnowParams.PAlive(h.x, h.tx, h.t, 3),
				c.Expected(h.x, h.tx, h.t, 3), cdnowParams.Expected(h.x, h.tx, h.t, 3))
		}
	}
}

// There and back.
func TestCoordinates(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	for range 300 {
		eta := randomEta(rng)
		p := Natural(eta)
		back := p.Coordinates(nil)
		for i := range eta {
			nbd := math.IsInf(eta[atMu], -1)
			if back[i] != eta[i] && !(math.Abs(back[i]-eta[i]) < 1e-12) && !nbd {
				t.Fatalf("%v became %v through %+v", eta, back, p)
			}
		}
		if math.IsInf(eta[atMu], -1) {
			continue
		}
		eta = append(eta, rng.NormFloat64()*3)
		if rng.IntN(4) == 0 {
			eta[atM] = math.Inf(1 - 2*rng.IntN(2))
		}
		c := NaturalCorrelated(eta)
		lo, hi := c.Bounds()
		back = c.Coordinates(nil)
		if back[atM] != eta[atM] && !(math.Abs(back[atM]-eta[atM]) < 1e-6) || c.M < lo || c.M > hi {
			t.Fatalf("%v became %v through %+v, bounds %v %v", eta, back, c, lo, hi)
		}
	}
	if p := Natural([]float64{0, 0, -3, -750}); p.MeanDropout() != math.Exp(-3) {
		t.Errorf("κ too low to tell lost the dropout rate: %+v", p)
	}
	for _, start := range Starts(MomentsOf(simulated(100), nil)) {
		if e := NewEvaluator(); !e.Set(start, 10, 0) {
			t.Errorf("start %v refused", start)
		}
	}
}
