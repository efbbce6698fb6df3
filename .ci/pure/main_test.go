package main

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"clean", "package p\nimport \"time\"\nfunc F(t time.Time) time.Duration { return t.Sub(time.Time{}) }", ""},
		{"comment", "package p\n// never time.Now\nvar S = \"time.Now\"", ""},
		{"shadow", "package p\nimport _ \"time\"\ntype c struct{ Now int }\nfunc F() int { var time c; return time.Now }", ""},
		{"now", "package p\nimport \"time\"\nvar T = time.Now()", "time.Now"},
		{"as value", "package p\nimport \"time\"\nvar F = time.Now", "time.Now"},
		{"renamed", "package p\nimport clk \"time\"\nvar T = clk.Since(clk.Time{})", "clk.Since"},
		{"dot", "package p\nimport . \"time\"\nvar T = Now()", "with a dot"},
		{"log", "package p\nimport \"log\"\nfunc F() { log.Print() }", "imports log"},
		{"slog", "package p\nimport _ \"log/slog\"", "imports log/slog"},
		{"init", "package p\nfunc init() {}", "func init"},
		{"method init", "package p\ntype T int\nfunc (T) init() {}", ""},
		{"testing", "package p\nimport _ \"testing\"", "imports testing"},
		{"kit", "package loyaltytest\nimport _ \"testing\"", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			n, err := check("p.go", c.src, &out)
			if err != nil {
				t.Fatal(err)
			}
			if (n > 0) != (c.want != "") || !strings.Contains(out.String(), c.want) {
				t.Errorf("%d findings, %q; want %q", n, out.String(), c.want)
			}
		})
	}
	if _, err := check("p.go", "not go", new(strings.Builder)); err == nil {
		t.Error("a file that does not parse passed")
	}
}
