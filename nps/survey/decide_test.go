package survey_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps/survey"
)

// at reads "2026-03-08 12:00" as the clock in zone says it.
func at(zone *time.Location, s string) time.Time {
	return must(time.ParseInLocation("2006-01-02 15:04", s, zone))
}

func zone(name string) *time.Location { return must(time.LoadLocation(name)) }

func TestDecide(t *testing.T) {
	span := guanxi.MustParseSpan
	ask := survey.Ask{Survey: "after-sale", Kind: "nps", Channel: survey.Online, Wave: "w"}
	berlin := zone("Europe/Berlin")
	shown := func(survey_, kind string, ch survey.Channel, days ...string) (out []survey.Contact) {
		for _, d := range days {
			out = append(out, survey.Contact{Survey: survey_, Kind: kind, Channel: ch, Shown: at(shanghai, d)})
		}
		return out
	}
	gap := func(s string) survey.Gap { return survey.Gap{Shown: span(s)} }
	night := []survey.Quiet{{From: survey.TimeOfDayAt(21, 0), To: survey.TimeOfDayAt(9, 0)}}
	now := "2026-03-31 12:00"
	for _, tt := range []struct {
		name     string
		p        survey.PolicyConfig
		h        survey.History
		now      string
		reason   survey.Reason
		after    survey.Event
		earliest string // "" for never, "now" where it is allowed
	}{
		{"no rules", survey.PolicyConfig{}, survey.History{Ask: ask}, now, survey.None, "", "now"},
		{"opted out", survey.PolicyConfig{}, survey.History{Ask: ask, OptedOut: true}, now, survey.OptedOut, "", ""},
		{"opted out of the channel", survey.PolicyConfig{}, survey.History{Ask: ask, OptedOutOf: []survey.Channel{survey.Phone, survey.Online}}, now, survey.OptedOut, "", ""},
		{"opted out of another", survey.PolicyConfig{}, survey.History{Ask: ask, OptedOutOf: []survey.Channel{survey.Phone}}, now, survey.None, "", "now"},
		{"nobody is sampled", survey.PolicyConfig{Samples: map[string]float64{"after-sale": 0}}, survey.History{Ask: ask}, now, survey.NotSampled, "", ""},
		{"everybody else is", survey.PolicyConfig{Samples: map[string]float64{"after-sale": 1, survey.Any: 0}}, survey.History{Ask: ask}, now, survey.None, "", "now"},
		{"the others are not", survey.PolicyConfig{Samples: map[string]float64{"visit": 1, survey.Any: 0}}, survey.History{Ask: ask}, now, survey.NotSampled, "", ""},
		{"overall", survey.PolicyConfig{Overall: gap("P30D")}, survey.History{Ask: ask, Contacts: shown("visit", "csat", survey.Phone, "2026-03-10 08:00")}, now, survey.GapOverall, survey.Shown, "2026-04-09 08:00"},
		{"over", survey.PolicyConfig{Overall: gap("P30D")}, survey.History{Ask: ask, Contacts: shown("visit", "csat", survey.Phone, "2026-03-01 12:00")}, now, survey.None, "", "now"},
		{"a month from the last day", survey.PolicyConfig{Overall: gap("P1M")}, survey.History{Ask: ask, Contacts: shown("visit", "", survey.Phone, "2026-03-31 08:00")}, now, survey.GapOverall, survey.Shown, "2026-04-30 08:00"},
		{"another survey", survey.PolicyConfig{Surveys: map[string]survey.Gap{"after-sale": gap("P90D")}}, survey.History{Ask: ask, Contacts: shown("visit", "nps", survey.Online, "2026-03-10 08:00")}, now, survey.None, "", "now"},
		{"the same survey", survey.PolicyConfig{Surveys: map[string]survey.Gap{"after-sale": gap("P90D")}}, survey.History{Ask: ask, Contacts: shown("after-sale", "nps", survey.Phone, "2026-03-10 08:00")}, now, survey.GapSurvey, survey.Shown, "2026-06-08 08:00"},
		{"any survey", survey.PolicyConfig{Surveys: map[string]survey.Gap{survey.Any: gap("P90D")}}, survey.History{Ask: ask, Contacts: shown("after-sale", "nps", survey.Phone, "2026-03-10 08:00")}, now, survey.GapSurvey, survey.Shown, "2026-06-08 08:00"},
		{"none of its own", survey.PolicyConfig{Surveys: map[string]survey.Gap{survey.Any: gap("P90D"), "after-sale": {}}}, survey.History{Ask: ask, Contacts: shown("after-sale", "nps", survey.Phone, "2026-03-10 08:00")}, now, survey.None, "", "now"},
		{"the same kind", survey.PolicyConfig{Kinds: map[string]survey.Gap{"nps": gap("P90D")}}, survey.History{Ask: ask, Contacts: shown("visit", "nps", survey.Phone, "2026-03-10 08:00")}, now, survey.GapKind, survey.Shown, "2026-06-08 08:00"},
		{"no kind is no kind", survey.PolicyConfig{Kinds: map[string]survey.Gap{survey.Any: gap("P90D")}}, survey.History{Ask: survey.Ask{Survey: "a", Channel: survey.Online}, Contacts: shown("visit", "", survey.Phone, "2026-03-10 08:00")}, now, survey.None, "", "now"},
		{"the same channel", survey.PolicyConfig{Channels: map[survey.Channel]survey.Gap{survey.Any: gap("P1D"), survey.Online: gap("P40D")}}, survey.History{Ask: ask, Contacts: shown("visit", "", survey.Online, "2026-03-10 08:00")}, now, survey.GapChannel, survey.Shown, "2026-04-19 08:00"},
		{"any channel", survey.PolicyConfig{Channels: map[survey.Channel]survey.Gap{survey.Any: gap("P40D")}}, survey.History{Ask: ask, Contacts: shown("visit", "", survey.Online, "2026-03-10 08:00")}, now, survey.GapChannel, survey.Shown, "2026-04-19 08:00"},
		{"dismissed and answered apart", survey.PolicyConfig{Overall: survey.Gap{Shown: span("P1D"), Answered: span("P60D"), Dismissed: span("P90D")}}, survey.History{Ask: ask, Contacts: []survey.Contact{
			{Survey: "a", Shown: at(shanghai, "2026-03-01 12:00"), Answered: at(shanghai, "2026-03-01 12:05")},
			{Survey: "b", Shown: at(shanghai, "2026-01-10 12:00"), Dismissed: at(shanghai, "2026-01-10 12:01")},
		}}, now, survey.GapOverall, survey.Answered, "2026-04-30 12:05"},
		{"the longest", survey.PolicyConfig{Overall: gap("P40D"), Kinds: map[string]survey.Gap{"nps": gap("P60D")}}, survey.History{Ask: ask, Contacts: shown("visit", "nps", survey.Phone, "2026-03-10 08:00")}, now, survey.GapKind, survey.Shown, "2026-05-09 08:00"},
		{"a gap that ends in the night", survey.PolicyConfig{Overall: gap("P30D"), Quiet: night}, survey.History{Ask: ask, Contacts: shown("visit", "", survey.Phone, "2026-03-10 08:00")}, now, survey.GapOverall, survey.Shown, "2026-04-09 09:00"},
		{"night", survey.PolicyConfig{Quiet: night}, survey.History{Ask: ask}, "2026-03-31 21:00", survey.QuietHours, "", "2026-04-01 09:00"},
		{"early", survey.PolicyConfig{Quiet: night}, survey.History{Ask: ask}, "2026-03-31 08:59", survey.QuietHours, "", "2026-03-31 09:00"},
		{"morning", survey.PolicyConfig{Quiet: night}, survey.History{Ask: ask}, "2026-03-31 09:00", survey.None, "", "now"},
		{"night on the phone", survey.PolicyConfig{Quiet: []survey.Quiet{{From: 0, To: survey.TimeOfDayAt(13, 0), Channels: []survey.Channel{survey.Phone}}}}, survey.History{Ask: ask}, now, survey.None, "", "now"},
		{"night passes into the nap", survey.PolicyConfig{Quiet: append(night, survey.Quiet{From: survey.TimeOfDayAt(9, 0), To: survey.TimeOfDayAt(14, 0)})}, survey.History{Ask: ask}, "2026-03-31 22:00", survey.QuietHours, "", "2026-04-01 14:00"},
		{"capped", survey.PolicyConfig{Cap: survey.Cap{Max: 2}}, survey.History{Ask: ask, Contacts: shown("v", "", survey.Phone, "2025-04-02 10:00", "2025-03-31 13:00", "2026-01-01 10:00", "2024-01-01 00:00")}, now, survey.Capped, "", "2026-04-02 10:00"},
		{"three at once", survey.PolicyConfig{Cap: survey.Cap{Max: 2}}, survey.History{Ask: ask, Contacts: shown("v", "", survey.Phone, "2025-05-02 10:00", "2025-05-02 10:00", "2025-05-02 10:00")}, now, survey.Capped, "", "2026-05-02 10:00"},
		{"just a year ago", survey.PolicyConfig{Cap: survey.Cap{Max: 1}}, survey.History{Ask: ask, Contacts: shown("v", "", survey.Phone, "2025-03-31 12:00")}, now, survey.None, "", "now"},
		{"capped by the calendar", survey.PolicyConfig{Cap: survey.Cap{Max: 1, Year: survey.Calendar}}, survey.History{Ask: ask, Location: shanghai, Contacts: shown("v", "", survey.Phone, "2026-01-01 00:00")}, now, survey.Capped, "", "2027-01-01 00:00"},
		{"last year", survey.PolicyConfig{Cap: survey.Cap{Max: 1, Year: survey.Calendar}}, survey.History{Ask: ask, Contacts: shown("v", "", survey.Phone, "2025-12-31 23:59")}, now, survey.None, "", "now"},
		{"new year in the night", survey.PolicyConfig{Cap: survey.Cap{Max: 1, Year: survey.Calendar}, Quiet: night}, survey.History{Ask: ask, Contacts: shown("v", "", survey.Phone, "2026-02-01 00:00")}, now, survey.Capped, "", "2027-01-01 09:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := survey.MustPolicy(tt.p)
			tt.h.Location = shanghai
			now := at(shanghai, tt.now)
			d, err := survey.Decide(p, &tt.h, now)
			if err != nil {
				t.Fatal(err)
			}
			var want time.Time
			switch tt.earliest {
			case "":
			case "now":
				want = now
			default:
				want = at(shanghai, tt.earliest)
			}
			if d.Allow != (tt.reason == survey.None) || d.Reason != tt.reason || d.After != tt.after || !d.Earliest.Equal(want) {
				t.Errorf("%+v, want %s after %s until %v", d, tt.reason, tt.after, want)
			}
		})
	}
	// Quiet hours follow the clock on the wall.
	for _, tt := range []struct{ from, to, now, want string }{
		{"00:00", "02:30", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"}, // 02:30 does not exist
		{"00:00", "03:00", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"00:00", "04:00", "2026-03-29T01:00:00+01:00", "2026-03-29T04:00:00+02:00"},
		{"22:00", "08:00", "2026-03-28T23:00:00+01:00", "2026-03-29T08:00:00+02:00"},
		{"22:00", "08:00", "2026-10-24T23:00:00+02:00", "2026-10-25T08:00:00+01:00"},
		{"00:00", "02:30", "2026-10-25T01:00:00+02:00", "2026-10-25T02:30:00+02:00"}, // 02:30 is there twice
		{"00:00", "02:30", "2026-10-25T02:10:00+01:00", "2026-10-25T02:30:00+01:00"},
		{"22:00", "08:00", "1960-06-01T23:00:00+01:00", "1960-06-02T08:00:00+01:00"},
		{"02:15", "03:30", "2026-10-25T02:15:00+02:00", "2026-10-25T02:00:00+01:00"}, // set back before it
	} {
		p := survey.MustPolicy(survey.PolicyConfig{Quiet: []survey.Quiet{{From: must(survey.ParseTimeOfDay(tt.from)), To: must(survey.ParseTimeOfDay(tt.to))}}})
		d, err := survey.Decide(p, &survey.History{Ask: ask, Location: berlin}, must(time.Parse(time.RFC3339, tt.now)))
		if err != nil || d.Reason != survey.QuietHours || d.Earliest.Format(time.RFC3339) != tt.want {
			t.Errorf("quiet %s to %s at %s: %s, %v, %v; want %s", tt.from, tt.to, tt.now, d.Earliest.Format(time.RFC3339), d.Reason, err, tt.want)
		}
	}
}

