package migration

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
)

// rowSlack is how far the sum of a row may be from 1.
const rowSlack = 1e-9

// maxSteps is the longest horizon and forecast, a century of months.
const maxSteps = 1200

// Matrix is a chain of stages: the probability of going from each to each in one
// period. Rows may be absent: a stage that nobody was in. What an absent row is
// needed for has no answer. Immutable; safe for concurrent use.
type Matrix struct {
	stages []string
	p      []float64 // from × to
	known  []bool
	size   []float64 // by which the variances of a row are divided; +Inf when given
}

func newMatrix(stages []string) *Matrix {
	n := len(stages)
	m := &Matrix{stages: slices.Clone(stages), p: make([]float64, n*n), known: make([]bool, n), size: make([]float64, n)}
	for i := range m.size {
		m.size[i] = math.Inf(1)
	}
	return m
}

// NewMatrix returns a matrix of rows[from][to]; a nil row is absent. The rows are
// taken as exact: what is made of them has a standard error of 0. Every fault is
// reported: ErrStage below /stages; ErrShape, ErrProbability and, beyond 1e-9,
// ErrRowSum below /rows.
func NewMatrix(stages []string, rows [][]float64) (*Matrix, error) {
	return makeMatrix(stages, rows, nil)
}

func makeMatrix(stages []string, rows [][]float64, sizes []*float64) (*Matrix, error) {
	errs := []error{checkIDs(stages, "stages", ErrStage, 1, MaxStages)}
	n := len(stages)
	if len(rows) != n {
		errs = append(errs, at(fmt.Errorf("%w: %d rows for %d stages", ErrShape, len(rows), n), "rows"))
	}
	if sizes != nil && len(sizes) != n {
		errs = append(errs, at(fmt.Errorf("%w: %d sizes for %d stages", ErrShape, len(sizes), n), "sizes"))
		sizes = nil
	}
	for i, row := range rows {
		if row != nil {
			errs = append(errs, checkRow(i, row, n))
		}
	}
	for i, v := range sizes {
		if v != nil && !(*v > 0 && finite(*v)) {
			errs = append(errs, at(fmt.Errorf("%w: %v", ErrCount, *v), "sizes", i))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	m := newMatrix(stages)
	for i, row := range rows {
		m.known[i] = row != nil
		copy(m.p[i*n:], row)
	}
	for i, v := range sizes {
		if v != nil {
			m.size[i] = *v
		}
	}
	return m, nil
}

// checkRow returns every fault of a row.
func checkRow(i int, row []float64, n int) error {
	if len(row) != n {
		return at(fmt.Errorf("%w: %d probabilities for %d stages", ErrShape, len(row), n), "rows", i)
	}
	var errs []error
	sum := 0.0
	for j, p := range row {
		if !(p >= 0 && p <= 1) {
			errs = append(errs, at(fmt.Errorf("%w: %v", ErrProbability, p), "rows", i, j))
		}
		sum += p
	}
	if errs == nil && math.Abs(sum-1) > rowSlack {
		return at(fmt.Errorf("%w: they sum to %v", ErrRowSum, sum), "rows", i)
	}
	return errors.Join(errs...)
}

// Stages returns the ids, in the order of rows and columns.
func (m *Matrix) Stages() []string { return slices.Clone(m.stages) }

// P returns the probability of going from one stage to another in one period; ok
// is false where the row is absent or a stage is not in the list.
func (m *Matrix) P(from, to string) (p float64, ok bool) {
	i, ok1 := indexOf(m.stages, from)
	j, ok2 := indexOf(m.stages, to)
	if !ok1 || !ok2 || !m.known[i] {
		return 0, false
	}
	return m.p[i*len(m.stages)+j], true
}

// Rows returns the probabilities as [from][to]; an absent row is nil.
func (m *Matrix) Rows() [][]float64 {
	out := make([][]float64, len(m.stages))
	for i := range out {
		if m.known[i] {
			out[i] = slices.Clone(m.row(i))
		}
	}
	return out
}

// Map returns the probabilities by id; absent rows are left out.
func (m *Matrix) Map() map[string]map[string]float64 {
	out := make(map[string]map[string]float64)
	for i, from := range m.stages {
		if !m.known[i] {
			continue
		}
		out[from] = make(map[string]float64, len(m.stages))
		for j, to := range m.stages {
			out[from][to] = m.p[i*len(m.stages)+j]
		}
	}
	return out
}

// Prior returns pseudo-counts for [EstimateConfig] that are worth strength
// customers in every row and lie as the rows of m: those of a longer time, or of
// all branches, to which few counts are drawn. An absent row has none. Strength
// is not checked here.
func (m *Matrix) Prior(strength float64) [][]float64 {
	rows := m.Rows()
	for _, row := range rows {
		for j := range row {
			row[j] *= strength
		}
	}
	return rows
}

// Power returns the matrix of n periods in one, n ≥ 0 and at most 1,200: the
// probability of being in each stage n periods later, whatever came between. The
// row of a stage from which an absent row may be met on the way is absent. The
// result is taken as exact, as by NewMatrix. Errors: ErrOption.
// Cost: O(n · stages³).
func (m *Matrix) Power(n int) (*Matrix, error) {
	if n < 0 || n > maxSteps {
		return nil, at(fmt.Errorf("%w: %d is not in 0 to %d", ErrOption, n, maxSteps), "steps")
	}
	size := len(m.stages)
	out := newMatrix(m.stages)
	for i := range size {
		out.p[i*size+i] = 1
		out.known[i] = true
	}
	row := make([]float64, size)
	for range n {
		for i := range size {
			if !out.known[i] {
				continue
			}
			if !m.step(row, out.row(i)) {
				out.known[i] = false
				clear(out.row(i))
				continue
			}
			copy(out.row(i), row)
		}
	}
	return out, nil
}

// step sets dst to x·P, and reports whether every row it needs is known.
func (m *Matrix) step(dst, x []float64) bool {
	clear(dst)
	for i, v := range x {
		if v == 0 {
			continue
		}
		if !m.known[i] {
			return false
		}
		for j, p := range m.row(i) {
			dst[j] += v * p
		}
	}
	return true
}

// back sets dst to P·v; absent rows become 0.
func (m *Matrix) back(dst, v []float64) {
	for i := range dst {
		dst[i] = dot(m.row(i), v)
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

func (m *Matrix) row(i int) []float64 {
	n := len(m.stages)
	return m.p[i*n : (i+1)*n]
}

type matrixJSON struct {
	Stages []string    `json:"stages"`
	Rows   [][]float64 `json:"rows"`
	Sizes  []*float64  `json:"sizes,omitempty"`
}

// MarshalJSON writes the stages, the rows with null for absent ones, and the
// sizes that the standard errors of an estimated matrix come from.
func (m *Matrix) MarshalJSON() ([]byte, error) {
	j := matrixJSON{Stages: m.stages, Rows: m.Rows()}
	for _, v := range m.size {
		if !math.IsInf(v, 1) {
			j.Sizes = make([]*float64, len(m.size))
			break
		}
	}
	for i := range j.Sizes {
		if !math.IsInf(m.size[i], 1) {
			j.Sizes[i] = &m.size[i]
		}
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes, strictly, with the faults of
// [NewMatrix] and ErrCount below /sizes; m is left alone if there is one.
func (m *Matrix) UnmarshalJSON(data []byte) error {
	var j matrixJSON
	if err := guanxi.UnmarshalStrict(data, &j); err != nil {
		return err
	}
	r, err := makeMatrix(j.Stages, j.Rows, j.Sizes)
	if err != nil {
		return err
	}
	*m = *r
	return nil
}
