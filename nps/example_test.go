package nps_test

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps"
)

// From answers to a score that says how sure it is.
func Example() {
	var t nps.Tally // the zero value is NPS, 0–10
	for _, score := range []int{10, 9, 7, 3, 9, 10, 8, 6, 10, 9} {
		if err := t.Add(score); err != nil {
			fmt.Println(err)
		}
	}
	if err := t.AddFloat(8.5); err != nil {
		fmt.Println(err) // never a class
	}
	if err := t.Dismiss(4); err != nil { // closed without an answer: in no denominator
		fmt.Println(err)
	}
	e, err := t.Estimate("", 0.95)
	if err != nil {
		panic(err)
	}
	fmt.Printf("NPS %+.0f of %d answers, %+.0f to %+.0f (%s)\n", 100*e.Score, e.Answers, 100*e.Low, 100*e.High, e.Method)
	// Output:
	// not a whole number on the scale: 8.5 on a scale of 0 to 10
	// NPS +40 of 10 answers, -15 to +75 (tango)
}

// Without answers there is no score.
func ExampleTally_Score() {
	csat := nps.MustTally(nps.CSAT, nps.Range{}) // 1–5, top two boxes
	_, ok := csat.Score()
	fmt.Println("a score of no answers:", ok)
	for _, score := range []int{5, 4, 4, 2} {
		if err := csat.Add(score); err != nil {
			panic(err)
		}
	}
	score, _ := csat.Score()
	fmt.Printf("satisfied: %.0f %%\n", 100*score)
	var t nps.Tally
	fmt.Println(t.Merge(csat))
	// Output:
	// a score of no answers: false
	// satisfied: 75 %
	// different kinds of metric, or different scales: nps {0 10 7 9} and csat {1 5 3 4}
}

// The same answers by four methods: twenty customers, all promoters.
func ExampleTally_Interval() {
	var t nps.Tally
	if err := t.AddN(10, 20); err != nil {
		panic(err)
	}
	for _, m := range []nps.Method{nps.Tango, nps.MOVERWilson, nps.AdjustedWald, nps.Wald} {
		i, err := t.Interval(m, 0.95)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%-13s %.2f to %.2f\n", m, i.Low, i.High)
	}
	// Output:
	// tango         0.68 to 1.00
	// mover_wilson  0.77 to 1.00
	// adjusted_wald 0.70 to 1.00
	// wald          1.00 to 1.00
}

// counts makes a tally of detractors, passives and promoters.
func counts(detractors, passives, promoters int64) (t nps.Tally) {
	for score, n := range map[int]int64{3: detractors, 8: passives, 10: promoters} {
		if err := t.AddN(score, n); err != nil {
			panic(err)
		}
	}
	return t
}

func ExampleDiff() {
	d, err := nps.Diff(counts(60, 70, 70), counts(40, 60, 100), 0.95)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%+.0f points, %+.1f to %+.1f, p = %.4f\n", 100*d.Delta, 100*d.Low, 100*d.High, d.P)
	// Output: +25 points, +9.3 to +40.2, p = 0.0019
}

func ExampleCompare() {
	c, err := nps.Compare([]nps.Group{
		{Name: "Pudong", Tally: counts(20, 40, 60)},
		{Name: "Hongqiao", Tally: counts(45, 40, 35)},
		{Name: "Jing'an", Tally: counts(22, 38, 60)},
		{Name: "new store", Tally: counts(0, 1, 8)},
	}, nps.CompareConfig{})
	if err != nil {
		panic(err)
	}
	for i, s := range c.Ranked {
		fmt.Printf("%d. %-9s %+.0f (%+.0f to %+.0f)\n", i+1, s.Name, 100*s.Score, 100*s.Low, 100*s.High)
	}
	for _, s := range c.TooFew {
		fmt.Printf("-  %s: not enough answers, %d missing\n", s.Name, s.Missing)
	}
	fmt.Printf("all alike? p = %.6f\n", c.Equal.P)
	for _, p := range c.Pairs {
		fmt.Printf("%d and %d: %+.0f, adjusted p = %.4f\n", p.A, p.B, 100*p.Delta, p.Adjusted)
	}
	// Output:
	// 1. Pudong    +33 (+19 to +46)
	// 2. Jing'an   +32 (+17 to +45)
	// 3. Hongqiao  -8 (-23 to +6)
	// -  new store: not enough answers, 21 missing
	// all alike? p = 0.000043
	// 0 and 1: +42, adjusted p = 0.0002
	// 0 and 2: +2, adjusted p = 0.8641
	// 1 and 2: -40, adjusted p = 0.0003
}

// A team's target is a lift of five points over last year.
func ExampleKPI() {
	before := counts(400, 900, 700)
	kpi := nps.KPI{Target: 0.05}
	for _, after := range []nps.Tally{counts(60, 130, 150), counts(500, 1000, 1500), counts(560, 1000, 840)} {
		j, err := kpi.JudgeLift(before, after)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s / %s: %+.1f points (%+.1f to %+.1f), %d more answers\n",
			j.Verdict.Label(guanxi.EN), j.Verdict.Label(guanxi.ZH), 100*j.Value, 100*j.Low, 100*j.High, j.Needed)
	}
	need, err := nps.Plan{}.ForLift(nps.Mix{Promoters: 0.35, Detractors: 0.2}, nps.Mix{Promoters: 0.4, Detractors: 0.2})
	if err != nil {
		panic(err)
	}
	fmt.Println("answers per period to notice five points:", need)
	// Output:
	// Undecided / 尚无定论: +11.5 points (+2.8 to +19.8), 343 more answers
	// Met / 达成: +18.3 points (+14.2 to +22.5), 0 more answers
	// Missed / 未达成: -3.3 points (-7.7 to +1.1), 0 more answers
	// answers per period to notice five points: 3415
}

