package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

const civilDay = 24 * time.Hour

// join plans the year of a customer: when who buys, and what of it comes back.
func (y *year) join(i int) {
	id := loyalty.AccountID(fmt.Sprintf("c%04d", i+1))
	y.ids = append(y.ids, id)
	joined := y.moment(y.from, 240)
	y.later(joined, func(at time.Time) {
		y.do(id, &loyalty.Act{Header: y.header(at), Activity: "sign_up"})
	})
	birthday := y.moment(y.from, 365)
	if birthday.After(joined) {
		y.later(birthday, func(at time.Time) {
			y.do(id, &loyalty.Act{Header: y.header(at), Activity: "birthday"})
		})
	}
	often := 6 + 40*y.rng.ExpFloat64() // days between two orders, at least
	scale := math.Exp(0.5 * y.rng.NormFloat64())
	keen := y.rng.Float64()
	n := 0
	for at := joined.Add(time.Hour); at.Before(y.to); at = at.Add(time.Duration((often*(0.5+y.rng.ExpFloat64()) + 1) * float64(civilDay))).Truncate(time.Second) {
		n++
		y.planOrder(id, fmt.Sprintf("%s-%d", id, n), at, scale)
		if y.rng.Float64() < 0.2+0.6*keen {
			y.planSpend(id, y.moment(at.Add(8*civilDay), 30))
		}
		if y.rng.Float64() < 0.1 {
			y.planCheckout(id, fmt.Sprintf("%s-%dp", id, n), y.moment(at.Add(8*civilDay), 20))
		}
	}
	if i > 0 && y.rng.Float64() < 0.15 {
		y.planReferral(y.ids[y.rng.IntN(i)], id, joined.Add(30*civilDay))
	}
	if y.rng.Float64() < 0.03 {
		y.later(y.moment(joined.Add(20*civilDay), 100), func(at time.Time) {
			y.do(id, &loyalty.SetTier{Header: y.header(at), Grant: loyalty.TierGrant{Action: loyalty.BuyTier, Tier: "gold"}})
		})
	}
}

// moment is some second of opening hours of some day.
func (y *year) moment(from time.Time, days int) time.Time {
	t := from.AddDate(0, 0, y.rng.IntN(days))
	return time.Date(t.Year(), t.Month(), t.Day(), 9+y.rng.IntN(12), y.rng.IntN(60), y.rng.IntN(60), 0, t.Location())
}

// planOrder plans an order, its review, and that some of it comes back.
func (y *year) planOrder(id loyalty.AccountID, order string, at time.Time, scale float64) {
	lines := make([]loyalty.OrderLine, 1+y.rng.IntN(3))
	price := decimal.Decimal{}
	for i := range lines {
		amount := decimal.New(int64(100*max(5, 45*scale*math.Exp(0.7*y.rng.NormFloat64()))), -2)
		lines[i] = loyalty.OrderLine{ID: fmt.Sprint(i + 1), Quantity: 1, Amount: amount}
		if y.rng.Float64() < 0.3 {
			lines[i].Groups = []string{"tea"}
		}
		price = price.Add(amount)
	}
	y.later(at, func(at time.Time) {
		y.sell(id, loyalty.Order{ID: order, Channel: "shop", Lines: lines}, price, at)
	})
	if y.rng.Float64() < 0.15 {
		y.later(y.moment(at.Add(2*civilDay), 6), func(at time.Time) {
			y.do(id, &loyalty.Act{Header: y.header(at), Activity: "review", Ref: order})
		})
	}
	if y.rng.Float64() < 0.08 {
		back := lines[0]
		y.later(y.moment(at.Add(3*civilDay), 20), func(at time.Time) {
			if _, sold := y.sold[order]; sold {
				y.takeBack(id, &loyalty.Refund{Header: y.header(at), Order: order, Refund: "r-" + order, Lines: []loyalty.RefundLine{{Line: back.ID}}})
			}
		})
	}
}

// planSpend plans a redemption, which may come back, or a gift to the forest.
func (y *year) planSpend(id loyalty.AccountID, at time.Time) {
	what, regret, back := y.rng.Float64(), y.rng.Float64() < 0.05, y.moment(at.Add(civilDay), 5)
	var spent loyalty.Key
	y.later(at, func(at time.Time) {
		has := y.has(id, at)
		h := y.header(at)
		ok := false
		switch {
		case what < 0.1 && has >= 100:
			y.do(id, &loyalty.Donate{Header: h, Cause: "forest", Kind: y.kind(), Points: 100})
		case what < 0.45 && has >= 600: // not all look at what they have
			_, ok = y.do(id, &loyalty.Redeem{Header: h, Spend: loyalty.Spend{Reward: "mug"}})
		case has >= 250:
			_, ok = y.do(id, &loyalty.Redeem{Header: h, Spend: loyalty.Spend{Reward: "voucher"}})
		}
		if ok {
			spent = h.Key
		}
	})
	if regret {
		y.later(back, func(at time.Time) {
			if spent != "" {
				y.do(id, &loyalty.Return{Header: y.header(at), Redemption: spent})
			}
		})
	}
}

