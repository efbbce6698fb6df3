package voice_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps/voice"
)

// The open reasons of a scenario question: would you recommend our designer?
func ExampleLexicon_Append() {
	taxonomy := voice.Retail(guanxi.ZH)
	lexicon, err := voice.New(taxonomy)
	if err != nil {
		log.Fatal(err)
	}
	var matches []voice.Match
	for _, text := range []string{"设计师总改方案", "报价不透明", "物流太慢", "包装太精美", "物流不慢,就是没有货"} {
		matches = lexicon.Append(matches[:0], text)
		fmt.Print(text, ":")
		for _, m := range matches {
			fmt.Print(" ", m.Theme, "=", text[m.Start:m.End])
			if m.Negated {
				fmt.Print("(negated)")
			}
		}
		fmt.Println()
	}
	// Output:
	// 设计师总改方案: design=设计师 design=改方案
	// 报价不透明: quote=报价 quote=不透明
	// 物流太慢: logistics=物流
	// 包装太精美: packaging=包装
	// 物流不慢,就是没有货: logistics=物流(negated) range=有货(negated)
}

// A host's taxonomy is JSON; every fault is reported with its place.
func ExampleTaxonomy() {
	var t voice.Taxonomy
	err := json.Unmarshal([]byte(`{
		"themes": [
			{"id": "coffee", "name": {"en": "Coffee", "zh": "咖啡"}, "keywords": ["coffee", "latte*", "Ｃoffee"]},
			{"id": "milk", "parent": "drinks", "keywords": [""]}
		],
		"negation": {"words": ["not"], "before": 3, "after": 40}
	}`), &t)
	for fault := range guanxi.Faults(err) {
		fmt.Println(fault)
	}
	fmt.Println(errors.Is(err, voice.ErrDuplicate))
	// Output:
	// /themes/1/parent: unknown theme: "drinks"
	// /themes/0/keywords/2: occurs twice: "Ｃoffee" folds to "coffee", as /themes/0/keywords/0 does
	// /themes/1/keywords/0: empty: a keyword without a character
	// /negation/after: not a value of this option: 40 is not in 0 to 16
	// true
}

// A retailer adds his own themes and words to a starter.
func ExampleTaxonomy_Plus() {
	own := voice.Taxonomy{Themes: []voice.Theme{
		{ID: "logistics", Keywords: []string{"菜鸟驿站"}},
		{ID: "gift", Name: guanxi.Text{EN: "Gift wrapping", ZH: "送礼"}, Parent: "packaging", Keywords: []string{"送礼", "送人"}},
	}}
	lexicon := voice.MustNew(voice.Retail(guanxi.ZH).Plus(voice.Retail(guanxi.EN)).Plus(own))
	for _, m := range lexicon.Append(nil, "送人很合适,菜鸟驿站 delivered it fast") {
		fmt.Println(m.Theme, m.Keyword)
	}
	// Output:
	// gift 送人
	// logistics 菜鸟驿站
	// logistics deliver*
}

// What do they speak of, and what does it do to the score?
func ExampleImpact_Report() {
	taxonomy := voice.Retail(guanxi.ZH)
	lexicon := voice.MustNew(taxonomy)
	impact, err := voice.NewImpact(voice.ImpactConfig{Themes: taxonomy.Themes})
	if err != nil {
		log.Fatal(err)
	}
	answers := []struct {
		score, times int
		text         string
	}{
		{10, 30, "质量好"}, {9, 20, ""}, {9, 12, "包装精美,质量也好"}, {8, 10, "包装不错"}, {8, 25, "还行"},
		{3, 20, "物流太慢"}, {10, 5, "物流很快"}, {5, 8, "质量一般"}, {4, 2, "报价不透明"},
	}
	var matches []voice.Match
	for _, a := range answers {
		matches = lexicon.Append(matches[:0], a.text)
		for range a.times {
			if err := impact.AddMatches(a.score, matches); err != nil {
				log.Fatal(err)
			}
		}
	}
	report, err := impact.Report(voice.ReportConfig{MinAnswers: 10})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d answers, score %+.0f\n", report.Answers, 100*report.Overall.Score)
	for _, t := range report.Themes {
		if e := t.Effect; e != nil {
			fmt.Printf("%-9s %2d answers, with %+.0f, without %+.0f: impact %+.1f (%+.1f to %+.1f), p %.4f\n", t.Theme, t.Answers,
				100*t.With.Score, 100*t.Without.Score, 100*e.Impact, 100*e.Low, 100*e.High, e.Adjusted)
		}
	}
	// Output:
	// 132 answers, score +28
	// logistics 25 answers, with -60, without +49: impact -20.6 (-30.9 to -11.8), p 0.0000
	// packaging 22 answers, with +55, without +23: impact +5.3 (+0.7 to +10.9), p 0.0302
	// quality   50 answers, with +68, without +4: impact +24.4 (+12.8 to +35.4), p 0.0001
}

// Which of the closed questions goes with the score?
func ExampleDrivers() {
	none := math.NaN()
	report, err := voice.Drivers(voice.DriversConfig{
		Score: voice.Column{Name: "recommend", Values: []float64{10, 9, 3, 7, 8, 0, 10, 6, 9, 5}},
		Drivers: []voice.Column{
			{Name: "delivery", Values: []float64{5, 5, 1, 3, 4, 1, 4, 3, 5, 2}},
			{Name: "packaging", Values: []float64{5, 4, 4, 5, none, 2, 5, 4, 3, 5}},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d rows, %d left out, R² %.2f\n", report.Rows, report.LeftOut, report.RSquared)
	for _, d := range report.Drivers {
		fmt.Printf("%d. %s %.0f%%\n", d.Position, d.Name, 100*d.Share)
	}
	// Output:
	// 9 rows, 1 left out, R² 0.97
	// 1. delivery 78%
	// 2. packaging 22%
}

// stars is a model of the host's own: it knows a complaint when it sees one.
type stars struct{}

func (stars) Tag(ctx context.Context, dst []voice.Match, text string) ([]voice.Match, error) {
	if err := ctx.Err(); err != nil {
		return dst, err
	}
	if i := strings.Index(text, "★☆☆☆☆"); i >= 0 {
		dst = append(dst, voice.Match{Start: i, End: i + len("★☆☆☆☆"), Theme: "service"})
	}
	return dst, nil
}

// A model and a lexicon together.
func ExampleTagger() {
	taggers := []voice.Tagger{voice.MustNew(voice.Retail(guanxi.ZH)), stars{}}
	impact, err := voice.NewImpact(voice.ImpactConfig{Themes: voice.Retail(guanxi.ZH).Themes})
	if err != nil {
		log.Fatal(err)
	}
	var themes []string
	for _, tagger := range taggers {
		matches, err := tagger.Tag(context.Background(), nil, "★☆☆☆☆ 等了半天,价格也贵")
		if err != nil {
			log.Fatal(err)
		}
		themes = voice.AppendThemes(themes, matches)
	}
	if err := impact.Add(2, themes...); err != nil {
		log.Fatal(err)
	}
	fmt.Println(themes)
	// Output:
	// [waiting price service]
}
