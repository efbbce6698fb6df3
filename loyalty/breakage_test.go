package loyalty

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

// taylorAshe is the triangle of Taylor and Ashe (1983) that Mack (1993) analyses. See
// testdata/PROVENANCE.md.
var taylorAshe = [][]float64{
	{357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463},
	{352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085},
	{290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315},
	{310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268},
	{443160, 1136350, 2128333, 2897821, 3402672, 3873311},
	{396132, 1333217, 2180715, 2985752, 3691712},
	{440832, 1288463, 2419861, 3483130},
	{359480, 1421128, 2864498},
	{376686, 1363294},
	{344014},
}

// Mack (1993), tables 2 and 3, in thousands, and the total.
func TestLadderMack(t *testing.T) {
	l, err := NewLadder(taylorAshe, 0)
	if err != nil {
		t.Fatal(err)
	}
	reserve := []float64{0, 95, 470, 710, 985, 1419, 2178, 3920, 4279, 4626}
	percent := []float64{0, 80, 26, 19, 27, 29, 26, 22, 23, 29} // of the reserve
	for i := range reserve {
		if math.Round(l.Reserve[i]/1000) != reserve[i] {
			t.Errorf("reserve of row %d: %v", i, l.Reserve[i])
		}
		if i > 0 && math.Round(100*l.SE[i]/l.Reserve[i]) != percent[i] {
			t.Errorf("standard error of row %d: %v", i, l.SE[i]/l.Reserve[i])
		}
	}
	if math.Round(l.Total) != 18680856 || math.Round(l.TotalSE) != 2447095 {
		t.Errorf("total %v, standard error %v", l.Total, l.TotalSE)
	}
	factors := []float64{3.491, 1.747, 1.457, 1.174, 1.104, 1.086, 1.054, 1.077, 1.018}
	for k, f := range factors {
		if math.Abs(l.Factors[k]-f) > 0.0005 {
			t.Errorf("factor %d: %v", k, l.Factors[k])
		}
	}
	tail, err := NewLadder(taylorAshe, 1.1)
	if err != nil || math.Abs(tail.Ultimate[3]/l.Ultimate[3]-1.1) > 1e-12 || math.Abs(tail.TotalSE/l.TotalSE-1.1) > 1e-12 {
		t.Error(tail, err)
	}
}

func TestLadderRefuses(t *testing.T) {
	for _, rows := range [][][]float64{{{}}, {{1}, {1, 2}}, {{-1}}, {{math.NaN()}}, {{math.Inf(1)}}} {
		if _, err := NewLadder(rows, 0); !errors.Is(err, ErrTriangle) {
			t.Error(rows, err)
		}
	}
	for _, tail := range []float64{0.5, -1, math.NaN(), math.Inf(1)} {
		if _, err := NewLadder(nil, tail); !errors.Is(err, ErrOption) {
			t.Error(tail, err)
		}
	}
	l, err := NewLadder([][]float64{{0, 5, 6}, {0, 4}, {0}}, 0)
	if err != nil || l.Known[0] || !l.Known[1] || l.Ultimate[0] != 6 || l.Ultimate[1] != 4.8 || !math.IsNaN(l.Ultimate[2]) || math.Abs(l.Total-0.8) > 1e-12 {
		t.Errorf("%+v %v", l, err)
	}
}

