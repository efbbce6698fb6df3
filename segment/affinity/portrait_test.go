package affinity_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/affinity"
)

func newPortrait(t testing.TB, cfg affinity.PortraitConfig) *affinity.Portrait {
	t.Helper()
	p, err := affinity.NewPortrait(cfg)
	check(t, err)
	return p
}

// fill adds of customers of the segment or the rest, with of them with d = v.
func fill(t testing.TB, p *affinity.Portrait, in bool, with, of int) {
	t.Helper()
	for i := range of {
		var traits []affinity.Trait
		if i < with {
			traits = []affinity.Trait{{Dimension: "d", Value: "v"}}
		}
		check(t, p.Add(in, traits...))
	}
}

var shopDimensions = affinity.PortraitConfig{Dimensions: []affinity.Dimension{
	{ID: "region", Name: guanxi.Text{EN: "Region", ZH: "地区"}}, {ID: "tag", Many: true}, {ID: "motive", Among: affinity.AmongAll}}}

type member struct {
	in     bool
	traits []affinity.Trait
}

func members(n int, seed uint64) []member {
	rng := rand.New(rand.NewPCG(seed, 2))
	out := make([]member, n)
	for i := range out {
		m := member{in: rng.IntN(5) == 0}
		add := func(d, v string) { m.traits = append(m.traits, affinity.Trait{Dimension: d, Value: v}) }
		if rng.IntN(4) > 0 {
			city := []string{"Shanghai", "Chengdu", "Xi'an"}[rng.IntN(3)]
			if m.in && rng.IntN(3) == 0 {
				city = "Shanghai"
			}
			add("region", city)
		}
		for _, tag := range []string{"tea", "gift", "b2b"} {
			if rng.IntN(3) == 0 {
				add("tag", tag)
			}
		}
		if rng.IntN(2) == 0 {
			add("motive", "cost")
		}
		out[i] = m
	}
	return out
}

func TestPortraitCounts(t *testing.T) {
	list := members(3000, 1)
	p := newPortrait(t, shopDimensions)
	type cell struct{ in, base int64 }
	cells, known, all := map[affinity.Trait]cell{}, map[string]cell{}, cell{}
	up := func(c cell, in bool) cell {
		c.base++
		if in {
			c.in++
		}
		return c
	}
	for _, m := range list {
		check(t, p.Add(m.in, m.traits...))
		all = up(all, m.in)
		seen := map[string]bool{}
		for _, tr := range m.traits {
			cells[tr] = up(cells[tr], m.in)
			if !seen[tr.Dimension] {
				known[tr.Dimension] = up(known[tr.Dimension], m.in)
			}
			seen[tr.Dimension] = true
		}
	}
	indexes, err := p.Indexes(affinity.IndexConfig{})
	check(t, err)
	if len(indexes) != len(cells) {
		t.Fatalf("%d indexes, want %d", len(indexes), len(cells))
	}
	var regions []string
	for _, x := range indexes {
		of := all
		if x.Dimension == "region" {
			of = known["region"]
			regions = append(regions, x.Value)
		}
		c := cells[x.Trait]
		if x.Segment != c.in || x.Base != c.base || x.SegmentOf != of.in || x.BaseOf != of.base {
			t.Errorf("%+v, want %+v of %+v", x, c, of)
		}
		s, _ := x.SegmentShare()
		b, _ := x.BaseShare()
		if want := 100 * s / b; math.Abs(x.TGI-want) > 1e-9 || !(x.Low <= x.TGI && x.TGI <= x.High) {
			t.Errorf("%+v, want %v", x, want)
		}
		if one, err := p.Index(x.Trait, 0); err != nil || one.TGI != x.TGI || one.Low != x.Low {
			t.Error(one, err)
		}
	}
	if regions[0] != "Shanghai" || indexes[0].Mark != affinity.Over {
		t.Errorf("%+v", indexes[0])
	}
	out := slices.Collect(affinity.StandOut(indexes))
	if len(out) < 1 || len(out) == len(indexes) {
		t.Errorf("%d of %d stand out", len(out), len(indexes))
	}
	for x := range affinity.StandOut(indexes) {
		_ = x
		break
	}
}

func TestPortraitOrderAndMerge(t *testing.T) {
	list := members(2000, 2)
	whole := newPortrait(t, shopDimensions)
	for _, m := range list {
		check(t, whole.Add(m.in, m.traits...))
	}
	want := encoded(t, whole)
	rng := rand.New(rand.NewPCG(3, 3))
	for n := 1; n < 4; n++ {
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		sum := newPortrait(t, shopDimensions)
		for part := range slices.Chunk(list, len(list)/n) {
			p := newPortrait(t, shopDimensions)
			for _, m := range part {
				slices.Reverse(m.traits)
				check(t, p.Add(m.in, m.traits...))
			}
			check(t, sum.Merge(p))
		}
		if !bytes.Equal(encoded(t, sum), want) {
			t.Error("order or parts matter")
		}
	}
	back := newPortrait(t, shopDimensions)
	check(t, back.UnmarshalBinary(want))
	if !bytes.Equal(encoded(t, back), want) {
		t.Error("not what was encoded")
	}
	back.Reset()
	if s, b := back.Customers(); s != 0 || b != 0 {
		t.Error("Reset left customers")
	}
	if x := must(back.Indexes(affinity.IndexConfig{})); len(x) != 0 {
		t.Error("Reset left traits")
	}
}

