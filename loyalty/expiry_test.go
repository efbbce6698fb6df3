package loyalty

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
)

var span = guanxi.MustParseSpan

func zoneNamed(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Skip(err)
	}
	return loc
}

func local(t testing.TB, loc *time.Location, text string) Instant {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02T15:04:05", text, loc)
	if err != nil {
		t.Fatal(err)
	}
	return InstantOf(at)
}

// expiries are points earned at a local time and when they expire; see
// testdata/PROVENANCE.md.
var expiries = []struct {
	zone, earned string
	rule         ExpiryRule
	want         string
}{
	{"Asia/Shanghai", "2025-01-31T10:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1M")}, "2025-02-28T16:00:00Z"},
	{"Asia/Shanghai", "2024-01-31T10:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1M")}, "2024-02-29T16:00:00Z"},
	{"Asia/Shanghai", "2024-02-29T00:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1Y")}, "2025-02-28T16:00:00Z"},
	{"Asia/Shanghai", "2023-02-28T23:59:59", ExpiryRule{Mode: ExpireSpan, Span: span("P1Y")}, "2024-02-28T16:00:00Z"},
	{"Asia/Shanghai", "2024-02-29T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P4Y")}, "2028-02-29T16:00:00Z"},
	{"Asia/Shanghai", "2025-12-31T23:59:59", ExpiryRule{Mode: ExpireSpan, Span: span("P1D")}, "2026-01-01T16:00:00Z"},
	{"Asia/Shanghai", "2025-08-31T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1M1D")}, "2025-10-01T16:00:00Z"},
	{"UTC", "2024-02-28T00:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1D")}, "2024-03-01T00:00:00Z"},
	{"UTC", "2100-02-28T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1D")}, "2100-03-02T00:00:00Z"},
	{"UTC", "2096-02-29T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P4Y")}, "2100-03-01T00:00:00Z"},
	{"America/New_York", "2025-03-08T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1D")}, "2025-03-10T04:00:00Z"},
	{"America/New_York", "2025-03-01T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P8D")}, "2025-03-10T04:00:00Z"},
	{"America/New_York", "2025-11-01T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1D")}, "2025-11-03T05:00:00Z"},
	{"America/New_York", "2025-11-01T23:30:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1D")}, "2025-11-03T05:00:00Z"},
	{"America/Sao_Paulo", "2018-11-02T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1D")}, "2018-11-04T03:00:00Z"},
	{"Africa/Cairo", "2025-04-23T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1D")}, "2025-04-24T22:00:00Z"},
	{"Asia/Beirut", "2025-03-28T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1D")}, "2025-03-29T22:00:00Z"},
	{"Pacific/Apia", "2011-12-28T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1D")}, "2011-12-30T10:00:00Z"},
	{"Pacific/Apia", "2011-12-28T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P2D")}, "2011-12-30T10:00:00Z"},
	{"America/Havana", "2025-11-01T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1D")}, "2025-11-03T05:00:00Z"},
	{"Europe/Berlin", "2025-10-25T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1D")}, "2025-10-26T23:00:00Z"},
	{"Europe/Berlin", "2052-12-31T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1D")}, "2053-01-01T23:00:00Z"},
	{"Asia/Shanghai", "2025-01-31T23:59:59", ExpiryRule{Mode: ExpireEndOf, Period: PerMonth}, "2025-01-31T16:00:00Z"},
	{"Asia/Shanghai", "2025-02-01T00:00:00", ExpiryRule{Mode: ExpireEndOf, Period: PerMonth, Span: span("P1M")}, "2025-03-31T16:00:00Z"},
	{"Asia/Shanghai", "2025-12-31T23:59:59", ExpiryRule{Mode: ExpireEndOf, Period: PerMonth, Span: span("P1Y")}, "2026-12-31T16:00:00Z"},
	{"America/New_York", "2025-02-10T00:00:00", ExpiryRule{Mode: ExpireEndOf, Period: PerMonth}, "2025-03-01T05:00:00Z"},
	{"Asia/Shanghai", "2025-01-31T23:59:59", ExpiryRule{Mode: ExpireEndOf, Period: PerQuarter}, "2025-03-31T16:00:00Z"},
	{"Asia/Shanghai", "2025-02-01T00:00:00", ExpiryRule{Mode: ExpireEndOf, Period: PerQuarter, Span: span("P1M")}, "2025-04-30T16:00:00Z"},
	{"Asia/Shanghai", "2025-12-31T23:59:59", ExpiryRule{Mode: ExpireEndOf, Period: PerQuarter, Span: span("P1Y")}, "2026-12-31T16:00:00Z"},
	{"America/New_York", "2025-02-10T00:00:00", ExpiryRule{Mode: ExpireEndOf, Period: PerQuarter}, "2025-04-01T04:00:00Z"},
	{"Asia/Shanghai", "2025-01-31T23:59:59", ExpiryRule{Mode: ExpireEndOf, Period: PerYear}, "2025-12-31T16:00:00Z"},
	{"Asia/Shanghai", "2025-02-01T00:00:00", ExpiryRule{Mode: ExpireEndOf, Period: PerYear, Span: span("P1M")}, "2026-01-31T16:00:00Z"},
	{"Asia/Shanghai", "2025-12-31T23:59:59", ExpiryRule{Mode: ExpireEndOf, Period: PerYear, Span: span("P1Y")}, "2026-12-31T16:00:00Z"},
	{"America/New_York", "2025-02-10T00:00:00", ExpiryRule{Mode: ExpireEndOf, Period: PerYear}, "2026-01-01T05:00:00Z"},
	{"Asia/Shanghai", "2024-01-15T00:00:00", ExpiryRule{Mode: ExpireEndOf, Period: PerMonth, Span: span("P1M")}, "2024-02-29T16:00:00Z"},
	{"Asia/Shanghai", "2024-11-15T00:00:00", ExpiryRule{Mode: ExpireEndOf, Period: PerQuarter, Span: span("P2M")}, "2025-02-28T16:00:00Z"},
	{"Asia/Shanghai", "2025-05-15T00:00:00", ExpiryRule{Mode: ExpireEndOf, Period: PerYear, Span: span("P3M")}, "2026-03-31T16:00:00Z"},
	{"Asia/Shanghai", "2025-05-15T00:00:00", ExpiryRule{Mode: ExpireEndOf, Period: PerMonth, Span: span("P10D")}, "2025-06-10T16:00:00Z"},
	{"Asia/Shanghai", "2025-06-30T23:59:59", ExpiryRule{Mode: ExpireYearly, Month: 6, Day: 30}, "2025-06-30T16:00:00Z"},
	{"Asia/Shanghai", "2025-07-01T00:00:00", ExpiryRule{Mode: ExpireYearly, Month: 6, Day: 30}, "2026-06-30T16:00:00Z"},
	{"Asia/Shanghai", "2025-06-01T00:00:00", ExpiryRule{Mode: ExpireYearly, Month: 12, Day: 31, Span: span("P1Y")}, "2026-12-31T16:00:00Z"},
	{"Asia/Shanghai", "2025-12-31T00:00:00", ExpiryRule{Mode: ExpireYearly, Month: 12, Day: 31, Span: span("P1Y")}, "2026-12-31T16:00:00Z"},
	{"Asia/Shanghai", "2025-03-01T00:00:00", ExpiryRule{Mode: ExpireYearly, Month: 2, Day: 29}, "2026-02-28T16:00:00Z"},
	{"Asia/Shanghai", "2027-02-28T00:00:00", ExpiryRule{Mode: ExpireYearly, Month: 2, Day: 29}, "2027-02-28T16:00:00Z"},
	{"Asia/Shanghai", "2027-03-01T00:00:00", ExpiryRule{Mode: ExpireYearly, Month: 2, Day: 29}, "2028-02-29T16:00:00Z"},
	{"Asia/Shanghai", "2025-12-01T00:00:00", ExpiryRule{Mode: ExpireYearly, Month: 12, Day: 31, Span: span("P3M")}, "2026-12-31T16:00:00Z"},
	{"America/New_York", "2025-03-09T12:00:00", ExpiryRule{Mode: ExpireYearly, Month: 3, Day: 9}, "2025-03-10T04:00:00Z"},
	// Spans with a clock part end to the instant.
	{"America/New_York", "2025-03-08T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("PT24H")}, "2025-03-09T17:00:00Z"},
	{"America/New_York", "2025-03-08T12:00:00", ExpiryRule{Mode: ExpireSpan, Span: span("P1DT1H")}, "2025-03-09T17:00:00Z"},
}

