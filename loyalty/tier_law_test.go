package loyalty

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

// tierSteps plays random growth, refunds and grants on books, with the state written
// more often on some of them than on others.
func tierSteps(rng *rand.Rand, n int, books ...*tierBook) time.Time {
	at := time.Date(2023, time.Month(1+rng.IntN(12)), 1+rng.IntN(28), rng.IntN(24), 0, 0, 0, time.UTC)
	r := books[0].r
	var earned []time.Time
	for range n {
		at = at.Add(time.Duration(rng.Int64N(int64(pick(rng, 1, 40, 400))*24*int64(time.Hour)) + 1))
		of, sum, reason := at, TierSums{rng.Int64N(200), rng.Int64N(2), rng.Int64N(200)}, TierReached
		var g *TierGrant
		switch k := rng.IntN(12); {
		case k == 0 && len(earned) > 0:
			of, sum, reason = pick(rng, earned...), TierSums{}.minus(sum), TierRefunded
		case k == 1 && len(earned) > 0:
			of = pick(rng, earned...)
		case k == 3 && rng.IntN(2) == 0:
			sum, reason = TierSums{tierPoints: -rng.Int64N(400)}, TierAdjusted
		case k == 2:
			g = &TierGrant{Action: pick(rng, GrantTier, RevokeTier, LockTier, UnlockTier, BuyTier, CancelTier), Tier: r.levels[rng.IntN(len(r.levels))].id}
			if rng.IntN(2) == 0 && (g.Action == GrantTier || g.Action == LockTier) {
				g.Until = at.AddDate(0, rng.IntN(20), 1)
			}
			if g.Action == UnlockTier {
				g.Tier = ""
			}
		}
		looks := []time.Time{at.Add(-time.Duration(rng.IntN(100)) * time.Hour), at.Add(-time.Minute)}
		for i, b := range books {
			for _, l := range looks {
				if i > 0 && rng.IntN(2) == 0 && (len(earned) == 0 || l.After(earned[len(earned)-1])) {
					b.do(l, nil)
				}
			}
			b.do(at, func(m *tierMove) {
				if g == nil {
					m.qualify(sum, InstantOf(of), InstantOf(at), reason)
				} else if old := m.s; m.grant(g, InstantOf(at)) != nil {
					m.s = old
				}
			})
		}
		earned = append(earned, at)
	}
	return at
}

// lawTiers draws a config, also those that the oracle cannot follow.
func lawTiers(rng *rand.Rand) Program {
	c := randomTiers(rng)
	if c.Period.Mode != Rolling && rng.IntN(4) == 0 {
		c.Growth.Upgrade = GrowthReset
	}
	c.Late = pick(rng, "", LateAmend, LatePresent)
	for i := range c.Levels[1:] {
		if rng.IntN(3) == 0 {
			c.Levels[i+1].Paid = &PaidTier{Term: pick(rng, span("P1M"), span("P1Y"), span("PT36H"))}
		}
	}
	return tierProgram(nil, c)
}

// TestTierLooks: looking, and writing what time has done, changes nothing, whenever and
// however often; and nothing changes before the state says that something is due.
func TestTierLooks(t *testing.T) {
	for seed := range tierCases(600) {
		looks(t, rand.New(rand.NewPCG(uint64(seed), 9)))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func FuzzTierLooks(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) { looks(t, rand.New(rand.NewPCG(a, b))) })
}

func looks(t *testing.T, rng *rand.Rand) {
	t.Helper()
	r := mustTiers(t, lawTiers(rng))
	never, some, often := &tierBook{r: r}, &tierBook{r: r}, &tierBook{r: r}
	last := tierSteps(rng, 30, never, some, often)
	for range 3 {
		if due := never.s.Due; due != 0 && InstantOf(last) < due {
			before := InstantOf(last) + Instant(rng.Int64N(int64(due-InstantOf(last))))
			if _, tier := never.look(before.Time()); tier != never.s.Tier {
				t.Errorf("%s at %v, and %s is due at %v", tier, before.Time(), never.s.Tier, due.Time())
			}
		}
		for range 7 {
			often.do(last.Add(time.Duration(rng.Int64N(int64(1000*time.Hour)))), nil)
			last = last.Add(1000 * time.Hour)
		}
		for _, b := range []*tierBook{never, some, often} {
			b.do(last, nil)
		}
		if x, y, z := never.s.append(nil), some.s.append(nil), often.s.append(nil); string(x) != string(y) || string(x) != string(z) {
			t.Errorf("states differ:\n%+v\n%+v\n%+v", never.s, some.s, often.s)
		}
		if !slices.Equal(never.steps, some.steps) || !slices.Equal(never.steps, often.steps) {
			t.Errorf("histories differ:\n%+v\n%+v\n%+v", never.steps, some.steps, often.steps)
		}
		if never.s.Due != 0 && never.s.Due <= InstantOf(last) {
			t.Errorf("due at %v after all was done until %v", never.s.Due.Time(), last)
		}
	}
	for i, s := range never.steps {
		if i > 0 && (s.At < never.steps[i-1].At || s.From != never.steps[i-1].To) || s.From == s.To || s.Reason.Label(guanxi.EN) == string(s.Reason) {
			t.Errorf("step %d: %+v", i, never.steps)
		}
	}
	var back TierState
	data, _ := never.s.AppendBinary(nil)
	if err := back.UnmarshalBinary(data); err != nil || string(back.append(nil)) != string(data) {
		t.Errorf("%v: %+v, want %+v", err, back, never.s)
	}
	var j TierState
	if text, err := json.Marshal(never.s); err != nil {
		t.Error(err)
	} else if err := json.Unmarshal(text, &j); err != nil || !reflect.DeepEqual(j, back) {
		t.Errorf("%v: JSON %+v, want %+v", err, j, back)
	}
}

