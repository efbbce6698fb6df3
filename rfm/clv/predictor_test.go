package clv_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// TestParameterGrid: whatever Validate takes is answered with numbers within their
// bounds.
func TestParameterGrid(t *testing.T) {
	rows := []clv.Row{{}, {Age: 20}, {Frequency: 1, LastPurchaseAge: 1e-9, Age: 20}, {Frequency: 1, LastPurchaseAge: 20, Age: 20},
		{Frequency: 3, LastPurchaseAge: 5, Age: 20}, {Frequency: 50, LastPurchaseAge: 19.9, Age: 20}, {Frequency: 900, LastPurchaseAge: 10, Age: 20},
		{Age: 1e6}, {Frequency: 2, LastPurchaseAge: 1e-300, Age: 1e-300}, {Frequency: 5, LastPurchaseAge: 1e29, Age: 1e30}}
	values := []float64{clv.MinParameter, 1e-12, 1e-3, 1, 3, 1e12, clv.MaxParameter}
	k := len(values)
	n := k * k * k * k
	const over = 1e-14 // of a probability above 1
	for _, kind := range []clv.Kind{clv.KindMBGNBD, clv.KindBGNBD, clv.KindParetoNBD, clv.KindSarmanov} {
		for i := 0; i < n; i += 5 {
			v := []float64{values[i%k], values[i/k%k], values[i/k/k%k], values[i/k/k/k]}
			if kind == clv.KindSarmanov {
				lo, hi := clv.Sarmanov{R: v[0], Alpha: v[1], S: v[2], Beta: v[3]}.Bounds()
				m := []float64{0.9 * lo, 0, 0.9 * hi}[i%3]
				if v = append(v, m); math.IsInf(lo, 0) || math.IsInf(hi, 0) {
					if _, err := clv.NewModel(kind, v...); !errors.Is(err, clv.ErrParameter) {
						t.Errorf("%v, bounds %v and %v: %v", v, lo, hi, err)
					}
					continue
				}
			}
			p := mustPredictor(t, clv.Week, kind, v...)
			for _, r := range rows {
				for name, c := range map[string]struct{ got, low, high float64 }{
					"log-likelihood":  {p.LogLikelihood(r), -math.MaxFloat64, math.MaxFloat64},
					"P(alive)":        {p.PAlive(r, 0), 0, 1},
					"P(alive ahead)":  {p.PAlive(r, 5), 0, 1 + over},
					"expected":        {p.Expected(r, 5), 0, math.MaxFloat64},
					"expected, long":  {p.Expected(r, 1e6), 0, math.MaxFloat64},
					"DERT":            {p.DERT(r, 0.01), 0, math.MaxFloat64},
					"none":            {p.Probability(r, 5, 0), 0, 1 + over},
					"three":           {p.Probability(r, 5, 3), 0, 1 + over},
					"expected of new": {p.ExpectedNew(5), 0, math.MaxFloat64},
				} {
					if !(c.got >= c.low && c.got <= c.high) {
						t.Errorf("%s %v: %s of %+v is %v", kind, v, name, r, c.got)
					}
				}
			}
		}
		for _, bad := range []float64{0, -1, 1e-31, 1e-300, 1e31, 1e300, math.Inf(1), math.NaN()} {
			v := append([]float64(nil), ordinary[kind]...)
			v[2] = bad
			if _, err := clv.NewModel(kind, v...); !errors.Is(err, clv.ErrParameter) {
				t.Errorf("%s %v: %v", kind, v, err)
			}
		}
	}
	for _, m := range []clv.Model{clv.MBGNBD{R: 3, Alpha: 1e-300, A: 1e-12, B: 1e-300}, clv.Sarmanov{R: 100, Alpha: 1e-8, S: 100, Beta: 1e-8}} {
		if _, err := clv.NewPredictor(m, clv.Week); !errors.Is(err, clv.ErrParameter) {
			t.Errorf("%v: %v", m, err)
		}
	}
}

