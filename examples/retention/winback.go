package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/winback"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/shopspring/decimal"
)

// winter is the campaign to come: an answer to each reason for leaving, and no
// discount for all.
func winter(stops []string) winback.Config {
	yuan := decimal.RequireFromString
	days := func(n int) guanxi.Span { return guanxi.Span{Days: n} }
	return winback.Config{
		Currency: "CNY", Decimals: decimalsOfMoney,
		Reasons: winback.Reasons(),
		Plans: []winback.Plan{
			{ID: "mend", Name: guanxi.Text{EN: "put it right", ZH: "补救"}, Reasons: []string{winback.Delivery, winback.Service, winback.Quality}, Steps: []winback.Step{
				{ID: "call", Name: guanxi.Text{EN: "call and apologise", ZH: "致电道歉"}, Kind: winback.Contact, Cost: yuan("3")},
				{ID: "express", Name: guanxi.Text{EN: "free express for the next order", ZH: "下一单免费快递"}, Kind: winback.ServiceFix, Gift: yuan("18")},
			}},
			{ID: "price", Name: guanxi.Text{EN: "a fair price", ZH: "合理价格"}, Reasons: []string{winback.Price, winback.Competitor}, Steps: []winback.Step{
				{ID: "5off", Name: guanxi.Text{EN: "5% off", ZH: "九五折"}, Kind: winback.Offer, Percent: yuan("0.05")},
				{ID: "10off", Name: guanxi.Text{EN: "10% off", ZH: "九折"}, Kind: winback.Offer, Percent: yuan("0.1")},
			}},
			{ID: "news", Name: guanxi.Text{EN: "what is new", ZH: "上新提醒"}, Reasons: []string{winback.Forgot, winback.NoNeed}, Steps: []winback.Step{
				{ID: "card", Name: guanxi.Text{EN: "a card", ZH: "明信片"}, Kind: winback.Contact, Cost: yuan("2")},
			}},
			{ID: "ask", Name: guanxi.Text{EN: "ask why", ZH: "询问原因"}, Steps: []winback.Step{
				{ID: "letter", Name: guanxi.Text{EN: "a letter", ZH: "来信询问"}, Kind: winback.Contact, Cost: yuan("1")},
			}},
		},
		Eligible:    winback.Situation{MinAway: days(30), MaxAway: days(365)},
		Holdout:     winback.Holdout{Salt: "winter 2025", Share: 0.15},
		CoolDown:    days(21),
		MarginFloor: yuan("0.15"), LifetimeBudget: yuan("60"), CampaignBudget: yuan("1500"),
		Stops: stops,
	}
}

// winBack evaluates the last campaign and decides about everybody who has left:
// those who bought the most in a year first, as long as the budget lasts.
func (p *report) winBack(s *shop) error {
	r, curve, err := s.evaluate(p)
	if err != nil {
		return err
	}
	if err := p.effect(r, curve); err != nil {
		return err
	}
	engine, err := winback.New(guanxi.StringKey[string](), winter(r.Stops()))
	if err != nil {
		return err
	}
	var left []int
	for i, v := range s.views {
		if v.gone {
			left = append(left, i)
		}
	}
	slices.SortStableFunc(left, func(a, b int) int { return cmp.Compare(s.views[b].spent, s.views[a].spent) })
	var campaign winback.Purse
	var kinds []string // of decisions, as they come
	counts, examples := map[string]int{}, map[string]string{}
	for _, i := range left {
		c, v := s.customers[i], s.views[i]
		d, err := engine.Decide(c.id, winback.Customer{
			Reason: c.reason, Segment: channels[c.channel].name.In(p.lang), Left: v.last,
			Value: decimal.New(v.spent, -decimalsOfMoney), Order: decimal.New(v.mean, -decimalsOfMoney), Margin: decimal.New(channels[c.channel].margin, -2),
		}, winback.State{}, campaign, now)
		if err != nil {
			return fmt.Errorf("%s: %w", c.id, err)
		}
		if campaign, err = campaign.Reserve(d.CostMinor, engine.CampaignLimit()); err != nil {
			return fmt.Errorf("%s: %w", c.id, err)
		}
		kind := d.PlanName.In(p.lang)
		if d.Outcome != winback.Act {
			kind = d.Outcome.Label(p.lang) + p.in(": ", "：") + d.Cause.Label(p.lang)
		}
		if counts[kind]++; counts[kind] == 1 {
			kinds = append(kinds, kind)
			examples[kind] = fmt.Sprintf(p.in("%s (%s) %s", "%s（%s）%s"), c.id, p.reason(c.reason), d.Explain(p.lang))
		}
	}
	p.section("What to do for those who have left", "如何挽回已流失的客户")
	t := &layout.Table{Align: "l"}
	t.Add(p.in("decision", "决定"), p.in("customers", "客户"))
	for _, k := range kinds {
		t.Add(k, layout.Thousands(counts[k]))
	}
	p.print(t)
	p.say("one of each:", "各举一例：")
	for _, k := range kinds {
		p.WriteString("    " + examples[k] + "\n")
	}
	p.say("Reserved: %s of %s CNY. Held out for the next evaluation: %s.", "已预留 %s / %s CNY。留作下次评估的对照：%s。",
		decimal.New(campaign.Reserved, -decimalsOfMoney), decimal.New(engine.CampaignLimit(), -decimalsOfMoney), percent(winter(nil).Holdout.Share))
	if stops := r.Stops(); len(stops) > 0 {
		p.say("Not contacted any more, because the last campaign did harm there: %s", "上次活动适得其反，不再联系：%s", strings.Join(stops, p.in(", ", "、")))
	}
	return nil
}

// reason names why a customer left.
func (p *report) reason(id string) string {
	for _, r := range winback.Reasons() {
		if r.ID == id {
			return r.Label(p.lang)
		}
	}
	return p.in("nobody asked", "未询问原因")
}
