package loyalty

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/guanxi-go/guanxi/internal/minor"
)

func (c *checker) kindList() {
	for i := range c.p.Kinds {
		k := &c.p.Kinds[i]
		at := "/kinds/" + strconv.Itoa(i)
		if c.id(at+"/id", string(k.ID)) {
			if c.kinds[k.ID] != nil {
				c.addAt(at+"/id", fmt.Errorf("%w: %q", ErrDuplicate, string(k.ID)))
			} else {
				c.kinds[k.ID] = k
			}
		}
		oneOf(c, at+"/unit", k.Unit, UnitPoints, UnitMoney, UnitVisits)
		oneOf(c, at+"/rounding/mode", k.Rounding.Mode, Floor, HalfUp, HalfEven, Ceil)
		oneOf(c, at+"/rounding/scope", k.Rounding.Scope, ScopeOrder, ScopeLine, ScopeSplit)
		c.span(at+"/pending/span", k.Pending.Span, true)
		c.expiry(at+"/expiry", &k.Expiry)
		if !k.Spendable && k.Pending != (PendingRule{}) {
			c.addf(at+"/pending", "nothing waits of a kind that is not spendable")
		}
		if !k.Spendable && k.Expiry.Mode != "" && k.Expiry.Mode != ExpireNever {
			c.addf(at+"/expiry", "nothing expires of a kind that is not spendable: see the period of tiers")
		}
	}
}

