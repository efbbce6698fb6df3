package rfm_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

var (
	noon   = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	asOf   = day(2026, 7, 1)
	huge   = decimal.New(1, 2000000000)
	tiny   = decimal.New(1, -2000000000)
	maxRow = decimal.New(math.MaxInt64, -2)
)

// wantFaults checks that err names exactly the pointers, in order, and is target
// at each of them (nil: anything).
func wantFaults(t *testing.T, err, target error, pointers ...string) {
	t.Helper()
	var got []string
	for f := range guanxi.Faults(err) {
		got = append(got, f.Pointer)
		if target != nil && !errors.Is(f, target) {
			t.Errorf("%v is not %v", f, target)
		}
	}
	if !slices.Equal(got, pointers) {
		t.Errorf("faults at %q, want %q: %v", got, pointers, err)
	}
}

func cny(keep rfm.Keep) rfm.Config { return rfm.Config{Currency: "CNY", Decimals: 2, Keep: keep} }

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// quick fails a call that depends on the size of an exponent.
func quick(t *testing.T, name string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatalf("%s hangs", name)
	}
}

func TestRefusedRows(t *testing.T) {
	type row = rfm.Purchase[int64]
	ok := row{Customer: 7, At: noon, Amount: dec("1.25")}
	with := func(change func(*row)) row { r := ok; change(&r); return r }
	costs := func(c rfm.Config) rfm.Config { c.KeepCosts = true; return c }
	strict := func(c rfm.Config) rfm.Config { c.Refunds = rfm.RefundRefuse; return c }
	for _, keep := range []rfm.Keep{rfm.Orders, rfm.Totals} {
		for _, c := range []struct {
			name  string
			cfg   rfm.Config
			row   row
			field string
			err   error
		}{
			{"no customer", cny(keep), with(func(r *row) { r.Customer = 0 }), "/customer", rfm.ErrNoCustomer},
			{"no time", cny(keep), with(func(r *row) { r.At = time.Time{} }), "/at", rfm.ErrNoTime},
			{"no time in another zone", cny(keep), with(func(r *row) { r.At = time.Time{}.In(time.FixedZone("", 3600)) }), "/at", rfm.ErrNoTime},
			{"year 0", cny(keep), with(func(r *row) { r.At = day(0, 12, 31) }), "/at", rfm.ErrNoTime},
			{"year 10000", cny(keep), with(func(r *row) { r.At = day(10000, 1, 1) }), "/at", rfm.ErrNoTime},
			{"year 300000", cny(keep), with(func(r *row) { r.At = day(300000, 1, 1) }), "/at", rfm.ErrNoTime},
			{"three decimals", cny(keep), with(func(r *row) { r.Amount = dec("1.255") }), "/amount", rfm.ErrDecimals},
			{"tiny", cny(keep), with(func(r *row) { r.Amount = tiny }), "/amount", rfm.ErrDecimals},
			{"huge", cny(keep), with(func(r *row) { r.Amount = huge }), "/amount", rfm.ErrOverflow},
			{"more than int64", cny(keep), with(func(r *row) { r.Amount = maxRow.Add(dec("0.01")) }), "/amount", rfm.ErrOverflow},
			{"smallest int64", cny(keep), with(func(r *row) { r.Amount = decimal.New(math.MinInt64, -2) }), "/amount", rfm.ErrOverflow},
			{"refund refused", strict(cny(keep)), with(func(r *row) { r.Amount = dec("-0.01") }), "/amount", rfm.ErrRefund},
			{"cost with three decimals", costs(cny(keep)), with(func(r *row) { r.Cost = dec("1.255") }), "/cost", rfm.ErrDecimals},
			{"huge cost", costs(cny(keep)), with(func(r *row) { r.Cost = huge }), "/cost", rfm.ErrOverflow},
			{"smallest cost", costs(cny(keep)), with(func(r *row) { r.Cost = decimal.New(math.MinInt64, -2) }), "/cost", rfm.ErrOverflow},
		} {
			t.Run(fmt.Sprint(keep, "/", c.name), func(t *testing.T) {
				a := newAgg(t, c.cfg)
				require.NoError(t, a.Add(ok))
				before := mustBytes(t, a)
				quick(t, c.name, func() { wantFaults(t, a.Add(c.row), c.err, c.field) })
				rows := slices.Repeat([]row{ok}, 20)
				rows[17] = c.row
				var be *rfm.BatchError
				one := newAgg(t, c.cfg)
				require.ErrorAs(t, one.AddAll(rows), &be)
				require.Equal(t, 1, be.Refused)
				wantFaults(t, be, c.err, "/17"+c.field)
				seq := newAgg(t, c.cfg)
				wantFaults(t, seq.AddSeq(func(yield func(row, error) bool) {
					for _, r := range rows {
						if !yield(r, nil) {
							return
						}
					}
				}), c.err, "/17"+c.field)
				if !bytes.Equal(before, mustBytes(t, a)) {
					t.Error("the refused row changed the aggregate")
				}
				clean := newAgg(t, c.cfg)
				require.NoError(t, clean.AddAll(slices.Repeat([]row{ok}, 19)))
				for _, b := range []*rfm.Aggregator[int64]{one, seq} {
					if !bytes.Equal(mustBytes(t, clean), mustBytes(t, b)) {
						t.Error("not all the other rows are in, or more than they")
					}
				}
			})
		}
	}
}

func TestRefusedBatchRows(t *testing.T) {
	for _, keep := range []rfm.Keep{rfm.Orders, rfm.Totals} {
		cfg := cny(keep)
		cfg.KeepCosts, cfg.Refunds = true, rfm.RefundRefuse
		a := newAgg(t, cfg)
		b := rfm.Batch[int64]{
			Customer: []int64{1, 0, 3, 4, 5, 6, 7, 8},
			At:       []int64{1, 1, math.MinInt64, math.MaxInt64, 1, 1, 1, time.Time{}.UnixMicro()},
			Amount:   []int64{1, 1, 1, 1, math.MinInt64, -1, 1, 1},
			Cost:     []int64{1, 1, 1, 1, 1, 1, math.MinInt64, 1},
		}
		err := a.AddBatch(b)
		want := []string{"/1/customer: no customer", "/2/at: " + rfm.ErrNoTime.Error(), "/3/at: " + rfm.ErrNoTime.Error(),
			"/4/amount: out of range", "/5/amount: " + rfm.ErrRefund.Error(), "/6/cost: out of range", "/7/at: " + rfm.ErrNoTime.Error()}
		require.Equal(t, want, faultTexts(err), keep)
		require.Equal(t, 1, a.Len())
		var be *rfm.BatchError
		require.ErrorAs(t, err, &be)
		require.Equal(t, 7, be.Refused)
		require.True(t, strings.HasPrefix(be.Error(), "rfm: 7 rows refused: /1/customer: no customer; "), be.Error())
		require.True(t, strings.HasSuffix(be.Error(), "; and 4 more"), be.Error())
	}
	a := newAgg(t, cny(rfm.Totals))
	require.ErrorIs(t, a.AddBatch(rfm.Batch[int64]{Customer: []int64{1}}), rfm.ErrLength)
	for _, b := range []rfm.Batch[int64]{
		{Customer: []int64{1, 2}, At: []int64{1}, Amount: []int64{1, 1}},
		{Customer: []int64{1, 2}, At: []int64{1, 1}, Amount: []int64{1}},
		{Customer: []int64{1, 2}, At: []int64{1, 1}, Amount: []int64{1, 1}, Order: []string{""}},
		{Customer: []int64{1, 2}, At: []int64{1, 1}, Amount: []int64{1, 1}, Cost: []int64{}},
		{At: []int64{1}},
	} {
		require.ErrorIs(t, a.AddBatch(b), rfm.ErrLength)
	}
	require.Zero(t, a.Len())
	require.NoError(t, a.AddBatch(rfm.Batch[int64]{}))
	// References need orders, row by row; empty ones do not.
	err := a.AddBatch(rfm.Batch[int64]{Customer: []int64{1, 2, 3}, At: []int64{1, 1, 1}, Amount: []int64{5, 6, 7}, Order: []string{"", "x", ""}})
	wantFaults(t, err, rfm.ErrNeedsOrders, "/1/order")
	require.Equal(t, 2, a.Len())
	wantFaults(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: noon, Order: "x"}), rfm.ErrNeedsOrders, "/order")
}

