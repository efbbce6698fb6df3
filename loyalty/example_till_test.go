package loyalty_test

import (
	"context"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// till is a shop: a point for each 1.00, and 100 points pay 1.00 of an order.
func till(now *time.Time) *loyalty.Service {
	return &loyalty.Service{
		Engine: loyalty.MustNew(loyalty.Program{
			Version: 1, Currency: "EUR", Decimals: 2,
			Kinds:    []loyalty.KindConfig{{ID: "points", Spendable: true}},
			Earning:  []loyalty.EarnRule{{ID: "base", Kind: "points", Points: loyalty.Rational{Num: 1, Den: 1}, Per: decimal.NewFromInt(1)}},
			Payments: []loyalty.PaymentRule{{ID: "pay", Kind: "points", Points: 100, Money: decimal.NewFromInt(1)}},
			Exclude:  loyalty.Exclusions{ByPoints: true},
		}),
		Store: new(loyalty.Memory),
		Now:   func() time.Time { return *now },
	}
}

func bill(id string, amount int64) loyalty.Order {
	return loyalty.Order{ID: id, Lines: []loyalty.OrderLine{{ID: "1", Amount: decimal.NewFromInt(amount)}}}
}

// Points are earned, set aside at the till, spent when the order is sent, and the first
// order comes back in part.
func ExampleService_Do() {
	now := time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)
	s := till(&now)
	ctx := context.Background()
	do := func(key loyalty.Key, cmd func(h loyalty.Header) loyalty.Command) {
		now = now.Add(time.Hour)
		a, err := s.Do(ctx, "anna", cmd(loyalty.Header{Key: key, At: now}))
		if err != nil {
			fmt.Println(key, err)
			return
		}
		b, err := s.Balance(ctx, "anna", "points")
		fmt.Println(a.Op, b.Available, "available", b.Held, "held", err)
	}
	do("earn-1", func(h loyalty.Header) loyalty.Command {
		return &loyalty.Earn{Header: h, Order: bill("order-1", 1000)}
	})
	do("hold-2", func(h loyalty.Header) loyalty.Command {
		return &loyalty.Place{Header: h, Hold: "till-2", Until: now.AddDate(0, 0, 1),
			Spend: loyalty.Spend{Payment: "pay", Points: 500, Amount: decimal.NewFromInt(20), Order: "order-2"}}
	})
	do("sent-2", func(h loyalty.Header) loyalty.Command { return &loyalty.Capture{Header: h, Hold: "till-2"} })
	do("back-1", func(h loyalty.Header) loyalty.Command {
		return &loyalty.Refund{Header: h, Order: "order-1", Refund: "r1",
			Lines: []loyalty.RefundLine{{Line: "1", Amount: decimal.NewFromInt(300)}}}
	})
	st, err := s.Statement(ctx, "anna", "points", now.AddDate(0, 0, -1), now.AddDate(0, 0, 1))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range st.Lines {
		fmt.Printf("%s %-8s %+5d %+5d\n", l.At.Time().Format("15:04"), l.Op, l.Available, l.Held)
	}
	// Output:
	// earn 1000 available 0 held <nil>
	// hold 500 available 500 held <nil>
	// capture 500 available 0 held <nil>
	// refund 200 available 0 held <nil>
	// 13:00 earn     +1000    +0
	// 14:00 hold      -500  +500
	// 15:00 capture     +0  -500
	// 16:00 refund    -300    +0
}

// An order of 20.00 was paid with 500 points and 15.00 of money, which earned 15 points.
// Half of it comes back: the refund takes 8, for 7.50 would have earned 7, gives half of the
// points back that paid, and says how much money is to be paid out.
func ExampleSpend_partPayment() {
	now := time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)
	s := till(&now)
	ctx := context.Background()
	head := func(k loyalty.Key) loyalty.Header { return loyalty.Header{Key: k, At: now} }
	order := bill("order-2", 20)
	order.ByPoints = decimal.NewFromInt(5)
	for _, cmd := range []loyalty.Command{
		&loyalty.Earn{Header: head("earn-1"), Order: bill("order-1", 1000)},
		&loyalty.Redeem{Header: head("pay-2"), Spend: loyalty.Spend{Payment: "pay", Points: 500, Amount: decimal.NewFromInt(20), Order: order.ID}},
		&loyalty.Earn{Header: head("earn-2"), Order: order},
	} {
		if _, err := s.Do(ctx, "anna", cmd); err != nil {
			fmt.Println(err)
		}
	}
	refund, err := s.Do(ctx, "anna", &loyalty.Refund{Header: head("back-2"), Order: order.ID, Refund: "r1",
		Lines: []loyalty.RefundLine{{Line: "1", Amount: decimal.NewFromInt(10)}}})
	fmt.Println("taken back:", refund.Results[0].Points, err)
	for _, p := range refund.Why.Back.Payments {
		fmt.Println("given back:", p.Points, p.Kind, "of", p.Redemption)
	}
	fmt.Println("to pay out:", refund.Why.Back.Money, "cents")
	balance, err := s.Balance(ctx, "anna", "points")
	fmt.Println(balance.Available, err)
	// Output:
	// taken back: -8 <nil>
	// given back: 250 points of pay-2
	// to pay out: 750 cents
	// 757 <nil>
}
