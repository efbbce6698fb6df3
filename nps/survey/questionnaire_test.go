package survey_test

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps/survey"
)

func designer(tb testing.TB) survey.Questionnaire {
	data, err := os.ReadFile("testdata/designer.json")
	if err != nil {
		tb.Fatal(err)
	}
	var q survey.Questionnaire
	if err := json.Unmarshal(data, &q); err != nil {
		tb.Fatal(err)
	}
	return q
}

// fault is a place and what is wrong there.
type fault struct {
	pointer string
	err     error
}

// wantFaults compares all faults of err, in order.
func wantFaults(t *testing.T, err error, want ...fault) {
	t.Helper()
	got := slices.Collect(guanxi.Faults(err))
	if err != nil && len(got) == 0 {
		t.Errorf("an error without a place: %v", err)
	}
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(want):
			t.Errorf("unexpected: %v", got[i])
		case i >= len(got):
			t.Errorf("missing: %s: %v", want[i].pointer, want[i].err)
		case got[i].Pointer != want[i].pointer || !errors.Is(got[i], want[i].err):
			t.Errorf("fault %d is %v, want %s: %v", i, got[i], want[i].pointer, want[i].err)
		}
	}
}

func text(s string) guanxi.Text { return guanxi.Text{EN: s} }

func options(ids ...string) (out []survey.Option) {
	for _, id := range ids {
		out = append(out, survey.Option{ID: id, Text: text(id)})
	}
	return out
}

func open(id string) survey.Question {
	return survey.Question{ID: id, Type: survey.Open, Text: text(id)}
}

func rating(id string, branches ...survey.Branch) survey.Question {
	return survey.Question{ID: id, Type: survey.Rating, Text: text(id), Required: true, Scale: survey.Scale{Min: 0, Max: 10}, Branches: branches}
}

func form(questions ...survey.Question) survey.Questionnaire {
	return survey.Questionnaire{ID: "q", Title: text("q"), Questions: questions}
}

func band(from, to int) *survey.Band { return &survey.Band{from, to} }

