package simulate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty"
)

// payment is points that paid for a part of an order. What the points and the money of it
// come to is counted from what of the order had come back by then.
type payment struct {
	key           loyalty.Key
	money, points int64
	from          int64 // what of the order had come back
	whole         int64 // money that all payments together pay of the rest
}

// split is how a refund splits back.
type split struct {
	amount, money int64
	points        map[loyalty.Key]int64
}

func (o *order) total() (sum int64) {
	for i := range o.lines {
		sum += o.lines[i].amount
	}
	return sum
}

// portion is what of n belongs back when so much of an order has come back.
func portion(n, back, from, total int64) int64 {
	if back <= from || from >= total {
		return 0
	}
	return floorDiv(n, back-from, total-from)
}

// byPoints is what points have paid of what came back since the last payment.
func (o *order) byPoints(back int64) int64 {
	if len(o.payments) == 0 {
		return 0
	}
	p := o.payments[len(o.payments)-1]
	return portion(p.whole, back, p.from, o.total())
}

// used is how many points of a payment have not come back.
func (a *account) used(p *payment) int64 {
	if red := a.reds[p.key]; red != nil {
		return min(sum(red.left), p.points)
	}
	return 0
}

// standing is what points pay of what is left of an order.
func (a *account) standing(o *order) int64 {
	if o == nil || len(o.payments) == 0 {
		return 0
	}
	back := o.total() - o.kept()
	whole := o.payments[len(o.payments)-1].whole - o.byPoints(back)
	left, byHand := int64(0), false
	for i := range o.payments {
		p := &o.payments[i]
		left += floorDiv(p.money, a.used(p), p.points)
		if p.points-a.used(p) > portion(p.points, back, p.from, o.total()) {
			byHand = true
		}
	}
	if byHand {
		return min(left, whole)
	}
	return whole
}

// mayPay refuses points that would pay more than there is of an order.
func (d *deal) mayPay(id string, amount, money int64) {
	o := d.a.orders[id]
	if o == nil {
		return // the order is what the payment says, and money is no more than that
	}
	if amount > o.total() || o.kept() <= 0 || money > o.kept()-d.a.standing(o) {
		refuse(loyalty.ErrOrderAmount)
	}
}

// spendsOn is mayPay of a spend, with its share of the order. It returns the money.
func (d *deal) spendsOn(sp *loyalty.Spend) int64 {
	if sp.Payment == "" || sp.Order == "" {
		return 0
	}
	p := d.p.Payments[0]
	worth := d.worth(&p, int64(sp.Points))
	d.mayPay(sp.Order, cents(sp.Amount), worth)
	held := int64(0)
	for i := range d.a.holds {
		if h := &d.a.holds[i]; h.order == sp.Order {
			held += h.money - floorDiv(h.money, h.captured, h.placed)
		}
	}
	most := cents(sp.Amount)
	if !p.MaxShare.IsZero() {
		most = floorDiv(most, p.MaxShare.Num, p.MaxShare.Den)
	}
	if d.a.standing(d.a.orders[sp.Order])+held+worth > most {
		refuse(loyalty.ErrPoints)
	}
	return worth
}

// pays links a redemption with its order.
func (d *deal) pays(key loyalty.Key, id string, amount, money, points int64) {
	o := d.a.orders[id]
	standing := d.a.standing(o)
	if o == nil {
		o = &order{id: id, at: d.at, unearned: true, lines: []line{{amount: amount, quantity: 1}}}
	} else {
		o = o.clone()
	}
	o.payments = append(slices.Clone(o.payments), payment{key, money, points, o.total() - o.kept(), standing + money})
	d.a.orders[id] = o
}

// becomes puts an order in the place of one that is known by its payments.
func (o *order) becomes(was *order) {
	if was == nil {
		return
	}
	if was.lines[0].backAmount+was.lines[0].backed > 0 {
		refuse(loyalty.ErrOrderRefunded)
	}
	if o.total() < was.lines[0].amount {
		refuse(loyalty.ErrOrderAmount)
	}
	o.payments = was.payments
}

// givePaid gives the points back that paid for what a refund brings, the last payment first.
// back is what of the order has come back by now, before what had.
func (d *deal) givePaid(o *order, before, back int64) (some bool) {
	d.a.split = split{amount: back - before, money: back - before - (o.byPoints(back) - o.byPoints(before)), points: map[loyalty.Key]int64{}}
	for i := len(o.payments) - 1; i >= 0; i-- {
		p := &o.payments[i]
		points := portion(p.points, back, p.from, o.total()) - (p.points - d.a.used(p))
		if points > 0 {
			d.unspend(p.key, points)
			d.a.split.points[p.key] = points
			some = true
		}
	}
	return some
}

