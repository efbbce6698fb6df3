package nps

import (
	"errors"

	"github.com/guanxi-go/guanxi"
)

// Why a score, a setting or a question is refused. Rows and configs come wrapped
// in a *guanxi.FieldError that names the place: errors.Is finds the sentinel,
// guanxi.Faults lists the places.
var (
	// ErrScore refuses a score off the scale, or one that is not a whole number
	// (a fraction, NaN, an infinity). It is never put into a class.
	ErrScore = errors.New("not a whole number on the scale")
	// ErrRange refuses a Range whose boundaries are not in order or not on it.
	ErrRange = errors.New("not a scale")
	// ErrKind refuses a Kind that this package does not know.
	ErrKind = errors.New("not a known kind of metric")
	// ErrClass refuses a Class that this package does not know, or that cannot
	// stand where it does.
	ErrClass = errors.New("not a class of answers")
	// ErrMismatch refuses to bring together two kinds of metric, or two scales.
	ErrMismatch = errors.New("different kinds of metric, or different scales")
	// ErrCount refuses a negative count, one below zero after a removal, or one
	// above MaxCount.
	ErrCount = errors.New("count out of range")
	// ErrNoAnswers says that there is no score, because there are no answers.
	ErrNoAnswers = errors.New("no answers")
	// ErrTooFew says that a question needs more answers, or more groups with
	// answers, than there are.
	ErrTooFew = errors.New("not enough answers")
	// ErrNoSpread says that all answers are equal, where their spread is what
	// the method measures with.
	ErrNoSpread = errors.New("all answers are equal")
	// ErrConfidence refuses a confidence level that is not between 0 and 1; 0
	// itself is DefaultConfidence.
	ErrConfidence = errors.New("confidence must lie between 0 and 1, exclusive")
	// ErrMethod refuses an interval method that does not exist, or not for this
	// kind of number.
	ErrMethod = errors.New("not an interval method for this number")
	// ErrOption refuses an unknown or impossible value of an option.
	ErrOption = errors.New("not a value of this option")
	// ErrP refuses a p-value outside 0 to 1.
	ErrP = errors.New("not a p-value")
	// ErrWeight refuses a weight that is negative or not finite, and weights
	// that are all zero.
	ErrWeight = errors.New("weight must be finite and not negative, and not all zero")
	// ErrTarget refuses targets that are missing, not positive, or whose totals
	// differ between margins.
	ErrTarget = errors.New("not a usable population target")
	// ErrCell names a cell of a target that nobody answered from, or the cell of
	// an answer that has no target.
	ErrCell = errors.New("cell is in the answers or in the targets, but not in both")
	// ErrConverge says that raking did not come to rest; see ConvergeError.
	ErrConverge = errors.New("raking did not converge")
	// ErrTime refuses a zero time or one outside the years 1 to 9999.
	ErrTime = errors.New("zero time, or one outside the years 1 to 9999")
	// ErrFuture refuses an answer at or after the instant that the question is
	// asked for.
	ErrFuture = errors.New("answer from the future")
	// ErrStale refuses an answer from before the window: it is not counted.
	ErrStale = errors.New("answer from before the window")
	// ErrBackwards refuses to move a window back in time.
	ErrBackwards = errors.New("window runs backwards")
	// ErrFormat refuses bytes that the type never wrote.
	ErrFormat = errors.New("not an encoding of this type")
	// ErrRevenue refuses revenues that earned growth cannot be taken of.
	ErrRevenue = errors.New("not a usable revenue")
)

// at places err at a field or a row.
func at(err error, parts ...any) error {
	return &guanxi.FieldError{Pointer: guanxi.Pointer(parts...), Err: err}
}
