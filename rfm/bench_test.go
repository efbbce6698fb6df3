package rfm_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
)

var benchAsOf = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

// makeOrders is a seeded order log of the three years before benchAsOf:
// customers 1..customers with gamma distributed rates, log-normal baskets.
func makeOrders(orders, customers int) rfm.Batch[int64] {
	rng := rand.New(rand.NewPCG(7, uint64(orders)))
	b := rfm.Batch[int64]{Customer: make([]int64, orders), At: make([]int64, orders), Amount: make([]int64, orders)}
	// A customer's share of the orders is exponential in a fixed random draw.
	cum := make([]float64, customers)
	sum := 0.0
	for i := range cum {
		sum += 0.1 + rng.ExpFloat64()
		cum[i] = sum
	}
	end := benchAsOf.UnixMicro()
	const span = 3 * 365 * 86400_000000
	// Draw customers by stratified inversion, then shuffle by time.
	j := 0
	for i := range orders {
		u := (float64(i) + rng.Float64()) / float64(orders) * sum
		for cum[j] < u && j < customers-1 {
			j++
		}
		b.Customer[i] = int64(j + 1)
		b.At[i] = end - 1 - rng.Int64N(span)
		b.Amount[i] = int64(math.Exp(3.2+0.8*rng.NormFloat64())*100) + 1
	}
	rng.Shuffle(orders, func(i, k int) { b.Customer[i], b.Customer[k] = b.Customer[k], b.Customer[i] })
	return b
}

func BenchmarkPipe(b *testing.B) {
	batch := makeOrders(10_000_000, 1_000_000)
	for _, w := range []int{1, 2} {
		b.Run(fmt.Sprintf("cores=%d", w), func(b *testing.B) {
			b.ReportAllocs()
			var t [5]time.Duration
			for b.Loop() {
				t0 := time.Now()
				a, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Decimals: 2, Keep: rfm.Totals, Workers: w})
				if err != nil {
					b.Fatal(err)
				}
				if err := a.AddBatch(batch); err != nil {
					b.Fatal(err)
				}
				t[0] += time.Since(t0)
				t0 = time.Now()
				p, err := a.Population(benchAsOf)
				if err != nil {
					b.Fatal(err)
				}
				t[1] += time.Since(t0)
				t0 = time.Now()
				s, err := rfm.Fit(p, rfm.ScaleConfig{})
				if err != nil {
					b.Fatal(err)
				}
				t[2] += time.Since(t0)
				t0 = time.Now()
				if _, err := rfm.AppendScores(nil, s, p); err != nil {
					b.Fatal(err)
				}
				t[3] += time.Since(t0)
			}
			for i := range t {
				b.ReportMetric(float64(t[i].Milliseconds())/float64(b.N), fmt.Sprintf("ms%d", i))
			}
		})
	}
}