func TestExpiry(t *testing.T) {
	for _, tc := range expiries {
		loc := zoneNamed(t, tc.zone)
		z := newZone(loc)
		want, err := time.Parse(time.RFC3339, tc.want)
		if err != nil {
			t.Fatal(err)
		}
		if got := z.expire(&tc.rule, local(t, loc, tc.earned)); got != InstantOf(want) {
			t.Errorf("%s %s %+v: %v, want %v", tc.zone, tc.earned, tc.rule, got.Time(), want)
		}
	}
	if got := newZone(nil).expire(&ExpiryRule{}, noon()); got != Never {
		t.Error(got)
	}
}

func TestPending(t *testing.T) {
	loc := zoneNamed(t, "Asia/Shanghai")
	at := local(t, loc, "2025-01-25T20:00:00")
	end := ExpiryRule{Mode: ExpireEndOf, Period: PerMonth}
	activated := end
	activated.From = FromActivation
	for _, tc := range []struct {
		pending          PendingRule
		expiry           ExpiryRule
		activate, expire Instant
	}{
		{PendingRule{}, end, at, local(t, loc, "2025-02-01T00:00:00")},
		{PendingRule{Span: span("P14D")}, end, local(t, loc, "2025-02-09T00:00:00"), local(t, loc, "2025-02-01T00:00:00")},
		{PendingRule{Span: span("P14D")}, activated, local(t, loc, "2025-02-09T00:00:00"), local(t, loc, "2025-03-01T00:00:00")},
		{PendingRule{Span: span("PT1H")}, activated, at + 3600e6, local(t, loc, "2025-02-01T00:00:00")},
		{PendingRule{Event: "delivered"}, activated, Never, local(t, loc, "2025-02-01T00:00:00")},
		{PendingRule{Event: "delivered", Span: span("P30D")}, activated, local(t, loc, "2025-02-25T00:00:00"), local(t, loc, "2025-03-01T00:00:00")},
	} {
		r := mustCompile(t, Program{Version: 1, Location: loc, Kinds: []KindConfig{{ID: "p", Spendable: true, Pending: tc.pending, Expiry: tc.expiry}}})
		k := r.kind("p")
		activate := k.activate(at)
		if expire := k.expire(at, activate); activate != tc.activate || expire != tc.expire {
			t.Errorf("%+v %+v: [%v, %v), want [%v, %v)", tc.pending, tc.expiry, activate.Time(), expire.Time(), tc.activate.Time(), tc.expire.Time())
		}
	}
}

