package simulate

import (
	"fmt"

	"github.com/guanxi-go/guanxi/loyalty"
)

// returns writes a script for an account of a programme with a rolling span: orders that just
// reach a tier, keep it or do not, and some days between them; some come back, in any order,
// and something is taken by hand. Without it hardly any tier is reached by what comes back.
func (g *generator) returns() {
	d, t := g.d, &g.w.program.Tiers
	id := g.ids[d.n(len(g.ids))]
	if g.w.side(id).ref.status != loyalty.Open {
		return
	}
	days := func(n int) {
		for range n {
			g.script = append(g.script, Step{})
		}
	}
	wait := func() { days(pick(d, 0, 0, 1, 1, 2, 8, 20, 29, 31, 60)) }
	buy := func(order string, growth int64) {
		o := loyalty.Order{ID: order, Lines: []loyalty.OrderLine{{ID: "0", Amount: money(growth * 100)}}}
		g.script = append(g.script, Step{Account: id, Command: &loyalty.Earn{Order: o}})
	}
	back := func(order string, growth int64) {
		lines := []loyalty.RefundLine{{Line: "0", Amount: money(growth * 100)}}
		g.script = append(g.script, Step{Account: id, Command: &loyalty.Refund{Order: order, Lines: lines}})
	}
	look := func() {
		g.script = append(g.script, Step{Account: id, Command: &loyalty.Act{Activity: "hello"}})
	}
	name := func(i int) string { return fmt.Sprint("s", g.n, ".", i) }
	span := t.Period.Span.Months*30 + t.Period.Span.Days + t.Period.Span.Months/2
	gold := int64(t.Levels[2].Entry.Points[0].Points)
	switch d.n(4) {
	case 0: // gold is reached anew by what was bought after it, and then a little comes back
		for i, tenths := range []int64{6, 6, 4} {
			buy(name(i), gold*tenths/10+1)
			days(1 + d.n(3))
		}
		back(name(1), gold*3/10)
		days(span - 3 - d.n(4))
		back(name(2), 1)
		wait()
		look()
		return
	case 1: // something in grace, or in a soft landing, comes back before that is over or later
		buy(name(0), pick(d, gold, int64(t.Levels[1].Entry.Points[0].Points))+2)
		days(span + d.n(3))
		buy(name(1), pick(d, gold, gold*7/10, gold/2)+2)
		days(d.n(pick(d, 3, 15, 40)))
		back(name(1), gold/2)
		for range 4 {
			days(d.n(12))
			look()
		}
		return
	}
	var orders []string
	for i := range 2 + d.n(4) {
		level := &t.Levels[1+d.n(len(t.Levels)-1)]
		growth := int64(level.Entry.Points[0].Points)
		if keep := level.Keep.Points; len(keep) > 0 && d.in(2) {
			growth = int64(keep[0].Points)
		}
		growth = growth/int64(1+d.n(3)) + int64(d.n(3)) - 1
		orders = append(orders, name(i))
		buy(name(i), growth)
		wait()
		if d.in(5) {
			g.script = append(g.script, Step{Account: id, Command: &loyalty.Adjust{Kind: kindGrowth, Points: -loyalty.Points(1 + d.n(int(growth)+2))}})
			wait()
		}
		if d.in(2) {
			i := d.n(len(orders))
			c := &loyalty.Refund{Order: orders[i]}
			if d.in(3) {
				c.Lines = []loyalty.RefundLine{{Line: "0", Amount: money(int64(d.n(int(growth)+1)) * 50)}}
			}
			g.script = append(g.script, Step{Account: id, Command: c})
			wait()
		}
	}
}
