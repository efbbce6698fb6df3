package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
)

// asked runs the command.
var asked = commandtest.Of(run)

// testdata is made up.
func testdata(name string) string { return filepath.Join("testdata", name) }

// fileArgs reads the files of testdata.
func fileArgs(more ...string) []string {
	return append([]string{"-customers", testdata("customers.csv"), "-schema", testdata("schema.json"), "-rule", testdata("rule.json")}, more...)
}

func TestGolden(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"shop.en", nil},
		{"shop.zh", []string{"-lang", "zh"}},
		{"shop.json", []string{"-json"}},
		{"file.en", fileArgs("-explain", "bo")},
		{"file.zh", fileArgs("-explain", "dana", "-lang", "zh", "-sql", "clickhouse", "-at", "2026-03-10T12:00:00+08:00", "-tz", "Asia/Shanghai")},
		{"file.json", fileArgs("-json", "-explain", "eve", "-sql", "sqlite")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			commandtest.Golden(t, asked, tt.name, tt.args...)
		})
	}
}

// Another seed is another shop, and the same seed the same.
func TestSeed(t *testing.T) {
	_, first, _ := asked("-json")
	_, again, _ := asked("-json", "-seed", "1")
	code, other, stderr := asked("-json", "-seed", "2")
	if first != again || first == other || code != 0 || stderr != "" {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestHelp(t *testing.T) {
	code, stdout, stderr := asked("-h")
	if code != 0 || stdout != "" || !strings.Contains(stderr, "-customers") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}
