// Command skips reads what "go test -json" prints and says in few lines what
// happened: each package's result, the whole output of what failed, and every
// skipped test by name with its reason.
//
//	go test -json ./... | skips [-forbid regexp]
//	skips -count file...
//
// It exits 1 when a test or a package failed, when no test ran at all unless
// -empty is given, and when the reason of a skip matches the -forbid regexp.
// With -count it prints the totals of the files alone: "N passed, N failed, N
// skipped". Subtests count as tests.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

func main() {
	forbid := flag.String("forbid", "", "fail on a skip whose reason matches this regexp")
	empty := flag.Bool("empty", false, "a run without tests is no failure")
	count := flag.Bool("count", false, "print the totals of the files and nothing else")
	flag.Parse()

	var r report
	if *forbid != "" {
		re, err := regexp.Compile(*forbid)
		if err != nil {
			fatal(err)
		}
		r.forbid = re
	}
	if *count {
		for _, name := range flag.Args() {
			f, err := os.Open(name)
			if err != nil {
				fatal(err)
			}
			if err := r.read(f, io.Discard); err != nil {
				fatal(fmt.Errorf("%s: %w", name, err))
			}
			_ = f.Close()
		}
		fmt.Println(r.totals())
		return
	}
	if err := r.read(os.Stdin, os.Stdout); err != nil {
		fatal(err)
	}
	if err := r.finish(os.Stdout, *empty); err != nil {
		fatal(err)
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "skips:", err)
	os.Exit(1)
}

// An event is one line of "go test -json" (see "go doc test2json").
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	Elapsed     float64
	FailedBuild string
}

type key struct{ pkg, test string }

type skip struct {
	key
	reason string
}

// tally holds the counts of one package.
type tally struct{ passed, failed, skipped int }

type report struct {
	forbid  *regexp.Regexp
	output  map[key]*strings.Builder // of what has not ended yet
	pkgs    map[string]*tally
	skips   []skip
	broken  []string // packages that failed without a failed test
	passed  int
	failed  int
	skipped int
}

// read takes in one stream and prints to w what is worth saying at once.
func (r *report) read(in io.Reader, w io.Writer) error {
	if r.output == nil {
		r.output = map[key]*strings.Builder{}
		r.pkgs = map[string]*tally{}
	}
	br := bufio.NewReader(in)
	for {
		line, err := br.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				fmt.Fprint(w, string(line)) // not JSON: the go command's own words
			} else {
				r.add(e, w)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) add(e event, w io.Writer) {
	k := key{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(w, e.Output)
	case "output":
		b := r.output[k]
		if b == nil {
			b = new(strings.Builder)
			r.output[k] = b
		}
		b.WriteString(e.Output)
	case "pass", "fail", "skip":
		text := ""
		if b := r.output[k]; b != nil {
			text = b.String()
			delete(r.output, k)
		}
		if e.Test == "" {
			r.endPackage(e, text, w)
		} else {
			r.endTest(k, e.Action, text, w)
		}
	}
}

func (r *report) endTest(k key, action, text string, w io.Writer) {
	t := r.pkgs[k.pkg]
	if t == nil {
		t = new(tally)
		r.pkgs[k.pkg] = t
	}
	switch action {
	case "pass":
		t.passed++
		r.passed++
	case "skip":
		t.skipped++
		r.skipped++
		r.skips = append(r.skips, skip{k, reason(text)})
	case "fail":
		t.failed++
		r.failed++
		fmt.Fprintf(w, "FAILED: %s %s\n%s", k.pkg, k.test, text)
	}
}

func (r *report) endPackage(e event, text string, w io.Writer) {
	t := r.pkgs[e.Package]
	if t == nil {
		t = new(tally)
	}
	switch e.Action {
	case "pass":
		fmt.Fprintf(w, "ok   %s %.1fs (%d passed, %d skipped)\n", e.Package, e.Elapsed, t.passed, t.skipped)
	case "skip":
		fmt.Fprintf(w, "--   %s (no tests)\n", e.Package)
	case "fail":
		fmt.Fprintf(w, "FAIL %s %.1fs\n%s", e.Package, e.Elapsed, text)
		// A crash leaves its words on the tests that had not ended.
		for k, b := range r.output {
			if k.pkg == e.Package {
				fmt.Fprintf(w, "unfinished: %s %s\n%s", k.pkg, k.test, b.String())
				delete(r.output, k)
			}
		}
		if t.failed == 0 {
			r.failed++
			r.broken = append(r.broken, e.Package)
		}
	}
}

// reason returns what t.Skip was told: the indented lines of a test's output,
// without the file and line before them.
func reason(text string) string {
	var words []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if !strings.HasPrefix(line, "    ") || strings.HasPrefix(strings.TrimSpace(line), "--- ") {
			continue
		}
		words = append(words, place.ReplaceAllString(strings.TrimSpace(line), ""))
	}
	if len(words) == 0 {
		return "no reason given"
	}
	return strings.Join(words, " ")
}

var place = regexp.MustCompile(`^\S+\.go:\d+: `)

func (r *report) totals() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", r.passed, r.failed, r.skipped)
}

// finish prints the skipped tests and the totals. Its error says why the run
// does not pass.
func (r *report) finish(w io.Writer, empty bool) error {
	var faults []error
	for _, s := range r.skips {
		fmt.Fprintf(w, "skipped: %s %s: %s\n", s.pkg, s.test, s.reason)
		if r.forbid != nil && r.forbid.MatchString(s.reason) {
			faults = append(faults, fmt.Errorf("%s %s may not be skipped here: %s", s.pkg, s.test, s.reason))
		}
	}
	fmt.Fprintf(w, "tests: %s\n", r.totals())
	if r.failed > 0 {
		faults = append(faults, fmt.Errorf("%d failed", r.failed))
	}
	for _, p := range r.broken {
		faults = append(faults, fmt.Errorf("%s failed outside its tests", p))
	}
	if !empty && r.passed+r.failed+r.skipped == 0 {
		faults = append(faults, errors.New("no test ran"))
	}
	return errors.Join(faults...)
}
