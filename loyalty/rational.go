package loyalty

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// Rational is an exact fraction, in JSON a text such as "3/2", "1.5" or "2". It is
// reduced when it is read; the zero Rational is none.
type Rational struct{ Num, Den int64 }

// maxRational bounds numerator and denominator.
const maxRational = 1_000_000_000

// IsZero reports whether r is none.
func (r Rational) IsZero() bool { return r == Rational{} }

// Validate returns ErrOption unless r is a fraction above 0 with parts up to
// 1,000,000,000.
func (r Rational) Validate() error {
	if r.Num <= 0 || r.Den <= 0 || r.Num > maxRational || r.Den > maxRational {
		return fmt.Errorf("%w: %d/%d is no fraction above 0 with parts up to %d", ErrOption, r.Num, r.Den, maxRational)
	}
	return nil
}

// String returns "3/2", or "2" where it is whole, and "" of the zero Rational.
func (r Rational) String() string {
	switch {
	case r.IsZero():
		return ""
	case r.Den == 1:
		return strconv.FormatInt(r.Num, 10)
	}
	return strconv.FormatInt(r.Num, 10) + "/" + strconv.FormatInt(r.Den, 10)
}

// MarshalText returns String.
func (r Rational) MarshalText() ([]byte, error) {
	if (r.Num <= 0 || r.Den <= 0) && !r.IsZero() {
		return nil, fmt.Errorf("%w: %d/%d is no fraction above 0", ErrOption, r.Num, r.Den)
	}
	return []byte(r.String()), nil
}

// UnmarshalText is ParseRational, and no text is none. r is unchanged on error.
func (r *Rational) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*r = Rational{}
		return nil
	}
	v, err := ParseRational(string(text))
	if err == nil {
		*r = v
	}
	return err
}

// ParseRational reads "3/2", "1.5" or "2", a fraction above 0, exactly and reduced;
// its parts are up to 1,000,000,000. There are no signs, spaces or exponents.
// Anything else is ErrOption.
func ParseRational(s string) (Rational, error) {
	refuse := func() (Rational, error) {
		return Rational{}, fmt.Errorf("%w: %.40q is no fraction above 0 such as 3/2, 1.5 or 2 with parts up to %d", ErrOption, s, maxRational)
	}
	num, den, ok := strings.Cut(s, "/")
	if !ok {
		whole, frac, point := strings.Cut(s, ".")
		if len(frac) > 9 || point && (frac == "" || whole == "") {
			return refuse()
		}
		num, den = whole+frac, "1"+strings.Repeat("0", len(frac))
	}
	n, err := strconv.ParseUint(num, 10, 62)
	d, err2 := strconv.ParseUint(den, 10, 62)
	if err != nil || err2 != nil || n == 0 || d == 0 {
		return refuse()
	}
	g := gcd(n, d)
	r := Rational{int64(n / g), int64(d / g)}
	if r.Validate() != nil {
		return refuse()
	}
	return r, nil
}

// reduced returns num/den in lowest terms.
func reduced(num, den uint64) (uint64, uint64) {
	g := gcd(num, den)
	return num / g, den / g
}

// gcd is the greatest common divisor; that of 0 and b is b.
func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// lcm returns the least common multiple and whether it fits.
func lcm(a, b uint64) (uint64, bool) {
	if a == b || b == 1 {
		return a, true
	}
	if a == 1 {
		return b, true
	}
	hi, lo := bits.Mul64(a/gcd(a, b), b)
	return lo, hi == 0
}
