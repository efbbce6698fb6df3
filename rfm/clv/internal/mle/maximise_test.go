package mle

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func near(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if !(math.Abs(got-want) <= relative*math.Abs(want)) {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}

func moments(rows []kernel.Row) (mean, sd float64) {
	for _, r := range rows {
		mean += r.T / float64(len(rows))
	}
	for _, r := range rows {
		sd += (r.T - mean) * (r.T - mean) / float64(len(rows))
	}
	return mean, math.Sqrt(sd)
}

func TestNormal(t *testing.T) {
	for _, n := range []int{3, 100, 5_000, 60_000} {
		rows := normalRows(n, 7)
		mean, sd := moments(rows)
		for _, start := range [][]float64{{0, 0}, {20, -1}, {-9, 3}, {3, -8}} {
			r := Maximise(Problem{Model: normal(), Rows: rows, Starts: [][]float64{start}, Workers: 2})
			if r.Status != Converged {
				t.Fatalf("n = %d from %v: %v %s", n, start, r.Status, r.Reason)
			}
			near(t, "mean", r.Theta[0], mean, 1e-9)
			near(t, "sd", math.Exp(r.Theta[1]), sd, 1e-9)
			cov, ok := Covariance(r.Info, r.Free)
			if !ok {
				t.Fatal("no covariance")
			}
			near(t, "var(mean)", cov[0], sd*sd/float64(n), 1e-8)
			near(t, "var(log sd)", cov[2], 0.5/float64(n), 1e-8)
		}
	}
}

// A start at a saddle or in a region that is not concave needs gonum's search.
func TestLeadsIntoNewtonsRegion(t *testing.T) {
	rows := []kernel.Row{{T: -1}, {T: 0}, {T: 0.5}, {T: 40}}
	r := Maximise(Problem{Model: cauchy(), Rows: rows, Starts: [][]float64{{12}}})
	if r.Status != Converged || math.Abs(r.Theta[0]) > 1 {
		t.Errorf("%+v", r)
	}
}

func TestSeveralStarts(t *testing.T) {
	rows := []kernel.Row{{T: -10.5}, {T: -10}, {T: 10}, {T: 10.1}, {T: 10.3}}
	for len(rows) < 1_500 { // too many to scatter starts of its own
		r := rows[len(rows)-5]
		r.T += 1e-5
		rows = append(rows, r)
	}
	worse := Maximise(Problem{Model: cauchy(), Rows: rows, Starts: [][]float64{{-10}}})
	both := Maximise(Problem{Model: cauchy(), Rows: rows, Starts: [][]float64{{-10}, {9}, {math.NaN()}}})
	if worse.Status != Converged || both.Status != Converged || !(both.LogLik > worse.LogLik) || both.Theta[0] < 9 {
		t.Errorf("from one start %+v\nfrom two %+v", worse, both)
	}
	few := Maximise(Problem{Model: cauchy(), Rows: rows[:5], Starts: [][]float64{{-10}}})
	if few.Status != Converged || few.Theta[0] < 9 {
		t.Errorf("few rows from one start %+v", few)
	}
}

func TestVarianceComponents(t *testing.T) {
	edges := []Edge{{Coordinate: 1, Sign: -1, Name: "no difference between groups"}}
	inside, outside := 0, 0
	for seed := range uint64(40) {
		rows := componentRows(80, 0.01*float64(seed%3), seed)
		if seed == 39 {
			rows = componentRows(20_000, 0, 5)
		}
		between, within := 0.0, 0.0
		for _, r := range rows {
			between += r.Tx / float64(len(rows))
			within += r.T / float64(len(rows))
		}
		wantS, wantTau := within/4, (between-within/4)/5
		if wantTau < 0 {
			wantS, wantTau = (between+within)/5, 0
		}
		r := Maximise(Problem{Model: components(), Rows: rows, Starts: [][]float64{{0, 0}, {2, -3}, {0, -12}}, Edges: edges})
		if r.Status == Failed {
			t.Fatalf("seed %d: %s", seed, r.Reason)
		}
		near(t, "sigma²", math.Exp(r.Theta[0]), wantS, 1e-8)
		near(t, "tau", math.Exp(r.Theta[1]), wantTau, 1e-6)
		if (r.Status == Boundary) != (wantTau == 0) {
			t.Errorf("seed %d: %v with tau %g", seed, r.Status, wantTau)
		}
		if wantTau > 0 {
			inside++
			continue
		}
		outside++
		if r.Reason != edges[0].Name || !math.IsInf(r.Theta[1], -1) || r.Free[1] || !r.Free[0] ||
			len(r.AtEdge) != 1 || !r.AtEdge[0].Legal || r.AtEdge[0].Slope > 0 {
			t.Errorf("%+v", r)
		}
		cov, ok := Covariance(r.Info, r.Free)
		if !ok || cov[1] != 0 || cov[2] != 0 {
			t.Errorf("covariance at the edge: %v %v", cov, ok)
		}
		near(t, "var(log sigma²)", cov[0], 2/float64(5*len(rows)), 1e-8)
	}
	if inside < 5 || outside < 5 {
		t.Errorf("%d inside, %d outside", inside, outside)
	}
}

// Counts that vary no more than a Poisson: with the limit as a legal edge the fit
// is on it; without, the ridge is followed to the bound and named.
func TestRidge(t *testing.T) {
	var rows []kernel.Row
	var weights []float64
	for x, n := range []float64{50, 120, 130, 70, 20, 2} {
		rows, weights = append(rows, kernel.Row{X: x}), append(weights, n)
	}
	total, sum, loglik := 0.0, 0.0, 0.0
	for i, r := range rows {
		total, sum = total+weights[i], sum+weights[i]*float64(r.X)
	}
	mu := sum / total
	for i, r := range rows {
		loglik += weights[i] * (float64(r.X)*math.Log(mu) - mu)
	}
	r := Maximise(Problem{
		Model: counts(), Rows: rows, Weights: weights, Starts: [][]float64{{0, 0}},
		Edges: []Edge{{Coordinate: 1, Sign: -1, Name: "Poisson"}},
	})
	if r.Status != Boundary || r.Reason != "Poisson" {
		t.Fatalf("%+v", r)
	}
	near(t, "mean", math.Exp(r.Theta[0]), mu, 1e-10)
	near(t, "log-likelihood", r.LogLik, loglik, 1e-13)

	r = Maximise(Problem{Model: raw(), Rows: rows, Weights: weights, Starts: [][]float64{{0, 0}}, Names: []string{"log r", "log alpha"}})
	if r.Status != Boundary || !strings.Contains(r.Reason, "log r grows without limit") {
		t.Fatalf("%+v", r)
	}
	near(t, "log-likelihood at the bound", r.LogLik, loglik, 1e-9)
	near(t, "mean at the bound", math.Exp(r.Theta[0]-r.Theta[1]), mu, 1e-8)
	if r.AtEdge[0].Legal || r.AtEdge[0].Name != "" {
		t.Errorf("%+v", r.AtEdge)
	}
}

// Inside and at the edge are two maxima: the higher one is returned from any start.
func TestEdgeAgainstInside(t *testing.T) {
	edges := []Edge{{Coordinate: 0, Sign: -1, Name: "edge"}}
	for _, height := range []float64{0.5, 0.99, 1.01, 2} {
		for _, start := range []float64{-8, -1, 0, 0.2} {
			r := Maximise(Problem{
				Model: hump(), Rows: []kernel.Row{{T: height}},
				Starts: [][]float64{{start}, {0}}, Edges: edges,
			})
			want := Converged
			if height < 1 {
				want = Boundary
			}
			if r.Status != want || r.LogLik < max(1, height)-1e-12 {
				t.Errorf("height %g from %g: %v %v %v", height, start, r.Status, r.Theta, r.LogLik)
			}
		}
	}
}

func TestFailures(t *testing.T) {
	rows := normalRows(50, 3)
	nan := model(1, nil, func([]float64, kernel.Row, []float64, []float64) float64 { return math.NaN() })
	inf := model(1, nil, func([]float64, kernel.Row, []float64, []float64) float64 { return math.Inf(1) })
	never := model(1, func([]float64) bool { return false }, func([]float64, kernel.Row, []float64, []float64) float64 { return 0 })
	still := model(1, nil, func([]float64, kernel.Row, []float64, []float64) float64 { return 1 })
	flatSum := model(2, nil, func(eta []float64, r kernel.Row, g, h []float64) float64 {
		d := r.T - eta[0] - eta[1]
		g[0], g[1] = d, d
		h[0], h[1], h[2], h[3] = -1, -1, -1, -1
		return -d * d / 2
	})
	badGradient := model(1, nil, func(eta []float64, r kernel.Row, g, h []float64) float64 {
		d := r.T - eta[0]
		g[0], h[0] = d+5, -1
		return -d * d / 2
	})
	convex := model(1, nil, func(eta []float64, r kernel.Row, g, h []float64) float64 {
		g[0], h[0] = 2*eta[0], 2
		return eta[0] * eta[0]
	})
	for _, c := range []struct {
		name   string
		p      Problem
		reason string
	}{
		{"no model", Problem{}, "no model"},
		{"no rows", Problem{Model: normal()}, "no rows"},
		{"weights", Problem{Model: normal(), Rows: rows, Weights: []float64{1}}, "weights"},
		{"negative weight", Problem{Model: normal(), Rows: rows[:1], Weights: []float64{-1}}, "weight 0"},
		{"covariates", Problem{Model: normal(), Rows: rows, Covariates: Covariates{Columns: 1}}, "covariate"},
		{"effect", Problem{Model: normal(), Rows: rows, Covariates: Covariates{Effects: []Effect{{Coordinate: 9}}}}, "effect"},
		{"edge", Problem{Model: normal(), Rows: rows, Edges: []Edge{{Coordinate: 0}}}, "edge"},
		{"start", Problem{Model: normal(), Rows: rows, Starts: [][]float64{{1}}}, "start"},
		{"ridge", Problem{Model: normal(), Rows: rows, Ridge: []float64{1}}, "ridge"},
		{"nested", Problem{Model: normal(), Rows: rows, Nested: []Nested{{}}}, "nested"},
		{"no start", Problem{Model: normal(), Rows: rows}, "no start"},
		{"start NaN", Problem{Model: normal(), Rows: rows, Starts: [][]float64{{math.NaN(), 0}}}, "no start"},
		{"NaN", Problem{Model: nan, Rows: rows, Starts: [][]float64{{0}}}, "no start"},
		{"Inf", Problem{Model: inf, Rows: rows, Starts: [][]float64{{0}}}, "no start"},
		{"undefined", Problem{Model: never, Rows: rows, Starts: [][]float64{{0}}}, "no start"},
		{"constant", Problem{Model: still, Rows: rows, Starts: [][]float64{{0}}, Names: []string{"log r"}}, "say nothing of log r"},
		{"flat", Problem{Model: flatSum, Rows: rows, Starts: [][]float64{{0, 0}}}, "flat in a direction with parameter 1"},
		{"wrong gradient", Problem{Model: badGradient, Rows: rows, Starts: [][]float64{{0}}}, "no start"},
		{"all weights 0", Problem{Model: normal(), Rows: rows, Weights: make([]float64, 50), Starts: [][]float64{{0, 0}}}, "say nothing"},
		{
			"nested better", Problem{
				Model: normal(), Rows: rows, Starts: [][]float64{{0, 0}},
				Nested: []Nested{{Theta: []float64{0, 0}, LogLik: 1e6}},
			}, "below 1000000.000000 of a model it contains",
		},
	} {
		r := Maximise(c.p)
		if r.Status != Failed || !strings.Contains(r.Reason, c.reason) {
			t.Errorf("%s: %v %q", c.name, r.Status, r.Reason)
		}
		if r.Theta != nil || r.Info != nil || !math.IsNaN(r.LogLik) || !math.IsNaN(r.Objective) {
			t.Errorf("%s: a failure carries %+v", c.name, r)
		}
	}
	r := Maximise(Problem{Model: convex, Rows: rows, Starts: [][]float64{{1}}})
	if r.Status != Boundary || math.Abs(r.Theta[0]) != Bound {
		t.Errorf("convex: %+v", r)
	}
}

// A model that is undefined in half of its space, right next to the optimum.
func TestUndefinedRegion(t *testing.T) {
	half := model(1, nil, func(eta []float64, r kernel.Row, g, h []float64) float64 {
		s := 1 - eta[0] // NaN below 0
		l := 3*math.Log(s) + 2*eta[0]
		g[0], h[0] = -3/s+2, -3/s/s
		return l
	})
	r := Maximise(Problem{Model: half, Rows: []kernel.Row{{}}, Starts: [][]float64{{0.9999}, {-15}, {7}}})
	if r.Status != Converged {
		t.Fatalf("%+v", r)
	}
	near(t, "optimum", r.Theta[0], -0.5, 1e-9)
}

// From the known optimum of a contained model the better maximum is found.
func TestNestedLeadsOn(t *testing.T) {
	rows := []kernel.Row{{T: -10.5}, {T: -10}, {T: 10}, {T: 10.1}, {T: 10.3}}
	p := Problem{Model: cauchy(), Rows: rows, Starts: [][]float64{{-10}}}
	o := newObjective(&p, newTable(&p), newWorkers(&p))
	q := newPoint(1)
	q.theta[0] = 9.5
	o.at(q, kernel.Value)
	p.Nested = []Nested{{Theta: []float64{9.5}, LogLik: q.f}}
	r := Maximise(p)
	if r.Status != Converged || r.LogLik < q.f || r.Theta[0] < 9 {
		t.Errorf("%+v", r)
	}
	p.Edges = []Edge{{Coordinate: 0, Sign: 1, Name: "edge"}}
	p.Nested = []Nested{{Theta: []float64{math.Inf(1)}, LogLik: 0}} // not even defined
	if r := Maximise(p); r.Status != Failed {
		t.Errorf("%+v", r)
	}
}

func TestRidgePenalty(t *testing.T) {
	rows := normalRows(40, 9)
	mean, sd := moments(rows)
	p := Problem{Model: normal(), Rows: rows, Starts: [][]float64{{0, 0}}, Ridge: []float64{5, 0}, Centre: []float64{1, 0}}
	r := Maximise(p)
	if r.Status != Converged {
		t.Fatal(r.Reason)
	}
	v := math.Exp(2 * r.Theta[1])
	n := float64(len(rows))
	near(t, "mean", r.Theta[0], (n*mean/v+5*1)/(n/v+5), 1e-9)
	near(t, "penalty", r.LogLik-r.Objective, 2.5*(r.Theta[0]-1)*(r.Theta[0]-1), 1e-10)
	if v <= sd*sd {
		t.Errorf("variance %g, not above %g", v, sd*sd)
	}
	// A ridge on a coordinate takes its edge away: never infinite.
	r = Maximise(Problem{
		Model: components(), Rows: componentRows(60, 0, 1), Starts: [][]float64{{0, 0}}, Ridge: []float64{0, 1e-3},
		Edges: []Edge{{Coordinate: 1, Sign: -1, Name: "edge"}},
	})
	if r.Status != Converged || math.IsInf(r.Theta[1], 0) {
		t.Errorf("%+v", r)
	}
	// Nested is compared with the penalty of both.
	p.Nested = []Nested{{Theta: r.Theta, LogLik: 1e9}}
	if r := Maximise(p); r.Status != Converged {
		t.Errorf("%+v", r)
	}
}

// The result is the same to the last bit for any workers, order or grouping.
func TestSameForAnyWorkersAndOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{200, 5_000, 150_000} {
		rows := componentRows(n/2, 0.3, 4)
		rows = append(rows, rows[:n/4]...)
		p := Problem{
			Model: components(), Rows: rows, Starts: [][]float64{{0, 0}, {1, -3}}, Workers: 1,
			Edges: []Edge{{Coordinate: 1, Sign: -1, Name: "edge"}},
		}
		want := Maximise(p)
		if want.Status != Converged {
			t.Fatal(want.Reason)
		}
		for _, workers := range []int{2, 3, 7} {
			p.Workers = workers
			p.Rows = slices.Clone(rows)
			rng.Shuffle(len(rows), func(i, j int) { p.Rows[i], p.Rows[j] = p.Rows[j], p.Rows[i] })
			got := Maximise(p)
			if !slices.Equal(got.Theta, want.Theta) || got.LogLik != want.LogLik ||
				!slices.Equal(got.Info, want.Info) || got.Passes != want.Passes {
				t.Errorf("n = %d: %d workers: %v %v, want %v %v", n, workers, got.Theta, got.LogLik, want.Theta, want.LogLik)
			}
		}
	}
}

