package rfm_test

import (
	"cmp"
	"fmt"
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
		return 10 * n
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
