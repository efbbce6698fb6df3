package churn_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
)

func date(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Three signals become a risk whose reasons add up to it.
func Example() {
	s := must(churn.NewScorer(churn.Handbook()))
	seen := []churn.Observation{
		must(s.Observe(churn.PromotionsMissed, 1, date("2026-05-02"))),   // 30 days ago
		must(s.Observe(churn.ComplaintSmall, 1, date("2026-05-20"))),     // of one group:
		must(s.Observe(churn.ComplaintEscalated, 1, date("2026-05-22"))), // the stronger counts
		must(s.Observe(churn.LowScore, 0, date("2026-06-01"))),           // asked, and it was not low
	}
	reasons := make([]churn.Reason, 3)
	score, err := s.Score(reasons, seen, date("2026-06-01"))
	if err != nil {
		panic(err)
	}
	sum := s.Bias()
	fmt.Printf("%+.3f bias\n", s.Bias())
	for _, r := range reasons[:score.Reasons] {
		fmt.Printf("%+.3f %s / %s\n", r.LogOdds, s.Signal(int(r.Signal)).Label(guanxi.EN), s.Signal(int(r.Signal)).Label(guanxi.ZH))
		sum += r.LogOdds
	}
	fmt.Printf("%+.3f log-odds; the reasons add up to it: %v\n", score.LogOdds, sum+score.Rest == score.LogOdds)
	fmt.Printf("risk %.3f, health %.0f, %s; %d of %d signals known\n",
		score.Risk, score.Health(), s.Bands()[score.Band].Label(guanxi.EN), score.Known, s.NumSignals())
	// Output:
	// -2.500 bias
	// +1.667 Complaint escalated / 投诉升级
	// +0.424 Missed two promotions in a row / 连续两次未参与促销
	// -0.300 Low score in a survey / 问卷评分低
	// -0.709 log-odds; the reasons add up to it: true
	// risk 0.330, health 67, Watch; 4 of 12 signals known
}

// From the orders of a shop to who is overdue.
func ExampleRhythm_Standing() {
	r := must(churn.NewRhythm(churn.RhythmConfig{}))
	var gaps churn.Gaps
	var curve churn.Curve
	now := date("2026-06-01")
	add := func(c churn.Cycle, day string) churn.Cycle {
		next, gap, err := r.Step(c, date(day))
		if err != nil {
			panic(err)
		}
		if next.Orders() == 2 && gap > 0 {
			if err := curve.Add(int(gap), true); err != nil {
				panic(err)
			}
		}
		return next
	}
	// Forty customers order every month or so, thirty came once.
	for i := range 40 {
		c := add(churn.Cycle{}, "2026-01-01")
		at := date("2026-01-01")
		for k := range 4 {
			at = at.AddDate(0, 0, 24+(i*7+k*5)%13)
			c = add(c, at.Format(time.DateOnly))
		}
		gaps.Add(c)
	}
	for range 30 {
		if err := curve.Add(int(must(r.Counted(date("2026-01-15"), now))), false); err != nil {
			panic(err)
		}
	}
	shop := must(churn.NewSegment(&gaps, &curve, nil, churn.SegmentConfig{}))

	weekly := add(add(add(churn.Cycle{}, "2026-04-01"), "2026-04-08"), "2026-04-16")
	once := add(churn.Cycle{}, "2026-04-16")
	for _, c := range []churn.Cycle{weekly, once} {
		s := must(r.Standing(c, shop, now))
		fmt.Printf("%s: silent %.0f days, expected within %.0f (%s), overdue %.0f, such a silence: %.2g\n",
			s.Basis, s.Silent, s.Expected, s.Due.Format(time.DateOnly), s.Overdue, s.Silence)
	}
	_, err := r.Standing(churn.Cycle{}, shop, now)
	fmt.Println(err)
	// Output:
	// own_cycle: silent 46 days, expected within 33 (2026-05-19), overdue 13, such a silence: 0.00048
	// first_order: silent 46 days, expected within 34 (2026-05-20), overdue 12, such a silence: 0.43
	// churn: no orders
}

// Silence in the holidays does not count.
func ExampleRhythmConfig_seasons() {
	r := must(churn.NewRhythm(churn.RhythmConfig{
		Seasons: []churn.Season{
			{Name: guanxi.Text{EN: "Spring term", ZH: "春季学期"}, From: "--02-20", To: "--07-01"},
			{Name: guanxi.Text{EN: "Autumn term", ZH: "秋季学期"}, From: "--09-01", To: "--01-15"},
		},
		Zone: "Asia/Shanghai",
	}))
	shanghai := must(time.LoadLocation("Asia/Shanghai"))
	from := time.Date(2026, 6, 21, 0, 0, 0, 0, shanghai)
	to := time.Date(2026, 9, 6, 0, 0, 0, 0, shanghai)
	fmt.Printf("%.0f days have passed, %.0f count\n", to.Sub(from).Hours()/24, must(r.Counted(from, to)))
	// Output: 77 days have passed, 15 count
}

// Alerts that hold still.
func ExampleAlerts_Step() {
	a := must(churn.NewAlerts(churn.AlertConfig{
		Rule: "churn", Enter: 0.6, Leave: 0.4,
		Opens: churn.Confirm{N: 2, M: 3}, Closes: churn.Confirm{N: 2, M: 2},
		CoolDown: guanxi.Span{Days: 7},
	}))
	var s churn.Alert
	for day, risk := range []float64{0.65, 0.3, 0.62, 0.58, 0.61, 0.8, 0.7, 0.35, 0.2, 0.9, 0.9} {
		at := date("2026-06-01").AddDate(0, 0, day)
		next, effect, err := a.Step(s, churn.Reading{Risk: risk, Band: int(risk * 4)}, at)
		if err != nil {
			panic(err)
		}
		if s = next; effect != churn.NoEffect {
			fmt.Println(at.Format(time.DateOnly), risk, effect)
		}
	}
	s, effect, _ := a.Step(s, churn.Reading{Risk: 0.1, Crisis: true}, date("2026-06-12"))
	fmt.Println("2026-06-12 crisis", effect, "in the cool-down, open:", s.IsOpen())
	fmt.Println(a.Key("c/17"))
	// Output:
	// 2026-06-03 0.62 opened
	// 2026-06-06 0.8 escalated
	// 2026-06-09 0.2 closed
	// 2026-06-12 crisis opened in the cool-down, open: true
	// /churn/c~117
}

// Who cannot be known yet is not called stayed.
func ExampleLeaving_Outcome() {
	l := must(churn.NewLeaving(churn.LeavingConfig{Kind: churn.FixedSpan, Span: guanxi.Span{Days: 92}}, nil))
	cut, horizon := date("2026-04-01"), guanxi.Span{Days: 92} // until 2 July
	for _, orders := range [][]string{{"2026-02-10"}, {"2026-03-20"}, {"2026-03-20", "2026-05-20"}} {
		var h churn.History
		for _, day := range orders {
			h.Orders = append(h.Orders, date(day).UnixMicro())
		}
		h.Until = date("2026-06-01")
		inJune := must(l.Outcome(h, cut, horizon))
		h.Until = date("2026-08-01")
		inAugust := must(l.Outcome(h, cut, horizon))
		fmt.Println(orders, "in June:", inJune, "· in August:", inAugust)
	}
	// Output:
	// [2026-02-10] in June: left · in August: left
	// [2026-03-20] in June: unknown · in August: left
	// [2026-03-20 2026-05-20] in June: unknown · in August: stayed
}

// An order value that plunges.
func ExampleShift_Step() {
	d := must(churn.NewShift(churn.ShiftConfig{Direction: churn.Down}))
	var s churn.Series
	for i, amount := range []float64{98, 105, 110, 92, 101, 99, 104, 61, 55, 52} {
		next, change, err := d.Step(s, amount)
		if err != nil {
			panic(err)
		}
		if change.Alarm() {
			normal, _ := s.Normal()
			fmt.Printf("order %d: %.0f, %.0f %% of the usual %.0f (shifted %v, drifting %v)\n", i+1, amount, 100*change.Ratio, normal, change.Shifted, change.Drifting)
		}
		s = next
	}
	_, _, err := d.Step(s, 0)
	fmt.Println(err, errors.Is(err, churn.ErrValue))
	// Output:
	// order 8: 61, 60 % of the usual 101 (shifted false, drifting true)
	// order 9: 55, 58 % of the usual 95 (shifted true, drifting false)
	// not a usable value: 0 of a series true
}
