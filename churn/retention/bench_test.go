package retention_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/retention"
)

func log(n, customers int, months int) (b retention.Batch[int64], asOf time.Time) {
	r := rand.New(rand.NewPCG(7, 8))
	from := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	asOf = from.AddDate(0, months, 0)
	span := asOf.Sub(from).Microseconds()
	for range n {
		b.Customer = append(b.Customer, 1+r.Int64N(int64(customers)))
		b.At = append(b.At, from.UnixMicro()+r.Int64N(span))
	}
	return b, asOf
}

// 10,000,000 activities in no order × 24 months, from nothing to the table.
func BenchmarkCohorts(b *testing.B) {
	const n = 10_000_000
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		b.Skip("no time zone data")
	}
	from := time.Date(2024, 1, 1, 12, 0, 0, 0, loc)
	for _, customers := range []int{100_000, 1_000_000} {
		rows, asOf := log(n, customers, 24)
		for _, cfg := range []retention.Config{
			{Unit: retention.Month, From: from, Periods: 24, Location: loc},
			{Unit: retention.Day, From: from, Periods: 732, Location: loc, Rule: retention.Unbounded},
			{Unit: retention.Month, From: from, Periods: 24, Location: loc, Window: retention.Rolling, Days: 30},
		} {
			if customers > 100_000 && (cfg.Unit == retention.Day || cfg.Window == retention.Rolling) {
				continue // the first size says enough, in less memory
			}
			b.Run(fmt.Sprintf("n=1e7/customers=%d/%s×%d/%s", customers, cfg.Unit, cfg.Periods, cfg.Window.Label(guanxi.EN)), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					c, err := retention.NewCohorts(guanxi.IntKey[int64](), cfg)
					if err != nil {
						b.Fatal(err)
					}
					if err := c.AddBatch(rows); err != nil {
						b.Fatal(err)
					}
					if _, err := c.Table(asOf); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/activity")
			})
		}
	}
}

func BenchmarkMovement(b *testing.B) {
	m, err := retention.NewMovement("CNY", 2)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Reset()
		for i := range int64(1_000_000) {
			if err := m.AddMinor(i%7*100, i%5*100, i%2 == 0); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/customer")
}
