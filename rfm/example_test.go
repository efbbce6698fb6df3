package rfm_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/shopspring/decimal"
)

// date and yuan keep the examples short.
func date(s string) time.Time       { t, _ := time.Parse(time.DateOnly, s); return t }
func yuan(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// shopLog is the order log of six customers.
func shopLog() []rfm.Purchase[string] {
	var log []rfm.Purchase[string]
	for _, o := range []struct{ customer, at, amount string }{
		{"ann", "2026-01-05", "120.00"}, {"ann", "2026-02-11", "80.50"}, {"ann", "2026-03-28", "310.00"},
		{"bo", "2026-01-07", "45.00"}, {"bo", "2026-03-30", "60.00"},
		{"cai", "2025-11-20", "900.00"}, {"cai", "2025-12-24", "1200.00"},
		{"dee", "2026-03-29", "15.00"},
		{"eva", "2025-10-02", "20.00"},
		{"fu", "2026-02-01", "75.00"}, {"fu", "2026-02-20", "5.00"},
	} {
		log = append(log, rfm.Purchase[string]{Customer: o.customer, At: date(o.at), Amount: yuan(o.amount)})
	}
	return log
}

// From an order log to scored, named customers.
func Example() {
	agg, err := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Currency: "CNY", Decimals: 2})
	if err != nil {
		panic(err)
	}
	if err := agg.AddAll(shopLog()); err != nil {
		fmt.Println(err) // names the refused rows; the others are in
	}
	pop, err := agg.Population(date("2026-04-01"))
	if err != nil {
		panic(err)
	}
	scale, err := rfm.Fit(pop, rfm.ScaleConfig{}) // quintiles; equal values share a score
	if err != nil {
		panic(err)
	}
	scored, err := rfm.ScoreAll(pop, scale, rfm.MustSegments(rfm.Eleven()))
	if err != nil {
		panic(err)
	}
	for c := range scored.All() {
		fmt.Println(c.Customer, c.Score, c.Segment)
	}
	fmt.Println("revenue", pop.Revenue())
	// Output:
	// ann 354 loyal
	// bo 523 potential_loyalist
	// cai 125 at_risk
	// dee 411 promising
	// eva 111 lost
	// fu 222 hibernating
	// revenue 2830.5
}

func ExampleNewAggregator() {
	shanghai := time.FixedZone("", 8*3600)
	agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{
		Currency: "CNY", Decimals: 2,
		Location: shanghai,   // where a day begins
		Per:      rfm.PerDay, // all orders of one day are one purchase
	})
	if err != nil {
		panic(err)
	}
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, shanghai)
	_ = agg.Add(rfm.Purchase[int64]{Customer: 7, At: at, Amount: yuan("19.90"), Order: "A-1"})
	_ = agg.Add(rfm.Purchase[int64]{Customer: 7, At: at.Add(time.Hour), Amount: yuan("5.10"), Order: "A-2"})
	pop, _ := agg.Population(at.AddDate(0, 0, 10))
	fmt.Printf("%+v\n", pop.Values(0))

	_, err = rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Decimals: 20, Keep: "everything"})
	for f := range guanxi.Faults(err) {
		fmt.Println(f.Pointer)
	}
	// Output:
	// {Recency:10 Frequency:1 Monetary:2500 Prospect:false}
	// /decimals
	// /keep
}

// A refund that names its order undoes it, also when it comes first; the same
// order twice is refused.
func ExampleAggregator_Add() {
	agg, _ := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Decimals: 2})
	add := func(at, order, amount string) {
		if err := agg.Add(rfm.Purchase[string]{Customer: "ann", At: date(at), Order: order, Amount: yuan(amount)}); err != nil {
			fmt.Println(err)
		}
	}
	add("2026-01-05", "A1", "100.00")
	add("2026-02-03", "A2", "-40.00") // its order comes next
	add("2026-02-01", "A2", "40.00")
	add("2026-02-01", "A2", "40.00")
	add("2026-02-09", "A9", "-7.50") // and this one never does
	pop, _ := agg.Population(date("2026-03-01"))
	fmt.Printf("%+v\n", pop.Values(0))
	notes := pop.Notes()
	fmt.Println("undone", notes.Undone, "duplicates", notes.Duplicates, "pending", notes.Pending[0].Order, notes.Pending[0].Amount)
	// Output:
	// rfm: /order: order reference seen before
	// {Recency:55 Frequency:1 Monetary:10000 Prospect:false}
	// undone 1 duplicates 1 pending A9 -7.5
}