func TestValidate(t *testing.T) {
	const bad = "\xff"
	with := func(q survey.Question, change func(*survey.Question)) survey.Question {
		change(&q)
		return q
	}
	named := func(id string) survey.Question {
		return survey.Question{ID: id, Type: survey.Open, Text: text("?")}
	}
	single := survey.Question{ID: "s", Type: survey.Single, Text: text("s"), Required: true, Options: options("a", "b", "c")}
	multi := survey.Question{ID: "m", Type: survey.Multiple, Text: text("m"), Required: true, Options: options("a", "b", "c")}
	for _, tt := range []struct {
		name string
		q    survey.Questionnaire
		want []fault
	}{
		{"sound", form(open("a")), nil},
		{"nothing", survey.Questionnaire{}, []fault{{"/id", survey.ErrID}, {"/title", survey.ErrNoText}, {"/questions", survey.ErrEmpty}}},
		{"head", survey.Questionnaire{
			ID: "a b", Version: -1, Title: guanxi.Text{EN: " ", ZH: bad}, Kind: strings.Repeat("k", 65),
			Channels: []survey.Channel{"fax", survey.Phone, survey.Phone}, Questions: []survey.Question{open("a")},
		}, []fault{
			{"/id", survey.ErrID}, {"/version", survey.ErrOption}, {"/title/en", survey.ErrNoText}, {"/title/zh", survey.ErrUTF8},
			{"/kind", survey.ErrID}, {"/channels/0", survey.ErrOption}, {"/channels/2", survey.ErrDuplicate},
		}},
		{"ids", form(named("a"), named("a"), named(""), named("end"), named(bad), named("x\ny")), []fault{
			{"/questions/1/id", survey.ErrDuplicate}, {"/questions/2/id", survey.ErrID}, {"/questions/3/id", survey.ErrID},
			{"/questions/4/id", survey.ErrUTF8}, {"/questions/5/id", survey.ErrID},
		}},
		{"type", form(survey.Question{ID: "a", Type: "slider", Text: text("a")}), []fault{{"/questions/0/type", survey.ErrOption}}},
		{"misplaced", form(with(open("a"), func(q *survey.Question) {
			q.Scene, q.Scale, q.Because = text("x"), survey.Scale{Max: 1}, survey.Because{Required: true}
			q.Options, q.Fewest, q.Most = options("a"), 1, 1
		}), with(rating("b"), func(q *survey.Question) { q.MaxLength = 3 })), []fault{
			{"/questions/0/scene", survey.ErrMisplaced}, {"/questions/0/scale", survey.ErrMisplaced}, {"/questions/0/because", survey.ErrMisplaced},
			{"/questions/0/options", survey.ErrMisplaced}, {"/questions/0/fewest", survey.ErrMisplaced}, {"/questions/0/most", survey.ErrMisplaced},
			{"/questions/1/max_length", survey.ErrMisplaced},
		}},
		{"scales", form(
			with(rating("a"), func(q *survey.Question) { q.Scale = survey.Scale{Min: 5, Max: 5} }),
			with(rating("b"), func(q *survey.Question) { q.Scale = survey.Scale{Min: 0, Max: 101} }),
			with(rating("c"), func(q *survey.Question) { q.Scale = survey.Scale{Min: -1001, Max: -990, Low: text(" ")} }),
			with(rating("d"), func(q *survey.Question) { q.Scale = survey.Scale{Min: 0, Max: 100} }),
		), []fault{
			{"/questions/0/scale", survey.ErrOption}, {"/questions/1/scale", survey.ErrOption}, {"/questions/2/scale", survey.ErrOption},
			{"/questions/2/scale/low/en", survey.ErrNoText},
		}},
		{"scenario", form(survey.Question{ID: "a", Type: survey.Scenario, Text: text("a"), Scale: survey.Scale{Max: 10},
			Because: survey.Because{Required: true, MaxLength: -1}}), []fault{
			{"/questions/0/scene", survey.ErrNoText}, {"/questions/0/because/text", survey.ErrNoText}, {"/questions/0/because/max_length", survey.ErrOption},
		}},
		{"options", form(
			with(single, func(q *survey.Question) { q.ID, q.Options = "none", nil }),
			with(single, func(q *survey.Question) { q.ID, q.Options = "one", options("a") }),
			with(single, func(q *survey.Question) { q.ID, q.Options = "many", make([]survey.Option, 501) }),
			with(multi, func(q *survey.Question) { q.ID, q.Options, q.Fewest, q.Most = "twice", options("a", "b", "a"), 4, 2 }),
			with(open("long"), func(q *survey.Question) { q.MaxLength = 100_001 }),
		), []fault{
			{"/questions/0/options", survey.ErrEmpty}, {"/questions/1/options", survey.ErrOption}, {"/questions/2/options", survey.ErrOption},
			{"/questions/3/options/2/id", survey.ErrDuplicate}, {"/questions/3/fewest", survey.ErrOption}, {"/questions/3/most", survey.ErrOption},
			{"/questions/4/max_length", survey.ErrOption},
		}},
		{"too many questions", form(make([]survey.Question, 501)...), []fault{{"/questions", survey.ErrOption}}},
		{"targets", form(with(rating("a", survey.Branch{Scores: band(0, 6), Goto: "x"}), func(q *survey.Question) { q.Then = "y" }), open("b")), []fault{
			{"/questions/0/branches/0/goto", survey.ErrTarget}, {"/questions/0/then", survey.ErrTarget}, {"/questions/1", survey.ErrUnreachable},
		}},
		{"conditions", form(
			rating("a", survey.Branch{Goto: "b"},
				survey.Branch{Scores: band(0, 1), Skipped: true, Goto: "b"},
				survey.Branch{Scores: band(7, 6), Goto: "b"},
				survey.Branch{Scores: band(5, 11), Goto: "b"},
				survey.Branch{Options: []string{"a"}, Goto: "b"}),
			with(open("b"), func(q *survey.Question) { q.Branches = []survey.Branch{{Scores: band(0, 1), Goto: "s"}} }),
			with(single, func(q *survey.Question) {
				q.Branches = []survey.Branch{{Options: []string{"x", "a", "a"}, Goto: survey.End}}
			}),
		), []fault{
			{"/questions/0/branches/0", survey.ErrOption},
			{"/questions/0/branches/1/skipped", survey.ErrOption}, {"/questions/0/branches/1", survey.ErrOption},
			{"/questions/0/branches/2/scores", survey.ErrOption}, {"/questions/0/branches/3/scores", survey.ErrOption},
			{"/questions/0/branches/4/options", survey.ErrMisplaced},
			{"/questions/1/branches/0/scores", survey.ErrMisplaced},
			{"/questions/2/branches/0/options/0", survey.ErrUnknownChoice}, {"/questions/2/branches/0/options/2", survey.ErrDuplicate},
		}},
		{"dead branch", form(rating("a", survey.Branch{Scores: band(0, 6), Goto: "b"}, survey.Branch{Scores: band(3, 6), Goto: "c"}), open("b"), open("c")), []fault{
			{"/questions/0/branches/1", survey.ErrDeadBranch},
		}},
		{"dead then", form(with(rating("a", survey.Branch{Scores: band(0, 10), Goto: "b"}), func(q *survey.Question) { q.Then = survey.End }), open("b")), []fault{
			{"/questions/0/then", survey.ErrDeadBranch},
		}},
		{"unreachable behind all scores", form(rating("a", survey.Branch{Scores: band(0, 6), Goto: "c"}, survey.Branch{Scores: band(7, 10), Goto: survey.End}), open("b"), open("c")), []fault{
			{"/questions/1", survey.ErrUnreachable},
		}},
		{"reachable by skipping", form(with(rating("a", survey.Branch{Scores: band(0, 10), Goto: survey.End}), func(q *survey.Question) { q.Required = false }), open("b")), nil},
		{"unreachable behind all options", form(with(single, func(q *survey.Question) {
			q.Branches = []survey.Branch{{Options: []string{"a", "b"}, Goto: "c"}, {Options: []string{"c"}, Goto: "c"}}
		}), open("b"), open("c")), []fault{{"/questions/1", survey.ErrUnreachable}}},
		{"two of what is left are needed", form(with(multi, func(q *survey.Question) {
			q.Fewest, q.Branches = 2, []survey.Branch{{Options: []string{"a", "b"}, Goto: "c"}}
		}), open("b"), open("c")), []fault{{"/questions/1", survey.ErrUnreachable}}},
		{"one of what is left will do", form(with(multi, func(q *survey.Question) {
			q.Branches = []survey.Branch{{Options: []string{"a", "b"}, Goto: "c"}}
		}), open("b"), open("c")), nil},
		{"a branch of what cannot be left", form(with(multi, func(q *survey.Question) {
			q.Fewest = 3
			q.Branches = []survey.Branch{{Options: []string{"a"}, Goto: survey.End}, {Options: []string{"b"}, Goto: "b"}}
		}), open("b")), []fault{{"/questions/0/branches/1", survey.ErrDeadBranch}, {"/questions/1", survey.ErrUnreachable}}},
		{"loops", form(open("a"), rating("b", survey.Branch{Scores: band(0, 1), Goto: "a"}, survey.Branch{Scores: band(2, 2), Goto: "b"}),
			with(open("c"), func(q *survey.Question) { q.Then = "a" })), []fault{
			{"/questions/1/branches/0/goto", survey.ErrLoop}, {"/questions/1/branches/1/goto", survey.ErrLoop}, {"/questions/2/then", survey.ErrLoop},
		}},
		{"a loop that nothing reaches", form(with(open("a"), func(q *survey.Question) { q.Then = survey.End }),
			open("b"), with(open("c"), func(q *survey.Question) { q.Then = "b" })), []fault{
			{"/questions/1", survey.ErrUnreachable}, {"/questions/2", survey.ErrUnreachable}, {"/questions/2/then", survey.ErrLoop},
		}},
		{"a step back that is no loop", form(with(open("a"), func(q *survey.Question) { q.Then = "c" }),
			with(open("b"), func(q *survey.Question) { q.Then = survey.End }), with(open("c"), func(q *survey.Question) { q.Then = "b" })), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantFaults(t, tt.q.Validate(), tt.want...)
			if _, err := survey.New(tt.q); (err == nil) != (len(tt.want) == 0) {
				t.Errorf("New: %v", err)
			}
		})
	}
}

