package migration_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

func steps(n int) []migration.FunnelStep {
	out := make([]migration.FunnelStep, n)
	for i, id := range ids(n) {
		out[i].ID = id
	}
	return out
}

// way is the attempt that counts, found by trying every beginning.
type way struct {
	group string
	at    []int64
	end   string // "done", "open" or "dropped"
}

func findWay(cfg migration.FunnelConfig, events []migration.Event, until int64) (best way, ok bool) {
	finish := -1
	for s, e := range events {
		if e.Step != 0 {
			continue
		}
		deadline := int64(1) << 62
		if !cfg.Window.IsZero() {
			deadline = us(cfg.Window.AddTo(time.UnixMicro(e.At), cfg.Location))
		}
		w := way{e.Group, []int64{e.At}, "open"}
		if until >= deadline {
			w.end = "dropped"
		}
		end := s
		for i, next := range events[s+1:] {
			if cfg.Order == migration.Strict {
				if next.Step != len(w.at) || next.At >= deadline {
					w.end = "dropped"
					break
				}
			} else if next.Step != len(w.at) || next.At >= deadline {
				continue
			}
			w.at = append(w.at, next.At)
			end = s + 1 + i
			if len(w.at) == len(cfg.Steps) {
				w.end = "done"
				break
			}
		}
		switch {
		case w.end == "done" && (best.end != "done" || end <= finish):
			best, finish = w, end
		case best.end != "done" && w.end != "done" && len(w.at) >= len(best.at):
			best = w
		}
		ok = true
	}
	return best, ok
}

func randomEvents(rng *rand.Rand, steps int) (out []migration.Event, until int64) {
	at := us(day(2026, 1, 1)) + rng.Int64N(20*86400e6)
	for range rng.IntN(14) {
		out = append(out, migration.Event{Step: max(-1, rng.IntN(steps+2)-2+rng.IntN(2)), At: at, Group: string(rune('a' + rng.IntN(3)))})
		if out[len(out)-1].Step >= steps {
			out[len(out)-1].Step = 0
		}
		if rng.IntN(5) > 0 {
			at += rng.Int64N(4 * 86400e6)
		}
	}
	return out, at + 1 + rng.Int64N(9*86400e6)
}

var windows = []guanxi.Span{{}, {Time: 36 * time.Hour}, {Days: 7}, {Months: 1}, {Time: time.Microsecond}}

// One funnel of everybody is the attempts found by brute force, in any order and
// any split.
func TestFunnelIsTheDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	done := 0
	for round := range 300 {
		cfg := migration.FunnelConfig{Steps: steps(2 + rng.IntN(3)), Window: windows[rng.IntN(len(windows))],
			Order: []migration.Order{"", migration.Loose, migration.Strict}[round%3], Location: zoneOf(t, "America/New_York")}
		all, a, b := must(migration.NewFunnel(cfg)), must(migration.NewFunnel(cfg)), must(migration.NewFunnel(cfg))
		type sum struct{ reached, continued, dropped, open int64 }
		want := map[string][]sum{}
		var customers [][]migration.Event
		var untils []int64
		for range 30 {
			events, until := randomEvents(rng, len(cfg.Steps))
			customers, untils = append(customers, events), append(untils, until)
			w, ok := findWay(cfg, events, until)
			if !ok {
				continue
			}
			if want[w.group] == nil {
				want[w.group] = make([]sum, len(cfg.Steps)+1)
			}
			whole := &want[w.group][len(cfg.Steps)]
			whole.reached++
			for k := range w.at {
				s := &want[w.group][k]
				s.reached++
				switch {
				case k+1 < len(w.at):
					s.continued++
				case w.end == "open":
					s.open++
					whole.open++
				case w.end == "dropped":
					s.dropped++
					whole.dropped++
				default:
					whole.continued++
					done++
				}
			}
		}
		for i, k := range rng.Perm(len(customers)) {
			half := a
			if i%3 == 0 {
				half = b
			}
			last := len(customers) - 1 - i
			if err := errors.Join(half.Add(customers[k], untils[k]), all.Add(customers[last], untils[last])); err != nil {
				t.Fatal(err)
			}
		}
		if rng.IntN(2) == 0 {
			a.Total()
			a.Report("a")
		}
		if err := a.Merge(b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(must(a.MarshalBinary()), must(all.MarshalBinary())) {
			t.Fatalf("round %d: merging is not one pass", round)
		}
		if len(all.Groups()) != len(want) {
			t.Fatalf("groups %q", all.Groups())
		}
		for group, sums := range want {
			r, ok := all.Report(group)
			if !ok || r.Group != group {
				t.Fatal(group)
			}
			for k, s := range sums {
				if k == len(cfg.Steps)-1 {
					if r.Steps[k].Reached != s.reached || r.Steps[k].Onward.Reached != 0 {
						t.Fatalf("last step: %+v, want %+v", r.Steps[k], s)
					}
					continue
				}
				got := r.Whole
				if k < len(cfg.Steps) {
					got = r.Steps[k].Onward
					if r.Steps[k].Reached != s.reached {
						t.Fatalf("reached %d, want %d", r.Steps[k].Reached, s.reached)
					}
				}
				if (sum{got.Reached, got.Continued, got.Dropped, got.Open}) != s {
					t.Fatalf("round %d %+v: group %s step %d: %+v, want %+v", round, cfg, group, k, got, s)
				}
			}
		}
	}
	if done < 100 {
		t.Errorf("only %d came to the end", done)
	}
}

