package affinity

import (
	"time"
)

// MaxQuantity is the largest quantity of a line, either way.
const MaxQuantity = 1 << 40

// Line is one line of an order: an item that was bought, or returned.
type Line[I comparable] struct {
	// Basket is the reference of the order or, PerCustomer, of the customer. The
	// lines of one basket come together (ORDER BY), those of a customer by time.
	Basket string
	At     time.Time // when; read PerCustomer alone
	Item   I
	// Quantity is in any unit, below zero for a return. Of a basket's quantities of
	// an item only the sign of the sum counts: above zero it was bought, however
	// many; otherwise it was not. So a return belongs in the basket of its order;
	// one in a basket of its own undoes nothing. 0 is ErrQuantity.
	Quantity int64
}

// The years 1 to 9999 in UTC microseconds. The first is the zero time.Time.
const (
	minMicro = -62135596800_000000
	maxMicro = 253402300800_000000
)

// micro converts a time to UTC microseconds.
func micro(t time.Time) (us int64, ok bool) {
	us = t.UnixMicro()
	return us, us > minMicro && us < maxMicro
}

// check names the field of a line that cannot be taken.
func (l *Line[I]) check(perCustomer bool) (field string, err error) {
	var zero I
	switch {
	case l.Basket == "":
		return "/basket", ErrNoBasket
	case l.Item == zero:
		return "/item", ErrNoItem
	case l.Quantity == 0 || l.Quantity > MaxQuantity || l.Quantity < -MaxQuantity:
		return "/quantity", ErrQuantity
	case perCustomer:
		if _, ok := micro(l.At); !ok {
			return "/at", ErrTime
		}
	}
	return "", nil
}