// allowed is Decide by the book, slowly.
func allowed(c survey.PolicyConfig, h *survey.History, now time.Time) bool {
	loc := h.Location
	last := func(rule survey.Gap, same func(survey.Contact) bool) bool {
		var latest [3]time.Time
		for _, k := range h.Contacts {
			if same(k) {
				for i, t := range []time.Time{k.Shown, k.Answered, k.Dismissed} {
					if t.After(latest[i]) {
						latest[i] = t
					}
				}
			}
		}
		for i, s := range []guanxi.Span{rule.Shown, rule.Answered, rule.Dismissed} {
			if !latest[i].IsZero() && now.Before(s.AddTo(latest[i], loc)) {
				return false
			}
		}
		return true
	}
	pick := func(m map[string]survey.Gap, id string) survey.Gap {
		if g, ok := m[id]; ok {
			return g
		}
		return m[survey.Any]
	}
	byChannel, ok := c.Channels[h.Channel]
	if !ok {
		byChannel = c.Channels[survey.Any]
	}
	if !last(c.Overall, func(survey.Contact) bool { return true }) ||
		!last(pick(c.Surveys, h.Survey), func(k survey.Contact) bool { return k.Survey == h.Survey }) ||
		h.Kind != "" && !last(pick(c.Kinds, h.Kind), func(k survey.Contact) bool { return k.Kind == h.Kind }) ||
		!last(byChannel, func(k survey.Contact) bool { return k.Channel == h.Channel }) {
		return false
	}
	if c.Cap.Max > 0 {
		n := 0
		for _, k := range h.Contacts {
			if c.Cap.Year == survey.Calendar && k.Shown.In(loc).Year() == now.In(loc).Year() ||
				c.Cap.Year != survey.Calendar && k.Shown.After(now.Add(-365*24*time.Hour)) {
				n++
			}
		}
		if n >= c.Cap.Max {
			return false
		}
	}
	clock := now.In(loc)
	minute := survey.TimeOfDayAt(clock.Hour(), clock.Minute())
	for _, q := range c.Quiet {
		in := q.From <= minute && minute < q.To
		if q.From > q.To {
			in = minute >= q.From || minute < q.To
		}
		if in && (len(q.Channels) == 0 || slices.Contains(q.Channels, h.Channel)) {
			return false
		}
	}
	return true
}

