package bg

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestQuotedRows holds rows of the exact grid that stand here for those who have
// not the folder; the origin is in testdata/PROVENANCE.md.
func TestQuotedRows(t *testing.T) {
	for _, c := range []struct {
		p                Params
		x                int
		tx, T, t         float64
		ll, alive, count string
	}{
		{Params{0.1, 50.0, 0.4, 0.8, false}, 7, 38.857142857142854, 38.857142857142854, 39.0,
			"-27.938614208886099215", "0.94444444444444444187", "2.7291669752767753299"},
		{Params{0.243, 4.414, 0.793, 2.426, false}, 7, 0.777143, 38.857142857142854, 365.0,
			"-9.310582837332199814", "2.2699295234415784153e-6", "0.000052572688453911980949"},
		{Params{0.243, 4.414, 1.0, 2.426, false}, 30, 19.428571, 38.857142857142854, 1.0,
			"-30.831986435042188804", "4.6669276218357291634e-7", "3.2270732516682513776e-7"},
		{Params{0.525, 6.183, 0.891, 1.614, false}, 7, 365.0, 365.0, 365.0,
			"-37.911888706792664948", "0.89523809523809523785", "4.921011540318391528"},
		{Params{0.66, 23.2, 40.0, 280.0, false}, 30, 0.777143, 38.857142857142854, 365.0,
			"-28.016802774561794502", "1.6807066843433496393e-12", "1.504015575312097866e-11"},
		{Params{0.8, 28.0, 4000000.0, 36000000.0, false}, 7, 0.25, 0.5, 1.0,
			"-16.115902528704515651", "0.89364269830767172789", "0.24084286123293266312"},
		{Params{0.83, 68.9, 0.0034, 6.7, false}, 7, 38.857142857142854, 38.857142857142854, 39.0,
			"-25.07233810639786215", "0.99973235511752759106", "2.8320718052266528659"},
		{Params{5.0, 0.01, 0.05, 20.0, false}, 7, 3.0, 6.0, 39.0,
			"-28.072238723018023915", "0.1146613499969026595", "8.5534384032753954557"},
		{Params{0.1, 50.0, 0.4, 0.8, true}, 0, 0.0, 0.5, 1.0,
			"-0.0006632453679581701443", "0.66644551154539946149", "0.0013170965368555205282"},
		{Params{0.243, 4.414, 0.793, 2.426, true}, 0, 0.0, 38.857142857142854, 365.0,
			"-0.38694199614549602578", "0.6372570468221044155", "0.81081300334928515941"},
		{Params{0.243, 4.414, 1.0, 2.426, true}, 0, 0.0, 38.857142857142854, 39.0,
			"-0.35879501376005864887", "0.58213563557736209088", "0.114388477728026121"},
		{Params{0.525, 6.183, 0.891, 1.614, true}, 0, 0.0, 6.0, 1.0,
			"-0.21445975401482452685", "0.55923341617359656654", "0.023726248350018108049"},
		{Params{0.66, 23.2, 40.0, 280.0, true}, 0, 0.0, 38.857142857142854, 39.0,
			"-0.5411558242550161314", "0.78525107359850482352", "0.30593300299576855512"},
		{Params{0.8, 28.0, 4000000.0, 36000000.0, true}, 0, 0.0, 365.0, 39.0,
			"-1.566587172038050881", "0.52097281089367835894", "0.040993667411912874744"},
		{Params{0.83, 68.9, 0.0034, 6.7, true}, 0, 0.0, 0.5, 1.0,
			"-0.0059984191529545281489", "0.9994897431280601011", "0.011953482232362914746"},
		{Params{5.0, 0.01, 0.05, 20.0, true}, 600, 0.485, 0.5, 1.0,
			"3657.51205965824697", "0.00017763696608232541212", "0.20423376409986594262"},
	} {
		if e := off(c.p.LogLik(c.x, c.tx, c.T), c.ll); e > 1e-12 {
			t.Errorf("%+v x=%d: log-likelihood off by %g", c.p, c.x, e)
		}
		if e := off(c.p.PAlive(c.x, c.tx, c.T, 0), c.alive); e > 1e-10 {
			t.Errorf("%+v x=%d: P(alive) off by %g", c.p, c.x, e)
		}
		if e := off(c.p.Expected(c.x, c.tx, c.T, c.t), c.count); e > 1e-10 {
			t.Errorf("%+v x=%d: expected off by %g", c.p, c.x, e)
		}
	}
}

