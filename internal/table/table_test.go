package table

import (
	"math/rand/v2"
	"testing"
)

// Against a map, one by one and in blocks, with good hashes and with ones that
// all meet in a few slots.
func TestAgainstMap(t *testing.T) {
	hashes := map[string]func(k int) uint64{
		"mixed":   func(k int) uint64 { return uint64(k) * 0x9e3779b97f4a7c15 },
		"few":     func(k int) uint64 { return uint64(k%5) << 40 },
		"all one": func(int) uint64 { return 1<<64 - 1 },
	}
	for name, hash := range hashes {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			var tab Table[int, int]
			for range 2 { // a second time after Reset
				want := map[int]uint32{}
				sum := map[int]int{}
				for step := range 60 {
					keys := make([]int, 1+rng.IntN(20))
					h := make([]uint64, len(keys))
					for i := range keys {
						keys[i] = rng.IntN(10 + 20*step)
						h[i] = hash(keys[i])
					}
					if k := rng.IntN(10_000); want[k] == 0 { // 0 is also that of the first
						if ord, ok := tab.Find(hash(k), k); ok && (ord != 0 || tab.Rows[0].Key != k) {
							t.Fatalf("found %d at %d, which is not there", k, ord)
						}
					}
					tab.Reserve(len(keys))
					ord := make([]uint32, len(keys))
					if step%2 == 0 {
						tab.Seek(ord, make([]uint64, len(keys)), h)
						tab.Settle(ord, h, keys)
					} else {
						for i, k := range keys {
							ord[i] = tab.Ordinal(h[i], k)
						}
					}
					for i, k := range keys {
						if _, ok := want[k]; !ok {
							want[k] = uint32(len(want))
						}
						if ord[i] != want[k] || tab.Rows[ord[i]].Key != k {
							t.Fatalf("key %d: ordinal %d, want %d", k, ord[i], want[k])
						}
						tab.Rows[ord[i]].Row += step
						sum[k] += step
					}
				}
				if len(tab.Rows) != len(want) {
					t.Fatalf("%d rows, want %d", len(tab.Rows), len(want))
				}
				for k, o := range want {
					if got, ok := tab.Find(hash(k), k); !ok || got != o || tab.Rows[o].Row != sum[k] {
						t.Fatalf("key %d: found %d, %v, with %d; want %d with %d", k, got, ok, tab.Rows[o].Row, o, sum[k])
					}
				}
				tab.Reset()
				if _, ok := tab.Find(hash(1), 1); ok || len(tab.Rows) != 0 {
					t.Fatal("Reset left something")
				}
			}
		})
	}
}

func TestEmpty(t *testing.T) {
	var tab Table[string, int]
	if _, ok := tab.Find(7, "a"); ok {
		t.Error("found in an empty table")
	}
}
