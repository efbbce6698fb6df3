package migration

import (
	"errors"

	"github.com/guanxi-go/guanxi"
)

// Why a journal, a matrix or a question is refused. Rows and configs come
// wrapped in a *guanxi.FieldError that names the place: errors.Is finds the
// sentinel, guanxi.Faults lists the places.
var (
	// ErrStage refuses a stage that is not in the list, and a list of stages
	// that is too short, too long, or has an empty or repeated id in it.
	ErrStage = errors.New("not a stage of the list")
	// ErrStep refuses a funnel step that is not in the config, and a list of
	// steps that is too short, too long, or has an empty or repeated id in it.
	ErrStep = errors.New("not a step of the funnel")
	// ErrBackwards refuses a stay that ends before it begins, and rows of one
	// customer that are not in the order of time.
	ErrBackwards = errors.New("time runs backwards")
	// ErrOverlap refuses a stay that begins before the one ahead of it ended.
	ErrOverlap = errors.New("the customer would be in two stages at once")
	// ErrTime refuses a zero time or one outside the years 1 to 9999.
	ErrTime = errors.New("zero time, or one outside the years 1 to 9999")
	// ErrNoPeriod says that no whole period fits between Since and Until.
	ErrNoPeriod = errors.New("no whole period")
	// ErrTooLarge refuses more periods, stages or steps than are held.
	ErrTooLarge = errors.New("too many")
	// ErrOption refuses an unknown or impossible value of an option.
	ErrOption = errors.New("not a value of this option")
	// ErrConfidence refuses a confidence level that is not between 0 and 1.
	ErrConfidence = errors.New("confidence must lie between 0 and 1, exclusive")
	// ErrMismatch refuses to bring together what was made with different settings.
	ErrMismatch = errors.New("made with different settings")
	// ErrFormat refuses bytes that this package never wrote.
	ErrFormat = errors.New("not an encoding of this package")
	// ErrCount refuses a count that is negative, not a number or above MaxCount.
	ErrCount = errors.New("count out of range")
	// ErrShape refuses a matrix or a list that does not fit the stages.
	ErrShape = errors.New("does not fit the stages")
	// ErrProbability refuses a probability that is negative, above 1 or not a
	// number.
	ErrProbability = errors.New("not a probability")
	// ErrRowSum refuses a row of a matrix whose probabilities do not sum to 1.
	ErrRowSum = errors.New("the probabilities of a row must sum to 1")
	// ErrPrior refuses pseudo-counts that are negative or not finite, and a
	// posterior interval without a prior.
	ErrPrior = errors.New("not a usable prior")
	// ErrNoRow says that an answer needs the row of a stage that nobody was in.
	ErrNoRow = errors.New("nobody was in this stage: its row is not known")
	// ErrDiscount refuses a discount rate that is negative or not finite, or 0
	// where it must be above.
	ErrDiscount = errors.New("not a usable discount rate")
	// ErrValue refuses a reward that is not finite.
	ErrValue = errors.New("not a finite number")
	// ErrDiverges says that a value for ever has no finite sum.
	ErrDiverges = errors.New("the value for ever is not finite")
	// ErrSingular says that a matrix is so close to never moving on that its
	// equations cannot be solved in floating point.
	ErrSingular = errors.New("too close to never moving on to be solved")
)

// at places err at a field or a row.
func at(err error, parts ...any) error {
	return &guanxi.FieldError{Pointer: guanxi.Pointer(parts...), Err: err}
}
