package bg

import "math"

// sameChance is the a + b that stands for κ = 0, where all customers have the
// same chance to leave: the log-likelihood of a row of x purchases is then off
// by less than x²/sameChance.
const sameChance = 1e12

// Natural returns the parameters at coordinates (log r, log α, logit φ, log κ).
// κ = 0 becomes a + b = 1e12.
func Natural(eta []float64, modified bool) Params {
	phi, q := logistic(eta[2])
	n := math.Exp(-eta[3])
	if math.IsInf(eta[3], -1) {
		n = sameChance
	}
	return Params{math.Exp(eta[0]), math.Exp(eta[1]), phi * n, q * n, modified}
}

// Coordinates returns (log r, log α, logit φ, log κ); Natural undoes it.
func (p Params) Coordinates() []float64 {
	return []float64{math.Log(p.R), math.Log(p.Alpha), math.Log(p.A) - math.Log(p.B), -math.Log(p.A + p.B)}
}

// Jacobian returns d(log r, log α, log a, log b)/d eta at eta, row by row:
// the covariance of the logs of the natural parameters is J·C·Jᵀ.
func Jacobian(eta []float64) [4][4]float64 {
	phi, q := logistic(eta[2])
	return [4][4]float64{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, q, -1}, {0, 0, -phi, -1}}
}

// Moments are what Starts needs to know of the rows, each a sum over customers.
type Moments struct {
	Customers float64
	X, XX     float64 // repeat purchases and their squares
	T         float64 // ages

}

// Starts returns coordinates to start a fit from, the likeliest first: the
// purchase rate from the moments of a negative binomial, with leaving of several
// strengths and spreads. A value, freshly allocated.
func Starts(m Moments, modified bool) [][]float64 {
	mean := (m.X + 0.5) / (m.Customers + 0.5)
	over := math.Max((m.XX+0.5)/(m.Customers+0.5)-mean*mean-mean, 0.02*mean*mean)
	r := math.Min(math.Max(mean*mean/over, 0.05), 20)
	age := m.T / m.Customers
	if !(age > 0) {
		age = 1
	}
	if modified {
		r *= 1.5
	}
	var out [][]float64
	for _, s := range [...]struct{ r, leave, spread float64 }{
		{1, 0.25, 0.3}, {1.5, 0.12, 0.02}, {0.7, 0.4, 1}, {1, 0.05, 1e-3},
	} {
		// Purchases by mean age are about r·age/α times the part before leaving.
		shape := r * s.r
		alpha := shape * age / mean * (1 - 0.5*s.leave)
		out = append(out, []float64{
			math.Log(shape), math.Log(alpha), math.Log(s.leave / (1 - s.leave)), math.Log(s.spread),
		})
	}
	return out
}
