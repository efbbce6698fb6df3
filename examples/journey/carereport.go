package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
)

// today is the care list: how much of what, and the first of it.
func (p *report) today(top int) {
	p.section("To do on "+p.asOf.Format(time.DateOnly), p.asOf.Format(time.DateOnly)+" 待办")
	if len(p.due) == 0 {
		p.say("Nobody is to be contacted.", "今天没有需要联系的客户。")
		return
	}
	type kind struct{ plan, step string }
	sums := make(map[kind]int)
	var order []task
	for _, t := range p.due {
		k := kind{t.Plan, t.Step}
		if sums[k]++; sums[k] == 1 {
			order = append(order, t)
		}
	}
	slices.SortFunc(order, func(a, b task) int {
		return cmp.Or(cmp.Compare(a.stage, b.stage), cmp.Compare(a.Plan, b.Plan), cmp.Compare(a.Step, b.Step))
	})
	t := &layout.Table{Align: "lrll"}
	t.Add(p.in("stage", "阶段"), p.in("tasks", "任务数"), p.in("by", "渠道"), p.in("what", "事项"))
	for _, o := range order {
		t.Add(p.StageLabel(o.stage, p.lang), layout.Thousands(sums[kind{o.Plan, o.Step}]), o.Channel.Label(p.lang), o.action.In(p.lang))
	}
	t.Rule()
	t.Add(p.in("all", "合计"), layout.Thousands(len(p.due)))
	p.print(t)
	p.tasks(p.due[:min(top, len(p.due))])
}

// tasks lists what is to be done, and why.
func (p *report) tasks(list []task) {
	if len(list) == 0 {
		return
	}
	p.WriteByte('\n')
	t := &layout.Table{Align: "lllll"}
	t.Add(p.in("due", "应做时间"), p.in("customer", "客户"), p.in("by", "渠道"), p.in("what", "事项"), p.in("because", "原因"))
	for _, d := range list {
		t.Add(d.Due.In(p.loc).Format("2006-01-02 15:04"), layout.Tame(string(d.Customer)), d.Channel.Label(p.lang), d.action.In(p.lang), d.reason.In(p.lang))
	}
	p.print(t)
	if more := len(p.due) - len(list); more > 0 {
		p.say("and %s more", "另有 %s 项", layout.Thousands(more))
	}
}

// waiting is the cases without an answer.
func (p *report) waiting() {
	if len(p.cases) == 0 {
		return
	}
	p.section("Cases that wait for an answer", "待答复案件")
	t := &layout.Table{Align: "lllllll"}
	t.Add(p.in("case", "案件"), p.in("customer", "客户"), p.in("about", "类型"), p.in("severity", "级别"),
		p.in("opened", "受理时间"), p.in("answer by", "答复期限"), p.in("state", "状态"))
	for _, c := range p.cases {
		state := c.Status.Label(p.lang)
		if c.Overdue {
			state += p.in(", overdue", "，已超时")
		}
		if !c.told.IsZero() {
			state += p.in(", escalated to ", "，已升级至") + c.told.In(p.lang)
		}
		at := func(t time.Time) string { return t.In(p.loc).Format("2006-01-02 15:04") }
		t.Add(string(c.ID), string(c.Customer), c.Kind.Label(p.lang), c.severity.In(p.lang), at(c.Opened), at(c.Due), state)
	}
	p.print(t)
	p.say("A crisis has 24 hours; other cases 8 working hours, weekends and the New Year's holiday left out.",
		"危机 24 小时内答复；其他案件 8 个工作小时内，周末与元旦假期不计。")
}
