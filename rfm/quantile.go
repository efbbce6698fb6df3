package rfm

import (
	"math/bits"
	"slices"
)

// orderStatistics writes to out[i] the value of rank ranks[i] (0 is the
// smallest) of vals; ranks ascend. It is exact and leaves vals as they are:
// the values are counted in 4,096 stretches of their range, and only those
// stretches that hold a rank are looked into again.
// Cost: two or three passes over vals.
func orderStatistics(out []int64, vals []int64, ranks []int) {
	const small = 64
	if len(ranks) == 0 {
		return
	}
	if len(vals) <= small {
		sorted := slices.Clone(vals)
		slices.Sort(sorted)
		for i, r := range ranks {
			out[i] = sorted[r]
		}
		return
	}
	lo, hi := vals[0], vals[0]
	for _, v := range vals {
		lo, hi = min(lo, v), max(hi, v)
	}
	const logBins = 12
	shift := max(0, bits.Len64(uint64(hi)-uint64(lo))-logBins)
	var counts [1 << logBins]uint32
	for _, v := range vals {
		counts[(uint64(v)-uint64(lo))>>shift]++
	}
	below, i := 0, 0
	for bin := 0; i < len(ranks); bin++ {
		n := int(counts[bin])
		first := i
		for i < len(ranks) && ranks[i] < below+n {
			i++
		}
		if i > first {
			if shift == 0 {
				for j := first; j < i; j++ {
					out[j] = lo + int64(bin)
				}
			} else {
				inner := make([]int64, 0, n)
				for _, v := range vals {
					if (uint64(v)-uint64(lo))>>shift == uint64(bin) {
						inner = append(inner, v)
					}
				}
				rel := make([]int, i-first)
				for j := range rel {
					rel[j] = ranks[first+j] - below
				}
				orderStatistics(out[first:i], inner, rel)
			}
		}
		below += n
	}
}

// ranksOf returns, in ascending order and without repeats, the ranks that a
// method's cuts are made of, for n values in bins bins.
func ranksOf(method Method, n, bins int) []int {
	var ranks []int
	for k := 1; k < bins; k++ {
		switch method {
		case Quantile: // ⌈k·n/bins⌉, counted from 1
			ranks = append(ranks, (k*n+bins-1)/bins-1)
		case NTile: // the last of tile k; the first n mod bins tiles have one more
			ranks = append(ranks, max(0, k*(n/bins)+min(k, n%bins)-1))
		case Interpolated: // the two neighbours of position (n−1)·k/bins
			j := (n - 1) * k / bins
			ranks = append(ranks, j, min(j+1, n-1))
		}
	}
	slices.Sort(ranks)
	return slices.Compact(ranks)
}

// cutsOf fits the bins − 1 cuts of a method to values that are the better the
// greater; at(rank) is the value of that rank. A value's score is 1 plus the
// number of cuts below it.
func cutsOf(method Method, n, bins int, at func(rank int) int64) []int64 {
	cuts := make([]int64, 0, bins-1)
	for k := 1; k < bins; k++ {
		switch method {
		case Quantile:
			cuts = append(cuts, at((k*n+bins-1)/bins-1))
		case NTile:
			cuts = append(cuts, at(max(0, k*(n/bins)+min(k, n%bins)-1)))
		case Interpolated:
			j, rest := (n-1)*k/bins, (n-1)*k%bins
			lo := at(j)
			if rest == 0 {
				cuts = append(cuts, lo)
				continue
			}
			// lo + (hi−lo)·rest/bins, rounded down: no whole value lies between.
			gap, part := bits.Mul64(uint64(at(j+1))-uint64(lo), uint64(rest))
			q, _ := bits.Div64(gap, part, uint64(bins))
			cuts = append(cuts, lo+int64(q))
		}
	}
	return cuts
}

// fitCuts returns the cuts of values that are the better the greater. Without
// values there are none to fit: nil.
func fitCuts(method Method, vals []int64, bins int) []int64 {
	n := len(vals)
	if n == 0 {
		return nil
	}
	if method == Mean {
		return []int64{sumOf(vals).mean(n)}
	}
	ranks := ranksOf(method, n, bins)
	stats := make([]int64, len(ranks))
	orderStatistics(stats, vals, ranks)
	return cutsOf(method, n, bins, func(rank int) int64 {
		i, _ := slices.BinarySearch(ranks, rank)
		return stats[i]
	})
}
