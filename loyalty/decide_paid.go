package loyalty

import (
	"errors"

	"github.com/guanxi-go/guanxi"
)

// mayPay asks whether what the quote costs may pay a part of its order, if it is one of a
// payment with an order. w.change then links it with the order, as the redemption of the
// command's key.
func (w *work) mayPay(sp *Spend) (links bool, err error) {
	q := &w.quote
	if sp.Payment == "" || sp.Order == "" {
		return false, nil
	}
	paid, err := w.payOrder(sp.Order, "", q.order, q.money, sp.Points)
	if err != nil {
		if errors.Is(err, ErrNeed) {
			return false, err
		}
		return false, guanxi.At("/spend/amount", err)
	}
	p := w.r.payment(sp.Payment)
	if most, _ := share(q.order, p.maxShare.Num, p.maxShare.Den, Floor); paid > most {
		return false, guanxi.At("/spend/points", ErrPoints)
	}
	return true, nil
}

// capturePays is mayPay of points of a hold. How much an order may be paid was asked when
// it was placed.
func (w *work) capturePays(h *Hold, points Points) (links bool, err error) {
	if h.Order == "" {
		return false, nil
	}
	money := partOf(h.Money, h.Captured, h.Captured+points, h.Points)
	if _, err := w.payOrder(h.Order, h.ID, h.Amount, money, points); err != nil {
		if errors.Is(err, ErrNeed) {
			return false, err
		}
		return false, guanxi.At("/hold", err)
	}
	return true, nil
}

// payOrder links a payment with an order. It returns what points pay of it then, with what
// is held for it but by one hold.
func (w *work) payOrder(id, hold string, amount, money int64, points Points) (int64, error) {
	row, err := w.order(id)
	if err != nil {
		return 0, err
	}
	total, back, standing := amount, int64(0), int64(0)
	if row != nil {
		if err := w.payments(row); err != nil {
			return 0, err
		}
		total = row.total()
		back, standing = total-row.Kept(), row.standing(w.given)
	}
	held := int64(0)
	for i := range w.a.holds {
		if h := &w.a.holds[i]; h.Order == id && h.ID != hold {
			held += h.Money - partOf(h.Money, 0, h.Captured, h.Points)
		}
	}
	if amount > total || money > total-back-standing || back >= total {
		return 0, ErrOrderAmount
	}
	w.pay = OrderPayment{Redemption: w.head.Key, Amount: amount, Money: money, Points: points, From: back, Whole: standing + money}
	ch := &w.change
	*ch = OrderChange{ID: id, Paid: &w.pay, Lines: ch.Lines[:0], Taken: ch.Taken[:0], Expired: ch.Expired[:0]}
	return standing + held + money, nil
}

// payments fills w.given with what of the points of each payment has come back, and asks for
// redemptions that are not loaded. A merge may have left fewer points to a payment than its
// redemption has: what refunds have given is counted at least.
func (w *work) payments(row *orderRow) error {
	w.given = w.given[:0]
	var need Need
	total := row.total()
	back := total - row.Kept()
	for i := range row.OrderRecord.Payments {
		p := &row.OrderRecord.Payments[i]
		red, err := w.redemption(p.Redemption)
		switch {
		case err != nil:
			need.Redemptions = append(need.Redemptions, p.Redemption)
			w.given = append(w.given, 0)
		case red == nil: // a merge has left it behind, with nothing of it to come back
			w.given = append(w.given, p.Points)
		default:
			w.given = append(w.given, p.Points-p.rest(red.rest(), back, total))
		}
	}
	if len(need.Redemptions) > 0 {
		need.Orders = append(need.Orders, row.ID)
		return w.need(need)
	}
	return nil
}

// giveBackPaid writes what of the points that paid comes back with a refund, and says in
// w.back how the refund splits. Of each payment it is what belongs to the customer by now,
// less what has come back before, by refunds or by hand.
func (w *work) giveBackPaid(row *orderRow, lines []LineReturn) (some bool, err error) {
	if err := w.payments(row); err != nil {
		return false, err
	}
	total := row.total()
	before := total - row.Kept()
	amount := row.returning(lines)
	b := &w.back
	*b = RefundBack{Amount: amount, Payments: b.Payments[:0]}
	b.Money = amount - (row.byPoints(before+amount, total) - row.byPoints(before, total))
	for i := len(row.OrderRecord.Payments) - 1; i >= 0; i-- {
		p := &row.OrderRecord.Payments[i]
		points := min(p.due(before+amount, total), p.Points) - w.given[i]
		if points <= 0 {
			continue
		}
		red, err := w.redemption(p.Redemption)
		if err != nil {
			return false, err
		}
		kind := w.a.lot(red.uses[0].Lot).Kind // a payment rule has one
		e := w.giveUp(red, points)
		b.Payments = append(b.Payments, PaymentReturn{p.Redemption, kind, points, points - e.result(kind).Points})
	}
	return len(b.Payments) > 0, nil
}

// becomes asks whether an order may take the place of one that is known by its payments.
func (row *orderRow) becomes(rec *OrderRecord) error {
	l := &row.OrderRecord.Lines[0]
	switch {
	case l.ReturnedAmount > 0 || l.ReturnedQuantity > 0:
		return guanxi.At("/order/id", ErrOrderRefunded)
	case rec.total() < l.Amount:
		return guanxi.At("/order/lines", ErrOrderAmount)
	}
	return nil
}
