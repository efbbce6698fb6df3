// Package minor converts between decimal amounts and int64 minor units (cents,
// fen), exactly or with an error, and adds such units with overflow checked.
//
// All functions are pure and safe for concurrent use.
package minor

import (
	"errors"
	"math"
	"math/big"
	"math/bits"

	"github.com/shopspring/decimal"
)

// MaxScale is the largest number of decimal places a minor unit may have: an
// int64 holds 18 decimal digits whatever they are.
const MaxScale = 18

// MaxExponent is how far from 0 an amount's exponent may lie. Hosts keep what was
// accepted, and a comparison or the text of a decimal takes as many digits as its
// exponent says: even a zero may have one of two thousand million.
const MaxExponent = 1000

// Callers wrap these with the place and the package name.
var (
	// ErrScale: a non-zero digit lies beyond the scale, such as 1.234 at 2.
	ErrScale = errors.New("more decimal places than the scale allows")
	// ErrRange: the amount does not fit int64 minor units, or has an exponent
	// beyond MaxExponent.
	ErrRange = errors.New("amount too large for its minor units")
	// ErrBadScale: the scale itself is not one of 0 … MaxScale.
	ErrBadScale = errors.New("scale outside 0 to 18")
)

// pow10 is never written to.
var pow10 = [MaxScale + 1]int64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
}

// From returns d × 10^scale. Zeros beyond the scale are harmless: 1.2300 at
// scale 2 is 123. It fails with [ErrBadScale], with [ErrScale] when d has a
// non-zero digit beyond the scale (whatever its size), and with [ErrRange] when
// the result does not fit an int64 or d's exponent is beyond ±[MaxExponent].
//
// Cost: O(1) and no allocation for a coefficient that fits an int64, whatever
// its exponent; O(digits) words for a wider one, never O(10^exponent).
func From(d decimal.Decimal, scale int) (int64, error) {
	if int(d.Exponent()) == -scale && uint(scale) <= MaxScale && d.NumDigits() <= 18 {
		return d.CoefficientInt64(), nil
	}
	return rescale(d, scale)
}

func rescale(d decimal.Decimal, scale int) (int64, error) {
	if uint(scale) > MaxScale {
		return 0, ErrBadScale
	}
	if d.Sign() == 0 {
		if absurd(d) {
			return 0, ErrRange
		}
		return 0, nil
	}
	v, ok := coefficient(d)
	shift := int64(d.Exponent()) + int64(scale) // no overflow: |exponent| ≤ 2³¹
	switch {
	case !ok:
		return wide(d, shift)
	case shift < -18: // at most 18 of an int64's 19 digits are trailing zeros
		return 0, ErrScale
	case shift < 0:
		p := pow10[-shift]
		if v%p != 0 {
			return 0, ErrScale
		}
		return v / p, nil
	case shift > 18:
		return 0, ErrRange
	}
	if v, ok = Mul(v, pow10[shift]); !ok {
		return 0, ErrRange
	}
	return v, nil
}

// absurd is asked of what would be accepted: of a non-zero int64 coefficient the
// exponent is a small one then.
func absurd(d decimal.Decimal) bool {
	return d.Exponent() > MaxExponent || d.Exponent() < -MaxExponent
}

// coefficient returns d's coefficient if it fits an int64.
func coefficient(d decimal.Decimal) (int64, bool) {
	n := d.NumDigits()
	if n > 19 {
		return 0, false
	}
	v := d.CoefficientInt64()
	if n <= 18 {
		return v, true
	}
	// 19 digits are less than 2⁶⁴, so that CoefficientInt64, which takes the
	// magnitude modulo 2⁶⁴ and then the sign, gives the other sign exactly when
	// the coefficient does not fit. The tests hold math/big to this.
	return v, v < 0 == (d.Sign() < 0)
}

// wide is the exact path for a coefficient that does not fit an int64.
func wide(d decimal.Decimal, shift int64) (int64, error) {
	if shift >= 0 {
		return 0, ErrRange
	}
	c := d.Coefficient()
	// A multiple of 10^n is a multiple of 2^n; this bounds the power below by
	// the coefficient's own length.
	if uint64(c.TrailingZeroBits()) < uint64(-shift) {
		return 0, ErrScale
	}
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(-shift), nil)
	if _, p = c.QuoRem(c, p, p); p.Sign() != 0 {
		return 0, ErrScale
	}
	if !c.IsInt64() || absurd(d) {
		return 0, ErrRange
	}
	return c.Int64(), nil
}

// To returns v / 10^scale, exactly: To(123, 2) is 1.23. Its inverse is [From].
// The scale is one that From accepts.
func To(v int64, scale int) decimal.Decimal {
	return decimal.New(v, -int32(scale))
}

// Add returns a + b and whether it fits; without it the sum is wrapped.
func Add(a, b int64) (int64, bool) {
	s := a + b
	return s, (a^s)&(b^s) >= 0
}

// Sub returns a − b and whether it fits; without it the difference is wrapped.
func Sub(a, b int64) (int64, bool) {
	s := a - b
	return s, (a^b)&(a^s) >= 0
}

// Neg returns −a and whether it fits, which fails for the least int64 alone.
func Neg(a int64) (int64, bool) {
	return -a, a != math.MinInt64
}

// Mul returns a × b and whether it fits; without it the product is wrapped.
func Mul(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	h := int64(hi) - a>>63&b - b>>63&a // the signed high word
	return int64(lo), h == int64(lo)>>63
}
