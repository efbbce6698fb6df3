package survival_test

import (
	"errors"
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/survival"
)

// How long do customers stay, and how long will one stay who is here for ten
// weeks already?
func ExampleKaplanMeier() {
	d := survival.Data{
		Time:  []float64{6, 7, 10, 13, 16, 22, 9, 11, 17, 20, 32, math.NaN()},
		Event: []bool{true, true, true, true, true, true, false, false, false, false, false, false},
	}
	curves, err := survival.KaplanMeier(d, survival.CurveConfig{})
	if err != nil {
		panic(err)
	}
	c := curves.Curves[0]
	fmt.Printf("%d customers, %d left, %d rows skipped\n", c.N, c.Events, curves.Skipped)
	for _, p := range c.Points[:3] {
		fmt.Printf("week %2.0f: %.3f (%.3f to %.3f)\n", p.Time, p.Survival, p.Low, p.High)
	}
	if m, ok := c.Median(); ok {
		fmt.Printf("half have left by week %.0f\n", m.Value)
	}
	more, err := c.Conditional(10, 6)
	if err != nil {
		panic(err)
	}
	fmt.Printf("6 weeks more after 10: %.3f\n", more.Value)
	_, err = c.Conditional(10, 60)
	fmt.Println(err)
	// Output:
	// 11 customers, 6 left, 1 rows skipped
	// week  6: 0.909 (0.754 to 1.000)
	// week  7: 0.818 (0.619 to 1.000)
	// week  9: 0.818 (0.619 to 1.000)
	// half have left by week 16
	// 6 weeks more after 10: 0.667
	// beyond the observed time: stay from 10 to 70
}

// Days counts a stream; counts of several machines merge.
func ExampleDays() {
	var shop, web survival.Days
	for _, day := range []int{30, 45, 60} {
		if err := shop.Add(day, true); err != nil {
			panic(err)
		}
	}
	err := errors.Join(
		web.Add(45, false),
		web.AddN(90, false, 6), // still there on day 90
		shop.Merge(&web))
	if err != nil {
		panic(err)
	}
	var c survival.Curve
	if err := shop.KaplanMeier(&c, survival.CurveConfig{Limits: survival.LogLogLimits}); err != nil {
		panic(err)
	}
	p, _ := c.At(60)
	fmt.Printf("beyond day 60: %.3f (%.3f to %.3f) of %d\n", p.Survival, p.Low, p.High, c.N)
	// Output:
	// beyond day 60: 0.686 (0.305 to 0.887) of 10
}

// Do customers who came through two channels leave alike?
func ExampleLogRank() {
	d, _ := remission()
	test, err := survival.LogRank(d, survival.RankConfig{})
	if err != nil {
		panic(err)
	}
	for i, g := range test.Groups {
		fmt.Printf("%-8s %d rows, left %.0f, expected %.2f\n", g, test.N[i], test.Observed[i], test.Expected[i])
	}
	fmt.Printf("chi-square %.2f on %d df, p = %.5f\n", test.ChiSq, test.DF, test.P)
	// Output:
	// 6-MP     21 rows, left 9, expected 19.25
	// placebo  21 rows, left 21, expected 10.75
	// chi-square 16.79 on 1 df, p = 0.00004
}

// By what factor does a treatment change the hazard?
func ExampleCox() {
	d, x := remission()
	fit, err := survival.Cox(d, x, survival.CoxConfig{})
	if err != nil {
		panic(err)
	}
	b := fit.Coefficients[0]
	r := b.Ratio(0.95)
	fmt.Printf("%s: %.4f ± %.4f, hazard × %.3f (%.3f to %.3f)\n", b.Name, b.Value, b.SE, r.Value, r.Low, r.High)
	c, err := fit.Concordance()
	if err != nil {
		panic(err)
	}
	fmt.Println(c)
	stay, err := fit.Predict(survival.Question{X: []float64{1}}, 10, 20)
	if err != nil {
		panic(err)
	}
	for i, e := range stay {
		fmt.Printf("treated, beyond week %d: %.3f ± %.3f\n", 10*(i+1), e.Value, e.SE)
	}
	ph, err := fit.ProportionalHazards(survival.KMScale)
	if err != nil {
		panic(err)
	}
	fmt.Printf("does the factor change with time? p = %.2f\n", ph.Global.P)
	// Output:
	// treated: -1.5721 ± 0.4124, hazard × 0.208 (0.093 to 0.466)
	// C = 0.690 ± 0.041 (713 pairs)
	// treated, beyond week 10: 0.803 ± 0.070
	// treated, beyond week 20: 0.633 ± 0.106
	// does the factor change with time? p = 0.88
}

// Columns with which a fit would mean nothing are refused by name.
func ExampleCox_refused() {
	d, x := remission()
	placebo := survival.Covariate{Name: "placebo", Values: make([]float64, len(d.Time))}
	for i, v := range x[0].Values {
		placebo.Values[i] = 1 - v
	}
	_, err := survival.Cox(d, append(x, placebo), survival.CoxConfig{})
	for fault := range guanxi.Faults(err) {
		fmt.Println(fault)
	}
	// Output:
	// /covariates/placebo: column is a combination of others: of "treated"
}

// A law goes on beyond the observed time.
func ExampleParametric() {
	d, x := remission()
	fit, err := survival.Parametric(d, x, survival.ParametricConfig{Law: survival.Weibull})
	if err != nil {
		panic(err)
	}
	for _, c := range fit.Coefficients {
		fmt.Printf("%-12s %.3f ± %.3f\n", c.Name, c.Value, c.SE)
	}
	fmt.Printf("scale        %.3f\n", fit.Scale)
	half, err := fit.Quantile([]float64{1}, 0.5, 0.95)
	if err != nil {
		panic(err)
	}
	fmt.Printf("half of the treated by week %.1f (%.1f to %.1f)\n", half.Value, half.Low, half.High)
	// Output:
	// (Intercept)  2.248 ± 0.166
	// treated      1.267 ± 0.311
	// scale        0.732
	// half of the treated by week 25.7 (15.9 to 41.6)
}

// Does a score order customers by who leaves first?
func ExampleHarrell() {
	d := survival.Data{Time: []float64{30, 60, 90, 120, 150}, Event: []bool{true, true, false, true, false}}
	risk := []float64{0.9, 0.4, 0.5, 0.5, 0.1}
	c, err := survival.Harrell(d, risk, survival.MarkerConfig{Risk: true})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d right, %d wrong, %d tied: C = %.3f\n", c.Concordant, c.Discordant, c.TiedMarker, c.C.Value)
	// Output:
	// 6 right, 2 wrong, 0 tied: C = 0.750
}

// How many leave for the price, and how many for the service?
func ExampleCumulativeIncidence() {
	d := survival.Data{
		Time:  []float64{10, 20, 30, 40, 50, 60},
		Event: []bool{true, true, false, true, true, false},
	}
	why, err := survival.NewFactor([]string{"price", "service", "", "price", "price", ""})
	if err != nil {
		panic(err)
	}
	inc, err := survival.CumulativeIncidence(d, why, survival.CurveConfig{})
	if err != nil {
		panic(err)
	}
	last := inc.Steps[len(inc.Steps)-1]
	for k, cause := range inc.Causes {
		fmt.Printf("%-8s %.3f ± %.3f\n", cause, last.Share[k], last.SE[k])
	}
	fmt.Printf("stay     %.3f\n", last.Survival)
	// Output:
	// price    0.611 ± 0.219
	// service  0.167 ± 0.152
	// stay     0.222
}
