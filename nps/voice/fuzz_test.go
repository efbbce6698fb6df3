package voice

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi/nps"
)

// obvious is Append written for the reader: all places of all words, the
// leftmost-longest choice by sorting, negation by looking at everything.
func obvious(t Taxonomy, text string) []Match {
	var keywords, about []Match
	scan := func(list *[]Match, theme, keyword, text, written string) {
		*list = append(*list, places(text, parseWord(written), Match{Theme: theme, Keyword: keyword})...)
	}
	for _, theme := range t.Themes {
		for _, w := range theme.Keywords {
			scan(&keywords, theme.ID, w, text, w)
		}
	}
	for _, w := range t.Ignore {
		scan(&keywords, "", "", text, w)
	}
	for _, w := range t.Negation.Words {
		scan(&about, "", "negates", text, w)
	}
	for _, w := range t.Negation.Except {
		scan(&about, "", "excepted", text, w)
	}
	for _, w := range t.Negation.Breaks {
		scan(&about, "", "breaks", text, w)
	}
	keywords, about = choose(keywords), choose(about)
	for _, n := range about {
		if n.Keyword == "negates" {
			if i := target(t, text, keywords, about, n); i >= 0 {
				keywords[i].Negated = !keywords[i].Negated
			}
		}
	}
	return slices.DeleteFunc(keywords, func(m Match) bool { return m.Theme == "" })
}

type unit struct {
	r          rune
	start, end int
}

// places are all occurrences of a word.
func places(text string, w word, m Match) (all []Match) {
	var units []unit
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if f := fold(r); f == ' ' && len(units) > 0 && units[len(units)-1].r == ' ' {
			units[len(units)-1].end += size
		} else {
			units = append(units, unit{f, i, i + size})
		}
		i += size
	}
	for i := 0; i+len(w.units) <= len(units); i++ {
		same := true
		for k, r := range w.units {
			same = same && units[i+k].r == r
		}
		m.Start, m.End = units[i].start, units[i+len(w.units)-1].end
		if same && (!w.left || opens(text, m.Start)) && (!w.right || closes(text, m.End)) {
			all = append(all, m)
		}
	}
	return all
}

