package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm/clv"
	"github.com/samber/lo"
)

// shared finds a file of the shared data beside the repository.
func shared(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no ../shared/data/%s: %v", name, err)
	}
	return path
}

// reference is what the Python package lifetimes says of CDNOW, its optima
// polished (see the README beside it).
type reference struct {
	Customers []struct {
		Customer int
	} `json:"customers"`
	Models map[string]struct {
		Polished struct {
			Params map[string]float64 `json:"params"`
			LogLik float64            `json:"log_likelihood"`
			SE     map[string]float64 `json:"standard_errors_delta_method"`
		} `json:"polished_mle"`
		Customers struct {
			PAlive     []float64 `json:"p_alive"`
			Expected52 []float64 `json:"expected_purchases_next_52"`
			Spend      []float64 `json:"expected_average_value"`
		} `json:"customers"`
		Sums map[string]float64 `json:"sum_expected_purchases_all_customers"`
		CLV  struct {
			Values map[string][]float64 `json:"values_by_transaction_model"`
		} `json:"clv_12_months_monthly_discount_0.01"`
		SumsCLV map[string]float64 `json:"sum_clv_all_customers"`
	} `json:"models"`
}

// The standard errors of Pareto/NBD are not in that file.
var paretoSE = map[string]float64{"r": 0.0476279, "alpha": 0.8427225, "s": 0.1872813, "beta": 6.2111136}