// Web customers answer more readily than those of the shop: weight the answers
// to the customers there are.
func ExampleRake() {
	sample := nps.Sample{Cells: make([][]string, 1)}
	add := func(channel string, t nps.Tally) {
		for score, n := range t.All() {
			for range n {
				sample.Scores = append(sample.Scores, score)
				sample.Cells[0] = append(sample.Cells[0], channel)
			}
		}
	}
	add("web", counts(20, 40, 100))
	add("shop", counts(20, 12, 8))
	r, err := nps.Rake(sample, nps.RakeConfig{Margins: []nps.Margin{
		{Name: "channel", Targets: []nps.Target{{Cell: "web", Size: 5000}, {Cell: "shop", Size: 5000}}},
	}})
	if err != nil {
		panic(err)
	}
	e, err := r.Estimate(0.95)
	if err != nil {
		panic(err)
	}
	fmt.Printf("as answered: +34; as customers: %+.0f, %+.0f to %+.0f\n", 100*e.Score, 100*e.Low, 100*e.High)
	fmt.Printf("%d answers are worth %.0f\n", e.Answers, e.Kish)
	// Output:
	// as answered: +34; as customers: +10, -3 to +23
	// 200 answers are worth 128
}

func ExampleWeighted() {
	var w nps.Weighted
	for _, a := range []struct {
		score  int
		weight float64
	}{{10, 1.5}, {9, 0.5}, {3, 2}, {8, 1}, {10, 1}, {7, 1}} {
		if err := w.Add(a.score, a.weight); err != nil {
			panic(err)
		}
	}
	e, err := w.Estimate(0.95, 0)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.3f ± %.3f\n", e.Score, e.SE)
	// Output: 0.143 ± 0.438
}

// The last 30 days in Shanghai, one answer a customer.
func ExampleWindow() {
	day := func(s string) time.Time {
		t, err := time.Parse("2006-01-02 15:04 -0700", s+" +0800")
		if err != nil {
			panic(err)
		}
		return t
	}
	w, err := nps.NewWindow[string](day("2026-04-01 00:00"), nps.WindowConfig{
		Days: 30, Location: time.FixedZone("CST", 8*3600), Repeat: nps.LatestAnswer,
	})
	if err != nil {
		panic(err)
	}
	for _, a := range []struct {
		who, at string
		score   int
	}{{"ann", "2026-03-05 09:00", 3}, {"bo", "2026-03-07 18:30", 9}, {"ann", "2026-03-20 12:00", 10}, {"cai", "2026-02-20 12:00", 2}} {
		if err := w.Add(a.who, a.score, day(a.at)); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(w.Tally().Classes())
	if err := w.Advance(day("2026-04-10 00:00")); err != nil {
		panic(err)
	}
	fmt.Println(w.Tally().Classes())
	// Output:
	// /at: answer from before the window: 2026-02-20 12:00:00 +0800 +0800
	// {0 0 2}
	// {0 0 1}
}

func ExampleTrend() {
	at := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 12, 0, 0, 0, time.UTC) }
	rows, err := nps.Trend([]nps.Answer[int]{
		{Customer: 1, At: at(1, 5), Score: 10}, {Customer: 2, At: at(1, 9), Score: 6}, {Customer: 3, At: at(3, 2), Score: 9},
	}, at(4, 1), nps.TrendConfig{Period: nps.Month})
	if err != nil {
		panic(err)
	}
	for _, row := range rows {
		if row.Estimate == nil {
			fmt.Println(row.From.Format("2006-01"), "no answers")
			continue
		}
		fmt.Printf("%s %+.0f of %d\n", row.From.Format("2006-01"), 100*row.Estimate.Score, row.Estimate.Answers)
	}
	// Output:
	// 2026-01 +0 of 2
	// 2026-02 no answers
	// 2026-03 +100 of 1
}

func ExampleMonitor() {
	m, err := nps.NewMonitor([]nps.Tally{counts(20, 30, 50), counts(22, 28, 50)}, nps.MonitorConfig{})
	if err != nil {
		panic(err)
	}
	chart := m.Start()
	for _, week := range []nps.Tally{counts(20, 32, 48), counts(35, 30, 35), counts(38, 30, 30), counts(30, 40, 30)} {
		p, err := m.Next(chart, week)
		if err != nil {
			panic(err)
		}
		chart = p.Chart // the host stores it
		fmt.Printf("%+.2f drift %d step %d\n", p.Score, p.Drift, p.Step)
	}
	// Output:
	// +0.28 drift 0 step 0
	// +0.00 drift 0 step 0
	// -0.08 drift -1 step -1
	// +0.00 drift -1 step -1
}
