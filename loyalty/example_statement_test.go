package loyalty_test

import (
	"context"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// A quarter of a customer. What time did stands where it happened, though nobody has swept:
// the points of an order become available a week later, and expire with the 90th day.
func ExampleNewStatement() {
	now := time.Date(2026, 1, 20, 9, 0, 0, 0, time.UTC)
	s := &loyalty.Service{
		Engine: loyalty.MustNew(loyalty.Program{
			Version: 1, Currency: "EUR", Decimals: 2,
			Kinds: []loyalty.KindConfig{{
				ID: "points", Spendable: true,
				Pending: loyalty.PendingRule{Span: guanxi.MustParseSpan("P7D")},
				Expiry:  loyalty.ExpiryRule{Mode: loyalty.ExpireSpan, Span: guanxi.MustParseSpan("P90D")},
			}},
			Earning: []loyalty.EarnRule{{ID: "base", Kind: "points", Points: loyalty.Rational{Num: 1, Den: 1}, Per: decimal.NewFromInt(1)}},
		}),
		Store: new(loyalty.Memory),
		Now:   func() time.Time { return now },
	}
	ctx := context.Background()
	do := func(days int, cmd func(loyalty.Header) loyalty.Command) {
		now = now.AddDate(0, 0, days)
		if _, err := s.Do(ctx, "anna", cmd(loyalty.Header{Key: loyalty.Key(now.Format(time.DateOnly)), At: now})); err != nil {
			fmt.Println(err)
		}
	}
	do(0, func(h loyalty.Header) loyalty.Command { return &loyalty.Earn{Header: h, Order: bill("order-1", 300)} })
	do(80, func(h loyalty.Header) loyalty.Command { return &loyalty.Earn{Header: h, Order: bill("order-2", 200)} })
	do(3, func(h loyalty.Header) loyalty.Command {
		return &loyalty.Redeem{Header: h, Spend: loyalty.Spend{Kind: "points", Points: 120}}
	})

	from, to := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	journal := loyalty.EachEntry(s.Store.Journal(ctx, loyalty.JournalQuery{Account: "anna"}))
	statement, err := loyalty.NewStatement(journal, "points", from, to)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("opening", statement.Opening.Available, "available", statement.Opening.Pending, "pending")
	for _, l := range statement.Lines {
		fmt.Printf("%s %-8s %+5d %+5d\n", l.At.Time().Format(time.DateOnly), l.Op, l.Available, l.Pending)
	}
	fmt.Println("closing", statement.Closing.Available, "available", statement.Closing.Pending, "pending")
	// Output:
	// opening 300 available 0 pending
	// 2026-04-10 earn        +0  +200
	// 2026-04-13 redeem    -120    +0
	// 2026-04-18 activate  +200  -200
	// 2026-04-21 expire    -180    +0
	// closing 200 available 0 pending
}
