package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/examples/shop/page"
	"github.com/samber/lo"
)

// staying is who leaves, and when.
func (s *sheet) staying() page.Section {
	return page.Section{
		ID: "staying", Title: s.in("Who stays", "谁留下来"),
		Figures: []page.Figure{s.risk(), s.survival(), s.cohorts()},
	}
}

// risk is who may leave.
func (s *sheet) risk() page.Figure {
	title := s.in("Who may leave", "流失风险")
	c := s.Churn
	if c == nil {
		return s.gone(title, "churn")
	}
	chart := page.Lines{XName: s.in("risk", "风险"), YName: s.in("customers", "客户数"), Y: page.Whole}
	line := page.Line{Name: s.in("customers", "客户数"), Bars: true, Color: page.Orange}
	bands := page.Table{
		Caption: s.in("Customers by risk of leaving", "按流失风险分组的客户"),
		Head:    []string{s.in("risk", "风险"), s.in("from", "起"), s.in("customers", "客户数")},
	}
	for i, b := range c.Bands {
		chart.Categories = append(chart.Categories, layout.Tame(b.Name))
		line.Points = append(line.Points, at(i, b.Customers))
		at := fmt.Sprintf("/churn/bands/%d/", i)
		bands.Rows = append(bands.Rows, row(word(b.Name), s.share(at+"from", &b.From, 0), s.whole64(at+"customers", int64(b.Customers))))
	}
	bands.Rows = append(bands.Rows, row(page.Word(s.in("Left already", "已流失")), page.Cell{}, s.whole64("/churn/left", int64(c.Left))))
	chart.Series = []page.Line{line}
	causes := page.Table{Caption: s.in("What raises the risk, and of how many", "推高风险的信号及人数"), Head: []string{s.in("signal", "信号"), s.in("customers", "客户数")}}
	for i, r := range c.Reasons {
		causes.Rows = append(causes.Rows, row(word(r.Name), s.whole64(fmt.Sprintf("/churn/reasons/%d/customers", i), int64(r.Customers))))
	}
	who := page.Table{
		Caption: s.in("Customers with the most at stake", "风险价值最高的客户"), Align: "lrrlllrr",
		Head: []string{s.in("customer", "客户"), s.inMoney("at stake", "风险价值"), s.in("risk", "风险"), s.in("why", "原因"), s.in("segment", "分群"), s.in("stage", "阶段"), s.in("days silent", "沉默天数"), s.in("days overdue", "逾期天数")},
	}
	for i := range c.AtRisk {
		a, at := &c.AtRisk[i], fmt.Sprintf("/churn/at_risk/%d/", i)
		why := strings.Join(lo.FilterMap(a.Reasons, func(r wholeReason, _ int) (string, bool) { return layout.Tame(r.Name), r.LogOdds > 0 }), s.in(", ", "、"))
		who.Rows = append(who.Rows, row(word(a.Customer), s.price(at+"stake", &a.Stake), s.share(at+"risk", &a.Risk, 1), page.Word(why), word(a.Segment), word(a.Stage), s.estimate(at+"silent", &a.Silent, 0), s.estimate(at+"overdue", &a.Overdue, 0)))
	}
	tables := []page.Table{bands, causes, who}
	if len(who.Rows) == 0 {
		tables = tables[:2]
	}
	return page.Figure{
		Title:  title,
		Shows:  s.in("How many of the customers who are still here may leave, by risk, and which signals say so. Left already is who has been silent for twice as long as nine of ten of their own gaps, but 30 days at least and 365 at most.", "现有客户按流失风险的分布，以及推高风险的信号。已流失：沉默超过自身 90% 间隔的两倍（至少 30 天，至多 365 天）。"),
		Do:     s.in("Start with the customers of the last table: there the risk times the value is greatest.", "从末表中的客户开始：其风险与价值之积最大。"),
		Charts: []page.Chart{{Name: "churn-risk", Option: chart.Option(), Height: 320, Alt: s.in("Bars of customers by risk of leaving; the table has the figures.", "按流失风险分组的客户数柱状图，数字见表。")}},
		Tables: tables, Wide: true,
	}
}

