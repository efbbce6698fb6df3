package nps

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"
)

// Revenue is what a period's revenue came from, in one currency.
type Revenue struct {
	Before    decimal.Decimal `json:"before"`     // all customers, the period before
	Returning decimal.Decimal `json:"returning"`  // the same customers, this period
	EarnedNew decimal.Decimal `json:"earned_new"` // new customers who came by themselves or were referred
	BoughtNew decimal.Decimal `json:"bought_new"` // new customers won by advertising, discounts, sales people
}

// Growth is revenue growth and how much of it was earned. Shares are rounded
// half away from zero to six decimal places: 1.1 is 110 %. An immutable value.
type Growth struct {
	Retention decimal.Decimal `json:"retention"`  // net revenue retention: Returning over Before
	EarnedNew decimal.Decimal `json:"earned_new"` // EarnedNew over Before
	Factor    decimal.Decimal `json:"factor"`     // earned growth factor: the two together
	Rate      decimal.Decimal `json:"rate"`       // earned growth rate: Factor − 1
	Total     decimal.Decimal `json:"total"`      // total growth rate
	// Ratio is Rate over Total. Known is false unless revenue grew: there is then
	// no growth to have earned a part of.
	Ratio decimal.Decimal `json:"ratio"`
	Known bool            `json:"known"`
}

// growthPlaces is the precision of a share.
const growthPlaces = 6

// EarnedGrowth returns how much of a period's growth came from customers who
// returned and brought others. Errors, all at once: ErrRevenue at every field
// that is negative, and at /before unless it is above zero. Reichheld, Darnell &
// Burns (2021), Winning on Purpose, appendix B.
func (r Revenue) EarnedGrowth() (Growth, error) {
	var errs []error
	for _, f := range []struct {
		name string
		v    decimal.Decimal
	}{{"before", r.Before}, {"returning", r.Returning}, {"earned_new", r.EarnedNew}, {"bought_new", r.BoughtNew}} {
		switch {
		case f.v.Exponent() > 64 || f.v.Exponent() < -64 || f.v.NumDigits() > 64:
			errs = append(errs, at(fmt.Errorf("%w: more than 64 digits", ErrRevenue), f.name))
		case f.v.Sign() < 0 || f.name == "before" && f.v.Sign() == 0:
			errs = append(errs, at(fmt.Errorf("%w: %s", ErrRevenue, f.v), f.name))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return Growth{}, err
	}
	share := func(v decimal.Decimal) decimal.Decimal { return v.DivRound(r.Before, growthPlaces) }
	earned := r.Returning.Add(r.EarnedNew).Sub(r.Before)
	total := earned.Add(r.BoughtNew)
	one := decimal.NewFromInt(1)
	g := Growth{Retention: share(r.Returning), EarnedNew: share(r.EarnedNew), Rate: share(earned), Total: share(total)}
	g.Factor = one.Add(g.Rate)
	if g.Known = total.Sign() > 0; g.Known {
		g.Ratio = earned.DivRound(total, growthPlaces)
	}
	return g, nil
}
