package nps

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi/internal/multiple"
)

// Adjustment corrects p-values for how many comparisons were made.
type Adjustment string

const (
	// Holm keeps the probability of even one false claim at the level, whatever
	// the dependence: the default. Holm (1979), Scand. J. Statist. 6:65–70.
	Holm Adjustment = "holm"
	// BH keeps the expected share of false claims among all claims, for
	// independent or positively dependent tests. Benjamini & Hochberg (1995),
	// JRSS B 57:289–300.
	BH Adjustment = "bh"
	// BY is BH under any dependence. Benjamini & Yekutieli (2001), Annals of
	// Statistics 29:1165–1188.
	BY Adjustment = "by"
	// Hochberg is Holm's steps from the other end, for independent tests.
	// Hochberg (1988), Biometrika 75:800–802.
	Hochberg Adjustment = "hochberg"
	// Bonferroni multiplies by the number of comparisons.
	Bonferroni Adjustment = "bonferroni"
	// Unadjusted leaves p-values alone: for one comparison planned beforehand.
	Unadjusted Adjustment = "none"
)

// Validate returns ErrOption unless a is one of the constants or "".
func (a Adjustment) Validate() error {
	switch a {
	case "", Holm, BH, BY, Hochberg, Bonferroni, Unadjusted:
		return nil
	}
	return fmt.Errorf("%w: %q is no adjustment of p-values", ErrOption, string(a))
}

// AppendAdjusted appends to dst the adjusted p-values; the i-th appended belongs to
// p[i]. "" is Holm. dst may be p[:0]. The numbers are those of R's p.adjust.
// Errors: ErrOption at /adjustment, ErrP at the first p-value that is none.
// Cost: O(n log n), one scratch slice of 16 bytes a value.
func AppendAdjusted(dst, p []float64, a Adjustment) ([]float64, error) {
	if err := a.Validate(); err != nil {
		return dst, at(err, "adjustment")
	}
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return dst, at(fmt.Errorf("%w: %v", ErrP, v), i)
		}
	}
	first, n := len(dst), len(p)
	type ranked struct {
		p float64
		i int
	}
	var order []ranked
	if a != Bonferroni && a != Unadjusted {
		order = make([]ranked, n)
		for i, v := range p {
			order[i] = ranked{v, i}
		}
		slices.SortFunc(order, func(x, y ranked) int { return cmp.Compare(x.p, y.p) })
	}
	dst = append(dst, p...)
	out := dst[first:]
	for k, r := range order {
		out[k] = r.p
	}
	switch a {
	case "", Holm:
		multiple.Holm(out)
	case Hochberg:
		multiple.Hochberg(out)
	case BH:
		multiple.BH(out)
	case BY:
		multiple.BY(out)
	case Bonferroni:
		for i, v := range out {
			out[i] = math.Min(1, float64(n)*v)
		}
	}
	for k := range order {
		order[k].p = out[k]
	}
	for _, r := range order {
		out[r.i] = r.p
	}
	return dst, nil
}