// survival is how long they stay.
func (s *sheet) survival() page.Figure {
	title := s.in("How long until they order again", "多久再次下单")
	v := s.Survival
	if v == nil {
		return s.gone(title, "survival")
	}
	one, zero := 1.0, 0.0
	chart := page.Lines{XName: s.in("days after the first order", "首单后天数"), YName: s.in("not yet back", "尚未复购的比例"), X: page.Whole, Y: page.Share, YMax: &one, YMin: &zero}
	t := page.Table{
		Caption: s.in("Customers by the amount of their first order", "按首单金额分组的客户"),
		Head:    []string{s.in("first order", "首单"), s.in("customers", "客户数"), s.in("ordered again", "已复购"), s.in("half are back by day", "半数复购于（天）")},
	}
	steps := page.Table{
		Caption: s.in("Share who are not yet back, with its interval", "尚未复购的比例及区间"),
		Head:    []string{s.in("first order", "首单"), s.in("day", "天"), s.in("not yet back", "尚未复购"), s.in("from", "下限"), s.in("to", "上限")},
	}
	for i := range v.Curves {
		c, at := &v.Curves[i], fmt.Sprintf("/survival/curves/%d/", i)
		name := layout.Tame(c.Name)
		if c.Range != "" {
			t.Rows = append(t.Rows, row(page.Word(name+s.say(" (%s)", "（%s）", layout.Tame(c.Range)))))
		} else {
			t.Rows = append(t.Rows, row(page.Word(name)))
		}
		t.Rows[i] = append(t.Rows[i], s.whole64(at+"customers", int64(c.Customers)), s.whole64(at+"again", int64(c.Again)), s.estimate(at+"median", c.Median, 0))
		line := page.Line{Name: name, Step: true, Band: true}
		for j := range c.Points {
			p := &c.Points[j]
			line.Points = append(line.Points, page.Point{X: p.Day, Y: &p.Share, Low: p.Low, High: p.High})
			// A row of the table for where the curve stands on each of some days.
			if !slices.ContainsFunc([]float64{30, 91, 182, 365, 730}, func(day float64) bool {
				return p.Day <= day && (j == len(c.Points)-1 || c.Points[j+1].Day > day)
			}) {
				continue
			}
			at := fmt.Sprintf("%spoints/%d/", at, j)
			steps.Rows = append(steps.Rows, row(page.Word(name), s.estimate(at+"day", &p.Day, 0), s.share(at+"share", &p.Share, 1), s.share(at+"low", p.Low, 1), s.share(at+"high", p.High, 1)))
		}
		chart.Series = append(chart.Series, line)
	}
	if v.P != nil {
		t.Rows = append(t.Rows,
			row(page.Word(s.in("log-rank test, chi-square", "对数秩检验，卡方")), page.Cell{}, page.Cell{}, s.estimate("/survival/chi_square", v.ChiSq, 2)),
			row(page.Word(s.in("p value if all were alike", "各组相同的 p 值")), page.Cell{}, page.Cell{}, s.probability("/survival/p", v.P)))
	}
	return page.Figure{
		Title:  title,
		Shows:  s.in("The share of customers who have not yet ordered a second time so many days after the first order, by the amount of that order, with bands (Kaplan and Meier). No contract says when a customer leaves; a second order can be seen.", "首单后若干天尚未再次下单的客户比例（按首单金额分组，附置信带，Kaplan–Meier 法）。无合同约束时流失不可见，而第二单可见。"),
		Do:     s.in("Write before a curve flattens: from there on hardly anyone comes back unasked. Seek more of the first orders whose curve falls lowest.", "在曲线变平之前联系客户：此后很少有人自行回来。多争取曲线降得最低的那类首单。"),
		Charts: []page.Chart{{Name: "survival", Option: chart.Option(), Height: 400, Alt: s.in("Survival curves with bands; the table has the figures.", "带置信带的生存曲线，数字见表。")}},
		Tables: []page.Table{t, steps}, Wide: true,
	}
}

