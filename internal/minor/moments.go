package minor

import (
	"math/big"
	"math/bits"
)

// Moments are the exact sums of amounts and of their squares, so that no order of
// rows and no way of merging changes a digit of what is made of them. The zero
// value is of no amounts; how many there were is the caller's to count.
type Moments struct {
	Sum    int64
	Hi, Lo uint64 // of the squares
}

// Add returns m and one amount more; false where a sum does not fit.
func (m Moments) Add(v int64) (Moments, bool) {
	u := uint64(v)
	if v < 0 {
		u = -u
	}
	hi, lo := bits.Mul64(u, u)
	return m.Merge(Moments{v, hi, lo})
}

// Merge returns m and o together; false where a sum does not fit.
func (m Moments) Merge(o Moments) (Moments, bool) {
	sum, ok := Add(m.Sum, o.Sum)
	lo, carry := bits.Add64(m.Lo, o.Lo, 0)
	hi, carry := bits.Add64(m.Hi, o.Hi, carry)
	return Moments{sum, hi, lo}, ok && carry == 0
}

// Squares returns the sum of the squares.
func (m Moments) Squares() *big.Int {
	s := new(big.Int).SetUint64(m.Hi)
	return s.Lsh(s, 64).Add(s, new(big.Int).SetUint64(m.Lo))
}

// Variance returns that of n ≥ 2 amounts, with n − 1 in its denominator, rounded
// once.
func (m Moments) Variance(n int64) float64 {
	count, sum := big.NewInt(n), big.NewInt(m.Sum)
	over := new(big.Int).Mul(m.Squares(), count)
	over.Sub(over, sum.Mul(sum, sum))
	v, _ := new(big.Rat).SetFrac(over, count.Mul(count, big.NewInt(n-1))).Float64()
	return v
}
