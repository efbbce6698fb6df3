package audience

import (
	"math/big"

	"github.com/guanxi-go/guanxi/internal/minor"
)

// moments are the exact sums of an amount in minor units over customers.
type moments struct {
	minor.Moments
	buyers int64 // amounts that are not 0
}

// add returns m and one amount; false where a sum does not fit.
func (m moments) add(v int64) (moments, bool) {
	sums, ok := m.Moments.Add(v)
	if v != 0 {
		m.buyers++
	}
	return moments{sums, m.buyers}, ok
}

// merge returns m and o together; false where a sum does not fit.
func (m moments) merge(o moments) (moments, bool) {
	sums, ok := m.Moments.Merge(o.Moments)
	return moments{sums, m.buyers + o.buyers}, ok
}

// possible reports whether m can be the sums of at most n amounts.
func (m moments) possible(n int64) bool {
	if m.buyers <= 0 || m.buyers > n {
		return m == moments{}
	}
	count, sum, squares := big.NewInt(m.buyers), big.NewInt(m.Sum), m.Squares()
	sum.Mul(sum, sum)
	return (m.Sum^int64(m.Lo))&1 == 0 && squares.Cmp(count) >= 0 && sum.Cmp(squares.Mul(squares, count)) <= 0
}

// variance of the amounts that are not 0, two or more, in minor units, with one
// less than their number in its denominator.
func (m moments) variance() float64 { return m.Variance(m.buyers) }
