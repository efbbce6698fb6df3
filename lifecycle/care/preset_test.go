package care_test

import (
	"testing"

	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
)

func TestLevelPlans(t *testing.T) {
	var plans []care.Plan
	for _, level := range lifecycle.Levels() {
		p, ok := care.LevelPlan(level)
		if ok != (level != lifecycle.Basic) {
			t.Errorf("%s: %v", level, ok)
		}
		if ok {
			plans = append(plans, p)
		}
	}
	if _, ok := care.LevelPlan("none"); ok {
		t.Error("a plan for no level")
	}
	p, err := care.NewPlanner(plans, care.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	c := care.Customer{ID: "li", Location: shanghai, Facts: []care.Fact{
		{Kind: care.Stage, Name: "partnership", At: at("2025-01-31 09:00")}, {Kind: care.Order, At: at("2025-03-01 10:00")}}}
	r := must(p.Plan(c, must(care.NewBook("li", at("2025-01-31 00:00"))), at("2025-03-10 00:00")))
	expect(t, "partner", r.Tasks, "level_partnership/hotline expired 2025-01-31 09:00", "level_partnership/news due 2025-03-02 09:00",
		"level_partnership/review due 2025-03-02 09:00", "level_partnership/ask_fit due 2025-03-08 10:00")
}
