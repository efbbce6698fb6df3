package predict

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Example is a customer as seen at the cut of a window, and what became of them.
type Example struct {
	// Values of the columns, as they would have been computed at the cut. NaN is
	// refused: whether a missing value is 0, a mean or a column of its own is for
	// the host to say.
	Values []float64
	// Dated is when the newest fact behind each value happened, or became known
	// where that was later; all must be before the cut. Zero is for a value that
	// rests on no fact, such as the 0 of a signal that was never seen.
	Dated []time.Time
	Label Label
	// At is when a customer left; or until when one who stayed has been watched,
	// which is the end of the window or later. Not looked at for Unknown.
	At time.Time
}

// Frame gathers the examples of one window and guards it against leaks. Those
// of unknown outcome are left out and counted. It belongs to one goroutine.
type Frame struct {
	window  Window
	columns []string
	values  []float64
	left    []bool
	counts  Counts
}

// Counts says of whom a frame is made. An immutable value.
type Counts struct {
	Window
	Left    int64 `json:"left"`
	Stayed  int64 `json:"stayed"`
	Unknown int64 `json:"unknown"` // left out
	// Outside counts who could not leave, also left out: gone before the cut, or
	// no customer yet. Only [SignalFrame.AddHistory] knows of them.
	Outside int64 `json:"outside,omitempty"`
}

// Rows returns how many have a known outcome.
func (c Counts) Rows() int64 { return c.Left + c.Stayed }

// met is how many examples there have been, those left out included.
func (c Counts) met() int64 { return c.Rows() + c.Unknown + c.Outside }

// NewFrame is an empty frame. columns are copied. Errors: those of
// [Window.Validate], and ErrColumn.
func NewFrame(w Window, columns []string) (*Frame, error) {
	err := errors.Join(append([]error{w.Validate()}, columnFaults(columns)...)...)
	if err != nil {
		return nil, err
	}
	return &Frame{window: w, columns: slices.Clone(columns), counts: Counts{Window: w}}, nil
}

// Add takes up an example and copies its values. On error f is as it was; the
// faults, at /rows/i where i counts the examples since the last Reset, those left
// out included, are ErrShape, ErrValue and ErrLeak by column, and ErrLabel,
// ErrLabelTime or ErrTime at its label. An example of unknown label is checked
// too. Amortised, no allocation but for the growth of the frame.
func (f *Frame) Add(e Example) error {
	if err := f.check(e); err != nil {
		return guanxi.At(guanxi.Pointer("rows", int(f.counts.met())), err)
	}
	switch e.Label {
	case Unknown:
		f.counts.Unknown++
		return nil
	case Left:
		f.counts.Left++
	case Stayed:
		f.counts.Stayed++
	}
	f.values = append(f.values, e.Values...)
	f.left = append(f.left, e.Label == Left)
	return nil
}

func (f *Frame) check(e Example) error {
	if len(e.Values) != len(f.columns) || len(e.Dated) != len(f.columns) {
		return at(fmt.Errorf("%w: %d values and %d dates for %d columns", ErrShape, len(e.Values), len(e.Dated), len(f.columns)), "values")
	}
	var errs []error
	for j, v := range e.Values {
		if v-v != 0 {
			errs = append(errs, at(fmt.Errorf("%w: %v", ErrValue, v), f.columns[j]))
		}
		if d := e.Dated[j]; !d.IsZero() && !d.Before(f.window.Cut) {
			errs = append(errs, at(fmt.Errorf("%w: %q dates from %v, the cut is %v", ErrLeak, f.columns[j], d, f.window.Cut), f.columns[j]))
		}
	}
	if err := f.window.checkLabel(e.Label, e.At); err != nil {
		errs = append(errs, guanxi.At("/label", err))
	}
	if f.counts.Rows() >= MaxRows {
		errs = append(errs, at(fmt.Errorf("%w: at most %d rows", ErrShape, MaxRows)))
	}
	return errors.Join(errs...)
}

// Merge takes up the examples of o, which is left as it is. The order of rows
// does not matter to anything learned from them. Errors, f being as it was:
// ErrOption for another window, ErrColumn for other columns, ErrShape.
func (f *Frame) Merge(o *Frame) error {
	if !f.window.Cut.Equal(o.window.Cut) || !f.window.End.Equal(o.window.End) {
		return at(fmt.Errorf("%w: another window", ErrOption), "window")
	}
	if err := o.Matrix().sameColumns(f.columns); err != nil {
		return err
	}
	if f.counts.Rows()+o.counts.Rows() > MaxRows {
		return at(fmt.Errorf("%w: at most %d rows", ErrShape, MaxRows), "values")
	}
	f.values = append(f.values, o.values...)
	f.left = append(f.left, o.left...)
	f.counts.Left += o.counts.Left
	f.counts.Stayed += o.counts.Stayed
	f.counts.Unknown += o.counts.Unknown
	f.counts.Outside += o.counts.Outside
	return nil
}

// Reset empties f for another window of the same columns and keeps its memory.
// f is unchanged on error, that of [Window.Validate].
func (f *Frame) Reset(w Window) error {
	if err := w.Validate(); err != nil {
		return err
	}
	f.window, f.values, f.left, f.counts = w, f.values[:0], f.left[:0], Counts{Window: w}
	return nil
}

// Without returns a copy of f that lacks some columns, such as those that a fit
// refused. Error: ErrColumn for a name that f does not have, or if none is left.
func (f *Frame) Without(columns ...string) (*Frame, error) {
	var errs []error
	for i, name := range columns {
		if !slices.Contains(f.columns, name) {
			errs = append(errs, at(fmt.Errorf("%w: there is no %q", ErrColumn, name), i))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var kept []int
	var names []string
	for j, name := range f.columns {
		if !slices.Contains(columns, name) {
			kept, names = append(kept, j), append(names, name)
		}
	}
	out, err := NewFrame(f.window, names)
	if err != nil {
		return nil, err
	}
	out.counts, out.left = f.counts, slices.Clone(f.left)
	m := f.Matrix()
	for i := range m.Rows() {
		row := m.Row(i)
		for _, j := range kept {
			out.values = append(out.values, row[j])
		}
	}
	return out, nil
}

// Counts returns of whom f is made.
func (f *Frame) Counts() Counts { return f.counts }

// Matrix returns the rows of known outcome, not a copy: it holds until the next
// Add or Reset.
func (f *Frame) Matrix() Matrix { return Matrix{f.columns, f.values} }

// Left returns who of them left, likewise.
func (f *Frame) Left() []bool { return f.left }
