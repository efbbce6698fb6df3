package loyalty_test

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// What is outstanding at the end of June, and how it has come there. No sweep has run:
// time decides what has expired.
func ExampleLiability() {
	e, err := loyalty.New(loyalty.Program{
		Version: 1, Currency: "CNY", Decimals: 2,
		Kinds: []loyalty.KindConfig{{ID: "points", Spendable: true, Expiry: loyalty.ExpiryRule{Mode: loyalty.ExpireSpan, Span: guanxi.MustParseSpan("P90D")}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	a := loyalty.NewAccount("a1")
	var journal []loyalty.Entry
	give := func(key loyalty.Key, at time.Time, points loyalty.Points) {
		d, err := e.Decide(a, &loyalty.Adjust{Header: loyalty.Header{Key: key, At: at}, Kind: "points", Points: points}, at)
		if err == nil {
			err = a.Apply(d)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		for i := range d.Entries {
			journal = append(journal, d.Entries[i].Clone())
		}
	}
	give("k1", time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC), 500)
	give("k2", time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC), 800)

	from, to := time.Date(2025, 4, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	l, _ := loyalty.NewLiability(loyalty.LiabilityConfig{At: to.Add(-time.Microsecond)})
	r, _ := loyalty.NewRollForward(loyalty.RollForwardConfig{From: from, To: to})
	fmt.Println(l.AddAccount(a), r.AddJournal("a1", loyalty.Entries(journal)), r.Check(l))

	for _, line := range r.Rows()[0].Lines() {
		if line.Points != 0 {
			fmt.Println(line.Name.In(guanxi.EN), line.Points)
		}
	}
	report, err := l.Report(loyalty.LiabilityView{Decimals: 2, Values: []loyalty.PointValue{{Kind: "points", Points: 100, Worth: decimal.NewFromInt(1)}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	k := report.Kinds[0]
	fmt.Println(k.Total, "worth", k.Value.Decimal.StringFixed(2), "expire in", k.Expires[0].Month)
	// Output:
	// <nil> <nil> <nil>
	// opening 500
	// expired -500
	// adjusted 800
	// closing 800
	// 800 worth 8.00 expire in 2025-09
}

// Goods for 100,000 come with 10,000 points of 1 each, of which 97 % are expected to be
// redeemed.
func ExampleRecognise() {
	alone, _ := loyalty.StandAlone(10000, loyalty.PointValue{Kind: "points", Points: 1, Worth: decimal.NewFromInt(1)}, loyalty.Rational{Num: 97, Den: 100}, 2)
	price := decimal.NewFromInt(100000)
	parts, _ := loyalty.AllocatePrice(price, []decimal.Decimal{price, alone}, 2)
	fmt.Println("allocated to points:", parts[1])

	c := loyalty.Cohort{Kind: "points", Allocated: parts[1], VintageFlow: loyalty.VintageFlow{Issued: 10000, Redeemed: 4500}}
	first, _ := loyalty.Recognise(c, 9700, loyalty.Recognised{}, 2)
	fmt.Println("first period:", first.Now, "deferred:", first.Deferred)

	c.Redeemed += 4000 // and more are now expected to be redeemed
	second, _ := loyalty.Recognise(c, 9900, first.Total, 2)
	fmt.Println("second period:", second.Now, "of which catch-up:", second.CatchUp)

	p, _ := loyalty.ProposeRecognition(second.Now, second.Breakage, 2)
	for _, line := range p.Lines {
		fmt.Println(line.Role, line.Role.Label(guanxi.ZH), line.Debit, line.Credit)
	}
	// Output:
	// allocated to points: 8842.3
	// first period: 4102.1 deferred: 4740.2
	// second period: 3489.77 of which catch-up: -82.87
	// contract_liability 合同负债 3489.77 0
	// points_revenue 积分兑换收入 0 3536.92
	// breakage_revenue 积分未行使收入 47.15 0
}

// Half of each month's points are redeemed at once, and a quarter a month later.
func ExampleTriangle_Breakage() {
	t, _ := loyalty.NewTriangle(loyalty.TriangleConfig{Kind: "points"})
	for m := range 4 {
		at := func(age int) loyalty.Instant {
			return loyalty.InstantOf(time.Date(2025, time.Month(1+m+age), 10, 0, 0, 0, 0, time.UTC))
		}
		_ = t.Add(at(0), at(0), loyalty.VintageFlow{Issued: 1000, Redeemed: 500})
		_ = t.Add(at(0), at(1), loyalty.VintageFlow{Redeemed: 250})
	}
	b, err := t.Breakage(loyalty.BreakageConfig{AsOf: time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		fmt.Println(err)
		return
	}
	v, _ := b.Of(loyalty.MonthOf(time.Date(2025, 4, 1, 0, 0, 0, 0, time.UTC)))
	rate, ok := v.Rate()
	fmt.Println(v.Vintage, v.Redeemed, "redeemed,", v.Ultimate, "expected, breakage", rate, ok)
	// Output:
	// 2025-04 500 redeemed, 750 expected, breakage 0.25 true
}
