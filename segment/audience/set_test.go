package audience

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/guanxi-go/guanxi"
)

// randomOrdinals returns ordinals of a random shape: lists, half-full blocks and
// runs, over one block or several.
func randomOrdinals(r *rand.Rand) []uint32 {
	var all []uint32
	base := []uint32{0, 0, 60_000, 1 << 20, 1<<32 - 70_000}[r.IntN(5)]
	for range r.IntN(4) {
		from := base + uint32(r.IntN(50_000))
		switch r.IntN(3) {
		case 0:
			for range r.IntN(200) {
				all = append(all, from+uint32(r.IntN(20_000)))
			}
		case 1:
			for v := range uint32(r.IntN(20_000)) {
				if r.IntN(2) == 0 {
					all = append(all, from+v)
				}
			}
		case 2:
			for v := range uint32(r.IntN(20_000)) {
				all = append(all, from+v)
			}
		}
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

func sortedSet(m map[uint32]bool) []uint32 {
	var out []uint32
	for v, ok := range m {
		if ok {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

func members(ordinals []uint32) map[uint32]bool {
	m := make(map[uint32]bool)
	for _, v := range ordinals {
		m[v] = true
	}
	return m
}

// The operations are those of sets of the standard library's maps.
func TestSetAgainstMaps(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		x, y := randomOrdinals(r), randomOrdinals(r)
		a, b := Of(x...), Of(y...)
		ma, mb := members(x), members(y)
		ops := []struct {
			name  string
			set   Set
			count int64
			in    func(a, b bool) bool
		}{
			{"and", a.And(b), a.AndCount(b), func(a, b bool) bool { return a && b }},
			{"or", a.Or(b), a.OrCount(b), func(a, b bool) bool { return a || b }},
			{"minus", a.Minus(b), a.MinusCount(b), func(a, b bool) bool { return a && !b }},
			{"xor", a.Xor(b), a.XorCount(b), func(a, b bool) bool { return a != b }},
			{"complement", a.Complement(b), a.ComplementCount(b), func(a, b bool) bool { return b && !a }},
		}
		for _, op := range ops {
			want := make(map[uint32]bool)
			for v := range ma {
				want[v] = op.in(true, mb[v])
			}
			for v := range mb {
				want[v] = op.in(ma[v], true)
			}
			list := sortedSet(want)
			if got := op.set.Append(nil); !slices.Equal(got, list) || op.count != int64(len(list)) || op.set.Count() != op.count {
				t.Fatalf("%s of %s and %s: %s, counted %d, want %d", op.name, a, b, op.set, op.count, len(list))
			}
			if got := slices.Collect(op.set.All()); !slices.Equal(got, list) {
				t.Fatalf("%s: All has another order", op.name)
			}
			if op.set.IsEmpty() != (len(list) == 0) {
				t.Fatalf("%s: IsEmpty", op.name)
			}
		}
		if a.Meets(b) != (a.AndCount(b) > 0) || a.Within(b) != a.Minus(b).IsEmpty() || a.Equal(b) != a.Xor(b).IsEmpty() {
			t.Fatalf("Meets, Within or Equal of %s and %s", a, b)
		}
		for _, v := range x {
			if !a.Has(v) || b.Has(v) != mb[v] {
				t.Fatalf("Has %d", v)
			}
		}
	}
}

// De Morgan, inclusion and exclusion, and that a set and its complement part the
// universe.
func TestSetLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		a, b, c := Of(randomOrdinals(r)...), Of(randomOrdinals(r)...), Of(randomOrdinals(r)...)
		u := a.Or(b).Or(c).Or(Of(randomOrdinals(r)...))
		equal := func(law string, x, y Set) {
			t.Helper()
			if !x.Equal(y) {
				t.Fatalf("%s: %s and %s", law, x, y)
			}
		}
		equal("De Morgan of or", a.Or(b).Complement(u), a.Complement(u).And(b.Complement(u)))
		equal("De Morgan of and", a.And(b).Complement(u), a.Complement(u).Or(b.Complement(u)))
		equal("twice complement", a.Complement(u).Complement(u), a)
		equal("the two make the universe", a.Or(a.Complement(u)), u)
		equal("distribution", a.And(b.Or(c)), a.And(b).Or(a.And(c)))
		equal("minus is and with the complement", a.Minus(b), a.And(b.Complement(u)))
		equal("xor", a.Xor(b), a.Or(b).Minus(a.And(b)))
		if a.Meets(a.Complement(u)) {
			t.Fatal("a set meets its complement")
		}
		n := a.Count() + b.Count() + c.Count() - a.AndCount(b) - a.AndCount(c) - b.AndCount(c) + a.And(b).AndCount(c)
		if got := a.Or(b).OrCount(c); got != n {
			t.Fatalf("inclusion–exclusion: %d, want %d", got, n)
		}
	}
}

// Operations leave their operands alone, the zero Set too.
func TestSetsDoNotChange(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		x, y := randomOrdinals(r), randomOrdinals(r)
		a, b := Of(x...), Of(y...)
		var made []Set
		for range 2 {
			made = append(made, a.And(b), a.Or(b), a.Minus(b), a.Xor(b), Set{}.Or(a), a.Or(Set{}), a.Xor(Set{}))
		}
		var builder Builder
		builder.AddSet(a)
		builder.AddSet(b)
		for _, s := range made {
			builder.AddSet(s)
			builder.Add(7)
		}
		builder.Set()
		if !a.Equal(Of(x...)) || !b.Equal(Of(y...)) || !(Set{}).IsEmpty() || !made[4].Equal(a) || !made[5].Equal(a) {
			t.Fatal("a set changed")
		}
	}
}

// Sets, and a directory, are shared by goroutines (meant for the race detector).
func TestSharing(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	a, b := Of(randomOrdinals(r)...).Or(First(100_000)), Of(randomOrdinals(r)...).Or(Of(1, 3))
	dir := town(t, 50)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			c := a.And(b).Or(a.Minus(b)).Xor(b.Complement(a))
			if data, err := c.Or(a).MarshalBinary(); err != nil || len(data) == 0 || a.AndCount(b)+a.MinusCount(b) != a.Count() || len(a.Sample(3)) != 3 {
				t.Error("sharing")
			}
			live, err := dir.Live(background)
			_, err2 := dir.Assign(background, nil, []string{"C-1", "new"})
			if err != nil || err2 != nil || live.Count() < 50 {
				t.Error(err, err2, live)
			}
		})
	}
	wg.Wait()
}

