package clv_test

import (
	"fmt"
	"math"
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
			if _, err := clv.FromPurchases(agg, end, clv.RowConfig{Unit: clv.Week}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/order")
	})
}

// BenchmarkFitCDNOW fits 2,357 customers, 1,016 distinct rows.
func BenchmarkFitCDNOW(b *testing.B) {
	rows, _, _ := cdnowSummary(b)
	for _, kind := range []clv.Kind{clv.KindMBGNBD, clv.KindBGNBD, clv.KindParetoNBD, clv.KindSarmanov} {
		b.Run(string(kind), func(b *testing.B) { benchFit(b, rows, kind, 1) })
	}
	b.Run("gammagamma", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := clv.FitSpend(rows, clv.TuningConfig{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchFit(b *testing.B, rows clv.Rows, kind clv.Kind, workers int) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := clv.FitModel(rows, clv.FitConfig{Model: kind, Workers: workers}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows.List)), "ns/customer")
}

// BenchmarkFit fits 100,000 customers whose rows all differ.
func BenchmarkFit(b *testing.B) {
	const n = 100_000
	for _, kind := range []clv.Kind{clv.KindBGNBD, clv.KindMBGNBD, clv.KindParetoNBD} {
		rows := simulate(b, kind, nil, clv.SimulateConfig{Customers: n, Seed: 1, Age: 78, Joining: 52}, ordinary[kind]...).Rows
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", kind, workers), func(b *testing.B) { benchFit(b, rows, kind, workers) })
		}
	}
}

// BenchmarkScale fits more and more customers who bought on whole days, as real
// ones do: rows repeat. It wants hundreds of megabytes at 10,000,000.
func BenchmarkScale(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000, 10_000_000} {
		b.Run(fmt.Sprintf("customers=%d", n), func(b *testing.B) {
			if n > 1_000_000 && !long() {
				b.Skip("GUANXI_LONG")
			}
			rows := simulate(b, clv.KindMBGNBD, nil, clv.SimulateConfig{Customers: n, Seed: 1, Age: 78, Joining: 52}, ordinary[clv.KindMBGNBD]...).Rows
			for i := range rows.List { // to whole days
				r := &rows.List[i]
				r.Age = math.Ceil(7*r.Age) / 7
				r.LastPurchaseAge = math.Ceil(7*r.LastPurchaseAge) / 7
			}
			b.ResetTimer()
			benchFit(b, rows, clv.KindMBGNBD, 1)
		})
	}
}

// BenchmarkPredict asks about 100,000 customers at a time.
func BenchmarkPredict(b *testing.B) {
	const n = 100_000
	g := clv.GammaGamma{P: 6.25, Q: 3.74, V: 15.44}
	for _, kind := range []clv.Kind{clv.KindMBGNBD, clv.KindBGNBD, clv.KindParetoNBD} {
		p := mustPredictor(b, clv.Week, kind, ordinary[kind]...)
		rows := simulate(b, kind, &g, clv.SimulateConfig{Customers: n, Seed: 1, Age: 78, Joining: 52}, ordinary[kind]...).Rows
		spend, err := g.AppendSpend(nil, rows)
		if err != nil {
			b.Fatal(err)
		}
		dst, values := make([]float64, 0, n), make([]clv.Value, 0, n)
		run := func(name string, f func() error) {
			b.Run(string(kind)+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/customer")
			})
		}
		run("PAlive", func() error { _, err := p.AppendPAlive(dst, rows, 0); return err })
		run("Expected", func() error { _, err := p.AppendExpected(dst, rows, 39); return err })
		run("DERT", func() error { _, err := p.AppendDERT(dst, rows, 0.003); return err })
		run("Value12", func() error {
			_, err := p.AppendValues(values, rows, spend, clv.ValueConfig{Horizon: 12, Discount: 0.01})
			return err
		})
	}
}
