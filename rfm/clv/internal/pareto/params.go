package pareto

import "math"

// Params are the parameters of the papers. Two limits are parameters too:
// S = +Inf is a dropout rate that is the same for all, namely Mu, and
// Beta = +Inf with a finite S is the NBD, where nobody leaves.
// A plain value, which may be shared.
type Params struct {
	R, Alpha float64 // buying rate: Gamma with shape R and rate Alpha
	S, Beta  float64 // dropout rate: Gamma with shape S and rate Beta
	Mu       float64 // the common dropout rate; read only when S is +Inf
}

// MeanDropout returns the mean dropout rate μ = s/β.
func (p Params) MeanDropout() float64 {
	switch {
	case math.IsInf(p.S, 1):
		return p.Mu
	case math.IsInf(p.Beta, 1):
		return 0
	}
	return p.S / p.Beta
}

// Lifetime returns the probability that a new customer is still active at age t.
func (p Params) Lifetime(t float64) float64 { return math.Exp(-p.life().hazard(0, t)) }

// life is the distribution of the dropout rate. Flat is the limit where every
// rate is mu: then beta is +Inf.
type life struct {
	s, beta, mu float64
	flat        bool
}

func (p Params) life() life {
	if math.IsInf(p.S, 1) {
		return life{s: p.S, beta: math.Inf(1), mu: p.Mu, flat: true}
	}
	if math.IsInf(p.Beta, 1) {
		return life{s: p.S, beta: p.Beta, flat: true}
	}
	return life{s: p.S, beta: p.Beta, mu: p.S / p.Beta}
}

// hazard returns −ln P(active at from+d | active at from).
func (l life) hazard(from, d float64) float64 {
	if l.flat {
		return l.mu * d
	}
	return l.s * math.Log1p(d/(l.beta+from))
}

// rate returns the rate of leaving at age u.
func (l life) rate(u float64) float64 {
	if l.flat {
		return l.mu
	}
	return l.s / (l.beta + u)
}

// span returns the mean time spent active in (from, from+t] by a customer who is
// active at from: ∫ of e^(−hazard) over it.
func (l life) span(from, t float64) float64 {
	var scale, q float64 // the integral is scale · (1−e^(−q))/q
	if l.flat {
		scale, q = t, l.mu*t
	} else {
		b := l.beta + from
		g := math.Log1p(t / b)
		scale, q = b*g, (l.s-1)*g
	}
	if math.Abs(q) < 1e-17 {
		return scale
	}
	if q < -700 {
		return math.Exp(-q + math.Log(scale/-q))
	}
	return scale * (-math.Expm1(-q) / q)
}
