package mle

import (
	"math"

	"gonum.org/v1/gonum/optimize"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// Limits of the searches that lead into Newton's region, which need no accuracy.
const (
	bfgsSteps       = 60
	bfgsEvaluations = 300
	simplexPerDim   = 200 // evaluations
)

// bfgs leads cur towards a region where the objective is concave, with gonum's
// quasi-Newton search, and reports whether it rose.
func (c *climber) bfgs(o *objective, to *goal) bool {
	return c.lead(o, to, &optimize.BFGS{GradStopThreshold: 1e-4}, &optimize.Settings{
		MajorIterations: bfgsSteps,
		FuncEvaluations: bfgsEvaluations,
		Converger:       &optimize.FunctionConverge{Absolute: 1e-5, Iterations: 4},
	})
}

// simplex does the same with gonum's Nelder-Mead search, which reads no gradient.
func (c *climber) simplex(o *objective, to *goal) bool {
	return c.lead(o, to, &optimize.NelderMead{}, &optimize.Settings{
		FuncEvaluations: simplexPerDim * o.n,
		Converger:       &optimize.FunctionConverge{Absolute: 1e-9, Iterations: 60},
	})
}

// lead runs a gonum method over the active parameters from cur on. The objective
// is the mean per customer, +Inf outside the bounds. The best point seen is kept,
// however the method ends, so its error does not matter.
func (c *climber) lead(o *objective, to *goal, method optimize.Method, settings *optimize.Settings) bool {
	c.model(to)
	if len(c.active) == 0 {
		return false
	}
	scale := 0.0
	for _, w := range o.weights {
		scale += w
	}
	if scale == 0 {
		scale = 1
	}
	best := c.cur.clone()
	x0 := make([]float64, len(c.active))
	for a, i := range c.active {
		x0[a] = c.cur.theta[i] / c.unit[i]
	}
	seen := false // trial holds the value and gradient at its theta
	move := func(x []float64) bool {
		same := seen
		inside := true
		for a, i := range c.active {
			v := x[a] * c.unit[i]
			same = same && c.trial.theta[i] == v
			inside = inside && math.Abs(v) < to.bound[i] // false for NaN
		}
		if same {
			return !math.IsInf(c.trial.f, -1)
		}
		seen = false
		if !inside {
			return false
		}
		copy(c.trial.theta, best.theta)
		for a, i := range c.active {
			c.trial.theta[i] = x[a] * c.unit[i]
		}
		seen = true
		if !o.at(c.trial, kernel.Gradient) {
			return false
		}
		if c.trial.f > best.f {
			best.f = c.trial.f
			copy(best.theta, c.trial.theta)
		}
		return true
	}
	problem := optimize.Problem{
		Func: func(x []float64) float64 {
			if !move(x) {
				return math.Inf(1)
			}
			return -c.trial.f / scale
		},
		Grad: func(grad, x []float64) {
			ok := move(x)
			for a, i := range c.active {
				grad[a] = 0
				if ok {
					grad[a] = -c.trial.grad[i] * c.unit[i] / scale
				}
			}
		},
	}
	_, _ = optimize.Minimize(problem, x0, settings, method)
	if !(best.f > c.cur.f) || !o.at(best, kernel.Hessian) {
		return false
	}
	c.cur.set(best)
	return true
}
