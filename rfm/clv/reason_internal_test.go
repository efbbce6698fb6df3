package clv

import (
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/mle"
)

// Every limit of every model, and every cause, has its words in Chinese.
func TestLimitsAreTranslated(t *testing.T) {
	table, counts := []kernel.Row{{X: 1, Tx: 1, T: 2}, {X: 2, Tx: 1, T: 3}}, []float64{1, 1}
	for _, kind := range []Kind{KindMBGNBD, KindBGNBD, KindParetoNBD, KindSarmanov, KindBGBB} {
		f := familyOf(kind, table, counts)
		if len(f.coords) != len(f.names) {
			t.Errorf("%s: %v of %v", kind, f.coords, f.names)
		}
		for _, e := range f.edges {
			if limits[e.Name] == "" {
				t.Errorf("%s: %q", kind, e.Name)
			}
		}
	}
	fit, err := FitContracts([]Contract{{Due: 1, Ended: true, Count: 50}, {Due: 2, Ended: true, Count: 25}, {Due: 3, Ended: true, Count: 13}, {Due: 4, Count: 12}}, TuningConfig{})
	if err != nil || fit.Status == Boundary && fit.ReasonIn(guanxi.ZH) == fit.Reason {
		t.Errorf("%+v, %v", fit, err)
	}
	p := mle.Problem{Names: []string{"r", "buying.shop"}}
	for c := mle.Unsound; c <= mle.Contained; c++ {
		var o Outcome
		o.explain(p, mle.Result{Reason: "x", Cause: c, About: []int{1}}, kink)
		if o.Reason != kink.EN+"; x" || o.ReasonIn(guanxi.ZH) == kink.ZH {
			t.Errorf("cause %d: %q, %q", c, o.Reason, o.ReasonIn(guanxi.ZH))
		}
	}
	var o Outcome
	o.explain(p, mle.Result{Reason: "x", AtEdge: []mle.AtEdge{{Parameter: 1, Sign: -1}, {Legal: true, Name: "unheard of"}}})
	if o.ReasonIn(guanxi.ZH) != "buying.shop 无限减小；unheard of" {
		t.Error(o.ReasonIn(guanxi.ZH))
	}
}
