package main

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// The gamma draws have the mean and the variance of their shape.
func TestGamma(t *testing.T) {
	s := &simulation{rng: rand.New(rand.NewPCG(1, 2))}
	for _, shape := range []float64{0.65, 1, 3} {
		const n = 200_000
		var sum, squares float64
		for range n {
			x := s.gamma(shape)
			sum, squares = sum+x, squares+x*x
		}
		mean := sum / n
		if variance := squares/n - mean*mean; math.Abs(mean/shape-1) > 0.02 || math.Abs(variance/shape-1) > 0.05 {
			t.Errorf("shape %v: mean %v, variance %v", shape, mean, variance)
		}
	}
}

// A seed is a shop; another is another one.
func TestSeed(t *testing.T) {
	text := func(seed string) string {
		var out, errs bytes.Buffer
		if code := run([]string{"-customers", "50", "-seed", seed, "-json", "-scores"}, &out, &errs); code != 0 {
			t.Fatal(errs.String())
		}
		return out.String()
	}
	one := text("1")
	if one != text("1") || one == text("2") || !strings.Contains(one, `"customer": "C000050"`) {
		t.Error("the seed does not decide")
	}
}
