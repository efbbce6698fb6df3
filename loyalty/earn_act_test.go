package loyalty

import (
	"errors"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

func actProgram() Program {
	return program(func(p *Program) {
		p.Kinds = append(p.Kinds,
			KindConfig{ID: "principal", Unit: UnitMoney, Spendable: true}, KindConfig{ID: "gift", Unit: UnitMoney, Spendable: true, Expiry: ExpiryRule{Mode: ExpireSpan, Span: span("P1Y")}},
			KindConfig{ID: "swims", Unit: UnitVisits, Spendable: true})
		p.Stacking = Add
		p.Activities = []ActivityRule{
			{ID: "sign_up", Give: []KindPoints{{"points", 100}, {"growth", 10}}, Limit: &Limit{Times: 1}},
			{ID: "review", Give: []KindPoints{{"points", 20}}, OncePer: true, Limit: &Limit{Times: 2, Per: PerDay}},
			{ID: "birthday", Give: []KindPoints{{"points", 50}}, Limit: &Limit{Times: 1, Per: PerYear}, Tiers: []string{"gold"}},
			{ID: "fair", Give: []KindPoints{{"points", 5}}, During: During{From: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2025, 6, 19, 0, 0, 0, 0, time.UTC)}},
		}
		p.Campaigns = []Campaign{
			{ID: "reviews double", Kind: "points", Multiplier: Rational{2, 1}, Activities: []string{"review"}},
			{ID: "fair plus", Kind: "points", Bonus: 7, Activities: []string{"fair"}, Limit: &Limit{Times: 1}},
		}
		p.Campaigns[0].ID, p.Campaigns[1].ID = "reviews_double", "fair_plus"
		p.Caps = []CapRule{{ID: "day", Kind: "points", Per: CapDay, Points: 150}}
		p.Stored = []StoredRule{{ID: "wallet", Principal: "principal", Bonus: "gift"}}
		p.TopUps = []TopUp{{ID: "top500", Stored: "wallet", Pay: yuan("500"), Bonus: yuan("50"), Limit: &Limit{Times: 1, Per: PerMonth}}, {ID: "top100", Stored: "wallet", Pay: yuan("100")}}
		p.Cards = []Card{{ID: "ten", Kind: "swims", Visits: 10, Valid: span("P90D")}}
	})
}

func TestActivities(t *testing.T) {
	r := mustCompile(t, actProgram())
	b := newBook()
	for i, tc := range []struct {
		id, ref, tier string
		at            Instant
		want          error
		points, cut   Points
	}{
		{"sign_up", "", "", noon(), nil, 110, 0},
		{"sign_up", "", "", noon(), ErrLimit, 0, 0},
		{"review", "", "", noon(), ErrUnknown, 0, 0}, // no ref
		{"review", "order 1", "", noon(), nil, 40, 0},
		{"review", "order 1", "", noon(), ErrLimit, 0, 0},
		{"review", "order 2", "", noon(), nil, 10, 30}, // 140 of the day's 150 had been given
		{"review", "order 3", "", noon(), ErrLimit, 0, 0},
		{"review", "order 3", "", noon() + dayMicros, nil, 40, 0},
		{"birthday", "", "", noon() + dayMicros, ErrCondition, 0, 0},
		{"birthday", "", "gold", noon() + dayMicros, nil, 50, 0},
		{"birthday", "", "gold", noon() + 2*dayMicros, ErrLimit, 0, 0},
		{"fair", "", "", noon() - 1*dayMicros, nil, 12, 0},
		{"fair", "", "", noon() - 2*dayMicros, nil, 5, 0},
		{"fair", "", "", noon() + dayMicros, ErrNotNow, 0, 0},
		{"dance", "", "", noon(), ErrUnknown, 0, 0},
		{"sign_up", "", "", Never, ErrTime, 0, 0},
		{"top500", "", "", noon(), nil, 55000, 0},
		{"top500", "", "", noon(), ErrLimit, 0, 0},
		{"top100", "", "", noon(), nil, 10000, 0},
		{"ten", "", "", noon(), nil, 10, 0},
	} {
		var e earning
		err := r.act(&e, tc.id, tc.ref, &situation{at: tc.at, tier: tc.tier, tallies: b})
		if !errors.Is(err, tc.want) || err != nil && tc.want == nil {
			t.Errorf("%d %s: %v, want %v", i, tc.id, err, tc.want)
		}
		if err != nil {
			continue
		}
		if points, cut := sum(e.awards); points != tc.points || cut != tc.cut {
			t.Errorf("%d %s: %d points and %d cut, want %d and %d: %+v", i, tc.id, points, cut, tc.points, tc.cut, e.awards)
		}
		if len(e.record.Lines)+len(e.record.Terms) != 0 {
			t.Errorf("%d %s left a record", i, tc.id)
		}
		b.book(e.counters, e.shared)
	}
	var e earning
	if err := r.act(&e, "ten", "", &situation{at: noon()}); err != nil || e.lots[0].expire != r.zone.after(noon(), span("P90D")) || e.lots[0].activate != noon() {
		t.Error(e.lots, err)
	}
	if err := r.act(&e, "top500", "", &situation{at: noon()}); err != nil || len(e.lots) != 2 || e.lots[0].points != 50000 || e.lots[0].expire != Never || e.lots[1].expire == Never {
		t.Error(e.lots, err)
	}
}

