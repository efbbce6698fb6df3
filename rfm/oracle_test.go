package rfm_test

import (
	"cmp"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
	"github.com/shopspring/decimal"
)

// The oracle: maps, decimals and sorting, written from the documentation alone.

type oracleCustomer struct {
	known        bool // a member, or a row before asOf
	bought, seen bool
	last         time.Time
	purchases    int
	periods      map[string]bool
	money        decimal.Decimal
	margin       decimal.Decimal
}

// civil is the calendar day of t in loc, as midnight UTC of that date.
func civil(t time.Time, loc *time.Location) time.Time {
	y, m, d := t.In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func daysBetween(last, asOf time.Time, loc *time.Location) int {
	return int(civil(asOf, loc).Sub(civil(last, loc)) / (24 * time.Hour))
}

func periodOf(t time.Time, per rfm.Period, loc *time.Location) string {
	switch per {
	case rfm.PerDay:
		return t.In(loc).Format(time.DateOnly)
	case rfm.PerWeek:
		y, w := t.In(loc).ISOWeek()
		return fmt.Sprintf("%d-W%d", y, w)
	case rfm.PerMonth:
		return t.In(loc).Format("2006-01")
	}
	panic(per)
}

// oracle writes what dump should write of events under cfg, and how many rows
// should have been refused.
func oracle(cfg rfm.Config, events []event, from, asOf time.Time) (text string, refused int) {
	loc := cfg.Location
	if loc == nil {
		loc = time.UTC
	}
	if !cfg.KeepCosts {
		events = lo.Map(events, func(e event, _ int) event { e.cost = 0; return e })
	}
	if cfg.Refunds == rfm.RefundRefuse {
		n := len(events)
		events = lo.Filter(events, func(e event, _ int) bool { return e.kind != 'p' || e.amount >= 0 })
		refused += n - len(events)
	}
	customers := map[int64]*oracleCustomer{}
	for _, e := range events {
		if customers[e.cust] == nil {
			customers[e.cust] = &oracleCustomer{periods: map[string]bool{}}
		}
	}
	// Of the purchases with one reference the earliest stays, then the smaller.
	named := lo.GroupBy(lo.Filter(events, func(e event, _ int) bool { return e.kind == 'p' && e.amount >= 0 && e.ref != "" }),
		func(e event) string { return e.ref })
	kept := map[string]event{}
	duplicates := 0
	for ref, same := range named {
		slices.SortFunc(same, func(a, b event) int {
			return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.amount, b.amount), cmp.Compare(a.cost, b.cost), cmp.Compare(a.cust, b.cust))
		})
		kept[ref] = same[0]
		duplicates += len(same) - 1
	}
	refused += duplicates
	var purchases, refunds []event
	after := 0
	live := func(e event) bool {
		if e.time().Before(asOf) {
			customers[e.cust].known = true
			return true
		}
		if e.kind == 'p' {
			after++
		}
		return false
	}
	for _, e := range events {
		switch {
		case e.kind == 'm':
			customers[e.cust].known = true
		case e.kind == 'p' && e.amount >= 0 && e.ref != "" || !live(e):
		case e.kind == 'c':
			c := customers[e.cust]
			c.seen, c.last = true, later(c.last, e.time())
		case e.amount < 0:
			refunds = append(refunds, e)
		default:
			purchases = append(purchases, e)
		}
	}
	for _, e := range kept {
		if live(e) {
			purchases = append(purchases, e)
		}
	}
	money := func(v int64) decimal.Decimal { return decimal.New(v, int32(-cfg.Decimals)) }
	inside := func(e event) bool { return from.IsZero() || !e.time().Before(from) }
	back, backCost := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	var pending []event
	for _, e := range refunds {
		o, ok := kept[e.ref]
		switch {
		case e.ref == "":
			if inside(e) {
				c := customers[e.cust]
				c.money = c.money.Add(money(e.amount))
				c.margin = c.margin.Add(money(e.amount)).Sub(money(e.cost))
			}
		case ok && o.cust == e.cust && o.time().Before(asOf):
			back[e.ref] = back[e.ref].Add(money(e.amount))
			backCost[e.ref] = backCost[e.ref].Add(money(e.cost))
		default:
			pending = append(pending, e)
		}
	}
	zero, undone, over := 0, 0, 0
	for _, e := range purchases {
		c := customers[e.cust]
		net, cost := money(e.amount), money(e.cost)
		refunded := false
		if b, ok := back[e.ref]; ok && e.ref != "" {
			net, cost, refunded = net.Add(b), cost.Add(backCost[e.ref]), true
		}
		if inside(e) {
			c.money = c.money.Add(net)
			c.margin = c.margin.Add(net).Sub(cost)
			if e.amount == 0 {
				zero++
			}
			if net.IsNegative() {
				over++
			}
		}
		switch {
		case e.amount == 0 && cfg.Zero == rfm.ZeroSkips:
			continue
		case refunded && !net.IsPositive() && cfg.Refunds != rfm.RefundSubtract:
			if inside(e) {
				undone++
			}
			continue
		}
		c.bought, c.seen, c.last = true, true, later(c.last, e.time())
		if inside(e) {
			c.purchases++
			if cfg.Per != rfm.PerOrder && cfg.Per != "" {
				c.periods[periodOf(e.time(), cfg.Per, loc)] = true
				c.purchases = len(c.periods)
			}
		}
	}
	slices.SortFunc(pending, func(a, b event) int {
		return cmp.Or(cmp.Compare(a.cust, b.cust), cmp.Compare(a.at, b.at), cmp.Compare(a.amount, b.amount), cmp.Compare(a.ref, b.ref))
	})
	var b strings.Builder
	total, bought := decimal.Zero, 0
	for _, k := range slices.Sorted(func(yield func(int64) bool) {
		for k := range customers {
			if !yield(k) {
				return
			}
		}
	}) {
		c := customers[k]
		if !c.known {
			continue
		}
		v := rfm.Values{Frequency: int64(c.purchases), Monetary: c.money.Shift(int32(cfg.Decimals)).IntPart(), Prospect: !c.bought}
		if c.seen {
			v.Recency = daysBetween(c.last, asOf, loc)
		}
		fmt.Fprintf(&b, "%d %+v", k, v)
		if cfg.KeepCosts {
			fmt.Fprintf(&b, " margin %d", c.margin.Shift(int32(cfg.Decimals)).IntPart())
		}
		b.WriteByte('\n')
		total = total.Add(c.money)
		if c.bought {
			bought += c.purchases
		}
	}
	fmt.Fprintf(&b, "purchases %d\n", bought)
	fmt.Fprintf(&b, "after %d zero %d undone %d over %d duplicates %d revenue %s\n", after, zero, undone, over, duplicates, total)
	for _, e := range pending {
		fmt.Fprintf(&b, "pending %d %s %d %s\n", e.cust, e.ref, e.at, money(e.amount))
	}
	return b.String(), refused
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// zonesAround are zones with something happening at an instant to be scored at.
func zonesAround(t testing.TB) []struct {
	loc  *time.Location
	asOf time.Time
} {
	type zone = struct {
		loc  *time.Location
		asOf time.Time
	}
	ny, sh, apia := mustZone(t, "America/New_York"), mustZone(t, "Asia/Shanghai"), mustZone(t, "Pacific/Apia")
	lh, dublin := mustZone(t, "Australia/Lord_Howe"), mustZone(t, "Africa/Cairo")
	return []zone{
		{time.UTC, day(1970, 1, 5)},
		{ny, time.Date(2025, 11, 2, 1, 30, 0, 0, ny)}, // the hour that comes twice
		{ny, time.Date(2025, 3, 10, 0, 0, 0, 0, ny)},
		{sh, time.Date(1991, 9, 16, 0, 0, 0, 0, sh)},         // the last summer time
		{apia, time.Date(2012, 1, 2, 12, 0, 0, 0, apia)},     // without 2011-12-30
		{lh, time.Date(2024, 4, 7, 2, 0, 0, 0, lh)},          // half an hour
		{dublin, time.Date(2024, 4, 27, 0, 0, 0, 0, dublin)}, // midnight does not exist the day before
	}
}

