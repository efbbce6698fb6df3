package coupon_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
	"github.com/shopspring/decimal"
)

var noon = time.Date(2026, time.March, 8, 12, 0, 0, 0, time.UTC)

func read(text string) coupon.Definition {
	var d coupon.Definition
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		panic(err)
	}
	return d
}

// shop has a coupon of 20 off 100, a tenth off tea and free delivery.
func shop() *coupon.Catalogue {
	c, err := coupon.New(
		read(`{"id": "20off100", "version": 1, "currency": "CNY", "decimals": 2,
			"benefit": {"kind": "amount", "amount": "20"}, "minimum": {"amount": "100"}, "stacking": {"group": "shop"}}`),
		read(`{"id": "tea10", "version": 1, "benefit": {"kind": "percent", "percent": "10"},
			"scope": {"groups": {"include": ["tea"]}}, "stacking": {"group": "tea"}}`),
		read(`{"id": "delivery", "version": 1, "benefit": {"kind": "free_delivery"}, "stacking": {"group": "delivery"}}`),
	)
	if err != nil {
		panic(err)
	}
	return c
}

// issue makes a coupon in a store.
func issue(s *coupon.Service, code coupon.Code, definition string) coupon.Coupon {
	ctx := context.Background()
	_, err := s.Do(ctx, coupon.Command{Key: "issue " + string(code), Action: coupon.Issue, Code: code, Definition: definition}, noon)
	if err != nil {
		panic(err)
	}
	c, _, err := s.Store.Load(ctx, code, "")
	if err != nil {
		panic(err)
	}
	return c
}

// The best combination at a basket, and why a coupon does not apply.
func ExampleCatalogue_Best() {
	s := &coupon.Service{Catalogue: shop(), Store: new(coupon.Memory)}
	held := []coupon.Coupon{issue(s, "A", "20off100"), issue(s, "B", "tea10"), issue(s, "C", "delivery"), issue(s, "D", "20off100")}
	basket := coupon.Basket{
		Currency: "CNY", Decimals: 2,
		Lines: []coupon.Line{
			{ID: "1", Item: "longjing", Groups: []string{"tea"}, Amount: decimal.RequireFromString("88.80")},
			{ID: "2", Item: "cup", Amount: decimal.RequireFromString("35")},
		},
		Delivery: decimal.RequireFromString("12"),
	}
	r, err := s.Catalogue.Best(basket, held, noon)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, u := range r.Used {
		fmt.Println(u.Code, u.Kind.Label(guanxi.EN), u.Discount.Add(u.DeliveryDiscount))
	}
	for _, l := range r.Lines {
		fmt.Println("line", l.ID, l.Amount, "less", l.Discount)
	}
	fmt.Println("total", r.Total, "saved", r.Saved, "exact", r.Exact)
	for _, x := range r.Refused {
		fmt.Println(x.Code, x.Label(guanxi.EN))
	}
	// Of the first line half goes back: 44.40, less its part of the discount.
	part, err := r.Lines[0].Refund(decimal.Zero, decimal.RequireFromString("44.40"), 2)
	fmt.Println("discount that goes with half of line 1:", part, err)

	basket.Lines = basket.Lines[:1]
	why, ok, err := s.Catalogue.Explain(basket, held[0], noon)
	fmt.Println(ok, err, why.Label(guanxi.EN), why.Label(guanxi.ZH))
	// Output:
	// A amount off 20
	// B percentage off 7.45
	// C free delivery 12
	// line 1 88.8 less 21.8
	// line 2 35 less 5.65
	// total 96.35 saved 39.45 exact true
	// D The coupon does not go together with another.
	// discount that goes with half of line 1: 10.9 <nil>
	// false <nil> Spend 11.2 CNY more to use the coupon. 再消费 11.2 CNY 即可使用优惠券。
}

