package rfm_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
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

// tableOf scores a population by quintiles and the eleven segments; "" if nobody bought.
func tableOf(t testing.TB, p *rfm.Population[int64]) string {
	t.Helper()
	rows, _ := buyers(p, rfm.ScaleConfig{})
	if len(rows) == 0 {
		return ""
	}
	return dumpTable(mustScoreAll(t, p, mustFit(t, p, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Eleven())).Table())
}

// snapshot is everything that may not depend on how an aggregate came about.
func snapshot(t testing.TB, a *rfm.Aggregator[int64], from, asOf time.Time) string {
	t.Helper()
	p := populationAt(t, a, from, asOf)
	return fmt.Sprintf("%d customers, %d duplicates\n%x\n%s%s", a.Len(), a.Duplicates(), mustBytes(t, a), dump(p), tableOf(t, p))
}

// mergeRandomly feeds a random partition of events and merges it in random order.
func mergeRandomly(t testing.TB, cfg rfm.Config, events []event, rng *rand.Rand) *rfm.Aggregator[int64] {
	t.Helper()
	events = slices.Clone(events)
	rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	parts := make([]*rfm.Aggregator[int64], 1+rng.IntN(5))
	for i := range parts {
		cfg.Workers = rng.IntN(4)
		parts[i] = newAgg(t, cfg)
		lo, hi := len(events)*i/len(parts), len(events)*(i+1)/len(parts)
		feed(t, parts[i], events[lo:hi], rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
	}
	for len(parts) > 1 {
		i := rng.IntN(len(parts))
		b := parts[i]
		parts = slices.Delete(parts, i, i+1)
		if err := parts[rng.IntN(len(parts))].Merge(b); err != nil {
			t.Fatal(err)
		}
	}
	return parts[0]
}

func TestOrderAndSplitDoNotMatter(t *testing.T) {
	for seed := range rounds(400) {
		rng := rand.New(rand.NewPCG(4, uint64(seed)))
		cfg, log, from, asOf := randomCase(t, rng)
		one := newAgg(t, cfg)
		feed(t, one, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		want := snapshot(t, one, from, asOf)
		for range 3 {
			if got := snapshot(t, mergeRandomly(t, cfg, log, rng), from, asOf); got != want {
				t.Fatalf("seed %d, %+v: %s", seed, cfg, firstDifference(got, want))
			}
		}
	}
}

func TestMergeIsAssociativeAndCommutative(t *testing.T) {
	for seed := range rounds(200) {
		rng := rand.New(rand.NewPCG(5, uint64(seed)))
		cfg, log, from, asOf := randomCase(t, rng)
		parts := make([][]event, 3)
		for _, e := range log {
			i := rng.IntN(3)
			parts[i] = append(parts[i], e)
		}
		build := func(i int) *rfm.Aggregator[int64] {
			a := newAgg(t, cfg)
			feed(t, a, parts[i], rand.New(rand.NewPCG(6, uint64(i))), rfm.ErrDuplicateOrder, rfm.ErrRefund)
			return a
		}
		merge := func(a, b *rfm.Aggregator[int64]) *rfm.Aggregator[int64] {
			before := mustBytes(t, b)
			if err := a.Merge(b); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(before, mustBytes(t, b)) {
				t.Fatalf("seed %d: Merge changed its argument", seed)
			}
			return a
		}
		want := snapshot(t, merge(merge(build(0), build(1)), build(2)), from, asOf)
		for name, a := range map[string]*rfm.Aggregator[int64]{
			"a+(b+c)": merge(build(0), merge(build(1), build(2))),
			"(c+b)+a": merge(merge(build(2), build(1)), build(0)),
			"b+(c+a)": merge(build(1), merge(build(2), build(0))),
			"∅+abc":   merge(newAgg(t, cfg), merge(merge(build(0), build(1)), build(2))),
			"abc+∅":   merge(merge(merge(build(0), build(1)), build(2)), newAgg(t, cfg)),
		} {
			if got := snapshot(t, a, from, asOf); got != want {
				t.Fatalf("seed %d, %+v, %s: %s", seed, cfg, name, firstDifference(got, want))
			}
		}
	}
}

func TestEncodingRoundTrip(t *testing.T) {
	for seed := range rounds(300) {
		rng := rand.New(rand.NewPCG(7, uint64(seed)))
		cfg, log, from, asOf := randomCase(t, rng)
		half := len(log) / 2
		a := newAgg(t, cfg)
		feed(t, a, log[:half], rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		data := mustBytes(t, a)
		if again, err := a.AppendBinary([]byte("x")); err != nil || !bytes.Equal(again[1:], data) || again[0] != 'x' {
			t.Fatalf("seed %d: AppendBinary: %v", seed, err)
		}
		other := cfg
		other.Workers = rng.IntN(4)
		b := newAgg(t, other)
		feed(t, b, log[half:], rng, rfm.ErrDuplicateOrder, rfm.ErrRefund) // to be replaced
		if err := b.UnmarshalBinary(data); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if got := mustBytes(t, b); !bytes.Equal(got, data) {
			t.Fatalf("seed %d: decoded and encoded again: %x, want %x", seed, got, data)
		}
		if b.Config().Workers != max(other.Workers, 1) {
			t.Fatalf("seed %d: decoding changed the workers", seed)
		}
		// Today's rows on yesterday's bytes: incremental = full.
		feed(t, b, log[half:], rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		full := newAgg(t, cfg)
		feed(t, full, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		if got, want := snapshot(t, b, from, asOf), snapshot(t, full, from, asOf); got != want {
			t.Fatalf("seed %d, %+v: %s", seed, cfg, firstDifference(got, want))
		}
		// Reset is a new aggregate.
		b.Reset()
		if got, want := mustBytes(t, b), mustBytes(t, newAgg(t, cfg)); !bytes.Equal(got, want) || b.Len() != 0 || b.Duplicates() != 0 {
			t.Fatalf("seed %d: after Reset %x, want %x", seed, got, want)
		}
		feed(t, b, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		if got, want := snapshot(t, b, from, asOf), snapshot(t, full, from, asOf); got != want {
			t.Fatalf("seed %d, %+v, after Reset: %s", seed, cfg, firstDifference(got, want))
		}
	}
}

// bigBatch is long enough to be shared out among workers, with bad rows in it.
func bigBatch(rng *rand.Rand, n, customers int, bad bool) rfm.Batch[int64] {
	b := rfm.Batch[int64]{}
	asOf := day(2026, 7, 1).UnixMicro()
	for range n {
		c, at, m := int64(rng.IntN(customers)+1), asOf-1-rng.Int64N(3*365*86400_000000), rng.Int64N(100000)
		if rng.IntN(20) == 0 {
			m = -m / 10
		}
		if bad {
			switch rng.IntN(100) {
			case 0:
				c = 0
			case 1:
				at = math.MinInt64
			case 2:
				m = math.MinInt64
			}
		}
		b.Customer, b.At, b.Amount, b.Cost = append(b.Customer, c), append(b.At, at), append(b.Amount, m), append(b.Cost, m/3)
	}
	return b
}

func TestWorkersDoNotMatter(t *testing.T) {
	for _, c := range []struct {
		keep         rfm.Keep
		rows, people int
	}{{rfm.Totals, 100_000, 20_000}, {rfm.Totals, 40_000, 30}, {rfm.Totals, 1023, 100}, {rfm.Totals, 1025, 100}, {rfm.Orders, 60_000, 15_000}} {
		t.Run(fmt.Sprint(c.keep, c.rows), func(t *testing.T) {
			batch := bigBatch(rand.New(rand.NewPCG(8, uint64(c.rows))), c.rows, c.people, true)
			if c.keep == rfm.Orders {
				for i := range batch.Customer {
					batch.Order = append(batch.Order, lo.Ternary(i%3 == 0, fmt.Sprint("o", i%(c.rows/2)), ""))
				}
			}
			var want string
			for _, w := range []int{0, 1, 2, 3, 7} {
				a := newAgg(t, rfm.Config{Keep: c.keep, Decimals: 2, Workers: w, KeepCosts: true})
				err := a.AddBatch(batch)
				if err == nil {
					t.Fatal("no row refused")
				}
				p := mustPopulation(t, a, day(2026, 7, 1))
				got := fmt.Sprintf("%s\n%x\n%s", lo.Must(json.Marshal(faultTexts(err))), mustBytes(t, a), dump(p))
				for _, sc := range []rfm.ScaleConfig{{}, {Method: rfm.NTile}, {Method: rfm.Mean, Money: rfm.MoneyMargin}, {Nested: true, Bins: 3}, {Method: rfm.Interpolated, Money: rfm.MoneyMean}} {
					s := mustFit(t, p, sc)
					got += fmt.Sprintf("\n%s\n%v", lo.Must(json.Marshal(s)), mustScores(t, s, p))
				}
				p = populationAt(t, a, time.Time{}, day(2026, 7, 1))
				got += tableOf(t, p)
				if want == "" {
					want = got
				} else if got != want {
					t.Fatalf("%d workers: %.300s", w, firstDifference(got, want))
				}
			}
		})
	}
}

func faultTexts(err error) (texts []string) {
	for f := range guanxi.Faults(err) {
		texts = append(texts, f.Error())
	}
	return texts
}

// A better value never has a lower score, of whatever scale and customers.
func TestScoresAreMonotone(t *testing.T) {
	for seed := range rounds(300) {
		rng := rand.New(rand.NewPCG(9, uint64(seed)))
		cfg, log, from, asOf := randomCase(t, rng)
		a := newAgg(t, cfg)
		feed(t, a, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		p := populationAt(t, a, from, asOf)
		sc := randomScale(rng, cfg.Decimals)
		sc.Nested = false
		if sc.Money == rfm.MoneyMargin && !cfg.KeepCosts {
			sc.Money = rfm.MoneyTotal
		}
		rows, at := buyers(p, sc)
		if len(rows) == 0 {
			continue
		}
		s := mustFit(t, p, sc)
		scores := mustScores(t, s, p)
		type scored struct {
			worth [3]*big.Rat
			exact *big.Rat // the mean itself
			score rfm.Score
		}
		var all []scored
		add := func(r oracleRow, score rfm.Score) {
			v := scored{score: score}
			for d := range v.worth {
				v.worth[d] = worth(r, rfm.Dimension(d), sc)
			}
			if sc.Money == rfm.MoneyMean && r.v.Frequency > 0 {
				v.worth[2] = big.NewRat(r.v.Monetary, r.v.Frequency)
				if sc.Monetary.Reverse {
					v.worth[2].Neg(v.worth[2])
				}
			}
			all = append(all, v)
		}
		for j, r := range rows {
			add(r, scores[at[j]])
		}
		if sc.Method != rfm.NTile {
			for range 20 {
				r := oracleRow{v: rfm.Values{Recency: rng.IntN(80), Frequency: int64(1 + rng.IntN(12)), Monetary: rng.Int64N(30000) - 2000}}
				add(r, s.Score(r.v))
			}
		}
		b := s.Bins()
		for _, x := range all {
			if int(x.score.R) > b.R || int(x.score.F) > b.F || int(x.score.M) > b.M || min(x.score.R, x.score.F, x.score.M) < 1 {
				t.Fatalf("seed %d: %s is not within %v", seed, x.score, b)
			}
			for _, y := range all {
				for d := rfm.Recency; d <= rfm.Monetary; d++ {
					c := x.worth[d].Cmp(y.worth[d])
					if c > 0 && x.score.Of(d) < y.score.Of(d) || c == 0 && sc.Method != rfm.NTile && x.score.Of(d) != y.score.Of(d) {
						t.Fatalf("seed %d, %+v, %s: %v has %d, %v has %d", seed, sc, d, x.worth[d], x.score.Of(d), y.worth[d], y.score.Of(d))
					}
				}
			}
		}
	}
}

func TestMoneyIsConserved(t *testing.T) {
	for seed := range rounds(300) {
		rng := rand.New(rand.NewPCG(10, uint64(seed)))
		cfg, log, _, asOf := randomCase(t, rng)
		cfg.Refunds = pick(rng, rfm.RefundUndo, rfm.RefundSubtract)
		a := newAgg(t, cfg)
		feed(t, a, log, rng, rfm.ErrDuplicateOrder)
		p := mustPopulation(t, a, asOf)
		// Every row before asOf is in money, or pending, or a duplicate.
		sum := decimal.Zero
		seen := map[string]event{}
		for _, e := range log {
			if e.kind != 'p' {
				continue
			}
			if e.ref != "" && e.amount >= 0 {
				if o, ok := seen[e.ref]; ok && cmp.Or(cmp.Compare(o.at, e.at), cmp.Compare(o.amount, e.amount)) <= 0 {
					continue
				} else if ok && o.time().Before(asOf) {
					sum = sum.Sub(o.purchase(cfg.Decimals).Amount)
				}
				seen[e.ref] = e
			}
			if e.time().Before(asOf) {
				sum = sum.Add(e.purchase(cfg.Decimals).Amount)
			}
		}
		for _, r := range p.Notes().Pending {
			sum = sum.Sub(r.Amount)
		}
		if !p.Revenue().Equal(sum) {
			t.Fatalf("seed %d, %+v: revenue %s, orders %s", seed, cfg, p.Revenue(), sum)
		}
		if rows, _ := buyers(p, rfm.ScaleConfig{}); len(rows) == 0 {
			continue
		}
		scored := mustScoreAll(t, p, mustFit(t, p, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Four()))
		checkTable(t, scored)
		if got := scored.Table().Revenue; !got.Equal(sum) {
			t.Fatalf("seed %d: table %s, orders %s", seed, got, sum)
		}
	}
}

// checkTable sums segments, grid, curve and coefficient up the long way.
func checkTable(t testing.TB, s *rfm.Scored[int64]) {
	t.Helper()
	type sums struct {
		customers, buyers, days, orders int
		all, bought                     decimal.Decimal
	}
	segments, cells, whole := map[string]*sums{}, map[string]*sums{}, &sums{}
	money := s.Population().Money
	var spent []float64
	n := 0
	last, first := int64(0), true
	for c := range s.All() {
		if !first && c.Customer <= last {
			t.Fatalf("customer %d after %d", c.Customer, last)
		}
		first, last = false, c.Customer
		n++
		to := []*sums{whole, at(segments, c.Segment)}
		if !c.Score.Prospect() {
			to = append(to, at(cells, c.Score.String()[:2]))
			spent = append(spent, float64(max(0, c.Values.Monetary)))
		}
		for _, x := range to {
			x.customers++
			x.all = x.all.Add(money(c.Values.Monetary))
			if !c.Values.Prospect {
				x.buyers++
				x.days += c.Values.Recency
				x.orders += int(c.Values.Frequency)
				x.bought = x.bought.Add(money(c.Values.Monetary))
			}
		}
		if got, ok := s.Find(c.Customer); !ok || got != c {
			t.Fatalf("Find(%d) = %+v, %v, want %+v", c.Customer, got, ok, c)
		}
	}
	if n != s.Len() {
		t.Fatalf("%d customers, Len %d", n, s.Len())
	}
	compare := func(name string, got rfm.Sums, want *sums) {
		t.Helper()
		r, rok := got.Recency()
		f, fok := got.Frequency()
		m, mok := got.Monetary()
		if got.Customers != want.customers || !got.Revenue.Equal(want.all) || rok != (want.buyers > 0) || fok != rok || mok != rok {
			t.Fatalf("%s: %+v, want %+v", name, got, want)
		}
		if !rok {
			return
		}
		nb := float64(want.buyers)
		if r != float64(want.days)/nb || f != float64(want.orders)/nb {
			t.Fatalf("%s: mean recency %v, frequency %v, want %+v", name, r, f, want)
		}
		if w := want.bought.InexactFloat64() / nb; math.Abs(m-w) > 1e-12*math.Abs(w) {
			t.Fatalf("%s: mean revenue of those who ever bought %v, want %v", name, m, w)
		}
	}
	tab := s.Table()
	compare("table", tab.Sums, whole)
	sum, share := decimal.Zero, 0.0
	for i, row := range tab.Rows {
		if row.Segment.ID != s.Segments().At(i).ID {
			t.Fatalf("row %d is %s", i, row.Segment.ID)
		}
		compare(row.Segment.ID, row.Sums, at(segments, row.Segment.ID))
		sum = sum.Add(row.Revenue)
		if sh, ok := row.Share(); ok {
			share += sh
			if want := float64(row.Customers) / float64(n); sh != want {
				t.Fatalf("%s: share %v, want %v", row.Segment.ID, sh, want)
			}
		}
		if rs, ok := row.RevenueShare(); ok != tab.Revenue.IsPositive() {
			t.Fatalf("%s: revenue share %v %v of %s", row.Segment.ID, rs, ok, tab.Revenue)
		} else if ok {
			w := row.Revenue.InexactFloat64() / tab.Revenue.InexactFloat64()
			if math.Abs(rs-w) > 1e-12*math.Abs(w) {
				t.Fatalf("%s: revenue share %v, want %v", row.Segment.ID, rs, w)
			}
		}
	}
	if !sum.Equal(tab.Revenue) || n > 0 && math.Abs(share-1) > 1e-12 {
		t.Fatalf("rows add up to %s and %v, the table is %s", sum, share, tab.Revenue)
	}
	for r, row := range s.Grid().Cells {
		for f, cell := range row {
			name := (rfm.Score{R: uint8(r + 1), F: uint8(f + 1), M: 1}).String()[:2]
			compare("cell "+name, cell, at(cells, name))
		}
	}
	checkConcentration(t, s, spent)
	checkTop(t, s)
}

func at[K comparable, V any](m map[K]*V, k K) *V {
	if m[k] == nil {
		m[k] = new(V)
	}
	return m[k]
}

// checkConcentration: Gini by its definition as mean difference, Pareto by sorting.
func checkConcentration(t testing.TB, s *rfm.Scored[int64], spent []float64) {
	t.Helper()
	total := lo.Sum(spent)
	g, ok := s.Gini()
	if ok != (total > 0) {
		t.Fatalf("Gini %v %v of %v", g, ok, spent)
	}
	if ok {
		diff := 0.0
		for _, x := range spent {
			for _, y := range spent {
				diff += math.Abs(x - y)
			}
		}
		if want := diff / (2 * float64(len(spent)) * total); math.Abs(g-want) > 1e-12 {
			t.Fatalf("Gini %v, want %v", g, want)
		}
		if g < 0 || g >= 1 {
			t.Fatalf("Gini %v is not in [0, 1)", g)
		}
	}
	slices.SortFunc(spent, func(a, b float64) int { return cmp.Compare(b, a) })
	for _, points := range []int{0, 1, 3, 10, 1000} {
		curve := s.Pareto(points)
		if !ok || points == 0 {
			if curve != nil {
				t.Fatalf("a curve without revenue: %v", curve)
			}
			continue
		}
		n := len(spent)
		if len(curve) != min(points, n) {
			t.Fatalf("%d points of %d customers, want %d", len(curve), n, min(points, n))
		}
		for k, p := range curve {
			want := int(math.Ceil(float64((k+1)*n) / float64(len(curve))))
			share := lo.Sum(spent[:want]) / total
			if p.Customers != want || p.CustomerShare != float64(want)/float64(n) || math.Abs(p.RevenueShare-share) > 1e-12 {
				t.Fatalf("point %d of %d: %+v, want %d customers with %v", k+1, points, p, want, share)
			}
			if p.RevenueShare > 1 || k > 0 && p.RevenueShare < curve[k-1].RevenueShare {
				t.Fatalf("the curve falls or exceeds 1: %v", curve)
			}
		}
		if last := curve[len(curve)-1]; last.CustomerShare != 1 || math.Abs(last.RevenueShare-1) > 1e-15 {
			t.Fatalf("the curve ends at %+v", last)
		}
	}
}

func checkTop(t testing.TB, s *rfm.Scored[int64]) {
	t.Helper()
	var all []rfm.Customer[int64]
	for c := range s.All() {
		if !c.Values.Prospect {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b rfm.Customer[int64]) int {
		return cmp.Or(cmp.Compare(b.Values.Monetary, a.Values.Monetary), cmp.Compare(a.Customer, b.Customer))
	})
	for _, n := range []int{-1, 0, 1, 5, len(all) + 3} {
		if got, want := s.Top(n), all[:min(max(n, 0), len(all))]; !slices.Equal(got, want) {
			t.Fatalf("Top(%d) = %v, want %v", n, got, want)
		}
	}
}

func TestGroupsPartition(t *testing.T) {
	for seed := range rounds(60) {
		rng := rand.New(rand.NewPCG(11, uint64(seed)))
		cfg, log, _, asOf := randomCase(t, rng)
		a := newAgg(t, cfg)
		feed(t, a, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		p := mustPopulation(t, a, asOf)
		if rows, _ := buyers(p, rfm.ScaleConfig{}); len(rows) == 0 {
			continue
		}
		scored := mustScoreAll(t, p, mustFit(t, p, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Eleven()))
		region := func(k int64) string { return []string{"north", "", "south"}[(k%3+3)%3] }
		groups := scored.GroupBy(region)
		if !slices.IsSortedFunc(groups, func(a, b rfm.Group[int64]) int { return cmp.Compare(a.Name, b.Name) }) {
			t.Fatal("groups are not by name")
		}
		customers := map[int64]rfm.Customer[int64]{}
		revenue := decimal.Zero
		for _, g := range groups {
			for c := range g.All() {
				if _, twice := customers[c.Customer]; twice || region(c.Customer) != g.Name {
					t.Fatalf("customer %d in group %q", c.Customer, g.Name)
				}
				customers[c.Customer] = c
			}
			checkTable(t, g.Scored)
			revenue = revenue.Add(g.Table().Revenue)
			for _, sub := range g.GroupBy(func(k int64) string { return fmt.Sprint(k % 2) }) {
				checkTable(t, sub.Scored)
			}
		}
		for c := range scored.All() {
			if customers[c.Customer] != c {
				t.Fatalf("%+v in its group, %+v before", customers[c.Customer], c)
			}
			for _, g := range groups {
				if _, ok := g.Find(c.Customer); ok != (g.Name == region(c.Customer)) {
					t.Fatalf("Find(%d) in %q: %v", c.Customer, g.Name, ok)
				}
			}
		}
		if len(customers) != scored.Len() || !revenue.Equal(p.Revenue()) {
			t.Fatalf("%d of %d customers, %s of %s", len(customers), scored.Len(), revenue, p.Revenue())
		}
	}
}

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
			if same && s.Own {
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

func TestJSONRoundTrips(t *testing.T) {
	for seed := range rounds(300) {
		rng := rand.New(rand.NewPCG(13, uint64(seed)))
		cfg, log, from, asOf := randomCase(t, rng)
		var cfg2 rfm.Config
		if err := json.Unmarshal(lo.Must(json.Marshal(cfg)), &cfg2); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if !bytes.Equal(lo.Must(json.Marshal(cfg)), lo.Must(json.Marshal(cfg2))) || cfg.Location.String() != cfg2.Location.String() {
			t.Fatalf("seed %d: %+v, want %+v", seed, cfg2, cfg)
		}
		sc := randomScale(rng, cfg.Decimals)
		if sc.Money == rfm.MoneyMargin && !cfg.KeepCosts {
			sc.Money = rfm.MoneyTotal
		}
		var sc2 rfm.ScaleConfig
		data := lo.Must(json.Marshal(sc))
		if err := guanxi.UnmarshalStrict(data, &sc2); err != nil {
			t.Fatalf("seed %d: %s: %v", seed, data, err)
		}
		if again := lo.Must(json.Marshal(sc2)); !bytes.Equal(again, data) {
			t.Fatalf("seed %d: %s, want %s", seed, again, data)
		}
		// The stored config makes the stored aggregate.
		a, b := newAgg(t, cfg), newAgg(t, cfg2)
		feed(t, a, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		if err := b.UnmarshalBinary(mustBytes(t, a)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		p := populationAt(t, a, from, asOf)
		rows, _ := buyers(p, sc)
		if len(rows) == 0 {
			continue
		}
		s, s2 := mustFit(t, p, sc), new(rfm.Scale)
		data = lo.Must(json.Marshal(s))
		if err := json.Unmarshal(data, s2); err != nil {
			t.Fatalf("seed %d: %s: %v", seed, data, err)
		}
		if again := lo.Must(json.Marshal(s2)); !bytes.Equal(again, data) {
			t.Fatalf("seed %d: %s, want %s", seed, again, data)
		}
		if got, want := mustScores(t, s2, p), mustScores(t, s, p); !slices.Equal(got, want) {
			t.Fatalf("seed %d: %s scores otherwise after a round trip", seed, data)
		}
		for range 20 {
			v := rfm.Values{Recency: rng.IntN(80), Frequency: int64(rng.IntN(12)), Monetary: rng.Int64N(30000) - 2000}
			z, ok := s.Z(v)
			z2, ok2 := s2.Z(v)
			w, wok := s.Weighted(s.Score(v))
			w2, wok2 := s2.Weighted(s.Score(v))
			if s.Score(v) != s2.Score(v) || z != z2 || ok != ok2 || w != w2 || wok != wok2 {
				t.Fatalf("seed %d: %+v scores otherwise after a round trip of %s", seed, v, data)
			}
		}
		if c1, c2 := s.Config(), s2.Config(); !bytes.Equal(lo.Must(json.Marshal(c1)), lo.Must(json.Marshal(c2))) {
			t.Fatalf("seed %d: config %+v, want %+v", seed, c2, c1)
		}
	}
	for name, cfg := range presets() {
		data := lo.Must(json.Marshal(cfg))
		var back rfm.SegmentsConfig
		require.NoError(t, guanxi.UnmarshalStrict(data, &back), name)
		require.Equal(t, cfg, back, name)
	}
}

func presets() map[string]rfm.SegmentsConfig {
	return map[string]rfm.SegmentsConfig{"eleven": rfm.Eleven(), "eight": rfm.Eight(), "four": rfm.Four(), "three": rfm.Three()}
}

// Weighted and Z by their definitions.
func TestCombinedScores(t *testing.T) {
	for seed := range rounds(200) {
		rng := rand.New(rand.NewPCG(14, uint64(seed)))
		n := 1 + rng.IntN(30)
		var values []rfm.Values
		for range n {
			values = append(values, rfm.Values{Recency: rng.IntN(400), Frequency: int64(1 + rng.IntN(9)), Monetary: rng.Int64N(50000) - 1000})
		}
		cfg := rfm.ScaleConfig{Recency: rfm.DimensionConfig{Weight: float64(rng.IntN(3)), Reverse: rng.IntN(2) == 0}, Monetary: rfm.DimensionConfig{Weight: 1.5}}
		if rng.IntN(2) == 0 {
			cfg = rfm.ScaleConfig{Bins: 2 + rng.IntN(9)}
		}
		p := customersOf(t, rfm.Config{Decimals: 2}, values)
		s := mustFit(t, p, cfg)
		w := [3]float64{s.Config().Recency.Weight, s.Config().Frequency.Weight, s.Config().Monetary.Weight}
		natural := func(v rfm.Values, d int) float64 {
			return [3]float64{float64(v.Recency), float64(v.Frequency), float64(v.Monetary)}[d]
		}
		var mean, sd [3]float64
		for d := range mean {
			for _, v := range values {
				mean[d] += natural(v, d) / float64(n)
			}
			for _, v := range values {
				sd[d] += (natural(v, d) - mean[d]) * (natural(v, d) - mean[d]) / float64(n)
			}
			sd[d] = math.Sqrt(sd[d])
		}
		for _, v := range append(values, rfm.Values{Recency: 1000, Frequency: 50, Monetary: -5}) {
			score := s.Score(v)
			want := (w[0]*float64(score.R) + w[1]*float64(score.F) + w[2]*float64(score.M)) / (w[0] + w[1] + w[2])
			if got, ok := s.Weighted(score); !ok || math.Abs(got-want) > 1e-14*want {
				t.Fatalf("seed %d: Weighted(%s) = %v, want %v", seed, score, got, want)
			}
			z := 0.0
			for d := range w {
				sign := 1.0
				if d == 0 != (d == 0 && cfg.Recency.Reverse) {
					sign = -1
				}
				if sd[d] > 1e-9 {
					z += w[d] * sign * (natural(v, d) - mean[d]) / sd[d]
				}
			}
			z /= w[0] + w[1] + w[2]
			if got, ok := s.Z(v); !ok || math.Abs(got-z) > 1e-9*(1+math.Abs(z)) {
				t.Fatalf("seed %d: Z(%+v) = %v, want %v", seed, v, got, z)
			}
		}
	}
	p := customersOf(t, rfm.Config{}, []rfm.Values{{Recency: 1, Frequency: 1, Monetary: 1}})
	s := mustFit(t, p, rfm.ScaleConfig{})
	if z, ok := s.Z(rfm.Values{Recency: 5, Frequency: 9, Monetary: 7}); z != 0 || !ok {
		t.Errorf("without spread Z is %v %v, want 0", z, ok)
	}
	if _, ok := s.Z(rfm.Values{Prospect: true}); ok {
		t.Error("Z of who never bought")
	}
	if _, ok := s.Weighted(rfm.Score{}); ok {
		t.Error("Weighted of who never bought")
	}
	b := []rfm.Break{{At: decimal.NewFromInt(10)}}
	fixed, err := rfm.NewScale(rfm.ScaleConfig{Recency: rfm.DimensionConfig{Breaks: b}, Frequency: rfm.DimensionConfig{Breaks: b}, Monetary: rfm.DimensionConfig{Breaks: b}}, "", 0)
	require.NoError(t, err)
	if _, ok := fixed.Z(rfm.Values{Frequency: 1}); ok {
		t.Error("Z of a scale without a population")
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
				changes, err = live.UpdateBatch(nil, now, batchOf(rows, cfg))
			} else {
				changes, err = live.Update(nil, now, slices.Collect(func(yield func(rfm.Purchase[int64]) bool) {
					for p := range seqOf(rows, cfg.Decimals) {
						if !yield(p) {
							return
						}
					}
				}))
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
