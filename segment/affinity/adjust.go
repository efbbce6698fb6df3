package affinity

import (
	"cmp"
	"slices"
)

// Adjustment corrects p-values for how many traits were looked at.
type Adjustment string

const (
	// Holm keeps the probability of even one trait marked by chance below
	// 1 − confidence: the default. Holm (1979), Scand. J. Statist. 6:65–70.
	Holm Adjustment = "holm"
	// BH keeps the expected share of chance among all that is marked below
	// 1 − confidence: for long lists to be looked into. Benjamini & Hochberg (1995),
	// JRSS B 57:289–300.
	BH Adjustment = "bh"
	// Unadjusted leaves p-values alone: for one trait chosen beforehand.
	Unadjusted Adjustment = "none"
)

// adjust writes the adjusted p-values of rows that were tested.
func adjust(rows []*Index, a Adjustment) {
	slices.SortFunc(rows, func(x, y *Index) int { return cmp.Compare(x.P, y.P) })
	n := len(rows)
	switch a {
	case Holm:
		worst := 0.0
		for k, r := range rows {
			worst = max(worst, min(1, float64(n-k)*r.P))
			r.Adjusted = worst
		}
	case BH:
		best := 1.0
		for k, r := range slices.Backward(rows) {
			best = min(best, r.P*float64(n)/float64(k+1))
			r.Adjusted = best
		}
	default:
		for _, r := range rows {
			r.Adjusted = r.P
		}
	}
}
