package simulate

import (
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi/loyalty"
)

// hold returns an open hold; now and then any.
func (g *generator) hold(ref *account) string {
	if len(ref.holds) > 0 && !g.d.in(6) {
		return ref.holds[g.d.n(len(ref.holds))].id
	}
	return fmt.Sprint("h", g.d.n(1+g.n/6))
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (g *generator) orderOf(ref *account) string {
	ids := sortedKeys(ref.orders)
	if len(ids) == 0 || g.d.in(20) {
		return "none"
	}
	return ids[g.d.n(len(ids))]
}

// payment makes a spend one that pays for an order: one that has earned, one that has been
// paid for before, or one that nobody knows yet.
func (g *generator) payment(ref *account, sp loyalty.Spend) loyalty.Spend {
	d := g.d
	if sp.Order = g.orderOf(ref); d.in(3) || sp.Order == "none" {
		sp.Order = fmt.Sprint("p", g.n)
	} else if d.in(2) {
		sp.Order = g.paidFor(ref)
	}
	if d.in(8) {
		sp.Order = ""
	}
	for i := range ref.holds { // one more for the same order
		if id := ref.holds[i].order; id != "" && d.in(3) {
			sp.Order = id
		}
	}
	if sp.Order == "none" {
		sp.Order = fmt.Sprint("p", g.n)
	}
	p := &g.w.program.Payments[0]
	if !d.in(3) { // an order that is hardly more than what the points are worth
		sp.Amount = money(max(cents(p.MinOrder), int64(sp.Points)*100/int64(p.Points)*int64(1+d.n(3))) + int64(d.n(3)))
	}
	if o := ref.orders[sp.Order]; o != nil && !d.in(4) {
		sp.Amount = money(o.total() + int64(d.n(12)/11))
		if rest := o.kept() - ref.standing(o); d.in(2) { // about what is left to be paid
			points := loyalty.Points(rest*int64(p.Points)/100 + int64(d.n(3)) - 1)
			sp.Points = min(points, loyalty.Points(min(ref.available(kindPoints, g.now), 1<<18)))
			sp.Points -= sp.Points % max(p.Step, 1)
			return sp
		}
	}
	if most := 2 * sp.Amount.IntPart() * int64(g.w.program.Payments[0].Points) / 3; !d.in(3) && int64(sp.Points) > most {
		sp.Points = loyalty.Points(1 + d.n(int(most)+1))
		sp.Points -= sp.Points % max(g.w.program.Payments[0].Step, 1)
	}
	return sp
}

// paidFor returns an order that points paid for, if there is one.
func (g *generator) paidFor(ref *account) string {
	var ids []string
	for _, id := range sortedKeys(ref.orders) {
		if o := ref.orders[id]; len(o.payments) > 0 && o.kept() > 0 {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return g.orderOf(ref)
	}
	return ids[g.d.n(len(ids))]
}

func (g *generator) refund(h loyalty.Header, ref *account) loyalty.Command {
	d := g.d
	c := &loyalty.Refund{Header: h, Order: g.orderOf(ref), Refund: fmt.Sprint("r", g.n)}
	if d.in(2) {
		c.Order = g.paidFor(ref)
	}
	for i := range ref.holds { // what points are held for comes back before they have paid
		if id := ref.holds[i].order; id != "" && d.in(3) {
			c.Order = id
		}
	}
	o := ref.orders[c.Order]
	if o == nil || d.in(3) {
		return c
	}
	for range 1 + d.n(2) {
		l := &o.lines[d.n(len(o.lines))]
		back := loyalty.RefundLine{Line: l.id}
		switch d.n(5) {
		case 0:
			back.Quantity = 1
		case 1:
			back.Amount = money(l.left() + int64(d.n(2)))
		case 2, 3:
			back.Amount = money(int64(d.n(int(l.left()/2 + 2))))
		}
		c.Lines = append(c.Lines, back)
	}
	return c
}

func (g *generator) giveBack(h loyalty.Header, ref *account) loyalty.Command {
	d := g.d
	c := &loyalty.Return{Header: h, Redemption: "none"}
	keys := sortedKeys(ref.reds)
	if !d.in(6) { // of which something is left
		keys = slices.DeleteFunc(keys, func(k loyalty.Key) bool { return sum(ref.reds[k].left) == 0 })
	}
	if len(keys) > 0 && !d.in(20) {
		c.Redemption = keys[d.n(len(keys))]
		left := sum(ref.reds[c.Redemption].left)
		switch d.n(4) {
		case 0:
			c.Points = loyalty.Points(left + int64(d.n(2)))
		case 1, 2:
			c.Points = loyalty.Points(d.n(int(min(left, 1<<32))/2 + 2))
		}
	}
	return c
}

func (g *generator) extend(h loyalty.Header, ref *account) loyalty.Command {
	d := g.d
	c := &loyalty.Extend{Header: h, Kind: pick(d, kindPoints, kindStars, kindBonus), Until: g.time().AddDate(0, 0, d.n(pick(d, 90, 400)))}
	if n := len(ref.lots); n > 0 && d.in(2) {
		c.Kind = ""
		c.Lots = []loyalty.LotID{loyalty.LotID(1 + d.n(n+1))}
		if x := loyalty.LotID(1 + d.n(n)); x != c.Lots[0] && d.in(3) {
			c.Lots = append(c.Lots, x)
		}
	}
	return c
}

func (g *generator) refer(h loyalty.Header, ref *account) loyalty.Command {
	d := g.d
	c := &loyalty.Refer{Header: h, Side: pick(d, loyalty.Referrer, loyalty.Friend), Friend: g.ids[d.n(len(g.ids))]}
	if c.Side == loyalty.Friend {
		c.Friend = ref.id
	}
	friend, err := g.w.host.Account(c.Friend)
	if err != nil {
		return c
	}
	id, other := g.orderOf(g.w.side(c.Friend).ref), g.w.side(c.Friend).ref
	for _, x := range sortedKeys(other.orders) {
		if other.first(other.orders[x]) && !d.in(4) {
			id = x
		}
	}
	rec, ok := friend.Order(id)
	if !ok {
		return &loyalty.Adjust{Header: h, Kind: kindPoints, Points: 5}
	}
	if !rec.Unearned && d.in(8) {
		rec.First = true // so the host says
	}
	c.Purchase = &rec
	return c
}

// partner makes a parcel of another programme, whose lots have priorities of their own and
// may have expired on the way.
func (g *generator) partner(h loyalty.Header) loyalty.Command {
	d := g.d
	p := loyalty.Parcel{From: "partner", To: g.hot, Seq: int64(g.n)}
	for range 1 + d.n(3) {
		l := loyalty.Lot{Kind: pick(d, kindPoints, kindStars, kindCash), Points: loyalty.Points(1 + d.n(60)), Earned: loyalty.Instant(g.now), Priority: int32(d.n(3) - 1)}
		l.Activate = l.Earned + loyalty.Instant(d.n(5))*86400_000000
		l.Expire = l.Earned + loyalty.Instant(d.n(60)-3)*86400_000000
		p.Lots = append(p.Lots, l)
	}
	return &loyalty.Receive{Header: h, Parcel: p}
}

// sent notes what a step that was carried out has sent, so that it is received later.
func (g *generator) sent(s Step) {
	to := target(s.Command)
	if to == "" || s.through {
		return
	}
	if _, moves := g.w.host.(Mover); moves && g.d.in(2) { // the service lets it arrive, later
		s.through = true
		g.parcels = append(g.parcels, s)
		return
	}
	journal, err := g.w.host.Journal(s.Account, 1)
	if err != nil || len(journal) == 0 {
		return
	}
	e := journal[len(journal)-1]
	if e.Key != s.Command.Common().Key || e.Parcel == nil {
		return
	}
	g.parcels = append(g.parcels, Step{
		Account: to, peer: g.w.side(s.Account).ref,
		Command: &loyalty.Receive{Header: loyalty.Header{Key: e.Key + "/in"}, Parcel: *parcel(&e)},
	})
}

func parcel(e *loyalty.Entry) *loyalty.Parcel {
	c := e.Clone()
	return c.Parcel
}
