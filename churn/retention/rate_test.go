package retention_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/retention"
)

func TestEstimate(t *testing.T) {
	// Wilson's limits of 8 of 10 at 95 %: see testdata/PROVENANCE.md.
	e, err := retention.Share{Hits: 8, Of: 10}.Estimate(0)
	if err != nil || math.Abs(e.Low-0.4901624715) > 1e-9 || math.Abs(e.High-0.9433178485) > 1e-9 || e.Confidence != 0.95 {
		t.Errorf("%+v, %v", e, err)
	}
	for _, c := range []struct {
		s          retention.Share
		confidence float64
		want       error
	}{
		{retention.Share{}, 0, retention.ErrEmpty},
		{retention.Share{Hits: 2, Of: 1}, 0, retention.ErrCount},
		{retention.Share{Hits: -1, Of: 1}, 0, retention.ErrCount},
		{retention.Share{Hits: 1, Of: 1}, 1, retention.ErrConfidence},
		{retention.Share{Hits: 1, Of: 1}, math.NaN(), retention.ErrConfidence},
		{retention.Share{Hits: 1, Of: 1}, 95, retention.ErrConfidence},
		{retention.Share{Hits: 1, Of: 1}, -0.95, retention.ErrConfidence},
	} {
		if _, err := c.s.Estimate(c.confidence); !errors.Is(err, c.want) {
			t.Errorf("%+v at %v: %v", c.s, c.confidence, err)
		}
	}
	const most = 100_000_000_000
	for _, hits := range []int64{0, 1, most / 2, most - 1, most} {
		s := retention.Share{Hits: hits, Of: most}
		for _, confidence := range []float64{0.01, 0.95, 0.9999999999} {
			if e, err := s.Estimate(confidence); err != nil || !(e.Low < e.High && e.Low >= 0 && e.High <= 1 && e.Low <= e.Rate && e.Rate <= e.High) {
				t.Errorf("%v at %v: %+v, %v", s, confidence, e, err)
			}
		}
	}
	if _, ok := (retention.Share{}).Rate(); ok {
		t.Error("the rate of nobody is known")
	}
}

func TestRepeats(t *testing.T) {
	loc := zone(t, "Asia/Shanghai")
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, loc)
	hour := func(h int) time.Time { return from.Add(time.Duration(h) * time.Hour) }
	orders := []retention.Order[int64]{
		{1, hour(1), "east"}, {1, hour(2), "west"}, // again, on the same day
		{2, hour(23), "east"}, {2, hour(25), "east"}, // again, on another day
		{3, hour(5), "west"},
		{4, hour(7), "west"}, {4, hour(7), "east"}, {4, hour(40), "west"}, // of two at once: east
		{5, hour(-1), "east"}, {5, hour(50), "west"},
	}
	for again, want := range map[retention.Again][]retention.Group{
		retention.SecondOrder: {{Name: "east", Share: retention.Share{Hits: 3, Of: 3}}, {Name: "west", Share: retention.Share{Hits: 0, Of: 2}}},
		retention.AnotherDay:  {{Name: "east", Share: retention.Share{Hits: 2, Of: 3}}, {Name: "west", Share: retention.Share{Hits: 0, Of: 2}}},
	} {
		cfg := retention.RepeatConfig{From: from, To: from.AddDate(0, 1, 0), Location: loc, Again: again}
		fill := func(rows []retention.Order[int64]) *retention.Repeats[int64] {
			r, err := retention.NewRepeats(guanxi.IntKey[int64](), cfg)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range rows {
				if err := r.Add(o); err != nil {
					t.Fatal(err)
				}
			}
			return r
		}
		rnd := rand.New(rand.NewPCG(1, 2))
		for range 30 {
			rnd.Shuffle(len(orders), func(i, j int) { orders[i], orders[j] = orders[j], orders[i] })
			cut := rnd.IntN(len(orders) + 1)
			r := fill(orders[:cut])
			if err := r.Merge(fill(orders[cut:])); err != nil {
				t.Fatal(err)
			}
			if got := r.Groups(); !reflect.DeepEqual(got, want) || r.Outside() != 1 || r.Len() != 5 {
				t.Fatalf("%s: %+v, want %+v", again, got, want)
			}
		}
		r := fill(orders)
		if err := r.Add(retention.Order[int64]{}); !errors.Is(err, retention.ErrCustomer) || !errors.Is(err, retention.ErrTime) {
			t.Error(err)
		}
		if err := r.Merge(r); !errors.Is(err, retention.ErrMismatch) {
			t.Error(err)
		}
		r.Reset()
		if len(r.Groups()) != 0 || r.Outside() != 0 {
			t.Error("Reset leaves something")
		}
	}
	_, err := retention.NewRepeats(guanxi.IntKey[int64](), retention.RepeatConfig{From: from, To: from, Again: "x"})
	if !errors.Is(err, retention.ErrOption) {
		t.Error(err)
	}
}

