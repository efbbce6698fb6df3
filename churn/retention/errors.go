package retention

import (
	"errors"
	"fmt"
	"strings"

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
	ErrTime = errors.New("no time, or one outside the years 1 to 9999")
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
	ErrDuplicate = errors.New("listed twice")
	// ErrConfidence refuses a confidence level outside [0.01, 1).
	ErrConfidence = errors.New("confidence is not in [0.01, 1)")
	// ErrEmpty says that there is no customer to take a rate of.
	ErrEmpty = errors.New("no customers")
)

// maxFaults is how many refused rows a BatchError names; the others it counts.
const maxFaults = 1000

// BatchError says which rows of a batch were refused. All other rows are in.
type BatchError struct {
	Refused int                  // how many rows
	Faults  []*guanxi.FieldError // the first 1,000 of them: "/17/at"
}

// Error names the first few rows and counts the rest.
func (e *BatchError) Error() string {
	const shown = 3
	var b strings.Builder
	fmt.Fprintf(&b, "retention: %d rows refused", e.Refused)
	for i, f := range e.Faults[:min(shown, len(e.Faults))] {
		b.WriteString([]string{": ", "; ", "; "}[i])
		b.WriteString(f.Error())
	}
	if e.Refused > shown {
		fmt.Fprintf(&b, "; and %d more", e.Refused-shown)
	}
	return b.String()
}

// Unwrap gives errors.Is and guanxi.Faults the named rows.
func (e *BatchError) Unwrap() []error {
	errs := make([]error, len(e.Faults))
	for i, f := range e.Faults {
		errs[i] = f
	}
	return errs
}

// faults collects refused rows while a batch is read.
type faults struct {
	n    int
	list []*guanxi.FieldError
}

func (f *faults) add(row int, field string, err error) {
	f.n++
	if len(f.list) < maxFaults {
		f.list = append(f.list, &guanxi.FieldError{Pointer: guanxi.Pointer(row, field), Err: err})
	}
}

func (f *faults) err() error {
	if f.n == 0 {
		return nil
	}
	return &BatchError{Refused: f.n, Faults: f.list}
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
