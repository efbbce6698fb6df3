//go:build !race

package survey_test

import (
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/nps/survey"
)

func TestAllocations(t *testing.T) {
	p := survey.MustPolicy(everyRule())
	now := time.Date(2026, 4, 1, 12, 0, 0, 0, shanghai)
	opted := eightContacts(now, 200)
	opted.OptedOutOf = []survey.Channel{survey.Phone, survey.Paper}
	c := everyRule()
	c.Cap.Max = 2
	capped := survey.MustPolicy(c)
	free, busy := eightContacts(now, 200), eightContacts(now, 20)
	f := survey.MustNew(designer(t))
	a := answers{"recommend": survey.RatedBecause{3, "报价不透明"}, "wrong": survey.ChoseMany{"plans", "quote"}}
	for name, run := range map[string]func(){
		"Decide, allowed": func() { survey.Decide(p, free, now) },
		"Decide, gap":     func() { survey.Decide(p, busy, now) },
		"Decide, quiet":   func() { survey.Decide(p, free, now.Add(10*time.Hour)) },
		"Decide, opted":   func() { survey.Decide(p, opted, now) },
		"Decide, capped":  func() { survey.Decide(capped, free, now) },
		"Sampled":         func() { survey.Sampled("customer", "wave", 0.5) },
		"Next":            func() { f.Next(a) },
	} {
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("%s: %v allocations, want 0", name, n)
		}
	}
}
