package loyalty

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/guanxi-go/guanxi"
)

// Spans of tiers are at most three years.
const (
	maxTierMonths = 36
	maxTierDays   = 1096
)

// tiers checks the tiers of a programme.
func (c *checker) tiers() {
	t := &c.p.Tiers
	if n := len(t.Levels); n > MaxTiers {
		c.addf("/tiers/levels", "%d are more than %d", n, MaxTiers)
	}
	c.tierRules(t)
	seen := map[string]bool{}
	kinds := map[Kind]bool{}
	var entry, keep tierBound
	for i := range t.Levels {
		l := &t.Levels[i]
		at := "/tiers/levels/" + strconv.Itoa(i)
		if c.id(at+"/id", l.ID) && seen[l.ID] {
			c.addAt(at+"/id", fmt.Errorf("%w: %q", ErrDuplicate, l.ID))
		}
		seen[l.ID] = true
		if i == 0 && (l.Entry.given() || l.Keep.given() || l.Paid != nil) {
			c.addf(at+"/entry", "everyone is in the first tier: it has no thresholds and is not sold")
		}
		if l.Keep.given() && !l.Entry.given() {
			c.addf(at+"/keep", "is of a tier that cannot be reached")
		}
		for _, th := range []struct {
			name string
			t    *Threshold
		}{{"/entry", &l.Entry}, {"/keep", &l.Keep}, {"/deduct", &l.Deduct}} {
			c.threshold(at+th.name, th.t, kinds)
		}
		c.rising(at+"/entry", &l.Entry, &entry, 1, "it is not above the entry threshold of a tier below")
		c.rising(at+"/keep", &l.Keep, &keep, 0, "it is below the keep threshold of a tier below")
		c.notAbove(at+"/keep", &l.Keep, &l.Entry)
		if l.Deduct.given() && t.Growth.Cycle != GrowthDeduct {
			c.addf(at+"/deduct", "nothing is deducted: see /tiers/growth/cycle")
		}
		c.tierBenefits(at, l)
	}
	if len(kinds) > MaxTierKinds {
		c.addf("/tiers/levels", "thresholds ask for %d kinds of points, more than %d", len(kinds), MaxTierKinds)
	}
}

// tierRules checks all but the levels.
func (c *checker) tierRules(t *TierConfig) {
	if len(t.Levels) == 0 {
		if t.Period != (TierPeriod{}) || len(t.Visits) > 0 || t.Upgrade != "" || t.Refund != "" || t.Late != "" ||
			t.Downgrade != (DowngradeRule{}) || t.Growth != (GrowthRule{}) {
			c.addf("/tiers/levels", "there are rules and no tiers")
		}
	}
	oneOf(c, "/tiers/period/mode", t.Period.Mode, CalendarYear, MembershipYear, Rolling)
	oneOf(c, "/tiers/upgrade", t.Upgrade, TierNow, TierAtReview)
	oneOf(c, "/tiers/refund", t.Refund, TierNow, TierAtReview)
	oneOf(c, "/tiers/late", t.Late, LateAmend, LatePresent)
	oneOf(c, "/tiers/downgrade/to", t.Downgrade.To, DownEarned, DownOne, DownLowest)
	oneOf(c, "/tiers/growth/upgrade", t.Growth.Upgrade, GrowthCarry, GrowthReset, GrowthDeduct)
	oneOf(c, "/tiers/growth/cycle", t.Growth.Cycle, GrowthCarry, GrowthReset, GrowthDeduct)
	for i, id := range t.Visits {
		if !c.gives[id].acts {
			c.addAt("/tiers/visits/"+strconv.Itoa(i), fmt.Errorf("%w: activity %.40q", ErrUnknown, id))
		} else if slices.Contains(t.Visits[:i], id) {
			c.addAt("/tiers/visits/"+strconv.Itoa(i), fmt.Errorf("%w: %q", ErrDuplicate, id))
		}
	}
	c.tierSpan("/tiers/downgrade/grace", t.Downgrade.Grace)
	if t.Period.Mode != Rolling {
		if !t.Period.Span.IsZero() {
			c.addf("/tiers/period/span", "is no matter of this mode")
		}
		if g := t.Downgrade.Grace; g.Validate() == nil && g.Months*31+g.Days >= 365 {
			c.addf("/tiers/downgrade/grace", "%s may be a year or more, and the next review is then before its end", g)
		}
		return
	}
	if t.Period.Span.IsZero() {
		c.addf("/tiers/period/span", "is missing")
	}
	c.tierSpan("/tiers/period/span", t.Period.Span)
	if t.Growth.Upgrade != "" && t.Growth.Upgrade != GrowthCarry {
		c.addf("/tiers/growth/upgrade", "a rolling span forgets by itself")
	}
	if t.Growth.Cycle != "" {
		c.addf("/tiers/growth/cycle", "a rolling span has no cycles")
	}
}

