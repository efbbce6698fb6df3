package loyalty

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

func points(n int64) TierSums { return TierSums{tierPoints: n} }

// tierLine is something that happens to a tier in a table: growth of n at a time, or, n
// being 0, the tier that is expected then.
type tierLine struct {
	at   string
	n    int64
	tier string
}

func (l *tierLine) time(t testing.TB, loc *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", l.at, loc)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestTierTables(t *testing.T) {
	for _, tc := range []struct {
		name  string
		zone  string
		c     TierConfig
		lines []tierLine
	}{
		{"a year's end is midnight in the zone", "Asia/Shanghai", TierConfig{}, []tierLine{
			{"2024-12-31 23:59", 500, ""}, {"2024-12-31 23:59", 0, "silver"}, {"2025-12-31 23:59", 0, "silver"},
			{"2026-01-01 00:00", 0, "member"},
		}},
		{"kept by the keep threshold alone", "UTC", TierConfig{}, []tierLine{
			{"2024-05-01 00:00", 500, ""}, {"2025-12-31 23:00", 400, ""}, {"2026-12-31 23:59", 0, "silver"}, {"2027-01-01 00:00", 0, "member"},
		}},
		{"a leap day's membership year", "Europe/Berlin", TierConfig{Period: TierPeriod{Mode: MembershipYear}}, []tierLine{
			{"2024-02-29 18:00", 500, ""}, {"2024-02-29 18:00", 0, "silver"},
			{"2025-02-27 23:59", 500, ""}, {"2025-02-27 23:59", 0, "gold"}, // the last day of the first year
			{"2025-02-28 00:00", 0, "gold"}, {"2025-02-28 00:00", 499, ""}, {"2026-02-27 23:59", 0, "gold"},
			{"2026-02-28 00:00", 0, "silver"}, {"2027-02-27 23:59", 400, ""}, {"2028-02-28 23:59", 0, "silver"},
			{"2028-02-29 00:00", 0, "member"}, // counted from 2024, so the anniversary is the leap day again
		}},
		{"a rolling year, to the day", "America/New_York", TierConfig{Period: TierPeriod{Rolling, span("P1Y")}, Downgrade: DowngradeRule{To: DownEarned}}, []tierLine{
			{"2024-02-29 12:00", 100, ""}, {"2024-03-10 12:00", 400, ""}, // the clock changes on 10 March
			{"2025-02-27 23:59", 0, "silver"}, {"2025-02-28 00:00", 0, "silver"}, // 400 keep it
			{"2025-03-09 23:59", 0, "silver"}, {"2025-03-10 00:00", 0, "member"},
		}},
		{"a rolling month ends with the last day", "UTC", TierConfig{Period: TierPeriod{Rolling, span("P1M")}}, []tierLine{
			{"2024-01-31 10:00", 500, ""}, {"2024-02-28 23:59", 0, "silver"}, {"2024-02-29 00:00", 0, "member"},
		}},
		{"midnight that the clock skips", "Asia/Beirut", TierConfig{Period: TierPeriod{Rolling, span("P1D")}}, []tierLine{
			{"2024-03-30 12:00", 500, ""}, {"2024-03-30 23:59", 0, "silver"}, {"2024-03-31 01:00", 0, "member"}, // 00:00 is 01:00
		}},
		{"grace to the day, and a soft landing", "UTC", TierConfig{Downgrade: DowngradeRule{DownOne, span("P31D")}}, []tierLine{
			{"2024-05-01 00:00", 3000, ""}, {"2026-01-31 23:59", 0, "black"}, {"2026-02-01 00:00", 0, "gold"},
			{"2027-02-01 00:00", 0, "silver"}, {"2028-01-01 00:00", 0, "silver"}, {"2028-02-01 00:00", 0, "member"},
		}},
		{"growth in grace keeps", "UTC", TierConfig{Downgrade: DowngradeRule{DownOne, span("P31D")}}, []tierLine{
			{"2024-05-01 00:00", 1000, ""}, {"2026-01-31 23:59", 799, ""}, {"2026-01-31 23:59", 1, ""}, {"2026-02-01 00:00", 0, "gold"},
			{"2027-01-31 00:00", 0, "gold"},
		}},
		{"a soft landing of a rolling span rests for a span", "UTC", TierConfig{Period: TierPeriod{Rolling, span("P30D")}, Downgrade: DowngradeRule{To: DownOne}}, []tierLine{
			{"2024-01-01 10:00", 1000, ""}, {"2024-01-30 23:59", 0, "gold"}, {"2024-01-31 00:00", 0, "silver"},
			{"2024-02-29 23:59", 0, "silver"}, {"2024-03-01 00:00", 0, "member"},
		}},
		{"upgrades at the review", "UTC", TierConfig{Upgrade: TierAtReview}, []tierLine{
			{"2024-01-01 00:00", 1000, ""}, {"2024-12-31 23:59", 0, "member"}, {"2025-01-01 00:00", 0, "gold"},
		}},
		{"what an upgrade deducts", "UTC", TierConfig{Growth: GrowthRule{Upgrade: GrowthDeduct}}, []tierLine{
			{"2024-01-01 00:00", 1000, ""}, {"2024-01-01 00:00", 0, "silver"}, {"2024-02-01 00:00", 499, ""}, {"2024-02-01 00:00", 0, "silver"},
			{"2024-02-02 00:00", 1, ""}, {"2024-02-02 00:00", 0, "gold"}, {"2025-12-31 00:00", 0, "gold"}, {"2026-01-01 00:00", 0, "member"},
		}},
		{"what an upgrade resets", "UTC", TierConfig{Growth: GrowthRule{Upgrade: GrowthReset}}, []tierLine{
			{"2024-01-01 00:00", 1600, ""}, {"2024-01-01 00:00", 0, "silver"}, {"2024-02-01 00:00", 999, ""}, {"2024-02-01 00:00", 0, "silver"},
			{"2024-02-02 00:00", 1, ""}, {"2024-02-02 00:00", 0, "gold"}, {"2024-02-03 00:00", -1, ""}, {"2024-02-03 00:00", 0, "silver"},
			{"2024-02-04 00:00", 1, ""}, {"2024-02-04 00:00", 0, "gold"}, {"2024-02-05 00:00", -1101, ""}, {"2024-02-05 00:00", 0, "silver"},
			{"2024-02-06 00:00", -1000, ""}, {"2024-02-06 00:00", 0, "member"},
		}},
		{"growth carried over", "UTC", TierConfig{Growth: GrowthRule{Cycle: GrowthCarry}}, []tierLine{
			{"2024-01-01 00:00", 400, ""}, {"2026-02-01 00:00", 100, ""}, {"2026-02-01 00:00", 0, "silver"}, {"2036-02-01 00:00", 0, "silver"},
		}},
		{"growth deducted at the end of the cycle", "UTC", TierConfig{Growth: GrowthRule{Cycle: GrowthDeduct}}, []tierLine{
			{"2024-01-01 00:00", 1700, ""}, {"2025-06-01 00:00", 0, "gold"}, // 900 left
			{"2026-06-01 00:00", 0, "gold"}, // 900 kept it, 100 left
			{"2027-06-01 00:00", 0, "member"},
		}},
		{"refunds demote now", "UTC", TierConfig{}, []tierLine{
			{"2024-01-01 00:00", 1000, ""}, {"2024-02-01 00:00", -1, ""}, {"2024-02-01 00:00", 0, "silver"}, {"2024-03-01 00:00", -500, ""},
			{"2024-03-01 00:00", 0, "member"}, {"2024-04-01 00:00", 1, ""}, {"2024-04-01 00:00", 0, "silver"},
		}},
		{"refunds demote at the review", "UTC", TierConfig{Refund: TierAtReview}, []tierLine{
			{"2024-01-01 00:00", 1000, ""}, {"2024-02-01 00:00", -500, ""}, {"2024-12-31 00:00", 0, "gold"}, {"2025-01-01 00:00", 0, "silver"},
		}},
		{"refunds do not end what a year before has reached", "UTC", TierConfig{}, []tierLine{
			{"2024-01-01 00:00", 500, ""}, {"2025-01-01 00:00", 700, ""}, {"2025-01-02 00:00", -700, ""}, {"2025-12-31 00:00", 0, "silver"}, {"2026-01-01 00:00", 0, "member"},
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			loc := zoneNamed(t, tc.zone)
			tc.c.Levels = fourTiers()
			b := &tierBook{r: mustTiers(t, tierProgram(loc, tc.c))}
			for _, l := range tc.lines {
				at := l.time(t, loc)
				if l.n != 0 {
					b.grow(at, at, points(l.n), TierReached)
				} else if _, got := b.look(at); got != l.tier {
					t.Errorf("%s: %s, want %s", l.at, got, l.tier)
				}
			}
		})
	}
}

