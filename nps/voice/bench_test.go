package voice_test

import (
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps/voice"
)

// corpus is reviews put together from sentences of the tests, seeded; more or
// less one text in five says nothing that the taxonomy listens for.
func corpus(texts int) (reviews []string, size int64) {
	return compose(texts, []string{
		"第一次来这家店买沙发,朋友推荐的。", "设计师总改方案,前后改了五次,最后也没有说清楚。", "报价不透明,", "物流太慢了,等了两个星期才到。",
		"包装太精美,拆的时候都舍不得。", "颜色和照片上看到的差不多,", "客服回复很快,态度也不错。", "家里老人孩子都喜欢,", "周末又去了一趟,人山人海。",
		"价格不算便宜,但是质量确实好。", "会员积分可以兑换礼品,挺划算的。", "下次有机会还会再来的!", "说实话没什么特别的感觉,一般般吧。",
		"退货的时候有点麻烦,不过最后还是退了款。", "用APP下单很方便,", "Delivery was not slow at all, ", "门口的树很大,拍照留念。", "一家人吃完饭慢慢走回来,天气很舒服。",
	})
}

// englishCorpus is the same in English.
func englishCorpus(texts int) (reviews []string, size int64) {
	return compose(texts, []string{
		"We bought a sofa here on a friend's advice. ", "The designer kept changing the plans, five times in all. ", "The quote was not transparent. ",
		"Delivery was far too slow, it took two weeks to get here. ", "Packaging too fancy, a pity to open it. ", "My kids love it and so do their grandparents. ",
		"Customer service answered quickly and was friendly. ", "Went back last weekend, so many people everywhere! ", "Not cheap, but the quality is really good. ",
		"Will come again. ", "To be honest nothing special, just average. ", "Returning it was a bit of trouble but I got my refund. ", "Ordering in the app is easy. ",
		"There is a big tree in front, good for photos. ", "We walked home slowly after dinner and the weather was lovely. ",
	})
}

// compose puts texts of three to ten parts together.
func compose(texts int, parts []string) (reviews []string, size int64) {
	seed := uint32(1)
	next := func(n int) int {
		seed = seed*1664525 + 1013904223
		return int(seed>>8) % n
	}
	for range texts {
		var b strings.Builder
		for range 3 + next(8) {
			b.WriteString(parts[next(len(parts))])
		}
		reviews = append(reviews, b.String())
		size += int64(b.Len())
	}
	return reviews, size
}

// keywords150 is a taxonomy of the first 150 keywords of a starter and its words
// about negation, and these keywords in a list, without asterisks.
func keywords150(tb testing.TB, lang guanxi.Lang) (voice.Taxonomy, []string) {
	tb.Helper()
	t := voice.Retail(lang)
	var words []string
	for i := range t.Themes {
		theme := &t.Themes[i]
		theme.Keywords = theme.Keywords[:min(len(theme.Keywords), 150-len(words))]
		for _, word := range theme.Keywords {
			words = append(words, strings.Trim(word, "*"))
		}
	}
	if len(words) != 150 {
		tb.Fatalf("%d keywords", len(words))
	}
	return t, words
}

func BenchmarkAppend(b *testing.B) {
	reviews, size := corpus(500)
	taxonomy, words := keywords150(b, guanxi.ZH)
	benchmarkTexts(b, "corpus=chinese/keywords=150", reviews, size, taxonomy, words)
	reviews, size = englishCorpus(500)
	taxonomy, words = keywords150(b, guanxi.EN)
	benchmarkTexts(b, "corpus=english/keywords=150", reviews, size, taxonomy, words)
	b.Run("corpus=asap", func(b *testing.B) {
		rows, column := sharedCSV(b, "asap_zh_200.csv")
		reviews, size = reviews[:0], 0
		for _, row := range rows {
			reviews = append(reviews, row[column["reviewbody"]])
			size += int64(len(row[column["reviewbody"]]))
		}
		taxonomy, _ := asapTaxonomy(b)
		taxonomy.Negation = voice.Retail(guanxi.ZH).Negation
		words = nil
		for _, theme := range taxonomy.Themes {
			words = append(words, theme.Keywords...)
		}
		benchmarkTexts(b, "keywords=149", reviews, size, taxonomy, words)
	})
}

// benchmarkTexts tags all texts a run: the lexicon, and beside it the loop one would
// write first, which finds less: no places, no boundaries, no folding, no negation.
func benchmarkTexts(b *testing.B, name string, reviews []string, size int64, taxonomy voice.Taxonomy, words []string) {
	b.Run(name+"/way=lexicon", func(b *testing.B) {
		lexicon := voice.MustNew(taxonomy)
		var matches []voice.Match
		found := 0
		b.ReportAllocs()
		b.SetBytes(size)
		for b.Loop() {
			for _, text := range reviews {
				matches = lexicon.Append(matches[:0], text)
				found += len(matches)
			}
		}
		if found == 0 {
			b.Fatal("nothing found")
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(reviews)), "ns/text")
	})
	b.Run(name+"/way=contains", func(b *testing.B) {
		found := 0
		b.ReportAllocs()
		b.SetBytes(size)
		for b.Loop() {
			for _, text := range reviews {
				for _, word := range words {
					if strings.Contains(text, word) {
						found++
					}
				}
			}
		}
		if found == 0 {
			b.Fatal("nothing found")
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(reviews)), "ns/text")
	})
}

func BenchmarkNew(b *testing.B) {
	taxonomy := voice.Retail(guanxi.ZH)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := voice.New(taxonomy); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkImpactAddMatches(b *testing.B) {
	taxonomy := voice.Retail(guanxi.ZH)
	matches := voice.MustNew(taxonomy).Append(nil, "设计师总改方案,报价不透明,物流太慢")
	impact, err := voice.NewImpact(voice.ImpactConfig{Themes: taxonomy.Themes})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := impact.AddMatches(3, matches); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReport(b *testing.B) {
	taxonomy := voice.Retail(guanxi.ZH)
	impact, err := voice.NewImpact(voice.ImpactConfig{Themes: taxonomy.Themes})
	if err != nil {
		b.Fatal(err)
	}
	lexicon := voice.MustNew(taxonomy)
	reviews, _ := corpus(2000)
	for i, text := range reviews {
		if err := impact.AddMatches(i%11, lexicon.Append(nil, text)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := impact.Report(voice.ReportConfig{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDrivers(b *testing.B) {
	c := voice.DriversConfig{}
	seed := uint32(9)
	next := func() float64 {
		seed = seed*1664525 + 1013904223
		return float64(seed >> 20)
	}
	for range 2000 {
		c.Score.Values = append(c.Score.Values, next())
	}
	for i := range 15 {
		col := voice.Column{Name: string(rune('a' + i))}
		for k := range 2000 {
			col.Values = append(col.Values, next()+c.Score.Values[k]/4)
		}
		c.Drivers = append(c.Drivers, col)
	}
	for _, c.Weighting = range []voice.Weighting{voice.RelativeWeights, voice.LMG} {
		b.Run("rows=2000/drivers=15/weighting="+string(c.Weighting), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := voice.Drivers(c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
