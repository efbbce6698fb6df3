package affinity_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/affinity"
	"github.com/shopspring/decimal"
)

type (
	item       = affinity.Item[int32]
	suggestion = affinity.Suggestion[int32]
	query      = affinity.Query[int32]
)

func newRules(t testing.TB, c *counts, cfg affinity.RuleConfig) *affinity.Rules[int32] {
	t.Helper()
	r, err := affinity.NewRules(c, cfg)
	check(t, err)
	return r
}

func newNext(t testing.TB, r *affinity.Rules[int32], items []item, cfg affinity.NextConfig) *affinity.Next[int32] {
	t.Helper()
	n, err := affinity.NewNext(r, items, cfg)
	check(t, err)
	return n
}

// A shop: tea 1 and pots 2 go together, as do 1 and cups 3, but less often;
// pots 2, 21, 22, 23 are one category; 4 and 5 are sold alone.
func teaShop(t testing.TB) *affinity.Rules[int32] {
	t.Helper()
	c := newCounts(t, affinity.CountConfig{})
	add := func(n int, items ...int32) {
		for range n {
			check(t, c.AddBasket(items))
		}
	}
	add(60, 1, 2)
	add(30, 1, 3)
	add(40, 1)
	add(20, 2)
	add(20, 3)
	add(200, 4)
	add(100, 5)
	add(30, 21)
	add(10, 22)
	add(12, 2, 22)
	add(40, 23)
	return newRules(t, c, affinity.RuleConfig{})
}

func teaItems() []item {
	pot := func(id int32, p, m string) item {
		return item{ID: id, Category: "pot", Price: price(p), Margin: price(m)}
	}
	return []item{
		{ID: 1, Category: "tea", Price: price("30"), Margin: price("12"), Consumable: true},
		pot(2, "100", "40"), pot(21, "150", "70"), pot(22, "180", "30"), pot(23, "260", "90"),
		{ID: 3, Category: "cup", Price: price("20"), Margin: price("-1")},
		{ID: 4}, {ID: 5}, {ID: 6, Category: "pot", Price: price("120"), Margin: price("50")}, // 6 is new
	}
}

func names(list []suggestion) (out []string) {
	for _, s := range list {
		out = append(out, fmt.Sprintf("%s %d because %d", s.Kind, s.Item, s.Because.From))
	}
	return out
}

