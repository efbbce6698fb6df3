package main

import "testing"

// Working hours leave the New Year's holiday out, and the Sunday worked for it in.
func TestCases(t *testing.T) {
	m, err := newModel("shop")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := openCases(simulate(m, options{customers: 5, seed: 1, loc: zone(t, "Asia/Shanghai")}))
	if err != nil || len(cases) != 4 {
		t.Fatal(cases, err)
	}
	for i, want := range []struct {
		due     string
		overdue bool
		told    string
	}{
		{"2026-01-01 02:00", false, "the owner"},
		{"2025-12-31 10:00", true, "the store manager"},
		{"2026-01-04 15:00", false, ""},
		{"2026-01-04 17:00", false, ""},
	} {
		c := cases[i]
		if due := c.Due.In(zone(t, "Asia/Shanghai")).Format("2006-01-02 15:04"); due != want.due || c.Overdue != want.overdue || c.told.EN != want.told {
			t.Errorf("%s: due %s, overdue %v, told %q", c.ID, due, c.Overdue, c.told.EN)
		}
	}
}

// Every model has plans for all its stages, with names in both languages.
func TestPlans(t *testing.T) {
	for _, name := range modelNames {
		m, err := newModel(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := loadPlans(name)
		if err != nil {
			t.Fatal(err)
		}
		planned := map[string]bool{}
		for _, plan := range p.byID {
			planned[plan.Entry.Name] = true
			for _, s := range plan.Steps {
				if s.Name.EN == "" || s.Name.ZH == "" {
					t.Errorf("%s: %s/%s has no name", name, plan.ID, s.ID)
				}
			}
		}
		for _, stage := range m.stages {
			if !planned[stage] {
				t.Errorf("%s: nothing is done in %s", name, stage)
			}
		}
		if len(planned) != len(m.stages) {
			t.Errorf("%s: %d plans for %d stages", name, len(planned), len(m.stages))
		}
	}
	if _, err := loadPlans("none"); err == nil {
		t.Error("plans of no model")
	}
}
