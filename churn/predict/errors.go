package predict

import (
	"errors"

	"github.com/guanxi-go/guanxi"
)

// Why a row, a column or a setting is refused. All come in a *guanxi.FieldError
// that names the place where there is one ("/rows/12/karno", "/columns/karno"):
// errors.Is finds the sentinel, guanxi.Faults lists the places.
var (
	// ErrShape refuses values that do not fill whole rows, labels, scores or
	// dates that are not one a row, and more rows than MaxRows.
	ErrShape = errors.New("not as many as there should be")
	// ErrColumn refuses a column without a name, a name that stands twice, and
	// columns other than those a model was learned from.
	ErrColumn = errors.New("not the column that should stand here")
	// ErrValue refuses NaN and infinities: a missing value is for the caller
	// to decide on.
	ErrValue = errors.New("not a finite number")
	// ErrConstant names a column that has one value only, to within rounding.
	ErrConstant = errors.New("column has one value only")
	// ErrCollinear names a column that others determine.
	ErrCollinear = errors.New("column is determined by others")
	// ErrSeparation names a column that parts those who left from those who
	// stayed, alone or with others: its weight would be infinite.
	ErrSeparation = errors.New("column separates those who left from those who stayed")
	// ErrTooFew says that there are fewer rows than the question needs; a fit
	// needs more rows than columns.
	ErrTooFew = errors.New("not enough rows")
	// ErrOneClass says that all rows have the same label.
	ErrOneClass = errors.New("all rows have the same label")
	// ErrNoSpread says that scores which should differ are all equal, or that a
	// standard error is zero where it is divided by.
	ErrNoSpread = errors.New("no spread to measure with")
	// ErrOverflow names a column whose spread, or whose weight, is beyond what a
	// float64 holds.
	ErrOverflow = errors.New("beyond the range of numbers")
	// ErrConverge says that a fit did not come to rest.
	ErrConverge = errors.New("predict: fit did not converge")
	// ErrProbability refuses a chance that is not in 0 to 1.
	ErrProbability = errors.New("not a probability")
	// ErrOption refuses an unknown or impossible value of an option.
	ErrOption = errors.New("not a value of this option")
	// ErrConfidence refuses a confidence level that is not between 0 and 1.
	ErrConfidence = errors.New("confidence must lie between 0 and 1, exclusive")
	// ErrModel refuses a model, or a calibration, that no fit could have made.
	ErrModel = errors.New("not a usable model")
	// ErrLeak refuses what could not have been known at the cut: a feature dated
	// at or after it, or training labels that reach beyond the cut of the test.
	ErrLeak = errors.New("not known at the cut")
	// ErrLabelTime refuses a label from outside the time it is asked for: from
	// the cut on, and before the end of the window.
	ErrLabelTime = errors.New("label is not from within the window")
	// ErrLabel refuses a Label that this package does not know.
	ErrLabel = errors.New("not a label")
	// ErrTime refuses a zero time or one outside the years 1 to 9999.
	ErrTime = errors.New("zero time, or one outside the years 1 to 9999")
)

// at places err at a field, a row or a column.
func at(err error, parts ...any) error {
	return &guanxi.FieldError{Pointer: guanxi.Pointer(parts...), Err: err}
}