func TestNext(t *testing.T) {
	rules := teaShop(t)
	zero := decimal.Zero
	all := query{History: bought(1, 0, 10, 20), AsOf: day(30), Repeat: 5, CrossSell: 5, UpSell: 5}
	with := func(change func(*query)) query { q := all; change(&q); return q }
	edit := func(id int32, change func(*item)) []item {
		items := teaItems()
		for i := range items {
			if items[i].ID == id {
				change(&items[i])
			}
		}
		return items
	}
	for _, c := range []struct {
		name  string
		items []item
		cfg   affinity.NextConfig
		q     query
		want  []string
	}{
		{"due", teaItems(), affinity.NextConfig{}, all, []string{"repeat 1 because 0", "cross_sell 2 because 1", "cross_sell 3 because 1"}},
		{"not due", teaItems(), affinity.NextConfig{}, with(func(q *query) { q.AsOf = day(29) }), []string{"cross_sell 2 because 1", "cross_sell 3 because 1"}},
		{"due soon", teaItems(), affinity.NextConfig{LeadDays: 1}, with(func(q *query) { q.AsOf, q.CrossSell = day(29), 0 }), []string{"repeat 1 because 0"}},
		{"durable", edit(1, func(i *item) { i.Consumable = false }), affinity.NextConfig{}, with(func(q *query) { q.CrossSell = 0 }), nil},
		{"best one", teaItems(), affinity.NextConfig{}, with(func(q *query) { q.CrossSell, q.Repeat = 1, 0 }), []string{"cross_sell 2 because 1"}},
		{"out of stock", edit(2, func(i *item) { i.OutOfStock = true }), affinity.NextConfig{}, with(func(q *query) { q.Repeat = 0 }), []string{"cross_sell 3 because 1"}},
		{"delisted", slices.DeleteFunc(teaItems(), func(i item) bool { return i.ID == 2 }), affinity.NextConfig{}, with(func(q *query) { q.Repeat = 0 }), []string{"cross_sell 3 because 1"}},
		{"floor", teaItems(), affinity.NextConfig{MinMargin: &zero}, all, []string{"repeat 1 because 0", "cross_sell 2 because 1"}},
		{"margin unknown", edit(2, func(i *item) { i.Margin.Valid = false }), affinity.NextConfig{MinMargin: &zero}, all, []string{"repeat 1 because 0"}},
		{"margin unknown, no floor", edit(2, func(i *item) { i.Margin.Valid = false }), affinity.NextConfig{}, with(func(q *query) { q.Repeat = 0 }), []string{"cross_sell 2 because 1", "cross_sell 3 because 1"}},
		{"skipped", teaItems(), affinity.NextConfig{}, with(func(q *query) { q.Skip = func(i int32) bool { return i == 2 || i == 1 } }), []string{"cross_sell 3 because 1"}},
		{"in the cart", teaItems(), affinity.NextConfig{}, with(func(q *query) { q.History, q.Cart = nil, []int32{1, 3} }), []string{"cross_sell 2 because 1"}},
		{"owned", teaItems(), affinity.NextConfig{}, with(func(q *query) { q.History, q.UpSell = append(bought(1, 0), bought(2, 3)...), 0 }), []string{"cross_sell 1 because 2", "cross_sell 3 because 1", "cross_sell 22 because 2"}},
		{"returned", teaItems(), affinity.NextConfig{}, with(func(q *query) {
			q.History = append(bought(1, 0), purchase{Item: 1, At: day(1), Quantity: -1})
		}), nil},
		{"later", teaItems(), affinity.NextConfig{}, with(func(q *query) { q.AsOf = day(0) }), nil},
		// 23 is more than twice as dear; 21 has 30, 22 has 22 baskets and a rule, 6 none.
		{"step up", teaItems(), affinity.NextConfig{}, query{History: bought(2, 0), AsOf: day(9), UpSell: 9}, []string{"up_sell 22 because 2", "up_sell 21 because 2", "up_sell 6 because 2"}},
		{"step up by margin", teaItems(), affinity.NextConfig{UpBy: affinity.UpByMargin}, query{History: bought(2, 0), AsOf: day(9), UpSell: 9}, []string{"up_sell 21 because 2", "up_sell 6 because 2"}},
		{"higher margin at the same price", edit(21, func(i *item) { i.Price = price("100") }), affinity.NextConfig{UpBy: affinity.UpByMargin}, query{History: bought(2, 0), AsOf: day(9), UpSell: 1}, []string{"up_sell 21 because 2"}},
		{"step up by both", edit(21, func(i *item) { i.Price = price("100") }), affinity.NextConfig{UpBy: affinity.UpByBoth}, query{History: bought(2, 0), AsOf: day(9), UpSell: 9}, []string{"up_sell 6 because 2"}},
		{"a larger step", teaItems(), affinity.NextConfig{MaxStep: 2.6}, query{History: bought(2, 0), AsOf: day(9), UpSell: 1}, []string{"up_sell 23 because 2"}},
		{"from the dearest", teaItems(), affinity.NextConfig{}, query{History: append(bought(2, 0), bought(21, 0)...), AsOf: day(9), UpSell: 9}, []string{"up_sell 23 because 21", "up_sell 22 because 21"}},
		{"each once", teaItems(), affinity.NextConfig{}, query{History: bought(2, 0), AsOf: day(9), CrossSell: 2, UpSell: 9}, []string{"cross_sell 1 because 2", "cross_sell 22 because 2", "up_sell 21 because 2", "up_sell 6 because 2"}},
		{"no price", edit(2, func(i *item) { i.Price.Valid = false }), affinity.NextConfig{}, query{History: bought(2, 0), AsOf: day(9), UpSell: 9}, nil},
		{"never sold leads nowhere", teaItems(), affinity.NextConfig{}, query{History: bought(6, 0), AsOf: day(9), CrossSell: 9}, nil},
		{"a step up from what was never sold", teaItems(), affinity.NextConfig{}, query{History: bought(6, 0), AsOf: day(9), UpSell: 9}, []string{"up_sell 21 because 6", "up_sell 22 because 6"}},
		{"unknown, skipped", teaItems(), affinity.NextConfig{Unknown: affinity.UnknownSkip}, with(func(q *query) { q.History, q.Cart = bought(99, 0), []int32{98, 1} }), []string{"cross_sell 2 because 1", "cross_sell 3 because 1"}},
		{"nothing asked", teaItems(), affinity.NextConfig{}, query{History: bought(2, 0), AsOf: day(9)}, nil},
		{"nobody", teaItems(), affinity.NextConfig{}, query{AsOf: day(9), Repeat: 1, CrossSell: 1, UpSell: 1}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := newNext(t, rules, c.items, c.cfg).Append(nil, nil, c.q)
			check(t, err)
			if !slices.Equal(names(got), c.want) {
				t.Errorf("%q, want %q", names(got), c.want)
			}
		})
	}
}

