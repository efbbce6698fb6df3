package loyalty

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

// pair returns the desks of accounts a and b.
func pair(t *testing.T, f func(*Program)) (a, b *desk) {
	a, b = newDesk(t, f), newDesk(t, f)
	b.a, b.n = NewAccount("b"), 1000
	return a, b
}

// merged merges account b into a.
func merged(a, b *desk, at time.Time) {
	a.t.Helper()
	out := b.do(&MergeOut{Header: b.head(at), Into: a.a.ID})
	a.do(&Receive{Header: a.head(at), Parcel: *out.Parcel})
	if err := a.a.Check(); err != nil {
		a.t.Error(err)
	}
	if err := Verify(a.a.ID, Entries(a.journal)); err != nil {
		a.t.Error(err)
	}
}

// TestTierMergeTaken: what upgrades took stays taken.
func TestTierMergeTaken(t *testing.T) {
	for _, tc := range []struct {
		up            GrowthPolicy
		mine, theirs  []int64
		tier          string
		have, missing int64
	}{
		{GrowthDeduct, []int64{750, 750}, []int64{750, 750}, "gold", 0, 3000},
		{GrowthDeduct, nil, []int64{1000, 1000}, "gold", 500, 2500},
		{GrowthDeduct, []int64{1000, 1000}, []int64{400}, "gold", 900, 2100},
		{GrowthDeduct, []int64{600}, []int64{500, 1100}, "gold", 200, 2800},
		{GrowthReset, nil, []int64{1000, 1000, 7}, "gold", 7, 2993},
		{GrowthReset, []int64{700, 50}, []int64{1000, 1000, 7}, "gold", 57, 2943},
		{GrowthReset, []int64{1000, 1000, 7}, []int64{700, 50}, "gold", 57, 2943},
		{GrowthCarry, []int64{1500}, []int64{1499}, "gold", 2999, 1},
	} {
		t.Run(fmt.Sprint(tc.up, tc.mine, tc.theirs), func(t *testing.T) {
			a, b := pair(t, withTiers(func(c *TierConfig) {
				c.Growth.Upgrade = tc.up
				c.Levels[3].Entry.Spend, c.Levels[3].Entry.Visits = decimal.Zero, 0
			}))
			for i, n := range tc.mine {
				a.do(&Earn{a.head(day(i)), order(fmt.Sprint("a", i), n)})
			}
			for i, n := range tc.theirs {
				b.do(&Earn{b.head(day(i)), order(fmt.Sprint("b", i), n)})
			}
			merged(a, b, day(5))
			v := a.tier(day(5), tc.tier)
			if g := v.Need.Next; v.Growth[0].Have != tc.have || g.Tier != "black" || g.Ways[0].Missing != tc.missing {
				t.Errorf("%+v, next %+v", v.Growth, g)
			}
			c, _ := pair(t, withTiers(func(c *TierConfig) {
				c.Growth.Upgrade = tc.up
				c.Levels[3].Entry.Spend, c.Levels[3].Entry.Visits = decimal.Zero, 0
			}))
			c.a, c.n = NewAccount("c"), 2000
			merged(c, a, day(6)) // once more
			if w := c.tier(day(6), tc.tier); w.Growth[0].Have != tc.have || w.Need.Next.Ways[0].Missing != tc.missing {
				t.Errorf("again: %+v", w)
			}
		})
	}
}

