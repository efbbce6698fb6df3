package mle

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// Both searches come near the maximum from afar, and keep inside the bounds.
func TestLead(t *testing.T) {
	rows := normalRows(300, 5)
	mean, sd := moments(rows)
	p := Problem{Model: normal(), Rows: rows}
	o := newObjective(&p, newTable(&p), newWorkers(&p))
	s := newSolver(&p)
	for name, lead := range map[string]func(*objective, *goal) bool{"bfgs": s.c.bfgs, "simplex": s.c.simplex} {
		to := goal{bound: s.bound, pinned: make([]int8, 2)}
		copy(s.c.cur.theta, []float64{-6, 2.5})
		if !o.at(s.c.cur, kernel.Hessian) {
			t.Fatal("not finite")
		}
		if !lead(o, &to) {
			t.Errorf("%s finds nothing", name)
		}
		if q := s.c.cur.theta; math.Abs(q[0]-mean) > 0.1*sd || math.Abs(q[1]-math.Log(sd)) > 0.1 {
			t.Errorf("%s ends at %v", name, q)
		}
		at := s.c.cur.f
		if lead(o, &to); s.c.cur.f < at {
			t.Errorf("%s falls", name)
		}
		if to.pinned = []int8{1, 1}; lead(o, &to) {
			t.Errorf("%s moves what is held", name)
		}
	}
}

// A Hessian that claims convexity everywhere sends Newton's method astray; gonum's
// searches do not read it, but no maximum can be certified.
func TestWrongHessian(t *testing.T) {
	wrong := model(1, nil, func(eta []float64, r kernel.Row, g, h []float64) float64 {
		d := r.T - eta[0]
		g[0], h[0] = d, 1
		return -d * d / 2
	})
	if r := Maximise(Problem{Model: wrong, Rows: normalRows(20, 1), Starts: [][]float64{{0}}}); r.Status != Failed {
		t.Errorf("%+v", r)
	}
}
