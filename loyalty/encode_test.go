package loyalty

import (
	"bytes"
	"testing"

	"github.com/shopspring/decimal"
)

// A number is encoded by its value.
func TestAppendDecimal(t *testing.T) {
	seen := map[string]string{}
	for _, same := range [][]string{
		{"0", "0.00", "-0"}, {"1.5", "1.50", "1.5000000000000000000000"}, {"-1.5", "-1.50"}, {"10", "1e1", "10.0"},
		{"1000000000000000000", "1e18"}, {"9223372036854775807"}, {"9223372036854775808", "9223372036854775808.0"},
		{"1234567890123456789012", "1234567890123456789012.00"},
	} {
		var want []byte
		for _, s := range same {
			got := appendDecimal(nil, decimal.RequireFromString(s))
			if want == nil {
				want = got
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s and %s differ", s, same[0])
			}
		}
		if other, ok := seen[string(want)]; ok {
			t.Errorf("%s and %s are the same", other, same[0])
		}
		seen[string(want)] = same[0]
	}
	if b := appendDecimal(nil, decimal.New(1, 2000000000)); len(b) > 16 {
		t.Error("an absurd number is written out")
	}
}
