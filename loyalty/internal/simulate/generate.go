package simulate

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// generator makes steps: it looks at the references, so that what it asks is often
// possible, and often only just, or only just not.
type generator struct {
	d       *dice
	w       *World
	now     int64
	n       int
	ids     []loyalty.AccountID
	hot     loyalty.AccountID
	past    []Step // some of those made
	parcels []Step // to be received
	huge    bool   // near as many points as there may be are given
	given   map[loyalty.Kind]int64
	script  []Step // what comes next
}

func newGenerator(d *dice, w *World, start time.Time, accounts int) *generator {
	g := &generator{d: d, w: w, now: us(start), huge: d.in(6), given: map[loyalty.Kind]int64{}}
	for i := range accounts {
		g.ids = append(g.ids, loyalty.AccountID(fmt.Sprint("a", i)))
	}
	return g
}

const minute = 60_000000

// next makes a step.
func (g *generator) next() Step {
	d := g.d
	if len(g.parcels) > 0 && d.in(3) {
		s := g.parcels[0]
		g.parcels = g.parcels[1:]
		if s.through {
			s.Recorded = g.recorded()
			return g.keep(s)
		}
		h := headerOf(s.Command)
		if h.At = g.time(); d.in(8) { // late arrival
			h.At = h.At.AddDate(0, 0, -d.n(20))
		}
		s.Recorded = g.recorded()
		return g.keep(s)
	}
	if s, ok := g.twins(); ok {
		return g.keep(s)
	}
	if g.hot == "" || d.in(4) { // a customer comes back a few times in a row
		i := d.n(len(g.ids))
		if d.in(2) {
			i = d.n(1 + i)
		}
		g.hot = g.ids[i]
		if g.w.side(g.hot).ref.status == loyalty.Closed && !d.in(20) { // someone new takes the place
			g.n++
			g.ids[i] = loyalty.AccountID(fmt.Sprint("a", i, ".", g.n))
			g.hot = g.ids[i]
		}
	}
	ref := g.w.side(g.hot).ref
	g.tick(ref)
	if len(g.past) > 0 && d.in(25) {
		return g.again()
	}
	g.n++
	h := loyalty.Header{Key: loyalty.Key(fmt.Sprint("k", g.n)), At: g.time()}
	switch d.n(24) {
	case 0: // a late arrival
		h.At = h.At.Add(-time.Duration(d.n(30*24*60)) * time.Minute)
	case 1: // exactly when the last one was, or just before
		if ref.begun {
			h.At = loyalty.Instant(ref.last - int64(d.n(2))).Time()
		}
	case 2: // as late as is accepted, or a microsecond later than that
		if within := g.w.program.Policy.BackdateWithin; ref.begun && !within.IsZero() {
			at := within.SubFrom(loyalty.Instant(ref.last).Time(), g.w.rules.cal.loc)
			h.At = at.Add(-time.Duration(d.n(2)) * time.Microsecond)
		}
	}
	if i := slices.Index(g.ids, g.hot); i == 0 && d.in(3) { // the pool of a household
		h.Member = g.ids[1+d.n(len(g.ids)-1)]
	}
	recorded := g.recorded()
	if d.in(60) { // as far ahead of the clock as it may be, or a microsecond more, or far more
		h.At = loyalty.Instant(g.w.rules.ahead(us(recorded)) + int64(d.n(3)) - 1).Time()
		if d.in(4) {
			h.At = h.At.AddDate(d.n(60), 0, 1)
		}
	}
	if g.huge && d.in(80) {
		return g.keep(Step{Account: g.hot, Command: g.most(h, ref), Recorded: recorded})
	}
	s := Step{Account: g.hot, Command: g.command(h, ref), Recorded: recorded}
	if _, moves := g.w.host.(Mover); moves && target(s.Command) != "" && d.in(2) {
		if s.through = true; d.in(3) {
			if c, ok := s.Command.(*loyalty.Send); ok && c.To != s.Account {
				c.Member, s.pool = "", spendables[d.n(3):][:1+d.n(3)]
			}
		}
	}
	return g.keep(s)
}

