package coupon

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// maxCoupons is how many coupons are looked at together.
const maxCoupons = 256

// offer is a coupon that might be used at a basket.
type offer struct {
	coupon *Coupon
	rule   *rule
	lines  []int // in scope: positions, by id
	base   int64 // their prices
	most   gain  // alone
	group  int   // number of its stacking group
	def    int   // number of its definition
	soon   int   // rank by end and code
	given  int   // position in what was given
}

// gain is what a coupon takes off, and what its gift counts.
type gain struct{ goods, delivery, gift int64 }

func (g gain) sum() int64 { return g.goods + g.delivery + g.gift }

// quote is a basket with the offers for it, in the order of application.
type quote struct {
	basket  *Basket
	bill    bill
	rank    []int // of lines by id
	offers  []offer
	refused []Refusal // by position given; no Reason where there is an offer
	groups  int
	defs    int
}

// quote reads basket and coupons, and refuses what cannot be used even alone.
func (c *Catalogue) quote(b *Basket, coupons []Coupon, at time.Time) (*quote, error) {
	p, err := b.ready()
	var f faults
	f.at("", err)
	t, ok := InstantOf(at)
	if !ok {
		f.at("/at", ErrTime)
	}
	if len(coupons) > maxCoupons {
		f.add("/coupons", ErrTooMany, "%d are more than %d", len(coupons), maxCoupons)
		return nil, f.err()
	}
	q := &quote{basket: b, bill: p, refused: make([]Refusal, len(coupons))}
	seen := make(map[Code]bool, len(coupons))
	for i := range coupons {
		if code := coupons[i].Code; seen[code] {
			f.add(guanxi.Pointer("coupons", i), ErrDuplicate, "%.64q", string(code))
		}
		seen[coupons[i].Code] = true
	}
	if err = f.err(); err != nil {
		return nil, err
	}
	byID := make([]int, len(b.Lines))
	for i := range byID {
		byID[i] = i
	}
	slices.SortFunc(byID, func(i, j int) int { return strings.Compare(b.Lines[i].ID, b.Lines[j].ID) })
	q.rank = make([]int, len(byID))
	for r, i := range byID {
		q.rank[i] = r
	}
	most := p.total + p.delivery
	for i := range coupons {
		o := offer{coupon: &coupons[i], given: i}
		q.refused[i] = c.offer(&o, q, t, byID)
		if q.refused[i].Reason != "" {
			continue
		}
		if most, ok = minor.Add(most, o.most.gift); !ok {
			return nil, guanxi.At(guanxi.Pointer("coupons", i), ErrOverflow)
		}
		q.offers = append(q.offers, o)
	}
	q.arrange()
	return q, nil
}

// offer fills in o, or says why it is none.
func (c *Catalogue) offer(o *offer, q *quote, t Instant, byID []int) Refusal {
	r, b := Refusal{Code: o.coupon.Code}, q.basket
	if o.coupon.Version == 0 || o.coupon.Under == 0 {
		r.Reason = ReasonUnknown
		return r
	}
	if o.rule = c.rule(o.coupon.Definition, o.coupon.Under); o.rule == nil {
		r.Reason = ReasonUnknown
		return r
	}
	if r.Reason = o.usable(b, t); r.Reason != "" {
		switch r.Reason {
		case ReasonNotBegun:
			r.From = o.coupon.Begins
		case ReasonExpired:
			r.Until = o.coupon.Expires
		}
		return r
	}
	d := &o.rule.def
	switch {
	case d.Currency != "" && (d.Currency != b.Currency || d.Decimals != b.Decimals):
		r.Reason = ReasonCurrency
		return r
	case !o.rule.takesChannel(b.Channel):
		r.Reason = ReasonChannel
		return r
	}
	for _, i := range byID {
		if o.rule.takes(&b.Lines[i]) {
			o.lines = append(o.lines, i)
			o.base += q.bill.lines[i]
		}
	}
	if len(o.lines) == 0 {
		r.Reason = ReasonScope
		return r
	}
	var missing int64
	o.most, r.Reason, missing = o.worth(&q.bill, q.bill.lines, q.bill.total, q.bill.delivery)
	q.missing(&r, missing)
	return r
}

func (q *quote) missing(r *Refusal, missing int64) {
	if r.Reason == ReasonMinimum {
		r.Missing, r.Currency = minor.To(missing, q.basket.Decimals), q.basket.Currency
	}
}

// usable is what [deciding.take] asks of a coupon before the counters.
func (o *offer) usable(b *Basket, t Instant) Reason {
	c := o.coupon
	if c.Customer != "" && c.Customer != b.Customer {
		if b.Customer == "" {
			return ReasonSignIn
		}
		return ReasonCustomer
	}
	if b.Order != "" {
		if i := c.find(b.Order); i >= 0 && (c.Taken[i].redeemed() || c.Taken[i].holds(t)) {
			return ""
		}
	}
	switch n := c.TallyAt(t); {
	case c.Voided != 0:
		return ReasonVoid
	case c.Expires.over(t):
		return ReasonExpired
	case t < c.Begins:
		return ReasonNotBegun
	case n.Open == 0 && n.Reserved > 0:
		return ReasonReserved
	case n.Open == 0:
		return ReasonUsedUp
	case b.Customer == "" && o.rule.def.Limits.RedeemedPerCustomer > 0:
		return ReasonSignIn
	}
	return ""
}

