package main

import (
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
)

func mustDay(t *testing.T, s string) time.Time {
	t.Helper()
	d, ok := parseDay(s)
	if !ok {
		t.Fatal(s)
	}
	return d
}

func TestParseDate(t *testing.T) {
	for in, want := range map[string]string{
		"2025-12-31": "2025-12-31", "2025-12-31 23:59": "2025-12-31", "2025-12-31 23:59:59.5": "2025-12-31",
		"2025-12-31T23:59:59Z": "2025-12-31", "2025-12-31T00:30:00+14:00": "2025-12-31", "2024-02-29": "2024-02-29",
		"2025-02-29": "", "31/12/2025": "", "20251231": "", "": "", "2025-12-31 25:00": "", "1969-12-31": "", "2200-01-01": "", "9998-01-01": "",
	} {
		got, err := parseDate(in)
		if (err == nil) != (want != "") || err == nil && day(got) != want {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
}

func TestParseAmount(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "12": "12", "-12.50": "-12.5", "+3": "3", ".5": "0.5", "5.": "5", "007": "7", "0.000001": "0.000001", "1.2500000": "1.25",
		"1000000000000": "1000000000000", "-1000000000000": "-1000000000000", "00000000000000000001": "1",
		"": "", "-": "", ".": "", "--1": "", "+-1": "", "1-": "", "1,5": "", "1 000": "", "1e3": "", "0x1": "", "NaN": "", "1.2.3": "", "١": "",
		"0.0000001": "", "1000000000000.01": "", "99999999999999999999": "",
	} {
		got, err := parseAmount(in)
		if (err == nil) != (want != "") || err == nil && got.String() != want {
			t.Errorf("%q: %v, %v; want %q", in, got, err, want)
		}
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"1.5", "-0", "1e9", "999999999999.999999", "+.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseAmount(s)
		if err != nil {
			return
		}
		if d.Exponent() < -maxPlaces || d.Abs().Cmp(largest) > 0 {
			t.Errorf("%q is %v", s, d)
		}
		if again, err := parseAmount(d.String()); err != nil || !again.Equal(d) {
			t.Errorf("%q is %v, and that %v, %v", s, d, again, err)
		}
	})
}

// What a file calls a customer does not steer the terminal.
func TestTame(t *testing.T) {
	if got := layout.Tame("a\x1b[31m\u202eb"); got != "a\uFFFD[31m\uFFFDb" {
		t.Errorf("%q", got)
	}
}
