package main

import (
	"fmt"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/loyalty"
)

// rollForward is how the points that are outstanding came about, by quarter.
func (p *yearReport) rollForward() {
	k := p.kind()
	p.section("Roll-forward of all customers", "全体客户积分变动表")
	t := &layout.Table{Align: "l"}
	header := []string{p.label(k, p.lang)}
	var columns [][]loyalty.RollLine
	for q, r := range p.a.quarters {
		header = append(header, fmt.Sprintf("Q%d", q+1))
		columns = append(columns, row(r, k).Lines())
	}
	t.Add(append(header, p.in("year", "全年"))...)
	columns = append(columns, row(p.a.whole, k).Lines())
	for i, line := range columns[0] {
		if i == len(columns[0])-1 {
			t.Rule()
		}
		cells := []string{line.Name.In(p.lang)}
		for _, c := range columns {
			cells = append(cells, layout.Thousands(c[i].Points))
		}
		t.Add(cells...)
	}
	p.print(t)
	p.say("Of the closing, %s points are owed by customers.", "期末数中，客户欠积分 %s。", layout.Thousands(row(p.a.whole, k).ClosingDebt))
}

// liability is what is owed to customers, by age, and when it expires.
func (p *yearReport) liability() {
	p.section("Liability at the end of the year", "年末积分负债")
	for _, k := range p.a.owed.Kinds {
		p.say("%s points of %s customers, worth %s %s.", "%s 积分，持有客户 %s 位，价值 %s %s。",
			layout.Thousands(k.Total), layout.Thousands(k.Holders), p.money(k.Value.Decimal), p.program.Currency)
		t := &layout.Table{Align: "l"}
		t.Add(p.in("age in months", "账龄（月）"), p.in("available", "可用"), p.in("pending", "待生效"), p.in("held", "冻结"), p.in("total", "合计"), p.in("worth", "价值"))
		for _, b := range k.Ages {
			name := fmt.Sprintf("%d–%d", b.From, b.To-1)
			if b.To == 0 {
				name = fmt.Sprintf("%d+", b.From)
			} else if b.To-1 == b.From {
				name = fmt.Sprint(b.From)
			}
			t.Add(name, layout.Thousands(b.Available), layout.Thousands(b.Pending), layout.Thousands(b.Held), layout.Thousands(b.Total), p.money(b.Value.Decimal))
		}
		p.print(t)
		p.section("Expiring soon", "即将过期")
		t = &layout.Table{Align: "l"}
		t.Add(p.in("month", "月份"), p.in("points", "积分"), p.in("worth", "价值"))
		for _, e := range k.Expires {
			t.Add(e.Month.String(), layout.Thousands(e.Total), p.money(e.Value.Decimal))
		}
		p.print(t)
	}
}

// vintages is what is expected never to be redeemed.
func (p *yearReport) vintages() {
	p.section("Breakage by month of earning (chain ladder)", "按发放月份估计的积分未行使（链梯法）")
	t := &layout.Table{Align: "l"}
	t.Add(p.in("earned", "发放月"), p.in("issued", "发放"), p.in("redeemed", "已兑换"), p.in("expired", "已过期"), p.in("to be redeemed", "预计最终兑换"), p.in("95 % interval", "95% 区间"), p.in("breakage", "未行使率"))
	add := func(name string, v *loyalty.VintageBreakage) {
		cells := []string{name, layout.Thousands(v.Issued - v.Removed), layout.Thousands(v.Redeemed), layout.Thousands(v.Expired)}
		if rate, ok := v.Rate(); ok {
			cells = append(cells, whole(v.Ultimate), whole(v.Low)+"–"+whole(v.High), fmt.Sprintf("%.1f%%", 100*rate))
		} else {
			cells = append(cells, "–", "–", "–")
		}
		t.Add(cells...)
	}
	b := p.a.breakage
	for i := range b.Vintages {
		add(b.Vintages[i].Vintage.String(), &b.Vintages[i])
	}
	t.Rule()
	add(p.in("known", "可估计合计"), &b.Total)
	p.print(t)
	p.say("Issued is without what refunds took back.", "发放数已减去退货扣回。")
	if b.Unknown > 0 {
		p.say("%s points are too young to say.", "%s 积分发放时间过短，无法估计。", layout.Thousands(b.Unknown))
	}
}

// whole writes an estimate to the nearest point.
func whole(x float64) string { return layout.Grouped(fmt.Sprintf("%.0f", x)) }

// deferred is what of the sales belongs to points, and is not yet revenue.
func (p *yearReport) deferred() {
	r := p.a.report
	p.section("Deferred revenue (IFRS 15, ASC 606)", "递延收入（IFRS 15、ASC 606）")
	t := &layout.Table{Align: "l"}
	t.Add(p.in("allocated to points by sales", "销售分摊至积分"), p.money(r.Allocated))
	t.Add(p.in("recognised as revenue", "已确认收入"), p.money(r.Recognised))
	t.Add(p.in("of which breakage", "其中：未行使"), p.money(r.Breakage))
	t.Add(p.in("deferred (contract liability)", "递延（合同负债）"), p.money(r.Deferred))
	p.print(t)
	p.say("The liability above is gross: points times their worth, before breakage.", "上文的积分负债为总额：积分乘以单价，未扣除未行使部分。")
}

// ledger is the entries that are proposed for the general ledger.
func (p *yearReport) ledger() {
	p.section("Proposed journal entries of the year", "全年建议会计分录")
	t := &layout.Table{Align: "ll"}
	t.Add("", p.in("account", "科目"), p.in("debit", "借"), p.in("credit", "贷"))
	for _, e := range p.a.proposals {
		name := e.Event.Label(p.lang)
		for _, l := range e.Lines {
			debit, credit := "", ""
			if l.Debit.IsPositive() {
				debit = p.money(l.Debit)
			}
			if l.Credit.IsPositive() {
				credit = p.money(l.Credit)
			}
			t.Add(name, l.Role.Label(p.lang), debit, credit)
			name = ""
		}
	}
	p.print(t)
}
