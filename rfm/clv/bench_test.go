package clv_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// orders is a seeded log of n orders of n/10 customers over two years.
func orders(n int) (rfm.Batch[int64], time.Time) {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	end := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	b := rfm.Batch[int64]{Customer: make([]int64, n), At: make([]int64, n), Amount: make([]int64, n)}
	for i := range n {
		b.Customer[i] = 1 + int64(rng.ExpFloat64()*float64(n)/30)
		b.At[i] = end.UnixMicro() - 1 - rng.Int64N(730*86400_000000)
		b.Amount[i] = 100 + rng.Int64N(20000)
	}
	return b, end
}

// BenchmarkRows is an order log to rows: aggregation and all.
func BenchmarkRows(b *testing.B) {
	const n = 1_000_000
	batch, end := orders(n)
	b.Run(fmt.Sprintf("orders=%d", n), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Decimals: 2})
			if err != nil {
				b.Fatal(err)
			}
			if err := agg.AddBatch(batch); err != nil {
				b.Fatal(err)
			}
			if _, err := clv.FromPurchases(agg, clv.RowConfig{Unit: clv.Week}, end); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/order")
	})
}
