package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/examples/shop/page"
	"github.com/samber/lo"
)

// movements is who went where.
func (s *sheet) movements() page.Section {
	return page.Section{
		ID: "moves", Title: s.in("Where they go", "客户流向"),
		Figures: append([]page.Figure{s.migration()}, s.lifeCycle()...),
	}
}

// migration is between segments.
func (s *sheet) migration() page.Figure {
	title := s.in("Between segments", "分群之间的流动")
	m := s.Migration
	if m == nil {
		return s.gone(title, "migration")
	}
	names := map[string]string{}
	order := map[string]int{}
	for i, g := range m.Segments {
		names[g.ID], order[g.ID] = layout.Tame(g.Name), i
	}
	color := func(id string) string {
		if id == "absent" {
			return page.Pale
		}
		return s.color(names[id])
	}
	then, now := map[string]int{}, map[string]int{}
	var flows []page.Flow
	for _, f := range m.Flows {
		then[f.From] += f.Customers
		now[f.To] += f.Customers
		flows = append(flows, page.Flow{From: "then:" + f.From, To: "now:" + f.To, Value: float64(f.Customers),
			Tip: []string{names[f.From] + " → " + names[f.To], s.say("customers: %s", "客户：%s", layout.Thousands(f.Customers))}})
	}
	var nodes []page.Node
	for depth, side := range []map[string]int{then, now} {
		for _, g := range m.Segments {
			if n := side[g.ID]; n > 0 {
				nodes = append(nodes, page.Node{ID: []string{"then:", "now:"}[depth] + g.ID, Name: names[g.ID] + " " + layout.Thousands(n), Color: color(g.ID), Depth: depth,
					Tip: []string{[]string{m.Since, s.AsOf}[depth], names[g.ID], s.say("customers: %s", "客户：%s", layout.Thousands(n))}})
			}
		}
	}
	t := page.Table{
		Caption: s.say("Customers who changed segment since %s, and what they had spent then and have now", "自 %s 以来变更分群的客户及其当时与现在的累计消费", m.Since),
		Head:    []string{s.in("from", "由"), s.in("to", "至"), s.in("customers", "客户数"), s.inMoney("spent then", "当时消费"), s.inMoney("spent now", "现在消费")},
		Names:   2,
	}
	moved := lo.Filter(lo.Range(len(m.Flows)), func(i, _ int) bool { return m.Flows[i].From != m.Flows[i].To && m.Flows[i].Customers > 0 })
	slices.SortStableFunc(moved, func(a, b int) int { return cmp.Compare(m.Flows[b].Customers, m.Flows[a].Customers) })
	for _, i := range moved {
		f, at := m.Flows[i], fmt.Sprintf("/migration/flows/%d/", i)
		t.Rows = append(t.Rows, row(page.Word(names[f.From]), page.Word(names[f.To]), s.whole64(at+"customers", int64(f.Customers)), s.exact(at+"before", f.Before), s.exact(at+"after", f.After)))
	}
	return page.Figure{
		Title:  title,
		Shows:  s.say("From the segment on %s (left) to the segment today (right); a band is as thick as it has customers.", "自 %s 的分群（左）到今日的分群（右），带宽为客户数。", m.Since),
		Do:     s.in("Look for the thickest band that leads down from a good segment: that is where a reminder pays first.", "找出由优质分群向下的最粗流向：提醒应从那里开始。"),
		Charts: []page.Chart{{Name: "migration-flows", Option: page.Sankey(nodes, flows), Height: 520, Alt: s.in("Flows of customers between segments; the table has its figures.", "客户在分群间的流动图，数字见表。")}},
		Tables: []page.Table{t}, Wide: true,
	}
}

// lifeCycle is stages: their flows, and how they stood month by month.
func (s *sheet) lifeCycle() []page.Figure {
	title := s.in("Between stages of the life cycle", "生命周期阶段之间的流动")
	l := s.LifeCycle
	if l == nil {
		return []page.Figure{s.gone(title, "life_cycle")}
	}
	return []page.Figure{s.stageFlows(title, l), s.stageMonths(l)}
}

func stageNames(l *wholeLifeCycle) (names, colors map[string]string) {
	names, colors = map[string]string{}, map[string]string{}
	for i, stage := range l.Stages {
		names[stage.ID], colors[stage.ID] = layout.Tame(stage.Name), page.Color(i)
	}
	return names, colors
}

