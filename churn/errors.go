package churn

import (
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Why a setting, a state or an observation is refused. Rows and configs come
// wrapped in a *guanxi.FieldError that names the place: errors.Is finds the
// sentinel, guanxi.Faults lists the places.
var (
	// ErrOption refuses an unknown or impossible value of a setting.
	ErrOption = errors.New("not a value of this option")
	// ErrWeight refuses a weight, cap or bias that is not finite, or whose
	// product is more than MaxLogOdds.
	ErrWeight = errors.New("weight is not finite or too large")
	// ErrID refuses an id that is empty or given twice.
	ErrID = errors.New("not an id of its own")
	// ErrSignal refuses a signal that the catalogue does not have.
	ErrSignal = errors.New("not a signal of the catalogue")
	// ErrValue refuses a number that is NaN, infinite, or out of the range that
	// its field states. What is not known is left out; it is not NaN.
	ErrValue = errors.New("not a usable value")
	// ErrTime refuses the zero time, an instant outside the years 1970 to 2105, and
	// negative microseconds.
	ErrTime = errors.New("zero time, or one outside the years 1970 to 2105")
	// ErrFuture refuses what lies after the instant that the question is asked for.
	ErrFuture = errors.New("later than the instant asked for")
	// ErrLate refuses what lies before something that is counted already, or
	// rows that are not in the order of time. The state is as it was: replay the
	// customer in order.
	ErrLate = errors.New("earlier than what is counted already")
	// ErrNoOrders says that there is nothing to say of a customer without orders.
	ErrNoOrders = errors.New("churn: no orders")
	// ErrSegment says that the segment is missing without which the question has
	// no answer.
	ErrSegment = errors.New("no segment given")
	// ErrTooFew says that a segment has too few customers to learn from.
	ErrTooFew = errors.New("not enough customers")
	// ErrTerm refuses a contract term that ends before it begins, or has no order.
	ErrTerm = errors.New("not a contract term")
	// ErrColumns refuses columns whose lengths do not fit together.
	ErrColumns = errors.New("columns do not fit together")
	// ErrFormat refuses bytes that this package never wrote.
	ErrFormat = errors.New("churn: not an encoding of this state")
)

// at places err at a field or a row.
func at(err error, parts ...any) error {
	return &guanxi.FieldError{Pointer: guanxi.Pointer(parts...), Err: err}
}

// faults gathers what is wrong with a config.
type faults []error

func (f *faults) add(err error, pointer, format string, args ...any) {
	*f = append(*f, &guanxi.FieldError{Pointer: pointer, Err: fmt.Errorf("%w: "+format, append([]any{err}, args...)...)})
}

// number demands that v lies in [low, high]; a NaN does not.
func (f *faults) number(pointer string, v, low, high float64) {
	if !(v >= low && v <= high) {
		f.add(ErrOption, pointer, "%v is not in %v to %v", v, low, high)
	}
}

// between demands that v lies strictly between low and high.
func (f *faults) between(pointer string, v, low, high float64) {
	if !(v > low && v < high) {
		f.add(ErrOption, pointer, "%v is not between %v and %v", v, low, high)
	}
}

func (f faults) err() error {
	if len(f) == 1 {
		return f[0]
	}
	return errors.Join(f...)
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}
