package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func sniff(texts ...string) *dateSniffer {
	var s dateSniffer
	for i, text := range texts {
		s.see(i+2, text)
	}
	return &s
}

func TestDayFirst(t *testing.T) {
	many := func(n int, text string, more ...string) []string {
		for range n {
			more = append(more, text)
		}
		return more
	}
	for _, tt := range []struct {
		name  string
		dates []string
		first bool
		fault string
	}{
		{"year first", []string{"2024-03-04", "2024/5/6"}, false, ""},
		{"a day above 12", []string{"03/04/2024", "13/04/2024"}, true, ""},
		{"a month before it", []string{"03/04/2024", "04/13/2024"}, false, ""},
		{"day equals month", []string{"05/05/2024", "6.6.2024"}, false, ""},
		{"none tells", []string{"03/04/2024"}, false, "2/1/2006 or -date-format 1/2/2006"},
		{"none tells, with points", []string{"03.04.2024"}, false, "2.1.2006 or"},
		{"none tells, with times", []string{"03/04/2024 10:20"}, false, `"2/1/2006 15:04" or`},
		{"none tells, half past", []string{"03/04/2024 1:20 pm"}, false, `"2/1/2006 3:04 PM" or`},
		{"both tell", []string{"13/04/2024", "04/13/2024"}, false, "has the day first"},
		{"nonsense does not tell", []string{"03/04/2024", "31/31/2024", "30/02/2024"}, false, "can be day/month"},
		{"one of a hundred tells", many(100, "03/04/2024", "13/04/2024"), true, ""},
		{"one of more than a hundred may be a slip", many(101, "03/04/2024", "13/04/2024"), false, "only 1 tell"},
		{"no dates", []string{"", ""}, false, ""},
		{"unknown dates", []string{"", "x", "yesterday"}, false, `"x" on line 3`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			first, err := sniff(tt.dates...).dayFirst()
			switch {
			case tt.fault == "" && err != nil:
				t.Errorf("%v", err)
			case tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault)):
				t.Errorf("%v, want %q in it", err, tt.fault)
			case err == nil && first != tt.first:
				t.Errorf("day first: %v", first)
			}
		})
	}
}

// The layouts that an ambiguous file is answered with do read it.
func TestSuggestedLayouts(t *testing.T) {
	for _, clock := range []string{"", " 10:20", " 10:20:30", " 1:20 PM", ", 10:20", "T10:20:30Z"} {
		for _, sep := range []string{"/", ".", "-"} {
			text := "03" + sep + "04" + sep + "2024" + clock
			layout := strings.Trim(layoutFor(text, "2", "1"), `"`)
			d, err := newDateReader(time.UTC, layout, nil)
			if err != nil || !isLayout(layout) {
				t.Fatalf("%q: %v", layout, err)
			}
			if got, err := d.parse(text); err != nil || got.Format(time.DateOnly) != "2024-04-03" {
				t.Errorf("%q by %q: %v, %v", text, layout, got, err)
			}
		}
	}
}

func TestParseDate(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"2024-02-29", "2024-02-29T00:00:00Z"},
		{"2024-2-9 7:05", "2024-02-09T07:05:00Z"},
		{"2024.02.09 07:05:06.789", "2024-02-09T07:05:06.789Z"},
		{"2024-02-09T07:05:06+08:00", "2024-02-08T23:05:06Z"},
		{"2024-02-09 07:05:06 +0800", "2024-02-08T23:05:06Z"},
		{"2024-02-09t07:05", ""},
		{"2024-02-09 07:05 GMT", "2024-02-09T07:05:00Z"},
		{"02/09/2024 11:05 pm", "2024-02-09T23:05:00Z"},
		{"9 February 2024", "2024-02-09T00:00:00Z"},
		{"feb 9, 2024, 10:00", "2024-02-09T10:00:00Z"},
		{"2024-Feb-09", "2024-02-09T00:00:00Z"},
		{"20240209", "2024-02-09T00:00:00Z"},
		{"2024年2月9日", "2024-02-09T00:00:00Z"},
		{"", ""}, {"2024", ""}, {"2024-02", ""}, {"2024-02-30", ""}, {"2024-13-01", ""}, {"0000-01-01", ""},
		{"24-02-09", ""}, {"2024-02-09-1", ""}, {"2024-02-09 24:00", ""}, {"2024-02-09 7:5", ""}, {"45296", ""},
		{"2024022", ""}, {"+2024-02-09", ""}, {"Feb Feb 2024", ""}, {":", ""}, {"2024-02-09 :", ""}, {"2024-02-2024", ""},
	} {
		d := dateReader{loc: time.UTC}
		got, err := d.parse(tt.in)
		text := ""
		if err == nil {
			text = got.UTC().Format(time.RFC3339Nano)
		}
		if text != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, text, tt.want)
		}
	}
}

// A day begins after midnight where the clock jumps over it.
func TestMidnight(t *testing.T) {
	loc, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	want := "2018-11-04T01:00:00-02:00"
	if got := midnight(2018, time.November, 4, loc).Format(time.RFC3339); got != want {
		t.Errorf("midnight: %s", got)
	}
	for _, layout := range []string{"", "02/01/2006"} {
		d := dateReader{loc: loc, layout: layout, dateOnly: true, dayFirst: true}
		if got, err := d.parse("04/11/2018"); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q: %v, %v", layout, got, err)
		}
	}
	if got := dateText(midnight(2018, time.November, 4, loc), loc); got != "2018-11-04" {
		t.Errorf("text: %s", got)
	}
}

func TestIsLayout(t *testing.T) {
	for layout, want := range map[string]bool{
		"02/01/2006": true, "2.1.06": true, "Jan 2, 2006 15:04": true, time.RFC3339: true,
		"": false, "DD/MM/YYYY": false, "01/2006": false, "15:04": false, "2006-01": false,
	} {
		if isLayout(layout) != want {
			t.Errorf("%q: %v", layout, !want)
		}
	}
}

// No text makes the readers panic, and what they read is a day that exists.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"2024-01-31", "31/01/2024 10:20", "Jan 31, 2024", "2024年1月31日", "20240131", ":::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sn := sniff(s)
		first, err := sn.dayFirst()
		if err != nil {
			return
		}
		d := dateReader{loc: time.UTC, dayFirst: first}
		if got, err := d.parse(s); err == nil && (got.Year() < 0 || got.Year() > 10_000) {
			t.Errorf("%q: %v", s, got)
		}
		_ = fmt.Sprint(layoutFor(s, "2", "1"))
	})
}
