package affinity

import (
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// Item is what the host says of one article. All amounts of a catalogue are in
// one currency.
type Item[I comparable] struct {
	ID       I
	Category string // "" is none: nothing leads up from it, or to it
	// Price and Margin are absent where nobody knows them: an item without a price
	// takes no part in up-selling, and one without a margin does not pass a floor.
	Price      decimal.NullDecimal // 0 or more
	Margin     decimal.NullDecimal // price less cost; below 0 is possible
	Consumable bool                // is used up: who has it may want it again
	OutOfStock bool
}

// product is an Item by ordinal.
type product struct {
	listed, consumable, out bool
	hasPrice, hasMargin     bool
	category                int32 // -1 is none
	price, margin           int64 // minor units
}

// products reads a catalogue. Faults are below /i: ErrNoItem and ErrDuplicate at
// id, ErrPrice, ErrDecimals and ErrOverflow at price and margin.
func (n *Next[I]) products(items []Item[I]) error {
	var errs []error
	var zero I
	categories := map[string]int32{}
	n.known.Reserve(len(items))
	for i := range items {
		it := &items[i]
		fault := func(field string, err error) {
			errs = append(errs, guanxi.At(guanxi.Pointer(i, field), err))
		}
		p := product{listed: true, consumable: it.Consumable, out: it.OutOfStock, category: -1}
		var err error
		if p.price, p.hasPrice, err = amount(it.Price, n.cfg.Decimals); err != nil {
			fault("price", err)
		} else if p.price < 0 {
			fault("price", ErrPrice)
		}
		if p.margin, p.hasMargin, err = amount(it.Margin, n.cfg.Decimals); err != nil {
			fault("margin", err)
		}
		if it.ID == zero {
			fault("id", ErrNoItem)
			continue
		}
		row := &n.known.Rows[n.known.Ordinal(n.key.Hash(n.seed, it.ID), it.ID)].Row
		if row.listed {
			fault("id", ErrDuplicate)
			continue
		}
		if it.Category != "" {
			c, ok := categories[it.Category]
			if !ok {
				c = int32(len(n.categories))
				categories[it.Category] = c
				n.categories = append(n.categories, category{})
			}
			p.category = c
		}
		*row = p
	}
	return errors.Join(errs...)
}

// amount converts what may be absent to minor units, exactly.
func amount(d decimal.NullDecimal, decimals int) (v int64, ok bool, err error) {
	if !d.Valid {
		return 0, false, nil
	}
	v, err = minor.From(d.Decimal, decimals)
	switch {
	case errors.Is(err, minor.ErrScale):
		return 0, false, ErrDecimals
	case err != nil:
		return 0, false, fmt.Errorf("%w: %w", ErrOverflow, err)
	}
	return v, true, nil
}