// TestNil: no predictor and no model are refused, not a panic.
func TestNil(t *testing.T) {
	g := &clv.GammaGamma{P: 6, Q: 4, V: 15}
	customers := simulate(t, clv.KindMBGNBD, g, clv.SimulateConfig{Customers: 5, Seed: 1, Age: 30, HoldOut: 5}, ordinary[clv.KindMBGNBD]...)
	rows, row := customers.Rows, clv.Row{Age: 5}
	spend := make([]float64, len(rows.List))
	for _, p := range []*clv.Predictor{nil, {}} {
		for name, do := range map[string]func() error{
			"Simulate":          func() error { _, err := clv.Simulate(p, g, clv.SimulateConfig{Customers: 3, Age: 5}); return err },
			"CheckHoldOut":      func() error { _, err := clv.CheckHoldOut(p, customers); return err },
			"CheckRows":         func() error { _, err := clv.CheckRows(p, rows, spend, 3); return err },
			"For":               func() error { _, err := p.For(nil); return err },
			"AppendPAlive":      func() error { _, err := p.AppendPAlive(nil, rows, 1); return err },
			"AppendExpected":    func() error { _, err := p.AppendExpected(nil, rows, 1); return err },
			"AppendProbability": func() error { _, err := p.AppendProbability(nil, rows, 1, 1); return err },
			"AppendDERT":        func() error { _, err := p.AppendDERT(nil, rows, 1); return err },
			"AppendTracking":    func() error { _, err := p.AppendTracking(nil, rows, []float64{1}); return err },
			"AppendValues":      func() error { _, err := p.AppendValues(nil, rows, spend, clv.ValueConfig{}); return err },
			"AppendCashFlows":   func() error { _, err := p.AppendCashFlows(nil, rows, spend, clv.ValueConfig{}); return err },
		} {
			if err := do(); !errors.Is(err, clv.ErrModel) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for i, v := range []float64{p.LogLikelihood(row), p.PAlive(row, 1), p.Expected(row, 1), p.Probability(row, 1, 1), p.DERT(row, 0.1), p.ExpectedNew(1), p.ProbabilityNew(1, 1)} {
			if !math.IsNaN(v) {
				t.Errorf("case %d: %v", i, v)
			}
		}
		if p.Model() != nil || p.Unit() != "" || p.Effects() != nil || len(p.Draw(nil, rand.New(rand.NewPCG(1, 1)), 3)) != 0 {
			t.Error("no predictor has something")
		}
		p.WithWorkers(3)
	}
	for _, m := range []clv.Model{nil, (*clv.MBGNBD)(nil), (*clv.BGNBD)(nil), (*clv.ParetoNBD)(nil), (*clv.Sarmanov)(nil), (*clv.BGBB)(nil), struct{ clv.Model }{}} {
		if _, err := clv.NewPredictor(m, clv.Week); !errors.Is(err, clv.ErrModel) {
			t.Errorf("%T: %v", m, err)
		}
	}
	p, err := clv.NewPredictor(&clv.BGNBD{R: 1, Alpha: 2, A: 3, B: 4}, clv.Week)
	if err != nil || p.Model() != (clv.BGNBD{R: 1, Alpha: 2, A: 3, B: 4}) {
		t.Error("a pointer to a model is the model:", p.Model(), err)
	}
	if _, err := clv.CheckHoldOut[int](p, nil); !errors.Is(err, clv.ErrSplit) {
		t.Error(err)
	}
	if _, err := clv.CheckHoldOut(p, &clv.Customers[int]{Rows: rows, HoldOut: make([]clv.HoldOut, 2)}); !errors.Is(err, clv.ErrLength) {
		t.Error(err)
	}
}

// Customers made by hand have no order of keys.
func TestFindByHand(t *testing.T) {
	c := &clv.Customers[string]{Keys: []string{"b", "a"}}
	if i, ok := c.Find("a"); i != 1 || !ok {
		t.Error(i, ok)
	}
	if _, ok := c.Find("c"); ok {
		t.Error("found")
	}
}

// TestSimulateRefuses: lengths that the model does not count in, and numbers that
// nobody means.
func TestSimulateRefuses(t *testing.T) {
	b := mustPredictor(t, clv.Opportunity, clv.KindBGBB, ordinary[clv.KindBGBB]...)
	w := mustPredictor(t, clv.Week, clv.KindMBGNBD, ordinary[clv.KindMBGNBD]...)
	for _, c := range []struct {
		p       *clv.Predictor
		cfg     clv.SimulateConfig
		pointer string
	}{
		{b, clv.SimulateConfig{Customers: 9, Age: 6, HoldOut: 2.5}, "/hold_out"},
		{b, clv.SimulateConfig{Customers: 9, Age: 6.5}, "/age"},
		{b, clv.SimulateConfig{Customers: 9, Age: 6.5, HoldOut: 2.5}, "/hold_out"},
		{b, clv.SimulateConfig{Customers: 9, Age: 6.5, HoldOut: 2.5}, "/age"},
		{b, clv.SimulateConfig{Customers: 9, Age: clv.MaxFrequency, HoldOut: 1}, "/hold_out"},
		{w, clv.SimulateConfig{Customers: 9, Age: math.MaxFloat64, HoldOut: math.MaxFloat64}, "/hold_out"},
		{w, clv.SimulateConfig{Customers: math.MaxInt, Age: 6}, "/customers"},
		{mustPredictor(t, clv.Week, clv.KindMBGNBD, 1, 1e-30, 1e-30, 1e30), clv.SimulateConfig{Customers: 1, Age: 6}, "/age"},
	} {
		_, err := clv.Simulate(c.p, nil, c.cfg)
		found := false
		for f := range guanxi.Faults(err) {
			found = found || f.Pointer == c.pointer
		}
		if !errors.Is(err, clv.ErrRange) || !found {
			t.Errorf("%+v: %v, want %s", c.cfg, err, c.pointer)
		}
	}
	c, err := clv.Simulate(b, nil, clv.SimulateConfig{Customers: 500, Age: 6, Joining: 2.5, HoldOut: 2})
	if err != nil {
		t.Fatal(err)
	}
	bought := 0
	for i := range c.List {
		bought += c.List[i].Frequency + c.HoldOut[i].Frequency
	}
	if bought == 0 || c.Validate() != nil {
		t.Error("nobody bought, or rows that cannot be:", bought, c.Validate())
	}
	rng := rand.New(rand.NewPCG(1, 1))
	if n := len(b.Draw(nil, rng, 2.5)) + len(w.Draw(nil, rng, -1)) + len(w.Draw(nil, rng, math.NaN())); n != 0 {
		t.Errorf("%d purchases drawn in no time", n)
	}
}

// TestSimulateConfigJSON reads strictly.
func TestSimulateConfigJSON(t *testing.T) {
	old := clv.SimulateConfig{Customers: 7, Age: 3}
	for text, want := range map[string]error{
		`{"customers":-1,"age":3}`:            clv.ErrRange,
		`{"customers":1,"age":3,"x":1}`:       guanxi.ErrUnknownField,
		`{"customers":1,"age":3,"joining":4}`: clv.ErrRange,
	} {
		c := old
		if err := json.Unmarshal([]byte(text), &c); !errors.Is(err, want) || c != old {
			t.Errorf("%s: %v, %+v", text, err, c)
		}
	}
	var c clv.SimulateConfig
	if err := json.Unmarshal([]byte(`{"customers":5,"seed":9,"age":30,"hold_out":4}`), &c); err != nil || c != (clv.SimulateConfig{Customers: 5, Seed: 9, Age: 30, HoldOut: 4}) {
		t.Error(c, err)
	}
}

// A model is JSON by the names of the papers.
func TestModelJSON(t *testing.T) {
	for want, m := range map[string]clv.Model{
		`{"r":1,"alpha":2,"a":3,"b":4}`:            clv.MBGNBD{R: 1, Alpha: 2, A: 3, B: 4},
		`{"r":1,"alpha":2,"a":3,"b":5}`:            clv.BGNBD{R: 1, Alpha: 2, A: 3, B: 5},
		`{"r":1,"alpha":2,"s":3,"beta":4}`:         clv.ParetoNBD{R: 1, Alpha: 2, S: 3, Beta: 4},
		`{"r":1,"alpha":2,"s":3,"beta":4,"m":0.5}`: clv.Sarmanov{R: 1, Alpha: 2, S: 3, Beta: 4, M: 0.5},
		`{"alpha":1,"beta":2,"gamma":3,"delta":4}`: clv.BGBB{Alpha: 1, Beta: 2, Gamma: 3, Delta: 4},
	} {
		if text, err := json.Marshal(m); err != nil || string(text) != want {
			t.Errorf("%T: %s, want %s (%v)", m, text, want, err)
		}
	}
}

// A spend below 0 is a loss: the mirror of the same gain.
func TestNegativeSpend(t *testing.T) {
	p := mustPredictor(t, clv.Week, clv.KindMBGNBD, ordinary[clv.KindMBGNBD]...)
	rows := clv.Rows{Unit: clv.Week, List: []clv.Row{{Frequency: 3, LastPurchaseAge: 20, Age: 30}}}
	gain, err := p.AppendValues(nil, rows, []float64{3}, clv.ValueConfig{})
	if err != nil {
		t.Fatal(err)
	}
	loss, err := p.AppendValues(nil, rows, []float64{-3}, clv.ValueConfig{})
	if err != nil || loss[0].Value != -gain[0].Value || !(gain[0].Value > 0) {
		t.Error(loss, gain, err)
	}
}