func choose(all []Match) (chosen []Match) {
	slices.SortFunc(all, func(a, b Match) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	end := 0
	for _, m := range all {
		if m.Start >= end {
			chosen = append(chosen, m)
			end = m.End
		}
	}
	return chosen
}

// target is the match that n negates, or −1.
func target(t Taxonomy, text string, keywords, about []Match, n Match) int {
	free := func(from, to int) bool {
		return !slices.ContainsFunc(about, func(b Match) bool { return b.Keyword == "breaks" && b.Start >= from && b.End <= to })
	}
	last, next := -1, -1
	for i, m := range keywords {
		switch {
		case m.Start <= n.Start && n.End <= m.End:
			return -1
		case m.Start < n.Start:
			last = i
		case next < 0:
			next = i
		}
	}
	nearest, best := -1, math.MaxInt
	if next >= 0 && free(n.End, keywords[next].Start) {
		if d := steps(text, n.End, keywords[next].Start, math.MaxInt); d >= 0 && d < t.Negation.Before {
			nearest, best = next, d
		}
	}
	if last >= 0 && free(keywords[last].End, n.Start) {
		if d := steps(text, keywords[last].End, n.Start, math.MaxInt); d >= 0 && d < t.Negation.After && d < best {
			nearest = last
		}
	}
	return nearest
}

// fuzzTaxonomy makes a taxonomy of words apart by "|"; unusable ones are left out.
func fuzzTaxonomy(words string, before, after uint8) Taxonomy {
	t := Taxonomy{Themes: []Theme{{ID: "a"}, {ID: "b"}}}
	t.Negation.Before, t.Negation.After = int(before%(maxReach+1)), int(after%(maxReach+1))
	lists := []*[]string{&t.Themes[0].Keywords, &t.Themes[1].Keywords, &t.Negation.Words, &t.Ignore, &t.Negation.Except, &t.Negation.Breaks}
	seen := make(map[string]bool)
	for i, w := range strings.Split(words, "|") {
		if key := parseWord(w).key(); checkWord(w) == nil && !seen[key] {
			seen[key] = true
			list := lists[i%len(lists)]
			*list = append(*list, w)
		}
	}
	return t
}

func FuzzAppend(f *testing.F) {
	for _, text := range []string{"设计师总改方案", "报价不透明", "没有货,不过物流不慢 but not the price's", "ＶＩＰ  after-sales\xff\xe7", "aabab ab", "a - b b  a"} {
		f.Add(text, "物流|报价|不|不透明|不过|但|price|after sales|没有|vip*|not only|but|有货|方案|*n't", uint8(3), uint8(3))
		f.Add(text, "*|*a*|0aba|x|y|z", uint8(1), uint8(9))
		f.Add("aaaa "+text+" a  a a", "*aaaaa*|*aa*|*aaa*|*a*|*aaaa*|*a a*|*a a a*", uint8(2), uint8(2))
		f.Add(text, "ab|*b*|a*|*ab a*|*aba*|*ba*|*a b*|*b a b*|aab", uint8(1), uint8(16))
	}
	f.Fuzz(func(t *testing.T, text, words string, before, after uint8) {
		if len(text) > 1000 || len(words) > 1000 {
			t.Skip()
		}
		taxonomy := fuzzTaxonomy(words, before, after)
		lexicon, err := New(taxonomy)
		if err != nil {
			t.Fatal(err)
		}
		got, want := lexicon.Append(nil, text), obvious(taxonomy, text)
		if !slices.Equal(got, want) {
			t.Errorf("%q\n in %q\n got %+v\nwant %+v", fmt.Sprint(taxonomy), text, got, want)
		}
		end := 0
		for _, m := range got {
			if m.Start < end || m.End <= m.Start || m.End > len(text) || !utf8.ValidString(text[m.Start:m.End]) {
				t.Errorf("%+v after %d in %q", m, end, text)
			}
			end = m.End
		}
	})
}

func FuzzTaxonomy(f *testing.F) {
	for _, data := range [][]byte{retailZH, retailEN, []byte(`{"themes":[{"id":"a","parent":"b","keywords":["x*","X"]},{"id":"b","parent":"a"}],"negation":{"before":17}}`), []byte(`{}`)} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var taxonomy Taxonomy
		if err := json.Unmarshal(data, &taxonomy); err != nil {
			if !reflect.DeepEqual(taxonomy, Taxonomy{}) {
				t.Errorf("changed in spite of %v", err)
			}
			return
		}
		if err := taxonomy.Validate(); err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(taxonomy)
		if err != nil {
			t.Fatal(err)
		}
		var again Taxonomy
		if err := json.Unmarshal(out, &again); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		if second, err := json.Marshal(again); err != nil || string(second) != string(out) {
			t.Errorf("%s, %v, was %s", second, err, out)
		}
		lexicon, err := New(taxonomy)
		if err != nil {
			if !errors.Is(err, ErrTooLarge) {
				t.Fatal(err)
			}
			return
		}
		lexicon.Append(nil, string(data))
		if err := taxonomy.Plus(taxonomy).Validate(); err != nil {
			t.Errorf("twice the same: %v", err)
		}
	})
}

// What is read is valid and is written as it was read; anything else leaves the
// config alone and has a place in every fault.
func FuzzConfigs(f *testing.F) {
	for _, data := range []string{
		`{}`, `{"confidence":0.9,"adjust":"bh","min_answers":5}`, `{"confidence":2,"min_answers":-1}`, `{"certainty":0.9,"adjust":1}`,
		`{"kind":"csat","themes":[{"id":"a","name":{"zh":"物流"}},{"id":"b","parent":"a"}]}`,
		`{"kind":"nps","range":{"min":1,"max":10,"passive":8,"promoter":9},"themes":[]}`, `{"themes":[{"id":"a","color":1}],"kinds":2}`,
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		readStrictly[ReportConfig](t, data)
		readStrictly[ImpactConfig](t, data)
	})
}

func readStrictly[C interface{ Validate() error }](t *testing.T, data []byte) {
	var c, zero, again C
	if err := json.Unmarshal(data, &c); err != nil {
		if !reflect.DeepEqual(c, zero) {
			t.Errorf("%T: changed in spite of %v", c, err)
		}
		return
	}
	if err := c.Validate(); err != nil {
		t.Errorf("%s: %v", data, err)
	}
	out, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &again); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	if second, err := json.Marshal(again); err != nil || string(second) != string(out) {
		t.Errorf("%s, %v, was %s", second, err, out)
	}
}

