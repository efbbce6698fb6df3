package bg

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSimulate holds a million simulated customers' purchases to ExpectedNew and
// ProbNew, and their histories to P(alive) and Expected.
func TestSimulate(t *testing.T) {
	for _, p := range []Params{
		{0.25, 4.4, 0.8, 2.4, false}, {0.5, 6.2, 0.9, 1.6, true}, {3, 40, 0.02, 0.06, false},
		{0.8, 28, 0.1e12, 0.9e12, true}, {1.5, 10, 0, 1, true},
	} {
		rng := rand.New(rand.NewPCG(17, 18))
		const customers, age = 200000, 30.0
		var counts [8]float64
		var sum, squares float64
		var times []float64
		for range customers {
			times = p.Simulate(rng, age, times[:0])
			if !slices.IsSorted(times) || len(times) > 0 && (times[0] <= 0 || times[len(times)-1] > age) {
				t.Fatalf("%+v: times %v", p, times)
			}
			n := float64(len(times))
			sum += n
			squares += n * n
			if len(times) < len(counts) {
				counts[len(times)]++
			}
		}
		mean := sum / customers
		se := math.Sqrt((squares/customers - mean*mean) / customers)
		if want := p.ExpectedNew(age); math.Abs(mean-want) > 4*se {
			t.Errorf("%+v: mean %v ± %v, expected %v", p, mean, se, want)
		}
		for n, c := range counts {
			want := p.ProbNew(age, n)
			if se := math.Sqrt(want * (1 - want) / customers); math.Abs(c/customers-want) > 4.5*se+1e-12 {
				t.Errorf("%+v: P(%d) %v, want %v ± %v", p, n, c/customers, want, se)
			}
		}
	}
}

// TestSimulateFuture: those with two purchases by T, the last late, buy on as
// Expected and Prob say.
func TestSimulateFuture(t *testing.T) {
	p := Params{0.9, 12, 0.6, 1.8, true}
	rng := rand.New(rand.NewPCG(19, 20))
	const T, ahead = 20.0, 30.0
	var n, want, got, none, wantNone, spread float64
	var times []float64
	for range 200000 {
		times = p.Simulate(rng, T+ahead, times[:0])
		x, _ := slices.BinarySearch(times, T)
		if x != 2 {
			continue
		}
		n++
		e := p.Expected(x, times[1], T, ahead)
		f := float64(len(times) - x)
		got += f
		want += e
		spread += (f - e) * (f - e)
		wantNone += p.Prob(x, times[1], T, ahead, 0)
		if f == 0 {
			none++
		}
	}
	if math.Abs(got-want) > 4*math.Sqrt(spread) {
		t.Errorf("%v purchases of %v customers, expected %v", got, n, want)
	}
	if math.Abs(none-wantNone) > 4*math.Sqrt(n)/2 {
		t.Errorf("%v without one, expected %v", none, wantNone)
	}
}

func TestDrawMoments(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for _, p := range []Params{{0.01, 2, 1e-3, 1e-3, false}, {50, 2, 30, 10, false}, {1, 1, 1, 1, false}} {
		const n = 300000
		var rate, leave, rate2, leave2 float64
		for range n {
			r, l := p.Draw(rng)
			rate += r / n
			leave += l / n
			rate2 += r * r / n
			leave2 += l * l / n
		}
		ab := p.A + p.B
		for _, c := range []struct{ got, want, sd float64 }{
			{rate, p.R / p.Alpha, math.Sqrt(p.R) / p.Alpha}, {leave, p.A / ab, math.Sqrt(leave2 - leave*leave)},
			{leave2, p.A * (p.A + 1) / ab / (ab + 1), 1},
		} {
			if math.Abs(c.got-c.want) > 4.5*c.sd/math.Sqrt(n) {
				t.Errorf("%+v: moment %v, want %v", p, c.got, c.want)
			}
		}
	}
}
