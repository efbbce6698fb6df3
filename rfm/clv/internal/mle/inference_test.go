package mle

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func TestLikelihoodRatio(t *testing.T) {
	for _, c := range []struct {
		l0, l1       float64
		df           int
		statistic, p float64
	}{
		// Tails of χ²: 3.841458820694124 is the 95 % point of one degree, p.ex.
		// Abramowitz & Stegun (1964), table 26.8; two degrees are exp(−x/2).
		{0, 3.841458820694124 / 2, 1, 3.841458820694124, 0.05},
		{-5, -3, 2, 4, math.Exp(-2)},
		{-1, -1, 1, 0, 1},
		{-1, -1.5, 3, 0, 1},
		{0, 1e4, 1, 2e4, 0},
	} {
		statistic, p, ok := LikelihoodRatio(c.l0, c.l1, c.df)
		if !ok || math.Abs(statistic-c.statistic) > 1e-12 || math.Abs(p-c.p) > 1e-12 {
			t.Errorf("%+v: %v %v %v", c, statistic, p, ok)
		}
	}
	for _, c := range []struct {
		l0, l1 float64
		df     int
	}{{math.NaN(), 0, 1}, {0, math.Inf(1), 1}, {0, 0, 0}, {0, 0, -1}} {
		if _, _, ok := LikelihoodRatio(c.l0, c.l1, c.df); ok {
			t.Errorf("%+v passes", c)
		}
	}
}

func TestCovariance(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for n := 1; n < 7; n++ {
		// info = BᵀB with badly scaled columns; one parameter held.
		b := make([]float64, n*n)
		for i := range b {
			b[i] = rng.NormFloat64() * math.Pow(10, float64(i%n)*2)
		}
		info := make([]float64, n*(n+1)/2)
		for i := range n {
			for j := 0; j <= i; j++ {
				for k := range n {
					info[lower(i, j)] += b[k*n+i] * b[k*n+j]
				}
			}
		}
		free := make([]bool, n)
		for i := range free {
			free[i] = n == 1 || i != n/2
		}
		cov, ok := Covariance(info, free)
		if !ok {
			t.Fatalf("n = %d: not definite", n)
		}
		for i := range n {
			for j := range n {
				t1, scale := 0.0, 0.0
				for k := range n {
					if free[k] {
						t1 += info[lower(i, k)] * cov[lower(k, j)]
						scale += math.Abs(info[lower(i, k)] * cov[lower(k, j)])
					}
				}
				want := 0.0
				if i == j {
					want = 1
				}
				if free[i] && free[j] && math.Abs(t1-want) > 1e-9*(1+scale) {
					t.Errorf("n = %d: product %d,%d = %g", n, i, j, t1)
				}
				if !free[j] && cov[lower(i, j)] != 0 {
					t.Errorf("n = %d: held parameter has covariance", n)
				}
			}
		}
	}
	for _, info := range [][]float64{{1, 1, 1}, {0, 0, 1}, {1, 2, 1}, {-1, 0, 1}, {math.NaN(), 0, 1}, {1, math.NaN(), 1}, {math.Inf(1), 0, 1}} {
		if _, ok := Covariance(info, []bool{true, true}); ok {
			t.Errorf("%v has a covariance", info)
		}
	}
}

func TestStep(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for k := range 300 {
		m := 1 + k%5
		a, g := make([]float64, m*m), make([]float64, m)
		for i := range m {
			g[i] = rng.NormFloat64()
			for j := range i + 1 {
				a[i*m+j] = rng.NormFloat64() * 3
				a[j*m+i] = a[i*m+j]
			}
		}
		if k%10 == 0 {
			clear(g) // the hard case: only curvature says where to go
		}
		s := newSymmetric(m)
		copy(s.a, a)
		s.decompose(m)
		s.project(g)
		value := func(p []float64) float64 {
			t := 0.0
			for i := range m {
				t += g[i] * p[i]
				for j := range m {
					t -= 0.5 * p[i] * a[i*m+j] * p[j]
				}
			}
			return t
		}
		p := make([]float64, m)
		gain := s.step(p, 1.5)
		length := 0.0
		for _, x := range p {
			length += x * x
		}
		if math.Abs(gain-value(p)) > 1e-9*(1+math.Abs(gain)) || math.Sqrt(length) > 1.5*1.0001 {
			t.Fatalf("gain %g, want %g; length %g", gain, value(p), math.Sqrt(length))
		}
		for range 200 { // no other place in the ball is much better
			x, n := make([]float64, m), 0.0
			for i := range x {
				x[i] = rng.NormFloat64()
				n += x[i] * x[i]
			}
			scale := 1.5 * math.Pow(rng.Float64(), 0.3) / math.Sqrt(n)
			for i := range x {
				x[i] *= scale
			}
			if v := value(x); v > gain+0.03*math.Abs(gain)+1e-9 {
				t.Fatalf("%g at %v, the step gains %g", v, x, gain)
			}
		}
	}
}

