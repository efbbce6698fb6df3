package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
	"github.com/shopspring/decimal"
)

// report writes the text that people read.
type report struct {
	strings.Builder
	*result
	options
	decimals int
	names    map[string]string // of segments by id
	all      *whole
}

// writeReport writes the whole report; before is nil where there is no past.
func writeReport(w io.Writer, r *result, before *past, all *whole, o options) error {
	p := &report{result: r, options: o, all: all, decimals: r.pop.Config().Decimals, names: labels(r.scored.Segments(), o.lang)}
	p.header()
	p.segmentTable()
	p.grid()
	p.pareto()
	p.best()
	p.moves(before)
	p.lifeCycle()
	p.worth()
	p.leaving()
	p.staying()
	p.points()
	p.recommending()
	p.advice()
	p.todo()
	_, err := io.WriteString(w, p.String())
	return err
}

// in picks one of two languages.
func (p *report) in(en, zh string) string { return guanxi.Text{EN: en, ZH: zh}.In(p.lang) }

// title begins a part of the report.
func (p *report) title(en, zh string, note ...string) {
	fmt.Fprintf(p, "\n%s", p.in(strings.ToUpper(en), zh))
	if len(note) > 0 {
		fmt.Fprintf(p, "  %s", strings.Join(note, " "))
	}
	p.WriteString("\n")
}

func (p *report) table(t *layout.Table) { p.WriteString(t.String()) }

// header says what was read, and what was not.
func (p *report) header() {
	fmt.Fprintf(p, "%s\n%s\n\n", p.log.title.In(p.lang), p.log.reading.In(p.lang))
	t := &layout.Table{Align: "ll"}
	t.Add(p.in("As of", "截止日"), dateText(p.result.asOf, p.loc)+p.in(" (not included), ", "（不含当日），")+p.loc.String())
	t.Add(p.in("Orders", "订单"), layout.Thousands(p.result.orders))
	t.Add(p.in("Customers", "客户"), layout.Thousands(p.pop.Len()))
	t.Add(p.in("Revenue", "营业额"), strings.TrimSpace(p.currency+" "+money(p.pop.Revenue(), p.decimals)))
	t.Add(p.in("Refused", "拒收"), p.all.refusedOf(p.lang))
	p.table(t)
	for _, line := range p.all.refusedLines(p.lang) {
		fmt.Fprintf(p, "    %s\n", line)
	}
	for i, line := range p.all.Notes.lines(p.lang) {
		if i == 0 {
			fmt.Fprintf(p, "%s%s\n", layout.Indent, p.in("Notes", "附注"))
		}
		fmt.Fprintf(p, "    %s\n", line)
	}
}

// count writes a number of things.
func (p *report) count(n int, one, many, zh string) string { return counted(n, one, many, zh, p.lang) }

// segmentTable is who the customers are.
func (p *report) segmentTable() {
	p.title("Segments", "客户分群", p.in("(days since the last order, orders and spending: mean per customer)",
		"（距上次购买天数、订单数、消费额均为人均）"))
	t := &layout.Table{Align: "l"}
	t.Add(p.in("segment", "分群"), p.in("customers", "客户数"), p.in("share", "占比"), p.in("revenue", "营业额"), p.in("share", "占比"),
		p.in("days since", "距今天数"), p.in("orders", "订单数"), p.in("spent", "消费额"))
	line := func(name string, s rfm.Sums, share, revenueShare string) {
		t.Add(name, layout.Thousands(s.Customers), share, money(s.Revenue, p.decimals), revenueShare,
			estimate(1)(s.Recency()), estimate(2)(s.Frequency()), estimate(p.decimals)(s.Monetary()))
	}
	whole := p.scored.Table()
	for _, row := range whole.Rows {
		line(layout.Tame(row.Segment.Label(p.lang)), row.Sums, percent(row.Share()), percent(row.RevenueShare()))
	}
	t.Rule()
	line(p.in("All", "合计"), whole.Sums, percent(1, whole.Customers > 0), percent(1, whole.Revenue.IsPositive()))
	p.table(t)
}

// grid is recency by frequency, best at the top right.
func (p *report) grid() {
	p.title("Recency by frequency", "最近购买 × 购买频率", p.in("(R: days since the last order, F: orders; customers, and their share of the revenue)",
		"（R：距上次购买天数，F：订单数；客户数及其营业额占比）"))
	grid := p.scored.Grid()
	whole := p.pop.Revenue().InexactFloat64()
	t := &layout.Table{Align: "l"}
	header := []string{""}
	for f := range grid.Cells[0] {
		header = append(header, p.frequencyLabel(f+1), "")
	}
	t.Add(header...)
	for r := len(grid.Cells); r > 0; r-- {
		row := []string{p.recencyLabel(r)}
		for _, cell := range grid.Cells[r-1] {
			if cell.Customers == 0 {
				row = append(row, "·", "")
				continue
			}
			row = append(row, layout.Thousands(cell.Customers), percent(cell.Revenue.InexactFloat64()/whole, whole > 0))
		}
		t.Add(row...)
	}
	p.table(t)
}

