package voice_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps/voice"
)

// small is a taxonomy of one theme per argument, its words apart by commas,
// that negates with 不, 没有, not, *n't, and no further than three steps away.
func small(themes ...string) voice.Taxonomy {
	t := voice.Taxonomy{Negation: voice.Negation{
		Words: []string{"不", "没有", "not", "*n't"}, Except: []string{"不错", "不过", "not only"}, Breaks: []string{"但", "but"},
		Before: 3, After: 3,
	}}
	for i, words := range themes {
		t.Themes = append(t.Themes, voice.Theme{ID: string(rune('a' + i)), Keywords: strings.Split(words, ",")})
	}
	return t
}

// show writes matches as "[a 12:18 text]", "!" before a negated one.
func show(text string, matches []voice.Match) string {
	var b strings.Builder
	for _, m := range matches {
		mark := ""
		if m.Negated {
			mark = "!"
		}
		fmt.Fprintf(&b, "[%s%s %d:%d %s]", mark, m.Theme, m.Start, m.End, text[m.Start:m.End])
	}
	return b.String()
}

func TestAppend(t *testing.T) {
	for _, tt := range []struct {
		name   string
		themes []string
		texts  []string // text, what is found in it, and so on
	}{
		{"nothing", []string{"物流"}, []string{"", "", "物", "", "流物", "", "a", ""}},
		{"Chinese anywhere", []string{"物流", "慢"}, []string{
			"物流太慢了", "[a 0:6 物流][b 9:12 慢]",
			"这家物流,物流", "[a 6:12 物流][a 13:19 物流]",
			"物物流流", "[a 3:9 物流]",
		}},
		{"longest", []string{"找", "好找,不好找", "好"}, []string{
			"不好找", "[b 0:9 不好找]",
			"好找", "[b 0:6 好找]",
			"好好找找", "[c 0:3 好][b 3:9 好找][a 9:12 找]",
		}},
		{"leftmost", []string{"ab*", "*bcd*", "*cde*,*e*"}, []string{
			"abcde", "[a 0:2 ab][c 2:5 cde]",
			"xbcde", "[b 1:4 bcd][c 4:5 e]",
		}},
		{"leftmost is kept though a longer one inside ends later", []string{"甲乙", "乙丙丁", "丙"}, []string{
			"甲乙丙丁", "[a 0:6 甲乙][c 6:9 丙]",
		}},
		{"a longer one takes the place of several", []string{"甲乙丙丁", "乙", "丙", "丁"}, []string{
			"甲乙丙丁", "[a 0:12 甲乙丙丁]",
			"甲乙丙", "[b 3:6 乙][c 6:9 丙]",
		}},
		{"words", []string{"app", "price", "can"}, []string{
			"apps", "", "happy app", "[a 6:9 app]", "App!", "[a 0:3 App]", "app2", "", "2app", "", "app_x", "[a 0:3 app]",
			"用app下单", "[a 3:6 app]", "iapp", "", "in-app", "[a 3:6 app]", "éapp", "", "app\u0301", "",
			"the price's", "[b 4:9 price]", "the price’s high", "[b 4:9 price]", "prices'", "", "price'", "[b 0:5 price]",
			"can't", "", "can’t", "", "I can", "[c 2:5 can]", "'can'", "[c 1:4 can]", "x'can", "", "price'stag", "",
		}},
		{"asterisks", []string{"deliver*", "*proof", "*mid*"}, []string{
			"Deliveries", "[a 0:7 Deliver]", "undeliver", "", "waterproof", "[b 5:10 proof]", "proofs", "", "amidst", "[c 1:4 mid]",
		}},
		{"digits", []string{"24小时", "5g", "3.5"}, []string{
			"124小时", "", "共24小时", "[a 3:11 24小时]", "5G,", "[b 0:2 5G]", "15g", "", "5gb", "", "3.5", "[c 0:3 3.5]", "13.5", "",
		}},
		{"spaces and hyphens", []string{"after sales"}, []string{
			"after-sales", "[a 0:11 after-sales]", "After \t\nSales", "[a 0:13 After \t\nSales]",
			"after\u3000－ sales", "[a 0:17 after\u3000－ sales]", "aftersales", "", "after sale", "", "after  x sales", "",
			"after after  sales", "[a 6:18 after  sales]",
		}},
		{"width and case", []string{"vip", "ｋ线", "カナ"}, []string{
			"ＶＩＰ卡", "[a 0:9 ＶＩＰ]", "xＶＩＰ", "", "\u212A线", "[b 0:6 \u212A线]", "Ｋ线", "[b 0:6 Ｋ线]", "ｶﾅ", "[c 0:6 ｶﾅ]", "İvip", "",
			"ⱯVIP", "", "İ VIP", "[a 3:6 VIP]",
		}},
		{"emoji", []string{"👍", "👎🏻"}, []string{"好👍🏻", "[a 3:7 👍]", "👎🏻", "[b 0:8 👎🏻]", "👎", ""}},
		{"broken UTF-8", []string{"物流", "app"}, []string{
			"\xff物流\xff", "[a 1:7 物流]", "物\xe6\xb5", "", "\xe7\x89物流", "[a 2:8 物流]", "\xffapp\x80", "[b 1:4 app]", "\xed\xa0\x80物流", "[a 3:9 物流]",
			"\xe0\x81\xa1pp", "", "\xc1\xa1pp", "", "\xe7", "", "a\xffpp", "",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lexicon := voice.MustNew(small(tt.themes...))
			for i := 0; i < len(tt.texts); i += 2 {
				text, want := tt.texts[i], tt.texts[i+1]
				if got := show(text, lexicon.Append(nil, text)); got != want {
					t.Errorf("%q: %s, want %s", text, got, want)
				}
			}
		})
	}
}

