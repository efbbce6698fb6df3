package main

import (
	"fmt"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/examples/shop/page"
	"github.com/guanxi-go/guanxi/rfm/clv"
	"github.com/samber/lo"
)

// worth is what customers are expected to bring.
func (s *sheet) worth() page.Section {
	section := page.Section{ID: "value", Title: s.in("What they are worth", "客户价值")}
	v := s.Value
	if v == nil {
		section.Figures = []page.Figure{s.gone(s.in("Lifetime value", "生命周期价值"), "value")}
		return section
	}
	section.Intro = s.say("What customers are expected to bring in the %d months after %s, discounted by %.2f%% a month; model: %s.",
		"客户在 %[2]s 之后 %[1]d 个月内的预期价值，月折现率 %.2[3]f%%；模型：%[4]s。", v.Horizon, s.AsOf, 100*v.Discount, layout.Tame(clv.Kind(v.Model).Label(s.lang)))
	section.Figures = []page.Figure{s.distribution(v)}
	if v.HoldOut == nil {
		section.Figures = append(section.Figures, s.gone(s.in("Was such a forecast right?", "预测准不准"), "hold_out"))
	} else {
		section.Figures = append(section.Figures, s.holdOut(v.HoldOut))
	}
	section.Figures = append(section.Figures, s.bestCustomers(v))
	return section
}

// distribution is how the value lies over customers.
func (s *sheet) distribution(v *wholeValue) page.Figure {
	title := s.in("Lifetime value over customers", "生命周期价值分布")
	if len(v.Distribution) == 0 {
		return s.gone(title, "value")
	}
	chart := page.Lines{XName: s.inMoney("expected value", "预期价值"), YName: s.in("customers", "客户数"), Y: page.Whole}
	line := page.Line{Name: s.in("customers", "客户数"), Bars: true, Color: page.Blue}
	t := page.Table{
		Caption: s.in("Customers by expected value", "按预期价值分组的客户"),
		Head:    []string{s.inMoney("from", "下限"), s.in("below", "上限（不含）"), s.in("customers", "客户数"), s.inMoney("value", "价值")},
	}
	for i, b := range v.Distribution {
		name := spoken(b.From, 0)
		if b.To == nil {
			name += "+"
		} else {
			name += "–" + spoken(*b.To, 0)
		}
		chart.Categories = append(chart.Categories, name)
		line.Points = append(line.Points, at(i, b.Customers))
		at := fmt.Sprintf("/value/distribution/%d/", i)
		t.Rows = append(t.Rows, row(s.estimate(at+"from", &b.From, 0), s.estimate(at+"to", b.To, 0), s.whole64(at+"customers", int64(b.Customers)), s.estimate(at+"value", &b.Value, 0)))
	}
	chart.Series = []page.Line{line}
	segments := page.Table{
		Caption: s.in("Expected value by segment", "各分群预期价值"),
		Head:    []string{s.in("segment", "分群"), s.in("customers", "客户数"), s.inMoney("value", "价值"), s.in("from", "下限"), s.in("to", "上限")},
	}
	for i, g := range v.Segments {
		at := fmt.Sprintf("/value/segments/%d/", i)
		segments.Rows = append(segments.Rows, append(row(word(g.Name), s.whole64(at+"customers", int64(g.Customers)), s.estimate(at+"value", g.Value, 0)), s.bounds(at+"interval", g.Interval)...))
	}
	segments.Rows = append(segments.Rows, append(row(page.Word(s.in("All", "合计")), s.whole64("/customers", int64(s.Customers)), s.estimate("/value/total", v.Total, 0)), s.bounds("/value/interval", v.Interval)...))
	segments.Sums = true
	return page.Figure{
		Title:  title,
		Shows:  s.in("How many customers are expected to bring how much; most bring little, a few very much.", "预期价值各档的客户数；多数不多，少数甚多。"),
		Do:     s.in("Spend on a customer no more than they are expected to bring, and care for the last bars in person.", "对客户的投入不超过其预期价值；最右几档应专人维护。"),
		Charts: []page.Chart{{Name: "value-distribution", Option: chart.Option(), Alt: s.in("Bars of customers by expected value; the table has the figures.", "按预期价值分组的客户数柱状图，数字见表。")}},
		Tables: []page.Table{t, segments}, Wide: true,
	}
}

