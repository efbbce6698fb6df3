package clv

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/mle"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/pareto"
)

// correlated makes the family of Pareto/NBD that of Sarmanov.
func (f *family) correlated() {
	f.names = append(f.names, "m")
	f.coords = append(f.coords, "m")
	f.linear = []bool{false, false, false, false, true}
	f.open = 1 // m at its bound is finite
	// A mean dropout rate of 0 leaves nothing to correlate: no edge of this model.
	f.edges = append(f.edges[1:],
		mle.Edge{Coordinate: 4, Sign: -1, Name: "m at its lower bound"},
		mle.Edge{Coordinate: 4, Sign: +1, Name: "m at its upper bound"})
	f.evaluator = pareto.NewCorrelatedEvaluator
	f.natural = func(eta []float64) []float64 {
		p := pareto.NaturalCorrelated(eta)
		return []float64{p.R, p.Alpha, p.S, p.Beta, p.M}
	}
	f.jacobian = func(eta []float64) [][]float64 {
		flat, _ := pareto.CorrelatedJacobian(nil, eta)
		return blocks(flat, pareto.CorrelatedDim)
	}
}

// startAround starts from the optimum without correlation, and from the same with
// much of it.
func (f *family) startAround(theta []float64) {
	f.starts = nil
	for _, v := range []float64{theta[4], 3, -3} {
		s := append([]float64(nil), theta...)
		for i := range s {
			s[i] = max(s[i], -10)
		}
		s[4] = v
		f.starts = append(f.starts, s)
	}
}

// uncorrelated is a point of Pareto/NBD in the coordinates of Sarmanov: M = 0.
func uncorrelated(theta []float64) []float64 {
	c := pareto.Correlated{Params: pareto.Natural(theta)}
	lo, hi := c.Bounds()
	return append(append([]float64(nil), theta...), math.Log(-lo)-math.Log(hi))
}

// fitSarmanov fits the model. Where A = B the upper bound of M has a kink, and a
// maximum that lies on this crease, as that of CDNOW does, has no gradient of 0 in
// the five coordinates; a search in them would creep along it. So the crease, which
// has three, is searched first: if its maximum falls off to all sides it is the
// fit, else the five coordinates are searched.
func (f *Fit) fitSarmanov(cfg FitConfig) (*ended, error) {
	if f.problem.Ridge != nil {
		return f.family.fit(f.problem, cfg.Confidence)
	}
	p := f.problem
	p.Model, p.Nested = pareto.NewCreaseEvaluator(), nil
	p.Edges = []mle.Edge{{Coordinate: 2, Sign: -1, Name: "everybody has the same dropout rate: s → ∞"}}
	p.Names = []string{"r", "alpha", "1/s"}
	s := f.family.starts[0]
	p.Starts = [][]float64{{s[0], s[1], s[3]}, {s[0], s[1], -2}}
	r := mle.Maximise(p)
	if r.Status == mle.Failed || r.LogLik < f.problem.Nested[0].LogLik || !f.ridgeTop(r) {
		return f.family.fit(f.problem, cfg.Confidence)
	}
	e := &ended{Outcome: Outcome{Confidence: orDefault(cfg.Confidence), Customers: customers(p)}, raw: r}
	e.Evaluations = int(math.Ceil(r.Passes))
	e.raw.Status = mle.Boundary
	e.explain(p, r, kink)
	f.lift = func(theta []float64) []float64 {
		eta := pareto.CreaseEta(theta)
		return eta[:]
	}
	e.theta = f.lift(r.Theta)
	if cov, ok := mle.Covariance(r.Info, r.Free); ok {
		e.solved = square(cov, pareto.CreaseDim)
		e.covariance = carried(creaseSlopes(r.Theta), e.solved)
	}
	f.problem = p
	free := []bool{r.Free[0], r.Free[1], true, r.Free[2], false}
	return e, f.family.conclude(e, free)
}

// ridgeTop reports whether the log-likelihood falls off from a point of the
// crease: to either side of it along the bound, and away from the bound.
func (f *Fit) ridgeTop(r mle.Result) bool {
	top := pareto.CreaseEta(r.Theta)
	left, right, below := top, top, top
	const step = 1e-3
	left[2] -= step
	right[2] += step
	below[4] = math.Log(1/step - 1) // a thousandth of the way to the lower bound
	for _, eta := range [][5]float64{left, right, below} {
		if v, ok := f.logLikAt(eta[:]); ok && v >= r.LogLik {
			return false
		}
	}
	return true
}

// logLikAt is the log-likelihood of all rows at a point.
func (f *Fit) logLikAt(eta []float64) (sum float64, ok bool) {
	maxX := 0
	for i := range f.problem.Rows {
		maxX = max(maxX, f.problem.Rows[i].X)
	}
	e := f.family.evaluator()
	if !e.Set(eta, maxX, kernel.Value) {
		return 0, false
	}
	for i := range f.problem.Rows {
		sum += f.problem.Weights[i] * e.Row(f.problem.Rows[i], nil, nil)
	}
	return sum, true
}

// creaseSlopes are the derivatives of the five coordinates with respect to the
// three of the crease: those of log μ = log s − log β and log κ = −log s among
// them. M stays at its bound.
func creaseSlopes(theta []float64) [][]float64 {
	flat, _ := pareto.CreaseJacobian(nil, theta)
	params := blocks(flat, pareto.CreaseDim)
	r, alpha, s, beta := params[0], params[1], params[2], params[3]
	mu, kappa := make([]float64, pareto.CreaseDim), make([]float64, pareto.CreaseDim)
	for j := range mu {
		mu[j], kappa[j] = s[j]-beta[j], -s[j]
	}
	return [][]float64{r, alpha, mu, kappa, make([]float64, pareto.CreaseDim)}
}
