package main

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/segment/affinity"
	"github.com/guanxi-go/guanxi/segment/audience"
)

// nextItems is what one customer may want next.
type nextItems struct {
	of          *customer
	suggestions []affinity.Suggestion[string]
}

// learn counts what is bought together.
func (s *shop) learn() (*affinity.Rules[string], error) {
	counts, err := affinity.NewCounts(guanxi.StringKey[string](), affinity.CountConfig{})
	if err != nil {
		return nil, err
	}
	var lines []affinity.Line[string]
	for i := range s.now {
		for _, o := range s.now[i].orders {
			for _, item := range o.items {
				lines = append(lines, affinity.Line[string]{Basket: o.ref, At: o.at, Item: item, Quantity: 1})
			}
		}
	}
	if err := counts.AddAll(lines); err != nil {
		return nil, err
	}
	return affinity.NewRules(counts, affinity.RuleConfig{})
}

// next finds the first customer of a set to whom there is something of each kind
// to suggest, and something to buy again that is just due.
func (s *shop) next(members audience.Set) (found nextItems, err error) {
	rules, err := s.learn()
	if err != nil {
		return found, err
	}
	engine, err := affinity.NewNext(rules, listed(), affinity.NextConfig{
		Decimals: decimalsOfMoney, Habit: affinity.HabitConfig{Location: china}, LeadDays: 3,
	})
	if err != nil {
		return found, err
	}
	var scratch affinity.NextScratch[string]
	for i := range members.All() {
		c := &s.now[i]
		q := affinity.Query[string]{AsOf: thisWeek, Repeat: 2, CrossSell: 3, UpSell: 2}
		for _, o := range c.orders {
			for _, item := range o.items {
				q.History = append(q.History, affinity.Purchase[string]{Item: item, At: o.at, Quantity: 1})
			}
		}
		all, err := engine.Append(nil, &scratch, q)
		if err != nil {
			return found, err
		}
		kinds := map[affinity.Kind]bool{}
		for _, x := range all {
			if x.Kind != affinity.Repeat || x.Score >= 0.8 {
				kinds[x.Kind] = true
			}
		}
		if found.of == nil || len(kinds) == 3 {
			found = nextItems{c, all}
		}
		if len(kinds) == 3 {
			break
		}
	}
	return found, nil
}

func (p *report) next(n nextItems) {
	p.section("What one customer wants next", "一位客户接下来想要什么")
	if n.of == nil {
		return
	}
	p.say("%s, after %d orders:", "%s，已下 %d 单：", n.of.id, len(n.of.orders))
	name := func(id string) string { return goodsByID[id].name.In(p.lang) }
	t := &layout.Table{Align: "llrl"}
	for _, x := range n.suggestions {
		t.Add(x.Kind.Label(p.lang), name(x.Item), fmt.Sprintf("%.2f", x.Score), x.Reason(p.lang, name))
	}
	p.print(t)
}
