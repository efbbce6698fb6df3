package mle

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// end is how a climb ended.
type end int

const (
	converged end = iota
	drifting      // a coordinate runs off: climber.coordinate, climber.side
	overtaken     // it cannot reach the goal
	joined        // it runs into an optimum that is known
	stalled       // no step helps, too many were taken, or too many without concavity
)

// goal says how far a climb goes.
type goal struct {
	tolerance float64   // of the gradient, relative to the size of its terms
	beat      float64   // an objective to reach; −Inf = none
	known     []*point  // optima not to find again
	led       bool      // gonum's searches have been asked
	stay      bool      // end where a coordinate runs off
	pinned    []int8    // per parameter: −1, +1 = held at an edge
	bound     []float64 // per parameter: what counts as run off
}

// climber is Newton's method in a trust region. It works on cur, which has been
// evaluated with its Hessian, and leaves the best point there.
type climber struct {
	o          *objective
	cur, trial *point
	sym        *symmetric
	active     []int
	g, p, unit []float64
	outward    []int // steps in a row towards a legal edge, signed

	coordinate, side int // where it drifts to
}

func newClimber(n int) *climber {
	return &climber{
		cur: newPoint(n), trial: newPoint(n), sym: newSymmetric(n),
		active: make([]int, 0, n), g: make([]float64, n), p: make([]float64, n), unit: make([]float64, n),
		outward: make([]int, n),
	}
}

const (
	maxSteps     = 120
	maxUpward    = 12 // in a row where the objective is not concave, before gonum's search is asked
	maxRadius    = 8.0
	outwardSteps = 3    // steps towards a legal edge before it is tried
	outwardStep  = 0.25 // the least that counts as one
	nearKnown    = 0.05
	pruneFactor  = 10 // a climb is overtaken if this many times the promised gain is too little
)

// climb goes up from cur. radius is the first trust radius.
func (c *climber) climb(o *objective, to *goal, radius float64) end {
	c.o = o
	clear(c.outward)
	upward := 0
	for range maxSteps {
		relative, definite, newton := c.model(to)
		if c.farOut(to) {
			return drifting
		}
		if relative <= to.tolerance && c.settled() {
			return converged
		}
		if definite {
			upward = 0
			if newton <= to.tolerance {
				return converged
			}
			gain := c.sym.gain()
			if c.cur.f+pruneFactor*gain < to.beat {
				return overtaken
			}
			if c.joins(to, newton) {
				return joined
			}
		} else if upward++; upward > maxUpward && !to.led {
			return stalled
		}
		noise := 1e-14 * (1 + math.Abs(c.cur.f))
		accepted := false
		for !accepted {
			promised := c.sym.step(c.p[:len(c.active)], radius)
			hit, side := c.propose(to)
			if hit >= 0 {
				promised = c.promise()
			}
			length := c.norm()
			ok := o.at(c.trial, kernel.Hessian)
			gained := c.trial.f - c.cur.f
			switch {
			case ok && gained >= 1e-4*promised && gained > 0:
				accepted = true
			case ok && promised <= 100*noise && gained >= -noise && c.flatter(to, relative):
				accepted = true
			case promised <= 100*noise || radius < 1e-9:
				if definite && newton <= c.rounding(to) {
					return converged
				}
				return stalled
			default:
				radius = length / 4
				continue
			}
			switch {
			case gained < 0.25*promised:
				radius = length / 4
			case gained > 0.75*promised && length > 0.8*radius:
				radius = min(2.5*radius, maxRadius)
			}
			c.count(to)
			c.cur, c.trial = c.trial, c.cur
			if hit >= 0 {
				c.coordinate, c.side = hit, side
				return drifting
			}
			if c.runsOff(to) {
				return drifting
			}
		}
	}
	return stalled
}

// farOut finds a parameter that is all but at its bound and drawn there.
func (c *climber) farOut(to *goal) bool {
	for _, i := range c.active {
		x := c.cur.theta[i]
		if math.Abs(x) >= 0.98*to.bound[i] && x*c.cur.grad[i] > 0 {
			c.coordinate, c.side = i, int(math.Copysign(1, x))
			return true
		}
	}
	return false
}

// rounding is the Newton step that is left where no step helps, if the
// derivatives are exact but for rounding: it is larger where a parameter is held
// far out.
func (c *climber) rounding(to *goal) float64 {
	for i, side := range to.pinned {
		if side != 0 && !math.IsInf(c.cur.theta[i], 0) {
			return 1e-2
		}
	}
	return 1e-5
}

