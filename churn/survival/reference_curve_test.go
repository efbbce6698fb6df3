package survival_test

import (
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/churn/survival"
)

func exact(string) float64 { return 1e-12 }

func TestReferenceKaplanMeier(t *testing.T) {
	for _, file := range []struct {
		name   string
		load   func(testing.TB) (frame, survival.Data)
		groups []string
	}{
		{"lung_km.json", lung, []string{"sex", "ph.ecog"}},
		{"veteran_km.json", veteran, []string{"trt", "celltype"}},
	} {
		t.Run(file.name, func(t *testing.T) {
			ref := sharedJSON(t, file.name)
			f, d := file.load(t)
			curves := map[string][3]survival.Curve{}
			add := func(d survival.Data) {
				for k, limits := range []survival.Limits{"", survival.LogLogLimits, survival.PlainLimits} {
					cs := must(survival.KaplanMeier(d, survival.CurveConfig{Limits: limits}))
					for _, c := range cs.Curves {
						if c.Group == "" {
							c.Group = "all"
						}
						set := curves[c.Group]
						set[k] = c
						curves[c.Group] = set
					}
				}
			}
			add(d)
			for _, g := range file.groups {
				d.Group = f.labels(t, g)
				add(d)
			}
			var have []any
			for _, c := range list(ref["curves"]) {
				have = append(have, curveTree(t, curves[c.(map[string]any)["stratum"].(string)]))
			}
			if len(have) != len(curves) {
				t.Errorf("%d curves, the file has %d: %v", len(curves), len(have), sortedKeys(curves))
			}
			same(t, "", ref, map[string]any{"curves": have}, exact)
		})
	}
}

func curveTree(t *testing.T, set [3]survival.Curve) map[string]any {
	c := set[0]
	col := func(k int, f func(p survival.Point) float64) []float64 {
		var out []float64
		for _, p := range set[k].Points {
			out = append(out, f(p))
		}
		return out
	}
	limits := func(k int) map[string]any {
		return map[string]any{
			"lower": col(k, func(p survival.Point) float64 { return p.Low }),
			"upper": col(k, func(p survival.Point) float64 { return p.High }),
		}
	}
	quantiles := func(k int) map[string]any {
		probs := []float64{0.25, 0.5, 0.75}
		var q, l, h []float64
		for _, p := range probs {
			e, _ := set[k].Quantile(p)
			q, l, h = append(q, e.Value), append(l, e.Low), append(h, e.High)
		}
		return map[string]any{"probs": probs, "quantile": q, "lower": l, "upper": h}
	}
	mean, err := c.RestrictedMean(0)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{
		"stratum": c.Group, "n": c.N, "events": c.Events,
		"time":                   col(0, func(p survival.Point) float64 { return p.Time }),
		"n_risk":                 col(0, func(p survival.Point) float64 { return float64(p.AtRisk) }),
		"n_event":                col(0, func(p survival.Point) float64 { return float64(p.Events) }),
		"n_censor":               col(0, func(p survival.Point) float64 { return float64(p.Censored) }),
		"surv":                   col(0, func(p survival.Point) float64 { return p.Survival }),
		"std_err_surv_greenwood": col(0, func(p survival.Point) float64 { return p.SE }),
		"std_err_log_surv":       col(0, func(p survival.Point) float64 { return p.LogSE }),
		"cumhaz":                 col(0, func(p survival.Point) float64 { return p.CumHazard }),
		"n_enter":                nil, // the file has none
		"ci95_log":               limits(0),
		"ci95_loglog":            limits(1),
		"ci95_plain":             limits(2),
		"nelson_aalen":           map[string]any{"cumhaz": col(0, func(p survival.Point) float64 { return p.CumHazard }), "std_err": col(0, func(p survival.Point) float64 { return p.CumHazardSE })},
		"quantiles":              map[string]any{"ci_log": quantiles(0), "ci_loglog": quantiles(1)},
		"restricted_mean":        map[string]any{"tau": c.Points[len(c.Points)-1].Time, "value": mean.Value, "std_err": mean.SE},
		"fleming_harrington_tie_corrected": map[string]any{
			"cumhaz":  col(0, func(p survival.Point) float64 { return p.TieHazard }),
			"std_err": col(0, func(p survival.Point) float64 { return p.TieHazardSE })},
	}
}

