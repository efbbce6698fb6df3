package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
)

// pointed runs the command.
var pointed = commandtest.Of(run)

// The files in testdata are made up.
var fileArgs = []string{"-program", filepath.Join("testdata", "program.json"), "-commands", filepath.Join("testdata", "commands.ndjson"), "-coupons", filepath.Join("testdata", "coupons.json")}

// with puts further flags after those of the files.
func with(more ...string) []string { return append(append([]string{}, fileArgs...), more...) }

func TestGolden(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"year.en", nil},
		{"year.zh", []string{"-lang", "zh"}},
		{"commands.en", fileArgs},
		{"commands.zh", with("-lang", "zh", "-at", "2025-06-01T00:00:00+08:00")},
		{"commands.json", with("-json")},
	} {
		t.Run(tt.name, func(t *testing.T) { commandtest.Golden(t, pointed, tt.name, tt.args...) })
	}
}

const (
	goodProgram = `{"version": 1, "decimals": 2, "kinds": [{"id": "points", "spendable": true}]}`
	goodCommand = `{"op": "adjust", "account": "a", "key": "k", "at": "2025-01-01T00:00:00Z", "kind": "points", "points": 5}`
)

// files are flags for a programme and commands.
func files(t *testing.T, program, commands string) []string {
	t.Helper()
	return []string{"-program", commandtest.File(t, "program.json", program), "-commands", commandtest.File(t, "commands.ndjson", commands)}
}

