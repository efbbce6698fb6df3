package nps_test

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/nps"
)

// coverage is the probability that the 95 % interval of n answers contains the
// true score, summed over every outcome.
func coverage(m nps.Method, up, down float64, n int64) float64 {
	choose := func(n, k int64) float64 {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(k + 1))
		c, _ := math.Lgamma(float64(n - k + 1))
		return a - b - c
	}
	total := 0.0
	for p := int64(0); p <= n; p++ {
		for d := int64(0); d <= n-p; d++ {
			c := nps.Classes{Promoters: p, Detractors: d, Passives: n - p - d}
			i := must(c.Interval(m, 0.95))
			if i.Low-1e-9 <= up-down && up-down <= i.High+1e-9 {
				total += math.Exp(choose(n, p) + choose(n-p, d) + float64(p)*math.Log(up) +
					float64(d)*math.Log(down) + float64(n-p-d)*math.Log(1-up-down))
			}
		}
	}
	return total
}

// The claims about coverage hold: these are the three decimals of a table that
// was computed with other code (R), for n = 5, 10, 20 and 50.
func TestCoverage(t *testing.T) {
	for _, tt := range []struct {
		up, down float64
		m        nps.Method
		want     [4]float64
	}{
		{0.50, 0.20, nps.Tango, [4]float64{0.975, 0.947, 0.947, 0.951}},
		{0.50, 0.20, nps.MOVERWilson, [4]float64{0.936, 0.947, 0.946, 0.950}},
		{0.50, 0.20, nps.AdjustedWald, [4]float64{0.943, 0.962, 0.948, 0.950}},
		{0.50, 0.20, nps.Wald, [4]float64{0.840, 0.896, 0.926, 0.941}},
		{0.80, 0.05, nps.Tango, [4]float64{0.964, 0.969, 0.962, 0.956}},
		{0.80, 0.05, nps.MOVERWilson, [4]float64{0.964, 0.950, 0.945, 0.949}},
		{0.80, 0.05, nps.AdjustedWald, [4]float64{0.929, 0.944, 0.956, 0.956}},
		{0.80, 0.05, nps.Wald, [4]float64{0.665, 0.884, 0.860, 0.931}},
		{0.10, 0.70, nps.Tango, [4]float64{0.970, 0.961, 0.964, 0.951}},
		{0.10, 0.70, nps.MOVERWilson, [4]float64{0.941, 0.933, 0.943, 0.948}},
		{0.95, 0.01, nps.Tango, [4]float64{0.937, 0.962, 0.955, 0.965}},
		{0.95, 0.01, nps.MOVERWilson, [4]float64{0.937, 0.962, 0.955, 0.952}},
		{0.95, 0.01, nps.Wald, [4]float64{0.225, 0.400, 0.640, 0.759}},
	} {
		for i, n := range []int64{5, 10, 20, 50} {
			if got := coverage(tt.m, tt.up, tt.down, n); math.Abs(got-tt.want[i]) > 0.00051 {
				t.Errorf("%s, %v/%v, n = %d: covers %.4f, want %.3f", tt.m, tt.up, tt.down, n, got, tt.want[i])
			}
		}
	}
}

// The least coverage over the lattice of 171 mixes, which the package comment
// gives.
func TestLeastCoverage(t *testing.T) {
	for n, want := range map[int64]float64{5: 0.922, 10: 0.9395} {
		least, mixes := 1.0, 0
		for up := 1; up < 20; up++ {
			for down := 1; up+down < 20; down++ {
				least = min(least, coverage(nps.Tango, float64(up)/20, float64(down)/20, n))
				mixes++
			}
		}
		if mixes != 171 || math.Abs(least-want) > 0.0005 {
			t.Errorf("n = %d: %d mixes are covered at least %.5f of the time, want %v", n, mixes, least, want)
		}
	}
}
