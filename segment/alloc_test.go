//go:build !race

package segment

import (
	"testing"
	"time"
)

func TestAllocs(t *testing.T) {
	zero := func(name string, f func()) {
		t.Helper()
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
	r, c := compileIssue(t), issueRow()
	zero("Match", func() { r.Match(c) })
	many := make([]string, 40)
	for i := range many {
		many[i] = string(rune('a' + i))
	}
	all := All(country.In(many...), country.NotContains("x"), country.NotBegins("x"), country.NotEnds("x"), country.IsNot("x"), age.In(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
		tags.HasAny(many...), tags.HasAll("a", "b"), tags.HasNone("x", "y"), birthday.AnniversaryWithin(366), birthday.In(NewDate(2000, 1, 1), NewDate(2000, 1, 2)),
		birthday.Within(LastMonths(120*1)).RequireSet(), vip.IsTrue(), lastBuy.NotIn(now.Now, now.Now.AddDate(0, 0, 1)), note.IsSet())
	at := now
	at.Now = NewDate(2001, 1, 1).midnight()
	rule, err := schema.Compile(all, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	x := &customer{Country: new("a"), Age: new(int64(10)), Tags: []string{"a", "b"}, Birthday: new(NewDate(2000, 1, 1)), Vip: new(true), LastBuy: new(at.Now.AddDate(-1, 0, 0)), Note: new("n")}
	if !rule.Match(x) {
		t.Fatal(rule.Explain(x).Change)
	}
	zero("every operator", func() { rule.Match(x) })

	events := All(orders.Where(category.Is("tea")).Window(LastDays(90)).Count().AtLeast(3), orders.DistinctDays().AtLeast(3), orders.Sum(amount).AtLeast(dec("1.00")),
		orders.Avg(amount).AtLeast(dec("3")), orders.Top(category, 2).By(amount).Includes("tea"), orders.Where(paid.IsTrue()).Then(category.Is("tea"), 48*time.Hour),
		orders.LastString(category).Is("tea"), orders.MinInstant(orderAt).Before(now.Now))
	rule, err = schema.Compile(events, now, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		x.Orders = append(x.Orders, order{At: new(now.Now.Add(-time.Duration(i+1) * 20 * time.Hour)), Amount: new(int64(2000)), Category: new("tea"), Paid: new(true)})
	}
	if !rule.Match(x) {
		t.Fatal(rule.Explain(x).Change)
	}
	zero("events", func() { rule.Match(x) })
}
