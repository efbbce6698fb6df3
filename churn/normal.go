package churn

import "math"

// normalTail returns P(Z > z).
func normalTail(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// normalQuantile returns z with P(Z ≤ z) = p, for 0 < p < 1.
func normalQuantile(p float64) float64 { return -math.Sqrt2 * math.Erfcinv(2*p) }

// expDays returns e^x days, at most all time.
func expDays(x float64) float64 { return min(math.Exp(x), float64(maxDays)) }
