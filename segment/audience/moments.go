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
	buyers int64  // amounts that are not 0
}

// add returns m and one amount; false where a sum does not fit.
func (m moments) add(v int64) (moments, bool) {
	u := uint64(v)
	if v < 0 {
		u = -u
	}
	hi, lo := bits.Mul64(u, u)
	one := moments{v, hi, lo, 1}
	if v == 0 {
		one.buyers = 0
	}
	return m.merge(one)
}

// merge returns m and o together; false where a sum does not fit.
func (m moments) merge(o moments) (moments, bool) {
	sum, ok := minor.Add(m.sum, o.sum)
	lo, carry := bits.Add64(m.lo, o.lo, 0)
	hi, carry := bits.Add64(m.hi, o.hi, carry)
	return moments{sum, hi, lo, m.buyers + o.buyers}, ok && carry == 0
}

func (m moments) squares() *big.Int {
	s := new(big.Int).SetUint64(m.hi)
	return s.Lsh(s, 64).Add(s, new(big.Int).SetUint64(m.lo))
}

// possible reports whether m can be the sums of at most n amounts.
func (m moments) possible(n int64) bool {
	if m.buyers <= 0 || m.buyers > n {
		return m == moments{}
	}
	count, sum, squares := big.NewInt(m.buyers), big.NewInt(m.sum), m.squares()
	sum.Mul(sum, sum)
	return (m.sum^int64(m.lo))&1 == 0 && squares.Cmp(count) >= 0 && sum.Cmp(squares.Mul(squares, count)) <= 0
}

// variance of the amounts that are not 0, two or more, in minor units, with one
// less than their number in its denominator.
func (m moments) variance() float64 {
	count, sum := big.NewInt(m.buyers), big.NewInt(m.sum)
	over := new(big.Int).Mul(m.squares(), count)
	over.Sub(over, sum.Mul(sum, sum))
	v, _ := new(big.Rat).SetFrac(over, count.Mul(count, big.NewInt(m.buyers-1))).Float64()
	return v
}
