package pareto

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

type precise struct {
	History []gridRow `json:"history"`
	Expint  []struct {
		S, Z  float64
		Value string
	} `json:"expint"`
	Prob []struct {
		Params [4]float64
		T      float64
		N      int
		Value  string
	} `json:"prob"`
	Correlated []struct {
		Params   [5]float64
		X        int
		Tx       float64 `json:"t_x"`
		T        float64 `json:"T"`
		H        float64 `json:"t"`
		Delta    float64
		N        int
		LogLik   string `json:"log_likelihood"`
		Alive    string `json:"p_alive"`
		Expected string `json:"expected_purchases"`
		DERT     string
		Prob     string
	} `json:"correlated"`
}

// TestPrecise holds everything against integration in 40 digits, whose origin is
// in testdata/PROVENANCE.md.
func TestPrecise(t *testing.T) {
	raw, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref precise
	if err := json.Unmarshal(raw, &ref); err != nil {
		t.Fatal(err)
	}
	worst := map[string]float64{}
	check := func(name string, limit, got float64, want string, row any) {
		t.Helper()
		e := near(t, got, want)
		worst[name] = max(worst[name], e)
		if !(e <= limit) {
			t.Errorf("%s %+v: %.17g, relative error %.2g", name, row, got, e)
		}
	}
	e := NewEvaluator()
	for _, g := range ref.History {
		p := Params{R: g.Params[0], Alpha: g.Params[1], S: g.Params[2], Beta: g.Params[3]}
		check("log-likelihood", 1e-12, p.LogLik(g.X, g.Tx, g.T), g.LogLik, g)
		check("P(alive)", 1e-10, p.PAlive(g.X, g.Tx, g.T, 0), g.Alive, g)
		if !e.Set(p.Coordinates(nil), g.X, kernel.Value) {
			t.Fatalf("%+v refused", p)
		}
		// Coordinates round, and near 0 the sum of two terms does.
		v, _ := strconv.ParseFloat(g.LogLik, 64)
		check("evaluator", 1e-11+1e-13/math.Abs(v), e.Row(kernel.Row{X: g.X, Tx: g.Tx, T: g.T}, nil, nil), g.LogLik, g)
	}
	for _, g := range ref.Expint {
		check("e^z·E_s(z)", 1e-12, expint(g.S, g.Z), g.Value, g)
	}
	for _, g := range ref.Prob {
		p := Params{R: g.Params[0], Alpha: g.Params[1], S: g.Params[2], Beta: g.Params[3]}
		check("probability of n", 1e-10, p.ProbNew(g.T, g.N), g.Value, g)
	}
	for _, g := range ref.Correlated {
		p := g.Params
		c := Correlated{Params: Params{R: p[0], Alpha: p[1], S: p[2], Beta: p[3]}, M: p[4]}
		v, _ := strconv.ParseFloat(g.LogLik, 64)
		check("correlated log-likelihood", 1e-12+1e-14/math.Abs(v), c.LogLik(g.X, g.Tx, g.T), g.LogLik, g)
		check("correlated P(alive)", 1e-10, c.PAlive(g.X, g.Tx, g.T, 0), g.Alive, g)
		check("correlated expected", 1e-10, c.Expected(g.X, g.Tx, g.T, g.H), g.Expected, g)
		check("correlated DERT", 1e-10, c.DERT(g.X, g.Tx, g.T, g.Delta), g.DERT, g)
		check("correlated probability of n", 1e-9, c.Prob(g.X, g.Tx, g.T, g.H, g.N), g.Prob, g)
		ce := NewCorrelatedEvaluator()
		if !ce.Set(c.Coordinates(nil), g.X, kernel.Value) {
			t.Fatalf("%+v refused", c)
		}
		check("correlated evaluator", 1e-11+1e-13/math.Abs(v), ce.Row(kernel.Row{X: g.X, Tx: g.Tx, T: g.T}, nil, nil), g.LogLik, g)
	}
	for k, v := range worst {
		t.Logf("%s: largest relative error %.1e", k, v)
	}
}
