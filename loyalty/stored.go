package loyalty

import (
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// storedValue returns the rule of stored value of an id, or nil.
func (r *rules) storedValue(id string) *StoredRule {
	if i := slices.IndexFunc(r.stored, func(s StoredRule) bool { return s.ID == id }); i >= 0 {
		return &r.stored[i]
	}
	return nil
}

func (r *rules) priceStored(q *quote, sp *Spend, s *situation) error {
	st := r.storedValue(sp.Stored)
	if st == nil {
		return guanxi.At("/stored", ErrUnknown)
	}
	amount, err := minor.From(sp.Amount, r.decimals)
	switch {
	case err != nil:
		return guanxi.At("/amount", moneyError(err))
	case amount <= 0:
		return guanxi.At("/amount", ErrAmount)
	}
	principal, bonus := Points(0), Points(0)
	if s.tallies != nil {
		principal, bonus = max(s.tallies.available(st.Principal), 0), max(s.tallies.available(st.Bonus), 0)
	}
	want := Points(amount)
	if left := want - principal; left > bonus { // no overflow: both are not negative
		return &ShortError{Kind: st.Principal, Missing: left - bonus}
	}
	p, b := splitTwo(st.Spend, principal, bonus, want)
	q.charge(st.Spend, KindPoints{st.Principal, p}, KindPoints{st.Bonus, b})
	q.money, q.split, q.ref = amount, st.Return, st.ID
	return nil
}

// charge appends the charges that are not 0, in order.
func (q *quote) charge(order SplitOrder, principal, bonus KindPoints) {
	first, second := bonus, principal
	if order == PrincipalFirst {
		first, second = principal, bonus
	}
	for _, c := range []KindPoints{first, second} {
		if c.Points > 0 {
			q.charges = append(q.charges, c)
		}
	}
}

// splitTwo takes want of two parts by an order; it is not more than both. Of
// Proportional, principal has what its part is rounded down, and not less than what
// bonus leaves.
func splitTwo(order SplitOrder, principal, bonus, want Points) (p, b Points) {
	switch order {
	case PrincipalFirst:
		p = min(principal, want)
	case Proportional:
		if want > 0 {
			p = proportion(principal, bonus, want)
		}
	default:
		p = want - min(bonus, want)
	}
	return p, want - p
}

// proportion is ⌊want × principal / (principal + bonus)⌋; the rest is not more than
// bonus, since want is not more than both.
func proportion(principal, bonus, want Points) Points {
	whole := uint64(principal) + uint64(bonus) // two int64 fit a uint64
	n, _ := product(uint64(want), uint64(principal)).round(whole, Floor)
	return Points(n)
}

// splitReturn says how much of each charge has come back when total of them has, by
// the order of the rule. The charges are those of a quote, one or two; principal is
// the kind that was paid for. What one return gives is the difference to those before
// it. total is not more than the charges' sum.
func splitReturn(dst []KindPoints, order SplitOrder, principal Kind, charges []KindPoints, total Points) []KindPoints {
	var p, b KindPoints
	for _, c := range charges {
		if c.Kind == principal {
			p = c
		} else {
			b = c
		}
	}
	back, bonus := splitTwo(order, p.Points, b.Points, total)
	for _, c := range charges {
		c.Points = back
		if c.Kind != principal {
			c.Points = bonus
		}
		dst = append(dst, c)
	}
	return dst
}
