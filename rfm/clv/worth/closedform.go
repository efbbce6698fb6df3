package worth

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// ClosedForm is the value of a customer who brings margin m each period, stays
// for the next with probability r, and whose later money is discounted at d a
// period:
//
//	Σ_{t≥1} m·rᵗ/(1+d)ᵗ = m·r/(1+d−r)
//
// The first payment is the one at the end of this period, if the customer stays;
// a payment made today is not in it. r and d are of one period of m.
//
// The margin may be negative and has at most decimals places (0 to 18); r and d
// have at most 12. The result has decimals places, rounded once, half to even.
// All faults at once: /margin, /retention (outside 0 to 1 is [ErrRate]),
// /discount (below 0 is ErrRate), /decimals ([ErrOption]); [ErrDecimals] and
// [ErrOverflow]; [ErrDiverges] for r = 1 and d = 0. Pure; safe for concurrent use.
func ClosedForm(margin, retention, discount decimal.Decimal, decimals int) (decimal.Decimal, error) {
	var errs []error
	fault := func(at string, err error) { errs = append(errs, &guanxi.FieldError{Pointer: at, Err: err}) }
	m, err := minor.From(margin, decimals)
	switch {
	case errors.Is(err, minor.ErrBadScale):
		fault("/decimals", fmt.Errorf("%w: %d is not in 0 to %d", ErrOption, decimals, minor.MaxScale))
	case err != nil:
		fault("/margin", moneyFault(err))
	}
	r, err := minor.From(retention, ratePlaces)
	switch {
	case err != nil && !errors.Is(err, minor.ErrRange):
		fault("/retention", moneyFault(err))
	case err != nil || r < 0 || r > rateOne:
		fault("/retention", fmt.Errorf("%w: outside 0 to 1", ErrRate))
	}
	d, err := minor.From(discount, ratePlaces)
	switch {
	case err != nil && (errors.Is(err, minor.ErrScale) || discount.Sign() > 0):
		fault("/discount", moneyFault(err))
	case err != nil || d < 0:
		fault("/discount", fmt.Errorf("%w: below 0", ErrRate))
	}
	if len(errs) == 0 && r == rateOne && d == 0 {
		fault("/discount", ErrDiverges)
	}
	if len(errs) > 0 {
		return decimal.Decimal{}, fmt.Errorf("worth: %w", errors.Join(errs...))
	}
	v, ok := quotient(m, r, rateOne-r, d)
	if !ok {
		return decimal.Decimal{}, fmt.Errorf("worth: %w", &guanxi.FieldError{Pointer: "/margin", Err: ErrOverflow})
	}
	return minor.To(v, decimals), nil
}

// quotient returns m·r/(a+d), rounded half to even.
func quotient(m, r, a, d int64) (int64, bool) {
	num := new(big.Int).Mul(big.NewInt(m), big.NewInt(r))
	den := new(big.Int).Add(big.NewInt(a), big.NewInt(d))
	sign := num.Sign()
	q, rest := new(big.Int).QuoRem(num.Abs(num), den, new(big.Int))
	if c := rest.Lsh(rest, 1).Cmp(den); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(1))
	}
	if sign < 0 {
		q.Neg(q)
	}
	return q.Int64(), q.IsInt64()
}