// What nobody can know is absent, and not 100.
func TestNoIndex(t *testing.T) {
	cfg := affinity.PortraitConfig{Dimensions: []affinity.Dimension{{ID: "d"}}}
	v := affinity.Trait{Dimension: "d", Value: "v"}
	absent := func(name string, p *affinity.Portrait) {
		t.Helper()
		x, err := p.Index(v, 0)
		check(t, err)
		if x.Known || x.TGI != 0 || x.Mark != affinity.TooFew {
			t.Errorf("%s: %+v", name, x)
		}
		list, err := p.Indexes(affinity.IndexConfig{MinCustomers: 1, MinTrait: 1})
		check(t, err)
		for _, x := range list {
			if x.Known || x.Mark != affinity.TooFew {
				t.Errorf("%s: %+v", name, x)
			}
		}
	}
	p := newPortrait(t, cfg)
	absent("nobody", p)
	if _, ok := must(p.Index(v, 0)).SegmentShare(); ok {
		t.Error("a share of nobody")
	}
	fill(t, p, true, 50, 50)
	absent("the segment is the base", p)
	p.Reset()
	fill(t, p, false, 50, 50)
	absent("nobody in the segment", p)
	p.Reset()
	fill(t, p, true, 0, 50)
	fill(t, p, false, 50, 50)
	absent("of nobody in the segment the dimension is known", p)
	if x := must(p.Index(affinity.Trait{Dimension: "d", Value: "w"}, 0)); x.Known {
		t.Error("a value nobody has")
	}
}

func TestMarks(t *testing.T) {
	cfg := affinity.PortraitConfig{Dimensions: []affinity.Dimension{{ID: "d", Among: affinity.AmongAll}}}
	mark := func(a, n, b, m int, cfg2 affinity.IndexConfig) affinity.Mark {
		p := newPortrait(t, cfg)
		fill(t, p, true, a, n)
		fill(t, p, false, b, m)
		return must(p.Indexes(cfg2))[0].Mark
	}
	for _, c := range []struct {
		a, n, b, m int
		want       affinity.Mark
	}{
		{60, 200, 240, 1800, affinity.Over}, {3, 40, 300, 960, affinity.Under}, {20, 100, 180, 900, affinity.Even},
		{20, 29, 2, 900, affinity.TooFew}, {4, 100, 0, 900, affinity.TooFew}, {20, 100, 1, 29, affinity.TooFew},
	} {
		if got := mark(c.a, c.n, c.b, c.m, affinity.IndexConfig{}); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	// Many traits looked at: Holm marks fewer than BH, and BH than none.
	p := newPortrait(t, affinity.PortraitConfig{Dimensions: []affinity.Dimension{{ID: "tag", Many: true}}})
	rng := rand.New(rand.NewPCG(9, 9))
	for i := range 4000 {
		var traits []affinity.Trait
		for v := range 60 {
			share := 0.1
			if i%4 == 0 && v < 12 {
				share += 0.006 * float64(v)
			}
			if rng.Float64() < share {
				traits = append(traits, affinity.Trait{Dimension: "tag", Value: string(rune('A' + v))})
			}
		}
		check(t, p.Add(i%4 == 0, traits...))
	}
	var n []int
	for _, a := range []affinity.Adjustment{affinity.Holm, affinity.BH, affinity.Unadjusted} {
		n = append(n, len(slices.Collect(affinity.StandOut(must(p.Indexes(affinity.IndexConfig{Adjust: a}))))))
	}
	if !(n[0] > 2 && n[0] <= n[1] && n[1] < n[2]) {
		t.Errorf("marked by Holm, BH and none: %v", n)
	}
}

// The interval holds the index of the population in about 95 of 100 portraits.
func TestIndexCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for _, c := range []struct {
		n, m int
		p, q float64
	}{{100, 900, 0.2, 0.1}, {60, 200, 0.05, 0.15}, {300, 300, 0.5, 0.5}} {
		f := float64(c.n) / float64(c.n+c.m)
		truth := 100 * c.p / (f*c.p + (1-f)*c.q)
		hit, known := 0, 0
		const rounds = 1500
		for range rounds {
			p := newPortrait(t, affinity.PortraitConfig{Dimensions: []affinity.Dimension{{ID: "d", Among: affinity.AmongAll}}})
			draw := func(n int, p float64) (k int) {
				for range n {
					if rng.Float64() < p {
						k++
					}
				}
				return k
			}
			fill(t, p, true, draw(c.n, c.p), c.n)
			fill(t, p, false, draw(c.m, c.q), c.m)
			x := must(p.Index(affinity.Trait{Dimension: "d", Value: "v"}, 0))
			if x.Known {
				known++
				if x.Low <= truth && truth <= x.High {
					hit++
				}
			}
		}
		if r := float64(hit) / float64(known); r < 0.93 || r > 0.975 {
			t.Errorf("%+v: covered %.3f", c, r)
		}
	}
}
