package clv

import "errors"

// Why a table, a config or a question is refused. Rows and configs come wrapped
// in a *guanxi.FieldError that names the place: errors.Is finds the sentinel,
// guanxi.Faults lists the places.
var (
	// ErrUnit refuses what is no unit of time, and to bring together what was
	// measured in two of them.
	ErrUnit = errors.New("unit of time")
	// ErrValue refuses what is not a finite number.
	ErrValue = errors.New("not a finite number")
	// ErrNegative refuses a count, time or amount below 0.
	ErrNegative = errors.New("negative")
	// ErrOrder refuses a history that cannot have happened: a last purchase after
	// the end of observation, or at an age without a repeat purchase.
	ErrOrder = errors.New("impossible history")
	// ErrRange refuses a value outside what its field allows.
	ErrRange = errors.New("out of range")
	// ErrConfidence refuses a confidence level outside (0, 1); 0 itself is
	// DefaultConfidence.
	ErrConfidence = errors.New("confidence must lie between 0 and 1, exclusive")
	// ErrLength refuses a column that has not one value a row.
	ErrLength = errors.New("wrong number of values")
	// ErrCovariate refuses a covariate that has no name, or one twice, or that a
	// model or a table does not know.
	ErrCovariate = errors.New("covariate")
	// ErrConstant refuses a covariate that is the same for everybody, or follows
	// from the others: its effect cannot be told from the rest.
	ErrConstant = errors.New("cannot be told apart")
	// ErrTooFew refuses to fit a model to fewer distinct rows than it has
	// parameters, or to rows that hold no repeat purchase at all.
	ErrTooFew = errors.New("too few rows")
	// ErrModel refuses a model that is not one of ours, or not for this question, and
	// a Predictor that is nil, as that of a failed fit is.
	ErrModel = errors.New("model")
	// ErrParameter refuses parameters outside what the model allows.
	ErrParameter = errors.New("parameter out of range")
	// ErrSpend refuses to say a mean spend that does not exist: q ≤ 1.
	ErrSpend = errors.New("no mean spend: q is not above 1")
	// ErrFit says that no fit was found. Fit.Reason says why.
	ErrFit = errors.New("no fit")
	// ErrNoUncertainty answers a question for a standard error or an interval where
	// there is none: after a failed fit, for a model with given parameters.
	ErrNoUncertainty = errors.New("no standard errors")
	// ErrSplit refuses a calibration that does not end before the observation.
	ErrSplit = errors.New("split of the observation")
	// ErrNested refuses to compare fits of which one is not the other restricted.
	ErrNested = errors.New("not nested")
)
