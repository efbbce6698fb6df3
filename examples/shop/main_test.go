package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
	"github.com/guanxi-go/guanxi/rfm"
)

// shop runs the command.
var shop = commandtest.Of(run)

// csvLog writes a log and returns its name.
func csvLog(t *testing.T, text string) string {
	t.Helper()
	return commandtest.File(t, "log.csv", text)
}

// shopJSON runs the command with -json on a log, and reads what it prints. Rows that are
// refused are a failure, which it takes as well: stderr then names the first of them.
func shopJSON(t *testing.T, log string, args ...string) (r whole) {
	t.Helper()
	code, stdout, stderr := shop(append([]string{"-json", "-orders", log}, args...)...)
	dec := json.NewDecoder(strings.NewReader(stdout))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || dec.More() {
		t.Fatalf("exit %d, not one JSON object: %v\n%s", code, err, stderr)
	}
	if n := len(r.Refused); (code == 0) != (n == 0) || (stderr == "") != (n == 0) {
		t.Fatalf("exit %d with %d refused: %s", code, n, stderr)
	}
	for _, f := range r.Refused[:min(20, len(r.Refused))] {
		if want := fmt.Sprintf("row %d (line %d): ", f.Row, f.Line); !strings.Contains(stderr, want) {
			t.Errorf("no %q on stderr: %s", want, stderr)
		}
	}
	return r
}

func TestGolden(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			commandtest.Golden(t, shop, "default."+lang, "-lang", lang)
		})
	}
}

// A report that cannot be made prints nothing on stdout, and says why.
func TestFailures(t *testing.T) {
	good := csvLog(t, "customer,date,amount\nA,2024-01-05,10.00\n")
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string // in stderr
	}{
		{"unknown flag", []string{"-bogus"}, 2, "-bogus"},
		{"argument", []string{"log.csv"}, 2, "-orders"},
		{"language", []string{"-lang", "fr"}, 2, "shop: -lang: not a known language (\"en\", \"zh\"): \"fr\"\n"},
		{"segments", []string{"-segments", "nine"}, 2, "-segments"},
		{"ties", []string{"-ties", "both"}, 2, "-ties"},
		{"zone", []string{"-tz", "Mars/Olympus"}, 2, "-tz"},
		{"as of", []string{"-as-of", "yesterday"}, 2, "-as-of"},
		{"as of no year", []string{"-as-of", "9998-01-01"}, 2, `-as-of "9998-01-01" is not in the years 1970 to 2199`},
		{"bins out of range", []string{"-bins", "11"}, 2, "-bins"},
		{"bins 0", []string{"-bins", "0"}, 2, "-bins"},
		{"customers", []string{"-customers", "0"}, 2, "-customers"},
		{"top", []string{"-top", "-1"}, 2, "-top"},
		{"scores without json", []string{"-scores"}, 2, "-scores"},
		{"delimiter", []string{"-orders", good, "-delimiter", "::"}, 2, "-delimiter"},
		{"date format", []string{"-orders", good, "-date-format", "DD/MM/YYYY"}, 2, "-date-format"},
		{"decimals", []string{"-orders", good, "-decimals", "19"}, 2, "-decimals"},
		{"decimal mark", []string{"-orders", good, "-decimal-mark", ";"}, 2, "-decimal-mark"},
		{"seed of a log", []string{"-orders", good, "-seed", "2"}, 2, "-seed"},
		{"delimiter of no log", []string{"-delimiter", ";"}, 2, "-delimiter"},
		{"all of them", []string{"-ties", "both", "-top", "-1"}, 2, "-top -1 is negative\nshop: -ties"},
		{"answers of no name", []string{"-answers", ""}, 2, "-answers"},
		{"report of no name", []string{"-report", ""}, 2, "-report"},
		{"actions", []string{"-actions", "-1"}, 2, "-actions"},
		{"holdout", []string{"-holdout", "1"}, 2, "-holdout"},
		{"workers", []string{"-workers", "-1"}, 2, "-workers"},
		{"missing answers", []string{"-orders", good, "-answers", "missing.csv"}, 1, "missing.csv"},
		{"a report nowhere", []string{"-orders", good, "-report", filepath.Join(t.TempDir(), "no", "report.html")}, 1, "report.html"},
		{"bins that do not fit", []string{"-orders", good, "-bins", "4"}, 1, rfm.ErrBins.Error()},
		{"bins that do not fit the mean", []string{"-orders", good, "-segments", "eight", "-bins", "5"}, 1, rfm.ErrBins.Error()},
		{"missing file", []string{"-orders", "missing.csv"}, 1, "missing.csv"},
		{"folder", []string{"-orders", t.TempDir()}, 1, "directory"},
		{"missing segments", []string{"-segments", "missing.json"}, 1, "missing.json"},
		{"skipping rows of no log", []string{"-skip-bad"}, 2, "-skip-bad says how to read -orders"},
		{"nothing before", []string{"-orders", good, "-as-of", "2024-01-05"}, 1, "before 2024-01-05"},
	} {
		for _, format := range [][]string{nil, {"-json"}} {
			if tt.name == "scores without json" && format != nil {
				continue
			}
			t.Run(strings.Join(append([]string{tt.name}, format...), " "), func(t *testing.T) {
				commandtest.Fails(t, shop, tt.code, tt.want, append(format, tt.args...)...)
			})
		}
	}
}

