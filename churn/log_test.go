package churn

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestLog(t *testing.T) {
	l := newLogs()
	rng := rand.New(rand.NewPCG(1, 2))
	check := func(x float64) {
		if got, want := l.log(x), math.Log(x); !(math.Abs(got-want) <= 1e-12) {
			t.Fatalf("log(%v) = %v, want %v", x, got, want)
		}
	}
	for _, x := range []float64{5e-324, 1e-308, math.Nextafter(1, 0), 1, math.Nextafter(1, 2), 2, math.MaxFloat64} {
		check(x)
	}
	for range 200_000 {
		check(math.Exp(rng.NormFloat64()))
		check(math.Exp(1400*rng.Float64() - 700))
	}
}
