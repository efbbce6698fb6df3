package survey_test

import (
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps/survey"
)

func TestDecideInputFaults(t *testing.T) {
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	ask := survey.Ask{Survey: "s", Kind: "nps", Channel: survey.Online}
	all := survey.MustPolicy(survey.PolicyConfig{})
	half := survey.MustPolicy(survey.PolicyConfig{Samples: map[string]float64{"s": 0.5}})
	others := survey.MustPolicy(survey.PolicyConfig{Samples: map[string]float64{"s": 1, survey.Any: 0.5}})
	nobody := survey.MustPolicy(survey.PolicyConfig{Samples: map[string]float64{survey.Any: 0}})
	for _, tt := range []struct {
		name   string
		p      *survey.Policy
		change func(h *survey.History)
		want   []fault
	}{
		{"sound", all, func(*survey.History) {}, nil},
		{"opted out of what", all, func(h *survey.History) { h.OptedOutOf = []survey.Channel{"onlin"} }, []fault{{"/opted_out_of/0", survey.ErrOption}}},
		{"opted out anyway", all, func(h *survey.History) {
			h.OptedOut, h.OptedOutOf = true, []survey.Channel{survey.Online, "", survey.Phone, "fax"}
		}, []fault{{"/opted_out_of/1", survey.ErrOption}, {"/opted_out_of/3", survey.ErrOption}}},
		{"asked by what", all, func(h *survey.History) {
			h.Contacts = []survey.Contact{{Shown: now, Channel: survey.Phone}, {Shown: now}, {Shown: now, Channel: "onlin"}}
		}, []fault{{"/contacts/2/channel", survey.ErrOption}}},
		{"broken ids", all, func(h *survey.History) { h.Survey, h.Kind = "s\xff", "\xffn" }, []fault{{"/survey", survey.ErrUTF8}, {"/kind", survey.ErrUTF8}}},
		{"a broken kind", all, func(h *survey.History) { h.Kind = "\xffn" }, []fault{{"/kind", survey.ErrUTF8}}},
		{"a sample of nobodies", half, func(*survey.History) {}, []fault{{"/customer", survey.ErrID}}},
		{"not of this survey", others, func(*survey.History) {}, nil},
		{"but of the others", others, func(h *survey.History) { h.Survey = "t" }, []fault{{"/customer", survey.ErrID}}},
		{"nobody is drawn", nobody, func(*survey.History) {}, nil},
		{"all at once", half, func(h *survey.History) {
			h.OptedOutOf, h.Contacts = []survey.Channel{"fax"}, []survey.Contact{{Channel: "fax", Shown: now.Add(time.Hour)}}
		}, []fault{{"/customer", survey.ErrID}, {"/opted_out_of/0", survey.ErrOption}, {"/contacts/0/channel", survey.ErrOption}, {"/contacts/0/shown", survey.ErrFuture}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := &survey.History{Ask: ask}
			tt.change(h)
			d, err := survey.Decide(tt.p, h, now)
			wantFaults(t, err, tt.want...)
			if err != nil && d != (survey.Decision{}) {
				t.Errorf("%+v beside %v", d, err)
			}
		})
	}
}

// A contact of no recorded channel has no gap by channel, and all others.
func TestContactWithoutChannel(t *testing.T) {
	gap := survey.Gap{Shown: guanxi.MustParseSpan("P30D")}
	h := &survey.History{Ask: survey.Ask{Survey: "s", Channel: survey.Online}, Contacts: []survey.Contact{{Survey: "t", Shown: noon.Add(-time.Hour)}}}
	for _, tt := range []struct {
		c    survey.PolicyConfig
		want survey.Reason
	}{
		{survey.PolicyConfig{Channels: map[survey.Channel]survey.Gap{survey.Any: gap}}, survey.None},
		{survey.PolicyConfig{Overall: gap}, survey.GapOverall},
		{survey.PolicyConfig{Cap: survey.Cap{Max: 1}}, survey.Capped},
	} {
		if d, err := survey.Decide(survey.MustPolicy(tt.c), h, noon); err != nil || d.Reason != tt.want {
			t.Errorf("%+v, %v; want %q", d, err, tt.want)
		}
	}
}

func TestZeroPolicy(t *testing.T) {
	d, err := survey.Decide(new(survey.Policy), &survey.History{Ask: survey.Ask{Survey: "s", Channel: survey.Online}}, noon)
	if err != nil || d != (survey.Decision{Reason: survey.NotSampled}) {
		t.Errorf("%+v, %v", d, err)
	}
}

