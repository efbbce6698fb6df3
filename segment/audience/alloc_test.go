//go:build !race

package audience

import (
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
)

func TestAllocs(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	a, b := halfFull(t, r, 1<<20), halfFull(t, r, 1<<20)
	few, run := Of(5, 70_000, 1<<19), First(300_000)
	zero := func(name string, f func()) {
		t.Helper()
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
	for _, s := range []Set{a, few, run, optimised(run), {}} {
		for _, u := range []Set{b, few, optimised(run)} {
			zero("Count", func() { s.Count() })
			zero("AndCount", func() { s.AndCount(u) })
			zero("OrCount", func() { s.OrCount(u) })
			zero("MinusCount", func() { s.MinusCount(u) })
			zero("XorCount", func() { s.XorCount(u) })
			zero("ComplementCount", func() { s.ComplementCount(u) })
			zero("Has", func() { s.Has(70_000) })
			zero("Equal", func() { s.Equal(u) })
			zero("Meets", func() { s.Meets(u) })
			zero("Within", func() { s.Within(u) })
		}
	}
	dir := town(t, 100)
	keys, found := []string{"C-1", "C-200"}, make([]uint32, 0, 8)
	named := make([]Customer[string], 0, 8)
	zero("Find", func() { found, _ = dir.Find(background, found[:0], keys) })
	zero("Keys", func() { named, _ = dir.Keys(background, named[:0], []uint32{3, 5000}) })
	zero("Assign", func() { found, _ = dir.Assign(background, found[:0], keys[:1]) })
	o := outcomes(t, plainCampaign(), plainRoster(500, 500))
	add(t, o, Outcome{0, true, decimal.New(1, 0)})
	v := uint32(0)
	zero("Outcomes.Add", func() {
		if v++; o.Add(Outcome{v, true, decimal.New(1999, -2)}) != nil {
			t.Error(v)
		}
	})
}
