package affinity_test

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/affinity"
	"github.com/shopspring/decimal"
)

// A tea shop's orders: what goes with what.
func teaOrders() *affinity.Counts[string] {
	counts, err := affinity.NewCounts(guanxi.StringKey[string](), affinity.CountConfig{})
	if err != nil {
		panic(err)
	}
	add := func(n int, items ...string) {
		for range n {
			if err := counts.AddBasket(items); err != nil {
				panic(err)
			}
		}
	}
	add(41, "tea", "teapot")
	add(20, "tea", "cups")
	add(60, "tea")
	add(30, "teapot", "cups")
	add(150, "coffee")
	add(12, "iron teapot")
	return counts
}

// From order lines to rules.
func Example() {
	counts, err := affinity.NewCounts(guanxi.StringKey[string](), affinity.CountConfig{})
	if err != nil {
		panic(err)
	}
	err = counts.AddAll([]affinity.Line[string]{
		{Basket: "order 1", Item: "tea", Quantity: 2},
		{Basket: "order 1", Item: "teapot", Quantity: 1},
		{Basket: "order 2", Item: "tea", Quantity: 1},
		{Basket: "order 2", Item: "cups", Quantity: 4},
		{Basket: "order 2", Item: "cups", Quantity: -4}, // returned
		{Basket: "order 3", Item: "coffee"},
	})
	fmt.Println(err)
	s := counts.Stats()
	fmt.Println(s.Baskets, "baskets,", s.Pairs, "pair, exact:", s.Exact())

	rules, err := affinity.NewRules(teaOrders(), affinity.RuleConfig{})
	if err != nil {
		panic(err)
	}
	for r := range rules.From("teapot") {
		fmt.Printf("%s: confidence %.2f, G² %.1f\n", r.Reason(guanxi.EN, nil), r.Confidence, r.LLR)
	}
	// Output:
	// affinity: 1 row refused: /5/quantity: quantity is zero or out of range
	// 2 baskets, 1 pair, exact: true
	// because of teapot → cups, lift 2.6, seen 30 times: confidence 0.42, G² 40.2
	// because of teapot → tea, lift 1.5, seen 41 times: confidence 0.58, G² 13.8
}

// What a customer wants next, and because of what.
func ExampleNext_Append() {
	rules, err := affinity.NewRules(teaOrders(), affinity.RuleConfig{})
	if err != nil {
		panic(err)
	}
	yuan := func(v int64) decimal.NullDecimal { return decimal.NewNullDecimal(decimal.NewFromInt(v)) }
	floor := decimal.NewFromInt(5)
	next, err := affinity.NewNext(rules, []affinity.Item[string]{
		{ID: "tea", Category: "tea", Price: yuan(38), Margin: yuan(12), Consumable: true},
		{ID: "coffee", Category: "coffee", Price: yuan(45), Margin: yuan(15), Consumable: true},
		{ID: "cups", Category: "cups", Price: yuan(60), Margin: yuan(20)},
		{ID: "teapot", Category: "pots", Price: yuan(120), Margin: yuan(50)},
		{ID: "iron teapot", Category: "pots", Price: yuan(220), Margin: yuan(90)},
	}, affinity.NextConfig{Decimals: 2, MinMargin: &floor})
	if err != nil {
		panic(err)
	}
	on := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 10, 0, 0, 0, time.UTC) }
	list, err := next.Append(nil, nil, affinity.Query[string]{
		History: []affinity.Purchase[string]{
			{Item: "tea", At: on(1, 5), Quantity: 1}, {Item: "tea", At: on(2, 4), Quantity: 2}, {Item: "tea", At: on(3, 6), Quantity: 1},
			{Item: "teapot", At: on(1, 5), Quantity: 1},
		},
		AsOf:   on(4, 6),
		Repeat: 2, CrossSell: 2, UpSell: 1,
	})
	if err != nil {
		panic(err)
	}
	for _, s := range list {
		fmt.Printf("%s: %s, %s\n", s.Kind.Label(guanxi.EN), s.Item, s.Reason(guanxi.EN, nil))
	}
	// Output:
	// Buy again: tea, bought 3 times, every 30 days; due 2026-04-05
	// Goes with it: cups, because of teapot → cups, lift 2.6, seen 30 times
	// A step up: iron teapot, a step up from teapot
}

