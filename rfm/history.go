package rfm

import (
	"fmt"
	"iter"
	"slices"
	"time"
)

// Sale is one purchase as it stands at one asOf, or in [History.Loose] a refund.
type Sale struct {
	At     int64 // UTC microseconds
	Amount int64 // minor units; what refunds that name the order took back is subtracted
	Margin int64 // Amount less costs; equal to Amount unless Config.KeepCosts is set
}

// History is what one customer bought before one asOf. Its slices are overwritten
// by the next one.
type History[K comparable] struct {
	Customer K
	Sales    []Sale // the purchases that count, by time
	Loose    []Sale // refunds that name no order, by time; amounts are negative
}

// Histories yields every customer with a purchase that counts before asOf, in the
// order of the keys: what models of single purchases are made from. Purchases
// that were refunded wholly, or have amount 0, count as Config.Refunds and
// Config.Zero say; every order is a sale of its own whatever Config.Per is.
// Cost: O(orders), on the caller's goroutine; no allocation a customer.
//
// It needs Keep: Orders, else the only element is ErrNeedsOrders. A sale whose
// net amount is out of range ends the sequence with ErrOverflow. The aggregate
// must not be changed meanwhile.
func (a *Aggregator[K]) Histories(asOf time.Time) iter.Seq2[History[K], error] {
	return func(yield func(History[K], error) bool) {
		us, err := exclusive(asOf)
		if err == nil && a.log == nil {
			err = ErrNeedsOrders
		}
		if err != nil {
			yield(History[K]{}, fmt.Errorf("rfm: histories: %w", err))
			return
		}
		v := newView(a.log, &a.cfg, 0, instantOf(us))
		h := History[K]{}
		for _, p := range a.places() {
			h.Customer = a.log.Rows[p.ord].Key
			if err := v.history(p.ord, &h); err != nil {
				yield(History[K]{}, fmt.Errorf("rfm: histories: customer %v: %w", h.Customer, err))
				return
			}
			if len(h.Sales) > 0 && !yield(h, nil) {
				return
			}
		}
	}
}

// history reads one customer into h.
func (v *view[K]) history(ord uint32, h *History[K]) error {
	rows, costs := v.log.of(ord), v.log.costOf(ord)
	v.matchRefunds(ord, rows, costs)
	v.pending = v.pending[:0]
	h.Sales, h.Loose = h.Sales[:0], h.Loose[:0]
	for i, o := range rows {
		if o.at >= v.asOf || o.kind == kindContact || o.kind == kindRefund && o.ref != 0 {
			continue
		}
		var sum, cost, back sum128
		sum.add(o.amount)
		if costs != nil {
			cost.add(costs[i])
		}
		if len(v.back) > 0 && o.kind == kindPurchase {
			back = v.back[i].amount
			sum.plus(back)
			cost.plus(v.back[i].cost)
		}
		margin := sum
		margin.minus(cost)
		s := Sale{At: o.at.unixMicro()}
		var a, b bool
		s.Amount, a = sum.int64()
		s.Margin, b = margin.int64()
		if !a || !b {
			return ErrOverflow
		}
		if o.kind == kindRefund {
			h.Loose = append(h.Loose, s)
		} else if v.counts(o.amount, back, true) {
			h.Sales = append(h.Sales, s)
		}
	}
	sortSales(h.Sales)
	sortSales(h.Loose)
	return nil
}

// sortSales sorts by time; equal times by amount and margin, so that the order of
// arrival leaves no trace. Most customers have a few sales, in order already.
func sortSales(s []Sale) {
	if len(s) > 24 {
		slices.SortFunc(s, func(a, b Sale) int {
			switch {
			case a.before(&b):
				return -1
			case a == b:
				return 0
			}
			return 1
		})
		return
	}
	for i := 1; i < len(s); i++ {
		for j := i; j > 0 && s[j].before(&s[j-1]); j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
}

func (s *Sale) before(o *Sale) bool {
	if s.At != o.At {
		return s.At < o.At
	}
	if s.Amount != o.Amount {
		return s.Amount < o.Amount
	}
	return s.Margin < o.Margin
}