// TestTierMergeHeld: the higher tier stays as it was held: in grace until that ends, in a
// soft landing until then, and reached until what reached it comes back.
func TestTierMergeHeld(t *testing.T) {
	x := time.Date(2027, 1, 10, 12, 0, 0, 0, time.UTC)
	type look struct {
		at   time.Time
		tier string
	}
	for _, tc := range []struct {
		name  string
		f     func(*Program)
		mine  map[int]int64 // amounts by day, for a
		order int           // the day of b's order of 1000
		at    time.Time
		looks []look
	}{
		{"grace", withTiers(graceOf("P31D")), map[int]int64{730: 1}, 0, x, []look{{x, "gold"}, {x.AddDate(0, 0, 21), "gold"}, {x.AddDate(0, 0, 22), "member"}}},
		{"grace of membership years", withTiers(graceOf("P31D"), func(c *TierConfig) { c.Period.Mode = MembershipYear }), map[int]int64{735: 1}, 0, day(740),
			[]look{{day(740), "gold"}, {day(760), "gold"}, {day(761), "member"}}},
		{"grace of membership years, over a review", withTiers(graceOf("P31D"), func(c *TierConfig) { c.Period.Mode = MembershipYear }), map[int]int64{380: 1}, 0, day(740),
			[]look{{day(744), "gold"}, {day(745), "gold"}, {day(760), "gold"}, {day(761), "member"}}},
		{"its own review, after the other one", withTiers(func(c *TierConfig) { c.Period.Mode = MembershipYear }), map[int]int64{-100: 1}, 0, day(370),
			[]look{{day(630), "gold"}, {day(729), "gold"}, {day(730), "member"}}},
		{"its own review, before the other one", withTiers(func(c *TierConfig) { c.Period.Mode = MembershipYear }), map[int]int64{500: 1}, 0, day(510),
			[]look{{day(729), "gold"}, {day(730), "member"}}},
		{"soft landing", rolling("P100D", func(c *TierConfig) { c.Downgrade.To = DownOne }), map[int]int64{105: 1}, 0, day(110),
			[]look{{day(111), "silver"}, {day(199), "silver"}, {day(200), "member"}}},
		{"grace of a rolling span", rolling("P100D", graceOf("P20D")), map[int]int64{105: 1}, 0, day(110),
			[]look{{day(119), "gold"}, {day(120), "member"}}},
		{"grace of both, of one tier", rolling("P100D", graceOf("P20D")), map[int]int64{5: 1000}, 0, day(110),
			[]look{{day(110), "gold"}, {day(124), "gold"}, {day(125), "member"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, turned := range []bool{false, true} {
				a, b := pair(t, tc.f)
				if turned {
					a, b = b, a
				}
				b.do(&Earn{b.head(day(tc.order)), order("b", 1000)})
				for on, n := range tc.mine {
					a.do(&Earn{a.head(day(on)), order("a", n)})
				}
				merged(a, b, tc.at)
				for _, l := range tc.looks {
					a.tier(l.at, l.tier)
				}
			}
		})
	}
	for _, mode := range []TierMode{CalendarYear, MembershipYear, Rolling} {
		t.Run("bought, merged and returned, "+string(mode), func(t *testing.T) {
			a, b := pair(t, withTiers(func(c *TierConfig) {
				if c.Period.Mode = mode; mode == Rolling {
					c.Period.Span = span("P100D")
				}
			}))
			a.do(&Earn{a.head(day(0)), order("a1", 500)})
			b.do(&Earn{b.head(day(1)), order("b0", 20)})
			b.do(&Earn{b.head(day(2)), order("b1", 1000)})
			merged(a, b, day(3))
			a.tier(day(3), "gold")
			a.do(&Refund{Header: a.head(day(4)), Order: "b0"}) // no part of a's silver
			a.do(&Refund{Header: a.head(day(4)), Order: "b1"})
			a.tier(day(4), "silver")
			a.do(&Refund{Header: a.head(day(5)), Order: "a1"})
			a.tier(day(5), "member")
		})
	}
}

// TestTierMergeTerms: locks and what was paid for go along.
func TestTierMergeTerms(t *testing.T) {
	set := func(d *desk, on int, g TierGrant) { d.do(&SetTier{Header: d.head(day(on)), Grant: g}) }
	a, b := pair(t, withTiers())
	set(a, 0, TierGrant{Action: BuyTier, Tier: "silver"})
	set(b, 5, TierGrant{Action: BuyTier, Tier: "silver"})
	set(a, 6, TierGrant{Action: LockTier, Tier: "gold", Until: day(100)})
	set(b, 7, TierGrant{Action: LockTier, Tier: "member", Until: day(200)})
	merged(a, b, day(10))
	a.tier(day(199), "member") // the later lock
	a.tier(day(200), "silver")
	if v := a.tier(day(300), "silver"); v.By != ByPaid || v.Until != InstantOf(time.Date(2026, 12, 28, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%s until %v", v.By, v.Until.Time()) // 2 January 2026, and 360 days
	}
	set(a, 300, TierGrant{Action: BuyTier, Tier: "silver"}) // renewed
	if v := a.tier(day(300), "silver"); v.Until != InstantOf(time.Date(2027, 12, 28, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("until %v", v.Until.Time())
	}

	a, b = pair(t, withTiers(func(c *TierConfig) { c.Levels[1].Paid.Term = span("PT36H") }))
	set(a, 0, TierGrant{Action: BuyTier, Tier: "silver"})
	set(b, 1, TierGrant{Action: BuyTier, Tier: "silver"})
	merged(a, b, day(1))
	if v := a.tier(day(1), "silver"); v.Until != InstantOf(day(3)) {
		t.Errorf("until %v", v.Until.Time())
	}

	a, b = pair(t, withTiers())
	b.do(&Earn{b.head(day(0)), order("o", 1000)})
	set(b, 1, TierGrant{Action: LockTier, Tier: "member"})
	merged(a, b, day(2))
	a.tier(day(1000), "member")
}

// TestTierMergeOrders: a refund after a merge takes from the year that has counted the order.
func TestTierMergeOrders(t *testing.T) {
	years := withTiers(func(c *TierConfig) { c.Period.Mode = MembershipYear })
	a, b := pair(t, years)
	a.do(&Earn{a.head(day(-200)), order("a1", 10)}) // its second year begins on day 165
	a.do(&Earn{a.head(day(170)), order("a2", 10)})
	b.do(&Earn{b.head(day(60)), order("b1", 1200)})
	merged(a, b, day(200))
	if a.tier(day(200), "gold"); a.have(day(200)) != 1210 {
		t.Error(a.have(day(200)))
	}
	c, _ := pair(t, years)
	c.a, c.n = NewAccount("c"), 2000
	c.do(&Earn{c.head(day(220)), order("c1", 5)})
	merged(c, a, day(230)) // and again
	c.do(&Refund{Header: c.head(day(231)), Order: "b1"})
	if c.tier(day(231), "member"); c.have(day(231)) != 15 {
		t.Error(c.have(day(231)))
	}

	a, b = pair(t, years)
	b.do(&Earn{b.head(day(0)), order("b1", 1000)})
	b.do(&Earn{b.head(day(400)), order("b2", 600)})
	a.do(&Earn{a.head(day(405)), order("a1", 1)})
	merged(a, b, day(410))
	a.tier(day(410), "gold") // of b's first year
	a.do(&Refund{Header: a.head(day(411)), Order: "b1"})
	if a.tier(day(411), "silver"); a.have(day(411)) != 601 {
		t.Error(a.have(day(411)))
	}
	a.do(&Refund{Header: a.head(day(412)), Order: "b2"})
	if a.tier(day(412), "member"); a.have(day(412)) != 1 {
		t.Error(a.have(day(412)))
	}
}
