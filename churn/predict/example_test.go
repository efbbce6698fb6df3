package predict_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
	"github.com/guanxi-go/guanxi/churn/predict"
)

// quarter is a made-up shop at a cut: late deliveries and a fallen order value
// drive customers away, and the weather does not.
func quarter(cut time.Time, seed uint64) *predict.Frame {
	w, err := predict.NewWindow(cut, guanxi.Span{Days: 90}, time.UTC)
	if err != nil {
		panic(err)
	}
	f, err := predict.NewFrame(w, []string{"promise_broken", "order_value_plunged", "weather"})
	if err != nil {
		panic(err)
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	for i := range 4000 {
		values := []float64{float64(rng.IntN(3)), rng.Float64(), rng.NormFloat64()}
		yesterday := cut.AddDate(0, 0, -1)
		e := predict.Example{Values: values, Dated: []time.Time{yesterday, yesterday, yesterday}}
		left := rng.Float64() < 1/(1+math.Exp(3-1.2*values[0]-1.5*values[1]))
		switch {
		case i%10 == 0: // the contract runs on: nobody knows yet
		case left:
			e.Label, e.At = predict.Left, cut.AddDate(0, 0, 1+rng.IntN(89))
		default:
			e.Label, e.At = predict.Stayed, w.End
		}
		if err := f.Add(e); err != nil {
			panic(err)
		}
	}
	return f
}

// Weights set by hand, and weights learned from one quarter, judged on a later
// one; a third between them is for the calibration.
func ExampleBackTest() {
	day := func(month time.Month) time.Time { return time.Date(2026, month, 1, 0, 0, 0, 0, time.UTC) }
	frames := predict.Frames{Train: quarter(day(1), 1), Calibration: quarter(day(4), 2), Test: quarter(day(7), 3)}
	byHand := predict.Model{
		Columns:   []string{"promise_broken", "order_value_plunged", "weather"},
		Intercept: -1,
		Weights:   []float64{0.7, 0.9, 0.8},
	}
	cfg := predict.BackTestConfig{
		Fit:         predict.FitConfig{Lambda: 1},
		Calibration: predict.Platt,
		Report:      predict.ReportConfig{Places: []int64{100}}, // the team can call a hundred
	}
	out, err := predict.BackTest(frames, cfg, predict.Rival{Name: "by hand", Scorer: byHand})
	if err != nil {
		panic(err)
	}
	fmt.Printf("test: %d left, %d stayed, %d unknown\n\n", out.Test.Left, out.Test.Stayed, out.Test.Unknown)
	fmt.Println("            AUC              Brier  slope  of 100   lift")
	for _, r := range out.Reports {
		fmt.Printf("%-10s  %.2f (%.2f–%.2f)  %.3f  %.2f   %.0f left  %.1f\n", r.Name,
			r.AUC.Value, r.AUC.Interval.Low, r.AUC.Interval.High, r.Brier, r.Line.Slope, r.Top[0].Left, r.Top[0].Lift)
	}
	d := out.Rivals[0]
	fmt.Printf("\nlearned less by hand: %+.3f (%+.3f to %+.3f)\n", d.Difference, d.Interval.Low, d.Interval.High)
	// Output:
	// test: 1149 left, 2451 stayed, 400 unknown
	//
	//             AUC              Brier  slope  of 100   lift
	// learned     0.76 (0.75–0.78)  0.176  1.02   69 left  2.2
	// calibrated  0.76 (0.75–0.78)  0.177  1.09   69 left  2.2
	// by hand     0.66 (0.64–0.68)  0.255  0.60   59 left  1.8
	//
	// learned less by hand: +0.101 (+0.083 to +0.118)
}

// What a fit cannot mean is refused, column by column.
func ExampleLearn() {
	x := predict.Matrix{Columns: []string{"visits", "country", "visits_doubled", "account_closed"}}
	var left []bool
	for i := range 200 {
		visits := float64(i * 37 % 19)
		gone := (i*7919)%11 > 6
		closed := 0.0
		if gone {
			closed = 1
		}
		x.Values = append(x.Values, visits, 86, 2*visits, closed)
		left = append(left, gone)
	}
	_, err := predict.Learn(x, left, predict.FitConfig{})
	fmt.Println(err)

	pick := func(columns ...int) predict.Matrix {
		m := predict.Matrix{}
		for _, j := range columns {
			m.Columns = append(m.Columns, x.Columns[j])
		}
		for i := range x.Rows() {
			for _, j := range columns {
				m.Values = append(m.Values, x.Row(i)[j])
			}
		}
		return m
	}
	fit, err := predict.Learn(pick(0), left, predict.FitConfig{})
	z, _ := fit.Z(1)
	fmt.Printf("%v: weight %.3f ± %.3f, p %.2f\n", fit.Model.Columns, fit.Model.Weights[0], fit.SE[1], z.P)
	if err != nil {
		panic(err)
	}
	// Output:
	// /columns/country: column has one value only: "country" is 86 in every row
	// /columns/visits_doubled: column is determined by others: "visits_doubled" by "visits"
	// /columns/account_closed: column separates those who left from those who stayed: "account_closed" alone
	// [visits]: weight -0.007 ± 0.027, p 0.79
}

// Scores that order customers well but say "90 %" too readily.
func ExampleCalibrate() {
	rng := rand.New(rand.NewPCG(1, 2))
	var scores []float64
	var left []bool
	for range 2000 {
		s := rng.NormFloat64() * 3
		scores = append(scores, s)
		left = append(left, rng.Float64() < 1/(1+math.Exp(1.5-s/3)))
	}
	fit, check := 1000, 1000 // not the same customers
	platt, err := predict.Calibrate(predict.Platt, scores[:fit], left[:fit])
	if err != nil {
		panic(err)
	}
	chances, err := platt.AppendChances(nil, scores[check:])
	if err != nil {
		panic(err)
	}
	before, err := predict.Evaluate(scores[check:], nil, left[check:], predict.ReportConfig{})
	if err != nil {
		panic(err)
	}
	after, err := predict.Evaluate(scores[check:], chances, left[check:], predict.ReportConfig{})
	if err != nil {
		panic(err)
	}
	fmt.Printf("as scored:  log loss %.3f, slope %.2f, in the large %+.2f\n", before.LogLoss, before.Line.Slope, before.Line.InTheLarge)
	fmt.Printf("calibrated: log loss %.3f, slope %.2f, in the large %+.2f\n", after.LogLoss, after.Line.Slope, after.Line.InTheLarge)
	fmt.Printf("the base rate alone: %.3f\n", after.LogLossOfBaseRate)
	fmt.Printf("a score of 2.2 means %.0f %%, not 90 %%\n", 100*platt.Chance(2.2))
	// Output:
	// as scored:  log loss 1.021, slope 0.26, in the large -2.66
	// calibrated: log loss 0.485, slope 0.79, in the large +0.02
	// the base rate alone: 0.531
	// a score of 2.2 means 32 %, not 90 %
}

// Whether one score beats another is asked on the same customers.
func ExampleCompareAUC() {
	rng := rand.New(rand.NewPCG(3, 4))
	var recency, model []float64
	var left []bool
	for range 500 {
		gone := rng.IntN(4) == 0
		shift := 0.0
		if gone {
			shift = 1
		}
		common := rng.NormFloat64()
		recency = append(recency, 0.8*shift+common)
		model = append(model, 1.1*shift+common+0.5*rng.NormFloat64())
		left = append(left, gone)
	}
	d, err := predict.CompareAUC(model, recency, left, 0.95)
	if err != nil {
		panic(err)
	}
	fmt.Printf("model %.3f, recency %.3f: %+.3f (%+.3f to %+.3f), p %.2f\n", d.A.Value, d.B.Value, d.Difference, d.Interval.Low, d.Interval.High, d.Test.P)
	// Output:
	// model 0.766, recency 0.728: +0.038 (+0.011 to +0.065), p 0.01
}

// A model is a value: stored as JSON, read strictly, scored by many.
func ExampleModel() {
	var m predict.Model
	err := json.Unmarshal([]byte(`{"columns":["late"],"intercept":-2,"weights":[0.7],"bias":1}`), &m)
	fmt.Println(err)
	err = json.Unmarshal([]byte(`{"columns":["late"],"intercept":-2,"weights":[0.7]}`), &m)
	if err != nil {
		panic(err)
	}
	chances, err := m.AppendChances(nil, predict.Matrix{Columns: []string{"late"}, Values: []float64{0, 3}})
	fmt.Printf("%.2f %v\n", chances, err)
	// Output:
	// /bias: unknown field
	// [0.12 0.52] <nil>
}

// The signals of package churn: its weights by hand are judged, new ones are
// learned, and written back into the catalogue.
func ExampleSignalFrame() {
	byHand := churn.Catalogue{Bias: -1.5, Signals: []churn.Signal{
		{ID: churn.PromiseBroken, Weight: 0.7, HalfLife: guanxi.Span{Days: 45}, Cap: 2},
		{ID: churn.LowScore, Weight: 0.8, HalfLife: guanxi.Span{Days: 90}},
		{ID: churn.CommunityQuiet, Weight: 0.9, HalfLife: guanxi.Span{Days: 30}},
	}}
	scorer, err := churn.NewScorer(byHand)
	if err != nil {
		panic(err)
	}
	simulate := func(cut time.Time, seed uint64) *predict.SignalFrame {
		w, err := predict.NewWindow(cut, guanxi.Span{Days: 90}, time.UTC)
		if err != nil {
			panic(err)
		}
		f, err := predict.NewSignalFrame(scorer, w)
		if err != nil {
			panic(err)
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		for range 3000 {
			var seen []churn.Observation
			odds := -1.5
			for signal, truth := range []float64{1.6, 0.9, 0} { // a quiet community says nothing here
				if rng.IntN(3) == 0 {
					seen = append(seen, churn.Observation{Signal: signal, Value: 1, At: cut.AddDate(0, 0, -1-rng.IntN(20)).UnixMicro()})
					odds += truth
				}
			}
			label, since := predict.Stayed, w.End // watched until then
			if rng.Float64() < 1/(1+math.Exp(-odds)) {
				label, since = predict.Left, w.Cut.AddDate(0, 0, 30)
			}
			if err := f.Add(seen, label, since); err != nil {
				panic(err)
			}
		}
		return f
	}
	train := simulate(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 1)
	test := simulate(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), 2)

	leak := []churn.Observation{{Signal: 1, Value: 1, At: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC).UnixMicro()}}
	fmt.Println(test.Add(leak, predict.Left, test.Frame().Counts().Cut))

	out, err := predict.BackTest(predict.Frames{Train: train.Frame(), Test: test.Frame()}, predict.BackTestConfig{}, test.HandSet("by hand"))
	if err != nil {
		panic(err)
	}
	for _, r := range out.Reports {
		fmt.Printf("%-8s AUC %.2f, log loss %.3f\n", r.Name, r.AUC.Value, r.LogLoss)
	}
	learned, err := out.Fit.Model.Catalogue(byHand)
	if err != nil {
		panic(err)
	}
	for i, s := range learned.Signals {
		fmt.Printf("%-16s %.1f, by hand %.1f\n", s.ID, s.Weight, byHand.Signals[i].Weight)
	}
	// Output:
	// /rows/3000/low_score: not known at the cut: "low_score" dates from 2026-04-01 00:00:00 +0000 UTC, the cut is 2026-04-01 00:00:00 +0000 UTC
	// learned  AUC 0.72, log loss 0.582
	// by hand  AUC 0.64, log loss 0.621
	// promise_broken   1.9, by hand 0.7
	// low_score        1.0, by hand 0.8
	// community_quiet  -0.1, by hand 0.9
}
