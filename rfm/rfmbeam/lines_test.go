package rfmbeam_test

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/rfmbeam"
)

// Every line is read once and whole, whatever the size of the ranges, with the
// offset it begins at.
func TestReadLines(t *testing.T) {
	dir := t.TempDir()
	texts := map[string]string{
		"a.csv": "one\r\ntwo\n\n\nfive is a longer line than the others are\nsix",
		"b.csv": "x\n" + strings.Repeat("y", 5000) + "\nz\n",
		"c.csv": "",
		"d.csv": "\n",
	}
	type line struct {
		file string
		at   int64
		text string
	}
	var want []line
	for name, text := range texts {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		at := int64(0)
		for l := range strings.Lines(text) {
			want = append(want, line{path, at, strings.TrimRight(l, "\r\n")})
			at += int64(len(l))
		}
	}
	compare := func(a, b line) int { return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.at, b.at)) }
	slices.SortFunc(want, compare)
	for _, size := range []int64{1, 2, 5, 64, 1 << 20, 0} {
		if size == 1 {
			size = 3 // of 5,000 ranges of one byte nobody learns more
		}
		r := newRun()
		lines, err := rfmbeam.ReadLines(r.s, size, filepath.Join(dir, "*.csv"))
		if err != nil {
			t.Fatal(err)
		}
		read := take[rfmbeam.Lines](r, "lines", lines)
		r.must(t)
		var got []line
		for _, l := range read() {
			for at, text := range l.All() {
				got = append(got, line{l.Source, at, string(text)})
			}
		}
		slices.SortFunc(got, compare)
		if !slices.Equal(got, want) {
			t.Errorf("ranges of %d bytes: %d lines, want %d", size, len(got), len(want))
		}
	}
}

func TestReadLinesRefuses(t *testing.T) {
	r := newRun()
	if _, err := rfmbeam.ReadLines(r.s, -1, "x"); !errors.Is(err, rfm.ErrOption) {
		t.Errorf("a negative size: %v", err)
	}
	if _, err := rfmbeam.ReadLines(r.s, 0); !errors.Is(err, rfm.ErrOption) {
		t.Errorf("no glob: %v", err)
	}
	if _, err := rfmbeam.ReadLines(r.s, 0, filepath.Join(t.TempDir(), "*.csv")); err != nil {
		t.Fatal(err)
	}
	if err := r.run(); err == nil || !strings.Contains(err.Error(), "no file matches") {
		t.Errorf("nothing to read: %v", err)
	}
}
