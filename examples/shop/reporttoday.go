package main

import (
	"fmt"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/samber/lo"
)

// points is what the shop would owe by a sample programme.
func (p *report) points() {
	w := p.all.Points
	p.title("Points", "积分", p.in("(a sample programme: 1 point for 1, spendable after 7 days, expiring after 12 months)",
		"（示例计划：消费 1 得 1 分，7 天后可用，12 个月过期）"))
	t := &layout.Table{Align: "l"}
	t.Add("", p.in("issued", "发放"), p.in("redeemed", "兑换"), p.in("expired", "过期"), p.in("taken back", "退货扣回"), p.in("outstanding", "期末余额"), p.in("liability", "负债"))
	const months = 6
	for _, m := range w.Months[max(0, len(w.Months)-months):] {
		t.Add(m.Month, layout.Thousands(m.Issued), layout.Thousands(m.Redeemed), layout.Thousands(m.Expired), layout.Thousands(m.TakenBack),
			layout.Thousands(m.Outstanding), layout.Grouped(m.Liability))
	}
	t.Rule()
	t.Add(p.in("all", "合计"), layout.Thousands(w.Issued), layout.Thousands(w.Redeemed), layout.Thousands(w.Expired), layout.Thousands(w.TakenBack),
		layout.Thousands(w.Outstanding-w.Debt), layout.Grouped(w.Liability))
	p.table(t)
	p.say("Tiers: %s", "等级：%s", p.list(lo.Map(w.Tiers, func(x wholeTier, _ int) string { return x.Name + " " + layout.Thousands(x.Customers) })))
	if w.Debt > 0 {
		p.say("Outstanding is less %s points that customers owe after refunds.", "余额已减去客户因退货所欠的 %s 分。", layout.Thousands(w.Debt))
	}
	if w.Loose > 0 {
		p.say("%s of no known order took nothing back.", "%s没有对应订单，未扣回积分。", p.count(w.Loose, "refund", "refunds", "笔退款"))
	}
	if !w.Redeeming {
		p.say("What was redeemed is not in an order log: all that was earned counts until it expires.", "订单记录中没有兑换：所得积分在过期前均计为余额。")
	}
}

// recommending is the net promoter score.
func (p *report) recommending() {
	n := p.all.NPS
	p.title("Would customers recommend the shop?", "客户是否愿意推荐")
	if n == nil {
		p.missing("nps")
		return
	}
	points := func(v float64) string { return fmt.Sprintf("%+.1f", 100*v) }
	p.say("Net promoter score %s (%s) of %s answers (%s), the last one of each customer", "净推荐值 %s（%s），%s 份回答（%s），每位客户取最近一次",
		points(n.Score), p.interval(points(n.Low), points(n.High)), layout.Thousands(n.Answers), layout.Tame(n.Source))
	if n.Unknown > 0 {
		p.say("%s of people who are no customers", "其中 %s 份来自非客户", p.count(n.Unknown, "answer is", "answers are", "份"))
	}
	t := &layout.Table{Align: "l"}
	t.Add(p.in("quarter", "季度"), p.in("answers", "回答"), "NPS", p.in("95% interval", "95% 区间"), p.in("change", "变化"), p.in("95% interval", "95% 区间"))
	for _, w := range n.Waves {
		row := []string{w.Name, layout.Thousands(w.Answers), unknown, unknown, unknown, unknown}
		if w.Score != nil {
			row[2], row[3] = points(*w.Score), p.interval(points(*w.Low), points(*w.High))
		}
		if w.Change != nil {
			row[4], row[5] = points(*w.Change), p.interval(points(*w.ChangeLow), points(*w.ChangeHigh))
		}
		t.Add(row...)
	}
	p.table(t)
}

// todo is what to do on the day of the report.
func (p *report) todo() {
	a := p.all.Actions
	p.title("Today, "+p.all.AsOf, "今日行动 "+p.all.AsOf, fmt.Sprintf(p.in("(%.0f%% of the customers are held out, to measure what it does: leave them alone)",
		"（%.0f%% 的客户留作对照以衡量效果：请勿联系）"), 100*a.HeldOut))
	switch {
	case len(a.List) > 0:
	case p.all.Churn == nil:
		p.missing("churn")
		return
	default:
		p.say("Nothing.", "无。")
		return
	}
	t := &layout.Table{Align: "lllrl"}
	t.Add(p.in("do", "行动"), p.in("customer", "客户"), p.in("segment", "分群"), p.in("at stake", "涉及金额"), p.in("because", "原因"))
	last := ""
	for _, x := range a.List {
		name := lo.Ternary(x.Name == last, "", x.Name)
		last = x.Name
		reason := layout.Tame(x.Reason)
		if x.HeldOut {
			reason = p.in("HELD OUT; ", "【对照，勿联系】") + reason
		}
		t.Add(name, layout.Tame(x.Customer), layout.Tame(x.Segment), p.figure(x.Stake), reason)
	}
	p.table(t)
	p.say("At stake: call, risk × a year's spend; thank, the lifetime value; win back, what was bought in the year before the last order.",
		"涉及金额：致电为风险 × 近一年消费；致谢为终身价值；挽回为末次下单前一年的消费。")
}