// planCheckout plans an order of 40.00 with points as part payment: they are held while the
// customer pays, and captured, or given back, or the customer is never seen again and the
// hold runs out. What was captured is linked with the order, so that what of it comes back
// is points and money.
func (y *year) planCheckout(id loyalty.AccountID, order string, at time.Time) {
	amount := decimal.NewFromInt(40)
	end, regret, back := y.rng.Float64(), y.rng.Float64() < 0.2, y.moment(at.Add(2*civilDay), 10)
	held := ""
	var byPoints decimal.Decimal
	y.later(at, func(at time.Time) {
		points := min(y.has(id, at)/100*100, 1000)
		if points == 0 {
			return
		}
		h := y.header(at)
		name := "h-" + string(h.Key)
		answer, ok := y.do(id, &loyalty.Place{Header: h, Hold: name, Spend: loyalty.Spend{Payment: "cash", Points: points, Amount: amount, Order: order}})
		if ok {
			held, byPoints = name, decimal.New(answer.Money, -int32(y.program.Decimals))
		}
	})
	sold := false
	y.later(at.Add(10*time.Minute), func(at time.Time) {
		switch {
		case held == "" || end > 0.9:
		case end > 0.75:
			y.do(id, &loyalty.Void{Header: y.header(at), Hold: held})
		default:
			if _, sold = y.do(id, &loyalty.Capture{Header: y.header(at), Hold: held}); !sold {
				return
			}
			lines := []loyalty.OrderLine{{ID: "1", Amount: amount}}
			y.sell(id, loyalty.Order{ID: order, Channel: "shop", Lines: lines, ByPoints: byPoints}, amount.Sub(byPoints), at)
		}
	})
	if regret {
		y.later(back, func(at time.Time) {
			if sold {
				y.takeBack(id, &loyalty.Refund{Header: y.header(at), Order: order, Refund: "r-" + order, Lines: []loyalty.RefundLine{{Line: "1", Amount: decimal.NewFromInt(15)}}})
			}
		})
	}
}

// sell lets an order earn, and counts the sale at its price in money.
func (y *year) sell(id loyalty.AccountID, order loyalty.Order, price decimal.Decimal, at time.Time) {
	answer, ok := y.do(id, &loyalty.Earn{Header: y.header(at), Order: order})
	if !ok {
		return
	}
	s := sale{at: at, price: price, of: -1}
	for _, r := range answer.Results {
		if r.Kind == y.kind() {
			s.points = r.Points
		}
	}
	if y.sold == nil {
		y.sold = map[string]int{}
	}
	y.sold[order.ID] = len(y.sales)
	y.sales = append(y.sales, s)
}

// takeBack refunds a part of an order that was sold, and counts what is paid out in money.
func (y *year) takeBack(id loyalty.AccountID, c *loyalty.Refund) {
	of, ok := y.sold[c.Order]
	if !ok {
		return
	}
	answer, ok := y.do(id, c)
	if !ok {
		return
	}
	back := loyalty.RefundBack{}
	if answer.Back != nil {
		back = *answer.Back
	}
	out := decimal.New(back.Money, -int32(y.program.Decimals))
	y.sales = append(y.sales, sale{at: c.At, price: out.Neg(), of: of})
	if len(back.Payments) > 0 {
		y.backs++
		y.backMoney = y.backMoney.Add(out)
	}
	for _, p := range back.Payments {
		y.backPoints += p.Points
	}
}

// planReferral plans the points of both sides, once the friend's first order is kept.
func (y *year) planReferral(id, friend loyalty.AccountID, at time.Time) {
	y.later(at, func(at time.Time) {
		first := string(friend) + "-1"
		var rec loyalty.OrderRecord
		order := y.ask(func() said {
			a, err := y.service.Store.Load(context.Background(), friend, loyalty.Need{Orders: []string{first}})
			if err != nil {
				y.trouble = err
				return said{}
			}
			s := said{}
			rec, s.Known = a.Order(first)
			return s
		})
		if order.Known {
			y.do(id, &loyalty.Refer{Header: y.header(at), Side: loyalty.Referrer, Friend: friend, Purchase: &rec})
			y.do(friend, &loyalty.Refer{Header: y.header(at), Side: loyalty.Friend, Friend: friend, Purchase: &rec})
		}
	})
}
