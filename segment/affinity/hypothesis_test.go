package affinity_test

import (
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/affinity"
)

func TestHypotheses(t *testing.T) {
	cfg := affinity.PortraitConfig{Dimensions: []affinity.Dimension{{ID: "d", Among: affinity.AmongAll}}}
	v := affinity.Trait{Dimension: "d", Value: "v"}
	for _, c := range []struct {
		name       string
		a, n, b, m int
		claim      affinity.Claim
		index      float64
		want       affinity.Verdict
		reachable  bool
	}{
		{"far above", 60, 200, 240, 1800, affinity.AtLeast, 120, affinity.Supported, true},
		{"far above what is claimed at most", 60, 200, 240, 1800, affinity.AtMost, 120, affinity.Contradicted, true},
		{"below", 10, 200, 240, 1800, "", 120, affinity.Contradicted, true},
		{"below, as claimed", 3, 200, 240, 1800, affinity.AtMost, 80, affinity.Supported, true},
		{"above, not by enough yet", 30, 200, 198, 1800, affinity.AtLeast, 120, affinity.Undecided, true},
		{"just what is claimed", 24, 200, 176, 1800, affinity.AtLeast, 120, affinity.Undecided, false},
		{"too few of the segment", 20, 20, 180, 1800, affinity.AtLeast, 120, affinity.TooFewCustomers, true},
		{"more than an index can be", 100, 100, 0, 100, affinity.AtLeast, 250, affinity.Contradicted, true},
		{"the rest is too small", 30, 100, 1, 10, affinity.AtLeast, 120, affinity.TooFewCustomers, true},
		{"nobody", 0, 0, 0, 0, affinity.AtLeast, 120, affinity.TooFewCustomers, true},
		{"nobody has it", 0, 100, 0, 900, affinity.AtLeast, 120, affinity.Undecided, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := affinity.Hypothesis{Trait: v, Claim: c.claim, Index: c.index}
			test := func(a, n, b, m int) affinity.Finding {
				p := newPortrait(t, cfg)
				fill(t, p, true, a, n)
				fill(t, p, false, b, m)
				return must(p.Test(h))
			}
			f := test(c.a, c.n, c.b, c.m)
			if f.Verdict != c.want || f.Reachable != c.reachable || f.Index.Mark != "" {
				t.Fatalf("%+v", f)
			}
			open := f.Verdict == affinity.Undecided || f.Verdict == affinity.TooFewCustomers
			if !open && (f.Needed != 0 || f.NeededRest != 0) || f.Reachable && open && f.Needed+f.NeededRest == 0 {
				t.Errorf("%+v", f)
			}
			if c.name == "the rest is too small" && f.NeededRest != 20 || c.name == "nobody" && (f.Needed != 30 || f.NeededRest != 30) ||
				c.name == "too few of the segment" && f.Needed != 10 {
				t.Errorf("%+v", f)
			}
		})
	}
	// As many as are needed, with the same shares, decide; a tenth fewer do not.
	p := newPortrait(t, cfg)
	fill(t, p, true, 30, 200)
	fill(t, p, false, 198, 1800)
	h := affinity.Hypothesis{Trait: v, Index: 120}
	f := must(p.Test(h))
	for _, c := range []struct {
		times float64
		want  affinity.Verdict
	}{{1.001, affinity.Supported}, {0.9, affinity.Undecided}} {
		n := int(float64(200+f.Needed)*c.times) / 200 * 200
		if c.want == affinity.Supported {
			n += 200
		}
		q := newPortrait(t, cfg)
		fill(t, q, true, n/200*30, n)
		fill(t, q, false, n/200*198, n*9)
		if got := must(q.Test(h)); got.Verdict != c.want {
			t.Errorf("with %d customers: %+v", n, got)
		}
	}
	for _, v := range []affinity.Verdict{affinity.Supported, affinity.Contradicted, affinity.Undecided, affinity.TooFewCustomers} {
		if v.Label(guanxi.EN) == v.Label(guanxi.ZH) || v.Label(guanxi.ZH) == string(v) {
			t.Error(v)
		}
	}
	for _, m := range []affinity.Mark{affinity.Over, affinity.Under, affinity.Even, affinity.TooFew} {
		if m.Label(guanxi.EN) == m.Label(guanxi.ZH) || m.Label(guanxi.ZH) == string(m) {
			t.Error(m)
		}
	}
	if affinity.Mark("x").Label("") != "x" || affinity.Verdict("x").Label("") != "x" || affinity.Kind("x").Label("") != "x" {
		t.Error("an unknown value is its own name")
	}
}