func TestEmptySet(t *testing.T) {
	var z Set
	if z.Count() != 0 || z.Has(0) || !z.Equal(Of()) || !z.IsEmpty() || z.Sample(3) != nil || len(z.Append(nil)) != 0 || z.String() != "0 {}" {
		t.Error("the zero Set is not empty")
	}
	for range z.All() {
		t.Error("somebody is in the zero Set")
	}
	if !First(0).IsEmpty() || First(3).String() != "3 {0 1 2}" || First(20).String() != "20 {0 1 2 3 4 5 6 7 …}" {
		t.Error(First(0), First(3), First(20))
	}
	if n := First(NoOrdinal); n.Count() != NoOrdinal || n.Has(NoOrdinal) || !n.Has(NoOrdinal-1) {
		t.Error("the greatest universe")
	}
}

func TestWords(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 30 {
		n := uint32(r.IntN(200_000))
		words := make([]uint64, (n+63)/64)
		density := r.IntN(4)
		var want []uint32
		for v := range n {
			if density == 3 || r.IntN(1<<(5*density)) == 0 {
				words[v/64] |= 1 << (v % 64)
				want = append(want, v)
			}
		}
		s, err := FromWords(words)
		if err != nil || !slices.Equal(s.Append(nil), want) {
			t.Fatalf("FromWords of %d rows: %s, %v", n, s, err)
		}
		if got := s.AppendWords(nil, n); !slices.Equal(got, words) {
			t.Fatalf("AppendWords of %d rows", n)
		}
		cut := n / 2
		half := s.AppendWords([]uint64{5}, cut)
		if back, err := FromWords(half[1:]); err != nil || half[0] != 5 || !back.Equal(s.And(First(cut))) {
			t.Fatalf("AppendWords below %d", cut)
		}
		// In parts, as batches come.
		var b Builder
		for from := 0; from < len(words); {
			size := min(1+r.IntN(1500), len(words)-from)
			if err := b.AddWords(uint32(from)*64, words[from:from+size]); err != nil {
				t.Fatal(err)
			}
			from += size
		}
		if got := b.Set(); !got.Equal(s) {
			t.Fatalf("in parts: %s, want %s", got, s)
		}
	}
}

