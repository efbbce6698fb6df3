package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestSQLite runs all cells for moments, with all checks: that both write the same rows,
// and that no point is lost.
func TestSQLite(t *testing.T) {
	o, err := parse([]string{"-db", "sqlite", "-accounts", "100", "-turn", "20ms", "-rounds", "2", "-workers", "1,4", "-dir", t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := measure(t.Context(), &out, "sqlite", o); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"hot group          4", "batch 100          1", "checked: "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestFlags(t *testing.T) {
	for _, bad := range [][]string{{"-workers", "0"}, {"-workers", "x"}, {"-accounts", "5"}, {"-turn", "0s"}, {"-cells", "cold"}, {"-db", "oracle"}, {"more"}} {
		if _, err := parse(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	o, err := parse([]string{"-short", "-turn", "3s"})
	if err != nil || o.turn != 3*time.Second || o.accounts != 2_000 {
		t.Error(o, err)
	}
}
