package discrete

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// beta draws from Beta(a, b). Where both are so small that the two gammas vanish,
// the draw is 0 or 1, which is what such a distribution is to a double.
func beta(rng *rand.Rand, a, b float64) float64 {
	x := distuv.Gamma{Alpha: a, Beta: 1, Src: rng}.Rand()
	y := distuv.Gamma{Alpha: b, Beta: 1, Src: rng}.Rand()
	if v := x / (x + y); v >= 0 {
		return v
	}
	if rng.Float64() < a/(a+b) {
		return 1
	}
	return 0
}

// Simulate draws one customer (p and θ) and the opportunities 1 … n at which they
// buy, appended to dst.
func (p BGBB) Simulate(rng *rand.Rand, dst []int, n int) (bought []int, buy, drop float64) {
	buy, drop = beta(rng, p.Alpha, p.Beta), beta(rng, p.Gamma, p.Delta)
	for i := 1; i <= n && rng.Float64() >= drop; i++ {
		if rng.Float64() < buy {
			dst = append(dst, i)
		}
	}
	return dst, buy, drop
}

// Simulate draws one contract: θ, and its history up to n renewals as LogLik
// takes it.
func (p SBG) Simulate(rng *rand.Rand, n int) (renewals int, churned bool, churn float64) {
	churn = beta(rng, p.Alpha, p.Beta)
	for i := 1; i <= n; i++ {
		if rng.Float64() < churn {
			return i, true, churn
		}
	}
	return n, false, churn
}
