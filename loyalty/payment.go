package loyalty

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// paymentRules is a compiled PaymentRule.
type paymentRules struct {
	PaymentRule
	worth    int64 // minor units that Points are worth
	most     int64 // minor units at once; 0: no limit
	minimum  int64 // the least order
	tierSet  []uint64
	maxShare Rational
}

func (r *rules) compilePayment(p *PaymentRule) paymentRules {
	c := paymentRules{PaymentRule: *p, tierSet: r.tiers.set(p.Tiers), maxShare: p.MaxShare}
	c.Tiers = slices.Clone(p.Tiers)
	c.worth, _ = minor.From(p.Money, r.decimals)
	c.most, _ = minor.From(p.Max, r.decimals)
	c.minimum, _ = minor.From(p.MinOrder, r.decimals)
	c.Step, c.Min = max(c.Step, 1), max(c.Min, 1)
	c.Rounding = cmp.Or(c.Rounding, Floor)
	if c.maxShare.IsZero() {
		c.maxShare = Rational{1, 1}
	}
	return c
}

func (r *rules) payment(id string) *paymentRules {
	i, ok := slices.BinarySearchFunc(r.payments, id, func(p paymentRules, id string) int { return cmp.Compare(p.ID, id) })
	if !ok {
		return nil
	}
	return &r.payments[i]
}

// limit returns the most money that points may pay of an order.
func (p *paymentRules) limit(order int64) int64 {
	most, _ := share(order, p.maxShare.Num, p.maxShare.Den, Floor) // a share is not above 1
	if p.most > 0 {
		most = min(most, p.most)
	}
	return most
}

// money returns what points are worth.
func (p *paymentRules) money(points Points) (int64, bool) {
	return product(uint64(points), uint64(p.worth)).round(uint64(p.Points), p.Rounding)
}

// most returns the most points that may be used on an order, of those available: a
// multiple of the step whose worth is not above the limit, and 0 if that is less
// than the least that may be used.
func (p *paymentRules) mostPoints(order int64, available Points) Points {
	if order < p.minimum || order <= 0 {
		return 0
	}
	limit := p.limit(order)
	steps, low := int64(available/p.Step), int64(0)
	for low < steps { // the worth grows with the points
		mid := low + (steps-low+1)/2
		if worth, ok := p.money(Points(mid) * p.Step); ok && worth <= limit {
			low = mid
		} else {
			steps = mid - 1
		}
	}
	points := Points(low) * p.Step
	if worth, _ := p.money(points); points < p.Min || worth == 0 {
		return 0
	}
	return points
}

func (r *rules) pricePayment(q *quote, sp *Spend, s *situation) error {
	p := r.payment(sp.Payment)
	if p == nil {
		return guanxi.At("/payment", ErrUnknown)
	}
	order, err := minor.From(sp.Amount, r.decimals)
	switch {
	case err != nil:
		return guanxi.At("/amount", moneyError(err))
	case order <= 0 || order < p.minimum:
		return guanxi.At("/amount", ErrAmount)
	case !r.ofTier(p.tierSet, s):
		return ErrCondition
	case sp.Points <= 0:
		return guanxi.At("/points", ErrAmount)
	case sp.Points < p.Min || sp.Points%p.Step != 0:
		return guanxi.At("/points", ErrPoints)
	}
	worth, ok := p.money(sp.Points)
	if !ok || worth > p.limit(order) || worth == 0 {
		return guanxi.At("/points", ErrPoints)
	}
	q.charges = append(q.charges, KindPoints{p.Kind, sp.Points})
	q.money, q.ref, q.order = worth, p.ID, order
	return nil
}

// SplitRefund says how a refund of an order that points paid in part splits back, for hosts
// that show it before, or that pay with points elsewhere; a Refund does it by itself:
// when returned of its amount has come back in all, points of them and so much money,
// both rounded down on the points' side. They are totals: what one refund gives is
// the difference to those before it, so that portions sum to the whole. paid is what
// the points paid. All money is in minor units, with 0 ≤ paid ≤ amount, amount above
// 0, 0 ≤ returned ≤ amount and points ≥ 0, or ok is false.
func SplitRefund(points Points, paid, amount, returned int64) (back Points, money int64, ok bool) {
	if points < 0 || paid < 0 || amount <= 0 || paid > amount || returned < 0 || returned > amount {
		return 0, 0, false
	}
	p, _ := share(int64(points), returned, amount, Floor)
	byPoints, _ := share(paid, returned, amount, Floor)
	return Points(p), returned - byPoints, true
}