// TestMonotone: more time, more purchases and less life; later last purchase,
// likelier life; more discount, less value.
func TestMonotone(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 600 {
		p := randomParams(rng)
		x, tx, T := randomHistory(rng)
		alive := p.PAlive(x, tx, T, 0)
		if !(alive >= 0 && alive <= 1) {
			t.Fatalf("%+v x=%d tx=%v T=%v: P(alive) %v", p, x, tx, T, alive)
		}
		if x > 0 && p.PAlive(x, tx/2, T, 0) > alive {
			t.Errorf("%+v x=%d tx=%v T=%v: an earlier last purchase is likelier alive", p, x, tx, T)
		}
		before, count := alive, 0.0
		for _, ahead := range []float64{0.1, 1, 10, 100, 1e4, 1e8} {
			later := p.PAlive(x, tx, T, ahead)
			n := p.Expected(x, tx, T, ahead)
			if !(later >= 0 && later <= before*(1+1e-11)) {
				t.Errorf("%+v x=%d T=%v ahead=%v: P(alive) %v after %v", p, x, T, ahead, later, before)
			}
			if !(n >= count*(1-1e-11)) || math.IsInf(n, 0) {
				t.Errorf("%+v x=%d T=%v ahead=%v: %v purchases after %v", p, x, T, ahead, n, count)
			}
			before, count = later, n
		}
		value := math.Inf(1)
		for _, delta := range []float64{1e-8, 1e-4, 1e-2, 1, 10} {
			d := p.DERT(x, tx, T, delta)
			if !(d >= 0 && d <= value) || math.IsInf(d, 0) {
				t.Errorf("%+v x=%d T=%v δ=%v: DERT %v after %v", p, x, T, delta, d, value)
			}
			value = d
		}
	}
}

// TestProbAddsUp: the probabilities add up to 1 and their mean is Expected.
func TestProbAddsUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	tested := 0
	for tested < 150 {
		p := randomParams(rng)
		x, tx, T := randomHistory(rng)
		ahead := math.Pow(10, -1+2.5*rng.Float64())
		f := p.future(x, T)
		if z := ahead / f.A; f.R*z+30*math.Sqrt(f.R*z*(1+z))+36*z > 2000 {
			continue
		}
		tested++
		probs := make([]float64, 2500)
		p.ProbMany(probs, x, tx, T, ahead)
		var sum, mean float64
		for n, pr := range probs {
			if !(pr >= 0 && pr <= 1) {
				t.Fatalf("%+v x=%d T=%v t=%v n=%d: %v", p, x, T, ahead, n, pr)
			}
			if n%97 >= 3 {
			} else if one := p.Prob(x, tx, T, ahead, n); math.Abs(one-pr) > 1e-11*pr+1e-300 {
				t.Errorf("%+v x=%d T=%v t=%v n=%d: %v, alone %v", p, x, T, ahead, n, pr, one)
			}
			sum += pr
			mean += float64(n) * pr
		}
		if math.Abs(sum-1) > 1e-10 {
			t.Errorf("%+v x=%d tx=%v T=%v t=%v: sum %v", p, x, tx, T, ahead, sum)
		}
		if want := p.Expected(x, tx, T, ahead); math.Abs(mean-want) > 1e-9*want+1e-13 {
			t.Errorf("%+v x=%d tx=%v T=%v t=%v: mean %v, expected %v", p, x, tx, T, ahead, mean, want)
		}
	}
	for _, n := range []int{3000, 5000} {
		p := Params{R: 50, Alpha: 1, A: 0.01, B: 30}
		if pr := p.Prob(3000, 50, 50, 55, n); !(pr > 0 && pr < 1) {
			t.Errorf("n = %d: %v", n, pr)
		}
	}
}

// TestManyIsExpected: the shared series gives what each time alone gives, at
// times that come in any number.
func TestManyIsExpected(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var w worst
	for range 500 {
		p := randomParams(rng)
		x, tx, T := randomHistory(rng)
		ts := make([]float64, rng.IntN(15))
		at := 0.0
		for i := range ts {
			at += rng.Float64() * 10
			if i > 0 {
				ts[i] = at
			}
		}
		out := make([]float64, len(ts)+1)
		out[len(ts)] = -7
		p.ExpectedMany(out, x, tx, T, ts)
		for i, ahead := range ts {
			want := p.Expected(x, tx, T, ahead)
			if ahead == 0 && out[i] == 0 {
				continue
			}
			w.see(math.Abs(out[i]-want)/(want+1e-300), []any{p, x, tx, T, ahead})
		}
		if out[len(ts)] != -7 {
			t.Fatal("writes past the times")
		}
	}
	if w.err > 2e-11 {
		t.Errorf("%g at %+v", w.err, w.at)
	}
}

// TestDERTIsDiscountedExpected integrates δ·e^(−δt)·Expected(t) over log t.
func TestDERTIsDiscountedExpected(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 60 {
		p := randomParams(rng)
		x, tx, T := randomHistory(rng)
		delta := math.Pow(10, -6+6*rng.Float64())
		var want float64
		const h = 1. / 16
		for u := math.Log(45 / delta); u > math.Log(1/delta)-36; u -= h {
			at := math.Exp(u)
			want += h * delta * at * math.Exp(-delta*at) * p.Expected(x, tx, T, at)
		}
		if got := p.DERT(x, tx, T, delta); math.Abs(got-want) > 1e-10*want {
			t.Errorf("%+v x=%d tx=%v T=%v δ=%v: %v, integral %v", p, x, tx, T, delta, got, want)
		}
	}
	p := Params{R: 1, Alpha: 10, A: 3, B: 8}
	if got, want := p.DERT(2, 5, 9, 0), p.Expected(2, 5, 9, 1e12); math.Abs(got-want) > 1e-10*want {
		t.Errorf("δ = 0: %v, in all eternity %v", got, want)
	}
	if p.A = 1; !math.IsInf(p.DERT(2, 5, 9, 0), 1) {
		t.Error("a = 1, δ = 0: finite")
	}
}

