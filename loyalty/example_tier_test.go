package loyalty_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// Tiers over two years: growth reaches gold, a refund brings it down to silver, a paid
// month of gold passes, and after the second year silver ends with a month of grace.
func ExampleEngine_Tier() {
	const stored = `{
	  "version": 1, "currency": "CNY", "decimals": 2, "location": "Asia/Shanghai",
	  "kinds": [{"id": "points", "spendable": true}, {"id": "growth", "name": {"en": "growth value", "zh": "成长值"}, "tiers": true}],
	  "earning": [{"id": "base", "kind": "points", "points": "1", "per": "10"}, {"id": "grow", "kind": "growth", "points": "1", "per": "1"}],
	  "tiers": {
	    "levels": [
	      {"id": "member", "name": {"en": "Member", "zh": "普通会员"}},
	      {"id": "silver", "name": {"en": "Silver", "zh": "银卡"}, "entry": {"points": [{"kind": "growth", "points": 500}]}, "keep": {"points": [{"kind": "growth", "points": 400}]}},
	      {"id": "gold", "name": {"en": "Gold", "zh": "金卡"}, "entry": {"points": [{"kind": "growth", "points": 2000}], "visits": 12},
	       "paid": {"term": "P1M", "price": "25"}, "factors": [{"kind": "points", "factor": "3/2"}], "benefits": [{"type": "free_delivery"}]}
	    ],
	    "downgrade": {"to": "one_down", "grace": "P31D"}
	  }
	}`
	var p loyalty.Program
	if err := json.Unmarshal([]byte(stored), &p); err != nil {
		fmt.Println(err)
		return
	}
	shop := loyalty.MustNew(p)
	account := loyalty.NewAccount("c-17")
	var journal []loyalty.Entry
	n := 0
	do := func(at string, command func(loyalty.Header) loyalty.Command) {
		n++
		t, _ := time.ParseInLocation(time.DateOnly, at, p.Location)
		d, err := shop.Decide(account, command(loyalty.Header{Key: loyalty.Key(fmt.Sprint("k", n)), At: t}), t)
		if err == nil {
			err = account.Apply(d)
		}
		if err != nil {
			fmt.Println(at, err)
			return
		}
		for i := range d.Entries {
			journal = append(journal, d.Entries[i].Clone())
		}
	}
	buy := func(at, id string, amount int64) {
		do(at, func(h loyalty.Header) loyalty.Command {
			return &loyalty.Earn{Header: h, Order: loyalty.Order{ID: id, Lines: []loyalty.OrderLine{{ID: "1", Amount: decimal.NewFromInt(amount)}}}}
		})
	}
	buy("2025-02-01", "o1", 450)
	buy("2025-03-01", "o2", 1600)
	do("2025-03-08", func(h loyalty.Header) loyalty.Command {
		return &loyalty.Refund{Header: h, Order: "o2", Refund: "r1", Lines: []loyalty.RefundLine{{Line: "1", Amount: decimal.NewFromInt(900)}}}
	})
	do("2025-06-18", func(h loyalty.Header) loyalty.Command {
		return &loyalty.SetTier{Header: h, Grant: loyalty.TierGrant{Action: loyalty.BuyTier, Tier: "gold"}}
	})

	end := time.Date(2027, 3, 1, 0, 0, 0, 0, p.Location)
	history, _ := shop.TierHistory(loyalty.Entries(journal), end)
	for _, s := range history {
		fmt.Printf("%s %-6s %s\n", s.At.Time().In(p.Location).Format(time.DateOnly), s.To, s.Reason.Label(guanxi.EN))
	}
	for _, at := range []string{"2025-07-01", "2025-08-01"} {
		t, _ := time.ParseInLocation(time.DateOnly, at, p.Location)
		view, _ := shop.Tier(account, t)
		fmt.Println(shop.Why(&view, guanxi.EN))
		fmt.Println(shop.Why(&view, guanxi.ZH))
	}
	// Output:
	// 2025-02-01 member joined
	// 2025-03-01 gold   threshold reached
	// 2025-03-08 silver purchases came back
	// 2025-06-18 gold   paid membership
	// 2025-07-19 silver paid membership ended
	// 2027-02-01 member not kept by the end of grace
	// Gold since 2025-06-18 (paid membership); paid until 2025-07-19
	// 金卡，自2025-06-18起（付费会员）；付费，至2025-07-19
	// Silver since 2025-07-19 (paid membership ended); to reach Gold: 850 growth value or 10 visits by 2026-01-01
	// 银卡，自2025-07-19起（付费会员到期）；升级金卡还需成长值850或到店次数10（2026-01-01前）
}
