package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samber/lo"
)

// shared finds a file of the shared data beside the repository.
func shared(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "survival", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no ../shared/data/survival/%s: %v", name, err)
	}
	return path
}

func readShared(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(shared(t, name))
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatal(name, err)
	}
}

// What R's package survival says of a file.
type (
	refCurves struct {
		Curves []struct {
			Stratum string     `json:"stratum"`
			Time    []float64  `json:"time"`
			Risk    []int      `json:"n_risk"`
			Event   []int      `json:"n_event"`
			Surv    []*float64 `json:"surv"`
			Log     struct {
				Lower []any `json:"lower"`
				Upper []any `json:"upper"`
			} `json:"ci95_log"`
		} `json:"curves"`
	}
	refRanks struct {
		Tests []struct {
			Formula string  `json:"formula"`
			Rho     float64 `json:"rho"`
			ChiSq   float64 `json:"chisq"`
			DF      int     `json:"df"`
			P       float64 `json:"p"`
		} `json:"tests"`
	}
	refCox struct {
		Models []struct {
			Formula string    `json:"formula"`
			Ties    string    `json:"ties"`
			Terms   []string  `json:"terms"`
			Coef    []float64 `json:"coef"`
			SE      []float64 `json:"se"`
			LogLik  struct {
				Model float64 `json:"model"`
			} `json:"loglik"`
			Concordance struct {
				C float64 `json:"c"`
			} `json:"concordance"`
		} `json:"models"`
	}
)

// Curves, log-rank test and regression are those of R, whose analyses each leave
// out the rows that miss one of their own columns.
func TestReference(t *testing.T) {
	for _, tt := range []struct {
		data, event, group, response, covariates string
		skipped                                  int
	}{
		{"lung", "status=2", "sex", "Surv(time, status == 2)", "age,sex,ph.ecog", 1},
		{"veteran", "status", "trt", "Surv(time, status == 1)", "trt,karno,diagtime,age,prior", 0},
		{"veteran", "status=1", "celltype", "Surv(time, status == 1)", "trt,karno,diagtime,age,prior", 0},
		{"lung", "status=2", "", "Surv(time, status == 2)", "age,sex,ph.ecog", 1},
	} {
		for _, ties := range []string{"efron", "breslow"} {
			t.Run(strings.Join([]string{tt.data, tt.group, ties}, " "), func(t *testing.T) {
				args := []string{"-survival", shared(t, tt.data+".csv"), "-time", "time", "-event", tt.event, "-covariates", tt.covariates, "-ties", ties}
				if tt.group != "" {
					args = append(args, "-group", tt.group)
				}
				r := runJSON(t, args...)
				if r.Skipped != tt.skipped {
					t.Errorf("skipped %d, want %d", r.Skipped, tt.skipped)
				}
				compareCurves(t, r, tt.data, tt.group)
				compareRanks(t, r, tt.data, tt.response+" ~ "+tt.group, tt.group != "")
				compareCox(t, r, tt.data, tt.response+" ~ "+strings.ReplaceAll(tt.covariates, ",", " + "), ties)
			})
		}
	}
}

func compareCurves(t *testing.T, r jsonReport, data, group string) {
	t.Helper()
	var ref refCurves
	readShared(t, data+"_km.json", &ref)
	curves := lo.GroupBy(r.KM, func(p jsonPoint) string { return p.Group })
	for name, points := range curves {
		stratum := "all"
		if group != "" {
			stratum = group + "=" + name
		}
		found := false
		for _, c := range ref.Curves {
			if c.Stratum != stratum {
				continue
			}
			found = true
			if len(points) != len(c.Time) {
				t.Fatalf("%s: %d points, want %d", stratum, len(points), len(c.Time))
			}
			for i, p := range points {
				if p.Time != c.Time[i] || p.Risk != c.Risk[i] || p.Events != c.Event[i] || math.Abs(p.Survival-*c.Surv[i]) > 1e-12 {
					t.Fatalf("%s: %+v, want %v %v %v %v", stratum, p, c.Time[i], c.Risk[i], c.Event[i], *c.Surv[i])
				}
				low, known := c.Log.Lower[i].(float64)
				high, _ := c.Log.Upper[i].(float64)
				if known != (p.Low != nil) || known && (math.Abs(*p.Low-low) > 1e-9 || math.Abs(*p.High-high) > 1e-9) {
					t.Fatalf("%s: limits %+v, want %v to %v", stratum, p, c.Log.Lower[i], c.Log.Upper[i])
				}
			}
		}
		if !found {
			t.Errorf("the reference has no curve of %s", stratum)
		}
	}
}

func compareRanks(t *testing.T, r jsonReport, data, formula string, grouped bool) {
	t.Helper()
	if !grouped {
		if r.LogRank != nil {
			t.Error("a test without groups")
		}
		return
	}
	var ref refRanks
	readShared(t, data+"_logrank.json", &ref)
	for _, want := range ref.Tests {
		if want.Formula == formula && want.Rho == 0 {
			if g := r.LogRank; g == nil || math.Abs(g.ChiSq-want.ChiSq) > 1e-9 || g.DF != want.DF || math.Abs(g.P-want.P) > 1e-9 {
				t.Errorf("log-rank %+v, want %+v", g, want)
			}
			return
		}
	}
	t.Errorf("the reference has no test of %s", formula)
}

func compareCox(t *testing.T, r jsonReport, data, formula, ties string) {
	t.Helper()
	var ref refCox
	readShared(t, data+"_cox.json", &ref)
	near := func(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*math.Abs(b) }
	for _, want := range ref.Models {
		if want.Formula != formula || want.Ties != ties {
			continue
		}
		if len(r.Cox.Coef) != len(want.Terms) || len(r.Cox.SE) != len(want.Terms) {
			t.Errorf("%v, want %v", r.Cox.Coef, want.Terms)
		}
		for j, name := range want.Terms {
			if !near(r.Cox.Coef[name], want.Coef[j], 1e-8) || !near(r.Cox.SE[name], want.SE[j], 1e-7) {
				t.Errorf("%s: %v ± %v, want %v ± %v", name, r.Cox.Coef[name], r.Cox.SE[name], want.Coef[j], want.SE[j])
			}
		}
		if !near(r.Cox.LogLik, want.LogLik.Model, 1e-8) || !near(r.Cox.Concordance, want.Concordance.C, 1e-12) {
			t.Errorf("log-likelihood %v, C %v, want %v, %v", r.Cox.LogLik, r.Cox.Concordance, want.LogLik.Model, want.Concordance.C)
		}
		return
	}
	t.Errorf("the reference has no model %s, %s", formula, ties)
}
