package main

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/segment"
	"github.com/guanxi-go/guanxi/segment/affinity"
	"github.com/guanxi-go/guanxi/segment/audience"
)

// dimensions are what a portrait looks at.
var dimensions = []affinity.Dimension{
	{ID: "city", Name: guanxi.Text{EN: "City", ZH: "城市"}},
	{ID: "motive", Name: guanxi.Text{EN: "Motive", ZH: "购买动机"}},
	{ID: "channel", Name: guanxi.Text{EN: "Main channel", ZH: "主要渠道"}},
	{ID: "tag", Name: guanxi.Text{EN: "Tag", ZH: "标签"}, Many: true},
}

// claims about the portrait of those who love tea.
var claims = []affinity.Hypothesis{
	{Trait: affinity.Trait{Dimension: "motive", Value: "ritual"}, Index: 120},
	{Trait: affinity.Trait{Dimension: "city", Value: "北京"}, Index: 120},
}

// finding is a claim and what comes of it.
type finding struct {
	claim affinity.Hypothesis
	affinity.Finding
}

// portrait compares a segment with all customers.
type portrait struct {
	segment  named
	indexes  []affinity.Index
	findings []finding
}

// traits are what is known of a customer.
func (c *customer) traits() []affinity.Trait {
	var out []affinity.Trait
	for _, t := range []affinity.Trait{{Dimension: "city", Value: c.city}, {Dimension: "motive", Value: c.motive}, {Dimension: "channel", Value: c.mainChannel()}} {
		if t.Value != "" {
			out = append(out, t)
		}
	}
	for _, t := range c.tags {
		out = append(out, affinity.Trait{Dimension: "tag", Value: t})
	}
	return out
}

// mainChannel is that of most orders, of several the one in the order of channels;
// "" without orders.
func (c *customer) mainChannel() (main string) {
	count := map[string]int{}
	for _, o := range c.orders {
		count[o.channel]++
	}
	for _, name := range channels {
		if count[name] > count[main] {
			main = name
		}
	}
	return main
}

// portrait draws a segment.
func (s *shop) portrait(seg named, members audience.Set) (portrait, error) {
	out := portrait{segment: seg}
	p, err := affinity.NewPortrait(affinity.PortraitConfig{Dimensions: dimensions})
	if err != nil {
		return out, err
	}
	for i := range s.live.All() {
		if err := p.Add(members.Has(i), s.now[i].traits()...); err != nil {
			return out, err
		}
	}
	if out.indexes, err = p.Indexes(affinity.IndexConfig{}); err != nil {
		return out, err
	}
	for _, c := range claims {
		f, err := p.Test(c)
		if err != nil {
			return out, err
		}
		out.findings = append(out.findings, finding{c, f})
	}
	return out, nil
}

func (p *report) portrait(x portrait) {
	p.section("Portrait of one segment", "人群画像")
	p.say("%s; an index of 100 is the share among all customers", "%s；指数 100 即与全体客户的占比相同", x.segment.label.In(p.lang))
	t := &layout.Table{Align: "llrrrrl"}
	t.Add("", "", p.in("in the segment", "人群占比"), p.in("of all", "总体占比"), "TGI", p.in("95% interval", "95% 区间"), "")
	for _, i := range x.indexes {
		own, _ := i.SegmentShare()
		base, _ := i.BaseShare()
		tgi, limits := unknown, unknown
		if i.Known {
			tgi, limits = fmt.Sprintf("%.0f", i.TGI), fmt.Sprintf("%.0f–%.0f", i.Low, i.High)
		}
		t.Add(dimension(i.Dimension).In(p.lang), p.value(i.Trait), percent(own), percent(base), tgi, limits, i.Mark.Label(p.lang))
	}
	p.print(t)
	for _, f := range x.findings {
		p.say("claim: %s %s has an index of %.0f or more: %s", "假设：%s %s 的指数不低于 %.0f：%s",
			dimension(f.claim.Dimension).In(p.lang), p.value(f.claim.Trait), f.claim.Index, f.Verdict.Label(p.lang))
	}
}

// value is a trait's value as the fields name it for people.
func (p *report) value(t affinity.Trait) string {
	options := map[string]segment.Meta{"city": city.Meta(), "motive": motive.Meta(), "channel": channel.Meta(), "tag": tags.Meta()}[t.Dimension].Options
	for _, o := range options {
		if o.Value == t.Value {
			return o.Name.In(p.lang)
		}
	}
	return t.Value
}

func dimension(id string) guanxi.Text {
	for _, d := range dimensions {
		if d.ID == id {
			return d.Name
		}
	}
	return guanxi.Text{EN: id, ZH: id}
}
