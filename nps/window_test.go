package nps_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps"
)

func instant(s string) time.Time { return must(time.Parse(time.RFC3339, s)) }

// recount is the window the slow way: all answers in the bounds, counted anew.
func recount(answers []nps.Answer[string], from, to time.Time, repeat nps.Repeat) nps.Tally {
	var tally nps.Tally
	last := map[string]nps.Answer[string]{}
	for _, a := range answers {
		if a.At.Before(from) || !a.At.Before(to) {
			continue
		}
		if repeat == nps.LatestAnswer && a.Customer != "" {
			b, ok := last[a.Customer]
			if !ok || a.At.After(b.At) || a.At.Equal(b.At) && a.Score < b.Score {
				last[a.Customer] = a
			}
			continue
		}
		_ = tally.Add(a.Score)
	}
	for _, a := range last {
		_ = tally.Add(a.Score)
	}
	return tally
}

// A window that slides and takes answers as they come, some of them late, holds
// what a recount holds.
func TestWindowIsARecount(t *testing.T) {
	zones := []*time.Location{nil, time.FixedZone("", 8*3600), must(time.LoadLocation("America/New_York"))}
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 9))
		cfg := nps.WindowConfig{Days: 1 + rng.IntN(40), Location: zones[seed%3], Repeat: nps.EveryAnswer}
		if seed%2 == 0 {
			cfg.Repeat = nps.LatestAnswer
		}
		now := instant("2026-02-01T00:00:00Z")
		w := must(nps.NewWindow[string](now, cfg))
		var answers []nps.Answer[string]
		for range 300 {
			a := nps.Answer[string]{
				Customer: string([]byte{byte('a' + rng.IntN(26))}),
				At:       now.Add(-time.Duration(rng.IntN(10*24*3600)+1) * time.Second).Truncate(6 * time.Hour),
				Score:    rng.IntN(11),
			}
			if rng.IntN(20) == 0 {
				a.Customer = ""
			}
			if !a.At.Before(now) {
				continue
			}
			switch err := w.Add(a.Customer, a.Score, a.At); {
			case err == nil:
				answers = append(answers, a)
			case !errors.Is(err, nps.ErrStale):
				t.Fatal(err)
			}
			if rng.IntN(4) == 0 {
				now = now.Add(time.Duration(rng.IntN(30*3600)) * time.Second)
				if rng.IntN(60) == 0 {
					now = now.Add(100 * 24 * time.Hour)
				}
				if err := w.Advance(now); err != nil {
					t.Fatal(err)
				}
			}
			from, to := w.Bounds()
			if got, want := w.Tally(), recount(answers, from, to, cfg.Repeat); got != want {
				t.Fatalf("seed %d, %v to %v: %v, recounted %v", seed, from, to, got, want)
			}
		}
	}
}

