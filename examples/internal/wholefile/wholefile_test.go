package wholefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A fault leaves the file as it was, leaves nothing else, and is told once.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report")
	text := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	if err := Write(name, text("one")); err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	err := Write(name, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return full
	})
	if !errors.Is(err, full) || strings.Count(err.Error(), "full") != 1 {
		t.Errorf("%v", err)
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "one" {
		t.Errorf("%q, %v", got, err)
	}
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(name, text("two")); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(name)
	info, err2 := os.Stat(name)
	if err := errors.Join(err, err2); err != nil || string(got) != "two" || info.Mode().Perm() != 0o600 {
		t.Errorf("%q, %v, %v", got, info.Mode(), err)
	}
	for _, bad := range []string{dir, filepath.Join(dir, "no", "report"), filepath.Join(name, "report")} {
		if Check(bad) == nil || Write(bad, text("x")) == nil {
			t.Errorf("%s: no error", bad)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v, %v", entries, err)
	}
}

// A file takes the place of an ordinary file alone, keeps its rights, and goes
// where a link leads.
func TestCheck(t *testing.T) {
	dir := t.TempDir()
	private, link := filepath.Join(dir, "private.html"), filepath.Join(dir, "link.html")
	if err := os.WriteFile(private, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(private, link); err != nil {
		t.Skip(err)
	}
	lost := filepath.Join(dir, "lost.html")
	if err := os.Symlink(filepath.Join(dir, "nothing"), lost); err != nil {
		t.Skip(err)
	}
	for name, want := range map[string]string{
		dir: "is a folder", os.DevNull: "no file to write to", filepath.Join(dir, "no", "x.html"): "its folder",
		filepath.Join(private, "x.html"): "its folder is a file", lost: "nothing",
	} {
		if err := Check(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q in it", name, err, want)
		}
	}
	if err := Write(link, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); err != nil {
		t.Fatal(err)
	}
	to, err := os.Lstat(link)
	if err != nil || to.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is no more: %v", err)
	}
	if info, err := os.Stat(private); err != nil || info.Size() == 0 || info.Mode().Perm() != 0o600 {
		t.Errorf("the file behind the link: %v, %v", info, err)
	}
}