// leave takes what may still be given back out of the lots of an account that is merged into
// another, and keeps it for that.
func (a *account) leave() {
	a.left = map[loyalty.Key]*redemption{}
	for key, red := range a.reds {
		left, total := sum(red.left), int64(0)
		for _, u := range red.uses {
			total += u.points
		}
		if left == 0 {
			continue
		}
		rest := &redemption{to: red.to, split: red.split}
		for i, u := range red.uses {
			x := red.left[i]
			if x == 0 {
				continue
			}
			l := &a.lots[u.lot]
			*l.part(red.to) -= x
			l.transferred += x
			a.book(l.kind)[bookTransferred] += x
			rest.uses, rest.left = append(rest.uses, use{u.lot, x}), append(rest.left, x)
		}
		for _, c := range red.counts {
			c.n = pieces(c.n, total-left, total, total)
			rest.counts = append(rest.counts, c)
		}
		a.left[key] = rest
		gone := *red
		gone.left = make([]int64, len(red.left))
		a.reds[key] = &gone
	}
}

// leaves returns the order of a lot that a merge takes along, if the order goes along.
func (a *account) leaves(id string) string {
	if o := a.orders[id]; o == nil || o.kept() <= 0 {
		return ""
	}
	return id
}

// arrive opens the lots of what another account has left, as used already.
func (a *account) arrive(from *account) {
	places := map[int]int{}
	for i := range from.lots {
		l := &from.lots[i]
		in := lot{kind: l.kind, activate: l.activate, expire: from.end(l), priority: l.priority, order: from.leaves(l.order)}
		for _, red := range from.left {
			for _, u := range red.uses {
				if u.lot == i {
					in.points += u.points
					*in.part(red.to) += u.points
				}
			}
		}
		if in.points > 0 {
			places[i] = len(a.lots)
			a.lots = append(a.lots, in)
			a.book(l.kind)[bookTransferred] -= in.points
		}
	}
	for key, red := range from.left {
		moved := *red
		moved.uses, moved.left = slices.Clone(red.uses), slices.Clone(red.left)
		for i := range moved.uses {
			moved.uses[i].lot = places[moved.uses[i].lot]
		}
		a.reds[key] = &moved
	}
}

// refunded asks whether a refund has said how it splits back.
func refunded(dec *loyalty.Decision, ref *account, id string) error {
	o := ref.orders[id]
	for i := range dec.Entries {
		e := &dec.Entries[i]
		if e.Op != loyalty.OpRefund {
			continue
		}
		if got := e.Order.Back; got == nil && len(o.payments) == 0 {
			continue
		} else if got == nil {
			return fmt.Errorf("a refund of an order that points paid for says nothing of them: %+v", o)
		}
		got, points := e.Order.Back, map[loyalty.Key]int64{}
		for _, p := range got.Payments {
			points[p.Redemption] += int64(p.Points)
			if p.Lost < 0 || p.Lost > p.Points {
				return fmt.Errorf("%+v is given back", p)
			}
		}
		if want := ref.split; got.Amount != want.amount || got.Money != want.money || !maps.Equal(points, want.points) || got.Money < 0 {
			return fmt.Errorf("a refund gives back %+v, the reference says %+v", got, want)
		}
	}
	return nil
}

// payments compares the payments of an order.
func payments(o *loyalty.OrderRecord, r *order, first bool) error {
	same := o.First == first && o.Unearned == r.unearned && len(o.Payments) == len(r.payments)
	for i := 0; same && i < len(r.payments); i++ {
		p, q := &o.Payments[i], &r.payments[i]
		same = p.Redemption == q.key && p.Money == q.money && int64(p.Points) == q.points
	}
	if !same {
		return fmt.Errorf("order %+v, the reference has %+v", *o, *r)
	}
	return nil
}

// redemptions: what may be given back is what the reference has.
func (w *World) redemptions(a *loyalty.Account, _ []loyalty.Entry, side *side) error {
	for key, r := range side.ref.reds {
		red, ok := a.Redemption(key)
		left := loyalty.Points(0)
		for _, p := range red.Left {
			left += p
		}
		if !ok || int64(left) != sum(r.left) {
			return fmt.Errorf("%d of redemption %q are left, the reference has %d", left, key, sum(r.left))
		}
	}
	for _, c := range a.Counters() {
		if n := side.ref.counters[tally{c.Name, int64(c.Window)}]; strings.HasPrefix(c.Name, "limit:") && c.End > a.Last && n != c.Add { // one that counts still
			return fmt.Errorf("%q has counted %d, the reference %d", c.Name, c.Add, n)
		}
	}
	// Money and points add up: what is still paid of an order is no more than its rest.
	for _, id := range slices.Sorted(maps.Keys(side.ref.orders)) {
		if o := side.ref.orders[id]; side.ref.standing(o) > o.kept() {
			return fmt.Errorf("points pay %d of the %d that are left of %q", side.ref.standing(o), o.kept(), id)
		}
	}
	return nil
}
