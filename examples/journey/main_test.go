package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
)

// journeyed runs the command.
var journeyed = commandtest.Of(run)

// csvEvents writes a file of events and returns its name.
func csvEvents(t *testing.T, text string) string {
	t.Helper()
	return commandtest.File(t, "events.csv", text)
}

// runJSON runs the command with -json and reads what it prints; warning is a part
// of what it says on stderr, "" that it says nothing.
func runJSON(t *testing.T, warning string, args ...string) jsonReport {
	t.Helper()
	return commandtest.JSON[jsonReport](t, journeyed, warning, args...)
}

// events.csv in testdata is made up.
var fileArgs = []string{"-events", filepath.Join("testdata", "events.csv"), "-model", "journey", "-tz", "Asia/Shanghai", "-as-of", "2025-07-08"}

func TestGolden(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"shop.en", nil},
		{"shop.zh", []string{"-lang", "zh"}},
		{"events.en", fileArgs},
		{"events.zh", append([]string{"-lang", "zh"}, fileArgs...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			commandtest.Golden(t, journeyed, tt.name, tt.args...)
		})
	}
}

// A report that cannot be made prints nothing on stdout, and says why.
func TestFailures(t *testing.T) {
	file := csvEvents(t, "customer,event,at\nA,order,2025-01-02\n")
	events := func(rows string) []string { return []string{"-events", csvEvents(t, "customer,event,at\n"+rows)} }
	folder := t.TempDir()
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string // in stderr
	}{
		{"unknown flag", []string{"-bogus"}, 2, "-bogus"},
		{"argument", []string{"events.csv"}, 2, "-events"},
		{"no file", []string{"-events", ""}, 2, "-events names no file"},
		{"no diagram", []string{"-diagram", ""}, 2, "-diagram names no file"},
		{"diagram over the events", []string{"-events", file, "-diagram", file}, 2, "would write over -events"},
		{"model", []string{"-events", file, "-model", "b2b"}, 2, `-model "b2b" is none of ["shop" "journey" "development"]`},
		{"model of the simulation", []string{"-model", "journey"}, 2, "-model is of -events"},
		{"customers of a file", []string{"-events", file, "-customers", "3"}, 2, "-customers is of the simulated shop"},
		{"seed of a file", []string{"-events", file, "-seed", "3"}, 2, "-seed is of the simulated shop"},
		{"nobody", []string{"-customers", "0"}, 2, "-customers 0"},
		{"too many", []string{"-customers", "1000000000"}, 2, "-customers 1000000000"},
		{"seed", []string{"-seed", "-1"}, 2, "-seed"},
		{"top", []string{"-top", "-1"}, 2, "-top -1"},
		{"zone", []string{"-tz", "Mars/Olympus"}, 2, `-tz "Mars/Olympus"`},
		{"no zone", []string{"-tz", ""}, 2, `-tz ""`},
		{"zone of this machine", []string{"-tz", "Local"}, 2, `-tz "Local"`},
		{"as of", []string{"-as-of", "yesterday"}, 2, `-as-of "yesterday" is not a time`},
		{"as of nothing", []string{"-as-of", ""}, 2, `-as-of "" is not a time`},
		{"no such day", []string{"-as-of", "2025-02-30"}, 2, "2025-02-30"},
		{"too early a shop", []string{"-as-of", "1971-01-01"}, 2, "before 1980"},
		{"language", []string{"-lang", "fr"}, 2, "-lang"},
		{"all of them", []string{"-top", "-1", "-customers", "0"}, 2, "journey: -customers 0 is not in 1 to 200000\njourney: -top -1"},
		{"missing file", []string{"-events", "missing.csv"}, 1, "missing.csv"},
		{"folder", []string{"-events", folder}, 1, "directory"},
		{"no rows", events(""), 1, "no rows below the header"},
		{"empty", []string{"-events", csvEvents(t, "")}, 1, "the file is empty"},
		{"columns", []string{"-events", csvEvents(t, "customer,date\nA,2025-01-02\n")}, 1, `no column "event" among ["customer" "date"]; no column "at"`},
		{"unknown event", events("A,order,2025-01-02\nB,purchase,2025-01-02\n"), 1, `row 2 (line 3): event "purchase": the model shop has ["order"]`},
		{"event of another model", events("A,contact,2025-01-02\n"), 1, `event "contact": the model shop has`},
		{"no event", events("A,,2025-01-02\n"), 1, `row 1 (line 2): event ""`},
		{"no customer", events(",order,2025-01-02\n"), 1, `row 1 (line 2): customer ""`},
		{"control character", events("A\x01,order,2025-01-02\n"), 1, `customer "A\x01"`},
		{"no time", events("A,order,\n"), 1, `row 1 (line 2): at ""`},
		{"time", events("A,order,31/12/2025\n"), 1, `at "31/12/2025": not a time`},
		{"no such time", events("A,order,2025-02-29\n"), 1, "2025-02-29"},
		{"old", events("A,order,1969-12-31\n"), 1, "1969-12-31"},
		{"far", events("A,order,2200-01-01\n"), 1, "2200-01-01"},
		{"everything about a row", events(",x,y\n"), 1, `customer "": not 1 to 128 bytes without control characters; event "x": the model shop has ["order"]; at "y": not`},
		{"every row", events("A,x,2025-01-02\nA,order\nB,order,z\n"), 1, "row 2 (line 3): 2 fields where the header has 3\njourney: "},
		{"too many rows", events(strings.Repeat("A,x,2025-01-02\n", 25)), 1, "and 5 more"},
		{"not UTF-8", events("\xc0\xee,order,2025-01-02\n"), 1, "not UTF-8"},
		{"stray quote", events("A\",order,2025-01-02\n"), 1, "row 1"},
		{"before everything", []string{"-events", file, "-as-of", "2025-01-02"}, 1, "nothing happened before -as-of 2025-01-02"},
		{"diagram in no folder", []string{"-diagram", filepath.Join(folder, "none", "model.mmd")}, 1, "model.mmd"},
	} {
		for _, format := range [][]string{nil, {"-json"}} {
			t.Run(strings.Join(append([]string{tt.name}, format...), " "), func(t *testing.T) {
				commandtest.Fails(t, journeyed, tt.code, tt.want, append(format, tt.args...)...)
			})
		}
	}
}