// cuts are the cut points of a dimension as whole numbers, worst first; none
// where customers with equal values have different scores.
func (p *report) cuts(dim rfm.Dimension) []int64 {
	if p.split {
		return nil
	}
	return lo.Map(p.scored.Scale().Cuts(dim)[0], func(c decimal.Decimal, _ int) int64 { return c.IntPart() })
}

// recencyLabel says which days a recency score stands for: those better than
// score − 1 of the cuts.
func (p *report) recencyLabel(score int) string {
	name := fmt.Sprintf("R%d", score)
	if days := p.recencyRange(score); days != "" {
		name += "  " + days
	}
	return name
}

// recencyRange are those days; "" where ties are split.
func (p *report) recencyRange(score int) string {
	cuts := p.cuts(rfm.Recency)
	if cuts == nil {
		return ""
	}
	if score == 1 {
		return fmt.Sprintf(p.in("%s or more", "%s 及以上"), layout.Thousands(cuts[0]))
	}
	from, to := int64(0), cuts[score-2]-1
	if score <= len(cuts) {
		from = cuts[score-1]
	}
	return span(from, to)
}

// frequencyLabel says which numbers of orders a frequency score stands for.
func (p *report) frequencyLabel(score int) string {
	name := fmt.Sprintf("F%d", score)
	if orders := p.frequencyRange(score); orders != "" {
		name += p.in(": ", "：") + orders
	}
	return name
}

// frequencyRange are those numbers; "" where ties are split.
func (p *report) frequencyRange(score int) string {
	cuts := p.cuts(rfm.Frequency)
	if cuts == nil {
		return ""
	}
	if score > len(cuts) {
		return layout.Thousands(cuts[len(cuts)-1]+1) + "+"
	}
	from := int64(1)
	if score > 1 {
		from = cuts[score-2] + 1
	}
	return span(from, cuts[score-1])
}

// span writes from–to, or that there is nothing between.
func span(from, to int64) string {
	switch {
	case from > to:
		return unknown
	case from == to:
		return layout.Thousands(from)
	}
	return layout.Thousands(from) + "–" + layout.Thousands(to)
}

// pareto is how much of the revenue the best customers make.
func (p *report) pareto() {
	gini, ok := p.scored.Gini()
	if !ok {
		return
	}
	p.title("Who makes the revenue", "营业额集中度", fmt.Sprintf(p.in("(Gini %.3f)", "（基尼系数 %.3f）"), gini))
	t := &layout.Table{Align: "l"}
	for _, point := range p.scored.Pareto(10) {
		t.Add(fmt.Sprintf(p.in("best %.0f%%", "前 %.0f%%"), 100*point.CustomerShare), p.count(point.Customers, "customer", "customers", "位客户"),
			percent(point.RevenueShare, true), bar(point.RevenueShare))
	}
	p.table(t)
}

// bar draws a share, 40 columns for the whole.
func bar(share float64) string {
	const whole = 40
	n := min(whole, max(0, int(share*whole+0.5)))
	return strings.Repeat("█", n) + strings.Repeat("░", whole-n)
}

// best lists the customers with the greatest revenue.
func (p *report) best() {
	if p.top == 0 {
		return
	}
	p.title("Best customers", "最佳客户")
	t := &layout.Table{Align: "lrrrrl"}
	t.Add(p.in("customer", "客户"), p.in("spent", "消费额"), p.in("orders", "订单数"), p.in("days since", "距今天数"), "RFM", p.in("segment", "分群"))
	for _, c := range p.scored.Top(p.top) {
		t.Add(layout.Tame(c.Customer), money(p.pop.Money(c.Values.Monetary), p.decimals), layout.Thousands(c.Values.Frequency),
			layout.Thousands(c.Values.Recency), c.Score.String(), layout.Tame(p.names[c.Segment]))
	}
	p.table(t)
}

// advice is what to do about each segment.
func (p *report) advice() {
	p.title("What to do", "应对建议")
	segments := p.scored.Segments()
	t := &layout.Table{Align: "ll"}
	for i := range segments.Len() {
		s := segments.At(i)
		if response := s.Response.In(p.lang); response != "" {
			t.Add(layout.Tame(s.Label(p.lang)), layout.Tame(response))
		}
	}
	p.table(t)
}
