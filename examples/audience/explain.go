package main

import (
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/segment"
)

var aggregates = map[string]guanxi.Text{
	"count": {EN: "number", ZH: "次数"}, "distinctDays": {EN: "different days", ZH: "不同天数"}, "sum": {EN: "sum", ZH: "总和"},
	"avg": {EN: "mean", ZH: "平均"}, "min": {EN: "smallest", ZH: "最小"}, "max": {EN: "largest", ZH: "最大"},
	"first": {EN: "first", ZH: "首次"}, "last": {EN: "last", ZH: "最近一次"}, "top": {EN: "most frequent", ZH: "最常见"},
	"sequence": {EN: "one after another", ZH: "先后发生"},
}

// explain writes why a rule matches somebody or does not, a line a condition.
func (p *report) explain(x segment.Explanation, depth int) {
	mark := "✗ "
	if x.Match {
		mark = "✓ "
	}
	p.WriteString(strings.Repeat("  ", depth+1) + mark)
	switch x.Node {
	case "all":
		p.WriteString(p.in("all of", "以下全部满足"))
	case "any":
		p.WriteString(p.in("at least one of", "以下至少满足一项"))
	case "not":
		p.WriteString(p.in("not", "以下不成立"))
	case "segment":
		p.WriteString(p.in("in the segment ", "属于人群 ") + layout.Tame(x.Segment))
	default:
		p.WriteString(layout.Tame(p.condition(x)))
	}
	p.WriteByte('\n')
	for _, k := range x.Kids {
		p.explain(k, depth+1)
	}
}

// condition is one comparison in words.
func (p *report) condition(x segment.Explanation) string {
	var b strings.Builder
	b.WriteString(x.Name.In(p.lang))
	if x.Aggregate != "" {
		b.WriteString(p.in(", ", "，") + aggregates[x.Aggregate].In(p.lang))
	}
	b.WriteString(" " + x.Operator.Label(p.lang))
	if x.Wanted != "" {
		b.WriteString(" " + x.Wanted)
	}
	b.WriteString(p.in(": ", "："))
	switch {
	case x.Redacted:
		b.WriteString(p.in("not shown", "不予显示"))
	case x.Missing:
		b.WriteString(p.in("nothing is known", "无数据"))
	default:
		b.WriteString(x.Actual)
	}
	switch {
	case x.Gap != "":
		b.WriteString(p.in("; nearest ", "；最近的取值 ") + x.Nearest + p.in(" (", "（") + x.Gap + p.in(")", "）"))
	case x.Nearest != "":
		b.WriteString(p.in("; nearest ", "；最近的取值 ") + x.Nearest)
	}
	if x.Origin != nil {
		b.WriteString(p.in(" [", "［") + x.Origin.Source + p.in("]", "］"))
	}
	return b.String()
}
