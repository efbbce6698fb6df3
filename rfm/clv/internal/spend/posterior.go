package spend

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Posterior is the distribution of one customer's rate ν given their purchases:
// gamma with Shape and Rate. The mean spend P/ν is then inverse gamma.
type Posterior struct{ P, Shape, Rate float64 }

// Mean is the expected mean spend; it exists for Shape > 1.
func (d Posterior) Mean() (float64, bool) {
	if !(d.Shape > 1) {
		return math.NaN(), false
	}
	return d.P / (d.Shape - 1) * d.Rate, true
}

// Variance is that of the mean spend; it exists for Shape > 2.
func (d Posterior) Variance() (float64, bool) {
	if !(d.Shape > 2) {
		return math.NaN(), false
	}
	m := d.P / (d.Shape - 1) * d.Rate
	return m * m / (d.Shape - 2), true
}

// FutureVariance is the variance of the mean of n future purchases, n ≥ 1: that
// of the mean spend and what purchases differ by. It exists for Shape > 2.
func (d Posterior) FutureVariance(n int) (float64, bool) {
	v, ok := d.Variance()
	if !ok {
		return v, false
	}
	m, _ := d.Mean()
	return v + (v+m*m)/(d.P*float64(n)), true
}

// CDF is the probability that the mean spend is at most y.
func (d Posterior) CDF(y float64) float64 {
	if !(y > 0) {
		return 0
	}
	return mathext.GammaIncRegComp(d.Shape, d.P/y*d.Rate)
}

// Quantile is the inverse of CDF for 0 < prob < 1; it exists for every Shape.
// It is +Inf where the quantile is beyond the largest float64.
func (d Posterior) Quantile(prob float64) float64 {
	return d.P * d.Rate / mathext.GammaIncRegCompInv(d.Shape, prob)
}

// FutureCDF is the probability that the mean of n future purchases is at most y:
// with S their sum, S/(S+Rate) is beta distributed with (P·n, Shape). It is good
// to 1e-9 where both are below 1e4, and to 1e-5 everywhere.
func (d Posterior) FutureCDF(y float64, n int) float64 {
	if !(y > 0) {
		return 0
	}
	return d.logCDF(math.Log(y)+math.Log(float64(n))-math.Log(d.Rate), d.P*float64(n))
}

// logCDF is the probability that ln(S/Rate) ≤ t, S the sum of purchases with
// shape a together.
func (d Posterior) logCDF(t, a float64) float64 {
	b := d.Shape
	const (
		apart = 1e4 // from here on the wider of the two spreads is the whole
		many  = 1e5 // from here on the incomplete beta function is inexact
	)
	switch {
	case a > apart*b: // purchases differ by nothing: Rate·ν = a/e^t
		return mathext.GammaIncRegComp(b, a*math.Exp(-t))
	case b > apart*a: // the customer's ν is known
		return mathext.GammaIncReg(a, b*math.Exp(t))
	case min(a, b) > many: // Edgeworth, with the cumulants of ln(gamma a/gamma b)
		v := 1/a + 1/b + (1/a/a+1/b/b)/2
		sd := math.Sqrt(v)
		z := (t - math.Log(a/b) + (1/a-1/b)/2) / sd
		skew := (1/b/b - 1/a/a) / (v * sd)
		p := 0.5*math.Erfc(-z/math.Sqrt2) - skew/6*(z*z-1)*math.Exp(-z*z/2)/math.Sqrt(2*math.Pi)
		return min(max(p, 0), 1)
	case t > 0: // near 1 the complement is the accurate one
		return 1 - mathext.RegIncBeta(b, a, 1/(1+math.Exp(t)))
	}
	return mathext.RegIncBeta(a, b, 1/(1+math.Exp(-t)))
}

// FutureQuantile is the inverse of FutureCDF for 0 < prob < 1, by bisection of
// ln(S/Rate): some 60 times the cost of FutureCDF. It is +Inf where the quantile is
// beyond the largest float64.
func (d Posterior) FutureQuantile(prob float64, n int) float64 {
	a, lo, hi := d.P*float64(n), -700.0, 700.0
	if d.logCDF(hi, a) < prob {
		return math.Inf(1)
	}
	for hi-lo > 1e-13*max(1, math.Abs(lo)) {
		mid := lo + (hi-lo)/2
		if mid == lo || mid == hi {
			break
		}
		if d.logCDF(mid, a) < prob {
			lo = mid
		} else {
			hi = mid
		}
	}
	return d.Rate / float64(n) * math.Exp(lo+(hi-lo)/2)
}
