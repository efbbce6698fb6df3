package rfm

import (
	"math/big"
	"math/bits"
)

// moments are what mean and standard deviation are made of: exact sums, so that
// neither the order of the values nor how they were divided leaves a trace.
type moments struct {
	n       int64
	sum     sum128
	squares sum192
}

func (m *moments) add(v int64) {
	m.n++
	m.sum.add(v)
	m.squares.addSquare(v)
}

func (m *moments) plus(o moments) {
	m.n += o.n
	m.sum.plus(o.sum)
	m.squares.plus(o.squares)
}

// sd is the standard deviation of the population (divided by n), rounded once:
// √(n·Σv² − (Σv)²) / n.
func (m *moments) sd() float64 {
	n, sum := big.NewInt(m.n), m.sum.big()
	d := m.squares.big()
	d.Mul(d, n).Sub(d, sum.Mul(sum, sum))
	const precision = 256 // more than the root of any such number can show in 53 bits
	root := new(big.Float).SetPrec(precision).SetInt(d)
	root.Sqrt(root).Quo(root, new(big.Float).SetInt(n))
	sd, _ := root.Float64()
	return sd
}

// spread sets mean and standard deviation from inside values.
func (d *scaleDim) spread(m *moments) {
	d.mean, d.sd = m.sum.float()/float64(m.n), m.sd()
	if d.flip != 0 {
		d.mean = -1 - d.mean
	}
}

func momentsOf(vals []int64) moments {
	m := moments{n: int64(len(vals)), sum: sumOf(vals)}
	for _, v := range vals {
		m.squares.addSquare(v)
	}
	return m
}

// sum192 is an exact sum of squares of int64s, lowest word first.
type sum192 [3]uint64

func (s *sum192) addSquare(v int64) {
	u := uint64(v)
	if v < 0 {
		u = -u
	}
	hi, lo := bits.Mul64(u, u)
	s.plus(sum192{lo, hi})
}

func (s *sum192) plus(o sum192) {
	var carry uint64
	s[0], carry = bits.Add64(s[0], o[0], 0)
	s[1], carry = bits.Add64(s[1], o[1], carry)
	s[2], _ = bits.Add64(s[2], o[2], carry)
}

func (s sum192) big() *big.Int {
	v := new(big.Int).SetUint64(s[2])
	v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(s[1]))
	return v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(s[0]))
}
