package pareto

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"strconv"
	"testing"
)

// shared opens a file of reference values outside the repository, or skips.
func shared(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open("../../../../../shared/data/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no ../shared/data/%s: numbers quoted from it are in TestQuoted", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// decode reads a JSON file of reference values.
func decode(t testing.TB, name string, v any) {
	t.Helper()
	if err := json.NewDecoder(shared(t, name)).Decode(v); err != nil {
		t.Fatal(err)
	}
}

type gridRow struct {
	Model    string     `json:"model"`
	Params   [4]float64 `json:"params"`
	X        int        `json:"x"`
	Tx       float64    `json:"t_x"`
	T        float64    `json:"T"`
	H        float64    `json:"t"`
	LogLik   string     `json:"log_likelihood"`
	Alive    string     `json:"p_alive"`
	Expected string     `json:"expected_purchases"`
	Delta    float64    `json:"delta"`
	DERT     string     `json:"dert"`
}

// near says how far got is from a printed reference, relative to it; 0 where
// both are below the smallest normal double.
func near(t testing.TB, got float64, want string) float64 {
	t.Helper()
	w, err := strconv.ParseFloat(want, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		t.Fatal(err)
	}
	if math.IsNaN(got) || math.IsInf(got, 0) {
		return math.Inf(1)
	}
	if math.Abs(w) < 2.3e-308 {
		if math.Abs(got) < 2.3e-308 {
			return 0
		}
		return math.Inf(1)
	}
	return math.Abs(got-w) / math.Abs(w)
}

func TestExactGrid(t *testing.T) {
	var grid struct{ Rows []gridRow }
	decode(t, "ref_exact_grid.json", &grid)
	var worst [4]float64
	rows := 0
	for _, g := range grid.Rows {
		if g.Model != "Pareto/NBD" {
			continue
		}
		rows++
		for i, e := range compare(t, g) {
			worst[i] = max(worst[i], e)
		}
	}
	if rows == 0 {
		t.Error("no rows of the Pareto/NBD in the grid")
	}
	t.Logf("%d rows; largest relative error: log-likelihood %.1e, P(alive) %.1e, expected %.1e, DERT %.1e",
		rows, worst[0], worst[1], worst[2], worst[3])
}

// compare holds one row of the grid against the tolerances of the library.
func compare(t *testing.T, g gridRow) [4]float64 {
	t.Helper()
	p := Params{R: g.Params[0], Alpha: g.Params[1], S: g.Params[2], Beta: g.Params[3]}
	errs := [4]float64{
		near(t, p.LogLik(g.X, g.Tx, g.T), g.LogLik),
		near(t, p.PAlive(g.X, g.Tx, g.T, 0), g.Alive),
		near(t, p.Expected(g.X, g.Tx, g.T, g.H), g.Expected),
		near(t, p.DERT(g.X, g.Tx, g.T, g.Delta), g.DERT),
	}
	for i, limit := range [4]float64{1e-12, 1e-10, 1e-10, 1e-10} {
		if !(errs[i] <= limit) {
			t.Errorf("%+v: %s has relative error %g",
				g, [4]string{"log-likelihood", "P(alive)", "expected", "DERT"}[i], errs[i])
		}
	}
	return errs
}

// TestQuoted holds a few rows of ref_exact_grid.json, quoted, for when the file
// is not there.
func TestQuoted(t *testing.T) {
	for _, g := range []gridRow{
		{
			Params: [4]float64{0.5143, 2.8845, 0.2856, 14.1087}, X: 0, Tx: 0, T: 2000, H: 39, Delta: 0.01,
			LogLik: "-1.529209441558155836", Alive: "0.038667605525419723929",
			Expected: "0.00038617118042201254275", DERT: "0.00097963659976906140893",
		},
		{
			Params: [4]float64{0.5143, 2.8845, 0.2856, 14.1087}, X: 2, Tx: 7.3, T: 365, H: 1, Delta: 0.01,
			LogLik: "-8.4680543674578794932", Alive: "0.00088410158913455333857",
			Expected: "6.0401029821260058763e-6", DERT: "0.00056886871738817790358",
		},
		{
			Params: [4]float64{0.5143, 2.8845, 0.2856, 14.1087}, X: 600, Tx: 1940, T: 2000, H: 365, Delta: 0.01,
			LogLik: "-1316.9488785096940732", Alive: "0.000024522215040126669682",
			Expected: "0.0026190597364985765248", DERT: "0.00072541118684278204076",
		},
		{
			Params: [4]float64{0.5143, 2.8845, 0.2856, 14.1087}, X: 3000, Tx: 7.3, T: 365, H: 365, Delta: 0.01,
			LogLik: "14046.220068156022556", Alive: "7.4311925839501935483e-4671",
			Expected: "1.9907050767749529587e-4667", DERT: "5.7062001776256233071e-4668",
		},
	} {
		compare(t, g)
	}
}
