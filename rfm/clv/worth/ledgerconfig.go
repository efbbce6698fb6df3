package worth

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Period says into which calendar periods a ledger sorts entries.
type Period string

// The periods.
const (
	PerMonth   Period = "month" // the default
	PerDay     Period = "day"
	PerWeek    Period = "week" // from Monday
	PerQuarter Period = "quarter"
	PerYear    Period = "year"
)

// start returns when the period that t lies in begins.
func (p Period) start(t time.Time) time.Time {
	y, m, d := t.Date()
	switch p {
	case PerDay:
	case PerWeek:
		d -= int(t.Weekday()+6) % 7
	case PerQuarter:
		m, d = m-(m-1)%3, 1
	case PerYear:
		m, d = time.January, 1
	default:
		d = 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// LedgerConfig sets up a Ledger. The zero value is a currency without minor
// digits, by months in UTC. As JSON it is read strictly. A plain value; may
// be shared.
type LedgerConfig struct {
	Currency string         // a label such as "CNY"; ledgers of two currencies do not merge
	Decimals int            // decimal places of the currency, 0–18; no default
	Period   Period         // default PerMonth
	Location *time.Location // where periods begin, an IANA zone or a fixed offset; nil is UTC
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c LedgerConfig) Validate() error {
	errs := checkCurrency(c.Currency, c.Decimals)
	switch c.Period {
	case "", PerDay, PerWeek, PerMonth, PerQuarter, PerYear:
	default:
		errs = append(errs, &guanxi.FieldError{Pointer: "/period", Err: fmt.Errorf("%w: %.32q", ErrOption, c.Period)})
	}
	if err := civil.CheckZone(c.Location, ErrOption); err != nil {
		errs = append(errs, &guanxi.FieldError{Pointer: "/location", Err: err})
	}
	return errors.Join(errs...)
}

func (c LedgerConfig) withDefaults() LedgerConfig {
	if c.Period == "" {
		c.Period = PerMonth
	}
	if c.Location == nil {
		c.Location = time.UTC
	}
	return c
}

// header is what two ledgers must have in common, of a checked config with its
// defaults.
func (c LedgerConfig) header() [4]string {
	name, _ := civil.ZoneName(c.Location)
	return [4]string{c.Currency, strconv.Itoa(c.Decimals), string(c.Period), name}
}

type ledgerJSON struct {
	Currency string `json:"currency,omitempty"`
	Decimals int    `json:"decimals"`
	Period   Period `json:"period,omitempty"`
	Location string `json:"location,omitempty"`
}

// MarshalJSON writes the location by its IANA name, or as "+08:00".
func (c LedgerConfig) MarshalJSON() ([]byte, error) {
	name, err := civil.MarshalZone(c.Location, ErrOption)
	if err != nil {
		return nil, err
	}
	return json.Marshal(ledgerJSON{c.Currency, c.Decimals, c.Period, string(name)})
}

// UnmarshalJSON reads strictly, as that of [Config] does.
func (c *LedgerConfig) UnmarshalJSON(data []byte) error {
	var j ledgerJSON
	if err := guanxi.UnmarshalStrict(data, &j); err != nil {
		return err
	}
	loc, err := civil.UnmarshalZone([]byte(j.Location), ErrOption)
	if err != nil {
		err = &guanxi.FieldError{Pointer: "/location", Err: err}
	}
	v := LedgerConfig{j.Currency, j.Decimals, j.Period, loc}
	return strict.Accept(c, v, errors.Join(err, v.Validate()))
}
