package loyalty

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Places find what was put, also where hashes collide, and forget what was removed.
func TestPlaces(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, spread := range []uint64{1, 7, 1 << 30} { // of the bits that places look at
		var p places
		var hashes []uint64
		there := map[int]bool{}
		same := func(want int) func(int) bool { return func(ord int) bool { return ord == want } }
		check := func(ord int) {
			if got, ok := p.find(hashes[ord], same(ord)); ok != there[ord] || ok && got != ord {
				t.Fatalf("%d of %d: %d, %t", ord, len(hashes), got, ok)
			}
		}
		for len(hashes) < 600 {
			if len(hashes) > 0 && r.IntN(3) == 0 {
				ord := r.IntN(len(hashes))
				if check(ord); there[ord] {
					p.remove(hashes[ord], ord)
					delete(there, ord)
				}
				continue
			}
			if p.full(len(hashes)) {
				p = p.grown()
			}
			hashes = append(hashes, r.Uint64N(spread)<<32|7)
			p.put(hashes[len(hashes)-1], len(hashes)-1)
			there[len(hashes)-1] = true
			check(r.IntN(len(hashes)))
		}
		for ord := range hashes {
			check(ord)
		}
	}
}

// An index keeps its rows where they are, in the order in which they came, with memory of
// its own or of a slab.
func TestIndex(t *testing.T) {
	for _, m := range []*slab[named[int]]{nil, new(slab[named[int]])} {
		var x index[int]
		for round := range 2 {
			first := (*int)(nil)
			for i := range 1000 {
				if row, _ := x.find(fmt.Sprint(i)); row != nil {
					t.Fatal(i, "is there")
				}
				row, fresh := x.add(fmt.Sprint(i), m)
				if !fresh || *row != 0 {
					t.Fatal(i, fresh, *row)
				}
				if *row = i; i == 0 {
					first = row
				}
				if again, fresh := x.add(fmt.Sprint(i), m); fresh || again != row {
					t.Fatal(i, "is new")
				}
			}
			if row, ord := x.find("0"); row != first || ord != 0 || x.len() != 1000 || x.rows.name(999) != "999" {
				t.Error(round, ord, x.len())
			}
			x.reset()
		}
	}
}

// However much a slab has given, its blocks stay large.
func TestSlabLong(t *testing.T) {
	var s slab[int]
	for range 100 * slabLimit {
		s.take(1)
	}
	if n := len(s.blocks); n > 110 {
		t.Errorf("%d blocks", n)
	}
}
