package rfm

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/guanxi-go/guanxi"
)

// maxFaults is how many refused rows a guanxi.BatchError names; the others it counts.
const maxFaults = 1000

// addFaults adds the rows that more refuses to those of e.
func addFaults(e, more *guanxi.BatchError) {
	e.Refused += more.Refused
	room := min(len(more.Faults), maxFaults-len(e.Faults))
	e.Faults = append(e.Faults, more.Faults[:room]...)
	e.Rows = append(e.Rows, more.Rows[:room]...)
}

// faults collects refused rows while a batch is read.
type faults struct {
	n    int
	rows []rowFault
	full bool
}

type rowFault struct {
	row   int
	field string
	err   error
}

func (f *faults) add(row int, field string, err error) {
	f.n++
	if !f.full {
		f.rows = append(f.rows, rowFault{row, field, err})
	}
}

// next says that all rows to come lie behind those seen so far. Rows of one
// block are reported in no order, so none of them is dropped before its end.
func (f *faults) next() { f.full = len(f.rows) >= maxFaults }

// addField adds an error that knows its field.
func (f *faults) addField(row int, err error) {
	var fe *guanxi.FieldError
	if errors.As(err, &fe) {
		f.add(row, fe.Pointer, fe.Err)
		return
	}
	f.add(row, "", err)
}

func (f *faults) join(o *faults) {
	f.n += o.n
	f.rows = append(f.rows, o.rows...)
}

// err returns what was collected as a *guanxi.BatchError, or nil; the batch's first
// row is row base.
func (f *faults) err(base int) error {
	if f.n == 0 {
		return nil
	}
	slices.SortStableFunc(f.rows, func(a, b rowFault) int { return cmp.Compare(a.row, b.row) })
	e := &guanxi.BatchError{Refused: f.n}
	for _, r := range f.rows[:min(len(f.rows), maxFaults)] {
		e.Rows = append(e.Rows, base+r.row)
		e.Faults = append(e.Faults, &guanxi.FieldError{Pointer: "/" + strconv.Itoa(base+r.row) + r.field, Err: r.err})
	}
	return fmt.Errorf("rfm: %w", e)
}
