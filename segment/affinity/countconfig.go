package affinity

import (
	"encoding/json"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Basket says what is counted as bought together.
type Basket string

const (
	// PerOrder: the distinct items of one order. The default.
	PerOrder Basket = "order"
	// PerCustomer: the distinct items that one customer bought within
	// CountConfig.Window. A window begins with the first purchase outside the one
	// before, so windows never overlap.
	PerCustomer Basket = "customer"
)

// Large says what is done with a basket of more than CountConfig.MaxBasket
// distinct items, such as a wholesale order, which would say that everything goes
// with everything. Either way Stats.Large counts it.
type Large string

const (
	// LargeSkip leaves it out of every count. The default.
	LargeSkip Large = "skip"
	// LargeSample keeps MaxBasket of its items, chosen by a hash of the whole
	// basket: no item is preferred, and the same basket gives the same choice. One
	// with lines of more than 65,536 items is left out even so.
	LargeSample Large = "sample"
)

// Limits of a CountConfig where a field is 0, and the most it may be.
const (
	DefaultMaxBasket = 100
	DefaultMaxItems  = 1 << 20
	DefaultMaxPairs  = 1 << 22

	mostBasket = 4096
	mostItems  = 1 << 28
	mostPairs  = 1 << 30
)

// CountConfig says how baskets are counted. The zero value counts orders. As
// JSON it is read strictly by guanxi.UnmarshalStrict.
type CountConfig struct {
	Basket    Basket
	Window    guanxi.Span    // PerCustomer alone, and needed there: "P7D" is a week from the first purchase
	Location  *time.Location // whose calendar counts the days of Window; nil is UTC
	Large     Large
	MaxBasket int // distinct items of a basket, 2–4096; 0 is DefaultMaxBasket
	MaxItems  int // items that are counted, above MaxBasket; 0 is DefaultMaxItems
	MaxPairs  int // pairs that are counted, besides those of the last basket; 0 is DefaultMaxPairs; 27 to 53 bytes each
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c CountConfig) Validate() error {
	var f faultList
	switch c.Basket {
	case "", PerOrder:
		if !c.Window.IsZero() {
			f.option("/window", "an order has no window")
		}
	case PerCustomer:
		if err := c.Window.Validate(); err != nil {
			f.option("/window", "%w", err)
		} else if c.Window.IsZero() {
			f.option("/window", "a window such as P7D is needed")
		}
	default:
		f.option("/basket", "%q is none of order, customer", string(c.Basket))
	}
	if err := civil.CheckZone(c.Location, ErrOption); err != nil {
		f = append(f, guanxi.At("/location", err))
	}
	switch c.Large {
	case "", LargeSkip, LargeSample:
	default:
		f.option("/large", "%q is none of skip, sample", string(c.Large))
	}
	d := c.withDefaults()
	if d.MaxBasket < 2 || d.MaxBasket > mostBasket {
		f.option("/max_basket", "%d is not in 2 to %d", c.MaxBasket, mostBasket)
	}
	if d.MaxItems <= d.MaxBasket || d.MaxItems > mostItems {
		f.option("/max_items", "%d is not above max_basket, to %d", c.MaxItems, mostItems)
	}
	if d.MaxPairs < 1 || d.MaxPairs > mostPairs {
		f.option("/max_pairs", "%d is not in 1 to %d", c.MaxPairs, mostPairs)
	}
	return f.join()
}

func (c CountConfig) withDefaults() CountConfig {
	c.Basket = orDefault(c.Basket, PerOrder)
	c.Large = orDefault(c.Large, LargeSkip)
	c.MaxBasket = orDefault(c.MaxBasket, DefaultMaxBasket)
	c.MaxItems = orDefault(c.MaxItems, DefaultMaxItems)
	c.MaxPairs = orDefault(c.MaxPairs, DefaultMaxPairs)
	if c.Location == nil {
		c.Location = time.UTC
	}
	return c
}

// same reports whether counts of two configs may be merged.
func (c CountConfig) same(d CountConfig) bool {
	cz, _ := civil.ZoneName(c.Location)
	dz, _ := civil.ZoneName(d.Location)
	c.Location, d.Location = nil, nil
	return c == d && cz == dz
}

// zone is a location as text: an IANA name, or "+08:00" for a fixed offset. One that
// is none, or another one on another machine, such as Local, is ErrOption.
type zone = civil.ZoneText[noZone]

type noZone struct{}

func (noZone) Refused() error { return ErrOption }

type countJSON struct {
	Basket    Basket      `json:"basket,omitempty"`
	Window    guanxi.Span `json:"window,omitzero"`
	Location  zone        `json:"location,omitzero"`
	Large     Large       `json:"large,omitempty"`
	MaxBasket int         `json:"max_basket,omitempty"`
	MaxItems  int         `json:"max_items,omitempty"`
	MaxPairs  int         `json:"max_pairs,omitempty"`
}

// MarshalJSON writes the location by its IANA name, or as "+08:00".
func (c CountConfig) MarshalJSON() ([]byte, error) {
	return json.Marshal(countJSON{c.Basket, c.Window, zone{Loc: c.Location}, c.Large, c.MaxBasket, c.MaxItems, c.MaxPairs})
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *CountConfig) UnmarshalJSON(data []byte) error {
	var j countJSON
	err := guanxi.UnmarshalStrict(data, &j)
	return strict.Accept(c, CountConfig{j.Basket, j.Window, j.Location.Loc, j.Large, j.MaxBasket, j.MaxItems, j.MaxPairs}, err)
}
