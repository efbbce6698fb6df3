package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
)

// retained runs the command.
var retained = commandtest.Of(run)

// csvStays writes a file of stays and returns its name.
func csvStays(t *testing.T, text string) string {
	t.Helper()
	return commandtest.File(t, "stays.csv", text)
}

// runJSON runs the command with -json and reads what it prints.
func runJSON(t *testing.T, args ...string) jsonReport {
	t.Helper()
	return commandtest.JSON[jsonReport](t, retained, "", args...)
}

// stays.csv in testdata is made up.
var fileArgs = []string{"-survival", filepath.Join("testdata", "stays.csv"), "-time", "days", "-event", "state=left", "-group", "channel", "-covariates", "age,city"}

func TestGolden(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"shop.en", nil},
		{"shop.zh", []string{"-lang", "zh"}},
		{"stays.en", fileArgs},
		{"stays.zh", append([]string{"-lang", "zh", "-ties", "breslow"}, fileArgs...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			commandtest.Golden(t, retained, tt.name, tt.args...)
		})
	}
}

// A report that cannot be made prints nothing on stdout, and says why.
func TestFailures(t *testing.T) {
	stays := csvStays(t, "days,left,group,age\n5,1,a,30\n9,0,b,40\n12,1,b,41\n")
	bad := func(text string) string { return csvStays(t, text) }
	file := func(name string, more ...string) []string {
		return append([]string{"-survival", name, "-time", "days", "-event", "left"}, more...)
	}
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string // in stderr
	}{
		{"unknown flag", []string{"-bogus"}, 2, "-bogus"},
		{"argument", []string{"stays.csv"}, 2, "-survival"},
		{"language", []string{"-lang", "fr"}, 2, "-lang"},
		{"seed", []string{"-seed", "-1"}, 2, "-seed"},
		{"no file", []string{"-survival", "", "-time", "days", "-event", "left"}, 2, "-survival names no file"},
		{"no time", []string{"-survival", stays, "-event", "left"}, 2, "-survival needs -time"},
		{"no event", []string{"-survival", stays, "-time", "days"}, 2, "-survival needs -event"},
		{"event of nothing", []string{"-survival", stays, "-time", "days", "-event", "=1"}, 2, "-event"},
		{"event without value", []string{"-survival", stays, "-time", "days", "-event", "left="}, 2, "-event"},
		{"columns of nothing", []string{"-group", "channel", "-missing", "NA"}, 2, "-group is of -survival, and there is none\nretention: -missing"},
		{"seed of a file", file(stays, "-seed", "3"), 2, "-seed"},
		{"unknown ties", file(stays, "-covariates", "age", "-ties", "exact"), 2, `-ties "exact" is neither efron nor breslow`},
		{"empty covariate", file(stays, "-covariates", "age,,group"), 2, "empty column"},
		{"covariate twice", file(stays, "-covariates", "age,age"), 2, `-covariates names "age" twice`},
		{"all of them", file(stays, "-ties", "exact", "-lang", "fr"), 2, "neither efron nor breslow\nretention: -lang"},
		{"missing file", file("missing.csv"), 1, "missing.csv"},
		{"folder", file(t.TempDir()), 1, "directory"},
		{"empty file", file(bad("")), 1, "the file is empty"},
		{"no rows", file(bad("days,left\n")), 1, "no complete rows"},
		{"missing columns", file(stays, "-group", "shop", "-covariates", "size"), 1, `no column "shop" among ["days" "left" "group" "age"]; no column "size"`},
		{"column twice", file(bad("days,days,left\n1,2,1\n")), 1, `two columns are called "days"`},
		{"bad number", file(bad("days,left\n5,1\nsoon,0\n")), 1, `row 2 (line 3): days "soon": not a finite number`},
		{"no number", file(bad("days,left\n5,1\nNaN,0\n1e999,0\n")), 1, "row 2 (line 3): days \"NaN\": not a finite number\nretention: "},
		{"negative time", file(bad("days,left\n-5,1\n9,0\n")), 1, `row 1 (line 2): days "-5": time is negative`},
		{"bad event", file(bad("days,left\n5,1\n9,2\n")), 1, `row 2 (line 3): left "2": neither 0 nor 1`},
		{"uneven row", file(bad("days,left\n5,1\n9\n")), 1, "row 2 (line 3): 1 fields where the header has 2"},
		{"mixed covariate", file(bad("days,left,x\n5,1,3\n9,0,4\n7,1,small\n"), "-covariates", "x"), 1, `row 3 (line 4): x "small": not a finite number, as other rows have`},
		{"constant words", file(bad("days,left,x\n5,1,a\n9,0,a\n"), "-covariates", "x"), 1, `"x" says "a" in every row: column is constant`},
		{"constant covariate", file(bad("days,left,x\n5,1,7\n9,0,7\n11,1,7\n"), "-covariates", "x"), 1, "/covariates/x: column is constant"},
		{"no events", file(bad("days,left\n5,0\n9,0\n")), 1, "no events"},
		{"no such event", []string{"-survival", stays, "-time", "days", "-event", "group=c"}, 1, `no events: group is never "c"; it is ["a" "b"]`},
		{"many faults", file(bad("days,left\n" + strings.Repeat("x,1\n", 25))), 1, "and 5 more"},
		{"many words", file(bad("days,left,x\n"+words(120)), "-covariates", "x"), 1, `"x" has 120 different words`},
	} {
		formats := [][]string{nil}
		if len(tt.args) > 0 && tt.args[0] == "-survival" {
			formats = append(formats, []string{"-json"})
		}
		for _, format := range formats {
			t.Run(strings.Join(append([]string{tt.name}, format...), " "), func(t *testing.T) {
				commandtest.Fails(t, retained, tt.code, tt.want, append(format, tt.args...)...)
			})
		}
	}
	if code, stdout, stderr := retained("-json"); code != 2 || stdout != "" || !strings.Contains(stderr, "-json is of -survival") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

// words are rows that each have another word.
func words(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("5,1,w" + strings.Repeat("x", i) + "\n")
	}
	return b.String()
}

func TestHelp(t *testing.T) {
	code, stdout, stderr := retained("-h")
	if code != 0 || stdout != "" || !strings.Contains(stderr, "-covariates") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}