func TestReferenceLogRank(t *testing.T) {
	for name, load := range map[string]func(testing.TB) (frame, survival.Data){
		"lung_logrank.json": lung, "veteran_logrank.json": veteran,
	} {
		t.Run(name, func(t *testing.T) {
			ref := sharedJSON(t, name)
			f, all := load(t)
			var have []any
			for _, r := range list(ref["tests"]) {
				r := r.(map[string]any)
				d := all
				_, right, _ := strings.Cut(r["formula"].(string), "~ ")
				group, strata, stratified := strings.Cut(right, " + strata(")
				d.Group = f.labels(t, group)
				if stratified {
					d.Strata = f.labels(t, strings.TrimSuffix(strata, ")"))
				}
				if strings.Contains(r["test"].(string), "ph.ecog<3 only") {
					d = subset(d, func(i int) bool { return f["ph.ecog"][i] != "3" })
				}
				lr := must(survival.LogRank(d, survival.RankConfig{Rho: r["rho"].(float64)}))
				have = append(have, map[string]any{"rho": r["rho"], "groups": lr.Groups, "n": lr.N,
					"observed": lr.Observed, "expected": lr.Expected, "variance": lr.Variance,
					"chisq": lr.ChiSq, "df": lr.DF, "p": lr.P})
			}
			same(t, "", ref, map[string]any{"tests": have}, func(string) float64 { return 1e-9 })
		})
	}
}

func TestReferenceConcordance(t *testing.T) {
	ref := sharedJSON(t, "concordance.json")
	have := map[string]any{}
	for name, load := range map[string]func(testing.TB) (frame, survival.Data){"lung": lung, "veteran": veteran} {
		f, d := load(t)
		var out []any
		for _, r := range list(ref[name]) {
			r := r.(map[string]any)
			marker, _, _ := strings.Cut(r["marker"].(string), " ")
			risk := r["reverse"].(bool)
			c := must(survival.Harrell(d, f.num(t, marker), survival.MarkerConfig{Risk: risk}))
			out = append(out, map[string]any{"reverse": risk, "c": c.C.Value, "se": c.C.SE, "counts": map[string]any{
				"concordant": c.Concordant, "discordant": c.Discordant, "tied.x": c.TiedMarker,
				"tied.y": c.TiedTime, "tied.xy": c.TiedBoth}})
		}
		have[name] = out
	}
	same(t, "", ref, have, exact)
}

func TestReferenceParametric(t *testing.T) {
	ref := sharedJSON(t, "parametric_aft.json")
	have := map[string]any{}
	law := map[string]survival.Law{"weibull": "", "exponential": survival.Exponential, "lognormal": survival.LogNormal}
	for name, load := range map[string]func(testing.TB) (frame, survival.Data){"lung": lung, "veteran": veteran} {
		f, d := load(t)
		var out []any
		for _, r := range list(ref[name]) {
			r := r.(map[string]any)
			x := f.covariates(t, texts(r["coef_names"])[1:])
			fit := must(survival.Parametric(d, x, survival.ParametricConfig{Law: law[r["dist"].(string)]}))
			var names []string
			var coef []float64
			for _, c := range fit.Coefficients {
				names, coef = append(names, c.Name), append(coef, c.Value)
			}
			out = append(out, map[string]any{"dist": r["dist"], "coef_names": names, "coef": coef, "scale": fit.Scale,
				"loglik": map[string]any{"intercept_only": fit.NullLogLik, "model": fit.LogLik},
				"vcov":   fit.Covariance()})
		}
		have[name] = out
	}
	same(t, "", ref, have, func(path string) float64 {
		if strings.Contains(path, "/vcov") {
			return 1e-9 // standard errors to 1e-7
		}
		return 1e-8
	})
}

// delayed applies the rule of lung_delayed_entry.json.
func delayed(d survival.Data) survival.Data {
	d.Entry = make([]float64, len(d.Time))
	for i := range d.Entry {
		if (i+1)%3 == 0 {
			d.Entry[i] = 100
		}
	}
	return d
}

func TestReferenceDelayedEntry(t *testing.T) {
	ref := sharedJSON(t, "lung_delayed_entry.json")
	f, d := lung(t)
	d = delayed(d)
	_, err := survival.KaplanMeier(d, survival.CurveConfig{})
	if err == nil {
		t.Error("rows that enter after their end were taken")
	}
	var rows []int
	for i, e := range d.Entry {
		if e < d.Time[i] {
			rows = append(rows, i)
		}
	}
	d = pick(d, rows)
	for k := range f {
		f[k] = take(f[k], rows)
	}
	cs := must(survival.KaplanMeier(d, survival.CurveConfig{}))
	km := curveTree(t, [3]survival.Curve{cs.Curves[0], cs.Curves[0], cs.Curves[0]})
	want := ref["cox"].(map[string]any)
	fit := must(survival.Cox(d, f.covariates(t, texts(want["terms"])), survival.CoxConfig{}))
	same(t, "", ref, map[string]any{"km": km, "cox": coxTree(t, fit, want)}, func(path string) float64 {
		if strings.HasPrefix(path, "/cox") {
			return coxTolerance(path)
		}
		return 1e-12
	})
}
