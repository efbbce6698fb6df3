package main

import (
	"fmt"
	"strconv"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

// matrix is the share that goes from each stage to each within a month.
func (p *report) matrix() {
	p.section("Migration within a month", "月度迁移矩阵")
	if p.estimate == nil {
		p.say("None: %s.", "无：%s。", p.why.In(p.lang))
		return
	}
	t := &layout.Table{Align: "l"}
	t.Add(p.names(p.in("from \\ to", "从 \\ 到"))...)
	for _, from := range p.stages {
		row := []string{p.name(from)}
		for _, to := range p.stages {
			cell := "–"
			if share, ok := p.estimate.Matrix().P(from, to); ok {
				cell = percent(share)
			}
			row = append(row, cell)
		}
		t.Add(row...)
	}
	p.print(t)
	p.say("Rows sum to 100%%. A stage with – had nobody in it at the beginning of a month.", "每行合计 100%%；标 – 的阶段在任何月初都没有客户。")
}

// moves is every cell that somebody went, with its interval.
func (p *report) moves() {
	if p.estimate == nil {
		return
	}
	p.section("The same with 95% intervals", "同上，附 95% 区间")
	t := &layout.Table{Align: "ll"}
	t.Add(p.in("from", "从"), p.in("to", "到"), p.in("customers", "客户数"), p.in("of", "总数"), p.in("share", "比例"), p.in("interval", "区间"))
	for c := range p.estimate.Cells() {
		if c.N > 0 {
			t.Add(p.name(c.From), p.name(c.To), layout.Thousands(c.N), layout.Thousands(c.Of), percent(c.P),
				fmt.Sprintf("%s – %s", percent(c.Low), percent(c.High)))
		}
	}
	p.print(t)
	p.say("A customer counts once for each month seen from beginning to end.", "客户在每个完整可见的月份计一次。")
}

// outlook is the next quarter, month by month.
func (p *report) outlook() {
	p.section("Forecast for the next quarter", "下季度预测")
	if !p.why.IsZero() {
		p.say("None: %s.", "无：%s。", p.why.In(p.lang))
		return
	}
	t := &layout.Table{Align: "l"}
	head := []string{p.in("stage", "阶段"), p.in("today", "今天")}
	for k := range quarter {
		head = append(head, fmt.Sprintf(p.in("in %d months", "%d 个月后"), k+1), p.in("95% interval", "95% 区间"))
	}
	if p.lang == "en" {
		head[2] = "in 1 month"
	}
	t.Add(head...)
	for s, id := range p.stages {
		row := []string{p.name(id), layout.Thousands(p.now[s])}
		for k := range quarter {
			e := p.expected(k, s)
			row = append(row, number(e.Mean), number(e.Low)+" – "+number(e.High))
		}
		t.Add(row...)
	}
	p.print(t)
	sum := 0.0
	for _, n := range p.arrivals {
		sum += n
	}
	p.say("If %s newcomers a month arrive, as in the last whole months, and customers go on as they were counted.",
		"假设每月新增 %s 位客户（近几个完整月的均值），且迁移规律不变。", number(sum))
}

// expected is the forecast of a stage after k+1 months.
func (p *report) expected(k, stage int) migration.Expected { return p.forecast[k*len(p.stages)+stage] }

// number writes an expected number of customers.
func number(x float64) string {
	places := 0
	if x < 10 {
		places = 1
	}
	return layout.Grouped(strconv.FormatFloat(x, 'f', places, 64))
}
