package survey_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps/survey"
)

type answers = survey.Answers

func TestPath(t *testing.T) {
	f := survey.MustNew(designer(t))
	for _, tt := range []struct {
		name    string
		answers answers
		path    []string
		next    string
	}{
		{"start", nil, []string{"recommend"}, "recommend"},
		{"detractor", answers{"recommend": survey.Rated(6)}, []string{"recommend", "wrong"}, "wrong"},
		{"passive", answers{"recommend": survey.RatedBecause{7, "还行"}}, []string{"recommend", "better"}, "better"},
		{"promoter", answers{"recommend": survey.Rated(9)}, []string{"recommend", "who"}, "who"},
		{"quote", answers{"recommend": survey.Rated(0), "wrong": survey.ChoseMany{"plans", "quote"}}, []string{"recommend", "wrong", "callback"}, "callback"},
		{"plans", answers{"recommend": survey.Rated(0), "wrong": survey.ChoseMany{"plans"}}, []string{"recommend", "wrong"}, survey.End},
		{"skipped", answers{"recommend": survey.Rated(0), "wrong": survey.Skipped{}}, []string{"recommend", "wrong"}, survey.End},
		{"whole", answers{"recommend": survey.Rated(0), "wrong": survey.ChoseMany{"quote"}, "callback": survey.Chose("yes")}, []string{"recommend", "wrong", "callback"}, survey.End},
		{"off the path", answers{"recommend": survey.Rated(8), "who": survey.Wrote("?")}, []string{"recommend", "better"}, "better"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			next, err := f.Next(tt.answers)
			if err != nil || next != tt.next {
				t.Errorf("Next: %q, %v, want %q", next, err, tt.next)
			}
			if path := slices.Collect(f.Path(tt.answers)); !slices.Equal(path, tt.path) {
				t.Errorf("Path: %q, want %q", path, tt.path)
			}
		})
	}
	next, err := f.Next(answers{"recommend": survey.RatedBecause{11, strings.Repeat("长", 301)}})
	if next != "recommend" {
		t.Errorf("Next after a wrong answer: %q", next)
	}
	wantFaults(t, err, fault{"/recommend/score", survey.ErrOffScale}, fault{"/recommend/because", survey.ErrTooLong})
	for range f.Path(answers{"recommend": survey.Rated(6)}) {
		break
	}
}