func (c *checker) tierSpan(at string, s guanxi.Span) {
	c.span(at, s, false)
	if s.Validate() == nil && (s.Months > maxTierMonths || s.Days > maxTierDays || s.Months*31+s.Days > maxTierDays+62) {
		c.addf(at, "%s is longer than three years", s)
	}
}

// threshold checks one, and notes its kinds.
func (c *checker) threshold(at string, t *Threshold, kinds map[Kind]bool) {
	for i, p := range t.Points {
		here := at + "/points/" + strconv.Itoa(i)
		if k := c.kind(here+"/kind", p.Kind); k != nil {
			kinds[p.Kind] = true
			if !k.Tiers {
				c.addf(here+"/kind", "%q does not count for tiers", string(p.Kind))
			}
		}
		c.points(here+"/points", p.Points, 1)
		for _, before := range t.Points[:i] {
			if before.Kind == p.Kind {
				c.addAt(here+"/kind", ErrDuplicate)
			}
		}
	}
	c.money(at+"/spend", t.Spend)
	if t.Visits < 0 || t.Visits > maxPoints {
		c.addf(at+"/visits", "%d is not in 0 to %d", t.Visits, int64(maxPoints))
	}
}

// tierBound is the highest threshold so far.
type tierBound struct {
	spend, visits int64
	points        map[Kind]Points
}

// rising refuses an alternative that is less than step above that of a tier below.
func (c *checker) rising(at string, t *Threshold, b *tierBound, step int64, what string) {
	check := func(at string, v int64, high *int64) {
		if v <= 0 {
			return
		}
		if *high > 0 && v < *high+step {
			c.addf(at, "%s", what)
		}
		*high = max(*high, v)
	}
	for i, p := range t.Points {
		if b.points == nil {
			b.points = map[Kind]Points{}
		}
		high := int64(b.points[p.Kind])
		check(at+"/points/"+strconv.Itoa(i)+"/points", int64(p.Points), &high)
		b.points[p.Kind] = Points(high)
	}
	var quiet checker // c.threshold has told what is wrong with the money
	quiet.p = c.p
	check(at+"/spend", quiet.money("", t.Spend), &b.spend)
	check(at+"/visits", t.Visits, &b.visits)
}

// notAbove refuses to keep a tier by more than what reaches it.
func (c *checker) notAbove(at string, keep, entry *Threshold) {
	for i, k := range keep.Points {
		for _, e := range entry.Points {
			if e.Kind == k.Kind && k.Points > e.Points {
				c.addf(at+"/points/"+strconv.Itoa(i)+"/points", "%d is above the entry threshold", k.Points)
			}
		}
	}
	if entry.Spend.Sign() > 0 && keep.Spend.Cmp(entry.Spend) > 0 {
		c.addf(at+"/spend", "is above the entry threshold")
	}
	if entry.Visits > 0 && keep.Visits > entry.Visits {
		c.addf(at+"/visits", "%d is above the entry threshold", keep.Visits)
	}
}

func (c *checker) tierBenefits(at string, l *Tier) {
	if l.Paid != nil {
		c.span(at+"/paid/term", l.Paid.Term, true)
		if l.Paid.Term.IsZero() {
			c.addf(at+"/paid/term", "is missing")
		}
		c.money(at+"/paid/price", l.Paid.Price)
	}
	for i, f := range l.Factors {
		here := at + "/factors/" + strconv.Itoa(i)
		c.kind(here+"/kind", f.Kind)
		if f.Factor.Validate() != nil {
			c.addAt(here+"/factor", f.Factor.Validate())
		} else if f.Factor.Num <= f.Factor.Den {
			c.addf(here+"/factor", "%s is not above 1", f.Factor)
		}
		for _, before := range l.Factors[:i] {
			if before.Kind == f.Kind {
				c.addAt(here+"/kind", ErrDuplicate)
			}
		}
	}
	for i, b := range l.Benefits {
		here := at + "/benefits/" + strconv.Itoa(i)
		if b.Type == "" || !oneOf(c, here+"/type", b.Type, BirthdayGift, FreeDelivery, PriceList, OtherBenefit) {
			if b.Type == "" {
				c.addf(here+"/type", "is missing")
			}
			continue
		}
		if b.Type == PriceList && b.Value == "" {
			c.addf(here+"/value", "which list?")
		}
		if b.Type == OtherBenefit && b.Name == (guanxi.Text{}) {
			c.addf(here+"/name", "is missing")
		}
	}
}

// tierNames refuses tiers that the programme does not have.
func (c *checker) tierNames(at string, names []string) {
	c.names(at, names)
	for i, n := range names {
		if n != "" && len(c.p.Tiers.Levels) > 0 && !slices.ContainsFunc(c.p.Tiers.Levels, func(l Tier) bool { return l.ID == n }) {
			c.addAt(at+"/"+strconv.Itoa(i), fmt.Errorf("%w: tier %.40q", ErrUnknown, n))
		}
	}
}

// given reports whether t asks for anything, be it at fault.
func (t *Threshold) given() bool { return len(t.Points) > 0 || !t.Spend.IsZero() || t.Visits != 0 }
