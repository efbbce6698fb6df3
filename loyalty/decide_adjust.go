package loyalty

import (
	"math"

	"github.com/guanxi-go/guanxi"
)

// note refuses a note that is too long.
func (w *work) takeNote(n Note) error {
	if len(n.Reason) > maxNote || len(n.Actor) > maxNote {
		return guanxi.At("/note", ErrText)
	}
	w.note = n
	return nil
}

// maxNote is how many bytes a part of a note may have.
const maxNote = 4096

func (c *Adjust) need(_ *rules, n *Need) {
	if c.Points < 0 && c.Points != math.MinInt64 {
		n.open(c.Kind, -c.Points)
	}
}

func (c *Adjust) decide(w *work) error {
	if err := w.takeNote(c.Note); err != nil {
		return err
	}
	k := w.r.kind(c.Kind)
	switch {
	case k == nil:
		return guanxi.At("/kind", ErrUnknown)
	case c.Points == 0:
		return guanxi.At("/points", ErrAmount)
	case c.Points == math.MinInt64:
		return guanxi.At("/points", ErrOverflow)
	case !c.Expire.IsZero() && (!k.Spendable || c.Points < 0):
		return guanxi.At("/expire", ErrOption)
	}
	e := w.entry(OpAdjust, w.at)
	switch {
	case !k.Spendable:
		e.result(c.Kind).Points += c.Points
	case c.Points < 0:
		if _, err := w.take(e, c.Kind, -c.Points, Adjusted, false); err != nil {
			return err
		}
		e.result(c.Kind).Points += c.Points
	default:
		l := newLot{kind: c.Kind, points: c.Points, activate: w.at, priority: k.Priority, source: "adjust", window: k.window(), expire: k.expire(w.at, w.at)}
		if !c.Expire.IsZero() {
			l.expire, l.window = InstantOf(c.Expire), false
			switch {
			case !inYears(l.expire):
				return guanxi.At("/expire", ErrTime)
			case l.expire <= w.at:
				return guanxi.At("/expire", ErrNotLater)
			}
		}
		w.open(e, l, Adjusted, w.at)
	}
	w.tierAdjust(e)
	return w.repayLate()
}

func (c *Extend) need(_ *rules, n *Need) {
	n.Lots = append(n.Lots, c.Lots...)
	if len(c.Lots) == 0 {
		n.open(c.Kind, everything)
	}
}

// decide gives later ends to lots that have not expired. Of all lots of a kind, those
// that end later anyway are left alone.
func (c *Extend) decide(w *work) error {
	if err := w.takeNote(c.Note); err != nil {
		return err
	}
	until := InstantOf(c.Until)
	if !inYears(until) {
		return guanxi.At("/until", ErrTime)
	}
	e := w.entry(OpExtend, w.at)
	if len(c.Lots) == 0 {
		return c.kind(w, e, until)
	}
	var f faults
	for i, id := range c.Lots {
		n := w.a.lot(id)
		switch {
		case n == nil && w.a.part != nil && id > 0 && id <= w.a.opened:
			return w.need(Need{Lots: c.Lots})
		case n == nil:
			f.add(ErrLotUnknown, "lots", i)
		case w.a.Expiry(&n.Lot) <= w.at || w.a.Expiry(&n.Lot) >= until:
			f.add(ErrNotLater, "lots", i)
		case slicesHas(e.Extended, id):
			f.add(ErrDuplicate, "lots", i)
		default:
			e.Extended = append(e.Extended, LotExpiry{id, until})
		}
	}
	return f.err()
}

func slicesHas(x []LotExpiry, id LotID) bool {
	for i := range x {
		if x[i].Lot == id {
			return true
		}
	}
	return false
}

func (c *Extend) kind(w *work, e *Entry, until Instant) error {
	p := w.a.purse(c.Kind)
	switch {
	case w.r.kind(c.Kind) == nil:
		return guanxi.At("/kind", ErrUnknown)
	case p != nil && w.a.part != nil && !p.cover.All:
		return w.needOpen(c.Kind, everything)
	}
	for i := range w.a.lots.n {
		n := w.a.lots.at(i)
		if end := w.a.Expiry(&n.Lot); n.Kind == c.Kind && n.Remaining+n.Held > 0 && end > w.at && end < until {
			e.Extended = append(e.Extended, LotExpiry{n.ID, until})
		}
	}
	if len(e.Extended) == 0 {
		return guanxi.At("/until", ErrNotLater)
	}
	return nil
}

func (c *Freeze) need(*rules, *Need) {}

func (c *Freeze) decide(w *work) error {
	e := w.entry(OpStatus, w.at)
	e.Status = Frozen
	return w.takeNote(c.Note)
}

func (c *Thaw) need(*rules, *Need) {}

func (c *Thaw) decide(w *work) error {
	w.entry(OpStatus, w.at)
	return w.takeNote(c.Note)
}

func (c *Close) need(_ *rules, n *Need) { n.All = c.Forfeit }

// decide ends the account. Forfeit gives up what the customer has, released holds too.
func (c *Close) decide(w *work) error {
	if err := w.takeNote(c.Note); err != nil {
		return err
	}
	empty := len(w.a.holds) == 0
	for i := range w.a.purses {
		p := &w.a.purses[i]
		empty = empty && p.available(w.now()) == 0 && p.notYet(w.now()) == 0 && p.books[Debt] == 0
	}
	if !empty && !c.Forfeit {
		return ErrNotEmpty
	}
	if err := w.voidAll(); err != nil {
		return err
	}
	if err := w.needAll(); err != nil {
		return err
	}
	e := w.entry(OpClose, w.at)
	e.Status = Closed
	for i := range w.a.purses {
		if debt := -w.a.purses[i].books[Debt]; debt > 0 { // written off
			e.post(w.a.purses[i].kind, Debt, debt)
			e.post(w.a.purses[i].kind, Adjusted, -debt)
			r := e.result(w.a.purses[i].kind)
			r.Points, r.Debt = r.Points+debt, r.Debt-debt
		}
	}
	for i := range w.a.lots.n {
		n := w.a.lots.at(i)
		if n.Remaining > 0 && w.a.Expiry(&n.Lot) > w.at {
			e.result(n.Kind).Points -= n.Remaining
			e.use(&n.Lot, n.book(), Expired, n.Remaining)
		}
	}
	return nil
}

// voidAll ends all holds.
func (w *work) voidAll() error {
	for len(w.a.holds) > 0 {
		h := &w.a.holds[0]
		e := w.entry(OpVoid, w.at)
		e.Ref = h.ID
		w.release(e, h, w.at, HoldVoided, func(k Kind) Instant { return w.r.lateExpiry(k, w.at) })
		if err := w.stage(); err != nil {
			return err
		}
		if err := w.repay(w.at); err != nil {
			return err
		}
	}
	return nil
}

func (c *SetTier) need(*rules, *Need) {}

func (c *SetTier) decide(w *work) error {
	if err := w.takeNote(c.Note); err != nil {
		return err
	}
	return w.tierGrant(w.entry(OpTier, w.at), &c.Grant)
}
