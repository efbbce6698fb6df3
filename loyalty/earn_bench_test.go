package loyalty

import (
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

func yuan(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// noon is a time in the middle of 2025 in UTC.
func noon() Instant { return InstantOf(time.Date(2025, 6, 18, 12, 0, 0, 0, time.UTC)) }

func plainProgram1() Program {
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return Program{
		Version: 1, Decimals: 2, Location: loc,
		Kinds: []KindConfig{{
			ID: "points", Spendable: true, Pending: PendingRule{Span: guanxi.Span{Days: 7}},
			Expiry: ExpiryRule{Mode: ExpireEndOf, Period: PerYear, Span: guanxi.Span{Months: 12}},
		}},
		Earning: []EarnRule{{ID: "base", Kind: "points", Points: Rational{1, 1}, Per: yuan("10")}},
	}
}

func mustCompile(t testing.TB, p Program) *rules {
	t.Helper()
	r, err := compile(&p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// BenchmarkEarnOrder is the awards, lots and record of an order.
func BenchmarkEarnOrder(b *testing.B) {
	rich := plainProgram1()
	rich.Kinds = append(rich.Kinds, KindConfig{ID: "growth", Tiers: true})
	rich.Earning = append(rich.Earning,
		EarnRule{ID: "wine", Kind: "points", Points: Rational{3, 2}, Per: yuan("10"), Match: Match{Groups: []string{"wine"}}},
		EarnRule{ID: "growth", Kind: "growth", Points: Rational{1, 1}, Per: yuan("1")})
	rich.Campaigns = []Campaign{
		{ID: "double", Kind: "points", Multiplier: Rational{2, 1}, Match: Match{Channels: []string{"app"}}},
		{ID: "bonus", Kind: "points", Bonus: 100, Match: Match{MinOrder: yuan("200")}},
	}
	rich.Caps = []CapRule{{ID: "day", Kind: "points", Per: CapDay, Points: 500}}
	for _, bm := range []struct {
		name  string
		p     Program
		lines int
	}{{"plain/lines=1", plainProgram1(), 1}, {"plain/lines=3", plainProgram1(), 3}, {"rich/lines=3", rich, 3}} {
		b.Run(bm.name, func(b *testing.B) {
			r := mustCompile(b, bm.p)
			o := Order{ID: "o1", Channel: "app"}
			for i := range bm.lines {
				o.Lines = append(o.Lines, OrderLine{ID: string(rune('a' + i)), Groups: []string{"wine", "food"}, Amount: yuan("129.90")})
			}
			var e earning
			s := situation{at: noon()}
			b.ReportAllocs()
			for b.Loop() {
				if err := r.order(&e, &o, &s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
