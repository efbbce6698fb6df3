package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
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

// From text files to text files, with and without side inputs: the table counts every
// customer and every yuan, a bad line is named, and stops it unless -skip_bad says so.
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
		o := &options{orders: filepath.Join(dir, "*.csv"), out: filepath.Join(dir, fmt.Sprintf("out-%v", noSide)), asOf: "2026-01-01",
			currency: "CNY", decimals: 2, shards: 3, noSideInputs: noSide}
		// Lines are refused: what was there stays, and nothing else is.
		for _, end := range []string{table, refused} {
			if err := os.WriteFile(o.out+end, []byte("before"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var stderr bytes.Buffer
		err := run(t.Context(), o, onPrism, &stderr)
		if err == nil || err.Error() != "nothing is written: lines refused: 3; -skip_bad leaves them out" {
			t.Fatal(err)
		}
		named := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		for i, want := range []string{`3 fields, want customer,time,amount,order`, `"sometime" is no time`, "order reference seen before"} {
			if len(named) != 3 || !strings.Contains(named[i], "orders.csv: line at byte ") || !strings.Contains(named[i], want) {
				t.Fatalf("%q, want %q", named, want)
			}
		}
		if left := written(t, o); len(left) != 2 || left[table] != "before" || left[refused] != "before" {
			t.Errorf("%v is written", left)
		}

		o.skipBad = true
		if err := run(t.Context(), o, onPrism, &stderr); err != nil {
			t.Fatal(err)
		}
		var got [3][]string
		files := written(t, o)
		for i, end := range results {
			got[i] = strings.Split(strings.TrimSpace(files[end]), "\n")
			slices.Sort(got[i])
		}
		if len(files) != 3 || len(got[0]) != 12 || len(got[1]) != 3 || len(got[2]) != 90 {
			t.Errorf("%d files, %d segments, %d refused, %d customers; want 3, 12, 3 and 90\n%s", len(files), len(got[0]), len(got[1]), len(got[2]), strings.Join(got[1], "\n"))
		}
		if !noSide {
			first = got
		} else if !slices.EqualFunc(first[:], got[:], slices.Equal) {
			t.Error("without side inputs it is another result")
		}
	}
}

func onPrism(p *beam.Pipeline) error {
	_, err := prism.Execute(context.Background(), p)
	return err
}

// written are the files that are there, by the ends of their names.
func written(t *testing.T, o *options) map[string]string {
	t.Helper()
	files, err := filepath.Glob(o.out + "*")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[strings.TrimPrefix(file, o.out)] = string(data)
	}
	return texts
}

// A run without a refused line leaves no list of them behind, also where an earlier one did.
func TestNothingRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "orders.csv"), []byte("a,2025-01-01,1.00,1\nb,2025-02-01,2.00,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := &options{orders: filepath.Join(dir, "orders.csv"), out: filepath.Join(dir, "out"), asOf: "2026-01-01", currency: "CNY", decimals: 2, shards: 2}
	if err := os.WriteFile(o.out+refused, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), o, onPrism, io.Discard); err != nil {
		t.Fatal(err)
	}
	if files := written(t, o); len(files) != 2 || strings.Count(files[customers], "\n") != 2 {
		t.Errorf("%v", files)
	}
	// What the pipeline itself fails of leaves nothing either.
	failed := errors.New("a worker is lost")
	o.out = filepath.Join(dir, "failed")
	if err := run(t.Context(), o, func(*beam.Pipeline) error { return failed }, io.Discard); !errors.Is(err, failed) || len(written(t, o)) != 0 {
		t.Errorf("%v, %v", err, written(t, o))
	}
}

// Bad input is told in words, before anything is built.
func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "orders.csv")
	if err := os.WriteFile(file, []byte("a,2025-01-01,1.00,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		o    options
		want []string
	}{
		"nothing":      {options{shards: 1}, []string{"-orders is missing", "-out is missing", "-as_of is missing: the day the customers are looked at, such as 2026-01-01"}},
		"no day":       {options{orders: file, out: dir + "/x", asOf: "tomorrow", shards: 1}, []string{`-as_of "tomorrow" is no day such as 2026-01-01`}},
		"shards":       {options{orders: file, out: dir + "/x", asOf: "2026-01-01", shards: -1, decimals: 19}, []string{"-shards -1 is less than 1", "-decimals 19 is not in 0 to 18"}},
		"no file":      {options{orders: dir + "/no*.csv", out: dir + "/x", asOf: "2026-01-01", shards: 1}, []string{"/no*.csv: no such file"}},
		"a folder":     {options{orders: dir, out: dir + "/x", asOf: "2026-01-01", shards: 1}, []string{"is a directory"}},
		"no scheme":    {options{orders: "ftp://x/y", out: "ftp://x/y", asOf: "2026-01-01", shards: 1}, []string{"-orders ftp://x/y: ", "-out ftp://x/y: "}},
		"not writable": {options{orders: file, out: file + "/x", asOf: "2026-01-01", shards: 1}, []string{"-out " + file + "/x: "}},
		"a glob":       {options{orders: file, out: dir + "/[x]", asOf: "2026-01-01", shards: 1}, []string{"characters of a glob"}},
	} {
		err := run(t.Context(), &tt.o, func(*beam.Pipeline) error { t.Errorf("%s: it runs", name); return nil }, io.Discard)
		for _, want := range tt.want {
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "parsing time") {
				t.Errorf("%s: %v, want %q in it", name, err, want)
			}
		}
	}
	if files, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
}

// The commands of the README can be given in a clone: the module is not in go.work, and
// every flag of theirs is one of this program or of Beam's.
func TestReadmeCommands(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	known := flag.NewFlagSet("example", flag.ContinueOnError)
	flags(known)
	n := 0
	text := strings.ReplaceAll(string(data), "\\\n", " ")
	for line := range strings.Lines(text) {
		_, args, ok := strings.Cut(line, "go run ./example ")
		if !ok {
			continue
		}
		n++
		if !strings.HasPrefix(line, "GOWORK=off go run ./example ") {
			t.Errorf("fails in a clone: %s", line)
		}
		for arg := range strings.FieldsSeq(args) {
			name, isFlag := strings.CutPrefix(arg, "-")
			name, _, _ = strings.Cut(strings.TrimPrefix(name, "-"), "=")
			if isFlag && known.Lookup(name) == nil && flag.Lookup(name) == nil {
				t.Errorf("no flag -%s: %s", name, line)
			}
		}
	}
	if n != 4 {
		t.Errorf("%d commands, want 4", n)
	}
}
