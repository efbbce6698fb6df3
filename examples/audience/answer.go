package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/segment"
)

// The shape of -json with -customers.
type (
	jsonAnswer struct {
		Matched     int                  `json:"matched"`
		Total       int                  `json:"total"`
		IDs         []string             `json:"ids"` // in the order of the file
		SQL         jsonQuery            `json:"sql"`
		Explanation *segment.Explanation `json:"explanation,omitempty"`
	}
	jsonQuery struct {
		Text string `json:"text"`
		Args []any  `json:"args"`
	}
)

func queryJSON(q segment.Query) jsonQuery {
	args := q.Args
	if args == nil {
		args = []any{}
	}
	return jsonQuery{q.Text, args}
}

func writeAnswer(w io.Writer, a *answer) error {
	return writeJSON(w, jsonAnswer{len(a.ids), a.total, a.ids, queryJSON(a.query), a.why})
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// maxIDs is how many ids the report lists; -json has all.
const maxIDs = 20

// answer reports on a file.
func (p *report) answer(o options, a *answer) {
	fmt.Fprintf(p, p.in("%s: %s of %s customers match %s", "%s：%[3]s 位客户中有 %[2]s 位符合 %[4]s"),
		layout.Tame(o.customers), layout.Thousands(len(a.ids)), layout.Thousands(a.total), layout.Tame(o.rule))
	if !a.at.IsZero() {
		fmt.Fprintf(p, p.in(", as of %s", "，截至 %s"), a.at.Format(time.RFC3339))
	}
	p.WriteByte('\n')
	if n := min(len(a.ids), maxIDs); n > 0 {
		p.section("Who", "名单")
		list := layout.Tame(strings.Join(a.ids[:n], " "))
		if n < len(a.ids) {
			list += fmt.Sprintf(p.in(" … and %s more", " … 另有 %s 位"), layout.Thousands(len(a.ids)-n))
		}
		p.wrapped(list, 2)
	}
	if a.why != nil {
		fmt.Fprintf(p, p.in("\nWHY: %s\n", "\n为什么：%s\n"), layout.Tame(o.explain))
		p.explain(*a.why, 0)
	}
	p.section("The same in "+o.sql.Label(p.lang), "同一规则的 "+o.sql.Label(p.lang))
	p.query(a.query)
}

// query writes SQL, its arguments and what to mind.
func (p *report) query(q segment.Query) {
	p.wrapped(layout.Tame(q.Text), 2)
	args := make([]string, len(q.Args))
	for i, a := range q.Args {
		args[i] = layout.Tame(fmt.Sprint(a))
		if s, ok := a.(string); ok {
			args[i] = layout.Tame(fmt.Sprintf("%q", s))
		}
	}
	p.wrapped(p.in("with ", "参数 ")+strings.Join(args, ", "), 2)
	for _, w := range q.Warnings {
		p.wrapped(p.in("mind: ", "注意：")+w.Label(p.lang), 2)
	}
}
