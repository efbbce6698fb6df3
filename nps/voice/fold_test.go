package voice

import (
	"slices"
	"testing"
	"unicode"
)

func TestFold(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"ABC xyz", "abc xyz"},
		{"ＡＢＣ１２３！", "abc123!"},
		{"ÀÉÑ Ω Ж", "àéñ ω ж"},
		{"\u212A", "k"}, // the Kelvin sign
		{"ſ", "s"},      // long s
		{"ß", "ß"},      // simple folding keeps one character one
		{"İ", "İ"},
		{"don’t don‘t donʼt don＇t", "don't don't don't don't"},
		{"a-b a‐b a‑b a－b", "a b a b a b a b"},
		{"a\tb\u00A0c\u3000d\u2009e", "a b c d e"},
		{"｢ｶﾅ｣ ￥ ￦", "「カナ」 ¥ ₩"},
		{"ﾡￂￚ￩", "ㄱㅏㅡ←"},
		{"物流慢", "物流慢"},
	} {
		var got []rune
		for _, r := range tt.in {
			got = append(got, fold(r))
		}
		if string(got) != tt.want {
			t.Errorf("fold(%q) = %q, want %q", tt.in, string(got), tt.want)
		}
	}
}

// TestSources checks over all characters that fold is idempotent and that
// sources is its inverse.
func TestSources(t *testing.T) {
	inverse := make(map[rune][]rune)
	for r := rune(0); r <= unicode.MaxRune; r++ {
		f := fold(r)
		if fold(f) != f {
			t.Fatalf("fold(%U) = %U, which folds to %U", r, f, fold(f))
		}
		if f != r {
			inverse[f] = append(inverse[f], r)
		}
	}
	for f, want := range inverse {
		got := slices.Clone(sources(f))
		slices.Sort(got)
		want = append(want, f)
		slices.Sort(want)
		if !slices.Equal(slices.Compact(got), want) || len(got) != len(want) {
			t.Errorf("sources(%U) = %U, want %U", f, got, want)
		}
	}
	if got := sources('物'); !slices.Equal(got, []rune{'物'}) {
		t.Errorf("sources(物) = %U", got)
	}
}

func TestIsWord(t *testing.T) {
	for _, r := range "aZ0éжΩ１ｚ\u0301٣" {
		if !isWord(r) {
			t.Errorf("%U is no part of a word", r)
		}
	}
	for _, r := range " -_'.,!物カひ한ไ々ー👍，\uFFFD" {
		if isWord(r) {
			t.Errorf("%U is part of a word", r)
		}
	}
}
