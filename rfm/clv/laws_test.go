package clv_test

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

// long reports whether the heavy tests are wanted.
func long() bool { v := os.Getenv("GUANXI_LONG"); return v != "" && v != "0" }

// ordinary are models as they are met in shops, in weeks.
var ordinary = map[clv.Kind][]float64{
	clv.KindMBGNBD:    {0.52, 6.2, 0.9, 1.6},
	clv.KindBGNBD:     {0.24, 4.4, 0.8, 2.4},
	clv.KindParetoNBD: {0.55, 10.6, 0.61, 11.7},
	clv.KindSarmanov:  {0.9, 8, 0.8, 12, 3},
	clv.KindBGBB:      {1.2, 0.75, 0.66, 2.78},
}

func unitOf(kind clv.Kind) clv.Unit {
	if kind == clv.KindBGBB {
		return clv.Opportunity
	}
	return clv.Week
}

// someRows are histories that fit the kind's unit.
func someRows(kind clv.Kind) []clv.Row {
	if kind == clv.KindBGBB {
		return []clv.Row{{Age: 6}, {Frequency: 1, LastPurchaseAge: 1, Age: 6}, {Frequency: 3, LastPurchaseAge: 5, Age: 6}, {Frequency: 6, LastPurchaseAge: 6, Age: 6}}
	}
	return []clv.Row{{Age: 0.5}, {Age: 39}, {Frequency: 1, LastPurchaseAge: 2, Age: 30}, {Frequency: 3, LastPurchaseAge: 20, Age: 25},
		{Frequency: 12, LastPurchaseAge: 50, Age: 51}, {Frequency: 40, LastPurchaseAge: 90, Age: 100}}
}

