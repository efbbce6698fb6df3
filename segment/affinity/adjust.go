package affinity

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi/internal/multiple"
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
	p := make([]float64, len(rows))
	for k, r := range rows {
		p[k] = r.P
	}
	switch a {
	case Holm:
		multiple.Holm(p)
	case BH:
		multiple.BH(p)
	}
	for k, r := range rows {
		r.Adjusted = p[k]
	}
}
