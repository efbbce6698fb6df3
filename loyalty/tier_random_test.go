package loyalty

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// tierProgram returns a programme with tiers alone.
func tierProgram(loc *time.Location, c TierConfig) Program {
	return Program{Version: 1, Location: loc, Kinds: []KindConfig{{ID: "growth", Tiers: true}, {ID: "points", Spendable: true}}, Tiers: c}
}

func growthOf(n int64) Threshold { return Threshold{Points: []KindPoints{{"growth", Points(n)}}} }

// fourTiers is member, silver, gold and black, by growth.
func fourTiers() []Tier {
	return []Tier{
		{ID: "member", Name: guanxi.Text{EN: "Member", ZH: "普通会员"}},
		{ID: "silver", Name: guanxi.Text{EN: "Silver", ZH: "银卡"}, Entry: growthOf(500), Keep: growthOf(400)},
		{ID: "gold", Name: guanxi.Text{EN: "Gold", ZH: "金卡"}, Entry: growthOf(1000), Keep: growthOf(800)},
		{ID: "black", Name: guanxi.Text{EN: "Black", ZH: "黑卡"}, Entry: growthOf(3000), Keep: growthOf(2500)},
	}
}

func mustTiers(t testing.TB, p Program) *tierRules {
	t.Helper()
	r, err := compile(&p)
	if err != nil {
		t.Fatal(err)
	}
	return r.loyal
}

// tierBook is a state and what changes it.
type tierBook struct {
	r     *tierRules
	s     TierState
	m     tierMove
	steps []TierStep
}

func (b *tierBook) do(at time.Time, f func(m *tierMove)) {
	b.m.begin(b.r, &b.s, InstantOf(at))
	b.m.advance(InstantOf(at))
	if f != nil {
		f(&b.m)
	}
	entry := b.m.finish()
	b.steps = append(b.steps, entry.Steps...)
	b.s.apply(entry)
}

func (b *tierBook) grow(at, earned time.Time, d TierSums, reason TierReason) {
	b.do(at, func(m *tierMove) { m.qualify(d, InstantOf(earned), InstantOf(at), reason) })
}

// look returns the tier that growth has at a time, and that in force, and changes nothing.
func (b *tierBook) look(at time.Time) (earned int, inForce string) {
	var m tierMove
	m.begin(b.r, &b.s, InstantOf(at))
	m.advance(InstantOf(at))
	return m.top(&m.s.Now), m.s.Tier
}

// tierCases is how many random cases a test tries.
func tierCases(n int) int {
	if v := os.Getenv("GUANXI_LONG"); v != "" && v != "0" {
		return 10 * n
	}
	return n
}

func pick[T any](rng *rand.Rand, of ...T) T { return of[rng.IntN(len(of))] }

// randomTiers draws a config, up to four tiers with up to three alternatives.
func randomTiers(rng *rand.Rand) TierConfig {
	c := TierConfig{
		Period:    TierPeriod{Mode: pick(rng, CalendarYear, MembershipYear, Rolling)},
		Upgrade:   pick(rng, "", TierNow, TierAtReview),
		Refund:    pick(rng, "", TierNow, TierAtReview),
		Downgrade: DowngradeRule{To: pick(rng, "", DownEarned, DownOne, DownLowest)},
		Levels:    []Tier{{ID: "t0"}},
	}
	if rng.IntN(2) == 0 {
		c.Downgrade.Grace = pick(rng, guanxi.Span{Days: 1}, guanxi.Span{Days: 30}, guanxi.Span{Months: 3}, guanxi.Span{Months: 2, Days: 10})
	}
	if c.Period.Mode == Rolling {
		c.Period.Span = pick(rng, guanxi.Span{Days: 1}, guanxi.Span{Days: 30}, guanxi.Span{Months: 1}, guanxi.Span{Months: 12})
	} else {
		c.Growth.Cycle = pick(rng, "", GrowthReset, GrowthCarry, GrowthDeduct)
		if rng.IntN(3) == 0 {
			c.Growth.Upgrade, c.Refund = GrowthDeduct, TierNow
		}
	}
	use := 1 + rng.IntN(7) // which metrics
	step := func(limit int64) int64 { return 1 + rng.Int64N(limit) }
	var points, visits, spend int64
	for i := range 1 + rng.IntN(3) {
		points, visits, spend = points+step(400), visits+step(4), spend+step(400)
		l := Tier{ID: fmt.Sprint("t", i+1)}
		if use&1 != 0 {
			l.Entry.Points = []KindPoints{{"growth", Points(points)}}
		}
		if use&2 != 0 {
			l.Entry.Visits = visits
		}
		if use&4 != 0 {
			l.Entry.Spend = decimal.NewFromInt(spend)
		}
		if keep := (i + 1) * 5; rng.IntN(2) == 0 && use&1 != 0 && points > int64(keep) {
			l.Keep.Points = []KindPoints{{"growth", Points(keep)}}
		}
		c.Levels = append(c.Levels, l)
	}
	return c
}

