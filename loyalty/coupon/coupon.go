package coupon

import (
	"database/sql/driver"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/column"
	"github.com/guanxi-go/guanxi/internal/ident"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Coupon is the state of one issued coupon, which the host stores, as JSON for
// instance. [Catalogue.Decide] makes the next one; nothing in it is changed in place.
// The zero Coupon was never issued. A value; its slice is shared with its copies.
type Coupon struct {
	Code       Code   `json:"code"`
	Definition string `json:"definition"` // id
	Under      int    `json:"under"`      // version of the definition it was issued under
	// Customer it belongs to; "" is whoever shows it.
	Customer string  `json:"customer,omitempty"`
	Issued   Instant `json:"issued_us"`
	Begins   Instant `json:"begins_us"`
	Expires  Instant `json:"expires_us,omitempty"` // valid before; 0 is for ever
	Voided   Instant `json:"voided_us,omitempty"`  // 0 is not void
	Updated  Instant `json:"updated_us"`           // last change
	Uses     int64   `json:"uses"`                 // it has in all
	Lapsed   int64   `json:"lapsed,omitempty"`     // uses that expired before the end was put off
	// Taken are the uses reserved and redeemed, in the order of reservation, and the
	// last 16 reservations that ran out, so that who comes late is told so.
	Taken []Use `json:"taken,omitempty"`
	// Version of the row, raised by one with every change; 0 was never stored.
	Version int64 `json:"version"`
}

// Use is one use of a coupon by an order.
type Use struct {
	Order    string  `json:"order"`
	Customer string  `json:"customer,omitempty"`
	At       Instant `json:"at_us"`              // of the reservation, or of the redemption
	Until    Instant `json:"until_us,omitempty"` // reserved before; 0 is redeemed
}

// redeemed reports whether the use is taken for good.
func (u Use) redeemed() bool { return u.Until == 0 }

// holds reports whether the use is reserved at t.
func (u Use) holds(t Instant) bool { return u.Until > t }

// Tally counts uses by what they are at an instant. Issued is the sum of the rest.
type Tally struct {
	Issued   int64 `json:"issued"`
	Open     int64 `json:"open"`
	Reserved int64 `json:"reserved"`
	Redeemed int64 `json:"redeemed"`
	Expired  int64 `json:"expired"`
	Void     int64 `json:"void"`
}

// Add adds u: the tally of several coupons.
func (t *Tally) Add(u Tally) {
	t.Issued += u.Issued
	t.Open += u.Open
	t.Reserved += u.Reserved
	t.Redeemed += u.Redeemed
	t.Expired += u.Expired
	t.Void += u.Void
}

// TallyAt counts the coupon's uses at t. At an instant before its last change it is
// what the coupon as it is now would have been then.
func (c Coupon) TallyAt(t Instant) Tally {
	n := Tally{Issued: c.Uses, Expired: c.Lapsed}
	for _, u := range c.Taken {
		switch {
		case u.redeemed():
			n.Redeemed++
		case u.holds(t):
			n.Reserved++
		}
	}
	rest := c.Uses - c.Lapsed - n.Redeemed - n.Reserved
	switch {
	case c.Voided != 0:
		n.Void = rest
	case c.Expires.over(t):
		n.Expired += rest
	default:
		n.Open = rest
	}
	return n
}

// Status is what a coupon is to a person who looks at it.
type Status string

// The statuses, of which the first that is true counts.
const (
	Upcoming Status = "upcoming" // open, and not yet valid
	Open     Status = "open"     // a use is open
	Reserved Status = "reserved" // no use is open, one is reserved
	Void     Status = "void"     // cancelled
	Expired  Status = "expired"  // a use has expired
	Redeemed Status = "redeemed" // every use is redeemed
)

// Label returns the name in lang, or the id of an unknown status.
func (s Status) Label(lang guanxi.Lang) string {
	switch s {
	case Upcoming:
		return guanxi.Text{EN: "not valid yet", ZH: "未生效"}.In(lang)
	case Open:
		return guanxi.Text{EN: "usable", ZH: "可使用"}.In(lang)
	case Reserved:
		return guanxi.Text{EN: "reserved", ZH: "已锁定"}.In(lang)
	case Void:
		return guanxi.Text{EN: "cancelled", ZH: "已作废"}.In(lang)
	case Expired:
		return guanxi.Text{EN: "expired", ZH: "已过期"}.In(lang)
	case Redeemed:
		return guanxi.Text{EN: "used", ZH: "已使用"}.In(lang)
	}
	return string(s)
}

// StatusAt returns the status at t.
func (c Coupon) StatusAt(t Instant) Status {
	switch n := c.TallyAt(t); {
	case n.Open > 0 && t < c.Begins:
		return Upcoming
	case n.Open > 0:
		return Open
	case n.Reserved > 0:
		return Reserved
	case c.Voided != 0:
		return Void
	case n.Expired > 0:
		return Expired
	}
	return Redeemed
}

// Validate returns [ErrState], placed where it is wrong, for a coupon that was not
// made here.
func (c Coupon) Validate() error {
	var f faults
	bad := func(pointer string, wrong bool) {
		if wrong {
			f.at(pointer, ErrState)
		}
	}
	f.id("/code", string(c.Code))
	f.id("/definition", c.Definition)
	bad("/under", c.Under < 1)
	if c.Customer != "" {
		f.name("/customer", c.Customer)
	}
	bad("/issued_us", c.Issued <= 0 || !c.Issued.sound())
	bad("/begins_us", c.Begins < c.Issued || !c.Begins.sound())
	bad("/expires_us", !c.Expires.sound() || c.Expires != 0 && c.Expires <= c.Begins)
	bad("/voided_us", !c.Voided.sound() || c.Voided != 0 && c.Voided < c.Issued)
	bad("/updated_us", !c.Updated.sound() || c.Updated < c.Issued || c.Updated < c.Voided)
	bad("/uses", c.Uses < 1 || c.Uses > maxUses)
	bad("/version", c.Version < 1)
	orders, taken := make(map[string]bool, len(c.Taken)), int64(0)
	for i, u := range c.Taken {
		if u.redeemed() || u.holds(c.Updated) {
			taken++
		}
		bad(guanxi.Pointer("taken", i), !ident.Name(u.Order) || orders[u.Order] || u.Customer != "" && !ident.Name(u.Customer) ||
			u.At < c.Issued || u.At > c.Updated || !u.Until.sound() || u.Until != 0 && u.Until <= u.At)
		orders[u.Order] = true
	}
	bad("/lapsed", c.Lapsed < 0 || c.Lapsed > c.Uses-taken)
	return f.err()
}

// UnmarshalJSON reads strictly what was written; c is left alone on error.
func (c *Coupon) UnmarshalJSON(data []byte) error {
	type plain Coupon
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, Coupon(v), err)
}

// Value implements driver.Valuer: the JSON text.
func (c Coupon) Value() (driver.Value, error) { return column.Value(c) }

// Scan implements sql.Scanner for text columns.
func (c *Coupon) Scan(src any) error { return column.Scan(src, c, ErrState) }

// find returns the position of an order's use, or -1.
func (c *Coupon) find(order string) int {
	return slices.IndexFunc(c.Taken, func(u Use) bool { return u.Order == order })
}

// remembered is how many reservations that ran out a coupon keeps.
const remembered = 16

// prune gives the coupon a slice of its own, without the oldest of the reservations
// that ran out where there are more than are remembered. It returns the slice with
// room for one more.
func (c *Coupon) prune(t Instant) {
	gone := -remembered
	for _, u := range c.Taken {
		if !u.redeemed() && !u.holds(t) {
			gone++
		}
	}
	taken := make([]Use, 0, len(c.Taken)+1)
	for _, u := range c.Taken {
		if gone > 0 && !u.redeemed() && !u.holds(t) {
			gone--
			continue
		}
		taken = append(taken, u)
	}
	c.Taken = taken
}