func (s *sheet) stageFlows(title string, l *wholeLifeCycle) page.Figure {
	names, colors := stageNames(l)
	t := page.Table{
		Caption: s.in("Of those who began a month in a stage, how many ended it where, with intervals", "月初处于某阶段的客户月末所在阶段的占比及区间"),
		Head:    []string{s.in("from", "由"), s.in("to", "至"), s.in("customer months", "客户月"), s.in("share", "占比"), s.in("from", "下限"), s.in("to", "上限")},
		Names:   2,
	}
	var flows []page.Flow
	from, to := map[string]int64{}, map[string]int64{}
	for i, f := range l.Flows {
		if f.N == 0 {
			continue
		}
		from[f.From] += f.N
		to[f.To] += f.N
		share := percent(lo.FromPtr(f.Share), f.Share != nil)
		flows = append(flows, page.Flow{From: "from:" + f.From, To: "to:" + f.To, Value: float64(f.N),
			Tip: []string{names[f.From] + " → " + names[f.To], s.say("customer months: %s (%s)", "客户月：%s（%s）", layout.Thousands(f.N), share)}})
		at := fmt.Sprintf("/life_cycle/flows/%d/", i)
		t.Rows = append(t.Rows, row(page.Word(names[f.From]), page.Word(names[f.To]), s.whole64(at+"n", f.N), s.share(at+"share", f.Share, 1), s.share(at+"low", f.Low, 1), s.share(at+"high", f.High, 1)))
	}
	var nodes []page.Node
	for depth, side := range []map[string]int64{from, to} {
		for _, stage := range l.Stages {
			if n := side[stage.ID]; n > 0 {
				nodes = append(nodes, page.Node{ID: []string{"from:", "to:"}[depth] + stage.ID, Name: names[stage.ID], Color: colors[stage.ID], Depth: depth,
					Tip: []string{names[stage.ID], s.say("customer months: %s", "客户月：%s", layout.Thousands(n))}})
			}
		}
	}
	f := page.Figure{
		Title:  title,
		Shows:  s.in("Where those who began a month in a stage (left) stood at its end (right), all months together.", "月初处于各阶段的客户（左）月末所在的阶段（右），各月合计。"),
		Do:     s.in("Act where the share that slips to a later stage is largest, at the stage before the slip.", "在流失占比最大之处、于流失前的阶段着手。"),
		Tables: []page.Table{t},
	}
	if len(flows) == 0 {
		f.Tables, f.Absent = nil, s.why("life_cycle")
	} else {
		f.Charts = []page.Chart{{Name: "stage-flows", Option: page.Sankey(nodes, flows), Height: 460, Alt: s.in("Flows of customers between stages within a month; the table has its figures.", "客户月内在阶段间的流动图，数字见表。")}}
	}
	return f
}

// stageMonths is how many stood where, and will.
func (s *sheet) stageMonths(l *wholeLifeCycle) page.Figure {
	names, colors := stageNames(l)
	var months []string
	for _, m := range l.Months {
		months = append(months, m.Month)
	}
	chart := page.Lines{XName: s.in("month", "月"), YName: s.in("customers", "客户数"), Y: page.Whole, Categories: append([]string{}, months...), MarkX: -1}
	ahead := lo.Uniq(lo.Map(l.Forecast, func(f wholeStageForecast, _ int) int { return f.Months }))
	for _, n := range ahead {
		chart.Categories = append(chart.Categories, fmt.Sprintf("+%d", n))
	}
	t := page.Table{
		Caption: s.in("Stages today, and the forecast of customers with its interval", "各阶段当前客户数与预测及区间"),
		Head:    []string{s.in("stage", "阶段"), s.in("customers", "客户数"), s.in("share", "占比")},
	}
	for _, n := range ahead {
		t.Head = append(t.Head, s.say("month +%d", "+%d 个月", n), s.in("from", "下限"), s.in("to", "上限"))
	}
	for i, stage := range l.Stages {
		line := page.Line{Name: names[stage.ID], Color: colors[stage.ID], Bars: true, Stack: "all"}
		for m := range l.Months {
			if i < len(l.Months[m].Customers) {
				line.Points = append(line.Points, at(m, l.Months[m].Customers[i]))
			}
		}
		cells := row(page.Word(names[stage.ID]), s.whole64(fmt.Sprintf("/life_cycle/stages/%d/customers", i), int64(stage.Customers)), s.share(fmt.Sprintf("/life_cycle/stages/%d/share", i), &stage.Share, 1))
		for j, f := range l.Forecast {
			if f.Stage != stage.ID {
				continue
			}
			line.Points = append(line.Points, at(len(months)+slices.Index(ahead, f.Months), f.Mean))
			at := fmt.Sprintf("/life_cycle/forecast/%d/", j)
			cells = append(cells, s.estimate(at+"mean", &f.Mean, 0), s.estimate(at+"low", &f.Low, 0), s.estimate(at+"high", &f.High, 0))
		}
		t.Rows = append(t.Rows, cells)
		chart.Series = append(chart.Series, line)
	}
	advice := page.Table{Caption: s.in("What merchants do at each stage", "各阶段的应对"), Head: []string{s.in("stage", "阶段"), s.in("response", "应对")}, Names: 2}
	for _, stage := range l.Stages {
		advice.Rows = append(advice.Rows, row(page.Word(names[stage.ID]), word(stage.Response)))
	}
	f := page.Figure{
		Title:  s.in("Stages month by month", "各月阶段构成"),
		Shows:  s.in("How many customers stood in each stage at the end of each month; the months with a plus sign are the forecast.", "各月末处于各阶段的客户数；带加号的月份为预测。"),
		Do:     s.in("If the early stages thin out, the shop needs newcomers; if the late ones grow, it needs to win back.", "前期阶段变薄，需要拉新；后期阶段变厚，需要召回。"),
		Tables: []page.Table{t, advice}, Wide: true,
	}
	if len(months) == 0 {
		f.Absent = s.in("there is no whole month in the log.", "订单记录中没有完整的月份。")
		return f
	}
	f.Charts = []page.Chart{{Name: "stage-months", Option: chart.Option(), Height: 420,
		Alt: s.in("Bars of customers by stage and month; the table has the figures of today and of the forecast.", "各月各阶段客户数的柱状图，当前与预测数字见表。")}}
	return f
}
