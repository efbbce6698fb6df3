package rfm_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/shopspring/decimal"
)

func ExampleAggregator_Histories() {
	agg, _ := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Decimals: 2})
	day := func(d int) time.Time { return time.Date(2026, 3, d, 12, 0, 0, 0, time.UTC) }
	_ = agg.AddAll([]rfm.Purchase[string]{
		{Customer: "Li", At: day(9), Amount: decimal.RequireFromString("30.00")},
		{Customer: "Li", At: day(2), Amount: decimal.RequireFromString("80.00"), Order: "A1"},
		{Customer: "Li", At: day(4), Amount: decimal.RequireFromString("-15.50"), Order: "A1"},
	})
	for h, err := range agg.Histories(day(31)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, s := range h.Sales {
			fmt.Println(h.Customer, time.UnixMicro(s.At).UTC().Format(time.DateOnly), s.Amount)
		}
	}
	// Output:
	// Li 2026-03-02 6450
	// Li 2026-03-09 3000
}

// A history holds the purchases that a population counts, and their money.
func TestHistoriesAgreeWithPopulation(t *testing.T) {
	for _, cfg := range []rfm.Config{
		{Decimals: 2}, {Decimals: 2, Refunds: rfm.RefundSubtract}, {Decimals: 2, Zero: rfm.ZeroCounts}, {Decimals: 2, KeepCosts: true, Refunds: rfm.RefundSubtract},
	} {
		agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), cfg)
		if err != nil {
			t.Fatal(err)
		}
		batch := makeOrders(5_000, 400)
		batch.Order, batch.Cost = make([]string, 5_000), make([]int64, 5_000)
		for i := range batch.Customer {
			batch.Cost[i] = batch.Amount[i] / 3
			switch i % 7 {
			case 0:
				batch.Order[i] = fmt.Sprint("o", i)
			case 1: // a part, or all, of the order before; mostly somebody else's
				batch.Order[i], batch.Amount[i] = fmt.Sprint("o", i-1), -batch.Amount[i-1]/int64(1+i%2)
				batch.Customer[i], batch.At[i] = batch.Customer[i-1], batch.At[i-1]+1
			case 2:
				batch.Amount[i] = -batch.Amount[i]
			case 3:
				batch.Amount[i] = 0
			}
		}
		if err := agg.AddBatch(batch); err != nil {
			t.Fatal(err)
		}
		asOf := benchAsOf.AddDate(0, -6, 0)
		pop, err := agg.Population(asOf)
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for h, err := range agg.Histories(asOf) {
			if err != nil {
				t.Fatal(err)
			}
			i, ok := pop.Find(h.Customer)
			if !ok || pop.Values(i).Prospect {
				t.Fatalf("%+v: customer %d is not in the population", cfg, h.Customer)
			}
			seen++
			var money, margin, last int64
			for j, s := range h.Sales {
				money, margin = money+s.Amount, margin+s.Margin
				if s.At < last || s.At >= asOf.UnixMicro() {
					t.Fatalf("sale %d out of order or of the future", j)
				}
				last = s.At
			}
			for _, s := range h.Loose {
				money, margin = money+s.Amount, margin+s.Margin
			}
			want := pop.Values(i)
			if int64(len(h.Sales)) != want.Frequency {
				t.Fatalf("%+v: customer %d: %d sales, want %d", cfg, h.Customer, len(h.Sales), want.Frequency)
			}
			// Zeros that do not count, and orders refunded wholly, have money 0 left or
			// are over-refunded, which a history does not show.
			if cfg.Refunds == rfm.RefundSubtract && money != want.Monetary {
				t.Fatalf("%+v: customer %d: money %d, want %d", cfg, h.Customer, money, want.Monetary)
			}
			if m, ok := pop.Margin(i); ok && cfg.Refunds == rfm.RefundSubtract && margin != m {
				t.Fatalf("margin %d, want %d", margin, m)
			}
		}
		buyers := 0
		for _, v := range pop.All() {
			if !v.Prospect {
				buyers++
			}
		}
		if seen != buyers || seen == 0 {
			t.Errorf("%+v: %d histories of %d customers", cfg, seen, buyers)
		}
	}
}

func TestHistoriesRefuse(t *testing.T) {
	totals, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Keep: rfm.Totals})
	if err != nil {
		t.Fatal(err)
	}
	first := func(agg *rfm.Aggregator[int64], asOf time.Time) error {
		for _, err := range agg.Histories(asOf) {
			return err
		}
		return nil
	}
	if err := first(totals, benchAsOf); !errors.Is(err, rfm.ErrNeedsOrders) {
		t.Errorf("Totals: %v", err)
	}
	if err := first(totals, time.Time{}); !errors.Is(err, rfm.ErrTime) {
		t.Errorf("no asOf: %v", err)
	}
	orders, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Refunds: rfm.RefundSubtract})
	if err != nil {
		t.Fatal(err)
	}
	const huge = 1<<63 - 1
	if err := orders.AddBatch(rfm.Batch[int64]{
		Customer: []int64{1, 1, 1}, At: []int64{1, 2, 3}, Amount: []int64{1, -huge, -huge}, Order: []string{"A", "A", "A"},
	}); err != nil {
		t.Fatal(err)
	}
	if err := first(orders, benchAsOf); !errors.Is(err, rfm.ErrOverflow) {
		t.Errorf("overflow: %v", err)
	}
}
