package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// report writes the text that people read.
type report struct {
	strings.Builder
	*desk
	lang guanxi.Lang
}

// in picks one of two languages.
func (p *report) in(en, zh string) string { return guanxi.Text{EN: en, ZH: zh}.In(p.lang) }

// section begins a part of the report.
func (p *report) section(en, zh string) { fmt.Fprintf(p, "\n%s\n", p.in(strings.ToUpper(en), zh)) }

// say writes a line.
func (p *report) say(en, zh string, args ...any) {
	fmt.Fprintf(p, "  "+p.in(en, zh)+"\n", args...)
}

func (p *report) print(t *layout.Table) { p.WriteString(t.String()) }

// day and minute are instants in the programme's zone.
func (p *report) day(i loyalty.Instant) string {
	if i == loyalty.Never {
		return "–"
	}
	return i.Time().In(p.location()).Format(time.DateOnly)
}

func (p *report) minute(i loyalty.Instant) string {
	return i.Time().In(p.location()).Format("2006-01-02 15:04")
}

// money writes an amount of the programme's currency.
func (p *report) money(d decimal.Decimal) string {
	return layout.Grouped(d.StringFixed(int32(p.program.Decimals)))
}

// some writes a number, and nothing of 0.
func some(n loyalty.Points) string {
	if n == 0 {
		return ""
	}
	return layout.Thousands(n)
}

// tierName is the name of a tier for people.
func (p *report) tierName(id string) string {
	for _, l := range p.program.Tiers.Levels {
		if s := l.Name.In(p.lang); l.ID == id && s != "" {
			return s
		}
	}
	return id
}

// writeYearReport writes all of the year.
func writeYearReport(w io.Writer, a *analysis, o options) error {
	p := &yearReport{report{desk: a.desk, lang: o.lang}, a}
	p.overview()
	p.account()
	p.tierHistory()
	p.rollForward()
	p.liability()
	p.vintages()
	p.deferred()
	p.ledger()
	_, err := io.WriteString(w, p.String())
	return err
}

// yearReport is the report of the sample.
type yearReport struct {
	report
	a *analysis
}

// overview says what was done, and what was refused.
func (p *yearReport) overview() {
	y := p.a.year
	n := layout.Thousands[int]
	fmt.Fprintln(p, p.in("A year of a loyalty programme", "会员积分方案的一年"))
	p.say("%s to %s (%s), %s customers.", "%s 至 %s（%s），客户 %s 位。",
		y.from.Format(time.DateOnly), y.to.Add(-time.Microsecond).Format(time.DateOnly), p.location(), n(len(y.ids)))
	p.say("Commands carried out: %s. Delivered twice: %s, without effect. Refused: %s.", "执行指令：%s 条。重复投递：%s 条，不产生影响。拒绝：%s 条。",
		n(y.accepted), n(y.repeated), n(y.rejected))
	for _, id := range slices.Sorted(maps.Keys(y.reasons)) {
		p.say("  %s: %s", "  %s：%s", labelOf(id).In(p.lang), n(y.reasons[id]))
	}
	p.say("Points not given because of caps: %s.", "因上限未发放的积分：%s。", layout.Thousands(y.cut))
	p.say("Refunds of orders that points had paid for: %s, which gave back %s points and %s in money.", "使用积分抵现的订单退款：%s 笔，退回积分 %s，退回现金 %s。",
		n(y.backs), layout.Thousands(y.backPoints), p.money(y.backMoney))
	var parts []string
	for _, l := range p.program.Tiers.Levels {
		parts = append(parts, fmt.Sprintf("%s %s", p.tierName(l.ID), n(p.a.levels[l.ID])))
	}
	p.say("Tiers at the end: %s.", "年末等级：%s。", strings.Join(parts, p.in(", ", "，")))
}

// labelOf is the name of a code for people.
func labelOf(id string) guanxi.Text {
	for _, c := range codes {
		if c.id == id {
			return c.label
		}
	}
	return guanxi.Text{EN: id, ZH: id}
}

// account is the statement of one customer.
func (p *yearReport) account() {
	s := p.a.statement
	p.section("Statement of "+string(p.a.customer), "客户 "+string(p.a.customer)+" 的积分对账单")
	t := &layout.Table{Align: "lll"}
	t.Add(p.in("at", "时间"), p.in("what", "事项"), p.in("about", "相关"), p.in("available", "可用"), p.in("pending", "待生效"), p.in("held", "冻结"), p.in("owed", "欠"), p.in("balance", "可用余额"))
	b := s.Opening.Available
	t.Add("", p.in("opening", "期初"), "", "", "", "", "", layout.Thousands(b))
	for _, l := range s.Lines {
		b += l.Available
		t.Add(p.minute(l.At), l.Op.Label(p.lang), layout.Tame(l.Ref), some(l.Available), some(l.Pending), some(l.Held), some(l.Debt), layout.Thousands(b))
	}
	t.Rule()
	t.Add("", p.in("closing", "期末"), "", layout.Thousands(s.Closing.Available), layout.Thousands(s.Closing.Pending), layout.Thousands(s.Closing.Held), layout.Thousands(s.Closing.Debt), layout.Thousands(b))
	p.print(t)
}

// tierHistory is how the customer's tier changed, and what the next one needs.
func (p *yearReport) tierHistory() {
	p.section("Tier history of "+string(p.a.customer), "客户 "+string(p.a.customer)+" 的等级历史")
	t := &layout.Table{Align: "llll"}
	for _, s := range p.a.tiers {
		from := "–"
		if s.From != "" {
			from = p.tierName(s.From)
		}
		t.Add(p.day(s.At), from, "→ "+p.tierName(s.To), s.Reason.Label(p.lang))
	}
	p.print(t)
	p.say("Now: %s.", "现在：%s。", p.service.Engine.Why(&p.a.view, p.lang))
}
