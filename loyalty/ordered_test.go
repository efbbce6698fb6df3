package loyalty

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// The set of keys is a sorted list, however it came to be.
func TestOrdered(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 8))
		var o, copied ordered
		var want []keyed
		limit := []int{10, 300, 5000}[seed%3]
		grow := true
		for i := range 6000 {
			k := BurnKey{int32(r.IntN(3)), Instant(r.IntN(limit)), int64(r.IntN(2))}
			if seed%4 == 0 {
				k = BurnKey{0, Instant(i), 0}
			}
			at, found := slices.BinarySearchFunc(want, k, func(e keyed, k BurnKey) int { return e.key.compare(k) })
			if b, ok := o.lookup(k); ok != found || ok && b != want[at].bucket {
				t.Fatal(seed, i, k)
			}
			if i%1000 == 999 {
				grow = !grow
			}
			switch {
			case !found && grow:
				o.insert(keyed{k, int32(i)})
				want = slices.Insert(want, at, keyed{k, int32(i)})
			case !grow && len(want) > 0:
				j := r.IntN(len(want))
				if seed%2 == 0 {
					j = 0
				}
				o.remove(want[j].key)
				want = slices.Delete(want, j, j+1)
			default:
				o.remove(BurnKey{9, 9, 9}) // not there
			}
			if i%100 != 0 {
				continue
			}
			if o.n != len(want) {
				t.Fatal(seed, i, o.n, len(want))
			}
			o.copyTo(&copied)
			for _, p := range []*ordered{&o, &copied} {
				j := 0
				for c := p.first(); c.ok(); c = p.next(c) {
					if p.get(c) != want[j] {
						t.Fatal(seed, i, j)
					}
					j++
				}
				if j != len(want) {
					t.Fatal(seed, i, j)
				}
			}
			at, _ = slices.BinarySearchFunc(want, k, func(e keyed, k BurnKey) int { return e.key.compare(k) })
			if c := o.seek(k); c.ok() != (at < len(want)) || c.ok() && o.get(c) != want[at] {
				t.Fatal(seed, i, k)
			}
		}
	}
}

func TestWaitHeap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	var h waitHeap
	var want []waiting
	for i := range 3000 {
		if r.IntN(3) > 0 {
			w := waiting{Instant(r.IntN(50)), LotID(i)}
			h.push(w)
			want = append(want, w)
		} else if len(h) > 0 {
			slices.SortFunc(want, func(a, b waiting) int {
				if a.less(b) {
					return -1
				}
				return 1
			})
			if h[0] != want[0] {
				t.Fatal(i, h[0], want[0])
			}
			h.pop()
			want = want[1:]
		}
		n, at := 0, Instant(r.IntN(50))
		for _, w := range want {
			if w.activate <= at {
				n++
			}
		}
		h.due(at, func(waiting) { n-- })
		if n != 0 {
			t.Fatal(i, n)
		}
	}
}

func TestChunksAndSlabs(t *testing.T) {
	var c chunks[int]
	for i := range 1000 {
		p := c.push()
		if *p != 0 {
			t.Fatal("not empty")
		}
		*p = i
	}
	var d chunks[int]
	d.push()
	c.copyTo(&d)
	for i := range 1000 {
		if *c.at(i) != i || *d.at(i) != i {
			t.Fatal(i)
		}
	}
	c.reset()
	if *c.push() != 0 || d.n != 1000 {
		t.Error("not empty")
	}
	var s slab[int]
	for round := range 2 {
		var all [][]int
		for i := range 500 {
			all = append(all, s.keep(slices.Repeat([]int{i}, i%9)))
		}
		all = append(all, s.take(1000))
		for i, v := range all[:500] {
			if len(v) != i%9 || cap(v) != len(v) || len(v) > 0 && v[len(v)-1] != i {
				t.Fatal(round, i, v)
			}
		}
		s.reset()
	}
}

// An account with thousands of lots of as many expiries holds together.
func TestCrowded(t *testing.T) {
	d := newDesk(t)
	r := rand.New(rand.NewPCG(1, 10))
	for i := range 6000 {
		at := day(i / 100)
		switch r.IntN(5) {
		case 0:
			_, _ = d.try(&Redeem{d.head(at), Spend{Kind: "points", Points: Points(r.IntN(60))}})
		case 1:
			d.do(&Earn{d.head(at), order(fmt.Sprint("o", i), int64(1+r.IntN(20)))})
		default:
			d.do(&Adjust{Header: d.head(at), Kind: "points", Points: Points(1 + r.IntN(40)), Expire: at.Add(1 + day(r.IntN(300)).Sub(t0)).Add(10e6 * 1000)})
		}
		if i%1500 == 0 {
			if err := d.a.Check(); err != nil {
				t.Fatal(err)
			}
		}
	}
	d.do(&Sweep{Header: d.head(day(61)), Max: 100000})
	if err := d.a.Check(); err != nil {
		t.Fatal(err)
	}
	a := NewAccount("x")
	for range 2 { // an account's memory is used again
		a.Reset("a")
		if err := a.Verify(Entries(d.journal)); err != nil {
			t.Fatal(err)
		}
		if string(state(t, a)) != string(state(t, d.a)) {
			t.Fatal("replay makes another account")
		}
	}
	for _, n := range []int{61, 100, 200, 400} {
		x := d.balance("points", n)
		y, err := BalanceAt(Entries(d.journal), "points", day(n))
		if err != nil || x != y {
			t.Error(n, x, y, err)
		}
	}
	if due := d.a.Due(); due <= InstantOf(day(61)) {
		t.Error(due.Time())
	}
}
