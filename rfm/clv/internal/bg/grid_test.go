package bg

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

type gridRow struct {
	Model  string     `json:"model"`
	P      [4]float64 `json:"params"`
	X      int        `json:"x"`
	Tx     float64    `json:"t_x"`
	T      float64    `json:"T"`
	Ahead  float64    `json:"t"`
	LogLik string     `json:"log_likelihood"`
	PAlive string     `json:"p_alive"`
	Count  string     `json:"expected_purchases"`
}

func (r gridRow) params() Params {
	return Params{r.P[0], r.P[1], r.P[2], r.P[3], r.Model == "MBG/NBD"}
}

func grid(t testing.TB) (rows []gridRow) {
	t.Helper()
	const name = "ref_exact_grid.json"
	text, err := os.ReadFile("../../../../../shared/data/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no ../shared/data/%s: rows quoted from it are in TestQuotedRows", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Rows []gridRow }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, r := range file.Rows {
		if r.Model != "Pareto/NBD" {
			rows = append(rows, r)
		}
	}
	return rows
}

// off is the relative error of got against a decimal, 0 where the decimal is
// below the floats and got below that.
func off(got float64, want string) float64 {
	w, err := strconv.ParseFloat(want, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return math.Inf(1)
	}
	if math.Abs(w) < 2.3e-308 {
		if got >= 0 && got < 2.3e-308 {
			return 0
		}
		return math.Inf(1)
	}
	if e := math.Abs(got-w) / math.Abs(w); !math.IsNaN(e) {
		return e
	}
	return math.Inf(1)
}

type worst struct {
	err float64
	at  any
}

func (w *worst) see(err float64, at any) {
	if err > w.err {
		w.err, w.at = err, at
	}
}

// TestExactGrid holds every function to 60 digits, each expectation along both
// its ways.
func TestExactGrid(t *testing.T) {
	rows := grid(t)
	if len(rows) != 260 {
		t.Fatalf("%d rows, want 260", len(rows))
	}
	var ll, ev, alive, count, many, quad worst
	quads := 0
	for _, r := range rows {
		p := r.params()
		ll.see(off(p.LogLik(r.X, r.Tx, r.T), r.LogLik), r)
		e := NewEvaluator(p.Modified)
		if !e.Set(p.Coordinates(), r.X, kernel.Value) {
			t.Errorf("Set refuses %+v", p)
		}
		ev.see(off(e.Row(kernel.Row{X: r.X, Tx: r.Tx, T: r.T}, nil, nil), r.LogLik), r)
		alive.see(off(p.PAlive(r.X, r.Tx, r.T, 0), r.PAlive), r)
		count.see(off(p.Expected(r.X, r.Tx, r.T, r.Ahead), r.Count), r)
		var out [12]float64
		var ts [12]float64
		for i := range ts {
			ts[i] = r.Ahead * float64(i+1) / 12
		}
		p.ExpectedMany(out[:], r.X, r.Tx, r.T, ts[:])
		many.see(off(out[11], r.Count), r)
		f := p.future(r.X, r.T)
		quad.see(off(p.PAlive(r.X, r.Tx, r.T, 0)*f.countByQuadrature(r.Ahead/f.A), r.Count), r)
		if _, ok := f.series(r.Ahead / f.A / (1 + r.Ahead/f.A)); !ok || !f.eulerHolds() {
			quads++
		}
	}
	for _, c := range []struct {
		name string
		w    worst
		tol  float64
	}{
		{"log-likelihood", ll, 1e-12}, {"evaluator", ev, 1e-12}, {"P(alive)", alive, 1e-10},
		{"expected", count, 1e-10}, {"expected, many", many, 1e-10}, {"expected, quadrature", quad, 1e-10},
	} {
		t.Logf("%-22s worst relative error %.2g", c.name, c.w.err)
		if c.w.err > c.tol {
			t.Errorf("%s: %g at %+v", c.name, c.w.err, c.w.at)
		}
	}
	t.Logf("%d of %d expectations by quadrature", quads, len(rows))
}