// Where the clock skips midnight, the day and the year begin with the jump.
// Nothing is lost where the zone's table ends.
func TestNoMidnight(t *testing.T) {
	lima, saoPaulo, newYork := zone("America/Lima"), zone("America/Sao_Paulo"), zone("America/New_York")
	ask := survey.Ask{Survey: "s", Channel: survey.Online}
	instant := func(s string) time.Time { return must(time.Parse(time.RFC3339, s)) }
	yearly := survey.PolicyConfig{Cap: survey.Cap{Max: 1, Year: survey.Calendar}}
	quiet := func(from, to string) survey.PolicyConfig {
		return survey.PolicyConfig{Quiet: []survey.Quiet{{From: must(survey.ParseTimeOfDay(from)), To: must(survey.ParseTimeOfDay(to))}}}
	}
	for _, tt := range []struct {
		name       string
		c          survey.PolicyConfig
		zone       *time.Location
		shown, now string
		reason     survey.Reason
		earliest   string
	}{
		{"the cap lasts to the end of the year", yearly, lima, "1989-06-01T12:00:00-05:00", "1989-12-31T23:30:00-05:00", survey.Capped, "1990-01-01T01:00:00-04:00"},
		{"the last hour is not of the new year", yearly, lima, "1989-12-31T23:30:00-05:00", "1990-01-01T01:00:00-04:00", survey.None, "1990-01-01T01:00:00-04:00"},
		{"the first instant is", yearly, lima, "1990-01-01T01:00:00-04:00", "1990-06-01T12:00:00-05:00", survey.Capped, "1991-01-01T00:00:00-05:00"},
		{"quiet to midnight", quiet("21:00", "00:00"), saoPaulo, "", "2018-11-03T22:00:00-03:00", survey.QuietHours, "2018-11-04T01:00:00-02:00"},
		{"quiet over midnight", quiet("21:00", "00:30"), saoPaulo, "", "2018-11-03T22:00:00-03:00", survey.QuietHours, "2018-11-04T01:00:00-02:00"},
		{"quiet over the jump", quiet("21:00", "08:00"), saoPaulo, "", "2018-11-03T22:00:00-03:00", survey.QuietHours, "2018-11-04T08:00:00-02:00"},
		{"quiet from midnight", quiet("00:00", "06:00"), saoPaulo, "", "2018-11-04T01:00:00-02:00", survey.QuietHours, "2018-11-04T06:00:00-02:00"},
		// The last day of a leap year beyond the zone's table, where time.Time.ZoneBounds
		// of Go 1.26 ends before it begins.
		{"quiet at the end of 2040", quiet("21:00", "08:00"), newYork, "", "2040-12-31T22:00:00-05:00", survey.QuietHours, "2041-01-01T08:00:00-05:00"},
		{"the cap of 2040", yearly, newYork, "2040-06-01T12:00:00-04:00", "2040-12-31T22:00:00-05:00", survey.Capped, "2041-01-01T00:00:00-05:00"},
		{"not yet quiet", quiet("00:00", "06:00"), saoPaulo, "", "2018-11-03T23:59:59-03:00", survey.None, "2018-11-03T23:59:59-03:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := &survey.History{Ask: ask, Location: tt.zone}
			if tt.shown != "" {
				h.Contacts = []survey.Contact{{Survey: "s", Shown: instant(tt.shown)}}
			}
			d, err := survey.Decide(survey.MustPolicy(tt.c), h, instant(tt.now))
			if err != nil || d.Reason != tt.reason || d.Earliest.Format(time.RFC3339) != tt.earliest {
				t.Errorf("%+v, %v; want %q until %s", d, err, tt.reason, tt.earliest)
			}
		})
	}
}

// A cap that is met or exceeded, at a distance or at the same instant.
func TestCapExceeded(t *testing.T) {
	const year = 365 * 24 * time.Hour
	days := []int{400, 300, 200, 200, 100, 10}
	h := &survey.History{Ask: survey.Ask{Survey: "s", Channel: survey.Online}}
	for _, d := range days {
		h.Contacts = append(h.Contacts, survey.Contact{Survey: "s", Shown: noon.AddDate(0, 0, -d)})
	}
	for most, last := range map[int]int{1: 10, 2: 100, 3: 200, 4: 200, 5: 300} {
		d, err := survey.Decide(survey.MustPolicy(survey.PolicyConfig{Cap: survey.Cap{Max: most}}), h, noon)
		if want := noon.AddDate(0, 0, -last).Add(year); err != nil || d.Reason != survey.Capped || !d.Earliest.Equal(want) {
			t.Errorf("cap %d: %+v, %v; want until %v", most, d, err, want)
		}
	}
}