// Columns of minor units are the fast way in.
func ExampleAggregator_AddBatch() {
	agg, _ := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Decimals: 2, Keep: rfm.Totals, Workers: 2})
	err := agg.AddBatch(rfm.Batch[int64]{
		Customer: []int64{7, 8, 0, 7},
		At:       []int64{date("2026-01-01").UnixMicro(), date("2026-01-02").UnixMicro(), date("2026-01-03").UnixMicro(), date("2026-01-04").UnixMicro()},
		Amount:   []int64{1990, 500, 100, 10},
	})
	var refused *guanxi.BatchError
	if errors.As(err, &refused) {
		fmt.Println(refused.Refused, "refused, the first is row", refused.Rows[0], refused.Faults[0].Err)
	}
	fmt.Println(agg.Len(), "customers")
	// Output:
	// 1 refused, the first is row 2 no customer
	// 2 customers
}

func ExampleAggregator_AddAll() {
	agg, _ := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Decimals: 2})
	err := agg.AddAll([]rfm.Purchase[string]{
		{Customer: "ann", At: date("2026-01-01"), Amount: yuan("10.00")},
		{Customer: "bo", At: date("2026-01-01"), Amount: yuan("10.005")},
	})
	fmt.Println(err)
	// Output: rfm: 1 row refused: /1/amount: more decimal places than the currency keeps
}

// A cursor fits AddSeq; where it fails, what came before stays added.
func ExampleAggregator_AddSeq() {
	cursor := func(yield func(rfm.Purchase[string], error) bool) {
		for _, p := range shopLog()[:3] {
			if !yield(p, nil) {
				return
			}
		}
		yield(rfm.Purchase[string]{}, errors.New("connection lost"))
	}
	agg, _ := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Decimals: 2})
	fmt.Println(agg.AddSeq(iter.Seq2[rfm.Purchase[string], error](cursor)))
	fmt.Println(agg.Len(), "customer")
	// Output:
	// rfm: reading purchases: /3: connection lost
	// 1 customer
}

// Rows that a database has grouped: SELECT customer, max(at), count(*), sum(amount).
func ExampleAggregator_AddSummary() {
	agg, _ := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Decimals: 2, Keep: rfm.Totals})
	_ = agg.AddSummary(rfm.Summary[string]{Customer: "ann", Last: date("2026-03-28"), Count: 3, Sum: yuan("510.50")})
	_ = agg.AddMember("zoe") // known, but never bought
	_, err := agg.Population(date("2026-03-01"))
	fmt.Println(errors.Is(err, rfm.ErrNeedsOrders)) // sums cannot be taken back to an earlier date
	pop, _ := agg.Population(date("2026-04-01"))
	for customer, v := range pop.All() {
		fmt.Printf("%s %+v\n", customer, v)
	}
	// Output:
	// true
	// ann {Recency:4 Frequency:3 Monetary:51050 Prospect:false}
	// zoe {Recency:0 Frequency:0 Monetary:0 Prospect:true}
}

// Parts of a log are folded apart, stored, and brought together.
func ExampleAggregator_Merge() {
	cfg := rfm.Config{Currency: "CNY", Decimals: 2}
	log := shopLog()
	a, _ := rfm.NewAggregator(guanxi.StringKey[string](), cfg)
	b, _ := rfm.NewAggregator(guanxi.StringKey[string](), cfg)
	_, _ = a.AddAll(log[:4]), b.AddAll(log[4:])
	stored, _ := b.MarshalBinary()
	c, _ := rfm.NewAggregator(guanxi.StringKey[string](), cfg)
	if err := c.UnmarshalBinary(stored); err != nil {
		panic(err)
	}
	if err := c.Merge(a); err != nil {
		panic(err)
	}
	whole, _ := rfm.NewAggregator(guanxi.StringKey[string](), cfg)
	_ = whole.AddAll(log)
	x, _ := c.MarshalBinary()
	y, _ := whole.MarshalBinary()
	fmt.Println(string(x) == string(y))
	// Output: true
}

func ExampleAggregator_PopulationSince() {
	agg, _ := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Decimals: 2})
	_ = agg.AddAll(shopLog())
	asOf := date("2026-04-01")
	pop, _ := agg.PopulationSince(guanxi.MustParseSpan("P90D").SubFrom(asOf, time.UTC), asOf)
	i, _ := pop.Find("cai")
	fmt.Printf("%+v\n", pop.Values(i)) // bought, but not in the last 90 days
	// Output: {Recency:98 Frequency:0 Monetary:0 Prospect:false}
}

