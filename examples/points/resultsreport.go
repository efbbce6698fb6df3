package main

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/loyalty"
)

// writeResults writes one result a line, and the sums on the last.
func writeResults(w io.Writer, results []result, end *summary) error {
	for i := range results {
		if err := writeLine(w, &results[i]); err != nil {
			return err
		}
	}
	return writeLine(w, end)
}

func writeLine(w io.Writer, v any) error {
	data, err := encode(v, "")
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}

// writeResultsReport writes what became of the commands for people.
func writeResultsReport(w io.Writer, d *desk, results []result, s *summary, o options) error {
	p := &report{desk: d, lang: o.lang}
	p.WriteString(p.in("COMMANDS", "指令") + "\n")
	t := &layout.Table{Align: "rllll"}
	t.Add(p.in("line", "行"), p.in("at", "时间"), p.in("account", "账户"), p.in("command", "指令"), p.in("result", "结果"), p.in("points", "积分"), p.in("available", "可用"))
	for i := range results {
		r := &results[i]
		what, points := p.in("done", "完成"), ""
		switch {
		case r.Error != nil:
			what = r.reason.In(p.lang)
			if r.Error.Missing > 0 {
				what += " (" + layout.Thousands(r.Error.Missing) + p.in(" missing", " 不足") + ")"
			}
		case r.Repeated:
			what = p.in("repeated", "重复")
		case r.Back != nil:
			what += fmt.Sprintf(p.in(" (%s in money and %s points back)", "（退现金 %s、积分 %s）"), p.money(r.Back.Money), layout.Thousands(r.Back.points()))
		}
		if r.Points != nil {
			points = layout.Thousands(*r.Points)
		}
		t.Add(strconv.Itoa(r.Line), p.minute(loyalty.InstantOf(r.At)), layout.Tame(string(r.Account)), r.Op, what, points, layout.Thousands(r.Balance))
	}
	p.print(t)

	p.section("All accounts", "全体账户")
	p.say("As of %s: %d accounts; %d commands carried out, %d repeated, %d refused.", "截至 %s：账户 %d 个；执行指令 %d 条，重复 %d 条，拒绝 %d 条。",
		s.At.Format(time.RFC3339), s.Accounts, s.Accepted, s.Repeated, s.Rejected)
	if s.Error != nil {
		p.say("There are no sums: %s.", "无法合计：%s。", s.Error.Message)
	}
	p.kinds(s)
	_, err := io.WriteString(w, p.String())
	return err
}

// kinds writes the sums of each kind of points.
func (p *report) kinds(s *summary) {
	t := &layout.Table{Align: "l"}
	for i, k := range s.Kinds {
		if i > 0 {
			t.Rule()
		}
		t.Add(p.label(k.Kind, p.lang), "")
		for _, l := range k.Lines() {
			t.Add("  "+l.Name.In(p.lang), layout.Thousands(l.Points))
		}
		t.Add("  "+p.in("outstanding", "未兑付"), layout.Thousands(k.Outstanding))
		if k.Liability.Valid {
			t.Add("  "+p.in("worth", "价值")+" "+s.Currency, p.money(k.Liability.Decimal))
		}
	}
	p.print(t)
}
