package minor

import (
	"testing"

	"github.com/shopspring/decimal"
)

func BenchmarkFrom(b *testing.B) {
	for _, bb := range []struct {
		name string
		d    decimal.Decimal
	}{
		{"fast", dec("1234.56")}, {"whole", dec("1234")}, {"zeros", dec("1234.5600")},
		{"digits=19", dec("92233720368547758.07")},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			var sum int64
			for b.Loop() {
				v, _ := From(bb.d, 2)
				sum += v
			}
		})
	}
}