func TestCheck(t *testing.T) {
	f := survey.MustNew(designer(t))
	because := designer(t)
	because.Questions[0].Because.Required = true
	needs := survey.MustNew(because)
	response := func(a answers) survey.Response {
		return survey.Response{Questionnaire: "designer", Version: 2, Channel: survey.Phone, Lang: guanxi.ZH, Answers: a}
	}
	for _, tt := range []struct {
		name string
		f    *survey.Form
		r    survey.Response
		want []fault
	}{
		{"whole", f, response(answers{"recommend": survey.RatedBecause{3, "报价不透明"}, "wrong": survey.ChoseMany{"quote"}, "callback": survey.Chose("no")}), nil},
		{"what is optional may be left out", f, response(answers{"recommend": survey.Rated(10)}), nil},
		{"blank text is none", f, response(answers{"recommend": survey.Rated(8), "better": survey.Wrote(" \n")}), nil},
		{"none chosen is none", f, response(answers{"recommend": survey.Rated(0), "wrong": survey.ChoseMany{}}), nil},
		{"head", f, survey.Response{Questionnaire: "nps", Version: 1, Channel: "fax", Lang: "fr", At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), Answers: answers{"recommend": survey.Rated(10)}}, []fault{
			{"/questionnaire", survey.ErrOtherForm}, {"/version", survey.ErrOtherForm}, {"/channel", survey.ErrOption}, {"/lang", guanxi.ErrLang}, {"/at", survey.ErrTime},
		}},
		{"nothing", f, response(nil), []fault{{"/answers/recommend", survey.ErrMissing}}},
		{"required and skipped", f, response(answers{"recommend": survey.Skipped{}}), []fault{{"/answers/recommend", survey.ErrMissing}}},
		{"required further on", f, response(answers{"recommend": survey.Rated(0), "wrong": survey.ChoseMany{"quote"}}), []fault{{"/answers/callback", survey.ErrMissing}}},
		{"reason required", needs, response(answers{"recommend": survey.Rated(8)}), []fault{{"/answers/recommend/because", survey.ErrMissing}}},
		{"blank reason", needs, response(answers{"recommend": survey.RatedBecause{8, " "}}), []fault{{"/answers/recommend/because", survey.ErrMissing}}},
		{"not asked", f, response(answers{"recommend": survey.Rated(10), "wrong": survey.ChoseMany{"quote"}, "better": survey.Wrote("x"), "zz": survey.Rated(1), "aa": nil}), []fault{
			{"/answers/wrong", survey.ErrNotAsked}, {"/answers/better", survey.ErrNotAsked},
			{"/answers/aa", survey.ErrUnknownQuestion}, {"/answers/zz", survey.ErrUnknownQuestion},
		}},
		{"off scale, and the rest by itself", f, response(answers{"recommend": survey.Rated(11), "wrong": survey.ChoseMany{"x", "plans", "plans"}, "who": survey.Rated(0)}), []fault{
			{"/answers/recommend", survey.ErrOffScale}, {"/answers/wrong", survey.ErrCount}, {"/answers/wrong/0", survey.ErrUnknownChoice},
			{"/answers/wrong/2", survey.ErrDuplicate}, {"/answers/who", survey.ErrOffScale},
		}},
		{"a wrong answer that decides nothing", f, response(answers{"recommend": survey.Rated(8), "better": survey.Wrote(strings.Repeat("好", 201)), "who": survey.Rated(1)}), []fault{
			{"/answers/better", survey.ErrTooLong}, {"/answers/who", survey.ErrNotAsked},
		}},
		{"behind a wrong branch what came before it is known", f, response(answers{"recommend": survey.Rated(1), "wrong": survey.ChoseMany{"x"}, "callback": survey.Chose("maybe"), "better": survey.Wrote("x")}), []fault{
			{"/answers/wrong/0", survey.ErrUnknownChoice}, {"/answers/better", survey.ErrNotAsked}, {"/answers/callback", survey.ErrUnknownChoice},
		}},
		{"types", f, response(answers{"recommend": survey.Wrote("9"), "wrong": survey.Chose("quote"), "better": survey.ChoseMany{"x"}, "callback": survey.Rated(1), "who": survey.RatedBecause{3, "x"}}), []fault{
			{"/answers/recommend", guanxi.ErrType}, {"/answers/wrong", guanxi.ErrType}, {"/answers/better", guanxi.ErrType},
			{"/answers/callback", guanxi.ErrType}, {"/answers/who", guanxi.ErrType},
		}},
		{"nil", f, response(answers{"recommend": nil}), []fault{{"/answers/recommend", guanxi.ErrType}}},
		{"more choices than there are", f, response(answers{"recommend": survey.Rated(1), "wrong": make(survey.ChoseMany, 4)}), []fault{{"/answers/wrong", survey.ErrCount}}},
		{"UTF-8", f, response(answers{"recommend": survey.RatedBecause{8, "\xff"}, "better": survey.Wrote("\xc3")}), []fault{
			{"/answers/recommend/because", survey.ErrUTF8}, {"/answers/better", survey.ErrUTF8},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) { wantFaults(t, tt.f.Check(tt.r), tt.want...) })
	}
	online := designer(t)
	online.Channels = []survey.Channel{survey.Online}
	wantFaults(t, survey.MustNew(online).Check(response(answers{"recommend": survey.Rated(10)})), fault{"/channel", survey.ErrOtherForm})
}

