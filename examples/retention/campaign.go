package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/winback"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/shopspring/decimal"
)

// The autumn campaign: who had left by then got a letter and a call, but for a
// third who were held out.
var autumn = time.Date(2025, time.September, 22, 0, 0, 0, 0, time.UTC)

const (
	autumnDays = 60  // in which a return counts
	autumnCost = 150 // of a contact, in minor units
)

var autumnHoldout = winback.Holdout{Salt: "autumn 2025", Share: 1.0 / 3}

// enrolled is a customer of the campaign.
type enrolled struct {
	*customer
	arm       winback.Arm
	contacted bool
	spent     int64 // in the year before
}

// campaign lets what the contacts did happen: in the store and the mini-program
// some come back on account of them; group buyers who would have come back feel
// pestered.
func (s *shop) campaign(rng *rand.Rand) error {
	segments, err := s.learnSegments(autumn)
	if err != nil {
		return err
	}
	end := autumn.AddDate(0, 0, autumnDays)
	for _, c := range s.customers {
		v, err := s.watch.look(c, segments[c.channel], autumn, nil)
		if err != nil {
			return err
		}
		if !v.gone {
			continue
		}
		e := enrolled{c, winback.ArmOf(autumnHoldout, guanxi.StringKey[string](), c.id), false, v.spent}
		u, wait, scale := rng.Float64(), rng.Float64(), math.Exp(0.2*rng.NormFloat64())
		if e.contacted = e.arm == winback.Treated && rng.Float64() < 0.93; e.contacted {
			switch pull := []float64{0.12, 0.08, 0}[c.channel]; {
			case u < pull:
				at := autumn.Add(time.Duration((2 + 40*wait) * float64(day))).Truncate(time.Second)
				c.orders = append(c.orders, order{at, int64(float64(v.mean) * scale)})
				slices.SortStableFunc(c.orders, func(a, b order) int { return a.at.Compare(b.at) })
			case pull == 0 && u < 0.85:
				c.orders = slices.DeleteFunc(c.orders, func(o order) bool { return !o.at.Before(autumn) && o.at.Before(end) })
			}
		}
		s.trial = append(s.trial, e)
	}
	return nil
}

// evaluate compares the arms by what the log says.
func (s *shop) evaluate(p *report) (winback.Report, *winback.Curve, error) {
	units := make([]winback.Unit[string], len(s.trial))
	scored := make([]winback.Scored, len(s.trial))
	end := autumn.AddDate(0, 0, autumnDays)
	for i, e := range s.trial {
		k := channels[e.channel]
		u := winback.Unit[string]{Customer: e.id, Arm: e.arm, Contacted: e.contacted, Segment: k.name.In(p.lang)}
		cents := int64(0)
		for _, o := range e.orders {
			if !o.at.Before(autumn) && o.at.Before(end) {
				u.Returned = true
				cents += o.cents
			}
		}
		u.Money = decimal.New(cents*k.margin/100, -decimalsOfMoney)
		if e.contacted {
			u.Cost = decimal.New(autumnCost, -decimalsOfMoney)
		}
		units[i] = u
		scored[i] = winback.Scored{Score: float64(e.spent), Arm: e.arm, Returned: u.Returned}
	}
	r, err := winback.Evaluate(guanxi.StringKey[string](), units, winback.EvaluateConfig{Decimals: decimalsOfMoney, Holdout: autumnHoldout})
	if err != nil {
		return r, nil, err
	}
	curve, err := winback.NewCurve(scored)
	return r, curve, err
}

// effect reports on the campaign.
func (p *report) effect(r winback.Report, c *winback.Curve) error {
	p.section("What the autumn campaign did", "秋季挽回活动的效果")
	p.say("Of those who had left by %[2]s, %[1]s were to be contacted, and %[3]s held out; who ordered within %[4]d days came back.",
		"%[2]s 前已流失的客户：联系 %[1]s 位，留作对照 %[3]s 位；%[4]d 天内下单者为回流。",
		layout.Thousands(r.Treated.Units), autumn.Format(time.DateOnly), layout.Thousands(r.Held.Units), autumnDays)
	t := &layout.Table{Align: "l"}
	t.Add(p.in("channel", "渠道"), winback.Treated.Label(p.lang), p.in("came back", "回流"), winback.Held.Label(p.lang), p.in("came back", "回流"),
		p.in("uplift, points", "增量（百分点）"), p.in("95% interval", "95% 区间"), p.in("profit a customer", "每客利润增量"), p.in("verdict", "结论"))
	row := func(name string, e winback.Effect) {
		cells := []string{name, layout.Thousands(e.Treated.Units), unknown, layout.Thousands(e.Held.Units), unknown, unknown, unknown, unknown, e.Verdict.Label(p.lang)}
		if u := e.Returns; u != nil {
			cells[2], cells[4], cells[5], cells[6] = percent(u.Treated), percent(u.Held), points(u.Uplift), p.span(points(u.Low), points(u.High))
		}
		if e.Profit != nil {
			cells[7] = signed(e.Profit.Uplift, 2)
		}
		t.Add(cells...)
	}
	for _, g := range r.Segments {
		row(g.Name, g.Effect)
	}
	t.Rule()
	row(p.in("all", "全部"), r.Effect)
	p.print(t)
	p.say("by intent to treat: %s who were to be contacted and could not be reached count among them", "按分组意向分析：未能联系上的 %s 位仍计入联系组",
		layout.Thousands(r.Taint.NotContacted))
	best, ok, err := c.At(0.3, 0)
	if err != nil {
		return err
	}
	if ok {
		p.say("Does spending tell whom to contact? Uplift among the 30%% who had spent the most: %s points (%s); Qini %s (above 0: better than chance)",
			"消费额能否指示该联系谁？消费最高的 30%% 的增量：%s 个百分点（%s）；Qini %s（大于 0 优于随机）",
			points(best.Uplift), p.span(points(best.Low), points(best.High)), signed(c.Qini(), 4))
	}
	return nil
}
