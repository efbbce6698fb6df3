package migration_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

// From the journals of stages to a matrix, and what follows from it.
func Example() {
	date := func(month time.Month, day int) int64 {
		return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC).UnixMicro()
	}
	c, err := migration.NewCounts(migration.Config{
		Stages: []string{"active", "at_risk", "lost"},
		Since:  time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Until:  time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		panic(err)
	}
	for _, customer := range [][]migration.Stay{
		{{Stage: 0, From: date(1, 1), To: migration.Open}},
		{{Stage: 0, From: date(1, 1), To: date(2, 10)}, {Stage: 1, From: date(2, 10), To: migration.Open}},
		{{Stage: 0, From: date(1, 1), To: date(1, 20)}, {Stage: 1, From: date(1, 20), To: date(3, 15)}, {Stage: 2, From: date(3, 15), To: migration.Open}},
		{{Stage: 0, From: date(2, 15), To: migration.Open}}, // new in February: counts from March on
	} {
		if err := c.Add(customer); err != nil {
			panic(err)
		}
	}
	e, err := c.Table().Estimate(migration.EstimateConfig{})
	if err != nil {
		panic(err)
	}
	for cell := range e.Cells() {
		if cell.N > 0 {
			fmt.Printf("%s → %s: %d of %d, %.0f %% (%.0f–%.0f %%)\n", cell.From, cell.To, cell.N, cell.Of, 100*cell.P, 100*cell.Low, 100*cell.High)
		}
	}
	fmt.Println("stock on 1 April:", c.Stock(c.Len()))
	// Output:
	// active → active: 5 of 7, 71 % (36–92 %)
	// active → at_risk: 2 of 7, 29 % (8–64 %)
	// at_risk → at_risk: 2 of 3, 67 % (21–94 %)
	// at_risk → lost: 1 of 3, 33 % (6–79 %)
	// stock on 1 April: [2 1 1]
}

// Counts that the host has already, smoothed towards the whole chain of shops.
func ExampleTable_Estimate() {
	stages := []string{"active", "lost"}
	branch, err := migration.NewTable(stages, [][]int64{{9, 1}, {0, 5}})
	if err != nil {
		panic(err)
	}
	all, err := migration.NewMatrix(stages, [][]float64{{0.7, 0.3}, {0.1, 0.9}})
	if err != nil {
		panic(err)
	}
	e, err := branch.Estimate(migration.EstimateConfig{Cells: all.Prior(20)})
	if err != nil {
		panic(err)
	}
	cell, _ := e.Cell("active", "lost")
	fmt.Printf("%.3f, from %.3f to %.3f (%s)\n", cell.P, cell.Low, cell.High, e.Method())
	// Output:
	// 0.233, from 0.103 to 0.397 (beta)
}

func ExampleMatrix_Forecast() {
	m, err := migration.NewMatrix([]string{"active", "at_risk", "lost"}, [][]float64{{0.8, 0.2, 0}, {0.3, 0.4, 0.3}, {0, 0, 1}})
	if err != nil {
		panic(err)
	}
	forecast, err := m.Forecast(migration.ForecastConfig{Start: []int64{1000, 200, 0}, Periods: 2, Arrivals: []float64{50, 0, 0}})
	if err != nil {
		panic(err)
	}
	for _, e := range forecast {
		fmt.Printf("%d %-7s %4.0f (%.0f–%.0f)\n", e.Period, e.Stage, e.Mean, e.Low, e.High)
	}
	// Output:
	// 1 active   910 (879–941)
	// 1 at_risk  280 (252–308)
	// 1 lost      60 (47–73)
	// 2 active   862 (826–898)
	// 2 at_risk  294 (264–324)
	// 2 lost     144 (124–164)
}

// How long until customers are lost, and how many never are.
func ExampleMatrix_Passage() {
	m, err := migration.NewMatrix([]string{"new", "regular", "club", "lost"},
		[][]float64{{0.2, 0.5, 0, 0.3}, {0, 0.7, 0.1, 0.2}, {0, 0, 1, 0}, {0.1, 0, 0, 0.9}})
	if err != nil {
		panic(err)
	}
	p, err := m.Passage("lost")
	if err != nil {
		panic(err)
	}
	ever, _ := p.Ever("new")
	_, ok := p.Periods("new")
	fmt.Printf("lost one day: %.3f; a mean time: %v\n", ever.P, ok) // some join the club and stay
	p, err = m.Passage("lost", "club")
	if err != nil {
		panic(err)
	}
	wait, _ := p.Periods("new")
	fmt.Printf("lost or in the club after %.2f periods (sd %.2f)\n", wait.Mean, wait.SD)
	// Output:
	// lost one day: 0.792; a mean time: false
	// lost or in the club after 3.33 periods (sd 2.79)
}

