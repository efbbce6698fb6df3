package affinity_test

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/affinity"
	"github.com/shopspring/decimal"
)

type (
	counts = affinity.Counts[int32]
	line   = affinity.Line[int32]
)

var jan1 = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func day(n int) time.Time { return jan1.AddDate(0, 0, n) }

func newCounts(t testing.TB, cfg affinity.CountConfig) *counts {
	t.Helper()
	c, err := affinity.NewCounts(guanxi.IntKey[int32](), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func encoded(t testing.TB, m interface{ MarshalBinary() ([]byte, error) }) []byte {
	t.Helper()
	b, err := m.MarshalBinary()
	check(t, err)
	return b
}

// wantFaults checks that err names exactly the pointers, in order, and is target
// at each of them (nil: anything).
func wantFaults(t *testing.T, err, target error, pointers ...string) {
	t.Helper()
	var got []string
	for f := range guanxi.Faults(err) {
		got = append(got, f.Pointer)
		if target != nil && !errors.Is(f, target) {
			t.Errorf("%v is not %v", f, target)
		}
	}
	if !slices.Equal(got, pointers) {
		t.Errorf("faults at %q, want %q: %v", got, pointers, err)
	}
}

// orders draws about n lines of orders over items 1 … items by Zipf's law, with
// returns and items that are there twice.
func orders(n, items int, seed uint64) []line {
	rng := rand.New(rand.NewPCG(seed, 1))
	z := rand.NewZipf(rng, 1.1, 10, uint64(items-1))
	out := make([]line, 0, n)
	for o := 0; len(out) < n; o++ {
		ref := fmt.Sprint("o", o)
		for k := 1 + rng.IntN(7); k > 0 && len(out) < n; k-- {
			q := int64(1)
			if rng.IntN(20) == 0 {
				q = -1
			}
			out = append(out, line{Basket: ref, Item: 1 + int32(z.Uint64()), Quantity: q})
		}
	}
	return out
}

// inBaskets cuts lines where a basket begins.
func inBaskets(lines []line) [][]line {
	var out [][]line
	for i, l := range lines {
		if i == 0 || lines[i-1].Basket != l.Basket {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], l)
	}
	return out
}

// naive counts as one would on paper.
type naive struct {
	baskets, empty int64
	items          map[int32]int64
	pairs          map[[2]int32]int64
}

func newNaive(lines []line) naive {
	n := naive{items: map[int32]int64{}, pairs: map[[2]int32]int64{}}
	for _, b := range inBaskets(lines) {
		sum := map[int32]int64{}
		for _, l := range b {
			sum[l.Item] += l.Quantity
		}
		maps.DeleteFunc(sum, func(_ int32, q int64) bool { return q <= 0 })
		n.add(slices.Collect(maps.Keys(sum)))
	}
	return n
}

func (n *naive) add(items []int32) {
	if len(items) == 0 {
		n.empty++
		return
	}
	n.baskets++
	for _, a := range items {
		n.items[a]++
		for _, b := range items {
			if a < b {
				n.pairs[[2]int32{a, b}]++
			}
		}
	}
}

// agrees compares exact counts with those on paper.
func (n *naive) agrees(t *testing.T, c *counts) {
	t.Helper()
	s := c.Stats()
	if !s.Exact() || s.Baskets != n.baskets || s.Empty != n.empty || s.Items != int64(len(n.items)) || s.Pairs != int64(len(n.pairs)) {
		t.Fatalf("%+v, want %d baskets, %d items, %d pairs", s, n.baskets, len(n.items), len(n.pairs))
	}
	for p, k := range n.pairs {
		r, ok := c.Rule(p[0], p[1])
		if !ok || r.Together != k || r.Short != 0 || r.FromCount != n.items[p[0]] || r.ToCount != n.items[p[1]] || r.Baskets != n.baskets {
			t.Fatalf("pair %v: %+v, want %d together", p, r, k)
		}
	}
	for i, k := range n.items {
		if got, short, ok := c.Item(i); !ok || got != k || short != 0 {
			t.Fatalf("item %d: %d, want %d", i, got, k)
		}
	}
}

func seqOf[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func price(s string) decimal.NullDecimal {
	return decimal.NewNullDecimal(decimal.RequireFromString(s))
}
