package clv_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// TestErrors reaches every sentinel, and every fault names its place.
func TestErrors(t *testing.T) {
	nan := math.NaN()
	good := simulate(t, clv.KindMBGNBD, nil, clv.SimulateConfig{Customers: 200, Seed: 1, Age: 40}, ordinary[clv.KindMBGNBD]...).Rows
	days := clv.Rows{Unit: clv.Day, List: good.List}
	with := func(names []string, f func(j, i int) float64) clv.Rows {
		rows := clv.Rows{Unit: clv.Week, List: good.List}
		for j, n := range names {
			c := clv.Covariate{Name: n}
			for i := range good.List {
				c.Values = append(c.Values, f(j, i))
			}
			rows.Covariates = append(rows.Covariates, c)
		}
		return rows
	}
	one := func(r clv.Row) clv.Rows {
		return clv.Rows{Unit: clv.Week, List: append(append([]clv.Row(nil), good.List...), r)}
	}
	fit := func(rows clv.Rows, cfg clv.FitConfig) func() error {
		return func() error { _, err := clv.FitModel(rows, cfg); return err }
	}
	model := mustFit(t, good, clv.FitConfig{})
	p := model.Predictor
	spend := make([]float64, len(good.List))
	broken := append([]float64(nil), spend...)
	broken[7] = nan
	shop := with([]string{"shop"}, func(_, i int) float64 { return float64(i % 2) })
	acting := mustFit(t, shop, clv.FitConfig{})
	bad := func(v any, text string) func() error { return func() error { return json.Unmarshal([]byte(text), v) } }
	heavy := clv.GammaGamma{P: 1, Q: 0.9, V: 1}

	for _, c := range []struct {
		name    string
		do      func() error
		want    error
		pointer string
	}{
		// Rows.
		{"recency above age", fit(one(clv.Row{Frequency: 1, LastPurchaseAge: 40, Age: 39}), clv.FitConfig{}), clv.ErrOrder, "/rows/200/last_purchase_age"},
		{"negative", fit(one(clv.Row{Frequency: -1, Age: 39}), clv.FitConfig{}), clv.ErrNegative, "/rows/200/frequency"},
		{"NaN", fit(one(clv.Row{Age: nan}), clv.FitConfig{}), clv.ErrValue, "/rows/200/age"},
		{"recency without repeat", fit(one(clv.Row{LastPurchaseAge: 3, Age: 39}), clv.FitConfig{}), clv.ErrOrder, "/rows/200/last_purchase_age"},
		{"no unit", fit(clv.Rows{List: good.List}, clv.FitConfig{}), clv.ErrUnit, "/unit"},
		{"half an opportunity", fit(clv.Rows{Unit: clv.Opportunity, List: []clv.Row{{Age: 2.5}}}, clv.FitConfig{Model: clv.KindBGBB}), clv.ErrRange, "/rows/0/age"},
		{"more purchases than opportunities", fit(clv.Rows{Unit: clv.Opportunity, List: []clv.Row{{Frequency: 3, LastPurchaseAge: 2, Age: 5}}}, clv.FitConfig{Model: clv.KindBGBB}), clv.ErrOrder, "/rows/0/last_purchase_age"},
		{"weeks in BG/BB", fit(good, clv.FitConfig{Model: clv.KindBGBB}), clv.ErrUnit, "/unit"},
		{"fewer rows than parameters", fit(clv.Rows{Unit: clv.Week, List: []clv.Row{{Frequency: 1, LastPurchaseAge: 1, Age: 2}}}, clv.FitConfig{}), clv.ErrTooFew, ""},
		{"nobody back", fit(clv.Rows{Unit: clv.Week, List: make([]clv.Row, 50)}, clv.FitConfig{}), clv.ErrTooFew, ""},
		// Covariates.
		{"constant", fit(with([]string{"c"}, func(_, _ int) float64 { return 3 }), clv.FitConfig{}), clv.ErrConstant, "/covariates/c"},
		{"twice the same", fit(with([]string{"a", "b"}, func(j, i int) float64 { return float64(i*(j+1)) + 2 }), clv.FitConfig{}), clv.ErrConstant, "/covariates/b"},
		{"NaN covariate", fit(with([]string{"c"}, func(_, i int) float64 { return math.Sqrt(float64(5 - i)) }), clv.FitConfig{}), clv.ErrValue, "/covariates/0/values/6"},
		{"short column", fit(clv.Rows{Unit: clv.Week, List: good.List, Covariates: []clv.Covariate{{Name: "c"}}}, clv.FitConfig{}), clv.ErrLength, "/covariates/0/values"},
		{"no name", fit(with([]string{""}, func(_, i int) float64 { return float64(i) }), clv.FitConfig{}), clv.ErrCovariate, "/covariates/0/name"},
		{"unknown column", fit(shop, clv.FitConfig{Covariates: []clv.Acting{{Covariate: "x", On: clv.Both}}}), clv.ErrCovariate, "/covariates/0/covariate"},
		{"acts twice", fit(shop, clv.FitConfig{Covariates: []clv.Acting{{Covariate: "shop", On: clv.Both}, {Covariate: "shop", On: clv.Buying}}}), clv.ErrCovariate, "/covariates/1"},
		{"acts on nothing", fit(shop, clv.FitConfig{Covariates: []clv.Acting{{Covariate: "shop", On: "x"}}}), clv.ErrRange, "/covariates/0/on"},
		{"Sarmanov with covariates", fit(shop, clv.FitConfig{Model: clv.KindSarmanov}), clv.ErrCovariate, ""},
		{"Sarmanov acting", fit(shop, clv.FitConfig{Model: clv.KindSarmanov, Covariates: []clv.Acting{{Covariate: "shop", On: clv.Both}}}), clv.ErrCovariate, "/covariates"},
		{"rows without the covariate", func() error { _, err := acting.AppendPAlive(nil, good, 0); return err }, clv.ErrCovariate, "/covariates"},
		{"For without it", func() error { _, err := acting.For(nil); return err }, clv.ErrCovariate, "/covariates/shop"},
		// Configs.
		{"model", fit(good, clv.FitConfig{Model: "x"}), clv.ErrModel, "/model"},
		{"ridge", fit(good, clv.FitConfig{Ridge: -1}), clv.ErrRange, "/ridge"},
		{"confidence", fit(good, clv.FitConfig{Confidence: 1}), clv.ErrConfidence, "/confidence"},
		{"workers", fit(good, clv.FitConfig{Workers: -1}), clv.ErrRange, "/workers"},
		{"tuning", func() error { _, err := clv.FitSpend(good, clv.TuningConfig{Ridge: nan}); return err }, clv.ErrRange, "/ridge"},
		{"fit config JSON", bad(new(clv.FitConfig), `{"model":"x"}`), clv.ErrModel, "/model"},
		{"fit config JSON field", bad(new(clv.FitConfig), `{"modell":"x"}`), guanxi.ErrUnknownField, "/modell"},
		{"tuning JSON", bad(new(clv.TuningConfig), `{"ridge":-1}`), clv.ErrRange, "/ridge"},
		{"tuning JSON field", bad(new(clv.TuningConfig), `{"x":-1}`), guanxi.ErrUnknownField, "/x"},
		{"value config JSON", bad(new(clv.ValueConfig), `{"margin":2}`), clv.ErrRange, "/margin"},
		{"value config JSON field", bad(new(clv.ValueConfig), `{"x":2}`), guanxi.ErrUnknownField, "/x"},
		{"row config JSON", bad(new(clv.RowConfig), `{"unit":"fortnight"}`), clv.ErrUnit, "/unit"},
		// Models.
		{"no model", func() error { _, err := clv.NewPredictor(nil, clv.Week); return err }, clv.ErrModel, ""},
		{"unknown kind", func() error { _, err := clv.NewModel("x", 1); return err }, clv.ErrModel, ""},
		{"parameters", func() error { _, err := clv.NewModel(clv.KindBGNBD, 1, 2); return err }, clv.ErrLength, ""},
		{"parameter", func() error { _, err := clv.NewModel(clv.KindBGNBD, 1, -2, 1, nan); return err }, clv.ErrParameter, "/b"},
		{"m outside", func() error { _, err := clv.NewModel(clv.KindSarmanov, 1, 2, 1, 2, 1000); return err }, clv.ErrParameter, "/m"},
		{"predictor unit", func() error { _, err := clv.NewPredictor(clv.BGNBD{1, 1, 1, 1}, "x"); return err }, clv.ErrUnit, "/unit"},
		{"opportunities", func() error { _, err := clv.NewPredictor(clv.BGNBD{1, 1, 1, 1}, clv.Opportunity); return err }, clv.ErrUnit, ""},
		{"effect", func() error {
			_, err := clv.NewPredictor(clv.BGNBD{1, 1, 1, 1}, clv.Week, clv.Effect{Covariate: "x", On: clv.Both, Coefficient: nan})
			return err
		}, clv.ErrValue, "/effects/0/coefficient"},
		{"effect on BG/BB", func() error {
			_, err := clv.NewPredictor(clv.BGBB{1, 1, 1, 1}, clv.Opportunity, clv.Effect{Covariate: "x", On: clv.Both})
			return err
		}, clv.ErrCovariate, ""},
		// Questions.
		{"mixed units", func() error { _, err := p.AppendExpected(nil, days, 1); return err }, clv.ErrUnit, "/unit"},
		{"time", func() error { _, err := p.AppendExpected(nil, good, -1); return err }, clv.ErrRange, "/t"},
		{"rate", func() error { _, err := p.AppendDERT(nil, good, 0); return err }, clv.ErrRange, "/rate"},
		{"tracking", func() error { _, err := p.AppendTracking(nil, good, []float64{0, nan}); return err }, clv.ErrValue, ""},
		{"spend length", func() error { _, err := p.AppendValues(nil, good, nil, clv.ValueConfig{}); return err }, clv.ErrLength, "/spend"},
		{"spend NaN", func() error { _, err := p.AppendCashFlows(nil, good, broken, clv.ValueConfig{}); return err }, clv.ErrValue, "/spend/7"},
		{"horizon", func() error { _, err := p.AppendValues(nil, good, spend, clv.ValueConfig{Horizon: -1}); return err }, clv.ErrRange, "/horizon"},
		{"discount", func() error {
			_, err := p.AppendValues(nil, good, spend, clv.ValueConfig{Discount: nan})
			return err
		}, clv.ErrRange, "/discount"},
		{"month", func() error {
			_, err := p.AppendValues(nil, good, spend, clv.ValueConfig{MonthDays: -3})
			return err
		}, clv.ErrRange, "/month_days"},
		{"value of opportunities", func() error {
			_, err := mustPredictor(t, clv.Opportunity, clv.KindBGBB, 1, 1, 1, 1).AppendValues(nil, clv.Rows{Unit: clv.Opportunity}, nil, clv.ValueConfig{})
			return err
		}, clv.ErrUnit, ""},
		{"q ≤ 1", func() error { _, err := heavy.AppendSpend(nil, good); return err }, clv.ErrSpend, ""},
		{"spend parameters", func() error { _, err := (clv.GammaGamma{P: -1, Q: 2, V: 1}).Population(); return err }, clv.ErrParameter, "/p"},
		{"too few values", func() error { _, err := clv.FitSpend(good, clv.TuningConfig{}); return err }, clv.ErrTooFew, ""},
		{"interval confidence", func() error { _, err := model.AppendPAliveIntervals(nil, good, 0, 2); return err }, clv.ErrConfidence, "/confidence"},
		{"intervals of nothing", func() error { _, err := new(clv.Fit).AppendPAliveIntervals(nil, good, 0, 0); return err }, clv.ErrNoUncertainty, ""},
		{"value intervals without spend", func() error {
			_, err := model.AppendValueIntervals(nil, good, nil, clv.ValueConfig{}, 0)
			return err
		}, clv.ErrNoUncertainty, ""},
		{"replicates", func() error { _, err := model.Bootstrap(clv.BootstrapConfig{}); return err }, clv.ErrRange, "/replicates"},
		{"bootstrap of nothing", func() error {
			_, err := new(clv.Fit).Bootstrap(clv.BootstrapConfig{Replicates: 1})
			return err
		}, clv.ErrNoUncertainty, ""},
		{"test of nothing", func() error { _, err := clv.LikelihoodRatio(nil, model); return err }, clv.ErrNoUncertainty, ""},
		{"not nested", func() error {
			_, err := clv.LikelihoodRatio(mustFit(t, good, clv.FitConfig{Model: clv.KindParetoNBD}), model)
			return err
		}, clv.ErrNested, ""},
		{"other rows", func() error {
			_, err := clv.LikelihoodRatio(mustFit(t, one(clv.Row{Age: 3}), clv.FitConfig{}), acting)
			return err
		}, clv.ErrNested, ""},
		{"ridge in a test", func() error {
			_, err := clv.LikelihoodRatio(mustFit(t, good, clv.FitConfig{Ridge: 1}), acting)
			return err
		}, clv.ErrNested, ""},
		// The rest.
		{"hold-out", func() error { _, err := clv.CheckHoldOut(p, &clv.Customers[int]{}); return err }, clv.ErrSplit, ""},
		{"hold-out length", func() error { _, err := clv.CheckRows(p, good, nil, 3); return err }, clv.ErrLength, ""},
		{"hold-out NaN", func() error { _, err := clv.CheckRows(p, good, broken, 3); return err }, clv.ErrValue, "/rows/7/actual"},
		{"calibration", func() error {
			_, err := clv.Tracking(aggregate(t, rfm.Config{}), after(t, "2026-01-02"), day(t, "2026-01-01"), nil, clv.RowConfig{Unit: clv.Day})
			return err
		}, clv.ErrSplit, ""},
		{"simulation", func() error {
			_, err := clv.Simulate(p, nil, clv.SimulateConfig{Customers: -1, Age: -1, Joining: 3, HoldOut: nan})
			return err
		}, clv.ErrRange, "/joining"},
		{"simulated spend", func() error { _, err := clv.Simulate(p, &clv.GammaGamma{}, clv.SimulateConfig{Age: 1}); return err }, clv.ErrParameter, "/v"},
		{"contracts simulated", func() error { _, err := (clv.SBG{Alpha: 1, Beta: 1}).Simulate(-1, 1, 1); return err }, clv.ErrRange, ""},
		{"contract", func() error {
			_, err := clv.FitContracts([]clv.Contract{{Due: 1}, {Ended: true}}, clv.TuningConfig{})
			return err
		}, clv.ErrRange, "/contracts/1/due"},
		{"contract count", func() error {
			_, err := clv.FitContracts([]clv.Contract{{Due: 1, Count: -1}}, clv.TuningConfig{})
			return err
		}, clv.ErrNegative, "/contracts/0/count"},
		{"no contract ended", func() error { _, err := clv.FitContracts([]clv.Contract{{Due: 4}}, clv.TuningConfig{}); return err }, clv.ErrTooFew, ""},
		{"contracts alike", func() error {
			_, err := clv.FitContracts([]clv.Contract{{Due: 4, Ended: true}, {Due: 4, Ended: true}}, clv.TuningConfig{})
			return err
		}, clv.ErrTooFew, ""},
		{"split", func() error {
			_, err := clv.Split(aggregate(t, rfm.Config{}), day(t, "2026-01-01"), day(t, "2026-01-01"), clv.RowConfig{Unit: clv.Day})
			return err
		}, clv.ErrSplit, ""},
		{"no maximum", func() error {
			var rows []clv.Row
			for i := range 100 {
				rows = append(rows, clv.Row{Frequency: i % 4, LastPurchaseAge: float64(i%4) * 1e-9, Age: 1e-8 * float64(1+i%9)})
			}
			fit, err := clv.FitModel(clv.Rows{Unit: clv.Week, List: rows}, clv.FitConfig{Model: clv.KindSarmanov})
			soundFit(t, "no maximum", fit, err, clv.Rows{})
			return err
		}, clv.ErrFit, ""},
	} {
		err := c.do()
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		found := c.pointer == ""
		for f := range guanxi.Faults(err) {
			found = found || f.Pointer == c.pointer
		}
		if !found {
			t.Errorf("%s: %v does not name %s", c.name, err, c.pointer)
		}
	}
}

