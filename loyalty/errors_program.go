package loyalty

import (
	"errors"
	"fmt"
)

// Why a programme, an order, an activity or a spend is refused. What names a place
// comes wrapped in a *guanxi.FieldError.
var (
	// ErrOption refuses an unknown or impossible value of an option: of a programme, where
	// one that would do nothing is refused too, of a command, or of another config.
	ErrOption = errors.New("loyalty: not a value of this option")
	// ErrDuplicate refuses a second thing with the same id.
	ErrDuplicate = errors.New("loyalty: id seen before")
	// ErrUnknown refuses an id that the programme, or the order, does not have.
	ErrUnknown = errors.New("loyalty: unknown id")
	// ErrCurrency refuses money in another currency than the programme's.
	ErrCurrency = errors.New("loyalty: another currency")
	// ErrDecimals refuses an amount with more decimal places than the programme keeps.
	ErrDecimals = errors.New("loyalty: more decimal places than the currency keeps")
	// ErrOverflow refuses what would not fit.
	ErrOverflow = errors.New("loyalty: out of range")
	// ErrAmount refuses an amount, a quantity or a number of points that is negative,
	// or zero where something must be there.
	ErrAmount = errors.New("loyalty: not an amount that is possible here")
	// ErrTime refuses the zero time, and one outside the years 1 to 9999.
	ErrTime = errors.New("loyalty: zero time, or one outside the years 1 to 9999")
	// ErrNotNow refuses what is offered at another time only.
	ErrNotNow = errors.New("loyalty: not offered at this time")
	// ErrLimit refuses what the customer has had as often as it may be had.
	ErrLimit = errors.New("loyalty: had as often as it may be had")
	// ErrCondition refuses what is for customers of other tiers or segments.
	ErrCondition = errors.New("loyalty: for other tiers or segments")
	// ErrStock refuses a reward of which there are not enough left.
	ErrStock = errors.New("loyalty: not enough left in stock")
	// ErrRefundTooMuch refuses a refund of more than what is left of a line or an order.
	ErrRefundTooMuch = errors.New("loyalty: more than what is left of the order")
	// ErrNotKept refuses a referral whose order is not kept, or not yet.
	ErrNotKept = errors.New("loyalty: the order is not kept, or not yet")
	// ErrNotFirst refuses a referral whose order is not the friend's first that was kept.
	ErrNotFirst = errors.New("loyalty: not the first order")
	// ErrPoints refuses points that are no multiple of a step, or outside the least
	// and the most that may be used.
	ErrPoints = errors.New("loyalty: not a number of points that may be used here")
	// ErrNotEnough refuses a spend of more than what is available. See ShortError.
	ErrNotEnough = errors.New("loyalty: not enough points")
)

// ShortError says how many points are missing. It is an ErrNotEnough.
type ShortError struct {
	Kind    Kind
	Missing Points
}

// Error says how many are missing.
func (e *ShortError) Error() string {
	return fmt.Sprintf("%v: %d of %q are missing", ErrNotEnough, e.Missing, e.Kind)
}

// Is reports whether target is ErrNotEnough.
func (e *ShortError) Is(target error) bool { return target == ErrNotEnough }