// The first 1,000 refused rows are named, in order, and all are counted, however
// different their faults and wherever they are found.
func TestManyRefusedRows(t *testing.T) {
	bad := []rfm.Purchase[int64]{
		{At: noon},                              // found late
		{Customer: 1},                           // found early
		{Customer: 1, At: noon, Amount: huge},   // early
		{At: noon, Amount: decimal.New(-5, 0)},  // late
		{Customer: 1, At: noon, Order: "again"}, // found last
	}
	rng := rand.New(rand.NewPCG(21, 1))
	var rows []rfm.Purchase[int64]
	var columns rfm.Batch[int64]
	var want, wantColumns []string
	for i := range 40_000 {
		r := rfm.Purchase[int64]{Customer: int64(1 + rng.IntN(50)), At: noon, Amount: dec("5")}
		// Stretches of one kind of fault, then of another, in every block.
		if i%512 >= 100 && i%512 < 400 {
			r = bad[rng.IntN(2)]
			if i/512%2 == 0 {
				r = bad[0]
			}
			want = append(want, "/"+fmt.Sprint(i)+lo.Ternary(r.Customer == 0, "/customer", "/at"))
		}
		if i == 10 || i == 20 {
			r = bad[4]
		}
		if i == 20 {
			want = append(want, "/20/order")
		}
		rows = append(rows, r)
		c, at, m := r.Customer, r.At.UnixMicro(), int64(500)
		if i%512 >= 100 && i%512 < 400 && rng.IntN(2) == 0 {
			c = 0
			wantColumns = append(wantColumns, fmt.Sprintf("/%d/customer", i))
		} else if r.At.IsZero() {
			at = math.MaxInt64
			wantColumns = append(wantColumns, fmt.Sprintf("/%d/at", i))
		} else if r.Customer == 0 {
			wantColumns = append(wantColumns, fmt.Sprintf("/%d/customer", i))
		}
		columns.Customer, columns.At, columns.Amount = append(columns.Customer, c), append(columns.At, at), append(columns.Amount, m)
	}
	slices.SortStableFunc(want, func(a, b string) int { return rowOf(a) - rowOf(b) })
	for _, w := range []int{1, 2, 3, 7} {
		for name, err := range map[string]error{
			"AddAll": newAgg(t, rfm.Config{Workers: w}).AddAll(rows),
			"AddSeq": newAgg(t, rfm.Config{Workers: w}).AddSeq(func(yield func(rfm.Purchase[int64], error) bool) {
				for _, r := range rows {
					if !yield(r, nil) {
						return
					}
				}
			}),
			"AddBatch": newAgg(t, rfm.Config{Workers: w}).AddBatch(columns),
			"Totals":   newAgg(t, rfm.Config{Workers: w, Keep: rfm.Totals}).AddBatch(columns),
		} {
			w := want
			if name == "AddBatch" || name == "Totals" {
				w = wantColumns
			}
			var be *rfm.BatchError
			if !errors.As(err, &be) || be.Refused != len(w) || len(be.Faults) != 1000 {
				t.Fatalf("%s: %.200v, want %d refused", name, err, len(w))
			}
			got := lo.Map(be.Faults, func(f *guanxi.FieldError, _ int) string { return f.Pointer })
			if !slices.Equal(got, w[:1000]) {
				i := slices.IndexFunc(lo.Range(1000), func(i int) bool { return got[i] != w[i] })
				t.Errorf("%s: fault %d is %s, want %s", name, i, got[i], w[i])
			}
		}
	}
}

func rowOf(pointer string) (row int) {
	fmt.Sscanf(pointer, "/%d/", &row)
	return row
}

func TestDuplicateOrders(t *testing.T) {
	p := func(c int64, hour int, amount, order string) rfm.Purchase[int64] {
		return rfm.Purchase[int64]{Customer: c, At: noon.Add(time.Duration(hour) * time.Hour), Amount: dec(amount), Order: order}
	}
	a := newAgg(t, cny(rfm.Orders))
	require.NoError(t, a.Add(p(1, 5, "10", "A")))
	wantFaults(t, a.Add(p(1, 5, "10", "A")), rfm.ErrDuplicateOrder, "/order")
	require.NoError(t, a.Add(p(1, 6, "-4", "A"))) // a refund may name it any number of times
	require.NoError(t, a.Add(p(1, 6, "-4", "A")))
	wantFaults(t, a.Add(p(1, 1, "20", "A")), rfm.ErrDuplicateOrder, "/order") // earlier: it is kept
	require.EqualValues(t, 2, a.Duplicates())
	v := mustPopulation(t, a, asOf)
	require.Equal(t, rfm.Values{Recency: 30, Frequency: 1, Monetary: 1200}, v.Values(0))
	require.Equal(t, 2, v.Notes().Duplicates)
	b := newAgg(t, cny(rfm.Orders))
	require.NoError(t, b.Add(p(1, 3, "5", "A")))
	require.NoError(t, a.Merge(b))
	require.EqualValues(t, 3, a.Duplicates())
	require.Equal(t, int64(1200), mustPopulation(t, a, asOf).Values(0).Monetary)
}

// An iterator that fails midway: its error with the row number, and what was
// added so far stays usable.
func TestSeqFails(t *testing.T) {
	broken := errors.New("connection lost")
	for _, n := range []int{0, 1, 511, 512, 513, 2000} {
		for _, keep := range []rfm.Keep{rfm.Orders, rfm.Totals} {
			a := newAgg(t, cny(keep))
			reads := 0
			err := a.AddSeq(func(yield func(rfm.Purchase[int64], error) bool) {
				for i := range n {
					if !yield(rfm.Purchase[int64]{Customer: int64(i + 1), At: noon, Amount: dec("1.5")}, nil) {
						return
					}
					reads++
				}
				if yield(rfm.Purchase[int64]{}, broken) {
					t.Error("reading goes on after an error")
				}
			})
			require.ErrorIs(t, err, broken)
			wantFaults(t, err, broken, fmt.Sprintf("/%d", n))
			require.Equal(t, n, a.Len())
			require.True(t, mustPopulation(t, a, asOf).Revenue().Equal(decimal.New(int64(n*15), -1)))
			require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: noon, Amount: dec("1")}))
		}
	}
	// Refused rows and the failure are both reported.
	a := newAgg(t, cny(rfm.Orders))
	err := a.AddSeq(func(yield func(rfm.Purchase[int64], error) bool) {
		_ = yield(rfm.Purchase[int64]{At: noon}, nil) && yield(rfm.Purchase[int64]{Customer: 1, At: noon}, nil) && yield(rfm.Purchase[int64]{}, broken)
	})
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, err, rfm.ErrNoCustomer)
	require.ElementsMatch(t, []string{"/0/customer: no customer", "/2: connection lost"}, faultTexts(err))
	require.Equal(t, 1, a.Len())
	require.NoError(t, a.AddSeq(func(func(rfm.Purchase[int64], error) bool) {}))
}

func TestTotalsNeedOrders(t *testing.T) {
	_, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Keep: rfm.Totals, Per: rfm.PerDay})
	wantFaults(t, err, rfm.ErrNeedsOrders, "/per")
	a := newAgg(t, cny(rfm.Totals))
	_, err = a.PopulationSince(day(2025, 7, 1), asOf)
	require.ErrorIs(t, err, rfm.ErrNeedsOrders)
	require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: noon, Amount: dec("5")}))
	for _, at := range []time.Time{noon, noon.Add(-1), day(2020, 1, 1)} { // exclusive
		_, err = a.Population(at)
		require.ErrorIs(t, err, rfm.ErrNeedsOrders)
	}
	mustPopulation(t, a, noon.Add(time.Microsecond))
	// Rows that are no purchases are folded away like the others.
	for name, late := range map[string]func(*rfm.Aggregator[int64]) error{
		"refund": func(a *rfm.Aggregator[int64]) error {
			return a.Add(rfm.Purchase[int64]{Customer: 1, At: asOf, Amount: dec("-5")})
		},
		"zero":    func(a *rfm.Aggregator[int64]) error { return a.Add(rfm.Purchase[int64]{Customer: 1, At: asOf}) },
		"contact": func(a *rfm.Aggregator[int64]) error { return a.AddContact(1, asOf) },
		"summary": func(a *rfm.Aggregator[int64]) error {
			return a.AddSummary(rfm.Summary[int64]{Customer: 2, Last: asOf, Count: 1})
		},
		"merge": func(a *rfm.Aggregator[int64]) error {
			b := newAgg(t, a.Config())
			require.NoError(t, b.Add(rfm.Purchase[int64]{Customer: 2, At: asOf}))
			return a.Merge(b)
		},
	} {
		cfg := cny(rfm.Totals)
		cfg.Recency, cfg.Zero = rfm.FromContacts, rfm.ZeroSkips
		a := newAgg(t, cfg)
		require.NoError(t, late(a), name)
		_, err := a.Population(asOf)
		require.ErrorIs(t, err, rfm.ErrNeedsOrders, name)
		mustPopulation(t, a, asOf.Add(time.Microsecond))
		again := newAgg(t, cfg)
		require.NoError(t, again.UnmarshalBinary(mustBytes(t, a)))
		_, err = again.Population(asOf)
		require.ErrorIs(t, err, rfm.ErrNeedsOrders, name)
	}
	// And summaries have no orders.
	require.ErrorIs(t, newAgg(t, cny(rfm.Orders)).AddSummary(rfm.Summary[int64]{Customer: 1, Last: noon, Count: 1}), rfm.ErrNeedsOrders)
}

