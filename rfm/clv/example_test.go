package clv_test

import (
	"fmt"
	"log"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/clv"
	"github.com/shopspring/decimal"
)

// A shop invented for the examples: 2,000 customers in weeks, seen for a year and
// a half and another half.
func exampleShop() *clv.Customers[int] {
	p, err := clv.NewPredictor(clv.MBGNBD{R: 0.5, Alpha: 6, A: 0.9, B: 1.6}, clv.Week)
	if err != nil {
		log.Fatal(err)
	}
	c, err := clv.Simulate(p, &clv.GammaGamma{P: 6, Q: 4, V: 15}, clv.SimulateConfig{Customers: 2000, Seed: 1, Age: 78, Joining: 26, HoldOut: 26})
	if err != nil {
		log.Fatal(err)
	}
	return c
}

func ExampleSplit() {
	agg, err := rfm.NewAggregator(guanxi.StringKey[string](), rfm.Config{Decimals: 2})
	if err != nil {
		log.Fatal(err)
	}
	for _, o := range []struct{ customer, day, amount string }{
		{"Li", "2026-01-05", "120.00"}, {"Li", "2026-02-02", "80.00"}, {"Li", "2026-02-02", "15.00"}, {"Li", "2026-05-04", "60.00"},
		{"Wang", "2026-02-16", "45.50"}, {"Zhang", "2026-05-25", "30.00"},
	} {
		at, err := time.Parse(time.DateOnly, o.day)
		if err != nil {
			log.Fatal(err)
		}
		if err := agg.Add(rfm.Purchase[string]{Customer: o.customer, At: at, Amount: decimal.RequireFromString(o.amount)}); err != nil {
			log.Fatal(err)
		}
	}
	calibration, end := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	customers, err := clv.Split(agg, calibration, end, clv.RowConfig{Unit: clv.Week})
	if err != nil {
		log.Fatal(err)
	}
	for i, r := range customers.List {
		fmt.Printf("%s: x=%d t_x=%.2f T=%.2f mean %.2f, then %d\n", customers.Keys[i], r.Frequency, r.LastPurchaseAge, r.Age, r.Value, customers.HoldOut[i].Frequency)
	}
	fmt.Printf("%+v\n", customers.Notes)
	// Output:
	// Li: x=1 t_x=4.00 T=12.14 mean 95.00, then 1
	// Wang: x=0 t_x=0.00 T=6.14 mean 0.00, then 0
	// {Later:1 Merged:1 Loose:0}
}

func ExampleFitModel() {
	fit, err := clv.FitModel(exampleShop().Rows, clv.FitConfig{}) // MBG/NBD
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(fit.Report("en"))
	// Output:
	// MBG/NBD, 2000 customers, times in the unit “week”.
	// The fit converged: log-likelihood -12789.5406.
	// While active, a customer comes back 0.07149 times a week on average; customers differ very much (shape 0.3913).
	// After each purchase, the first included, 27.8 % of customers leave on average.
	//   r        0.3913, standard error 0.04702, 95 % limits 0.3092 to 0.4952
	//   alpha    5.474, standard error 0.513, 95 % limits 4.556 to 6.578
	//   a        0.973, standard error 0.1773, 95 % limits 0.6809 to 1.391
	//   b        2.523, standard error 0.8718, 95 % limits 1.282 to 4.966
}

func ExamplePredictor() {
	fit, err := clv.FitModel(exampleShop().Rows, clv.FitConfig{})
	if err != nil {
		log.Fatal(err)
	}
	regular := clv.Row{Frequency: 12, LastPurchaseAge: 74, Age: 76}
	silent := clv.Row{Frequency: 12, LastPurchaseAge: 40, Age: 76}
	for _, r := range []clv.Row{regular, silent} {
		fmt.Printf("active %.2f, in half a year %.1f purchases, none with %.2f, for ever %.1f discounted\n",
			fit.PAlive(r, 0), fit.Expected(r, 26), fit.Probability(r, 26, 0), fit.DERT(r, 0.002))
	}
	// Output:
	// active 0.92, in half a year 3.2 purchases, none with 0.11, for ever 21.5 discounted
	// active 0.01, in half a year 0.0 purchases, none with 0.99, for ever 0.3 discounted
}