// Codes in bulk, and what someone typed.
func ExampleCodes() {
	codes, err := coupon.NewCodes(coupon.CodeConfig{Prefix: "TEA"}, []byte("32 random bytes of the host's own"))
	if err != nil {
		fmt.Println(err)
		return
	}
	list, err := codes.AppendCodes(nil, 0, 100_000) // the host counts the serial numbers
	fmt.Println(len(list), codes.Format(list[0]), codes.Format(list[1]), err)

	code, serial, err := codes.Parse("tea " + string(list[1][3:]))
	fmt.Println(code == list[1], serial, err)

	typed := []byte(codes.Format(list[1]))
	typed[5], typed[6] = typed[6], typed[5]
	_, _, err = codes.Parse(string(typed))
	reason, _ := coupon.ReasonOf(err)
	fmt.Println(errors.Is(err, coupon.ErrCodeCheck), reason.Label(guanxi.EN))
	fmt.Printf("a guess hits one of them with chance 2^-%.0f\n", codes.GuessBits(100_000))
	// Output:
	// 100000 TEA-K7C4-G4MZ-Y357 TEA-WHKU-N823-XDZY <nil>
	// true 1 <nil>
	// true Please check the code.
	// a guess hits one of them with chance 2^-38
}

// A coupon from reservation to redemption, and back after a refund. Time alone ends a
// reservation.
func ExampleService_Do() {
	ctx := context.Background()
	s := &coupon.Service{Catalogue: shop(), Store: new(coupon.Memory)}
	issue(s, "A", "20off100")
	do := func(key string, action coupon.Action, order string, minutes int) {
		r, err := s.Do(ctx, coupon.Command{Key: key, Action: action, Code: "A", Order: order}, noon.Add(time.Duration(minutes)*time.Minute))
		if err != nil {
			reason, _ := coupon.ReasonOf(err)
			fmt.Printf("%02d %s for %s: %s\n", minutes, action, order, reason.Label(guanxi.EN))
			return
		}
		fmt.Printf("%02d %s for %s at %s, %d left\n", minutes, action, order, r.At.Time().Format("15:04"), r.Left)
	}
	do("k1", coupon.Reserve, "order 1", 0)
	do("k2", coupon.Reserve, "order 2", 5)
	do("k3", coupon.Release, "order 1", 6)
	do("k4", coupon.Reserve, "order 2", 7)
	do("k5", coupon.Redeem, "order 2", 22) // too late by then
	do("k6", coupon.Reserve, "order 2", 23)
	do("k7", coupon.Redeem, "order 2", 24)
	do("k7", coupon.Redeem, "order 2", 50) // the answer had been lost
	do("k8", coupon.Return, "order 2", 55)
	// Output:
	// 00 reserve for order 1 at 12:00, 0 left
	// 05 reserve for order 2: The coupon is reserved for an order.
	// 06 release for order 1 at 12:06, 1 left
	// 07 reserve for order 2 at 12:07, 0 left
	// 22 redeem for order 2: The reservation has run out.
	// 23 reserve for order 2 at 12:23, 0 left
	// 24 redeem for order 2 at 12:24, 0 left
	// 50 redeem for order 2 at 12:24, 0 left
	// 55 return for order 2 at 12:55, 1 left
}

// A decision can be looked at without being recorded.
func ExampleCatalogue_Decide() {
	c := shop()
	cmd := coupon.Command{Key: "k", Action: coupon.Issue, Code: "A", Definition: "delivery"}
	var s coupon.State
	d, err := c.Decide(s, cmd, noon)
	fmt.Println(d.Receipt.Action.Label(guanxi.ZH), d.Receipt.Left, err, s.Coupon.Version)
	err = s.Apply(d)
	fmt.Println(s.Coupon.Code, s.Coupon.Version, err)

	cmd.Key = "k2"
	_, err = c.Decide(s, cmd, noon)
	fmt.Println(errors.Is(err, coupon.ErrExists))

	_, err = coupon.New(coupon.Definition{ID: "x", Version: 1, Benefit: coupon.Benefit{Kind: coupon.Percent}, Uses: -1})
	for fault := range guanxi.Faults(err) {
		fmt.Println(fault)
	}
	// Output:
	// 发放 1 <nil> 0
	// A 1 <nil>
	// true
	// /0/benefit/percent: not a value of this option: 0 is not above 0 and up to 100
	// /0/uses: not a value of this option: -1 is not in 0 to 1000
}
