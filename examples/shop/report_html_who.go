package main

import (
	"fmt"
	"strconv"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/examples/shop/page"
	"github.com/samber/lo"
)

// today is whom to call, to thank and to win back.
func (s *sheet) today() page.Section {
	f := page.Figure{
		Title: s.in("Whom to contact", "联系名单"),
		Shows: s.say("The customers for whom contact is worth most, and what is at stake with each; %.0f%% of all customers are held out.",
			"最值得联系的客户及各自的价值；全部客户中有 %.0f%% 作为对照组。", 100*s.Actions.HeldOut),
		Do: s.in("Work each list from the top, and leave those marked “leave alone” alone: only by them can be seen later whether contact helped.",
			"自上而下逐一联系；标有“勿联系”者属对照组，请勿联系，日后据此衡量联系是否有效。"),
		Wide: true,
	}
	var tables []page.Table
	last := ""
	for i, a := range s.Actions.List {
		if a.Do != last || len(tables) == 0 {
			last = a.Do
			tables = append(tables, page.Table{
				Caption: layout.Tame(a.Name), Align: "lrllllr", // what decides comes first: a telephone shows no more
				Head: []string{s.in("customer", "客户"), s.inMoney("at stake", "价值"), "", s.in("reason", "原因"), s.in("segment", "分群"), s.in("stage", "阶段"), s.in("points to spend", "可用积分")},
			})
		}
		at := fmt.Sprintf("/actions/list/%d/", i)
		held := page.Cell{}
		if a.HeldOut {
			held = page.Cell{Text: s.in("leave alone", "勿联系"), Tone: "held"}
		}
		t := &tables[len(tables)-1]
		t.Rows = append(t.Rows, row(word(a.Customer), s.price(at+"stake", &a.Stake), held, word(a.Reason), word(a.Segment), word(a.Stage), s.whole64(at+"points", a.Points)))
	}
	f.Tables = tables
	if len(tables) == 0 {
		f.Absent = s.in("nobody needs to be contacted today.", "今日无需联系任何客户。")
	}
	return page.Section{ID: "today", Title: s.in("Today", "今日行动"), Figures: []page.Figure{f}}
}

// customers is who they are.
func (s *sheet) customers() page.Section {
	return page.Section{
		ID: "customers", Title: s.in("Who they are", "客户构成"),
		Intro:   s.in("Every customer is scored by recency, frequency and money; 1 is worst.", "按最近购买、频率与金额为每位客户打分，1 为最低。"),
		Figures: []page.Figure{s.heatMap(), s.treemap(), s.pareto()},
	}
}

// heatMap is recency by frequency, best at the top right.
func (s *sheet) heatMap() page.Figure {
	h, most := s.HeatMap, 0
	for _, c := range h.Cells {
		most = max(most, c.Customers)
	}
	label := func(letter string, n wholeScoreName) string {
		if n.Range == "" {
			return letter + strconv.Itoa(n.Score)
		}
		return letter + strconv.Itoa(n.Score) + s.say(" (%s)", "（%s）", n.Range)
	}
	m := page.HeatMap{
		XName: s.in("frequency: orders", "频率：订单数"), YName: s.in("recency: days since the last order", "最近购买：距今天数"),
		From: "#e8f1f6", To: "#0e4f6b", Max: float64(most),
	}
	t := page.Table{
		Caption: s.in("Customers, and their share of the revenue", "客户数及其营业额占比"),
		Head:    []string{s.in("recency", "最近购买")},
	}
	for _, f := range h.F {
		m.X = append(m.X, label("F", f))
		t.Head = append(t.Head, label("F", f), s.in("revenue", "营业额"))
	}
	for _, r := range h.R {
		m.Y = append([]string{label("R", r)}, m.Y...)
		t.Rows = append([][]page.Cell{{page.Word(label("R", r))}}, t.Rows...)
	}
	for i, c := range h.Cells {
		y := len(h.R) - c.R
		at := fmt.Sprintf("/heat_map/cells/%d/", i)
		t.Rows[y] = append(t.Rows[y], s.whole64(at+"customers", int64(c.Customers)), s.share(at+"revenue_share", c.RevenueShare, 1))
		m.Cells = append(m.Cells, page.Heat{
			X: c.F - 1, Y: y, Value: float64(c.Customers), Text: layout.Thousands(c.Customers),
			Tip: []string{fmt.Sprintf("R%d F%d", c.R, c.F), s.say("customers: %s", "客户：%s", layout.Thousands(c.Customers)), s.inMoney("revenue", "营业额") + s.in(": ", "：") + layout.Grouped(c.Revenue)},
		})
	}
	t.Small = len(h.F) > 5
	return page.Figure{
		Title: s.in("Recency by frequency", "最近购买 × 购买频率"),
		Shows: s.in("How many customers bought how recently (upwards) and how often (to the right); darker is more.",
			"客户按最近购买（向上）与购买次数（向右）的分布，颜色越深人数越多。"),
		Do: s.in("Keep the top right by giving, bring the top left to a second order, and win the bottom right back before it is cold.",
			"右上者以回馈留住；左上者促成第二单；右下者趁早挽回。"),
		Charts: []page.Chart{{Name: "rf-heatmap", Option: m.Option(), Alt: s.in("Heat map of customers by recency and frequency; the table has its figures.", "客户按最近购买与频率的热力图，数字见表。")}},
		Tables: []page.Table{t},
		Wide:   true,
	}
}