// most gives about as many points as there may be, or takes them.
func (g *generator) most(h loyalty.Header, ref *account) loyalty.Command {
	d := g.d
	k := pick(d, kindPoints, kindStars, kindVisits)
	left := int64(loyalty.MaxPoints) + ref.book(k)[bookAdjusted]
	n := pick(d, left, left/2, left/3) + int64(d.n(3)) - 1
	if have := ref.asOf(g.now).available(k, g.now); have > 1<<40 && !d.in(3) {
		n = -have + int64(d.n(3)) - 1
	}
	if g.given[k] > 1<<62-n { // sums over accounts fit
		n = 7
	}
	g.given[k] += max(n, 0)
	return &loyalty.Adjust{Header: h, Kind: k, Points: loyalty.Points(n), Note: loyalty.Note{Actor: "ann"}}
}

func (g *generator) keep(s Step) Step {
	if len(g.past) < 50 {
		g.past = append(g.past, s)
	} else {
		g.past[g.d.n(50)] = s
	}
	return s
}

func headerOf(cmd loyalty.Command) *loyalty.Header {
	return reflect.ValueOf(cmd).Elem().FieldByName("Header").Addr().Interface().(*loyalty.Header)
}

// again repeats a command with its key, or asks for something else with it.
func (g *generator) again() Step {
	d := g.d
	s := g.past[d.n(len(g.past))]
	c := reflect.New(reflect.TypeOf(s.Command).Elem())
	c.Elem().Set(reflect.ValueOf(s.Command).Elem())
	s.Command = c.Interface().(loyalty.Command)
	h := headerOf(s.Command)
	h.At, s.Recorded = g.time(), g.recorded()
	if d.in(2) || len(s.pool) > 0 {
		return s
	}
	switch c := s.Command.(type) {
	case *loyalty.Redeem:
		c.Spend.Points++
	case *loyalty.Earn:
		c.Order.Lines = slices.Clone(c.Order.Lines)
		c.Order.Lines[0].Amount = c.Order.Lines[0].Amount.Add(money(1))
	case *loyalty.Refund:
		c.Refund += "x"
	case *loyalty.Adjust:
		c.Points *= 2
	case *loyalty.Capture:
		c.Keep = !c.Keep
	case *loyalty.Void:
		s.Command = &loyalty.Capture{Header: c.Header, Hold: c.Hold}
	default:
		h.Member += "x"
	}
	return s
}

// tick lets time pass: minutes, days, or up to the next thing that time does to an
// account, just before, at or just after it.
func (g *generator) tick(ref *account) {
	d := g.d
	switch d.n(16) {
	case 0, 1, 2:
		g.now += int64(d.n(400)) * minute
	case 3:
		if d.in(3) {
			g.now += int64(d.n(20)) * 86400_000000
		}
	case 4, 5:
		if next := g.boundary(ref); next != never {
			g.now = max(g.now, next+int64(d.n(3))-1)
		}
	case 6: // the start of a day
		cal := g.w.rules.cal
		g.now = max(g.now, cal.start(cal.day(g.now)+1)+int64(d.n(3))-1)
	case 8:
		g.now++
	case 9:
		if p := g.w.program.Campaigns; len(p) > 0 && d.in(4) {
			c := p[d.n(len(p))]
			x := us(pick(d, c.From, c.To)) + int64(d.n(3)) - 1
			if x > g.now && x < g.now+300*86400_000000 {
				g.now = x
			}
		}
	}
}

// boundary returns the next instant within some days at which time does something.
func (g *generator) boundary(ref *account) int64 {
	next, reach := never, pick(g.d, int64(2), 2, 8, 8, 8, 40, 200)*86400_000000
	look := func(t int64) {
		if t > g.now+1 && t < g.now+reach {
			next = min(next, t)
		}
	}
	for i := range ref.lots {
		if l := &ref.lots[i]; l.remaining+l.held > 0 {
			look(l.activate)
			look(ref.end(l))
		}
	}
	for i := range ref.holds {
		look(ref.holds[i].until)
	}
	look(ref.rolling.grace)
	look(ref.rolling.rest)
	return next
}

func (g *generator) time() time.Time { return loyalty.Instant(g.now).Time() }