// At Earliest asking is allowed, a microsecond before it is not, nor at any
// instant from now on until then.
func TestEarliest(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 2026))
	zones := []*time.Location{time.UTC, shanghai, zone("Europe/Berlin"), zone("America/New_York"), zone("Australia/Lord_Howe"),
		zone("America/St_Johns"), zone("Pacific/Apia"), zone("Asia/Kathmandu"), zone("Africa/Casablanca")}
	surveys, kinds := []string{"a", "b"}, []string{"nps", "csat", ""}
	span := func() guanxi.Span {
		switch rng.IntN(4) {
		case 0:
			return guanxi.Span{Months: rng.IntN(8)}
		case 1:
			return guanxi.Span{Days: rng.IntN(60), Time: time.Duration(rng.IntN(1e9)) * time.Microsecond}
		case 2:
			return guanxi.Span{Time: time.Duration(rng.IntN(100)) * time.Hour}
		}
		return guanxi.Span{}
	}
	gap := func() survey.Gap { return survey.Gap{Shown: span(), Answered: span(), Dismissed: span()} }
	clock := func() survey.TimeOfDay { return survey.TimeOfDay(rng.IntN(48) * 30) }
	reasons := map[survey.Reason]int{}
	n := 4000
	if testing.Short() {
		n = 500
	}
	for i := range n {
		c := survey.PolicyConfig{}
		for _, set := range []func(){
			func() { c.Overall = gap() },
			func() { c.Surveys = map[string]survey.Gap{"a": gap(), survey.Any: gap()} },
			func() { c.Kinds = map[string]survey.Gap{"nps": gap()} },
			func() { c.Channels = map[survey.Channel]survey.Gap{survey.Phone: gap(), survey.Any: gap()} },
			func() { c.Cap = survey.Cap{Max: 1 + rng.IntN(4)} },
			func() { c.Cap = survey.Cap{Max: 1 + rng.IntN(4), Year: survey.Calendar} },
			func() { c.Quiet = append(c.Quiet, survey.Quiet{From: clock(), To: clock()}) },
			func() { c.Quiet = append(c.Quiet, survey.Quiet{From: clock(), To: clock()}) },
		} {
			if rng.IntN(3) == 0 {
				set()
			}
		}
		p, err := survey.NewPolicy(c)
		if err != nil {
			continue // quiet all day
		}
		h := &survey.History{Location: zones[rng.IntN(len(zones))],
			Ask: survey.Ask{Survey: surveys[rng.IntN(2)], Kind: kinds[rng.IntN(3)], Channel: survey.Channels()[rng.IntN(4)]}}
		// Now is near a change of the clock half of the time.
		now := time.Date(2025+rng.IntN(2), 1, 1+rng.IntN(365), 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.Int64N(24*3600e6)) * time.Microsecond)
		if _, change := now.In(h.Location).ZoneBounds(); rng.IntN(2) == 0 && !change.IsZero() {
			now = change.Add(time.Duration(rng.Int64N(48*3600e6)-24*3600e6) * time.Microsecond)
		}
		for range rng.IntN(6) {
			k := survey.Contact{Survey: surveys[rng.IntN(2)], Kind: kinds[rng.IntN(3)], Channel: survey.Channels()[rng.IntN(4)]}
			for _, e := range []*time.Time{&k.Shown, &k.Answered, &k.Dismissed} {
				if rng.IntN(3) > 0 {
					*e = now.Add(-time.Duration(rng.Int64N(500*24*3600e6)) * time.Microsecond)
				}
			}
			h.Contacts = append(h.Contacts, k)
		}
		decide := func(t_ time.Time) survey.Decision {
			d, err := survey.Decide(p, h, t_)
			if err != nil {
				t.Fatal(err)
			}
			if want := allowed(c, h, t_); d.Allow != want {
				js, _ := json.Marshal(c)
				t.Fatalf("run %d: at %v allowed %v, by the book %v\n%s\n%+v", i, t_, d.Allow, want, js, h)
			}
			return d
		}
		d := decide(now)
		reasons[d.Reason]++
		switch {
		case d.Allow != d.Earliest.Equal(now):
			t.Fatalf("run %d: %+v now %v", i, d, now)
		case !decide(d.Earliest).Allow:
			t.Fatalf("run %d: not allowed at %v", i, d.Earliest)
		case d.Allow:
			continue
		case decide(d.Earliest.Add(-time.Microsecond)).Allow:
			t.Fatalf("run %d: allowed before %v", i, d.Earliest)
		}
		for range 20 {
			between := now.Add(time.Duration(rng.Int64N(max(d.Earliest.Sub(now).Microseconds(), 1))) * time.Microsecond)
			mid := decide(between)
			if mid.Allow || !mid.Earliest.Equal(d.Earliest) {
				t.Fatalf("run %d: at %v, before %v: %+v", i, between, d.Earliest, mid)
			}
		}
	}
	for _, r := range []survey.Reason{survey.None, survey.GapSurvey, survey.GapKind, survey.GapChannel, survey.GapOverall, survey.Capped, survey.QuietHours} {
		if reasons[r] < n/200 {
			t.Errorf("%q came up %d times in %d", r, reasons[r], n)
		}
	}
}