func TestTouch(t *testing.T) {
	r := mustCompile(t, Program{Version: 1, Kinds: []KindConfig{
		{ID: "all", Spendable: true, Expiry: ExpiryRule{Mode: ExpireActivity, Span: span("P1Y")}},
		{ID: "some", Spendable: true, Expiry: ExpiryRule{Mode: ExpireActivity, Span: span("P1Y"), On: []Touch{TouchRedeem}}},
		{ID: "none"},
	}})
	for i, want := range []struct{ window, earn, redeem, act bool }{{true, true, true, true}, {true, false, true, false}, {}} {
		k := &r.kinds[i]
		if k.window() != want.window || k.touched(TouchEarn) != want.earn || k.touched(TouchRedeem) != want.redeem || k.touched(TouchAct) != want.act {
			t.Errorf("%s", k.ID)
		}
	}
}

// The table of a zone gives the days that the standard library's calendar shows.
func TestZone(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for _, name := range []string{"UTC", "Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "Pacific/Apia", "Asia/Beirut", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu"} {
		loc := zoneNamed(t, name)
		z := newZone(loc)
		from, to := time.Date(1995, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
		for range 3000 {
			at := Instant(from + rng.Int64N(to-from))
			y, m, d := at.Time().In(loc).Date()
			want := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
			day := z.day(at)
			if day != want {
				t.Fatalf("%s %v: day %d, want %d", name, at.Time(), day, want)
			}
			start := z.start(day)
			if want := InstantOf(civil.Start(day, loc)); start != want {
				t.Fatalf("%s: day %d starts %v, want %v", name, day, start.Time(), want.Time())
			}
			for _, p := range []Period{PerDay, PerWeek, PerMonth, PerQuarter, PerYear} {
				start, end := z.window(p, at)
				if start > at || at >= end || z.day(start-1) >= z.day(start) {
					t.Fatalf("%s %v: %s [%v, %v)", name, at.Time(), p, start.Time(), end.Time())
				}
				if again, _ := z.window(p, end-1); again != start {
					t.Fatalf("%s %v: %s has two starts", name, at.Time(), p)
				}
				if next, _ := z.window(p, end); next != end {
					t.Fatalf("%s %v: %s leaves a gap", name, at.Time(), p)
				}
			}
			if start, _ := z.window(PerWeek, at); start.Time().In(loc).Weekday() != time.Monday {
				t.Fatalf("%s: a week begins %v", name, start.Time().In(loc))
			}
		}
	}
}

// Dates are those of package time, and a span reaches the day that Span.AddTo does.
func TestDates(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for range 50000 {
		day := rng.Int64N(3652059+719162) - 719162 - 1000
		at := time.Unix(day*86400, 0).UTC()
		y, m, d := at.Date()
		if got := dateOf(day); got != (date{y, int(m), d}) || got.days() != day {
			t.Fatalf("%d: %v, %d", day, got, got.days())
		}
		odd := date{y, rng.IntN(60) - 24, rng.IntN(400) - 200}
		if got, want := odd.days(), time.Date(odd.year, time.Month(odd.month), odd.day, 0, 0, 0, 0, time.UTC).Unix()/86400; got != want {
			t.Fatalf("%v: %d, want %d", odd, got, want)
		}
		s := guanxi.Span{Months: rng.IntN(40), Days: rng.IntN(40)}
		if got, want := shiftDay(day, s), s.AddTo(at, nil).Unix()/86400; got != want {
			t.Fatalf("%d and %s: %d, want %d", day, s, got, want)
		}
	}
}
