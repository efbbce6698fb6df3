// Package proportion holds what several packages need of shares: Wilson's limits
// and Newcombe's interval of a difference. gonum has neither.
package proportion

import (
	"math"

	"github.com/guanxi-go/guanxi/internal/normal"
)

// Level returns a confidence level, def where it is 0, and its deviate; ok is
// false outside (0, 1).
func Level(confidence, def float64) (level, z float64, ok bool) {
	if confidence == 0 {
		confidence = def
	}
	return confidence, normal.Deviate(confidence), confidence > 0 && confidence < 1
}

// Wilson returns the score limits of a share p of n > 0 at deviate z. They lie
// in [0, 1], contain p, and are exact where p is 0 or 1. Wilson (1927), JASA
// 22:209–212.
func Wilson(p, n, z float64) (low, high float64) {
	k := z * z / n
	half := math.Sqrt(k * (p*(1-p) + k/4))
	low, high = (p+k/2-half)/(1+k), (p+k/2+half)/(1+k)
	if p <= 0 {
		low = 0
	}
	if p >= 1 {
		high = 1
	}
	return low, high
}

// Difference returns the limits of a − b, two shares of independent samples of
// m and n, at deviate z: Newcombe's method 10. They lie in [-1, 1] and contain
// a − b. Newcombe (1998), Statistics in Medicine 17:873–890.
func Difference(a, m, b, n, z float64) (low, high float64) {
	al, ah := Wilson(a, m, z)
	bl, bh := Wilson(b, n, z)
	return a - b - math.Hypot(a-al, bh-b), a - b + math.Hypot(ah-a, b-bl)
}
