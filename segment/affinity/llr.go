package affinity

import (
	"math"
	"math/bits"
)

// LLR returns Dunning's log-likelihood ratio G² of a 2×2 table of baskets (both
// items, the first alone, the second alone, neither), negative where the items
// meet less often than chance would have it. Under independence |G²| is near χ²
// with one degree of freedom: 3.84 is exceeded by chance once in 20, 10.83 once
// in 1,000. A table with an empty row or column is 0.
//
//	G² = 2 Σ k ln(k/E),  E = row × column / total
//
// Dunning (1993), Computational Linguistics 19(1):61–74. The deviations k − E are
// taken from the exact determinant, so that nothing cancels.
func LLR(both, first, second, neither uint64) float64 {
	first, second = min(first, second), max(first, second) // to the last bit the same both ways
	// All four deviations are ± the determinant over the total.
	h1, l1 := bits.Mul64(both, neither)
	h2, l2 := bits.Mul64(first, second)
	sign := 1.0
	if h1 < h2 || h1 == h2 && l1 < l2 {
		sign, h1, l1, h2, l2 = -1, h2, l2, h1, l1
	}
	lo, borrow := bits.Sub64(l1, l2, 0)
	hi, _ := bits.Sub64(h1, h2, borrow)
	det := math.Ldexp(float64(hi), 64) + float64(lo)
	if det == 0 {
		return 0
	}
	a, b, c, d := float64(both), float64(first), float64(second), float64(neither)
	n := a + b + c + d
	dev := det / n
	g := deviance(a, (a+b)*((a+c)/n), sign*dev) + deviance(b, (a+b)*((b+d)/n), -sign*dev) +
		deviance(c, (c+d)*((a+c)/n), -sign*dev) + deviance(d, (c+d)*((b+d)/n), sign*dev)
	return sign * 2 * g
}

// deviance is k ln(k/e) − (k − e), never negative, where dev is k − e. Over a
// whole table the second parts are 0 in sum.
func deviance(k, e, dev float64) float64 {
	if k == 0 {
		return e
	}
	x := dev / e
	if math.Abs(x) > 0.1 {
		return k*math.Log(k/e) - dev
	}
	// (1+x) ln(1+x) − x = Σ (−x)ⁿ / (n (n−1)), n from 2
	sum, power := 0.0, -x
	for n := 2.0; ; n++ {
		power *= -x
		term := power / (n * (n - 1))
		if sum+term == sum {
			return e * sum
		}
		sum += term
	}
}
