package simulate

import (
	"cmp"
	"errors"
	"math/big"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// book of rules, asked by the reference.
type rules struct {
	p   *loyalty.Program
	cal *calendar
}

func cents(d decimal.Decimal) int64 { return d.Shift(2).IntPart() }

func us(t time.Time) int64 { return t.UnixMicro() }

func during(d loyalty.During, at int64) bool {
	return (d.From.IsZero() || us(d.From) <= at) && (d.To.IsZero() || at < us(d.To))
}

func (r *rules) kind(k loyalty.Kind) *loyalty.KindConfig {
	for i := range r.p.Kinds {
		if r.p.Kinds[i].ID == k {
			return &r.p.Kinds[i]
		}
	}
	return nil
}

// expire returns when points expire that are earned at an instant and available from
// activate on.
func (r *rules) expire(k loyalty.Kind, at, activate int64) int64 {
	e := &r.kind(k).Expiry
	if e.From == loyalty.FromActivation && activate != never {
		at = activate
	}
	return r.cal.expiry(e, at)
}

// late returns when points expire that come back at an instant after their lot has
// expired; 0: they are gone.
func (r *rules) late(k loyalty.Kind, at int64) int64 {
	switch p := &r.p.Policy; p.Return {
	case loyalty.ReturnGrace:
		return r.cal.after(at, p.Grace)
	case loyalty.ReturnNewLot:
		return r.expire(k, at, at)
	}
	return 0
}

// given is what one rule gives.
type given struct {
	kind   loyalty.Kind
	rule   string // id; "tier" of a tier's multiplier
	points int64
	bought bool // caps on everything do not count it
}

// deal is one command at work on a copy of an account.
type deal struct {
	*rules
	a        *account
	at       int64 // when it counts
	late     bool  // before a.last: it may open lots, and no more
	member   loyalty.AccountID
	tier     string
	shared   map[string]*pool // what all accounts have used of counters
	peer     *account         // of a merge: the other account as it was
	recorded int64
}

func (d *deal) now() int64 { return max(d.at, d.a.last) }

func (d *deal) tally(name string, window int64) tally {
	if d.member != "" {
		name += "@" + string(d.member)
	}
	return tally{name, window}
}

// limit returns the counter of a limit, and whether n more are too many.
func (d *deal) limit(id string, l *loyalty.Limit, n int64) (c count, reached bool) {
	c = count{tally: d.tally("limit:"+id, d.cal.window(l.Per, d.at)), n: n}
	return c, d.a.counters[c.tally]+n > l.Times
}

// refused is the error of a command that the reference refuses.
type refused struct{ error }

func refuse(err error) { panic(refused{err}) }

// caps cuts what rules give, in order: what comes first takes the room.
func (d *deal) caps(gives []given) {
	room := map[string]int64{}
	for i := range gives {
		g := &gives[i]
		var by []*loyalty.CapRule
		for j := range d.p.Caps {
			c := &d.p.Caps[j]
			if c.Kind == g.kind && (len(c.Of) == 0 && !g.bought || slices.Contains(c.Of, g.rule)) {
				by = append(by, c)
			}
		}
		for _, c := range by {
			if _, known := room[c.ID]; !known {
				left := int64(c.Points)
				if c.Per == loyalty.CapBudget {
					left -= d.used("budget:" + c.ID)
				} else if c.Per != loyalty.CapOrder {
					left -= d.a.counters[d.capTally(c)]
				}
				room[c.ID] = max(left, 0)
			}
			g.points = min(g.points, room[c.ID])
		}
		for _, c := range by {
			room[c.ID] -= g.points
			n := count{tally: d.capTally(c), n: g.points}
			if c.Per == loyalty.CapBudget {
				n = count{tally: tally{name: "budget:" + c.ID}, n: g.points, shared: true}
			}
			if c.Per != loyalty.CapOrder && g.points != 0 {
				d.a.count([]count{n}, 1)
			}
		}
	}
}

func (d *deal) capTally(c *loyalty.CapRule) tally {
	per := loyalty.Period(c.Per)
	if c.Per == loyalty.CapCustomer {
		per = loyalty.PerEver
	}
	return d.tally("cap:"+c.ID, d.cal.window(per, d.at))
}

// match finds the terms of each kind for an order.
func (d *deal) match(o *loyalty.Order, rec *order) {
	kept := int64(0)
	for i := range rec.lines {
		kept += rec.lines[i].base
	}
	if kept == 0 {
		return
	}
	lines := func(m *loyalty.Match) (on []int, any bool) {
		if len(m.Groups)+len(m.Except) == 0 {
			return nil, true
		}
		on = []int{}
		for i := range o.Lines {
			in := func(g string) bool { return slices.Contains(o.Lines[i].Groups, g) }
			if rec.lines[i].base > 0 && (len(m.Groups) == 0 || slices.ContainsFunc(m.Groups, in)) && !slices.ContainsFunc(m.Except, in) {
				on = append(on, i)
			}
		}
		return on, len(on) > 0
	}
	fits := func(m *loyalty.Match, t loyalty.During) bool {
		return during(t, d.at) && cents(m.MinOrder) <= kept &&
			(len(m.Channels) == 0 || slices.Contains(m.Channels, o.Channel)) &&
			(len(m.Tiers) == 0 || slices.Contains(m.Tiers, d.tier)) &&
			(len(m.Segments) == 0 || slices.ContainsFunc(m.Segments, func(s string) bool { return slices.Contains(o.Segments, s) }))
	}
	for i := range d.p.Kinds {
		cfg := &d.p.Kinds[i]
		k := orderKind{kind: cfg.ID, rounding: cfg.Rounding, rules: d.p.Rules, stacking: d.p.Stacking}
		sources := false // any rule in force for the kind
		for j := range d.p.Earning {
			e := &d.p.Earning[j]
			if e.Kind != cfg.ID || !during(e.During, d.at) {
				continue
			}
			sources = true
			if on, any := lines(&e.Match); any && fits(&e.Match, e.During) {
				t := term{id: e.ID, typ: loyalty.TermFixed, points: int64(e.Fixed), min: cents(e.MinOrder), lines: on}
				if e.Fixed == 0 {
					t.typ, t.rate = loyalty.TermRate, big.NewRat(e.Points.Num, e.Points.Den*cents(e.Per))
				}
				k.terms = append(k.terms, t)
			}
		}
		var camps []term
		for j := range d.p.Campaigns {
			c := &d.p.Campaigns[j]
			if c.Kind != cfg.ID || len(c.Activities) > 0 || !during(c.During, d.at) {
				continue
			}
			sources = true
			if on, any := lines(&c.Match); any && fits(&c.Match, c.During) {
				if t, ok := d.campaign(c, cents(c.MinOrder), on); ok {
					camps = append(camps, t)
				}
			}
		}
		if t, ok := d.tierTerm(cfg.ID); ok && sources {
			k.terms = append(k.terms, t)
		}
		k.terms = append(k.terms, camps...)
		if len(k.terms) > 0 {
			rec.kinds = append(rec.kinds, k)
		}
	}
}

func (d *deal) tierTerm(k loyalty.Kind) (term, bool) {
	for _, l := range d.p.Tiers.Levels {
		for _, f := range l.Factors {
			if l.ID == d.tier && f.Kind == k {
				return term{id: "tier", typ: loyalty.TermMultiplier, rate: big.NewRat(f.Factor.Num, f.Factor.Den)}, true
			}
		}
	}
	return term{}, false
}

func (d *deal) campaign(c *loyalty.Campaign, least int64, on []int) (t term, ok bool) {
	t = term{id: c.ID, typ: loyalty.TermBonus, points: int64(c.Bonus), min: least, lines: on}
	if c.Bonus == 0 {
		t.typ, t.rate = loyalty.TermMultiplier, big.NewRat(c.Multiplier.Num, c.Multiplier.Den)
	}
	if c.Limit != nil {
		n, reached := d.limit(c.ID, c.Limit, 1)
		if reached {
			return t, false
		}
		t.limit = &n
	}
	return t, true
}

// award works out what the terms of kinds give, counts limits, cuts by caps, and says
// what was granted of each.
func (d *deal) award(kinds []orderKind, bases []int64, bought bool) {
	var gives []given
	for i := range kinds {
		k := &kinds[i]
		for j, points := range k.earns(bases) {
			t := &k.terms[j]
			gives = append(gives, given{k.kind, t.id, points, bought})
			if t.limit != nil && points > 0 {
				d.a.count([]count{*t.limit}, 1)
			}
		}
	}
	d.caps(gives)
	for i := range kinds {
		for range kinds[i].terms {
			kinds[i].granted += gives[0].points
			gives = gives[1:]
		}
	}
}

// touch keeps points alive.
func (d *deal) touch(t loyalty.Touch) {
	for i := range d.p.Kinds {
		k := &d.p.Kinds[i]
		w := d.a.windows[k.ID]
		if k.Expiry.Mode != loyalty.ExpireActivity || len(k.Expiry.On) > 0 && !slices.Contains(k.Expiry.On, t) || len(w) == 0 {
			continue
		}
		if last := &w[len(w)-1]; *last > d.now() {
			*last = max(*last, d.expire(k.ID, d.at, d.at))
		}
	}
}

// give opens a lot for points that come from a book; debt is paid before, except by
// what is given late, which pays afterwards as any lot does, and by what has expired.
func (d *deal) give(l lot, moving bool, from int) {
	d.a.book(l.kind)[from] -= l.points
	if !d.late && (moving || l.expire > d.now()) {
		paid := min(d.a.debt[l.kind], l.points)
		d.a.debt[l.kind] -= paid
		l.points -= paid
	}
	if l.points == 0 {
		return
	}
	if moving {
		w := d.a.windows[l.kind]
		if len(w) == 0 || w[len(w)-1] <= d.at {
			d.a.windows[l.kind] = append(w, l.expire)
		}
		l.window, l.expire = len(d.a.windows[l.kind]), 0
	}
	d.a.open(l)
}

// granted opens the lots of what was granted.
func (d *deal) granted(kinds []orderKind, orderID string, valid func(activate int64) (int64, bool)) {
	for i := range kinds {
		cfg := d.kind(kinds[i].kind)
		if kinds[i].granted == 0 {
			continue
		}
		d.grow(d.at, cfg, kinds[i].granted)
		if !cfg.Spendable {
			continue
		}
		l := lot{kind: cfg.ID, points: kinds[i].granted, activate: d.at, priority: cfg.Priority, order: orderID}
		if orderID != "" {
			switch {
			case !cfg.Pending.Span.IsZero():
				l.activate = d.cal.after(d.at, cfg.Pending.Span)
			case cfg.Pending.Event != "":
				l.activate = never
			}
		}
		l.expire = d.expire(cfg.ID, d.at, l.activate)
		moving := cfg.Expiry.Mode == loyalty.ExpireActivity
		if valid != nil {
			if x, ok := valid(d.at); ok {
				l.expire, moving = x, false
			}
		}
		d.give(l, moving, bookIssued)
	}
}

// settleLate lets lots pay debt of today.
func (d *deal) settleLate() {
	if d.late {
		d.a.repay(d.now())
	}
}

// charge is points of a kind to be taken.
type charge struct {
	kind   loyalty.Kind
	points int64
}

// price works out what a spend takes.
func (d *deal) price(sp *loyalty.Spend) (charges []charge, counts []count, split loyalty.Split, to loyalty.Book) {
	to = loyalty.Redeemed
	ways := 0
	for _, way := range []string{sp.Reward, sp.Payment, sp.Stored, string(sp.Kind)} {
		if way != "" {
			ways++
		}
	}
	switch {
	case ways != 1:
		refuse(loyalty.ErrOption)
	case sp.Reward != "":
		return d.reward(sp)
	case sp.Payment != "":
		return d.payment(sp), nil, split, to
	case sp.Stored != "":
		charges, split = d.stored(sp)
		return charges, nil, split, to
	}
	k := d.kind(sp.Kind)
	switch {
	case k == nil:
		refuse(loyalty.ErrUnknown)
	case !k.Spendable:
		refuse(loyalty.ErrCondition)
	case sp.Points <= 0:
		refuse(loyalty.ErrAmount)
	}
	return []charge{{sp.Kind, int64(sp.Points)}}, nil, split, to
}

func (d *deal) reward(sp *loyalty.Spend) (charges []charge, counts []count, split loyalty.Split, to loyalty.Book) {
	i := slices.IndexFunc(d.p.Rewards, func(w loyalty.Reward) bool { return w.ID == sp.Reward })
	if i < 0 {
		refuse(loyalty.ErrUnknown)
	}
	w, n := &d.p.Rewards[i], cmp.Or(sp.Quantity, 1)
	switch {
	case n < 0:
		refuse(loyalty.ErrAmount)
	case !during(w.During, d.at):
		refuse(loyalty.ErrNotNow)
	case len(w.Tiers) > 0 && !slices.Contains(w.Tiers, d.tier):
		refuse(loyalty.ErrCondition)
	case len(w.Segments) > 0 && !slices.ContainsFunc(w.Segments, func(s string) bool { return slices.Contains(sp.Segments, s) }):
		refuse(loyalty.ErrCondition)
	}
	if w.Limit != nil {
		c, reached := d.limit("reward:"+w.ID, w.Limit, n)
		if reached {
			refuse(loyalty.ErrLimit)
		}
		counts = append(counts, c)
	}
	if w.Stock != nil {
		if d.used("stock:"+w.ID)+n > *w.Stock {
			refuse(loyalty.ErrStock)
		}
		counts = append(counts, count{tally: tally{name: "stock:" + w.ID}, n: n, shared: true})
	}
	if to = loyalty.Redeemed; w.Type == loyalty.RewardDonation {
		to = loyalty.Donated
	}
	return []charge{{w.Kind, int64(w.Points) * n}}, counts, split, to
}

func (d *deal) payment(sp *loyalty.Spend) []charge {
	i := slices.IndexFunc(d.p.Payments, func(p loyalty.PaymentRule) bool { return p.ID == sp.Payment })
	if i < 0 {
		refuse(loyalty.ErrUnknown)
	}
	p, amount := &d.p.Payments[i], cents(sp.Amount)
	most := big.NewRat(amount, 1)
	if !p.MaxShare.IsZero() {
		most.Mul(most, big.NewRat(p.MaxShare.Num, p.MaxShare.Den))
	}
	if x := cents(p.Max); x > 0 && most.Cmp(big.NewRat(x, 1)) > 0 {
		most = big.NewRat(x, 1)
	}
	switch {
	case amount <= 0 || amount < cents(p.MinOrder) || sp.Points <= 0:
		refuse(loyalty.ErrAmount)
	case sp.Points < p.Min || sp.Points%max(p.Step, 1) != 0:
		refuse(loyalty.ErrPoints)
	}
	worth := d.worth(p, int64(sp.Points))
	if worth == 0 || worth > round(most, loyalty.Floor) {
		refuse(loyalty.ErrPoints)
	}
	return []charge{{p.Kind, int64(sp.Points)}}
}

// worth is the money that points pay.
func (d *deal) worth(p *loyalty.PaymentRule, points int64) int64 {
	return round(big.NewRat(points*cents(p.Money), int64(p.Points)), p.Rounding)
}

func (d *deal) stored(sp *loyalty.Spend) ([]charge, loyalty.Split) {
	s, want := &d.p.Stored[0], cents(sp.Amount)
	switch {
	case sp.Stored != s.ID:
		refuse(loyalty.ErrUnknown)
	case want <= 0:
		refuse(loyalty.ErrAmount)
	}
	p, b := d.a.available(s.Principal, d.now()), d.a.available(s.Bonus, d.now())
	if want > p+b {
		refuse(&loyalty.ShortError{Kind: s.Principal, Missing: loyalty.Points(want - p - b)})
	}
	x := divide(s.Spend, loyalty.BonusFirst, p, b, want)
	charges := []charge{{s.Bonus, want - x}, {s.Principal, x}}
	if s.Spend == loyalty.PrincipalFirst {
		slices.Reverse(charges)
	}
	return slices.DeleteFunc(charges, func(c charge) bool { return c.points == 0 }),
		loyalty.Split{Order: cmp.Or(s.Return, loyalty.Proportional), Principal: s.Principal}
}

// divide returns what principal has of want, of p and b.
func divide(order, usual loyalty.SplitOrder, p, b, want int64) int64 {
	switch cmp.Or(order, usual) {
	case loyalty.PrincipalFirst:
		return min(p, want)
	case loyalty.BonusFirst:
		return want - min(b, want)
	}
	if p+b == 0 {
		return 0
	}
	return floorDiv(want, p, p+b)
}

// take takes charges into a book.
func (d *deal) take(charges []charge, to loyalty.Book) (uses []use) {
	at := d.now()
	for _, c := range charges {
		if short := d.a.take(c.kind, c.points, to, &uses, func(l *lot) bool { return d.a.live(l, at) }); short > 0 {
			refuse(&loyalty.ShortError{Kind: c.kind, Missing: loyalty.Points(short)})
		}
	}
	return uses
}

// same reports whether two errors say the same.
func same(want, got error) bool {
	var w, g *loyalty.ShortError
	if errors.As(want, &w) && errors.As(got, &g) {
		return *w == *g
	}
	return errors.Is(got, want)
}