func simulate(t testing.TB, kind clv.Kind, spend *clv.GammaGamma, cfg clv.SimulateConfig, params ...float64) *clv.Customers[int] {
	t.Helper()
	c, err := clv.Simulate(mustPredictor(t, unitOf(kind), kind, params...), spend, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	return c
}

// The probabilities of 0, 1, 2, … purchases add up to 1 and their mean is
// Expected; P(alive) falls with time ahead and never leaves [0, 1].
func TestProbabilities(t *testing.T) {
	for kind, params := range ordinary {
		p := mustPredictor(t, unitOf(kind), kind, params...)
		sums := func(name string, prob func(n int) float64, expected float64, limit int) {
			total, mean := 0.0, 0.0
			for n := range limit {
				v := prob(n)
				if !(v >= 0 && v <= 1) {
					t.Fatalf("%s: %s: P(%d) is %v", kind, name, n, v)
				}
				total += v
				mean += float64(n) * v
			}
			near(t, string(kind)+": "+name+": total", total, 1, 1e-9)
			near(t, string(kind)+": "+name+": mean", mean, expected, 1e-7)
		}
		at, limit := 10.0, 150
		if kind == clv.KindBGBB {
			limit = 11
		}
		for _, r := range someRows(kind) {
			sums("history", func(n int) float64 { return p.Probability(r, at, n) }, p.Expected(r, at), limit)
			before := 1.0
			for _, ahead := range []float64{0, 1, 5, 50} {
				alive := p.PAlive(r, ahead)
				if !(alive >= 0 && alive <= before) {
					t.Errorf("%s %+v: P(alive) %v after %v", kind, r, alive, before)
				}
				before = alive
			}
		}
		sums("new", func(n int) float64 { return p.ProbabilityNew(at, n) }, p.ExpectedNew(at), limit)
		if p.Probability(someRows(kind)[0], at, -1) != 0 || p.ProbabilityNew(at, -1) != 0 {
			t.Errorf("%s: less than no purchases", kind)
		}
	}
}

// DERT is what Expected earns, discounted: by parts, ∫ δ e^{−δt} Expected(t) dt.
// An Opportunity counts when it comes, the next one a unit from now.
func TestDERTFromExpected(t *testing.T) {
	for kind, params := range ordinary {
		p := mustPredictor(t, unitOf(kind), kind, params...)
		for _, rate := range []float64{0.01, 0.2} {
			for _, r := range someRows(kind) {
				want := 0.0
				if kind == clv.KindBGBB {
					before := 0.0
					for k := 1; float64(k) < 40/rate; k++ {
						e := p.Expected(r, float64(k))
						want += (e - before) * math.Exp(-rate*float64(k))
						before = e
					}
				} else {
					// t = −log(u)/δ turns it into ∫₀¹ Expected du; u = w³ and Simpson.
					const n = 4000
					for i := range n + 1 {
						w := float64(i) / n
						f := 0.0
						if i > 0 {
							f = 3 * w * w * p.Expected(r, -3*math.Log(w)/rate)
						}
						switch {
						case i == 0 || i == n:
							want += f
						case i%2 == 1:
							want += 4 * f
						default:
							want += 2 * f
						}
					}
					want /= 3 * n
				}
				near(t, string(kind)+": DERT", p.DERT(r, rate), want, 1e-6)
			}
		}
	}
}

// Cash flows, discounted, add up to the value; values are additive in margin and
// in spend; a value without discount is spend times what is expected.
func TestValuesAddUp(t *testing.T) {
	spend := clv.GammaGamma{P: 6.25, Q: 3.74, V: 15.44}
	for kind, params := range ordinary {
		if kind == clv.KindBGBB {
			continue
		}
		p := mustPredictor(t, clv.Week, kind, params...)
		c := simulate(t, kind, &spend, clv.SimulateConfig{Customers: 300, Seed: 5, Age: 60, Joining: 20}, params...)
		each, err := spend.AppendSpend(nil, c.Rows)
		if err != nil {
			t.Fatal(err)
		}
		values := func(cfg clv.ValueConfig) []clv.Value {
			v, err := p.AppendValues(nil, c.Rows, each, cfg)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		cfg := clv.ValueConfig{Horizon: 18, Discount: 0.02, Margin: 0.3}
		flows, err := p.AppendCashFlows(nil, c.Rows, each, cfg)
		if err != nil {
			t.Fatal(err)
		}
		whole := cfg
		whole.Margin = 1
		plain := clv.ValueConfig{Horizon: 18}
		rest := cfg
		rest.Margin = 0.7
		v, one, flat, other := values(cfg), values(whole), values(plain), values(rest)
		for i := range v {
			sum := 0.0
			for k, f := range flows[18*i : 18*(i+1)] {
				if f < 0 {
					t.Errorf("%s: a flow of %v", kind, f)
				}
				sum += f / math.Pow(1.02, float64(k+1))
			}
			near(t, "flows", sum, v[i].Value, 1e-10)
			near(t, "margin", v[i].Value+other[i].Value, one[i].Value, 1e-12)
			near(t, "no discount", flat[i].Value, flat[i].Expected*flat[i].Spend, 1e-12)
			near(t, "expected", v[i].Expected, p.Expected(c.List[i], 18*clv.DaysPerMonth/7), 1e-10)
			near(t, "P(alive)", v[i].PAlive, p.PAlive(c.List[i], 0), 1e-14)
		}
	}
}

// The tracking curve at the end of observation is what new customers of these
// ages are expected to have bought, and it rises.
func TestTrackingLaws(t *testing.T) {
	for kind, params := range ordinary {
		p := mustPredictor(t, unitOf(kind), kind, params...)
		c := simulate(t, kind, nil, clv.SimulateConfig{Customers: 200, Seed: 2, Age: 50, Joining: 20}, params...)
		times := []float64{-60, -50, -20, -1, 0, 1, 30}
		curve, err := p.AppendTracking([]float64{7}, c.Rows, times)
		if err != nil || curve[0] != 7 || len(curve) != 1+len(times) {
			t.Fatal(curve, err)
		}
		curve = curve[1:]
		want := 0.0
		for _, r := range c.List {
			want += p.ExpectedNew(r.Age)
		}
		near(t, string(kind), curve[4], want, 1e-11)
		if curve[0] != 0 || curve[1] != 0 || !slices.IsSorted(curve) {
			t.Errorf("%s: %v", kind, curve)
		}
	}
}

// Neither the order of the rows nor the number of workers changes one bit of a fit
// or a prediction.
func TestOrderAndWorkers(t *testing.T) {
	spend := clv.GammaGamma{P: 6.25, Q: 3.74, V: 15.44}
	for kind, params := range ordinary {
		customers := 2500
		if kind == clv.KindSarmanov && !long() {
			customers = 1000
		}
		c := simulate(t, kind, &spend, clv.SimulateConfig{Customers: customers, Seed: 3, Age: 52, Joining: 26}, params...)
		rng := rand.New(rand.NewPCG(1, 1))
		perm := rng.Perm(len(c.List))
		shuffled := clv.Rows{Unit: c.Unit, List: make([]clv.Row, len(c.List))}
		for i, j := range perm {
			shuffled.List[i] = c.List[j]
		}
		one := mustFit(t, c.Rows, clv.FitConfig{Model: kind})
		other := mustFit(t, shuffled, clv.FitConfig{Model: kind, Workers: 3})
		if one.LogLik != other.LogLik || one.Status != other.Status || one.Model() != other.Model() {
			t.Errorf("%s: %v %v, shuffled %v %v", kind, one.LogLik, one.Model(), other.LogLik, other.Model())
		}
		for i := range one.Estimates {
			if one.Estimates[i] != other.Estimates[i] {
				t.Errorf("%s: %+v, shuffled %+v", kind, one.Estimates[i], other.Estimates[i])
			}
		}
		a, err := one.AppendExpected(nil, c.Rows, 13)
		b, err2 := other.WithWorkers(4).AppendExpected(nil, shuffled, 13)
		a, b = mustAppend(t, a, err), mustAppend(t, b, err2)
		for i, j := range perm {
			if a[j] != b[i] {
				t.Fatalf("%s: prediction %v, shuffled %v", kind, a[j], b[i])
			}
		}
		if kind == clv.KindBGBB {
			continue
		}
		sf, err := clv.FitSpend(c.Rows, clv.TuningConfig{})
		if err != nil {
			t.Fatal(err)
		}
		sg, err := clv.FitSpend(shuffled, clv.TuningConfig{Workers: 2})
		if err != nil || sf.GammaGamma != sg.GammaGamma || sf.LogLik != sg.LogLik {
			t.Errorf("spend: %+v, shuffled %+v (%v)", sf.GammaGamma, sg.GammaGamma, err)
		}
		v, err := one.AppendValueIntervals(nil, c.Rows, sf, clv.ValueConfig{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		w, err := other.AppendValueIntervals(nil, shuffled, sg, clv.ValueConfig{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i, j := range perm {
			if v[j] != w[i] {
				t.Fatalf("%s: interval %+v, shuffled %+v", kind, v[j], w[i])
			}
		}
	}
}

// In days instead of weeks the log-likelihood moves by log 7 a purchase, rates by
// 7, and predictions not at all. (Sarmanov's kernels depend on the unit.)
func TestUnits(t *testing.T) {
	for _, kind := range []clv.Kind{clv.KindMBGNBD, clv.KindBGNBD, clv.KindParetoNBD} {
		weeks := simulate(t, kind, nil, clv.SimulateConfig{Customers: 2000, Seed: 9, Age: 60, Joining: 20}, ordinary[kind]...).Rows
		days := clv.Rows{Unit: clv.Day, List: slices.Clone(weeks.List)}
		purchases := 0
		for i := range days.List {
			days.List[i].Age *= 7
			days.List[i].LastPurchaseAge *= 7
			purchases += days.List[i].Frequency
		}
		w, d := mustFit(t, weeks, clv.FitConfig{Model: kind}), mustFit(t, days, clv.FitConfig{Model: kind})
		near(t, string(kind)+": log-likelihood", d.LogLik, w.LogLik-float64(purchases)*math.Log(7), 1e-10)
		near(t, string(kind)+": alpha", d.Estimates[1].Value, 7*w.Estimates[1].Value, 1e-6)
		near(t, string(kind)+": r", d.Estimates[0].SE, w.Estimates[0].SE, 1e-5)
		for i := range 50 {
			near(t, string(kind)+": expected", d.Expected(days.List[i], 70), w.Expected(weeks.List[i], 10), 1e-6)
			near(t, string(kind)+": DERT", d.DERT(days.List[i], 0.001), w.DERT(weeks.List[i], 0.007), 1e-6)
		}
		each := make([]float64, len(weeks.List))
		for i := range each {
			each[i] = 10
		}
		v, err := d.AppendValues(nil, days, each, clv.ValueConfig{Discount: 0.01})
		if err != nil {
			t.Fatal(err)
		}
		u, err := w.AppendValues(nil, weeks, each, clv.ValueConfig{Discount: 0.01})
		if err != nil {
			t.Fatal(err)
		}
		for i := range u {
			near(t, string(kind)+": value", v[i].Value, u[i].Value, 1e-6)
		}
	}
}
