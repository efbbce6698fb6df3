package survey

import "errors"

// What is wrong with a questionnaire, a policy or a quota. Each comes in a
// *guanxi.FieldError that names the place: errors.Is finds the sentinel,
// guanxi.Faults lists the places.
var (
	// ErrID refuses an id that is empty, longer than 64 bytes, or has white
	// space or control characters in it.
	ErrID = errors.New("not an id of 1 to 64 bytes without white space")
	// ErrDuplicate refuses a second thing of the same id, or the same choice twice.
	ErrDuplicate = errors.New("occurs twice")
	// ErrNoText refuses an empty or blank text that people are to read.
	ErrNoText = errors.New("no text")
	// ErrUTF8 refuses text that is not valid UTF-8.
	ErrUTF8 = errors.New("invalid UTF-8")
	// ErrOption refuses an unknown or impossible value of a setting.
	ErrOption = errors.New("not a value of this option")
	// ErrMisplaced refuses a setting that the type of the question has no use for.
	ErrMisplaced = errors.New("does not belong to a question of this type")
	// ErrEmpty refuses a questionnaire without questions, a choice without
	// options and a quota without cells.
	ErrEmpty = errors.New("nothing in it")
	// ErrTarget refuses a branch to a question that does not exist.
	ErrTarget = errors.New("no such question to go on with")
	// ErrDeadBranch refuses a branch that no answer takes, because there is no
	// such answer or the branches before it take them all.
	ErrDeadBranch = errors.New("no answer takes this branch")
	// ErrLoop refuses the step that leads back to a question already asked.
	ErrLoop = errors.New("leads back to a question already asked")
	// ErrUnreachable refuses a question that no answers lead to.
	ErrUnreachable = errors.New("no answers lead to this question")
)

// What is wrong with a response. An answer of the wrong JSON or Go type is
// guanxi.ErrType.
var (
	// ErrOtherForm refuses a response to another questionnaire, version or channel.
	ErrOtherForm = errors.New("made for another questionnaire")
	// ErrMissing says that a required answer, or a required reason, is not there.
	ErrMissing = errors.New("required and not answered")
	// ErrUnknownQuestion refuses an answer to a question that does not exist.
	ErrUnknownQuestion = errors.New("no such question")
	// ErrNotAsked refuses an answer to a question that is not on the path of the
	// other answers.
	ErrNotAsked = errors.New("not asked on the path of these answers")
	// ErrOffScale refuses a score outside the scale: it is an error, never a class.
	ErrOffScale = errors.New("outside the scale")
	// ErrUnknownChoice refuses a choice that the question does not offer.
	ErrUnknownChoice = errors.New("no such choice")
	// ErrCount refuses fewer or more choices than the question wants.
	ErrCount = errors.New("too few or too many choices")
	// ErrTooLong refuses text of more characters than the question takes.
	ErrTooLong = errors.New("too long")
)

// What is wrong with a history.
var (
	// ErrTime refuses the zero time.Time where one is needed, and times outside
	// the years 1 to 9999.
	ErrTime = errors.New("zero time, or one outside the years 1 to 9999")
	// ErrFuture refuses a history with an instant after now.
	ErrFuture = errors.New("lies in the future")
)

// Why a quota says no.
var (
	// ErrFull says that the cell has no place left.
	ErrFull = errors.New("survey: the cell is full")
	// ErrExpired says that the reservation was held too long: its place is gone.
	ErrExpired = errors.New("survey: the reservation has expired")
	// ErrReleased says that the reservation was given back: its key is spent.
	ErrReleased = errors.New("survey: the reservation was released")
	// ErrConfirmed refuses to release a confirmed reservation.
	ErrConfirmed = errors.New("survey: the reservation is confirmed")
	// ErrNoReservation says that there is no reservation under this key.
	ErrNoReservation = errors.New("survey: no reservation under this key")
	// ErrCell refuses a cell that the quota does not have.
	ErrCell = errors.New("survey: no such cell")
	// ErrKey refuses a key that is empty, longer than 128 bytes, not UTF-8, or
	// has control characters in it.
	ErrKey = errors.New("survey: not a key of 1 to 128 bytes")
	// ErrState refuses a state that no quota ever wrote: the store has lost or
	// mixed up something.
	ErrState = errors.New("survey: the stored state contradicts itself")
	// ErrConflict says that the cell was changed since it was loaded. A
	// QuotaStore returns it from Save; a Keeper returns it after its last attempt.
	ErrConflict = errors.New("survey: the cell was changed by someone else")
)
