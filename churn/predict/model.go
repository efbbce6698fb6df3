package predict

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// ModelVersion is the version of Model that this package writes and reads.
const ModelVersion = 1

// Scorer gives a score to every row of a matrix, the higher the likelier to
// leave: log-odds, where its scores are to be read as chances. It appends one
// score a row to dst, or returns dst as it was with an error. A learned [Model]
// is one, and so are hand-set weights.
type Scorer interface {
	AppendLogOdds(dst []float64, x Matrix) ([]float64, error)
}

// Model is a set of weights: learned by [Learn], or set by hand and written
// down as a literal. A plain value to be stored as JSON, which is read strictly.
// Nothing here changes it; scoring is safe for concurrent use.
type Model struct {
	// Version is ModelVersion; 0 stands for it.
	Version   int       `json:"version,omitempty"`
	Columns   []string  `json:"columns"`
	Intercept float64   `json:"intercept"` // log-odds where every column is 0
	Weights   []float64 `json:"weights"`   // log-odds a unit, by column
	// Calibration, if any, turns log-odds into chances; without one it is the
	// logistic function.
	Calibration *Calibration `json:"calibration,omitempty"`
}

// Validate returns every fault of m: ErrModel, ErrColumn, ErrShape, ErrValue.
func (m Model) Validate() error {
	errs := columnFaults(m.Columns)
	if m.Version != 0 && m.Version != ModelVersion {
		errs = append(errs, at(fmt.Errorf("%w: version %d, want %d", ErrModel, m.Version, ModelVersion), "version"))
	}
	if len(m.Weights) != len(m.Columns) {
		errs = append(errs, at(fmt.Errorf("%w: %d weights of %d columns", ErrShape, len(m.Weights), len(m.Columns)), "weights"))
	}
	if m.Intercept-m.Intercept != 0 {
		errs = append(errs, at(fmt.Errorf("%w: %v", ErrValue, m.Intercept), "intercept"))
	}
	for j, w := range m.Weights {
		if w-w != 0 {
			errs = append(errs, at(fmt.Errorf("%w: %v", ErrValue, w), "weights", j))
		}
	}
	if m.Calibration != nil {
		errs = append(errs, guanxi.At("/calibration", m.Calibration.Validate()))
	}
	return errors.Join(errs...)
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and m is left alone if there is one.
func (m *Model) UnmarshalJSON(data []byte) error {
	type plain Model
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(m, Model(v), err)
}

// Weight returns the weight of a column; ok is false without such a column.
func (m Model) Weight(column string) (w float64, ok bool) {
	j := slices.Index(m.Columns, column)
	if j < 0 || j >= len(m.Weights) {
		return 0, false
	}
	return m.Weights[j], true
}

// AppendLogOdds appends to dst intercept + Σ weight·value for each row of x.
// Errors: ErrColumn unless x has the columns of m in their order; ErrShape;
// ErrValue by row, and by column where a value is at fault. dst is then as
// it was. Cost: O(values), no allocation where dst has the room.
func (m Model) AppendLogOdds(dst []float64, x Matrix) ([]float64, error) {
	if len(m.Weights) != len(m.Columns) {
		return dst, at(fmt.Errorf("%w: %d weights of %d columns", ErrShape, len(m.Weights), len(m.Columns)), "weights")
	}
	if err := x.sameColumns(m.Columns); err != nil {
		return dst, err
	}
	p, n, before := len(m.Weights), x.Rows(), len(dst)
	dst = slices.Grow(dst, n)
	for i := range n {
		row := x.Values[i*p : (i+1)*p : (i+1)*p]
		sum := m.Intercept
		for j, w := range m.Weights {
			sum += w * row[j]
		}
		if sum-sum != 0 {
			return dst[:before], m.notFinite(i, row, sum)
		}
		dst = append(dst, sum)
	}
	return dst, nil
}

// notFinite names the value that makes the score of row i no number.
func (m Model) notFinite(i int, row []float64, sum float64) error {
	for j, v := range row {
		if v-v != 0 {
			return at(fmt.Errorf("%w: %v", ErrValue, v), "rows", i, m.Columns[j])
		}
	}
	return at(fmt.Errorf("%w: the score is %v", ErrValue, sum), "rows", i)
}

// AppendChances appends to dst the chance, in [0, 1], that each row of x leaves
// within the horizon the labels of the fit were of: the log-odds through the
// calibration, or without one through 1/(1+e⁻ˣ). Errors and cost as for
// AppendLogOdds, and the faults of the calibration at /calibration.
func (m Model) AppendChances(dst []float64, x Matrix) ([]float64, error) {
	before := len(dst)
	if m.Calibration != nil {
		if err := m.Calibration.Validate(); err != nil {
			return dst, guanxi.At("/calibration", err)
		}
	}
	dst, err := m.AppendLogOdds(dst, x)
	if err != nil {
		return dst, err
	}
	for i, s := range dst[before:] {
		if m.Calibration != nil {
			dst[before+i] = m.Calibration.Chance(s)
		} else {
			dst[before+i] = logistic(s)
		}
	}
	return dst, nil
}

// logistic is 1/(1+e⁻ˣ), exact to the last bits at both ends.
func logistic(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	e := math.Exp(x)
	return e / (1 + e)
}
