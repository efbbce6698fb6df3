package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/samber/lo"
)

// say writes a line.
func (p *report) say(en, zh string, args ...any) {
	p.WriteString(layout.Indent + fmt.Sprintf(p.in(en, zh), args...) + "\n")
}

// missing says why a part is not known.
func (p *report) missing(part string) {
	p.say("Not known: %s.", "无从得知：%s。", p.all.Unknown[part])
}

// figure writes an estimate in the currency.
func (p *report) figure(v float64) string { return estimate(min(2, p.decimals))(v, true) }

// rounded writes an expected number of customers or orders.
func rounded(v float64) string { return estimate(0)(v, true) }

// share writes a share that may not be known.
func share(v *float64) string {
	if v == nil {
		return unknown
	}
	return percent(*v, true)
}

// from writes an interval.
func (p *report) interval(low, high string) string { return low + p.in(" to ", " 至 ") + high }

// lifeCycle is where customers stand, where they came from in a month, and where they
// are going.
func (p *report) lifeCycle() {
	l := p.all.LifeCycle
	p.title("Life cycle", "客户生命周期", p.in("(by the silence since the last order: at risk after 92 days, sleeping 182, lost 365)",
		"（按末次下单后的沉默：92 天预警，182 天沉睡，365 天流失）"))
	t := &layout.Table{Align: "l"}
	header := []string{p.in("stage", "阶段"), p.in("customers", "客户数"), p.in("share", "占比")}
	for k := range l.Stages {
		header = append(header, "→ "+l.Stages[k].Name)
	}
	for k := range len(l.Forecast) / len(l.Stages) {
		header = append(header, fmt.Sprintf(p.in("in %d mo.", "%d 个月后"), k+1))
	}
	t.Add(header...)
	for i, s := range l.Stages {
		row := []string{s.Name, layout.Thousands(s.Customers), percent(s.Share, true)}
		for k := range l.Stages {
			cell := unknown
			if len(l.Flows) > 0 {
				cell = share(l.Flows[i*len(l.Stages)+k].Share)
			}
			row = append(row, cell)
		}
		for k := range len(l.Forecast) / len(l.Stages) {
			row = append(row, rounded(l.Forecast[k*len(l.Stages)+i].Mean))
		}
		t.Add(row...)
	}
	p.table(t)
	if n := len(l.Months); n > 0 {
		p.say("→: share that goes there within a month, over the %d months since %s; forecast if newcomers arrive as in the last three.",
			"→：一个月内转入该阶段的比例（自 %[2]s 起 %[1]d 个月）；预测假设新客数与近三个月相同。", n, l.Months[0].Month)
	}
}

// worth is what customers are expected to buy.
func (p *report) worth() {
	v := p.all.Value
	p.title("Lifetime value", "客户终身价值", fmt.Sprintf(p.in("(%d months ahead, discounted at %g%% a month)", "（未来 %d 个月，月贴现率 %g%%）"),
		valueConfig.Horizon, 100*valueConfig.Discount))
	if v == nil {
		p.missing("value")
		return
	}
	p.say("Still active: about %s customers; expected orders: %s", "预计仍活跃客户约 %s 位，预计订单 %s 笔", rounded(v.Active), rounded(v.Orders))
	if v.Total != nil {
		p.say("Value of all: %s%s", "全体价值 %s%s", rounded(*v.Total), p.limits(v.Interval, rounded))
	} else {
		p.say("What an order is worth is not known: too few came back, or amounts vary too much.", "单笔消费额无从得知：复购太少或金额差异过大。")
	}
	p.holdOut(v.HoldOut)
	if len(v.Best) == 0 {
		return
	}
	t := &layout.Table{Align: "ll"}
	t.Add(p.in("customer", "客户"), p.in("segment", "分群"), p.in("active", "活跃概率"), p.in("orders", "预计订单"), p.in("value", "价值"), p.in("95% interval", "95% 区间"))
	for _, b := range v.Best[:min(shownBest, len(v.Best))] {
		value, limits := unknown, unknown
		if b.Value != nil {
			value = p.figure(*b.Value)
		}
		if b.Interval != nil {
			limits = p.interval(p.figure(b.Interval.Low), p.figure(b.Interval.High))
		}
		t.Add(layout.Tame(b.Customer), layout.Tame(b.Segment), percent(b.Active, true), estimate(1)(b.Orders, true), value, limits)
	}
	p.table(t)
	p.say("Intervals: what the fits do not know of their parameters, not what chance will do to one customer.",
		"区间只反映参数的不确定性，不含个体的偶然波动。")
}

// shownBest is how many customers a list of the text shows.
const shownBest = 5

// limits writes an interval in brackets, if there is one.
func (p *report) limits(i *wholeInterval, write func(float64) string) string {
	if i == nil {
		return ""
	}
	return fmt.Sprintf(p.in(" (%s)", "（%s）"), p.interval(write(i.Low), write(i.High)))
}