// cohorts is who came back.
func (s *sheet) cohorts() page.Figure {
	title := s.in("Who came back", "留存")
	c := s.Cohorts
	if c == nil || len(c.Rows) == 0 {
		return s.gone(title, "cohorts")
	}
	ages := 0
	for _, r := range c.Rows {
		ages = max(ages, len(r.Cells))
	}
	m := page.HeatMap{XName: s.in("months after the first order", "首单后月数"), YName: s.in("month of the first order", "首单月份"), From: "#eef5f1", To: "#1d6b4a", Side: 11, NoNarrowText: true}
	t := page.Table{
		Caption: s.in("Customers who ordered so many months after the first order, %; – where the month is not over", "首单后各月下单的客户占比（%）；– 表示该月未结束"),
		Head:    []string{s.in("first", "首单"), s.in("all", "客户")}, Small: true,
	}
	for age := range ages {
		m.X = append(m.X, fmt.Sprint(age))
		t.Head = append(t.Head, fmt.Sprint(age))
	}
	cells := func(pointer string, cells []wholeCohortCell) (out []page.Cell) {
		for a := range ages {
			if a >= len(cells) {
				out = append(out, page.Cell{})
				continue
			}
			cell := s.share(fmt.Sprintf("%s/%d/share", pointer, a), cells[a].Share, 0)
			cell.Text = strings.TrimSuffix(cell.Text, "%")
			out = append(out, cell)
		}
		return out
	}
	for i, r := range c.Rows {
		if r.Customers == 0 {
			continue
		}
		y := len(m.Y)
		m.Y = append(m.Y, r.Month)
		at := fmt.Sprintf("/cohorts/rows/%d/", i)
		t.Rows = append(t.Rows, append(row(page.Word(r.Month), s.whole64(at+"customers", r.Customers)), cells(at+"cells", r.Cells)...))
		for a, cell := range r.Cells {
			if cell.Share == nil {
				continue
			}
			if a > 0 {
				m.Max = max(m.Max, *cell.Share)
			}
			m.Cells = append(m.Cells, page.Heat{
				X: a, Y: y, Value: *cell.Share, Text: fmt.Sprintf("%.0f", 100**cell.Share),
				Tip: []string{r.Month + " +" + fmt.Sprint(cell.Age), s.say("%s of %s customers", "%s / %s 位客户", layout.Thousands(cell.N), layout.Thousands(r.Customers)), percent(*cell.Share, true)},
			})
		}
	}
	if len(m.Cells) == 0 {
		return s.gone(title, "cohorts")
	}
	t.Rows = append(t.Rows, append(row(page.Word(s.in("All", "合计")), page.Cell{}), cells("/cohorts/overall", c.Overall)...))
	t.Sums = true
	return page.Figure{
		Title:  title,
		Shows:  s.in("Of those who first ordered in a month (rows), the per cent who ordered again so many months later (columns); darker is more.", "按首单月份（行），此后各月（列）再次下单的客户百分比，颜色越深越多。"),
		Do:     s.in("Compare rows: a newer month paler than the older ones above it says that newcomers come back less than they did.", "逐行比较：较新的月份颜色更浅，说明新客复购不如从前。"),
		Charts: []page.Chart{{Name: "cohort-triangle", Option: m.Option(), Height: 90 + 20*len(m.Y), Alt: s.in("Triangle of cohorts by age; the table has the figures.", "按首单月份与月龄的留存三角图，数字见表。")}},
		Tables: []page.Table{t}, Wide: true,
	}
}
