package main

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/samber/lo"
)

// shownRefusals is how many refused rows the text and the page show; the JSON has all.
const shownRefusals = 5

// refusedOf says how many rows were refused.
func (r *jsonReport) refusedOf(lang guanxi.Lang) string {
	return layout.Thousands(len(r.Refused)) + guanxi.Text{EN: " of ", ZH: " / "}.In(lang) + counted(r.Rows, "row", "rows", "行", lang)
}

// refusedLines are the first refused rows, each with its reason, and how many more there are.
func (r *jsonReport) refusedLines(lang guanxi.Lang) (lines []string) {
	for _, f := range r.Refused[:min(shownRefusals, len(r.Refused))] {
		lines = append(lines, fmt.Sprintf(guanxi.Text{EN: "row %d (line %d): %s", ZH: "第 %d 行（文件第 %d 行）：%s"}.In(lang), f.Row, f.Line, layout.Tame(f.Reason)))
	}
	if more := len(r.Refused) - shownRefusals; more > 0 {
		lines = append(lines, fmt.Sprintf(guanxi.Text{EN: "and %s more (all of them: -json)", ZH: "另有 %s 行（-json 列出全部）"}.In(lang), layout.Thousands(more)))
	}
	return lines
}

// lines say what is odd about the log, and what became of it.
func (n *jsonNotes) lines(lang guanxi.Lang) []string {
	note := func(n int, en, zh, one, many, unit string) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprintf(guanxi.Text{EN: en, ZH: zh}.In(lang), counted(n, one, many, unit, lang))
	}
	return lo.Compact([]string{
		note(n.After, "%s at or after that day left out", "%s在截止日当天或之后，未计入", "row", "rows", "行"),
		note(n.Undone, "%s refunded in full: no longer counted as bought", "%s已全额退款，不再计为购买", "order", "orders", "笔订单"),
		note(n.OverRefunded, "%s refunded by more than was paid", "%s退款超过实付", "order", "orders", "笔订单"),
		note(n.Zero, "%s of amount 0: counted as bought", "%s金额为 0，计为购买", "order", "orders", "笔订单"),
		note(n.Duplicates, "%s refused for an order number seen before", "%s因订单号重复被拒收", "row", "rows", "行"),
		note(len(n.Pending), "%s for orders that are not in the log: not in revenue", "%s对应的订单不在文件中，未计入营业额", "refund", "refunds", "笔退款"),
	})
}

// counted writes a number of things.
func counted(n int, one, many, zh string, lang guanxi.Lang) string {
	return layout.Thousands(n) + " " + guanxi.Text{EN: lo.Ternary(n == 1, one, many), ZH: zh}.In(lang)
}