func portraitOfVIPs() *affinity.Portrait {
	portrait, err := affinity.NewPortrait(affinity.PortraitConfig{Dimensions: []affinity.Dimension{
		{ID: "region"}, {ID: "channel"}, {ID: "tag", Many: true}}})
	if err != nil {
		panic(err)
	}
	for i := range 2000 {
		vip := i%10 == 0
		region, channel := "Chengdu", "shop"
		if i%3 == 0 || vip && i%4 == 0 {
			region = "Shanghai"
		}
		if i%7 < 3 {
			channel = "WeChat"
		}
		traits := []affinity.Trait{{Dimension: "region", Value: region}, {Dimension: "channel", Value: channel}}
		if i%5 == 0 {
			traits = append(traits, affinity.Trait{Dimension: "tag", Value: "gift"})
		}
		if err := portrait.Add(vip, traits...); err != nil {
			panic(err)
		}
	}
	return portrait
}

// The portrait of a segment: what stands out against the base.
func ExamplePortrait_Indexes() {
	indexes, err := portraitOfVIPs().Indexes(affinity.IndexConfig{})
	if err != nil {
		panic(err)
	}
	for _, x := range indexes {
		fmt.Printf("%-7s %-8s TGI %3.0f (%.0f to %.0f) %s\n", x.Dimension, x.Value, x.TGI, x.Low, x.High, x.Mark.Label(guanxi.EN))
	}
	// Output:
	// region  Shanghai TGI 181 (164 to 199) Above the base
	// region  Chengdu  TGI  53 (43 to 63) Below the base
	// channel WeChat   TGI 100 (85 to 116) No difference shown
	// channel shop     TGI 100 (88 to 111) No difference shown
	// tag     gift     TGI 500 (467 to 533) Above the base
}

// A hypothesis about a portrait: VIPs are over-represented in Shanghai.
func ExamplePortrait_Test() {
	portrait := portraitOfVIPs()
	for _, h := range []affinity.Hypothesis{
		{Trait: affinity.Trait{Dimension: "region", Value: "Shanghai"}, Index: 120},
		{Trait: affinity.Trait{Dimension: "channel", Value: "WeChat"}, Index: 120},
		{Trait: affinity.Trait{Dimension: "channel", Value: "WeChat"}, Index: 110},
	} {
		f, err := portrait.Test(h)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s ≥ %.0f: %s at %.0f", h.Value, h.Index, f.Verdict, f.Index.TGI)
		if f.Needed > 0 {
			fmt.Printf(", %d more VIPs would tell", f.Needed)
		}
		fmt.Println()
	}
	// Output:
	// Shanghai ≥ 120: supported at 181
	// WeChat ≥ 120: contradicted at 100
	// WeChat ≥ 110: undecided at 100, 290 more VIPs would tell
}

// When somebody will buy again.
func ExampleHabits_Append() {
	habits, err := affinity.NewHabits(guanxi.StringKey[string](), affinity.HabitConfig{})
	if err != nil {
		panic(err)
	}
	on := func(day int) time.Time { return time.Date(2026, 3, day, 9, 0, 0, 0, time.UTC) }
	list, err := habits.Append(nil, nil, []affinity.Purchase[string]{
		{Item: "milk", At: on(1), Quantity: 1}, {Item: "milk", At: on(8), Quantity: 2}, {Item: "milk", At: on(14), Quantity: 1},
		{Item: "mug", At: on(8), Quantity: 1},
	}, on(20))
	if err != nil {
		panic(err)
	}
	for _, h := range list {
		if !h.Known {
			fmt.Println(h.Item, "was bought too seldom to tell")
			continue
		}
		fmt.Printf("%s every %.1f days, due on %s, in %d day\n", h.Item, h.MedianGap, h.Due.Format("2 January"), h.DueIn)
	}
	// Output:
	// milk every 6.5 days, due on 21 March, in 1 day
	// mug was bought too seldom to tell
}