func TestDecompose(t *testing.T) {
	group := func(name string, hits, of int64) retention.Group {
		return retention.Group{Name: name, Share: retention.Share{Hits: hits, Of: of}}
	}
	// Weights go from 1/2, 1/2 to 3/4, 1/4; the east's rate from 40 to 20 %, the
	// west's stays at 60 %. By hand: rate −0.2 · 0.625 = −0.125; mix with R̄ = 0.4
	// east 0.25·(0.3−0.4) = −0.025, west −0.25·(0.6−0.4) = −0.05.
	before := []retention.Group{group("east", 40, 100), group("west", 60, 100)}
	after := []retention.Group{group("east", 30, 150), group("west", 30, 50)}
	d, err := retention.Decompose(before, after, 0)
	if err != nil {
		t.Fatal(err)
	}
	near := func(name string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-15 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	near("change", d.Change, -0.2)
	near("mix", d.Mix, -0.075)
	near("rate", d.Rate, -0.125)
	near("the east's mix", d.Effects[0].Mix, -0.025)
	near("the west's mix", d.Effects[1].Mix, -0.05)
	if e := d.Effects[0]; e.Group != "east" || !e.Clear || !e.Known {
		t.Errorf("%+v", e)
	}
	if c := d.Causes(0.7); len(c) != 1 || c[0].Group != "east" {
		t.Errorf("%+v", c)
	}
	if c := d.Causes(1); len(c) != 2 {
		t.Errorf("%+v", c)
	}
	_, err = retention.Decompose([]retention.Group{group("a", 2, 1), group("b", 1, 1), group("b", 1, 1)}, nil, 2)
	for _, want := range []error{retention.ErrCount, retention.ErrDuplicate, retention.ErrEmpty, retention.ErrConfidence} {
		if !errors.Is(err, want) {
			t.Errorf("%v misses %v", err, want)
		}
	}
	if _, err := retention.Decompose([]retention.Group{group("a", 1, math.MaxInt64), group("b", 1, 1)}, after, 0); !errors.Is(err, retention.ErrCount) {
		t.Error(err)
	}
}

func TestDecomposeAddsUp(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	draw := func() []retention.Group {
		var g []retention.Group
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			if r.IntN(4) > 0 || len(g) == 0 {
				of := 1 + r.Int64N(1000)
				g = append(g, retention.Group{Name: name, Share: retention.Share{Hits: r.Int64N(of + 1), Of: of}})
			}
		}
		return g
	}
	for range 2000 {
		before, after := draw(), draw()
		d, err := retention.Decompose(before, after, 0.9)
		if err != nil {
			t.Fatal(err)
		}
		x, _ := d.After.Rate()
		y, _ := d.Before.Rate()
		mix, rate := 0.0, 0.0
		for _, e := range d.Effects {
			mix, rate = mix+e.Mix, rate+e.Rate
			if !e.Known && e.Rate != 0 {
				t.Fatalf("a group of one period has a rate effect: %+v", e)
			}
		}
		if math.Abs(d.Change-(x-y)) > 1e-14 || mix != d.Mix || rate != d.Rate || mix+rate != d.Change {
			t.Fatalf("%v, but the rates differ by %v", d, x-y)
		}
		r.Shuffle(len(before), func(i, j int) { before[i], before[j] = before[j], before[i] })
		r.Shuffle(len(after), func(i, j int) { after[i], after[j] = after[j], after[i] })
		if again, err := retention.Decompose(before, after, 0.9); err != nil || !reflect.DeepEqual(again, d) {
			t.Fatal("the order of the groups matters")
		}
	}
}