func TestBootstrap(t *testing.T) {
	p := Problem{Model: normal(), Rows: normalRows(400, 8), Starts: [][]float64{{0, 0}}}
	fit := Maximise(p)
	b, err := Bootstrap(p, fit, 400, 11)
	if err != nil || b.Failed != 0 || b.AtEdge != 0 {
		t.Fatal(err, b.Failed, b.AtEdge)
	}
	cov, _ := Covariance(fit.Info, fit.Free)
	var mean, square float64
	for _, theta := range b.Theta {
		mean += theta[0] / 400
		square += (theta[0] - fit.Theta[0]) * (theta[0] - fit.Theta[0]) / 400
	}
	if math.Abs(mean-fit.Theta[0]) > 4*math.Sqrt(cov[0]/400) {
		t.Errorf("mean of the replicates %g, fit %g", mean, fit.Theta[0])
	}
	near(t, "variance", square, cov[0], 0.25)

	for _, workers := range []int{2, 5} {
		p.Workers = workers
		again, _ := Bootstrap(p, fit, 60, 11)
		for i, theta := range again.Theta {
			if !slices.Equal(theta, b.Theta[i]) {
				t.Fatalf("%d workers: replicate %d = %v, want %v", workers, i, theta, b.Theta[i])
			}
		}
	}
	other, _ := Bootstrap(p, fit, 3, 12)
	if slices.Equal(other.Theta[0], b.Theta[0]) {
		t.Error("another seed gives the same")
	}
}

// Replicates move to the edge and away from it; those that cannot be fitted are counted.
func TestBootstrapEdges(t *testing.T) {
	p := Problem{
		Model: components(), Rows: componentRows(80, 0.02, 3), Starts: [][]float64{{0, 0}},
		Edges: []Edge{{Coordinate: 1, Sign: -1, Name: "edge"}},
	}
	fit := Maximise(p)
	b, err := Bootstrap(p, fit, 100, 1)
	if err != nil || b.Failed > 0 || b.AtEdge < 5 || b.AtEdge > 95 {
		t.Fatal(err, b.Failed, b.AtEdge)
	}
	few := Problem{Model: normal(), Rows: normalRows(3, 2), Starts: [][]float64{{0, 0}}}
	b, err = Bootstrap(few, Maximise(few), 200, 1)
	if err != nil {
		t.Fatal(err)
	}
	none := 0
	for _, theta := range b.Theta {
		if theta == nil {
			none++
		} else if !finite(theta...) {
			t.Errorf("replicate %v", theta)
		}
	}
	if none != b.Failed {
		t.Errorf("%d failures, %d nil", b.Failed, none)
	}
}

func TestBootstrapRefuses(t *testing.T) {
	p := Problem{Model: normal(), Rows: normalRows(10, 8), Starts: [][]float64{{0, 0}}, Weights: slices.Repeat([]float64{1.5}, 10)}
	fit := Maximise(p)
	if _, err := Bootstrap(p, fit, 5, 1); !errors.Is(err, ErrWeights) {
		t.Error(err)
	}
	if _, err := Bootstrap(p, Result{}, 5, 1); !errors.Is(err, ErrNoFit) {
		t.Error(err)
	}
	p.Weights = nil
	if b, err := Bootstrap(p, fit, 0, 1); err != nil || b.Theta != nil {
		t.Error(b, err)
	}
}

func TestCompare(t *testing.T) {
	rows := []kernel.Row{{}, {T: 1}, {X: 1}, {X: 1, Tx: 1}, {X: 1, Tx: 1, Mean: 2}, {X: 1, Tx: 1, T: 1}, {X: 2}}
	for i, a := range rows {
		for j, b := range rows {
			if got := Compare(a, b); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("Compare(%v, %v) = %d", a, b, got)
			}
		}
	}
}