// The worked example of Pfeifer and Carraway: a mailing costs 4, an order brings
// 40, and the chance of an order falls with every month without one.
func ExampleMatrix_StopRule() {
	m, err := migration.NewMatrix([]string{"r1", "r2", "r3", "r4", "former"}, [][]float64{
		{0.30, 0.70, 0, 0, 0},
		{0.20, 0, 0.80, 0, 0},
		{0.15, 0, 0, 0.85, 0},
		{0.05, 0, 0, 0, 0.95},
		{0, 0, 0, 0, 1},
	})
	if err != nil {
		panic(err)
	}
	e := migration.Economics{Rewards: []float64{36, -4, -4, -4, 0}, Discount: 0.2}
	within, err := m.ValueWithin(4, e)
	if err != nil {
		panic(err)
	}
	rule, err := m.StopRule(e, "former")
	if err != nil {
		panic(err)
	}
	for before := range rule.Before().All() {
		short, _ := within.Of(before.Stage)
		after, _ := rule.After().Of(before.Stage)
		fmt.Printf("%-6s %6.2f within 4, %6.2f for ever, %6.2f under the rule\n", before.Stage, short.Mean, before.Mean, after.Mean)
	}
	fmt.Println("stop at", rule.Dropped())
	// Output:
	// r1      50.11 within 4,  52.32 for ever,  53.15 under the rule
	// r2       4.22 within 4,   5.55 for ever,   6.62 under the rule
	// r3       0.59 within 4,   1.25 for ever,   2.64 under the rule
	// r4      -1.98 within 4,  -1.82 for ever,   0.00 under the rule
	// former   0.00 within 4,   0.00 for ever,   0.00 under the rule
	// stop at [r4]
}

// Who looked, put into the cart and bought within a week, by channel.
func ExampleFunnel() {
	var cfg migration.FunnelConfig
	err := json.Unmarshal([]byte(`{
		"steps": [
			{"id": "view", "name": {"en": "Viewed", "zh": "浏览"}},
			{"id": "cart", "name": {"en": "In the cart", "zh": "加购"}},
			{"id": "buy", "name": {"en": "Bought", "zh": "购买"}}
		],
		"window": "P7D"
	}`), &cfg)
	if err != nil {
		panic(err)
	}
	f, err := migration.NewFunnel(cfg)
	if err != nil {
		panic(err)
	}
	const hour = 3600e6
	for _, events := range [][]migration.Event{
		{{Step: 0, At: 0, Group: "wechat"}, {Step: 1, At: 2 * hour}, {Step: 2, At: 5 * hour}},
		{{Step: 0, At: 0, Group: "wechat"}, {Step: migration.Other, At: hour}, {Step: 1, At: 20 * hour}},
		{{Step: 0, At: 0, Group: "wechat"}},
		{{Step: 0, At: 100 * hour, Group: "wechat"}, {Step: 1, At: 104 * hour}}, // the week is not over
		{{Step: 0, At: 0, Group: "shop"}, {Step: 1, At: hour}, {Step: 2, At: hour}},
	} {
		if err := f.Add(events, 200*hour); err != nil {
			panic(err)
		}
	}
	for _, group := range f.Groups() {
		r, _ := f.Report(group)
		for _, s := range r.Steps[:len(r.Steps)-1] {
			o := s.Onward
			half := "not half yet"
			if d, ok := o.Median(); ok {
				half = fmt.Sprintf("half within %v", d)
			}
			fmt.Printf("%-6s %s: %d reached, %d went on, %d dropped, %d open; %s\n", group, s.Name.In(guanxi.ZH), s.Reached, o.Continued, o.Dropped, o.Open, half)
		}
		if c, ok := r.Whole.Conversion(); ok {
			fmt.Printf("%-6s all the way: %.0f %% (%.0f–%.0f %%)\n", group, 100*c.Share, 100*c.Low, 100*c.High)
		}
	}
	// Output:
	// shop   浏览: 1 reached, 1 went on, 0 dropped, 0 open; half within 1h0m0s
	// shop   加购: 1 reached, 1 went on, 0 dropped, 0 open; half within 0s
	// shop   all the way: 100 % (21–100 %)
	// wechat 浏览: 4 reached, 3 went on, 1 dropped, 0 open; half within 4h0m0s
	// wechat 加购: 3 reached, 1 went on, 1 dropped, 1 open; not half yet
	// wechat all the way: 25 % (5–70 %)
}

// From orders to a journal of visits, and from there to a matrix.
func ExampleAppendStays() {
	date := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	model := lifecycle.MustCompile[struct{}](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil)
	order, _ := model.Event("order")
	now := date(7, 1)
	counts, err := migration.NewCounts(migration.Config{
		Stages: migration.StagesOf(model), Period: migration.Quarter, Since: date(1, 1), Until: now,
	})
	if err != nil {
		panic(err)
	}
	for _, orders := range [][]time.Time{
		{date(1, 1), date(1, 20), date(3, 5)},
		{date(1, 1)},
		{date(1, 1), date(2, 1), date(5, 25)},
	} {
		var journal []lifecycle.Visit
		pos, _ := model.Begin(orders[0])
		for i, at := range orders[1:] {
			before := pos
			var out lifecycle.Outcome
			pos, out = model.Step(before, order, at, uint32(i+1), nil)
			journal = model.AppendVisits(journal, before, out)
		}
		after, out := model.Advance(pos, now)
		journal = model.AppendVisits(journal, pos, out)
		stays, err := migration.AppendStays(nil, model, journal, after)
		if err != nil {
			panic(err)
		}
		if err := counts.Add(stays); err != nil {
			panic(err)
		}
	}
	e, err := counts.Table().Estimate(migration.EstimateConfig{})
	if err != nil {
		panic(err)
	}
	for cell := range e.Cells() {
		if cell.N > 0 {
			fmt.Printf("%s → %s: %d of %d\n", cell.From, cell.To, cell.N, cell.Of)
		}
	}
	// Output:
	// new → new: 1 of 4
	// new → active: 2 of 4
	// new → at_risk: 1 of 4
	// active → active: 1 of 2
	// active → at_risk: 1 of 2
}