func pick[T any](rng *rand.Rand, of ...T) T { return of[rng.IntN(len(of))] }

// randomCase is a config, a log that suits it, and the window to look at.
func randomCase(t testing.TB, rng *rand.Rand) (cfg rfm.Config, log []event, from, asOf time.Time) {
	zones := zonesAround(t)
	z := zones[rng.IntN(len(zones))]
	cfg = rfm.Config{Currency: "CNY", Decimals: rng.IntN(4), Location: z.loc,
		Keep:    pick(rng, rfm.Orders, rfm.Orders, rfm.Totals),
		Refunds: pick(rng, rfm.RefundUndo, rfm.RefundUndo, rfm.RefundSubtract, rfm.RefundRefuse),
		Zero:    pick(rng, rfm.ZeroCounts, rfm.ZeroSkips),
		Recency: pick(rng, rfm.FromPurchases, rfm.FromContacts),
		Workers: rng.IntN(4), KeepCosts: rng.IntN(2) == 0, Per: rfm.PerOrder}
	asOf = z.asOf
	if rng.IntN(3) == 0 {
		asOf = asOf.Add(time.Duration(rng.Int64N(int64(48 * time.Hour))).Truncate(time.Microsecond))
	}
	shape := logShape{rows: 1 + rng.IntN(120), customers: 1 + rng.IntN(12), from: asOf.AddDate(0, 0, -70), to: asOf, loc: z.loc,
		refunds: true, contacts: cfg.Recency == rfm.FromContacts, costs: cfg.KeepCosts}
	if cfg.Keep == rfm.Orders {
		cfg.Per = pick(rng, rfm.PerOrder, rfm.PerOrder, rfm.PerDay, rfm.PerWeek, rfm.PerMonth)
		shape.refs, shape.after = true, true
		if rng.IntN(3) == 0 {
			from = asOf.Add(-time.Duration(1+rng.Int64N(70*24)) * time.Hour)
		}
	}
	log = makeLog(rng, shape)
	// Rows on the very edges.
	if at := log[rng.IntN(len(log))].time(); !from.IsZero() && rng.IntN(2) == 0 && at.Before(asOf) && at.After(day(1900, 1, 1)) {
		from = at
	}
	return cfg, log, from, asOf
}