func TestWindowDays(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*3600)
	w := must(nps.NewWindow[int](instant("2026-03-03T00:00:00+08:00"), nps.WindowConfig{Days: 2, Location: shanghai}))
	from, to := w.Bounds()
	if !from.Equal(instant("2026-03-01T00:00:00+08:00")) || !to.Equal(instant("2026-03-03T00:00:00+08:00")) {
		t.Errorf("%v to %v", from, to)
	}
	add := func(at string, score int) error { return w.Add(1, score, instant(at)) }
	if err := add("2026-02-28T16:00:00Z", 9); err != nil { // midnight in the zone
		t.Error(err)
	}
	if err := w.Dismiss(instant("2026-03-02T12:00:00Z")); err != nil {
		t.Error(err)
	}
	for _, tt := range []struct {
		at, place string
		score     int
		want      error
	}{
		{"2026-02-28T15:59:59Z", "/at", 9, nps.ErrStale},
		{"2026-03-03T00:00:00+08:00", "/at", 9, nps.ErrFuture},
		{"2027-03-03T00:00:00+08:00", "/at", 9, nps.ErrFuture},
		{"2026-03-02T00:00:00+08:00", "/score", 11, nps.ErrScore},
	} {
		before := w.Tally()
		err := add(tt.at, tt.score)
		var fe *guanxi.FieldError
		if !errors.Is(err, tt.want) || !errors.As(err, &fe) || fe.Pointer != tt.place || w.Tally() != before {
			t.Errorf("%s, %d: %v", tt.at, tt.score, err)
		}
	}
	for _, err := range []error{w.Add(1, 9, time.Time{}), w.Dismiss(time.Time{}), w.Advance(time.Time{}), second(nps.NewWindow[int](time.Time{}, nps.WindowConfig{Days: 1}))} {
		if !errors.Is(err, nps.ErrTime) {
			t.Errorf("no time: %v", err)
		}
	}
	if err := w.Dismiss(instant("2026-03-05T00:00:00Z")); !errors.Is(err, nps.ErrFuture) {
		t.Error(err)
	}
	if err := w.Advance(instant("2026-03-02T00:00:00+08:00")); !errors.Is(err, nps.ErrBackwards) {
		t.Error(err)
	}
	if w.Tally().Answers() != 1 || w.Tally().Dismissed() != 1 {
		t.Errorf("%+v", w.Tally())
	}
	if err := w.Advance(instant("2026-03-03T00:00:01+08:00")); err != nil {
		t.Fatal(err)
	}
	if w.Tally().Answers() != 0 || w.Tally().Dismissed() != 1 {
		t.Errorf("a day later: %+v", w.Tally())
	}
	faults := 0
	for range guanxi.Faults(nps.WindowConfig{Kind: 77, Days: 0, Repeat: "first"}.Validate()) {
		faults++
	}
	if faults != 3 {
		t.Errorf("%d faults", faults)
	}
}

func TestTrend(t *testing.T) {
	answers := []nps.Answer[string]{
		{"ann", instant("2026-01-31T15:59:59Z"), 10}, // January in Shanghai
		{"ann", instant("2026-01-31T16:00:00Z"), 0},  // February
		{"ann", instant("2026-02-10T00:00:00Z"), 9},
		{"bo", instant("2026-04-01T00:00:00Z"), 3},
		{"", instant("2026-04-01T00:00:00Z"), 3},
		{"", instant("2026-04-01T00:00:00Z"), 4},
	}
	asOf := instant("2026-05-01T00:00:00Z")
	cfg := nps.TrendConfig{Period: nps.Month, Location: time.FixedZone("", 8*3600), Repeat: nps.LatestAnswer, MinAnswers: 1}
	rows := must(nps.Trend(answers, asOf, cfg))
	want := []int64{1, 1, 0, 3}
	for i, row := range rows {
		if row.Tally.Answers() != want[i] || (row.Estimate != nil) != (want[i] > 0) || row.Enough != (want[i] > 0) {
			t.Errorf("row %d: %+v", i, row)
		}
		if i > 0 && !row.From.Equal(rows[i-1].To) || !row.From.Before(row.To) {
			t.Errorf("row %d: %v to %v", i, row.From, row.To)
		}
	}
	if len(rows) != 4 || rows[0].Change != nil || rows[3].Change == nil || rows[3].Change.Delta != -2 {
		t.Errorf("%+v", rows)
	}
	if score, _ := rows[1].Tally.Score(); score != 1 {
		t.Errorf("February: %v, want the latest answer", score)
	}
	cfg.Repeat = ""
	if n := must(nps.Trend(answers, asOf, cfg))[1].Tally.Answers(); n != 2 {
		t.Errorf("every answer: %d", n)
	}
	if rows, err := nps.Trend[string](nil, asOf, cfg); err != nil || len(rows) != 0 {
		t.Errorf("no answers: %v, %v", rows, err)
	}
	for _, p := range []nps.Period{nps.Day, nps.Week, nps.Month, nps.Quarter, nps.Year} {
		cfg.Period = p
		for _, loc := range []*time.Location{time.UTC, must(time.LoadLocation("Europe/London"))} {
			cfg.Location = loc
			for _, row := range must(nps.Trend([]nps.Answer[int]{{1, instant("1969-02-03T04:05:06Z"), 1}, {1, instant("1970-12-31T23:59:59Z"), 1}}, asOf, cfg)) {
				days := map[nps.Period][2]float64{nps.Day: {1, 1}, nps.Week: {7, 7}, nps.Month: {28, 31}, nps.Quarter: {90, 92}, nps.Year: {365, 366}}[p]
				if d := row.To.Sub(row.From).Hours() / 24; d < days[0]-0.05 || d > days[1]+0.05 || p == nps.Week && row.From.Weekday() != time.Monday {
					t.Errorf("%s: %v to %v", p, row.From, row.To)
				}
			}
		}
	}
	cfg.Period = nps.Day
	for _, tt := range []struct {
		answers []nps.Answer[string]
		place   string
		want    error
	}{
		{[]nps.Answer[string]{{"a", asOf, 5}}, "/0/at", nps.ErrFuture},
		{[]nps.Answer[string]{{"a", time.Time{}, 5}}, "/0/at", nps.ErrTime},
		{[]nps.Answer[string]{{"a", answers[0].At, 5}, {"a", answers[0].At, -1}}, "/1/score", nps.ErrScore},
		{[]nps.Answer[string]{{"a", instant("0500-01-01T00:00:00Z"), 5}, {"a", answers[0].At, 1}}, "/period", nps.ErrOption},
	} {
		_, err := nps.Trend(tt.answers, asOf, cfg)
		var fe *guanxi.FieldError
		if !errors.Is(err, tt.want) || !errors.As(err, &fe) || fe.Pointer != tt.place {
			t.Errorf("%v: %v", tt.answers, err)
		}
	}
	if _, err := nps.Trend(answers, time.Time{}, cfg); !errors.Is(err, nps.ErrTime) {
		t.Error(err)
	}
	if err := (nps.TrendConfig{Confidence: 1}).Validate(); !errors.Is(err, nps.ErrOption) || !errors.Is(err, nps.ErrConfidence) {
		t.Error(err)
	}
}

