package spend

import "math"

// rest is what is left of ln Γ, ψ and ψ′ at y when Stirling's leading terms are
// taken off, scaled so that the last two are bounded for every y > 0:
//
//	lnGamma  = ln Γ(y) − ((y−½) ln y − y + ½ ln 2π)
//	psi      = y·(ψ(y) − ln y)         from −1 at 0 to −½ at ∞
//	trigamma = y²·(ψ′(y) − 1/y)        from  1 at 0 to  ½ at ∞
type rest struct{ lnGamma, psi, trigamma float64 }

const (
	halfLog2Pi = 0.91893853320467274178032973640562
	far        = 15 // from here on seven terms of the series are exact to a double
)

// restOf costs one or two logarithms and at most 15 divisions.
func restOf(y float64) rest {
	if y >= far {
		return series(y)
	}
	n := math.Ceil(far - y)
	top := y + n
	r := series(top)
	logs := math.Log(top) - math.Log(y)
	var one, two float64 // Σ 1/(y+j), Σ 1/(y+j)² over 1 ≤ j < n
	for j := n - 1; j >= 1; j-- {
		v := 1 / (y + j)
		one += v
		two += v * v
	}
	lg, _ := math.Lgamma(y)
	return rest{
		lnGamma:  lg - (y-0.5)*math.Log(y) + y - halfLog2Pi,
		psi:      y*(logs-one+r.psi/top) - 1,
		trigamma: 1 + y*(y*(two+(1+r.trigamma/top)/top)-1),
	}
}

// series are the asymptotic series DLMF 5.11.1, 5.11.2 and 5.15.8.
func series(y float64) rest {
	v := 1 / y
	s := v * v
	return rest{
		lnGamma:  v * (1./12 - s*(1./360-s*(1./1260-s*(1./1680-s*(1./1188-s*(691./360360-s/156)))))),
		psi:      -0.5 - v*(1./12-s*(1./120-s*(1./252-s*(1./240-s*(1./132-s*(691./32760-s/12)))))),
		trigamma: 0.5 + v*(1./6-s*(1./30-s*(1./42-s*(1./30-s*(5./66-s*(691./2730-s*7/6)))))),
	}
}

// excess returns t − ln(1+t) for t > −1, given ln(1+t) where t is far from 0.
func excess(t, log1p float64) float64 {
	if math.Abs(t) > 0.4 {
		return t - log1p
	}
	// ln(1+t) = 2 artanh r with r = t/(2+t); the leading terms cancel by hand.
	r := t / (2 + t)
	s := r * r
	sum := 1. / 29
	for k := 27.; k >= 3; k -= 2 {
		sum = sum*s + 1/k
	}
	return r*t - 2*r*s*sum
}