func TestSummaries(t *testing.T) {
	cfg := cny(rfm.Totals)
	cfg.KeepCosts = true
	a := newAgg(t, cfg)
	good := rfm.Summary[int64]{Customer: 3, Last: noon, Count: 2, Sum: dec("10.50"), Cost: dec("4")}
	require.NoError(t, a.AddSummary(good))
	before := mustBytes(t, a)
	for _, c := range []struct {
		change func(*rfm.Summary[int64])
		err    error
		field  string
	}{
		{func(s *rfm.Summary[int64]) { s.Customer = 0 }, rfm.ErrNoCustomer, "/customer"},
		{func(s *rfm.Summary[int64]) { s.Count = -1 }, rfm.ErrOverflow, "/count"},
		{func(s *rfm.Summary[int64]) { s.Count = math.MaxInt32 + 1 }, rfm.ErrOverflow, "/count"},
		{func(s *rfm.Summary[int64]) { s.Count = math.MaxInt32 - 1 }, rfm.ErrOverflow, "/count"}, // with the 2 there are
		{func(s *rfm.Summary[int64]) { s.Last = time.Time{} }, rfm.ErrNoTime, "/last"},
		{func(s *rfm.Summary[int64]) { s.Sum = dec("0.001") }, rfm.ErrDecimals, "/sum"},
		{func(s *rfm.Summary[int64]) { s.Sum = huge }, rfm.ErrOverflow, "/sum"},
		{func(s *rfm.Summary[int64]) { s.Sum = maxRow }, rfm.ErrOverflow, "/sum"}, // with the 10.50
		{func(s *rfm.Summary[int64]) { s.Cost = huge }, rfm.ErrOverflow, "/cost"},
		{func(s *rfm.Summary[int64]) { s.Cost = maxRow }, rfm.ErrOverflow, "/cost"},
	} {
		s := good
		c.change(&s)
		wantFaults(t, a.AddSummary(s), c.err, c.field)
	}
	require.Equal(t, before, mustBytes(t, a))
	require.NoError(t, a.AddSummary(rfm.Summary[int64]{Customer: 4}))
	require.NoError(t, a.AddSummary(rfm.Summary[int64]{Customer: 3, Last: noon.AddDate(0, -1, 0), Count: 1, Sum: dec("-0.50")}))
	p := mustPopulation(t, a, asOf)
	require.Equal(t, rfm.Values{Recency: 30, Frequency: 3, Monetary: 1000}, p.Values(0))
	require.Equal(t, rfm.Values{Prospect: true}, p.Values(1))
	m, ok := p.Margin(0)
	require.Equal(t, int64(600), m)
	require.True(t, ok)
	// A summary of the rows is the rows.
	b := newAgg(t, cfg)
	require.NoError(t, b.AddAll([]rfm.Purchase[int64]{
		{Customer: 3, At: noon, Amount: dec("10"), Cost: dec("4")}, {Customer: 3, At: noon.AddDate(0, -1, 0), Amount: dec("0.50")},
		{Customer: 3, At: noon.AddDate(0, -1, 0), Amount: dec("0.25")}, {Customer: 3, At: noon.AddDate(0, -2, 0), Amount: dec("-0.75")}}))
	require.NoError(t, b.AddMember(4))
	require.Equal(t, mustBytes(t, b), mustBytes(t, a))
}

// A member may be known before what is added or merged for him, with costs too.
func TestMemberThenMore(t *testing.T) {
	for _, w := range []int{1, 3} {
		cfg := cny(rfm.Totals)
		cfg.KeepCosts, cfg.Workers = true, w
		s := rfm.Summary[int64]{Customer: 3, Last: noon, Count: 2, Sum: dec("10.50"), Cost: dec("4")}
		want := newAgg(t, cfg)
		require.NoError(t, want.AddSummary(s))
		for name, add := range map[string]func(*rfm.Aggregator[int64]) error{
			"summary": func(a *rfm.Aggregator[int64]) error { return a.AddSummary(s) },
			"merge":   func(a *rfm.Aggregator[int64]) error { return a.Merge(want) },
			"merge a member": func(a *rfm.Aggregator[int64]) error {
				b := newAgg(t, cfg)
				return errors.Join(b.AddMember(3), b.Merge(want), a.Merge(b))
			},
		} {
			a := newAgg(t, cfg)
			require.NoError(t, a.AddMember(3))
			func() {
				defer func() {
					if r := recover(); r != nil {
						t.Errorf("%s, %d workers: %v", name, w, r)
					}
				}()
				require.NoError(t, add(a))
				require.Equal(t, mustBytes(t, want), mustBytes(t, a), name)
			}()
		}
	}
}

func TestMembersAndContacts(t *testing.T) {
	for _, keep := range []rfm.Keep{rfm.Orders, rfm.Totals} {
		a := newAgg(t, cny(keep))
		wantFaults(t, a.AddMember(0), rfm.ErrNoCustomer, "/customer")
		require.ErrorIs(t, a.AddContact(1, noon), rfm.ErrOption)
		require.Zero(t, a.Len())
		cfg := cny(keep)
		cfg.Recency = rfm.FromContacts
		a = newAgg(t, cfg)
		wantFaults(t, a.AddContact(0, noon), rfm.ErrNoCustomer, "/customer")
		wantFaults(t, a.AddContact(1, time.Time{}), rfm.ErrNoTime, "/at")
		require.Zero(t, a.Len())
		require.NoError(t, a.AddContact(1, noon))
		require.NoError(t, a.AddContact(2, noon))
		require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 2, At: noon.AddDate(0, 0, -3), Amount: dec("1")}))
		require.NoError(t, a.AddMember(3))
		p := mustPopulation(t, a, asOf)
		require.Equal(t, []rfm.Values{{Recency: 30, Prospect: true}, {Recency: 30, Frequency: 1, Monetary: 100}, {Prospect: true}},
			lo.Map(lo.Range(3), func(i, _ int) rfm.Values { return p.Values(i) }))
		scored := mustScoreAll(t, p, mustFit(t, p, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Eleven()))
		c, ok := scored.Find(1)
		require.True(t, ok)
		require.Equal(t, "prospects", c.Segment)
		require.True(t, c.Score.Prospect())
		require.Equal(t, "000", c.Score.String())
		seg, _ := scored.Segments().Of(c.Score)
		require.Equal(t, "潜在客户", seg.Label(guanxi.ZH))
	}
}

func TestOverflow(t *testing.T) {
	row := func(c int64, amount decimal.Decimal) rfm.Purchase[int64] {
		return rfm.Purchase[int64]{Customer: c, At: noon, Amount: amount}
	}
	// Totals refuses the row.
	a := newAgg(t, cny(rfm.Totals))
	require.NoError(t, a.Add(row(1, maxRow)))
	before := mustBytes(t, a)
	wantFaults(t, a.Add(row(1, dec("0.01"))), rfm.ErrOverflow, "/amount")
	wantFaults(t, a.AddAll([]rfm.Purchase[int64]{row(2, dec("1")), row(1, maxRow)}), rfm.ErrOverflow, "/1/amount")
	// Merge leaves both as they were.
	b := newAgg(t, cny(rfm.Totals))
	require.NoError(t, b.AddAll([]rfm.Purchase[int64]{row(2, dec("1")), row(1, dec("0.01")), row(9, dec("1"))}))
	after := mustBytes(t, a)
	require.ErrorIs(t, a.Merge(b), rfm.ErrOverflow)
	require.Equal(t, after, mustBytes(t, a))
	require.NotEqual(t, before, after)
	// The sum over customers has room.
	require.NoError(t, a.Add(row(3, maxRow)))
	p := mustPopulation(t, a, asOf)
	require.Equal(t, "184467440737095517.14", p.Revenue().String())
	s := mustScoreAll(t, p, mustFit(t, p, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Eleven()))
	require.Equal(t, "184467440737095517.14", s.Table().Revenue.String())
	// Margins are checked where they are taken.
	cfg := cny(rfm.Totals)
	cfg.KeepCosts = true
	a = newAgg(t, cfg)
	require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: noon, Amount: maxRow, Cost: dec("-1")}))
	_, err := a.Population(asOf)
	require.ErrorIs(t, err, rfm.ErrOverflow)
	// Orders keeps the rows and says so at scoring, for an asOf at which it matters.
	a = newAgg(t, cny(rfm.Orders))
	require.NoError(t, a.Add(row(1, maxRow)))
	late := row(1, dec("0.01"))
	late.At = asOf
	require.NoError(t, a.Add(late))
	mustPopulation(t, a, asOf)
	_, err = a.Population(asOf.Add(time.Hour))
	require.ErrorIs(t, err, rfm.ErrOverflow)
}

// A sum that fits fits in any order of its parts.
func TestOverflowDoesNotDependOnOrder(t *testing.T) {
	rows := []rfm.Purchase[int64]{
		{Customer: 1, At: noon, Amount: maxRow},
		{Customer: 1, At: noon, Amount: dec("0.01"), Order: "B"},
		{Customer: 1, At: noon.Add(time.Hour), Amount: dec("-5")},
	}
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 2, 0}} {
		a := newAgg(t, cny(rfm.Orders))
		for _, i := range order {
			require.NoError(t, a.Add(rows[i]))
		}
		p, err := a.Population(asOf)
		if err != nil {
			t.Errorf("in the order %v: %v", order, err)
			continue
		}
		require.True(t, p.Revenue().Equal(maxRow.Sub(dec("4.99"))))
	}
}

func TestPopulationAt(t *testing.T) {
	a := newAgg(t, cny(rfm.Orders))
	for _, at := range []time.Time{{}, day(0, 1, 1), day(10000, 1, 1)} {
		_, err := a.Population(at)
		wantFaults(t, err, rfm.ErrNoTime, "/as_of")
	}
	for _, from := range []time.Time{asOf, asOf.Add(1)} {
		_, err := a.PopulationSince(from, asOf)
		wantFaults(t, err, rfm.ErrNoTime, "/from")
	}
	// The edge, and what lies behind it.
	for i, at := range []time.Time{asOf.Add(-time.Microsecond), asOf, asOf.Add(time.Hour)} {
		require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: int64(i + 1), At: at, Amount: dec("1")}))
	}
	require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: asOf, Amount: dec("-1")}))
	p := mustPopulation(t, a, asOf)
	require.Equal(t, rfm.Values{Recency: 1, Frequency: 1, Monetary: 100}, p.Values(0))
	require.Equal(t, 3, p.Notes().After)
	require.Equal(t, 1, p.Len(), "the others were not known yet")
	require.Equal(t, 3, a.Len())
	require.EqualValues(t, 1, p.Purchases())
	require.True(t, p.AsOf().Equal(asOf))
	_, ok := p.Find(4)
	require.False(t, ok)
	_, ok = p.Margin(0)
	require.False(t, ok)
}

