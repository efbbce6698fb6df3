package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
)

// report writes the text that people read.
type report struct {
	strings.Builder
	*analysis
	lang guanxi.Lang
}

// writeReport writes all of it.
func writeReport(w io.Writer, a *analysis, o options) error {
	p := &report{analysis: a, lang: o.lang}
	p.head()
	p.stock()
	p.standing()
	p.matrix()
	p.moves()
	p.outlook()
	p.today(o.top)
	p.waiting()
	p.diagram(o.diagram)
	_, err := io.WriteString(w, p.String())
	return err
}

// in picks one of two languages.
func (p *report) in(en, zh string) string { return guanxi.Text{EN: en, ZH: zh}.In(p.lang) }

// section begins a part of the report.
func (p *report) section(en, zh string) {
	fmt.Fprintf(p, "\n%s\n", p.in(strings.ToUpper(en), zh))
}

// say writes a line.
func (p *report) say(en, zh string, args ...any) {
	fmt.Fprintf(p, "  "+p.in(en, zh)+"\n", args...)
}

func (p *report) print(t *layout.Table) { p.WriteString(t.String()) }

// name is that of a stage, by its id.
func (p *report) name(id string) string { return p.StageLabel(p.stage(id), p.lang) }

// names begins a row with the stages as columns.
func (p *report) names(first string, more ...string) []string {
	row := []string{first}
	for _, id := range p.stages {
		row = append(row, p.name(id))
	}
	return append(row, more...)
}

// head says what was read, and what became of the events.
func (p *report) head() {
	fmt.Fprintf(p, "%s\n", layout.Tame(p.title.In(p.lang)))
	p.say("Model: %s. As of %s (%s), exclusive.", "模型：%s。截至 %s（%s），不含该时刻。",
		p.Config().Name.In(p.lang), p.asOf.Format("2006-01-02 15:04"), p.loc)
	n := layout.Thousands[int]
	p.say("Customers: %s. Events received: %s.", "客户：%s 位。收到事件：%s 条。", n(len(p.customers)), n(p.rows))
	if p.late > 0 {
		p.say("Late: %s, of %s customers, whose events were replayed in order.", "迟到：%s 条，涉及 %s 位客户，已按发生顺序重放。", n(p.late), n(p.replays))
	} else {
		p.say("Late: 0.", "迟到：0 条。")
	}
	p.say("Duplicate: %s, left out.", "重复：%s 条，已忽略。", n(p.duplicates))
	if p.after > 0 {
		p.say("At or after the end: %s, left out.", "截止之后：%s 条，已忽略。", n(p.after))
	}
	if p.refused > 0 {
		p.say("Refused by a guard: %s.", "被条件拒绝：%s 条。", n(p.refused))
	}
	p.outOfPlace()
}

// outOfPlace counts the events that a stage has no rule for.
func (p *report) outOfPlace() {
	type line struct {
		refusal
		n int
	}
	var list []line
	total := 0
	for r, n := range p.illegal {
		list = append(list, line{r, n})
		total += n
	}
	p.say("Not foreseen in the customer's stage: %s, without effect.", "客户所处阶段不允许：%s 条，不产生影响。", layout.Thousands(total))
	slices.SortFunc(list, func(a, b line) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.stage, b.stage), cmp.Compare(a.event, b.event))
	})
	for _, l := range list {
		p.say("  %s in %s: %s", "  %s（%s）：%s", p.EventID(l.event), p.StageLabel(l.stage, p.lang), layout.Thousands(l.n))
	}
}

// maxMonths is how many months the table shows.
const maxMonths = 24

// stock is how many customers were in each stage at the end of each month.
func (p *report) stock() {
	p.section("Stages at the end of each month", "各月末阶段人数")
	months := p.months
	if more := len(months) - maxMonths; more > 0 {
		p.say("%d earlier months are counted and not shown.", "更早的 %d 个月已计入，此处不列。", more)
		months = months[more:]
	}
	t := &layout.Table{Align: "l"}
	t.Add(p.names(p.in("month", "月份"), p.in("customers", "客户数"))...)
	for _, m := range months {
		t.Add(counts(m.begins.Format("2006-01"), m.stock)...)
	}
	if len(months) == 0 || !slices.Equal(months[len(months)-1].stock, p.now) {
		t.Add(counts(p.asOf.Format("2006-01-02"), p.now)...)
	}
	p.print(t)
}

// counts is a row of customers by stage, and their sum.
func counts(first string, stock []int64) []string {
	row := []string{first}
	sum := int64(0)
	for _, n := range stock {
		row = append(row, layout.Thousands(n))
		sum += n
	}
	return append(row, layout.Thousands(sum))
}

// standing is where customers are now, and what the handbook says to do.
func (p *report) standing() {
	p.section("Now, and what to do", "当前状态与对策")
	sum := int64(0)
	for _, n := range p.now {
		sum += n
	}
	t := &layout.Table{Align: "lrrl"}
	for s, id := range p.stages {
		t.Add(p.name(id), layout.Thousands(p.now[s]), percent(float64(p.now[s])/float64(sum)), p.Response(p.stage(id)).In(p.lang))
	}
	p.print(t)
}

func percent(share float64) string { return fmt.Sprintf("%.1f%%", 100*share) }

// diagram is the model as Mermaid.
func (p *report) diagram(file string) {
	p.section("Diagram (Mermaid)", "模型图（Mermaid）")
	if file != "" {
		p.say("written to %s", "已写入 %s", layout.Tame(file))
		return
	}
	p.WriteString(p.Mermaid(p.lang))
}
