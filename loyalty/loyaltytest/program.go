package loyaltytest

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

var noon = time.Date(2026, time.March, 8, 12, 0, 0, 123456000, time.UTC)

// day returns noon n days later.
func day(n int) time.Time { return noon.AddDate(0, 0, n) }

func micros(t time.Time) loyalty.Instant { return loyalty.InstantOf(t) }

// program has a kind of each sort, a stock, a budget and a limit.
func program() loyalty.Program {
	stock := int64(3)
	return loyalty.Program{
		Version: 1, Currency: "CNY", Decimals: 2,
		Kinds: []loyalty.KindConfig{
			{ID: "points", Spendable: true, Pending: loyalty.PendingRule{Span: guanxi.MustParseSpan("P7D")}, Expiry: loyalty.ExpiryRule{Mode: loyalty.ExpireSpan, Span: guanxi.MustParseSpan("P1Y")}},
			{ID: "stars", Spendable: true, Expiry: loyalty.ExpiryRule{Mode: loyalty.ExpireActivity, Span: guanxi.MustParseSpan("P90D")}},
			{ID: "cash", Unit: loyalty.UnitMoney, Spendable: true},
			{ID: "bonus", Unit: loyalty.UnitMoney, Spendable: true, Priority: -1, Expiry: loyalty.ExpiryRule{Mode: loyalty.ExpireSpan, Span: guanxi.MustParseSpan("P30D")}},
		},
		Earning: []loyalty.EarnRule{{ID: "base", Kind: "points", Points: loyalty.Rational{Num: 1, Den: 1}, Per: decimal.NewFromInt(1)}},
		Activities: []loyalty.ActivityRule{
			{ID: "review", Give: []loyalty.KindPoints{{Kind: "stars", Points: 10}}},
			{ID: "gift", Give: []loyalty.KindPoints{{Kind: "points", Points: 40}}},
		},
		Caps: []loyalty.CapRule{
			{ID: "gifts", Kind: "points", Of: []string{"gift"}, Per: loyalty.CapBudget, Points: 100},
			{ID: "daily", Kind: "stars", Of: []string{"review"}, Per: loyalty.CapDay, Points: 15},
		},
		Rewards: []loyalty.Reward{{ID: "mug", Kind: "points", Points: 50, Stock: &stock}},
		Causes:  []loyalty.Cause{{ID: "trees"}},
		Stored:  []loyalty.StoredRule{{ID: "wallet", Principal: "cash", Bonus: "bonus"}},
		Policy:  loyalty.PolicyConfig{Takeback: loyalty.TakeDebt, Return: loyalty.ReturnGrace, Grace: guanxi.MustParseSpan("P10D")},
	}
}

// step is a command for an account.
type step struct {
	id  loyalty.AccountID
	cmd loyalty.Command
}

func head(key loyalty.Key, at time.Time) loyalty.Header { return loyalty.Header{Key: key, At: at} }

func order(id string, amount int64) loyalty.Order {
	return loyalty.Order{ID: id, Lines: []loyalty.OrderLine{{ID: "1", Amount: decimal.NewFromInt(amount), Quantity: 2}, {ID: "2", Amount: decimal.NewFromInt(7)}}}
}

func adjust(key loyalty.Key, at time.Time, kind loyalty.Kind, points loyalty.Points, expire time.Time) *loyalty.Adjust {
	return &loyalty.Adjust{Header: head(key, at), Kind: kind, Points: points, Expire: expire, Note: loyalty.Note{Reason: "补偿", Actor: "li"}}
}

func spend(key loyalty.Key, at time.Time, points loyalty.Points) *loyalty.Redeem {
	return &loyalty.Redeem{Header: head(key, at), Spend: loyalty.Spend{Kind: "points", Points: points}}
}

const (
	anna = loyalty.AccountID("客户/anna")
	bert = loyalty.AccountID("bert")
	cleo = loyalty.AccountID("cleo")
)