func TestReasons(t *testing.T) {
	n := newNext(t, teaShop(t), teaItems(), affinity.NextConfig{})
	names := map[int32]string{1: "tea", 2: "teapot"}
	name := func(i int32) string { return names[i] }
	for _, c := range []struct {
		q      query
		at     int
		en, zh string
	}{
		{query{History: bought(1, 0), AsOf: day(1), CrossSell: 1}, 0, "because of tea → teapot, lift 2.8, seen 60 times", "因为 tea → teapot，提升度 2.8，同购 60 次"},
		{query{History: bought(1, 0, 7, 14), AsOf: day(40), Repeat: 1}, 0, "bought 3 times, every 7 days; due 2026-01-22", "已购 3 次，约每 7 天一次；应于 2026-01-22 再购"},
		{query{History: bought(2, 0), AsOf: day(40), UpSell: 2}, 1, "a step up from teapot", "teapot 的升级款"},
	} {
		s := must(n.Append(nil, nil, c.q))[c.at]
		if s.Reason(guanxi.EN, name) != c.en || s.Reason(guanxi.ZH, name) != c.zh {
			t.Errorf("%q, %q", s.Reason(guanxi.EN, name), s.Reason(guanxi.ZH, name))
		}
	}
	s := must(n.Append(nil, nil, query{History: bought(1, 0), AsOf: day(1), CrossSell: 1}))[0]
	if got := s.Reason("", nil); got != "because of 1 → 2, lift 2.8, seen 60 times" {
		t.Error(got)
	}
	for _, k := range []affinity.Kind{affinity.Repeat, affinity.CrossSell, affinity.UpSell} {
		if k.Label(guanxi.EN) == k.Label(guanxi.ZH) || k.Label(guanxi.EN) == string(k) {
			t.Error(k)
		}
	}
}

