package coupon

import (
	"math"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

const (
	maxUses     = 1000
	maxStack    = 1000
	maxOrder    = 1_000_000
	maxFilter   = 10_000
	maxCount    = int64(1) << 53 // what every JSON reader keeps
	percentSize = 4              // decimals of a percentage
	percentFull = 100 * 10_000
	maxSpan     = 1200 * 31 // days
)

// Validate returns every fault of d, each a *guanxi.FieldError.
func (d Definition) Validate() error {
	var f faults
	f.id("/id", d.ID)
	if d.Version < 1 || int64(d.Version) > math.MaxInt32 {
		f.add("/version", ErrOption, "%d is not in 1 to %d", d.Version, math.MaxInt32)
	}
	f.text("/name", d.Name)
	f.benefit(&d)
	if d.needsCurrency() || d.Currency != "" {
		f.id("/currency", d.Currency)
	} else if d.Decimals != 0 {
		f.at("/decimals", ErrMisplaced)
	}
	if d.Decimals < 0 || d.Decimals > minor.MaxScale {
		f.add("/decimals", ErrOption, "%d is not in 0 to %d", d.Decimals, minor.MaxScale)
	}
	f.money("/minimum/amount", d.Minimum.Amount, d.scale())
	option(&f, "/minimum/on", d.Minimum.On, Remaining, Original)
	option(&f, "/minimum/of", d.Minimum.Of, OfScope, OfBasket)
	if d.Minimum.Amount.Sign() == 0 && (d.Minimum.On != "" || d.Minimum.Of != "") {
		f.add("/minimum", ErrMisplaced, "there is no amount")
	}
	f.filter("/scope/items", d.Scope.Items)
	f.filter("/scope/groups", d.Scope.Groups)
	f.filter("/scope/channels", d.Scope.Channels)
	f.window(d.Window)
	f.count("/uses", int64(d.Uses), maxUses)
	f.count("/limits/issued", d.Limits.Issued, maxCount)
	f.count("/limits/issued_per_customer", d.Limits.IssuedPerCustomer, maxCount)
	f.count("/limits/redeemed", d.Limits.Redeemed, maxCount)
	f.count("/limits/redeemed_per_customer", d.Limits.RedeemedPerCustomer, maxCount)
	f.span("/hold", d.Hold, 31)
	option(&f, "/hold_ends", d.HoldEnds, AtDeadline, AtExpiry)
	option(&f, "/returns/policy", d.Returns.Policy, Reopen, Keep)
	f.span("/returns/grace", d.Returns.Grace, 366)
	if d.Returns.Policy == Keep && !d.Returns.Grace.IsZero() {
		f.add("/returns/grace", ErrMisplaced, "nothing is given back")
	}
	f.stacking(d.Stacking)
	return f.err()
}

// scale is the decimal places, or a harmless number where they are at fault.
func (d *Definition) scale() int { return min(max(d.Decimals, 0), minor.MaxScale) }

func (d *Definition) needsCurrency() bool {
	for _, m := range []decimal.Decimal{d.Benefit.Amount, d.Benefit.Cap, d.Benefit.Value, d.Minimum.Amount} {
		if m.Sign() != 0 {
			return true
		}
	}
	return d.Benefit.Kind == Amount
}

func (f *faults) benefit(d *Definition) {
	b := &d.Benefit
	if b.Kind == "" {
		f.at("/benefit/kind", ErrMissing)
	} else {
		option(f, "/benefit/kind", b.Kind, Kinds()...)
	}
	foreign := func(pointer string, set bool) {
		if set && b.Kind != "" {
			f.add(pointer, ErrMisplaced, "of a benefit of kind %.32q", b.Kind)
		}
	}
	if b.Kind == Amount {
		if f.money("/benefit/amount", b.Amount, d.scale()); b.Amount.Sign() == 0 {
			f.add("/benefit/amount", ErrMoney, "it is not above 0")
		}
	} else {
		foreign("/benefit/amount", b.Amount.Sign() != 0)
	}
	if b.Kind == Percent {
		f.percent(b.Percent)
		option(f, "/benefit/of", b.Of, Remaining, Original)
		option(f, "/benefit/rounding", b.Rounding, HalfUp, HalfEven, Floor, Ceil)
	} else {
		foreign("/benefit/percent", b.Percent.Sign() != 0)
		foreign("/benefit/of", b.Of != "")
		foreign("/benefit/rounding", b.Rounding != "")
	}
	if b.Kind == Percent || b.Kind == FreeDelivery {
		f.money("/benefit/cap", b.Cap, d.scale())
	} else {
		foreign("/benefit/cap", b.Cap.Sign() != 0)
	}
	if b.Kind == Gift {
		f.id("/benefit/item", b.Item)
		f.money("/benefit/value", b.Value, d.scale())
	} else {
		foreign("/benefit/item", b.Item != "")
		foreign("/benefit/value", b.Value.Sign() != 0)
	}
}

func (f *faults) percent(p decimal.Decimal) {
	v, err := minor.From(p, percentSize)
	switch {
	case err != nil:
		f.at("/benefit/percent", err)
	case v <= 0 || v > percentFull:
		f.add("/benefit/percent", ErrOption, "%s is not above 0 and up to 100", p)
	}
}

func (f *faults) filter(pointer string, list Filter) {
	if len(list.Include) > maxFilter || len(list.Exclude) > maxFilter {
		f.add(pointer, ErrTooMany, "more than %d", maxFilter)
		return
	}
	f.ids(pointer+"/include", list.Include)
	f.ids(pointer+"/exclude", list.Exclude)
}

func (f *faults) window(w Window) {
	for _, e := range []struct {
		pointer string
		t       time.Time
	}{{"/window/from", w.From}, {"/window/to", w.To}} {
		if _, ok := InstantOf(e.t); !ok && !e.t.IsZero() {
			f.at(e.pointer, ErrTime)
		}
	}
	if !w.From.IsZero() && !w.To.IsZero() && !w.From.Before(w.To) {
		f.add("/window/to", ErrOption, "the window is empty")
	}
	f.span("/window/validity", w.Validity, maxSpan)
	option(f, "/window/ends", w.Ends, AtInstant, AtDayEnd)
	if w.Zone != "" {
		if _, ok := civil.ParseZone(w.Zone); !ok {
			f.add("/window/zone", ErrOption, "%.64q is no time zone known here", w.Zone)
		}
	}
}

// with is ids in which "" stands for the coupons without a group.
func (f *faults) with(list []string) {
	seen := make(map[string]bool, len(list))
	for i, g := range list {
		at := guanxi.Pointer("stacking", "with", i)
		if g != "" {
			f.id(at, g)
		}
		if seen[g] {
			f.add(at, ErrDuplicate, "%.64q", g)
		}
		seen[g] = true
	}
}

func (f *faults) stacking(s Stacking) {
	if s.Group != "" {
		f.id("/stacking/group", s.Group)
	}
	f.count("/stacking/max", int64(s.Max), maxStack)
	f.count("/stacking/repeat", int64(s.Repeat), maxStack)
	if s.Repeat > max(s.Max, 1) {
		f.add("/stacking/repeat", ErrOption, "%d are more than the %d of the group", s.Repeat, max(s.Max, 1))
	}
	if len(s.With) > maxFilter {
		f.add("/stacking/with", ErrTooMany, "more than %d", maxFilter)
	} else {
		f.with(s.With)
	}
	if s.Order < -maxOrder || s.Order > maxOrder {
		f.add("/stacking/order", ErrOption, "%d is not within ±%d", s.Order, maxOrder)
	}
	if !s.Exclusive {
		return
	}
	const alone = "the coupon is used alone"
	if s.Max > 1 {
		f.add("/stacking/max", ErrMisplaced, alone)
	}
	if s.Repeat > 1 {
		f.add("/stacking/repeat", ErrMisplaced, alone)
	}
	if len(s.With) > 0 {
		f.add("/stacking/with", ErrMisplaced, alone)
	}
}
