package predict

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// parts reports whether every leaver lies on one side of the plane of
// direction d (the intercept first), or on it, and every stayer on the other,
// or on it, and not all on it: then going that way for ever makes the
// likelihood greater and greater. The test is a proof, to within edge.
// Albert & Anderson (1984), Biometrika 71:1–10.
func (f *newton) parts(d []float64) bool {
	lowest, largest := math.Inf(1), 0.0
	for i := range f.b.hit {
		side := d[0]
		for j, v := range f.b.row(i) {
			side += v * d[j+1]
		}
		largest = max(largest, math.Abs(side))
		if f.b.hit[i] > 0 {
			lowest = min(lowest, side)
		}
		if f.b.miss[i] > 0 {
			lowest = min(lowest, -side)
		}
	}
	f.separated = largest > 0 && !math.IsInf(largest, 1) && lowest >= -edge*largest
	if f.separated {
		f.direction = append(f.direction[:0], d...)
	}
	return f.separated
}

// separating returns the columns that each separate alone: no leaver's value is
// above any stayer's, or none below.
func (b *pool) separating() (columns []int) {
	inf := math.Inf(1)
	type bounds struct{ hitLow, hitHigh, missLow, missHigh float64 }
	of := make([]bounds, b.p)
	for j := range of {
		of[j] = bounds{inf, -inf, inf, -inf}
	}
	for i := range b.hit {
		hit, miss := b.hit[i] > 0, b.miss[i] > 0
		for j, v := range b.row(i) {
			r := &of[j]
			if hit {
				r.hitLow, r.hitHigh = min(r.hitLow, v), max(r.hitHigh, v)
			}
			if miss {
				r.missLow, r.missHigh = min(r.missLow, v), max(r.missHigh, v)
			}
		}
	}
	for j, r := range of {
		if r.hitHigh <= r.missLow || r.missHigh <= r.hitLow {
			columns = append(columns, j)
		}
	}
	return columns
}

// together returns the columns that separate only together, none where no
// combination of them does. It fits without a penalty, from beta on.
func (b *pool) together(beta []float64) ([]int, error) {
	f := newNewton(b, nil)
	f.searchesParts = true
	if beta != nil {
		copy(f.beta, beta)
	}
	if err := f.run(); err != nil || !f.separated {
		return nil, err
	}
	return f.fewest(), nil
}

// maxTries is how many fits fewest makes at most.
const maxTries = 16

// fewest returns columns that separate together and none of which can be
// spared; where the tries run out, some that can. Large parts of the direction are
// tried first. QuickXplain: Junker (2004), AAAI-04, 167–172; about
// 2k·log₂(columns/k) fits for k columns.
func (f *newton) fewest() []int {
	largest := 0.0
	size := make([]float64, f.b.p)
	for i := range f.b.hit {
		for j, v := range f.b.row(i) {
			size[j] = max(size[j], math.Abs(v*f.direction[j+1]))
			largest = max(largest, size[j])
		}
	}
	tries := 0
	separable := func(columns []int) bool {
		if tries == maxTries {
			return false
		}
		tries++
		return f.b.only(columns).separable()
	}
	all := make([]int, f.b.p)
	for j := range all {
		all[j] = j
	}
	slices.SortStableFunc(all, func(j, k int) int { return cmp.Compare(size[k], size[j]) })
	large := 0
	for large < len(all) && size[all[large]] > 1e-3*largest {
		large++
	}
	if large < len(all) && separable(all[:large]) {
		all = all[:large]
	}
	kept := explain(nil, all, false, separable)
	slices.Sort(kept)
	return kept
}

// explain returns the columns of from that are needed beside base, with which
// together they separate; more says that base has grown since it was tried.
func explain(base, from []int, more bool, separable func([]int) bool) []int {
	if more && separable(base) {
		return nil
	}
	if len(from) == 1 {
		return slices.Clone(from)
	}
	first, second := from[:len(from)/2], from[len(from)/2:]
	needed := explain(slices.Concat(base, first), second, true, separable)
	return append(explain(slices.Concat(base, needed), first, len(needed) > 0, separable), needed...)
}

func (b *pool) separable() bool {
	f := newNewton(b, nil)
	f.searchesParts = true
	return f.run() == nil && f.separated
}

// alone and jointly say which columns separate.
func alone(names []string, columns []int) (errs []error) {
	for _, j := range columns {
		errs = append(errs, at(fmt.Errorf("%w: %q alone", ErrSeparation, names[j]), "columns", names[j]))
	}
	return errs
}

func jointly(names []string, columns []int) error {
	var quoted []string
	for _, j := range columns {
		quoted = append(quoted, fmt.Sprintf("%q", names[j]))
	}
	var errs []error
	for _, j := range columns {
		errs = append(errs, at(fmt.Errorf("%w: %s together", ErrSeparation, strings.Join(quoted, ", ")), "columns", names[j]))
	}
	return errors.Join(errs...)
}