func TestJudge(t *testing.T) {
	share := func(hits, of int64) retention.Share { return retention.Share{Hits: hits, Of: of} }
	for _, c := range []struct {
		target        retention.Target
		before, after retention.Share
		verdict, goal retention.Verdict
		reachable     bool
	}{
		{retention.Target{}, share(200, 1000), share(120, 1000), retention.Fell, retention.Met, true},
		{retention.Target{}, share(120, 1000), share(200, 1000), retention.Rose, retention.Missed, true},
		{retention.Target{}, share(12, 100), share(10, 100), retention.Undecided, retention.Undecided, true},
		{retention.Target{}, share(10, 10), share(0, 10), retention.TooFew, retention.TooFew, true},
		{retention.Target{}, share(10, 100), share(10, 100), retention.Unproven, retention.Unproven, false},
		{retention.Target{}, share(1, 10), share(1, 10), retention.TooFew, retention.TooFew, false},
		{retention.Target{}, share(4e8, 1e9), share(4e8, 1e9), retention.Unproven, retention.Unproven, false},
		{retention.Target{}, share(4e8, 1e9), share(4e8+1, 1e9), retention.Unproven, retention.Unproven, false},
		{retention.Target{}, share(4e8, 1e9), share(4e8+1e4, 1e9), retention.Undecided, retention.Undecided, true},
		{retention.Target{Change: -0.1}, share(4e8, 1e9), share(4e8, 1e9), retention.Unproven, retention.Missed, false},
		{retention.Target{Change: -0.125}, share(4e8, 8e8), share(3e8, 8e8), retention.Fell, retention.Unproven, true},
		{retention.Target{}, share(0, 0), share(10, 100), retention.TooFew, retention.TooFew, false},
		{retention.Target{Change: -0.02}, share(2000, 10000), share(1200, 10000), retention.Fell, retention.Met, true},
		{retention.Target{Change: -0.08}, share(200, 1000), share(120, 1000), retention.Fell, retention.Unproven, true}, // the very target
		{retention.Target{Change: -0.07}, share(200, 1000), share(120, 1000), retention.Fell, retention.Undecided, true},
		{retention.Target{Change: -0.2}, share(200, 1000), share(120, 1000), retention.Fell, retention.Missed, true},
		{retention.Target{Change: 0.05}, share(120, 1000), share(300, 1000), retention.Rose, retention.Met, true},
		{retention.Target{Change: 0.3}, share(120, 1000), share(300, 1000), retention.Rose, retention.Missed, true},
	} {
		j, err := c.target.Judge(c.before, c.after)
		if err != nil || j.Verdict != c.verdict || j.Target != c.goal || j.Reachable != c.reachable {
			t.Errorf("%+v %v → %v: %+v, %v", c.target, c.before, c.after, j, err)
		}
		if j.Needed > 0 { // as many customers at the same rates decide
			scale := func(s retention.Share) retention.Share {
				n := (j.Needed + s.Of - 1) / s.Of
				return retention.Share{Hits: s.Hits * n, Of: s.Of * n}
			}
			if again, err := c.target.Judge(scale(c.before), scale(c.after)); err != nil || again.Verdict == retention.Undecided {
				t.Errorf("%d customers do not decide: %+v", j.Needed, again)
			}
		}
	}
	_, err := retention.Target{Change: math.NaN(), Confidence: 3, MinCustomers: -1}.Judge(share(2, 1), share(-1, 1))
	var places []string
	for f := range guanxi.Faults(err) {
		places = append(places, f.Pointer)
	}
	if !reflect.DeepEqual(places, []string{"/change", "/confidence", "/min_customers", "/before", "/after"}) {
		t.Error(err)
	}
}
