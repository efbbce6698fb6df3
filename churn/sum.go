package churn

import (
	"math"
	"math/bits"
)

// fixed is a sum of numbers that were rounded to 2^-32, in 128 bits: exact, so
// that it does not depend on the order of its summands.
type fixed struct {
	hi int64
	lo uint64
}

// add adds x, |x| < 2^30.
func (f *fixed) add(x float64) { f.addFixed(toFixed(x)) }

func toFixed(x float64) fixed {
	v := int64(math.RoundToEven(x * (1 << 32)))
	return fixed{v >> 63, uint64(v)}
}

func (f *fixed) addFixed(o fixed) {
	lo, carry := bits.Add64(f.lo, o.lo, 0)
	f.lo = lo
	f.hi += o.hi + int64(carry)
}

func (f fixed) float() float64 {
	if f.hi == int64(f.lo)>>63 {
		return float64(int64(f.lo)) / (1 << 32)
	}
	return math.Ldexp(float64(f.hi), 32) + math.Ldexp(float64(f.lo), -32)
}