// A refund that comes before its purchase waits for it, by its own time too.
func TestRefundBeforeItsPurchase(t *testing.T) {
	a := newAgg(t, cny(rfm.Orders))
	require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: noon, Amount: dec("-3"), Order: "A"}))
	p := mustPopulation(t, a, asOf)
	require.Len(t, p.Notes().Pending, 1)
	require.True(t, p.Revenue().IsZero())
	require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: noon.Add(48 * time.Hour), Amount: dec("3"), Order: "A"}))
	p = mustPopulation(t, a, asOf)
	require.Empty(t, p.Notes().Pending)
	require.Equal(t, 1, p.Notes().Undone)
	require.True(t, p.Values(0).Prospect)
	// Between the two it is pending, and no money is lost sight of.
	p = mustPopulation(t, a, noon.Add(time.Hour))
	if n := p.Notes(); len(n.Pending) != 1 || n.After != 1 {
		t.Errorf("as of between refund and purchase: %+v, want one pending refund and one row after", n)
	}
}

func TestRefundNotes(t *testing.T) {
	at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
	for _, c := range []struct {
		name   string
		rows   []rfm.Purchase[int64]
		policy rfm.RefundPolicy
		want   rfm.Values
		undone int
		over   int
	}{
		{"part", []rfm.Purchase[int64]{{Order: "A", Amount: dec("10")}, {Order: "A", Amount: dec("-4")}}, "", rfm.Values{Frequency: 1, Monetary: 600}, 0, 0},
		{"whole in two parts", []rfm.Purchase[int64]{{Order: "A", Amount: dec("10")}, {Order: "A", Amount: dec("-4")}, {Order: "A", Amount: dec("-6")}}, "", rfm.Values{Prospect: true}, 1, 0},
		{"over", []rfm.Purchase[int64]{{Order: "A", Amount: dec("10")}, {Order: "A", Amount: dec("-11")}}, "", rfm.Values{Prospect: true, Monetary: -100}, 1, 1},
		{"over a free order", []rfm.Purchase[int64]{{Order: "A"}, {Order: "A", Amount: dec("-1")}}, "", rfm.Values{Prospect: true, Monetary: -100}, 1, 1},
		{"whole, but it happened", []rfm.Purchase[int64]{{Order: "A", Amount: dec("10")}, {Order: "A", Amount: dec("-10")}}, rfm.RefundSubtract, rfm.Values{Frequency: 1}, 0, 0},
		{"over, but it happened", []rfm.Purchase[int64]{{Order: "A", Amount: dec("10")}, {Order: "A", Amount: dec("-11")}}, rfm.RefundSubtract, rfm.Values{Frequency: 1, Monetary: -100}, 0, 1},
		{"unnamed", []rfm.Purchase[int64]{{Order: "A", Amount: dec("10")}, {Amount: dec("-10")}}, "", rfm.Values{Frequency: 1}, 0, 0},
	} {
		cfg := cny(rfm.Orders)
		cfg.Refunds = c.policy
		a := newAgg(t, cfg)
		for i, r := range c.rows {
			r.Customer, r.At = 1, at(i)
			require.NoError(t, a.Add(r))
		}
		p := mustPopulation(t, a, at(100))
		if v := p.Values(0); v.Frequency != c.want.Frequency || v.Monetary != c.want.Monetary || v.Prospect != c.want.Prospect {
			t.Errorf("%s: %+v, want %+v", c.name, v, c.want)
		}
		if n := p.Notes(); n.Undone != c.undone || n.OverRefunded != c.over {
			t.Errorf("%s: %+v, want %d undone, %d over", c.name, n, c.undone, c.over)
		}
	}
}

func TestMismatch(t *testing.T) {
	base := cny(rfm.Orders)
	for name, change := range map[string]func(*rfm.Config){
		"currency": func(c *rfm.Config) { c.Currency = "USD" },
		"decimals": func(c *rfm.Config) { c.Decimals = 3 },
		"location": func(c *rfm.Config) { c.Location = mustZone(t, "Asia/Shanghai") },
		"keep":     func(c *rfm.Config) { c.Keep = rfm.Totals },
		"per":      func(c *rfm.Config) { c.Per = rfm.PerWeek },
		"refunds":  func(c *rfm.Config) { c.Refunds = rfm.RefundSubtract },
		"zero":     func(c *rfm.Config) { c.Zero = rfm.ZeroSkips },
		"recency":  func(c *rfm.Config) { c.Recency = rfm.FromContacts },
		"costs":    func(c *rfm.Config) { c.KeepCosts = true },
	} {
		cfg := base
		change(&cfg)
		a, b := newAgg(t, base), newAgg(t, cfg)
		require.ErrorIs(t, a.Merge(b), rfm.ErrMismatch, name)
		require.ErrorIs(t, a.UnmarshalBinary(mustBytes(t, b)), rfm.ErrMismatch, name)
	}
	a := newAgg(t, base)
	require.ErrorIs(t, a.Merge(a), rfm.ErrMismatch)
	same := base
	same.Workers, same.Location = 4, time.UTC
	require.NoError(t, a.Merge(newAgg(t, same)))

	p := customersOf(t, rfm.Config{Currency: "CNY", Decimals: 2}, []rfm.Values{{Recency: 1, Frequency: 1, Monetary: 1}})
	usd := customersOf(t, rfm.Config{Currency: "USD", Decimals: 2}, []rfm.Values{{Recency: 1, Frequency: 1, Monetary: 1}})
	s := mustFit(t, p, rfm.ScaleConfig{})
	_, err := rfm.AppendScores(nil, s, usd)
	require.ErrorIs(t, err, rfm.ErrMismatch)
	_, err = rfm.ScoreAll(usd, s, rfm.MustSegments(rfm.Eleven()))
	require.ErrorIs(t, err, rfm.ErrMismatch)
	_, err = rfm.Fit(p, rfm.ScaleConfig{Money: rfm.MoneyMargin})
	wantFaults(t, err, rfm.ErrMismatch, "/money")
	_, err = rfm.ScoreAll(p, s, rfm.MustSegments(rfm.Eight()))
	require.ErrorIs(t, err, rfm.ErrBins)
	_, err = rfm.ScoreAll(p, mustFit(t, p, rfm.ScaleConfig{Bins: 4}), rfm.MustSegments(rfm.Eleven()))
	require.ErrorIs(t, err, rfm.ErrBins)

	eleven := mustScoreAll(t, p, s, rfm.MustSegments(rfm.Eleven()))
	for name, other := range map[string]*rfm.Scored[int64]{
		"segments": mustScoreAll(t, p, s, rfm.MustSegments(rfm.Four())),
		"bins":     mustScoreAll(t, p, mustFit(t, p, rfm.ScaleConfig{Method: rfm.Mean}), rfm.MustSegments(rfm.Eight())),
		"currency": mustScoreAll(t, usd, mustFit(t, usd, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Eleven())),
		"cells":    mustScoreAll(t, p, s, rfm.MustSegments(otherCells())),
	} {
		if _, err := rfm.Migrate(eleven, other); !errors.Is(err, rfm.ErrMismatch) {
			t.Errorf("%s: %v, want %v", name, err, rfm.ErrMismatch)
		}
	}
}

// otherCells is Eleven with the cells of two segments exchanged.
func otherCells() rfm.SegmentsConfig {
	c := rfm.Eleven()
	c.Segments[0].Cells, c.Segments[1].Cells = c.Segments[1].Cells, c.Segments[0].Cells
	return c
}

// Two zones without a name are not one zone; nor is a zone without a name UTC.
func TestZonesWithoutName(t *testing.T) {
	east, west := cny(rfm.Orders), cny(rfm.Orders)
	east.Location, west.Location = time.FixedZone("", 8*3600), time.FixedZone("", -8*3600)
	a, err := rfm.NewAggregator(guanxi.IntKey[int64](), east)
	if err != nil {
		wantFaults(t, err, rfm.ErrOption, "/location") // refusing them is an answer too
		return
	}
	b := newAgg(t, west)
	if a.Merge(b) == nil {
		t.Error("aggregates of UTC+8 and UTC−8 merge")
	}
	if a.UnmarshalBinary(mustBytes(t, b)) == nil {
		t.Error("an aggregate of UTC+8 decodes one of UTC−8")
	}
	data, err := json.Marshal(east)
	var back rfm.Config
	if err != nil || json.Unmarshal(data, &back) != nil {
		return
	}
	_, want := noon.In(east.Location).Zone()
	if back.Location == nil {
		t.Fatalf("a config with UTC+8 is stored as %s, without its zone", data)
	}
	if _, got := noon.In(back.Location).Zone(); got != want {
		t.Errorf("a config with UTC+8 is stored as %s, and read %d s east", data, got)
	}
	// What was stored makes an aggregate that takes what was encoded.
	if err := newAgg(t, back).UnmarshalBinary(mustBytes(t, a)); err != nil {
		t.Errorf("%s: %v", data, err)
	}
}

func TestConfigFaults(t *testing.T) {
	_, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Decimals: 19, Keep: "x", Per: "x", Refunds: "x", Zero: "x", Recency: "x", Workers: -1})
	wantFaults(t, err, rfm.ErrOption, "/decimals", "/keep", "/per", "/refunds", "/zero", "/recency", "/workers")
	require.True(t, strings.HasPrefix(err.Error(), "rfm: config: "), err.Error())
	wantFaults(t, rfm.Config{Decimals: -1, Workers: 1 << 20}.Validate(), rfm.ErrOption, "/decimals", "/workers")
	require.NoError(t, rfm.Config{}.Validate())
	c := rfm.Config{Currency: "keep me"}
	for _, bad := range []struct {
		json     string
		err      error
		pointers []string
	}{
		{`{"decimals":99,"keep":"y","location":"Nowhere/Land"}`, rfm.ErrOption, []string{"/location", "/decimals", "/keep"}},
		{`{"decimalz":2,"keep":"totals","x":1}`, guanxi.ErrUnknownField, []string{"/decimalz", "/x"}},
		{`{"decimals":"2","workers":1.5}`, guanxi.ErrType, []string{"/decimals", "/workers"}},
		{`{"decimals":1e400}`, nil, nil},
		{`[]`, guanxi.ErrType, []string{""}},
		{`{`, nil, nil},
	} {
		err := c.UnmarshalJSON([]byte(bad.json))
		if bad.err != nil {
			wantFaults(t, err, bad.err, bad.pointers...)
		}
		require.Error(t, err, bad.json)
	}
	require.Equal(t, rfm.Config{Currency: "keep me"}, c)
}

