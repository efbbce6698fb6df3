//go:build !race

package minor

import (
	"math"
	"testing"

	"github.com/shopspring/decimal"
)

func TestFromAllocs(t *testing.T) {
	for _, d := range []decimal.Decimal{
		{}, dec("12.34"), dec("-12.3400"), dec("12"), dec("12.345"),
		decimal.New(math.MaxInt64, -2), decimal.New(math.MinInt64, -2), decimal.New(math.MinInt64, -3),
		decimal.New(math.MaxInt64, 0), decimal.New(9e18, -5),
		decimal.New(1, 2000000000), decimal.New(1, -2000000000), decimal.New(0, 2000000000),
	} {
		if n := testing.AllocsPerRun(100, func() { _, _ = From(d, 2) }); n != 0 {
			t.Errorf("From(%de%d): %v allocs, want 0", d.CoefficientInt64(), d.Exponent(), n)
		}
	}
}
