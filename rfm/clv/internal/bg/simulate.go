package bg

import (
	"math"
	"math/rand/v2"
)

// Draw returns the purchase rate and the chance to leave of a random customer.
func (p Params) Draw(rng *rand.Rand) (rate, leave float64) {
	rate = math.Exp(logGamma(rng, p.R)) / p.Alpha
	if p.A == 0 {
		return rate, 0
	}
	return rate, 1 / (1 + math.Exp(logGamma(rng, p.B)-logGamma(rng, p.A)))
}

// Simulate draws a customer and appends the times of the repeat purchases up to
// age, ascending, the first purchase being at 0. Equal seeds give equal
// customers. Cost: O(purchases).
func (p Params) Simulate(rng *rand.Rand, age float64, times []float64) []float64 {
	rate, leave := p.Draw(rng)
	return p.SimulateGiven(rng, rate, leave, age, times)
}

// SimulateGiven is Simulate for a customer of known rate and chance to leave.
func (p Params) SimulateGiven(rng *rand.Rand, rate, leave, age float64, times []float64) []float64 {
	if !(rate > 0) || p.Modified && rng.Float64() < leave {
		return times
	}
	for t := rng.ExpFloat64() / rate; t <= age; t += rng.ExpFloat64() / rate {
		times = append(times, t)
		if rng.Float64() < leave {
			break
		}
	}
	return times
}

// logGamma draws the log of a gamma variate with the given shape and rate 1, so
// that tiny shapes do not underflow. Marsaglia & Tsang (2000), ACM Trans. Math.
// Softw. 26, 363–372; a shape below 1 is a variate of shape + 1 times U^(1/shape).
func logGamma(rng *rand.Rand, shape float64) float64 {
	var boost float64
	if shape < 1 {
		boost = -rng.ExpFloat64() / shape
		shape++
	}
	d := shape - 1./3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		l := 3 * math.Log(v)
		if rng.ExpFloat64() > -(x*x/2 + d - d*math.Exp(l) + d*l) {
			return math.Log(d) + l + boost
		}
	}
}
