package main

import (
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
)

// surveyed runs the command.
var surveyed = commandtest.Of(run)

// csvAnswers writes a file of answers and returns its name.
func csvAnswers(t *testing.T, text string) string {
	t.Helper()
	return commandtest.File(t, "answers.csv", text)
}

// runJSON runs the command with -json and reads what it prints.
func runJSON(t *testing.T, args ...string) jsonReport {
	t.Helper()
	return commandtest.JSON[jsonReport](t, surveyed, "", args...)
}

func TestGolden(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			commandtest.Golden(t, surveyed, "default."+lang, "-lang", lang)
		})
	}
}

// A report that cannot be made prints nothing on stdout, and says why.
func TestFailures(t *testing.T) {
	good := csvAnswers(t, "score,team,at\n9,A,2025-01-02\n")
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string // in stderr
	}{
		{"unknown flag", []string{"-bogus"}, 2, "-bogus"},
		{"argument", []string{"answers.csv"}, 2, "-responses"},
		{"no score", []string{"-responses", good}, 2, "-score"},
		{"no file", []string{"-responses", "", "-score", "score"}, 2, "-responses names no file"},
		{"columns of nothing", []string{"-score", "score", "-group", "team"}, 2, "-group says how to read -responses"},
		{"missing of nothing", []string{"-missing", "NA"}, 2, "-missing says how to read -responses"},
		{"layout of nothing", []string{"-responses", good, "-score", "score", "-date-format", "02/01/2006"}, 2, "-date-format"},
		{"layout", []string{"-responses", good, "-score", "score", "-time", "at", "-date-format", "DD/MM/YYYY"}, 2, "-date-format"},
		{"certainty", []string{"-confidence", "1"}, 2, "-confidence"},
		{"no confidence", []string{"-confidence", "0"}, 2, "-confidence"},
		{"percent", []string{"-confidence", "95"}, 2, "-confidence"},
		{"not a number", []string{"-confidence", "NaN"}, 2, "-confidence"},
		{"minimum", []string{"-minimum", "0"}, 2, "-minimum"},
		{"period", []string{"-period", "fortnight"}, 2, "-period"},
		{"language", []string{"-lang", "fr"}, 2, "-lang"},
		{"zone", []string{"-tz", "Mars/Olympus"}, 2, "-tz"},
		{"top", []string{"-top", "-1"}, 2, "-top"},
		{"all of them", []string{"-top", "-1", "-period", "fortnight"}, 2, "survey: -top -1 is negative\nsurvey: -period"},
		{"missing file", []string{"-responses", "missing.csv", "-score", "score"}, 1, "missing.csv"},
		{"folder", []string{"-responses", t.TempDir(), "-score", "score"}, 1, "directory"},
		{"missing columns", []string{"-responses", good, "-score", "nps", "-group", "shop"}, 1, `no column "nps" among ["score" "team" "at"]; no column "shop"`},
	} {
		for _, format := range [][]string{nil, {"-json"}} {
			t.Run(strings.Join(append([]string{tt.name}, format...), " "), func(t *testing.T) {
				commandtest.Fails(t, surveyed, tt.code, tt.want, append(format, tt.args...)...)
			})
		}
	}
}

func TestHelp(t *testing.T) {
	code, stdout, stderr := surveyed("-h")
	if code != 0 || stdout != "" || !strings.Contains(stderr, "-confidence") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// Each period gives a whole report in both languages.
func TestReports(t *testing.T) {
	for _, period := range periods {
		for _, lang := range []string{"en", "zh"} {
			code, stdout, stderr := surveyed("-period", string(period), "-lang", lang, "-tz", "Asia/Shanghai", "-minimum", "1", "-top", "3")
			if code != 0 || stderr != "" || strings.Contains(stdout, "%!") || strings.Contains(stdout, "NaN") || len(stdout) < 1000 {
				t.Errorf("%s %s: exit %d, %s\n%s", period, lang, code, stderr, stdout)
			}
		}
	}
}

// A group with a single answer cannot be tested, and is named.
func TestSingleAnswer(t *testing.T) {
	name := csvAnswers(t, "s,g\n10,A\n0,A\n10,B\n")
	for lang, want := range map[string]string{"en": "Not tested: B has a single answer", "zh": "无法检验：B 只有一份回答"} {
		code, stdout, stderr := surveyed("-responses", name, "-score", "s", "-group", "g", "-minimum", "1", "-lang", lang)
		if code != 0 || stderr != "" || !strings.Contains(stdout, want) {
			t.Errorf("%s: exit %d, %s%s", lang, code, stderr, stdout)
		}
	}
}

// What nobody can know is left out of the report, and what is left out is said.
func TestSmallReports(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want, not  []string
	}{
		{"nobody answered", "s,g,t,w\n,A,,\n,B,,\n", []string{"Without a score  2", "no score", "A 0, B 0"}, []string{"REASONS"}},
		{
			"one", "s,g,t,w\n10,,,\n",
			[]string{"Score +100.0", "(none named) 1", "when they came: 1", "No theme was found"},
			[]string{"DIFFERENCES"},
		},
		{
			"all alike", "s,g,t,w\n" + strings.Repeat("10,A,,\n", 30) + strings.Repeat("10,B,,\n0,B,,\n", 15),
			[]string{"Not tested: the answers of A are all of one class", "same mix of classes? p"},
			[]string{"same score? p", "single answer"},
		},
		{
			"one class", "s,g,t,w\n" + strings.Repeat("10,A,,\n9,B,,\n", 30),
			[]string{"Not tested: the answers of A are all of one class", "Not tested: all answers are of one class"},
			[]string{"same score? p", "mix of classes? p"},
		},
		{"steering", "s,g,t,w\n10,a\x1b[31m,,\n", []string{"a\uFFFD[31m 1"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, stdout, stderr := surveyed("-responses", csvAnswers(t, tt.text), "-score", "s", "-group", "g", "-time", "t", "-text", "w")
			if code != 0 || stderr != "" || strings.Contains(stdout, "NaN") || strings.Contains(stdout, "%!") {
				t.Fatalf("exit %d: %s%s", code, stderr, stdout)
			}
			for _, want := range tt.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("no %q in\n%s", want, stdout)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(stdout, not) {
					t.Errorf("%q in\n%s", not, stdout)
				}
			}
		})
	}
}