func TestHelp(t *testing.T) {
	code, stdout, stderr := shop("-h")
	if code != 0 || stdout != "" || !strings.Contains(stderr, "-date-format") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// Every fault of a file of segments is named with its place.
func TestSegmentsFile(t *testing.T) {
	write := func(text string) string {
		name := filepath.Join(t.TempDir(), "segments.json")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	t.Run("faults", func(t *testing.T) {
		for _, tt := range []struct {
			text string
			want []string
		}{
			{`{"bins": {"r": 2, "f": 2, "m": "two"}, "segmnets": []}`, []string{"/bins/m: ", "/segmnets: "}},
			{`{"bins": {"r": 1, "f": 2, "m": 2}, "segments": [{"id": ""}], "rest": "x"}`, []string{"/bins/r: ", "/segments/0/id: ", "/rest: "}},
			{`{"bins": {"r": 2, "f": 2, "m": 2}, "segments": [{"id": "a", "cells": [{"r": [2, 2]}]}]}`, []string{"111", "122"}},
			{`{`, []string{"malformed JSON"}},
		} {
			code, stdout, stderr := shop("-segments", write(tt.text))
			if code != 1 || stdout != "" {
				t.Errorf("%s: exit %d, stdout %q", tt.text, code, stdout)
			}
			for _, want := range tt.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("%s: stderr %q, want %q in it", tt.text, stderr, want)
				}
			}
		}
	})
	t.Run("own", func(t *testing.T) {
		name := write(`{"bins": {"r": 2, "f": 2, "m": 2}, "rest": "other",
			"segments": [{"id": "recent", "name": {"en": "Recent", "zh": "近期"}, "cells": [{"r": [2, 2]}]}, {"id": "other", "name": {}}]}`)
		log := csvLog(t, "customer,date,amount\nA,2024-01-05,10.00\nB,2024-03-05,10.00\n")
		r := shopJSON(t, log, "-segments", name, "-lang", "zh")
		if r.Segments[0].Name != "近期" || r.Segments[0].Customers != 1 || r.Segments[1].Name != "other" || len(r.Segments) != 3 {
			t.Errorf("segments %+v", r.Segments)
		}
	})
}

// Each kind of segments and ties gives a whole report in both languages.
func TestReports(t *testing.T) {
	for _, segments := range presetNames {
		for _, ties := range []string{"share", "split"} {
			for _, lang := range []string{"en", "zh"} {
				code, stdout, stderr := shop("-customers", "300", "-segments", segments, "-ties", ties, "-lang", lang, "-top", "3", "-tz", "Asia/Shanghai")
				if code != 0 || stderr != "" || strings.Contains(stdout, "%!") || len(stdout) < 2000 {
					t.Errorf("%s %s %s: exit %d, %s\n%s", segments, ties, lang, code, stderr, stdout)
				}
			}
		}
	}
}

// A log of one order has a report: what nobody can know is left out of it.
func TestSmallestReport(t *testing.T) {
	code, stdout, stderr := shop("-orders", csvLog(t, "customer,date,amount\nA,2024-01-05,0\n"))
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	for _, want := range []string{"As of      2024-01-06", "1 order of amount 0", "does not reach back so far"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	if strings.Contains(stdout, "NaN") || strings.Contains(stdout, "WHO MAKES THE REVENUE") {
		t.Errorf("without revenue there is no curve of it:\n%s", stdout)
	}
}
