package civil

import (
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata"
)

// TestStart goes through the years beyond the tables of the zones too.
func TestStart(t *testing.T) {
	for _, name := range []string{"UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		c, last := New(loc), time.Time{}
		for day := int64(-1000); day < 40_000; day++ {
			start := Start(day, loc)
			if us := start.UnixMicro(); c.Day(us) < int32(day) || c.Day(us-1) >= int32(day) || start.Before(last) {
				t.Fatalf("%s: day %d begins at %v", name, day, start)
			}
			last = start
		}
	}
}

// Against time.Time's own calendar, near the changes of many zones.
func TestAgainstTime(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "America/Sao_Paulo"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		c := New(loc)
		at := time.Date(1890, 1, 1, 0, 0, 0, 0, loc)
		for range 20_000 {
			_, to := at.ZoneBounds()
			if !to.IsZero() && to.Year() < 2090 && rng.IntN(2) == 0 {
				at = to.Add(time.Duration(rng.Int64N(7200)-3600) * time.Second)
			} else {
				at = time.Unix(rng.Int64N(6e9)-2e9, rng.Int64N(1e9)).In(loc)
			}
			y, m, d := at.Date()
			midnight := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
			day := c.Day(at.UnixMicro())
			if want := int32(FloorDiv(midnight.Unix(), 86400)); day != want {
				t.Fatalf("%s %v: day %d, want %d", name, at, day, want)
			}
			if start := Start(int64(day), loc); start.After(at) || c.Day(start.UnixMicro()) < day || c.Day(start.UnixMicro()-1) >= day {
				t.Fatalf("%s %v: day %d begins at %v", name, at, day, start)
			}
			if got, want := Month(day), int32(y*12+int(m)-1); got != want {
				t.Fatalf("%v: month %d, want %d", at, got, want)
			}
			monday := midnight.AddDate(0, 0, -(int(midnight.Weekday())+6)%7)
			if got, want := Week(day), int32(FloorDiv(monday.Unix(), 86400)+3)/7; monday.Year() > 1970 && got != want {
				t.Fatalf("%v: week %d, want %d", at, got, want)
			}
		}
	}
}

// The stretch holds its instant and one offset, on the last days of leap years
// beyond the zones' tables too.
func TestStretch(t *testing.T) {
	for _, name := range []string{"UTC", "Asia/Shanghai", "America/New_York", "Australia/Sydney", "Europe/Dublin", "Pacific/Apia", "America/Santiago"} {
		loc := load(t, name)
		for year := 2000; year < 2120; year++ {
			for _, at := range []time.Time{
				time.Date(year, 12, 31, 0, 0, 0, 0, loc), time.Date(year, 12, 31, 23, 59, 59, 0, time.UTC),
				time.Date(year, 3, 20, 5, 0, 0, 0, loc), time.Date(year, 10, 31, 1, 0, 0, 0, loc),
			} {
				at = at.In(loc)
				from, to, offset := Stretch(at)
				if _, want := at.Zone(); offset != want || !from.IsZero() && from.After(at) || !to.IsZero() && !to.After(at) {
					t.Fatalf("%s %v: %v to %v, %d", name, at, from, to, offset)
				}
				if to.IsZero() {
					continue
				}
				if _, last := to.Add(-time.Second).In(loc).Zone(); last != offset {
					t.Fatalf("%s %v: another offset before %v", name, at, to)
				}
			}
		}
	}
}