func TestNegation(t *testing.T) {
	lexicon := voice.MustNew(small("物流,delivery,shipping", "贵,price", "好找,不好找", "有货", "服务,staff"))
	for _, tt := range [][2]string{
		{"物流不慢", "[!a 0:6 物流]"},
		{"物流很不慢", "[!a 0:6 物流]"},
		{"物流一点都不慢", "[a 0:6 物流]"}, // four steps away
		{"不贵", "[!b 3:6 贵]"},
		{"不是很贵", "[!b 9:12 贵]"},
		{"不是说很贵", "[b 12:15 贵]"},
		{"不好找", "[c 0:9 不好找]"},     // its own word
		{"不不好找", "[!c 3:12 不好找]"},  // and one before it
		{"没有货", "[!d 3:9 有货]"},     // overlaps
		{"服务不错", "[e 0:6 服务]"},     // excepted
		{"不过物流不慢", "[!a 6:12 物流]"}, // one excepted, one not
		{"服务不好,物流快", "[!e 0:6 服务][a 13:19 物流]"},
		{"物流,不慢", "[a 0:6 物流]"}, // another clause
		{"物流。不慢", "[a 0:6 物流]"},
		{"物流，不慢", "[a 0:6 物流]"},
		{"物流～不慢", "[a 0:6 物流]"},
		{"物流；不慢！", "[a 0:6 物流]"},
		{"物流 不慢", "[a 0:6 物流]"}, // a space stands for a comma
		{"物流\n不慢", "[a 0:6 物流]"},
		{"物流“不”慢", "[!a 0:6 物流]"},
		{"物流但不慢", "[a 0:6 物流]"}, // a word that breaks
		{"不好但物流", "[a 9:15 物流]"},
		{"不能不贵", "[b 9:12 贵]"},                          // twice is not at all
		{"物流不贵服务", "[a 0:6 物流][!b 9:12 贵][e 12:18 服务]"}, // the nearest, the next if equally near
		{"物流不慢服务", "[!a 0:6 物流][e 12:18 服务]"},
		{"物流快不贵", "[a 0:6 物流][!b 12:15 贵]"},
		{"delivery was not slow", "[!a 0:8 delivery]"},
		{"delivery was really very not slow", "[a 0:8 delivery]"},
		{"Delivery isn’t slow", "[!a 0:8 Delivery]"},
		{"not only the price", "[b 13:18 price]"},
		{"not a good price", "[!b 11:16 price]"},
		{"not at a good price", "[b 14:19 price]"},
		{"price 3.50 not bad", "[!b 0:5 price]"},
		{"price. not bad", "[b 0:5 price]"},
		{"staff but not delivery", "[e 0:5 staff][!a 14:22 delivery]"},
		{"nothing on delivery", "[a 11:19 delivery]"},
		{"not" + strings.Repeat("(", 40) + "price", "[!b 43:48 price]"},
		{"not" + strings.Repeat("(", 41) + "price", "[b 44:49 price]"},
		{"price \xff not", "[!b 0:5 price]"},
	} {
		if got := show(tt[0], lexicon.Append(nil, tt[0])); got != tt[1] {
			t.Errorf("%q: %s, want %s", tt[0], got, tt[1])
		}
	}

	// A keyword within a negation word is next to it.
	phrases := small("like*,shop", "有,没")
	phrases.Negation.Words = append(phrases.Negation.Words, "don't like", "没有没")
	lexicon = voice.MustNew(phrases)
	for _, tt := range [][2]string{
		{"I don't like it", "[!a 8:12 like]"},
		{"this shop I don't like", "[a 5:9 shop][!a 18:22 like]"},
		{"没有没", "[!b 0:3 没][b 3:6 有][b 6:9 没]"},
	} {
		if got := show(tt[0], lexicon.Append(nil, tt[0])); got != tt[1] {
			t.Errorf("%q: %s, want %s", tt[0], got, tt[1])
		}
	}

	off := small("贵")
	off.Negation.Before, off.Negation.After = 0, 1
	lexicon = voice.MustNew(off)
	for _, tt := range [][2]string{{"不贵", "[a 3:6 贵]"}, {"贵不", "[!a 0:3 贵]"}, {"贵得不", "[a 0:3 贵]"}} {
		if got := show(tt[0], lexicon.Append(nil, tt[0])); got != tt[1] {
			t.Errorf("%q: %s, want %s", tt[0], got, tt[1])
		}
	}
}

