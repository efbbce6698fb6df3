package loyalty

import (
	"fmt"
	"strconv"
)

// once returns a function that checks the ids of one list.
func (c *checker) once() func(at, id string) {
	seen := map[string]bool{}
	return func(at, id string) {
		if c.id(at, id) && seen[id] {
			c.addAt(at, fmt.Errorf("%w: %q", ErrDuplicate, id))
		}
		seen[id] = true
	}
}

func (c *checker) spending() {
	causes := map[string]bool{}
	claim := c.once()
	for i := range c.p.Causes {
		cause := &c.p.Causes[i]
		at := "/causes/" + strconv.Itoa(i)
		claim(at+"/id", cause.ID)
		causes[cause.ID] = true
		c.points(at+"/min", cause.Min, 0)
		for j, k := range cause.Kinds {
			c.spendable(at+"/kinds/"+strconv.Itoa(j), k)
		}
	}
	claim = c.once()
	for i := range c.p.Rewards {
		at := "/rewards/" + strconv.Itoa(i)
		claim(at+"/id", c.p.Rewards[i].ID)
		c.reward(at, &c.p.Rewards[i], causes)
	}
	claim = c.once()
	for i := range c.p.Payments {
		at := "/payments/" + strconv.Itoa(i)
		claim(at+"/id", c.p.Payments[i].ID)
		c.payment(at, &c.p.Payments[i])
	}
	c.storedValue()
	for i := range c.p.Cards {
		card := &c.p.Cards[i]
		at := "/cards/" + strconv.Itoa(i)
		if k := c.spendable(at+"/kind", card.Kind); k != nil && k.Unit != UnitVisits {
			c.addf(at+"/kind", "%q does not count visits", string(card.Kind))
		}
		c.points(at+"/visits", card.Visits, 1)
		c.span(at+"/valid", card.Valid, true)
		c.during(at, card.During)
	}
}

func (c *checker) reward(at string, w *Reward, causes map[string]bool) {
	oneOf(c, at+"/type", w.Type, RewardGift, RewardVoucher, RewardDonation)
	c.spendable(at+"/kind", w.Kind)
	c.points(at+"/points", w.Points, 1)
	c.money(at+"/money", w.Money)
	if w.Type == RewardVoucher && w.Coupon == "" {
		c.addf(at+"/coupon", "a voucher is of a coupon definition")
	}
	if w.Type != RewardVoucher && w.Coupon != "" {
		c.addf(at+"/coupon", "is no matter of this type")
	}
	if w.Type == RewardDonation && !causes[w.Cause] {
		c.addAt(at+"/cause", fmt.Errorf("%w: cause %.40q", ErrUnknown, w.Cause))
	}
	if w.Type != RewardDonation && w.Cause != "" {
		c.addf(at+"/cause", "is no matter of this type")
	}
	if w.Stock != nil && *w.Stock < 0 {
		c.addf(at+"/stock", "%d is negative", *w.Stock)
	}
	c.limit(at+"/limit", w.Limit)
	c.tierNames(at+"/tiers", w.Tiers)
	c.names(at+"/segments", w.Segments)
	c.during(at, w.During)
}

func (c *checker) payment(at string, p *PaymentRule) {
	c.spendable(at+"/kind", p.Kind)
	c.points(at+"/points", p.Points, 1)
	c.points(at+"/step", p.Step, 0)
	c.points(at+"/min", p.Min, 0)
	if c.money(at+"/money", p.Money) == 0 {
		c.addf(at+"/money", "points are worth how much money?")
	}
	c.money(at+"/max_money", p.Max)
	c.money(at+"/min_order", p.MinOrder)
	oneOf(c, at+"/rounding", p.Rounding, Floor, HalfUp, HalfEven, Ceil)
	if s := p.MaxShare; !s.IsZero() && (s.Validate() != nil || s.Num > s.Den) {
		c.addf(at+"/max_share", "%s is no share above 0 and up to 1", s)
	}
	c.tierNames(at+"/tiers", p.Tiers)
}

func (c *checker) storedValue() {
	claim := c.once()
	bonuses := map[string]bool{}
	for i := range c.p.Stored {
		s := &c.p.Stored[i]
		at := "/stored/" + strconv.Itoa(i)
		claim(at+"/id", s.ID)
		bonuses[s.ID] = true
		for _, k := range []struct {
			at   string
			kind Kind
		}{{"/principal", s.Principal}, {"/bonus", s.Bonus}} {
			if kind := c.spendable(at+k.at, k.kind); kind != nil && kind.Unit != UnitMoney {
				c.addf(at+k.at, "%q does not count money", string(k.kind))
			}
		}
		if s.Principal == s.Bonus {
			c.addf(at+"/bonus", "is the kind of the principal")
		}
		oneOf(c, at+"/spend", s.Spend, BonusFirst, PrincipalFirst, Proportional)
		oneOf(c, at+"/return", s.Return, BonusFirst, PrincipalFirst, Proportional)
	}
	for i := range c.p.TopUps {
		t := &c.p.TopUps[i]
		at := "/top_ups/" + strconv.Itoa(i)
		if !bonuses[t.Stored] {
			c.addAt(at+"/stored", fmt.Errorf("%w: stored value %.40q", ErrUnknown, t.Stored))
		}
		if c.money(at+"/pay", t.Pay) == 0 {
			c.addf(at+"/pay", "pay how much?")
		}
		c.money(at+"/bonus", t.Bonus)
		c.limit(at+"/limit", t.Limit)
		c.during(at, t.During)
	}
}

func (c *checker) policy() {
	p := &c.p.Policy
	oneOf(c, "/policy/backdate", p.Backdate, BackdateRefuse, BackdateRaise, BackdateAccept)
	c.span("/policy/backdate_within", p.BackdateWithin, true)
	if p.Backdate == BackdateAccept && p.BackdateWithin.IsZero() {
		c.addf("/policy/backdate_within", "%q needs a span", string(BackdateAccept))
	}
	if p.Backdate != BackdateAccept && !p.BackdateWithin.IsZero() {
		c.addf("/policy/backdate_within", "is for backdate %q alone", string(BackdateAccept))
	}
	c.span("/policy/ahead", p.Ahead, true)
	oneOf(c, "/policy/takeback", p.Takeback, TakeClamp, TakeLots, TakeDebt)
	oneOf(c, "/policy/return", p.Return, ReturnForfeit, ReturnGrace, ReturnNewLot)
	c.span("/policy/grace", p.Grace, true)
	if p.Return == ReturnGrace && p.Grace.IsZero() {
		c.addf("/policy/grace", "%q needs a span", string(ReturnGrace))
	}
	if p.Return != ReturnGrace && !p.Grace.IsZero() {
		c.addf("/policy/grace", "is for return %q alone", string(ReturnGrace))
	}
	c.span("/policy/hold", p.Hold, true)
}
