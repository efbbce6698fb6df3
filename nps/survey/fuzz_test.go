package survey_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps/survey"
)

// A questionnaire that is read can be written, read again as the same, and
// walked through to its end.
func FuzzQuestionnaire(f *testing.F) {
	data, err := os.ReadFile("testdata/designer.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	nps, _ := json.Marshal(survey.NPS())
	f.Add(nps)
	f.Add([]byte(`{"id":"x","title":{"en":"x"},"questions":[{"id":"a","type":"multiple","text":{"en":"a"},"options":[{"id":"o","text":{"zh":"选"}}],"fewest":1,"branches":[{"options":["o"],"goto":"end"},{"skipped":true,"goto":"b"}]},{"id":"b","type":"open","text":{"en":"b"},"then":"a"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var q survey.Questionnaire
		if err := q.UnmarshalJSON(data); err != nil {
			for range guanxi.Faults(err) {
				return
			}
			t.Fatalf("an error without a place: %v", err)
		}
		written, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		var back survey.Questionnaire
		if err := back.UnmarshalJSON(written); err != nil {
			t.Fatalf("%s\n%v", written, err)
		}
		if again, _ := json.Marshal(back); string(again) != string(written) {
			t.Fatalf("%s\n%s", written, again)
		}
		form := survey.MustNew(q)
		// The first score or option, and the last, on every question.
		for last := range 2 {
			a := answers{}
			for range len(q.Questions) + 1 {
				id, err := form.Next(a)
				if err != nil {
					t.Fatal(err)
				}
				if id == survey.End {
					break
				}
				if _, twice := a[id]; twice {
					t.Fatalf("%q is asked twice", id)
				}
				question, _ := form.Question(id)
				a[id] = someAnswer(question, last)
			}
			if id, err := form.Next(a); id != survey.End || err != nil {
				t.Fatalf("no end: %q, %v", id, err)
			}
			r := survey.Response{Questionnaire: q.ID, Version: q.Version, Channel: survey.Phone, Answers: a}
			if len(q.Channels) > 0 {
				r.Channel = q.Channels[0]
			}
			if err := form.Check(r); err != nil {
				t.Fatalf("%v\n%s", err, written)
			}
		}
	})
}

func someAnswer(q survey.Question, last int) survey.Answer {
	switch q.Type {
	case survey.Single:
		return survey.Chose(q.Options[last*(len(q.Options)-1)].ID)
	case survey.Multiple:
		var ids survey.ChoseMany
		for i := range max(q.Fewest, 1) {
			if last == 1 {
				i = len(q.Options) - 1 - i
			}
			ids = append(ids, q.Options[i].ID)
		}
		return ids
	case survey.Open:
		return survey.Wrote("x")
	}
	score := q.Scale.Min + last*(q.Scale.Max-q.Scale.Min)
	if q.Because.Text != (guanxi.Text{}) {
		return survey.RatedBecause{Score: score, Because: "x"}
	}
	return survey.Rated(score)
}

// A response that is decoded passes Check, and can be written and decoded again.
func FuzzResponse(f *testing.F) {
	form := survey.MustNew(designer(f))
	for _, s := range []string{
		`{"questionnaire":"designer","version":2,"channel":"phone","lang":"zh","at":"2026-03-08T12:00:00+08:00","answers":{"recommend":{"score":3,"because":"总改方案"},"wrong":["plans","quote"],"callback":"yes"}}`,
		`{"questionnaire":"designer","version":2,"channel":"online","answers":{"recommend":8,"better":null}}`,
		`{"questionnaire":1,"channel":"phone","chanel":"x","answers":{"recommend":11,"better":5,"wrong":"plans","zz":1}}`,
		`{"answers":{"recommend":{"because":1}},"answers":{}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := form.Decode(data)
		if err != nil {
			for range guanxi.Faults(err) {
				return
			}
			t.Fatalf("an error without a place: %v", err)
		}
		if err := form.Check(r); err != nil {
			t.Fatalf("decoded, and does not pass: %v", err)
		}
		written, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := form.Decode(written); err != nil {
			t.Fatalf("%s\n%v", written, err)
		}
	})
}

// A policy that is read is one that can be used and written again.
func FuzzPolicy(f *testing.F) {
	all, _ := json.Marshal(everyRule())
	f.Add(all)
	f.Add([]byte(`{"quiet":[{"from":"00:00","to":"23:59"}],"cap":{"max":366,"year":"calendar"},"samples":{"*":1e-300}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var c survey.PolicyConfig
		if err := c.UnmarshalJSON(data); err != nil {
			return
		}
		written, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := new(survey.PolicyConfig).UnmarshalJSON(written); err != nil {
			t.Fatalf("%s\n%v", written, err)
		}
		h := eightContacts(noon, 3)
		p := survey.MustPolicy(c)
		d, err := survey.Decide(p, h, noon)
		if err != nil {
			t.Fatal(err)
		}
		if d.Earliest.IsZero() {
			return
		}
		if then, err := survey.Decide(p, h, d.Earliest); err != nil || !then.Allow {
			t.Fatalf("%+v, and then %+v, %v", d, then, err)
		}
	})
}

// A quota that is read can be written and read again as the same; each of its
// cells gives out as many places as its limit, and again when they have expired.
func FuzzQuota(f *testing.F) {
	for _, s := range []string{
		`{"id":"q","hold":"PT15M","cells":[{"id":"北京","name":{"zh":"北京"},"limit":2},{"id":"上海","limit":0}]}`,
		`{"id":"q","hold":"P1200M","cells":[{"id":"a","limit":1}]}`,
		`{"id":"q","hold":"PT0.000000001S","cells":[{"id":"a","limit":1}]}`,
		`{"id":"q","hold":"PT0.0000015S","cells":[{"id":"a","limit":3},{"id":"a","limit":-1}]}`,
		`{"id":"","cells":[{"id":1,"limit":1e9,"max":1}]}`,
	} {
		f.Add([]byte(s))
	}
	ctx := context.Background()
	f.Fuzz(func(t *testing.T, data []byte) {
		var c survey.QuotaConfig
		if err := c.UnmarshalJSON(data); err != nil {
			for range guanxi.Faults(err) {
				return
			}
			t.Fatalf("an error without a place: %v", err)
		}
		written, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var back survey.QuotaConfig
		if err := back.UnmarshalJSON(written); err != nil {
			t.Fatalf("%s\n%v", written, err)
		}
		if again, _ := json.Marshal(back); string(again) != string(written) {
			t.Fatalf("%s\n%s", written, again)
		}
		k := survey.Keeper{Quota: survey.MustQuota(c), Store: new(survey.Memory)}
		for _, cell := range c.Cells[:min(len(c.Cells), 4)] {
			now := noon
			for round := range 2 {
				until := now
				for n := range 5 {
					r, err := k.Reserve(ctx, cell.ID, fmt.Sprint(round, n), now)
					if full := n >= cell.Limit; full != errors.Is(err, survey.ErrFull) || !full && err != nil {
						t.Fatalf("%d places given out: %v\n%s", n, err, written)
					} else if !full && !now.Before(r.Until) {
						t.Fatalf("expired at once: %+v\n%s", r, written)
					} else if !full {
						until = r.Until
					}
				}
				now = until
			}
		}
	})
}
