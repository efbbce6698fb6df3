package care_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle/care"
)

// placed fails unless every error names a place.
func placed(t *testing.T, err error) {
	t.Helper()
	for range guanxi.Faults(err) {
		return
	}
	t.Fatalf("an error without a place: %v", err)
}

// A plan that is read can be used, whatever it says, and written again.
func FuzzPlan(f *testing.F) {
	for _, p := range []care.Plan{winback(), birthdays()} {
		data, _ := json.Marshal(p)
		f.Add(data)
	}
	f.Add([]byte(`{"id":"p","entry":{"kind":"order"},"reentry":"restart","rest":"PT1S","steps":[{"id":"s","channel":"sms","anchor":{"kind":"date","date":"1970-01-01"},"before":"P99Y","every":"PT1H","times":10000}]}`))
	f.Add([]byte(`{"id":"p","entry":{"kind":"order"},"reentry":"never","steps":[{"id":"s","channel":"sms","after":"PT2000000H","every":"P99Y11M","expires":"PT0.000001S"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p care.Plan
		if err := p.UnmarshalJSON(data); err != nil {
			placed(t, err)
			return
		}
		planner, err := care.NewPlanner([]care.Plan{p}, night())
		if err != nil {
			t.Fatal(err)
		}
		c := care.Customer{ID: "li", Location: shanghai, Birthday: care.MonthDay{Month: 2, Day: 29}, Facts: []care.Fact{
			{Kind: care.Joined, At: time.Unix(0, 0)}, {Kind: care.Order, At: at("2025-01-02 00:00")}, {Kind: care.Stage, Name: "dormant", At: at("2025-01-03 00:00")}}}
		r := must(care.NewBook("li", at("2025-01-01 00:00")))
		for _, now := range []time.Time{at("2025-02-01 00:00"), at("2025-03-01 00:00"), time.Date(2200, 12, 31, 23, 0, 0, 0, time.UTC)} {
			res, err := planner.Plan(c, r, now)
			if err != nil {
				t.Fatal(err)
			}
			if err := res.Book.Validate(); err != nil {
				t.Fatalf("%v\n%+v", err, res.Book)
			}
			if r = res.Book; res.Behind {
				break
			}
		}
		if data, err = json.Marshal(p); err != nil {
			t.Fatal(err)
		}
		if err := new(care.Plan).UnmarshalJSON(data); err != nil {
			t.Fatalf("%s\n%v", data, err)
		}
	})
}

// A state that is read can be used, whatever it says.
func FuzzStates(f *testing.F) {
	b := must(care.NewBook("li", at("2025-01-01 00:00")))
	p := care.MustPlanner([]care.Plan{winback()}, night())
	li := care.Customer{ID: "li", Location: shanghai, Facts: []care.Fact{{Kind: care.Stage, Name: "dormant", At: at("2025-01-02 00:00")}}}
	data, _ := json.Marshal(must(p.Plan(li, b, at("2025-01-04 00:00"))).Book)
	f.Add(data)
	data, _ = json.Marshal(must(desk().Open("1", "li", care.Complaint, "ordinary", at("2025-01-01 00:00"))))
	f.Add(data)
	data, _ = json.Marshal(care.Lead{ID: "x", Owner: "y", Touched: at("2025-01-01 00:00").UTC(), Updated: at("2025-01-01 00:00").UTC()})
	f.Add(data)
	f.Add([]byte(`{"last":"2025-01-01T00:00:00Z","counts":{"hesitates":[{"subject":"x","at":"2025-01-01T00:00:00Z"}]}}`))
	last := time.Date(2200, 12, 31, 23, 0, 0, 0, time.UTC)
	d, pool, watcher := desk(), must(care.NewPool(poolConfig())), must(care.NewWatcher(watchConfig()))
	f.Fuzz(func(t *testing.T, data []byte) {
		var book care.Book
		if err := book.UnmarshalJSON(data); err == nil {
			c := li
			c.ID = book.Customer
			for _, now := range []time.Time{book.Planned, last} {
				r, err := p.Plan(c, book, now)
				if err != nil {
					t.Fatal(err)
				}
				if err := r.Book.Validate(); err != nil {
					t.Fatalf("%s\n%v\n%+v", data, err, r.Book)
				}
			}
		}
		var c care.Case
		if err := c.UnmarshalJSON(data); err == nil {
			for _, now := range []time.Time{c.Updated, last} {
				x, _, err := d.Advance(c, now)
				if err != nil {
					continue
				}
				if err := x.Validate(); err != nil {
					t.Fatalf("%s\n%v", data, err)
				}
				_, _, _ = d.Resume(c, now)
				_, _, _ = d.Reopen(c, now)
				_, _, _ = d.Answer(c, nil, now)
				_, _ = d.Assess(c.Severity, []care.Case{c}, now, 0.9)
			}
		}
		var l care.Lead
		if err := l.UnmarshalJSON(data); err == nil {
			_, _, _ = pool.Advance(l, last)
			_ = pool.Next(l)
		}
		var w care.Watch
		if err := w.UnmarshalJSON(data); err == nil {
			_, _, _ = watcher.Observe(w, care.Behaviour{Kind: "view", Subject: "x", At: last})
		}
	})
}
