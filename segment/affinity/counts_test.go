package affinity_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/affinity"
)

func TestAgainstNaive(t *testing.T) {
	lines := orders(20_000, 500, 3)
	want := newNaive(lines)
	whole := newCounts(t, affinity.CountConfig{})
	check(t, whole.AddAll(lines))
	want.agrees(t, whole)
	seq := newCounts(t, affinity.CountConfig{})
	check(t, seq.AddSeq(seqOf(lines)))
	want.agrees(t, seq)
	// In any order of baskets and of lines within them, and in parts.
	rng := rand.New(rand.NewPCG(5, 5))
	baskets := inBaskets(lines)
	for parts := range 4 {
		rng.Shuffle(len(baskets), func(i, j int) { baskets[i], baskets[j] = baskets[j], baskets[i] })
		sum := newCounts(t, affinity.CountConfig{})
		for part := range slices.Chunk(baskets, len(baskets)/(parts+1)) {
			c := newCounts(t, affinity.CountConfig{})
			for _, b := range part {
				rng.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
				check(t, c.AddAll(b))
			}
			before := encoded(t, c)
			check(t, sum.Merge(c))
			if !bytes.Equal(before, encoded(t, c)) {
				t.Fatal("Merge changed what was merged")
			}
		}
		want.agrees(t, sum)
		if !bytes.Equal(encoded(t, sum), encoded(t, whole)) {
			t.Fatal("another encoding of the same counts")
		}
	}
	whole.Reset()
	if whole.Stats() != (affinity.Stats{}) {
		t.Error("Reset left something")
	}
	check(t, whole.AddAll(lines)) // and forgot the baskets
	want.agrees(t, whole)
}

func TestAddBasket(t *testing.T) {
	c := newCounts(t, affinity.CountConfig{})
	check(t, c.AddBasket([]int32{1, 2, 2, 1}))
	check(t, c.AddBasket([]int32{3}))
	if s := c.Stats(); s.Baskets != 2 || s.Items != 3 || s.Pairs != 1 {
		t.Error(s)
	}
	r, ok := c.Rule(2, 1)
	if !ok || r.Together != 1 || r.Lift != 2 || r.Confidence != 1 {
		t.Errorf("%+v", r)
	}
	if r, ok := c.Rule(3, 1); !ok || r.Together != 0 || r.LLR >= 0 || r.Strength >= 0 {
		t.Errorf("never together: %+v", r)
	}
	if _, ok := c.Rule(3, 4); ok {
		t.Error("a rule about an item nobody bought")
	}
	if _, ok := c.Rule(3, 3); ok {
		t.Error("a rule from an item to itself")
	}
}

// What is held is within its bounds and what is not held below them, after any
// cuts and merges; the same calls give the same bytes in every run.
func TestBoundedMemory(t *testing.T) {
	lines := orders(40_000, 3000, 1)
	want := newNaive(lines)
	half := len(lines) / 2
	for lines[half].Basket == lines[half-1].Basket {
		half++
	}
	for _, cfg := range []affinity.CountConfig{
		{MaxPairs: 3000},
		{MaxItems: 800, MaxPairs: 5000},
		{MaxItems: 200},
		{MaxItems: 101, MaxPairs: 1},
	} {
		t.Run(fmt.Sprint(cfg.MaxItems, cfg.MaxPairs), func(t *testing.T) {
			var first []byte
			for range 2 { // another seed of the hashes each time
				a, b := newCounts(t, cfg), newCounts(t, cfg)
				check(t, a.AddAll(lines[:half]))
				check(t, b.AddAll(lines[half:]))
				check(t, a.Merge(b))
				check(t, a.AddBasket([]int32{1, 2, 3}))
				s := a.Stats()
				full := a.Config()
				if s.Exact() || s.Items > int64(full.MaxItems) || s.Pairs > int64(full.MaxPairs) {
					t.Fatalf("%+v", s)
				}
				want := want
				withinBounds(t, a, &want)
				if e := encoded(t, a); first == nil {
					first = e
				} else if !bytes.Equal(first, e) {
					t.Error("another run, another result")
				}
				back := newCounts(t, cfg)
				check(t, back.UnmarshalBinary(first))
				if back.Stats() != s || !bytes.Equal(encoded(t, back), first) {
					t.Error("not what was encoded")
				}
			}
		})
	}
}

