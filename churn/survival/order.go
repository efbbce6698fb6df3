package survival

import (
	"cmp"
	"math"
	"slices"
)

// item is a row with what it is sorted by, and room for bits of a hash.
type item struct {
	key uint64
	row int32
	tie uint32
}

// bits orders numbers that are not negative as unsigned integers.
func bits(x float64) uint64 { return math.Float64bits(x + 0) }

// signedBits orders all finite numbers as unsigned integers; -0 is 0.
func signedBits(x float64) uint64 {
	b := math.Float64bits(x + 0)
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

const (
	radixBits = 11
	radixSize = 1 << radixBits
	passes    = (64 + radixBits - 1) / radixBits
	// few rows are compared: the counters alone would cost more.
	few = 256
)

// radixSort sorts a by key, stably, least digit first; digits in which all keys
// agree cost nothing, so that whole days take two or three passes. b is scratch
// of the same length. The result is one of both.
// Cost: O(len(a)), one allocation of 96 kB.
func radixSort(a, b []item) []item {
	if len(a) < few {
		slices.SortStableFunc(a, func(x, y item) int { return cmp.Compare(x.key, y.key) })
		return a
	}
	hist := new([passes][radixSize]int32)
	for i := range a {
		k := a[i].key
		for d := range hist {
			hist[d][k>>(d*radixBits)&(radixSize-1)]++
		}
	}
	for d := range hist {
		h, shift := &hist[d], d*radixBits
		if len(a) == 0 || int(h[a[0].key>>shift&(radixSize-1)]) == len(a) {
			continue
		}
		sum := int32(0)
		for j, c := range h {
			h[j], sum = sum, sum+c
		}
		for i := range a {
			j := a[i].key >> shift & (radixSize - 1)
			b[h[j]] = a[i]
			h[j]++
		}
		a, b = b, a
	}
	return a
}

// radixSortKeys is radixSort for keys alone.
func radixSortKeys(a, b []uint64) []uint64 {
	if len(a) < few {
		slices.Sort(a)
		return a
	}
	hist := new([passes][radixSize]int32)
	for _, k := range a {
		for d := range hist {
			hist[d][k>>(d*radixBits)&(radixSize-1)]++
		}
	}
	for d := range hist {
		h, shift := &hist[d], d*radixBits
		if len(a) == 0 || int(h[a[0]>>shift&(radixSize-1)]) == len(a) {
			continue
		}
		sum := int32(0)
		for j, c := range h {
			h[j], sum = sum, sum+c
		}
		for _, k := range a {
			j := k >> shift & (radixSize - 1)
			b[h[j]] = k
			h[j]++
		}
		a, b = b, a
	}
	return a
}
