package clv

import (
	"fmt"
	"math"
	"slices"

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
	back      [][]float64                     // from theta of the problem to theta of the host's covariates; nil is the same
}

// ended is a fit as it came from the optimiser.
type ended struct {
	Outcome
	params     []float64   // of the family, finite
	theta      []float64   // coordinates and coefficients; ±Inf at an edge
	covariance [][]float64 // of theta; 0 for what is held at an edge
	raw        mle.Result
}

// runOff is how far a coordinate at its edge is put so that parameters stay
// finite: 1e-12 from the limit.
var runOff = math.Log(1e12)

// runaway is how far from 1 a parameter must be, on the log scale, to count among
// those that ran off together without a limit of the model's own.
const runaway = 12

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
	p.Model, p.Starts, p.Edges, p.Names = f.evaluator(), f.starts, f.edges, f.coords
	n := len(f.names) + p.Covariates.Coefficients
	e := &ended{Outcome: Outcome{Status: Failed, Confidence: orDefault(confidence), Customers: customers(p)}}
	if len(p.Rows) < n {
		return e, fmt.Errorf("%w: %d for %d parameters", ErrTooFew, len(p.Rows), n)
	}
	r := mle.Maximise(p)
	e.raw, e.Reason, e.Evaluations = r, r.Reason, int(math.Ceil(r.Passes))
	if r.Status == mle.Failed {
		return e, fmt.Errorf("%w: %s", ErrFit, r.Reason)
	}
	if cov, ok := mle.Covariance(r.Info, r.Free); ok {
		e.covariance = square(cov, n)
	}
	e.theta = r.Theta
	f.unscale(e)
	return e, f.conclude(e, r.Free)
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
	for i, v := range e.params {
		if !finite(v) {
			e.Status, e.Reason = Failed, fmt.Sprintf("%s is %v", f.names[i], v)
			return fmt.Errorf("%w: %s", ErrFit, e.Reason)
		}
	}
	f.estimates(e, free)
	return nil
}

// unscale turns theta and its covariance into those of the host's covariates.
func (f *family) unscale(e *ended) {
	if f.back == nil {
		return
	}
	e.theta = f.toHost(e.raw.Theta)
	if e.covariance == nil {
		return
	}
	e.covariance = carried(f.back, e.covariance)
}

// toHost turns theta of the problem into that of the host's covariates. What is
// at an edge stays there.
func (f *family) toHost(theta []float64) []float64 {
	out := make([]float64, len(theta))
	for i := range out {
		if f.back == nil || math.IsInf(theta[i], 0) {
			out[i] = theta[i]
			continue
		}
		for j, v := range f.back[i] {
			if v != 0 {
				out[i] += v * theta[j]
			}
		}
	}
	return out
}

// estimates turns the covariance of coordinates into that of parameters.
func (f *family) estimates(e *ended, free []bool) {
	k, n := len(f.names), len(e.theta)
	jac := f.jacobian(f.inside(e.theta))
	d := make([][]float64, n) // d parameter / d theta
	known := make([]bool, n)
	z := deviate(e.Confidence)
	ran := slices.ContainsFunc(e.raw.AtEdge, func(a mle.AtEdge) bool { return !a.Legal })
	for i := range n {
		d[i] = make([]float64, n)
		known[i] = e.covariance != nil && free[i]
		if i >= k {
			d[i][i] = 1
			continue
		}
		// Parameters that run off together leave one held where it stood and the others
		// with a curvature that means nothing.
		known[i] = e.covariance != nil && !(ran && math.Abs(math.Log(math.Abs(e.params[i]))) > runaway)
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
	e.Covariance = make([][]float64, n)
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
		est := Estimate{Value: e.theta[i]}
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
func square(lower []float64, n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
	}
	for i := range m {
		for j := range i + 1 {
			v := lower[i*(i+1)/2+j]
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
