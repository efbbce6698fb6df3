package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi/churn"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
)

const (
	listed   = 8 // customers of the risk list
	why      = 3 // reasons of each
	yearDays = 365
	slight   = 0.05 // a reason of less is one of the others
)

// risky is a customer of the list.
type risky struct {
	*customer
	view
	churn.Score
	reasons []churn.Reason
	stake   float64 // risk × what they bought in a year
}

// risks scores all who have not left, in one call, with the learned weights.
func (s *shop) risks() ([]risky, error) {
	var out []risky
	c := churn.Columns{First: []int32{0}}
	for i, v := range s.views {
		if v.Orders == 0 || v.gone {
			continue
		}
		for _, o := range v.seen {
			c.Signal, c.Value, c.At = append(c.Signal, uint16(o.Signal)), append(c.Value, o.Value), append(c.At, o.At)
		}
		c.First = append(c.First, int32(len(c.At)))
		out = append(out, risky{customer: s.customers[i], view: v})
	}
	scores, reasons, _, err := s.learned.AppendScores(nil, nil, why, c, now)
	if err != nil {
		return nil, err
	}
	for i := range out {
		r := &out[i]
		r.Score = scores[i]
		r.reasons = reasons[why*i:][:r.Reasons]
		r.stake = r.Risk * float64(r.spent) / 100
	}
	slices.SortFunc(out, func(a, b risky) int { return cmp.Or(cmp.Compare(b.stake, a.stake), cmp.Compare(a.id, b.id)) })
	return out, nil
}

// atRisk lists those of whom the most is at stake, and why.
func (p *report) atRisk(s *shop) error {
	all, err := s.risks()
	if err != nil {
		return err
	}
	p.section("Who is leaving, and why", "谁将流失，因为什么")
	bands := s.learned.Bands()
	counts := make([]int, len(bands))
	total := 0.0
	for _, r := range all {
		counts[r.Band]++
		total += r.stake
	}
	for i, b := range bands {
		fmt.Fprintf(p, "  %s %s", b.Label(p.lang), layout.Thousands(counts[i]))
	}
	fmt.Fprintln(p)
	t := &layout.Table{Align: "ll"}
	t.Add(p.in("customer", "客户"), p.in("channel", "渠道"), p.in("risk", "风险"), p.in("health", "健康分"), p.in("silent, days", "沉默天数"),
		p.in("expected by", "预期天数"), p.in("overdue", "逾期"), p.in("bought in a year", "年消费"), p.in("at stake", "风险金额"))
	top := all[:min(listed, len(all))]
	for _, r := range top {
		t.Add(r.id, channels[r.channel].name.In(p.lang), percent(r.Risk), decimals(r.Health(), 0), decimals(r.Silent, 0),
			decimals(r.Expected, 0), decimals(r.Overdue, 0), layout.Grouped(decimals(float64(r.spent)/100, 0)), layout.Grouped(decimals(r.stake, 0)))
	}
	lines := strings.SplitAfter(t.String(), "\n")
	p.WriteString(lines[0])
	for i, r := range top {
		p.WriteString(lines[i+1] + "      " + p.reasons(s.learned, r.Score, r.reasons) + "\n")
	}
	p.say("at stake: the risk of leaving within %d days × what the customer bought in the last %d, CNY; in all %s",
		"风险金额：%d 天内流失的风险 × 近 %d 天消费额（CNY）；合计 %s", horizonDays, yearDays, layout.Grouped(decimals(total, 0)))
	p.say("expected by, overdue: by the customer's own cycle, shrunk to that of the channel; one order: by the channel's curve to the second",
		"预期与逾期：按客户自身周期（向渠道收缩）；仅一单者按渠道的首单至次单曲线")
	return nil
}

// reasons writes the summands of the log-odds.
func (p *report) reasons(scorer *churn.Scorer, score churn.Score, reasons []churn.Reason) string {
	parts := []string{signed(scorer.Bias(), 2) + p.in(" base", " 基准")}
	rest := score.Rest
	for _, r := range reasons {
		if math.Abs(r.LogOdds) < slight {
			rest += r.LogOdds
			continue
		}
		parts = append(parts, signed(r.LogOdds, 2)+" "+scorer.Signal(int(r.Signal)).Label(p.lang))
	}
	if math.Abs(rest) >= 0.005 {
		parts = append(parts, signed(rest, 2)+p.in(" others", " 其他"))
	}
	return strings.Join(parts, p.in(", ", "，")) + " = " + signed(score.LogOdds, 2)
}
