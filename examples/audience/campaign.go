package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/segment/audience"
	"github.com/shopspring/decimal"
)

// trial is the last campaign, from the split to the verdict.
type trial struct {
	campaign    audience.Campaign
	assignments []audience.Assignment
	roster      audience.Roster
}

// The campaign was for those worth winning back when it began; of those of high
// value a smaller share was left alone.
func february() audience.Campaign {
	return audience.Campaign{
		ID: "february", Name: guanxi.Text{EN: "A parcel of spring tea", ZH: "春茶礼包"},
		Goal: audience.Goal{Uplift: decimal.New(5, -2)}, Target: "winback", Channels: []string{"wechat", "sms"},
		From: campaign0, To: thisWeek, Decimals: decimalsOfMoney,
		Holdout: audience.Holdout{Salt: "february 2026", Share: 0.4},
		Strata:  []audience.Stratum{{Segment: "vip", Share: 0.25}},
	}
}

// winBack runs the campaign: some of the treated come back on account of it.
func (s *shop) winBack(ctx context.Context, rng *rand.Rand) error {
	book, err := newRuleBook(s.schema, at(campaign0), winBackThen)
	if err != nil {
		return err
	}
	sets, err := book.sets(s.now, s.lived)
	if err != nil {
		return err
	}
	t := &s.trial
	t.campaign = february()
	split, err := audience.NewSplit(guanxi.StringKey[string](), t.campaign)
	if err != nil {
		return err
	}
	t.roster, err = split.Enrol(ctx, s.dir, audience.Roster{}, map[string]audience.Set{
		"winback": sets[book.index("winback")], "vip": sets[book.index("vip")],
	})
	if err != nil {
		return err
	}
	if t.assignments, err = split.Assignments(t.roster); err != nil {
		return err
	}
	for i := range t.roster.Treated().All() {
		if c := &s.now[i]; rng.Float64() < 0.16 {
			c.insert(order{
				ref: fmt.Sprintf("%s-w", c.id), at: campaign0.Add(time.Duration(1+rng.IntN(27*24)) * time.Hour),
				fen: 16800, channel: "wechat", aisle: "tea", items: []string{"longjing"},
			})
		}
	}
	return nil
}

// evaluate compares the arms by what the orders of the window say. A customer who
// was removed since counts with nothing.
func (s *shop) evaluate() (audience.Report, error) {
	o, err := audience.NewOutcomes(s.trial.campaign, s.trial.roster)
	if err != nil {
		return audience.Report{}, err
	}
	for i := range s.trial.roster.All().All() {
		row := audience.Outcome{Ordinal: i}
		var fen int64
		for _, x := range s.now[i].orders {
			if s.trial.campaign.In(x.at) {
				row.Converted = true
				fen += x.fen
			}
		}
		row.Money = decimal.New(fen, -decimalsOfMoney)
		if err := o.Add(row); err != nil {
			return audience.Report{}, err
		}
	}
	return o.Report(), nil
}

// campaign reports on the split and the effect.
func (p *report) campaign(s *shop, r audience.Report, name func(id string) string) {
	p.section("What the last campaign did", "上次活动的效果")
	c := s.trial.campaign
	p.say("%s, for %q, from %s on: who ordered by today came back. Goal: %s points above those left alone.",
		"%s，对象“%s”，自 %s 起：至今下单者为回流。目标：高于对照组 %s 个百分点。",
		c.Name.In(p.lang), name(c.Target), c.From.Format(time.DateOnly), c.Goal.Uplift.Shift(2))
	t := &layout.Table{Align: "l"}
	t.Add(p.in("stratum", "分层"), audience.Treated.Label(p.lang), p.in("came back", "回流"), audience.Held.Label(p.lang), p.in("came back", "回流"),
		p.in("uplift, points", "增量（百分点）"), p.in("95% interval", "95% 区间"), p.in("yuan a customer", "每客增量（元）"))
	row := func(name string, e audience.Effect) {
		cells := []string{name, layout.Thousands(e.Treated.Customers), unknown, layout.Thousands(e.Held.Customers), unknown, unknown, unknown, unknown}
		if u := e.Share; u != nil {
			cells[2], cells[4], cells[5] = percent(u.Treated), percent(u.Held), fmt.Sprintf("%+.1f", 100*u.Uplift)
			if i := u.Interval; i != nil {
				cells[6] = fmt.Sprintf(p.in("%+.1f to %+.1f", "%+.1f 至 %+.1f"), 100*i.Low, 100*i.High)
			}
		}
		if e.Money != nil {
			cells[7] = fmt.Sprintf("%+.2f", e.Money.Uplift)
		}
		t.Add(cells...)
	}
	for _, x := range r.Strata {
		label := p.in("all others", "其余")
		if x.Segment != "" {
			label = name(x.Segment)
		}
		row(label, x.Effect)
	}
	t.Rule()
	row(p.in("all", "全部"), r.Effect)
	p.print(t)
	p.say("verdict: %s", "结论：%s", r.Verdict.Label(p.lang))
	if r.Needed > 0 && r.Reachable {
		p.say("%s more customers would decide", "再有 %s 位客户即可判定", layout.Thousands(r.Needed))
	}
}
