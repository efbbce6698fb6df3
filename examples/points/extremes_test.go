package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
)

// Lines at the ends of what can be told have a row each, and nothing ends the run without
// saying what was carried out.
func TestExtremes(t *testing.T) {
	program, err := sampleProgram()
	if err != nil || program.Location.String() != "Asia/Shanghai" {
		t.Fatal(program.Location, err)
	}
	line := func(account, at, points string) string {
		return fmt.Sprintf(`{"op": "adjust", "account": %q, "key": %[1]q, "at": %[2]q, "kind": "points", "points": %s}`+"\n", account, at, points)
	}
	much := strings.Builder{}
	for i := range 10 {
		much.WriteString(line(fmt.Sprint("a", i), "2025-01-01T00:00:00Z", "1000000000000000000"))
	}
	const last = "9999-12-31T23:59:59Z"
	for _, tt := range []struct {
		name, lines string
		code        int
		want        []string // on stdout, of -json
		stderr      string
	}{
		{"the year 10000 in the zone", line("a", last, "5"), 0, []string{`"at":"` + last + `","ok":true`, `"outstanding":5,`}, ""},
		{"no time", line("a", "0001-01-01T00:00:00Z", "5"), 0, []string{`"ok":false`, `"error":{"code":"time","pointer":"/at"`, `"rejected":1`}, ""},
		{"too much in all", much.String(), 1, []string{`"line":10,`, `"accepted":10,`, `"error":{"code":"overflow"`, `the sum of kind \"points\": available`}, `"a9": loyalty: out of range: the sum of kind "points": available`},
	} {
		args := []string{"-program", "program.json", "-commands", commandtest.File(t, "commands.ndjson", tt.lines)}
		code, stdout, stderr := pointed(append(args, "-json")...)
		if code != tt.code || !strings.Contains(stderr, tt.stderr) || tt.stderr == "" && stderr != "" {
			t.Errorf("%s: exit %d, %s", tt.name, code, stderr)
		}
		for _, want := range tt.want {
			if !strings.Contains(stdout, want) {
				t.Errorf("%s: %s is not in\n%s", tt.name, want, stdout)
			}
		}
		if code, stdout, _ = pointed(args...); code != tt.code || !strings.Contains(stdout, "ALL ACCOUNTS") {
			t.Errorf("%s: exit %d\n%s", tt.name, code, stdout)
		}
	}
	code, stdout, stderr := pointed(files(t, goodProgram, strings.Replace(goodCommand, `"at": "2025-01-01T00:00:00Z"`, `"at": null`, 1))...)
	if code != 1 || stdout != "" || !strings.Contains(stderr, "/at: every command has one") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}
