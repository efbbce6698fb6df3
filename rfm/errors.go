package rfm

import "errors"

// Why a row, an option or a question is refused. Rows and configs come wrapped
// in a *guanxi.FieldError that names the place: errors.Is finds the sentinel,
// guanxi.Faults lists the places.
var (
	// ErrCustomer refuses a row whose customer is the zero value of its key type.
	ErrCustomer = errors.New("no customer")
	// ErrTime refuses the zero time.Time and times outside the years 1 to 9999.
	ErrTime = errors.New("zero time, or one outside the years 1 to 9999")
	// ErrDecimals refuses an amount with more decimal places than Config.Decimals.
	ErrDecimals = errors.New("more decimal places than the currency keeps")
	// ErrOverflow refuses what would not fit: an amount in minor units, a
	// customer's sum or count, a total; and an amount with an exponent beyond
	// ±1000, be it zero.
	ErrOverflow = errors.New("out of range")
	// ErrDuplicateOrder refuses a second purchase with a known order reference.
	ErrDuplicateOrder = errors.New("order reference seen before")
	// ErrRefund refuses a negative amount where Config.Refunds is RefundRefuse.
	ErrRefund = errors.New("negative amount: refunds are refused here")
	// ErrNeedsOrders answers a question, or refuses a row, that single orders are
	// needed for while the aggregate keeps Totals (or summaries were added).
	ErrNeedsOrders = errors.New("needs the orders, and only totals are kept")
	// ErrLength refuses a batch whose columns are not all of one length.
	ErrLength = errors.New("columns of different lengths")
	// ErrMismatch refuses to bring together what was made differently: aggregates
	// of two currencies or configs, a scale of another currency, scores of other segments.
	ErrMismatch = errors.New("made with different settings")
	// ErrFormat refuses bytes that the type never wrote.
	ErrFormat = errors.New("not an encoding of this type")
	// ErrEmpty says that a population has no customer who ever bought.
	ErrEmpty = errors.New("no customer with a purchase")
	// ErrBins refuses segments and scores that were made for different numbers of bins.
	ErrBins = errors.New("made for another number of bins")
	// ErrGap names a score cell that no segment takes.
	ErrGap = errors.New("cell without a segment")
	// ErrOverlap names a score cell that several segments claim.
	ErrOverlap = errors.New("cell in more than one segment")
	// ErrOption refuses an unknown or impossible value of an option.
	ErrOption = errors.New("not a value of this option")
	// ErrBatchOnly refuses to re-score step by step with a method that needs the
	// whole population at once (NTile, nested scales).
	ErrBatchOnly = errors.New("needs the whole population at once")
	// ErrBackwards refuses an asOf before the one already reached.
	ErrBackwards = errors.New("asOf runs backwards")
)
