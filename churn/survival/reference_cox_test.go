package survival_test

import (
	"math"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/churn/survival"
)

func coxTolerance(path string) float64 {
	switch {
	case strings.Contains(path, "/se/") || strings.Contains(path, "std_err"):
		return 1e-7
	case strings.Contains(path, "concordance"):
		return 1e-12
	}
	return 1e-8
}

func TestReferenceCox(t *testing.T) {
	for _, file := range []struct {
		name string
		load func(testing.TB) (frame, survival.Data)
	}{{"lung_cox.json", lung}, {"veteran_cox.json", veteran}} {
		t.Run(file.name, func(t *testing.T) {
			ref := sharedJSON(t, file.name)
			f, all := file.load(t)
			var have []any
			for _, m := range list(ref["models"]) {
				m, d := m.(map[string]any), all
				if _, strata, ok := strings.Cut(m["formula"].(string), "strata("); ok {
					// R sorts the strata as texts here, and names them so.
					d.Strata = f.labels(t, strings.TrimSuffix(strata, ")"), sortedLevels(f, strings.TrimSuffix(strata, ")"))...)
					if strings.HasPrefix(strata, "celltype") {
						for i, l := range d.Strata.Levels {
							d.Strata.Levels[i] = strings.TrimPrefix(l, "celltype=")
						}
					}
				}
				fit := must(survival.Cox(d, f.covariates(t, texts(m["terms"])), survival.CoxConfig{Ties: survival.Ties(m["ties"].(string))}))
				have = append(have, coxTree(t, fit, m))
			}
			same(t, "", ref, map[string]any{"models": have}, coxTolerance)
		})
	}
}

func sortedLevels(f frame, column string) []string {
	seen := map[string]bool{}
	for _, s := range f[column] {
		if s != "" {
			seen[s] = true
		}
	}
	return sortedKeys(seen)
}

// coxTree answers what the file asks of a fit, except for what it does not ask.
func coxTree(t *testing.T, fit *survival.CoxFit, ref map[string]any) map[string]any {
	t.Helper()
	var terms []string
	var coef, hr, se, z, p, low, high []float64
	for _, c := range fit.Coefficients {
		r := c.Ratio(0.95)
		terms, coef, se, z, p = append(terms, c.Name), append(coef, c.Value), append(se, c.SE), append(z, c.Z), append(p, c.P)
		hr, low, high = append(hr, r.Value), append(low, r.Low), append(high, r.High)
	}
	c, err := fit.Concordance()
	if err != nil {
		t.Fatal(err)
	}
	test := func(x survival.Test) map[string]any {
		return map[string]any{"chisq": x.ChiSq, "df": x.DF, "p": x.P}
	}
	// R lists the first ten rows that the model uses.
	first := func(all []float64) (out []float64) {
		for _, v := range all {
			if !math.IsNaN(v) && len(out) < 10 {
				out = append(out, v)
			}
		}
		return out
	}
	tree := map[string]any{
		"ties": string(fit.Ties), "n": fit.N, "events": fit.Events, "terms": terms, "coef": coef, "hazard_ratio": hr,
		"se": se, "z": z, "p": p, "hr_ci95": map[string]any{"lower": low, "upper": high}, "vcov": fit.Covariance(),
		"loglik":  map[string]any{"null": fit.NullLogLik, "model": fit.LogLik},
		"test_lr": test(fit.LikelihoodRatio), "test_wald": test(fit.Wald), "test_score": test(fit.Score),
		"concordance":                  map[string]any{"c": c.C.Value, "se": c.C.SE},
		"covariate_means":              fit.Centre,
		"martingale_residuals_first10": first(fit.Martingale()),
		"deviance_residuals_first10":   first(fit.Deviance()),
		"baseline_cumhaz_at_x0":        baselineTree(t, fit, ref["baseline_cumhaz_at_x0"].(map[string]any)),
	}
	if ref["cox_zph"] != nil {
		zph := map[string]any{}
		for _, scale := range []survival.TimeScale{survival.KMScale, survival.IdentityScale} {
			ph, err := fit.ProportionalHazards(scale)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			var chisq, p []float64
			var df []int
			for _, x := range append(ph.Terms, survival.TermTest{Term: "GLOBAL", Test: ph.Global}) {
				names, chisq, df, p = append(names, x.Term), append(chisq, x.ChiSq), append(df, x.DF), append(p, x.P)
			}
			zph["terms"] = names
			zph[string(scale)] = map[string]any{"chisq": chisq, "df": df, "p": p}
		}
		tree["cox_zph"] = zph
	}
	if q, ok := ref["predicted_survival"].(map[string]any); ok {
		tree["predicted_survival"] = predictTree(t, fit, terms, q)
	}
	return tree
}

// baselineTree reads the steps at the file's times, which are also those at
// which nobody left, and sees that no step lies between them.
func baselineTree(t *testing.T, fit *survival.CoxFit, ref map[string]any) map[string]any {
	t.Helper()
	hs, err := fit.Baseline(nil)
	if err != nil {
		t.Fatal(err)
	}
	strata := texts(ref["strata"])
	var hazard []float64
	listed := map[string]map[float64]bool{}
	for i, at := range floats(ref["time"]) {
		h := hs[0]
		if strata != nil {
			for _, o := range hs {
				if o.Stratum == strata[i] {
					h = o
				}
			}
		}
		v, ok := h.At(at)
		if !ok {
			t.Errorf("no baseline at %v", at)
		}
		hazard = append(hazard, v)
		if listed[h.Stratum] == nil {
			listed[h.Stratum] = map[float64]bool{}
		}
		listed[h.Stratum][at] = true
	}
	for _, h := range hs {
		for _, at := range h.Times {
			if !listed[h.Stratum][at] {
				t.Errorf("a step of %q at %v, which the file has not", h.Stratum, at)
			}
		}
	}
	out := map[string]any{"time": ref["time"], "hazard": hazard}
	if strata != nil {
		out["strata"] = ref["strata"]
	}
	return out
}

func predictTree(t *testing.T, fit *survival.CoxFit, terms []string, ref map[string]any) map[string]any {
	t.Helper()
	times := floats(ref["time"])
	surv, se := make([][]float64, len(times)), make([][]float64, len(times))
	var lp []float64
	for _, n := range list(ref["newdata"]) {
		var x []float64
		for _, name := range terms {
			x = append(x, n.(map[string]any)[name].(float64))
		}
		es, err := fit.Predict(survival.Question{X: x}, times...)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range es {
			surv[i], se[i] = append(surv[i], e.Value), append(se[i], e.SE)
		}
		v, _, err := fit.LinearPredictor(x)
		if err != nil {
			t.Fatal(err)
		}
		lp = append(lp, v)
	}
	return map[string]any{"newdata": ref["newdata"], "linear_predictor_uncentered": lp, "time": times, "surv": surv, "std_err": se}
}
