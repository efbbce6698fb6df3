package clv

import (
	"fmt"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/normal"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/mle"
)

// family is what fitting needs to know of a model.
type family struct {
	names     []string // of the parameters, as Params has them
	coords    []string // of the coordinates, for messages
	evaluator func() kernel.Evaluator
	starts    [][]float64
	edges     []mle.Edge
	natural   func(eta []float64) []float64   // parameters from coordinates
	jacobian  func(eta []float64) [][]float64 // d log parameter / d coordinate, by parameter
	linear    []bool                          // parameters that may be negative: jacobian is d parameter / d coordinate; nil is none
	open      int                             // coordinates, counted from the last, that natural and jacobian take at an edge
	effects   []effect                        // by coefficient
	centred   bool                            // effects count from the means of their covariates
}

// effect is where a coefficient acts, and from what scale it comes.
type effect struct {
	name         string
	column       int
	mean, sd     float64
	buys, leaves bool
}

// shift is what the coefficient moves a coordinate by, per unit.
func (x *effect) shift(coordinate int) float64 {
	switch {
	case coordinate == buyingAt && x.buys:
		return -1
	case coordinate == leavingAt && x.leaves:
		return 1
	}
	return 0
}

// ended is a fit as it came from the optimiser.
type ended struct {
	Outcome
	params     []float64   // of the family, finite
	theta      []float64   // coordinates and coefficients; ±Inf at an edge
	covariance [][]float64 // of theta; 0 for what is held at an edge
	raw        mle.Result
	solved     [][]float64 // covariance of raw.Theta
}

// runOff is how far a coordinate at its edge is put so that parameters stay
// finite: 1e-12 from the limit.
var runOff = math.Log(1e12)

// inside returns the coordinates of theta, those at an edge pulled back to where
// parameters are finite.
func (f *family) inside(theta []float64) []float64 {
	out := append([]float64(nil), theta[:len(f.names)]...)
	for i, v := range out[:len(out)-f.open] {
		if math.IsInf(v, 0) {
			out[i] = math.Copysign(runOff, v)
		}
	}
	return out
}

// at returns the parameters at theta, coefficients not included.
func (f *family) at(theta []float64) []float64 { return f.natural(f.inside(theta)) }

// fit maximises and reports. Effects of covariates follow the coordinates;
// scale[j] turns coefficient j of the problem into one of the host's columns.
// After ErrFit what is known is returned too.
func (f *family) fit(p mle.Problem, confidence float64) (*ended, error) {
	p.Model, p.Starts, p.Edges, p.Names = f.evaluator(), f.starts, f.edges, slices.Clone(f.coords)
	for _, x := range f.effects {
		p.Names = append(p.Names, x.name)
	}
	n := len(f.names) + p.Covariates.Coefficients
	e := &ended{Outcome: Outcome{Status: Failed, Confidence: orDefault(confidence), Customers: customers(p)}}
	if len(p.Rows) < n {
		e.because(guanxi.Text{EN: fmt.Sprintf("%d rows for %d parameters", len(p.Rows), n), ZH: fmt.Sprintf("%d 行数据不足以估计 %d 个参数", len(p.Rows), n)})
		return e, fmt.Errorf("%w: %d for %d parameters", ErrTooFew, len(p.Rows), n)
	}
	r := mle.Maximise(p)
	e.raw, e.Evaluations = r, int(math.Ceil(r.Passes))
	e.explain(p, r)
	if r.Status == mle.Failed {
		return e, fmt.Errorf("%w: %s", ErrFit, r.Reason)
	}
	if cov, ok := mle.Covariance(r.Info, r.Free); ok {
		e.solved = square(cov, n)
	}
	f.centred = len(f.effects) > 0 && math.IsInf(r.Theta[leavingAt], 0) // at an edge there is no intercept to move
	for {
		f.unscale(e)
		err := f.conclude(e, r.Free)
		if f.centred || len(f.effects) == 0 || err == nil && f.within(e) {
			return e, err
		}
		f.centred = true
		e.explain(p, r)
	}
}

