package rfm_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
	"github.com/shopspring/decimal"
)

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
