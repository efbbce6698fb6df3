package simulate

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi/loyalty"
)

func (d *deal) place(c *loyalty.Place) {
	open := slices.ContainsFunc(d.a.holds, func(h hold) bool { return h.id == c.Hold })
	if _, ended := d.a.ended[c.Hold]; open || ended {
		refuse(loyalty.ErrHoldExists)
	}
	until := us(c.Until)
	switch {
	case c.Until.IsZero() && d.p.Policy.Hold.IsZero():
		until = d.at + loyalty.DefaultHold.Microseconds()
	case c.Until.IsZero():
		until = us(d.p.Policy.Hold.AddTo(loyalty.Instant(d.at).Time(), d.cal.loc))
	case until <= d.at:
		refuse(loyalty.ErrNotLater)
	}
	charges, counts, split, to := d.price(&c.Spend)
	for i := range counts {
		if counts[i].shared {
			counts[i].until = until
		}
	}
	money := d.spendsOn(&c.Spend)
	h := hold{id: c.Hold, until: until, to: to, split: split, counts: counts, late: map[loyalty.Kind]int64{}}
	if money > 0 {
		h.order, h.amount, h.money = c.Spend.Order, cents(c.Spend.Amount), money
	}
	h.uses = d.take(charges, loyalty.Held)
	for _, x := range charges {
		h.placed += x.points
		h.late[x.kind] = d.rules.late(x.kind, until)
	}
	d.a.count(counts, 1)
	d.a.holds = append(d.a.holds, h)
}

func (d *deal) hold(id string) int {
	i := slices.IndexFunc(d.a.holds, func(h hold) bool { return h.id == id })
	if i < 0 {
		switch d.a.ended[id] {
		case loyalty.HoldOpen:
			refuse(loyalty.ErrHoldUnknown)
		case loyalty.HoldRunOut:
			refuse(loyalty.ErrHoldRunOut)
		}
		refuse(loyalty.ErrHoldEnded)
	}
	return i
}

// lateNow is what becomes now of points whose lots have expired.
func (d *deal) lateNow() map[loyalty.Kind]int64 {
	out := map[loyalty.Kind]int64{}
	for _, k := range spendables {
		out[k] = d.rules.late(k, d.at)
	}
	return out
}

func (d *deal) capture(c *loyalty.Capture) {
	i := d.hold(c.Hold)
	h := &d.a.holds[i]
	held := int64(0)
	for _, u := range h.uses {
		held += u.points
	}
	points := cmp.Or(int64(c.Points), held)
	switch {
	case points < 0:
		refuse(loyalty.ErrAmount)
	case points > held:
		refuse(loyalty.ErrHoldTooMuch)
	}
	if h.order != "" {
		money := pieces(h.money, h.captured, h.captured+points, h.placed)
		d.mayPay(h.order, h.amount, money)
		d.pays(c.Key, h.order, h.amount, money, points)
	}
	d.touch(loyalty.TouchRedeem)
	var spent, rest []use
	left := points
	for _, u := range h.uses {
		x := min(left, u.points)
		if x > 0 {
			l := &d.a.lots[u.lot]
			l.held -= x
			*l.part(h.to) += x
			spent = append(spent, use{u.lot, x})
		}
		if left -= x; u.points > x {
			rest = append(rest, use{u.lot, u.points - x})
		}
	}
	var counts []count // what comes back with the redemption
	for _, n := range h.counts {
		n.n = pieces(n.n, h.captured, h.captured+points, h.placed)
		if n.shared {
			d.confirm(n.name, n.until, n.n)
			n.until = 0
		}
		counts = append(counts, n)
	}
	d.spent(c.Key, spent, counts, h.split, h.to)
	h.captured, h.uses = h.captured+points, rest
	if points == held || !c.Keep {
		d.a.release(i, d.at, loyalty.HoldCaptured, d.lateNow())
	}
	d.a.repay(d.now())
}

func (d *deal) void(c *loyalty.Void) {
	d.a.release(d.hold(c.Hold), d.at, loyalty.HoldVoided, d.lateNow())
	d.a.repay(d.now())
}
