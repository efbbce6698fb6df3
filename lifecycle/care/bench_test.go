package care_test

import (
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle/care"
)

func BenchmarkPlan(b *testing.B) {
	p := care.MustPlanner([]care.Plan{winback(), birthdays()}, night())
	c := care.Customer{ID: "li", Location: shanghai, Birthday: care.MonthDay{Month: 5, Day: 1},
		Facts: []care.Fact{{Kind: care.Joined, At: at("2024-01-01 00:00")}, {Kind: care.Stage, Name: "dormant", At: at("2025-03-01 10:00")}}}
	book := must(p.Plan(c, must(care.NewBook("li", at("2025-01-01 00:00"))), at("2025-03-05 00:00"))).Book
	b.Run("nothing due", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			must(p.Plan(c, book, at("2025-03-05 01:00")))
		}
	})
	b.Run("a year", func(b *testing.B) {
		b.ReportAllocs()
		tasks := 0
		for b.Loop() {
			tasks = len(must(p.Plan(c, book, at("2026-03-05 00:00"))).Tasks)
		}
		b.ReportMetric(float64(tasks), "tasks/op")
	})
}

func BenchmarkCase(b *testing.B) {
	d := desk()
	c := must(d.Open("7", "li", care.Complaint, "ordinary", at("2025-03-03 10:00")))
	b.Run("Advance", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _, _ = d.Advance(c, c.Opened)
		}
	})
	b.Run("Next", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = d.Next(c)
		}
	})
	cases := make([]care.Case, 10_000)
	for i := range cases {
		cases[i] = c
		if i%3 > 0 {
			cases[i], _, _ = d.Answer(c, nil, c.Opened.Add(time.Duration(i)*time.Second))
		}
	}
	b.Run("Assess/n=1e4", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			must(d.Assess("ordinary", cases, at("2025-03-20 00:00"), 0.95))
		}
	})
}
