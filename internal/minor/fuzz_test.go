package minor

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
)

// oracle is From's contract in exact rationals.
func oracle(c *big.Int, exp, scale int) (int64, error) {
	if scale < 0 || scale > MaxScale {
		return 0, ErrBadScale
	}
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(exp+scale, -exp-scale))), nil)
	r := new(big.Rat).SetInt(c)
	if exp+scale >= 0 {
		r.Mul(r, new(big.Rat).SetInt(p))
	} else {
		r.Quo(r, new(big.Rat).SetInt(p))
	}
	switch {
	case !r.IsInt():
		return 0, ErrScale
	case !r.Num().IsInt64():
		return 0, ErrRange
	}
	return r.Num().Int64(), nil
}

// FuzzFrom: (c × mul + add) × 10^exp agrees with the oracle.
func FuzzFrom(f *testing.F) {
	f.Add(int64(123), int64(1), int64(0), int16(-2), int8(2))
	f.Add(int64(math.MaxInt64), int64(1), int64(1), int16(-2), int8(2))
	f.Add(int64(math.MinInt64), int64(1), int64(0), int16(0), int8(0))
	f.Add(int64(math.MinInt64), int64(1), int64(-1), int16(0), int8(0))
	f.Add(int64(math.MaxInt64), int64(2), int64(1), int16(-1), int8(1))
	f.Add(int64(999999999999999999), int64(10), int64(9), int16(-2), int8(2))
	f.Add(int64(1e18), int64(1e18), int64(0), int16(-36), int8(0))
	f.Add(int64(0), int64(0), int64(0), int16(-400), int8(18))
	f.Fuzz(func(t *testing.T, c, mul, add int64, exp int16, scale int8) {
		exp %= 400
		coef := new(big.Int).Mul(big.NewInt(c), big.NewInt(mul))
		coef.Add(coef, big.NewInt(add))
		for _, n := range []*big.Int{coef, big.NewInt(c)} {
			got, err := From(decimal.NewFromBigInt(n, int32(exp)), int(scale))
			want, wantErr := oracle(n, int(exp), int(scale))
			if got != want || !errors.Is(err, wantErr) {
				t.Errorf("From(%ve%d, %d) = %d, %v; want %d, %v", n, exp, scale, got, err, want, wantErr)
			}
		}
	})
}
