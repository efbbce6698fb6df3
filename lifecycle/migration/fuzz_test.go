package migration_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

// Any journal is refused whole or counted as the definition says; merging is one
// pass; the encoding comes back.
func FuzzCounts(f *testing.F) {
	f.Add([]byte{1, 2, 3, 0, 9, 1, 7, 1, 2}, byte(0))
	f.Add([]byte{0, 0, 255, 255, 0, 0, 0, 1, 9, 1, 0, 40, 2, 0, 40}, byte(7))
	f.Fuzz(func(t *testing.T, in []byte, which byte) {
		in = in[:min(len(in), 600)]
		cfg := migration.Config{Stages: ids(1 + int(which&3)), Period: []migration.Period{migration.Month, migration.Week, migration.Quarter, ""}[which>>2&3],
			Since: day(2025, 1, 1), Until: day(2025, 10, 1)}
		all, a, b := must(migration.NewCounts(cfg)), must(migration.NewCounts(cfg)), must(migration.NewCounts(cfg))
		var stays []migration.Stay
		var customers [][]migration.Stay
		at := us(day(2024, 12, 1))
		flush := func() {
			half := a
			if len(customers)%2 == 1 {
				half = b
			}
			e1, e2 := all.Add(stays), half.Add(stays)
			if (e1 == nil) != (e2 == nil) {
				t.Fatal(e1, e2)
			}
			if e1 == nil {
				customers = append(customers, stays)
			}
			stays, at = nil, us(day(2024, 12, 1))
		}
		for ; len(in) >= 3; in = in[3:] {
			if in[0] == 255 {
				flush()
				continue
			}
			at += int64(int8(in[1])) * 3 * 86400e6 / 2
			s := migration.Stay{Stage: int(in[0] & 3), From: at}
			at += int64(int8(in[2])) * 86400e6 / 2
			if s.To = at; in[0]&64 != 0 {
				s.To = migration.Open
			}
			stays = append(stays, s)
		}
		flush()
		checkCounts(t, cfg, all, customers)
		if err := b.Merge(a); err != nil {
			t.Fatal(err)
		}
		data := must(all.MarshalBinary())
		if !bytes.Equal(data, must(b.MarshalBinary())) {
			t.Fatal("merging is not one pass")
		}
		a.Reset()
		if err := a.UnmarshalBinary(data); err != nil || !bytes.Equal(data, must(a.MarshalBinary())) {
			t.Fatal(err)
		}
	})
}

// Any events are refused whole or are the attempt found by brute force.
func FuzzFunnel(f *testing.F) {
	f.Add([]byte{0, 3, 1, 3, 2, 3}, byte(0), byte(9))
	f.Add([]byte{0, 3, 0, 0, 1, 200, 255, 0, 2, 3}, byte(22), byte(1))
	f.Fuzz(func(t *testing.T, in []byte, which, after byte) {
		in = in[:min(len(in), 200)]
		cfg := migration.FunnelConfig{Steps: steps(2 + int(which&3)), Window: windows[int(which>>2&7)%len(windows)], Order: migration.Loose}
		if which&128 != 0 {
			cfg.Order = migration.Strict
		}
		funnel := must(migration.NewFunnel(cfg))
		var events []migration.Event
		at := us(day(2026, 1, 1))
		for ; len(in) >= 2; in = in[2:] {
			at += int64(int8(in[1])) * 3 * 3600e6
			events = append(events, migration.Event{Step: int(int8(in[0])), At: at, Group: string(in[:1])})
		}
		until := at + int64(after)*7*3600e6
		if funnel.Add(events, until) != nil {
			if len(funnel.Groups()) != 0 {
				t.Fatal("counted and refused")
			}
			return
		}
		w, ok := findWay(cfg, events, until)
		r, here := funnel.Report(w.group)
		if ok != here {
			t.Fatal(ok, here)
		}
		data := must(funnel.MarshalBinary())
		again := must(migration.NewFunnel(cfg))
		if err := again.UnmarshalBinary(data); err != nil || !bytes.Equal(data, must(again.MarshalBinary())) {
			t.Fatal(err)
		}
		if !ok {
			return
		}
		reached := 0
		for _, s := range r.Steps {
			reached += int(s.Reached)
		}
		if reached != len(w.at) || (r.Whole.Open == 1) != (w.end == "open") || (r.Whole.Dropped == 1) != (w.end == "dropped") {
			t.Fatalf("%+v, want %+v", r, w)
		}
		if d, ok := r.Whole.Median(); w.end == "done" && (!ok || d.Microseconds() != w.at[len(w.at)-1]-w.at[0]) {
			t.Fatalf("%v, want %+v", d, w)
		}
	})
}

