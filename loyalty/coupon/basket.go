package coupon

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/ident"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// Basket is what coupons are applied to. A plain value; it is not changed.
type Basket struct {
	Currency string `json:"currency"`
	Decimals int    `json:"decimals"` // decimal places of the currency, 0 to 18
	Channel  string `json:"channel,omitempty"`
	// Customer who buys; "" where nobody knows, who then may use the coupons that
	// belong to nobody.
	Customer string `json:"customer,omitempty"`
	// Order the basket is, or "": what it has reserved or redeemed itself, it may use.
	Order    string          `json:"order,omitempty"`
	Lines    []Line          `json:"lines"`
	Delivery decimal.Decimal `json:"delivery,omitzero"` // what it costs before coupons
}

// Line is one line of a basket.
type Line struct {
	ID     string          `json:"id"` // of the line, unique in the basket
	Item   string          `json:"item,omitempty"`
	Groups []string        `json:"groups,omitempty"` // of products that the item is in
	Amount decimal.Decimal `json:"amount"`           // of the whole line; at least 0
}

const maxLines = 10_000

// Validate returns every fault of b, each a *guanxi.FieldError.
func (b Basket) Validate() error {
	_, err := b.ready()
	return err
}

// bill is a basket in minor units.
type bill struct {
	lines    []int64
	total    int64
	delivery int64
}

func (b *Basket) ready() (bill, error) {
	var f faults
	f.id("/currency", b.Currency)
	scale := b.Decimals
	if scale < 0 || scale > minor.MaxScale {
		f.add("/decimals", ErrOption, "%d is not in 0 to %d", scale, minor.MaxScale)
		scale = 0
	}
	if b.Customer != "" {
		f.name("/customer", b.Customer)
	}
	if b.Order != "" {
		f.name("/order", b.Order)
	}
	p := bill{delivery: f.money("/delivery", b.Delivery, scale)}
	if len(b.Lines) > maxLines {
		f.add("/lines", ErrTooMany, "%d are more than %d", len(b.Lines), maxLines)
		return p, f.err()
	}
	p.lines = make([]int64, len(b.Lines))
	seen := make(map[string]bool, len(b.Lines))
	fits := true
	for i := range b.Lines {
		l := &b.Lines[i]
		if !ident.ID(l.ID) {
			f.id(guanxi.Pointer("lines", i, "id"), l.ID)
		} else if seen[l.ID] {
			f.at(guanxi.Pointer("lines", i, "id"), fmt.Errorf("%w: %.64q", ErrDuplicate, l.ID))
		}
		seen[l.ID] = true
		v, err := minor.From(l.Amount, scale)
		switch {
		case err != nil:
			f.at(guanxi.Pointer("lines", i, "amount"), err)
		case v < 0:
			f.add(guanxi.Pointer("lines", i, "amount"), ErrMoney, "%s is negative", l.Amount)
		}
		p.lines[i] = v
		var ok bool
		p.total, ok = minor.Add(p.total, v)
		fits = fits && ok
	}
	if _, ok := minor.Add(p.total, p.delivery); !fits || !ok {
		f.at("/lines", ErrOverflow)
	}
	return p, f.err()
}

// takes reports whether a line is in scope.
func (r *rule) takes(l *Line) bool {
	included := r.items.open() && r.groups.open()
	if r.items != nil {
		if r.items.out[l.Item] {
			return false
		}
		included = included || r.items.in[l.Item]
	}
	if r.groups != nil {
		for _, g := range l.Groups {
			if r.groups.out[g] {
				return false
			}
			included = included || r.groups.in[g]
		}
	}
	return included
}

// open reports whether nothing is included by name, which is everything.
func (f *filter) open() bool { return f == nil || f.in == nil }

func (r *rule) takesChannel(channel string) bool {
	f := r.channels
	return f == nil || !f.out[channel] && (f.in == nil || f.in[channel])
}
