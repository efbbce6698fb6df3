package predict

import (
	"errors"
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
)

// MaxRows is the largest number of rows: the counts behind an AUC stay exact.
const MaxRows = math.MaxInt32

// maxFaults is after how many faults a list of them ends with
// guanxi.ErrTooMany: a matrix of NaN need not be told cell by cell.
const maxFaults = 100

// Matrix is a table of signals: a row for each customer, a named column for
// each signal. Values are row-major: the value of row i in column j is
// Values[i*len(Columns)+j]. There is no column for the intercept.
//
// A plain value that shares its slices with the caller; it may be read by many
// goroutines while none writes.
type Matrix struct {
	Columns []string
	Values  []float64
}

// Rows returns the number of whole rows.
func (m Matrix) Rows() int {
	if len(m.Columns) == 0 {
		return 0
	}
	return len(m.Values) / len(m.Columns)
}

// Row returns row i, not a copy.
func (m Matrix) Row(i int) []float64 {
	p := len(m.Columns)
	return m.Values[i*p : (i+1)*p : (i+1)*p]
}

// Validate returns the faults of m: ErrColumn, ErrShape, and ErrValue by row
// and column; of many the first hundred. Cost: O(len(Values)).
func (m Matrix) Validate() error {
	errs := []error{m.shape()}
	p := len(m.Columns)
	if p == 0 {
		return errs[0]
	}
	cells := 0
	for k, v := range m.Values {
		if v-v == 0 {
			continue
		}
		if cells++; cells > maxFaults {
			errs = append(errs, guanxi.ErrTooMany)
			break
		}
		errs = append(errs, at(fmt.Errorf("%w: %v", ErrValue, v), "rows", k/p, m.Columns[k%p]))
	}
	return errors.Join(errs...)
}

// shape returns the faults of m but for its values.
func (m Matrix) shape() error {
	errs := columnFaults(m.Columns)
	if p := len(m.Columns); p > 0 && len(m.Values)%p != 0 {
		errs = append(errs, at(fmt.Errorf("%w: %d values do not fill rows of %d", ErrShape, len(m.Values), p), "values"))
	}
	if m.Rows() > MaxRows {
		errs = append(errs, at(fmt.Errorf("%w: %d rows, at most %d", ErrShape, m.Rows(), MaxRows), "values"))
	}
	return errors.Join(errs...)
}

// columnFaults returns ErrColumn where there are no columns, or a name is
// missing or stands twice.
func columnFaults(names []string) []error {
	if len(names) == 0 {
		return []error{at(fmt.Errorf("%w: there are no columns", ErrColumn), "columns")}
	}
	var errs []error
	first := make(map[string]int, len(names))
	for j, name := range names {
		k, seen := first[name]
		switch {
		case name == "":
			errs = append(errs, at(fmt.Errorf("%w: no name", ErrColumn), "columns", j))
		case seen:
			errs = append(errs, at(fmt.Errorf("%w: %q is the name of column %d already", ErrColumn, name, k), "columns", j))
		default:
			first[name] = j
		}
	}
	return errs
}

// sameColumns returns ErrColumn at the first column of m that is not the one
// want says. It allocates only for the error.
func (m Matrix) sameColumns(want []string) error {
	if len(m.Columns) != len(want) {
		return at(fmt.Errorf("%w: %d columns, want %d", ErrColumn, len(m.Columns), len(want)), "columns")
	}
	for j, name := range want {
		if m.Columns[j] != name {
			return at(fmt.Errorf("%w: %q, want %q", ErrColumn, m.Columns[j], name), "columns", j)
		}
	}
	if len(m.Columns) > 0 && len(m.Values)%len(m.Columns) != 0 {
		return at(fmt.Errorf("%w: %d values do not fill rows of %d", ErrShape, len(m.Values), len(m.Columns)), "values")
	}
	return nil
}
