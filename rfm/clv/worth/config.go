package worth

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/shopspring/decimal"
)

// Referrers says what several referrers of one customer are.
type Referrers string

const (
	// ReferrersRefuse refuses every row but the first with ErrReferrers. The default.
	ReferrersRefuse Referrers = "refuse"
	// ReferrersFirst keeps the earliest referral; of those at one instant, the one
	// of the referrer whose key comes first. It needs Referral.At.
	ReferrersFirst Referrers = "first"
	// ReferrersSplit divides what the customer counts among them in equal parts.
	ReferrersSplit Referrers = "split"
)

// MaxHops is the largest number of hops that word of mouth may go.
const MaxHops = 16

// Config says what word of mouth and cooperation are worth. The zero value counts
// consumption alone. As JSON it is read strictly. A plain value; may be shared.
type Config struct {
	Currency string `json:"currency,omitempty"` // a label such as "CNY"
	Decimals int    `json:"decimals"`           // decimal places of the currency, 0–18; no default
	// Decay is the share of a customer's consumption that counts for who brought
	// them (first), for who brought that one (second), …: from 1 down to 0, none
	// larger than the one before, with at most 12 decimal places and 16 hops. Empty:
	// word of mouth counts nothing.
	Decay []decimal.Decimal `json:"decay,omitempty"`
	// Referrers: what if a customer has several. Default ReferrersRefuse.
	Referrers Referrers `json:"referrers,omitempty"`
	// Point is the money that one point of cooperation score is worth, 0 or more
	// with at most 12 decimal places; 0: scores count nothing.
	Point decimal.Decimal `json:"point,omitzero"`
	// MaxScore is the best score; 0: there is no best. At most 6 decimal places.
	MaxScore decimal.Decimal `json:"max_score,omitzero"`
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c Config) Validate() error {
	_, err := c.rates()
	return err
}

// rates are the numbers of a config as integers.
type rates struct {
	decay           []int64 // of rateOne
	point, maxScore int64
}

func (c Config) rates() (r rates, err error) {
	var errs []error
	fault := func(pointer string, err error) { errs = append(errs, &guanxi.FieldError{Pointer: pointer, Err: err}) }
	option := func(pointer, format string, args ...any) {
		fault(pointer, fmt.Errorf("%w: "+format, append([]any{ErrOption}, args...)...))
	}
	errs = append(errs, checkCurrency(c.Currency, c.Decimals)...)
	if len(c.Decay) > MaxHops {
		option("/decay", "%d hops are more than %d", len(c.Decay), MaxHops)
	}
	last := int64(rateOne)
	for i, d := range c.Decay {
		v, err := minor.From(d, ratePlaces)
		at := guanxi.Pointer("decay", i)
		switch {
		case errors.Is(err, minor.ErrScale):
			fault(at, ErrDecimals)
		case err != nil || v < 0 || v > rateOne:
			option(at, "a share is from 0 to 1")
		case v > last:
			option(at, "decay grows")
		default:
			last = v
		}
		r.decay = append(r.decay, v)
	}
	switch c.Referrers {
	case "", ReferrersRefuse, ReferrersFirst, ReferrersSplit:
	default:
		option("/referrers", "%.32q", c.Referrers)
	}
	if r.point, err = minor.From(c.Point, ratePlaces); err != nil {
		fault("/point", moneyFault(err))
	} else if r.point < 0 {
		option("/point", "below 0")
	}
	if r.maxScore, err = minor.From(c.MaxScore, scorePlaces); err != nil {
		fault("/max_score", moneyFault(err))
	} else if r.maxScore < 0 {
		option("/max_score", "below 0")
	}
	return r, errors.Join(errs...)
}

func checkCurrency(currency string, decimals int) (errs []error) {
	if !utf8.ValidString(currency) {
		errs = append(errs, &guanxi.FieldError{Pointer: "/currency", Err: fmt.Errorf("%w: %q is no text", ErrOption, currency)})
	}
	if decimals < 0 || decimals > minor.MaxScale {
		errs = append(errs, &guanxi.FieldError{Pointer: "/decimals", Err: fmt.Errorf("%w: %d is not in 0 to %d", ErrOption, decimals, minor.MaxScale)})
	}
	return errs
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *Config) UnmarshalJSON(data []byte) error {
	type plain Config
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, Config(v), err)
}