// Flags that make no sense and files that cannot be read print nothing on stdout.
func TestFailures(t *testing.T) {
	lines := func(text string) []string { return files(t, goodProgram, text) }
	programme := func(text string) []string { return files(t, text, goodCommand) }
	// field is a good command with something after it.
	field := func(more string) []string { return lines(strings.TrimSuffix(goodCommand, "}") + ", " + more + "}") }
	folder := t.TempDir()
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string // in stderr
	}{
		{"unknown flag", []string{"-bogus"}, 2, "-bogus"},
		{"argument", []string{"commands.ndjson"}, 2, "-commands"},
		{"no programme", []string{"-commands", "x"}, 2, "-program and -commands go together"},
		{"no commands", []string{"-program", "x"}, 2, "-program and -commands go together"},
		{"no name", []string{"-program", "", "-commands", "x"}, 2, "-program names no file"},
		{"seed of files", with("-seed", "2"), 2, "-seed is of the sample"},
		{"customers of files", with("-customers", "2"), 2, "-customers is of the sample"},
		{"customer of files", with("-customer", "a"), 2, "-customer is of the sample"},
		{"at of the sample", []string{"-at", "2025-01-01T00:00:00Z"}, 2, "-at is of -commands"},
		{"worth of the sample", []string{"-worth", "1"}, 2, "-worth is of -commands"},
		{"nobody", []string{"-customers", "0"}, 2, "-customers 0"},
		{"too many", []string{"-customers", "1000000000"}, 2, "-customers 1000000000"},
		{"seed", []string{"-seed", "-1"}, 2, "-seed"},
		{"no customer", []string{"-customer", ""}, 2, "-customer names nobody"},
		{"unknown customer", []string{"-customers", "3", "-customer", "zz"}, 1, `-customer "zz": there are c0001 to c0003`},
		{"language", []string{"-lang", "fr"}, 2, "-lang"},
		{"time", with("-at", "yesterday"), 2, `-at "yesterday"`},
		{"no such day", with("-at", "2025-02-30T00:00:00Z"), 2, "-at"},
		{"worth", with("-worth", "-1"), 2, `-worth "-1"`},
		{"coupons of the sample", []string{"-coupons", "x"}, 2, "-coupons is of -commands"},
		{"missing coupons", append(lines(goodCommand), "-coupons", "missing.json"), 1, "missing.json"},
		{"no such coupon", append(lines(goodCommand), "-coupons", commandtest.File(t, "coupons.json", `[{"id": "x", "version": 0}]`)), 1, "coupons.json: /0/version"},
		{"huge worth", with("-worth", "1e99"), 2, `-worth "1e99"`},
		{"too early", with("-at", "2025-01-01T00:00:00Z"), 1, "is before the last command that was carried out"},
		{"missing programme", []string{"-program", "missing.json", "-commands", "x"}, 1, "missing.json"},
		{"missing commands", []string{"-program", filepath.Join("testdata", "program.json"), "-commands", "missing.ndjson"}, 1, "missing.ndjson"},
		{"folder", []string{"-program", folder, "-commands", folder}, 1, "directory"},

		{"empty programme", programme(""), 1, "program.json: "},
		{"unknown field", programme(`{"version": 1, "kinds": [], "rules": []}`), 1, "program.json: /rules"},
		{"every fault", programme(`{"version": 0, "decimals": 2, "kinds": [{"id": "points"}], "earning": [{"id": "x", "kind": "stars", "points": "1", "per": "1"}]}`), 1, "program.json: /earning/0/kind"},
		{"fraction", programme(`{"version": 1.5, "decimals": 2, "kinds": [{"id": "points"}]}`), 1, "/version"},

		{"empty file", lines(""), 1, "there is no command in it"},
		{"blank lines", lines("\n \n"), 1, "there is no command in it"},
		{"not JSON", lines("earn a 5"), 1, "commands.ndjson:1: "},
		{"half a line", lines(goodCommand + "\n" + goodCommand[:40]), 1, "commands.ndjson:2: "},
		{"two on a line", lines(goodCommand + goodCommand), 1, "commands.ndjson:1: "},
		{"list", lines("[]"), 1, "commands.ndjson:1: "},
		{"null", lines("null"), 1, "commands.ndjson:1: "},
		{"not UTF-8", lines("{\"op\": \"\xff\"}"), 1, "commands.ndjson:1: "},
		{"no op", lines(`{"account": "a"}`), 1, `commands.ndjson:1: /op: "" is none of act, activate, adjust`},
		{"unknown op", lines(goodCommand + "\n" + `{"op": "steal"}`), 1, `commands.ndjson:2: /op: "steal" is none of`},
		{"op in capitals", lines(`{"op": "Earn"}`), 1, `/op: "Earn"`},
		{"op of a number", lines(`{"op": 3}`), 1, "commands.ndjson:1: /op: "},
		{"nothing but the op", lines(`{"op": "void"}`), 1, "commands.ndjson:1: /at: "},
		{"no account", lines(`{"op": "void", "key": "k", "at": "2025-01-01T00:00:00Z"}`), 1, "commands.ndjson:1: /account: "},
		{"no key", lines(`{"op": "void", "account": "a", "at": "2025-01-01T00:00:00Z"}`), 1, "commands.ndjson:1: /key: "},
		{"unknown field of a command", field(`"pionts": 3`), 1, "commands.ndjson:1: /pionts: "},
		{"field of another op", field(`"order": "o1"`), 1, "commands.ndjson:1: /order: "},
		{"twice the field", field(`"points": 3`), 1, "commands.ndjson:1: /points: "},
		{"unknown field inside", field(`"note": {"reason": "x", "who": "y"}`), 1, "commands.ndjson:1: /note/who: "},
		{"time without offset", lines(strings.Replace(goodCommand, "00Z", "00", 1)), 1, "commands.ndjson:1: /at: "},
		{"null for a number", lines(strings.Replace(goodCommand, "5", "null", 1)), 1, "commands.ndjson:1: "},
		{"part of a point", lines(strings.Replace(goodCommand, `"points": 5`, `"points": 5.5`, 1)), 1, "commands.ndjson:1: /points: "},
		{"too many points", lines(strings.Replace(goodCommand, `"points": 5`, `"points": 9223372036854775808`, 1)), 1, "commands.ndjson:1: /points: "},
		{"amount", lines(`{"op": "earn", "account": "a", "key": "k", "at": "2025-01-01T00:00:00Z", "order": {"id": "o", "lines": [{"id": "1", "amount": "1,50"}]}}`), 1, "commands.ndjson:1: /order/lines/0/amount: "},
		{"every line", lines("x\n" + goodCommand + "\ny"), 1, "commands.ndjson:3: "},
		{"too many lines", lines(strings.Repeat("x\n", 25)), 1, "and 5 more lines at fault"},
	} {
		for _, format := range [][]string{nil, {"-json"}} {
			t.Run(strings.Join(append([]string{tt.name}, format...), " "), func(t *testing.T) {
				commandtest.Fails(t, pointed, tt.code, tt.want, append(format, tt.args...)...)
			})
		}
	}
}

func TestHelp(t *testing.T) {
	code, stdout, stderr := pointed("-h")
	if code != 0 || stdout != "" || !strings.Contains(stderr, "-commands") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// Other seeds and sizes give a whole report too, and the same flags the same bytes.
func TestYears(t *testing.T) {
	for _, args := range [][]string{{"-customers", "1"}, {"-customers", "60", "-seed", "9"}, {"-customers", "60", "-customer", "c0007", "-lang", "zh"}, {"-customers", "30", "-json"}} {
		code, first, stderr := pointed(args...)
		if code != 0 || stderr != "" || strings.Contains(first, "%!") || strings.Contains(first, "NaN") || len(first) < 1000 {
			t.Errorf("%q: exit %d, %s\n%s", args, code, stderr, first)
		}
		if _, again, _ := pointed(args...); again != first {
			t.Errorf("%q differs from run to run", args)
		}
	}
	for seed := range 6 {
		if code, _, stderr := pointed("-customers", "40", "-seed", fmt.Sprint(seed)); code != 0 {
			t.Errorf("seed %d: %s", seed, stderr)
		}
	}
}