// within reports whether the limits of all parameters are in range.
func (f *family) within(e *ended) bool {
	for i, est := range e.Estimates[:len(f.names)] {
		if est.Known && (f.linear == nil || !f.linear[i]) && !(est.Low >= MinParameter && est.High <= MaxParameter) {
			return false
		}
	}
	return true
}

// customers counts those whom the rows stand for.
func customers(p mle.Problem) int {
	if p.Weights == nil {
		return len(p.Rows)
	}
	n := 0.0
	for _, w := range p.Weights {
		n += w
	}
	return int(n)
}

// conclude fills the outcome of a fit that has theta and a covariance.
func (f *family) conclude(e *ended, free []bool) error {
	n := float64(len(e.theta))
	e.Status = Converged
	if e.raw.Status == mle.Boundary {
		e.Status = Boundary
	}
	e.LogLik = e.raw.LogLik
	e.AIC = 2*n - 2*e.LogLik
	e.BIC = math.Log(float64(e.Customers))*n - 2*e.LogLik
	e.params = f.at(e.theta)
	if bad := f.fault(e.params); bad != "" {
		e.Status = Failed
		e.because(guanxi.Text{EN: bad + ", out of range", ZH: bad + "，超出范围"})
		return fmt.Errorf("%w: %s", ErrFit, e.Reason)
	}
	f.estimates(e, free)
	return nil
}

// unscale turns theta and its covariance into those of the host's covariates.
func (f *family) unscale(e *ended) {
	e.theta, e.covariance = f.toHost(e.raw.Theta), e.solved
	if e.solved == nil || len(f.effects) == 0 {
		return
	}
	k := len(f.names)
	back := make([][]float64, len(e.theta))
	for i := range back {
		back[i] = make([]float64, len(e.theta))
		back[i][i] = 1
		if i >= k {
			back[i][i] = 1 / f.effects[i-k].sd
			continue
		}
		for j := range f.effects {
			back[i][k+j] = f.intercept(i, j)
		}
	}
	e.covariance = carried(back, e.solved)
}

// intercept is what coefficient j of the problem takes from coordinate i, per
// unit, when its covariate is counted from 0.
func (f *family) intercept(i, j int) float64 {
	x := &f.effects[j]
	if f.centred {
		return 0
	}
	return -x.shift(i) * x.mean / x.sd
}

// toHost turns theta of the problem into that of the host's covariates. What is
// at an edge stays there; a coefficient that acts on nothing else is 0.
func (f *family) toHost(theta []float64) []float64 {
	out, k := slices.Clone(theta), len(f.names)
	for j := range f.effects {
		x, acts := &f.effects[j], false
		for i := range k {
			if x.shift(i) != 0 && !math.IsInf(theta[i], 0) {
				out[i] += f.intercept(i, j) * theta[k+j]
				acts = true
			}
		}
		out[k+j] = theta[k+j] / x.sd
		if !acts {
			out[k+j] = 0
		}
	}
	return out
}

// fault names the first parameter that no model takes.
func (f *family) fault(params []float64) string {
	for i, v := range params {
		linear := f.linear != nil && f.linear[i]
		if linear && !finite(v) || !linear && !(v >= MinParameter && v <= MaxParameter) {
			return fmt.Sprintf("%s = %v", f.names[i], v)
		}
	}
	return ""
}

// alongside is how much a parameter moves, as another one that ran off moves by 1,
// to count among those that ran off with it.
const alongside = 1e-3

// ranOff says which parameters and coefficients ran off together with one that has
// no limit of the model's own: that one is held where it stood, and the curvature
// of the others means nothing. Those of one distribution go together, and whatever
// the likelihood moves along, which the unit of time does not change.
func (f *family) ranOff(e *ended) []bool {
	k, n := len(f.names), len(e.theta)
	ran := make([]bool, n)
	mark := func(coordinate int) {
		for i := range k {
			// r and alpha, a and b, and so on; the three of Gamma-Gamma
			ran[i] = ran[i] || i/2 == coordinate/2 || k == 3
		}
	}
	for _, a := range e.raw.AtEdge {
		if a.Legal {
			continue
		}
		if a.Parameter < k {
			mark(a.Parameter)
		}
		if e.solved == nil || len(e.solved) != n {
			continue
		}
		move := make([]float64, n)
		for i := range n {
			for j, c := range e.solved[i] {
				move[i] -= c * e.raw.Info[lower(max(j, a.Parameter), min(j, a.Parameter))]
			}
		}
		move[a.Parameter] = 1
		for i := range n {
			m := move[i]
			for j := k; i < k && j < n; j++ {
				m += f.intercept(i, j-k) * move[j]
			}
			if math.Abs(m) <= alongside {
				continue
			}
			if ran[i] = true; i < k {
				mark(i)
			}
		}
	}
	return ran
}

