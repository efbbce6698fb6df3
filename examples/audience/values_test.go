package main

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

func TestDecimals(t *testing.T) {
	for _, tt := range []struct {
		in    string
		scale int
		want  int64
	}{
		{"0", 2, 0}, {"-0", 2, 0}, {"1", 0, 1}, {"1", 2, 100}, {"1.5", 2, 150}, {"1.50", 2, 150}, {"1.500", 2, 150}, {"+1.05", 2, 105}, {"-1.05", 2, -105},
		{".5", 2, 50}, {"007", 0, 7}, {"1.000000000000000000000", 0, 1}, {"92233720368547758.07", 2, math.MaxInt64}, {"9", 18, 9e18}, {"0.000000000000000001", 18, 1},
	} {
		if got, err := parseDecimal(tt.in, tt.scale); err != nil || got != tt.want {
			t.Errorf("%q of %d places: %d, %v", tt.in, tt.scale, got, err)
		}
	}
	for in, want := range map[string]error{
		"": errDecimal, "-": errDecimal, ".": errDecimal, "1.": errDecimal, "1e2": errDecimal, "1,5": errDecimal, "+-1": errDecimal, "NaN": errDecimal, "١": errDecimal,
		"92233720368547758.08": errDecimal, "1.x": errDecimal, "1.00x": errDecimal, "1.001": excessError{2}, "1.001x": errDecimal,
	} {
		if got, err := parseDecimal(in, 2); !errors.Is(err, want) {
			t.Errorf("%q: %d, %v, want %v", in, got, err, want)
		}
	}
}

func TestWholeNumbers(t *testing.T) {
	for in, want := range map[string]int64{"0": 0, "-7": -7, "25.0": 25, "25.": 25, "9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64} {
		if got, err := parseWhole(in); err != nil || got != want {
			t.Errorf("%q: %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"25.01", "1e3", "0x1", "1_000", "", ".0", "9223372036854775808"} {
		if got, err := parseWhole(in); err == nil {
			t.Errorf("%q: %d", in, got)
		}
	}
}

func TestInstants(t *testing.T) {
	loc := time.FixedZone("", 8*3600)
	for in, want := range map[string]string{
		"2026-03-01":                    "2026-03-01T00:00:00+08:00",
		"2026-03-01 10:20":              "2026-03-01T10:20:00+08:00",
		"2026-03-01T10:20:30":           "2026-03-01T10:20:30+08:00",
		"2026-03-01 10:20:30.5":         "2026-03-01T10:20:30.5+08:00",
		"2026-03-01T10:20:30.1234567Z":  "2026-03-01T10:20:30.123456Z",
		"2026-03-01 10:20:30-05:00":     "2026-03-01T10:20:30-05:00",
		"0001-01-01T00:00:00Z":          "0001-01-01T00:00:00Z",
		"9999-12-31T23:59:59.999999Z":   "9999-12-31T23:59:59.999999Z",
		"2026-03-01T10:20:30.999999999": "2026-03-01T10:20:30.999999+08:00",
	} {
		if got, err := parseInstant(in, loc); err != nil || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "2026-3-1", "20260301", "2026-02-30", "0001-01-01", "9999-12-31T23:00:00-05:00", "10000-01-01", "01/02/2026"} {
		if got, err := parseInstant(in, loc); err == nil {
			t.Errorf("%q: %v", in, got)
		}
	}
}

// Values at the ends of the types are held as they are.
func TestExact(t *testing.T) {
	const schema = `{"fields":[{"name":"n","type":"int"},{"name":"x","type":"decimal","decimals":0},{"name":"ok","type":"bool"},{"name":"d","type":"date"}]}`
	const csv = "id,n,x,ok,d\na,9007199254740993,9223372036854775807,True,0001-01-01\nb,9007199254740992,-9223372036854775807,FALSE,9999-12-31\n"
	for _, tt := range []struct{ rule, want string }{
		{`{"field":"n","operator":"=","value":9007199254740993}`, "a"},
		{`{"field":"n","operator":"<","value":"9007199254740993"}`, "b"},
		{`{"field":"x","operator":"=","value":"9223372036854775807"}`, "a"},
		{`{"field":"ok","operator":"isFalse","value":null}`, "b"},
		{`{"field":"d","operator":"<=","value":"0001-01-01"}`, "a"},
	} {
		r := askJSON(t, files(t, csv, schema, `{"combinator":"and","rules":[`+tt.rule+`]}`)...)
		if len(r.IDs) != 1 || r.IDs[0] != tt.want {
			t.Errorf("%s: %v", tt.rule, r.IDs)
		}
	}
}

// A report lists the first; ids that would steer the terminal do not.
func TestManyIDs(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("id,age,spend,city,at\n")
	for i := range 30 {
		csv.WriteString(string(rune('A'+i)) + "\x1b,40,,,\n")
	}
	code, stdout, stderr := asked(files(t, csv.String(), "", "")...)
	if code != 0 || stderr != "" {
		t.Fatal(code, stderr)
	}
	if want := "T\uFFFD … and 10 more"; !strings.Contains(stdout, want) || strings.Contains(stdout, "\x1b") {
		t.Errorf("%q, want %q in it", stdout, want)
	}
}
