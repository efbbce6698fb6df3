package minor

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func big10(coef string, exp int32) decimal.Decimal {
	c, ok := new(big.Int).SetString(coef, 10)
	if !ok {
		panic(coef)
	}
	return decimal.NewFromBigInt(c, exp)
}

func TestFrom(t *testing.T) {
	tests := []struct {
		name  string
		d     decimal.Decimal
		scale int
		want  int64
		err   error
	}{
		{"zero value", decimal.Decimal{}, 2, 0, nil},
		{"zero value at 0", decimal.Decimal{}, 0, 0, nil},
		{"same exponent", dec("1.23"), 2, 123, nil},
		{"negative", dec("-1.23"), 2, -123, nil},
		{"whole", dec("7"), 2, 700, nil},
		{"positive exponent", decimal.New(7, 3), 2, 700000, nil},
		{"trailing zeros", dec("1.2300"), 2, 123, nil},
		{"one digit too many", dec("1.234"), 2, 0, ErrScale},
		{"negative, one digit too many", dec("-0.001"), 2, 0, ErrScale},
		{"yen", dec("120"), 0, 120, nil},
		{"yen with fen", dec("120.5"), 0, 0, ErrScale},
		{"largest", dec("92233720368547758.07"), 2, math.MaxInt64, nil},
		{"smallest", dec("-92233720368547758.08"), 2, math.MinInt64, nil},
		{"largest + 1", dec("92233720368547758.08"), 2, 0, ErrRange},
		{"smallest - 1", dec("-92233720368547758.09"), 2, 0, ErrRange},
		{"2^63 scaled", dec("9223372036854775808"), 0, 0, ErrRange},
		{"19 nines", dec("9999999999999999999"), 0, 0, ErrRange},
		{"minus 19 nines", dec("-9999999999999999999"), 0, 0, ErrRange},
		{"19 digits at another exponent", big10("9999999999999999990", -3), 2, 999999999999999999, nil},
		{"19 digits, int64, at another exponent", big10("9223372036854775800", -4), 2, 92233720368547758, nil},
		{"product too large", dec("92233720368547759"), 2, 0, ErrRange},
		{"shift of 18", decimal.New(9, 0), 18, 9e18, nil},
		{"shift of 18 too large", decimal.New(10, 0), 18, 0, ErrRange},
		{"shift of 19", decimal.New(1, 1), 18, 0, ErrRange},
		{"exponent -40, zero digits", big10("123"+strings.Repeat("0", 38), -40), 2, 123, nil},
		{"exponent -40, non-zero digits", big10("123"+strings.Repeat("0", 37)+"1", -40), 2, 0, ErrScale},
		{"exponent -40, zero bits but no zero digits", decimal.NewFromBigInt(new(big.Int).Lsh(big.NewInt(3), 200), -40), 2, 0, ErrScale},
		{"exponent -40, too large", big10("1"+strings.Repeat("0", 80), -40), 2, 0, ErrRange},
		{"wide", big10("1"+strings.Repeat("0", 80), 0), 2, 0, ErrRange},
		{"too large and too fine", dec("1" + strings.Repeat("0", 30) + ".001"), 2, 0, ErrScale},
		{"int64 coefficient, -19", decimal.New(1e18, -20), 0, 0, ErrScale},
		{"scale -1", dec("1"), -1, 0, ErrBadScale},
		{"scale -1, exponent 1", decimal.New(1, 1), -1, 0, ErrBadScale},
		{"scale 19", dec("1"), 19, 0, ErrBadScale},
		{"scale 19, exponent -19", decimal.New(1, -19), 19, 0, ErrBadScale},
		{"scale 19, zero", decimal.Decimal{}, 19, 0, ErrBadScale},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := From(tt.d, tt.scale)
			assert.ErrorIs(t, err, tt.err)
			assert.Equal(t, tt.want, got)
		})
	}
}

// A hostile exponent is answered at once: a naive rescale would build a number
// of two thousand million digits.
func TestFromHugeExponent(t *testing.T) {
	wide := strings.Repeat("7", 40)
	tests := []struct {
		d   decimal.Decimal
		err error
	}{
		{decimal.New(1, 2000000000), ErrRange},
		{decimal.New(1, math.MaxInt32), ErrRange},
		{decimal.New(1, -2000000000), ErrScale},
		{decimal.New(1, math.MinInt32), ErrScale},
		{decimal.New(0, 2000000000), ErrRange},
		{decimal.New(0, math.MinInt32), ErrRange},
		{decimal.New(0, MaxExponent+1), ErrRange},
		{decimal.New(0, MaxExponent), nil},
		{decimal.New(0, -MaxExponent), nil},
		{decimal.New(1, -MaxExponent), ErrScale},
		{decimal.New(1, -MaxExponent-1), ErrScale},
		{big10("7"+strings.Repeat("0", MaxExponent+20), -MaxExponent-20), ErrRange},
		{big10(wide, math.MaxInt32), ErrRange},
		{big10(wide, math.MinInt32), ErrScale},
		{big10(wide+strings.Repeat("0", 100), math.MinInt32), ErrScale},
	}
	start := time.Now()
	for i, tt := range tests {
		for _, scale := range []int{0, 2, MaxScale} {
			got, err := From(tt.d, scale)
			assert.ErrorIs(t, err, tt.err, "%d at %d", i, scale)
			assert.Zero(t, got)
		}
	}
	assert.Less(t, time.Since(start), time.Second)
}

func TestTo(t *testing.T) {
	for _, v := range []int64{0, 1, -1, 123, math.MaxInt64, math.MinInt64} {
		for scale := range MaxScale + 1 {
			got, err := From(To(v, scale), scale)
			if err != nil || got != v {
				t.Errorf("From(To(%d, %d)) = %d, %v", v, scale, got, err)
			}
		}
	}
	assert.Equal(t, "1.23", To(123, 2).String())
}

func TestChecked(t *testing.T) {
	edges := []int64{
		0, 1, -1, 2, -2, 3, 10, 1 << 31, -1 << 31, 1<<32 - 1, 1 << 62, -1 << 62,
		3037000499, 3037000500, -3037000500,
		math.MaxInt64, math.MaxInt64 - 1, math.MinInt64, math.MinInt64 + 1,
	}
	check := func(op string, a, b, got int64, ok bool, want *big.Int) {
		if ok != want.IsInt64() || ok && got != want.Int64() {
			t.Errorf("%s(%d, %d) = %d, %v; want %v", op, a, b, got, ok, want)
		}
	}
	for _, a := range edges {
		x := big.NewInt(a)
		v, ok := Neg(a)
		check("Neg", a, 0, v, ok, new(big.Int).Neg(x))
		for _, b := range edges {
			y := big.NewInt(b)
			v, ok = Add(a, b)
			check("Add", a, b, v, ok, new(big.Int).Add(x, y))
			v, ok = Sub(a, b)
			check("Sub", a, b, v, ok, new(big.Int).Sub(x, y))
			v, ok = Mul(a, b)
			check("Mul", a, b, v, ok, new(big.Int).Mul(x, y))
		}
	}
}
