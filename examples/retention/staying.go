package main

import (
	"math"
	"time"

	"github.com/guanxi-go/guanxi/churn"
	"github.com/guanxi-go/guanxi/churn/survival"
	"github.com/samber/lo"
)

// staying is how long customers stay, by channel, and what makes them leave
// earlier.
func (p *report) staying(s *shop) error {
	t, err := s.stays(p)
	if err != nil {
		return err
	}
	a, err := analyse(t, survival.Efron)
	if err != nil {
		return err
	}
	p.section("How long customers stay, by channel", "各渠道客户的留存时间")
	p.curves(a, []float64{90, 180, 365})
	p.say("days from the first order to leaving; who is still there stayed so long at least", "自首单至流失的天数；仍在者至少留存至今")
	p.explained(t, a)
	return nil
}

// stays makes rows of the shop's customers, with names in the report's language.
func (s *shop) stays(p *report) (*stays, error) {
	out := &stays{}
	labels := lo.Map(channels, func(c channel, _ int) string { return c.name.In(p.lang) })
	out.data.Group.Levels = labels
	indicators := make([]survival.Covariate, len(channels)-1)
	for i := range indicators {
		indicators[i].Name, indicators[i].Term = labels[i+1], p.in("channel", "渠道")
	}
	late := survival.Covariate{Name: p.in("first delivery late", "首单延迟送达")}
	basket := survival.Covariate{Name: p.in("first order twice as large", "首单金额每翻一倍")}
	for _, c := range s.customers {
		left, ok, err := s.leftAt(c)
		if err != nil {
			return nil, err
		}
		if !ok {
			left = now
		}
		out.data.Time = append(out.data.Time, math.Ceil(left.Sub(c.orders[0].at).Hours()/24))
		out.data.Event = append(out.data.Event, ok)
		out.data.Group.Codes = append(out.data.Group.Codes, int32(c.channel))
		for i := range indicators {
			indicators[i].Values = append(indicators[i].Values, truth(c.channel == i+1))
		}
		late.Values = append(late.Values, truth(c.firstLate))
		basket.Values = append(basket.Values, math.Log2(float64(c.orders[0].cents)))
	}
	out.rows = len(s.customers)
	out.covariates = append(indicators, late, basket)
	out.baselines = []baseline{{p.in("channel", "渠道"), labels[0]}}
	return out, nil
}

// leftAt is when a customer left for the first time, if they did.
func (s *shop) leftAt(c *customer) (at time.Time, ok bool, err error) {
	var cycle churn.Cycle
	for i, o := range c.orders {
		if cycle, _, err = s.watch.rhythm.Step(cycle, o.at); err != nil {
			return at, false, err
		}
		next := now
		if i+1 < len(c.orders) {
			next = c.orders[i+1].at
		}
		if at, ok, err = s.watch.leaving.Deadline(cycle, s.segments[c.channel]); err != nil || ok && !at.After(next) {
			return at, ok, err
		}
	}
	return time.Time{}, false, nil
}