// TestLinear reads texts made to be slow: were any step quadratic, this would take
// minutes.
func TestLinear(t *testing.T) {
	taxonomy := voice.Retail(guanxi.ZH).Plus(voice.Retail(guanxi.EN))
	taxonomy.Negation.Words = append(taxonomy.Negation.Words, "×")
	taxonomy.Negation.Before, taxonomy.Negation.After = 16, 16
	lexicon := voice.MustNew(taxonomy)
	for _, part := range []string{"不", "贵", "×", "不贵没有货", "not ", "not", "but ", "price ", "×(", "'", "(", " ", "after sales ", "after\t- ", "\xff", "x", "不 ", "特别不"} {
		text := "贵" + strings.Repeat(part, 1<<17/len(part)) + "贵"
		if got := lexicon.Append(nil, text); len(got) == 0 || got[0].Start != 0 {
			t.Errorf("%q: %d matches", part, len(got))
		}
	}
}

// nested is a lexicon of 啊, 啊啊 … up to 64 of them.
func nested() *voice.Lexicon {
	words := make([]string, 64)
	for i := range words {
		words[i] = strings.Repeat("啊", i+1)
	}
	return voice.MustNew(small(strings.Join(words, ",")))
}

// Keywords nested to the limit: the longest is taken, then what is left. It takes
// some three times as long as the longest keyword alone, and took 34 times when
// the beginning of each was sought from the end.
func TestNested(t *testing.T) {
	const n = 1 << 16
	text := strings.Repeat("啊", n+5)
	var got []voice.Match
	took := func(lexicon *voice.Lexicon) time.Duration {
		best := time.Hour
		for range 3 {
			start := time.Now()
			got = lexicon.Append(got[:0], text)
			best = min(best, time.Since(start))
		}
		return best
	}
	alone := took(voice.MustNew(small(strings.Repeat("啊", 64))))
	if all := took(nested()); all > 15*alone {
		t.Errorf("took %v, and the longest alone %v", all, alone)
	}
	if len(got) != n/64+1 {
		t.Fatalf("%d matches", len(got))
	}
	for i, m := range got {
		if m.Start != i*64*3 || m.End != min((i+1)*64*3, len(text)) {
			t.Fatalf("match %d is %d:%d", i, m.Start, m.End)
		}
	}
}

func TestIgnore(t *testing.T) {
	taxonomy := small("贵,服务")
	taxonomy.Ignore = []string{"贵宾", "不锈钢服务"}
	lexicon := voice.MustNew(taxonomy)
	for _, tt := range [][2]string{
		{"贵宾卡贵", "[a 9:12 贵]"},
		{"不锈钢服务贵", "[a 15:18 贵]"},
		{"不是贵宾服务", "[a 12:18 服务]"}, // the negation is the phrase's
	} {
		if got := show(tt[0], lexicon.Append(nil, tt[0])); got != tt[1] {
			t.Errorf("%q: %s, want %s", tt[0], got, tt[1])
		}
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	lexicon := voice.MustNew(small("物流"))
	first := voice.Match{Start: 7, End: 7, Theme: "x"}
	got, err := lexicon.Tag(context.Background(), []voice.Match{first}, "物流不慢")
	want := []voice.Match{first, {Start: 0, End: 6, Theme: "a", Keyword: "物流", Negated: true}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAppendThemes(t *testing.T) {
	matches := []voice.Match{{Theme: "b"}, {Theme: "a"}, {Theme: "b"}}
	if got := voice.AppendThemes([]string{"a"}, matches); !slices.Equal(got, []string{"a", "b", "a"}) {
		t.Error(got)
	}
}

func TestLexiconIsShared(t *testing.T) {
	lexicon := voice.MustNew(voice.Retail(guanxi.ZH))
	reviews, _ := corpus(50)
	var want [][]voice.Match
	for _, text := range reviews {
		want = append(want, lexicon.Append(nil, text))
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i, text := range reviews {
				if got := lexicon.Append(nil, text); !slices.Equal(got, want[i]) {
					t.Errorf("%q: %+v", text, got)
				}
			}
		})
	}
	group.Wait()
}