// TestTierNeeds: what is needed for the next tier upgrades when it is earned, a unit
// less does not; what is needed to keep one keeps it, and nothing less does.
func TestTierNeeds(t *testing.T) {
	next, keep := 0, 0
	for seed := range tierCases(1500) {
		rng := rand.New(rand.NewPCG(uint64(seed), 11))
		p := lawTiers(rng)
		e := MustNew(p)
		b := &tierBook{r: e.r.loyal}
		last := tierSteps(rng, 1+rng.IntN(25), b)
		at := last.Add(time.Duration(rng.Int64N(int64(5000 * time.Hour))))
		v, _ := e.tierView(&b.s, InstantOf(at))
		rank := func(b *tierBook, at time.Time) int {
			level, _ := b.look(at)
			return level
		}
		earn := func(w *TierWay, missing int64, at time.Time) *tierBook {
			c := &tierBook{r: b.r, s: b.s.clone()}
			var d TierSums
			switch w.Metric {
			case BySpend:
				d[tierSpend] = missing
			case ByVisits:
				d[tierVisits] = missing
			default:
				d[tierPoints] = missing
			}
			c.grow(at, at, d, TierReached)
			return c
		}
		if g := v.Need.Next; g != nil {
			want := b.r.level(g.Tier)
			seen := at
			if g.At != Never {
				seen = g.At.Time()
			}
			for i := range g.Ways {
				w := &g.Ways[i]
				next++
				if g.At != Never && g.At <= InstantOf(at) {
					t.Fatalf("seed %d: takes effect at %v, before %v", seed, g.At.Time(), at)
				}
				// At a review of a rolling span growth may leave it at once.
				if b.r.mode == Rolling && b.r.atReview {
					continue
				}
				if got := rank(earn(w, w.Missing, at), seen); got < want {
					t.Fatalf("seed %d: %d of %s came to %d, not to %s\n%+v\n%+v", seed, w.Missing, w.Metric, got, g.Tier, p.Tiers, b.s)
				}
				if w.Missing > 0 && !g.Met && b.r.onUpgrade == GrowthCarry && len(g.Ways) == 1 {
					if got := rank(earn(w, w.Missing-1, at), at); got >= want {
						t.Fatalf("seed %d: one of %d less came to %d too", seed, w.Missing, got)
					}
				}
			}
		}
		if g := v.Need.Keep; g != nil && g.By != Never && v.Tier == g.Tier && v.By == ByGrowth {
			level := b.r.level(g.Tier)
			then, _ := e.tierView(&b.s, g.By)
			held := then.Grace != 0 && then.Grace != v.Grace // not kept, and grace begins
			if got := rank(b, g.By.Time()); (got >= level && !held) != g.Met && !b.r.atReview {
				t.Fatalf("seed %d: %s at %v: %d, and met is %v\n%+v\n%+v\n%+v", seed, g.Tier, g.By.Time(), got, g.Met, p.Tiers, b.s, *g)
			}
			if g.By <= InstantOf(at) {
				t.Fatalf("seed %d: by %v, seen at %v", seed, g.By.Time(), at)
			}
			late := (g.By - 1).Time() // a last order
			if b.r.mode == Rolling && b.r.leaves(int32(b.r.zone.day(g.By-1))) <= g.By {
				continue // a span of a day has left by then
			}
			for i := range g.Ways {
				keep++
				if got := rank(earn(&g.Ways[i], g.Ways[i].Missing, late), g.By.Time()); got < level {
					t.Fatalf("seed %d: %+v at %v came to %d, not to %s\n%+v\n%+v", seed, g.Ways[i], late, got, g.Tier, p.Tiers, b.s)
				}
			}
		}
	}
	t.Logf("%d ways to the next tier, %d to keep one", next, keep)
}

