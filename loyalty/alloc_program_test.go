//go:build !race

package loyalty

import "testing"

// What programmes work out takes no memory once there is room.
func TestProgramAllocs(t *testing.T) {
	p := actProgram()
	p.Payments = []PaymentRule{{ID: "cash", Kind: "points", Points: 100, Money: yuan("1")}}
	p.Kinds[0].Rounding.Scope = ScopeSplit
	p.Streaks = []StreakRule{{ID: "daily", Kind: "points", Pays: []Points{1}}}
	p.Earning = append(p.Earning, EarnRule{ID: "wine", Kind: "points", Points: Rational{3, 2}, Per: yuan("10"), Match: Match{Groups: []string{"wine"}}})
	p.Campaigns = append(p.Campaigns, Campaign{ID: "double", Kind: "points", Multiplier: Rational{2, 1}, Match: Match{MinOrder: yuan("100")}})
	r := mustCompile(t, p)
	o := orderOf("99.90", "17.35", "5")
	o.Lines[1].Groups = []string{"wine", "food"}
	s := situation{at: noon()}
	var e earning
	var q quote
	var rec OrderRecord
	if err := r.order(&e, o, &s); err != nil {
		t.Fatal(err)
	}
	e.record.copyTo(&rec)
	lines := []RefundLine{{Line: "a", Amount: yuan("20")}}
	back, err := rec.back(nil, lines, 2)
	if err != nil {
		t.Fatal(err)
	}
	pay := Spend{Payment: "cash", Points: 100, Amount: yuan("50")}
	for name, do := range map[string]func() error{
		"order":  func() error { return r.order(&e, o, &s) },
		"act":    func() error { return r.act(&e, "sign_up", "", &s) },
		"owed":   func() error { _, err := rec.owed(&e.owing, back, 0); return err },
		"back":   func() error { back, err = rec.back(back[:0], lines, 2); return err },
		"price":  func() error { return r.price(&q, &pay, &s) },
		"expiry": func() error { _ = r.zone.after(noon(), span("P1M")); return nil },
	} {
		if err := do(); err != nil {
			t.Fatal(name, err)
		}
		if n := testing.AllocsPerRun(100, func() { _ = do() }); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
}