func FuzzImpact(f *testing.F) {
	made := func() *Impact {
		a, err := NewImpact(ImpactConfig{Kind: nps.CSAT, Themes: []Theme{{ID: "a"}, {ID: "b", Parent: "a"}}})
		if err != nil {
			f.Fatal(err)
		}
		return a
	}
	a := made()
	for i := range 300 {
		if err := a.Add(1+i%5, []string{"a", "b"}[:i%3]...); err != nil {
			f.Fatal(err)
		}
	}
	data, _ := a.MarshalBinary()
	f.Add(data, []byte{1, 2, 3, 250}, 2)
	f.Fuzz(func(t *testing.T, data, answers []byte, cut int) {
		a := made()
		if err := a.UnmarshalBinary(data); err == nil {
			if out, _ := a.MarshalBinary(); string(out) != string(data) {
				t.Errorf("%x decodes and encodes to %x", data, out)
			}
			if _, err := a.Report(ReportConfig{MinAnswers: 1}); err != nil {
				t.Error(err)
			}
		} else if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrMismatch) {
			t.Errorf("%x: %v", data, err)
		}
		// Merge of two parts is one pass over both.
		whole, left, right := made(), made(), made()
		for i, b := range answers {
			part := left
			if i > cut {
				part = right
			}
			themes := []string{"a", "b"}[b>>6&1 : 1+b>>7]
			if w, p := whole.Add(int(b%7), themes...), part.Add(int(b%7), themes...); (w == nil) != (p == nil) {
				t.Errorf("%v and %v", w, p)
			}
		}
		if err := right.Merge(left); err != nil {
			t.Fatal(err)
		}
		if w, p := encoded(t, whole), encoded(t, right); w != p {
			t.Errorf("%x in one pass, %x merged", w, p)
		}
	})
}

func encoded(t *testing.T, a *Impact) string {
	t.Helper()
	data, err := a.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// FuzzDrivers holds the laws of both weightings: parts are not negative and add
// up to R², which lies in 0 to 1, or there is a fault with a sentinel.
func FuzzDrivers(f *testing.F) {
	f.Add([]byte("\x01\x05\x03\x02\x04\x04\x03\x01\x05\x02\x02\x01\x05\x04\x01\xff\x02\x01\x03\x05\x03\x01"), uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, drivers uint8) {
		n := 1 + int(drivers%5)
		c := DriversConfig{Score: Column{Name: "score"}, Drivers: make([]Column, n)}
		for i := range c.Drivers {
			c.Drivers[i].Name = string(rune('a' + i))
		}
		value := func(b byte) float64 {
			switch b {
			case 255:
				return math.NaN()
			case 254:
				return math.MaxFloat64
			case 253:
				return math.SmallestNonzeroFloat64
			}
			return float64(int8(b))
		}
		for ; len(data) > n; data = data[n+1:] {
			c.Score.Values = append(c.Score.Values, value(data[0]))
			for i := range c.Drivers {
				c.Drivers[i].Values = append(c.Drivers[i].Values, value(data[i+1]))
			}
		}
		for _, c.Weighting = range []Weighting{RelativeWeights, LMG} {
			r, err := Drivers(c)
			if err != nil {
				if !errors.Is(err, ErrTooFew) && !errors.Is(err, ErrConstant) && !errors.Is(err, ErrCollinear) {
					t.Fatal(err)
				}
				continue
			}
			sum := 0.0
			for _, d := range r.Drivers {
				sum += d.Weight
				if !(d.Weight >= -1e-9) || !(math.Abs(d.Pearson) <= 1+1e-12) {
					t.Errorf("%+v", d)
				}
			}
			if !(r.RSquared >= 0 && r.RSquared <= 1) || !(math.Abs(sum-r.RSquared) <= 1e-6) || r.Rows+r.LeftOut != len(c.Score.Values) {
				t.Errorf("R² %v, weights add up to %v", r.RSquared, sum)
			}
		}
	})
}