// story is a life that touches all that a store keeps. Keys are unlike with each prefix.
func story(prefix string) []step {
	n := 0
	var out []step
	do := func(id loyalty.AccountID, make func(h loyalty.Header) loyalty.Command, at int) {
		n++
		out = append(out, step{id, make(head(loyalty.Key(fmt.Sprintf("%s%02d", prefix, n)), day(at)))})
	}
	key := func(n int) loyalty.Key { return loyalty.Key(fmt.Sprintf("%s%02d", prefix, n)) }
	type h = loyalty.Header
	type c = loyalty.Command
	do(anna, func(h h) c { return &loyalty.Earn{Header: h, Order: order("o1", 200)} }, 0)      // 1
	do(anna, func(h h) c { return &loyalty.Act{Header: h, Activity: "review", Ref: "r1"} }, 0) // 2
	do(bert, func(h h) c { return &loyalty.Earn{Header: h, Order: order("o1", 90)} }, 0)       // 3
	do(anna, func(h h) c { return &loyalty.Act{Header: h, Activity: "review", Ref: "r2"} }, 0) // 4: cut
	do(anna, func(h h) c { return &loyalty.Act{Header: h, Activity: "gift"} }, 1)              // 5: budget
	do(anna, func(h h) c { return adjust(h.Key, h.At, "cash", 3000, time.Time{}) }, 1)         // 6
	do(anna, func(h h) c { return adjust(h.Key, h.At, "bonus", 500, day(20)) }, 1)             // 7
	do(anna, func(h h) c {
		return &loyalty.Redeem{Header: h, Spend: loyalty.Spend{Stored: "wallet", Amount: decimal.NewFromInt(7)}}
	}, 2) // 8
	do(anna, func(h h) c {
		return &loyalty.Place{Header: h, Hold: "h1", Spend: loyalty.Spend{Kind: "points", Points: 30}, Until: day(12)}
	}, 9) // 9
	do(anna, func(h h) c { return &loyalty.Capture{Header: h, Hold: "h1", Points: 10, Keep: true} }, 9) // 10
	do(anna, func(h h) c {
		return &loyalty.Place{Header: h, Hold: "h2", Spend: loyalty.Spend{Reward: "mug"}, Until: day(30)}
	}, 10) // 11
	do(anna, func(h h) c { return &loyalty.Redeem{Header: h, Spend: loyalty.Spend{Reward: "mug"}} }, 11)       // 12
	do(anna, func(h h) c { return spend(h.Key, h.At, 20) }, 13)                                                // 13: h1 has run out
	do(anna, func(h h) c { return &loyalty.Return{Header: h, Redemption: key(12)} }, 14)                       // 14
	do(anna, func(h h) c { return &loyalty.Return{Header: h, Redemption: key(8), Points: 600} }, 15)           // 15
	do(anna, func(h h) c { return &loyalty.Capture{Header: h, Hold: "h2"} }, 16)                               // 16
	do(bert, func(h h) c { return spend(h.Key, h.At, 80) }, 17)                                                // 17
	do(bert, func(h h) c { return &loyalty.Refund{Header: h, Order: "o1", Refund: "x"} }, 18)                  // 18: debt
	do(bert, func(h h) c { return adjust(h.Key, h.At, "points", 100, day(40)) }, 19)                           // 19: pays it
	do(anna, func(h h) c { return &loyalty.Sweep{Header: h} }, 25)                                             // 20: bonus has expired
	do(anna, func(h h) c { return &loyalty.Donate{Header: h, Cause: "trees", Kind: "points", Points: 5} }, 26) // 21
	do(anna, func(h h) c { return &loyalty.Extend{Header: h, Kind: "points", Until: day(500)} }, 27)           // 22
	do(anna, func(h h) c { return &loyalty.Earn{Header: h, Order: order("o2", 55)} }, 28)                      // 23
	do(anna, func(h h) c { return &loyalty.Activate{Header: h, Order: "o2"} }, 29)                             // 24
	do(anna, func(h h) c {
		return &loyalty.Place{Header: h, Hold: "h3", Spend: loyalty.Spend{Kind: "stars", Points: 3}, Until: day(60)}
	}, 29) // 25
	do(anna, func(h h) c { return &loyalty.Void{Header: h, Hold: "h3"} }, 30) // 26
	do(anna, func(h h) c {
		return &loyalty.Refund{Header: h, Order: "o2", Refund: "y", Lines: []loyalty.RefundLine{{Line: "1", Quantity: 1}}}
	}, 31) // 27
	do(bert, func(h h) c { return &loyalty.Freeze{Header: h, Note: loyalty.Note{Reason: "?"}} }, 31) // 28
	do(bert, func(h h) c { return &loyalty.Thaw{Header: h} }, 32)                                    // 29
	do(anna, func(h h) c {
		return &loyalty.Place{Header: h, Hold: "h4", Spend: loyalty.Spend{Kind: "points", Points: 7}, Until: day(1000)}
	}, 33) // 30
	return out
}