func TestReferral(t *testing.T) {
	r := mustCompile(t, program(func(p *Program) {
		p.Referral = &ReferralRule{
			ID: "friends", Referrer: []KindPoints{{"points", 200}}, Friend: []KindPoints{{"points", 100}, {"growth", 1}},
			Kept: span("P14D"), MinOrder: yuan("50"), Limit: &Limit{Times: 2, Per: PerYear},
		}
	}))
	var e earning
	if err := r.order(&e, orderOf("40", "20"), &situation{at: noon()}); err != nil {
		t.Fatal(err)
	}
	var rec OrderRecord
	e.record.copyTo(&rec)
	end := r.zone.start(r.zone.day(noon()) + 15)
	if err := r.kept(&rec, rec.First, end); !errors.Is(err, ErrNotFirst) {
		t.Error("a later order:", err)
	}
	rec.First = true
	if err := r.kept(&rec, rec.First, end-1); !errors.Is(err, ErrNotKept) {
		t.Error("a moment before the window closes:", err)
	}
	if err := r.kept(&rec, rec.First, end); err != nil {
		t.Error(err)
	}
	back, err := rec.back(nil, []RefundLine{{Line: "b"}}, 2)
	if err != nil {
		t.Fatal(err)
	}
	rec.apply(&OrderChange{Lines: back})
	if err := r.kept(&rec, rec.First, end); !errors.Is(err, ErrNotKept) {
		t.Error("too little is left:", err)
	}
	rec.Lines[0].Quantity = 0
	if err := r.kept(&rec, rec.First, end); !errors.Is(err, ErrImpossible) {
		t.Error("no record:", err)
	}
	b := newBook()
	for i, tc := range []struct {
		side   Side
		friend AccountID
		want   error
		points Points
	}{
		{Referrer, "f1", nil, 200}, {Referrer, "f1", ErrLimit, 0}, {Referrer, "f2", nil, 200}, {Referrer, "f3", ErrLimit, 0},
		{Friend, "me", nil, 101}, {Friend, "me", ErrLimit, 0}, {"uncle", "f4", ErrUnknown, 0}, {Referrer, "", ErrUnknown, 0},
	} {
		err := r.refer(&e, tc.side, tc.friend, &situation{at: noon(), tallies: b})
		if !errors.Is(err, tc.want) || err != nil && tc.want == nil {
			t.Errorf("%d: %v, want %v", i, err, tc.want)
		}
		if err == nil {
			if points, _ := sum(e.awards); points != tc.points {
				t.Errorf("%d: %d points", i, points)
			}
			b.book(e.counters, nil)
		}
	}
	none := mustCompile(t, program(nil))
	if err := none.refer(&e, Friend, "f", &situation{at: noon()}); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	if err := none.kept(&rec, rec.First, noon()); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

// What points paid earns nothing, and a refund of part of the order gives the
// customer the fraction of a cent.
func TestByPointsRefund(t *testing.T) {
	r := mustCompile(t, program(func(p *Program) {
		p.Exclude.ByPoints = true
		p.Earning[0].Per = yuan("0.01") // points are the cents that earn
	}))
	o := orderOf("10.00", "20.01")
	o.ByPoints = yuan("1.00")
	var e earning
	if err := r.order(&e, o, &situation{at: noon()}); err != nil {
		t.Fatal(err)
	}
	// 100 × 1000/3001 = 33.32 and 66.68: 33 and 67.
	if a, b := e.record.Lines[0].Base, e.record.Lines[1].Base; a != 967 || b != 1934 || e.awards[0].Points != 2901 {
		t.Errorf("bases %d and %d", a, b)
	}
	// A cent of line a comes back: 967 × 999/1000 = 966.03 of it are left, so 967.
	for _, tc := range []struct {
		back string
		want Points
	}{{"0.01", 2901}, {"0.02", 2900}, {"9.99", 1935}, {"10.00", 1934}} {
		back, err := e.record.back(nil, []RefundLine{{Line: "a", Amount: yuan(tc.back)}}, 2)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := e.record.owed(&e.owing, back, 0); got != tc.want || err != nil {
			t.Errorf("%s back: %d, want %d (%v)", tc.back, got, tc.want, err)
		}
	}
}

func TestExplainReasons(t *testing.T) {
	seen := map[SkipReason]bool{}
	ask := func(change func(p *Program), o *Order, s situation) {
		r := mustCompile(t, program(change))
		var e earning
		if err := r.order(&e, o, &s); err != nil {
			t.Fatal(err)
		}
		for _, skip := range r.skips(nil, &e, o, &s) {
			seen[skip.Reason] = true
			for _, lang := range []guanxi.Lang{guanxi.EN, guanxi.ZH} {
				if skip.Reason.Label(lang) == "" {
					t.Error(skip.Reason)
				}
			}
		}
	}
	s := situation{at: noon()}
	b := newBook()
	b.counts[Counter{"limit:x", 0, Never}] = 1
	campaign := func(m Match) func(p *Program) {
		return func(p *Program) { p.Campaigns = []Campaign{{ID: "x", Kind: "points", Bonus: 1, Match: m}} }
	}
	ask(campaign(Match{MinOrder: yuan("1000")}), orderOf("1"), s)
	ask(campaign(Match{Channels: []string{"app"}}), orderOf("1"), s)
	ask(campaign(Match{Tiers: []string{"gold"}}), orderOf("1"), s)
	ask(campaign(Match{Segments: []string{"new"}}), orderOf("1"), s)
	ask(campaign(Match{Groups: []string{"wine"}}), orderOf("1"), s)
	ask(nil, orderOf("0"), s)
	ask(func(p *Program) { p.Earning[0].To = time.Unix(0, 0) }, orderOf("10"), s)
	ask(func(p *Program) {
		p.Campaigns = []Campaign{{ID: "x", Kind: "points", Bonus: 1, Limit: &Limit{Times: 1}}}
	}, orderOf("10"), situation{at: noon(), tallies: b})
	ask(func(p *Program) {
		p.Earning = append(p.Earning, EarnRule{ID: "more", Kind: "points", Points: Rational{2, 1}, Per: yuan("10")})
	}, orderOf("10"), s)
	ask(func(p *Program) {
		p.Caps = []CapRule{{ID: "c", Kind: "points", Per: CapOrder, Points: 1}}
		p.Stacking, p.Campaigns = Add, []Campaign{{ID: "x", Kind: "points", Bonus: 1}}
	}, orderOf("10"), s)
	for _, want := range []SkipReason{SkipTime, SkipMinimum, SkipChannel, SkipTier, SkipSegment, SkipLimit, SkipLines, SkipExcluded, SkipOutdone, SkipFraction, SkipCap} {
		if !seen[want] {
			t.Errorf("%s was never given", want)
		}
	}
	if SkipReason("odd").Label(guanxi.ZH) != "odd" {
		t.Error("an unknown reason stands for itself")
	}
}