// holdOut is whether such a forecast was right.
func (p *report) holdOut(h *wholeHoldOut) {
	if h == nil {
		p.say("No hold-out: the log is too short.", "没有留出期：订单记录太短。")
		return
	}
	within, periods := 0, 0
	for _, k := range h.Periods {
		if k.HeldOut {
			periods++
			if k.Low <= k.Actual && k.Actual <= k.High {
				within++
			}
		}
	}
	p.say("Was it right? Fitted to what was known on %s, the model expected %s%s orders since of the %s customers of then; %s came. Of %d times four weeks, %d lie within the 95%% band.",
		"预测准吗？用截至 %s 的数据拟合，模型预计当时的 %[4]s 位客户此后下单 %[2]s%[3]s笔，实际 %[5]s 笔；%[6]d 个四周期中 %[7]d 个落在 95%% 区间内。",
		h.Calibration, rounded(h.Predicted), p.limits(&h.wholeInterval, rounded), layout.Thousands(h.Customers), rounded(h.Actual), periods, within)
}

// leaving is who is leaving, and why.
func (p *report) leaving() {
	c := p.all.Churn
	p.title("Who is leaving, and why", "谁将流失，因为什么", p.in("(risk by the handbook's signals, weights set by hand)", "（按手册信号与人工权重）"))
	if c == nil {
		p.missing("churn")
		return
	}
	p.say("Gone by their own cycle: silent for twice as long as nine of ten of their gaps, 30 days at least, 365 at most.",
		"按各自周期流失：沉默超过自身 90%% 间隔的两倍，至少 30 天，至多 365 天。")
	p.say("By their own cycle %s are gone and %s are there, of whom %s are overdue. At stake (risk × a year's spend): %s",
		"按各自周期：已流失 %s 位，在店 %s 位，其中逾期 %s 位。风险金额（风险 × 近一年消费）：%s",
		layout.Thousands(c.Left), layout.Thousands(c.Present), layout.Thousands(c.Overdue), rounded(c.Stake))
	p.say("%s", "%s", p.list(lo.Map(c.Bands, func(b wholeRiskBand, _ int) string { return b.Name + " " + layout.Thousands(b.Customers) })))
	if len(c.AtRisk) == 0 {
		p.say("Nobody who is there needs watching.", "在店客户中无人需要关注。")
		return
	}
	t := &layout.Table{Align: "llrrrrl"}
	t.Add(p.in("customer", "客户"), p.in("segment", "分群"), p.in("risk", "风险"), p.in("silent", "沉默天数"), p.in("overdue", "逾期天数"), p.in("at stake", "风险金额"), p.in("because", "原因"))
	for _, r := range c.AtRisk[:min(shownBest, len(c.AtRisk))] {
		why := lo.FilterMap(r.Reasons, func(x wholeReason, _ int) (string, bool) { return x.Name, x.LogOdds > 0 })
		t.Add(layout.Tame(r.Customer), layout.Tame(r.Segment), percent(r.Risk, true), rounded(r.Silent), rounded(r.Overdue), p.figure(r.Stake), p.list(why))
	}
	p.table(t)
}

// list writes names one after another.
func (p *report) list(names []string) string { return strings.Join(names, p.in(", ", "、")) }

// staying is how long customers stay, and who comes back when.
func (p *report) staying() {
	p.title("Who orders again", "客户复购", p.in("(by the first order)", "（按首单金额）"))
	if s := p.all.Survival; s == nil {
		p.missing("survival")
	} else {
		t := &layout.Table{Align: "ll"}
		t.Add(p.in("group", "分组"), p.in("amount", "金额"), p.in("customers", "客户数"), p.in("ordered again", "已复购"), p.in("half by day", "半数复购（天）"))
		for _, c := range s.Curves {
			half := unknown
			if c.Median != nil {
				half = rounded(*c.Median)
			}
			t.Add(c.Name, c.Range, layout.Thousands(c.Customers), layout.Thousands(c.Again), half)
		}
		p.table(t)
		if s.P != nil {
			p.say("Were the groups alike, they would differ so much with p %s (log-rank test).", "若各组相同，差异如此之大的概率 p %s（对数秩检验）。", pText(*s.P))
		}
	}
	p.cohortTable()
}

// pValue writes a p value with four decimals.
func pValue(p float64) string {
	if p < 0.0001 {
		return "< 0.0001"
	}
	return fmt.Sprintf("%.4f", p)
}

// pText is pValue behind the letter.
func pText(p float64) string {
	if p < 0.0001 {
		return pValue(p)
	}
	return "= " + pValue(p)
}

// cohortTable is the first months of the latest cohorts.
func (p *report) cohortTable() {
	const ages, rows = 7, 6
	c := p.all.Cohorts
	t := &layout.Table{Align: "l"}
	header := []string{p.in("first order", "首单月份"), p.in("customers", "客户数")}
	for age := 1; age < ages; age++ {
		header = append(header, "+"+strconv.Itoa(age))
	}
	t.Add(header...)
	add := func(name, n string, cells []wholeCohortCell) {
		row := []string{name, n}
		for age := 1; age < min(ages, len(cells)); age++ {
			row = append(row, share(cells[age].Share))
		}
		t.Add(row...)
	}
	bought := lo.Filter(c.Rows, func(r wholeCohort, _ int) bool { return r.Customers > 0 })
	for _, row := range bought[max(0, len(bought)-rows-1):] {
		add(row.Month, layout.Thousands(row.Customers), row.Cells)
	}
	t.Rule()
	add(p.in("all", "合计"), "", c.Overall)
	fmt.Fprintf(p, "\n%s%s\n", layout.Indent, p.in("Who ordered again so many months after the first order", "首单后各月再次下单的比例"))
	p.table(t)
}
