// Package commandtest is what the tests of the examples' commands have in common.
package commandtest

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Command runs a command and returns what it did.
type Command func(args ...string) (code int, stdout, stderr string)

// Of returns the command of a main function without the process: see command.Run.
func Of(run func(args []string, stdout, stderr io.Writer) int) Command {
	return func(args ...string) (code int, stdout, stderr string) {
		var out, errs bytes.Buffer
		code = run(args, &out, &errs)
		return code, out.String(), errs.String()
	}
}

// File writes a file that goes with the test, and returns where it is.
func File(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// JSON runs a command with -json and reads the one object it prints, of which no
// field may be unknown; warning is a part of what it says on stderr, "" that it
// says nothing.
func JSON[Report any](t *testing.T, c Command, warning string, args ...string) Report {
	t.Helper()
	code, stdout, stderr := c(append([]string{"-json"}, args...)...)
	if code != 0 || (stderr == "") != (warning == "") || !strings.Contains(stderr, warning) {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	var r Report
	dec := json.NewDecoder(strings.NewReader(stdout))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || dec.More() {
		t.Fatalf("not one JSON object: %v", err)
	}
	return r
}

// Golden compares what a command prints with testdata/NAME.golden, which -update
// rewrites. It must say nothing on stderr.
func Golden(t *testing.T, c Command, name string, args ...string) {
	t.Helper()
	code, got, stderr := c(args...)
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	golden := filepath.Join("testdata", name+".golden")
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
}

// Fails checks that a command exits with code, prints nothing on stdout, and has
// want in what it says on stderr.
func Fails(t *testing.T, c Command, code int, want string, args ...string) {
	t.Helper()
	got, stdout, stderr := c(args...)
	if got != code || stdout != "" || !strings.Contains(stderr, want) {
		t.Errorf("exit %d, want %d; stdout %q; stderr %q, want %q in it", got, code, stdout, stderr, want)
	}
}
