package main

import (
	"fmt"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/examples/shop/page"
)

// recommending is would customers recommend the shop.
func (s *sheet) recommending() page.Section {
	section := page.Section{ID: "nps", Title: s.in("Would they recommend the shop?", "是否愿意推荐")}
	n := s.NPS
	if n == nil {
		section.Figures = []page.Figure{s.gone(s.in("Net promoter score", "净推荐值"), "nps")}
		return section
	}
	section.Intro = s.say("%s answers; source: %s. The score is the per cent of promoters less that of detractors.", "%s 份回答；来源：%s。净推荐值为推荐者百分比减贬损者百分比。",
		layout.Thousands(n.Answers), layout.Tame(n.Source))
	section.Figures = []page.Figure{s.waves(n), s.opinions(n)}
	return section
}

// times100 is how scores are told.
func times100(v *float64) *float64 {
	if v == nil {
		return nil
	}
	w := 100 * *v
	return &w
}

// waves is the score over time.
func (s *sheet) waves(n *wholeNPS) page.Figure {
	chart := page.Lines{XName: s.in("quarter", "季度"), YName: s.in("net promoter score", "净推荐值"), Y: page.Score}
	line := page.Line{Name: s.in("score, with interval", "净推荐值及区间"), Color: page.Blue, Whisk: true, Dots: true}
	t := page.Table{
		Caption: s.in("Answers and score by quarter; change from the quarter before with enough answers", "各季度回答与净推荐值；变化为相对上一有足够回答的季度"),
		Head: []string{s.in("quarter", "季度"), s.in("answers", "回答"), s.in("promoters", "推荐者"), s.in("passives", "中立者"), s.in("detractors", "贬损者"),
			s.in("score", "净推荐值"), s.in("from", "下限"), s.in("to", "上限"), s.in("change", "变化"), s.in("from", "下限"), s.in("to", "上限")},
	}
	for i, w := range n.Waves {
		chart.Categories = append(chart.Categories, layout.Tame(w.Name))
		line.Points = append(line.Points, page.Point{X: float64(i), Y: times100(w.Score), Low: times100(w.Low), High: times100(w.High)})
		at := fmt.Sprintf("/nps/waves/%d/", i)
		change := s.score(at+"change", w.Change)
		switch { // only where the interval says so
		case w.ChangeLow != nil && *w.ChangeLow > 0:
			change.Tone = "good"
		case w.ChangeHigh != nil && *w.ChangeHigh < 0:
			change.Tone = "bad"
		}
		t.Rows = append(t.Rows, row(word(w.Name), s.whole64(at+"answers", w.Answers), s.whole64(at+"promoters", w.Promoters), s.whole64(at+"passives", w.Passives), s.whole64(at+"detractors", w.Detractors),
			s.score(at+"score", w.Score), s.score(at+"low", w.Low), s.score(at+"high", w.High), change, s.score(at+"change_low", w.ChangeLow), s.score(at+"change_high", w.ChangeHigh)))
	}
	t.Rows = append(t.Rows, row(page.Word(s.in("All", "合计")), s.whole64("/nps/answers", n.Answers), page.Cell{}, page.Cell{}, page.Cell{},
		s.score("/nps/score", &n.Score), s.score("/nps/low", &n.Low), s.score("/nps/high", &n.High), page.Cell{}, page.Cell{}, page.Cell{}))
	t.Sums = true
	chart.Series = []page.Line{line}
	return page.Figure{
		Title:  s.in("Score by quarter", "各季度净推荐值"),
		Shows:  s.in("The net promoter score of each quarter, from −100 to 100, with its interval.", "各季度净推荐值（−100 至 100）及区间。"),
		Do:     s.in("Speak of a change only where its interval leaves out zero (coloured in the table); else it is chance.", "仅当变化的区间不含零（表中着色）时才谈升降，否则可能只是偶然。"),
		Charts: []page.Chart{{Name: "nps-trend", Option: chart.Option(), Alt: s.in("Net promoter score by quarter with intervals; the table has the figures.", "各季度净推荐值及区间图，数字见表。")}},
		Tables: []page.Table{t}, Wide: true,
	}
}

// opinions is the score by segment.
func (s *sheet) opinions(n *wholeNPS) page.Figure {
	f := page.Figure{
		Title: s.in("Score by segment", "各分群净推荐值"),
		Shows: s.in("What the segments of today answered last, where at least 30 did.", "各分群最近一次的回答（至少 30 份）。"),
		Do:    s.in("A good segment with a low score is the next to slip: ask them why.", "优质分群评分偏低，往往将要流失：应询问原因。"),
	}
	if len(n.Segments) == 0 {
		f.Absent = s.in("no segment has 30 answers within a year.", "一年内没有分群达到 30 份回答。")
		return f
	}
	chart := page.Lines{XName: "", YName: s.in("net promoter score", "净推荐值"), Y: page.Score}
	line := page.Line{Name: s.in("score, with interval", "净推荐值及区间"), Color: page.Green, Whisk: true, Dots: true, Loose: true}
	t := page.Table{
		Caption: s.in("Answers and score by segment", "各分群回答与净推荐值"),
		Head:    []string{s.in("segment", "分群"), s.in("answers", "回答"), s.in("score", "净推荐值"), s.in("from", "下限"), s.in("to", "上限")},
	}
	for i := range n.Segments {
		g, at := &n.Segments[i], fmt.Sprintf("/nps/segments/%d/", i)
		chart.Categories = append(chart.Categories, layout.Tame(g.Name))
		line.Points = append(line.Points, page.Point{X: float64(i), Y: times100(&g.Score), Low: times100(&g.Low), High: times100(&g.High)})
		t.Rows = append(t.Rows, row(word(g.Name), s.whole64(at+"answers", g.Answers), s.score(at+"score", &g.Score), s.score(at+"low", &g.Low), s.score(at+"high", &g.High)))
	}
	chart.Series = []page.Line{line}
	chart.Turned = len(n.Segments) > 3
	f.Charts = []page.Chart{{Name: "nps-segments", Option: chart.Option(), Alt: s.in("Net promoter score by segment with intervals; the table has the figures.", "各分群净推荐值及区间图，数字见表。")}}
	f.Tables = []page.Table{t}
	return f
}
