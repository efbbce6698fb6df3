package coupon

import (
	"slices"

	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// Result is a basket with coupons applied: plain values, which the host keeps with the
// order for refunds.
type Result struct {
	Lines []PricedLine `json:"lines"` // in the basket's order
	// Discount of all lines together, and DeliveryDiscount of the delivery.
	Discount         decimal.Decimal `json:"discount"`
	DeliveryDiscount decimal.Decimal `json:"delivery_discount"`
	Total            decimal.Decimal `json:"total"` // to pay: lines and delivery less their discounts
	// Saved is both discounts and the values of gifts: what combinations are compared
	// by.
	Saved   decimal.Decimal `json:"saved"`
	Used    []Used          `json:"used,omitempty"`    // in the order of application
	Refused []Refusal       `json:"refused,omitempty"` // in the order given
	// Exact says that no combination of the coupons saves more. Always for up to 12
	// that apply.
	Exact bool `json:"exact"`
	// Bound is what no combination saves more than; Saved where Exact.
	Bound decimal.Decimal `json:"bound"`
}

// PricedLine is a line with its part of the discounts.
type PricedLine struct {
	ID       string          `json:"id"`
	Amount   decimal.Decimal `json:"amount"`   // before coupons
	Discount decimal.Decimal `json:"discount"` // of all coupons, at most Amount
}

// Used is what one coupon gives.
type Used struct {
	Code             Code            `json:"code"`
	Definition       string          `json:"definition"`
	Version          int             `json:"version"` // of the definition
	Kind             Kind            `json:"kind"`
	Discount         decimal.Decimal `json:"discount"` // of lines
	DeliveryDiscount decimal.Decimal `json:"delivery_discount"`
	Item             string          `json:"item,omitempty"` // of a gift
	// Lines are the parts of Discount, in the basket's order, those of nothing left
	// out.
	Lines []LineShare `json:"lines,omitempty"`
}

// LineShare is a line's part of one coupon's discount.
type LineShare struct {
	ID       string          `json:"id"`
	Discount decimal.Decimal `json:"discount"`
}

// apply uses the offers chosen, or tries all of them, and gives a result without Exact
// and Bound.
func (q *quote) apply(chosen []int, all bool) Result {
	b, scale := q.basket, q.basket.Decimals
	left, total, delivery := slices.Clone(q.bill.lines), q.bill.total, q.bill.delivery
	saved, gifts := int64(0), int64(0)
	var used []int
	var shares []share
	var r Result
	refused := slices.Clone(q.refused)
	for i := range q.offers {
		o := &q.offers[i]
		no := &refused[o.given]
		if !all && !slices.Contains(chosen, i) {
			*no = q.passedOver(o, chosen)
			continue
		}
		if c := q.against(o, used); c != nil {
			no.Reason, no.With = ReasonStacking, c.coupon.Code
			continue
		}
		g, reason, missing := o.worth(&q.bill, left, total, delivery)
		if no.Reason = reason; reason != "" {
			q.missing(no, missing)
			continue
		}
		used = append(used, i)
		take := make([]int64, len(left))
		shares = allocate(left, o.lines, q.rank, g.goods, sumOf(left, o.lines), shares, take)
		total, delivery = total-g.goods, delivery-g.delivery
		saved, gifts = saved+g.goods, gifts+g.gift
		u := Used{Code: o.coupon.Code, Definition: o.rule.def.ID, Version: o.rule.def.Version, Kind: o.rule.def.Benefit.Kind,
			Discount: minor.To(g.goods, scale), DeliveryDiscount: minor.To(g.delivery, scale), Item: o.rule.def.Benefit.Item}
		for k, v := range take {
			if v > 0 {
				u.Lines = append(u.Lines, LineShare{b.Lines[k].ID, minor.To(v, scale)})
			}
		}
		r.Used = append(r.Used, u)
	}
	for _, no := range refused {
		if no.Reason != "" {
			r.Refused = append(r.Refused, no)
		}
	}
	r.Lines = make([]PricedLine, len(b.Lines))
	for i := range b.Lines {
		r.Lines[i] = PricedLine{b.Lines[i].ID, minor.To(q.bill.lines[i], scale), minor.To(q.bill.lines[i]-left[i], scale)}
	}
	off := q.bill.delivery - delivery
	r.Discount, r.DeliveryDiscount, r.Total = minor.To(saved, scale), minor.To(off, scale), minor.To(total+delivery, scale)
	r.Saved = minor.To(saved+off+gifts, scale)
	return r
}

func sumOf(left []int64, in []int) (sum int64) {
	for _, i := range in {
		sum += left[i]
	}
	return sum
}

// passedOver says why an offer is not among those chosen, of which it is none.
func (q *quote) passedOver(o *offer, chosen []int) Refusal {
	r := Refusal{Code: o.coupon.Code, Reason: ReasonBetter}
	if c := q.against(o, chosen); c != nil {
		r.Reason, r.With = ReasonStacking, c.coupon.Code
		return r
	}
	left, total, delivery := slices.Clone(q.bill.lines), q.bill.total, q.bill.delivery
	for i := range q.offers {
		c := &q.offers[i]
		if c == o {
			break
		}
		if !slices.Contains(chosen, i) {
			continue
		}
		g, _, _ := c.worth(&q.bill, left, total, delivery)
		allocate(left, c.lines, q.rank, g.goods, sumOf(left, c.lines), nil, nil)
		total, delivery = total-g.goods, delivery-g.delivery
	}
	if _, reason, missing := o.worth(&q.bill, left, total, delivery); reason != "" {
		r.Reason = reason
		q.missing(&r, missing)
	}
	return r
}
