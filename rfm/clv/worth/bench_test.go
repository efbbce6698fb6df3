package worth_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm/clv/worth"
	"github.com/shopspring/decimal"
)

func perRow(b *testing.B, n int, what string) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/"+what)
}

func BenchmarkAppraise(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		rng := rand.New(rand.NewPCG(1, 1))
		customers := make([]worth.Customer[int], n)
		referrals := make([]referral, 0, n)
		for i := range customers {
			customers[i] = worth.Customer[int]{Customer: i + 1, Consumption: decimal.New(rng.Int64N(1e6), -2), Score: decimal.New(rng.Int64N(10), 0)}
			if i > 0 {
				referrals = append(referrals, referral{Referrer: 1 + rng.IntN(i), Referred: i + 1})
			}
		}
		cfg := worth.Config{Decimals: 2, Decay: decs("0.5", "0.25", "0.1"), Point: dec("3")}
		b.Run("n="+decimal.NewFromInt(int64(n)).String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := worth.Appraise(guanxi.IntKey[int](), customers, referrals, cfg); err != nil {
					b.Fatal(err)
				}
			}
			perRow(b, n, "customer")
		})
	}
}

func BenchmarkLedger(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	const n = 100_000
	rows := make([]entry, n)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range rows {
		rows[i] = entry{Customer: 1 + rng.IntN(n/10), At: at.AddDate(0, 0, i*365/n), Revenue: decimal.New(rng.Int64N(1e5), -2)}
	}
	l := ledger(b, worth.LedgerConfig{Decimals: 2})
	b.ReportAllocs()
	for b.Loop() {
		l.Reset()
		if err := l.AddAll(rows); err != nil {
			b.Fatal(err)
		}
	}
	perRow(b, n, "entry")
}

func BenchmarkTiers(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	const n = 100_000
	values := make([]float64, n)
	for i := range values {
		values[i] = rng.ExpFloat64()
	}
	tiers := worth.MustTiers(worth.TiersConfig{})
	var dst []int
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = tiers.AppendEstimates(dst[:0], values)
	}
	perRow(b, n, "customer")
}
