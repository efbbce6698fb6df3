package loyalty

import (
	"github.com/guanxi-go/guanxi"
)

func (c *Earn) need(_ *rules, n *Need) { n.Orders = append(n.Orders, c.Order.ID) }

func (c *Earn) decide(w *work) error {
	if len(c.Order.ID) > MaxText {
		return guanxi.At("/order/id", ErrText)
	}
	row, err := w.order(c.Order.ID)
	if err != nil {
		return err
	}
	if row != nil && !row.Unearned {
		return guanxi.At("/order/id", ErrOrderExists)
	}
	if err := w.r.order(&w.earn, &c.Order, &w.sit); err != nil {
		return guanxi.At("/order", err)
	}
	if row != nil {
		if err := row.becomes(&w.earn.record); err != nil {
			return err
		}
	}
	w.earn.record.First = w.a.earned == 0
	e := w.entry(OpEarn, w.at)
	e.Ref = c.Order.ID
	w.change = OrderChange{ID: c.Order.ID, Earned: &w.earn.record}
	e.Order = &w.change
	w.touch(e, TouchEarn)
	w.tierEarn(e)
	return w.give(e)
}

func (c *Act) need(*rules, *Need) {}

func (c *Act) decide(w *work) error {
	if c.Activity == "" || len(c.Activity) > MaxText {
		return guanxi.At("/activity", ErrText)
	}
	if len(c.Ref) > MaxText {
		return guanxi.At("/ref", ErrText)
	}
	if err := w.r.act(&w.earn, c.Activity, c.Ref, &w.sit); err != nil {
		return err
	}
	e := w.entry(OpEarn, w.at)
	e.Ref = c.Activity
	if len(w.earn.awards) == 0 {
		e.Op = OpActivity
	}
	w.touch(e, TouchAct)
	w.tierAct(e, c.Activity)
	return w.give(e)
}

func (c *Refer) need(_ *rules, n *Need) {
	if c.Side == Friend && c.Purchase != nil {
		n.Orders = append(n.Orders, c.Purchase.ID)
	}
}

func (c *Refer) decide(w *work) error {
	if c.Purchase == nil {
		return guanxi.At("/purchase", ErrNotKept)
	}
	if len(c.Friend) > MaxText {
		return guanxi.At("/friend", ErrText)
	}
	if c.Side == Friend && c.Friend != w.a.ID || c.Side == Referrer && c.Friend == w.a.ID {
		return guanxi.At("/friend", ErrPeer)
	}
	purchase, first := c.Purchase, c.Purchase.First
	if c.Side == Friend && w.r.referral != nil { // the account knows better than the host
		row, err := w.order(purchase.ID)
		if err != nil {
			return err
		}
		if row == nil {
			return guanxi.At("/purchase/id", ErrOrderUnknown)
		}
		purchase, first = &row.OrderRecord, w.a.first(row)
	}
	if err := w.r.kept(purchase, first, w.at); err != nil {
		return guanxi.At("/purchase", err)
	}
	if err := w.r.refer(&w.earn, c.Side, c.Friend, &w.sit); err != nil {
		return err
	}
	e := w.entry(OpEarn, w.at)
	e.Ref, e.Peer = c.Purchase.ID, c.Friend
	w.tierAct(e, w.r.referral.id)
	return w.give(e)
}

// give writes what an earning gives.
func (w *work) give(e *Entry) error {
	w.d.Why.Awards = w.earn.awards
	w.count(e, w.earn.counters)
	for _, s := range w.earn.shared {
		e.Shared = append(e.Shared, s)
		s.Step = Confirm
		e.Shared = append(e.Shared, s)
	}
	for i := range w.earn.awards {
		award := &w.earn.awards[i]
		r := e.result(award.Kind)
		r.Cut += award.Cut
		if k := w.r.kind(award.Kind); !k.Spendable { // the tier alone keeps it
			r.Points += award.Points
		}
	}
	for i := range w.earn.lots {
		if l := &w.earn.lots[i]; w.r.kind(l.kind).Spendable {
			w.open(e, *l, Issued, w.at)
		}
	}
	return w.repayLate()
}

// repayLate lets lots that were opened in the past pay debt of today.
func (w *work) repayLate() error {
	if !w.late {
		return nil
	}
	return w.repayNow()
}

// repayNow lets lots pay debt. It comes last, or the command's own entry would not.
func (w *work) repayNow() error {
	owes := false
	for i := range w.a.purses {
		owes = owes || w.a.purses[i].books[Debt] < 0
	}
	for _, p := range w.d.Entries[len(w.d.Entries)-1].Postings {
		owes = owes || p.Book == Debt && p.Points < 0
	}
	if !owes {
		return nil
	}
	if err := w.stage(); err != nil {
		return err
	}
	own := len(w.d.Entries) - 1
	if err := w.repay(w.now()); err != nil {
		return err
	}
	w.own = own
	return nil
}

func (c *Activate) need(_ *rules, n *Need) { n.Orders = append(n.Orders, c.Order) }

func (c *Activate) decide(w *work) error {
	row, err := w.order(c.Order)
	if err != nil {
		return err
	}
	if row == nil || row.Unearned {
		return guanxi.At("/order", ErrOrderUnknown)
	}
	e := w.entry(OpActivate, w.at)
	e.Ref = c.Order
	for i := range row.lots {
		if n := w.a.lot(row.lots[i]); !n.Posted && n.Remaining > 0 && w.a.Expiry(&n.Lot) > w.at {
			e.use(&n.Lot, Pending, Available, n.Remaining)
		}
	}
	return nil
}

// order returns what is known of an order, or nil if it is unknown.
func (w *work) order(id string) (*orderRow, error) {
	if !isID(id) {
		return nil, nil
	}
	row, _ := w.a.orders.find(id)
	switch {
	case row == nil && w.a.part != nil:
		return nil, w.need(Need{Orders: []string{id}})
	case row == nil || row.missing:
		return nil, nil
	}
	return row, nil
}
