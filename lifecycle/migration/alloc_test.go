//go:build !race

package migration_test

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

func TestNoAllocations(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 1))
	c := must(migration.NewCounts(migration.Config{Stages: ids(6), Since: day(2025, 1, 1), Until: day(2026, 1, 1)}))
	o := must(migration.NewCounts(migration.Config{Stages: ids(6), Since: day(2025, 1, 1), Until: day(2026, 1, 1)}))
	stays := journal(rng, 6, us(day(2024, 12, 1)), us(day(2026, 1, 1)))
	for len(stays) < 5 {
		stays = journal(rng, 6, us(day(2024, 12, 1)), us(day(2026, 1, 1)))
	}
	f := must(migration.NewFunnel(migration.FunnelConfig{Steps: steps(3), Window: guanxi.Span{Days: 7}}))
	strict := must(migration.NewFunnel(migration.FunnelConfig{Steps: steps(3), Window: guanxi.Span{Days: 7}, Order: migration.Strict}))
	events := []migration.Event{{0, 1, "web"}, {2, 2, ""}, {0, 3, "app"}, {1, 9, ""}} // dropped: two steps
	for range 40_000 {
		if f.Add(events, 1e15) != nil || strict.Add(events, 1e15) != nil {
			t.Fatal("refused")
		}
	}
	for name, run := range map[string]func(){
		"Counts.Add":   func() { _ = c.Add(stays) },
		"Counts.Merge": func() { _ = c.Merge(o) },
		"Funnel.Add":   func() { _ = f.Add(events, 1e15); _ = strict.Add(events, 1e15) }, // but for the slices' growth
	} {
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
}

// What a hostile encoding may cost is in proportion to its length.
func TestDecodingMemory(t *testing.T) {
	f := must(migration.NewFunnel(migration.FunnelConfig{Steps: steps(3)}))
	empty := must(f.MarshalBinary())
	c := must(migration.NewCounts(migration.Config{Stages: ids(200), Since: day(2000, 1, 1), Until: day(2026, 1, 1)}))
	short := must(c.MarshalBinary())
	short = short[:len(short)-200*200*100]
	for _, tail := range [][]byte{{0xff, 0xff, 0xff, 0xff, 0xff, 0x1f}, {1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f}} {
		bad := append(empty[:len(empty)-1:len(empty)-1], tail...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if f.UnmarshalBinary(bad) == nil || c.UnmarshalBinary(short) == nil {
			t.Errorf("%x decodes", tail)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%x allocates %d bytes", tail, n)
		}
	}
}
