package survival

import "math"

// Law is the distribution of a parametric regression: log T = β'x + σW.
type Law string

const (
	// Weibull, the default: W is the smallest extreme value; hazards rise or
	// fall with time, and are proportional.
	Weibull Law = "weibull"
	// Exponential is Weibull with σ = 1: the hazard does not change with time.
	Exponential Law = "exponential"
	// LogNormal: W is normal; the hazard rises and falls again.
	LogNormal Law = "log-normal"
)

// event returns the log density of W at w and its first two derivatives.
func (l Law) event(w float64) (f, d1, d2 float64) {
	if l == LogNormal {
		return -w*w/2 - halfLog2Pi, -w, -1
	}
	e := math.Exp(w)
	return w - e, 1 - e, -e
}

// stay returns the log of P(W > w) and its first two derivatives.
func (l Law) stay(w float64) (f, d1, d2 float64) {
	if l == LogNormal {
		q, m := normalTail(w)
		return q, -m, -m * (m - w)
	}
	e := math.Exp(w)
	return -e, -e, -e
}

// quantile returns the w that a share p of W lies below.
func (l Law) quantile(p float64) float64 {
	if l == LogNormal {
		return normalQuantile(p)
	}
	return math.Log(-math.Log1p(-p))
}

const halfLog2Pi = 0.91893853320467274178

// normalTail returns the log of the upper tail of the normal distribution and
// its hazard φ/Q, without loss far out.
func normalTail(w float64) (logQ, hazard float64) {
	if w < 5 {
		q := math.Erfc(w/math.Sqrt2) / 2
		if logQ = math.Log(q); w < -1 {
			logQ = math.Log1p(-math.Erfc(-w/math.Sqrt2) / 2)
		}
		return logQ, math.Exp(-w*w/2-halfLog2Pi) / q
	}
	// Laplace's continued fraction for Q/φ, from the inside out.
	t := w
	for k := 60; k > 0; k-- {
		t = w + float64(k)/t
	}
	return -w*w/2 - halfLog2Pi - math.Log(t), t
}
