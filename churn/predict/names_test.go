package predict_test

import (
	"encoding/json"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/predict"
)

// Every figure of a report, and of what stands in it, has two names.
func TestNames(t *testing.T) {
	s, y := []float64{0.1, 0.4, 0.3, 0.9, 0.5, 0}, labels(0, 0, 1, 1, 0, 1)
	r := must(predict.Evaluate(s, s, y, predict.ReportConfig{Bins: 3}))
	var fields, line, top map[string]json.RawMessage
	for of, in := range map[*map[string]json.RawMessage]any{&fields: r, &line: r.Line, &top: r.Top[0]} {
		if err := json.Unmarshal(must(json.Marshal(in)), of); err != nil {
			t.Fatal(err)
		}
	}
	delete(line, "slope_se")
	delete(line, "intercept_se")
	delete(line, "in_the_large_se")
	delete(top, "k")
	if len(fields) < 15 {
		t.Error(fields)
	}
	for _, group := range []map[string]json.RawMessage{fields, line, top} {
		for figure := range group {
			en, zh := predict.FigureLabel(figure, guanxi.EN), predict.FigureLabel(figure, guanxi.ZH)
			if en == figure || zh == figure || en == zh {
				t.Errorf("%s: %q, %q", figure, en, zh)
			}
		}
	}
	if predict.FigureLabel("x", guanxi.ZH) != "x" || predict.Label("x").Label(guanxi.EN) != "x" {
		t.Error("what has no name is itself")
	}
	for _, l := range []predict.Label{predict.Unknown, predict.Left, predict.Stayed} {
		if l.Label(guanxi.EN) == "" || l.Label(guanxi.ZH) == l.Label(guanxi.EN) {
			t.Errorf("%q", l)
		}
	}
}
