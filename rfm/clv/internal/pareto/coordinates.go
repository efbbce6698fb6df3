package pareto

import "math"

// The coordinates of a fit are log r, log α, log μ and log κ, where μ = s/β is
// the mean dropout rate and κ = 1/s its squared coefficient of variation. As κ
// goes to 0 the dropout rate becomes the same for all, at μ to 0 nobody leaves.
const (
	atR = iota
	atAlpha
	atMu
	atKappa
	atM // of Correlated
)

// Dim is the number of coordinates.
const Dim = 4

// Natural returns the parameters at coordinates eta. A log μ of −Inf gives
// Beta = +Inf; a log κ of −Inf, or too low to tell, S = +Inf with the rate in Mu.
func Natural(eta []float64) Params {
	p := Params{
		R: math.Exp(eta[atR]), Alpha: math.Exp(eta[atAlpha]),
		S: math.Exp(-eta[atKappa]), Beta: math.Exp(-eta[atKappa] - eta[atMu]),
	}
	if mu := math.Exp(eta[atMu]); !(p.S < maxParam && p.Beta < maxParam) && (mu > 0 || p.S > maxParam) {
		p.S, p.Beta, p.Mu = math.Inf(1), math.Inf(1), mu // as lifeAt has it
	}
	return p
}

// Coordinates appends the coordinates of p to dst.
func (p Params) Coordinates(dst []float64) []float64 {
	mu := math.Log(p.S) - math.Log(p.Beta)
	switch {
	case math.IsInf(p.S, 1):
		mu = math.Log(p.Mu)
	case math.IsInf(p.Beta, 1):
		mu = math.Inf(-1)
	}
	return append(dst, math.Log(p.R), math.Log(p.Alpha), mu, -math.Log(p.S))
}

// Jacobian appends to dst, by rows, the derivatives of (log r, log α, log s,
// log β) with respect to the coordinates. It is the same everywhere.
func Jacobian(dst []float64) []float64 {
	return append(dst,
		1, 0, 0, 0,
		0, 1, 0, 0,
		0, 0, 0, -1,
		0, 0, -1, -1)
}

// lifeAt returns the distribution of the dropout rate at coordinates eta, and
// whether it is one: μ and κ below +Inf, nothing overflowing.
func lifeAt(eta []float64) (l life, ok bool) {
	mu, kappa := math.Exp(eta[atMu]), math.Exp(eta[atKappa])
	if math.IsNaN(mu) || math.IsNaN(kappa) || mu > maxParam || kappa > maxParam {
		return l, false
	}
	l = life{s: 1 / kappa, beta: math.Exp(-eta[atKappa] - eta[atMu]), mu: mu}
	if !(l.beta < maxParam && l.s < maxParam) {
		// Flat to the last digit: κμt is below rounding for all times there are.
		l.beta, l.flat = math.Inf(1), true
	}
	return l, l.beta > 1/maxParam
}

// maxParam bounds what coordinates may mean, so that products of a few stay
// finite.
const maxParam = 1e100
