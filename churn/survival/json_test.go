package survival_test

import (
	"encoding/json"
	"errors"
	"reflect"
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
	}{
		{&survival.CurveConfig{}, `{"limits":"log-log","confidence":0.9}`, `{"limits":"wide","confidence":2}`, []string{"/limits", "/confidence"}},
		{&survival.RankConfig{}, `{"rho":1}`, `{"rho":-1}`, []string{"/rho"}},
		{&survival.MarkerConfig{}, `{"risk":true,"confidence":0.5}`, `{"confidence":7}`, []string{"/confidence"}},
		{&survival.CoxConfig{}, `{"ties":"breslow","steps":9}`, `{"ties":"exact","steps":-9}`, []string{"/ties", "/steps"}},
		{&survival.ParametricConfig{}, `{"law":"log-normal","steps":9}`, `{"law":"gamma"}`, []string{"/law"}},
	} {
		if err := json.Unmarshal([]byte(c.good), c.into); err != nil {
			t.Errorf("%s: %v", c.good, err)
		}
		before := reflect.ValueOf(c.into).Elem().Interface()
		if out := string(must(json.Marshal(before))); out != c.good {
			t.Errorf("%s became %s", c.good, out)
		}
		refused(t, c.bad, json.Unmarshal([]byte(c.bad), c.into), survival.ErrOption, c.at...)
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
	const want = `[{"value":4,"std_err":null,"low":null,"high":null},{"time":4,"at_risk":1,"events":1,"censored":0,` +
		`"survival":0,"std_err":null,"log_std_err":null,"low":null,"high":null,"cum_hazard":1,"cum_hazard_std_err":1,` +
		`"tie_hazard":1,"tie_hazard_std_err":1}]`
	if got := string(must(json.Marshal([]any{m, c.Points[0]}))); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
