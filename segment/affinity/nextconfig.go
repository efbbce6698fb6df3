package affinity

import (
	"encoding/json"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/shopspring/decimal"
)

// Combine says how several rules to one item become its score.
type Combine string

const (
	// AnyCause is 1 − Π (1 − strength) over the rules: each adds, and none takes the
	// score above 1. The default.
	AnyCause Combine = "any"
	// Strongest is the strength of the strongest rule alone.
	Strongest Combine = "strongest"
)

// UpBy says what makes an item of the same category a step up.
type UpBy string

const (
	UpByPrice  UpBy = "price"  // a higher price; the default
	UpByMargin UpBy = "margin" // a higher margin, at no lower price
	UpByBoth   UpBy = "both"   // a higher price and a higher margin
)

// Unknown says what becomes of an item in a query that neither the catalogue nor
// the counts hold.
type Unknown string

const (
	UnknownRefuse Unknown = "refuse" // ErrUnknownItem; the default
	UnknownSkip   Unknown = "skip"   // the item is passed over
)

// DefaultMaxStep is how many times the price a step up may cost.
const DefaultMaxStep = 2

// NextConfig says what may be suggested. The zero value is a currency without
// minor digits, no floor of margins, a step up to twice the price. As JSON it is
// read strictly by guanxi.UnmarshalStrict.
type NextConfig struct {
	Decimals  int // decimal places of the currency, 0–18; no default
	Combine   Combine
	MinMargin *decimal.Decimal // an item with a lower or an unknown margin is never suggested; nil is no floor
	UpBy      UpBy
	MaxStep   float64 // 1 or more times the price; 0 is DefaultMaxStep
	Unknown   Unknown
	Habit     HabitConfig
	LeadDays  int // a habit counts as due so many days before it is
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c NextConfig) Validate() error {
	var f faultList
	if c.Decimals < 0 || c.Decimals > minor.MaxScale {
		f.option("/decimals", "%d is not in 0 to %d", c.Decimals, minor.MaxScale)
	} else if _, _, err := c.floor(); err != nil {
		f = append(f, guanxi.At("/min_margin", err))
	}
	switch c.Combine {
	case "", AnyCause, Strongest:
	default:
		f.option("/combine", "%q is none of any, strongest", string(c.Combine))
	}
	switch c.UpBy {
	case "", UpByPrice, UpByMargin, UpByBoth:
	default:
		f.option("/up_by", "%q is none of price, margin, both", string(c.UpBy))
	}
	if c.MaxStep != 0 && !(c.MaxStep >= 1 && c.MaxStep <= 1e9) {
		f.option("/max_step", "%v is not in 1 to 1e9", c.MaxStep)
	}
	switch c.Unknown {
	case "", UnknownRefuse, UnknownSkip:
	default:
		f.option("/unknown", "%q is none of refuse, skip", string(c.Unknown))
	}
	if err := c.Habit.Validate(); err != nil {
		f = append(f, guanxi.At("/habit", err))
	}
	if c.LeadDays < 0 || c.LeadDays > 36500 {
		f.option("/lead_days", "%d is not in 0 to 36500", c.LeadDays)
	}
	return f.join()
}

// floor is MinMargin in minor units.
func (c NextConfig) floor() (v int64, ok bool, err error) {
	if c.MinMargin == nil {
		return 0, false, nil
	}
	return amount(decimal.NewNullDecimal(*c.MinMargin), c.Decimals)
}

func (c NextConfig) withDefaults() NextConfig {
	c.Combine = orDefault(c.Combine, AnyCause)
	c.UpBy = orDefault(c.UpBy, UpByPrice)
	c.MaxStep = orDefault(c.MaxStep, DefaultMaxStep)
	c.Unknown = orDefault(c.Unknown, UnknownRefuse)
	c.Habit = c.Habit.withDefaults()
	if c.MinMargin != nil {
		c.MinMargin = new(*c.MinMargin)
	}
	return c
}

type nextJSON struct {
	Decimals  int              `json:"decimals"`
	Combine   Combine          `json:"combine,omitempty"`
	MinMargin *decimal.Decimal `json:"min_margin,omitempty"`
	UpBy      UpBy             `json:"up_by,omitempty"`
	MaxStep   float64          `json:"max_step,omitempty"`
	Unknown   Unknown          `json:"unknown,omitempty"`
	Habit     HabitConfig      `json:"habit,omitzero"`
	LeadDays  int              `json:"lead_days,omitempty"`
}

// MarshalJSON writes the location of days by its IANA name, or as "+08:00".
func (c NextConfig) MarshalJSON() ([]byte, error) { return json.Marshal(nextJSON(c)) }

// UnmarshalJSON reads strictly, as that of CountConfig does.
func (c *NextConfig) UnmarshalJSON(data []byte) error {
	var j nextJSON
	err := guanxi.UnmarshalStrict(data, &j)
	return strict.Accept(c, NextConfig(j), err)
}

type habitJSON struct {
	MinTimes int  `json:"min_times,omitempty"`
	Location zone `json:"location,omitzero"`
}

// MarshalJSON writes the location by its IANA name, or as "+08:00".
func (c HabitConfig) MarshalJSON() ([]byte, error) {
	return json.Marshal(habitJSON{c.MinTimes, zone{Loc: c.Location}})
}

// UnmarshalJSON reads strictly, as that of CountConfig does.
func (c *HabitConfig) UnmarshalJSON(data []byte) error {
	var j habitJSON
	err := guanxi.UnmarshalStrict(data, &j)
	return strict.Accept(c, HabitConfig{j.MinTimes, j.Location.Loc}, err)
}