// Where a clock skips midnight the day begins after the gap.
func TestNoMidnight(t *testing.T) {
	for _, tt := range []struct{ zone, asOf, from string }{
		{"America/Sao_Paulo", "2018-11-04T12:00:00-02:00", "2018-11-04T01:00:00-02:00"},
		{"America/Toronto", "1919-03-31T12:00:00-04:00", "1919-03-31T00:30:00-04:00"},
		{"Africa/Cairo", "2014-05-16T12:00:00+03:00", "2014-05-16T01:00:00+03:00"},
		{"Asia/Beirut", "2024-03-31T12:00:00+03:00", "2024-03-31T01:00:00+03:00"},
		{"Pacific/Apia", "2011-12-31T12:00:00+14:00", "2011-12-31T00:00:00+14:00"},
		{"Europe/Berlin", "2024-03-31T12:00:00+02:00", "2024-03-31T00:00:00+01:00"},
		{"America/Sao_Paulo", "2018-02-18T12:00:00-03:00", "2018-02-18T00:00:00-03:00"},
	} {
		loc, asOf, want := must(time.LoadLocation(tt.zone)), instant(tt.asOf), instant(tt.from)
		w := must(nps.NewWindow[int](asOf, nps.WindowConfig{Days: 1, Location: loc}))
		if from, _ := w.Bounds(); !from.Equal(want) || from.Location() != loc {
			t.Errorf("%s: the window begins %v, want %v", tt.zone, from, want)
		}
		answers := []nps.Answer[int]{{At: want.Add(-time.Second), Score: 0}, {At: want, Score: 9}}
		rows := must(nps.Trend(answers, asOf, nps.TrendConfig{Period: nps.Day, Location: loc}))
		last := rows[len(rows)-1]
		if !last.From.Equal(want) || last.Tally.Answers() != 1 || !rows[len(rows)-2].To.Equal(want) {
			t.Errorf("%s: the row is %v to %v, with %d", tt.zone, last.From, last.To, last.Tally.Answers())
		}
	}
	// A day that a zone leaves out is an empty row.
	apia := must(time.LoadLocation("Pacific/Apia"))
	rows := must(nps.Trend([]nps.Answer[int]{{At: instant("2011-12-29T12:00:00-10:00")}, {At: instant("2011-12-31T12:00:00+14:00")}},
		instant("2012-01-01T00:00:00Z"), nps.TrendConfig{Period: nps.Day, Location: apia}))
	if len(rows) != 3 || !rows[1].From.Equal(rows[1].To) || rows[1].Tally.Answers() != 0 {
		t.Errorf("%+v", rows)
	}
}
