package coupon

import (
	"database/sql/driver"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/column"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// CounterID names a counter: a definition's, for one customer or, where Customer is
// "", for all together.
type CounterID struct {
	Definition string `json:"definition"`
	Customer   string `json:"customer,omitempty"`
}

// Counter counts what a limit limits: a state of its own that the host stores, apart
// from coupons. It reserves when a use is reserved, confirms when it is redeemed and
// releases when it is released; a reservation that runs out needs no command. The
// zero Counter with its id has counted nothing. A value; its slice is shared with its
// copies and never changed in place.
type Counter struct {
	CounterID
	Issued   int64 `json:"issued,omitempty"`   // coupons
	Redeemed int64 `json:"redeemed,omitempty"` // uses
	// Held are the reservations by deadline, the earliest first, each deadline once.
	Held    []Held  `json:"held,omitempty"`
	Updated Instant `json:"updated_us"` // last change
	// Version of the row, raised by one with every change; 0 was never stored.
	Version int64 `json:"version"`
}

// Held is how many reservations end at one instant.
type Held struct {
	Until Instant `json:"until_us"`
	N     int64   `json:"n"`
}

// ReservedAt is how many reservations stand at t.
func (c Counter) ReservedAt(t Instant) (n int64) {
	for i := len(c.Held) - 1; i >= 0 && c.Held[i].Until > t; i-- {
		n += c.Held[i].N
	}
	return n
}

// LeftAt is how many more may be redeemed or reserved at t under a limit, 0 being no
// limit, which is the largest number.
func (c Counter) LeftAt(t Instant, limit int64) int64 {
	if limit == 0 {
		return math.MaxInt64
	}
	return max(limit-c.Redeemed-c.ReservedAt(t), 0)
}

// holding returns the counter's reservations that stand at t, with n more, or fewer,
// for one deadline. ok is false where there are fewer than that.
func (c *Counter) holding(t, until Instant, n int64) (held []Held, ok bool) {
	held = make([]Held, 0, len(c.Held)+1)
	for _, h := range c.Held {
		if h.Until > t {
			held = append(held, h)
		}
	}
	if n == 0 {
		return held, true
	}
	i, found := slices.BinarySearchFunc(held, until, func(h Held, u Instant) int { return int(min(max(h.Until-u, -1), 1)) })
	if !found {
		held = slices.Insert(held, i, Held{until, 0})
	}
	if held[i].N += n; held[i].N < 0 {
		return nil, false
	}
	if held[i].N == 0 {
		held = slices.Delete(held, i, i+1)
	}
	return held, true
}

// Validate returns [ErrState], placed where it is wrong, for a counter that was not
// made here.
func (c Counter) Validate() error {
	var f faults
	f.id("/definition", c.Definition)
	if c.Customer != "" {
		f.name("/customer", c.Customer)
	}
	bad := func(pointer string, wrong bool) {
		if wrong {
			f.at(pointer, ErrState)
		}
	}
	bad("/issued", c.Issued < 0 || c.Issued > maxCount)
	bad("/redeemed", c.Redeemed < 0 || c.Redeemed > maxCount)
	bad("/updated_us", !c.Updated.sound())
	bad("/version", c.Version < 0 || c.Version == 0 && (c.Issued != 0 || c.Redeemed != 0 || len(c.Held) > 0))
	last, sum := Instant(0), int64(0)
	for i, h := range c.Held {
		bad(guanxi.Pointer("held", i), h.Until <= last || !h.Until.sound() || h.N < 1 || h.N > maxCount-sum)
		last, sum = h.Until, sum+min(max(h.N, 0), maxCount-sum)
	}
	return f.err()
}

// UnmarshalJSON reads strictly what was written; c is left alone on error.
func (c *Counter) UnmarshalJSON(data []byte) error {
	type plain Counter
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, Counter(v), err)
}

// Value implements driver.Valuer: the JSON text.
func (c Counter) Value() (driver.Value, error) { return column.Value(c) }

// Scan implements sql.Scanner for text columns.
func (c *Counter) Scan(src any) error { return column.Scan(src, c, ErrState) }