func TestDecideFaults(t *testing.T) {
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	p := survey.MustPolicy(survey.PolicyConfig{})
	h := &survey.History{Ask: survey.Ask{Channel: "fax"}, Contacts: []survey.Contact{
		{Shown: now},
		{Shown: now.Add(time.Microsecond), Answered: now.Add(-time.Hour), Dismissed: now.AddDate(9000, 0, 0)},
		{Answered: now.AddDate(1, 0, 0), Shown: time.Time{}.Add(-1)},
	}}
	d, err := survey.Decide(p, h, now)
	wantFaults(t, err, fault{"/survey", survey.ErrID}, fault{"/channel", survey.ErrOption},
		fault{"/contacts/1/shown", survey.ErrFuture}, fault{"/contacts/1/dismissed", survey.ErrTime},
		fault{"/contacts/2/shown", survey.ErrTime}, fault{"/contacts/2/answered", survey.ErrFuture})
	h.Ask = survey.Ask{Survey: "a", Channel: survey.Paper}
	_, err = survey.Decide(p, h, now)
	wantFaults(t, err, fault{"/contacts/1/shown", survey.ErrFuture}, fault{"/contacts/1/dismissed", survey.ErrTime},
		fault{"/contacts/2/shown", survey.ErrTime}, fault{"/contacts/2/answered", survey.ErrFuture})
	h.Contacts = h.Contacts[:1]
	for _, bad := range []time.Time{{}, now.AddDate(9000, 0, 0), now.AddDate(-3000, 0, 0)} {
		_, err = survey.Decide(p, h, bad)
		wantFaults(t, err, fault{"/now", survey.ErrTime})
	}
	if d != (survey.Decision{}) {
		t.Errorf("%+v", d)
	}
	if d, err := survey.Decide(p, h, now.Add(500*time.Nanosecond)); err != nil || !d.Allow || !d.Earliest.Equal(now) {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestPolicyFaults(t *testing.T) {
	long := survey.Gap{Answered: guanxi.Span{Months: 1201}, Shown: guanxi.Span{Days: -1}}
	many := make([]survey.Quiet, 17)
	for _, tt := range []struct {
		name string
		c    survey.PolicyConfig
		want []fault
	}{
		{"gaps", survey.PolicyConfig{Overall: long, Surveys: map[string]survey.Gap{"": {}, survey.Any: {}, "b": long}, Kinds: map[string]survey.Gap{"x y": {}},
			Channels: map[survey.Channel]survey.Gap{"fax": {}, survey.Any: {}, survey.Phone: {Dismissed: guanxi.Span{Months: 1 << 30}}}}, []fault{
			{"/overall/shown", guanxi.ErrSpan}, {"/overall/answered", survey.ErrOption}, {"/surveys/", survey.ErrID},
			{"/surveys/b/shown", guanxi.ErrSpan}, {"/surveys/b/answered", survey.ErrOption}, {"/kinds/x y", survey.ErrID}, {"/channels/fax", survey.ErrOption}, {"/channels/phone/dismissed", survey.ErrOption},
		}},
		{"cap", survey.PolicyConfig{Cap: survey.Cap{Max: 367, Year: "lunar"}}, []fault{{"/cap/max", survey.ErrOption}, {"/cap/year", survey.ErrOption}}},
		{"quiet", survey.PolicyConfig{Quiet: []survey.Quiet{{From: 60, To: 60}, {From: -1, To: 1440, Channels: []survey.Channel{"fax"}}}}, []fault{
			{"/quiet/0", survey.ErrOption}, {"/quiet/1/from", survey.ErrOption}, {"/quiet/1/to", survey.ErrOption}, {"/quiet/1/channels/0", survey.ErrOption},
		}},
		{"quiet all day", survey.PolicyConfig{Quiet: []survey.Quiet{{From: 0, To: 720}, {From: 700, To: 0, Channels: []survey.Channel{survey.Phone}}}}, []fault{{"/quiet", survey.ErrOption}}},
		{"quiet too often", survey.PolicyConfig{Quiet: many}, []fault{{"/quiet", survey.ErrOption}}},
		{"samples", survey.PolicyConfig{Samples: map[string]float64{"a": nan(), "b": -0.1, "c": 1.1, "d": 1, survey.Any: 0, "": 1}}, []fault{
			{"/samples/", survey.ErrID}, {"/samples/a", survey.ErrOption}, {"/samples/b", survey.ErrOption}, {"/samples/c", survey.ErrOption},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := survey.NewPolicy(tt.c)
			wantFaults(t, err, tt.want...)
		})
	}
}

func nan() float64 { zero := 0.0; return zero / zero }

func TestPolicyJSON(t *testing.T) {
	data, err := json.Marshal(everyRule())
	if err != nil {
		t.Fatal(err)
	}
	var back survey.PolicyConfig
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(back); string(again) != string(data) {
		t.Errorf("read back:\n%s\nwritten:\n%s", again, data)
	}
	err = back.UnmarshalJSON([]byte(`{"overal":{},"overall":{"shown":"30 days"},"quiet":[{"from":"9:00","to":"24:00"}],"cap":{"max":1.5}}`))
	wantFaults(t, err, fault{"/overal", guanxi.ErrUnknownField}, fault{"/overall/shown", guanxi.ErrSpan},
		fault{"/quiet/0/from", survey.ErrOption}, fault{"/quiet/0/to", survey.ErrOption}, fault{"/cap/max", guanxi.ErrType})
	wantFaults(t, back.UnmarshalJSON([]byte(`{"cap":{"max":-1}}`)), fault{"/cap/max", survey.ErrOption})
	if len(back.Quiet) != 2 {
		t.Errorf("changed by a faulty document: %+v", back)
	}
	if _, err := json.Marshal(survey.TimeOfDay(1440)); !errors.Is(err, survey.ErrOption) {
		t.Error(err)
	}
}

func TestSampled(t *testing.T) {
	// The hash never changes. These were computed in Python by the recipe in
	// Sampled's comment.
	for _, g := range goldenSamples {
		if survey.Sampled(g.customer, g.wave, g.share) == survey.Sampled(g.customer, g.wave, g.above) {
			t.Errorf("%q in wave %q: the hash is not between %v and %v", g.customer, g.wave, g.share, g.above)
		}
	}
	const n = 20000
	in, both, tenths := 0, 0, [10]int{}
	for i := range n {
		p := fmt.Sprint("customer-", i)
		a, b := survey.Sampled(p, "2026-Q1", 0.25), survey.Sampled(p, "2026-Q2", 0.25)
		if a {
			in++
		}
		if a && b {
			both++
		}
		if a && !survey.Sampled(p, "2026-Q1", 0.3) {
			t.Fatalf("%s is in a quarter and not in 30 %%", p)
		}
		for k := range tenths {
			if survey.Sampled(p, "2026-Q1", float64(k+1)/10) {
				tenths[k]++
				break
			}
		}
		if survey.Sampled(p, "w", 0) || !survey.Sampled(p, "w", 1) || survey.Sampled(p, "w", nan()) || survey.Sampled(p, "w", -1) || !survey.Sampled(p, "w", 2) {
			t.Fatal(p)
		}
	}
	// Five standard errors: 306 of 5000, 171 of 1250; chi-squared on 9 degrees of freedom below 1 in a million.
	if in < 4694 || in > 5306 || both < 1079 || both > 1421 {
		t.Errorf("%d of %d in a quarter, %d in both waves", in, n, both)
	}
	chi := 0.0
	for _, k := range tenths {
		chi += float64((k-n/10)*(k-n/10)) / (n / 10)
	}
	if chi > 45 {
		t.Errorf("chi-squared %v: %v", chi, tenths)
	}
}

// goldenSamples holds, for each hash, the share that just leaves it out and the
// one that just takes it in.
var goldenSamples = []struct {
	customer, wave string
	share, above   float64
}{
	{"", "", 6509561325161182.0 / (1 << 53), 6509561325161183.0 / (1 << 53)},
	{"customer-1", "2026-Q1", 5146916950106555.0 / (1 << 53), 5146916950106556.0 / (1 << 53)},
	{"张三", "2026-第一季度", 1325256856795930.0 / (1 << 53), 1325256856795931.0 / (1 << 53)},
	{"18f3a0d2-7c4b-4b0e-9a51-6f7d2c1e0b9a", "w", 6806241341716805.0 / (1 << 53), 6806241341716806.0 / (1 << 53)},
}
