package simulate

import (
	"fmt"

	"github.com/guanxi-go/guanxi/loyalty"
)

// twins plays, now and then, two accounts of one customer: both check in, one on some days
// and the other on others, one of the days perhaps in both; they are merged, and the customer
// checks in again. Without it a streak seldom meets another.
func (g *generator) twins() (Step, bool) {
	d := g.d
	if len(g.script) == 0 && rolls(&g.w.program) && d.in(40) {
		g.returns()
	}
	if len(g.script) == 0 {
		if !d.in(400) {
			return Step{}, false
		}
		a, b := g.ids[d.n(len(g.ids))], g.ids[d.n(len(g.ids))]
		for _, id := range []loyalty.AccountID{a, b} {
			if a == b || g.w.side(id).ref.status != loyalty.Open {
				return Step{}, false
			}
		}
		for range 2 + d.n(4) {
			for _, id := range []loyalty.AccountID{a, b} {
				if d.in(3) {
					continue
				}
				g.script = append(g.script, Step{Account: id, Command: &loyalty.Act{Activity: "daily"}})
			}
			g.script = append(g.script, Step{}) // the day is over
		}
		g.script = append(g.script, Step{Account: a, Command: &loyalty.MergeOut{Into: b}}, Step{})
		for range 1 + d.n(3) {
			g.script = append(g.script, Step{Account: b, Command: &loyalty.Act{Activity: "daily"}}, Step{})
		}
	}
	s := g.script[0]
	g.script = g.script[1:]
	if s.Command == nil {
		cal := g.w.rules.cal
		g.now = max(g.now, cal.start(cal.day(g.now)+1)+int64(d.n(3)))
		return g.twins()
	}
	if c, ok := s.Command.(*loyalty.MergeOut); ok && len(g.w.side(s.Account).ref.holds) == 0 { // what it brings arrives next
		g.hot = c.Into
	}
	g.n++
	*headerOf(s.Command) = loyalty.Header{Key: loyalty.Key(fmt.Sprint("k", g.n)), At: g.time()}
	switch c := s.Command.(type) {
	case *loyalty.Refund:
		c.Refund = fmt.Sprint("r", g.n)
	case *loyalty.Earn:
		if d.in(4) { // late
			c.At = c.At.AddDate(0, 0, -d.n(80))
		}
	}
	s.Recorded = g.time()
	return s, true
}
