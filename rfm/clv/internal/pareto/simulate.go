package pareto

import (
	"math"
	"math/rand/v2"
)

// Customer is what was drawn for a simulated customer.
type Customer struct {
	Rate     float64 // of buying, λ
	Dropout  float64 // rate of leaving, μ
	Lifetime float64 // age at leaving; +Inf for a customer who never does
}

// Simulate draws one customer and appends to dst the times of repeat purchases
// up to age, increasing. Cost is in proportion to the number of purchases. rng
// is used alone: one goroutine.
func (p Params) Simulate(rng *rand.Rand, age float64, dst []float64) ([]float64, Customer) {
	c := Customer{Rate: gamma(rng, p.R) / p.Alpha, Dropout: p.drawDropout(rng)}
	return c.purchases(rng, age, dst), c
}

// drawDropout draws a dropout rate.
func (p Params) drawDropout(rng *rand.Rand) float64 {
	if l := p.life(); l.flat {
		return l.mu
	}
	return gamma(rng, p.S) / p.Beta
}

// purchases draws the lifetime and appends the purchases.
func (c *Customer) purchases(rng *rand.Rand, age float64, dst []float64) []float64 {
	c.Lifetime = math.Inf(1)
	if c.Dropout > 0 {
		c.Lifetime = rng.ExpFloat64() / c.Dropout
	}
	end := min(age, c.Lifetime)
	if c.Rate > 0 {
		for at := rng.ExpFloat64() / c.Rate; at <= end; at += rng.ExpFloat64() / c.Rate {
			dst = append(dst, at)
		}
	}
	return dst
}

// gamma draws from the gamma distribution with the given shape and rate 1:
// Marsaglia & Tsang (2000), ACM Trans. Math. Softw. 26(3).
func gamma(rng *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(rng, shape+1) * math.Exp(-rng.ExpFloat64()/shape)
	}
	d := shape - 1.0/3
	c := 1 / (3 * math.Sqrt(d))
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v *= v * v
		if -rng.ExpFloat64() < x*x/2+d*(1-v+math.Log(v)) {
			return d * v
		}
	}
}
