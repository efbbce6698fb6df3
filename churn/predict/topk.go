package predict

import (
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
)

// Top is what stands among the k customers of the highest scores. An immutable
// value.
type Top struct {
	K int64 `json:"k"`
	// Left is how many of the k left: a whole number unless a tie reaches across
	// the k-th place, of which its part of the places is counted.
	Left      float64 `json:"left"`
	Precision float64 `json:"precision"` // Left / K
	Recall    float64 `json:"recall"`    // Left / all who left
	Lift      float64 `json:"lift"`      // Precision / base rate
}

// Top returns precision, recall and lift of the k highest scores. Errors:
// ErrOption unless 1 ≤ k ≤ rows; ErrOneClass where nobody left, who cannot be
// recalled. Cost: O(groups among the k), no allocation.
func (r *Ranking) Top(k int64) (Top, error) {
	if k < 1 || k > r.Rows() {
		return Top{}, fmt.Errorf("%w: top %d of %d rows", ErrOption, k, r.Rows())
	}
	if r.hit == 0 {
		return Top{}, fmt.Errorf("%w: nobody left", ErrOneClass)
	}
	hits, open := 0.0, float64(k)
	for i := len(r.groups) - 1; open > 0; i-- {
		g := r.groups[i]
		if rows := g.rows(); rows > open {
			hits += float64(g.hit) * (open / rows)
			break
		}
		hits += float64(g.hit)
		open -= g.rows()
	}
	t := Top{K: k, Left: hits, Precision: hits / float64(k), Recall: hits / float64(r.hit)}
	t.Lift = t.Precision / (float64(r.hit) / float64(r.Rows()))
	return t, nil
}

// TopShare is Top of a share in (0, 1] of the rows, a part of a row being a
// whole one. Errors: ErrOption; as for Top.
func (r *Ranking) TopShare(share float64) (Top, error) {
	if !(share > 0 && share <= 1) {
		return Top{}, fmt.Errorf("%w: %v is not a share", ErrOption, share)
	}
	rows := float64(r.Rows())
	return r.Top(int64(min(rows, max(1, math.Ceil(share*rows*(1-1e-12))))))
}

// Bin is one of the groups of equal size that rows are put into by their
// chances. An immutable value.
type Bin struct {
	Rows int64 `json:"rows"`
	// Left may have a part where a tie reaches across the boundary.
	Left      float64 `json:"left"`
	Predicted float64 `json:"predicted"` // mean chance
	Observed  float64 `json:"observed"`  // Left / Rows
}

// Bins puts the rows into n bins by ascending score, bin ⌈rank·n/rows⌉, so that
// their sizes differ by one at most; n = 10 makes deciles. A tie that reaches
// across a boundary is split, leavers and stayers in its proportion. Errors:
// ErrOption for n < 1; ErrTooFew for more bins than rows; ErrProbability, since
// scores are read as chances.
func (r *Ranking) Bins(n int) ([]Bin, error) {
	switch {
	case n < 1:
		return nil, fmt.Errorf("%w: %d bins", ErrOption, n)
	case int64(n) > r.Rows():
		return nil, fmt.Errorf("%w: %d rows for %d bins", ErrTooFew, r.Rows(), n)
	}
	if err := r.chances(); err != nil {
		return nil, err
	}
	out := make([]Bin, n)
	g, used := 0, 0.0 // the group at hand, and how much of it is binned
	last := int64(0)
	for i := range out {
		end := r.binEnd(int64(i+1), int64(n))
		b := &out[i]
		b.Rows = end - last
		last = end
		sum := 0.0
		for open := float64(b.Rows); open > 0; {
			now := r.groups[g]
			take := min(open, now.rows()-used)
			b.Left += float64(now.hit) * (take / now.rows())
			sum += now.score * take
			open -= take
			if used += take; used == now.rows() {
				g, used = g+1, 0
			}
		}
		b.Predicted, b.Observed = sum/float64(b.Rows), b.Left/float64(b.Rows)
	}
	return out, nil
}

// binEnd is the last rank of bin i of n: ⌊i·rows/n⌋, of which i·rows fits for
// bins that are no more than rows.
func (r *Ranking) binEnd(i, n int64) int64 { return i * r.Rows() / n }

// chances returns ErrProbability unless all scores are in [0, 1].
func (r *Ranking) chances() error {
	if len(r.groups) == 0 {
		return fmt.Errorf("%w: there are no rows", ErrTooFew)
	}
	low, high := r.groups[0].score, r.groups[len(r.groups)-1].score
	if low < 0 || high > 1 {
		return fmt.Errorf("%w: scores run from %v to %v", ErrProbability, low, high)
	}
	return nil
}

// checkChances returns ErrProbability by row.
func checkChances(chances []float64) error {
	var errs []error
	for i, v := range chances {
		if v >= 0 && v <= 1 {
			continue
		}
		if len(errs) == maxFaults {
			errs = append(errs, guanxi.ErrTooMany)
			break
		}
		errs = append(errs, at(fmt.Errorf("%w: %v", ErrProbability, v), "chances", i))
	}
	return joined(errs)
}