// recorded is what the host's clock says: it may retreat.
func (g *generator) recorded() time.Time {
	if g.d.in(6) {
		return g.time().Add(-time.Duration(g.d.n(100)) * time.Minute)
	}
	return g.time()
}

func (g *generator) command(h loyalty.Header, ref *account) loyalty.Command {
	d := g.d
	if ref.status == loyalty.Frozen && !d.in(3) {
		return &loyalty.Thaw{Header: h}
	}
	x := d.n(100)
	if len(ref.holds) > 0 && d.in(5) {
		x = 51 + d.n(8)
	}
	if x >= 51 && x < 59 && len(ref.holds) == 0 && !d.in(6) {
		x = 42
	}
	switch {
	case x < 22:
		return &loyalty.Earn{Header: h, Order: g.order(ref)}
	case x < 30:
		return &loyalty.Act{Header: h, Activity: pick(d, "review", "visit", "summer", "hello", "daily", "daily", "daily", "top", "top", "card", "none"), Ref: pick(d, "", fmt.Sprint("p", d.n(30)))}
	case x < 42:
		return &loyalty.Redeem{Header: h, Spend: g.spend(ref)}
	case x < 51:
		p := &loyalty.Place{Header: h, Hold: fmt.Sprint("h", d.n(1+g.n/6)), Spend: g.spend(ref)}
		if !d.in(4) {
			p.Until = h.At.Add(time.Duration(d.n(pick(d, 24, 10*24, 40*24))) * time.Hour)
		}
		return p
	case x < 56:
		c := &loyalty.Capture{Header: h, Hold: g.hold(ref), Points: loyalty.Points(d.n(40)), Keep: d.in(2)}
		if i := slices.IndexFunc(ref.holds, func(x hold) bool { return x.id == c.Hold }); i >= 0 && d.in(2) {
			held := int64(0)
			for _, u := range ref.holds[i].uses {
				held += u.points
			}
			c.Points = loyalty.Points(max(held-1+int64(d.n(3)), 0))
		}
		return c
	case x < 59:
		return &loyalty.Void{Header: h, Hold: g.hold(ref)}
	case x < 70:
		return g.refund(h, ref)
	case x < 76:
		return g.giveBack(h, ref)
	case x < 79:
		return &loyalty.Sweep{Header: h, Max: d.n(4)}
	case x < 81:
		return g.extend(h, ref)
	case x < 85:
		c := &loyalty.Adjust{Header: h, Kind: pick(d, kindPoints, kindStars, kindCash, "none"), Points: loyalty.Points(d.n(80)), Note: loyalty.Note{Actor: "ann"}}
		if d.in(2) {
			c.Points = -loyalty.Points(g.near(ref, c.Kind))
		} else if d.in(3) {
			c.Expire = h.At.AddDate(0, 0, d.n(30))
		}
		if d.in(6) {
			c.Kind, c.Points = kindGrowth, loyalty.Points(d.n(100))
			if d.in(2) {
				c.Points = -loyalty.Points(d.n(pick(d, 100, 400, 900)))
			}
		}
		return c
	case x < 89:
		k := g.owned(ref)
		c := &loyalty.Send{Header: h, To: g.ids[d.n(len(g.ids))], Kind: k, Points: loyalty.Points(g.near(ref, k))}
		return c
	case x < 91:
		if d.in(4) {
			return g.partner(h)
		}
		return &loyalty.Donate{Header: h, Cause: pick(d, "trees", "sea", "none"), Kind: pick(d, kindPoints, kindStars), Points: loyalty.Points(g.near(ref, kindPoints) / 2)}
	case x < 94:
		return &loyalty.Activate{Header: h, Order: g.orderOf(ref)}
	case x < 96:
		return g.refer(h, ref)
	case x < 97:
		if ref.status == loyalty.Open && !d.in(3) {
			return &loyalty.Adjust{Header: h, Kind: kindPoints, Points: loyalty.Points(1 + d.n(60))}
		}
		return &loyalty.Freeze{Header: h}
	case x < 98:
		return &loyalty.Thaw{Header: h}
	}
	switch d.n(8) {
	case 0:
		return &loyalty.Close{Header: h, Forfeit: d.in(2)}
	case 1, 2:
		return &loyalty.MergeOut{Header: h, Into: g.ids[d.n(len(g.ids))]}
	case 3:
		c := &loyalty.SetTier{Header: h, Grant: loyalty.TierGrant{Action: pick(d, loyalty.GrantTier, loyalty.BuyTier), Tier: "gold"}}
		if c.Grant.Action == loyalty.GrantTier {
			c.Grant.Until = g.time().AddDate(1, 0, 0) // never in the past, however late it counts
		}
		return c
	}
	return &loyalty.Adjust{Header: h, Kind: kindStars, Points: loyalty.Points(1 + d.n(60))}
}