func TestWordsRefused(t *testing.T) {
	var b Builder
	b.Add(1)
	for _, err := range []error{
		b.AddWords(63, []uint64{1}),
		b.AddWords(1<<32-64, []uint64{1, 1}),
	} {
		if !errors.Is(err, ErrOrdinal) {
			t.Error(err)
		}
	}
	if err := b.AddWords(1<<32-64, []uint64{1 << 62}); err != nil {
		t.Error(err)
	}
	if got := b.Set().Append(nil); !slices.Equal(got, []uint32{1, NoOrdinal - 1}) {
		t.Error(got)
	}
	if b.Add(1); b.Add(1) || !b.Set().Equal(Of(1)) || !b.Set().IsEmpty() {
		t.Error("Builder")
	}
}

func TestFromSorted(t *testing.T) {
	s, err := FromSorted([]uint32{1, 2, 70_000})
	if err != nil || !s.Equal(Of(70_000, 2, 1)) {
		t.Error(s, err)
	}
	_, err = FromSorted([]uint32{1, 1, 3, 2, NoOrdinal})
	var places []string
	for f := range guanxi.Faults(err) {
		places = append(places, f.Pointer)
	}
	if !errors.Is(err, ErrOrder) || !errors.Is(err, ErrOrdinal) || !slices.Equal(places, []string{"/1", "/3", "/4"}) {
		t.Error(places, err)
	}
	n := 0
	_, err = FromSorted(make([]uint32, 3*maxFaults))
	for range guanxi.Faults(err) {
		n++
	}
	if n != maxFaults {
		t.Error(n, "faults")
	}
}

func TestSample(t *testing.T) {
	s := Of(10, 20, 30, 40, 50, 60, 70)
	for n, want := range map[int][]uint32{-1: nil, 0: nil, 1: {40}, 2: {20, 60}, 7: {10, 20, 30, 40, 50, 60, 70}, 99: {10, 20, 30, 40, 50, 60, 70}} {
		if got := s.Sample(n); !slices.Equal(got, want) {
			t.Errorf("Sample(%d) = %d, want %d", n, got, want)
		}
	}
	if got := First(NoOrdinal).Sample(2); !slices.Equal(got, []uint32{1<<30 - 1, 3<<30 - 1}) {
		t.Error(got)
	}
}

func TestOverlap(t *testing.T) {
	o := OverlapOf(Of(1, 2, 3, 4), Of(3, 4, 5), Set{}, Set{})
	if share, ok := o.Share(0, 1); !ok || share != 0.5 {
		t.Error(share, ok)
	}
	if share, ok := o.Share(1, 0); !ok || share != 2./3 {
		t.Error(share, ok)
	}
	if j, ok := o.Jaccard(0, 1); !ok || j != 0.4 {
		t.Error(j, ok)
	}
	if _, ok := o.Share(2, 0); ok {
		t.Error("a share of nobody")
	}
	if j, ok := o.Jaccard(0, 2); !ok || j != 0 {
		t.Error(j, ok)
	}
	if _, ok := o.Jaccard(2, 3); ok {
		t.Error("nobody is alike")
	}
	for i, row := range o.Counts {
		for j := range row {
			if o.Counts[i][j] != o.Counts[j][i] {
				t.Error(i, j)
			}
		}
	}
}
