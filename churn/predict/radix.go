package predict

import (
	"cmp"
	"math"
	"slices"
)

// keyed is a row and the number it is sorted by.
type keyed struct {
	key uint64
	row uint32
}

const (
	radixBits   = 11
	radixPasses = 6 // 6 × 11 ≥ 64
	radixMask   = 1<<radixBits - 1
)

// sortKeyed sorts a by key, rows of equal keys as they stand. tmp is as long as
// a; the result is in either of them. Cost: O(n), without comparisons.
func sortKeyed(a, tmp []keyed) []keyed {
	if len(a) < 512 {
		slices.SortStableFunc(a, func(x, y keyed) int { return cmp.Compare(x.key, y.key) })
		return a
	}
	var counts [radixPasses][1 << radixBits]uint32
	for _, e := range a {
		k := e.key
		for pass := range radixPasses {
			counts[pass][k&radixMask]++
			k >>= radixBits
		}
	}
	for pass := range radixPasses {
		c := &counts[pass]
		shift := uint(pass * radixBits)
		if c[a[0].key>>shift&radixMask] == uint32(len(a)) {
			continue // one digit for all
		}
		sum := uint32(0)
		for d, n := range c {
			c[d] = sum
			sum += n
		}
		for _, e := range a {
			d := e.key >> shift & radixMask
			tmp[c[d]] = e
			c[d]++
		}
		a, tmp = tmp, a
	}
	return a
}

// ordered maps finite floats to integers in the same order; −0 and 0 are one.
func ordered(v float64) uint64 {
	b := math.Float64bits(v + 0)
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

// unordered is the inverse of ordered.
func unordered(k uint64) float64 {
	if k>>63 != 0 {
		return math.Float64frombits(k &^ (1 << 63))
	}
	return math.Float64frombits(^k)
}