// owned returns a kind of which something is available; now and then any kind.
func (g *generator) owned(ref *account) loyalty.Kind {
	i := g.d.n(len(kinds))
	if g.d.in(12) {
		return kinds[i]
	}
	for j := range kinds {
		if k := kinds[(i+j)%len(kinds)]; ref.available(k, g.now) > 0 {
			return k
		}
	}
	return kindPoints
}

// near returns a number of points about what is available.
func (g *generator) near(ref *account, k loyalty.Kind) int64 {
	have := ref.asOf(g.now).available(k, g.now)
	switch g.d.n(12) {
	case 0, 1:
		return have
	case 2:
		return have + 1
	case 3:
		return int64(g.d.n(60))
	}
	return 1 + int64(g.d.n(int(min(have, 1<<32))/2+1))
}

func (g *generator) order(ref *account) loyalty.Order {
	d := g.d
	o := loyalty.Order{ID: fmt.Sprint("o", g.n), Channel: pick(d, "", "web", "shop")}
	if d.in(30) {
		o.ID = g.orderOf(ref)
	}
	if o.ID == "none" {
		o.ID = fmt.Sprint("o", g.n) // no two accounts have the same order
	}
	var paid []string
	for _, id := range sortedKeys(ref.orders) {
		if ref.orders[id].unearned {
			paid = append(paid, id)
		}
	}
	due := int64(0)
	if len(paid) > 0 && !d.in(3) { // it was paid for before
		o.ID = paid[d.n(len(paid))]
		due = ref.orders[o.ID].lines[0].amount - int64(d.n(20)/19)
	}
	total := int64(0)
	for i := range 1 + d.n(3) {
		amount := int64(d.n(6000))
		if d.in(3) {
			amount = int64(d.n(60)) * 100
		}
		if due > 0 && !d.in(4) {
			amount, due = due, 0
		}
		total += amount
		l := loyalty.OrderLine{ID: fmt.Sprint(i), Amount: money(amount), Quantity: int64(d.n(4)), Discounted: d.in(4)}
		for _, group := range []string{"food", "toys", "gifts"} {
			if d.in(3) {
				l.Groups = append(l.Groups, group)
			}
		}
		o.Lines = append(o.Lines, l)
	}
	if d.in(4) {
		o.ByPoints = money(int64(d.n(int(total + total/20 + 1))))
	}
	return o
}

func (g *generator) spend(ref *account) loyalty.Spend {
	d := g.d
	switch d.n(9) {
	case 0, 8:
		return loyalty.Spend{Reward: pick(d, "mug", "mug", "mug", "mug", "tea", "tree", "none", "lounge"), Quantity: int64(d.n(3))}
	case 1:
		return loyalty.Spend{Reward: "vip", Segments: []string{pick(d, "vip", "new")}}
	case 2, 5:
		n := loyalty.Points(min(g.near(ref, kindPoints), 1<<18))
		return g.payment(ref, loyalty.Spend{Payment: "pay", Points: n - n%max(g.w.program.Payments[0].Step, 1), Amount: money(int64(d.n(5000)))})
	case 3, 4:
		if ref.available(kindCash, g.now)+ref.available(kindBonus, g.now) == 0 && !d.in(4) {
			break
		}
		amount := g.near(ref, kindCash) + g.near(ref, kindBonus)
		if d.in(6) {
			amount = int64(d.n(6000))
		}
		return loyalty.Spend{Stored: "wallet", Amount: decimal.New(amount, -2)}
	}
	k := g.owned(ref)
	return loyalty.Spend{Kind: k, Points: loyalty.Points(g.near(ref, k))}
}