func TestHelp(t *testing.T) {
	code, stdout, stderr := journeyed("-h")
	if code != 0 || stdout != "" || !strings.Contains(stderr, "-as-of") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// Every model gives a whole report in both languages, on the same file of orders.
func TestReports(t *testing.T) {
	orders := csvEvents(t, "customer,event,at\nA,order,2024-01-02\nA,order,2024-03-02\nB,order,2024-02-02\nB,order,2024-02-28\nB,order,2024-03-08\nC,order,2024-02-02\nC,order,2025-06-02\n")
	for _, model := range modelNames {
		for _, lang := range []string{"en", "zh"} {
			code, stdout, stderr := journeyed("-events", orders, "-model", model, "-lang", lang, "-top", "0")
			if code != 0 || stderr != "" || strings.Contains(stdout, "%!") || strings.Contains(stdout, "NaN") || len(stdout) < 2000 {
				t.Errorf("%s %s: exit %d, %s\n%s", model, lang, code, stderr, stdout)
			}
		}
	}
	for _, args := range [][]string{
		{"-as-of", "2026-02-17 15:30", "-tz", "Asia/Shanghai"}, {"-customers", "1"}, {"-seed", "9", "-as-of", "2019-11-03", "-tz", "America/Sao_Paulo"},
	} {
		if code, stdout, stderr := journeyed(append(args, "-customers", "300")...); code != 0 || stderr != "" || strings.Contains(stdout, "NaN") {
			t.Errorf("%q: exit %d, %s\n%s", args, code, stderr, stdout)
		}
	}
}

// The diagram is written where it is asked for, whatever is printed.
func TestDiagram(t *testing.T) {
	name := filepath.Join(t.TempDir(), "model.mmd")
	for _, args := range [][]string{{"-customers", "20"}, {"-customers", "20", "-json"}} {
		code, stdout, stderr := journeyed(append(args, "-diagram", name)...)
		data, err := os.ReadFile(name)
		if code != 0 || stderr != "" || err != nil || !strings.HasPrefix(string(data), "stateDiagram-v2\n") || strings.Contains(stdout, "stateDiagram") {
			t.Errorf("exit %d: %s%s\n%s", code, stdout, stderr, data)
		}
		_ = os.Remove(name)
	}
	if _, stdout, _ := journeyed("-customers", "20"); !strings.Contains(stdout, "stateDiagram-v2") {
		t.Error("the report has no diagram")
	}
}
