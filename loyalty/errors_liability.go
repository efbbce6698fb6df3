package loyalty

import (
	"errors"
	"fmt"
)

// Why an accumulator of points owed, or an estimate, is refused.
var (
	// ErrMerge refuses to merge accumulators that count something else: another
	// instant, period, basis, zone, kind or length of periods.
	ErrMerge = errors.New("loyalty: these accumulators do not count the same")
	// ErrSums: figures that do not add up. See RollForward.Check.
	ErrSums = errors.New("loyalty: the figures do not add up")
	// ErrTriangle refuses a triangle of another shape, or with figures that are
	// negative or not finite.
	ErrTriangle = errors.New("loyalty: no triangle of development")
	// ErrExpected refuses to recognise revenue without an estimate of how many points
	// will be redeemed.
	ErrExpected = errors.New("loyalty: no estimate of how many points will be redeemed")
)

// The sums of a Liability in errors; those of a RollForward are its books.
const (
	owedSum  = "points owed to customers"
	owingSum = "points that customers owe"
)

// overflow is an ErrOverflow that says of which kind which sum does not fit.
func overflow(k Kind, sum string) error {
	return fmt.Errorf("%w: the sum of kind %.40q: %s", ErrOverflow, string(k), sum)
}