// A fitted scale is stored and scores a single customer in a request.
func ExampleFit() {
	agg, _ := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Currency: "CNY", Decimals: 2})
	_ = agg.AddAll(shopLog())
	pop, _ := agg.Population(date("2026-04-01"))
	scale, _ := rfm.Fit(pop, rfm.ScaleConfig{Bins: 3})
	stored, _ := json.Marshal(scale)

	var loaded rfm.Scale
	if err := json.Unmarshal(stored, &loaded); err != nil {
		panic(err)
	}
	fmt.Println(loaded.Cuts(rfm.Recency), loaded.Cuts(rfm.Frequency), loaded.Cuts(rfm.Monetary))
	fmt.Println(loaded.Score(rfm.Values{
		Recency:   rfm.RecencyDays(date("2026-04-10"), date("2026-04-12"), time.UTC),
		Frequency: 2,
		Monetary:  38050, // 380.50
	}))
	// Output:
	// [[98 4]] [[1 2]] [[20 105]]
	// 323
}

// "10 orders a year or more, and more than 2,000 per order."
func ExampleNewScale() {
	breaks := func(at int64, inclusive bool) rfm.DimensionConfig {
		return rfm.DimensionConfig{Breaks: []rfm.Break{{At: decimal.NewFromInt(at), Inclusive: inclusive}}}
	}
	scale, err := rfm.NewScale(rfm.ScaleConfig{
		Method:    rfm.Fixed,
		Money:     rfm.MoneyMean,
		Recency:   breaks(90, false), // seen less than 90 days ago
		Frequency: breaks(10, true),
		Monetary:  breaks(2000, false),
	}, "CNY", 2)
	if err != nil {
		panic(err)
	}
	fmt.Println(scale.Score(rfm.Values{Recency: 12, Frequency: 10, Monetary: 10 * 2000_00}))
	fmt.Println(scale.Score(rfm.Values{Recency: 12, Frequency: 10, Monetary: 10*2000_00 + 1}))
	// Output:
	// 221
	// 222
}

func ExampleAppendScores() {
	agg, _ := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Decimals: 2})
	_ = agg.AddAll(shopLog())
	pop, _ := agg.Population(date("2026-04-01"))
	scale, _ := rfm.Fit(pop, rfm.ScaleConfig{Method: rfm.NTile, Bins: 2}) // groups of equal size split ties
	scores, _ := rfm.AppendScores(nil, pop, scale)
	for i, s := range scores {
		fmt.Print(pop.Key(i), " ", s, "  ")
	}
	// Output: ann 222  bo 212  cai 122  dee 211  eva 111  fu 121
}

func ExampleScale_Weighted() {
	cfg := rfm.ScaleConfig{}
	cfg.Recency.Weight, cfg.Frequency.Weight, cfg.Monetary.Weight = 1, 1, 2
	agg, _ := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Decimals: 2})
	_ = agg.AddAll(shopLog())
	pop, _ := agg.Population(date("2026-04-01"))
	scale, _ := rfm.Fit(pop, cfg)
	i, _ := pop.Find("cai")
	v := pop.Values(i)
	weighted, _ := scale.Weighted(scale.Score(v))
	z, _ := scale.Z(v)
	fmt.Printf("%s %.2f %.2f\n", scale.Score(v), weighted, z)
	// Output: 125 3.25 0.99
}

// Segments of one's own: every cell must have exactly one name.
func ExampleNewSegments() {
	cfg := rfm.SegmentsConfig{Bins: rfm.EvenBins(2), Segments: []rfm.Segment{
		{ID: "regulars", Name: guanxi.Text{EN: "Regulars", ZH: "常客"}, Cells: []rfm.Block{{R: rfm.Interval{2, 2}, F: rfm.Interval{2, 2}}}},
		{ID: "gone", Name: guanxi.Text{EN: "Gone", ZH: "流失"}, Cells: []rfm.Block{{R: rfm.Interval{1, 1}}}},
	}}
	_, err := rfm.NewSegments(cfg)
	for f := range guanxi.Faults(err) {
		var cell *rfm.CellError
		if errors.As(f.Err, &cell) {
			fmt.Println(cell)
		}
	}
	cfg.Segments = append(cfg.Segments, rfm.Segment{ID: "others"})
	cfg.Rest = "others" // an explicit choice
	segments, err := rfm.NewSegments(cfg)
	if err != nil {
		panic(err)
	}
	seg, _ := segments.Of(rfm.Score{R: 2, F: 2, M: 1})
	fmt.Println(seg.Label(guanxi.ZH))
	// Output:
	// cell without a segment: 211
	// cell without a segment: 212
	// 常客
}

