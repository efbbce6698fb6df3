package clv_test

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

// donations is donations_summary.csv, a row a donor, and what came in each cell's
// hold-out.
func donations(t testing.TB) (rows clv.Rows, cells []clv.Row, donors, holdOut []float64) {
	t.Helper()
	cell, n := readTable(t, "donations_summary.csv")
	rows.Unit = clv.Opportunity
	for i := range n {
		r := clv.Row{Frequency: int(parse(t, cell(i, "frequency"))), LastPurchaseAge: parse(t, cell(i, "recency")), Age: parse(t, cell(i, "n_periods"))}
		k := parse(t, cell(i, "customers"))
		cells, donors, holdOut = append(cells, r), append(donors, k), append(holdOut, parse(t, cell(i, "holdout_transactions")))
		for range int(k) {
			rows.List = append(rows.List, r)
		}
	}
	return rows, cells, donors, holdOut
}

func TestDonationsLifetimes(t *testing.T) {
	ref := openReference(t, "ref_donations_lifetimes.json")
	ref.skip("words", "provenance", "input")
	rows, _, _, _ := donations(t)
	fit := mustFit(t, rows, clv.FitConfig{Model: clv.KindBGBB})
	if fit.Status != clv.Converged {
		t.Errorf("%s: %s", fit.Status, fit.Reason)
	}
	best, theirs := ref.at("polished_mle"), ref.at("library_fit")
	best.skip("how flat it was", "max_abs_gradient_of_mean_nll_in_log_params", "note")
	atLeast(t, "polished", fit.LogLik, best.number("log_likelihood"))
	sameEstimates(t, "polished", &fit.Outcome, best.at("params"), false, 1e-4, nil)
	sameEstimates(t, "polished", &fit.Outcome, best.at("standard_errors_delta_method"), true, 1e-3, nil)
	atLeast(t, "lifetimes", fit.LogLik, theirs.number("log_likelihood"))
	sameEstimates(t, "lifetimes", &fit.Outcome, theirs.at("params"), false, 5e-3, nil)
	sameEstimates(t, "lifetimes", &fit.Outcome, theirs.at("standard_errors"), true, 5e-3, nil)

	p := predictorOf(t, clv.Opportunity, clv.KindBGBB, best.at("params"), bgbbNames...)
	c := ref.at("cells")
	for i := range c.at("frequency").len() {
		r := clv.Row{Frequency: int(c.number("frequency", i)), LastPurchaseAge: c.number("recency", i), Age: 6}
		// lifetimes adds 1e-15 inside a logarithm of a sum that can be small.
		near(t, "P(alive) next", p.PAlive(r, 1), c.number("p_alive_at_n_plus_1", i), 1e-9)
		near(t, "P(alive)", p.PAlive(r, 0), c.number("p_alive_at_n", i), 1e-9)
		near(t, "expected", p.Expected(r, 5), c.number("expected_transactions_next_5", i), 1e-9)
	}
	by := ref.at("expected_customers_by_frequency_n6")
	for _, k := range by.keys() {
		near(t, "donors", 11104*p.ProbabilityNew(6, int(parse(t, k))), by.number(k), 1e-9)
	}
	ref.done()
}

func TestDonationsBTYD(t *testing.T) {
	ref := openReference(t, "ref_donations_btyd.json")
	ref.skip("words", "provenance", "input")
	rows, cells, _, holdOut := donations(t)
	b := ref.at("bgbb")
	b.skip("words", "note")
	fit := mustFit(t, rows, clv.FitConfig{Model: clv.KindBGBB})
	atLeast(t, "BTYD", fit.LogLik, b.number("log_likelihood"))
	sameEstimates(t, "BTYD", &fit.Outcome, b.at("params"), false, 5e-3, nil)

	p := mustPredictor(t, clv.Opportunity, clv.KindBGBB, b.numbers("fixed_params")...)
	near(t, "log-likelihood", logLikelihood(p, rows), b.number("log_likelihood_at_fixed"), 1e-12)
	c := b.at("cells")
	c.skip("posterior means of one customer's probabilities are not offered",
		"posterior_mean_transaction_rate", "posterior_mean_dropout_rate")
	total := 0.0
	for i, cell := range cells {
		r := clv.Row{Frequency: int(c.number("frequency", i)), LastPurchaseAge: c.number("recency", i), Age: 6}
		if r != cell {
			t.Fatalf("cell %d: %+v, want %+v", i, r, cell)
		}
		near(t, "P(alive) next", p.PAlive(r, 1), c.number("p_alive_at_n_plus_1", i), 1e-11)
		near(t, "expected", p.Expected(r, 5), c.number("expected_transactions_next_5", i), 1e-11)
		near(t, "DERT", p.DERT(r, math.Log(1.1)), c.number("DERT_d_0.1", i), 1e-11)
		total += holdOut[i]
	}
	for i, want := range b.numbers("expectation_n_1_to_11") {
		near(t, "new donors", p.ExpectedNew(float64(i+1)), want, 1e-11)
	}
	for n, want := range b.numbers("pmf_n6_x0_6") {
		near(t, "pmf", p.ProbabilityNew(6, n), want, 1e-11)
	}
	_, expected := totals(t, fit.Predictor, rows, 5)
	t.Logf("hold-out: %.1f forecast, %v came", expected, total)
	near(t, "hold-out", expected, 12884.2, 1e-5)
	ref.done()
}