func (c *checker) expiry(at string, e *ExpiryRule) {
	if !oneOf(c, at+"/mode", e.Mode, ExpireNever, ExpireSpan, ExpireEndOf, ExpireYearly, ExpireActivity) {
		return
	}
	oneOf(c, at+"/from", e.From, FromEarning, FromActivation)
	c.span(at+"/span", e.Span, e.Mode == ExpireSpan)
	span, period, date, on := false, false, false, false // what the mode has
	switch e.Mode {
	case ExpireSpan:
		span = true
	case ExpireActivity:
		span, on = true, true
	case ExpireEndOf:
		period = true
		if e.Period == "" {
			c.addf(at+"/period", "the end of a month, a quarter or a year: one of these")
		}
		oneOf(c, at+"/period", e.Period, PerMonth, PerQuarter, PerYear)
	case ExpireYearly:
		date = true
		if e.Month < 1 || e.Month > 12 {
			c.addf(at+"/month", "%d is not in 1 to 12", e.Month)
		} else if longest := [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[e.Month-1]; e.Day < 1 || e.Day > longest {
			c.addf(at+"/day", "%d is not in 1 to %d", e.Day, longest)
		}
	}
	if span && e.Span.IsZero() {
		c.addf(at+"/span", "is missing")
	}
	if (e.Mode == ExpireNever || e.Mode == "") && !e.Span.IsZero() {
		c.addf(at+"/span", "is no matter of this mode")
	}
	if !period && e.Period != "" {
		c.addf(at+"/period", "is no matter of this mode")
	}
	if !date && (e.Month != 0 || e.Day != 0) {
		c.addf(at+"/month", "month and day are no matter of this mode")
	}
	if !on && len(e.On) > 0 {
		c.addf(at+"/on", "is no matter of this mode")
	}
	for i, t := range e.On {
		if t == "" || !oneOf(c, at+"/on/"+strconv.Itoa(i), t, TouchEarn, TouchRedeem, TouchAct) {
			if t == "" {
				c.addf(at+"/on/"+strconv.Itoa(i), "an empty name")
			}
		}
	}
}

// ids checks the ids of the one name space, and gathers them.
func (c *checker) ids() {
	p := c.p
	claim := func(list string, i int, id string, acts bool, kinds ...Kind) {
		at := "/" + list
		if i >= 0 {
			at += "/" + strconv.Itoa(i)
		}
		at += "/id"
		if !c.id(at, id) {
			return
		}
		if _, taken := c.gives[id]; taken || id == "tier" {
			c.addAt(at, fmt.Errorf("%w: %q", ErrDuplicate, id))
			return
		}
		c.gives[id] = giver{acts, kinds}
	}
	kindsOf := func(gives []KindPoints) (kinds []Kind) {
		for _, g := range gives {
			kinds = append(kinds, g.Kind)
		}
		return kinds
	}
	for i := range p.Earning {
		claim("earning", i, p.Earning[i].ID, false, p.Earning[i].Kind)
	}
	for i := range p.Campaigns {
		claim("campaigns", i, p.Campaigns[i].ID, false, p.Campaigns[i].Kind)
	}
	for i := range p.Activities {
		claim("activities", i, p.Activities[i].ID, true, kindsOf(p.Activities[i].Give)...)
	}
	for i := range p.Streaks {
		claim("streaks", i, p.Streaks[i].ID, true, p.Streaks[i].Kind)
	}
	for i := range p.TopUps {
		var kinds []Kind
		for _, s := range p.Stored {
			if s.ID == p.TopUps[i].Stored {
				kinds = append(kinds, s.Principal, s.Bonus)
			}
		}
		claim("top_ups", i, p.TopUps[i].ID, false, kinds...)
	}
	for i := range p.Cards {
		claim("cards", i, p.Cards[i].ID, false, p.Cards[i].Kind)
	}
	if p.Referral != nil {
		claim("referral", -1, p.Referral.ID, true, kindsOf(slices.Concat(p.Referral.Referrer, p.Referral.Friend))...)
	}
}

// givesKind refuses an id that never gives a kind: what is for both does nothing.
func (c *checker) givesKind(at, id string, k Kind) {
	if g := c.gives[id]; c.kinds[k] != nil && !slices.Contains(g.kinds, k) {
		c.addf(at, "%q never gives %q", id, string(k))
	}
}

func (c *checker) match(at string, m *Match) {
	c.names(at+"/groups", m.Groups)
	c.names(at+"/except", m.Except)
	c.names(at+"/channels", m.Channels)
	c.tierNames(at+"/tiers", m.Tiers)
	c.names(at+"/segments", m.Segments)
	c.money(at+"/min_order", m.MinOrder)
}

func (c *checker) earning() {
	dens := map[Kind]uint64{}
	for i := range c.p.Earning {
		e := &c.p.Earning[i]
		at := "/earning/" + strconv.Itoa(i)
		c.kind(at+"/kind", e.Kind)
		c.match(at, &e.Match)
		c.during(at, e.During)
		if e.Fixed != 0 {
			c.points(at+"/fixed", e.Fixed, 1)
			if !e.Points.IsZero() || !e.Per.IsZero() {
				c.addf(at+"/fixed", "points per money and points per order are two rules")
			}
			continue
		}
		per := c.money(at+"/per", e.Per)
		if e.Points.Validate() != nil {
			c.addAt(at+"/points", e.Points.Validate())
			continue
		}
		if per == 0 {
			c.addf(at+"/per", "points per how much money?")
		}
		if per <= 0 {
			continue
		}
		if d, ok := minor.Mul(per, e.Points.Den); !ok || d > 1e15 {
			c.addAt(at+"/per", ErrOverflow)
			continue
		}
		_, den := e.rate(c.p.Decimals)
		common, ok := lcm(max(dens[e.Kind], 1), uint64(den))
		if !ok || common > 1e15 {
			c.addf(at+"/points", "the rates of a kind have no common denominator up to 1e15")
			continue
		}
		dens[e.Kind] = common
	}
}

func (c *checker) campaigns() {
	for i := range c.p.Campaigns {
		m := &c.p.Campaigns[i]
		at := "/campaigns/" + strconv.Itoa(i)
		c.kind(at+"/kind", m.Kind)
		c.match(at, &m.Match)
		c.during(at, m.During)
		c.limit(at+"/limit", m.Limit)
		switch {
		case m.Bonus != 0 && !m.Multiplier.IsZero():
			c.addf(at+"/bonus", "a multiplier and a bonus are two campaigns")
		case m.Bonus != 0:
			c.points(at+"/bonus", m.Bonus, 1)
		case m.Multiplier.Validate() != nil:
			c.addAt(at+"/multiplier", m.Multiplier.Validate())
		case m.Multiplier.Num <= m.Multiplier.Den:
			c.addf(at+"/multiplier", "%s is not above 1", m.Multiplier)
		case len(m.Activities) == 0 && c.kinds[m.Kind] != nil && !slices.ContainsFunc(c.p.Earning, func(e EarnRule) bool { return e.Kind == m.Kind }):
			c.addf(at+"/multiplier", "no earning rule gives %q, which it could multiply", string(m.Kind))
		}
		for j, id := range m.Activities {
			here := at + "/activities/" + strconv.Itoa(j)
			if !c.gives[id].acts {
				c.addAt(here, fmt.Errorf("%w: %.40q", ErrUnknown, id))
				continue
			}
			c.givesKind(here, id, m.Kind)
		}
		if len(m.Activities) > 0 && (len(m.Groups)+len(m.Except)+len(m.Channels)+len(m.Segments) > 0 || !m.MinOrder.IsZero()) {
			c.addf(at+"/activities", "an activity has no groups, channels, segments or money")
		}
	}
}

// giveList checks what an activity or a referral gives.
func (c *checker) giveList(at string, gives []KindPoints) {
	for i, g := range gives {
		here := at + "/" + strconv.Itoa(i)
		c.kind(here+"/kind", g.Kind)
		c.points(here+"/points", g.Points, 1)
		for _, before := range gives[:i] {
			if before.Kind == g.Kind {
				c.addAt(here+"/kind", ErrDuplicate)
			}
		}
	}
}

func (c *checker) activities() {
	for i := range c.p.Activities {
		a := &c.p.Activities[i]
		at := "/activities/" + strconv.Itoa(i)
		c.giveList(at+"/give", a.Give)
		c.limit(at+"/limit", a.Limit)
		c.tierNames(at+"/tiers", a.Tiers)
		c.during(at, a.During)
	}
	for i := range c.p.Streaks {
		s := &c.p.Streaks[i]
		at := "/streaks/" + strconv.Itoa(i)
		c.kind(at+"/kind", s.Kind)
		c.during(at, s.During)
		if len(s.Pays) == 0 || len(s.Pays) > maxPays {
			c.addf(at+"/pays", "%d days are not 1 to %d", len(s.Pays), maxPays)
		}
		for j, p := range s.Pays {
			c.points(at+"/pays/"+strconv.Itoa(j), p, 0)
		}
		if len(s.Pays) > 0 && slices.Max(s.Pays) == 0 && !c.visit(s.ID) {
			c.addf(at+"/pays", "no day pays anything")
		}
	}
	if r := c.p.Referral; r != nil {
		c.giveList("/referral/referrer", r.Referrer)
		c.giveList("/referral/friend", r.Friend)
		c.span("/referral/kept", r.Kept, false)
		c.money("/referral/min_order", r.MinOrder)
		c.limit("/referral/limit", r.Limit)
		c.during("/referral", r.During)
		if len(r.Referrer)+len(r.Friend) == 0 && !c.visit(r.ID) {
			c.addf("/referral", "it gives nobody anything")
		}
	}
}

// visit reports whether an id counts as a visit for tiers, so that it does something where
// it gives nothing.
func (c *checker) visit(id string) bool { return slices.Contains(c.p.Tiers.Visits, id) }

func (c *checker) caps() {
	seen := map[string]bool{}
	for i := range c.p.Caps {
		l := &c.p.Caps[i]
		at := "/caps/" + strconv.Itoa(i)
		if c.id(at+"/id", l.ID) && seen[l.ID] {
			c.addAt(at+"/id", fmt.Errorf("%w: %q", ErrDuplicate, l.ID))
		}
		seen[l.ID] = true
		c.kind(at+"/kind", l.Kind)
		c.points(at+"/points", l.Points, 1)
		if l.Per == "" || !oneOf(c, at+"/per", l.Per, CapOrder, CapDay, CapWeek, CapMonth, CapYear, CapCustomer, CapBudget) {
			if l.Per == "" {
				c.addf(at+"/per", "is missing")
			}
		}
		for j, id := range l.Of {
			here := at + "/of/" + strconv.Itoa(j)
			switch _, known := c.gives[id]; {
			case known:
				c.givesKind(here, id, l.Kind)
			case id != "tier":
				c.addAt(here, fmt.Errorf("%w: %.40q", ErrUnknown, id))
			}
		}
	}
}
