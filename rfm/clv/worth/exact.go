package worth

import (
	"math"
	"math/big"
	"math/bits"

	"github.com/shopspring/decimal"
)

// Rates and shares keep 12 decimal places, scores 6.
const (
	ratePlaces  = 12
	rateOne     = 1_000_000_000_000
	scorePlaces = 6
)

// wide is a signed integer of 128 bits: enough for 2⁶³ rows of int64, and for
// what a rate of at most 1 makes of them.
type wide struct {
	hi int64
	lo uint64
}

func wideOf(v int64) wide { return wide{v >> 63, uint64(v)} }

func (a wide) plus(b wide) wide {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	return wide{a.hi + b.hi + int64(carry), lo}
}

// product returns a × b.
func product(a, b int64) wide {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return wide{int64(hi) - a>>63&b - b>>63&a, lo}
}

func (a wide) less(b wide) bool { return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo }

// int64 returns the number, and whether it fits.
func (a wide) int64() (int64, bool) { return int64(a.lo), a.hi == int64(a.lo)>>63 }

// over returns a/div rounded half to even, and whether it fits; div > 0.
func (a wide) over(div uint64) (int64, bool) {
	hi, lo := uint64(a.hi), a.lo
	if a.hi < 0 {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	if hi >= div {
		return 0, false
	}
	q, r := bits.Div64(hi, lo, div)
	if rest := div - r; r > rest || r == rest && q&1 == 1 {
		q++
		if q == 0 {
			return 0, false
		}
	}
	if a.hi < 0 {
		return -int64(q), q <= 1<<63
	}
	return int64(q), q <= math.MaxInt64
}

// decimal returns a sum of minor units as money.
func (a wide) decimal(decimals int) decimal.Decimal {
	v := new(big.Int).SetInt64(a.hi)
	v.Lsh(v, 64).Add(v, new(big.Int).SetUint64(a.lo))
	return decimal.NewFromBigInt(v, int32(-decimals))
}

// pow10 returns 10^n for 0 ≤ n ≤ 18.
func pow10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}
