package lifecycle_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
)

func TestCalendarConfigFaults(t *testing.T) {
	const bad = `{
		"zone": "Mars/Olympus",
		"week": {
			"monday": [{"from":"09:00","to":"12:00"},{"from":"11:59","to":"18:00"},{"from":"24:00","to":"01:00"}],
			"tuesday": [{"from":"09:00","to":"09:00"}]
		},
		"holidays": [{"date":"2025-10-01","days":8},{"date":"2025-10-08"},{"date":"2026-01-01","days":367}],
		"extra": [{"date":"2025-10-05","hours":[{"from":"09:00","to":"17:00"}]},{"date":"2025-10-11","hours":[]}]
	}`
	var c lifecycle.CalendarConfig
	err := json.Unmarshal([]byte(bad), &c)
	var got []string
	for fe := range guanxi.Faults(err) {
		got = append(got, fe.Pointer)
	}
	want := []string{"/zone", "/week/monday/1", "/week/monday/2/from", "/week/tuesday/0", "/holidays/1/date", "/holidays/2/days", "/extra/0/date", "/extra/1/hours"}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q\n%v", got, want, err)
	}
	for _, s := range []error{lifecycle.ErrCalendarZone, lifecycle.ErrCalendarOverlap, lifecycle.ErrCalendarHours, lifecycle.ErrCalendarCount} {
		if !errors.Is(err, s) {
			t.Errorf("no %v", s)
		}
	}
	if c.Zone != "" {
		t.Error("changed on error")
	}
	for _, tt := range []struct {
		name, doc, at string
		err           error
	}{
		{"unknown field", `{"week":{},"hours":[]}`, "/hours", guanxi.ErrUnknownField},
		{"no hours", `{"week":{}}`, "/week", lifecycle.ErrCalendarEmpty},
		{"local", `{"zone":"Local","week":{"monday":[{"from":"09:00","to":"10:00"}]}}`, "/zone", lifecycle.ErrCalendarZone},
		{"path", `{"zone":"../etc/passwd","week":{"monday":[{"from":"09:00","to":"10:00"}]}}`, "/zone", lifecycle.ErrCalendarZone},
		{"time", `{"week":{"monday":[{"from":"9:00","to":"10:00"}]}}`, "/week/monday/0/from", lifecycle.ErrCalendarTime},
		{"24:01", `{"week":{"monday":[{"from":"09:00","to":"24:01"}]}}`, "/week/monday/0/to", lifecycle.ErrCalendarTime},
		{"minute 60", `{"week":{"monday":[{"from":"09:60","to":"24:00"}]}}`, "/week/monday/0/from", lifecycle.ErrCalendarTime},
		{"date", `{"week":{"monday":[{"from":"09:00","to":"10:00"}]},"holidays":[{"date":"2025-02-29"}]}`, "/holidays/0/date", lifecycle.ErrCalendarDate},
		{"year", `{"week":{"monday":[{"from":"09:00","to":"10:00"}]},"holidays":[{"date":"1969-12-31"}]}`, "/holidays/0/date", lifecycle.ErrCalendarDate},
		{"no date", `{"week":{"monday":[{"from":"09:00","to":"10:00"}]},"extra":[{"hours":[{"from":"09:00","to":"10:00"}]}]}`, "/extra/0/date", lifecycle.ErrCalendarDate},
		{"night into day", `{"week":{"sunday":[{"from":"22:00","to":"06:01"}],"monday":[{"from":"06:00","to":"10:00"}]}}`, "/week/monday/0", lifecycle.ErrCalendarOverlap},
		{"two nights", `{"week":{"sunday":[{"from":"22:00","to":"06:00"},{"from":"23:00","to":"24:00"}]}}`, "/week/sunday/1", lifecycle.ErrCalendarOverlap},
	} {
		err := json.Unmarshal([]byte(tt.doc), &c)
		n := 0
		for fe := range guanxi.Faults(err) {
			if n++; fe.Pointer != tt.at || !errors.Is(fe, tt.err) {
				t.Errorf("%s: %v", tt.name, fe)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d faults: %v", tt.name, n, err)
		}
	}
	many := lifecycle.CalendarConfig{Week: officeWeek(), Holidays: make([]lifecycle.Holiday, 100_001), Extra: nil}
	if _, err := lifecycle.NewCalendar(many); !errors.Is(err, lifecycle.ErrCalendarCount) {
		t.Error(err)
	}
	many = lifecycle.CalendarConfig{Week: officeWeek(), Extra: make([]lifecycle.ExtraDay, 100_001)}
	if err := many.Validate(); !errors.Is(err, lifecycle.ErrCalendarCount) {
		t.Error(err)
	}
	wrong := lifecycle.CalendarConfig{Week: lifecycle.Week{Monday: make([]lifecycle.Hours, 49), Friday: []lifecycle.Hours{{From: -1, To: 1441}}}}
	if err := wrong.Validate(); !errors.Is(err, lifecycle.ErrCalendarHours) || !errors.Is(err, lifecycle.ErrCalendarTime) {
		t.Error(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("MustCalendar did not panic")
		}
	}()
	lifecycle.MustCalendar(lifecycle.CalendarConfig{})
}

func TestCalendarConfigJSON(t *testing.T) {
	in := china2025()
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), `{"date":"2025-10-01","days":8,"name":{"en":"National Day and Mid-Autumn Festival","zh":"国庆节、中秋节"}}`) {
		t.Errorf("%s", data)
	}
	var back lifecycle.CalendarConfig
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(back); string(again) != string(data) {
		t.Errorf("%s\n%s", data, again)
	}
	for _, bad := range []any{lifecycle.Date{}, lifecycle.Date{Year: 2025, Month: 13, Day: 1}, lifecycle.TimeOfDay(1441), lifecycle.TimeOfDay(-1)} {
		if _, err := json.Marshal(bad); err == nil {
			t.Errorf("%v was written", bad)
		}
	}
	fixed := lifecycle.MustCalendar(lifecycle.CalendarConfig{Zone: "+08:00", Week: officeWeek()})
	if end, err := fixed.Deadline(time.Date(2025, 3, 3, 0, 0, 0, 0, time.UTC), time.Hour); err != nil || end.Format(time.RFC3339) != "2025-03-03T10:00:00+08:00" {
		t.Error(end, err)
	}
}

func FuzzCalendarConfig(f *testing.F) {
	data, _ := json.Marshal(china2025())
	f.Add(data)
	f.Add([]byte(`{"zone":"Europe/Berlin","week":{"sunday":[{"from":"22:00","to":"06:00"}]},"extra":[{"date":"2025-10-26","hours":[{"from":"23:59","to":"23:58"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var c lifecycle.CalendarConfig
		if err := c.UnmarshalJSON(data); err != nil {
			for range guanxi.Faults(err) {
				return
			}
			t.Fatalf("an error without a place: %v", err)
		}
		cal, err := lifecycle.NewCalendar(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []time.Duration{0, 1, time.Hour, 999 * time.Hour} {
			checkInverse(t, cal, time.Unix(1743210000, 7), d)
		}
		written, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := new(lifecycle.CalendarConfig).UnmarshalJSON(written); err != nil {
			t.Fatalf("%s\n%v", written, err)
		}
	})
}
