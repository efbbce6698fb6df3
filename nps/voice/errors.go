package voice

import "errors"

// Why a taxonomy, an answer or a question is refused. Places come as
// *guanxi.FieldError: errors.Is finds the sentinel, guanxi.Faults the places.
var (
	// ErrEmpty refuses what has to be there and is not: a taxonomy without
	// themes, a theme without an id, a keyword without a character, drivers
	// without a name or a column.
	ErrEmpty = errors.New("empty")
	// ErrDuplicate refuses a second theme, driver or keyword of the same name.
	// Keywords are the same when they fold to the same, as "VIP" and "ｖｉｐ" do.
	ErrDuplicate = errors.New("occurs twice")
	// ErrTheme refuses a theme that the taxonomy does not have.
	ErrTheme = errors.New("unknown theme")
	// ErrCycle refuses a theme that is, through its parents, a part of itself.
	ErrCycle = errors.New("part of itself")
	// ErrUTF8 refuses an id, a name or a keyword that is not UTF-8.
	ErrUTF8 = errors.New("not valid UTF-8")
	// ErrKeyword refuses a keyword that no text could match, or that is too long.
	ErrKeyword = errors.New("not a keyword")
	// ErrOption refuses an unknown or impossible value of an option.
	ErrOption = errors.New("not a value of this option")
	// ErrTooLarge refuses a taxonomy too large to compile, and more drivers than
	// a method can take.
	ErrTooLarge = errors.New("too large")
	// ErrMismatch refuses to merge what was counted over other themes or another
	// kind of score.
	ErrMismatch = errors.New("counted over other themes or another kind of score")
	// ErrFormat refuses bytes that the type never wrote.
	ErrFormat = errors.New("not an encoding of this type")
	// ErrLength refuses columns that are not all of one length.
	ErrLength = errors.New("columns of different lengths")
	// ErrValue refuses an infinite value in a column.
	ErrValue = errors.New("not a finite number")
	// ErrConstant names a column that has one value only, so that nothing can
	// depend on it.
	ErrConstant = errors.New("the same in every row")
	// ErrCollinear names a driver that the drivers before it already determine.
	ErrCollinear = errors.New("determined by other drivers")
	// ErrTooFew says that there are too few complete rows: there must be more of them
	// than one and the number of drivers.
	ErrTooFew = errors.New("too few complete rows")
)
