package loyalty

import (
	"errors"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
)

// What would do nothing is a fault, with its place; what does something after all is none.
func TestProgramDeadRules(t *testing.T) {
	bonus := Campaign{ID: "c", Kind: "stars", Bonus: 5}
	for _, tt := range []struct {
		name   string
		change func(*Program)
		at     string // "" is no fault
	}{
		{"campaign for an activity of another kind", func(p *Program) {
			bonus.Activities = []string{"review", "gift"}
			p.Campaigns = []Campaign{bonus}
		}, "/campaigns/0/activities/1"},
		{"campaign for an activity", func(p *Program) {
			bonus.Activities = []string{"review"}
			p.Campaigns = []Campaign{bonus}
		}, ""},
		{"campaign that multiplies nothing", func(p *Program) {
			p.Campaigns = []Campaign{{ID: "c", Kind: "stars", Multiplier: Rational{2, 1}}}
		}, "/campaigns/0/multiplier"},
		{"cap of what gives another kind", func(p *Program) {
			p.Caps = []CapRule{{ID: "cap", Kind: "points", Per: CapDay, Points: 5, Of: []string{"base", "grow"}}}
		}, "/caps/0/of/1"},
		{"cap of a top-up's bonus", func(p *Program) {
			p.Caps = []CapRule{{ID: "cap", Kind: "bonus", Per: CapDay, Points: 5, Of: []string{"top100", "tier"}}}
		}, ""},
		{"grace that nobody gives", func(p *Program) { p.Policy.Grace = span("P3D") }, "/policy/grace"},
		{"grace of new lots", func(p *Program) { p.Policy.Return, p.Policy.Grace = ReturnNewLot, span("P3D") }, "/policy/grace"},
		{"backdating that is refused", func(p *Program) { p.Policy.BackdateWithin = span("P3D") }, "/policy/backdate_within"},
		{"backdating that is raised", func(p *Program) { p.Policy.Backdate, p.Policy.BackdateWithin = BackdateRaise, span("P3D") }, "/policy/backdate_within"},
		{"referral for nothing", func(p *Program) { p.Referral = &ReferralRule{ID: "r"} }, "/referral"},
		{"referral that is a visit", func(p *Program) {
			withTiers()(p)
			p.Referral, p.Tiers.Visits = &ReferralRule{ID: "r"}, []string{"r"}
		}, ""},
		{"streak for nothing", func(p *Program) {
			p.Streaks = []StreakRule{{ID: "s", Kind: "stars", Pays: []Points{0, 0}}}
		}, "/streaks/0/pays"},
		{"streak that is a visit", func(p *Program) {
			withTiers()(p)
			p.Streaks, p.Tiers.Visits = []StreakRule{{ID: "s", Kind: "stars", Pays: []Points{0}}}, []string{"s"}
		}, ""},
		{"streak that pays at last", func(p *Program) {
			p.Streaks = []StreakRule{{ID: "s", Kind: "stars", Pays: []Points{0, 0, 7}}}
		}, ""},
		{"expiry of growth", func(p *Program) { p.Kinds[2].Expiry = p.Kinds[0].Expiry }, "/kinds/2/expiry"},
		{"pending growth", func(p *Program) { p.Kinds[2].Pending = p.Kinds[0].Pending }, "/kinds/2/pending"},
		{"growth that says it never expires", func(p *Program) { p.Kinds[2].Expiry.Mode = ExpireNever }, ""},
	} {
		p := shop(tt.change)
		var got []string
		for f := range guanxi.Faults(p.Validate()) {
			if got = append(got, f.Pointer); !errors.Is(f, ErrOption) {
				t.Errorf("%s: %v", tt.name, f)
			}
		}
		if strings.Join(got, " ") != tt.at {
			t.Errorf("%s: faults at %q, want %q", tt.name, got, tt.at)
		}
	}
}
