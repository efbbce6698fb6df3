package survey_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps/survey"
)

// everyRule is a policy with all it can have.
func everyRule() survey.PolicyConfig {
	span := guanxi.MustParseSpan
	return survey.PolicyConfig{
		Overall:  survey.Gap{Shown: span("P14D"), Answered: span("P30D"), Dismissed: span("P30D")},
		Surveys:  map[string]survey.Gap{"after-sale": {Shown: span("P60D"), Answered: span("P6M"), Dismissed: span("P90D")}},
		Kinds:    map[string]survey.Gap{"nps": {Shown: span("P30D"), Answered: span("P90D")}, survey.Any: {Shown: span("P20D")}},
		Channels: map[survey.Channel]survey.Gap{survey.Phone: {Shown: span("P90D")}, survey.Any: {Shown: span("P7D")}},
		Cap:      survey.Cap{Max: 6},
		Quiet: []survey.Quiet{
			{From: survey.TimeOfDayAt(21, 0), To: survey.TimeOfDayAt(9, 0)},
			{From: survey.TimeOfDayAt(12, 0), To: survey.TimeOfDayAt(14, 0), Channels: []survey.Channel{survey.Phone}},
		},
		Samples: map[string]float64{survey.Any: 0.9},
	}
}

// eightContacts is a customer who was asked eight times in two years, last ago
// days before now.
func eightContacts(now time.Time, ago int) *survey.History {
	h := &survey.History{
		Ask:      survey.Ask{Survey: "after-sale", Kind: "nps", Channel: survey.Online, Wave: "2026-Q2"},
		Customer: "customer-000017",
		Location: shanghai,
	}
	for i := range 8 {
		at := now.AddDate(0, 0, -ago-i*90)
		c := survey.Contact{Survey: []string{"after-sale", "visit"}[i%2], Kind: []string{"nps", "csat"}[i%2], Channel: survey.Online, Shown: at}
		if i%3 == 0 {
			c.Answered = at.Add(time.Minute)
		} else {
			c.Dismissed = at.Add(time.Minute)
		}
		h.Contacts = append(h.Contacts, c)
	}
	return h
}

var shanghai = must(time.LoadLocation("Asia/Shanghai"))

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var decision survey.Decision // so that it is made

func BenchmarkDecide(b *testing.B) {
	now := time.Date(2026, 4, 1, 12, 0, 0, 0, shanghai)
	capped := everyRule()
	capped.Cap.Max = 3
	exceeded := everyRule()
	exceeded.Cap.Max = 2
	calendar := everyRule()
	calendar.Cap.Year = survey.Calendar
	for _, bc := range []struct {
		name string
		c    survey.PolicyConfig
		h    *survey.History
		now  time.Time
	}{
		{"rules=all/contacts=8/allowed", everyRule(), eightContacts(now, 200), now},
		{"rules=all/contacts=8/calendar", calendar, eightContacts(now, 200), now},
		{"rules=all/contacts=8/gap", everyRule(), eightContacts(now, 20), now},
		{"rules=all/contacts=8/capped", capped, eightContacts(now, 100), now},
		{"rules=all/contacts=8/exceeded", exceeded, eightContacts(now, 100), now},
		{"rules=all/contacts=8/quiet", everyRule(), eightContacts(now, 200), now.Add(10 * time.Hour)},
		{"rules=all/contacts=0", everyRule(), eightContactsNone(), now},
		{"rules=none/contacts=8", survey.PolicyConfig{}, eightContacts(now, 20), now},
	} {
		p := survey.MustPolicy(bc.c)
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			var d survey.Decision
			var err error
			for b.Loop() {
				d, err = survey.Decide(p, bc.h, bc.now)
			}
			if err != nil {
				b.Fatal(err)
			}
			decision = d
		})
	}
}

func eightContactsNone() *survey.History {
	h := eightContacts(time.Time{}.AddDate(2000, 0, 0), 1)
	h.Contacts = nil
	return h
}

func BenchmarkForm(b *testing.B) {
	f := survey.MustNew(designer(b))
	a := answers{"recommend": survey.RatedBecause{Score: 3, Because: "报价不透明"}, "wrong": survey.ChoseMany{"plans", "quote"}, "callback": survey.Chose("yes")}
	r := survey.Response{Questionnaire: "designer", Version: 2, Channel: survey.Phone, Answers: a}
	data := must(json.Marshal(r))
	for _, bc := range []struct {
		name string
		run  func() error
	}{
		{"Next/answers=3", func() error { _, err := f.Next(a); return err }},
		{"Check/answers=3", func() error { return f.Check(r) }},
		{"Decode/answers=3", func() error { _, err := f.Decode(data); return err }},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := bc.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A place reserved and confirmed, with a hundred others held.
func BenchmarkKeeper(b *testing.B) {
	ctx := context.Background()
	k := survey.Keeper{Quota: quota(1 << 30), Store: new(survey.Memory)}
	for i := range 100 {
		must(k.Reserve(ctx, "c0", fmt.Sprint("held ", i), noon))
	}
	b.Run("ReserveConfirm/held=100", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			key := strconv.Itoa(n)
			if _, err := k.Reserve(ctx, "c0", key, noon); err != nil {
				b.Fatal(err)
			}
			if _, err := k.Confirm(ctx, "c0", key, noon); err != nil {
				b.Fatal(err)
			}
		}
	})
}