func TestScaleConfigFaults(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	brk := func(at ...string) (b []rfm.Break) {
		for _, s := range at {
			b = append(b, rfm.Break{At: dec(s)})
		}
		return b
	}
	for _, c := range []struct {
		name     string
		cfg      rfm.ScaleConfig
		err      error
		pointers []string
	}{
		{"all at once", rfm.ScaleConfig{Method: "x", Money: "x", Recency: rfm.DimensionConfig{Weight: nan}, Frequency: rfm.DimensionConfig{Weight: inf}, Monetary: rfm.DimensionConfig{Weight: -1}},
			rfm.ErrOption, []string{"/method", "/money", "/recency/weight", "/frequency/weight", "/monetary/weight"}},
		{"bins", rfm.ScaleConfig{Bins: 1}, rfm.ErrOption, []string{"/bins"}},
		{"11 bins", rfm.ScaleConfig{Bins: 11, Method: rfm.NTile}, rfm.ErrOption, []string{"/bins"}},
		{"−5 bins", rfm.ScaleConfig{Bins: -5}, rfm.ErrOption, []string{"/bins"}},
		{"bins of dimensions", rfm.ScaleConfig{Recency: rfm.DimensionConfig{Bins: 1}, Frequency: rfm.DimensionConfig{Bins: 11}, Monetary: rfm.DimensionConfig{Bins: 3, Breaks: brk("5")}}, rfm.ErrOption,
			[]string{"/recency/bins", "/frequency/bins", "/monetary/bins"}},
		{"mean of 3", rfm.ScaleConfig{Method: rfm.Mean, Frequency: rfm.DimensionConfig{Bins: 3}}, rfm.ErrOption, []string{"/frequency/bins"}},
		{"mean of 5", rfm.ScaleConfig{Method: rfm.Mean, Bins: 5}, rfm.ErrOption, []string{"/bins"}},
		{"fixed without breaks", rfm.ScaleConfig{Method: rfm.Fixed}, rfm.ErrOption, []string{"/recency/breaks", "/frequency/breaks", "/monetary/breaks"}},
		{"nested breaks", rfm.ScaleConfig{Nested: true, Monetary: rfm.DimensionConfig{Breaks: brk("1")}}, rfm.ErrOption, []string{"/monetary/breaks"}},
		{"breaks fall", rfm.ScaleConfig{Frequency: rfm.DimensionConfig{Breaks: brk("5", "3")}, Recency: rfm.DimensionConfig{Breaks: brk("3", "5")}}, rfm.ErrOption,
			[]string{"/recency/breaks/1", "/frequency/breaks/1"}},
		{"breaks repeat", rfm.ScaleConfig{Frequency: rfm.DimensionConfig{Breaks: brk("5", "5")}}, rfm.ErrOption, []string{"/frequency/breaks/1"}},
		{"ten breaks", rfm.ScaleConfig{Frequency: rfm.DimensionConfig{Breaks: brk("1", "2", "3", "4", "5", "6", "7", "8", "9", "10")}}, rfm.ErrOption, []string{"/frequency/breaks"}},
		{"half a day", rfm.ScaleConfig{Recency: rfm.DimensionConfig{Breaks: brk("1.5")}}, rfm.ErrDecimals, []string{"/recency/breaks/0/at"}},
		{"huge", rfm.ScaleConfig{Recency: rfm.DimensionConfig{Breaks: []rfm.Break{{At: huge}}}, Monetary: rfm.DimensionConfig{Breaks: []rfm.Break{{At: huge}}}}, rfm.ErrOverflow,
			[]string{"/recency/breaks/0/at", "/monetary/breaks/0/at"}},
		{"tiny", rfm.ScaleConfig{Monetary: rfm.DimensionConfig{Breaks: []rfm.Break{{At: tiny}}}}, rfm.ErrDecimals, []string{"/monetary/breaks/0/at"}},
		{"huge mean", rfm.ScaleConfig{Money: rfm.MoneyMean, Monetary: rfm.DimensionConfig{Breaks: []rfm.Break{{At: decimal.New(math.MaxInt64/2+1, 0)}}}}, rfm.ErrOverflow, []string{"/monetary/breaks/0/at"}},
		{"weights", rfm.ScaleConfig{Recency: rfm.DimensionConfig{Weight: math.MaxFloat64}, Monetary: rfm.DimensionConfig{Weight: math.MaxFloat64}}, rfm.ErrOption, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			quick(t, c.name, func() {
				wantFaults(t, c.cfg.Validate(), c.err, c.pointers...)
				p := customersOf(t, rfm.Config{}, []rfm.Values{{Recency: 1, Frequency: 1, Monetary: 1}})
				_, err := rfm.Fit(p, c.cfg)
				wantFaults(t, err, c.err, c.pointers...)
			})
		})
	}
	// What only the currency decides.
	p := customersOf(t, rfm.Config{Decimals: 2}, []rfm.Values{{Recency: 1, Frequency: 1, Monetary: 1}})
	cfg := rfm.ScaleConfig{Monetary: rfm.DimensionConfig{Breaks: brk("1.005")}}
	require.NoError(t, cfg.Validate())
	_, err := rfm.Fit(p, cfg)
	wantFaults(t, err, rfm.ErrDecimals, "/monetary/breaks/0/at")
	_, err = rfm.NewScale(rfm.ScaleConfig{Method: rfm.Quantile}, "", 0)
	wantFaults(t, err, rfm.ErrOption, "/method")
	all := rfm.ScaleConfig{Recency: rfm.DimensionConfig{Breaks: brk("30")}, Frequency: rfm.DimensionConfig{Breaks: brk("10")}, Monetary: rfm.DimensionConfig{Breaks: brk("2000")}}
	for _, decimals := range []int{-1, 19, 99} {
		_, err = rfm.NewScale(all, "", decimals)
		if !errors.Is(err, rfm.ErrOption) {
			t.Errorf("%d decimals: %v, want %v", decimals, err, rfm.ErrOption)
		}
	}
	// "10 orders a year or more and more than 2,000 per order", within 30 days.
	all.Money, all.Frequency.Breaks[0].Inclusive = rfm.MoneyMean, true
	s, err := rfm.NewScale(all, "CNY", 2)
	require.NoError(t, err)
	for v, want := range map[rfm.Values]string{
		{Recency: 29, Frequency: 10, Monetary: 2000001}: "222",
		{Recency: 30, Frequency: 10, Monetary: 2000001}: "122",
		{Recency: 29, Frequency: 9, Monetary: 1800001}:  "212",
		{Recency: 29, Frequency: 11, Monetary: 2200000}: "221",
		{Recency: -1, Frequency: 10, Monetary: -5}:      "221",
		{Prospect: true, Frequency: 99}:                 "000",
	} {
		if got := s.Score(v).String(); got != want {
			t.Errorf("%+v: %s, want %s", v, got, want)
		}
	}
	require.Equal(t, rfm.EvenBins(2), s.Bins())
}

func TestScaleJSONFaults(t *testing.T) {
	p := customersOf(t, rfm.Config{Currency: "CNY", Decimals: 2}, []rfm.Values{{Recency: 30, Frequency: 1, Monetary: 100}, {Recency: 20, Frequency: 2, Monetary: 200}, {Recency: 10, Frequency: 3, Monetary: 300}})
	s := mustFit(t, p, rfm.ScaleConfig{Bins: 3, Monetary: rfm.DimensionConfig{Breaks: []rfm.Break{{At: dec("1.50")}, {At: dec("2.50"), Inclusive: true}}}})
	data := string(lo.Must(json.Marshal(s)))
	for _, c := range []struct {
		name, old, new string
		err            error
		pointers       []string
	}{
		{"version", `"version":1`, `"version":2`, rfm.ErrOption, []string{"/version"}},
		{"unknown field", `"version":1`, `"version":1,"foo":1`, guanxi.ErrUnknownField, []string{"/foo"}},
		{"method", `"method":"quantile"`, `"method":"q"`, rfm.ErrOption, []string{"/method"}},
		{"decimals", `"decimals":2`, `"decimals":99`, rfm.ErrOption, []string{"/decimals"}},
		{"half an order", `"frequency":{"cuts":[["1","2"]]`, `"frequency":{"cuts":[["1.5","2"]]`, rfm.ErrDecimals, []string{"/frequency/cuts/0/0"}},
		{"large", `"cuts":[["30","20"]]`, `"cuts":[["1e5000","20"]]`, rfm.ErrOverflow, []string{"/recency/cuts/0/0"}},
		{"small", `"cuts":[["30","20"]]`, `"cuts":[["1e-5000","20"]]`, rfm.ErrDecimals, []string{"/recency/cuts/0/0"}},
		{"half a day", `"recency":{"cuts":[["30","20"]]`, `"recency":{"cuts":[["30.5","20"]]`, rfm.ErrDecimals, []string{"/recency/cuts/0/0"}},
		{"huge", `"cuts":[["30","20"]]`, `"cuts":[["1e2000000000","20"]]`, nil, []string{"/recency/cuts/0/0"}},
		{"tiny", `"cuts":[["30","20"]]`, `"cuts":[["1e-2000000000","20"]]`, nil, []string{"/recency/cuts/0/0"}},
		{"cuts fall", `"cuts":[["30","20"]]`, `"cuts":[["20","30"]]`, rfm.ErrOption, []string{"/recency/cuts/0/1"}},
		{"few cuts", `"cuts":[["30","20"]]`, `"cuts":[["30"]]`, rfm.ErrOption, []string{"/recency/cuts/0"}},
		{"no cuts", `"cuts":[["30","20"]]`, `"cuts":[]`, rfm.ErrOption, []string{"/recency/cuts"}},
		{"bins", `"bins":3`, `"bins":11`, rfm.ErrOption, []string{"/bins"}},
		{"bins of a dimension", `"recency":{`, `"recency":{"bins":11,`, rfm.ErrOption, []string{"/recency/bins"}},
		{"other bins than cuts", `"recency":{`, `"recency":{"bins":4,`, rfm.ErrOption, []string{"/recency/cuts/0"}},
		{"cuts that are not the breaks", `"cuts":[["1.5","2.49"]]`, `"cuts":[["0.01","99"]]`, rfm.ErrOption, []string{"/monetary/cuts/0/0", "/monetary/cuts/0/1"}},
		{"sd", `"sd":`, `"sd":-`, rfm.ErrOption, []string{"/recency/sd", "/frequency/sd", "/monetary/sd"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := strings.ReplaceAll(data, c.old, c.new)
			if bad == data {
				t.Fatalf("nothing to replace in %s", data)
			}
			quick(t, c.name, func() {
				kept := *s
				err := kept.UnmarshalJSON([]byte(bad))
				if err == nil {
					t.Errorf("taken: %s", bad)
				} else {
					wantFaults(t, err, c.err, c.pointers...)
				}
				if err != nil && string(lo.Must(json.Marshal(&kept))) != data {
					t.Error("the scale has changed")
				}
			})
		})
	}
}

