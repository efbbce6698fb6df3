package simulate

import (
	"errors"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// number reads a number of the environment.
func number(name string, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return usual
}

// TestSimulation plays a few programmes; with GUANXI_LONG=1 a million commands.
// GUANXI_SEED is the first seed, GUANXI_COMMANDS how many are played; with GUANXI_BRIEF
// a failure is not shortened.
func TestSimulation(t *testing.T) {
	const each = 2000
	usual := 16_000
	if os.Getenv("GUANXI_LONG") == "1" {
		usual = 1_000_000
	}
	commands, first := number("GUANXI_COMMANDS", usual), number("GUANXI_SEED", 0)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // much is thrown away
	brief := os.Getenv("GUANXI_BRIEF") != ""
	began := time.Now()
	accepted, refused := map[string]int{}, map[string]int{}
	errs := make([]error, commands/each)
	var next atomic.Int64
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(errs); i = int(next.Add(1)) - 1 {
				w, err := Run(Config{Seed: uint64(first + i), Commands: each, Brief: brief})
				if err != nil {
					errs[i] = err
					next.Add(int64(len(errs))) // the others end theirs
					return
				}
				mu.Lock()
				for k, n := range w.Counts {
					accepted[k] += n
				}
				for k, n := range w.Refused {
					refused[k] += n
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	for i, err := range errs {
		var f *Failure
		if brief && errors.As(err, &f) {
			t.Fatalf("seed %d after %d commands: %v", f.Seed, i*each+f.Of, f.Err)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range []map[string]int{accepted, refused} {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			t.Logf("%8d %s", m[k], k)
		}
	}
	t.Logf("%d commands in %s", commands, time.Since(began).Round(time.Millisecond))
}

// FuzzSimulation lets the fuzzer choose programme and commands.
func FuzzSimulation(f *testing.F) {
	for seed := range uint64(4) {
		d, data := newDice(seed), make([]byte, 1200)
		for i := range data {
			data[i] = byte(d.n(256))
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 100 || len(data) > 1<<13 {
			return
		}
		if _, err := Run(Config{Data: data, Commands: 150, Accounts: 3}); err != nil {
			t.Fatal(err)
		}
	})
}

// forgetful is a host that loses a command now and then.
type forgetful struct {
	*Memory
	n int
}

func (h *forgetful) Do(id loyalty.AccountID, cmd loyalty.Command, at time.Time, left map[string]int64) (*loyalty.Decision, error) {
	if _, ok := cmd.(*loyalty.Redeem); ok {
		if h.n++; h.n > 5 {
			cmd = &loyalty.Sweep{Header: loyalty.Header{Key: cmd.Common().Key, At: cmd.Common().At}}
		}
	}
	return h.Memory.Do(id, cmd, at, left)
}

// TestShorten finds what a bad host does wrong, in a handful of steps.
func TestShorten(t *testing.T) {
	_, err := Run(Config{Seed: 1, Commands: 2000, Open: func(e *loyalty.Engine) Host { return &forgetful{Memory: NewMemory(e)} }})
	var f *Failure
	if !errors.As(err, &f) {
		t.Fatalf("nothing was found: %v", err)
	}
	if len(f.Steps) > 30 || f.Of < 2*len(f.Steps) {
		t.Errorf("%d of %d steps", len(f.Steps), f.Of)
	}
	if msg := f.Error(); msg == "" || errors.Unwrap(f) == nil {
		t.Error("a failure says nothing")
	}
}

// TestSeed plays the same for the same seed.
func TestSeed(t *testing.T) {
	a, err := Run(Config{Seed: 7, Commands: 300})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Run(Config{Seed: 7, Commands: 300})
	if err != nil {
		t.Fatal(err)
	}
	for id := range a.sides {
		if b.sides[id] == nil || a.sides[id].head != b.sides[id].head {
			t.Errorf("account %s differs", id)
		}
	}
}
