package rfmbeam_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/rfmbeam"
)

// columns is a log in chunks of columns.
func columns(rows, customers, size int, refs bool) (out []rfmbeam.Chunk[int64]) {
	rng := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	for at := 0; at < rows; at += size {
		n := min(size, rows-at)
		k := rfmbeam.Chunk[int64]{Source: "orders", First: int64(at)}
		for i := range n {
			k.Rows.Customer = append(k.Rows.Customer, 1+rng.Int64N(int64(customers)))
			k.Rows.At = append(k.Rows.At, start+rng.Int64N(365*86400_000000))
			k.Rows.Amount = append(k.Rows.Amount, 100+rng.Int64N(100_000))
			if refs {
				k.Rows.Order = append(k.Rows.Order, fmt.Sprintf("A%d", at+i))
			}
		}
		out = append(out, k)
	}
	return out
}

// BenchmarkPipeline times 1,000,000 orders of 100,000 customers, from chunks to the
// segment table, on the runner inside this process and beside it in memory.
func BenchmarkPipeline(b *testing.B) {
	const rows, customers = 1_000_000, 100_000
	asOf := time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		refs bool
		cfg  rfmbeam.Config
	}{
		{"keep=totals", false, rfmbeam.Config{Orders: rfm.Config{Currency: "CNY", Decimals: 2, Keep: rfm.Totals}}},
		{"keep=orders/own_references", false, rfmbeam.Config{Orders: rfm.Config{Currency: "CNY", Decimals: 2}, OwnReferences: true}},
		{"keep=orders/no_references", false, rfmbeam.Config{Orders: rfm.Config{Currency: "CNY", Decimals: 2}}},
		{"keep=orders/references", true, rfmbeam.Config{Orders: rfm.Config{Currency: "CNY", Decimals: 2}}},
		{"keep=totals/no_side_inputs", false, rfmbeam.Config{Orders: rfm.Config{Currency: "CNY", Decimals: 2, Keep: rfm.Totals}, NoSideInputs: true}},
	} {
		c.cfg.AsOf = asOf
		list := columns(rows, customers, 1<<16, c.refs)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			memory := time.Duration(1 << 62)
			var want *rfm.Table
			for range 3 {
				begun := time.Now()
				want = tableInMemory(b, c.cfg, list)
				memory = min(memory, time.Since(begun))
			}
			best := time.Duration(1 << 62)
			for b.Loop() {
				r := newRun()
				res, err := rfmbeam.Segment[int64](r.s, c.cfg, chunks(r, list, false))
				if err != nil {
					b.Fatal(err)
				}
				table := take[*rfm.Table](r, "table", res.Table)
				begun := time.Now()
				r.must(b)
				best = min(best, time.Since(begun))
				if got := table(); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
					b.Fatal("not the table of memory")
				}
			}
			b.ReportMetric(float64(best.Nanoseconds())/rows, "ns/order")
			b.ReportMetric(float64(memory.Milliseconds()), "memory-ms")
			b.ReportMetric(float64(best)/float64(memory), "times-memory")
		})
	}
}

func tableInMemory(b testing.TB, cfg rfmbeam.Config, list []rfmbeam.Chunk[int64]) *rfm.Table {
	b.Helper()
	agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), cfg.Orders)
	if err != nil {
		b.Fatal(err)
	}
	for _, k := range list {
		if err := agg.AddBatch(k.Rows); err != nil {
			b.Fatal(err)
		}
	}
	pop, err := agg.Population(cfg.AsOf)
	if err != nil {
		b.Fatal(err)
	}
	scale, err := rfm.Fit(pop, cfg.Scale)
	if err != nil {
		b.Fatal(err)
	}
	scored, err := rfm.ScoreAll(pop, scale, rfm.MustSegments(rfm.Eleven()))
	if err != nil {
		b.Fatal(err)
	}
	return scored.Table()
}
