package loyalty_test

import (
	"encoding/json"
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
)

// A programme is a document that the shop stores. What is wrong with it is found at
// once, with the place of each fault.
func ExampleProgram() {
	const stored = `{
	  "version": 1, "currency": "CNY", "decimals": 2, "location": "Asia/Shanghai",
	  "kinds": [{"id": "points", "name": {"en": "Points", "zh": "积分"}, "spendable": true,
	             "pending": {"span": "P7D"}, "expiry": {"mode": "end_of", "period": "year", "span": "P1Y"}}],
	  "earning": [{"id": "base", "kind": "points", "points": "3/2", "per": "10.00"}],
	  "campaigns": [{"id": "1111", "kind": "points", "multiplier": "2",
	                 "from": "2025-11-10T16:00:00Z", "to": "2025-11-11T16:00:00Z"}],
	  "caps": [{"id": "daily", "kind": "points", "per": "day", "points": 1000}]
	}`
	var p loyalty.Program
	fmt.Println(json.Unmarshal([]byte(stored), &p))
	fmt.Println(p.Kinds[0].Name.In(guanxi.ZH), p.Earning[0].Points, "per", p.Earning[0].Per, p.Location)

	p.Earning[0].Kind = "stars"
	p.Campaigns[0].Multiplier = loyalty.Rational{Num: 1, Den: 2}
	for fault := range guanxi.Faults(p.Validate()) {
		fmt.Println(fault.Pointer)
	}
	// Output:
	// <nil>
	// 积分 3/2 per 10 Asia/Shanghai
	// /earning/0/kind
	// /campaigns/0/multiplier
}

// An order of 100.00 was paid with 2,000 points worth 20.00, and 80.00 of money. A
// quarter of it comes back, and then the rest.
func ExampleSplitRefund() {
	points, money, _ := loyalty.SplitRefund(2000, 2000, 10000, 2500)
	fmt.Println(points, money)
	all, whole, _ := loyalty.SplitRefund(2000, 2000, 10000, 10000)
	fmt.Println(all-points, whole-money)
	// Output:
	// 500 2000
	// 1500 6000
}
