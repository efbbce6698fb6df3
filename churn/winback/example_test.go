package winback_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/winback"
)

// Two who left for different reasons get different things; one is held out.
func ExampleEngine_Decide() {
	yuan := decimal.RequireFromString
	e, err := winback.New(guanxi.StringKey[string](), winback.Config{
		Currency: "CNY", Decimals: 2,
		Reasons: winback.Reasons(),
		Plans: []winback.Plan{
			{ID: "mend", Name: guanxi.Text{EN: "mend the delivery", ZH: "补救配送"}, Reasons: []string{winback.Delivery}, Steps: []winback.Step{
				{ID: "call", Name: guanxi.Text{EN: "call and apologise", ZH: "致电道歉"}, Kind: winback.Contact, Cost: yuan("3")},
				{ID: "courier", Name: guanxi.Text{EN: "free express", ZH: "免费快递"}, Kind: winback.ServiceFix, Gift: yuan("18")},
			}},
			{ID: "price", Name: guanxi.Text{EN: "a fair price", ZH: "合理价格"}, Reasons: []string{winback.Price, winback.Competitor}, Steps: []winback.Step{
				{ID: "5 off", Name: guanxi.Text{EN: "5 % off", ZH: "九五折"}, Kind: winback.Offer, Percent: yuan("0.05")},
				{ID: "10 off", Name: guanxi.Text{EN: "10 % off", ZH: "九折"}, Kind: winback.Offer, Percent: yuan("0.1")},
			}},
			{ID: "ask", Name: guanxi.Text{EN: "ask why", ZH: "询问原因"}, Steps: []winback.Step{{ID: "letter", Kind: winback.Contact}}},
		},
		Eligible:    winback.Situation{MinAway: guanxi.MustParseSpan("P60D")},
		Holdout:     winback.Holdout{Salt: "2026 spring", Share: 0.2},
		CoolDown:    guanxi.MustParseSpan("P14D"),
		MarginFloor: yuan("0.15"), LifetimeBudget: yuan("50"), CampaignBudget: yuan("10000"),
	})
	if err != nil {
		panic(err)
	}
	left := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	now := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	var campaign winback.Purse
	for _, c := range []struct {
		name, reason string
		margin       string
	}{{"li", winback.Price, "0.3"}, {"wang", winback.Delivery, "0.3"}, {"zhao", winback.Competitor, "0.3"}, {"sun", winback.Competitor, "0.18"}} {
		d, err := e.Decide(c.name, winback.Customer{
			Reason: c.reason, Left: left, Order: yuan("200"), Margin: yuan(c.margin),
		}, winback.State{}, campaign, now)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s (%s): %s\n", c.name, d.Arm, d.Explain(guanxi.EN))
		if c.name == "wang" {
			fmt.Println("  ", d.Explain(guanxi.ZH))
		}
		state := winback.State{}.Apply(d) // stored by the host
		if state.Purse.Reserved > 0 {
			if campaign, err = campaign.Reserve(d.CostMinor, e.CampaignLimit()); err != nil {
				panic(err)
			}
		}
	}
	fmt.Println("reserved:", campaign.Reserved)
	// Output:
	// li (treated): Act: 5 % off (a fair price; at most 10); reason and situation fit, and it can be afforded
	// wang (treated): Act: call and apologise (mend the delivery; at most 3); reason and situation fit, and it can be afforded
	//    执行：致电道歉（补救配送；最多 3）；原因与情形相符，且在预算之内
	// zhao (held): Leave alone: held out, to show what happens anyway
	// sun (treated): Act: letter (ask why); reason and situation fit, and it can be afforded; not a fair price: too little would be left of the order
	// reserved: 1300
}

// Any promotion whose holdout was fixed before it is evaluated the same way.
func ExampleEvaluate() {
	h := winback.Holdout{Salt: "spring", Share: 0.5}
	key := guanxi.IntKey[int]()
	var units []winback.Unit[int]
	for i := 1; i <= 2000; i++ {
		u := winback.Unit[int]{Customer: i, Arm: winback.ArmOf(h, key, i), Segment: []string{"city", "country"}[i%2]}
		u.Contacted = u.Arm == winback.Treated && i%10 != 3 // some could not be reached: they count all the same
		u.Returned = i%7 == 0
		if u.Arm == winback.Treated && u.Segment == "city" {
			u.Returned = u.Returned || i%5 == 0
			u.Cost = decimal.NewFromInt(2)
		}
		if u.Arm == winback.Treated && u.Segment == "country" {
			u.Returned = i%21 == 0 // annoyed
		}
		if u.Returned {
			u.Money = decimal.NewFromInt(int64(40 + i%30))
		}
		units = append(units, u)
	}
	r, err := winback.Evaluate(key, units, winback.EvaluateConfig{Decimals: 2, Holdout: h})
	if err != nil {
		panic(err)
	}
	for _, s := range r.Segments {
		fmt.Printf("%s: %+.3f (%+.3f to %+.3f) %s; profit %+.2f (%+.2f to %+.2f) a customer\n", s.Name,
			s.Returns.Uplift, s.Returns.Low, s.Returns.High, s.Verdict, s.Profit.Uplift, s.Profit.Interval.Low, s.Profit.Interval.High)
	}
	fmt.Println("all:", r.Verdict, "- not to be contacted:", r.Stops())
	fmt.Println("treated and not reached:", r.Taint.NotContacted, "held and contacted:", r.Taint.HeldContacted)
	// Output:
	// city: +0.160 (+0.108 to +0.210) worked; profit +5.90 (+3.16 to +8.65) a customer
	// country: -0.103 (-0.139 to -0.067) harmed; profit -5.48 (-7.46 to -3.51) a customer
	// all: undecided - not to be contacted: [country]
	// treated and not reached: 90 held and contacted: 0
}

// Does a score find those whom a contact brings back?
func ExampleCurve() {
	var rows []winback.Scored
	for i := range 1000 {
		r := winback.Scored{Score: float64(i % 10), Arm: winback.Treated, Returned: i/20%10 < 1+i%10/2}
		if i/10%2 == 0 {
			r.Arm, r.Returned = winback.Held, i/20%10 < 1
		}
		rows = append(rows, r)
	}
	c, err := winback.NewCurve(rows)
	if err != nil {
		panic(err)
	}
	u, _, err := c.At(0.3, 0.95)
	if err != nil {
		panic(err)
	}
	fmt.Printf("Qini %.4f, AUUC %.4f, uplift@30%% %.3f (%.3f to %.3f)\n", c.Qini(), c.AUUC(), u.Uplift, u.Low, u.High)
	// Output: Qini 0.0400, AUUC 0.1400, uplift@30% 0.367 (0.269 to 0.455)
}