func TestSegmentsFaults(t *testing.T) {
	all := []rfm.Block{{}}
	seg := func(id string, cells ...rfm.Block) rfm.Segment { return rfm.Segment{ID: id, Cells: cells} }
	two := rfm.EvenBins(2)
	r := func(a, b int) rfm.Block { return rfm.Block{R: rfm.Interval{a, b}} }
	for _, c := range []struct {
		name     string
		cfg      rfm.SegmentsConfig
		pointers []string
	}{
		{"bins", rfm.SegmentsConfig{Bins: rfm.Bins{R: 1, F: 11, M: 0}, Segments: []rfm.Segment{seg("a", all...)}}, []string{"/bins/r", "/bins/f", "/bins/m"}},
		{"none", rfm.SegmentsConfig{Bins: two}, []string{"/segments"}},
		{"ids", rfm.SegmentsConfig{Bins: two, Segments: []rfm.Segment{seg(""), seg("a", all...), seg("a"), seg("prospects")}}, []string{"/segments/0/id", "/segments/2/id", "/segments/3/id"}},
		{"absent", rfm.SegmentsConfig{Bins: two, Segments: []rfm.Segment{seg(rfm.Absent, all...)}}, []string{"/segments/0/id"}},
		{"intervals", rfm.SegmentsConfig{Bins: two, Segments: []rfm.Segment{seg("a", r(0, 1), r(1, 3), r(2, 1), rfm.Block{M: rfm.Interval{1, 9}, FM: rfm.Interval{3, 3}}, rfm.Block{F: rfm.Interval{-1, 1}})}},
			[]string{"/segments/0/cells/0/r", "/segments/0/cells/1/r", "/segments/0/cells/2/r", "/segments/0/cells/3/m", "/segments/0/cells/3/fm", "/segments/0/cells/4/f"}},
		{"references", rfm.SegmentsConfig{Bins: two, Rest: "x", Prospects: "y", Segments: []rfm.Segment{seg("a", all...)}}, []string{"/rest", "/prospects"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := rfm.NewSegments(c.cfg)
			wantFaults(t, err, rfm.ErrOption, c.pointers...)
		})
	}
	many := rfm.SegmentsConfig{Bins: two, FirstMatch: true}
	for i := range 255 {
		many.Segments = append(many.Segments, seg(fmt.Sprint(i), all...))
	}
	_, err := rfm.NewSegments(many)
	wantFaults(t, err, rfm.ErrOption, "/segments")
	many.Segments = many.Segments[:254]
	_, err = rfm.NewSegments(many)
	require.NoError(t, err)

	// Gaps and overlaps, cell by cell.
	_, err = rfm.NewSegments(rfm.SegmentsConfig{Bins: two, Segments: []rfm.Segment{
		seg("a", rfm.Block{R: rfm.Interval{1, 1}, F: rfm.Interval{1, 1}}), seg("b", rfm.Block{R: rfm.Interval{1, 1}, M: rfm.Interval{1, 1}}), seg("c", r(2, 2))}})
	var texts []string
	for f := range guanxi.Faults(err) {
		var ce *rfm.CellError
		require.ErrorAs(t, f, &ce)
		texts = append(texts, f.Pointer+" "+ce.Error())
		require.Equal(t, len(ce.Claims) == 0, errors.Is(f, rfm.ErrGap))
		require.Equal(t, len(ce.Claims) > 1, errors.Is(f, rfm.ErrOverlap))
	}
	require.Equal(t, []string{"/segments cell in more than one segment: 111 in a, b", "/segments cell without a segment: 122"}, texts)
	require.ErrorIs(t, err, rfm.ErrGap)
	require.ErrorIs(t, err, rfm.ErrOverlap)
	require.Panics(t, func() { rfm.MustSegments(rfm.SegmentsConfig{}) })
	// Every fault at once: a bad reference does not hide a gap.
	_, err = rfm.NewSegments(rfm.SegmentsConfig{Bins: two, Prospects: "nobody", Segments: []rfm.Segment{seg("a", r(1, 1))}})
	if !errors.Is(err, rfm.ErrOption) || !errors.Is(err, rfm.ErrGap) {
		t.Errorf("of an unknown reference and gaps: %v", err)
	}

	// What is given stays the host's.
	cfg := rfm.Four()
	g := rfm.MustSegments(cfg)
	cfg.Segments[0].Cells[0].R = rfm.Interval{1, 1}
	g.At(1).Cells[0].R = rfm.Interval{1, 1}
	for s, seg := range g.Cells {
		want, _ := rfm.MustSegments(rfm.Four()).Of(s)
		require.Equal(t, want, seg)
	}
	for _, s := range []rfm.Score{{R: 6, F: 1, M: 1}, {R: 1, F: 0, M: 1}, {R: 255, F: 255, M: 255}, {M: 1}} {
		_, ok := g.Of(s)
		require.False(t, ok, s.String())
	}
}

// A preset refuses a number of bins it was not made for.
func TestPresetsRefuseOtherBins(t *testing.T) {
	for name, cfg := range presets() {
		for n := 2; n <= 10; n++ {
			was := cfg.Bins
			cfg.Bins = rfm.EvenBins(n)
			_, err := rfm.NewSegments(cfg)
			if (err == nil) != (n == was.R) {
				t.Errorf("%s on %d bins: %v", name, n, err)
			}
			cfg.Bins = was
		}
	}
}

func TestDegeneratePopulations(t *testing.T) {
	methods := []rfm.ScaleConfig{{}, {Method: rfm.Interpolated}, {Method: rfm.NTile}, {Method: rfm.Mean}, {Nested: true}, {Method: rfm.NTile, Nested: true}, {Method: rfm.Mean, Nested: true}, {Money: rfm.MoneyMean}}
	for _, cfg := range methods {
		// Empty, and members only.
		for n := range 2 {
			a := newAgg(t, rfm.Config{})
			if n == 1 {
				require.NoError(t, a.AddMember(5))
			}
			p := mustPopulation(t, a, asOf)
			_, err := rfm.Fit(p, cfg)
			require.ErrorIs(t, err, rfm.ErrEmpty)
			other := mustFit(t, customersOf(t, rfm.Config{}, []rfm.Values{{Recency: 1, Frequency: 1, Monetary: 1}}), cfg)
			require.Equal(t, make([]rfm.Score, n), append([]rfm.Score{}, mustScores(t, other, p)...))
			g := rfm.MustSegments(rfm.SegmentsConfig{Bins: other.Bins(), Segments: []rfm.Segment{{ID: "all", Cells: []rfm.Block{{}}}}})
			s := mustScoreAll(t, p, other, g)
			checkTable(t, s)
			for _, row := range s.Table().Rows {
				_, ok := row.Share()
				require.Equal(t, n == 1, ok)
				_, ok = row.RevenueShare()
				require.False(t, ok)
			}
			require.Empty(t, s.GroupBy(func(int64) string { return "" })[n:])
			checkMigration(t, s, s)
		}
		// One customer, and all equal: everybody has 1.
		for _, n := range []int{1, 2, 7, 100} {
			p := customersOf(t, rfm.Config{}, slices.Repeat([]rfm.Values{{Recency: 3, Frequency: 2, Monetary: 50}}, n))
			s := mustFit(t, p, cfg)
			for i, score := range mustScores(t, s, p) {
				if cfg.Method == rfm.NTile && n > 1 {
					if want := uint8(i*5/n + 1); n%5 == 0 && !cfg.Nested && score != (rfm.Score{R: want, F: want, M: want}) {
						t.Errorf("%+v, customer %d of %d: %s", cfg, i, n, score)
					}
					continue
				}
				if score.String() != "111" {
					t.Errorf("%+v, %d equal customers: %s", cfg, n, score)
				}
			}
			if got := s.Score(p.Values(0)).String(); got != "111" {
				t.Errorf("%+v, one of %d equal customers alone: %s", cfg, n, got)
			}
		}
	}
	// More bins than distinct values: scores are skipped, none is invented.
	p := customersOf(t, rfm.Config{}, []rfm.Values{{Recency: 3, Frequency: 1, Monetary: 1}, {Recency: 3, Frequency: 1, Monetary: 1}, {Recency: 2, Frequency: 2, Monetary: 2}})
	s := mustFit(t, p, rfm.ScaleConfig{Bins: 10})
	require.Equal(t, "[111 111 777]", fmt.Sprint(mustScores(t, s, p)))
	s = mustFit(t, p, rfm.ScaleConfig{Bins: 10, Method: rfm.NTile})
	require.Equal(t, "[111 222 333]", fmt.Sprint(mustScores(t, s, p)))
}

