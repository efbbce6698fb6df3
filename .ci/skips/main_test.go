package main

import (
	"regexp"
	"strings"
	"testing"
)

const stream = `{"Action":"start","Package":"m/a"}
{"Action":"run","Package":"m/a","Test":"TestOne"}
{"Action":"output","Package":"m/a","Test":"TestOne","Output":"=== RUN   TestOne\n"}
{"Action":"output","Package":"m/a","Test":"TestOne","Output":"--- PASS: TestOne (0.00s)\n"}
{"Action":"pass","Package":"m/a","Test":"TestOne","Elapsed":0}
{"Action":"output","Package":"m/a","Test":"TestTwo","Output":"=== RUN   TestTwo\n"}
{"Action":"output","Package":"m/a","Test":"TestTwo","Output":"    a_test.go:7: needs ../shared/data/x.csv\n"}
{"Action":"output","Package":"m/a","Test":"TestTwo","Output":"--- SKIP: TestTwo (0.00s)\n"}
{"Action":"skip","Package":"m/a","Test":"TestTwo","Elapsed":0}
{"Action":"pass","Package":"m/a","Elapsed":0.1}
{"Action":"skip","Package":"m/none","Elapsed":0}
`

func run(t *testing.T, r *report, in string, empty bool) (string, error) {
	t.Helper()
	var out strings.Builder
	if err := r.read(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	err := r.finish(&out, empty)
	return out.String(), err
}

func TestSkips(t *testing.T) {
	out, err := run(t, new(report), stream, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"ok   m/a 0.1s (1 passed, 1 skipped)\n",
		"--   m/none (no tests)\n",
		"skipped: m/a TestTwo: needs ../shared/data/x.csv\n",
		"tests: 1 passed, 0 failed, 1 skipped\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
}

func TestForbid(t *testing.T) {
	_, err := run(t, &report{forbid: regexp.MustCompile(`\.\./shared`)}, stream, false)
	if err == nil || !strings.Contains(err.Error(), "TestTwo may not be skipped") {
		t.Errorf("got %v", err)
	}
	if _, err = run(t, &report{forbid: regexp.MustCompile(`elsewhere`)}, stream, false); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct{ name, in, want, totals string }{
		{"test", `{"Action":"output","Package":"m/a","Test":"TestBad","Output":"    a_test.go:1: wrong sum\n"}
{"Action":"fail","Package":"m/a","Test":"TestBad"}
{"Action":"fail","Package":"m/a"}
`, "wrong sum", "0 passed, 1 failed, 0 skipped"},
		{"build", `{"ImportPath":"m/a","Action":"build-output","Output":"a.go:1: undefined: x\n"}
{"ImportPath":"m/a","Action":"build-fail"}
{"Action":"fail","Package":"m/a","FailedBuild":"m/a"}
`, "undefined: x", "0 passed, 1 failed, 0 skipped"},
		{"crash", `{"Action":"output","Package":"m/a","Test":"TestDies","Output":"fatal error: stack overflow\n"}
{"Action":"fail","Package":"m/a"}
`, "fatal error: stack overflow", "0 passed, 1 failed, 0 skipped"},
		{"nothing", "pattern matched no packages\n", "pattern matched no packages", "0 passed, 0 failed, 0 skipped"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := new(report)
			out, err := run(t, r, c.in, false)
			if err == nil {
				t.Error("no error")
			}
			if !strings.Contains(out, c.want) {
				t.Errorf("want %q in\n%s", c.want, out)
			}
			if got := r.totals(); got != c.totals {
				t.Errorf("totals %q, want %q", got, c.totals)
			}
		})
	}
	if _, err := run(t, new(report), "", true); err != nil {
		t.Errorf("empty run, allowed: %v", err)
	}
}
