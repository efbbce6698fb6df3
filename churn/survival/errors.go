package survival

import (
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Why data, an option or a question is refused. What has a place, a row, a
// column or an option, comes in a *guanxi.FieldError whose pointer names it,
// such as "/entry/17" or "/covariates/age/3"; guanxi.Faults lists them.
var (
	// ErrLength refuses columns of different lengths.
	ErrLength = errors.New("columns differ in length")
	// ErrNoRows says that no row is left to work with.
	ErrNoRows = errors.New("survival: no complete rows")
	// ErrTime refuses a time that is negative or infinite, a day beyond MaxDay,
	// or, in a parametric regression, 0.
	ErrTime = errors.New("not a usable time")
	// ErrEntry refuses a row that enters when it has already left: it must be
	// seen for some time, entry < time.
	ErrEntry = errors.New("entry is not before the end")
	// ErrValue refuses a covariate or a marker that is infinite, or, in a
	// question about one customer, missing.
	ErrValue = errors.New("not a finite number")
	// ErrMissing refuses a missing value where Data.Missing is Refuse.
	ErrMissing = errors.New("value is missing")
	// ErrLevel refuses a code or a text that is not among the levels of its
	// factor, and a factor whose levels are empty or doubled.
	ErrLevel = errors.New("not a level of the factor")
	// ErrName refuses a covariate without a name or with another one's.
	ErrName = errors.New("covariate needs a name of its own")
	// ErrOption refuses an unknown or impossible value of an option.
	ErrOption = errors.New("not a value of this option")
	// ErrConfidence refuses a confidence level that is not between 0 and 1.
	ErrConfidence = errors.New("confidence must lie between 0 and 1, exclusive")
	// ErrNoEvents says that nobody left: there is nothing to estimate from.
	ErrNoEvents = errors.New("survival: no events")
	// ErrOneGroup says that fewer than two groups were ever at risk together.
	ErrOneGroup = errors.New("fewer than two groups to compare")
	// ErrGroups refuses to compare more than MaxGroups groups.
	ErrGroups = errors.New("too many groups to compare")
	// ErrColumns refuses more columns than rows, and a regression without any.
	ErrColumns = errors.New("number of columns does not suit the rows")
	// ErrConstant names a column that does not vary among those at risk, within
	// any stratum.
	ErrConstant = errors.New("column is constant")
	// ErrCollinear names a column that others make up.
	ErrCollinear = errors.New("column is a combination of others")
	// ErrSeparation names a column along which the likelihood has no maximum: it
	// tells the leavers from the others perfectly, and its coefficient is infinite.
	ErrSeparation = errors.New("column separates: its coefficient is infinite")
	// ErrConverge says that a fit did not come to rest.
	ErrConverge = errors.New("survival: fit did not converge")
	// ErrNoPairs says that no two rows can be ordered by who left first.
	ErrNoPairs = errors.New("survival: no comparable pairs")
	// ErrBeyond says that a question reaches beyond what was observed, where
	// nobody can know the answer.
	ErrBeyond = errors.New("beyond the observed time")
	// ErrCount refuses a negative count, and one above MaxCount.
	ErrCount = errors.New("survival: count out of range")
	// ErrFormat refuses bytes that no Days ever wrote.
	ErrFormat = errors.New("survival: not encoded day counts")
)

// SkippedError is the error of a regression that had left out rows before it was
// refused, since they miss a value of a column used: perhaps so many that this is
// why. errors.Is and guanxi.Faults see through it.
type SkippedError struct {
	Skipped int
	Err     error
}

func (e *SkippedError) Error() string {
	return fmt.Sprintf("%v (%d rows were left out because they miss a value)", e.Err, e.Skipped)
}

func (e *SkippedError) Unwrap() error { return e.Err }

// afterSkipping adds the rows left out to an error, if there is one.
func afterSkipping(skipped int, err error) error {
	if err == nil || skipped == 0 {
		return err
	}
	return &SkippedError{skipped, err}
}

// maxFaults is how many rows at fault are listed; guanxi.ErrTooMany ends the
// list when there are more.
const maxFaults = 64

// faults gathers what is wrong, with its place.
type faults struct {
	errs []error
	full bool
}

func (f *faults) add(err error, parts ...any) {
	switch {
	case len(f.errs) < maxFaults:
		f.errs = append(f.errs, at(err, parts...))
	case !f.full:
		f.full = true
		f.errs = append(f.errs, at(fmt.Errorf("%w: more than %d", guanxi.ErrTooMany, maxFaults)))
	}
}

func (f *faults) err() error {
	switch len(f.errs) {
	case 0:
		return nil
	case 1:
		return f.errs[0]
	}
	return errors.Join(f.errs...)
}

// at places err at a row, a column or an option.
func at(err error, parts ...any) error {
	return &guanxi.FieldError{Pointer: guanxi.Pointer(parts...), Err: err}
}

// checkConfidence returns a confidence level, 0 meaning DefaultConfidence.
func checkConfidence(confidence float64) (float64, error) {
	if confidence == 0 {
		return DefaultConfidence, nil
	}
	if !(confidence > 0 && confidence < 1) {
		return 0, at(fmt.Errorf("%w: %v", ErrConfidence, confidence), "confidence")
	}
	return confidence, nil
}
