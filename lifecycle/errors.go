package lifecycle

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
	// ErrTooMany refuses more stages, events, rules, timeouts, classes or effects
	// than a model holds: 255, 255, 4,096, 1,024, 1,024, 64 of one rule and 65,535
	// in all. It is about a config, unlike guanxi.ErrTooMany, which ends a list of
	// faults that is cut short.
	ErrTooMany = errors.New("too many")
	// ErrNoStage refuses the name of a stage that does not exist.
	ErrNoStage = errors.New("no such stage")
	// ErrNoEvent refuses the name of an event that does not exist.
	ErrNoEvent = errors.New("no such event")
	// ErrNesting refuses a stage that lies in itself, an initial stage that is not
	// in its super-stage, and settings of super-stages on a stage that is none.
	ErrNesting = errors.New("the super-stages do not nest")
	// ErrAfter refuses a time that a timeout or a dwell cannot count: one with
	// months or years, whose length is not fixed, days of working time, a fraction
	// of a microsecond, or more than 1,000 years.
	ErrAfter = errors.New("not a time that can be counted here")
	// ErrGuard refuses a guard that Compile was given no function for.
	ErrGuard = errors.New("no function for this guard")
	// ErrNoCalendar refuses working time where Compile was given no calendar.
	ErrNoCalendar = errors.New("working time needs a calendar")
)

// What is wrong with a model as a whole.
var (
	// ErrUnreachable: nothing leads to the stage from the initial one.
	ErrUnreachable = errors.New("no way leads to this stage")
	// ErrDeadEnd: nothing leads out of the stage, and it is not final.
	ErrDeadEnd = errors.New("no way leads out of this stage, and it is not final")
	// ErrShadowed: other rules always come before this one.
	ErrShadowed = errors.New("never applies: rules before it always do")
	// ErrAmbiguous: two rules without a guard for one stage and event.
	ErrAmbiguous = errors.New("a second rule without a guard for this stage and event")
	// ErrZeroCycle: timeouts that lead back to where they began, each in less than a
	// second.
	ErrZeroCycle = errors.New("timeouts go round in a circle, each in less than a second")
	// ErrNoWayBack: a stage of decline, final or not, from which no stage outside it
	// is reached that goes on.
	ErrNoWayBack = errors.New("no way back from decline")
	// ErrClocks: timeouts that need more than the one clock a position carries
	// from stage to stage: nested super-stages with timeouts, or several pauses.
	ErrClocks = errors.New("needs a second clock that a position does not have")
	// ErrHistory: a super-stage with history that is entered from a stage in which
	// the position no longer knows where it was left.
	ErrHistory = errors.New("a position has forgotten the history by then")
)

// What is wrong with a step, as [Code.Err] and [Model.Check] tell it.
var (
	// ErrIllegal: the stage has no rule for the event.
	ErrIllegal = errors.New("lifecycle: the event is not allowed in this stage")
	// ErrRefused: there are rules, and the guard of each says no.
	ErrRefused = errors.New("lifecycle: refused by a guard")
	// ErrLate: the event happened before something that was applied already.
	ErrLate = errors.New("lifecycle: the event is late")
	// ErrReplay: the event is late, and the model asks for a replay.
	ErrReplay = errors.New("lifecycle: the event is late: replay the customer's events")
	// ErrVersion refuses a position of another version of the model.
	ErrVersion = errors.New("lifecycle: a position of another model version")
	// ErrStage refuses a position whose stage the model does not have.
	ErrStage = errors.New("lifecycle: a position in an unknown stage")
	// ErrEvent refuses an event that the model does not have.
	ErrEvent = errors.New("lifecycle: unknown event")
	// ErrTime refuses an instant outside the years 1 to 9999, and the zero time.
	ErrTime = errors.New("lifecycle: zero time, or one outside the years 1 to 9999")
	// ErrBackwards: time runs backwards, to before what was applied already.
	ErrBackwards = errors.New("lifecycle: the time lies before the position")
	// ErrPosition refuses a position with impossible times.
	ErrPosition = errors.New("lifecycle: not a position that a model made")
	// ErrBehind: more timeouts are due than are applied at once; call again.
	ErrBehind = errors.New("lifecycle: more timeouts are due: go on from here")
	// ErrUnclassified: no class takes these facts.
	ErrUnclassified = errors.New("lifecycle: no class takes these facts")
	// ErrFacts refuses facts that contradict themselves.
	ErrFacts = errors.New("lifecycle: the facts contradict themselves")
	// ErrFormat refuses bytes or JSON that are not a position.
	ErrFormat = errors.New("lifecycle: not an encoded position")
)

// What a store says.
var (
	// ErrConflict says that the position was changed since it was loaded. A Store
	// returns it from Save; a Keeper returns it after its last attempt.
	ErrConflict = errors.New("lifecycle: the position was changed by someone else")
	// ErrCustomer refuses a customer id that is empty, longer than 128 bytes, not
	// UTF-8, or has control characters in it.
	ErrCustomer = errors.New("lifecycle: not a customer id of 1 to 128 bytes")
	// ErrNotBegun says that the customer has no position yet.
	ErrNotBegun = errors.New("lifecycle: no position under this customer id")
)
