package loyalty

import (
	"errors"
	"testing"
	"time"
)

// streaks are check-ins at local times and what each pays; 0 is refused.
var streaks = []struct {
	name, zone string
	stay       bool
	days       []string
	pays       []Points
}{
	{"a cycle and a new one", "Asia/Shanghai", false,
		[]string{"2025-01-29", "2025-01-30", "2025-01-31", "2025-02-01", "2025-02-02"}, []Points{1, 2, 5, 1, 2}},
	{"stays on the last", "Asia/Shanghai", true,
		[]string{"2025-01-29", "2025-01-30", "2025-01-31", "2025-02-01", "2025-02-02"}, []Points{1, 2, 5, 5, 5}},
	{"29 February", "Asia/Shanghai", false, []string{"2024-02-28", "2024-02-29", "2024-03-01"}, []Points{1, 2, 5}},
	{"no 29 February", "Asia/Shanghai", false, []string{"2025-02-28", "2025-03-01", "2025-03-02"}, []Points{1, 2, 5}},
	{"a missed day", "Asia/Shanghai", false, []string{"2025-01-01", "2025-01-02", "2025-01-04", "2025-01-05"}, []Points{1, 2, 1, 2}},
	{"twice a day", "Asia/Shanghai", false, []string{"2025-01-01T00:00:00", "2025-01-01T23:59:59", "2025-01-02T00:00:00"}, []Points{1, 0, 2}},
	{"year's end", "UTC", false, []string{"2024-12-30", "2024-12-31", "2025-01-01"}, []Points{1, 2, 5}},
	{"clock springs", "America/New_York", false, []string{"2025-03-08T23:59:00", "2025-03-09T00:01:00", "2025-03-10T23:59:00"}, []Points{1, 2, 5}},
	{"clock falls back", "America/New_York", false, []string{"2025-11-01T00:01:00", "2025-11-02T23:59:00", "2025-11-03T00:00:00"}, []Points{1, 2, 5}},
	{"midnight skipped", "America/Sao_Paulo", false, []string{"2018-11-03T23:59:59", "2018-11-04T01:00:00", "2018-11-05T00:00:00"}, []Points{1, 2, 5}},
	{"a day that never was", "Pacific/Apia", false, []string{"2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"}, []Points{1, 2, 5, 1}},
	{"before the table", "Europe/Berlin", false, []string{"1985-03-30", "1985-03-31", "1985-04-01"}, []Points{1, 2, 5}},
}

func TestStreaks(t *testing.T) {
	for _, tc := range streaks {
		t.Run(tc.name, func(t *testing.T) {
			loc := zoneNamed(t, tc.zone)
			r := mustCompile(t, program(func(p *Program) {
				p.Location = loc
				p.Streaks = []StreakRule{{ID: "daily", Kind: "points", Pays: []Points{1, 2, 5}, Stay: tc.stay}}
			}))
			b := newBook()
			for i, day := range tc.days {
				if len(day) == len("2006-01-02") {
					day += "T12:00:00"
				}
				at := local(t, loc, day)
				for c := range b.counts { // what may be forgotten is
					if c.End <= at {
						delete(b.counts, c)
					}
				}
				var e earning
				err := r.act(&e, "daily", "", &situation{at: at, tallies: b})
				got, _ := sum(e.awards)
				if tc.pays[i] == 0 {
					if !errors.Is(err, ErrLimit) {
						t.Errorf("%s: %v", day, err)
					}
					continue
				}
				if err != nil || got != tc.pays[i] {
					t.Errorf("%s: %d, want %d (%v)", day, got, tc.pays[i], err)
				}
				b.book(e.counters, nil)
			}
			if len(b.counts) > 3 {
				t.Errorf("%d counters are kept", len(b.counts))
			}
		})
	}
}

// A streak of a whole year in a zone with daylight saving, checked in at random
// times of the day, never breaks.
func TestStreakYear(t *testing.T) {
	loc := zoneNamed(t, "America/New_York")
	r := mustCompile(t, program(func(p *Program) {
		p.Location = loc
		p.Streaks = []StreakRule{{ID: "daily", Kind: "points", Pays: []Points{1}}}
	}))
	b := newBook()
	for d := range 366 {
		at := InstantOf(time.Date(2024, 1, 1+d, d*7%24, d*13%60, 0, 0, loc))
		c, ok := r.checkIn(r.find("daily").streak, &situation{at: at, tallies: b})
		if !ok || c.Add != int64(d)+1 {
			t.Fatalf("day %d: %d in a row", d+1, c.Add)
		}
		b.book([]CounterChange{c}, nil)
	}
}
