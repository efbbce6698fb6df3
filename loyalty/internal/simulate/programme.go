package simulate

import (
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// The kinds of every programme.
const (
	kindPoints loyalty.Kind = "points"
	kindStars  loyalty.Kind = "stars"
	kindGrowth loyalty.Kind = "growth"
	kindCash   loyalty.Kind = "cash"
	kindBonus  loyalty.Kind = "bonus"
	kindVisits loyalty.Kind = "visits"
)

var kinds = []loyalty.Kind{kindPoints, kindStars, kindGrowth, kindCash, kindBonus, kindVisits}

// spendables are the kinds that have lots.
var spendables = []loyalty.Kind{kindPoints, kindStars, kindCash, kindBonus, kindVisits}

func span(s string) guanxi.Span { return guanxi.MustParseSpan(s) }

func money(minor int64) decimal.Decimal { return decimal.New(minor, -2) }

// programme makes a random programme: every mode, scope and policy comes up.
func programme(d *dice, start time.Time) loyalty.Program {
	p := loyalty.Program{
		Version: 1, Currency: "CNY", Decimals: 2, Location: zones[d.n(len(zones))],
		Rules:    pick(d, loyalty.BestOf, loyalty.Add),
		Stacking: pick(d, loyalty.BestOf, loyalty.Add, loyalty.Multiply),
		Exclude:  loyalty.Exclusions{Discounted: d.in(2), ByPoints: d.in(2)},
		Causes:   []loyalty.Cause{{ID: "trees"}, {ID: "sea", Kinds: []loyalty.Kind{kindPoints}, Min: 10}},
		Stored: []loyalty.StoredRule{{
			ID: "wallet", Principal: kindCash, Bonus: kindBonus,
			Spend:  pick(d, "", loyalty.BonusFirst, loyalty.PrincipalFirst, loyalty.Proportional),
			Return: pick(d, "", loyalty.BonusFirst, loyalty.PrincipalFirst, loyalty.Proportional),
		}},
		TopUps: []loyalty.TopUp{{ID: "top", Stored: "wallet", Pay: money(5000), Bonus: money(int64(d.n(900)))}},
		Cards:  []loyalty.Card{{ID: "card", Kind: kindVisits, Visits: 10}},
	}
	if d.in(2) {
		p.Exclude.Groups = []string{"gifts"}
	}
	if d.in(2) {
		p.Cards[0].Valid = span(pick(d, "P60D", "P2M", "PT36H"))
	}
	p.Kinds = []loyalty.KindConfig{
		{ID: kindPoints, Spendable: true, Tiers: true, Rounding: rounding(d), Pending: pending(d), Expiry: expiry(d)},
		{ID: kindStars, Spendable: true, Rounding: rounding(d), Expiry: loyalty.ExpiryRule{Mode: loyalty.ExpireActivity, Span: span(pick(d, "P20D", "P2M", "P90D"))}},
		{ID: kindGrowth, Tiers: true, Rounding: rounding(d)},
		{ID: kindCash, Unit: loyalty.UnitMoney, Spendable: true, Priority: int32(d.n(2)), Expiry: expiry(d)},
		{ID: kindBonus, Unit: loyalty.UnitMoney, Spendable: true, Expiry: expiry(d)},
		{ID: kindVisits, Unit: loyalty.UnitVisits, Spendable: true},
	}
	if d.in(2) {
		p.Kinds[1].Expiry.On = [][]loyalty.Touch{{loyalty.TouchEarn}, {loyalty.TouchRedeem, loyalty.TouchAct}, {loyalty.TouchAct}}[d.n(3)]
	}
	if d.in(3) {
		p.Kinds[1].Pending.Span = span("P3D")
	}
	earning(d, &p)
	campaigns(d, &p, start)
	activities(d, &p, start)
	spends(d, &p, start)
	policies(d, &p)
	tiers(d, &p)
	return p
}

func rounding(d *dice) loyalty.Rounding {
	return loyalty.Rounding{
		Mode:  pick(d, "", loyalty.Floor, loyalty.HalfUp, loyalty.HalfEven, loyalty.Ceil),
		Scope: pick(d, "", loyalty.ScopeOrder, loyalty.ScopeLine, loyalty.ScopeSplit),
	}
}

func pending(d *dice) loyalty.PendingRule {
	switch d.n(5) {
	case 0:
		return loyalty.PendingRule{Span: span("P14D")}
	case 1:
		return loyalty.PendingRule{Span: span("PT36H")}
	case 2:
		return loyalty.PendingRule{Event: "delivered", Span: span("P1M")}
	case 3:
		return loyalty.PendingRule{Event: "delivered"}
	}
	return loyalty.PendingRule{}
}

func expiry(d *dice) loyalty.ExpiryRule {
	from := pick(d, loyalty.FromEarning, loyalty.FromActivation, "")
	switch d.n(7) {
	case 0:
		return loyalty.ExpiryRule{Mode: loyalty.ExpireSpan, Span: span(pick(d, "P30D", "P1M", "P1Y", "P1Y1D")), From: from}
	case 1:
		return loyalty.ExpiryRule{Mode: loyalty.ExpireSpan, Span: span(pick(d, "PT72H", "P10DT12H")), From: from}
	case 2:
		return loyalty.ExpiryRule{Mode: loyalty.ExpireEndOf, Period: pick(d, loyalty.PerMonth, loyalty.PerQuarter, loyalty.PerYear), Span: span(pick(d, "P1M", "P15D")), From: from}
	case 3:
		return loyalty.ExpiryRule{Mode: loyalty.ExpireEndOf, Period: loyalty.PerMonth, From: from}
	case 4:
		return loyalty.ExpiryRule{Mode: loyalty.ExpireYearly, Month: pick(d, 2, 3, 12), Day: pick(d, 1, 29, 28), Span: span(pick(d, "P1M", "P1Y", "P90D")), From: from}
	case 5:
		return loyalty.ExpiryRule{Mode: loyalty.ExpireActivity, Span: span(pick(d, "P30D", "P3M"))}
	}
	return loyalty.ExpiryRule{}
}

func earning(d *dice, p *loyalty.Program) {
	rule := func(kind loyalty.Kind) loyalty.EarnRule {
		e := loyalty.EarnRule{ID: fmt.Sprint("earn", len(p.Earning)), Kind: kind}
		if d.in(4) {
			e.Fixed = loyalty.Points(1 + d.n(20))
		} else {
			e.Points = loyalty.Rational{Num: int64(1 + d.n(7)), Den: int64(1 + d.n(3))}
			e.Per = money(int64(pick(d, 100, 300, 1000, 70)))
		}
		if d.in(3) {
			e.Groups = []string{pick(d, "food", "toys")}
		}
		if d.in(4) {
			e.Except = []string{"toys"}
		}
		if d.in(4) {
			e.Channels = []string{"web"}
		}
		if d.in(4) {
			e.MinOrder = money(int64(pick(d, 2000, 5000)))
		}
		return e
	}
	p.Earning = append(p.Earning, loyalty.EarnRule{ID: "earn0", Kind: kindPoints, Points: loyalty.Rational{Num: 1, Den: int64(1 + d.n(3))}, Per: money(100)})
	for range d.n(3) {
		p.Earning = append(p.Earning, rule(kindPoints))
	}
	if d.in(2) {
		p.Earning = append(p.Earning, rule(kindStars))
	}
	p.Earning = append(p.Earning, loyalty.EarnRule{ID: "grow", Kind: kindGrowth, Points: loyalty.Rational{Num: 1, Den: 1}, Per: money(100)})
}

func campaigns(d *dice, p *loyalty.Program, start time.Time) {
	for i := range d.n(4) {
		c := loyalty.Campaign{ID: fmt.Sprint("camp", i), Kind: pick(d, kindPoints, kindPoints, kindStars)}
		c.From = start.AddDate(0, d.n(12), d.n(28))
		c.To = c.From.AddDate(0, 0, 1+d.n(300))
		if orders := slices.ContainsFunc(p.Earning, func(e loyalty.EarnRule) bool { return e.Kind == c.Kind }); d.in(2) || !orders {
			c.Bonus = loyalty.Points(5 + d.n(50))
		} else {
			c.Multiplier = loyalty.Rational{Num: int64(3 + d.n(4)), Den: 2}
		}
		switch d.n(4) {
		case 0:
			c.Activities, c.Kind = []string{"review"}, kindStars
		case 1:
			c.Groups = []string{"food"}
		case 2:
			c.MinOrder = money(3000)
		}
		if d.in(3) {
			c.Limit = &loyalty.Limit{Times: int64(1 + d.n(3)), Per: pick(d, loyalty.PerDay, loyalty.PerMonth, loyalty.PerEver)}
		}
		p.Campaigns = append(p.Campaigns, c)
	}
	all := []string{"earn0", "review", "camp0", "tier", "daily"}
	for i := range d.n(4) {
		c := loyalty.CapRule{ID: fmt.Sprint("cap", i), Kind: pick(d, kindPoints, kindPoints, kindStars, kindGrowth), Points: loyalty.Points(20 + d.n(300))}
		c.Per = pick(d, loyalty.CapOrder, loyalty.CapDay, loyalty.CapWeek, loyalty.CapMonth, loyalty.CapYear, loyalty.CapCustomer, loyalty.CapBudget)
		if c.Per == loyalty.CapBudget || c.Per == loyalty.CapCustomer {
			c.Points *= 20
		}
		if of := pick(d, all...); d.in(3) && (of != "camp0" || len(p.Campaigns) > 0) {
			c.Of = []string{of}
			switch of { // a kind that it gives
			case "earn0", "tier":
				c.Kind = kindPoints
			case "daily":
				c.Kind = kindStars
			case "review":
				c.Kind = pick(d, kindPoints, kindStars)
			case "camp0":
				c.Kind = p.Campaigns[0].Kind
			}
		}
		p.Caps = append(p.Caps, c)
	}
}

func activities(d *dice, p *loyalty.Program, start time.Time) {
	p.Activities = []loyalty.ActivityRule{
		{ID: "review", Give: []loyalty.KindPoints{{Kind: kindStars, Points: 10}, {Kind: kindPoints, Points: 3}}, OncePer: d.in(2)},
		{ID: "visit", Give: []loyalty.KindPoints{{Kind: kindStars, Points: 5}}, Limit: &loyalty.Limit{Times: int64(1 + d.n(2)), Per: pick(d, loyalty.PerDay, loyalty.PerWeek, loyalty.PerMonth, loyalty.PerQuarter, loyalty.PerYear, "")}},
		{ID: "summer", Give: []loyalty.KindPoints{{Kind: kindPoints, Points: 7}}},
		{ID: "hello"},
	}
	p.Activities[2].From = start.AddDate(0, 1, 0)
	p.Activities[2].To = start.AddDate(0, 7, 0)
	p.Streaks = []loyalty.StreakRule{{ID: "daily", Kind: kindStars, Pays: []loyalty.Points{1, 2, 4, 0, 9}[:2+d.n(4)], Stay: d.in(2)}}
	p.Referral = &loyalty.ReferralRule{
		ID: "refer", Referrer: []loyalty.KindPoints{{Kind: kindPoints, Points: 30}}, Friend: []loyalty.KindPoints{{Kind: kindStars, Points: 15}},
		MinOrder: money(int64(d.n(3) * 1000)),
	}
	if d.in(2) {
		p.Referral.Kept = span("P15D")
	}
	if d.in(2) {
		p.Referral.Limit = &loyalty.Limit{Times: 2, Per: loyalty.PerYear}
	}
}

func spends(d *dice, p *loyalty.Program, start time.Time) {
	stock := int64(20 + d.n(60))
	p.Rewards = []loyalty.Reward{
		{ID: "mug", Kind: kindPoints, Points: 20, Stock: &stock, Limit: &loyalty.Limit{Times: int64(2 + d.n(4)), Per: pick(d, loyalty.PerMonth, loyalty.PerYear, loyalty.PerEver)}},
		{ID: "tea", Kind: kindStars, Points: 12, Money: money(500)},
		{ID: "tree", Kind: kindPoints, Type: loyalty.RewardDonation, Cause: "trees", Points: 15},
		{ID: "vip", Kind: kindPoints, Points: 5, Segments: []string{"vip"}},
	}
	p.Rewards[1].From = start.AddDate(0, 2, 0)
	p.Payments = []loyalty.PaymentRule{{
		ID: "pay", Kind: kindPoints, Points: loyalty.Points(pick(d, 100, 7, 2)), Money: money(100), Step: loyalty.Points(d.n(4)), Min: loyalty.Points(d.n(10)),
		MaxShare: pick(d, loyalty.Rational{}, loyalty.Rational{}, loyalty.Rational{Num: 1, Den: 3}), Rounding: pick(d, "", loyalty.HalfUp, loyalty.HalfEven, loyalty.Ceil),
		MinOrder: money(int64(d.n(3) / 2 * 1500)), Max: money(int64(d.n(3) / 2 * 200)),
	}}
}

func policies(d *dice, p *loyalty.Program) {
	p.Policy = loyalty.PolicyConfig{
		Backdate: pick(d, "", loyalty.BackdateRefuse, loyalty.BackdateRaise, loyalty.BackdateAccept, loyalty.BackdateAccept),
		Takeback: pick(d, "", loyalty.TakeLots, loyalty.TakeDebt, loyalty.TakeDebt),
		Return:   pick(d, "", loyalty.ReturnGrace, loyalty.ReturnNewLot),
	}
	if p.Policy.Backdate == loyalty.BackdateAccept {
		p.Policy.BackdateWithin = span(pick(d, "P20D", "P3M", "PT12H"))
	}
	if p.Policy.Return == loyalty.ReturnGrace {
		p.Policy.Grace = span(pick(d, "P5D", "PT30H"))
	}
	if d.in(2) {
		p.Policy.Hold = span(pick(d, "PT2H", "P3D"))
	}
	if d.in(2) {
		p.Policy.Ahead = span(pick(d, "PT1H", "P2D", "P1M"))
	}
}

// tiers gives half of the programmes tiers; half of those are plain: years, with every
// option at its default. See plainTier.
func tiers(d *dice, p *loyalty.Program) {
	if d.in(2) {
		return
	}
	silver, gold := int64(200+d.n(400)), int64(700+d.n(800))
	p.Tiers.Levels = []loyalty.Tier{
		{ID: "basic"},
		{ID: "silver", Entry: loyalty.Threshold{Points: []loyalty.KindPoints{{Kind: kindGrowth, Points: loyalty.Points(silver)}}}, Factors: []loyalty.KindFactor{{Kind: kindPoints, Factor: loyalty.Rational{Num: 5, Den: 4}}}},
		{ID: "gold", Entry: loyalty.Threshold{Points: []loyalty.KindPoints{{Kind: kindGrowth, Points: loyalty.Points(gold)}}}, Keep: loyalty.Threshold{Points: []loyalty.KindPoints{{Kind: kindGrowth, Points: loyalty.Points(gold * 3 / 5)}}},
			Paid: &loyalty.PaidTier{Term: span("P1Y")}, Factors: []loyalty.KindFactor{{Kind: kindPoints, Factor: loyalty.Rational{Num: 2, Den: 1}}}},
	}
	if d.in(2) {
		p.Tiers.Levels[1].Entry.Spend = money(silver * 150)
	}
	if d.in(2) {
		p.Tiers.Levels[2].Entry.Visits = int64(10 + d.n(10))
	}
	p.Rewards = append(p.Rewards, loyalty.Reward{ID: "lounge", Kind: kindPoints, Points: 9, Tiers: []string{"gold", "silver"}})
	if d.in(2) {
		return
	}
	t := &p.Tiers
	t.Period.Mode = pick(d, loyalty.CalendarYear, loyalty.MembershipYear, loyalty.Rolling, loyalty.Rolling)
	t.Upgrade = pick(d, "", loyalty.TierAtReview)
	t.Refund = pick(d, "", loyalty.TierAtReview)
	t.Late = pick(d, "", loyalty.LatePresent)
	t.Downgrade.To = pick(d, "", loyalty.DownOne, loyalty.DownLowest)
	if d.in(2) {
		t.Downgrade.Grace = span(pick(d, "P30D", "P10D"))
	}
	if t.Period.Mode == loyalty.Rolling {
		t.Period.Span = span(pick(d, "P6M", "P90D", "P30D"))
		return
	}
	t.Growth.Cycle = pick(d, "", loyalty.GrowthCarry, loyalty.GrowthDeduct)
	t.Growth.Upgrade = pick(d, "", loyalty.GrowthReset, loyalty.GrowthDeduct)
}

// plain reports whether the tiers of a programme are those that the reference knows.
func plain(p *loyalty.Program) bool {
	t := p.Tiers
	t.Levels = nil
	return len(p.Tiers.Levels) > 0 && fmt.Sprint(t) == fmt.Sprint(loyalty.TierConfig{})
}

var zones = []*time.Location{time.UTC, zone("Asia/Shanghai"), zone("America/New_York"), zone("Europe/Berlin"), zone("Africa/Cairo"), zone("Australia/Lord_Howe")}

// zone returns a zone, or UTC where the machine does not know it.
func zone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return loc
}