func TestScoreText(t *testing.T) {
	for _, s := range []rfm.Score{{}, {R: 1, F: 2, M: 3}, {R: 10, F: 9, M: 10}} {
		text, err := s.MarshalText()
		require.NoError(t, err)
		var back rfm.Score
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, s, back)
		require.Equal(t, s.String(), string(text))
	}
	require.Equal(t, "A9A", rfm.Score{R: 10, F: 9, M: 10}.String())
	for _, bad := range []string{"", "11", "1111", "11B", "1a1", "011", "100", "1 1", "１１１"} {
		s := rfm.Score{R: 5}
		require.ErrorIs(t, s.UnmarshalText([]byte(bad)), rfm.ErrOption, bad)
		require.Equal(t, rfm.Score{R: 5}, s)
	}
	require.Equal(t, "recency frequency monetary Dimension(9)", fmt.Sprint(rfm.Recency, " ", rfm.Frequency, " ", rfm.Monetary, " ", rfm.Dimension(9)))
	require.EqualValues(t, 4, rfm.Score{F: 3, M: 4}.FM())
}

// The greatest amounts keep their order, whichever way it is read.
func TestExtremeMoneyIsMonotone(t *testing.T) {
	money := []int64{math.MinInt64, math.MinInt64 + 1, math.MinInt64/2 - 1, math.MinInt64 / 2, math.MinInt64/2 + 1, -1, 0, 1,
		math.MaxInt64 / 2, math.MaxInt64/2 + 1, math.MaxInt64 - 1, math.MaxInt64}
	values := lo.Map(money, func(m int64, i int) rfm.Values { return rfm.Values{Recency: i, Frequency: 1, Monetary: m} })
	p := customersOf(t, rfm.Config{}, values)
	for _, kind := range []rfm.Money{rfm.MoneyTotal, rfm.MoneyMean} {
		for _, reverse := range []bool{false, true} {
			for _, method := range []rfm.Method{rfm.Quantile, rfm.Interpolated, rfm.NTile, rfm.Mean} {
				cfg := rfm.ScaleConfig{Method: method, Money: kind, Monetary: rfm.DimensionConfig{Reverse: reverse}}
				if method != rfm.Mean {
					cfg.Bins = 10
				}
				if method == rfm.NTile && kind == rfm.MoneyMean {
					continue // means too great for half units may count as equal, and NTile splits ties
				}
				s := mustFit(t, p, cfg)
				scores := mustScores(t, s, p)
				for i := 1; i < len(scores); i++ {
					if a, b := scores[i-1].M, scores[i].M; reverse && a < b || !reverse && a > b {
						t.Errorf("%s of %s, reverse %v: %d has %d, %d has %d", method, kind, reverse, money[i-1], a, money[i], b)
					}
				}
			}
		}
	}
}

// MoneyMean is exact against amounts; means between the same two minor units are
// equal.
func TestMeanMoney(t *testing.T) {
	p := customersOf(t, rfm.Config{}, []rfm.Values{{Frequency: 3, Monetary: 3}, {Frequency: 3, Monetary: 4}, {Frequency: 3, Monetary: 5}, {Frequency: 3, Monetary: 6}})
	for at, want := range map[int64]string{0: "[112 112 112 112]", 1: "[111 112 112 112]", 2: "[111 111 111 111]"} {
		b := []rfm.Break{{At: decimal.NewFromInt(99)}}
		s, err := rfm.NewScale(rfm.ScaleConfig{Money: rfm.MoneyMean, Recency: rfm.DimensionConfig{Breaks: b, Reverse: true}, Frequency: rfm.DimensionConfig{Breaks: b},
			Monetary: rfm.DimensionConfig{Breaks: []rfm.Break{{At: decimal.NewFromInt(at)}}}}, "", 0)
		require.NoError(t, err)
		require.Equal(t, want, fmt.Sprint(mustScores(t, s, p)))
	}
	s := mustFit(t, p, rfm.ScaleConfig{Money: rfm.MoneyMean, Bins: 4})
	require.Equal(t, "[111 112 112 114]", fmt.Sprint(mustScores(t, s, p)))
	require.Equal(t, "[1 1.5 1.5]", fmt.Sprint(s.Cuts(rfm.Monetary)[0]))
}

// Shift.Own is about the value that the scale looks at.
func TestOwnValueOfAMove(t *testing.T) {
	cfg := cny(rfm.Orders)
	cfg.KeepCosts = true
	row := func(c int64, h int, amount, cost string) rfm.Purchase[int64] {
		return rfm.Purchase[int64]{Customer: c, At: noon.Add(time.Duration(h) * time.Hour), Amount: dec(amount), Cost: dec(cost)}
	}
	segments := rfm.MustSegments(rfm.SegmentsConfig{Bins: rfm.EvenBins(2), Segments: []rfm.Segment{
		{ID: "low", Cells: []rfm.Block{{M: rfm.Interval{1, 1}}}}, {ID: "high", Cells: []rfm.Block{{M: rfm.Interval{2, 2}}}}}})
	for _, c := range []struct {
		name   string
		money  rfm.Money
		before []rfm.Purchase[int64]
		after  []rfm.Purchase[int64]
		own    bool
	}{
		// A cost comes in later: revenue is as it was, margin is not.
		{"margin", rfm.MoneyMargin, []rfm.Purchase[int64]{row(1, 0, "10", "0"), row(2, 0, "10", "5")}, []rfm.Purchase[int64]{row(1, 24, "0", "9")}, true},
		// Twice the same basket: the mean is as it was, the total is not.
		{"mean", rfm.MoneyMean, []rfm.Purchase[int64]{row(1, 0, "10", "0"), row(2, 0, "5", "0")}, []rfm.Purchase[int64]{row(1, 24, "10", "0"), row(2, 24, "95", "0")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAgg(t, cfg)
			require.NoError(t, a.AddAll(c.before))
			p0 := mustPopulation(t, a, noon.Add(time.Hour))
			require.NoError(t, a.AddAll(c.after))
			p1 := mustPopulation(t, a, noon.Add(25*time.Hour))
			sc := rfm.ScaleConfig{Bins: 2, Money: c.money}
			m, err := rfm.Migrate(mustScoreAll(t, p0, mustFit(t, p0, sc), segments), mustScoreAll(t, p1, mustFit(t, p1, sc), segments))
			require.NoError(t, err)
			n := 0
			for mv := range m.Moves() {
				for _, s := range mv.Moved {
					if mv.Customer == 1 && s.Dimension == rfm.Monetary {
						n++
						if s.Own != c.own {
							t.Errorf("%+v, want own %v", s, c.own)
						}
					}
				}
			}
			require.Equal(t, 1, n, "customer 1 should have moved")
		})
	}
	// On one scale nobody can be moved by others: time passing is his own.
	t.Run("recency", func(t *testing.T) {
		a := newAgg(t, cfg)
		require.NoError(t, a.AddAll([]rfm.Purchase[int64]{row(1, 0, "10", "0")}))
		b := []rfm.Break{{At: dec("30")}}
		s, err := rfm.NewScale(rfm.ScaleConfig{Recency: rfm.DimensionConfig{Breaks: b}, Frequency: rfm.DimensionConfig{Breaks: b}, Monetary: rfm.DimensionConfig{Breaks: b}}, "CNY", 2)
		require.NoError(t, err)
		g := rfm.MustSegments(rfm.SegmentsConfig{Bins: rfm.EvenBins(2), Segments: []rfm.Segment{
			{ID: "gone", Cells: []rfm.Block{{R: rfm.Interval{1, 1}}}}, {ID: "here", Cells: []rfm.Block{{R: rfm.Interval{2, 2}}}}}})
		m, err := rfm.Migrate(mustScoreAll(t, mustPopulation(t, a, noon.AddDate(0, 0, 1)), s, g), mustScoreAll(t, mustPopulation(t, a, noon.AddDate(0, 0, 60)), s, g))
		require.NoError(t, err)
		for mv := range m.Moves() {
			if len(mv.Moved) != 1 || mv.Moved[0].Dimension != rfm.Recency || !mv.Moved[0].Own {
				t.Errorf("%+v: only others moved, and there is nobody else", mv.Moved)
			}
		}
	})
}

// badHash sends every customer to one place.
type badHash struct {
	guanxi.Ints[int64]
	bits uint64
}

func (h badHash) Hash(seed uint64, k int64) uint64 { return h.Ints.Hash(seed, k) & h.bits }

