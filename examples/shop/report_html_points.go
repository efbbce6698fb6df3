package main

import (
	"fmt"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/examples/shop/page"
)

// points is what the program gave, and what is owed.
func (s *sheet) points() page.Section {
	section := page.Section{ID: "points", Title: s.in("What is owed in points", "积分与负债")}
	p := s.Points
	if p == nil {
		section.Figures = []page.Figure{s.gone(s.in("Points", "积分"), "points")}
		return section
	}
	section.Intro = s.say("Program: %s; 100 points are worth %s %s.", "会员计划：%s；100 积分价值 %s %s。", layout.Tame(p.Program), layout.Grouped(p.Worth), layout.Tame(s.Currency))
	if !p.Redeeming {
		section.Intro += s.in(" Nothing is known to have been redeemed.", "暂无兑换记录。")
	}
	section.Figures = []page.Figure{s.flowOfPoints(p), s.owed(p)}
	return section
}

// flowOfPoints is month by month.
func (s *sheet) flowOfPoints(p *wholePoints) page.Figure {
	chart := page.Lines{XName: s.in("month", "月"), YName: s.in("points", "积分"), Y: page.Size}
	liability := page.Lines{XName: s.in("month", "月"), YName: s.inMoney("owed at the end of the month", "月末负债"), Y: page.Money}
	up := page.Line{Name: s.in("issued", "发放"), Color: page.Blue, Bars: true, Stack: "all"}
	redeemed := page.Line{Name: s.in("redeemed", "兑换"), Color: page.Green, Bars: true, Stack: "all"}
	expired := page.Line{Name: s.in("expired", "过期"), Color: page.Pale, Bars: true, Stack: "all"}
	taken := page.Line{Name: s.in("taken back", "退回"), Color: page.Orange, Bars: true, Stack: "all"}
	owed := page.Line{Name: s.in("liability", "负债"), Color: page.Purple, Area: true}
	t := page.Table{
		Caption: s.in("Points by month", "各月积分"),
		Head: []string{s.in("month", "月"), s.in("issued", "发放"), s.in("redeemed", "兑换"), s.in("expired", "过期"), s.in("taken back", "退回"),
			s.in("outstanding", "未用"), s.inMoney("liability", "负债")},
		Latest: true,
	}
	for i, m := range p.Months {
		chart.Categories = append(chart.Categories, m.Month)
		up.Points, redeemed.Points = append(up.Points, at(i, m.Issued)), append(redeemed.Points, at(i, -m.Redeemed))
		expired.Points, taken.Points = append(expired.Points, at(i, -m.Expired)), append(taken.Points, at(i, -m.TakenBack))
		owed.Points = append(owed.Points, at(i, length(m.Liability)))
		at := fmt.Sprintf("/points/months/%d/", i)
		t.Rows = append(t.Rows, row(page.Word(m.Month), s.whole64(at+"issued", m.Issued), s.whole64(at+"redeemed", m.Redeemed), s.whole64(at+"expired", m.Expired),
			s.whole64(at+"taken_back", m.TakenBack), s.whole64(at+"outstanding", m.Outstanding), s.exact(at+"liability", m.Liability)))
	}
	t.Rows = append(t.Rows, row(page.Word(s.in("All", "合计")), s.whole64("/points/issued", p.Issued), s.whole64("/points/redeemed", p.Redeemed), s.whole64("/points/expired", p.Expired),
		s.whole64("/points/taken_back", p.TakenBack), s.whole64("/points/outstanding", p.Outstanding), s.exact("/points/liability", p.Liability)))
	t.Sums = true
	chart.Series, liability.Categories, liability.Series = []page.Line{up, redeemed, expired, taken}, chart.Categories, []page.Line{owed}
	return page.Figure{
		Title: s.in("Points issued, redeemed and expired", "积分的发放、兑换与过期"),
		Shows: s.in("What customers earned each month (above the line), what they used or lost (below it), and what the shop then owed.", "各月发放（轴上）、使用或失效（轴下）的积分，以及月末负债。"),
		Do:    s.in("If the debt grows month after month, give people something to redeem before the points expire unused.", "若负债逐月增加，应在积分过期前提供可兑换的好处。"),
		Charts: []page.Chart{
			{Name: "points", Option: chart.Option(), Height: 340, Alt: s.in("Bars of points issued, redeemed, expired and taken back by month; the table has the figures.", "各月积分发放、兑换、过期与退回的柱状图，数字见表。")},
			{Name: "points-liability", Option: liability.Option(), Height: 340, Alt: s.in("Curve of the liability by month; the table has the figures.", "各月负债曲线，数字见表。")},
		},
		Tables: []page.Table{t}, Wide: true,
	}
}

// owed is what the debt consists of.
func (s *sheet) owed(p *wholePoints) page.Figure {
	ages := page.Table{
		Caption: s.in("Outstanding by months since earning", "未用积分按获得后月数"),
		Head:    []string{s.in("months", "月数"), s.in("points", "积分"), s.inMoney("liability", "负债")},
	}
	for i, a := range p.Ages {
		name := fmt.Sprintf("%d+", a.From)
		if a.To != nil {
			name = fmt.Sprintf("%d–%d", a.From, *a.To)
		}
		at := fmt.Sprintf("/points/ages/%d/", i)
		ages.Rows = append(ages.Rows, row(page.Word(name), s.whole64(at+"points", a.Points), s.exact(at+"liability", a.Liability)))
	}
	ends := page.Table{
		Caption: s.in("Outstanding by month of expiry", "未用积分按到期月"),
		Head:    []string{s.in("month", "月"), s.in("points", "积分"), s.inMoney("liability", "负债")},
	}
	chart := page.Lines{XName: s.in("month of expiry", "到期月"), YName: s.in("points", "积分"), Y: page.Whole}
	line := page.Line{Name: s.in("points that expire", "到期积分"), Color: page.Purple, Bars: true}
	for i, m := range p.Expiring {
		month := m.Month
		if month == "" {
			month = s.in("never", "永不")
		}
		chart.Categories = append(chart.Categories, month)
		line.Points = append(line.Points, at(i, m.Points))
		at := fmt.Sprintf("/points/expiring/%d/", i)
		ends.Rows = append(ends.Rows, row(page.Word(month), s.whole64(at+"points", m.Points), s.exact(at+"liability", m.Liability)))
	}
	chart.Series = []page.Line{line}
	tiers := page.Table{Caption: s.in("Members by tier", "各等级会员"), Head: []string{s.in("tier", "等级"), s.in("customers", "客户数")}}
	for i, tier := range p.Tiers {
		tiers.Rows = append(tiers.Rows, row(word(tier.Name), s.whole64(fmt.Sprintf("/points/tiers/%d/customers", i), int64(tier.Customers))))
	}
	tiers.Rows = append(tiers.Rows, row(page.Word(s.in("All", "合计")), s.whole64("/points/accounts", p.Accounts)))
	tiers.Sums = true
	f := page.Figure{
		Title:  s.in("What is still outstanding", "未用积分构成"),
		Shows:  s.in("When the points that customers still have will expire, if nobody redeems them.", "客户现有积分若不兑换将于何时到期。"),
		Do:     s.in("Remind the holders a month before a high bar.", "在高柱到来前一个月提醒持有者。"),
		Tables: []page.Table{ends, ages, tiers},
	}
	if len(p.Expiring) > 0 {
		f.Charts = []page.Chart{{Name: "points-expiring", Option: chart.Option(), Alt: s.in("Bars of outstanding points by month of expiry; the table has the figures.", "未用积分按到期月的柱状图，数字见表。")}}
	}
	return f
}
