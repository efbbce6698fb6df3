package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// surveyed runs the command.
func surveyed(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(args, &out, &errs)
	return code, out.String(), errs.String()
}

// csvAnswers writes a file of answers and returns its name.
func csvAnswers(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "answers.csv")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// runJSON runs the command with -json and reads what it prints.
func runJSON(t *testing.T, args ...string) jsonReport {
	t.Helper()
	code, stdout, stderr := surveyed(append([]string{"-json"}, args...)...)
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	var r jsonReport
	dec := json.NewDecoder(strings.NewReader(stdout))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || dec.More() {
		t.Fatalf("not one JSON object: %v", err)
	}
	return r
}

func TestGolden(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			code, got, stderr := surveyed("-lang", lang)
			if code != 0 || stderr != "" {
				t.Fatalf("exit %d: %s", code, stderr)
			}
			golden := filepath.Join("testdata", "default."+lang+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			have, expect := strings.Split(got, "\n"), strings.Split(string(want), "\n")
			for i := range max(len(have), len(expect)) {
				if i >= len(have) || i >= len(expect) || have[i] != expect[i] {
					t.Fatalf("line %d differs from %s (-update rewrites it):\n%s", i+1, golden, strings.Join(have[min(i, len(have)-1):min(i+3, len(have))], "\n"))
				}
			}
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
				code, stdout, stderr := surveyed(append(format, tt.args...)...)
				if code != tt.code || stdout != "" || !strings.Contains(stderr, tt.want) {
					t.Errorf("exit %d, want %d; stdout %q; stderr %q, want %q in it", code, tt.code, stdout, stderr, tt.want)
				}
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
	for lang, want := range map[string]string{"en": "Not tested: B has a single answer", "zh": "无法检验:B 只有一份回答"} {
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
		{"nobody", "s,g,t,w\n", []string{"Answers          0", "no score"}, []string{"TREND", "GROUPS"}},
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
