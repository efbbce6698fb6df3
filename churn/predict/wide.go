package predict

import (
	"math"
	"math/bits"
)

// wide is an unsigned sum of 128 bits. The sums behind DeLong's variance are
// whole numbers, so that they neither round nor depend on the order of rows.
type wide struct{ hi, lo uint64 }

// addMul adds a·b.
func (w *wide) addMul(a, b uint64) {
	hi, lo := bits.Mul64(a, b)
	var carry uint64
	w.lo, carry = bits.Add64(w.lo, lo, 0)
	w.hi, _ = bits.Add64(w.hi, hi, carry)
}

// addSquares adds n·a² for n, a < 2³².
func (w *wide) addSquares(n, a uint64) { w.addMul(a*a, n) }

// spread returns n·Σa² − (Σa)², where w is Σa² and sum is ±Σa; it is not
// negative (Cauchy and Schwarz), and exact until it becomes a float.
func (w wide) spread(n, sum uint64) float64 {
	hi, lo := bits.Mul64(w.lo, n)
	hi += w.hi * n
	shi, slo := bits.Mul64(sum, sum)
	lo, borrow := bits.Sub64(lo, slo, 0)
	hi, _ = bits.Sub64(hi, shi, borrow)
	return math.Ldexp(float64(hi), 64) + float64(lo)
}