// Where even the rare are frequent, the rarest go all the same.
func TestCutOfFrequentItems(t *testing.T) {
	c := newCounts(t, affinity.CountConfig{MaxBasket: 2, MaxItems: 4})
	for i := range int32(5) {
		for range 5000 - 10*i*i {
			check(t, c.AddBasket([]int32{i + 1}))
		}
	}
	check(t, c.AddBasket([]int32{1}))
	if s := c.Stats(); s.Items != 4 || s.ItemsCut != 2 || s.ItemShort != 4910 { // the fourth, and the fifth when it was new
		t.Errorf("%+v", s)
	}
	a, b := newCounts(t, affinity.CountConfig{MaxBasket: 2, MaxItems: 4}), newCounts(t, affinity.CountConfig{MaxBasket: 2, MaxItems: 4})
	for i := range int32(3) {
		for range 5000 + i {
			check(t, a.AddBasket([]int32{i + 1}))
			check(t, b.AddBasket([]int32{i + 4}))
		}
	}
	check(t, a.Merge(b))
	if s := a.Stats(); s.Items != 2 || s.ItemsCut != 4 || s.ItemShort != 5001 {
		t.Errorf("%+v", s)
	}
}

func withinBounds(t *testing.T, c *counts, want *naive) {
	t.Helper()
	extra := map[int32]int64{1: 1, 2: 1, 3: 1} // the basket added last
	s := c.Stats()
	for i, n := range want.items {
		got, short, ok := c.Item(i)
		n += extra[i]
		if ok && (got > n || got+short < n || short > s.ItemShort) || !ok && n > s.ItemShort {
			t.Fatalf("item %d in %d baskets: %d + %d, %v", i, n, got, short, ok)
		}
	}
	for p, n := range want.pairs {
		n += extra[p[0]] * extra[p[1]]
		r, ok := c.Rule(p[0], p[1])
		if ok && (r.Together > n || r.Together+r.Short < n || r.Short > s.PairShort) || !ok && n > max(s.PairShort, s.ItemShort) {
			t.Fatalf("pair %v in %d baskets: %+v", p, n, r)
		}
		if a, b := want.items[p[0]]+extra[p[0]], want.items[p[1]]+extra[p[1]]; ok {
			total := want.baskets + 1
			lift := float64(n) * float64(total) / (float64(a) * float64(b))
			sign := n*total - a*b
			if r.Lift > lift*(1+1e-12) || r.LLR > 0 && sign < 0 || r.LLR < 0 && sign > 0 {
				t.Fatalf("pair %v overstated: %+v, is %d, %d, %d", p, r, n, a, b)
			}
		}
	}
}

func TestCustomerWindows(t *testing.T) {
	week := affinity.CountConfig{Basket: affinity.PerCustomer, Window: guanxi.Span{Days: 7}}
	buy := func(who string, at int, item int32, q int64) line {
		return line{Basket: who, At: day(at), Item: item, Quantity: q}
	}
	lines := []line{
		buy("a", 0, 1, 1), buy("a", 6, 2, 1), // one window
		buy("a", 7, 3, 1), buy("a", 9, 1, 1), // the next begins at its own first purchase
		buy("a", 20, 9, -1),                     // undoes nothing
		buy("a", 30, 5, 2), buy("a", 31, 5, -2), // undone
		buy("b", 0, 4, 1),
	}
	c := newCounts(t, week)
	check(t, c.AddAll(lines))
	if s := c.Stats(); s.Baskets != 3 || s.Pairs != 2 || s.Items != 4 || s.Empty != 1 {
		t.Errorf("%+v", s)
	}
	if r, _ := c.Rule(3, 1); r.Together != 1 {
		t.Errorf("%+v", r)
	}
	// Lines of one moment come in any order.
	rng := rand.New(rand.NewPCG(1, 1))
	moment := []line{buy("c", 0, 1, 2), buy("c", 0, 1, -2), buy("c", 0, 2, 1), buy("c", 0, 3, 1)}
	var want []byte
	for range 50 {
		rng.Shuffle(len(moment), func(i, j int) { moment[i], moment[j] = moment[j], moment[i] })
		c := newCounts(t, week)
		check(t, c.AddAll(moment))
		if e := encoded(t, c); want == nil {
			want = e
		} else if !bytes.Equal(e, want) {
			t.Fatal(moment)
		}
	}
	// An end between two microseconds is the one above.
	c = newCounts(t, affinity.CountConfig{Basket: affinity.PerCustomer, Window: guanxi.Span{Time: 1500}})
	after := func(item int32, us int) line {
		return line{Basket: "a", At: day(0).Add(time.Duration(us) * time.Microsecond), Item: item, Quantity: 1}
	}
	check(t, c.AddAll([]line{after(1, 0), after(2, 1), after(3, 2)}))
	if s := c.Stats(); s.Baskets != 2 || s.Pairs != 1 {
		t.Errorf("%+v", s)
	}
	// A window that would end beyond time ends with time.
	long := affinity.CountConfig{Basket: affinity.PerCustomer, Window: guanxi.Span{Months: 1 << 30}}
	c = newCounts(t, long)
	check(t, c.AddAll([]line{buy("a", 0, 1, 1), buy("a", 100_000, 2, 1)}))
	if s := c.Stats(); s.Baskets != 1 || s.Pairs != 1 {
		t.Errorf("%+v", s)
	}
}

