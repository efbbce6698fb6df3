package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamlog "github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
)

func TestMain(m *testing.M) {
	flag.Parse()
	beamlog.LogLevel = "error"
	beam.Init()
	os.Exit(m.Run())
}

// From text files to text files, with and without side inputs: the table counts
// every customer and every yuan, and a bad line is named.
func TestProgram(t *testing.T) {
	dir := t.TempDir()
	var log strings.Builder
	for i := range 500 {
		fmt.Fprintf(&log, "c%d,2025-%02d-%02d,%d.50,o%d\n", i%90, 1+i%12, 1+i%28, 1+i%7*i%90, i)
	}
	log.WriteString("c1,2025-01-01,1.00\nc1,sometime,1.00,x\nc1,2025-01-01,1.00,o3\n")
	if err := os.WriteFile(filepath.Join(dir, "orders.csv"), []byte(log.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var first [3][]string
	for _, noSide := range []bool{false, true} {
		o := options{orders: filepath.Join(dir, "*.csv"), out: filepath.Join(dir, fmt.Sprintf("out-%v", noSide)), asOf: "2026-01-01",
			currency: "CNY", decimals: 2, shards: 3, noSideInputs: noSide}
		p, err := build(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := prism.Execute(context.Background(), p); err != nil {
			t.Fatal(err)
		}
		var got [3][]string
		for i, name := range []string{"-table.tsv", "-refused.txt", "-customers.jsonl"} {
			data, err := os.ReadFile(o.out + name)
			if err != nil {
				t.Fatal(err)
			}
			got[i] = strings.Split(strings.TrimSpace(string(data)), "\n")
			slices.Sort(got[i])
		}
		if len(got[0]) != 12 || len(got[1]) != 3 || len(got[2]) != 90 {
			t.Errorf("%d segments, %d refused, %d customers; want 12, 3 and 90\n%s", len(got[0]), len(got[1]), len(got[2]), strings.Join(got[1], "\n"))
		}
		if !noSide {
			first = got
		} else if !slices.EqualFunc(first[:], got[:], slices.Equal) {
			t.Error("without side inputs it is another result")
		}
	}
}

func TestBadOptions(t *testing.T) {
	for what, o := range map[string]options{
		"no day":   {orders: "x", out: "y"},
		"no files": {asOf: "2026-01-01"},
		"shards":   {orders: "x", out: "y", asOf: "2026-01-01", shards: -1},
	} {
		if _, err := build(o); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