func ExampleEight() {
	segments := rfm.MustSegments(rfm.Eight())
	for score, seg := range segments.Cells {
		fmt.Print(score, " ", seg.Label(guanxi.ZH), "  ")
	}
	// Output: 111 一般挽留客户  112 重要挽留客户  121 一般保持客户  122 重要保持客户  211 一般发展客户  212 重要发展客户  221 一般价值客户  222 重要价值客户
}

// exampleScored scores the log as of a date.
func exampleScored(asOf string) *rfm.Scored[string] {
	agg, _ := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Currency: "CNY", Decimals: 2})
	_ = agg.AddAll(shopLog())
	pop, _ := agg.Population(date(asOf))
	scale, _ := rfm.Fit(pop, rfm.ScaleConfig{})
	scored, err := rfm.ScoreAll(pop, scale, rfm.MustSegments(rfm.Four()))
	if err != nil {
		panic(err)
	}
	return scored
}

func ExampleScored_Table() {
	table := exampleScored("2026-04-01").Table()
	for _, row := range table.Rows {
		share, _ := row.Share()
		of, _ := row.RevenueShare()
		days, ok := row.Recency()
		fmt.Printf("%-10s %d %3.0f%%  %7s %3.0f%%  %.0f %t\n", row.Segment.Label(guanxi.EN), row.Customers, 100*share, row.Revenue, 100*of, days, ok)
	}
	// Output:
	// High value 1  17%    510.5  18%  4 true
	// Active     1  17%      105   4%  2 true
	// Potential  1  17%       15   1%  3 true
	// Lost       3  50%     2200  78%  106 true
}

func ExampleScored_GroupBy() {
	stores := map[string]string{"ann": "north", "bo": "north", "cai": "south", "dee": "south", "eva": "north", "fu": "south"}
	for _, g := range exampleScored("2026-04-01").GroupBy(func(c string) string { return stores[c] }) {
		fmt.Println(g.Name, g.Len(), g.Table().Revenue)
	}
	// Output:
	// north 3 635.5
	// south 3 2195
}

func ExampleScored_Pareto() {
	scored := exampleScored("2026-04-01")
	for _, p := range scored.Pareto(3) {
		fmt.Printf("the best %d (%.0f%%) make %.0f%%\n", p.Customers, 100*p.CustomerShare, 100*p.RevenueShare)
	}
	gini, _ := scored.Gini()
	fmt.Printf("Gini %.2f, best: %s\n", gini, scored.Top(1)[0].Customer)
	// Output:
	// the best 2 (33%) make 92%
	// the best 4 (67%) make 99%
	// the best 6 (100%) make 100%
	// Gini 0.70, best: cai
}

func ExampleScored_Grid() {
	for r, row := range exampleScored("2026-04-01").Grid().Cells {
		fmt.Print("R", r+1)
		for _, cell := range row {
			fmt.Print(" ", cell.Customers)
		}
		fmt.Println()
	}
	// Output:
	// R1 1 1 0 0 0
	// R2 0 1 0 0 0
	// R3 0 0 0 0 1
	// R4 1 0 0 0 0
	// R5 0 1 0 0 0
}

// What moved since the first of February, and why.
func ExampleMigrate() {
	m, err := rfm.Migrate(exampleScored("2026-02-01"), exampleScored("2026-04-01"))
	if err != nil {
		panic(err)
	}
	for _, f := range m.Flows() {
		fmt.Println(f.From, "→", f.To, f.Customers)
	}
	for mv := range m.Moves() {
		if mv.Customer == "ann" {
			fmt.Println(mv.Before.Score, mv.After.Score, mv.Moved)
		}
	}
	// Output:
	// active → high_value 1
	// absent → potential 1
	// absent → lost 1
	// 313 354 [{frequency 1 5 true} {monetary 3 4 true}]
}

// New orders re-score whom they touch, and whom a moved cut point passed over.
func ExampleNewLive() {
	agg, _ := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Currency: "CNY", Decimals: 2})
	_ = agg.AddAll(shopLog())
	live, err := rfm.NewLive(agg, date("2026-04-01"), rfm.MustSegments(rfm.Four()), rfm.LiveConfig{})
	if err != nil {
		panic(err)
	}
	changes, err := live.Update(nil, []rfm.Purchase[string]{
		{Customer: "eva", At: date("2026-04-01"), Amount: yuan("600.00")},
	}, date("2026-04-02"))
	if err != nil {
		panic(err)
	}
	for _, c := range changes {
		fmt.Println(c.Customer, c.Before, c.From, "→", c.After, c.To)
	}
	// Output:
	// ann 354 high_value → 253 lost
	// bo 523 active → 412 active
	// cai 125 lost → 115 lost
	// dee 411 potential → 311 potential
	// eva 111 lost → 514 active
	// fu 222 lost → 111 lost
}