func TestLargeBaskets(t *testing.T) {
	big := make([]int32, 50)
	for i := range big {
		big[i] = int32(i + 1)
	}
	skip := newCounts(t, affinity.CountConfig{MaxBasket: 10})
	check(t, skip.AddBasket(big))
	if s := skip.Stats(); s.Baskets != 0 || s.Large != 1 || s.Items != 0 {
		t.Errorf("%+v", s)
	}
	sample := func(items []int32) []byte {
		c := newCounts(t, affinity.CountConfig{MaxBasket: 10, Large: affinity.LargeSample})
		check(t, c.AddBasket(items))
		if s := c.Stats(); s.Baskets != 1 || s.Large != 1 || s.Items != 10 || s.Pairs != 45 {
			t.Errorf("%+v", s)
		}
		return encoded(t, c)
	}
	one := sample(big)
	slices.Reverse(big)
	if !bytes.Equal(one, sample(big)) {
		t.Error("the sample depends on the order of lines")
	}
	if bytes.Equal(one, sample(big[1:])) {
		t.Error("two baskets, one sample")
	}
	// No item is preferred: each of 50 in about a fifth of the samples.
	c := newCounts(t, affinity.CountConfig{MaxBasket: 10, Large: affinity.LargeSample})
	for other := range 2000 {
		check(t, c.AddBasket(append(big[:50:50], int32(1000+other))))
	}
	for i := range int32(50) {
		if n, _, _ := c.Item(i + 1); n < 300 || n > 490 { // 392 ± 18
			t.Errorf("item %d is in %d samples of 2000", i+1, n)
		}
	}
	// Beyond all measure: not even sampled, and not held in memory.
	absurd := make([]line, 300_000)
	for i := range absurd {
		absurd[i] = line{Basket: "x", Item: int32(i%200_000) + 1, Quantity: 1}
	}
	c = newCounts(t, affinity.CountConfig{Large: affinity.LargeSample})
	check(t, c.AddAll(append(absurd, line{Basket: "y", Item: 1, Quantity: 1})))
	if s := c.Stats(); s.Baskets != 1 || s.Large != 1 {
		t.Errorf("%+v", s)
	}
	many := make([]line, 300_000) // many lines of few items are an ordinary basket
	for i := range many {
		many[i] = line{Basket: "x", Item: int32(i%5) + 1, Quantity: affinity.MaxQuantity}
	}
	c.Reset()
	check(t, c.AddAll(many))
	if s := c.Stats(); s.Baskets != 1 || s.Items != 5 {
		t.Errorf("%+v", s)
	}
}

func TestSplitBaskets(t *testing.T) {
	c := newCounts(t, affinity.CountConfig{})
	l := func(b string, item int32) line { return line{Basket: b, Item: item, Quantity: 1} }
	err := c.AddAll([]line{l("a", 1), l("a", 2), l("b", 3), l("a", 4), l("a", 5), l("c", 6)})
	wantFaults(t, err, affinity.ErrSplit, "/3/basket", "/4/basket")
	wantFaults(t, c.AddAll([]line{l("c", 7), l("d", 8)}), affinity.ErrSplit, "/0/basket")
	if s := c.Stats(); s.Baskets != 4 || s.Pairs != 1 {
		t.Errorf("%+v", s)
	}
	wantFaults(t, c.AddAll([]line{l("a", 9)}), affinity.ErrSplit, "/0/basket") // still
	check(t, c.AddBasket([]int32{1, 2}))
}

func TestSeqFails(t *testing.T) {
	broken := errors.New("broken")
	c := newCounts(t, affinity.CountConfig{})
	rows := []line{{Basket: "a", Item: 1, Quantity: 1}, {Basket: "a", Item: 2, Quantity: 0}, {Basket: "b", Item: 2, Quantity: 1}}
	err := c.AddSeq(func(yield func(line, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
		yield(line{}, broken)
	})
	wantFaults(t, err, nil, "/3", "/1/quantity")
	if !errors.Is(err, broken) || !errors.Is(err, affinity.ErrQuantity) || c.Stats().Baskets != 1 {
		t.Error(err, c.Stats())
	}
	check(t, c.AddAll([]line{{Basket: "b", Item: 2, Quantity: 1}})) // the broken basket may come again
	if s := c.Stats(); s.Baskets != 2 {
		t.Error(s)
	}
}
