package multiple

import (
	"math"
	"slices"
	"testing"
)

// By hand from the definitions; c(.01, .02, .022, .03, .5) in R's p.adjust.
func TestByHand(t *testing.T) {
	p := []float64{0.01, 0.02, 0.022, 0.03, 0.5}
	h := 1 + 1./2 + 1./3 + 1./4 + 1./5
	for name, c := range map[string]struct {
		adjust func([]float64)
		want   []float64
	}{
		"holm":     {Holm, []float64{0.05, 0.08, 0.08, 0.08, 0.5}},
		"hochberg": {Hochberg, []float64{0.05, 0.06, 0.06, 0.06, 0.5}},
		"bh":       {BH, []float64{0.11 / 3, 0.11 / 3, 0.11 / 3, 0.0375, 0.5}},
		"by":       {BY, []float64{h * 0.11 / 3, h * 0.11 / 3, h * 0.11 / 3, h * 0.0375, 1}},
	} {
		got := slices.Clone(p)
		c.adjust(got)
		for i, v := range got {
			if math.Abs(v-c.want[i]) > 1e-15 {
				t.Errorf("%s: %v, want %v", name, got, c.want)
				break
			}
		}
		c.adjust(nil)
		one, ones := []float64{0.3}, []float64{1, 1}
		c.adjust(one)
		c.adjust(ones)
		if one[0] != 0.3 || ones[0] != 1 || ones[1] != 1 {
			t.Errorf("%s: %v and %v", name, one, ones)
		}
	}
}