// model decomposes minus the Hessian over the parameters that are free and move
// something. It returns the largest gradient relative to its terms, whether the
// objective is strictly concave here, and then the largest entry of the Newton
// step, in units.
func (c *climber) model(to *goal) (relative float64, definite bool, newton float64) {
	q := c.cur
	c.active = c.active[:0]
	for i := range q.theta {
		if to.pinned[i] != 0 || (q.size[i] == 0 && q.hess[lower(i, i)] == 0) {
			continue
		}
		c.active = append(c.active, i)
		c.unit[i] = to.bound[i] / Bound
		if q.grad[i] != 0 {
			relative = max(relative, math.Abs(q.grad[i])/q.size[i])
		}
	}
	m := len(c.active)
	for a, i := range c.active {
		c.g[a] = q.grad[i] * c.unit[i]
		for b, j := range c.active {
			c.sym.a[a*m+b] = -q.hess[lower(i, j)] * c.unit[i] * c.unit[j]
		}
	}
	c.sym.decompose(m)
	c.sym.project(c.g)
	definite = m == 0 || c.sym.values[c.sym.least()] > 0
	if definite && m > 0 {
		c.sym.step(c.p[:m], math.Inf(1))
		for _, v := range c.p[:m] {
			newton = max(newton, math.Abs(v))
		}
	}
	return relative, definite, newton
}

// settled reports whether no direction curves upwards.
func (c *climber) settled() bool {
	if len(c.active) == 0 {
		return true
	}
	least, most := c.sym.values[c.sym.least()], 0.0
	for _, v := range c.sym.values[:c.sym.m] {
		most = max(most, math.Abs(v))
	}
	return least >= -1e-10*most
}

// curved reports whether 1 − R² of every active parameter on the others before it
// is above least at cur.
func (c *climber) curved(least float64) bool {
	info := make([]float64, len(c.cur.hess))
	for i, h := range c.cur.hess {
		info[i] = -h
	}
	free := make([]bool, len(c.cur.theta))
	for _, i := range c.active {
		free[i] = true
	}
	return flat(info, free, least) < 0
}

// norm of the step, in units.
func (c *climber) norm() float64 {
	t := 0.0
	for _, v := range c.p[:len(c.active)] {
		t += v * v
	}
	return math.Sqrt(t)
}

// propose writes cur plus the step to trial, cut off at the bounds, and names a
// coordinate that meets its bound.
func (c *climber) propose(to *goal) (hit, side int) {
	hit = -1
	copy(c.trial.theta, c.cur.theta)
	for a, i := range c.active {
		x := c.cur.theta[i] + c.p[a]*c.unit[i]
		if math.Abs(x) >= to.bound[i] {
			side = 1
			if x < 0 {
				side = -1
			}
			x, hit = float64(side)*to.bound[i], i
			c.p[a] = (x - c.cur.theta[i]) / c.unit[i]
		}
		c.trial.theta[i] = x
	}
	return hit, side
}

// promise is what the quadratic model gains by the step p.
func (c *climber) promise() float64 {
	t := 0.0
	for a, i := range c.active {
		t += c.g[a] * c.p[a]
		for b, j := range c.active {
			t += 0.5 * c.cur.hess[lower(i, j)] * c.unit[i] * c.unit[j] * c.p[a] * c.p[b]
		}
	}
	return t
}

// flatter reports whether the gradient at trial is below relative.
func (c *climber) flatter(to *goal, relative float64) bool {
	for _, i := range c.active {
		if math.Abs(c.trial.grad[i]) > relative*c.trial.size[i] {
			return false
		}
	}
	return true
}

// joins reports whether the Newton step of the given length ends at a known optimum.
func (c *climber) joins(to *goal, newton float64) bool {
	if newton > 1 {
		return false
	}
	c.sym.step(c.p[:len(c.active)], math.Inf(1))
	for _, k := range to.known {
		near := true
		for i, x := range k.theta {
			y := c.cur.theta[i]
			for a, j := range c.active {
				if i == j {
					y += c.p[a] * c.unit[i]
				}
			}
			near = near && (x == y || math.Abs(x-y) <= nearKnown*to.bound[i]/Bound)
		}
		if near {
			return true
		}
	}
	return false
}

// count keeps the number of steps in a row towards legal edges; trial holds the
// step's end.
func (c *climber) count(to *goal) {
	for _, i := range c.active {
		d := c.trial.theta[i] - c.cur.theta[i]
		side := 1
		if d < 0 {
			side = -1
		}
		_, legal := c.o.p.edge(i, side)
		switch {
		case !legal || math.Abs(d) < outwardStep:
			c.outward[i] = 0
		case c.outward[i]*side < 0:
			c.outward[i] = side
		default:
			c.outward[i] += side
		}
	}
}

// runsOff tries the edge of a coordinate that has walked towards it for a while.
// Where the objective is no lower on the edge, cur is put there.
func (c *climber) runsOff(to *goal) bool {
	for _, i := range c.active {
		steps, side := c.outward[i], 1
		if steps < 0 {
			steps, side = -steps, -1
		}
		if steps < outwardSteps {
			continue
		}
		c.outward[i] = 0
		copy(c.trial.theta, c.cur.theta)
		c.trial.theta[i] = math.Inf(side)
		if c.o.at(c.trial, kernel.Hessian) && c.trial.f >= c.cur.f {
			c.cur, c.trial = c.trial, c.cur
			c.coordinate, c.side = i, side
			return true
		}
	}
	return false
}