// dst is as it was after an error.
func TestErrorsLeaveDst(t *testing.T) {
	p := mustPredictor(t, clv.Week, clv.KindMBGNBD, ordinary[clv.KindMBGNBD]...)
	bad := clv.Rows{Unit: clv.Week, List: []clv.Row{{Age: 1}, {Age: -1}}}
	if v, err := p.AppendPAlive([]float64{4}, bad, 0); err == nil || len(v) != 1 || v[0] != 4 {
		t.Error(v, err)
	}
	if v, err := p.AppendValues(make([]clv.Value, 1), bad, []float64{1, 1}, clv.ValueConfig{}); err == nil || len(v) != 1 {
		t.Error(v, err)
	}
}

// Single rows that no table would hold are NaN, and so are times that are none.
func TestNaN(t *testing.T) {
	p := mustPredictor(t, clv.Week, clv.KindMBGNBD, ordinary[clv.KindMBGNBD]...)
	b := mustPredictor(t, clv.Opportunity, clv.KindBGBB, ordinary[clv.KindBGBB]...)
	bad, good := clv.Row{Frequency: 1, LastPurchaseAge: 3, Age: 2}, clv.Row{Age: 5}
	for i, v := range []float64{
		p.LogLikelihood(bad), p.PAlive(bad, 0), p.Expected(bad, 1), p.Probability(bad, 1, 1), p.DERT(bad, 0.1),
		p.PAlive(good, -1), p.Expected(good, math.Inf(1)), p.Probability(good, math.NaN(), 1), p.DERT(good, 0), p.DERT(good, math.NaN()),
		p.ExpectedNew(-1), p.ProbabilityNew(-1, 1), b.Expected(good, 1.5), b.PAlive(clv.Row{Age: 2.5}, 1),
		clv.SBG{}.Survival(1), clv.SBG{Alpha: 1, Beta: 1}.Survival(-1), clv.SBG{Alpha: 1, Beta: 1}.Retention(0), clv.SBG{Alpha: 1, Beta: 1}.PAlive(-1, 2),
		clv.SBG{Alpha: 1, Beta: 1}.Expected(1, -2), clv.SBG{Alpha: 1, Beta: 1}.DEL(-1), clv.SBG{Alpha: 1, Beta: 1}.DERL(-1, 1),
	} {
		if !math.IsNaN(v) {
			t.Errorf("case %d: %v", i, v)
		}
	}
}
