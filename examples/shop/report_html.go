package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/examples/shop/page"
	"github.com/shopspring/decimal"
)

// writeHTML writes the report to look at, a page of its own, of what -json prints.
// The file is whole or as it was.
func writeHTML(name string, w *whole, lang guanxi.Lang) error {
	return newSheet(w, lang).document().WriteFile(name)
}

// sheet lays out the figures of w for the page. Every figure that a table shows
// carries the pointer to where it stands in w.
type sheet struct {
	*whole
	lang   guanxi.Lang
	colors map[string]string // of segments, by name
}

func newSheet(w *whole, lang guanxi.Lang) *sheet {
	s := &sheet{whole: w, lang: lang, colors: map[string]string{}}
	for _, segment := range w.Segments {
		s.color(segment.Name)
	}
	return s
}

// color is the same for the same segment in all charts.
func (s *sheet) color(segment string) string {
	if _, ok := s.colors[segment]; !ok {
		s.colors[segment] = page.Color(len(s.colors))
	}
	return s.colors[segment]
}

func (s *sheet) in(en, zh string) string { return guanxi.Text{EN: en, ZH: zh}.In(s.lang) }

// say is in with args for either.
func (s *sheet) say(en, zh string, args ...any) string { return fmt.Sprintf(s.in(en, zh), args...) }

// inMoney writes the currency behind the name of an amount.
func (s *sheet) inMoney(en, zh string) string {
	if s.Currency == "" {
		return s.in(en, zh)
	}
	return s.say(en+", %s", zh+"（%s）", layout.Tame(s.Currency))
}

func (s *sheet) document() *page.Document {
	d := &page.Document{
		Lang:  s.lang,
		Title: s.in("The customers of a shop", "店铺客户报告"),
		Lead: []string{
			layout.Tame(s.whole.Title),
			s.say("Orders from %s to %s, that day not included. All intervals are at %.0f%% confidence.",
				"订单自 %s 起，截至 %s（不含当日）。区间的置信水平均为 %.0f%%。", s.Since, s.AsOf, 100*s.Confidence),
		},
		Facts: s.facts(),
		Notes: s.read(),
		Sections: []page.Section{
			s.today(), s.customers(), s.movements(), s.worth(), s.staying(), s.points(), s.recommending(),
		},
		Foot: []string{s.in("Every figure here is in what -json prints, too. Charts: Apache ECharts, Apache License 2.0.",
			"此处所有数字亦见于 -json 的输出。图表：Apache ECharts，Apache License 2.0。")},
	}
	if s.Simulated {
		d.Lead = append(d.Lead, s.in("This shop is simulated: no such customers exist.", "此店铺为模拟数据，并无其客户。"))
	}
	return d
}

// read says what was not taken of the log, and what is odd about it.
func (s *sheet) read() []page.Note {
	notes := []page.Note{{Title: s.in("Refused", "拒收") + s.in(": ", "：") + s.refusedOf(s.lang), Lines: s.refusedLines(s.lang)}}
	if lines := s.whole.Notes.lines(s.lang); len(lines) > 0 {
		notes = append(notes, page.Note{Title: s.in("Notes", "附注"), Lines: lines})
	}
	return notes
}

// facts are the figures at the top.
func (s *sheet) facts() []page.Fact {
	facts := []page.Fact{
		{Label: s.in("Customers", "客户"), Cell: s.whole64("/customers", int64(s.Customers))},
		{Label: s.in("Orders", "订单"), Cell: s.whole64("/orders", s.Orders)},
		{Label: s.inMoney("Revenue", "营业额"), Cell: s.exact("/revenue", s.Revenue)},
	}
	if v := s.Value; v != nil && v.Total != nil {
		facts = append(facts, page.Fact{Label: s.inMoney(fmt.Sprintf("Expected in %d months", v.Horizon), fmt.Sprintf("未来 %d 个月预期", v.Horizon)), Cell: s.estimate("/value/total", v.Total, 0)})
	}
	if c := s.Churn; c != nil {
		facts = append(facts,
			page.Fact{Label: s.in("Customers overdue", "逾期未购客户"), Cell: s.whole64("/churn/overdue", int64(c.Overdue))},
			page.Fact{Label: s.inMoney("At stake", "流失风险价值"), Cell: s.estimate("/churn/stake", &c.Stake, 0)})
	}
	if p := s.Points; p != nil {
		facts = append(facts, page.Fact{Label: s.inMoney("Owed in points", "积分负债"), Cell: s.exact("/points/liability", p.Liability)})
	}
	if n := s.NPS; n != nil {
		facts = append(facts, page.Fact{Label: s.in("Net promoter score", "净推荐值"), Cell: s.score("/nps/score", &n.Score)})
	}
	return facts
}