func TestQuestionnaireJSON(t *testing.T) {
	for _, q := range []survey.Questionnaire{survey.NPS(), designer(t)} {
		data, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		var back survey.Questionnaire
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(back)
		if string(again) != string(data) {
			t.Errorf("read back:\n%s\nwritten:\n%s", again, data)
		}
	}
	q := survey.NPS()
	err := q.UnmarshalJSON([]byte(`{"id":"x","titel":{},"questions":[{"id":"a","type":"open","text":{"en":"a","fr":"a"},"scale":{"min":1.5}}]}`))
	wantFaults(t, err, fault{"/titel", guanxi.ErrUnknownField}, fault{"/questions/0/text/fr", guanxi.ErrUnknownField}, fault{"/questions/0/scale/min", guanxi.ErrType})
	err = q.UnmarshalJSON([]byte(`{"id":"x","title":{"en":"x"},"questions":[{"id":"a","type":"rating","text":{"en":"a"},"scale":{"min":1,"max":0},"branches":[{"scores":[1,2,3],"goto":"end"}]}]}`))
	wantFaults(t, err, fault{"/questions/0/branches/0/scores", guanxi.ErrType})
	err = q.UnmarshalJSON([]byte(`{"id":"x","title":{"en":"x"},"questions":[]}`))
	wantFaults(t, err, fault{"/questions", survey.ErrEmpty})
	if q.ID != "nps" {
		t.Errorf("changed by a faulty document: %+v", q)
	}
}

func TestLabels(t *testing.T) {
	type labelled interface{ Label(guanxi.Lang) string }
	var all []labelled
	for _, c := range survey.Channels() {
		all = append(all, c)
	}
	for _, r := range survey.Reasons() {
		all = append(all, r)
	}
	for _, s := range []survey.Status{survey.Held, survey.Confirmed, survey.Released, survey.Expired} {
		all = append(all, s)
	}
	for _, ty := range []survey.Type{survey.Scenario, survey.Rating, survey.Single, survey.Multiple, survey.Open} {
		all = append(all, ty)
	}
	for _, l := range append(all, survey.None) {
		en, zh := l.Label(guanxi.EN), l.Label(guanxi.ZH)
		if en == "" || zh == "" || en == zh {
			t.Errorf("%v: %q, %q", l, en, zh)
		}
	}
	if got := survey.Channel("fax").Label(guanxi.ZH); got != "fax" {
		t.Errorf("unknown channel: %q", got)
	}
}