// treemap is the segments by what they brought.
func (s *sheet) treemap() page.Figure {
	var tiles []page.Tile
	t := page.Table{
		Caption: s.in("Segments; days, orders and spending are means per customer", "分群；天数、订单数与消费额均为人均"),
		Head: []string{s.in("segment", "分群"), s.in("customers", "客户数"), s.in("share", "占比"), s.inMoney("revenue", "营业额"), s.in("share", "占比"),
			s.in("days since", "距今天数"), s.in("orders", "订单数"), s.inMoney("spent", "消费额")},
	}
	for i, g := range s.Segments {
		at := fmt.Sprintf("/segments/%d/", i)
		t.Rows = append(t.Rows, row(word(g.Name), s.whole64(at+"customers", int64(g.Customers)), s.share(at+"share", g.Share, 1), s.exact(at+"revenue", g.Revenue),
			s.share(at+"revenue_share", g.RevenueShare, 1), s.estimate(at+"recency_days", g.RecencyDays, 1), s.estimate(at+"frequency", g.Frequency, 2), s.price(at+"monetary", g.Monetary)))
		if g.Customers == 0 {
			continue
		}
		name := layout.Tame(g.Name)
		tiles = append(tiles, page.Tile{
			Name: name, Value: float64(g.Customers), Color: s.color(g.Name), Text: layout.Thousands(g.Customers) + " · " + percent(lo.FromPtr(g.Share), g.Share != nil),
			Tip: []string{name, s.say("customers: %s", "客户：%s", layout.Thousands(g.Customers)), s.inMoney("revenue", "营业额") + s.in(": ", "：") + layout.Grouped(g.Revenue)},
		})
	}
	return page.Figure{
		Title:  s.in("Segments", "客户分群"),
		Shows:  s.in("Each area is a segment, as large as it has customers.", "每块面积代表一个分群的客户数。"),
		Do:     s.in("Compare a segment's share of customers with its share of revenue: where revenue is the larger, losing one costs most.", "对照客户占比与营业额占比：营业额占比更高的分群，流失一人代价最大。"),
		Charts: []page.Chart{{Name: "segment-treemap", Option: page.Treemap(tiles), Alt: s.in("Treemap of the segments by customers; the table has its figures.", "各分群客户数的矩形树图，数字见表。")}},
		Tables: []page.Table{t},
		Wide:   true,
	}
}

// pareto is how much of the revenue the best customers make.
func (s *sheet) pareto() page.Figure {
	title := s.in("Who makes the revenue", "营业额集中度")
	p := s.Pareto
	if p == nil {
		return s.gone(title, "pareto")
	}
	zero, one := 0.0, 1.0
	curve := page.Line{Name: s.in("share of revenue", "营业额占比"), Points: []page.Point{{X: 0, Y: &zero}}, Area: true, Color: page.Blue}
	t := page.Table{
		Caption: s.in("The best customers, and what they make", "最佳客户及其营业额"),
		Head:    []string{s.in("best", "前"), s.in("customers", "客户数"), s.in("of revenue", "占营业额")},
	}
	shown := map[int]bool{}
	for i, point := range p.Points {
		curve.Points = append(curve.Points, page.Point{X: point.CustomerShare, Y: &p.Points[i].RevenueShare})
		// Each tenth, and the first that has it.
		tenth := int(10*point.CustomerShare + 1e-9)
		if first := len(p.Points) > 1 && i == 0; !first && (tenth == 0 || shown[tenth]) {
			continue
		}
		shown[tenth] = true
		at := fmt.Sprintf("/pareto/points/%d/", i)
		t.Rows = append(t.Rows, row(s.share(at+"customer_share", &point.CustomerShare, 1), s.whole64(at+"customers", int64(point.Customers)), s.share(at+"revenue_share", &point.RevenueShare, 1)))
	}
	t.Rows = append(t.Rows, row(page.Word(s.in("Gini coefficient", "基尼系数")), page.Cell{}, s.estimate("/pareto/gini", p.Gini, 3)))
	even := page.Line{Name: s.in("if all spent the same", "若人人消费相同"), Points: []page.Point{{X: 0, Y: &zero}, {X: 1, Y: &one}}, Dashed: true, Thin: true, Color: page.Slate}
	chart := page.Lines{
		XName: s.in("share of customers, best first", "客户占比（由高到低）"), YName: s.in("share of revenue", "营业额占比"),
		X: page.Share, Y: page.Share, XMax: &one, YMax: &one, Series: []page.Line{curve, even},
	}
	return page.Figure{
		Title:  title,
		Shows:  s.in("How much of the revenue the best customers make; the further above the straight line, the fewer carry the shop.", "最佳客户贡献的营业额；曲线高出直线越多，店铺越依赖少数客户。"),
		Do:     s.in("If the best tenth makes more than half, know each of them by name.", "若前 10% 的客户贡献过半，应逐一熟悉他们。"),
		Charts: []page.Chart{{Name: "pareto", Option: chart.Option(), Alt: s.in("Pareto curve of revenue over customers; the table has its figures.", "营业额的帕累托曲线，数字见表。")}},
		Tables: []page.Table{t},
	}
}
