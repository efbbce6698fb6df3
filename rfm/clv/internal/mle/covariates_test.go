package mle

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// Regression: the maximum is least squares, in any scale of the columns.
func TestCovariatesRegression(t *testing.T) {
	for _, scale := range []float64{1, 1e4, 1e-3} {
		rng := rand.New(rand.NewPCG(5, 5))
		p := Problem{Model: normal(), Starts: [][]float64{{0, 0}, {0, 0, 0.1}}, Workers: 2}
		p.Covariates = Covariates{Columns: 1, Coefficients: 1, Effects: []Effect{{Sign: -1}}}
		var sx, sy, sxx, sxy, n float64
		for i := range 4_000 {
			x := float64(i%7) * scale
			y := 2 - 0.5*x/scale + rng.NormFloat64()
			p.Rows = append(p.Rows, kernel.Row{T: y})
			p.Covariates.Z = append(p.Covariates.Z, x)
			sx, sy, sxx, sxy, n = sx+x, sy+y, sxx+x*x, sxy+x*y, n+1
		}
		slope := (n*sxy - sx*sy) / (n*sxx - sx*sx)
		r := Maximise(p)
		if r.Status != Converged {
			t.Fatalf("scale %g: %s", scale, r.Reason)
		}
		near(t, "slope", -r.Theta[2], slope, 1e-8)
		near(t, "intercept", r.Theta[0], (sy-slope*sx)/n, 1e-8)
		cov, _ := Covariance(r.Info, r.Free)
		near(t, "var(slope)", cov[lower(2, 2)], math.Exp(2*r.Theta[1])/(sxx-sx*sx/n), 1e-7)
	}
}

// A constant column cannot be told from the coordinate.
func TestCovariatesConstant(t *testing.T) {
	p := Problem{Model: normal(), Rows: normalRows(50, 1), Starts: [][]float64{{0, 0}}}
	p.Covariates = Covariates{Columns: 1, Coefficients: 1, Effects: []Effect{{Sign: 1}}, Z: slices.Repeat([]float64{2}, 50)}
	if r := Maximise(p); r.Status != Failed {
		t.Errorf("%+v", r)
	}
}

// shared has one coefficient on both coordinates and one on the second alone.
func shared() Problem {
	rng := rand.New(rand.NewPCG(6, 6))
	p := Problem{Model: components(), Rows: componentRows(400, 1, 3), Starts: [][]float64{{0, 0}}}
	p.Covariates = Covariates{
		Columns: 2, Coefficients: 2,
		Effects: []Effect{{0, 0, 0, 1}, {1, 0, 0, -1}, {1, 1, 1, 1}, {0, 1, 0, 0.5}},
	}
	for i := range p.Rows {
		p.Covariates.Z = append(p.Covariates.Z, float64(i%2), rng.Float64())
		p.Rows[i].X = 3 + i%4
	}
	p.Weights = make([]float64, len(p.Rows))
	for i := range p.Weights {
		p.Weights[i] = float64(i % 3)
	}
	return p
}

func TestDerivativesByDifferences(t *testing.T) {
	p := shared()
	o := newObjective(&p, newTable(&p), newWorkers(&p))
	q := newPoint(4)
	for _, theta := range [][]float64{{0.1, -0.4, 0.3, -0.2}, {-0.5, 1, -1, 2}, {0.2, math.Inf(-1), 0.7, 0.3}} {
		copy(q.theta, theta)
		if !o.at(q, kernel.Hessian) {
			t.Fatal("not finite")
		}
		const h = 1e-5
		up, down := newPoint(4), newPoint(4)
		for i := range theta {
			if math.IsInf(theta[i], 0) {
				continue
			}
			copy(up.theta, theta)
			copy(down.theta, theta)
			up.theta[i] += h
			down.theta[i] -= h
			if !o.at(up, kernel.Gradient) || !o.at(down, kernel.Gradient) {
				t.Fatal("not finite")
			}
			if d := (up.f - down.f) / (2 * h); math.Abs(d-q.grad[i]) > 1e-6*(1+q.size[i]) {
				t.Errorf("at %v: gradient %d = %g, by differences %g", theta, i, q.grad[i], d)
			}
			for j := range theta {
				if math.IsInf(theta[j], 0) {
					continue
				}
				d := (up.grad[j] - down.grad[j]) / (2 * h)
				if got := q.hess[lower(i, j)]; math.Abs(d-got) > 1e-5*(1+math.Abs(got)) {
					t.Errorf("at %v: Hessian %d,%d = %g, by differences %g", theta, i, j, got, d)
				}
			}
		}
	}
	// The slope at the edge, in tau itself.
	copy(q.theta, []float64{0.2, math.Inf(-1), 0.7, 0.3})
	o.at(q, kernel.Gradient)
	up := newPoint(4)
	copy(up.theta, q.theta)
	up.theta[1] = math.Log(1e-6)
	o.at(up, kernel.Value)
	near(t, "slope", (up.f-q.f)/1e-6, q.grad[1], 1e-3)
	if q.grad[3] != 0 || q.size[3] != 0 {
		t.Error("a coefficient on an edge alone moves something")
	}
}

// At the edge the coefficients that act on it alone are not estimated.
func TestCovariatesAtEdge(t *testing.T) {
	p := shared()
	p.Rows = componentRows(400, 0, 3)
	for i := range p.Rows {
		p.Rows[i].Tx /= 2 // less than chance
	}
	p.Edges = []Edge{{Coordinate: 1, Sign: -1, Name: "edge"}}
	r := Maximise(p)
	if r.Status != Boundary || !slices.Equal(r.Free, []bool{true, false, true, false}) {
		t.Fatalf("%+v", r)
	}
	want := r
	for _, workers := range []int{2, 5} {
		p.Workers = workers
		if r = Maximise(p); !slices.Equal(r.Theta, want.Theta) || r.LogLik != want.LogLik {
			t.Errorf("%d workers: %v, want %v", workers, r.Theta, want.Theta)
		}
	}
}
