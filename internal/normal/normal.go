// Package normal is the standard normal distribution.
package normal

import "math"

// Upper returns P(Z > z).
func Upper(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// TwoSided returns P(|Z| > |z|), the p-value of a test.
func TwoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// Quantile returns z with P(Z ≤ z) = p; NaN outside [0, 1]. For a small p it is as
// far off as 1 − 2p is rounded: by 1e-10 at p = 1e-9.
func Quantile(p float64) float64 { return -math.Sqrt2 * math.Erfcinv(2*p) }

// Deviate returns the two-sided deviate of a confidence level in (0, 1); NaN
// outside.
func Deviate(confidence float64) float64 {
	if !(confidence > 0 && confidence < 1) {
		return math.NaN()
	}
	return math.Sqrt2 * math.Erfinv(confidence)
}
