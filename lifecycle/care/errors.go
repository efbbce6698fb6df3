package care

import "errors"

// What is wrong with a config. Each comes in a *guanxi.FieldError that names the
// place: errors.Is finds the sentinel, guanxi.Faults lists the places.
var (
	// ErrID refuses an id that is empty, longer than 64 bytes, not UTF-8, or has
	// white space or control characters in it.
	ErrID = errors.New("not an id of 1 to 64 bytes without white space")
	// ErrDuplicate refuses a second thing of the same id.
	ErrDuplicate = errors.New("occurs twice")
	// ErrOption refuses an unknown or impossible value of a setting.
	ErrOption = errors.New("not a value of this option")
	// ErrMisplaced refuses a setting that has no use where it stands.
	ErrMisplaced = errors.New("has no use here")
	// ErrEmpty refuses a list without the one entry it needs.
	ErrEmpty = errors.New("nothing in it")
	// ErrNoStep refuses a branch from a step that does not exist.
	ErrNoStep = errors.New("no such step")
	// ErrNoOutcome refuses an outcome that the step does not have.
	ErrNoOutcome = errors.New("no such outcome")
	// ErrLoop refuses branches that lead back to where they began.
	ErrLoop = errors.New("the branches lead back to this step")
	// ErrNoCalendar refuses working time where no calendar was given.
	ErrNoCalendar = errors.New("working time needs a calendar")
	// ErrAmount refuses an amount that is negative or has more decimal places
	// than the currency.
	ErrAmount = errors.New("not an amount of this currency")
)

// What is wrong with a command or a state.
var (
	// ErrTime refuses an instant outside the years 1970 to 2200, and the zero time.
	ErrTime = errors.New("care: zero time, or one outside the years 1970 to 2200")
	// ErrBackwards: time runs backwards, to before what was decided already.
	ErrBackwards = errors.New("care: the time lies before what was decided already")
	// ErrConfidence refuses a confidence level that is not between 0 and 1.
	ErrConfidence = errors.New("confidence must lie between 0 and 1, exclusive")
	// ErrState refuses a state that contradicts itself or its config.
	ErrState = errors.New("care: the stored state contradicts itself")
	// ErrNotOpen says that there is no open task of this id.
	ErrNotOpen = errors.New("care: no open task of this id")
	// ErrOtherCustomer refuses a book that belongs to another customer.
	ErrOtherCustomer = errors.New("care: the book belongs to another customer")
	// ErrBehind says that the book is too far behind for a task to be closed at
	// once: plan first, until the result is no longer Behind.
	ErrBehind = errors.New("care: the book is far behind: plan first")
)

// Why a desk says no.
var (
	// ErrIllegal: the case's status does not allow the command.
	ErrIllegal = errors.New("care: not allowed in this status")
	// ErrSeverity: the desk has no such severity.
	ErrSeverity = errors.New("care: no such severity")
	// ErrDeliverable: the answer lacks what the severity requires.
	ErrDeliverable = errors.New("care: the answer lacks a required deliverable")
	// ErrCause: the cause or the unit is none of the desk's.
	ErrCause = errors.New("care: no such cause or responsible unit")
	// ErrNoPause: a case of this severity is not paused.
	ErrNoPause = errors.New("care: a case of this severity is not paused")
	// ErrCompensation: the amount is above what the tier, or the case, may give.
	ErrCompensation = errors.New("care: more compensation than allowed")
)

// Why a pool says no.
var (
	// ErrOwner: the lead belongs to someone else, or to nobody.
	ErrOwner = errors.New("care: not the owner of this lead")
	// ErrHolding: the claimant holds as many leads as allowed.
	ErrHolding = errors.New("care: holds as many leads as allowed")
	// ErrClaims: the claimant has claimed as many leads as allowed for now.
	ErrClaims = errors.New("care: claimed as many leads as allowed for now")
	// ErrReclaim: the claimant lost this lead too recently.
	ErrReclaim = errors.New("care: lost this lead too recently to claim it again")
)

// ErrConflict says that the row was changed since it was loaded. A store returns
// it from Save.
var ErrConflict = errors.New("care: changed by someone else")
