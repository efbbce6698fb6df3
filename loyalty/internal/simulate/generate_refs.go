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

func (g *generator) refund(h loyalty.Header, ref *account) loyalty.Command {
	d := g.d
	c := &loyalty.Refund{Header: h, Order: g.orderOf(ref), Refund: fmt.Sprint("r", g.n)}
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
	if keys := sortedKeys(ref.reds); len(keys) > 0 && !d.in(20) {
		c.Redemption = keys[d.n(len(keys))]
		left := sum(ref.reds[c.Redemption].left)
		switch d.n(4) {
		case 0:
			c.Points = loyalty.Points(left + int64(d.n(2)))
		case 1, 2:
			c.Points = loyalty.Points(d.n(int(left)/2 + 2))
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
	rec, ok := friend.Order(g.orderOf(g.w.side(c.Friend).ref))
	if !ok {
		return &loyalty.Adjust{Header: h, Kind: kindPoints, Points: 5}
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
	var to loyalty.AccountID
	switch c := s.Command.(type) {
	case *loyalty.Send:
		to = c.To
	case *loyalty.MergeOut:
		to = c.Into
	default:
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
