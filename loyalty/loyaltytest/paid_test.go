package loyaltytest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// Points that pay for an order, its refund, and redemptions that are returned after a merge,
// over a store that keeps tables and loads no more than is asked for.
func TestPaidOrders(t *testing.T) {
	at := time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)
	engine := loyalty.MustNew(loyalty.Program{
		Version: 1, Currency: "EUR", Decimals: 2,
		Kinds:    []loyalty.KindConfig{{ID: "points", Spendable: true}},
		Earning:  []loyalty.EarnRule{{ID: "base", Kind: "points", Points: loyalty.Rational{Num: 1, Den: 1}, Per: decimal.NewFromInt(1)}},
		Payments: []loyalty.PaymentRule{{ID: "pay", Kind: "points", Points: 100, Money: decimal.NewFromInt(1)}},
	})
	for name, store := range map[string]loyalty.Store{"rows": newRows(), "memory": new(loyalty.Memory)} {
		s := &loyalty.Service{Engine: engine, Store: store, Now: func() time.Time { return at }}
		ctx := context.Background()
		head := func(k loyalty.Key) loyalty.Header { return loyalty.Header{Key: k, At: at} }
		do := func(id loyalty.AccountID, cmd loyalty.Command) loyalty.Answer {
			t.Helper()
			a, err := s.Do(ctx, id, cmd)
			if err != nil {
				t.Fatalf("%s: %T: %v", name, cmd, err)
			}
			return a
		}
		pay := func(points loyalty.Points, order string) loyalty.Spend {
			return loyalty.Spend{Payment: "pay", Points: points, Amount: decimal.NewFromInt(20), Order: order}
		}
		bill := loyalty.Order{ID: "o", Lines: []loyalty.OrderLine{{ID: "1", Amount: decimal.NewFromInt(20)}}}
		part := []loyalty.RefundLine{{Line: "1", Amount: decimal.NewFromInt(5)}}
		do("a", &loyalty.Adjust{Header: head("1"), Kind: "points", Points: 3000})
		do("a", &loyalty.Redeem{Header: head("p"), Spend: pay(500, "o")})
		do("a", &loyalty.Earn{Header: head("2"), Order: bill})
		do("a", &loyalty.Place{Header: head("3"), Hold: "h", Spend: pay(300, "o")})
		do("a", &loyalty.Capture{Header: head("q"), Hold: "h"})
		do("a", &loyalty.Redeem{Header: head("u"), Spend: pay(1000, "unearned")})
		do("a", &loyalty.Redeem{Header: head("r"), Spend: loyalty.Spend{Kind: "points", Points: 70}})
		back := do("a", &loyalty.Refund{Header: head("4"), Order: "o", Lines: part}).Why.Back
		if len(back.Payments) != 2 || back.Payments[0] != (loyalty.PaymentReturn{Redemption: "q", Kind: "points", Points: 75}) || back.Payments[1].Points != 125 || back.Money != 300 {
			t.Errorf("%s: %+v", name, back)
		}
		if _, err := s.Merge(ctx, "a", &loyalty.MergeOut{Header: head("m"), Into: "b"}); err != nil {
			t.Fatal(name, err)
		}
		back = do("b", &loyalty.Refund{Header: head("5"), Order: "o", Lines: part}).Why.Back
		if len(back.Payments) != 2 || back.Payments[0].Points+back.Payments[1].Points != 200 || back.Money != 300 {
			t.Errorf("%s: %+v", name, back)
		}
		do("b", &loyalty.Return{Header: head("6"), Redemption: "r", Points: 30})
		do("b", &loyalty.Refund{Header: head("7"), Order: "unearned"})
		if _, err := s.Do(ctx, "a", &loyalty.Return{Header: head("8"), Redemption: "r"}); !errors.Is(err, loyalty.ErrMerged) {
			t.Error(name, err)
		}
		if _, err := s.Merge(ctx, "b", &loyalty.MergeOut{Header: head("n"), Into: "c"}); err != nil {
			t.Fatal(name, err)
		}
		do("c", &loyalty.Return{Header: head("9"), Redemption: "r"})
		do("c", &loyalty.Refund{Header: head("10"), Order: "o"})
		if b, err := s.Balance(ctx, "c", "points"); err != nil || b.Available != 3000 {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
	}
}
