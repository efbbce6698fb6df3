package rfm_test

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

func TestMigrationAgainstOracle(t *testing.T) {
	for seed := range rounds(150) {
		rng := rand.New(rand.NewPCG(12, uint64(seed)))
		cfg, log, _, asOf := randomCase(t, rng)
		if cfg.Keep == rfm.Totals {
			continue
		}
		half := len(log) / 2
		a := newAgg(t, cfg)
		feed(t, a, log[:half], rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		p0 := mustPopulation(t, a, asOf.AddDate(0, 0, -20))
		if rng.IntN(2) == 0 { // customers may come and go
			a.Reset()
		}
		feed(t, a, log[half:], rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		p1 := mustPopulation(t, a, asOf)
		r0, _ := buyers(p0, rfm.ScaleConfig{})
		r1, _ := buyers(p1, rfm.ScaleConfig{})
		if len(r0) == 0 || len(r1) == 0 {
			continue
		}
		sc := pick(rng, rfm.ScaleConfig{Bins: 5}, rfm.ScaleConfig{Method: rfm.NTile})
		g := rfm.MustSegments(rfm.Eleven())
		before := mustScoreAll(t, p0, mustFit(t, p0, sc), g)
		after := mustScoreAll(t, p1, pick(rng, before.Scale(), mustFit(t, p1, sc)), g)
		checkMigration(t, before, after)
		checkMigration(t, before, before)
	}
}

func checkMigration(t testing.TB, before, after *rfm.Scored[int64]) {
	t.Helper()
	m, err := rfm.Migrate(before, after)
	if err != nil {
		t.Fatal(err)
	}
	ids := m.Segments()
	if ids[len(ids)-1] != rfm.Absent || len(ids) != before.Segments().Len()+1 {
		t.Fatalf("segments %v", ids)
	}
	absent := func(c rfm.Customer[int64], ok bool) rfm.Customer[int64] {
		if !ok {
			c.Segment = rfm.Absent
		}
		return c
	}
	keys := map[int64]bool{}
	for c := range before.All() {
		keys[c.Customer] = true
	}
	for c := range after.All() {
		keys[c.Customer] = true
	}
	type pair struct{ from, to string }
	type money struct {
		n             int
		before, after decimal.Decimal
	}
	want := map[pair]*money{}
	var moved []int64
	for k := range keys {
		b := absent(before.Find(k))
		a := absent(after.Find(k))
		c := at(want, pair{b.Segment, a.Segment})
		c.n++
		c.before = c.before.Add(before.Population().Money(b.Values.Monetary))
		c.after = c.after.Add(after.Population().Money(a.Values.Monetary))
		if b.Segment != a.Segment {
			moved = append(moved, k)
		}
	}
	slices.Sort(moved)
	matrix := m.Matrix()
	sum := 0
	for i, row := range matrix {
		for j, n := range row {
			sum += n
			if c := want[pair{ids[i], ids[j]}]; n != 0 && (c == nil || c.n != n) || n == 0 && c != nil {
				t.Fatalf("from %s to %s: %d, want %v", ids[i], ids[j], n, c)
			}
		}
	}
	if sum != len(keys) {
		t.Fatalf("the matrix holds %d of %d customers", sum, len(keys))
	}
	for i, row := range before.Table().Rows {
		if n := lo.Sum(matrix[i]); n != row.Customers {
			t.Fatalf("row %s adds up to %d, want %d", ids[i], n, row.Customers)
		}
	}
	for j, row := range after.Table().Rows {
		if n := lo.SumBy(matrix, func(r []int) int { return r[j] }); n != row.Customers {
			t.Fatalf("column %s adds up to %d, want %d", ids[j], n, row.Customers)
		}
	}
	flows := m.Flows()
	n := 0
	for i, f := range flows {
		c := want[pair{f.From, f.To}]
		if f.From == f.To || c == nil || c.n != f.Customers || !c.before.Equal(f.Before) || !c.after.Equal(f.After) {
			t.Fatalf("flow %+v, want %+v", f, c)
		}
		if i > 0 {
			p := flows[i-1]
			if p.Customers < f.Customers || p.Customers == f.Customers &&
				cmp.Or(cmp.Compare(slices.Index(ids, p.From), slices.Index(ids, f.From)), cmp.Compare(slices.Index(ids, p.To), slices.Index(ids, f.To))) >= 0 {
				t.Fatalf("flow %+v after %+v", f, p)
			}
		}
		n += f.Customers
	}
	if n != len(moved) {
		t.Fatalf("%d customers in flows, %d moved", n, len(moved))
	}
	i := 0
	for mv := range m.Moves() {
		if i >= len(moved) || mv.Customer != moved[i] {
			t.Fatalf("move %d is customer %d", i, mv.Customer)
		}
		i++
		b, bok := before.Find(mv.Customer)
		a, aok := after.Find(mv.Customer)
		if mv.Before != absent(b, bok) || mv.After != absent(a, aok) {
			t.Fatalf("move %+v, want from %+v to %+v", mv, b, a)
		}
		var shifts []rfm.Dimension
		for d := rfm.Recency; d <= rfm.Monetary && bok && aok; d++ {
			if b.Score.Of(d) != a.Score.Of(d) {
				shifts = append(shifts, d)
			}
		}
		if !slices.Equal(shifts, lo.Map(mv.Moved, func(s rfm.Shift, _ int) rfm.Dimension { return s.Dimension })) {
			t.Fatalf("customer %d: %+v, want %v", mv.Customer, mv.Moved, shifts)
		}
		for _, s := range mv.Moved {
			if s.From != b.Score.Of(s.Dimension) || s.To != a.Score.Of(s.Dimension) {
				t.Fatalf("customer %d: %+v", mv.Customer, s)
			}
			same := s.Dimension == rfm.Frequency && b.Values.Frequency == a.Values.Frequency ||
				s.Dimension == rfm.Monetary && b.Values.Monetary == a.Values.Monetary
			if same && b.Values.Prospect == a.Values.Prospect && s.Own {
				t.Fatalf("customer %d: %+v, and his value is as it was: %+v to %+v (%s)", mv.Customer, s, b, a, before.Scale().Config().Method)
			}
			if own := before.Scale().Score(a.Values).Of(s.Dimension) != s.From; before.Scale().Config().Method != rfm.NTile && s.Own != own {
				t.Fatalf("customer %d: %+v, own %v", mv.Customer, s, own)
			}
		}
	}
	if i != len(moved) {
		t.Fatalf("%d moves, want %d", i, len(moved))
	}
	for range m.Moves() { // stopping early is no fault
		break
	}
}

// A Live after any updates is the whole population fitted and scored anew, and
// its changes are the difference from before.
func TestLiveAgainstFull(t *testing.T) {
	for seed := range rounds(300) {
		rng := rand.New(rand.NewPCG(15, uint64(seed)))
		cfg, log, _, asOf := randomCase(t, rng)
		sc := rfm.ScaleConfig{Method: pick(rng, rfm.Quantile, rfm.Interpolated, rfm.Mean, rfm.Fixed), Money: pick(rng, rfm.MoneyTotal, rfm.MoneyMean, rfm.MoneyMargin)}
		sc.Recency.Reverse, sc.Monetary.Reverse = rng.IntN(3) == 0, rng.IntN(3) == 0
		if sc.Method == rfm.Fixed {
			sc.Recency.Breaks = randomBreaks(rng, rfm.Recency, sc.Recency.Reverse, cfg.Decimals)
			sc.Frequency.Breaks = randomBreaks(rng, rfm.Frequency, false, cfg.Decimals)
			sc.Monetary.Breaks = randomBreaks(rng, rfm.Monetary, sc.Monetary.Reverse, cfg.Decimals)
		}
		if sc.Money == rfm.MoneyMargin && !cfg.KeepCosts {
			sc.Money = rfm.MoneyTotal
		}
		bins := rfm.EvenBins(5)
		switch sc.Method {
		case rfm.Mean:
			bins = rfm.EvenBins(2)
		case rfm.Fixed:
			bins = rfm.Bins{R: len(sc.Recency.Breaks) + 1, F: len(sc.Frequency.Breaks) + 1, M: len(sc.Monetary.Breaks) + 1}
		}
		segments := rfm.MustSegments(rfm.SegmentsConfig{Bins: bins, Rest: "other", Segments: []rfm.Segment{
			{ID: "top", Cells: []rfm.Block{{R: rfm.Interval{bins.R, bins.R}}}}, {ID: "other"}}})
		lc := rfm.LiveConfig{Scale: sc}
		var window guanxi.Span
		if cfg.Keep == rfm.Orders && rng.IntN(2) == 0 {
			if err := window.UnmarshalText([]byte("P9D")); err != nil {
				t.Fatal(err)
			}
			lc.Window = window
		}
		now := asOf
		if cfg.Keep == rfm.Orders {
			now = asOf.AddDate(0, 0, -50)
		}
		full := newAgg(t, cfg)
		half := rng.IntN(len(log))
		feed(t, full, log[:half], rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		live, err := rfm.NewLive(full, now, segments, lc)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		state := map[int64]rfm.Change[int64]{}
		check := func(changes []rfm.Change[int64], first bool) {
			t.Helper()
			from := time.Time{}
			if !window.IsZero() {
				from = window.SubFrom(now, cfg.Location)
			}
			p := populationAt(t, full, from, now)
			rows, _ := buyers(p, sc)
			want := make([]rfm.Score, p.Len())
			if len(rows) > 0 {
				want = mustScores(t, mustFit(t, p, sc), p)
			}
			var expect []rfm.Change[int64]
			counts := make([]int, segments.Len())
			there := map[int64]bool{}
			for i := range p.Len() {
				k := p.Key(i)
				there[k] = true
				seg, _ := segments.Of(want[i])
				at, _ := segments.Index(want[i])
				counts[at]++
				got, gotSeg, ok := live.Find(k)
				if !ok || got != want[i] || gotSeg.ID != seg.ID {
					t.Fatalf("seed %d, %+v, %+v, customer %d as of %v: %s %s %v, want %s", seed, cfg, lc, k, now, got, gotSeg.ID, ok, want[i])
				}
				old, known := state[k]
				if !known {
					old.To = rfm.Absent
				}
				if !known || old.After != want[i] {
					expect = append(expect, rfm.Change[int64]{Customer: k, Before: old.After, After: want[i], From: old.To, To: seg.ID})
				}
				state[k] = rfm.Change[int64]{After: want[i], To: seg.ID}
			}
			for k, old := range state {
				if !there[k] { // his only purchase was another's, who came earlier
					expect = append(expect, rfm.Change[int64]{Customer: k, Before: old.After, From: old.To, To: rfm.Absent})
					delete(state, k)
				}
			}
			slices.SortFunc(expect, func(a, b rfm.Change[int64]) int { return cmp.Compare(a.Customer, b.Customer) })
			if !first && !slices.Equal(changes, expect) {
				t.Fatalf("seed %d, %+v, %+v: changes\n%+v, want\n%+v", seed, cfg, lc, changes, expect)
			}
			if live.Len() != p.Len() || !slices.Equal(counts, live.Counts()) {
				t.Fatalf("seed %d: %d customers %v, want %d %v", seed, live.Len(), live.Counts(), p.Len(), counts)
			}
		}
		check(nil, true)
		rest := log[half:]
		for len(rest) > 0 {
			n := min(len(rest), 1+rng.IntN(15))
			run := rest[:n]
			rest = rest[n:]
			if cfg.Keep == rfm.Orders && rng.IntN(2) == 0 {
				now = now.Add(time.Duration(rng.Int64N(int64(240 * time.Hour)))).Truncate(time.Microsecond)
			}
			feed(t, full, run, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
			var rows []event
			for _, e := range run {
				var err error
				switch e.kind {
				case 'm':
					err = live.AddMember(e.cust)
				case 'c':
					err = live.AddContact(e.cust, e.time())
				default:
					rows = append(rows, e)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			var changes []rfm.Change[int64]
			if rng.IntN(2) == 0 {
				changes, err = live.UpdateBatch(nil, batchOf(rows, cfg), now)
			} else {
				changes, err = live.Update(nil, slices.Collect(func(yield func(rfm.Purchase[int64]) bool) {
					for p := range seqOf(rows, cfg.Decimals) {
						if !yield(p) {
							return
						}
					}
				}), now)
			}
			for f := range guanxi.Faults(err) {
				if !errors.Is(f, rfm.ErrDuplicateOrder) && !errors.Is(f, rfm.ErrRefund) {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
			check(changes, false)
		}
	}
	a := newAgg(t, rfm.Config{})
	g := rfm.MustSegments(rfm.Eleven())
	for _, sc := range []rfm.ScaleConfig{{Method: rfm.NTile}, {Nested: true}} {
		_, err := rfm.NewLive(a, asOf, g, rfm.LiveConfig{Scale: sc})
		require.ErrorIs(t, err, rfm.ErrBatchOnly)
	}
	live, err := rfm.NewLive(a, asOf, g, rfm.LiveConfig{})
	require.NoError(t, err)
	_, err = live.Advance(nil, asOf.Add(-1))
	require.ErrorIs(t, err, rfm.ErrBackwards)
	_, err = live.Scale()
	require.ErrorIs(t, err, rfm.ErrEmpty)
	_, err = rfm.NewLive(a, asOf, rfm.MustSegments(rfm.Eight()), rfm.LiveConfig{})
	require.ErrorIs(t, err, rfm.ErrBins)
}
