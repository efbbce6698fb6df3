package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi/churn/survival"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/samber/lo"
)

// stays reports on an analysis: the curves, how groups differ, what explains it.
func (p *report) stays(s *stays, a *analysis) {
	p.WriteString(tame(s.title.In(p.lang)) + "\n")
	p.say("%s rows; with an empty field among the columns chosen: %s. Each analysis leaves out those that miss one of its own.",
		"共 %s 行；所选列中有空值的：%s 行。每项分析只略去自身所需列有空值的行。", layout.Thousands(s.rows), layout.Thousands(s.skipped))
	p.section("How long they stay", "留存时间")
	p.curves(a, quarters(a))
	p.explained(s, a)
}

// maxCurves is how many groups the report has room for.
const maxCurves = 20

// quarters are the times at which curves of a file are read: of the time in which
// anybody was seen, in whole units where there are enough.
func quarters(a *analysis) []float64 {
	last := 0.0
	for _, c := range a.curves.Curves {
		if n := len(c.Points); n > 0 {
			last = max(last, c.Points[n-1].Time)
		}
	}
	return lo.Map([]float64{0.25, 0.5, 0.75}, func(q float64, _ int) float64 {
		if last >= 20 {
			return math.Floor(q * last)
		}
		return q * last
	})
}

// curves is a line for every group, read at some times, and whether the groups
// differ.
func (p *report) curves(a *analysis, times []float64) {
	t := &layout.Table{Align: "l"}
	head := []string{p.in("group", "分组"), p.in("customers", "客户"), p.in("left", "流失"), p.in("half left by", "半数流失时间"), p.in("95% limits", "95% 区间")}
	for _, x := range times {
		head = append(head, p.in("beyond ", "留存超过 ")+plain(x))
	}
	t.Add(head...)
	for _, c := range a.curves.Curves[:min(maxCurves, len(a.curves.Curves))] {
		half, _ := c.Median()
		row := []string{cmp.Or(tame(c.Group), p.in("(all)", "（全部）")), layout.Thousands(c.N), layout.Thousands(c.Events),
			plain(half.Value), p.span(plain(half.Low), plain(half.High))}
		for _, x := range times {
			cell := unknown
			if at, ok := c.At(x); ok {
				cell = percent(at.Survival)
			}
			row = append(row, cell)
		}
		t.Add(row...)
	}
	p.print(t)
	if more := len(a.curves.Curves) - maxCurves; more > 0 {
		p.say("%s more groups not shown (all of them: -json)", "另有 %s 组未列出（-json 列出全部）", layout.Thousands(more))
	}
	if a.curves.Skipped > 0 {
		p.say("Rows left out: %s", "略去的行：%s", layout.Thousands(a.curves.Skipped))
	}
	switch test := a.logRank; {
	case test != nil:
		p.say("Do the groups leave alike? Log-rank: chi-square %s on %d df, p %s", "各组流失是否相同？对数秩检验：卡方 %s，自由度 %d，p %s",
			decimals(test.ChiSq, 2), test.DF, probability(test.P))
	case len(a.curves.Curves) == 1 && a.curves.Curves[0].Group == "":
	default:
		p.say("Do the groups leave alike? Not known: no two of them were there together when somebody left.",
			"各组流失是否相同？无从得知：有人流失时，没有两组同时在场。")
	}
}

// explained is the regression.
func (p *report) explained(s *stays, a *analysis) {
	if a.cox == nil {
		return
	}
	p.section("What makes them leave earlier", "何者使客户更早流失")
	t := &layout.Table{Align: "l"}
	t.Add(p.in("column", "列"), p.in("coefficient", "系数"), p.in("std. error", "标准误"), p.in("hazard ×", "风险倍数"), p.in("95% limits", "95% 区间"), "p")
	for _, c := range a.cox.Coefficients {
		r := c.Ratio(survival.DefaultConfidence)
		t.Add(tame(c.Name), signed(c.Value, 4), decimals(c.SE, 4), decimals(r.Value, 3), p.span(decimals(r.Low, 3), decimals(r.High, 3)), probability(c.P))
	}
	p.print(t)
	p.say("Cox regression, ties by %s: %s rows, %s left; rows left out: %s; log-likelihood %s, C = %s ± %s", "Cox 回归，同时事件按 %s 处理：%s 行，流失 %s，略去 %s 行；对数似然 %s，C = %s ± %s",
		strings.ToUpper(string(a.cox.Ties[:1]))+string(a.cox.Ties[1:]), layout.Thousands(a.cox.N), layout.Thousands(a.cox.Events), layout.Thousands(a.cox.Skipped),
		decimals(a.cox.LogLik, 2), decimals(a.concordance.C.Value, 3), decimals(a.concordance.C.SE, 3))
	for _, b := range s.baselines {
		p.say("%s is compared with %s.", "%s 以 %s 为基准。", tame(b.column), tame(b.level))
	}
	if a.hazards == nil {
		return
	}
	drift := lo.Filter(a.hazards.Terms, func(t survival.TermTest, _ int) bool { return t.P < 0.05 })
	slices.SortStableFunc(drift, func(a, b survival.TermTest) int { return cmp.Compare(a.P, b.P) })
	names := lo.Map(drift, func(t survival.TermTest, _ int) string {
		return tame(t.Term) + fmt.Sprintf(p.in(" (p %s)", "（p %s）"), probability(t.P))
	})
	if len(names) == 0 {
		p.say("Are these factors the same early and late? Nothing speaks against it (p %s).", "这些倍数前后是否一致？没有相反的迹象（p %s）。", probability(a.hazards.Global.P))
		return
	}
	p.say("Not the same early and late: %s", "前后不一致：%s", strings.Join(names, p.in(", ", "、")))
}