func mustTriangle(t testing.TB, c TriangleConfig) *Triangle {
	t.Helper()
	tr, err := NewTriangle(c)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func monthAt(m int) Instant {
	return InstantOf(time.Date(2024, time.Month(1+m), 15, 0, 0, 0, 0, time.UTC))
}

func TestBreakage(t *testing.T) {
	tr := mustTriangle(t, TriangleConfig{Kind: "points"})
	// Taylor and Ashe's rows as redemptions of vintages of 7,000,000 points
	for i, row := range taylorAshe {
		if err := tr.Add(monthAt(i), monthAt(i), VintageFlow{Issued: 7e6}); err != nil {
			t.Fatal(err)
		}
		before := 0.0
		for k, c := range row {
			if err := tr.Add(monthAt(i), monthAt(i+k), VintageFlow{Redeemed: Points(c - before)}); err != nil {
				t.Fatal(err)
			}
			before = c
		}
	}
	// a month that is not complete does not count
	if err := tr.Add(monthAt(3), monthAt(10), VintageFlow{Redeemed: 1e6}); err != nil {
		t.Fatal(err)
	}
	b, err := tr.Breakage(BreakageConfig{AsOf: time.Date(2024, 11, 20, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	if b.Last.String() != "2024-10" || len(b.Vintages) != 10 || math.Round(b.Ladder.TotalSE) != 2447095 || b.Confidence != 0.95 || b.Tail != 1 {
		t.Errorf("%+v", b)
	}
	v, ok := b.Of(MonthOf(time.Date(2024, 9, 1, 0, 0, 0, 0, time.UTC)))
	rate, ok2 := v.Rate()
	points, ok3 := v.Expected()
	if !ok || !ok2 || !ok3 || math.Round(v.Ultimate) != 5642266 || points != 5642266 || math.Abs(rate-(1-5642266.0/7e6)) > 1e-6 ||
		!(v.Low < v.Ultimate && v.Ultimate < v.High && v.High <= 7e6) || math.Abs(v.Breakage+v.Ultimate-7e6) > 1e-6 {
		t.Errorf("%+v", v)
	}
	if _, ok := b.Of(MonthOf(time.Date(2024, 11, 1, 0, 0, 0, 0, time.UTC))); ok {
		t.Error("a vintage that is not there")
	}
	if tot := b.Total; !tot.Known || math.Round(tot.Ultimate-float64(tot.Redeemed)) != 18680856 || tot.SE != b.Ladder.TotalSE || !(tot.Low < tot.Ultimate && tot.Ultimate < tot.High) {
		t.Errorf("%+v", tot)
	}
}

// What cannot be known is absent, and what is over is known.
func TestBreakageAbsent(t *testing.T) {
	asOf := BreakageConfig{AsOf: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}
	tr := mustTriangle(t, TriangleConfig{Kind: "points", Months: 3})
	b, err := tr.Breakage(asOf)
	if err != nil || b.Total.Known || len(b.Vintages) != 0 {
		t.Errorf("%+v %v", b, err)
	}
	for _, f := range []struct {
		earned, at int
		flow       VintageFlow
	}{
		{0, 0, VintageFlow{Issued: 100}}, {0, 5, VintageFlow{Redeemed: 60}}, {0, 11, VintageFlow{Expired: 40}},
		{6, 6, VintageFlow{Issued: 50}},
	} {
		if err := tr.Add(monthAt(f.earned), monthAt(f.at), f.flow); err != nil {
			t.Fatal(err)
		}
	}
	if b, err = tr.Breakage(asOf); err != nil {
		t.Fatal(err)
	}
	first, third := b.Vintages[0], b.Vintages[2]
	if !first.Known || first.Ultimate != 60 || first.Breakage != 40 || first.SE != 0 || first.Outstanding != 0 {
		t.Errorf("%+v", first)
	}
	if _, ok := third.Expected(); ok || third.Known || third.Outstanding != 50 || b.Unknown != 50 {
		t.Errorf("%+v", third)
	}
	if v, ok := b.Of(third.Vintage + 2); !ok || v != third {
		t.Errorf("%+v %v", v, ok)
	}
	if _, ok := third.Rate(); ok {
		t.Error("a rate of what is not known")
	}
	if !b.Total.Known || b.Total.Breakage != 40 {
		t.Errorf("%+v", b.Total)
	}
	n := 0
	_, err = tr.Breakage(BreakageConfig{Confidence: 1, Vintages: -1, Tail: math.NaN()})
	for range guanxi.Faults(err) {
		n++
	}
	if n != 4 {
		t.Error(err)
	}
	old := mustTriangle(t, TriangleConfig{})
	if err := old.Add(InstantOf(time.Date(1500, 1, 1, 0, 0, 0, 0, time.UTC)), monthAt(0), VintageFlow{Issued: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Breakage(asOf); !errors.Is(err, ErrTriangle) {
		t.Error(err)
	}
	asOf.Vintages = 12
	if b, err := old.Breakage(asOf); err != nil || len(b.Vintages) != 12 {
		t.Error(err)
	}
}

// A journal gives what its lots say in the end, in any order of accounts.
func TestTriangleJournal(t *testing.T) {
	c := TriangleConfig{Kind: "points"}
	whole, left, right := mustTriangle(t, c), mustTriangle(t, c), mustTriangle(t, c)
	for seed := range uint64(20) {
		p := randomDesk(t, 3000+seed, 150)
		one := mustTriangle(t, c)
		part := []*Triangle{left, right}[seed%2]
		if err := errors.Join(one.AddJournal(Entries(p.journal), time.Time{}), whole.AddJournal(Entries(p.journal), time.Time{}),
			part.AddJournal(Entries(p.journal), time.Time{})); err != nil {
			t.Fatal(err)
		}
		var got, want VintageFlow
		for _, v := range one.All() {
			got, _ = got.plus(v)
		}
		for l := range p.a.Lots() {
			if l.Kind != "points" {
				continue
			}
			want.Redeemed += l.Redeemed + l.Donated
			want.Removed += l.TakenBack + l.Adjusted
			want.Expired += l.Expired
		}
		for _, e := range p.journal {
			for _, l := range e.Opened {
				if l.Kind == "points" && (e.Op == OpEarn || e.Op == OpAdjust) {
					want.Issued += l.Points
				}
			}
		}
		if got != want {
			t.Fatalf("seed %d: %+v, want %+v", seed, got, want)
		}
		// with a Sweep written or not
		at := p.a.Last.Time().AddDate(0, 0, 200)
		d, err := p.e.Decide(p.a, &Sweep{Header{Key: "last", At: at}, 1 << 20}, at)
		if err != nil || len(p.a.Holds()) > 0 {
			continue
		}
		x, y := mustTriangle(t, c), mustTriangle(t, c)
		all := append(slices.Clone(p.journal), d.Entries...)
		if err := errors.Join(x.AddJournal(Entries(p.journal), at), y.AddJournal(Entries(all), at)); err != nil || !bytes.Equal(mustBytes(t, x), mustBytes(t, y)) {
			t.Fatalf("seed %d: a sweep changes it: %v", seed, err)
		}
	}
	want := mustBytes(t, whole)
	var back Triangle
	if err := errors.Join(back.UnmarshalBinary(mustBytes(t, right)), back.Merge(left)); err != nil || !bytes.Equal(mustBytes(t, &back), want) {
		t.Fatal("the other way round:", err)
	}
	if err := left.Merge(right); err != nil || !bytes.Equal(mustBytes(t, left), want) {
		t.Fatal("merged:", err)
	}
	left.Reset()
	if len(left.cells) != 0 {
		t.Error("not empty")
	}
}

func TestTriangleRefuses(t *testing.T) {
	if _, err := NewTriangle(TriangleConfig{Months: 5}); !errors.Is(err, ErrOption) {
		t.Error(err)
	}
	tr := mustTriangle(t, TriangleConfig{Kind: "points"})
	if err := tr.Add(0, 0, VintageFlow{Issued: math.MaxInt64}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ got, want error }{
		"overflow": {tr.Add(0, 0, VintageFlow{Expired: 1, Issued: 1}), ErrOverflow},
		"time":     {tr.Add(Never, 0, VintageFlow{Issued: 1}), ErrTime},
		"merge":    {tr.Merge(tr), ErrOverflow},
		"kind":     {tr.Merge(mustTriangle(t, TriangleConfig{Kind: "stars"})), ErrMerge},
		"lot":      {tr.AddJournal(Entries([]Entry{{Uses: []Use{{Lot: 1}}}}), time.Time{}), ErrImpossible},
		"opened":   {tr.AddJournal(Entries([]Entry{{Opened: []Lot{{ID: 2}}}}), time.Time{}), ErrImpossible},
		"extended": {tr.AddJournal(Entries([]Entry{{Extended: []LotExpiry{{2, 3}}}}), time.Time{}), ErrImpossible},
		"window":   {tr.AddJournal(Entries([]Entry{{Windows: []Window{{"points", 2, 3}}}}), time.Time{}), ErrImpossible},
		"reading":  {tr.AddJournal(func(yield func(*Entry, error) bool) { yield(nil, errRead) }, time.Time{}), errRead},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if len(tr.cells) != 1 {
		t.Error("a refusal has changed it")
	}
}

// Adding cells in any order comes to the same.
func TestTriangleOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	type row struct {
		earned, at Instant
		f          VintageFlow
	}
	var rows []row
	for range 300 {
		rows = append(rows, row{monthAt(r.IntN(20)), monthAt(r.IntN(40)), VintageFlow{Points(r.IntN(9)), Points(r.IntN(9)) - 4, Points(r.IntN(3)), 0}})
	}
	var want []byte
	for range 5 {
		tr := mustTriangle(t, TriangleConfig{Kind: "points", Months: 3})
		for _, i := range r.Perm(len(rows)) {
			if err := tr.Add(rows[i].earned, rows[i].at, rows[i].f); err != nil {
				t.Fatal(err)
			}
		}
		got := mustBytes(t, tr)
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Fatal("another order, another triangle")
		}
	}
}
