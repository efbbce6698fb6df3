package affinity

import (
	"math"

	"github.com/guanxi-go/guanxi/internal/proportion"
)

// share is a share p of n customers.
type share struct{ p, n float64 }

// ratioLimits returns the limits of a/b at deviate z: the ratios r for which the
// limits of a − r b, made of Wilson's as Newcombe makes those of a difference,
// hold 0. So they exclude 1 exactly where Newcombe's interval of a − b excludes 0.
// high is +Inf where b may be 0. Donner & Zou (2012), Statistical Methods in
// Medical Research 21:347–359 (MOVER-R).
func ratioLimits(a, b share, z float64) (low, high float64) {
	al, ah := proportion.Wilson(a.p, a.n, z)
	bl, bh := proportion.Wilson(b.p, b.n, z)
	// (a − r b)² = (a − al)² + r² (bh − b)²: r² q − 2 r ab + c = 0, the lesser root
	ab := a.p * b.p
	q, c := bh*(2*b.p-bh), al*(2*a.p-al)
	if c > 0 {
		low = c / (ab + math.Sqrt(max(0, ab*ab-q*c)))
	}
	// (r b − a)² = (ah − a)² + r² (b − bl)², the greater root
	q, c = bl*(2*b.p-bl), ah*(2*a.p-ah)
	if q <= 0 {
		return low, math.Inf(1)
	}
	return low, (ab + math.Sqrt(max(0, ab*ab-q*c))) / q
}

// differs returns the p-value of a = b that belongs to Newcombe's interval: one
// less the confidence at which the interval of a − b begins to hold 0.
func differs(a, b share) float64 {
	if a.p == b.p {
		return 1
	}
	if a.p < b.p {
		a, b = b, a
	}
	lo, hi := 0.0, 40.0 // at hi a p-value is less than a float64 can hold
	for range 60 {
		mid := (lo + hi) / 2
		if low, _ := proportion.Difference(a.p, a.n, b.p, b.n, mid); low > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return math.Erfc(lo / math.Sqrt2)
}
