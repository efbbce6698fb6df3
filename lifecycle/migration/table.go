package migration

import (
	"errors"
	"fmt"
	"slices"
)

// Table is how many customers went from each stage to each in one period, or in
// several together. Immutable; safe for concurrent use.
type Table struct {
	stages []string
	n      []int64 // from × to
}

// NewTable returns a table of counts[from][to] that the host has from elsewhere.
// Faults: ErrStage below /stages; ErrShape and ErrCount below /counts.
func NewTable(stages []string, counts [][]int64) (Table, error) {
	errs := []error{checkIDs(stages, "stages", ErrStage, 1, MaxStages)}
	if len(counts) != len(stages) {
		errs = append(errs, at(fmt.Errorf("%w: %d rows for %d stages", ErrShape, len(counts), len(stages)), "counts"))
	}
	t := Table{stages: slices.Clone(stages)}
	for i, row := range counts {
		if len(row) != len(stages) {
			errs = append(errs, at(fmt.Errorf("%w: %d counts for %d stages", ErrShape, len(row), len(stages)), "counts", i))
			continue
		}
		for j, v := range row {
			if v < 0 || v > MaxCount {
				errs = append(errs, at(fmt.Errorf("%w: %d", ErrCount, v), "counts", i, j))
			}
		}
		t.n = append(t.n, row...)
	}
	if err := errors.Join(errs...); err != nil {
		return Table{}, err
	}
	return t, nil
}

// Stages returns the ids, in the order of rows and columns.
func (t Table) Stages() []string { return slices.Clone(t.stages) }

// Count returns how many went from one stage to another; ok is false where one
// of them is not in the list.
func (t Table) Count(from, to string) (n int64, ok bool) {
	i, ok1 := indexOf(t.stages, from)
	j, ok2 := indexOf(t.stages, to)
	if !ok1 || !ok2 {
		return 0, false
	}
	return t.n[i*len(t.stages)+j], true
}

// Rows returns the counts as [from][to].
func (t Table) Rows() [][]int64 {
	out := make([][]int64, len(t.stages))
	for i := range out {
		out[i] = slices.Clone(t.row(i))
	}
	return out
}

func (t Table) row(i int) []int64 {
	n := len(t.stages)
	return t.n[i*n : (i+1)*n]
}