// TestTierOracle compares with a reference that takes every sum anew from the events, at
// every midnight and event of years, and with looks in between that are written or not.
func TestTierOracle(t *testing.T) {
	zones := []*time.Location{nil, zoneNamed(t, "Asia/Shanghai"), zoneNamed(t, "Europe/Berlin"), zoneNamed(t, "America/New_York")}
	changes := 0
	for seed := range tierCases(150) {
		rng := rand.New(rand.NewPCG(uint64(seed), 5))
		p := tierProgram(pick(rng, zones...), randomTiers(rng))
		if err := p.Validate(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		o := &tierOracle{p: &p}
		o.events = randomGrowth(rng, o)
		b := &tierBook{r: mustTiers(t, p)}
		i, last := 0, 0
		for day := o.midnight(o.events[0].at, 0); i < len(o.events) || day.Before(o.events[len(o.events)-1].at.AddDate(2, 0, 0)); day = o.midnight(day, 1) {
			if i > 0 {
				o.tick(day, nil)
				checkTier(t, seed, o, b, day)
			}
			if rng.IntN(40) == 0 && i > 0 { // written
				b.do(day.Add(time.Hour), nil)
				checkTier(t, seed, o, b, day.Add(time.Hour))
			}
			for next := o.midnight(day, 1); i < len(o.events) && o.events[i].at.Before(next); i++ {
				e := &o.events[i]
				o.known = i + 1
				o.tick(e.at, e)
				reason := TierReached
				if e.hand {
					reason = TierAdjusted
				}
				b.grow(e.at, e.earned, e.d, reason)
				checkTier(t, seed, o, b, e.at)
			}
			if now := o.level(); now != last {
				last = now
				changes++
			}
			if t.Failed() {
				return
			}
		}
	}
	t.Logf("%d changes of tiers", changes)
}

func checkTier(t *testing.T, seed int, o *tierOracle, b *tierBook, at time.Time) {
	t.Helper()
	if got, _ := b.look(at); got != o.level() {
		t.Errorf("seed %d at %v: tier %d, want %d\n%+v\n%+v\ngrowth %v", seed, at, got, o.level(), o.p.Tiers, b.s, o.growth())
	}
}

// randomGrowth draws orders and refunds over three years. A refund in years is of the
// same year.
func randomGrowth(rng *rand.Rand, o *tierOracle) []tierEvent {
	loc := o.p.Location
	if loc == nil {
		loc = time.UTC
	}
	at := time.Date(2023, time.Month(1+rng.IntN(12)), 1+rng.IntN(29), rng.IntN(24), 0, 0, 0, loc)
	defer func() { o.joined = time.Time{} }()
	var events []tierEvent
	pace := pick(rng, 3, 20, 60)
	for range 60 {
		at = at.Add(time.Duration(rng.IntN(24*pace*60)) * time.Minute)
		if rng.IntN(10) == 0 {
			at = o.midnight(at, 1)
		}
		if n := len(events); n > 0 && rng.IntN(4) == 0 {
			of := rng.IntN(n)
			e := events[of]
			from, _ := o.cycleOf(at)
			for _, b := range events {
				if b.of == of {
					e.of = 0 // once is enough
				}
			}
			if e.of < 0 && !e.hand && !(o.p.Tiers.Period.Mode != Rolling && e.at.Before(from)) {
				d := TierSums{}
				for k := range d {
					d[k] = -rng.Int64N(e.d[k] + 1)
				}
				if d != (TierSums{}) {
					events = append(events, tierEvent{at, e.at, d, of, false})
				}
				continue
			}
		}
		d := TierSums{tierSpend: rng.Int64N(200), tierVisits: 1, tierPoints: rng.Int64N(200)}
		if rng.IntN(12) == 0 {
			d = TierSums{tierPoints: -1 - rng.Int64N(400)}
		}
		events = append(events, tierEvent{at, at, d, -1, d.negative()})
		o.joined = events[0].at
	}
	return events
}