func TestDecode(t *testing.T) {
	f := survey.MustNew(designer(t))
	const head = `"questionnaire":"designer","version":2,"channel":"phone","lang":"zh-CN","at":"2026-03-08T12:00:00+08:00"`
	for _, tt := range []struct {
		name, json string
		want       []fault
	}{
		{"whole", `{` + head + `,"answers":{"recommend":{"score":3,"because":"总改方案"},"wrong":["plans","quote"],"callback":"yes"}}`, nil},
		{"bare score", `{` + head + `,"answers":{"recommend":8,"better":null}}`, nil},
		{"syntax", `{` + head + `,"answers":{"recommend":8,}}`, []fault{{"/answers", guanxi.ErrSyntax}}},
		{"deep", strings.Repeat("[", 65) + strings.Repeat("]", 65), []fault{{strings.Repeat("/0", 64), guanxi.ErrDepth}}},
		{"no answers", `{` + head + `}`, []fault{{"/answers/recommend", survey.ErrMissing}}},
		{"head and answers at once", `{"questionnaire":1,"channel":"phone","chanel":"x","answers":{"recommend":11,"better":5,"wrong":"plans","zz":1}}`, []fault{
			{"/questionnaire", guanxi.ErrType}, {"/chanel", guanxi.ErrUnknownField},
			{"/answers/recommend", survey.ErrOffScale}, {"/answers/wrong", guanxi.ErrType}, {"/answers/better", guanxi.ErrType}, {"/answers/zz", survey.ErrUnknownQuestion},
		}},
		{"answers of the wrong type", `{` + head + `,"answers":[1]}`, []fault{{"/answers", guanxi.ErrType}}},
		{"an answer twice", `{` + head + `,"answers":{"recommend":8,"recommend":12}}`, []fault{{"/answers/recommend", guanxi.ErrDuplicateKey}, {"/answers/recommend", survey.ErrOffScale}}},
		{"not a document", `7`, []fault{{"", guanxi.ErrType}}},
		{"a fraction is no score", `{` + head + `,"answers":{"recommend":8.5}}`, []fault{{"/answers/recommend", guanxi.ErrType}}},
		{"a score in quotes", `{` + head + `,"answers":{"recommend":"8"}}`, []fault{{"/answers/recommend", guanxi.ErrType}}},
		{"a huge score", `{` + head + `,"answers":{"recommend":99999999999999999999}}`, []fault{{"/answers/recommend", guanxi.ErrRange}}},
		{"inside a reason", `{` + head + `,"answers":{"recommend":{"score":"9","because":7,"why":1}}}`, []fault{
			{"/answers/recommend/score", guanxi.ErrType}, {"/answers/recommend/because", guanxi.ErrType}, {"/answers/recommend/why", guanxi.ErrUnknownField},
		}},
		{"a reason without a score", `{` + head + `,"answers":{"recommend":{"because":"x"}}}`, []fault{{"/answers/recommend/score", survey.ErrMissing}}},
		{"invalid UTF-8", `{` + head + `,"answers":{"recommend":8,"better":"` + "\xff" + `"}}`, []fault{{"/answers/better", guanxi.ErrSyntax}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := f.Decode([]byte(tt.json))
			wantFaults(t, err, tt.want...)
			if err != nil {
				if r.Questionnaire != "" || r.Answers != nil {
					t.Errorf("a response beside an error: %+v", r)
				}
				return
			}
			if err := f.Check(r); err != nil {
				t.Errorf("Check of what was decoded: %v", err)
			}
		})
	}
	r, err := f.Decode([]byte(`{` + head + `,"answers":{"recommend":{"score":3,"because":"x"},"wrong":["quote"],"callback":"no"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%#v", r.Answers["recommend"]); got != `survey.RatedBecause{Score:3, Because:"x"}` {
		t.Error(got)
	}
	if r.Lang != guanxi.ZH || !r.At.Equal(time.Date(2026, 3, 8, 4, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", r)
	}
}

// What is written is read back.
func TestResponseJSON(t *testing.T) {
	f := survey.MustNew(designer(t))
	for _, a := range []answers{
		{"recommend": survey.RatedBecause{3, "总改方案"}, "wrong": survey.ChoseMany{"plans", "quote"}, "callback": survey.Chose("yes")},
		{"recommend": survey.Rated(8), "better": survey.Wrote("快一点")},
		{"recommend": survey.Rated(10), "who": survey.Skipped{}},
	} {
		r := survey.Response{Questionnaire: "designer", Version: 2, Channel: survey.Online, Answers: a}
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		back, err := f.Decode(data)
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if got, want := fmt.Sprintf("%#v", back), fmt.Sprintf("%#v", r); got != want {
			t.Errorf("read back %s, want %s", got, want)
		}
	}
}

func TestFormIsACopy(t *testing.T) {
	q := designer(t)
	f := survey.MustNew(q)
	q.Questions[1].Options[0].ID = "spoilt"
	q.Questions[0].Branches[0].Scores[0] = 5
	copied := f.Questionnaire()
	copied.Questions[1].Options[0].ID = "spoilt"
	copied.Channels[0] = "spoilt"
	one, ok := f.Question("wrong")
	if !ok || one.Options[0].ID != "plans" {
		t.Errorf("%+v", one)
	}
	one.Options[0].ID = "spoilt"
	if err := f.Questionnaire().Validate(); err != nil {
		t.Error(err)
	}
	if id, _ := f.Next(answers{"recommend": survey.Rated(0), "wrong": survey.ChoseMany{"plans"}}); id != survey.End {
		t.Error(id)
	}
	if _, ok := f.Question("x"); ok {
		t.Error("a question that is not there")
	}
}

func TestMustPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"MustNew":    func() { survey.MustNew(survey.Questionnaire{}) },
		"MustPolicy": func() { survey.MustPolicy(survey.PolicyConfig{Cap: survey.Cap{Max: -1}}) },
		"MustQuota":  func() { survey.MustQuota(survey.QuotaConfig{}) },
	} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || errors.Is(err, nil) {
					t.Errorf("%s did not panic with its error", name)
				}
			}()
			f()
		}()
	}
}

// Where a wrong answer cannot change the path, the path is known behind it.
func TestPathBehindAWrongAnswer(t *testing.T) {
	f := survey.MustNew(form(open("a"), rating("b"), rating("c", survey.Branch{Scores: band(0, 6), Goto: survey.End}), rating("d")))
	r := survey.Response{Questionnaire: "q", Channel: survey.Paper, Answers: answers{"a": survey.Rated(1)}}
	wantFaults(t, f.Check(r), fault{"/answers/a", guanxi.ErrType}, fault{"/answers/b", survey.ErrMissing}, fault{"/answers/c", survey.ErrMissing})
}

func TestSkippedBranch(t *testing.T) {
	first := rating("a", survey.Branch{Skipped: true, Goto: "c"})
	first.Required = false
	many := survey.Question{ID: "c", Type: survey.Multiple, Text: text("c"), Options: options("x", "y"), Branches: []survey.Branch{{Skipped: true, Goto: "e"}}}
	last := open("d")
	last.Branches = []survey.Branch{{Skipped: true, Goto: survey.End}}
	f := survey.MustNew(form(first, open("b"), many, last, open("e")))
	for _, tt := range []struct {
		a    answers
		next string
	}{
		{answers{"a": survey.Skipped{}}, "c"},
		{answers{"a": survey.Rated(0)}, "b"},
		{answers{"a": survey.Skipped{}, "c": survey.ChoseMany{}}, "e"},
		{answers{"a": survey.Skipped{}, "c": survey.ChoseMany{"x"}}, "d"},
		{answers{"a": survey.Skipped{}, "c": survey.ChoseMany{"x"}, "d": survey.Wrote(" ")}, survey.End},
		{answers{"a": survey.Skipped{}, "c": survey.ChoseMany{"x"}, "d": survey.Wrote("d")}, "e"},
	} {
		if next, err := f.Next(tt.a); next != tt.next || err != nil {
			t.Errorf("%v: %q, %v, want %q", tt.a, next, err, tt.next)
		}
	}
	r := survey.Response{Questionnaire: "q", Channel: survey.Paper}
	wantFaults(t, f.Check(r)) // left out is skipped
	r.Answers = answers{"b": survey.Wrote("b")}
	wantFaults(t, f.Check(r), fault{"/answers/b", survey.ErrNotAsked})
}
