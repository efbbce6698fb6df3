package proportion

import (
	"math"
	"testing"
)

// Newcombe (1998), Statistics in Medicine 17:873–890, table II, method 10, and
// 17:857–872, table I, method 3.
func TestPublished(t *testing.T) {
	const z = 1.959963984540054
	for _, c := range []struct{ a, m, b, n, low, high float64 }{
		{56, 70, 48, 80, 0.0524, 0.3339},
		{9, 10, 3, 10, 0.1705, 0.8090},
		{10, 10, 0, 10, 0.6075, 1},
		{5, 56, 0, 29, -0.0381, 0.1926},
	} {
		low, high := Difference(c.a/c.m, c.m, c.b/c.n, c.n, z)
		if math.Abs(low-c.low) > 5e-5 || math.Abs(high-c.high) > 5e-5 {
			t.Errorf("%v/%v − %v/%v: [%.4f, %.4f], want [%.4f, %.4f]", c.a, c.m, c.b, c.n, low, high, c.low, c.high)
		}
	}
	for _, c := range []struct{ x, n, low, high float64 }{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718},
	} {
		low, high := Wilson(c.x/c.n, c.n, z)
		if math.Abs(low-c.low) > 5e-5 || math.Abs(high-c.high) > 5e-5 {
			t.Errorf("%v/%v: [%.4f, %.4f], want [%.4f, %.4f]", c.x, c.n, low, high, c.low, c.high)
		}
	}
	for c, want := range map[float64]bool{0: true, 0.01: true, 0.5: true, math.Nextafter(1, 0): true, 0.001: true, 1e-320: true, 1: false, -0.5: false, math.NaN(): false, math.Inf(1): false} {
		level, z, ok := Level(c, 0.95)
		if ok != want || ok && !(z > 0 && z < 10) || c == 0 && level != 0.95 || c != 0 && c == c && level != c {
			t.Errorf("Level(%v) = %v, %v, %v", c, level, z, ok)
		}
	}
}
