package retention

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/internal/table"
)

// BookConfig names two neighbouring periods, [Opening, Closing) and
// [Closing, End), and a currency. For shops whose revenue is orders and not
// contracts: what was bought in the first is the opening, in the second the
// closing. Fields in JSON are in lower_snake, instants RFC 3339.
type BookConfig struct {
	Currency string    // a label such as "CNY"
	Decimals int       // decimal places of the currency, 0–18; no default
	Opening  time.Time // no default
	Closing  time.Time // no default
	End      time.Time // no default
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c BookConfig) Validate() error {
	errs := []error{checkCurrency(c.Currency, c.Decimals)}
	bad := false
	for _, f := range []struct {
		name string
		t    time.Time
	}{{"opening", c.Opening}, {"closing", c.Closing}, {"end", c.End}} {
		if _, err := micro(f.t); err != nil {
			errs, bad = append(errs, at(err, f.name)), true
		}
	}
	if !bad && !c.Opening.Before(c.Closing) {
		errs = append(errs, at(fmt.Errorf("%w: not after the opening", ErrOption), "closing"))
	}
	if !bad && !c.Closing.Before(c.End) {
		errs = append(errs, at(fmt.Errorf("%w: not after the closing", ErrOption), "end"))
	}
	return strict.Join(errs...)
}

// Entry is an order, or a refund with an amount below zero.
type Entry[K comparable] struct {
	Customer K
	At       time.Time
	Amount   decimal.Decimal
}

// Book makes accounts of orders: what every customer bought in two periods, and
// whether they were a customer before both. The order of arrival does not
// matter. 32 bytes a customer. Not safe for concurrent use: use one per
// goroutine and Merge.
type Book[K comparable] struct {
	cfg    BookConfig
	bounds [3]int64
	seed   uint64
	key    guanxi.Key[K]
	tab    table.Table[K, account]
	later  int64
}

type account struct {
	opening, closing int64
	former           bool
}

// NewBook returns an empty book, or every fault of cfg.
func NewBook[K comparable](key guanxi.Key[K], cfg BookConfig) (*Book[K], error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("retention: config: %w", err)
	}
	return &Book[K]{
		cfg: cfg, bounds: [3]int64{cfg.Opening.UnixMicro(), cfg.Closing.UnixMicro(), cfg.End.UnixMicro()},
		seed: rand.Uint64(), key: key,
	}, nil
}

// Len returns the number of customers.
func (b *Book[K]) Len() int { return len(b.tab.Rows) }

// Later returns how many entries at or after the end were left out.
func (b *Book[K]) Later() int64 { return b.later }

// Reset empties the book and keeps its memory.
func (b *Book[K]) Reset() {
	b.tab.Reset()
	b.later = 0
}

// Add adds one entry. One before the opening says no more than that its
// customer was there; one at or after the end is left out and counted. Errors:
// ErrCustomer, ErrTime, ErrAmount at their fields, and ErrOverflow at /amount,
// also where a customer's sum would not fit (there alone the order of arrival
// can matter); the book is as before then.
func (b *Book[K]) Add(e Entry[K]) error {
	var zero K
	us, err := micro(e.At)
	amount, err2 := fromDecimal(e.Amount, b.cfg.Decimals)
	err = strict.Join(placed(err, "at"), placed(err2, "amount"))
	if e.Customer == zero {
		err = strict.Join(at(ErrCustomer, "customer"), err)
	}
	if err != nil {
		return wrap(err)
	}
	if us >= b.bounds[2] {
		b.later++
		return nil
	}
	add := account{former: us < b.bounds[0]}
	switch {
	case add.former:
	case us < b.bounds[1]:
		add.opening = amount
	default:
		add.closing = amount
	}
	return wrap(placed(b.sum(e.Customer, add), "amount"))
}

func (b *Book[K]) sum(k K, add account) error {
	b.tab.Reserve(1)
	ord := b.tab.Ordinal(b.key.Hash(b.seed, k), k)
	row := &b.tab.Rows[ord].Row
	opening, ok1 := minor.Add(row.opening, add.opening)
	closing, ok2 := minor.Add(row.closing, add.closing)
	if !ok1 || !ok2 {
		return fmt.Errorf("%w: a customer's sum", ErrOverflow)
	}
	*row = account{opening, closing, row.former || add.former}
	return nil
}

// Merge adds what o holds, as if its entries had been added here; o stays as it
// is. Another config, or b itself, is ErrMismatch. A customer's sum out of range
// is ErrOverflow. b is unchanged then.
func (b *Book[K]) Merge(o *Book[K]) error {
	if b == o || b.cfg.Currency != o.cfg.Currency || b.cfg.Decimals != o.cfg.Decimals || b.bounds != o.bounds {
		return fmt.Errorf("retention: merge: %w", ErrMismatch)
	}
	for i := range o.tab.Rows { // first look whether all sums fit
		e := &o.tab.Rows[i]
		ord, ok := b.tab.Find(b.key.Hash(b.seed, e.Key), e.Key)
		if !ok {
			continue
		}
		_, ok1 := minor.Add(b.tab.Rows[ord].Row.opening, e.Row.opening)
		_, ok2 := minor.Add(b.tab.Rows[ord].Row.closing, e.Row.closing)
		if !ok1 || !ok2 {
			return fmt.Errorf("retention: merge: %w: a customer's sum", ErrOverflow)
		}
	}
	for i := range o.tab.Rows {
		_ = b.sum(o.tab.Rows[i].Key, o.tab.Rows[i].Row) // fits
	}
	b.later += o.later
	return nil
}

// Movement returns the movement of all customers between the two periods.
// ErrOverflow where the shop's sums do not fit. Cost: O(customers).
func (b *Book[K]) Movement() (Movement, error) {
	m := Movement{currency: b.cfg.Currency, decimals: b.cfg.Decimals}
	for i := range b.tab.Rows {
		a := b.tab.Rows[i].Row
		below := movement{belowOpening: min(a.opening, 0), belowClosing: min(a.closing, 0)}
		if err := m.AddMinor(max(a.opening, 0), max(a.closing, 0), a.former); err != nil {
			return Movement{}, err
		}
		if below == (movement{}) {
			continue
		}
		if err := m.sum(below, Heads{}); err != nil {
			return Movement{}, err
		}
	}
	return m, nil
}
