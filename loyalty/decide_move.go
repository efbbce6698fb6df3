package loyalty

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi"
)

func (c *Send) need(_ *rules, n *Need) { n.open(c.Kind, max(c.Points, 0)) }

func (c *Send) decide(w *work) error {
	k := w.r.kind(c.Kind)
	switch {
	case c.To == "" || len(c.To) > MaxText || c.To == w.a.ID:
		return guanxi.At("/to", ErrPeer)
	case k == nil:
		return guanxi.At("/kind", ErrUnknown)
	case !k.Spendable:
		return guanxi.At("/kind", ErrCondition)
	case c.Points <= 0:
		return guanxi.At("/points", ErrAmount)
	}
	e := w.entry(OpTransferOut, w.at)
	e.Peer = c.To
	if _, err := w.take(e, c.Kind, c.Points, Transferred, false); err != nil {
		return err
	}
	e.result(c.Kind).Points -= c.Points
	e.Parcel = w.parcel(e, c.To)
	return nil
}

// parcel packs what e has taken from lots.
func (w *work) parcel(e *Entry, to AccountID) *Parcel {
	p := &Parcel{From: w.a.ID, To: to, Seq: e.Seq}
	for i := range e.Uses {
		l := w.a.lot(e.Uses[i].Lot).Lot
		sent := Lot{ID: l.ID, Kind: l.Kind, Points: e.Uses[i].Points, Earned: l.Earned, Activate: l.Activate,
			Expire: w.a.Expiry(&l), Priority: l.Priority, Order: l.Order, Source: l.Source}
		sent.Remaining = sent.Points
		p.Lots = append(p.Lots, sent)
	}
	return p
}

func (p *Parcel) clone() *Parcel {
	if p == nil {
		return nil
	}
	c := *p
	c.Lots, c.Debt = slices.Clone(p.Lots), slices.Clone(p.Debt)
	if m := p.Merge; m != nil {
		c.Merge = &MergedState{
			Counters: slices.Clone(m.Counters), Tier: m.Tier.clone(), Orders: make([]OrderRecord, len(m.Orders)),
			Redemptions: slices.Clone(m.Redemptions), Lots: slices.Clone(m.Lots), Earned: m.Earned,
		}
		for i := range c.Merge.Redemptions {
			c.Merge.Redemptions[i] = c.Merge.Redemptions[i].clone()
		}
		for i := range m.Orders {
			m.Orders[i].copyTo(&c.Merge.Orders[i])
		}
	}
	return &c
}

func (c *Receive) need(_ *rules, n *Need) {
	if c.Parcel.Merge != nil {
		for i := range c.Parcel.Merge.Orders {
			n.Orders = append(n.Orders, c.Parcel.Merge.Orders[i].ID)
		}
		for i := range c.Parcel.Merge.Redemptions {
			n.Redemptions = append(n.Redemptions, c.Parcel.Merge.Redemptions[i].Key)
		}
	}
}

func (c *Receive) decide(w *work) error {
	if err := c.check(w); err != nil {
		return err
	}
	p := &c.Parcel
	e := w.entry(OpTransferIn, w.at)
	e.Peer, e.Parcel = p.From, p.clone()
	if p.Merge != nil {
		e.Op = OpMergeIn
		if err := w.mergeKnown(p.Merge); err != nil {
			return err
		}
		if err := w.mergeCounters(e, p.Merge.Counters); err != nil {
			return err
		}
	}
	for i := range p.Lots {
		l := &p.Lots[i]
		in := newLot{kind: l.Kind, points: l.Points, activate: l.Activate, expire: l.Expire, priority: l.Priority, source: l.Source}
		if p.Merge != nil {
			in.order = l.Order
		}
		w.open(e, in, Transferred, l.Earned)
	}
	for _, d := range p.Debt {
		e.post(d.Kind, Transferred, d.Points)
		e.post(d.Kind, Debt, -d.Points)
		r := e.result(d.Kind)
		r.Points, r.Debt = r.Points-d.Points, r.Debt+d.Points
	}
	if p.Merge != nil {
		w.openUsed(e, p.Merge.Lots)
		w.tierMerge(e, p.Merge)
	}
	return w.repayNow()
}

func (c *MergeOut) need(_ *rules, n *Need) { n.All, n.Returnable = true, true }

// decide sends all that remains to another account, with debts, counters, the tier, the
// orders, also those that have come back, and the redemptions of which something may be given
// back, and closes the account.
func (c *MergeOut) decide(w *work) error {
	switch {
	case c.Into == "" || len(c.Into) > MaxText || c.Into == w.a.ID:
		return guanxi.At("/into", ErrPeer)
	case len(w.a.holds) > 0:
		return ErrHeld
	}
	if err := w.needAll(); err != nil {
		return err
	}
	if w.a.part != nil && !w.a.part.orders {
		return w.need(Need{All: true, Returnable: true})
	}
	if err := w.needReturnable(); err != nil {
		return err
	}
	e := w.entry(OpMergeOut, w.at)
	e.Peer, e.Status = c.Into, Closed
	for i := range w.a.lots.n {
		n := w.a.lots.at(i)
		if n.Remaining > 0 && w.a.Expiry(&n.Lot) > w.at {
			e.result(n.Kind).Points -= n.Remaining
			e.use(&n.Lot, n.book(), Transferred, n.Remaining)
		}
	}
	p := w.parcel(e, c.Into)
	p.Merge = &MergedState{Tier: w.tierWhole(), Earned: w.a.earned}
	w.sendUsed(e, p.Merge)
	for _, c := range w.a.counters.all {
		if c.End > w.at && c.Add > 0 { // others say nothing any more
			p.Merge.Counters = append(p.Merge.Counters, c)
		}
	}
	for i := range w.a.purses {
		purse := &w.a.purses[i]
		if debt := -purse.books[Debt]; debt > 0 {
			e.post(purse.kind, Debt, debt)
			e.post(purse.kind, Transferred, -debt)
			r := e.result(purse.kind)
			r.Points, r.Debt = r.Points+debt, r.Debt-debt
			p.Debt = append(p.Debt, KindPoints{purse.kind, debt})
		}
	}
	for i := range w.a.orders.rows.n {
		if row := w.a.orders.rows.at(i); !row.missing {
			var rec OrderRecord
			row.copyTo(&rec)
			w.leave(row, &rec)
			p.Merge.Orders = append(p.Merge.Orders, rec)
		}
	}
	slices.SortFunc(p.Merge.Orders, func(a, b OrderRecord) int { return cmp.Compare(a.ID, b.ID) })
	p.Merge.belong(p.Lots)
	p.Merge.belong(p.Merge.Lots)
	e.Parcel = p
	return nil
}

// leave counts in a record what has expired in lots of its order, which stay behind: a
// refund takes as much then as it would have taken here.
func (w *work) leave(row *orderRow, rec *OrderRecord) {
	for _, id := range row.lots {
		n := w.a.lot(id)
		if n == nil { // of a complete account every one is there
			continue
		}
		for i := range rec.Kinds {
			if k := &rec.Kinds[i]; k.Kind == n.Kind {
				if k.Gone += n.Expired; w.a.Expiry(&n.Lot) <= w.at {
					k.Gone += n.Remaining
				}
			}
		}
	}
}