// bounds are the limits of a sum, without decimals.
func (s *sheet) bounds(pointer string, i *wholeInterval) []page.Cell {
	if i == nil {
		return s.limits(pointer, nil)
	}
	return []page.Cell{s.estimate(pointer+"/low", &i.Low, 0), s.estimate(pointer+"/high", &i.High, 0)}
}

// holdOut is a forecast of what is known already.
func (s *sheet) holdOut(h *wholeHoldOut) page.Figure {
	track := page.Lines{XName: s.in("four weeks from", "四周起始日"), YName: s.in("repeat purchases", "复购次数"), Y: page.Tenth}
	expected := page.Line{Name: s.in("expected, with interval", "预期及区间"), Color: page.Orange, Band: true, Dashed: true}
	actual := page.Line{Name: s.in("actual", "实际"), Color: page.Blue}
	t := page.Table{
		Caption: s.in("Repeat purchases in four weeks, actual and expected", "每四周的复购次数：实际与预期"),
		Head:    []string{s.in("from", "起始日"), s.in("actual", "实际"), s.in("expected", "预期"), s.in("from", "下限"), s.in("to", "上限")},
		Latest:  true,
	}
	for i := range h.Periods {
		p := &h.Periods[i]
		if p.HeldOut && track.MarkName == "" {
			track.MarkName, track.MarkX = s.in("held out →", "检验期 →"), float64(i)
		}
		track.Categories = append(track.Categories, p.From)
		expected.Points = append(expected.Points, page.Point{X: float64(i), Y: &p.Expected, Low: &p.Low, High: &p.High})
		actual.Points = append(actual.Points, at(i, p.Actual))
		at := fmt.Sprintf("/value/hold_out/periods/%d/", i)
		name := page.Word(p.From)
		if p.HeldOut {
			name.Text += " *"
		}
		t.Rows = append(t.Rows, row(name, s.estimate(at+"actual", &p.Actual, 0), s.estimate(at+"expected", &p.Expected, 1), s.estimate(at+"low", &p.Low, 1), s.estimate(at+"high", &p.High, 1)))
	}
	t.Caption += s.in("; * held out", "；* 为检验期")
	track.Series = []page.Line{expected, actual}

	classes := page.Lines{XName: s.in("repeat purchases before", "此前复购次数"), YName: s.in("mean of a customer, held out", "检验期人均复购"), Y: page.Tenth}
	came := page.Line{Name: s.in("actual", "实际"), Color: page.Blue, Bars: true}
	foreseen := page.Line{Name: s.in("predicted", "预测"), Color: page.Orange, Bars: true}
	by := page.Table{
		Caption: s.in("Held-out repeat purchases of a customer, by repeat purchases before", "按此前复购次数分组的检验期人均复购"),
		Head:    []string{s.in("before", "此前"), s.in("customers", "客户数"), s.in("actual", "实际"), s.in("predicted", "预测")},
	}
	for i, c := range h.ByFrequency {
		name := fmt.Sprint(c.Repeats) + lo.Ternary(c.Repeats >= 7, "+", "")
		classes.Categories = append(classes.Categories, name)
		came.Points, foreseen.Points = append(came.Points, at(i, c.Actual)), append(foreseen.Points, at(i, c.Predicted))
		at := fmt.Sprintf("/value/hold_out/by_frequency/%d/", i)
		by.Rows = append(by.Rows, row(page.Word(name), s.whole64(at+"customers", int64(c.Customers)), s.estimate(at+"actual", &c.Actual, 2), s.estimate(at+"predicted", &c.Predicted, 2)))
	}
	classes.Series = []page.Line{came, foreseen}
	sums := page.Table{
		Caption: s.say("The forecast made on %s", "于 %s 所作的预测", h.Calibration),
		Head:    []string{s.in("all held out", "检验期合计"), ""},
		Rows: [][]page.Cell{
			row(page.Word(s.in("customers", "客户数")), s.whole64("/value/hold_out/customers", int64(h.Customers))),
			row(page.Word(s.in("repeat purchases, actual", "复购次数，实际")), s.estimate("/value/hold_out/actual", &h.Actual, 0)),
			row(page.Word(s.in("repeat purchases, predicted", "复购次数，预测")), s.estimate("/value/hold_out/predicted", &h.Predicted, 0)),
			row(page.Word(s.in("at least", "下限")), s.estimate("/value/hold_out/low", &h.Low, 0)),
			row(page.Word(s.in("at most", "上限")), s.estimate("/value/hold_out/high", &h.High, 0)),
			row(page.Word(s.in("mean absolute error of a customer", "人均绝对误差")), s.estimate("/value/hold_out/mae", &h.MAE, 3)),
			row(page.Word(s.in("correlation", "相关系数")), s.estimate("/value/hold_out/correlation", h.Correlation, 3)),
		},
	}
	return page.Figure{
		Title: s.in("Was such a forecast right?", "预测准不准"),
		Shows: s.say("The same model fitted to what was known on %s, beside what then happened; the band is where the truth should lie.",
			"以 %s 之前的数据拟合同一模型，与其后的实际对照；色带为应有范围。", h.Calibration),
		Do: s.in("Trust the values as far as the line of what happened stays in the band; if it leaves, look at what changed in the shop.", "实际曲线在色带内时可信任该预测；若离开色带，应查明店铺有何变化。"),
		Charts: []page.Chart{
			{Name: "value-forecast", Option: track.Option(), Height: 340, Alt: s.in("Actual and expected repeat purchases over time with a band; the table has the figures.", "复购次数的实际与预期及色带，数字见表。")},
			{Name: "value-by-frequency", Option: classes.Option(), Height: 340, Alt: s.in("Bars of actual and predicted repeat purchases by those before; the table has the figures.", "按此前复购次数的实际与预测柱状图，数字见表。")},
		},
		Tables: []page.Table{sums, by, t}, Wide: true,
	}
}

