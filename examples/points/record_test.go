package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
)

// someYear is a small year.
var someYear = []string{"-customers", "40", "-json"}

// manyCommands are flags for a file of commands that takes a while.
func manyCommands(t *testing.T) []string {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 1))
	var b strings.Builder
	for i := range 600 {
		at := time.Date(2025, 1, 1, 0, 10*i, 0, 0, time.UTC).Format(time.RFC3339)
		head := fmt.Sprintf(`{"account": "a%d", "key": "k%d", "at": %q, `, rng.IntN(12), i-i%17/16, at) // now and then the key of the one before
		switch rng.IntN(4) {
		case 0:
			fmt.Fprintf(&b, `%s"op": "redeem", "spend": {"kind": "points", "points": %d}}`+"\n", head, 1+rng.IntN(40))
		case 1:
			fmt.Fprintf(&b, `%s"op": "transfer", "to": "a%d", "kind": "points", "points": %d}`+"\n", head, rng.IntN(12), 1+rng.IntN(20))
		default:
			fmt.Fprintf(&b, `%s"op": "adjust", "kind": "points", "points": %d}`+"\n", head, 1+rng.IntN(30))
		}
	}
	program := commandtest.File(t, "program.json", goodProgram)
	return []string{"-program", program, "-commands", commandtest.File(t, "commands.ndjson", b.String()), "-json"}
}

// disturb runs args in a place again and again, each time until some step of the seed's, when
// end is sent to the process, and at last to the end. Nothing is lost then, or there twice.
func disturb(t *testing.T, p place, args []string, rounds int, end os.Signal) {
	t.Helper()
	want, journals, all := undisturbed(t, args)
	args = append(args, "-db", p.arg)
	rng := rand.New(rand.NewPCG(7, uint64(rounds)))
	db := p.open(t)
	before := 0
	for round := range rounds {
		until := before + 1 + rng.IntN(max(all-before, 2)/(rounds-round)+1)
		s := start(t, args...)
		ended := make(chan error, 1)
		go func() { ended <- s.Wait() }()
		deadline := time.After(20 * time.Second)
		var err error
	wait:
		for steps(db) < until {
			select {
			case err = <-ended:
				ended <- err
				break wait
			case <-deadline:
				_ = s.Process.Kill()
				t.Fatalf("it does not come to step %d: %s", until, &s.stderr)
			case <-time.After(time.Duration(1+rng.IntN(4)) * time.Millisecond):
			}
		}
		_ = s.Process.Signal(end) // of one that has ended it does nothing
		<-ended
		before = steps(db)
		if s.ProcessState.ExitCode() == 0 {
			if before != all {
				t.Fatalf("exit 0 after %d of %d steps", before, all)
			}
			break
		}
		if s.stdout.Len() > 0 {
			t.Errorf("round %d: stopped, and yet it prints", round)
		}
		if end != os.Kill && (s.ProcessState.ExitCode() != exitStopped || !strings.Contains(s.stderr.String(), "stopped after") || !strings.Contains(s.stderr.String(), "goes on from there")) {
			t.Errorf("round %d: exit %d, %q", round, s.ProcessState.ExitCode(), s.stderr.String())
		}
	}
	if before == 0 {
		t.Error("nothing was kept of what was stopped")
	}
	_ = db.Close()
	for _, what := range []string{"continued", "run again"} {
		code, stdout, stderr := pointed(args...)
		if code != 0 || stderr != "" || stdout != want {
			t.Fatalf("%s: exit %d, %s; prints the same: %t", what, code, stderr, stdout == want)
		}
		if got := p.journals(t); got != journals {
			t.Fatalf("%s: the journals are others than undisturbed", what)
		}
	}
	if code, _, stderr := pointed("-db", p.arg, "-verify"); code != 0 {
		t.Errorf("verify: %s", stderr)
	}
}

// A year that is killed at any time, on each database that is there.
func TestKilled(t *testing.T) {
	for _, dialect := range []string{"sqlite", "postgres", "mysql"} {
		t.Run(dialect, func(t *testing.T) { disturb(t, newPlace(t, dialect), someYear, 4, os.Kill) })
	}
}

func TestCommandsKilled(t *testing.T) {
	disturb(t, newPlace(t, "sqlite"), manyCommands(t), 3, os.Kill)
}

// Ctrl-C ends a run between two steps.
func TestInterrupted(t *testing.T) {
	disturb(t, newPlace(t, "sqlite"), someYear, 2, os.Interrupt)
	disturb(t, newPlace(t, "sqlite"), manyCommands(t), 1, syscall.SIGTERM)
}

// A file that has grown goes on with what is new, and the lines before are as they were.
func TestGrown(t *testing.T) {
	args := manyCommands(t)
	data, err := os.ReadFile(args[3])
	if err != nil {
		t.Fatal(err)
	}
	whole, _, _ := undisturbed(t, args)
	p := newPlace(t, "sqlite")
	lines := strings.SplitAfter(string(data), "\n")
	for _, n := range []int{100, 100, 333, len(lines)} {
		args[3] = commandtest.File(t, "commands.ndjson", strings.Join(lines[:n], ""))
		code, stdout, stderr := pointed(append(args, "-db", p.arg)...)
		results := stdout[:strings.LastIndex(strings.TrimSuffix(stdout, "\n"), "\n")+1]
		if code != 0 || !strings.HasPrefix(whole, results) || strings.Count(results, "\n") != min(n, 600) {
			t.Fatalf("%d lines: exit %d %s, %d results", n, code, stderr, strings.Count(results, "\n"))
		}
		if n == len(lines) && stdout != whole {
			t.Error("the end differs")
		}
	}
}

// The same sample file as in memory, as text and as JSON, and again.
func TestSampleCommandsKept(t *testing.T) {
	p := newPlace(t, "sqlite")
	for _, args := range [][]string{with("-json"), with("-json"), with("-lang", "zh"), with()} {
		_, want, _ := pointed(args...)
		if code, stdout, stderr := pointed(append(args, "-db", p.arg)...); code != 0 || stdout != want {
			t.Errorf("%q: exit %d, %s; prints the same: %t", args, code, stderr, stdout == want)
		}
	}
}

// Two processes that play the same year at once do not play it twice.
func TestTwoAtOnce(t *testing.T) {
	want, journals, _ := undisturbed(t, someYear)
	p := newPlace(t, "sqlite")
	args := append([]string{"-db", p.arg}, someYear...)
	a, b := start(t, args...), start(t, args...)
	_, _ = a.Wait(), b.Wait()
	for _, s := range []*started{a, b} {
		if code := s.ProcessState.ExitCode(); code != 0 && !strings.Contains(s.stderr.String(), p.arg) {
			t.Errorf("exit %d: %s", code, &s.stderr)
		}
	}
	code, stdout, stderr := pointed(args...)
	if code != 0 || stdout != want || p.journals(t) != journals {
		t.Errorf("exit %d, %s; prints the same: %t", code, stderr, stdout == want)
	}
}
