package voice_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps/voice"
)

// faults lists the places of an error and their text.
func faults(err error) (all []string) {
	for fe := range guanxi.Faults(err) {
		all = append(all, fe.Error())
	}
	return all
}

func TestValidate(t *testing.T) {
	theme := func(id, parent string, keywords ...string) voice.Theme {
		return voice.Theme{ID: id, Parent: parent, Keywords: keywords}
	}
	for _, tt := range []struct {
		name     string
		taxonomy voice.Taxonomy
		want     []string // beginnings, in order
		is       []error
	}{
		{"no themes", voice.Taxonomy{}, []string{"/themes: empty"}, []error{voice.ErrEmpty}},
		{"all at once", voice.Taxonomy{
			Version:  2,
			Themes:   []voice.Theme{theme("a", "", "物流", "", " ", "ＶＩＰ"), theme("", "x", "vip", "a\xff", "*"), theme("a", "")},
			Ignore:   []string{"-x", "服务*", "after  sales", strings.Repeat("长", 65)},
			Negation: voice.Negation{Words: []string{"物流", "x\uFFFDy"}, Except: []string{"After-Sales"}, Breaks: []string{"x-"}, Before: -1, After: 17},
		}, []string{
			"/version: not a value of this option",
			"/themes/1/id: empty",
			"/themes/2/id: occurs twice: \"a\" is the id of /themes/0",
			"/themes/1/parent: unknown theme: \"x\"",
			"/themes/0/keywords/1: empty",
			"/themes/0/keywords/2: empty",
			"/themes/1/keywords/0: occurs twice: \"vip\" folds to \"vip\", as /themes/0/keywords/3 does",
			"/themes/1/keywords/1: not valid UTF-8",
			"/themes/1/keywords/2: not a keyword",
			"/ignore/0: not a keyword",
			"/ignore/1: not a keyword",
			"/ignore/3: not a keyword: 65 characters",
			"/negation/words/0: occurs twice: \"物流\" folds to \"物流\", as /themes/0/keywords/0 does",
			"/negation/words/1: not valid UTF-8",
			"/negation/except/0: occurs twice: \"After-Sales\" folds to \"after sales\", as /ignore/2 does",
			"/negation/breaks/0: not a keyword",
			"/negation/before: not a value of this option: -1",
			"/negation/after: not a value of this option: 17",
		}, []error{voice.ErrEmpty, voice.ErrDuplicate, voice.ErrTheme, voice.ErrUTF8, voice.ErrKeyword, voice.ErrOption}},
		{"stars fold too", voice.Taxonomy{Themes: []voice.Theme{theme("a", "", "price", "Price*")}},
			[]string{"/themes/0/keywords/1: occurs twice"}, []error{voice.ErrDuplicate}},
		{"parents in a circle", voice.Taxonomy{Themes: []voice.Theme{
			theme("a", "b"), theme("b", "c"), theme("c", "b"), theme("d", "d"), theme("e", "f"), theme("f", "")}},
			[]string{"/themes/1/parent: part of itself: \"b\"", "/themes/2/parent: part of itself", "/themes/3/parent: part of itself"}, []error{voice.ErrCycle}},
		{"names", voice.Taxonomy{Themes: []voice.Theme{{ID: "\xff", Name: guanxi.Text{EN: "\xff", ZH: "\xff"}}}},
			[]string{"/themes/0/id: not valid UTF-8", "/themes/0/name/en: not valid", "/themes/0/name/zh: not valid"}, []error{voice.ErrUTF8}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.taxonomy.Validate()
			got := faults(err)
			if !slices.EqualFunc(got, tt.want, strings.HasPrefix) {
				t.Errorf("%s\nwant %s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			_, fromNew := voice.New(tt.taxonomy)
			for _, is := range tt.is {
				if !errors.Is(err, is) || !errors.Is(fromNew, is) {
					t.Errorf("%v and %v are not %v", err, fromNew, is)
				}
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	words := func(n int, word func(i int) string) voice.Taxonomy {
		theme := voice.Theme{ID: "a"}
		for i := range n {
			theme.Keywords = append(theme.Keywords, word(i))
		}
		return voice.Taxonomy{Themes: []voice.Theme{theme}}
	}
	long := words(20_000, func(i int) string { return fmt.Sprintf("%064d", i) })
	if err := long.Validate(); !errors.Is(err, voice.ErrTooLarge) {
		t.Errorf("20,000 keywords of 64 characters: %v", err)
	}
	// A thousand words end in 甲, which five thousand words begin with: each of the
	// thousand states has the five thousand transitions of 甲.
	wide := words(6000, func(i int) string {
		if i < 5000 {
			return "甲" + string(rune(0x5000+i))
		}
		return string(rune(0x6000+i)) + "甲"
	})
	if _, err := voice.New(wide); !errors.Is(err, voice.ErrTooLarge) {
		t.Errorf("5,000,000 transitions: %v", err)
	}
	// Many different characters, and what has them all is still found.
	many := words(3000, func(i int) string { return string(rune(0x5000+i)) + string(rune(0x5000+(i*7)%3000)) })
	lexicon, err := voice.New(many)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range many.Themes[0].Keywords {
		if got := lexicon.Append(nil, "x"+word); len(got) != 1 || got[0].Keyword != word {
			t.Fatalf("%s: %+v", word, got)
		}
	}
}

func TestTaxonomyJSON(t *testing.T) {
	for _, tt := range []struct {
		doc  string
		want []string
		is   error
	}{
		{`{"themes":[{"id":"a","keyword":["x"]}],"negations":{}}`, []string{"/themes/0/keyword: unknown field", "/negations: unknown field"}, guanxi.ErrUnknownField},
		{`{"themes":[{"id":1}],"ignore":"x"}`, []string{"/themes/0/id: wrong type", "/ignore: wrong type"}, guanxi.ErrType},
		{`{"themes":[{"id":"a","keywords":["x","Ｘ"]}],"negation":{"before":17}}`, []string{"/themes/0/keywords/1: occurs twice", "/negation/before: not a value"}, voice.ErrDuplicate},
		{"{\"themes\":[{\"id\":\"a\xff\"}]}", []string{"/themes/0/id: malformed JSON"}, guanxi.ErrSyntax},
	} {
		taxonomy := small("x")
		err := guanxi.UnmarshalStrict([]byte(tt.doc), &taxonomy)
		if got := faults(err); !slices.EqualFunc(got, tt.want, strings.HasPrefix) || !errors.Is(err, tt.is) {
			t.Errorf("%s: %q, want %q", tt.doc, got, tt.want)
		}
		if !reflect.DeepEqual(taxonomy, small("x")) {
			t.Errorf("%s: changed", tt.doc)
		}
	}
	want := voice.Retail(guanxi.ZH)
	doc, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got voice.Taxonomy
	if err := json.Unmarshal(doc, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: %+v", err, got)
	}
}

func TestPlus(t *testing.T) {
	base := small("物流", "price")
	base.Themes[0].Name.ZH = "物流"
	own := voice.Taxonomy{
		Version: 1,
		Themes: []voice.Theme{
			{ID: "new", Keywords: []string{"新", "新"}}, // left for Validate to see
			{ID: "a", Name: guanxi.Text{EN: "Delivery", ZH: "别"}, Parent: "new", Keywords: []string{"快递", "物流"}},
		},
		Ignore:   []string{"新闻"},
		Negation: voice.Negation{Words: []string{"ＮＯＴ", "never"}, After: 9},
	}
	got := base.Plus(own)
	want := small("物流,快递", "price")
	want.Version = 1
	want.Themes[0].Name = guanxi.Text{EN: "Delivery", ZH: "物流"}
	want.Themes[0].Parent = "new"
	want.Themes = append(want.Themes, voice.Theme{ID: "new", Keywords: []string{"新", "新"}})
	want.Ignore = []string{"新闻"}
	want.Negation.Words = append(want.Negation.Words, "never")
	want.Negation.After = 9
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if base.Themes[0].Name.EN != "" || len(base.Themes) != 2 || len(base.Themes[0].Keywords) != 1 {
		t.Errorf("changed: %+v", base)
	}
}

func TestLabel(t *testing.T) {
	theme := voice.Theme{ID: "logistics"}
	if got := theme.Label(guanxi.ZH); got != "logistics" {
		t.Error(got)
	}
	theme.Name = guanxi.Text{EN: "Delivery", ZH: "物流"}
	if zh, en := theme.Label(guanxi.ZH), theme.Label(guanxi.EN); zh != "物流" || en != "Delivery" {
		t.Error(zh, en)
	}
}