// why says why a part is not there.
func (s *sheet) why(part string) string {
	if reason := s.Unknown[part]; reason != "" {
		return layout.Tame(reason)
	}
	return s.in("the log is too short for it.", "订单记录不足。")
}

// gone is a figure of which nothing is known.
func (s *sheet) gone(title, part string) page.Figure {
	return page.Figure{Title: title, Absent: s.why(part)}
}

// --- cells -----------------------------------------------------------------

// word is text from outside.
func word(text string) page.Cell { return page.Word(layout.Tame(text)) }

func (s *sheet) whole64(pointer string, n int64) page.Cell {
	return page.Cell{Text: layout.Thousands(n), JSON: pointer}
}

// exact is an amount, all its decimals.
func (s *sheet) exact(pointer, amount string) page.Cell {
	return page.Cell{Text: layout.Grouped(amount), JSON: pointer}
}

func (s *sheet) estimate(pointer string, v *float64, decimals int) page.Cell {
	if v == nil {
		return page.Cell{Text: unknown, JSON: pointer}
	}
	return page.Cell{Text: unsignedZero(estimate(decimals)(*v, true)), JSON: pointer}
}

// probability is a p value; a small one is said to be below what four decimals show.
func (s *sheet) probability(pointer string, p *float64) page.Cell {
	c := s.estimate(pointer, p, 4)
	if p != nil {
		c.Text = pValue(*p)
	}
	return c
}

// price is an estimate with the decimals of the currency, at most two.
func (s *sheet) price(pointer string, v *float64) page.Cell {
	return s.estimate(pointer, v, min(s.Decimals, 2))
}

func (s *sheet) share(pointer string, v *float64, decimals int) page.Cell {
	if v == nil {
		return page.Cell{Text: unknown, JSON: pointer}
	}
	return page.Cell{Text: fmt.Sprintf("%.*f%%", decimals, 100**v), JSON: pointer, Times: 100}
}

// score is from -100 to 100, as people write it.
func (s *sheet) score(pointer string, v *float64) page.Cell {
	if v == nil {
		return page.Cell{Text: unknown, JSON: pointer}
	}
	text := unsignedZero(fmt.Sprintf("%+.1f", 100**v))
	return page.Cell{Text: text, JSON: pointer, Times: 100}
}

// unsignedZero takes the sign from a zero.
func unsignedZero(text string) string {
	if strings.Trim(text, "+-0.") == "" {
		return strings.TrimLeft(text, "+-")
	}
	return text
}

// limits are the two cells of an interval.
func (s *sheet) limits(pointer string, i *wholeInterval) []page.Cell {
	if i == nil {
		return []page.Cell{{Text: unknown, JSON: pointer}, {Text: unknown, JSON: pointer}}
	}
	return []page.Cell{s.price(pointer+"/low", &i.Low), s.price(pointer+"/high", &i.High)}
}

// --- charts ----------------------------------------------------------------

// length is an exact amount as a length on paper.
func length(text string) float64 {
	d, err := decimal.NewFromString(text)
	if err != nil {
		return math.NaN()
	}
	return d.InexactFloat64()
}

// spoken writes a number for the chart's own words.
func spoken(v float64, decimals int) string { return estimate(decimals)(v, true) }

func at[N int | int64 | float64](i int, v N) page.Point {
	y := float64(v)
	return page.Point{X: float64(i), Y: &y}
}

func row(cells ...page.Cell) []page.Cell { return cells }