func populationAt(t testing.TB, a *rfm.Aggregator[int64], from, asOf time.Time) *rfm.Population[int64] {
	t.Helper()
	if from.IsZero() {
		return mustPopulation(t, a, asOf)
	}
	p, err := a.PopulationSince(from, asOf)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// rounds is how many random cases a test tries.
func rounds(n int) int {
	if os.Getenv("GUANXI_LONG") != "" {
		return 100 * n
	}
	return n
}

// check compares a population with the oracle.
func checkOracle(t testing.TB, seed int, cfg rfm.Config, log []event, p *rfm.Population[int64], from, asOf time.Time) {
	t.Helper()
	want, _ := oracle(cfg, log, from, asOf)
	if got := dump(p); got != want {
		t.Fatalf("seed %d, %+v, from %v, as of %v: %s", seed, cfg, from, asOf, firstDifference(got, want))
	}
}

func TestAggregateAgainstOracle(t *testing.T) {
	for seed := range rounds(1500) {
		rng := rand.New(rand.NewPCG(1, uint64(seed)))
		cfg, log, from, asOf := randomCase(t, rng)
		a := newAgg(t, cfg)
		refused := feed(t, a, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		checkOracle(t, seed, cfg, log, populationAt(t, a, from, asOf), from, asOf)
		if _, want := oracle(cfg, log, from, asOf); refused != want {
			t.Fatalf("seed %d: %d rows refused, want %d", seed, refused, want)
		}
		// An earlier date out of the same aggregate.
		if cfg.Keep == rfm.Orders {
			at := asOf.Add(-time.Duration(rng.Int64N(int64(60 * 24 * time.Hour)))).Truncate(time.Microsecond)
			if row := log[rng.IntN(len(log))]; row.kind != 'm' && rng.IntN(2) == 0 {
				at = row.time()
			}
			checkOracle(t, seed, cfg, log, populationAt(t, a, time.Time{}, at), time.Time{}, at)
		}
	}
}

// Civil days against time.Time's own calendar, over every change of many zones.
func TestRecencyDays(t *testing.T) {
	ny, apia := mustZone(t, "America/New_York"), mustZone(t, "Pacific/Apia")
	for _, c := range []struct {
		name       string
		last, asOf time.Time
		loc        *time.Location
		want       int
	}{
		{"same instant", day(2026, 7, 1), day(2026, 7, 1), nil, 0},
		{"same day", day(2026, 7, 1), day(2026, 7, 2).Add(-1000), nil, 0},
		{"next midnight", day(2026, 7, 2).Add(-1000), day(2026, 7, 2), nil, 1},
		{"short day", time.Date(2025, 3, 9, 0, 0, 0, 0, ny), time.Date(2025, 3, 10, 0, 0, 0, 0, ny), ny, 1},
		{"long day", time.Date(2025, 11, 2, 0, 0, 0, 0, ny), time.Date(2025, 11, 2, 23, 59, 0, 0, ny), ny, 0},
		{"24 hours in a long day", time.Date(2025, 11, 2, 0, 0, 0, 0, ny), time.Date(2025, 11, 2, 0, 0, 0, 0, ny).Add(24 * time.Hour), ny, 0},
		{"zone decides", day(2026, 7, 1).Add(3 * time.Hour), day(2026, 7, 1).Add(5 * time.Hour), ny, 1},
		{"the day that Apia skipped", time.Date(2011, 12, 29, 23, 0, 0, 0, apia), time.Date(2011, 12, 29, 23, 0, 0, 0, apia).Add(time.Hour), apia, 2},
		{"before 1970", day(1969, 12, 31), day(1970, 1, 1).Add(-1), nil, 0},
		{"year 1", day(1, 1, 1), day(1970, 1, 1), nil, 719162},
		{"leap", day(2024, 2, 28), day(2024, 3, 1), nil, 2},
		{"backwards", day(2024, 3, 1), day(2024, 2, 28), nil, -2},
	} {
		if got := rfm.RecencyDays(c.last, c.asOf, c.loc); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	for _, z := range zonesAround(t) {
		rng := rand.New(rand.NewPCG(2, 2))
		for range 2000 {
			a := z.asOf.Add(time.Duration(rng.Int64N(int64(9000*time.Hour))) - 4500*time.Hour)
			b := a.Add(time.Duration(rng.Int64N(int64(9000 * time.Hour))))
			if got, want := rfm.RecencyDays(a, b, z.loc), daysBetween(a, b, z.loc); got != want {
				t.Fatalf("%v from %v to %v: %d, want %d", z.loc, a, b, got, want)
			}
		}
	}
}

// Scales: every value an exact fraction that is the better the greater.

type oracleRow struct {
	key int64
	v   rfm.Values // Monetary is the margin where the scale wants it
}

// worth is a row's value on a dimension as the documentation defines it.
func worth(r oracleRow, dim rfm.Dimension, cfg rfm.ScaleConfig) *big.Rat {
	var x *big.Rat
	sign := int64(1)
	switch dim {
	case rfm.Recency:
		x, sign = big.NewRat(int64(r.v.Recency), 1), -1
	case rfm.Frequency:
		x = big.NewRat(r.v.Frequency, 1)
	default:
		x = big.NewRat(r.v.Monetary, 1)
		if cfg.Money == rfm.MoneyMean {
			x = meanOf(r.v.Monetary, r.v.Frequency)
		}
	}
	if dimensionOf(cfg, dim).Reverse {
		sign = -sign
	}
	return x.Mul(x, big.NewRat(sign, 1))
}

// meanOf is total per purchase in minor units; between two whole units it counts
// as the half (Thresholds).
func meanOf(sum, n int64) *big.Rat {
	if n == 0 {
		return new(big.Rat)
	}
	m := big.NewRat(sum, n)
	if m.IsInt() {
		return m
	}
	floor := new(big.Int).Div(m.Num(), m.Denom()) // Euclidean: rounds down
	return new(big.Rat).Add(new(big.Rat).SetInt(floor), big.NewRat(1, 2))
}

func dimensionOf(cfg rfm.ScaleConfig, dim rfm.Dimension) rfm.DimensionConfig {
	return [3]rfm.DimensionConfig{cfg.Recency, cfg.Frequency, cfg.Monetary}[dim]
}

func binsOf(cfg rfm.ScaleConfig, dim rfm.Dimension) int {
	return cmp.Or(dimensionOf(cfg, dim).Bins, cfg.Bins, rfm.DefaultBins)
}

// oracleScorer gives the score of a value of a group.
type oracleScorer func(v *big.Rat) int

func rankScorer(sorted []*big.Rat, bins int) oracleScorer {
	return func(v *big.Rat) int {
		worse := lo.CountBy(sorted, func(o *big.Rat) bool { return o.Cmp(v) < 0 })
		return 1 + min(bins-1, bins*worse/len(sorted)) // ⌈k·n/bins⌉ values are worse ⇔ k ≤ bins·worse/n
	}
}

func cutScorer(cuts []*big.Rat) oracleScorer {
	return func(v *big.Rat) int { return 1 + lo.CountBy(cuts, func(c *big.Rat) bool { return v.Cmp(c) > 0 }) }
}

func type7Rat(sorted []*big.Rat, k, bins int) *big.Rat {
	h := big.NewRat(int64((len(sorted)-1)*k), int64(bins))
	at := int(new(big.Int).Div(h.Num(), h.Denom()).Int64())
	if at+1 >= len(sorted) {
		return sorted[at]
	}
	part := new(big.Rat).Sub(h, big.NewRat(int64(at), 1))
	step := new(big.Rat).Sub(sorted[at+1], sorted[at])
	return new(big.Rat).Add(sorted[at], step.Mul(step, part))
}

// oracleScores scores rows among themselves; alone gives the lower score of an
// NTile tie.
func oracleScores(rows []oracleRow, cfg rfm.ScaleConfig, decimals int, alone bool) []rfm.Score {
	out := make([][3]int, len(rows))
	for dim := rfm.Recency; dim <= rfm.Monetary; dim++ {
		bins := binsOf(cfg, dim)
		groups := [][]int{lo.Range(len(rows))}
		if cfg.Nested && dim > rfm.Recency {
			groups = lo.Values(lo.GroupBy(lo.Range(len(rows)), func(i int) [2]int {
				if dim == rfm.Frequency {
					return [2]int{out[i][0]}
				}
				return [2]int{out[i][0], out[i][1]}
			}))
		}
		for _, group := range groups {
			values := lo.Map(group, func(i int, _ int) *big.Rat { return worth(rows[i], dim, cfg) })
			for j, s := range scoreGroup(values, lo.Map(group, func(i int, _ int) int64 { return rows[i].key }), dim, cfg, bins, decimals, alone) {
				out[group[j]][dim] = s
			}
		}
	}
	return lo.Map(out, func(s [3]int, _ int) rfm.Score { return rfm.Score{R: uint8(s[0]), F: uint8(s[1]), M: uint8(s[2])} })
}

func scoreGroup(values []*big.Rat, keys []int64, dim rfm.Dimension, cfg rfm.ScaleConfig, bins, decimals int, alone bool) []int {
	d := dimensionOf(cfg, dim)
	var scorer oracleScorer
	sorted := slices.SortedFunc(slices.Values(values), (*big.Rat).Cmp)
	switch {
	case len(d.Breaks) > 0:
		scorer = breakScorer(d, dim, decimals)
	case cfg.Method == rfm.Mean:
		sum := lo.Reduce(values, func(s *big.Rat, v *big.Rat, _ int) *big.Rat { return s.Add(s, v) }, new(big.Rat))
		scorer = cutScorer([]*big.Rat{sum.Quo(sum, big.NewRat(int64(len(values)), 1))})
	case cfg.Method == rfm.Interpolated:
		scorer = cutScorer(lo.Map(lo.Range(bins-1), func(k int, _ int) *big.Rat { return type7Rat(sorted, k+1, bins) }))
	case cfg.Method == rfm.NTile:
		return ntile(values, keys, bins, alone)
	default:
		scorer = rankScorer(sorted, bins)
	}
	return lo.Map(values, func(v *big.Rat, _ int) int { return scorer(v) })
}

func breakScorer(d rfm.DimensionConfig, dim rfm.Dimension, decimals int) oracleScorer {
	return func(v *big.Rat) int {
		s := 1
		for _, b := range d.Breaks {
			at := b.At.Rat()
			if dim == rfm.Monetary {
				at.Mul(at, decimal.New(1, int32(decimals)).Rat())
			}
			if (dim == rfm.Recency) != d.Reverse {
				at.Neg(at)
			}
			if c := v.Cmp(at); c > 0 || c == 0 && b.Inclusive {
				s++
			}
		}
		return s
	}
}

// ntile deals sorted rows out to bins, the first bins taking what is left over.
func ntile(values []*big.Rat, keys []int64, bins int, alone bool) []int {
	at := lo.Range(len(values))
	slices.SortFunc(at, func(a, b int) int { return cmp.Or(values[a].Cmp(values[b]), cmp.Compare(keys[a], keys[b])) })
	out := make([]int, len(values))
	tile, left := 1, len(values)
	room := func() int { return (left + bins - tile) / (bins - tile + 1) } // rounded up
	n := room()
	for j, i := range at {
		if n == 0 {
			tile++
			n = room()
		}
		out[i] = tile
		n--
		left--
		if alone && j > 0 && values[at[j-1]].Cmp(values[i]) == 0 {
			out[i] = out[at[j-1]]
		}
	}
	return out
}

func randomScale(rng *rand.Rand, decimals int) rfm.ScaleConfig {
	cfg := rfm.ScaleConfig{Method: pick(rng, rfm.Quantile, "", rfm.Interpolated, rfm.NTile, rfm.Mean, rfm.Fixed),
		Money: pick(rng, "", rfm.MoneyTotal, rfm.MoneyMean, rfm.MoneyMargin), Nested: rng.IntN(3) == 0}
	if rng.IntN(3) > 0 {
		cfg.Bins = 2 + rng.IntN(9)
	}
	if cfg.Method == rfm.Mean {
		cfg.Bins = pick(rng, 0, 2)
	}
	if cfg.Method == rfm.Fixed {
		cfg.Nested = false
	}
	for i, d := range []*rfm.DimensionConfig{&cfg.Recency, &cfg.Frequency, &cfg.Monetary} {
		d.Reverse = rng.IntN(4) == 0
		d.Weight = float64(rng.IntN(3))
		if cfg.Method == rfm.Fixed || !cfg.Nested && rng.IntN(5) == 0 {
			d.Breaks = randomBreaks(rng, rfm.Dimension(i), d.Reverse, decimals)
		} else if cfg.Method != rfm.Mean && rng.IntN(4) == 0 {
			d.Bins = 2 + rng.IntN(9)
		}
	}
	return cfg
}

func randomBreaks(rng *rand.Rand, dim rfm.Dimension, reverse bool, decimals int) (breaks []rfm.Break) {
	scale, top := 0, 12
	switch dim {
	case rfm.Recency:
		top = 80
	case rfm.Monetary:
		scale, top = decimals, 20000
	}
	at := map[int]bool{}
	for range 1 + rng.IntN(9) {
		at[rng.IntN(top)-top/10] = true
	}
	values := slices.Sorted(func(yield func(int) bool) {
		for v := range at {
			if !yield(v) {
				return
			}
		}
	})
	// Neighbouring whole numbers of which the worse is exclusive and the better
	// inclusive would be one break; keep them two apart.
	for i := len(values) - 1; i > 0; i-- {
		if values[i]-values[i-1] < 2 {
			values = slices.Delete(values, i, i+1)
		}
	}
	if (dim == rfm.Recency) != reverse {
		slices.Reverse(values)
	}
	for _, v := range values {
		breaks = append(breaks, rfm.Break{At: decimal.New(int64(v), int32(-scale)), Inclusive: rng.IntN(2) == 0})
	}
	return breaks
}

// buyers lists those of p who ever bought, with the money a scale looks at.
func buyers(p *rfm.Population[int64], cfg rfm.ScaleConfig) (rows []oracleRow, at []int) {
	for i := range p.Len() {
		if v := p.Values(i); !v.Prospect {
			if cfg.Money == rfm.MoneyMargin {
				v.Monetary, _ = p.Margin(i)
			}
			rows, at = append(rows, oracleRow{p.Key(i), v}), append(at, i)
		}
	}
	return rows, at
}

func TestScaleAgainstOracle(t *testing.T) {
	tried := map[rfm.Method]int{}
	for seed := range rounds(1500) {
		rng := rand.New(rand.NewPCG(3, uint64(seed)))
		cfg, log, from, asOf := randomCase(t, rng)
		a := newAgg(t, cfg)
		feed(t, a, log, rng, rfm.ErrDuplicateOrder, rfm.ErrRefund)
		p := populationAt(t, a, from, asOf)
		sc := randomScale(rng, cfg.Decimals)
		if sc.Money == rfm.MoneyMargin && !cfg.KeepCosts {
			sc.Money = rfm.MoneyTotal
		}
		rows, at := buyers(p, sc)
		if len(rows) == 0 {
			continue
		}
		tried[sc.Method]++
		s, err := rfm.Fit(p, sc)
		if err != nil {
			t.Fatalf("seed %d: %+v: %v", seed, sc, err)
		}
		got := mustScores(t, s, p)
		want := make([]rfm.Score, p.Len())
		for j, score := range oracleScores(rows, sc, cfg.Decimals, false) {
			want[at[j]] = score
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("seed %d, %+v, customer %d %+v: %s, want %s", seed, sc, p.Key(i), p.Values(i), got[i], want[i])
			}
		}
		// Each customer alone: the same, or with NTile the lower score of his tie
		// (which, nested, decides in whose company he is scored next: left out).
		if sc.Method == rfm.NTile && sc.Nested {
			continue
		}
		alone := oracleScores(rows, sc, cfg.Decimals, true)
		for j, r := range rows {
			if got := s.Score(r.v); got != alone[j] {
				t.Fatalf("seed %d, %+v, customer %d %+v scored alone: %s, want %s", seed, sc, r.key, r.v, got, alone[j])
			}
		}
		checkNewcomers(t, seed, rng, s, sc, rows, cfg.Decimals)
	}
	for _, m := range []rfm.Method{rfm.Quantile, "", rfm.Interpolated, rfm.NTile, rfm.Mean, rfm.Fixed} {
		if tried[m] < 100 {
			t.Errorf("%q tried only %d times", m, tried[m])
		}
	}
}

// checkNewcomers scores customers that the scale was not fitted on.
func checkNewcomers(t *testing.T, seed int, rng *rand.Rand, s *rfm.Scale, sc rfm.ScaleConfig, rows []oracleRow, decimals int) {
	t.Helper()
	if sc.Nested || sc.Method == rfm.NTile {
		return
	}
	for range 10 {
		n := oracleRow{v: rfm.Values{Recency: rng.IntN(80), Frequency: int64(1 + rng.IntN(12)), Monetary: rng.Int64N(30000) - 2000}}
		if rng.IntN(2) == 0 { // beside a cut
			o := rows[rng.IntN(len(rows))].v
			n.v = rfm.Values{Recency: o.Recency + rng.IntN(3) - 1, Frequency: max(1, o.Frequency), Monetary: o.Monetary + int64(rng.IntN(3)-1)}
		}
		got := s.Score(n.v)
		for dim := rfm.Recency; dim <= rfm.Monetary; dim++ {
			bins := binsOf(sc, dim)
			values := lo.Map(rows, func(r oracleRow, _ int) *big.Rat { return worth(r, dim, sc) })
			v := worth(n, dim, sc)
			sorted := slices.SortedFunc(slices.Values(values), (*big.Rat).Cmp)
			var want int
			switch {
			case len(dimensionOf(sc, dim).Breaks) > 0:
				want = breakScorer(dimensionOf(sc, dim), dim, decimals)(v)
			case sc.Method == rfm.Mean:
				sum := new(big.Rat)
				for _, o := range values {
					sum.Add(sum, o)
				}
				want = cutScorer([]*big.Rat{sum.Quo(sum, big.NewRat(int64(len(values)), 1))})(v)
			case sc.Method == rfm.Interpolated:
				var cuts []*big.Rat
				for k := 1; k < bins; k++ {
					cuts = append(cuts, type7Rat(sorted, k, bins))
				}
				want = cutScorer(cuts)(v)
			default: // cuts are the values at rank ⌈k·n/bins⌉
				var cuts []*big.Rat
				for k := 1; k < bins; k++ {
					cuts = append(cuts, sorted[(k*len(sorted)+bins-1)/bins-1])
				}
				want = cutScorer(cuts)(v)
			}
			if int(got.Of(dim)) != want {
				t.Fatalf("seed %d, %+v, newcomer %+v: %s on %s, want %d", seed, sc, n.v, got, dim, want)
			}
		}
	}
}