// TestTierLate enters growth and refunds of the year before, which is over.
func TestTierLate(t *testing.T) {
	at := func(s string) time.Time { return (&tierLine{at: s}).time(t, time.UTC) }
	last, now := at("2024-12-31 12:00"), at("2025-01-20 12:00")
	for _, tc := range []struct {
		name         string
		c            TierConfig
		before, late int64 // growth of last, entered then and entered now
		tier, next   string
		reason       TierReason
	}{
		{"late growth upgrades now", TierConfig{}, 900, 100, "gold", "member", TierLate},
		{"and not in the present cycle", TierConfig{}, 0, 400, "member", "member", TierStart},
		{"a refund demotes now", TierConfig{}, 1000, -100, "silver", "member", TierRefunded},
		{"or at the review", TierConfig{Refund: TierAtReview}, 1000, -1000, "gold", "member", TierNotKept},
		{"counted in the present", TierConfig{Late: LatePresent}, 900, 500, "silver", "silver", TierReached},
		{"carried growth counts now", TierConfig{Growth: GrowthRule{Cycle: GrowthCarry}}, 900, 100, "gold", "gold", TierLate},
		{"and is taken now", TierConfig{Growth: GrowthRule{Cycle: GrowthCarry}}, 1000, -600, "member", "member", TierRefunded},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.c.Levels = fourTiers()
			b := &tierBook{r: mustTiers(t, tierProgram(nil, tc.c))}
			b.grow(last, last, points(tc.before), TierReached)
			b.do(at("2025-01-10 00:00"), nil) // what time has done is written
			reason := TierReached
			if tc.late < 0 {
				reason = TierRefunded
			}
			b.grow(now, last, points(tc.late), reason)
			if _, got := b.look(now); got != tc.tier {
				t.Errorf("%s, want %s", got, tc.tier)
			}
			for _, s := range b.steps {
				if s.Reason == TierLate && s.At != InstantOf(now) {
					t.Errorf("history rewritten: %+v", s)
				}
			}
			if _, got := b.look(at("2025-12-31 00:00")); got != tc.tier {
				t.Errorf("at the end of the year: %s, want %s", got, tc.tier)
			}
			b.do(at("2026-01-01 00:00"), nil)
			if b.s.Tier != tc.next {
				t.Errorf("after the review: %s, want %s", b.s.Tier, tc.next)
			}
			if !slices.ContainsFunc(b.steps, func(s TierStep) bool { return s.Reason == tc.reason }) {
				t.Errorf("no step %q in %+v", tc.reason, b.steps)
			}
		})
	}
	t.Run("grace that a refund begins", func(t *testing.T) {
		c := TierConfig{Levels: fourTiers(), Downgrade: DowngradeRule{Grace: span("P31D")}}
		for _, refund := range []string{"2025-01-20 12:00", "2025-02-20 12:00"} {
			b := &tierBook{r: mustTiers(t, tierProgram(nil, c))}
			b.grow(at("2023-06-01 00:00"), at("2023-06-01 00:00"), points(1000), TierReached)
			b.grow(last, last, points(800), TierReached) // keeps gold
			b.grow(at(refund), last, points(-100), TierRefunded)
			want := "gold"
			if refund > "2025-02" {
				want = "silver"
			}
			if _, got := b.look(at(refund)); got != want {
				t.Errorf("%s: %s, want %s", refund, got, want)
			}
			if _, got := b.look(at("2025-02-21 00:00")); got != "silver" {
				t.Errorf("%s: %s after grace", refund, got)
			}
		}
	})
	t.Run("out of a rolling span", func(t *testing.T) {
		for _, late := range []LateRule{LateAmend, LatePresent} {
			c := TierConfig{Levels: fourTiers(), Period: TierPeriod{Rolling, span("P10D")}, Late: late}
			b := &tierBook{r: mustTiers(t, tierProgram(nil, c))}
			b.grow(last, last, points(1), TierReached)
			b.grow(now, last, points(500), TierReached)
			want := map[LateRule]string{LateAmend: "member", LatePresent: "silver"}[late]
			if _, got := b.look(now); got != want {
				t.Errorf("%s: %s, want %s", late, got, want)
			}
		}
	})
}

