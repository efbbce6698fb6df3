package normal

import (
	"math"
	"testing"
)

// The table of the standard normal distribution to 15 digits.
func TestTable(t *testing.T) {
	for _, c := range []struct{ z, upper float64 }{
		{0, 0.5},
		{1, 0.158655253931457},
		{1.959963984540054, 0.025},
		{2.575829303548901, 0.005},
		{6, 9.86587645037698e-10},
		{-1, 0.841344746068543},
	} {
		near := func(what string, got, want float64) {
			if math.Abs(got-want) > 1e-14*max(1, math.Abs(want)) {
				t.Errorf("%s at %v: %v, want %v", what, c.z, got, want)
			}
		}
		near("Upper", Upper(c.z), c.upper)
		near("TwoSided", TwoSided(c.z), 2*min(c.upper, 1-c.upper))
		if c.z < 6 {
			near("Quantile", Quantile(c.upper), -c.z)
		} else if z := Quantile(c.upper); math.Abs(z+c.z) > 1e-10 {
			t.Errorf("Quantile(%v) = %v", c.upper, z)
		}
		if c.z > 0 && c.z < 3 {
			near("Deviate", Deviate(1-2*c.upper), c.z)
		}
	}
	if p := TwoSided(-1.959963984540054); math.Abs(p-0.05) > 1e-16 {
		t.Errorf("TwoSided = %v", p)
	}
	if !math.IsInf(Quantile(0), -1) || !math.IsInf(Quantile(1), 1) {
		t.Errorf("quantiles of 0 and 1: %v, %v", Quantile(0), Quantile(1))
	}
	for _, c := range []float64{0, 1, -1, 2, math.NaN()} {
		if !math.IsNaN(Deviate(c)) {
			t.Errorf("Deviate(%v) is a number", c)
		}
	}
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		if !math.IsNaN(Quantile(p)) {
			t.Errorf("Quantile(%v) is a number", p)
		}
	}
}
