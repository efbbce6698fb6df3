package loyalty

import (
	"bytes"
	"encoding/binary"
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

// Numbers are varints, whether there is room for them or not.
func TestAppendInt(t *testing.T) {
	for _, v := range []int64{0, 1, -1, 63, 64, -64, -65, 8191, 1 << 20, 1 << 40, -1 << 62, 1<<63 - 1, -1 << 63} {
		want := binary.AppendVarint([]byte{7}, v)
		for room := 1; room < 24; room++ {
			if got := appendInt(append(make([]byte, 0, room), 7), v); !bytes.Equal(got, want) {
				t.Errorf("%d: %x, want %x", v, got, want)
			}
			if got := appendTwo(append(make([]byte, 0, room), 7), v, v); !bytes.Equal(got, append(want[:len(want):len(want)], want[1:]...)) {
				t.Errorf("%d twice: %x", v, got)
			}
		}
	}
}