// The optimum of a contained model on a kink, where no search ends: it stands for a
// maximum that is lower by no more than searches resolve.
func TestContainedStands(t *testing.T) {
	for _, curvature := range []float64{0, 1e-3} {
		kink := model(1, nil, func(eta []float64, _ kernel.Row, g, h []float64) float64 {
			side := math.Copysign(1e-4, eta[0])
			g[0], h[0] = -side-curvature*eta[0], -curvature
			return -1000 - side*eta[0] - curvature/2*eta[0]*eta[0]
		})
		for _, c := range []struct {
			at        float64
			contained bool
			refused   bool
		}{{0.0001, false, false}, {0.005, true, false}, {0.05, false, true}} {
			p := Problem{Model: kink, Rows: []kernel.Row{{}}, Starts: [][]float64{{0}}, Nested: []Nested{{Theta: []float64{0}, LogLik: -1000}}}
			m := newMaximiser(&p)
			best := place{newPoint(1), make([]int8, 1)}
			best.theta[0] = c.at
			m.levels[0].at(best.point, kernel.Hessian)
			q, contained, reason := m.contain(best)
			if contained != c.contained || (reason != "") != c.refused || contained && q.theta[0] != 0 {
				t.Errorf("from %v: %v %q at %v", c.at, contained, reason, q.theta)
			}
			if !contained {
				continue
			}
			r := m.contained(q)
			if r.Status != Boundary || r.Cause != Contained || r.LogLik != -1000 || r.Theta[0] != 0 || !strings.HasSuffix(r.Reason, "whose optimum is given") || r.Free[0] != (curvature > 0) {
				t.Errorf("%+v", r)
			}
		}
	}
}