// Against sums over plain lists of rules; with scratch used for many customers.
func TestCrossSellAgainstNaive(t *testing.T) {
	c := newCounts(t, affinity.CountConfig{})
	check(t, c.AddAll(orders(60_000, 400, 8)))
	rules := newRules(t, c, affinity.RuleConfig{MinLLR: 1e-9, MinTogether: 2})
	rng := rand.New(rand.NewPCG(2, 7))
	var items []item
	for i := range int32(350) {
		items = append(items, item{ID: i + 1, OutOfStock: rng.IntN(9) == 0})
	}
	for _, combine := range []affinity.Combine{affinity.AnyCause, affinity.Strongest} {
		n := newNext(t, rules, items, affinity.NextConfig{Combine: combine})
		var s affinity.NextScratch[int32]
		for range 60 {
			owned := map[int32]bool{}
			var history []purchase
			for range rng.IntN(12) {
				i := 1 + rng.Int32N(380)
				history = append(history, purchase{i, day(rng.IntN(30)), 1})
				owned[i] = true
			}
			got := must(n.Append(nil, &s, query{History: history, AsOf: day(30), CrossSell: 7}))
			rng.Shuffle(len(history), func(i, j int) { history[i], history[j] = history[j], history[i] })
			if again := must(n.Append(nil, &s, query{History: history, AsOf: day(30), CrossSell: 7})); !slices.Equal(got, again) {
				t.Fatal("the order of history matters")
			}
			miss, best := map[int32]float64{}, map[int32]affinity.Rule[int32]{}
			for r := range rules.All() {
				if !owned[r.From] || owned[r.To] || r.To > 350 || items[r.To-1].OutOfStock {
					continue
				}
				if _, ok := miss[r.To]; !ok {
					miss[r.To] = 1
				}
				miss[r.To] *= 1 - r.Strength
				if r.Strength > best[r.To].Strength {
					best[r.To] = r
				}
			}
			score := func(i int32) float64 {
				if combine == affinity.Strongest {
					return best[i].Strength
				}
				return 1 - miss[i]
			}
			want := []int32{}
			for i := range miss {
				want = append(want, i)
			}
			slices.SortFunc(want, func(a, b int32) int { return cmp.Or(cmp.Compare(score(b), score(a)), cmp.Compare(a, b)) })
			want = want[:min(7, len(want))]
			if len(got) != len(want) {
				t.Fatalf("%d suggestions, want %d", len(got), len(want))
			}
			for k, g := range got {
				if math.Abs(g.Score-score(want[k])) > 1e-12 || g.Because != best[g.Item] {
					t.Fatalf("%+v, want %d with %v because %+v", g, want[k], score(want[k]), best[g.Item])
				}
			}
		}
	}
}

func TestRulesLists(t *testing.T) {
	c := newCounts(t, affinity.CountConfig{})
	check(t, c.AddAll(orders(30_000, 200, 8)))
	all := slices.Collect(newRules(t, c, affinity.RuleConfig{MinLLR: 1e-9, MinTogether: 1, PerItem: 1000}).All())
	cut := newRules(t, c, affinity.RuleConfig{MinLLR: 1e-9, MinTogether: 1, PerItem: 3})
	for r := range cut.All() {
		if list := slices.Collect(cut.From(r.From)); len(list) > 3 || !slices.Contains(list, r) {
			t.Fatal(list)
		}
	}
	rules := newRules(t, c, affinity.RuleConfig{MinLLR: 1e-9, MinTogether: 1, MinItem: 40, MinSupport: 0.001, MinConfidence: 0.05, MinLift: 1.1, PerItem: 1000})
	n := 0
	for _, r := range all {
		if min(r.FromCount, r.ToCount) >= 40 && r.Support >= 0.001 && r.Confidence >= 0.05 && r.Lift >= 1.1 {
			n++
		}
	}
	if rules.Len() != n || n == 0 || n == len(all) {
		t.Errorf("%d rules, want %d of %d", rules.Len(), n, len(all))
	}
	for by, of := range map[affinity.Measure]func(affinity.Rule[int32]) float64{
		affinity.ByStrength:   func(r affinity.Rule[int32]) float64 { return r.Strength },
		affinity.BySupport:    func(r affinity.Rule[int32]) float64 { return r.Support },
		affinity.ByConfidence: func(r affinity.Rule[int32]) float64 { return r.Confidence },
		affinity.ByLift:       func(r affinity.Rule[int32]) float64 { return r.Lift },
		affinity.ByLLR:        func(r affinity.Rule[int32]) float64 { return r.LLR },
	} {
		want := slices.Collect(rules.All())
		slices.SortFunc(want, func(a, b affinity.Rule[int32]) int {
			return cmp.Or(cmp.Compare(of(b), of(a)), cmp.Compare(b.Together, a.Together), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
		})
		for _, k := range []int{0, 1, 10, 1 << 20} {
			got := must(rules.AppendTop(nil, k, by))
			if !slices.Equal(got, want[:min(k, len(want))]) {
				t.Errorf("the top %d by %s", k, by)
			}
		}
	}
	for range rules.From(9999) {
		t.Error("a rule from nothing")
	}
	for range rules.From(1) {
		break
	}
	for range rules.All() {
		break
	}
	if _, ok := rules.Find(1, 9999); ok {
		t.Error("a rule to nothing")
	}
}
