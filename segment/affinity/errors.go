package affinity

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/guanxi-go/guanxi"
)

// Why a row, an option or a question is refused. Rows, queries and configs come
// wrapped in a *guanxi.FieldError that names the place: errors.Is finds the
// sentinel, guanxi.Faults lists the places.
var (
	// ErrNoItem refuses a row whose item is the zero value of its key type.
	ErrNoItem = errors.New("no item")
	// ErrNoBasket refuses a line without the reference of its order or customer.
	ErrNoBasket = errors.New("no basket reference")
	// ErrEmpty refuses a basket without an item.
	ErrEmpty = errors.New("empty basket")
	// ErrQuantity refuses a quantity of 0 or beyond ±MaxQuantity.
	ErrQuantity = errors.New("quantity is zero or out of range")
	// ErrTime refuses the zero time.Time and times outside the years 1 to 9999.
	ErrTime = errors.New("zero time, or one outside the years 1 to 9999")
	// ErrOrder refuses a line that comes before an earlier line of its customer.
	ErrOrder = errors.New("lines of a customer run backwards in time")
	// ErrSplit refuses lines of a basket that was closed before: the lines of one
	// basket belong together.
	ErrSplit = errors.New("lines of this basket came before, with another between")
	// ErrUnknownItem refuses an item that neither the catalogue nor the counts hold.
	ErrUnknownItem = errors.New("unknown item")
	// ErrDuplicate refuses an item, a dimension or a trait that occurs twice.
	ErrDuplicate = errors.New("occurs twice")
	// ErrDecimals refuses an amount with more decimal places than the currency keeps.
	ErrDecimals = errors.New("more decimal places than the currency keeps")
	// ErrOverflow refuses an amount or a count that would not fit.
	ErrOverflow = errors.New("out of range")
	// ErrPrice refuses a negative price.
	ErrPrice = errors.New("negative price")
	// ErrTrait refuses a trait of an unknown dimension, or without a value.
	ErrTrait = errors.New("not a trait of this portrait")
	// ErrLimit refuses a new trait value where the portrait holds its most.
	ErrLimit = errors.New("too many different values")
	// ErrOption refuses an unknown or impossible value of an option, NaN included.
	ErrOption = errors.New("not a value of this option")
	// ErrConfidence refuses a confidence level outside (0, 1); 0 itself is
	// DefaultConfidence.
	ErrConfidence = errors.New("confidence must lie between 0 and 1, exclusive")
	// ErrMismatch refuses to bring together what was made differently.
	ErrMismatch = errors.New("made with different settings")
	// ErrFormat refuses bytes that the type never wrote.
	ErrFormat = errors.New("not an encoding of this type")
)

// maxFaults is how many refused rows a guanxi.BatchError names; the others it counts.
const maxFaults = 1000

// rowFaults collects refused rows while a batch is read.
type rowFaults struct{ err *guanxi.BatchError }

func (f *rowFaults) add(row int, field string, err error) {
	if f.err == nil {
		f.err = &guanxi.BatchError{}
	}
	f.err.Refused++
	if len(f.err.Faults) < maxFaults {
		f.err.Faults = append(f.err.Faults, &guanxi.FieldError{Pointer: "/" + strconv.Itoa(row) + field, Err: err})
		f.err.Rows = append(f.err.Rows, row)
	}
}

// join returns what was collected, and another error beside it.
func (f *rowFaults) join(other error) error {
	if f.err == nil {
		return other
	}
	refused := fmt.Errorf("affinity: %w", f.err)
	if other == nil {
		return refused
	}
	return errors.Join(other, refused)
}

// faultList collects the faults of a config.
type faultList []error

func (f *faultList) option(pointer, format string, args ...any) {
	*f = append(*f, guanxi.At(pointer, fmt.Errorf("%w: "+format, append([]any{ErrOption}, args...)...)))
}

func (f faultList) join() error { return errors.Join(f...) }

func orDefault[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}
