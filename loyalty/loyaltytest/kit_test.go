package loyaltytest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// find returns what a case says of a defect; a panic is found too.
func find(c *kase, e *env) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return c.run(e)
}

func TestDefects(t *testing.T) {
	missed := make(map[string]bool)
	for _, c := range cases {
		missed[c.name] = true
	}
	all := Features{Outbox: true, Lock: true, Multi: true, Aggregate: true, Reopen: true, Other: true, Crash: true, Tx: true}
	for _, d := range slices.Concat(defects, moreDefects) {
		t.Run(d.found+"/"+d.name, func(t *testing.T) {
			i := slices.IndexFunc(cases, func(c kase) bool { return c.name == d.found })
			if i < 0 {
				t.Fatalf("no case %q", d.found)
			}
			err := find(&cases[i], newEnv(d.open, t, all))
			if err == nil {
				t.Fatalf("the kit does not find it")
			}
			t.Log(strings.ToValidUTF8(err.Error()[:min(200, len(err.Error()))], ""))
		})
		delete(missed, d.found)
	}
	for name := range missed {
		t.Errorf("no defect is planted for the case %q", name)
	}
}

// TestSentences checks that the kit and the documentation say the same.
func TestSentences(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "store.go"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		if text, ok := strings.CutPrefix(line, "//"); ok {
			lines = append(lines, strings.Fields(text)...)
		}
	}
	text := strings.Join(lines, " ")
	asked := make(map[int]bool)
	for _, c := range cases {
		asked[c.sentence] = true
		if c.sentence > 0 && !strings.Contains(text, fmt.Sprintf("%d. %s", c.sentence, c.contract)) {
			t.Errorf("case %q: sentence %d is not in the documentation: %s", c.name, c.sentence, c.contract)
		}
	}
	for n := 1; n <= 28; n++ {
		if !asked[n] {
			t.Errorf("no case asks for sentence %d", n)
		}
	}
}
