package retention

import (
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Why a row, a setting or a question is refused. What has a place comes wrapped
// in a *guanxi.FieldError: errors.Is finds the sentinel, guanxi.Faults the places.
var (
	// ErrOption refuses an unknown or impossible value of a setting.
	ErrOption = errors.New("not a value of this option")
	// ErrCustomer refuses a row whose customer is the zero value of its key type.
	ErrCustomer = errors.New("no customer")
	// ErrTime refuses the zero time.Time and times outside the years 1 to 9999.
	ErrTime = errors.New("zero time, or one outside the years 1 to 9999")
	// ErrFuture refuses an asOf that is not after every row.
	ErrFuture = errors.New("rows at or after asOf")
	// ErrLength refuses a batch whose columns are not all of one length.
	ErrLength = errors.New("columns of different lengths")
	// ErrMismatch refuses to bring together what was made with different settings.
	ErrMismatch = errors.New("made with different settings")
	// ErrFormat refuses bytes that MarshalBinary never wrote.
	ErrFormat = errors.New("not an encoded accumulator")
	// ErrAmount refuses an amount with more decimal places than the currency
	// keeps, and a balance below zero.
	ErrAmount = errors.New("not an amount of this currency")
	// ErrOverflow refuses what does not fit into int64 minor units, and an amount
	// with an exponent beyond ±1000, be it zero.
	ErrOverflow = errors.New("out of range")
	// ErrIdentity says that the parts of a report do not add up.
	ErrIdentity = errors.New("opening and movements do not make closing")
	// ErrCount refuses counts that are no share: below zero, or more of some than
	// of all.
	ErrCount = errors.New("not a share of customers")
	// ErrDuplicate refuses a group that is listed twice.
	ErrDuplicate = errors.New("occurs twice")
	// ErrConfidence refuses a confidence level outside (0, 1).
	ErrConfidence = errors.New("confidence must lie between 0 and 1, exclusive")
	// ErrEmpty says that there is no customer to take a rate of.
	ErrEmpty = errors.New("no customers")
)

// maxFaults is how many refused rows a guanxi.BatchError names; the others it counts.
const maxFaults = 1000

// faults collects refused rows while a batch is read.
type faults struct {
	n    int
	list []*guanxi.FieldError
	rows []int
}

func (f *faults) add(row int, field string, err error) {
	f.n++
	if len(f.list) < maxFaults {
		f.list = append(f.list, &guanxi.FieldError{Pointer: guanxi.Pointer(row, field), Err: err})
		f.rows = append(f.rows, row)
	}
}

func (f *faults) err() error {
	if f.n == 0 {
		return nil
	}
	return wrap(&guanxi.BatchError{Refused: f.n, Faults: f.list, Rows: f.rows})
}

// at places err.
func at(err error, parts ...any) error { return guanxi.At(guanxi.Pointer(parts...), err) }

// wrap puts the name of the package before an error, once.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("retention: %w", err)
}
