package rfm

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// Keep says what an Aggregator remembers of the orders it is given.
type Keep string

const (
	// Orders keeps every order as a compact row (24 bytes, and the text of its
	// reference): refunds can undo, windows can slide, any earlier date can be
	// scored. The default.
	Orders Keep = "orders"
	// Totals keeps last, count and sum per customer and nothing else: the compact
	// case. What needs single orders is ErrNeedsOrders.
	Totals Keep = "totals"
)

// Period says what counts as one purchase: each order, or all orders of one
// calendar period in Config.Location taken together.
type Period string

const (
	PerOrder Period = "order" // every order is a purchase; the default
	PerDay   Period = "day"   // orders of one civil day are one purchase
	PerWeek  Period = "week"  // ISO weeks, from Monday
	PerMonth Period = "month" // calendar months
)

// RefundPolicy says what a negative amount does. Whatever it does, it is never
// a purchase: it adds nothing to frequency and does not renew recency.
type RefundPolicy string

const (
	// RefundUndo subtracts the refund from money; a purchase refunded wholly
	// stops counting for recency and frequency. The default.
	RefundUndo RefundPolicy = "undo"
	// RefundSubtract subtracts from money only: the purchase happened.
	RefundSubtract RefundPolicy = "subtract"
	// RefundRefuse refuses negative amounts with ErrRefund.
	RefundRefuse RefundPolicy = "refuse"
)

// ZeroPolicy says what a purchase with amount 0 is. Either way Notes.Zero
// tells how many there were.
type ZeroPolicy string

const (
	ZeroCounts ZeroPolicy = "counts" // a purchase like any other, as in the literature's data; the default
	ZeroSkips  ZeroPolicy = "skips"  // not a purchase
)

// RecencyFrom says which event recency counts from.
type RecencyFrom string

const (
	FromPurchases RecencyFrom = "purchases" // the last purchase; the default
	FromContacts  RecencyFrom = "contacts"  // the last contact: AddContact, or a purchase
)

// Config says how orders become customers. The zero value is a currency without
// minor digits, each order one purchase, refunds undone, days in UTC.
type Config struct {
	Currency  string         // a label such as "CNY"; aggregates of two currencies do not merge
	Decimals  int            // decimal places of the currency, 0–18: 2 for CNY, 0 for JPY; no default
	Location  *time.Location // where a day begins, an IANA zone or a fixed offset; nil is UTC
	Keep      Keep
	Per       Period // other than PerOrder needs Keep: Orders
	Refunds   RefundPolicy
	Zero      ZeroPolicy
	Recency   RecencyFrom
	KeepCosts bool // read Purchase.Cost, so that Monetary can be the Margin
	Workers   int  // goroutines a batch may use; 0 or 1 is the caller's alone; results do not depend on it
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c Config) Validate() error {
	var errs []error
	fault := func(name string, err error) { errs = append(errs, guanxi.At("/"+name, err)) }
	oneOf := func(name, got string, want ...string) {
		for _, w := range want {
			if got == w || got == "" {
				return
			}
		}
		fault(name, fmt.Errorf("%w: %q is none of %q", ErrOption, got, want))
	}
	if !utf8.ValidString(c.Currency) {
		fault("currency", fmt.Errorf("%w: %q is no text", ErrOption, c.Currency))
	}
	if c.Decimals < 0 || c.Decimals > minor.MaxScale {
		fault("decimals", fmt.Errorf("%w: %d is not in 0 to %d", ErrOption, c.Decimals, minor.MaxScale))
	}
	if err := civil.CheckZone(c.Location, ErrOption); err != nil {
		fault("location", err)
	}
	oneOf("keep", string(c.Keep), string(Orders), string(Totals))
	oneOf("per", string(c.Per), string(PerOrder), string(PerDay), string(PerWeek), string(PerMonth))
	oneOf("refunds", string(c.Refunds), string(RefundUndo), string(RefundSubtract), string(RefundRefuse))
	oneOf("zero", string(c.Zero), string(ZeroCounts), string(ZeroSkips))
	oneOf("recency", string(c.Recency), string(FromPurchases), string(FromContacts))
	if c.Keep == Totals && c.Per != "" && c.Per != PerOrder {
		fault("per", fmt.Errorf("%w: orders of one %s cannot be told apart", ErrNeedsOrders, c.Per))
	}
	if c.Workers < 0 || c.Workers > maxWorkers {
		fault("workers", fmt.Errorf("%w: %d is not in 0 to %d", ErrOption, c.Workers, maxWorkers))
	}
	return errors.Join(errs...)
}

const maxWorkers = 256

// withDefaults spells out every option that was left at its zero value.
func (c Config) withDefaults() Config {
	if c.Location == nil {
		c.Location = time.UTC
	}
	c.Keep = orDefault(c.Keep, Orders)
	c.Per = orDefault(c.Per, PerOrder)
	c.Refunds = orDefault(c.Refunds, RefundUndo)
	c.Zero = orDefault(c.Zero, ZeroCounts)
	c.Recency = orDefault(c.Recency, FromPurchases)
	c.Workers = max(c.Workers, 1)
	return c
}

// sameData reports whether aggregates of two configs hold the same kind of
// content. Workers and the policies of reading do not matter to what is held.
func (c Config) sameData(d Config) bool {
	c.Workers, d.Workers = 0, 0
	cz, _ := civil.ZoneName(c.Location)
	dz, _ := civil.ZoneName(d.Location)
	c.Location, d.Location = nil, nil
	return c == d && cz == dz
}

func orDefault[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

// configJSON is Config with its location as text.
type configJSON struct {
	Currency  string       `json:"currency,omitempty"`
	Decimals  int          `json:"decimals"`
	Location  string       `json:"location,omitempty"`
	Keep      Keep         `json:"keep,omitempty"`
	Per       Period       `json:"per,omitempty"`
	Refunds   RefundPolicy `json:"refunds,omitempty"`
	Zero      ZeroPolicy   `json:"zero,omitempty"`
	Recency   RecencyFrom  `json:"recency,omitempty"`
	KeepCosts bool         `json:"keep_costs,omitempty"`
	Workers   int          `json:"workers,omitempty"`
}

// MarshalJSON writes the location by its IANA name, or as "+08:00".
func (c Config) MarshalJSON() ([]byte, error) {
	j := configJSON{Currency: c.Currency, Decimals: c.Decimals, Keep: c.Keep, Per: c.Per,
		Refunds: c.Refunds, Zero: c.Zero, Recency: c.Recency, KeepCosts: c.KeepCosts, Workers: c.Workers}
	name, err := civil.MarshalZone(c.Location, ErrOption)
	if err != nil {
		return nil, guanxi.At("/location", err)
	}
	j.Location = string(name)
	return json.Marshal(j)
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *Config) UnmarshalJSON(data []byte) error {
	var j configJSON
	if err := guanxi.UnmarshalStrict(data, &j); err != nil {
		return err
	}
	r := Config{Currency: j.Currency, Decimals: j.Decimals, Keep: j.Keep, Per: j.Per,
		Refunds: j.Refunds, Zero: j.Zero, Recency: j.Recency, KeepCosts: j.KeepCosts, Workers: j.Workers}
	loc, err := civil.UnmarshalZone([]byte(j.Location), ErrOption)
	r.Location = loc
	if err := errors.Join(guanxi.At("/location", err), r.Validate()); err != nil {
		return err
	}
	*c = r
	return nil
}
