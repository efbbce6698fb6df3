//go:build !race

package affinity_test

import (
	"testing"

	"github.com/guanxi-go/guanxi/segment/affinity"
	"github.com/shopspring/decimal"
)

func TestAllocs(t *testing.T) {
	zero := func(name string, f func()) {
		t.Helper()
		if n := testing.AllocsPerRun(50, f); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
	lines := orders(20_000, 300, 8)
	c := newCounts(t, affinity.CountConfig{})
	check(t, c.AddAll(lines))
	basket := []int32{5, 1, 9, 3}
	zero("AddBasket", func() { check(t, c.AddBasket(basket)) })
	zero("Item, Rule and Stats", func() { c.Item(1); c.Rule(1, 2); c.Stats() })
	check(t, c.AddAll(nil))
	again := newCounts(t, affinity.CountConfig{})
	check(t, again.AddAll(lines))
	zero("AddAll", func() {
		again.Reset()
		check(t, again.AddAll(lines))
	})
	rules := newRules(t, c, affinity.RuleConfig{MinLLR: 1e-9, MinTogether: 2})
	top := make([]affinity.Rule[int32], 0, 20)
	zero("Find", func() { rules.Find(1, 2) })
	zero("AppendTop", func() { top = must(rules.AppendTop(top[:0], 20, affinity.ByLift)) })
	var items []item
	for i := range int32(300) {
		items = append(items, item{ID: i + 1, Category: "c", Price: decimal.NewNullDecimal(decimal.New(int64(100+i), 0)), Consumable: i%3 == 0})
	}
	n := newNext(t, rules, items, affinity.NextConfig{})
	history := append(append(bought(1, 0, 10, 20), bought(2, 5)...), append(bought(40, 3, 9), bought(7, 1)...)...)
	q := query{History: history, Cart: []int32{12, 13}, AsOf: day(30), Repeat: 3, CrossSell: 5, UpSell: 3}
	var s affinity.NextScratch[int32]
	dst := make([]suggestion, 0, 20)
	zero("Next.Append", func() { dst = must(n.Append(dst[:0], &s, q)) })
	if len(dst) != 9 {
		t.Errorf("%q", names(dst))
	}
	h := newHabits(t, affinity.HabitConfig{})
	var hs affinity.HabitScratch
	habits := make([]affinity.Habit[int32], 0, 10)
	zero("Habits.Append", func() { habits = must(h.Append(habits[:0], &hs, history, day(30))) })
	p := newPortrait(t, shopDimensions)
	list := members(100, 1)
	zero("Portrait.Add", func() {
		for _, m := range list {
			check(t, p.Add(m.in, m.traits...))
		}
	})
}
