package coupon

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func BenchmarkAppendCodes(b *testing.B) {
	const n = 1_000_000
	for _, cfg := range []CodeConfig{{}, {Prefix: "SPRNG", Length: 16}} {
		b.Run(fmt.Sprintf("n=1e6/length=%d", len(cfg.Prefix)+max(cfg.Length, 12)), func(b *testing.B) {
			c, err := NewCodes(cfg, secret)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			var dst []Code
			for b.Loop() {
				if dst, err = c.AppendCodes(dst[:0], 0, n); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/code")
		})
	}
}

func BenchmarkParse(b *testing.B) {
	c, err := NewCodes(CodeConfig{}, secret)
	if err != nil {
		b.Fatal(err)
	}
	code, _ := c.Code(12345)
	typed := c.Format(code)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := c.Parse(typed); err != nil {
			b.Fatal(err)
		}
	}
}

// twelve is coupons that mostly go together: 4,096 combinations.
func twelve(tb testing.TB, n, lines int) (*Catalogue, Basket, []Coupon) {
	rng := rand.New(rand.NewPCG(1, 1))
	var defs []Definition
	var coupons []Coupon
	for i := range n {
		d := Definition{ID: fmt.Sprint(i), Version: 1, Currency: "CNY", Decimals: 2, Stacking: Stacking{Max: n, Order: rng.IntN(4)}}
		if i%2 == 0 {
			d.Benefit = Benefit{Kind: Percent, Percent: decimal.New(int64(1+rng.IntN(15)), 0)}
		} else {
			d.Benefit = Benefit{Kind: Amount, Amount: decimal.New(int64(1+rng.IntN(40)), 0)}
		}
		if i%3 == 0 {
			d.Scope.Groups.Include = []string{fmt.Sprint("g", rng.IntN(3))}
		}
		d.Minimum.Amount = decimal.New(int64(rng.IntN(300)), 0)
		defs, coupons = append(defs, d), append(coupons, issued(d, Code(fmt.Sprint("C", i))))
	}
	b := Basket{Currency: "CNY", Decimals: 2, Delivery: dec("12")}
	for i := range lines {
		b.Lines = append(b.Lines, Line{ID: fmt.Sprint(i), Groups: []string{fmt.Sprint("g", i%3)}, Amount: decimal.New(int64(500+rng.IntN(9000)), -2)})
	}
	c, err := New(defs...)
	if err != nil {
		tb.Fatal(err)
	}
	return c, b, coupons
}

func BenchmarkBest(b *testing.B) {
	for _, tt := range []struct{ coupons, lines int }{{3, 5}, {12, 5}, {12, 20}, {40, 10}} {
		b.Run(fmt.Sprintf("coupons=%d/lines=%d", tt.coupons, tt.lines), func(b *testing.B) {
			c, basket, coupons := twelve(b, tt.coupons, tt.lines)
			b.ReportAllocs()
			for b.Loop() {
				r, err := c.Best(basket, coupons, noon)
				if err != nil || tt.coupons <= ExactCoupons && !r.Exact {
					b.Fatal(err, r.Exact)
				}
			}
		})
	}
}

func BenchmarkDecide(b *testing.B) {
	plain := off("x", "5")
	limited := plain
	limited.Limits = Limits{Redeemed: 1000, RedeemedPerCustomer: 3}
	for _, d := range []Definition{plain, limited} {
		for _, action := range []Action{Reserve, Redeem} {
			b.Run(fmt.Sprintf("%s/counters=%d", action, d.Limits.RedeemedPerCustomer/3*2), func(b *testing.B) {
				w := newWorld(b, d)
				w.ok(Command{Action: Issue, Code: "A", Definition: "x", Customer: "li"}, noon)
				if action == Redeem {
					w.ok(order(Reserve, "A", "o"), noon)
				}
				cmd := Command{Key: "k", Action: action, Code: "A", Order: "o"}
				s := w.state(cmd)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := w.c.Decide(s, cmd, noon); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// One command each: load, decide, commit in memory, all over one hot counter.
func BenchmarkService(b *testing.B) {
	d := off("x", "5")
	d.Limits.Redeemed = 1 << 40
	s := Service{Catalogue: mustCatalogue(b, d), Store: new(Memory)}
	ctx, n := context.Background(), 0
	b.ReportAllocs()
	for b.Loop() {
		id := fmt.Sprint(n / 3)
		cmd := Command{Key: fmt.Sprint(n), Code: Code(id)}
		switch n % 3 {
		case 0:
			cmd.Action, cmd.Definition = Issue, "x"
		case 1:
			cmd.Action, cmd.Order = Reserve, id
		case 2:
			cmd.Action, cmd.Order = Redeem, id
		}
		if _, err := s.Do(ctx, cmd, noon.Add(time.Duration(n)*time.Millisecond)); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "commands/s")
}
