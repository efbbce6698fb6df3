package audience

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment"
)

// shopper is a host's own customer.
type shopper struct {
	Country string
	Fen     int64
	Last    time.Time
	Orders  []time.Time
}

var (
	shopCountry = segment.String("country", func(s *shopper) (string, bool) { return s.Country, s.Country != "" }, segment.Meta{})
	shopSpend   = segment.Decimal("spend", 2, func(s *shopper) (int64, bool) { return s.Fen, true }, segment.Meta{})
	shopLast    = segment.Instant("last", func(s *shopper) (time.Time, bool) { return s.Last, !s.Last.IsZero() }, segment.Meta{})
	shopOrderAt = segment.Instant("at", func(o *time.Time) (time.Time, bool) { return *o, true }, segment.Meta{})
	shopOrders  = segment.Events("orders", func(s *shopper) ([]time.Time, bool) { return s.Orders, true }, shopOrderAt, nil, segment.Meta{})
	shopSchema  = segment.MustSchema[shopper](segment.SchemaConfig{}, shopCountry, shopSpend, shopLast, shopOrders)
)

func shopRule(t testing.TB, e segment.Expr[shopper], now time.Time) *segment.Rule[shopper] {
	t.Helper()
	r, err := shopSchema.Compile(e, segment.At{Now: now}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// One row keeps its value for every cause there is.
func TestCauses(t *testing.T) {
	old, now := segment.At{Now: noon}, segment.At{Now: noon.AddDate(0, 0, 10)}
	recent := shopOrders.Window(segment.LastDays(30)).Count().AtLeast(1)
	rich := shopSpend.AtLeast(decimal.New(100, 0))
	lapsed := shopper{Orders: []time.Time{noon.AddDate(0, 0, -25)}}
	buyer := shopper{Orders: []time.Time{noon.AddDate(0, 0, 3)}}
	poor, wealthy := shopper{Fen: 5000}, shopper{Fen: 20000}
	poorer := shopRule(t, shopSpend.AtLeast(decimal.New(50, 0)), noon)
	for _, c := range []struct {
		name        string
		oldRule, by *segment.Rule[shopper]
		before, now *shopper
		known       bool
		entered     bool
		want        Cause
	}{
		{"the last order grew old", shopRule(t, recent, noon), nil, &lapsed, &lapsed, true, false, ByTime},
		{"an order came", shopRule(t, recent, noon), nil, &shopper{}, &buyer, true, true, ByAttribute},
		{"an order came, and the past is lost", shopRule(t, recent, noon), nil, nil, &buyer, false, true, Unclear},
		{"an order was cancelled", shopRule(t, recent, noon), nil, &shopper{Orders: []time.Time{noon.AddDate(0, 0, -5)}}, &shopper{}, true, false, ByAttribute},
		{"an old order was recorded late", shopRule(t, recent, noon), nil, nil, &shopper{Orders: []time.Time{noon.AddDate(0, 0, -1)}}, false, true, ByAttribute},
		{"grew rich", shopRule(t, rich, noon), nil, &poor, &wealthy, true, true, ByAttribute},
		{"grew rich, and the past is lost", shopRule(t, rich, noon), nil, nil, &wealthy, false, true, ByAttribute},
		{"the bar was lowered", shopRule(t, rich, noon), poorer, &poor, &poor, true, true, ByRule},
		{"the bar was lowered, and the past is lost", shopRule(t, rich, noon), poorer, nil, &poor, false, true, ByRule},
		{"the bar was raised", poorer, shopRule(t, rich, noon), &poor, &poor, true, false, ByRule},
		{"grew rich under another bar", shopRule(t, rich, noon), poorer, &shopper{}, &wealthy, true, true, ByAttribute},
		{"removed, and yet in", shopRule(t, rich, noon), nil, &wealthy, nil, true, true, Unclear},
		{"in, and the rule says no", shopRule(t, rich, noon), nil, &poor, &poor, true, true, Unclear},
		{"out, and the rule says yes", shopRule(t, rich, noon), nil, &wealthy, &wealthy, true, false, Unclear},
		{"arrived, and the rule says no", shopRule(t, rich, noon), nil, nil, &poor, true, true, Unclear},
		{"removed", shopRule(t, rich, noon), nil, &wealthy, nil, true, false, ByRemoval},
		{"arrived", shopRule(t, rich, noon), nil, nil, &wealthy, true, true, ByArrival},
		{"first version", nil, shopRule(t, rich, noon), &wealthy, &wealthy, true, true, ByRule},
		{"first version, arrived", nil, shopRule(t, rich, noon), nil, &wealthy, true, true, ByArrival},
	} {
		by := c.by
		if by == nil {
			by = c.oldRule
		}
		r, err := NewReasoner(Asked[shopper]{c.oldRule, old}, Asked[shopper]{by, now}, Rows[shopper]{
			Now:    func(uint32) *shopper { return c.now },
			Before: func(uint32) (*shopper, bool) { return c.before, c.known },
		})
		if err != nil {
			t.Fatal(c.name, err)
		}
		if got := r.Cause(1, c.entered); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if en, zh := c.want.Label(guanxi.EN), c.want.Label(guanxi.ZH); en == "" || zh == "" || zh == en {
			t.Errorf("%s has no label", c.want)
		}
	}
	if Cause("x").Label(guanxi.ZH) != "" {
		t.Error("an unknown cause has a label")
	}
}

// Over a random population the cause is what, changed alone, changes the verdict.
func TestCauseIsWhatChanged(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	rules := []segment.Expr[shopper]{
		segment.All(shopCountry.In("CN", "SG"), shopOrders.Window(segment.LastDays(20)).Count().AtLeast(1)),
		segment.Any(shopSpend.AtLeast(decimal.New(100, 0)), shopLast.Within(segment.LastDays(15))),
		shopCountry.IsNot("CN"),
	}
	row := func() *shopper {
		s := &shopper{Country: []string{"", "CN", "SG", "US"}[r.IntN(4)], Fen: r.Int64N(20000)}
		for range r.IntN(3) {
			s.Orders = append(s.Orders, noon.Add(-time.Duration(r.IntN(40*24))*time.Hour))
		}
		if len(s.Orders) > 0 {
			s.Last = slices.MaxFunc(s.Orders, time.Time.Compare)
		}
		return s
	}
	seen := make(map[Cause]int)
	for range 300 {
		before := make(map[uint32]*shopper)
		for v := range uint32(20) {
			before[v] = row()
		}
		now := maps.Clone(before)
		oldRule := rules[r.IntN(len(rules))]
		newRule := oldRule
		old, next := noon, noon
		var only Cause
		switch r.IntN(3) { // one of the three changes
		case 0:
			only, newRule = ByRule, rules[r.IntN(len(rules))]
		case 1:
			only, next = ByTime, noon.AddDate(0, 0, r.IntN(30))
		case 2:
			only = ByAttribute
			for v := range now {
				now[v] = row()
			}
		}
		a, b := shopRule(t, oldRule, old), shopRule(t, newRule, next)
		was, err := Select(a, maps.All(before))
		if err != nil {
			t.Fatal(err)
		}
		is, err := Select(b, maps.All(now))
		if err != nil {
			t.Fatal(err)
		}
		v1, _ := Version{Segment: "s"}.Next(a.ID(), was, old)
		v2, err := v1.Next(b.ID(), is, next)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Diff(v1, v2)
		if err != nil {
			t.Fatal(err)
		}
		reasoner, err := NewReasoner(Asked[shopper]{a, segment.At{Now: old}}, Asked[shopper]{b, segment.At{Now: next}}, Rows[shopper]{
			Now:    func(v uint32) *shopper { return now[v] },
			Before: func(v uint32) (*shopper, bool) { return before[v], true },
		})
		if err != nil {
			t.Fatal(err)
		}
		for e := range d.Events(reasoner.Cause) {
			seen[e.Cause]++
			if e.Cause != only {
				t.Fatalf("only %s changed, and %+v", only, e)
			}
		}
	}
	if len(seen) != 3 {
		t.Error(seen)
	}
}

func TestReasonerRefused(t *testing.T) {
	rule := shopRule(t, shopCountry.Is("CN"), noon)
	_, err := NewReasoner(Asked[shopper]{rule, segment.At{}}, Asked[shopper]{}, Rows[shopper]{})
	if got := pointers(err); !errors.Is(err, ErrOption) || !errors.Is(err, segment.ErrTime) || !slices.Equal(got, []string{"/rows/now", "/new/rule", "/old/at/now"}) {
		t.Error(got, err)
	}
}

func TestSelectAndPreview(t *testing.T) {
	population := map[uint32]*shopper{0: {Fen: 1}, 3: {Fen: 9000}, 64: {Fen: 15000}, 70_000: {Fen: 30000}}
	old := shopRule(t, shopSpend.Between(decimal.New(80, 0), decimal.New(200, 0)), noon)
	new := shopRule(t, shopSpend.AtLeast(decimal.New(100, 0)), noon)
	p, before, after, err := PreviewChange(old, new, maps.All(population), 5)
	if err != nil || !before.Equal(Of(3, 64)) || !after.Equal(Of(64, 70_000)) {
		t.Fatal(before, after, err)
	}
	if p.Customers != 4 || p.Before != 2 || p.After != 2 || p.Entered != 1 || p.Left != 1 || !slices.Equal(p.EnteredSample, []uint32{70_000}) || !slices.Equal(p.LeftSample, []uint32{3}) {
		t.Errorf("%+v", p)
	}
	if p, _, _, err := PreviewChange(nil, new, maps.All(population), 0); err != nil || p.Before != 0 || p.Entered != 2 || p.EnteredSample != nil {
		t.Errorf("%+v, %v", p, err)
	}
	if s, err := Select(new, maps.All(population)); err != nil || !s.Equal(after) {
		t.Error(s, err)
	}

	bad := func(yield func(uint32, *shopper) bool) {
		_ = yield(1, nil) && yield(2, population[0]) && yield(2, population[0]) && yield(NoOrdinal, population[0])
	}
	for _, err := range []error{failed(Select(new, bad)), failed4(PreviewChange(old, new, bad, 0))} {
		if got := pointers(err); !errors.Is(err, ErrRow) || !errors.Is(err, ErrDuplicate) || !errors.Is(err, ErrOrdinal) || !slices.Equal(got, []string{"/0", "/2", "/3"}) {
			t.Error(got, err)
		}
	}
	endless := func(yield func(uint32, *shopper) bool) {
		for yield(1, nil) {
		}
	}
	if got := pointers(failed(Select(new, endless))); len(got) != maxFaults {
		t.Error(len(got), "faults")
	}
	for _, err := range []error{failed(Select[shopper](nil, bad)), failed4(PreviewChange(old, nil, bad, 0))} {
		if !errors.Is(err, ErrOption) {
			t.Error(err)
		}
	}
}

func failed4[A, B, C any](_ A, _ B, _ C, err error) error { return err }
