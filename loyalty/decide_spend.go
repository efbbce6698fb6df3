package loyalty

import (
	"github.com/guanxi-go/guanxi"
)

// needSpend asks for what a spend takes, as far as that is known without the account.
func needSpend(r *rules, n *Need, sp *Spend) {
	if sp.Reward == "" && sp.Payment == "" && sp.Stored == "" { // as most are, without the memory of a quote
		if inYears(n.At) && len(sp.Order) <= MaxText && r.plain(sp) == nil {
			n.open(sp.Kind, sp.Points)
		}
		return
	}
	var q quote
	s := situation{at: n.At}
	if r.price(&q, sp, &s) == nil {
		for _, c := range q.charges {
			n.open(c.Kind, c.Points)
		}
	}
	if sp.Payment != "" && isID(sp.Order) {
		n.Orders = append(n.Orders, sp.Order)
	}
}

func (c *Redeem) need(r *rules, n *Need) { needSpend(r, n, &c.Spend) }

func (c *Redeem) decide(w *work) error {
	if err := w.price(&c.Spend); err != nil {
		return err
	}
	links, err := w.mayPay(&c.Spend)
	if err != nil {
		return err
	}
	op, to, ref := OpRedeem, Redeemed, w.quote.ref
	if r := w.quote.reward; r != nil && r.Type == RewardDonation {
		op, to, ref = OpDonate, Donated, r.Cause
	}
	e := w.entry(op, w.at)
	e.Ref, e.Split = ref, w.split()
	w.count(e, w.quote.counters)
	for _, s := range w.quote.shared {
		e.Shared = append(e.Shared, s)
		s.Step = Confirm
		e.Shared = append(e.Shared, s)
	}
	if links {
		e.Order = &w.change
	}
	w.touch(e, TouchRedeem)
	return w.takeAll(e, to)
}

// price asks what a spend costs.
func (w *work) price(sp *Spend) error {
	if err := w.r.price(&w.quote, sp, &w.sit); err != nil {
		return guanxi.At("/spend", err)
	}
	w.d.Why.Money = w.quote.money
	if r := w.quote.reward; r != nil && r.Type == RewardVoucher {
		w.d.Why.Coupon, w.d.Why.Coupons = r.Coupon, max(sp.Quantity, 1)
	}
	return nil
}

// split says how what comes back of the quote is split.
func (w *work) split() Split {
	if w.quote.split == "" {
		return Split{}
	}
	return Split{w.quote.split, w.r.storedValue(w.quote.ref).Principal}
}

// takeAll takes the charges of the quote, in order.
func (w *work) takeAll(e *Entry, to Book) error {
	for _, c := range w.quote.charges {
		if _, err := w.take(e, c.Kind, c.Points, to, false); err != nil {
			return err
		}
		e.result(c.Kind).Points -= c.Points
	}
	return nil
}

func (c *Donate) need(_ *rules, n *Need) { n.open(c.Kind, max(c.Points, 0)) }

func (c *Donate) decide(w *work) error {
	if _, err := w.r.cause(c.Cause, c.Kind, c.Points); err != nil {
		return err
	}
	e := w.entry(OpDonate, w.at)
	e.Ref = c.Cause
	if _, err := w.take(e, c.Kind, c.Points, Donated, false); err != nil {
		return err
	}
	e.result(c.Kind).Points -= c.Points
	return nil
}

func (c *Return) need(_ *rules, n *Need) { n.Redemption = c.Redemption }

func (c *Return) decide(w *work) error {
	red, err := w.redemption(c.Redemption)
	if err != nil {
		return err
	}
	if red == nil {
		return guanxi.At("/redemption", ErrRedemptionUnknown)
	}
	left, points := red.rest(), c.Points
	switch {
	case points < 0:
		return guanxi.At("/points", ErrAmount)
	case points > left || left == 0:
		return guanxi.At("/points", ErrReturnTooMuch)
	case points == 0:
		points = left
	}
	w.giveUp(red, points)
	return w.repayNow()
}

// giveUp writes that points of a redemption come back.
func (w *work) giveUp(red *redemption, points Points) *Entry {
	total, left := Points(0), red.rest()
	for i := range red.uses {
		total += red.uses[i].Points
	}
	e := w.entry(OpReturn, w.at)
	e.Ref = string(red.key)
	w.undo(e, red, total, total-left, points)
	before, after := total-left, total-left+points
	for _, s := range red.shared {
		if s.Amount = partOf(s.Amount, before, after, total); s.Amount > 0 {
			s.Step, s.Until = Restore, 0
			e.Shared = append(e.Shared, s)
		}
	}
	for _, ch := range red.counters {
		if ch.Add = -partOf(ch.Add, before, after, total); ch.Add != 0 {
			e.Counters = append(e.Counters, ch)
		}
	}
	return e
}

// undo gives points of a redemption back, of which before have come back already: the
// last use first, of stored value each kind its share.
func (w *work) undo(e *Entry, red *redemption, total, before, points Points) {
	if red.split.Order == "" || red.split.Order == Proportional && !red.mixed() {
		w.undoKind(e, red, "", points)
		return
	}
	var charges, was, now [8]KindPoints
	c := charges[:0]
	for i := range red.uses {
		kind := w.a.lot(red.uses[i].Lot).Kind
		j := 0
		for j < len(c) && c[j].Kind != kind {
			j++
		}
		if j == len(c) {
			c = append(c, KindPoints{Kind: kind})
		}
		c[j].Points += red.uses[i].Points
	}
	old := splitReturn(was[:0], red.split.Order, red.split.Principal, c, before)
	for i, k := range splitReturn(now[:0], red.split.Order, red.split.Principal, c, before+points) {
		w.undoKind(e, red, k.Kind, k.Points-old[i].Points)
	}
}

// undoKind gives points of one kind back, or of any.
func (w *work) undoKind(e *Entry, red *redemption, kind Kind, points Points) {
	for i := len(red.uses) - 1; i >= 0 && points > 0; i-- {
		n := w.a.lot(red.uses[i].Lot)
		if kind != "" && n.Kind != kind {
			continue
		}
		if x := min(points, red.left[i]); x > 0 {
			e.result(n.Kind).Points += w.giveBack(e, n, red.uses[i].To, x, w.at, w.r.lateExpiry(n.Kind, w.at))
			points -= x
		}
	}
}

// mixed reports whether a split tells which kind comes back.
func (red *redemption) mixed() bool { return red.split.Principal != "" }

// redemption returns what is known of a redemption, or nil if there is none of this key.
func (w *work) redemption(k Key) (*redemption, error) {
	if !isID(string(k)) {
		return nil, nil
	}
	row, _ := w.a.keys.find(string(k))
	switch {
	case w.a.part != nil && (row == nil || row.red < 0 && !row.missing && row.op.spends()): // no more than its receipt
		return nil, w.need(Need{Redemption: k})
	case row == nil || row.missing || row.red < 0:
		return nil, nil
	}
	red := w.a.redeemed.at(int(row.red))
	for i := range red.uses {
		if w.a.lot(red.uses[i].Lot) == nil {
			return nil, w.need(Need{Redemption: k})
		}
	}
	return red, nil
}