func ExamplePredictor_AppendValues() {
	customers := exampleShop()
	fit, err := clv.FitModel(customers.Rows, clv.FitConfig{})
	if err != nil {
		log.Fatal(err)
	}
	spend, err := clv.FitSpend(customers.Rows, clv.TuningConfig{})
	if err != nil {
		log.Fatal(err)
	}
	each, err := spend.AppendSpend(nil, customers.Rows)
	if err != nil {
		log.Fatal(err)
	}
	cfg := clv.ValueConfig{Horizon: 6, Discount: 0.01, Margin: 0.4}
	values, err := fit.AppendValues(nil, customers.Rows, each, cfg)
	if err != nil {
		log.Fatal(err)
	}
	flows, err := fit.AppendCashFlows(nil, customers.Rows, each, cfg)
	if err != nil {
		log.Fatal(err)
	}
	best := 0
	for i, v := range values {
		if v.Value > values[best].Value {
			best = i
		}
	}
	fmt.Printf("customer %d: %.1f purchases at %.2f, worth %.2f\n", customers.Keys[best], values[best].Expected, values[best].Spend, values[best].Value)
	fmt.Printf("by month: %.2f\n", flows[6*best:6*best+6])
	intervals, err := fit.AppendValueIntervals(nil, customers.Rows, spend, cfg, 0.9)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("90 %% limits: %.2f to %.2f\n", intervals[best].Low, intervals[best].High)
	// Output:
	// customer 700: 8.1 purchases at 95.76, worth 301.55
	// by month: [57.71 55.15 52.80 50.65 48.67 46.84]
	// 90 % limits: 284.02 to 320.17
}

func ExampleCheckHoldOut() {
	customers := exampleShop()
	fit, err := clv.FitModel(customers.Rows, clv.FitConfig{})
	if err != nil {
		log.Fatal(err)
	}
	check, err := clv.CheckHoldOut(fit.Predictor, customers)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(check.Report("en"))
	for _, c := range check.ByFrequency[:3] {
		fmt.Printf("%d before: %d customers, %.2f came, %.2f forecast\n", c.Class, c.Customers, c.Actual, c.Predicted)
	}
	// Output:
	// Hold-out of length 26 (in the unit “week”): 710 purchases came, 720.7 were forecast.
	// That is 101.5 % of what came; the mean absolute error a customer is 0.365 purchases.
	// Forecast and purchases have a correlation of 0.7772 over the customers.
	// 0 before: 1087 customers, 0.06 came, 0.07 forecast
	// 1 before: 351 customers, 0.22 came, 0.21 forecast
	// 2 before: 187 customers, 0.37 came, 0.38 forecast
}

// Of 1,000 subscriptions signed at once, 369 were not renewed after the first
// year, 163 after the second and so on.
func ExampleFitContracts() {
	contracts := []clv.Contract{
		{Due: 1, Ended: true, Count: 369}, {Due: 2, Ended: true, Count: 163}, {Due: 3, Ended: true, Count: 86}, {Due: 4, Ended: true, Count: 56},
		{Due: 4, Count: 326},
	}
	fit, err := clv.FitContracts(contracts, clv.TuningConfig{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: alpha %.3f, beta %.3f\n", fit.Status, fit.Alpha, fit.Beta)
	fmt.Printf("retention in years 1, 2 and 8: %.2f %.2f %.2f\n", fit.Retention(1), fit.Retention(2), fit.Retention(8))
	fmt.Printf("a contract lasts %.1f discounted years, after four renewals %.1f more\n", fit.DEL(0.1), fit.DERL(4, 0.1))
	// Output:
	// converged: alpha 0.764, beta 1.296
	// retention in years 1, 2 and 8: 0.63 0.75 0.92
	// a contract lasts 3.6 discounted years, after four renewals 5.7 more
}

// Yearly appeals: BG/BB counts opportunities.
func ExampleBGBB() {
	p, err := clv.NewPredictor(clv.BGBB{Alpha: 1.204, Beta: 0.75, Gamma: 0.657, Delta: 2.783}, clv.Opportunity)
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range []clv.Row{{Frequency: 6, LastPurchaseAge: 6, Age: 6}, {Frequency: 2, LastPurchaseAge: 4, Age: 6}, {Age: 6}} {
		fmt.Printf("%d of 6: still there next year %.2f, donations in five years %.2f\n", r.Frequency, p.PAlive(r, 1), p.Expected(r, 5))
	}
	// Output:
	// 6 of 6: still there next year 0.93, donations in five years 3.75
	// 2 of 6: still there next year 0.59, donations in five years 1.06
	// 0 of 6: still there next year 0.11, donations in five years 0.07
}
