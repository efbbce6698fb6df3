package rfm

import (
	"math/big"
	"math/bits"

	"github.com/shopspring/decimal"
)

// sum128 is an exact sum of int64s.
type sum128 struct {
	hi int64
	lo uint64
}

func (s *sum128) add(v int64) {
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, uint64(v), 0)
	s.hi += v>>63 + int64(carry)
}

func (s *sum128) plus(o sum128) {
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, o.lo, 0)
	s.hi += o.hi + int64(carry)
}

func (s *sum128) sub(v int64) {
	var borrow uint64
	s.lo, borrow = bits.Sub64(s.lo, uint64(v), 0)
	s.hi -= v>>63 + int64(borrow)
}

func sumOf(vals []int64) sum128 {
	var s sum128
	for _, v := range vals {
		s.add(v)
	}
	return s
}

// mean returns the sum divided by n, rounded down: v is above the mean if and
// only if it is above that.
func (s sum128) mean(n int) int64 {
	hi, lo := s.hi, s.lo
	negative := hi < 0
	if negative {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi = -hi - int64(borrow)
	}
	q, r := bits.Div64(uint64(hi), lo, uint64(n))
	if !negative {
		return int64(q)
	}
	if r > 0 {
		q++
	}
	return -int64(q)
}

func (s *sum128) minus(o sum128) {
	var borrow uint64
	s.lo, borrow = bits.Sub64(s.lo, o.lo, 0)
	s.hi -= o.hi + int64(borrow)
}

// int64 returns the sum, and false if it does not fit.
func (s sum128) int64() (int64, bool) {
	return int64(s.lo), s.hi == int64(s.lo)>>63
}

// sign is −1, 0 or 1.
func (s sum128) sign() int {
	switch {
	case s.hi < 0:
		return -1
	case s == sum128{}:
		return 0
	}
	return 1
}

// decimal returns the sum of minor units as money.
func (s sum128) decimal(decimals int) decimal.Decimal {
	return decimal.NewFromBigInt(s.big(), int32(-decimals))
}

func (s sum128) big() *big.Int {
	v := new(big.Int).SetInt64(s.hi)
	return v.Lsh(v, 64).Add(v, new(big.Int).SetUint64(s.lo))
}

// float returns the sum as it rounds.
func (s sum128) float() float64 {
	if s.hi < 0 {
		var zero sum128
		zero.minus(s)
		return -zero.float()
	}
	return float64(s.hi)*0x1p64 + float64(s.lo)
}

func (s sum128) less(o sum128) bool { return s.hi < o.hi || s.hi == o.hi && s.lo < o.lo }

// sumTimes is the sum of n times v; n is not negative.
func sumTimes(v, n int64) sum128 {
	u := uint64(v)
	if v < 0 {
		u = -u
	}
	hi, lo := bits.Mul64(u, uint64(n))
	s := sum128{hi: int64(hi), lo: lo}
	if v < 0 {
		var zero sum128
		zero.minus(s)
		return zero
	}
	return s
}