// TestTierMonotone: of two customers the one who earns more at each time does not have
// the lower tier before a review takes one (later, or in a rolling span, that customer's
// grace may be over first), and growth never ends a tier in grace.
func TestTierMonotone(t *testing.T) {
	for seed := range tierCases(1500) {
		rng := rand.New(rand.NewPCG(uint64(seed), 13))
		p := lawTiers(rng)
		r := mustTiers(t, p)
		less, more := &tierBook{r: r}, &tierBook{r: r}
		at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
		for range 40 {
			at = at.Add(time.Duration(rng.Int64N(int64(9 * 24 * time.Hour))))
			if at.Year() > 2024 && r.mode != Rolling {
				break // a lower tier may be kept where a higher one is not
			}
			d := TierSums{rng.Int64N(100), rng.Int64N(2), rng.Int64N(100)}
			less.grow(at, at, d, TierReached)
			more.grow(at, at, d.plus(TierSums{rng.Int64N(3) * 20, rng.Int64N(2), rng.Int64N(3) * 20}), TierReached)
			a, _ := less.look(at)
			b, _ := more.look(at)
			if a > b && (r.mode != Rolling || r.to == DownEarned && r.grace.IsZero()) {
				t.Fatalf("seed %d at %v: %d, and more growth has %d\n%+v\n%+v\n%+v", seed, at, a, b, p.Tiers, less.s, more.s)
			}
		}
		b := &tierBook{r: r}
		at = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
		for range 60 {
			at = at.Add(time.Duration(rng.Int64N(int64(40 * 24 * time.Hour))))
			b.grow(at, at, TierSums{rng.Int64N(100), rng.Int64N(2), rng.Int64N(100)}, TierReached)
			if b.s.Grace == 0 {
				continue
			}
			before, _ := b.look(at)
			if got, _ := b.look((b.s.Grace - 1).Time()); got < before {
				t.Fatalf("seed %d: %d falls to %d before grace ends at %v", seed, before, got, b.s.Grace.Time())
			}
		}
	}
}

// TestTierMerge: a merged account has no less than either had, and its growth is the sum.
func TestTierMerge(t *testing.T) {
	for seed := range tierCases(500) {
		rng := rand.New(rand.NewPCG(uint64(seed), 17))
		p := lawTiers(rng)
		r := mustTiers(t, p)
		a, b := &tierBook{r: r}, &tierBook{r: r}
		at := tierSteps(rng, rng.IntN(20), a)
		if x := tierSteps(rng, rng.IntN(20), b); x.After(at) {
			at = x
		}
		x, tx := a.look(at)
		y, ty := b.look(at)
		a.do(at, func(m *tierMove) {
			var o tierMove
			o.begin(r, &b.s, InstantOf(at))
			o.advance(InstantOf(at))
			want := m.s.Now.Growth.add(o.s.Now.Growth)
			m.merge(&o, InstantOf(at))
			if m.s.Now.Growth != want {
				t.Errorf("seed %d: %v, want %v", seed, m.s.Now.Growth, want)
			}
		})
		z, tz := a.look(at)
		if z < max(x, y) {
			t.Errorf("seed %d: %d and %d merged to %d", seed, x, y, z)
		}
		if a.s.Lock == "" && b.s.Lock == "" && r.level(tz) < max(r.level(tx), r.level(ty)) {
			t.Errorf("seed %d: %s and %s merged to %s", seed, tx, ty, tz)
		}
	}
}

// TestTierRulesChange: another programme takes a state as it is.
func TestTierRulesChange(t *testing.T) {
	for seed := range tierCases(500) {
		rng := rand.New(rand.NewPCG(uint64(seed), 19))
		p := lawTiers(rng)
		b := &tierBook{r: mustTiers(t, p)}
		at := tierSteps(rng, rng.IntN(20), b)
		for range 4 {
			q := lawTiers(rng)
			if rng.IntN(2) == 0 { // kinds in other places
				q.Kinds = append([]KindConfig{{ID: "miles", Tiers: true}}, q.Kinds...)
				q.Tiers.Levels[1].Entry.Points = append(q.Tiers.Levels[1].Entry.Points, KindPoints{"miles", 7})
				q.Tiers.Levels[1].Keep = Threshold{}
			}
			b.r = mustTiers(t, q)
			at = at.Add(time.Duration(rng.Int64N(int64(3000 * time.Hour))))
			b.grow(at, at, TierSums{1, 1, 1, 1}, TierReached)
			if _, tier := b.look(at); b.r.level(tier) < 0 {
				t.Fatalf("seed %d: %q is no tier", seed, tier)
			}
			if b.s.Mode != b.r.mode || b.s.Kinds != b.r.kinds {
				t.Fatalf("seed %d: %+v", seed, b.s)
			}
			sum := TierSums{}
			for _, d := range b.s.Days {
				sum = sum.plus(d.Growth)
			}
			if b.r.mode == Rolling && sum != b.s.Now.Growth {
				t.Fatalf("seed %d: days sum to %v, not to %v", seed, sum, b.s.Now.Growth)
			}
		}
	}
}