// lower is the place of row i, column j ≤ i in a lower triangle by rows.
func lower(i, j int) int { return i*(i+1)/2 + j }

// estimates turns the covariance of coordinates into that of parameters.
func (f *family) estimates(e *ended, free []bool) {
	k, n := len(f.names), len(e.theta)
	jac := f.jacobian(f.inside(e.theta))
	d := make([][]float64, n) // d parameter / d theta
	known := make([]bool, n)
	z := normal.Deviate(e.Confidence)
	ran := f.ranOff(e)
	for i := range n {
		d[i] = make([]float64, n)
		known[i] = e.covariance != nil && free[i] && !ran[i]
		if i >= k {
			d[i][i] = 1
			continue
		}
		known[i] = e.covariance != nil && !ran[i]
		for j := range k {
			d[i][j] = jac[i][j]
			if f.linear == nil || !f.linear[i] {
				d[i][j] *= e.params[i]
			}
			if !free[j] && jac[i][j] != 0 {
				known[i] = false
			}
		}
	}
	e.Covariance, e.Estimates = make([][]float64, n), nil
	for i := range n {
		e.Covariance[i] = make([]float64, n)
		if !known[i] {
			continue
		}
		for j := range n {
			if known[j] {
				e.Covariance[i][j] = sandwich(d[i], e.covariance, d[j])
			}
		}
	}
	for i, name := range f.names {
		est := Estimate{Name: name, Value: e.params[i]}
		if v := e.Covariance[i][i]; known[i] && v > 0 {
			est.SE, est.Known = math.Sqrt(v), true
			if f.linear != nil && f.linear[i] {
				est.Low, est.High = est.Value-z*est.SE, est.Value+z*est.SE
			} else {
				iv := positiveInterval(est.Value, est.SE, z)
				est.Low, est.High = iv.Low, iv.High
			}
		}
		e.Estimates = append(e.Estimates, est)
	}
	for i := k; i < n; i++ {
		est := Estimate{Name: f.effects[i-k].name, Value: e.theta[i]}
		if v := e.Covariance[i][i]; known[i] && v > 0 {
			est.SE, est.Known = math.Sqrt(v), true
			est.Low, est.High = est.Value-z*est.SE, est.Value+z*est.SE
		}
		e.Estimates = append(e.Estimates, est)
	}
}

// carried is the covariance of what depends on estimates with the covariance cov
// by the rows of jac.
func carried(jac, cov [][]float64) [][]float64 {
	out := make([][]float64, len(jac))
	for i := range out {
		out[i] = make([]float64, len(jac))
		for j := range out[i] {
			out[i][j] = sandwich(jac[i], cov, jac[j])
		}
	}
	return out
}

// sandwich is aᵀ·m·b.
func sandwich(a []float64, m [][]float64, b []float64) float64 {
	sum := 0.0
	for i, x := range a {
		if x == 0 {
			continue
		}
		for j, y := range b {
			sum += x * m[i][j] * y
		}
	}
	return sum
}

// square unpacks a lower triangle by rows.
func square(packed []float64, n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
	}
	for i := range m {
		for j := range i + 1 {
			v := packed[lower(i, j)]
			m[i][j], m[j][i] = v, v
		}
	}
	return m
}

// ridge is the penalty of n parameters.
func ridge(strength float64, n int) []float64 {
	if strength == 0 {
		return nil
	}
	r := make([]float64, n)
	for i := range r {
		r[i] = strength
	}
	return r
}