// The curve by hand: ten customers; two go on after 1 h, one is open after 2 h,
// three go on after 3 h, one open after 3 h, one goes on after 5 h, two dropped.
func TestTransit(t *testing.T) {
	f := must(migration.NewFunnel(migration.FunnelConfig{Steps: steps(2), Window: guanxi.Span{Time: 10 * time.Hour}}))
	start := us(day(2026, 1, 1))
	const hour = int64(3600e6)
	add := func(after, seen int64) {
		events := []migration.Event{{Step: 0, At: start}}
		if after > 0 {
			events = append(events, migration.Event{Step: 1, At: start + after*hour})
		}
		if err := f.Add(events, start+seen*hour); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range [][2]int64{{1, 9}, {3, 9}, {0, 2}, {3, 20}, {0, 10}, {5, 6}, {0, 3}, {1, 2}, {0, 99}, {3, 4}} {
		add(v[0], v[1])
	}
	tr := f.Total().Steps[0].Onward
	if tr.Reached != 10 || tr.Continued != 6 || tr.Open != 2 || tr.Dropped != 2 {
		t.Fatalf("%+v", tr)
	}
	// S: 8/10; then 7 at risk, 3 go: ·4/7; then 3 at risk, 1 goes: ·2/3.
	c, ok := tr.Conversion()
	share := 1 - 0.8*4/7*2/3
	if !ok || !near(c.Share, share, 1e-14) || !(c.Low < c.Share && c.Share < c.High) || c.Confidence != 0.95 {
		t.Errorf("%+v, want %v", c, share)
	}
	for p, want := range map[float64]time.Duration{0.1: 1, 0.2: 1, 0.21: 3, 0.5: 3, 0.54: 3, 0.55: 5, 0.69: 5} {
		if d, ok := tr.Quantile(p); !ok || d != want*time.Hour {
			t.Errorf("quantile %v: %v %v, want %d h", p, d, ok, want)
		}
	}
	if d, ok := tr.Median(); !ok || d != 3*time.Hour {
		t.Errorf("median %v %v", d, ok)
	}
	if d, ok := tr.QuantileOfContinued(1); !ok || d != 5*time.Hour {
		t.Errorf("the last who went on: %v %v", d, ok)
	}
	if d, ok := tr.QuantileOfContinued(0.25); !ok || d != time.Hour {
		t.Errorf("the first who went on: %v %v", d, ok)
	}
	for _, p := range []float64{0.71, 1, 0, -1, 1.1} {
		if _, ok := tr.Quantile(p); ok {
			t.Errorf("quantile %v is known", p)
		}
	}
	if _, ok := tr.QuantileOfContinued(0); ok {
		t.Error("quantile 0 is known")
	}
	// Greenwood: se² = S²·(2/(10·8) + 3/(7·4) + 1/(3·2)), and Wilson for p(1−p)/se².
	s := 1 - share
	n := share * s / (s * s * (2./80 + 3./28 + 1./6))
	z := 1.959963984540054
	k := z * z / n
	if want := (share + k/2) / (1 + k); !near((c.Low+c.High)/2, want, 1e-12) {
		t.Errorf("middle of the interval %v, want %v", (c.Low+c.High)/2, want)
	}
}

// With nobody open a share is a share, and Wilson's interval is that of counts.
func TestConversionWithoutOpen(t *testing.T) {
	f := must(migration.NewFunnel(migration.FunnelConfig{Steps: steps(2), Window: guanxi.Span{Days: 1}}))
	for i := range 12 {
		events := []migration.Event{{Step: 0, At: 0}}
		if i < 3 {
			events = append(events, migration.Event{Step: 1, At: int64(i + 1)})
		}
		if err := f.Add(events, us(day(2026, 1, 1))); err != nil {
			t.Fatal(err)
		}
	}
	c, ok := f.Total().Whole.Conversion()
	if !ok || !near(c.Share, 0.25, 1e-14) || !near(c.Low, 0.088941668394054741, 1e-12) || !near(c.High, 0.53230533493356571, 1e-12) {
		t.Errorf("%+v", c)
	}
	open := must(migration.NewFunnel(migration.FunnelConfig{Steps: steps(2)}))
	if err := open.Add([]migration.Event{{Step: 0, At: 0}}, 5); err != nil {
		t.Fatal(err)
	}
	if _, ok := open.Total().Whole.Conversion(); ok {
		t.Error("all are open, and the share is known")
	}
	if _, ok := open.Total().Whole.QuantileOfContinued(0.5); ok {
		t.Error("nobody went on, and the time is known")
	}
	if _, ok := must(migration.NewFunnel(migration.FunnelConfig{Steps: steps(2)})).Total().Whole.Conversion(); ok {
		t.Error("nobody came, and the share is known")
	}
	if err := open.Add([]migration.Event{{Step: 0, At: us(day(1500, 1, 1))}, {Step: 1, At: us(day(2000, 1, 1))}}, us(day(2026, 1, 1))); err != nil {
		t.Fatal(err)
	}
	if d, ok := open.Total().Whole.QuantileOfContinued(0.5); !ok || d != 1<<63-1 {
		t.Errorf("500 years: %v", d)
	}
}

func TestBadEvents(t *testing.T) {
	f := must(migration.NewFunnel(migration.FunnelConfig{Steps: steps(2), Window: guanxi.Span{Months: 1<<31 - 1, Days: 1<<31 - 1}}))
	before := must(f.MarshalBinary())
	far := us(day(9999, 12, 31)) + 2*86400e6
	for name, bad := range map[string]struct {
		events   []migration.Event
		until    int64
		sentinel error
		pointers []string
	}{
		"unknown step":    {[]migration.Event{{Step: 2}, {Step: -2}}, 5, migration.ErrStep, []string{"/0/step", "/1/step"}},
		"backwards":       {[]migration.Event{{At: 3}, {At: 2}}, 5, migration.ErrBackwards, []string{"/1/at"}},
		"after the end":   {[]migration.Event{{At: 3}, {At: 5}}, 5, migration.ErrBackwards, []string{"/1/at"}},
		"out of time":     {[]migration.Event{{At: -1 << 62}, {At: far}}, far + 5, migration.ErrTime, []string{"/0/at", "/1/at", "/until"}},
		"until of no day": {nil, 1 << 62, migration.ErrTime, []string{"/until"}},
	} {
		wantFaults(t, name, f.Add(bad.events, bad.until), bad.sentinel, bad.pointers...)
	}
	if !bytes.Equal(before, must(f.MarshalBinary())) {
		t.Error("something was counted")
	}
	if err := f.Add([]migration.Event{{At: 3}}, 5); err != nil || f.Total().Whole.Open != 1 {
		t.Errorf("a window of millions of years: %v, %+v", err, f.Total().Whole)
	}
	f.Reset()
	if !bytes.Equal(before, must(f.MarshalBinary())) {
		t.Error("Reset left something")
	}
}
