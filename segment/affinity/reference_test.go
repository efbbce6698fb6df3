package affinity_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/guanxi-go/guanxi/segment/affinity"
)

type reference struct {
	LLR []struct {
		Table [4]uint64 `json:"table"`
		LLR   float64   `json:"llr"`
	} `json:"llr"`
	Baskets [][]int32 `json:"baskets"`
	Rules   []struct {
		From       int32   `json:"from"`
		To         int32   `json:"to"`
		Together   int64   `json:"together"`
		FromCount  int64   `json:"from_count"`
		ToCount    int64   `json:"to_count"`
		Support    float64 `json:"support"`
		Confidence float64 `json:"confidence"`
		Lift       float64 `json:"lift"`
		LLR        float64 `json:"llr"`
		Strength   float64 `json:"strength"`
	} `json:"rules"`
	TGI []struct {
		Segment, Rest float64
		SegmentOf     float64 `json:"segment_of"`
		RestOf        float64 `json:"rest_of"`
		Confidence    float64
		TGI           float64 `json:"tgi"`
		Low, High, P  float64
	} `json:"tgi"`
	Adjust struct{ P, Holm, BH []float64 } `json:"adjust"`
}

func readReference(t *testing.T) reference {
	t.Helper()
	data, err := os.ReadFile("testdata/reference.json")
	check(t, err)
	var r reference
	check(t, json.Unmarshal(data, &r))
	return r
}

func near(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s: %.17g, want %.17g", name, got, want)
	}
}

func TestReferenceLLR(t *testing.T) {
	for _, c := range readReference(t).LLR {
		near(t, "llr", affinity.LLR(c.Table[0], c.Table[1], c.Table[2], c.Table[3]), c.LLR, 1e-12)
		near(t, "llr turned", affinity.LLR(c.Table[0], c.Table[2], c.Table[1], c.Table[3]), c.LLR, 1e-12)
	}
	near(t, "Dunning", affinity.LLR(110, 2442, 111, 29114), 270.72, 1e-5) // as printed
	for _, c := range [][4]uint64{{}, {5, 0, 0, 0}, {0, 0, 7, 3}, {3, 3, 0, 0}} {
		if v := affinity.LLR(c[0], c[1], c[2], c[3]); v != 0 {
			t.Errorf("%v: %v", c, v)
		}
	}
}

func TestReferenceRules(t *testing.T) {
	r := readReference(t)
	c := newCounts(t, affinity.CountConfig{})
	for _, b := range r.Baskets {
		check(t, c.AddBasket(b))
	}
	rules, err := affinity.NewRules(c, affinity.RuleConfig{MinTogether: 2, MinLLR: 2})
	check(t, err)
	want := 0
	for _, w := range r.Rules {
		g, ok := c.Rule(w.From, w.To)
		if !ok || g.Together != w.Together || g.FromCount != w.FromCount || g.ToCount != w.ToCount || g.Short != 0 {
			t.Fatalf("%+v, want %+v", g, w)
		}
		near(t, "support", g.Support, w.Support, 1e-15)
		near(t, "confidence", g.Confidence, w.Confidence, 1e-15)
		near(t, "lift", g.Lift, w.Lift, 1e-15)
		near(t, "llr", g.LLR, w.LLR, 1e-12)
		near(t, "strength", g.Strength, w.Strength, 1e-13)
		found, ok := rules.Find(w.From, w.To)
		if is := w.Together >= 2 && w.LLR >= 2; is != ok {
			t.Errorf("rule %d → %d: %v, want %v", w.From, w.To, ok, is)
		} else if is {
			want++
			if found != g {
				t.Errorf("%+v, and of the counts %+v", found, g)
			}
		}
	}
	if rules.Len() != want || want < 4 {
		t.Errorf("%d rules, want %d", rules.Len(), want)
	}
}

func TestReferenceIndex(t *testing.T) {
	for _, w := range readReference(t).TGI {
		p := newPortrait(t, affinity.PortraitConfig{Dimensions: []affinity.Dimension{{ID: "d", Among: affinity.AmongAll}}})
		fill(t, p, true, int(w.Segment), int(w.SegmentOf))
		fill(t, p, false, int(w.Rest), int(w.RestOf))
		x, err := p.Index(affinity.Trait{Dimension: "d", Value: "v"}, w.Confidence)
		check(t, err)
		if !x.Known {
			t.Fatalf("%+v", w)
		}
		near(t, "tgi", x.TGI, w.TGI, 1e-15)
		near(t, "low", x.Low, w.Low, 1e-12)
		near(t, "high", x.High, w.High, 1e-12)
		list, err := p.Indexes(affinity.IndexConfig{Confidence: w.Confidence, MinCustomers: 1, MinTrait: 1})
		check(t, err)
		near(t, "p", list[0].P, w.P, 1e-9)
		// The mark and the interval say the same.
		if out := x.Low > 100 || x.High < 100; out != (list[0].Mark != affinity.Even) {
			t.Errorf("%+v: %s", w, list[0].Mark)
		}
	}
}

func TestReferenceAdjust(t *testing.T) {
	a := readReference(t).Adjust
	for i := range a.P {
		near(t, "holm", affinity.AdjustForTest(a.P, affinity.Holm)[i], a.Holm[i], 1e-14)
		near(t, "bh", affinity.AdjustForTest(a.P, affinity.BH)[i], a.BH[i], 1e-14)
		near(t, "none", affinity.AdjustForTest(a.P, affinity.Unadjusted)[i], a.P[i], 0)
	}
}