func TestTierLateAsIf(t *testing.T) {
	// Whatever the order in which a year and the one before are entered, the tier is one.
	at := func(s string) time.Time { return (&tierLine{at: s}).time(t, time.UTC) }
	for _, c := range []TierConfig{
		{}, {Growth: GrowthRule{Cycle: GrowthCarry}}, {Growth: GrowthRule{Cycle: GrowthDeduct}}, {Downgrade: DowngradeRule{To: DownOne}},
		{Growth: GrowthRule{Cycle: GrowthDeduct, Upgrade: GrowthDeduct}},
	} {
		c.Levels = fourTiers()
		r := mustTiers(t, tierProgram(nil, c))
		for a := int64(0); a < 3500; a += 250 {
			for n := int64(0); n < 3500; n += 250 {
				first := at("2023-06-01 00:00")
				timely, late := &tierBook{r: r}, &tierBook{r: r}
				for _, b := range []*tierBook{timely, late} {
					b.grow(first, first, points(1000), TierReached)
				}
				x, y, now := at("2024-06-01 00:00"), at("2025-03-01 00:00"), at("2025-04-01 00:00")
				timely.grow(x, x, points(a), TierReached)
				timely.grow(y, y, points(n), TierReached)
				late.grow(y, y, points(n), TierReached)
				late.grow(now, x, points(a), TierReached)
				for _, end := range []string{"2025-04-01 00:00", "2026-01-01 00:00"} {
					g, _ := timely.look(at(end))
					if got, _ := late.look(at(end)); got != g {
						t.Fatalf("%+v: %d late, then %d: %d at %s, want %d\n%+v\n%+v", c.Growth, a, n, got, end, g, timely.s, late.s)
					}
				}
			}
		}
	}
}

