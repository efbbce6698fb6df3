package worth

import (
	"errors"
	"strconv"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// Why a row, a number or an option is refused. They come wrapped in a
// *guanxi.FieldError that names the place: errors.Is finds the sentinel,
// guanxi.Faults lists the places.
var (
	// ErrCustomer refuses a row whose customer is the zero value of its key type.
	ErrCustomer = errors.New("no customer")
	// ErrTime refuses the zero time.Time and times outside the years 1 to 9999.
	ErrTime = errors.New("zero time, or one outside the years 1 to 9999")
	// ErrDecimals refuses a number with more decimal places than are kept.
	ErrDecimals = errors.New("more decimal places than are kept")
	// ErrOverflow refuses what would not fit int64 minor units: an amount, a sum.
	ErrOverflow = errors.New("out of range")
	// ErrDuplicate refuses a second row of one customer.
	ErrDuplicate = errors.New("occurs twice")
	// ErrScore refuses a cooperation score below 0 or above Config.MaxScore.
	ErrScore = errors.New("not a score")
	// ErrSelfReferral refuses a customer who brought themselves.
	ErrSelfReferral = errors.New("a customer refers themselves")
	// ErrReferrers refuses a second referrer where Config.Referrers is ReferrersRefuse.
	ErrReferrers = errors.New("referred by somebody else already")
	// ErrCycle refuses referrals that lead back to where they began.
	ErrCycle = errors.New("part of a circle of referrals")
	// ErrRate refuses a retention outside 0 to 1, or a discount below 0.
	ErrRate = errors.New("not a rate")
	// ErrDiverges says that a margin that never ends and is never discounted has
	// no finite value.
	ErrDiverges = errors.New("endless and undiscounted: no finite value")
	// ErrValue refuses an estimate that is NaN or infinite.
	ErrValue = errors.New("not a finite number")
	// ErrMismatch refuses to merge ledgers of different settings.
	ErrMismatch = errors.New("made with different settings")
	// ErrFormat refuses bytes that the type never wrote.
	ErrFormat = errors.New("not an encoding of this type")
	// ErrOption refuses an unknown or impossible value of an option.
	ErrOption = errors.New("not a value of this option")
)

// maxFaults is how many refused rows an error names.
const maxFaults = 1000

// faults collects what is wrong with rows.
type faults struct {
	errs []error
	n    int
}

func (f *faults) add(list string, row int, field string, err error) {
	if f.n++; f.n <= maxFaults {
		f.errs = append(f.errs, &guanxi.FieldError{Pointer: list + "/" + strconv.Itoa(row) + field, Err: err})
	} else if f.n == maxFaults+1 {
		f.errs = append(f.errs, guanxi.ErrTooMany)
	}
}

func (f *faults) err() error { return errors.Join(f.errs...) }

// moneyFault names what minor.From found.
func moneyFault(err error) error {
	if errors.Is(err, minor.ErrScale) {
		return ErrDecimals
	}
	return ErrOverflow
}
