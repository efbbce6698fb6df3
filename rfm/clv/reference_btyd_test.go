package clv_test

import (
	"errors"
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

// TestBTYD compares with BTYD 2.4.3 and BTYDplus 1.2.0, whose fits are not exact
// optima.
func TestBTYD(t *testing.T) {
	ref := openReference(t, "ref_cdnow_btyd.json")
	ref.skip("words", "provenance", "input")
	rows, ids, _ := cdnowSummary(t)
	index := map[float64]int{}
	for i, id := range ids {
		index[float64(id)] = i
	}
	pick := func(customers []float64) clv.Rows {
		some := clv.Rows{Unit: clv.Week}
		for _, id := range customers {
			some.List = append(some.List, rows.List[index[id]])
		}
		return some
	}
	plus := ref.at("btydplus")
	plus.skip("words", "input")
	plus.skip("NBD without dropout and the measures of regularity are not ours", "nbd", "regularity_wheat", "regularity_mle_minka")

	for _, m := range []struct {
		name   string
		kind   clv.Kind
		params []string
	}{
		{"pnbd", clv.KindParetoNBD, paretoNames},
		{"bgnbd", clv.KindBGNBD, dropoutNames},
	} {
		t.Run(m.name, func(t *testing.T) {
			model := ref.at(m.name)
			fit := mustFit(t, rows, clv.FitConfig{Model: m.kind})
			atLeast(t, "BTYD", fit.LogLik, model.number("log_likelihood"))
			sameEstimates(t, "BTYD", &fit.Outcome, model.at("params"), false, 5e-3, nil)
			if model.has("fixed_params_note") {
				model.skip("words", "fixed_params_note")
			}
			p := predictorOf(t, clv.Week, m.kind, model.at("fixed_params"), m.params...)
			near(t, "log-likelihood", logLikelihood(p, rows), model.number("log_likelihood_at_fixed"), 1e-11)
			c := model.at("customers")
			some := pick(c.numbers("customer"))
			v, err := p.AppendPAlive(nil, some, 0)
			sameNumbers(t, "P(alive)", mustAppend(t, v, err), c.numbers("p_alive"), 1e-10)
			for name, at := range map[string]float64{"expected_purchases_next_39": 39, "expected_purchases_next_52": 52} {
				if c.has(name) {
					v, err = p.AppendExpected(nil, some, at)
					sameNumbers(t, name, mustAppend(t, v, err), c.numbers(name), 1e-10)
				}
			}
			for name, rate := range map[string]float64{"DERT_delta_0.0027": 0.0027, "DERT_delta_0.01": 0.01} {
				if c.has(name) {
					v, err = p.AppendDERT(nil, some, rate)
					sameNumbers(t, name, mustAppend(t, v, err), c.numbers(name), 1e-9)
				}
			}
			growth := model.at("expectation")
			for _, k := range growth.keys() {
				near(t, "new customer", p.ExpectedNew(parse(t, k)), growth.number(k), 1e-10)
			}
			for n, want := range model.numbers("pmf_t39_x0_10") {
				near(t, "pmf", p.ProbabilityNew(39, n), want, 1e-9)
			}
		})
	}

	t.Run("spend", func(t *testing.T) {
		model := ref.at("spend")
		fit, err := clv.FitSpend(rows, clv.TuningConfig{})
		if err != nil {
			t.Fatal(err)
		}
		atLeast(t, "BTYD", fit.LogLik, model.number("log_likelihood"))
		sameEstimates(t, "BTYD", &fit.Outcome, model.at("params"), false, 5e-3, map[string]string{"gamma": "v"})
		at := model.numbers("expected_value_params")
		v, err := clv.GammaGamma{P: at[0], Q: at[1], V: at[2]}.AppendSpend(nil, pick(ref.at("pnbd", "customers").numbers("customer")))
		sameNumbers(t, "spend", mustAppend(t, v, err), model.numbers("expected_value"), 1e-12)
	})

	t.Run("BTYDplus", func(t *testing.T) {
		// CNBD-k with k = 1 is the model without k.
		for name, kind := range map[string]clv.Kind{"mbgnbd": clv.KindMBGNBD, "mbgcnbd_k": clv.KindMBGNBD, "bgcnbd_k": clv.KindBGNBD} {
			model := plus.at(name)
			near(t, "k", model.number("params", "k"), 1, 0)
			fit := mustFit(t, rows, clv.FitConfig{Model: kind})
			atLeast(t, name, fit.LogLik, model.number("log_likelihood"))
			p := predictorOf(t, clv.Week, kind, model.at("params"), dropoutNames...)
			for i, e := range fit.Estimates {
				near(t, name+", "+e.Name, p.Model().Params()[i].Value, e.Value, 5e-3)
			}
			near(t, "log-likelihood", logLikelihood(p, rows), model.number("log_likelihood"), 1e-11)
		}
		c := plus.at("customers")
		c.skip("sums of the logs of times between purchases, for CNBD-k", "litt")
		p := predictorOf(t, clv.Week, clv.KindMBGNBD, plus.at("mbgnbd", "params"), dropoutNames...)
		for i, id := range c.numbers("customer") {
			r := rows.List[index[id]]
			near(t, "x", float64(r.Frequency), c.number("x", i), 0)
			near(t, "t_x", r.LastPurchaseAge, c.number("t.x", i), 1e-12)
			near(t, "T", r.Age, c.number("T.cal", i), 1e-12)
			near(t, "P(alive)", p.PAlive(r, 0), c.number("mbgnbd_p_alive", i), 1e-10)
		}
	})
	ref.done()
}

// TestPublished checks what papers print and the tools' own tests assert.
func TestPublished(t *testing.T) {
	ref := openReference(t, "ref_cdnow_published.json")
	ref.skip("words", "what", "caution")
	rows, _, _ := cdnowSummary(t)
	donors, _, _, _ := donations(t)
	fits := map[string]*clv.Fit{
		"BG/NBD":     mustFit(t, rows, clv.FitConfig{Model: clv.KindBGNBD}),
		"MBG/NBD":    mustFit(t, rows, clv.FitConfig{Model: clv.KindMBGNBD}),
		"Pareto/NBD": mustFit(t, rows, clv.FitConfig{Model: clv.KindParetoNBD}),
		"BG/BB":      mustFit(t, donors, clv.FitConfig{Model: clv.KindBGBB}),
	}
	spend, err := clv.FitSpend(rows, clv.TuningConfig{})
	if err != nil {
		t.Fatal(err)
	}
	within := func(what string, got, want, tolerance float64) {
		t.Helper()
		if !(math.Abs(got-want) <= tolerance) {
			t.Errorf("%s: %v, want %v within %v", what, got, want, tolerance)
		}
	}
	row := func(in *reference) clv.Row {
		r := clv.Row{}
		for _, k := range in.keys() {
			switch v := in.at(k); k {
			case "x", "frequency":
				r.Frequency = int(v.number())
			case "t_x", "recency":
				r.LastPurchaseAge = v.number()
			case "T", "n":
				r.Age = v.number()
			}
		}
		return r
	}
	predictor := func(v *reference, kind clv.Kind, unit clv.Unit, names []string) *clv.Predictor {
		return predictorOf(t, unit, kind, v.at("params"), names...)
	}
	values := ref.at("values")
	for i := range values.len() {
		v := values.at(i)
		for _, k := range []string{"id", "model", "data", "tolerance", "source", "quantity"} {
			if v.has(k) {
				v.skip("words", k)
			}
		}
		id, model := v.text("id"), v.text("model")
		if v.has("params") {
			if _, fitted := v.at("params").value.(string); fitted {
				v.skip("words", "params")
			}
		}
		fit := fits[model]
		switch id {
		case "bgnbd_params", "bgnbd_params_clvtools", "pnbd_params", "pnbd_params_clvtools", "mbgnbd_params", "bgbb_params", "gg_params":
			o, rename := &spend.Outcome, map[string]string{"v_or_gamma": "v"}
			if fit != nil {
				o = &fit.Outcome
			}
			want := v.at("expected")
			for _, k := range want.keys() {
				if k == "log_likelihood" {
					near(t, id, o.LogLik, want.number(k), 1e-5)
					continue
				}
				name := k
				if n, ok := rename[k]; ok {
					name = n
				}
				e, ok := o.Estimate(name)
				if !ok {
					t.Errorf("%s: no %s", id, k)
				}
				near(t, id+", "+k, e.Value, want.number(k), 2e-3)
			}
		case "pnbd_standard_errors_clvtools":
			sameEstimates(t, id, &fit.Outcome, v.at("expected"), true, 1e-3, nil)
		case "ggomnbd_params":
			v.skip("not one of our models", "expected")
		case "bgbb_p_alive":
			for i := range v.at("inputs").len() {
				within(id, fit.PAlive(row(v.at("inputs", i)), 1), v.number("expected", i), 0.005)
			}
		case "bgbb_total_expected_next_5":
			_, total := totals(t, fit.Predictor, donors, 5)
			within(id, total, v.number("expected"), 0.5)
		case "bgbb_expected_customers_in_6":
			for i, want := range v.numbers("expected") {
				within(id, 11104*fit.ProbabilityNew(6, int(v.number("inputs", i, "frequency"))), want, 0.5)
			}
		case "bgnbd_cet", "pnbd_cet":
			within(id, fit.Expected(row(v.at("inputs")), v.number("inputs", "t")), v.number("expected"), 0.01)
		case "bgnbd_expectation", "pnbd_expectation":
			tolerance := map[string]float64{"bgnbd_expectation": 1e-3, "pnbd_expectation": 1e-2}[id]
			for i, want := range v.numbers("expected") {
				within(id, fit.ExpectedNew(v.number("inputs", "t", i)), want, tolerance)
			}
		case "bgnbd_pmf":
			p := predictor(v, clv.KindBGNBD, clv.Week, dropoutNames)
			for i, want := range v.numbers("expected") {
				near(t, id, p.ProbabilityNew(v.number("inputs", i, "t"), int(v.number("inputs", i, "n"))), want, 2e-6)
			}
		case "bgnbd_pmf_11_20":
			p := predictor(v, clv.KindBGNBD, clv.Week, dropoutNames)
			for i, want := range v.numbers("expected") {
				near(t, id, p.ProbabilityNew(v.number("inputs", "t"), int(v.number("inputs", "n", i))), want, 1e-6)
			}
		case "bgnbd_log_likelihood_individual":
			p := predictor(v, clv.KindBGNBD, clv.Week, dropoutNames)
			for i, want := range v.numbers("expected") {
				near(t, id, p.LogLikelihood(row(v.at("inputs", i))), want, 5e-7)
			}
		case "pnbd_p_alive":
			within(id, predictor(v, clv.KindParetoNBD, clv.Week, paretoNames).PAlive(row(v.at("inputs")), 0), v.number("expected"), 1e-4)
		case "pnbd_p_alive_zero": // at BTYD's own estimates, which are not quite at the optimum
			p := mustPredictor(t, clv.Week, clv.KindParetoNBD, 0.5533971, 10.5801985, 0.6060625, 11.6562237)
			near(t, id, p.PAlive(row(v.at("inputs")), 0), v.number("expected"), 2e-7)
		case "pnbd_cet_underflow":
			p := predictor(v, clv.KindParetoNBD, clv.Week, paretoNames)
			for i, want := range v.numbers("expected") {
				near(t, id, p.Expected(row(v.at("inputs", i)), v.number("inputs", i, "t")), want, 1e-10)
			}
		case "pnbd_p_alive_finite", "pnbd_log_A0_finite":
			v.skip("words", "expected")
			p := predictor(v, clv.KindParetoNBD, clv.Week, paretoNames)
			for i := range v.at("inputs").len() {
				r := row(v.at("inputs", i))
				if a, l := p.PAlive(r, 0), p.LogLikelihood(r); !(a >= 0 && a <= 1) || math.IsNaN(l) || math.IsInf(l, 0) {
					t.Errorf("%s: %+v: P(alive) %v, log-likelihood %v", id, r, a, l)
				}
			}
		case "gg_expected_value":
			v.skip("words", "inputs")
			g := gammaGammaOf(t, v.at("params"), "p", "q", "v")
			got, err := g.AppendSpend(nil, clv.Rows{Unit: clv.Week, List: rows.List[:10]})
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range v.numbers("expected") {
				within(id, got[i], want, 0.1)
			}
		default:
			t.Errorf("%s is not checked", id)
		}
	}
	// q ≤ 1 has no mean.
	if _, err := (clv.GammaGamma{P: 2, Q: 1, V: 3}).Population(); !errors.Is(err, clv.ErrSpend) {
		t.Error(err)
	}
	ref.done()
}