func TestTierGrants(t *testing.T) {
	levels := fourTiers()
	levels = slices.Insert(levels, 2, Tier{ID: "plus", Name: guanxi.Text{EN: "Plus"}, Paid: &PaidTier{Term: span("P1Y"), Price: decimal.NewFromInt(99)}})
	r := mustTiers(t, tierProgram(nil, TierConfig{Levels: levels}))
	at := func(s string) time.Time { return (&tierLine{at: s}).time(t, time.UTC) }
	b := &tierBook{r: r}
	give := func(when string, g TierGrant) {
		t.Helper()
		b.do(at(when), func(m *tierMove) {
			if err := m.grant(&g, InstantOf(at(when))); err != nil {
				t.Errorf("%s: %v", when, err)
			}
		})
	}
	tier := func(when, want string) {
		t.Helper()
		if _, got := b.look(at(when)); got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
	give("2024-02-29 10:00", TierGrant{Action: BuyTier, Tier: "plus"})
	tier("2024-02-29 10:00", "plus")
	tier("2025-02-28 23:59", "plus")
	tier("2025-03-01 00:00", "member")
	give("2025-01-15 10:00", TierGrant{Action: BuyTier, Tier: "plus"}) // early
	give("2026-01-15 10:00", TierGrant{Action: BuyTier, Tier: "plus"})
	give("2027-01-15 10:00", TierGrant{Action: BuyTier, Tier: "plus"})
	tier("2028-02-29 23:59", "plus") // four years from the leap day
	tier("2028-03-01 00:00", "member")
	give("2028-05-05 10:00", TierGrant{Action: BuyTier, Tier: "plus"}) // after a gap
	tier("2029-05-05 23:59", "plus")
	tier("2029-05-06 00:00", "member")
	give("2028-06-01 10:00", TierGrant{Action: CancelTier, Tier: "plus"})
	tier("2028-06-01 10:00", "member")

	give("2028-07-01 00:00", TierGrant{Action: GrantTier, Tier: "gold", Until: at("2028-08-01 00:00")})
	tier("2028-07-31 23:59", "gold")
	tier("2028-08-01 00:00", "member")
	give("2028-07-02 00:00", TierGrant{Action: GrantTier, Tier: "black"})
	tier("2040-07-02 00:00", "black")
	give("2028-07-03 00:00", TierGrant{Action: RevokeTier, Tier: "black"})
	tier("2028-07-03 00:00", "gold")
	give("2028-07-04 00:00", TierGrant{Action: LockTier, Until: at("2028-09-01 00:00")})
	b.grow(at("2028-07-05 00:00"), at("2028-07-05 00:00"), points(3000), TierReached)
	tier("2028-08-31 23:59", "gold")
	tier("2028-09-01 00:00", "black")
	give("2028-07-06 00:00", TierGrant{Action: UnlockTier})
	tier("2028-07-06 00:00", "black")
	give("2028-07-07 00:00", TierGrant{Action: LockTier, Tier: "silver"})
	tier("2028-07-07 00:00", "silver")
	tier("2035-07-07 00:00", "silver")
	give("2028-07-08 00:00", TierGrant{Action: RevokeTier})
	want := []TierReason{TierStart, TierBought, TierTermOver, TierBought, TierTermOver, TierGiven, TierGiven, TierGivenOver, TierUnlocked, TierLocked}
	var got []TierReason
	for _, s := range b.steps {
		got = append(got, s.Reason)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}

	before := b.s.append(nil)
	for _, tc := range []struct {
		g    TierGrant
		at   string
		want error
	}{
		{TierGrant{Action: "give", Tier: "gold"}, "/grant/action", ErrOption},
		{TierGrant{}, "/grant/action", ErrOption},
		{TierGrant{Action: GrantTier, Tier: "iron"}, "/grant/tier", ErrTierUnknown},
		{TierGrant{Action: GrantTier}, "/grant/tier", ErrTierUnknown},
		{TierGrant{Action: LockTier, Tier: "iron"}, "/grant/tier", ErrTierUnknown},
		{TierGrant{Action: GrantTier, Tier: "gold", Until: at("2028-07-08 00:00")}, "/grant/until", ErrNotLater},
		{TierGrant{Action: GrantTier, Tier: "gold", Until: at("2028-07-08 00:00").AddDate(9000, 0, 0)}, "/grant/until", ErrTime},
		{TierGrant{Action: BuyTier, Tier: "gold"}, "/grant/tier", ErrTierNotSold},
		{TierGrant{Action: BuyTier, Tier: "plus", Until: at("2029-07-08 00:00")}, "/grant/until", ErrOption},
		{TierGrant{Action: RevokeTier, Tier: "gold"}, "/grant/tier", ErrTierNotHeld},
		{TierGrant{Action: CancelTier, Tier: "plus"}, "/grant/tier", ErrTierNotHeld},
		{TierGrant{Action: UnlockTier, Tier: "gold"}, "/grant/tier", ErrOption},
	} {
		var m tierMove
		m.begin(r, &b.s, InstantOf(at("2028-07-08 00:00")))
		err := m.grant(&tc.g, InstantOf(at("2028-07-08 00:00")))
		var fe *guanxi.FieldError
		if !errors.Is(err, tc.want) || !errors.As(err, &fe) || fe.Pointer != tc.at {
			t.Errorf("%+v: %v, want %v at %s", tc.g, err, tc.want, tc.at)
		}
	}
	if string(b.s.append(nil)) != string(before) {
		t.Error("a refused grant changed the state")
	}
	b.do(at("2028-07-09 00:00"), func(m *tierMove) { _ = m.grant(&TierGrant{Action: UnlockTier}, InstantOf(at("2028-07-09 00:00"))) })
	b.do(at("2028-07-09 00:00"), func(m *tierMove) {
		if err := m.grant(&TierGrant{Action: UnlockTier}, InstantOf(at("2028-07-09 00:00"))); !errors.Is(err, ErrTierNotHeld) {
			t.Error(err)
		}
	})
	b.do(at("2028-07-10 00:00"), func(m *tierMove) { // bought until the calendar ends
		var err error
		for range 10000 {
			if err = m.grant(&TierGrant{Action: BuyTier, Tier: "plus"}, InstantOf(at("2028-07-10 00:00"))); err != nil {
				break
			}
		}
		if !errors.Is(err, ErrTime) {
			t.Error(err)
		}
		m.begin(r, &b.s, InstantOf(at("2028-07-10 00:00")))
	})
}

func TestTierConfigFaults(t *testing.T) {
	th := func(points, visits int64) Threshold {
		return Threshold{Points: growthOf(points).Points, Visits: visits}
	}
	bad := TierConfig{
		Levels: []Tier{
			{ID: "a", Entry: th(1, 0)},
			{ID: "b", Entry: th(500, 5), Keep: th(600, 6), Deduct: th(1, 0)},
			{ID: "b", Entry: Threshold{Points: []KindPoints{{"growth", 400}, {"growth", 500}, {"nope", 1}, {"points", 5}}, Visits: -1, Spend: decimal.RequireFromString("-1")}},
			{ID: "d e", Keep: th(1, 0), Paid: &PaidTier{Price: decimal.RequireFromString("0.5")}},
			{ID: "e", Entry: th(900, 5), Keep: th(300, 0), Paid: &PaidTier{Term: guanxi.Span{Days: -1}}},
			{
				ID: "f", Entry: Threshold{Spend: decimal.RequireFromString("1.5")},
				Factors:  []KindFactor{{"points", Rational{1, 2}}, {"points", Rational{3, 2}}, {"zip", Rational{}}},
				Benefits: []Benefit{{}, {Type: "cake"}, {Type: PriceList}, {Type: OtherBenefit}, {Type: FreeDelivery}},
			},
		},
		Period: TierPeriod{Mode: "lunar", Span: span("P1Y")}, Upgrade: "later", Refund: "later", Late: "later",
		Downgrade: DowngradeRule{"up", span("P12M")}, Growth: GrowthRule{Upgrade: "x", Cycle: "y"}, Visits: []string{"dance"},
	}
	rolling := TierConfig{Levels: fourTiers(), Period: TierPeriod{Mode: Rolling}, Growth: GrowthRule{GrowthDeduct, GrowthCarry}, Downgrade: DowngradeRule{Grace: span("PT5H")}}
	long := TierConfig{Levels: fourTiers(), Period: TierPeriod{Rolling, span("P4Y")}, Visits: []string{"come", "come"}}
	many := TierConfig{Levels: slices.Repeat([]Tier{{ID: "x"}}, MaxTiers+1)}
	none := TierConfig{Upgrade: TierNow}
	for _, tc := range []struct {
		name string
		c    TierConfig
		want []string
	}{
		{"levels", bad, []string{
			"/tiers/period/mode", "/tiers/upgrade", "/tiers/refund", "/tiers/late", "/tiers/downgrade/to", "/tiers/growth/upgrade", "/tiers/growth/cycle",
			"/tiers/visits/0", "/tiers/period/span", "/tiers/downgrade/grace",
			"/tiers/levels/0/entry",
			"/tiers/levels/1/keep/points/0/points", "/tiers/levels/1/keep/visits", "/tiers/levels/1/deduct",
			"/tiers/levels/2/id", "/tiers/levels/2/entry/points/1/kind", "/tiers/levels/2/entry/points/2/kind", "/tiers/levels/2/entry/points/3/kind",
			"/tiers/levels/2/entry/spend", "/tiers/levels/2/entry/visits", "/tiers/levels/2/entry/points/0/points", "/tiers/levels/2/entry/points/1/points",
			"/tiers/levels/3/id", "/tiers/levels/3/keep", "/tiers/levels/3/keep/points/0/points", "/tiers/levels/3/paid/term", "/tiers/levels/3/paid/price",
			"/tiers/levels/4/entry/visits", "/tiers/levels/4/keep/points/0/points", "/tiers/levels/4/paid/term",
			"/tiers/levels/5/entry/spend", "/tiers/levels/5/factors/0/factor", "/tiers/levels/5/factors/1/kind",
			"/tiers/levels/5/factors/2/kind", "/tiers/levels/5/factors/2/factor",
			"/tiers/levels/5/benefits/0/type", "/tiers/levels/5/benefits/1/type", "/tiers/levels/5/benefits/2/value", "/tiers/levels/5/benefits/3/name",
		}},
		{"rolling", rolling, []string{"/tiers/downgrade/grace", "/tiers/period/span", "/tiers/growth/upgrade", "/tiers/growth/cycle"}},
		{"long", long, []string{"/tiers/visits/1", "/tiers/period/span"}},
		{"many", many, []string{"/tiers/levels"}},
		{"none", none, []string{"/tiers/levels"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := tierProgram(nil, tc.c)
			p.Activities = []ActivityRule{{ID: "come", Give: []KindPoints{{"points", 1}}}}
			var got []string
			for fe := range guanxi.Faults(p.Validate()) {
				if !strings.HasPrefix(fe.Pointer, "/tiers/levels/") || tc.name == "levels" {
					got = append(got, fe.Pointer)
				}
			}
			slices.Sort(got)
			slices.Sort(tc.want)
			if got = slices.Compact(got); !slices.Equal(got, tc.want) {
				t.Errorf("faults at\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
		})
	}
	p := tierProgram(nil, TierConfig{Levels: fourTiers()})
	p.Kinds = append(p.Kinds, KindConfig{ID: "k2", Tiers: true}, KindConfig{ID: "k3", Tiers: true}, KindConfig{ID: "k4", Tiers: true}, KindConfig{ID: "k5", Tiers: true})
	for _, k := range []Kind{"k2", "k3", "k4", "k5"} {
		p.Tiers.Levels[1].Entry.Points = append(p.Tiers.Levels[1].Entry.Points, KindPoints{k, 5})
	}
	p.Earning = []EarnRule{{ID: "base", Kind: "points", Fixed: 1, Match: Match{Tiers: []string{"gold", "iron"}}}}
	err := p.Validate()
	var at []string
	for fe := range guanxi.Faults(err) {
		at = append(at, fe.Pointer)
	}
	if !slices.Equal(at, []string{"/earning/0/tiers/1", "/tiers/levels"}) || !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
}

// TestTierRollingRefunds takes back growth of a rolling span after time has passed: what
// a tier was reached with, and the days of grace, are then others.
func TestTierRollingRefunds(t *testing.T) {
	at := func(s string) time.Time { return (&tierLine{at: s + " 12:00"}).time(t, time.UTC) }
	type line struct {
		at, earned string
		n          int64
		tier       string // after it
	}
	for _, tc := range []struct {
		name  string
		lines []line
	}{
		{"grace ends with the tier that it was for, and begins anew for the one below", []line{
			{"2024-01-01", "2024-01-01", 500, "silver"}, {"2024-01-20", "2024-01-20", 500, "gold"},
			{"2024-01-31", "", 0, "gold"},                                    // 500 are left: grace until 10 February
			{"2024-02-02", "2024-01-20", -200, "silver"},                     // not gold without them, and 300 do not keep silver
			{"2024-02-10", "", 0, "silver"},                                  // the end of gold's grace
			{"2024-02-12", "", 0, "silver"}, {"2024-02-13", "", 0, "member"}, // ten days from the review of 3 February
		}},
		{"a tier that stands without what came back is reached by what is there", []line{
			{"2023-12-20", "2023-12-20", 400, "member"}, {"2024-01-01", "2024-01-01", 600, "gold"}, {"2024-01-10", "2024-01-10", 500, "gold"},
			{"2024-01-12", "2024-01-01", -300, "gold"}, // reached anew, with 1,200
			{"2024-01-14", "2024-01-14", 100, "gold"},
			{"2024-01-19", "", 0, "gold"},             // 400 have left, 900 keep it
			{"2024-01-20", "2024-01-14", -50, "gold"}, // not what it was reached with
		}},
		{"a tier that is reached anew counts from then", []line{
			{"2024-01-01", "2024-01-01", 1000, "gold"}, {"2024-01-12", "2024-01-12", 1000, "gold"},
			{"2024-01-14", "2024-01-01", -100, "gold"},                                               // reached anew, with 1,900
			{"2024-02-05", "2024-01-12", -50, "gold"},                                                // 900 have left; 1,850 of then
			{"2024-02-06", "2024-01-12", -100, "gold"}, {"2024-02-06", "2024-01-12", -751, "member"}, // 999 of then
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := TierConfig{Period: TierPeriod{Rolling, span("P30D")}, Downgrade: DowngradeRule{DownOne, span("P10D")}, Levels: fourTiers()}
			b := &tierBook{r: mustTiers(t, tierProgram(time.UTC, c))}
			for _, l := range tc.lines {
				if l.n != 0 {
					b.grow(at(l.at), at(l.earned), points(l.n), TierReached)
				}
				if _, got := b.look(at(l.at)); got != l.tier {
					t.Errorf("%s, after %d: %s, want %s", l.at, l.n, got, l.tier)
				}
			}
		})
	}
}
