package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/nps"
	ask "github.com/guanxi-go/guanxi/nps/survey"
	"github.com/samber/lo"
)

// report writes the text that people read.
type report struct {
	strings.Builder
	*survey
	*counts
	options
}

// writeReport writes the whole report.
func writeReport(w io.Writer, s *survey, c *counts, o options) error {
	p := &report{survey: s, counts: c, options: o}
	for _, part := range []func() error{p.header, p.groupTable, p.trendTable, p.themeTable} {
		if err := part(); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// in picks one of two languages.
func (p *report) in(en, zh string) string { return guanxi.Text{EN: en, ZH: zh}.In(p.lang) }

// section begins a part of the report.
func (p *report) section(en, zh string) {
	fmt.Fprintf(p, "\n%s\n", p.in(strings.ToUpper(en), zh))
}

// say writes a line below a table.
func (p *report) say(en, zh string, args ...any) {
	fmt.Fprintf(p, "  "+p.in(en, zh)+"\n", args...)
}

func (p *report) print(t *layout.Table) { p.WriteString(t.String()) }

func (p *report) interval(i nps.Interval) string {
	return points(i.Low) + p.in(" to ", " 至 ") + points(i.High)
}

// level heads a column of intervals.
func (p *report) level() string {
	return fmt.Sprintf(p.in("%.10g%% interval", "%.10g%% 区间"), 100*p.confidence)
}

// header is the score of everybody.
func (p *report) header() error {
	fmt.Fprintf(p, "%s\n%s\n\n", layout.Tame(p.survey.title.In(p.lang)), ask.NPS().Questions[0].Text.In(p.lang))
	n, classes := p.all.Answers(), p.all.Classes()
	t := &layout.Table{Align: "lr"}
	t.Add(p.in("Answers", "回答"), layout.Thousands(n))
	for _, c := range []struct {
		nps.Class
		n int64
	}{{nps.Promoter, classes.Promoters}, {nps.Passive, classes.Passives}, {nps.Detractor, classes.Detractors}} {
		t.Add(c.Label(p.lang), layout.Thousands(c.n), percent(c.n, n))
	}
	t.Add(p.in("Without a score", "未评分"), layout.Thousands(p.all.Dismissed()))
	p.print(t)
	if n == 0 {
		p.say("There are no answers, and so there is no score.", "没有回答，因此没有得分。")
		return nil
	}
	e, err := p.all.Estimate("", p.confidence)
	if err != nil {
		return err
	}
	fmt.Fprintf(p, "\n  %s %s    %s %s\n", p.in("Score", "净推荐值"), points(e.Score), p.level(), p.interval(e.Interval))
	return nil
}

// maxFew is how many groups without answers enough are named.
const maxFew = 20

// groupTable ranks the groups that have answers enough, and compares these.
func (p *report) groupTable() error {
	if !p.grouped || len(p.groups) == 0 {
		return nil
	}
	c, err := p.compare(p.confidence, p.minimum)
	if err != nil {
		return err
	}
	p.section("Groups", "分组")
	name := func(i int) string {
		return cmp.Or(layout.Tame(p.groups[i].Name), p.in("(none named)", "（未填写）"))
	}
	if len(c.Ranked) > 0 {
		t := &layout.Table{Align: "l"}
		t.Add(p.in("group", "分组"), p.in("answers", "回答"), nps.Promoter.Label(p.lang), nps.Passive.Label(p.lang),
			nps.Detractor.Label(p.lang), p.in("score", "得分"), p.level())
		for _, s := range c.Ranked {
			k := p.groups[s.Group].Tally.Classes()
			t.Add(name(s.Group), layout.Thousands(s.Answers), percent(k.Promoters, s.Answers), percent(k.Passives, s.Answers),
				percent(k.Detractors, s.Answers), points(s.Score), p.interval(s.Interval))
		}
		p.print(t)
	}
	if len(c.TooFew) > 0 {
		few := lo.Map(c.TooFew[:min(maxFew, len(c.TooFew))], func(s nps.Scarce, _ int) string { return name(s.Group) + " " + layout.Thousands(s.Answers) })
		if more := len(c.TooFew) - maxFew; more > 0 {
			few = append(few, fmt.Sprintf(p.in("and %s more (all of them: -json)", "另有 %s 组（-json 列出全部）"), layout.Thousands(more)))
		}
		p.say("Not enough answers to be ranked (fewer than %s): %s", "回答不足，不参与排名（少于 %s 份）：%s",
			layout.Thousands(p.minimum), strings.Join(few, p.in(", ", "、")))
	}
	if c.Equal != nil {
		p.say("Could all have the same score? p %s", "各组得分是否可能相同？p %s", probability(c.Equal.P))
	}
	switch err := c.EqualErr; {
	case err == nil:
	case errors.Is(err, nps.ErrTooFew):
		p.say("Could all have the same score? Not tested: %s has a single answer", "各组得分是否可能相同？无法检验：%s 只有一份回答", name(err.Group))
	default:
		p.say("Could all have the same score? Not tested: the answers of %s are all of one class", "各组得分是否可能相同？无法检验：%s 的回答全属同一类", name(err.Group))
	}
	if c.Mix != nil {
		p.say("Could all have the same mix of classes? p %s", "各组三类构成是否可能相同？p %s", probability(c.Mix.P))
	}
	if c.MixErr != nil {
		p.say("Could all have the same mix of classes? Not tested: all answers are of one class", "各组三类构成是否可能相同？无法检验：所有回答同属一类")
	}
	if len(c.Pairs) == 0 {
		return nil
	}
	p.section("Differences between groups", "组间差异")
	pairs := slices.Clone(c.Pairs)
	slices.SortStableFunc(pairs, func(a, b nps.Pair) int { return cmp.Compare(a.P, b.P) })
	t := &layout.Table{Align: "lll"}
	t.Add(p.in("first", "甲"), "", p.in("second", "乙"), p.in("difference", "差异"), p.level(), "p", p.in("p adjusted", "校正后 p"))
	for _, d := range pairs[:min(p.top, len(pairs))] {
		t.Add(name(d.A), "−", name(d.B), points(d.Delta), p.interval(d.Interval), probability(d.P), probability(d.Adjusted))
	}
	p.print(t)
	p.say("%s of %s pairs, the surest first; p adjusted by Holm for all of them, intervals not adjusted",
		"共 %[2]s 对，列出最显著的 %[1]s 对；p 值按 Holm 法对全部组对校正，区间未校正",
		layout.Thousands(min(p.top, len(pairs))), layout.Thousands(len(pairs)))
	return nil
}

// maxPeriods is how long a trend is printed.
const maxPeriods = 24

// trendTable is the score by period.
func (p *report) trendTable() error {
	if !p.timed {
		return nil
	}
	rows, timeless, err := trend(p.survey, p.options)
	if err != nil {
		return err
	}
	if len(rows)+timeless == 0 {
		return nil
	}
	p.section("Trend", "趋势")
	if len(rows) > 0 {
		t := &layout.Table{Align: "l"}
		t.Add(p.in("from", "起始"), p.in("answers", "回答"), p.in("score", "得分"), p.level(), p.in("change", "变化"), p.level(), "p")
		for _, r := range rows[max(0, len(rows)-maxPeriods):] {
			cells := []string{periodName(r.From, p.period), layout.Thousands(r.Tally.Answers()), unknown}
			if r.Estimate != nil {
				cells = append(cells[:2], points(r.Estimate.Score), p.interval(r.Estimate.Interval))
			}
			switch d := r.Change; {
			case d != nil:
				cells = append(cells, points(d.Delta), p.interval(d.Interval), probability(d.P))
			case r.Estimate != nil && !r.Enough:
				cells = append(cells, p.in("not enough", "回答不足"))
			}
			t.Add(cells...)
		}
		p.print(t)
	}
	if lo.SomeBy(rows, func(r nps.TrendRow) bool { return r.Change != nil }) {
		p.say("change: from the last period with answers enough; every p by itself, not adjusted",
			"变化：与上一个回答足够的周期相比；各 p 值未校正")
	}
	if more := len(rows) - maxPeriods; more > 0 {
		p.say("%s earlier periods not shown", "另有更早的 %s 期未列出", layout.Thousands(more))
	}
	if timeless > 0 {
		p.say("Answers that do not say when they came: %s, not in this table", "未注明时间的回答：%s 份，未计入本表", layout.Thousands(timeless))
	}
	return nil
}

// themeTable is what the reasons speak of: what pulls the score down first.
func (p *report) themeTable() error {
	if !p.worded || p.all.Answers() == 0 {
		return nil
	}
	r, err := listen(p.survey, p.options)
	if err != nil {
		return err
	}
	p.section("Reasons", "原因主题")
	t := &layout.Table{Align: "l"}
	t.Add(p.in("theme", "主题"), p.in("answers", "回答"), p.in("share", "占比"), p.in("score with", "提及者得分"), p.in("without", "其余得分"),
		p.in("impact", "影响"), p.level(), p.in("p adjusted", "校正后 p"))
	spoken, few := 0, []string(nil)
	for _, theme := range r.Themes {
		switch {
		case theme.Answers == 0:
		case theme.Effect == nil:
			few = append(few, theme.Label(p.lang)+" "+layout.Thousands(theme.Answers))
		default:
			if spoken++; spoken > p.top {
				continue
			}
			t.Add(theme.Label(p.lang), layout.Thousands(theme.Answers), percent(theme.Answers, r.Answers), points(theme.With.Score),
				points(theme.Without.Score), points(theme.Effect.Impact), p.interval(theme.Effect.Interval), probability(theme.Effect.Adjusted))
		}
	}
	if spoken > 0 {
		p.print(t)
		p.say("impact: the score less what it would be without these answers; it goes with the theme, it need not come from it.",
			"影响：总得分减去剔除这些回答后的得分；仅表示相关，未必是原因。")
		p.say("A theme counts those that are part of it, such as quotes in price.", "主题包含其子主题，如价格包含报价。")
	}
	if spoken > p.top {
		p.say("%s more themes not shown (-top)", "另有 %s 个主题未列出（-top）", layout.Thousands(spoken-p.top))
	}
	if len(few) > 0 {
		p.say("Not enough answers (fewer than %s): %s", "回答不足（少于 %s 份）：%s", layout.Thousands(p.minimum), strings.Join(few, p.in(", ", "、")))
	}
	if spoken+len(few) == 0 {
		p.say("No theme was found.", "未发现任何主题。")
	}
	return nil
}
