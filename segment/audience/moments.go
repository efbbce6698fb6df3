package audience

import (
	"math/big"
	"math/bits"

	"github.com/guanxi-go/guanxi/internal/minor"
)

// moments are the exact sums of an amount in minor units over customers, so that
// no order of rows and no way of merging changes a digit of what is made of them.
type moments struct {
	sum    int64
	hi, lo uint64 // of the squares
}

// add returns m and one amount; false where a sum does not fit.
func (m moments) add(v int64) (moments, bool) {
	u := uint64(v)
	if v < 0 {
		u = -u
	}
	hi, lo := bits.Mul64(u, u)
	return m.merge(moments{v, hi, lo})
}

// merge returns m and o together; false where a sum does not fit.
func (m moments) merge(o moments) (moments, bool) {
	sum, ok := minor.Add(m.sum, o.sum)
	lo, carry := bits.Add64(m.lo, o.lo, 0)
	hi, carry := bits.Add64(m.hi, o.hi, carry)
	return moments{sum, hi, lo}, ok && carry == 0
}

func (m moments) squares() *big.Int {
	s := new(big.Int).SetUint64(m.hi)
	return s.Lsh(s, 64).Add(s, new(big.Int).SetUint64(m.lo))
}

// possible reports whether m can be the sums of at most n amounts.
func (m moments) possible(n int64) bool {
	if n == 0 {
		return m == moments{}
	}
	sum := big.NewInt(m.sum)
	sum.Mul(sum, sum)
	squares := m.squares()
	return (m.sum^int64(m.lo))&1 == 0 && sum.Cmp(new(big.Int).Mul(squares, big.NewInt(n))) <= 0
}

// variance of n customers, n ≥ 2, in minor units, with n − 1 in its denominator.
func (m moments) variance(n int64) float64 {
	count, sum := big.NewInt(n), big.NewInt(m.sum)
	over := new(big.Int).Mul(m.squares(), count)
	over.Sub(over, sum.Mul(sum, sum))
	v, _ := new(big.Rat).SetFrac(over, count.Mul(count, big.NewInt(n-1))).Float64()
	return v
}
