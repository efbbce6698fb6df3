package loyalty

import (
	"github.com/guanxi-go/guanxi"
)

func (c *Refund) need(_ *rules, n *Need) { n.Orders = append(n.Orders, c.Order) }

// decide gives back the points that paid for what comes back, and then takes back the
// difference between what the order was granted and what it has earned after this refund,
// less what refunds before have taken: any sequence of refunds comes to what one does.
func (c *Refund) decide(w *work) error {
	if len(c.Refund) > MaxText {
		return guanxi.At("/refund", ErrText)
	}
	row, err := w.order(c.Order)
	if err != nil {
		return err
	}
	if row == nil {
		return guanxi.At("/order", ErrOrderUnknown)
	}
	ch := &w.change
	*ch = OrderChange{ID: c.Order, Refund: c.Refund, Lines: ch.Lines[:0], Taken: ch.Taken[:0], Expired: ch.Expired[:0]}
	if ch.Lines, err = row.back(ch.Lines, c.Lines, w.r.decimals); err != nil {
		return err
	}
	gave, err := w.giveBackPaid(row, ch.Lines)
	if err != nil {
		return err
	}
	if w.d.Why.Back = w.back; len(row.OrderRecord.Payments) > 0 {
		ch.Back = &w.back
	}
	if gave { // what has come back can be taken
		if err := w.stage(); err != nil {
			return err
		}
		if row, err = w.order(c.Order); err != nil {
			return err
		}
	}
	e := w.entry(OpRefund, w.at)
	e.Ref, e.Order = c.Order, ch
	for i := range row.Kinds {
		k := &row.Kinds[i]
		owed, err := row.owed(&w.earn.owing, ch.Lines, i)
		if err != nil {
			return err
		}
		due := k.Granted - owed - k.Taken
		if due <= 0 {
			continue
		}
		ch.Taken = append(ch.Taken, KindPoints{k.Kind, due})
		if rule := w.r.kind(k.Kind); rule != nil && !rule.Spendable || rule == nil && w.a.purse(k.Kind) == nil {
			e.result(k.Kind).Points -= due
			continue
		}
		if err := w.takeBack(e, row, k, due); err != nil {
			return err
		}
	}
	w.tierRefund(e, row)
	if gave {
		return w.repayNow()
	}
	return nil
}

// takeBack takes from the order's own lots, then, less what of those has expired, by
// the programme's policy.
func (w *work) takeBack(e *Entry, row *orderRow, k *OrderKind, due Points) error {
	at, left, gone := w.now(), due, k.Gone
	for _, id := range row.lots {
		n := w.a.lot(id)
		if n == nil {
			return w.need(Need{Orders: []string{row.ID}})
		}
		if n.Kind != k.Kind {
			continue
		}
		gone += n.Expired
		if w.a.Expiry(&n.Lot) <= at {
			gone += n.Remaining
			continue
		}
		if x := min(left, n.Remaining); x > 0 {
			e.use(&n.Lot, n.book(), TakenBack, x)
			left -= x
		}
	}
	if x := min(left, gone-k.Expired); x > 0 {
		w.change.Expired = append(w.change.Expired, KindPoints{k.Kind, x})
		left -= x
		due -= x
	}
	r := e.result(k.Kind)
	policy := w.r.policy.Takeback
	if p := w.a.purse(k.Kind); p != nil && (policy == TakeLots || policy == TakeDebt) {
		var err error
		for _, pending := range []bool{false, true} {
			if left, err = w.walk(e, p, left, TakenBack, at, pending, row.ID); err != nil {
				return err
			}
		}
	}
	if policy == TakeDebt && left > 0 {
		e.post(k.Kind, TakenBack, left)
		e.post(k.Kind, Debt, -left)
		r.Debt += left
		left = 0
	}
	r.Points -= due - left
	return nil
}
