package loyalty

import (
	"cmp"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
)

// DefaultHold is how long a hold lasts of which neither the command nor the programme
// says anything.
const DefaultHold = 30 * time.Minute

func (c *Place) need(r *rules, n *Need) {
	n.Hold = c.Hold
	needSpend(r, n, &c.Spend)
}

func (c *Place) decide(w *work) error {
	if c.Hold == "" || len(c.Hold) > MaxText {
		return guanxi.At("/hold", ErrText)
	}
	if h, state, err := w.findHold(c.Hold); err != nil {
		return err
	} else if h != nil || state != HoldOpen {
		return guanxi.At("/hold", ErrHoldExists)
	}
	until, err := c.until(w)
	if err != nil {
		return guanxi.At("/until", err)
	}
	if err := w.price(&c.Spend); err != nil {
		return err
	}
	pays, err := w.mayPay(&c.Spend)
	if err != nil {
		return err
	}
	e := w.entry(OpHold, w.at)
	e.Ref, e.Split = c.Hold, w.split()
	w.count(e, w.quote.counters)
	for _, s := range w.quote.shared {
		s.Until = until
		e.Shared = append(e.Shared, s)
	}
	if err := w.takeAll(e, Held); err != nil {
		return err
	}
	hold := &Hold{ID: c.Hold, Key: c.Key, Until: until, Uses: slices.Clone(e.Uses), Ref: w.quote.ref, Split: e.Split,
		Shared: slices.Clone(e.Shared), Counters: slices.Clone(e.Counters)}
	if r := w.quote.reward; r != nil && r.Type == RewardDonation {
		hold.Ref, hold.Donation = r.Cause, true
	}
	hold.Coupon, hold.Coupons = w.d.Why.Coupon, w.d.Why.Coupons
	if pays {
		hold.Order, hold.Amount, hold.Money = c.Spend.Order, w.quote.order, w.quote.money
	}
	for _, charge := range w.quote.charges {
		hold.Points += charge.Points
		hold.Late = append(hold.Late, LateLot{charge.Kind, w.r.lateExpiry(charge.Kind, until)})
	}
	e.Hold = hold
	return nil
}

func (c *Place) until(w *work) (Instant, error) {
	if c.Until.IsZero() {
		if span := w.r.policy.Hold; !span.IsZero() {
			return InstantOf(span.AddTo(w.at.Time(), w.r.zone.loc)), nil
		}
		return w.at + Instant(DefaultHold.Microseconds()), nil
	}
	until := InstantOf(c.Until)
	switch {
	case !inYears(until):
		return 0, ErrTime
	case until <= w.at:
		return 0, ErrNotLater
	}
	return until, nil
}

// findHold returns the open hold of an id, or else what became of it; it is open if
// there was none.
func (w *work) findHold(id string) (*Hold, HoldState, error) {
	if h := w.a.openHold(id); h != nil {
		return h, HoldOpen, nil
	}
	state, ok := w.a.ended[id]
	if !ok && w.a.part != nil {
		return nil, "", w.need(Need{Hold: id})
	}
	return nil, state, nil
}

// isID reports whether a text may be an id at all: what is not, nobody need look up.
func isID(s string) bool { return s != "" && len(s) <= MaxText }

// mustHold returns the open hold of an id, or why there is none.
func (w *work) mustHold(id string) (*Hold, error) {
	if !isID(id) {
		return nil, guanxi.At("/hold", ErrHoldUnknown)
	}
	h, state, err := w.findHold(id)
	switch {
	case err != nil:
		return nil, err
	case h != nil:
		return h, nil
	case state == HoldRunOut:
		err = ErrHoldRunOut
	case state == HoldOpen:
		err = ErrHoldUnknown
	default:
		err = ErrHoldEnded
	}
	return nil, guanxi.At("/hold", err)
}

func (c *Capture) need(_ *rules, n *Need) { n.Hold = c.Hold }

func (c *Capture) decide(w *work) error {
	h, err := w.mustHold(c.Hold)
	if err != nil {
		return err
	}
	held := h.held()
	points := cmp.Or(c.Points, held)
	switch {
	case points < 0:
		return guanxi.At("/points", ErrAmount)
	case points > held:
		return guanxi.At("/points", ErrHoldTooMuch)
	}
	pays, err := w.capturePays(h, points)
	if err != nil {
		return err
	}
	op, to := OpCapture, Redeemed
	if h.Donation {
		to = Donated
	}
	e := w.entry(op, w.at)
	e.Ref, e.Split = h.ID, h.Split
	if pays {
		e.Order = &w.change
	}
	w.touch(e, TouchRedeem)
	rest := w.captureUses(e, h, to, points)
	for _, s := range h.Shared {
		if s.Amount = partOf(s.Amount, h.Captured, h.Captured+points, h.Points); s.Amount > 0 {
			s.Step = Confirm
			e.Shared = append(e.Shared, s)
		}
	}
	if n := partOf(h.Coupons, h.Captured, h.Captured+points, h.Points); n > 0 {
		w.d.Why.Coupon, w.d.Why.Coupons = h.Coupon, n
	}
	w.hold.Captured += points
	if points == held || !c.Keep {
		w.uncount(e)
		w.hold.State = HoldCaptured
		w.giveHeld(e, rest, w.at, func(k Kind) Instant { return w.r.lateExpiry(k, w.at) })
		rest = nil
	}
	w.hold.Uses = rest
	hold := w.hold.clone()
	e.Hold = &hold
	return w.repayNow()
}

// captureUses spends points of a hold in the order of taking, and returns what is
// still held. w.hold is then a copy of the hold.
func (w *work) captureUses(e *Entry, h *Hold, to Book, points Points) (rest []Use) {
	w.hold = *h
	for i := range h.Uses {
		u := h.Uses[i]
		if x := min(points, u.Points); x > 0 {
			n := w.a.lot(u.Lot)
			e.use(&n.Lot, Held, to, x)
			e.result(n.Kind)
			points -= x
			u.Points -= x
		}
		if u.Points > 0 {
			rest = append(rest, u)
		}
	}
	return rest
}

func (c *Void) need(_ *rules, n *Need) { n.Hold = c.Hold }

func (c *Void) decide(w *work) error {
	h, err := w.mustHold(c.Hold)
	if err != nil {
		return err
	}
	e := w.entry(OpVoid, w.at)
	e.Ref = h.ID
	w.release(e, h, w.at, HoldVoided, func(k Kind) Instant { return w.r.lateExpiry(k, w.at) })
	return w.repayNow()
}
