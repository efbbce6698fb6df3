package rfm_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
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
			{"no customer", cny(keep), with(func(r *row) { r.Customer = 0 }), "/customer", rfm.ErrCustomer},
			{"no time", cny(keep), with(func(r *row) { r.At = time.Time{} }), "/at", rfm.ErrTime},
			{"no time in another zone", cny(keep), with(func(r *row) { r.At = time.Time{}.In(time.FixedZone("", 3600)) }), "/at", rfm.ErrTime},
			{"year 0", cny(keep), with(func(r *row) { r.At = day(0, 12, 31) }), "/at", rfm.ErrTime},
			{"year 10000", cny(keep), with(func(r *row) { r.At = day(10000, 1, 1) }), "/at", rfm.ErrTime},
			{"year 300000", cny(keep), with(func(r *row) { r.At = day(300000, 1, 1) }), "/at", rfm.ErrTime},
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
				var be *guanxi.BatchError
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
		want := []string{"/1/customer: no customer", "/2/at: " + rfm.ErrTime.Error(), "/3/at: " + rfm.ErrTime.Error(),
			"/4/amount: out of range", "/5/amount: " + rfm.ErrRefund.Error(), "/6/cost: out of range", "/7/at: " + rfm.ErrTime.Error()}
		require.Equal(t, want, faultTexts(err), keep)
		require.Equal(t, 1, a.Len())
		var be *guanxi.BatchError
		require.ErrorAs(t, err, &be)
		require.Equal(t, 7, be.Refused)
		require.True(t, strings.HasPrefix(err.Error(), "rfm: 7 rows refused: /1/customer: no customer; "), be.Error())
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
			var be *guanxi.BatchError
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
	require.ErrorIs(t, err, rfm.ErrCustomer)
	require.ElementsMatch(t, []string{"/0/customer: no customer", "/2: connection lost"}, faultTexts(err))
	require.Equal(t, 1, a.Len())
	require.NoError(t, a.AddSeq(func(func(rfm.Purchase[int64], error) bool) {}))
}