// Hostile bytes: no panic, and what decodes is what it encodes to.
func FuzzUnmarshalBinary(f *testing.F) {
	for i, a := range []encoded{goldenCounts(), goldenFunnel()} {
		good := must(a.MarshalBinary())
		a.Reset()
		empty := must(a.MarshalBinary())
		head := len(empty) - 1
		if i == 0 {
			head = len(empty) - 1 - 5*3 - 4*9 // customers, stock, moves
		}
		f.Add(i == 0, good[head:])
		f.Add(i == 0, empty[head:])
	}
	f.Fuzz(func(t *testing.T, counts bool, body []byte) {
		var a encoded = must(migration.NewFunnel(migration.FunnelConfig{Steps: goldenSteps, Window: windows[2]}))
		head := -1
		if counts {
			a = must(migration.NewCounts(migration.Config{Stages: ids(3), Period: migration.Quarter, Since: day(2025, 1, 1), Until: day(2026, 1, 1)}))
			head = -1 - 5*3 - 4*9
		}
		empty := must(a.MarshalBinary())
		data := append(slices.Clone(empty[:len(empty)+head]), body...)
		if a.UnmarshalBinary(data) != nil {
			if !bytes.Equal(empty, must(a.MarshalBinary())) {
				t.Fatal("changed")
			}
			return
		}
		if !bytes.Equal(data, must(a.MarshalBinary())) {
			t.Fatal("not canonical")
		}
		if funnel, ok := a.(*migration.Funnel); ok {
			funnel.Total().Whole.Conversion()
		}
	})
}

// Any matrix that is read can be asked everything: no panic, probabilities are
// probabilities, numbers are numbers.
func FuzzMatrix(f *testing.F) {
	f.Add([]byte(`{"stages":["a","b"],"rows":[[0.5,0.5],null]}`), uint64(1))
	f.Add([]byte(`{"stages":["a","b"],"rows":[[1,1e-18],[0,1]],"sizes":[3,null]}`), uint64(2))
	f.Add([]byte(`{"stages":["a","b","c"],"rows":[[0,1,0],[1,0,0],[0.2,0.3,0.5]]}`), uint64(3))
	f.Fuzz(func(t *testing.T, in []byte, seed uint64) {
		var m migration.Matrix
		if json.Unmarshal(in, &m) != nil {
			return
		}
		stages := m.Stages()
		if len(stages) > 12 {
			return
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		e := migration.Economics{Rewards: make([]float64, len(stages)), Discount: rng.Float64()}
		start := make([]int64, len(stages))
		for i := range e.Rewards {
			e.Rewards[i], start[i] = 10*rng.NormFloat64(), rng.Int64N(9)
		}
		if p, err := m.Passage(stages[0]); err == nil {
			for _, s := range stages {
				ever, _ := p.Ever(s)
				wait, _ := p.Periods(s)
				if !(ever.P >= 0 && ever.P <= 1 && ever.SE >= 0 && wait.Mean >= 0 && wait.SD >= 0 && wait.SE >= 0) {
					t.Fatalf("%s: %v, %v", s, ever, wait)
				}
			}
		}
		for v := range must(m.ValueWithin(5, e)).All() {
			if !(math.Abs(v.Mean) < 1e6 && v.SE >= 0) {
				t.Fatal(v)
			}
		}
		_, _ = m.ValueForever(e)
		_, _ = m.StopRule(e, stages[len(stages)-1])
		_, _ = m.Forecast(migration.ForecastConfig{Start: start, Periods: 3})
	})
}