// The order log and the ready rows of CDNOW both give the reference's optimum,
// hold-out and values.
func TestCDNOW(t *testing.T) {
	data, err := os.ReadFile(shared(t, "ref_cdnow_lifetimes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var ref reference
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	summary, orders := shared(t, "cdnow_summary.csv"), shared(t, "cdnow_sample_transactions.csv")
	for source, args := range map[string][]string{
		"summary": {"-summary", summary, "-holdout", "39"},
		"orders":  {"-orders", orders, "-calibrate-until", "1997-09-30", "-end", "1998-06-30", "-unit", "week"},
	} {
		for kind, name := range map[clv.Kind]string{clv.KindMBGNBD: "MBG/NBD", clv.KindBGNBD: "BG/NBD", clv.KindParetoNBD: "Pareto/NBD"} {
			t.Run(source+" "+string(kind), func(t *testing.T) {
				r := runJSON(t, "", append(args, "-model", string(kind), "-month-days", "30.415")...)
				sameOptimum(t, r, ref, name)
				sameCustomers(t, r, ref, name)
			})
		}
		t.Run(source+" report", func(t *testing.T) {
			if code, stdout, stderr := valued(args...); code != 0 || stderr != "" || len(stdout) < 2000 {
				t.Errorf("exit %d: %s", code, stderr)
			}
		})
	}
}

// sameOptimum compares the fits and the hold-out's totals.
func sameOptimum(t *testing.T, r jsonReport, ref reference, name string) {
	t.Helper()
	model, spend := ref.Models[name], ref.Models["Gamma-Gamma"].Polished
	se := model.Polished.SE
	if name == "Pareto/NBD" {
		se = paretoSE
	}
	if len(model.Polished.Params) != 4 || len(se) != 4 || len(spend.Params) != 3 {
		t.Fatal("the reference does not have the parameters")
	}
	if r.Customers != 2357 || r.Unit != clv.Week || r.Model.Label(guanxi.EN) != name || r.Status != clv.Converged || len(r.Params) != 4 {
		t.Errorf("%d customers, %s, %s, %s, %v", r.Customers, r.Unit, r.Model, r.Status, r.Params)
	}
	for p, want := range model.Polished.Params {
		near(t, p, r.Params[p], want, 1e-4)
		near(t, "standard error of "+p, *r.SE[p], se[p], 1e-3)
	}
	if math.Abs(r.LogLik-model.Polished.LogLik) > 1e-6 || math.Abs(r.Spend.LogLik-spend.LogLik) > 1e-6 {
		t.Errorf("loglik %v, spend %v", r.LogLik, r.Spend.LogLik)
	}
	near(t, "p", r.Spend.P, spend.Params["p"], 1e-4)
	near(t, "q", r.Spend.Q, spend.Params["q"], 1e-4)
	near(t, "v", r.Spend.V, spend.Params["v"], 1e-4)
	if r.HoldOut.Periods != 39 || r.HoldOut.Actual != 1882 {
		t.Errorf("%+v", r.HoldOut)
	}
	near(t, "forecast", r.HoldOut.Predicted, model.Sums["39"], 1e-6)
}

// sameCustomers compares what is said of single customers, and the sums.
func sameCustomers(t *testing.T, r jsonReport, ref reference, name string) {
	t.Helper()
	model, spend := ref.Models[name], ref.Models["Gamma-Gamma"]
	values := spend.CLV.Values[name]
	if len(ref.Customers) != 50 || len(values) != 50 || len(model.Customers.Expected52) != 50 {
		t.Fatal("the reference does not have 50 customers")
	}
	by := lo.KeyBy(r.Value, func(v jsonValue) string { return v.Customer })
	for i, c := range ref.Customers {
		v, ok := by[strconv.Itoa(c.Customer)]
		if !ok {
			t.Fatalf("no customer %d", c.Customer)
		}
		near(t, "p_alive", v.PAlive, model.Customers.PAlive[i], 1e-5)
		near(t, "spend", *v.Spend, spend.Customers.Spend[i], 1e-6)
		near(t, "clv", *v.CLV, values[i], 1e-5)
		// 12 months of 4.345 weeks are 52.14 weeks: what is expected lies just above
		// that of 52.
		if more := v.Expected / model.Customers.Expected52[i]; more < 1 || more > 52.14/52 {
			t.Errorf("customer %d: %v expected, %v in 52 weeks", c.Customer, v.Expected, model.Customers.Expected52[i])
		}
	}
	near(t, "all clv", lo.SumBy(r.Value, func(v jsonValue) float64 { return *v.CLV }), spend.SumsCLV[name], 1e-5)
}

// Where a month is 52/12 weeks, twelve are the reference's 52 weeks.
func TestExpected(t *testing.T) {
	data, err := os.ReadFile(shared(t, "ref_cdnow_lifetimes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var ref reference
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	days := strconv.FormatFloat(52*7.0/12, 'g', -1, 64)
	for kind, name := range map[string]string{"mbgnbd": "MBG/NBD", "bgnbd": "BG/NBD", "paretonbd": "Pareto/NBD"} {
		r := runJSON(t, "", "-summary", shared(t, "cdnow_summary.csv"), "-model", kind, "-month-days", days)
		by := lo.KeyBy(r.Value, func(v jsonValue) string { return v.Customer })
		for i, c := range ref.Customers {
			near(t, name, by[strconv.Itoa(c.Customer)].Expected, ref.Models[name].Customers.Expected52[i], 1e-5)
		}
		near(t, name, lo.SumBy(r.Value, func(v jsonValue) float64 { return v.Expected }), ref.Models[name].Sums["52"], 1e-5)
	}
}

// A log that other tools stumble over is read, fitted and valued, with each
// model, split or not.
func TestApparel(t *testing.T) {
	log := shared(t, "apparel_transactions.csv")
	for _, kind := range models {
		for _, split := range [][]string{nil, {"-calibrate-until", "2005-10-10"}, {"-calibrate-until", "2006-12-31"}} {
			args := append([]string{"-orders", log, "-unit", "week", "-model", string(kind)}, split...)
			r := runJSON(t, "", args...)
			if r.Customers != 600 || len(r.Value) != 600 || (r.HoldOut != nil) != (split != nil) || r.Status == clv.Failed || r.Spend == nil {
				t.Errorf("%v: %d customers, %s, %+v", args, r.Customers, r.Status, r.HoldOut)
			}
			if code, stdout, stderr := valued(args...); code != 0 || stderr != "" || len(stdout) < 1500 {
				t.Errorf("exit %d: %s", code, stderr)
			}
		}
	}
}

// near allows for a relative difference.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