func (s *sheet) bestCustomers(v *wholeValue) page.Figure {
	t := page.Table{
		Caption: s.in("Customers of the greatest expected value", "预期价值最高的客户"), Names: 2,
		Head: []string{s.in("customer", "客户"), s.in("segment", "分群"), s.in("still active", "仍活跃概率"), s.in("orders expected", "预期订单"),
			s.inMoney("spend of one", "单笔消费"), s.inMoney("value", "价值"), s.in("from", "下限"), s.in("to", "上限")},
	}
	for i := range v.Best {
		c, at := &v.Best[i], fmt.Sprintf("/value/best/%d/", i)
		t.Rows = append(t.Rows, append(row(word(c.Customer), word(c.Segment), s.share(at+"active", &c.Active, 1), s.estimate(at+"orders", &c.Orders, 2),
			s.price(at+"spend", c.Spend), s.price(at+"value", c.Value)), s.limits(at+"interval", c.Interval)...))
	}
	f := page.Figure{
		Title:  s.in("The most valuable customers", "最有价值的客户"),
		Shows:  s.in("Who is expected to bring most, with the probability that they are still customers.", "预期贡献最高的客户及其仍为客户的概率。"),
		Do:     s.in("Where the value is high and the probability falls, call.", "价值高而概率下降者，应尽快联系。"),
		Tables: []page.Table{t}, Wide: true,
	}
	if len(t.Rows) == 0 {
		f.Tables, f.Absent = nil, s.in("none were asked for.", "未要求列出。")
	}
	return f
}
