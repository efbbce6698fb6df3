//go:build !race

package voice_test

import (
	"context"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps"
	"github.com/guanxi-go/guanxi/nps/voice"
)

func TestAllocs(t *testing.T) {
	zero := func(name string, f func()) {
		t.Helper()
		if n := testing.AllocsPerRun(50, f); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
	reviews, _ := corpus(20)
	reviews = append(reviews, "\xff\xe7ＶＩＰ after \t sales", strings.Repeat("不贵没有货", 100))
	lexicon := voice.MustNew(voice.Retail(guanxi.ZH).Plus(voice.Retail(guanxi.EN)))
	matches := make([]voice.Match, 0, 4096)
	themes := make([]string, 0, 32)
	impact, err := voice.NewImpact(voice.ImpactConfig{Themes: voice.Retail(guanxi.ZH).Themes})
	if err != nil {
		t.Fatal(err)
	}
	var tagger voice.Tagger = lexicon
	for i, text := range reviews {
		zero("Append", func() { matches = lexicon.Append(matches[:0], text) })
		zero("Tag", func() { matches, _ = tagger.Tag(context.Background(), matches[:0], text) })
		zero("AppendThemes", func() { themes = voice.AppendThemes(themes[:0], matches) })
		zero("Impact.Add", func() { _ = impact.Add(i%11, themes...) })
		zero("Impact.AddMatches", func() { _ = impact.AddMatches(i%11, matches) })
	}
	other, err := voice.NewImpact(voice.ImpactConfig{Kind: nps.NPS, Themes: voice.Retail(guanxi.EN).Themes})
	if err != nil {
		t.Fatal(err)
	}
	zero("Impact.Merge", func() {
		if err := impact.Merge(other); err != nil {
			t.Error(err)
		}
	})
}