func TestOtherKeys(t *testing.T) {
	// Hashes that collide in the table, in the parts, or altogether.
	batch := bigBatch(rand.New(rand.NewPCG(22, 1)), 5000, 700, false)
	for _, keep := range []rfm.Keep{rfm.Totals, rfm.Orders} {
		for _, w := range []int{1, 3} {
			cfg := rfm.Config{Keep: keep, Workers: w}
			a := newAgg(t, cfg)
			require.NoError(t, a.AddBatch(batch))
			want := mustBytes(t, a)
			for _, bits := range []uint64{0, math.MaxUint32, math.MaxUint32 << 32, 0xf00000000f, 1 << 63} {
				b, err := rfm.NewAggregator(badHash{bits: bits}, cfg)
				require.NoError(t, err)
				require.NoError(t, b.AddBatch(batch))
				if !bytes.Equal(mustBytes(t, b), want) {
					t.Errorf("%s, %d workers, hash bits %x: other bytes", keep, w, bits)
				}
				require.NoError(t, b.UnmarshalBinary(want))
				if !bytes.Equal(mustBytes(t, b), want) {
					t.Errorf("%s, hash bits %x: other bytes after decoding", keep, bits)
				}
			}
		}
	}
	// Text with common beginnings, and 16 bytes.
	type name string
	names := []name{"a", "a\x00", "aaaaaaaa", "aaaaaaaab", "aaaaaaaaa", "b", "\xff", "客户", "客户甲", "aaaaaaaa\x00"}
	s, err := rfm.NewAggregator(guanxi.StringKey[name](), cny(rfm.Orders))
	require.NoError(t, err)
	u, err := rfm.NewAggregator(guanxi.UUIDKey[[16]byte](), cny(rfm.Orders))
	require.NoError(t, err)
	for i, n := range names {
		require.NoError(t, s.Add(rfm.Purchase[name]{Customer: n, At: noon, Amount: decimal.NewFromInt(int64(i))}))
		var id [16]byte
		id[15-i], id[0] = 1, byte(i%2)
		require.NoError(t, u.Add(rfm.Purchase[[16]byte]{Customer: id, At: noon, Amount: decimal.NewFromInt(int64(i))}))
	}
	wantFaults(t, s.Add(rfm.Purchase[name]{At: noon}), rfm.ErrNoCustomer, "/customer")
	wantFaults(t, u.Add(rfm.Purchase[[16]byte]{At: noon}), rfm.ErrNoCustomer, "/customer")
	ps, pu := mustPopulation(t, s, asOf), mustPopulation(t, u, asOf)
	require.Equal(t, slices.Sorted(slices.Values(names)), lo.Map(lo.Range(ps.Len()), func(i, _ int) name { return ps.Key(i) }))
	for i := 1; i < pu.Len(); i++ {
		a, b := pu.Key(i-1), pu.Key(i)
		require.Negative(t, bytes.Compare(a[:], b[:]))
	}
	for i := range ps.Len() {
		at, ok := ps.Find(ps.Key(i))
		require.True(t, ok)
		require.Equal(t, i, at)
	}
	again, err := rfm.NewAggregator(guanxi.StringKey[name](), cny(rfm.Orders))
	require.NoError(t, err)
	require.NoError(t, again.UnmarshalBinary(mustBytes(t, s)))
	require.Equal(t, mustBytes(t, s), mustBytes(t, again))
}

// What is immutable may be shared: meant for -race.
func TestShared(t *testing.T) {
	a := newAgg(t, rfm.Config{Decimals: 2, Workers: 2})
	require.NoError(t, a.AddBatch(bigBatch(rand.New(rand.NewPCG(23, 1)), 20_000, 9000, false)))
	p := mustPopulation(t, a, asOf)
	s := mustFit(t, p, rfm.ScaleConfig{})
	g := rfm.MustSegments(rfm.Eleven())
	scored := mustScoreAll(t, p, s, g)
	m, err := rfm.Migrate(scored, scored)
	require.NoError(t, err)
	want := dumpTable(scored.Table())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s2, _ := rfm.Fit(p, rfm.ScaleConfig{Method: rfm.NTile})
			_, _ = rfm.AppendScores(nil, s2, p)
			again, _ := rfm.ScoreAll(p, s, g)
			if dumpTable(again.Table()) != want {
				t.Error("another table")
			}
			_, _ = json.Marshal(s)
			_, _ = s.Z(p.Values(7))
			_, _ = scored.Gini()
			_ = scored.Pareto(10)
			_ = scored.GroupBy(func(k int64) string { return fmt.Sprint(k % 3) })
			_ = m.Flows()
			for range m.Moves() {
			}
		})
	}
	wg.Wait()
}

func TestHostileBytes(t *testing.T) {
	orders, totals := newAgg(t, cny(rfm.Orders)), newAgg(t, cny(rfm.Totals))
	for _, a := range []*rfm.Aggregator[int64]{orders, totals} {
		require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 5, At: noon, Amount: dec("3")}))
		require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 6, At: noon, Amount: dec("4")}))
		good := mustBytes(t, a)
		for i := range good { // every truncation, every changed byte
			for _, bad := range [][]byte{good[:i], flip(good, i, 0xff), flip(good, i, 1), flip(good, i, 0x80)} {
				err := a.UnmarshalBinary(bad)
				if err == nil {
					if again := mustBytes(t, a); !bytes.Equal(again, bad) {
						t.Errorf("%s, byte %d: decoded %x, encodes to %x", a.Config().Keep, i, bad, again)
					}
					require.NoError(t, a.UnmarshalBinary(good))
					continue
				}
				if !errors.Is(err, rfm.ErrFormat) && !errors.Is(err, rfm.ErrMismatch) {
					t.Errorf("%s, byte %d: %v", a.Config().Keep, i, err)
				}
				if !bytes.Equal(mustBytes(t, a), good) {
					t.Fatalf("%s, byte %d: a refused encoding changed the aggregate", a.Config().Keep, i)
				}
			}
		}
		require.ErrorIs(t, a.UnmarshalBinary(append(slices.Clone(good), 0)), rfm.ErrFormat)
		require.ErrorIs(t, a.UnmarshalBinary(nil), rfm.ErrFormat)
		// Bytes that no aggregate writes: statistics of rows that are not there.
		empty := mustBytes(t, newAgg(t, a.Config()))
		for back, what := range map[int]string{4: "a latest row", 3: "purchases of nothing"} {
			if back == 3 && a == totals {
				continue // Totals cannot be without a customer and have zeros: below
			}
			if err := newAgg(t, a.Config()).UnmarshalBinary(flip(empty, len(empty)-back, 5)); !errors.Is(err, rfm.ErrFormat) {
				t.Errorf("%s without customers, with %s: %v, want %v", a.Config().Keep, what, err, rfm.ErrFormat)
			}
		}
	}
}

func flip(b []byte, i int, by byte) []byte {
	b = slices.Clone(b)
	b[i] ^= by
	return b
}

// A population is a snapshot: it stays as it is whatever happens to the
// aggregate and to the caller's slices.
func TestPopulationIsASnapshot(t *testing.T) {
	for _, keep := range []rfm.Keep{rfm.Orders, rfm.Totals} {
		cfg := rfm.Config{Decimals: 2, Keep: keep, KeepCosts: true}
		a := newAgg(t, cfg)
		batch := bigBatch(rand.New(rand.NewPCG(24, 1)), 3000, 200, false)
		require.NoError(t, a.AddBatch(batch))
		p := mustPopulation(t, a, asOf)
		scored := mustScoreAll(t, p, mustFit(t, p, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Eleven()))
		text, table := dump(p), dumpTable(scored.Table())
		other := bigBatch(rand.New(rand.NewPCG(24, 2)), 5000, 300, false)
		clear(batch.Customer)
		clear(batch.Amount)
		require.NoError(t, a.AddBatch(other))
		a.Reset()
		require.NoError(t, a.AddBatch(other))
		for _, c := range scored.Top(3) {
			c.Segment = "changed"
		}
		require.Equal(t, text, dump(p))
		require.Equal(t, table, dumpTable(scored.Table()))
	}
}

// Zones of one name that are not one zone, and zones that have no stable name.
func TestZonesOfOneName(t *testing.T) {
	cfg := cny(rfm.Orders)
	cfg.Location = mustZone(t, "Asia/Shanghai")
	fake := cfg
	fake.Location = time.FixedZone("Asia/Shanghai", -3600)
	a := newAgg(t, cfg)
	b, err := rfm.NewAggregator(guanxi.IntKey[int64](), fake)
	if err != nil {
		wantFaults(t, err, rfm.ErrOption, "/location")
		return
	}
	if a.Merge(b) == nil {
		t.Error("Asia/Shanghai and a fixed zone that calls itself so merge")
	}
	if a.UnmarshalBinary(mustBytes(t, b)) == nil {
		t.Error("Asia/Shanghai decodes a fixed zone that calls itself so")
	}
}

// Currencies that are no text do not become one currency by being stored.
func TestCurrencyThatIsNoText(t *testing.T) {
	a, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Currency: "\xff"})
	if err != nil {
		wantFaults(t, err, rfm.ErrOption, "/currency")
		return
	}
	b := newAgg(t, rfm.Config{Currency: "\xfe"})
	if a.UnmarshalBinary(mustBytes(t, b)) == nil {
		t.Error("an aggregate of one currency decodes one of another")
	}
}

// asOf is exclusive to the nanosecond, or to the microsecond times are kept to.
func TestAsOfBetweenMicroseconds(t *testing.T) {
	a := newAgg(t, cny(rfm.Orders))
	require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: noon, Amount: dec("1")}))
	if n := mustPopulation(t, a, noon.Add(500)).Len(); n != 1 {
		t.Errorf("a purchase half a microsecond before asOf is left out")
	}
	if n := mustPopulation(t, a, noon).Len(); n != 0 {
		t.Errorf("asOf is not exclusive")
	}
}