// worth is what the offer takes off lines of which left is left, total of all and
// delivery of the delivery. It never grows where less is left. missing is what the
// minimum misses.
func (o *offer) worth(p *bill, left []int64, total, delivery int64) (g gain, r Reason, missing int64) {
	rule, sum := o.rule, int64(0)
	for _, i := range o.lines {
		sum += left[i]
	}
	spent := sum
	switch m := rule.def.Minimum; {
	case m.Of == OfBasket && m.On == Original:
		spent = p.total
	case m.Of == OfBasket:
		spent = total
	case m.On == Original:
		spent = o.base
	}
	if spent < rule.minimum {
		return gain{}, ReasonMinimum, rule.minimum - spent
	}
	switch rule.def.Benefit.Kind {
	case Amount:
		g.goods = min(rule.amount, sum)
	case Percent:
		of := sum
		if rule.def.Benefit.Of == Original {
			of = o.base
		}
		g.goods = min(rule.share(of), rule.limit, sum)
	case FreeDelivery:
		g.delivery = min(delivery, rule.limit)
	case Gift:
		g.gift = rule.value
		return g, "", 0
	}
	if g.goods == 0 && g.delivery == 0 {
		return gain{}, ReasonNothingLeft, 0
	}
	return g, "", 0
}

// arrange puts the offers into the order of application and numbers what they share.
func (q *quote) arrange() {
	end := func(c *Coupon) Instant { return orDefault(c.Expires, Instant(math.MaxInt64)) }
	slices.SortFunc(q.offers, func(a, b offer) int {
		return cmp.Or(cmp.Compare(end(a.coupon), end(b.coupon)), cmp.Compare(a.coupon.Code, b.coupon.Code))
	})
	groups, defs := make(map[string]int), make(map[string]int)
	number := func(m map[string]int, s string) int {
		n, ok := m[s]
		if !ok {
			n = len(m)
			m[s] = n
		}
		return n
	}
	for i := range q.offers {
		o := &q.offers[i]
		o.soon, o.group, o.def = i, number(groups, o.rule.def.Stacking.Group), number(defs, o.rule.def.ID)
	}
	q.groups, q.defs = len(groups), len(defs)
	slices.SortFunc(q.offers, func(a, b offer) int {
		x, y := &a.rule.def, &b.rule.def
		return cmp.Or(cmp.Compare(x.Stacking.Order, y.Stacking.Order), cmp.Compare(a.rule.kindRank, b.rule.kindRank),
			cmp.Compare(x.ID, y.ID), cmp.Compare(x.Version, y.Version), cmp.Compare(a.soon, b.soon))
	})
}

// apart reports whether two offers never go together, whatever else is used.
func apart(a, b *offer) bool {
	x, y := &a.rule.def.Stacking, &b.rule.def.Stacking
	if x.Exclusive || y.Exclusive {
		return true
	}
	return x.Group != y.Group && (a.rule.with != nil && !a.rule.with[y.Group] || b.rule.with != nil && !b.rule.with[x.Group])
}

// against returns the first of the offers chosen that keeps o out, or nil.
func (q *quote) against(o *offer, chosen []int) *offer {
	group, def, most, repeat := 0, 0, o.rule.max, o.rule.repeat
	for _, i := range chosen {
		c := &q.offers[i]
		if apart(o, c) {
			return c
		}
		if c.group == o.group {
			if group, most = group+1, min(most, c.rule.max); group >= most {
				return c
			}
		}
		if c.def == o.def {
			if def, repeat = def+1, min(repeat, c.rule.repeat); def >= repeat {
				return c
			}
		}
	}
	return nil
}

// Price applies the coupons given to a basket, in the order of application and not in
// theirs, and refuses those that do not go with one applied before, or have nothing to
// give then. Errors are the faults of [Basket.Validate], [ErrTime] at /at, and
// [ErrTooMany] (more than 256) and [ErrDuplicate] at /coupons. Limits are not looked
// at: what is reserved is certain. Safe for concurrent use.
func (c *Catalogue) Price(b Basket, coupons []Coupon, at time.Time) (Result, error) {
	q, err := c.quote(&b, coupons, at)
	if err != nil {
		return Result{}, err
	}
	r := q.apply(nil, true)
	r.Exact, r.Bound = true, r.Saved
	return r, nil
}

// Explain says why a coupon does not apply to a basket all by itself; ok is true where
// it does. Errors are those of [Catalogue.Price].
func (c *Catalogue) Explain(b Basket, coupon Coupon, at time.Time) (r Refusal, ok bool, err error) {
	q, err := c.quote(&b, []Coupon{coupon}, at)
	if err != nil {
		return Refusal{}, false, err
	}
	return q.refused[0], q.refused[0].Reason == "", nil
}
