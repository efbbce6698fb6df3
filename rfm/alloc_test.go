//go:build !race

package rfm_test

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/guanxi-go/guanxi/rfm"
)

func wantAllocs(t *testing.T, name string, want float64, f func()) {
	t.Helper()
	if n := testing.AllocsPerRun(20, f); n > want {
		t.Errorf("%s: %v allocs, want at most %v", name, n, want)
	}
}

func TestAllocs(t *testing.T) {
	a := newAgg(t, rfm.Config{Decimals: 2, Keep: rfm.Totals, KeepCosts: true})
	batch := bigBatch(rand.New(rand.NewPCG(31, 1)), 20_000, 3000, false)
	if err := a.AddBatch(batch); err != nil {
		t.Fatal(err)
	}
	p := mustPopulation(t, a, day(2026, 7, 1))
	g := rfm.MustSegments(rfm.Eleven())
	dst := make([]rfm.Score, 0, p.Len())
	for _, cfg := range []rfm.ScaleConfig{{}, {Method: rfm.Interpolated, Money: rfm.MoneyMean}, {Money: rfm.MoneyMargin}, {Nested: true}} {
		s := mustFit(t, p, cfg)
		v := p.Values(7)
		var score rfm.Score
		wantAllocs(t, "Score", 0, func() { score = s.Score(v) })
		wantAllocs(t, "Index", 0, func() { g.Index(score) })
		wantAllocs(t, "Weighted and Z", 0, func() { s.Weighted(score); s.Z(v) })
		wantAllocs(t, "AppendScores", 0, func() {
			var err error
			if dst, err = rfm.AppendScores(dst[:0], p, s); err != nil {
				t.Fatal(err)
			}
		})
	}
	wantAllocs(t, "All", 0, func() {
		for _, v := range p.All() {
			if v.Prospect {
				return
			}
		}
	})
	wantAllocs(t, "Find", 0, func() { p.Find(55) })
	// A batch costs the same few allocations whatever its length.
	for _, workers := range []int{1, 2} {
		for _, keep := range []rfm.Keep{rfm.Totals, rfm.Orders} {
			a := newAgg(t, rfm.Config{Decimals: 2, Keep: keep, Workers: workers})
			for range 3 {
				a.Reset()
				if err := a.AddBatch(batch); err != nil {
					t.Fatal(err)
				}
			}
			n := testing.AllocsPerRun(5, func() {
				a.Reset()
				_ = a.AddBatch(batch)
			})
			if perRow := n / float64(len(batch.Customer)); perRow > 0.01 {
				t.Errorf("AddBatch into a warmed %s, %d workers: %v allocs for %d rows", keep, workers, n, len(batch.Customer))
			}
		}
	}
}

// What a hostile encoding may cost is in proportion to its length.
func TestDecodingMemory(t *testing.T) {
	for _, keep := range []rfm.Keep{rfm.Totals, rfm.Orders} {
		a := newAgg(t, rfm.Config{Keep: keep})
		empty := mustBytes(t, a)
		// Claims of 2⁴⁰ customers or rows, with a few bytes behind them.
		for _, tail := range [][]byte{{0xff, 0xff, 0xff, 0xff, 0xff, 0x1f}, {1, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f}, {1, 2, 1, 5, 0, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f}} {
			bad := append(empty[:len(empty)-1:len(empty)-1], tail...)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if err := a.UnmarshalBinary(bad); err == nil {
				t.Errorf("%s: %x decodes", keep, tail)
			}
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
				t.Errorf("%s: %x allocates %d bytes", keep, tail, n)
			}
		}
	}
}