// TestRidge: with a + b at 1e12 and beyond the model is that of one chance for
// all, with a = 0 that of nobody leaving.
func TestRidge(t *testing.T) {
	const phi, x, tx, T, ahead, delta = 0.2, 4, 20.0, 30.0, 12.0, 0.003
	for _, n := range []float64{1e12, 1e15, 1e18, 1e100} {
		for _, modified := range []bool{false, true} {
			p := Params{0.7, 20, phi * n, (1 - phi) * n, modified}
			m, s, age := p.chances(x), p.R+x, p.Alpha+T
			odds := phi / (1 - phi) * math.Pow(age/(p.Alpha+tx), s)
			ll := p.R*math.Log(p.Alpha) - s*math.Log(age) + m*math.Log(1-phi) + math.Log1p(odds)
			for j := range x {
				ll += math.Log(p.R + float64(j))
			}
			near := func(name string, got, want float64) {
				t.Helper()
				if math.Abs(got-want) > 1e-10*math.Abs(want) {
					t.Errorf("a+b = %g, modified %v: %s %v, want %v", n, modified, name, got, want)
				}
			}
			alive := 1 / (1 + odds)
			near("log-likelihood", p.LogLik(x, tx, T), ll)
			near("P(alive)", p.PAlive(x, tx, T, 0), alive)
			near("P(alive) later", p.PAlive(x, tx, T, ahead), alive*math.Pow(1+phi*ahead/age, -s))
			near("expected", p.Expected(x, tx, T, ahead), alive*(1-math.Pow(1+phi*ahead/age, -s))/phi)
			e := expIntegral{nu: s + 1}
			e.prepare()
			near("DERT", p.DERT(x, tx, T, delta), alive*s/phi*e.at(delta*age/phi))
		}
	}
	p := Params{0.7, 20, 0, 3, true}
	for name, pair := range map[string][2]float64{
		"P(alive)": {p.PAlive(x, tx, T, ahead), 1}, "expected": {p.Expected(x, tx, T, ahead), 4.7 / 50 * ahead},
		"DERT": {p.DERT(x, tx, T, delta), 4.7 / 50 / delta}, "P(0)": {p.Prob(x, tx, T, ahead, 0), math.Pow(50/62., 4.7)},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-12*pair[1] {
			t.Errorf("nobody leaves: %s %v, want %v", name, pair[0], pair[1])
		}
	}
}

// TestShifted: a shift of the coordinates is a shift of the parameters.
func TestShifted(t *testing.T) {
	p := Params{0.24, 4.4, 0.8, 2.4, true}
	eta, want := p.Shifted(-0.3, 0.7).Coordinates(), p.Coordinates()
	want[1] -= 0.3
	want[2] += 0.7
	for i := range eta {
		if math.Abs(eta[i]-want[i]) > 1e-14 {
			t.Errorf("coordinate %d: %v, want %v", i, eta[i], want[i])
		}
	}
	for _, s := range []float64{-1e4, 1e4} {
		if q := p.Shifted(0, s); !(q.A >= 0 && q.B >= 0 && q.A+q.B <= 3.3) {
			t.Errorf("shift %v: %+v", s, q)
		}
	}
}

// TestExtremes: far outside anything sold, numbers stay finite and within range.
func TestExtremes(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	e := func(lo, hi float64) float64 { return math.Pow(10, lo+(hi-lo)*rng.Float64()) }
	for range 20000 {
		p := Params{e(-8, 6), e(-8, 8), e(-10, 16), e(-10, 16), rng.IntN(2) == 0}
		x, tx, T := int(e(0, 3.7))-1, 0.0, e(-6, 8)
		if rng.IntN(10) == 0 {
			T = 0
		}
		if x > 0 {
			tx = T * math.Pow(rng.Float64(), e(-3, 1))
		}
		ahead, delta := e(-6, 8), e(-9, 2)
		f := p.future(x, T)
		most := f.R / f.A * ahead
		for _, c := range []struct {
			name   string
			v, max float64
		}{
			{"P(alive)", p.PAlive(x, tx, T, 0), 1}, {"stay", f.stay(ahead / f.A), 1}, {"stay by quadrature", f.stayByQuadrature(ahead / f.A), 1},
			{"count", f.count(ahead / f.A), most}, {"count by quadrature", f.countByQuadrature(ahead / f.A), most},
			{"DERT", f.dert(delta * f.A), f.R / f.A / delta}, {"P(3)", p.Prob(x, tx, T, ahead, 3), 1},
			{"likelihood", math.Exp(-math.Abs(p.LogLik(x, tx, T))), 1},
		} {
			if !(c.v >= 0 && c.v <= c.max*(1+1e-9)) || math.IsInf(c.v, 0) {
				t.Errorf("%+v x=%d tx=%v T=%v t=%v δ=%v: %s %v, at most %v", p, x, tx, T, ahead, delta, c.name, c.v, c.max)
			}
		}
	}
}
