package migration_test

import (
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

// manyJournals is about a million stays of customers of two years, and where
// each customer's begin.
func manyJournals(n int) (stays []migration.Stay, customers []int) {
	rng := rand.New(rand.NewPCG(51, 1))
	for len(stays) < n {
		customers = append(customers, len(stays))
		stays = append(stays, journal(rng, 6, us(day(2023, 12, 1)), us(day(2026, 1, 1)))...)
	}
	return stays, append(customers, len(stays))
}

func BenchmarkCounts(b *testing.B) {
	stays, customers := manyJournals(1_000_000)
	for _, p := range []migration.Period{migration.Week, migration.Month, migration.Quarter} {
		b.Run("stays=1e6/stages=6/period="+string(p), func(b *testing.B) {
			c := must(migration.NewCounts(migration.Config{Stages: ids(6), Period: p, Since: day(2024, 1, 1), Until: day(2026, 1, 1)}))
			b.ReportAllocs()
			for b.Loop() {
				c.Reset()
				for i, to := range customers[1:] {
					if err := c.Add(stays[customers[i]:to]); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(stays)), "ns/stay")
		})
	}
}

func BenchmarkFunnel(b *testing.B) {
	rng := rand.New(rand.NewPCG(52, 1))
	var customers [][]migration.Event
	var until []int64
	n := 0
	for n < 1_000_000 {
		e, u := randomEvents(rng, 4)
		customers, until = append(customers, e), append(until, u)
		n += len(e)
	}
	for _, order := range []migration.Order{migration.Loose, migration.Strict} {
		b.Run("events=1e6/steps=4/order="+string(order), func(b *testing.B) {
			f := must(migration.NewFunnel(migration.FunnelConfig{Steps: steps(4), Window: guanxi.Span{Days: 7}, Order: order}))
			b.ReportAllocs()
			for b.Loop() {
				f.Reset()
				for i, e := range customers {
					if err := f.Add(e, until[i]); err != nil {
						b.Fatal(err)
					}
				}
				f.Total()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/event")
		})
	}
}

func BenchmarkChain(b *testing.B) {
	const n = 8
	rng := rand.New(rand.NewPCG(53, 1))
	counts := make([][]int64, n)
	e := migration.Economics{Rewards: make([]float64, n), Discount: 0.01}
	start := make([]int64, n)
	for i := range counts {
		counts[i] = make([]int64, n)
		for j := range counts[i] {
			counts[i][j] = 1 + rng.Int64N(1000)
		}
		e.Rewards[i], start[i] = 10*rng.NormFloat64(), 100
	}
	table := must(migration.NewTable(ids(n), counts))
	m := must(table.Estimate(migration.EstimateConfig{PerCell: 0.5})).Matrix()
	for name, f := range map[string]func() error{
		"Estimate/wilson": func() error { _, err := table.Estimate(migration.EstimateConfig{}); return err },
		"Estimate/beta":   func() error { _, err := table.Estimate(migration.EstimateConfig{PerCell: 0.5}); return err },
		"Passage":         func() error { _, err := m.Passage("s0"); return err },
		"ValueForever":    func() error { _, err := m.ValueForever(e); return err },
		"ValueWithin/T=24": func() error {
			_, err := m.ValueWithin(24, e)
			return err
		},
		"StopRule": func() error { _, err := m.StopRule(e, "s0"); return err },
		"Forecast/periods=12": func() error {
			_, err := m.Forecast(migration.ForecastConfig{Start: start, Periods: 12})
			return err
		},
	} {
		b.Run(name+"/stages=8", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
