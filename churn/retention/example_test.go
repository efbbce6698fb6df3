package retention_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/retention"
)

// A table by month: cells of the month in progress have no rate yet.
func ExampleCohorts() {
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 12, 0, 0, 0, time.UTC) }
	c, err := retention.NewCohorts(guanxi.StringKey[string](), retention.Config{
		Unit: retention.Month, From: day(1, 1), Periods: 4,
	})
	if err != nil {
		panic(err)
	}
	for _, a := range []retention.Activity[string]{
		{"li", day(1, 5)}, {"li", day(2, 7)}, {"li", day(4, 2)},
		{"wang", day(1, 20)}, {"wang", day(3, 3)},
		{"zhao", day(2, 14)}, {"zhao", day(3, 1)},
	} {
		if err := c.Add(a.Customer, a.At); err != nil {
			panic(err)
		}
	}
	table, err := c.Table(day(4, 15))
	if err != nil {
		panic(err)
	}
	for _, row := range table.Rows {
		fmt.Printf("%s %d:", row.From.Format("2006-01"), row.Customers)
		for _, cell := range row.Cells {
			if rate, ok := cell.Rate(); ok {
				fmt.Printf(" %3.0f%%", 100*rate)
			} else if cell.State == retention.InProgress {
				fmt.Printf("  %d so far", cell.SoFar)
			} else {
				fmt.Print("    –")
			}
		}
		fmt.Println()
	}
	// Output:
	// 2026-01 2: 100%  50%  50%  1 so far
	// 2026-02 1: 100% 100%  0 so far
	// 2026-03 0:    –  0 so far
	// 2026-04 0:  0 so far
}

// Where the revenue of the opening customers went.
func ExampleMovement() {
	yuan := decimal.NewFromInt
	m, err := retention.NewMovement("CNY", 2)
	if err != nil {
		panic(err)
	}
	for _, a := range []retention.Account{
		{Opening: yuan(100)},                     // left
		{Opening: yuan(100), Closing: yuan(60)},  // less
		{Opening: yuan(200), Closing: yuan(250)}, // more
		{Closing: yuan(80)},                      // new
		{Closing: yuan(30), Former: true},        // revived
	} {
		if err := m.Add(a); err != nil {
			panic(err)
		}
	}
	r := m.Report()
	grr, _ := r.GRR().Round(4)
	nrr, _ := r.NRR().Round(4)
	churn, err := r.CustomerChurn().Estimate(0.95)
	if err != nil {
		panic(err)
	}
	fmt.Printf("opening %s, new %s, revived %s, churned %s, contraction %s, expansion %s, closing %s\n",
		r.Opening, r.New, r.Revived, r.Churned, r.Contraction, r.Expansion, r.Closing)
	fmt.Printf("GRR %s, NRR %s, customer churn %.2f (%.2f to %.2f), adds up: %v\n", grr, nrr, churn.Rate, churn.Low, churn.High, r.Check() == nil)
	// Output:
	// opening 400, new 80, revived 30, churned 100, contraction 40, expansion 50, closing 420
	// GRR 0.65, NRR 0.775, customer churn 0.33 (0.06 to 0.79), adds up: true
}

// Orders instead of contracts: the first quarter against the second.
func ExampleBook() {
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 12, 0, 0, 0, time.UTC) }
	b, err := retention.NewBook(guanxi.IntKey[int64](), retention.BookConfig{
		Currency: "CNY", Decimals: 2, Opening: day(1, 1), Closing: day(4, 1), End: day(7, 1),
	})
	if err != nil {
		panic(err)
	}
	for _, e := range []retention.Entry[int64]{
		{1, day(2, 1), decimal.NewFromInt(120)}, {1, day(5, 1), decimal.NewFromInt(90)},
		{2, day(3, 1), decimal.NewFromInt(80)},
		{3, day(6, 1), decimal.NewFromInt(50)},
	} {
		if err := b.Add(e); err != nil {
			panic(err)
		}
	}
	m, err := b.Movement()
	if err != nil {
		panic(err)
	}
	grr, _ := m.Report().GRR().Round(2)
	fmt.Println("GRR", grr, "new", m.Report().New)
	// Output: GRR 0.45 new 50
}

// The repurchase rate fell: fewer who buy again, or other customers?
func ExampleDecompose() {
	group := func(name string, hits, of int64) retention.Group {
		return retention.Group{Name: name, Share: retention.Share{Hits: hits, Of: of}}
	}
	d, err := retention.Decompose(
		[]retention.Group{group("east", 400, 1000), group("north", 380, 1000), group("online", 150, 500)},
		[]retention.Group{group("east", 280, 1000), group("north", 390, 1000), group("online", 330, 1100)}, 0.95)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%+.4f (%+.4f to %+.4f) = mix %+.4f + rate %+.4f\n", d.Change, d.Low, d.High, d.Mix, d.Rate)
	for _, e := range d.Causes(0.8) {
		fmt.Printf("%s: mix %+.4f, rate %+.4f; its own rate %+.3f (%+.3f to %+.3f)\n", e.Group, e.Mix, e.Rate, e.Change, e.Low, e.High)
	}
	// Output:
	// -0.0494 (-0.0745 to -0.0243) = mix -0.0097 + rate -0.0397
	// east: mix +0.0006, rate -0.0434; its own rate -0.120 (-0.161 to -0.079)
}

// The orders of a period become repurchase rates by region.
func ExampleRepeats() {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 12, 0, 0, 0, time.UTC) }
	r, err := retention.NewRepeats(guanxi.IntKey[int](), retention.RepeatConfig{From: day(1), To: day(31), Again: retention.AnotherDay})
	if err != nil {
		panic(err)
	}
	for _, o := range []retention.Order[int]{{1, day(2), "east"}, {1, day(9), "east"}, {2, day(3), "east"}, {3, day(4), "north"}} {
		if err := r.Add(o); err != nil {
			panic(err)
		}
	}
	for _, g := range r.Groups() {
		fmt.Printf("%s %d of %d\n", g.Name, g.Hits, g.Of)
	}
	// Output:
	// east 1 of 2
	// north 0 of 1
}

// Did the churn rate fall by two points?
func ExampleTarget() {
	j, err := retention.Target{Change: -0.02}.Judge(retention.Share{Hits: 120, Of: 1000}, retention.Share{Hits: 80, Of: 1000})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s: %+.3f (%+.3f to %+.3f); target: %s\n", j.Verdict.Label(guanxi.EN), j.Change, j.Low, j.High, j.Target.Label(guanxi.ZH))
	// Output: Fell: -0.040 (-0.066 to -0.014); target: 尚无定论
}
