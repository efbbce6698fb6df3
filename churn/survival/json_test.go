package survival_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/survival"
)

func TestOptionsAsJSON(t *testing.T) {
	for _, c := range []struct {
		into any
		good string
		bad  string
		at   []string
		want error
	}{
		{&survival.CurveConfig{}, `{"limits":"log-log","confidence":0.9}`, `{"limits":"wide","confidence":2}`, []string{"/limits", "/confidence"}, survival.ErrOption},
		{&survival.RankConfig{}, `{"rho":1}`, `{"rho":-1}`, []string{"/rho"}, survival.ErrOption},
		{&survival.MarkerConfig{}, `{"risk":true,"confidence":0.5}`, `{"confidence":7}`, []string{"/confidence"}, survival.ErrConfidence},
		{&survival.CoxConfig{}, `{"ties":"breslow","steps":9}`, `{"ties":"exact","steps":-9}`, []string{"/ties", "/steps"}, survival.ErrOption},
		{&survival.ParametricConfig{}, `{"law":"log-normal","steps":9}`, `{"law":"gamma"}`, []string{"/law"}, survival.ErrOption},
	} {
		if err := json.Unmarshal([]byte(c.good), c.into); err != nil {
			t.Errorf("%s: %v", c.good, err)
		}
		before := reflect.ValueOf(c.into).Elem().Interface()
		if out := string(must(json.Marshal(before))); out != c.good {
			t.Errorf("%s became %s", c.good, out)
		}
		refused(t, c.bad, json.Unmarshal([]byte(c.bad), c.into), c.want, c.at...)
		if err := json.Unmarshal([]byte(`{"typo":1}`), c.into); !errors.Is(err, guanxi.ErrUnknownField) {
			t.Errorf("%T: %v", c.into, err)
		}
		if after := reflect.ValueOf(c.into).Elem().Interface(); after != before {
			t.Errorf("%T was changed to %+v", c.into, after)
		}
	}
}

func TestUnknownIsNull(t *testing.T) {
	d := survival.Data{Time: []float64{4}, Event: []bool{true}}
	c := must(survival.KaplanMeier(d, survival.CurveConfig{})).Curves[0]
	m, _ := c.Median()
	const want = `[{"value":4,"se":null,"low":null,"high":null},{"time":4,"at_risk":1,"events":1,"censored":0,` +
		`"survival":0,"se":null,"log_se":null,"low":null,"high":null,"cum_hazard":1,"cum_hazard_se":1,` +
		`"tie_hazard":1,"tie_hazard_se":1}]`
	if got := string(must(json.Marshal([]any{m, c.Points[0]}))); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestResultsAsJSON wants every key in lower case, and no result that JSON cannot
// write.
func TestResultsAsJSON(t *testing.T) {
	d, x := remission()
	fit := must(survival.Cox(d, x, survival.CoxConfig{}))
	for name, v := range map[string]any{
		"curves":        must(survival.KaplanMeier(d, survival.CurveConfig{Limits: survival.LogLogLimits})),
		"cox":           fit,
		"concordance":   must(fit.Concordance()),
		"hazards":       must(fit.ProportionalHazards("")),
		"baseline":      must(fit.Baseline(fit.Centre)),
		"exponential":   must(survival.Parametric(d, x, survival.ParametricConfig{Law: survival.Exponential})),
		"log-rank":      must(survival.LogRank(d, survival.RankConfig{})),
		"incidence":     must(survival.CumulativeIncidence(d, d.Group, survival.CurveConfig{Limits: survival.LogLogLimits})),
		"nobody's risk": must(survival.CumulativeIncidence(d, survival.Factor{Codes: make([]int32, len(d.Time)), Levels: []string{"moved", "died"}}, survival.CurveConfig{})),
	} {
		var read any
		text, err := json.Marshal(v)
		if err == nil {
			err = json.Unmarshal(text, &read)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		lowerKeys(t, name, read)
	}
}

func lowerKeys(t *testing.T, at string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, u := range v {
			if strings.ToLower(k) != k {
				t.Errorf("%s has the key %q", at, k)
			}
			lowerKeys(t, at+"/"+k, u)
		}
	case []any:
		for _, u := range v {
			lowerKeys(t, at, u)
		}
	}
}
