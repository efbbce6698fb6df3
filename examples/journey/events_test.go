package main

import (
	"strings"
	"testing"
	"time"
)

// Late, duplicate, later and unforeseen events are counted, and do what they do in
// their own order.
func TestEventsCounted(t *testing.T) {
	file := csvEvents(t, "at;customer;x;event\n"+
		"2025-01-10;A;;order\n"+ // the second, received first
		"2025-01-05;A;;contact\n"+ // late: the beginning
		"2025-01-05T00:00:00Z;A;;contact\n"+ // the same again
		"2025-01-20;A;;order\n"+
		"2025-01-21;A;;contact\n"+ // not foreseen in experience
		"2025-01-22;A;;order\n"+ // the third: loyal
		"2025-02-03;A;;order\n"+ // as of the 3rd, left out
		"2025-02-04;B;;order\n")
	code, stdout, stderr := journeyed("-events", file, "-model", "journey", "-as-of", "2025-02-03")
	if code != 0 || stderr != "" {
		t.Fatal(code, stderr)
	}
	for _, want := range []string{
		"Customers: 1. Events received: 8.", "Late: 1, of 1 customers", "Duplicate: 1,", "At or after the end: 2,",
		"Not foreseen in the customer's stage: 1,", "    contact in Experience: 1\n",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	r := runJSON(t, "nobody was in one of the stages", "-events", file, "-model", "journey", "-as-of", "2025-02-03")
	if r.Stages["loyalty"] != 1 || len(r.Stages) != 7 {
		t.Errorf("%v", r.Stages)
	}
}

// The first order makes a new customer; in the other models the first event is
// applied.
func TestFirstEvent(t *testing.T) {
	file := csvEvents(t, "customer,event,at\nA,order,2025-01-05\n")
	for model, want := range map[string]string{"shop": "new", "journey": "experience", "development": "settling"} {
		if r := runJSON(t, "no whole month", "-events", file, "-model", model); r.Stages[want] != 1 {
			t.Errorf("%s: %v", model, r.Stages)
		}
	}
}

// What a file calls a customer does not steer the terminal.
func TestTamed(t *testing.T) {
	file := csvEvents(t, "customer,event,at\nA\u202eB,order,2025-01-02\nC,order,2025-01-06\n")
	if _, stdout, _ := journeyed("-events", file); strings.Contains(stdout, "\u202e") || !strings.Contains(stdout, "A\uFFFDB") {
		t.Error(stdout)
	}
}

func TestParseTime(t *testing.T) {
	shanghai, saoPaulo := zone(t, "Asia/Shanghai"), zone(t, "America/Sao_Paulo")
	for _, tt := range []struct {
		in   string
		loc  *time.Location
		want string // in UTC; "" is refused
	}{
		{"2025-12-31", time.UTC, "2025-12-31T00:00:00Z"},
		{"2025-12-31", shanghai, "2025-12-30T16:00:00Z"},
		{"2018-11-04", saoPaulo, "2018-11-04T03:00:00Z"}, // midnight is skipped there
		{"2025/1/2 9:05", shanghai, "2025-01-02T01:05:00Z"},
		{"2025年1月2日", time.UTC, "2025-01-02T00:00:00Z"},
		{"2025-01-02T09:05:06+08:00", time.UTC, "2025-01-02T01:05:06Z"},
		{"2025-01-02T09:05:06.5Z", shanghai, "2025-01-02T09:05:06.5Z"},
		{"2025-01-02 09:05:06 +0800", time.UTC, "2025-01-02T01:05:06Z"},
		{"1970-01-01", time.UTC, "1970-01-01T00:00:00Z"},
		{"1970-01-01", shanghai, ""}, {"2200-01-01", time.UTC, ""}, {"2025-13-01", time.UTC, ""}, {"2025-02-29", time.UTC, ""},
		{"2025-01-02 25:00", time.UTC, ""}, {"01/02/2025", time.UTC, ""}, {"now", time.UTC, ""}, {"", time.UTC, ""}, {"1735689600", time.UTC, ""},
	} {
		r := timeReader{loc: tt.loc}
		for range 2 { // the second time by the layout that fitted
			got, err := r.parse(tt.in)
			if (err == nil) != (tt.want != "") || err == nil && got.UTC().Format(time.RFC3339Nano) != tt.want {
				t.Errorf("%q in %v: %v, %v; want %q", tt.in, tt.loc, got, err, tt.want)
			}
		}
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Skip(err)
	}
	return loc
}
