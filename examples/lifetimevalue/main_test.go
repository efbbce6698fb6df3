package main

import (
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
)

// valued runs the command.
var valued = commandtest.Of(run)

// csvFile writes a file and returns its name.
func csvFile(t *testing.T, text string) string {
	t.Helper()
	return commandtest.File(t, "in.csv", text)
}

// runJSON runs the command with -json and reads what it prints; warning is a
// part of what it says on stderr, "" that it says nothing.
func runJSON(t *testing.T, warning string, args ...string) jsonReport {
	t.Helper()
	return commandtest.JSON[jsonReport](t, valued, warning, args...)
}

func TestGolden(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			commandtest.Golden(t, valued, "default."+lang, "-lang", lang)
		})
	}
}

// A report that cannot be made prints nothing on stdout, and says why.
func TestFailures(t *testing.T) {
	log := csvFile(t, "customer,date,amount\nA,2025-01-02,10\nA,2025-02-02,10\nB,2025-01-05,10\nC,2025-01-07,10\nD,2025-02-01,1\n")
	rows := csvFile(t, "customer,frequency,recency,T\nA,1,2,9\nB,0,0,8\n")
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string // in stderr
	}{
		{"unknown flag", []string{"-bogus"}, 2, "-bogus"},
		{"argument", []string{"log.csv"}, 2, "-orders or -summary"},
		{"no file", []string{"-orders", ""}, 2, "-orders names no file"},
		{"no summary", []string{"-summary", ""}, 2, "-summary names no file"},
		{"two files", []string{"-orders", log, "-summary", rows}, 2, "give one"},
		{"calibration of nothing", []string{"-calibrate-until", "2025-01-02"}, 2, "-calibrate-until says how to read -orders"},
		{"end of rows", []string{"-summary", rows, "-end", "2025-01-02"}, 2, "-end says how to read -orders"},
		{"hold-out of a log", []string{"-orders", log, "-holdout", "3"}, 2, "-holdout says how to read -summary"},
		{"no hold-out", []string{"-summary", rows, "-holdout", "0"}, 2, "-holdout 0 is not a length"},
		{"endless hold-out", []string{"-summary", rows, "-holdout", "Inf"}, 2, "-holdout +Inf"},
		{"customers of a file", []string{"-orders", log, "-customers", "3"}, 2, "-customers is for an invented shop"},
		{"nobody", []string{"-customers", "0"}, 2, "-customers 0"},
		{"too many", []string{"-customers", "1000000000"}, 2, "-customers 1000000000"},
		{"unit", []string{"-unit", "year"}, 2, `-unit "year"`},
		{"opportunities", []string{"-unit", "opportunity"}, 2, `-unit "opportunity"`},
		{"model", []string{"-model", "bgbb"}, 2, `-model "bgbb"`},
		{"day", []string{"-orders", log, "-end", "30/06/1998"}, 2, `-end "30/06/1998" is not a day`},
		{"empty day", []string{"-orders", log, "-calibrate-until", ""}, 2, `-calibrate-until "" is not a day`},
		{"no such day", []string{"-orders", log, "-calibrate-until", "2025-02-30"}, 2, "2025-02-30"},
		{"days in the wrong order", []string{"-orders", log, "-calibrate-until", "2025-03-01", "-end", "2025-03-01"}, 2, "is not before -end 2025-03-01"},
		{"horizon", []string{"-horizon", "0"}, 2, "-horizon 0"},
		{"part of a month", []string{"-horizon", "1.5"}, 2, "1.5"},
		{"discount", []string{"-discount", "-0.01"}, 2, "-discount -0.01"},
		{"no discount", []string{"-discount", "NaN"}, 2, "-discount NaN"},
		{"margin", []string{"-margin", "0"}, 2, "-margin 0"},
		{"percent", []string{"-margin", "30"}, 2, "-margin 30"},
		{"month", []string{"-month-days", "0"}, 2, "-month-days 0"},
		{"top", []string{"-top", "-1"}, 2, "-top -1"},
		{"language", []string{"-lang", "fr"}, 2, "-lang"},
		{"all of them", []string{"-top", "-1", "-unit", "year"}, 2, "lifetimevalue: -unit \"year\" is none of [\"day\" \"week\" \"month\"]\nlifetimevalue: -top"},
		{"missing log", []string{"-orders", "missing.csv"}, 1, "missing.csv"},
		{"missing rows", []string{"-summary", "missing.csv"}, 1, "missing.csv"},
		{"folder", []string{"-summary", t.TempDir()}, 1, "directory"},
		{"rows as a log", []string{"-orders", rows}, 1, `no column "date"`},
		{"log as rows", []string{"-summary", log}, 1, `no column "frequency" among ["customer" "date" "amount"]; no column "recency"`},
		{"no hold-out column", []string{"-summary", rows, "-holdout", "3"}, 1, `no column "holdout_frequency"`},
		{"nothing held out", []string{"-orders", log, "-calibrate-until", "2025-02-02"}, 1, "not before 2025-02-02, the last day of the log"},
		{"before the first order", []string{"-orders", log, "-end", "2024-12-31"}, 1, "nobody bought by 2024-12-31"},
		{"nobody came back", []string{"-orders", log, "-end", "2025-02-01"}, 1, "no repeat purchase in 4"},
		{"too few rows", []string{"-summary", rows}, 1, "too few rows: 2 for 4 parameters"},
	} {
		for _, format := range [][]string{nil, {"-json"}} {
			t.Run(strings.Join(append([]string{tt.name}, format...), " "), func(t *testing.T) {
				commandtest.Fails(t, valued, tt.code, tt.want, append(format, tt.args...)...)
			})
		}
	}
}

func TestHelp(t *testing.T) {
	code, stdout, stderr := valued("-h")
	if code != 0 || stdout != "" || !strings.Contains(stderr, "-month-days") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// Each model and unit gives a whole report in both languages.
func TestReports(t *testing.T) {
	for _, model := range models {
		for _, unit := range units {
			for _, lang := range []string{"en", "zh"} {
				code, stdout, stderr := valued("-model", string(model), "-unit", string(unit), "-lang", lang, "-customers", "800", "-top", "3", "-horizon", "6")
				if code != 0 || stderr != "" || strings.Contains(stdout, "%!") || strings.Contains(stdout, "NaN") || len(stdout) < 2000 {
					t.Errorf("%s %s %s: exit %d, %s\n%s", model, unit, lang, code, stderr, stdout)
				}
			}
		}
	}
	if _, stdout, _ := valued("-customers", "800", "-top", "0"); strings.Contains(stdout, "C0000") {
		t.Error("-top 0 lists customers")
	}
}
