package civil

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func TestZone(t *testing.T) {
	at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		loc  *time.Location
		name string
	}{
		{time.UTC, "UTC"},
		{time.FixedZone("", 0), "UTC"},
		{time.FixedZone("CST", 8*3600), "+08:00"},
		{time.FixedZone("", -3*3600-1800), "-03:30"},
		{time.FixedZone("", 5*3600+45*60+30), "+05:45:30"},
		{load(t, "Asia/Shanghai"), "Asia/Shanghai"},
		{load(t, "America/New_York"), "America/New_York"},
		{load(t, "Etc/GMT+8"), "-08:00"},
	} {
		name, ok := ZoneName(tt.loc)
		if name != tt.name || !ok {
			t.Errorf("%v: %q, %v; want %q", tt.loc, name, ok, tt.name)
			continue
		}
		back, ok := ParseZone(name)
		if !ok {
			t.Errorf("%q is not read back", name)
			continue
		}
		if got, want := at.In(back).Format("2006-01-02 15:04:05"), at.In(tt.loc).Format("2006-01-02 15:04:05"); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
	for _, name := range []string{"", "Local", "Mars/Olympus", "+8", "+25:00", "08:00", "../etc/passwd", "+08:00 "} {
		if loc, ok := ParseZone(name); ok {
			t.Errorf("%q was read as %v", name, loc)
		}
	}
	// Local is another zone on another machine, even where it is UTC.
	// Half a minute west has no text in package time: it would be "+00:00:-30".
	for _, loc := range []*time.Location{time.Local, time.FixedZone("", 100*3600), time.FixedZone("", -26*3600), time.FixedZone("", -30)} {
		if name, ok := ZoneName(loc); ok {
			t.Errorf("a zone that is not read back was named %q", name)
		}
	}
}

var errRefused = errors.New("refused")

type refusal struct{}

func (refusal) Refused() error { return errRefused }

func TestZoneText(t *testing.T) {
	type zone = ZoneText[refusal]
	type config struct {
		Location zone `json:"location,omitzero"`
	}
	for text, want := range map[string]string{
		`{}`:                           `{}`,
		`{"location":""}`:              `{}`,
		`{"location":null}`:            `{}`,
		`{"location":"UTC"}`:           `{"location":"UTC"}`,
		`{"location":"+08:00"}`:        `{"location":"+08:00"}`,
		`{"location":"Asia/Shanghai"}`: `{"location":"Asia/Shanghai"}`,
	} {
		var c config
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got, err := json.Marshal(c); err != nil || string(got) != want {
			t.Errorf("%s comes back as %s, %v", text, got, err)
		}
	}
	before := load(t, "Asia/Shanghai")
	z := zone{before}
	if err := z.UnmarshalText([]byte("Mars/Olympus")); !errors.Is(err, errRefused) || z.Loc != before {
		t.Errorf("Mars is %v, %v", z.Loc, err)
	}
	if _, err := (zone{time.Local}).MarshalText(); !errors.Is(err, errRefused) {
		t.Errorf("Local is written: %v", err)
	}
	for _, loc := range []*time.Location{nil, time.UTC, before} {
		if err := CheckZone(loc, errRefused); err != nil {
			t.Errorf("%v: %v", loc, err)
		}
	}
	if err := CheckZone(time.Local, errRefused); !errors.Is(err, errRefused) {
		t.Errorf("Local is taken: %v", err)
	}
}

func load(t *testing.T, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}
