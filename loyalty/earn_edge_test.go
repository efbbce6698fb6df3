package loyalty

import (
	"errors"
	"testing"
)

func awardsOf(t *testing.T, p Program, o *Order, s situation) *earning {
	t.Helper()
	var e earning
	if err := mustCompile(t, p).order(&e, o, &s); err != nil {
		t.Fatal(err)
	}
	return &e
}

// Of two rules that give the same, the earlier one gives it.
func TestTies(t *testing.T) {
	p := program(func(p *Program) {
		p.Earning = append(p.Earning, EarnRule{ID: "same", Kind: "points", Points: Rational{2, 1}, Per: yuan("20")},
			EarnRule{ID: "seven", Kind: "points", Fixed: 7}, EarnRule{ID: "seven_too", Kind: "points", Fixed: 7})
		p.Campaigns = []Campaign{{ID: "first", Kind: "points", Bonus: 5}, {ID: "second", Kind: "points", Bonus: 5}}
	})
	e := awardsOf(t, p, orderOf("100"), situation{at: noon()})
	for i, want := range []struct {
		rule   string
		points Points
	}{{"base", 10}, {"same", 0}, {"seven", 7}, {"seven_too", 0}, {"first", 5}, {"second", 0}} {
		if a := e.awards[i]; a.Rule != want.rule || a.Points != want.points {
			t.Errorf("%+v, want %+v", a, want)
		}
	}
	if e.lots[0].source != "base" {
		t.Error(e.lots[0])
	}
}

// A factor that is not above 1 is left out, and those of other kinds.
func TestTierFactors(t *testing.T) {
	for _, tc := range []struct {
		factor KindFactor
		want   Points
	}{{KindFactor{"points", Rational{1, 1}}, 10}, {KindFactor{"points", Rational{1, 2}}, 10}, {KindFactor{"growth", Rational{2, 1}}, 10}, {KindFactor{"points", Rational{5, 4}}, 12}} {
		e := awardsOf(t, program(nil), orderOf("100"), situation{at: noon(), tierRule: "tier:x", factors: []KindFactor{tc.factor}})
		if got, _ := sum(e.awards); got != tc.want || tc.want == 10 && len(e.awards) != 1 {
			t.Errorf("%+v: %+v", tc.factor, e.awards)
		}
	}
	capped := program(func(p *Program) {
		p.Caps = []CapRule{{ID: "c", Kind: "points", Of: []string{"tier"}, Per: CapOrder, Points: 4}}
	})
	e := awardsOf(t, capped, orderOf("100"), situation{at: noon(), tierRule: "tier:x", factors: []KindFactor{{"points", Rational{2, 1}}}})
	if e.awards[1].Points != 4 || e.awards[1].Cut != 6 || e.awards[0].Points != 10 {
		t.Errorf("%+v", e.awards)
	}
}

// A cap that was lowered below what has been given gives nothing, and what is given
// of nothing changes no counter.
func TestCapLowered(t *testing.T) {
	p := program(func(p *Program) { p.Caps = []CapRule{{ID: "life", Kind: "points", Per: CapCustomer, Points: 5}} })
	b := newBook()
	b.counts[Counter{"cap:life", 0, Never}] = 50
	e := awardsOf(t, p, orderOf("100"), situation{at: noon(), tallies: b})
	if a := e.awards[0]; a.Points != 0 || a.Cut != 10 || a.Cap != "life" || len(e.counters) != 0 || len(e.lots) != 0 {
		t.Errorf("%+v %+v", a, e.counters)
	}
}

// A budget of which nothing is known cuts at its size, and the store decides.
func TestBudgetUnknown(t *testing.T) {
	p := program(func(p *Program) { p.Caps = []CapRule{{ID: "b", Kind: "points", Per: CapBudget, Points: 8}} })
	e := awardsOf(t, p, orderOf("100"), situation{at: noon()})
	if e.awards[0].Points != 8 || len(e.shared) != 1 || e.shared[0] != (SharedChange{Counter: "budget:b", Step: Reserve, Amount: 8, Limit: 8}) {
		t.Errorf("%+v %+v", e.awards, e.shared)
	}
}

// A cap on everything is not for what is bought.
func TestCapsSpareTopUps(t *testing.T) {
	p := actProgram()
	p.Caps = []CapRule{{ID: "c", Kind: "principal", Per: CapOrder, Points: 4}, {ID: "d", Kind: "swims", Of: []string{"ten"}, Per: CapOrder, Points: 4}}
	r := mustCompile(t, p)
	var e earning
	if err := r.act(&e, "top100", "", &situation{at: noon()}); err != nil || e.awards[0].Points != 10000 {
		t.Error(e.awards, err)
	}
	if err := r.act(&e, "ten", "", &situation{at: noon()}); err != nil || e.awards[0].Points != 4 {
		t.Error(e.awards, err)
	}
}

func TestEdgeRefusals(t *testing.T) {
	var q quote
	r := mustCompile(t, spendProgram())
	four := Spend{Reward: "mug", Quantity: 4}
	for i := range r.rewards {
		r.rewards[i].limit = nil
	}
	if err := r.price(&q, &four, &situation{at: noon()}); !errors.Is(err, ErrStock) {
		t.Error("more than there ever were:", err)
	}
	e := awardsOf(t, program(nil), orderOf("100", "0"), situation{at: noon()})
	if _, err := e.record.back(nil, []RefundLine{{Line: "b", Quantity: 2}}, 2); !errors.Is(err, ErrRefundTooMuch) {
		t.Error("more than there were for nothing:", err)
	}
	// An order of which nothing earns has a record, and owes nothing.
	e = awardsOf(t, program(nil), orderOf("0"), situation{at: noon()})
	if len(e.record.Lines) != 1 || len(e.record.Kinds) != 0 || len(e.awards) != 0 {
		t.Errorf("%+v", e.record)
	}
}
