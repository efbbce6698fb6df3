package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
)

const (
	shownFlows = 8
	shownMoves = 4
)

// moves is who went where since the past.
func (p *report) moves(before *past) {
	if before == nil {
		p.title("Three months earlier", "与三个月前相比")
		fmt.Fprintf(p, "%s%s\n", layout.Indent, p.in("The log does not reach back so far.", "订单记录不足三个月。"))
		return
	}
	since := dateText(before.asOf, p.loc)
	p.title("Moved since "+since, "自 "+since+" 以来的变动", p.in("(from the row to the column, customers)", "（由行至列，客户数）"))
	p.matrix(before.migration)
	p.flows(before.migration)
	p.movers(before.migration)
}

// name is the label of a segment in a migration.
func (p *report) name(id string) string {
	if id == rfm.Absent {
		return p.in("Not yet a customer", "尚非客户")
	}
	return layout.Tame(p.names[id])
}

// matrix prints the segments that anybody was or is in.
func (p *report) matrix(m *rfm.Migration[string]) {
	counts, ids := m.Matrix(), m.Segments()
	used := lo.Filter(lo.Range(len(ids)), func(i, _ int) bool {
		return lo.Sum(counts[i]) > 0 || lo.SumBy(counts, func(row []int) int { return row[i] }) > 0
	})
	t := &layout.Table{Align: "l"}
	header := []string{""}
	for n := range used {
		header = append(header, strconv.Itoa(n+1))
	}
	t.Add(append(header, p.in("before", "此前"))...)
	now := []string{p.in("now", "现在")}
	for n, i := range used {
		row := []string{fmt.Sprintf("%2d %s", n+1, p.name(ids[i]))}
		for _, j := range used {
			row = append(row, lo.Ternary(counts[i][j] == 0, "·", layout.Thousands(counts[i][j])))
		}
		t.Add(append(row, layout.Thousands(lo.Sum(counts[i])))...)
		now = append(now, layout.Thousands(lo.SumBy(counts, func(row []int) int { return row[i] })))
	}
	t.Rule()
	t.Add(append(now, "")...)
	p.table(t)
}

// flows prints the biggest movements.
func (p *report) flows(m *rfm.Migration[string]) {
	flows := m.Flows()
	if len(flows) == 0 {
		return
	}
	fmt.Fprintf(p, "\n%s%s\n", layout.Indent, p.in("Biggest flows, and what these customers had spent then and have spent now",
		"最大流向，以及这些客户当时与现在的累计消费"))
	t := &layout.Table{Align: "lll"}
	for _, f := range flows[:min(shownFlows, len(flows))] {
		t.Add(p.name(f.From), "→", p.name(f.To), p.count(f.Customers, "customer", "customers", "位客户"),
			money(f.Before, p.decimals), "→", money(f.After, p.decimals))
	}
	p.table(t)
}

// movers prints a few customers who changed segment, and why: the best of those
// whose scores fell, and those who rose most.
func (p *report) movers(m *rfm.Migration[string]) {
	rise := func(mv rfm.Move[string]) int {
		return lo.SumBy(mv.Moved, func(s rfm.Shift) int { return int(s.To) - int(s.From) })
	}
	var fell, rose []rfm.Move[string]
	for mv := range m.Moves() {
		switch {
		case mv.Before.Score.Prospect() || mv.After.Score.Prospect(): // came, or went
		case rise(mv) < 0:
			fell = append(fell, mv)
		case rise(mv) > 0:
			rose = append(rose, mv)
		}
	}
	byMoney := func(a, b rfm.Move[string]) int {
		return cmp.Compare(b.After.Values.Monetary, a.After.Values.Monetary)
	}
	slices.SortStableFunc(fell, byMoney)
	slices.SortStableFunc(rose, func(a, b rfm.Move[string]) int { return cmp.Or(cmp.Compare(rise(b), rise(a)), byMoney(a, b)) })
	p.reasons(p.in("Who fell, and why: those who have spent most", "下滑的客户及原因：消费最多的几位"), fell)
	p.reasons(p.in("Who rose, and why: those who rose most", "上升的客户及原因：上升最多的几位"), rose)
}

// reasons prints the first of the moves, a line for every score that changed.
func (p *report) reasons(title string, moves []rfm.Move[string]) {
	if len(moves) == 0 {
		return
	}
	fmt.Fprintf(p, "\n%s%s\n", layout.Indent, title)
	t := &layout.Table{Align: "llll"}
	for _, mv := range moves[:min(shownMoves, len(moves))] {
		who, where := layout.Tame(mv.Customer), p.name(mv.Before.Segment)+" → "+p.name(mv.After.Segment)
		for _, s := range mv.Moved {
			t.Add(who, where, fmt.Sprintf("%c %d → %d", "RFM"[s.Dimension], s.From, s.To), p.why(mv, s))
			who, where = "", ""
		}
	}
	p.table(t)
}

// why puts in words why a score changed.
func (p *report) why(mv rfm.Move[string], s rfm.Shift) string {
	b, a := mv.Before.Values, mv.After.Values
	switch {
	case s.Dimension == rfm.Recency && s.Own && s.To > s.From:
		return fmt.Sprintf(p.in("bought again: last order %s days ago (was %s)", "再次购买：距上次购买 %s 天（原 %s 天）"),
			layout.Thousands(a.Recency), layout.Thousands(b.Recency))
	case s.Dimension == rfm.Recency:
		return fmt.Sprintf(p.in("no order since: last one %s days ago (was %s)", "此后未购买：距上次购买 %s 天（原 %s 天）"),
			layout.Thousands(a.Recency), layout.Thousands(b.Recency))
	case !s.Own: // only where ties are split: who is equal is ranked again
		return p.in("the same as then; the others changed", "本人未变，其他客户变动所致")
	case s.Dimension == rfm.Frequency:
		return fmt.Sprintf(p.in("%s orders (was %s)", "%s 笔订单（原 %s 笔）"), layout.Thousands(a.Frequency), layout.Thousands(b.Frequency))
	}
	return fmt.Sprintf(p.in("spent %s (was %s)", "消费 %s（原 %s）"),
		money(p.pop.Money(a.Monetary), p.decimals), money(p.pop.Money(b.Monetary), p.decimals))
}
