package mle

import (
	"math"
	"slices"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// place is where to climb from, or what a climb found.
type place struct {
	*point
	pinned []int8 // per parameter: −1, +1 = held at ±Inf, or far out where that is no model
}

// atEdge reports whether a parameter is held.
func (q place) atEdge() bool {
	return slices.ContainsFunc(q.pinned, func(s int8) bool { return s != 0 })
}

// solver climbs and moves parameters to and from their edges.
type solver struct {
	p     *Problem
	c     *climber
	bound []float64
}

func newSolver(p *Problem) *solver {
	dim, n := p.dims()
	s := &solver{p: p, c: newClimber(n), bound: make([]float64, n)}
	for i := range s.bound {
		s.bound[i] = Bound
	}
	// A coefficient has run off when it moves a coordinate that far.
	cols := p.Covariates.Columns
	largest := make([]float64, cols)
	for i, z := range p.Covariates.Z {
		largest[i%cols] = max(largest[i%cols], math.Abs(z))
	}
	for k := dim; k < n; k++ {
		reach := 0.0
		for _, e := range p.Covariates.Effects {
			if dim+e.Coefficient == k {
				reach = max(reach, largest[e.Column]*math.Abs(e.Sign))
			}
		}
		if reach > 0 {
			s.bound[k] = Bound / reach
		}
	}
	return s
}

const (
	firstRadius = 2.0
	maxRounds   = 40   // climbs in one solve
	maxReleases = 2    // of one parameter
	legalSlope  = 1e-9 // relative, above which an edge is left again
	boundSlope  = 1e-6
)

// solve climbs from a place to a maximum: coordinates that run off are held at
// their edge, and set free where the slope there points inwards. hold leaves the
// edges of from as they are. The place returned is the caller's.
func (s *solver) solve(o *objective, from place, to goal, hold bool) (place, end) {
	c := s.c
	c.o = o
	to.bound = s.bound
	to.pinned = slices.Clone(from.pinned)
	copy(c.cur.theta, from.theta)
	for i, side := range to.pinned {
		if _, legal := s.p.edge(i, int(side)); legal && side != 0 {
			c.cur.theta[i] = math.Inf(int(side))
		}
	}
	done := func(e end) (place, end) { return place{c.cur.clone(), to.pinned}, e }
	if !o.at(c.cur, kernel.Hessian) {
		return done(stalled)
	}
	led := 0 // gonum's searches asked so far
	released := make([]int, o.n)
	for range maxRounds {
		switch e := c.climb(o, &to, firstRadius); e {
		case drifting:
			if to.stay {
				return done(drifting)
			}
			s.pin(o, &to)
		case converged:
			if to.tolerance <= tight && s.ridge(o, &to) {
				continue
			}
			i := -1
			if !hold {
				i = s.inward(&to, released)
			}
			if i < 0 {
				return done(converged)
			}
			released[i]++
			s.release(o, &to, i)
		case stalled:
			again := to.led
			if again && s.ridge(o, &to) {
				continue
			}
			to.led = true
			rose := false
			for ; !rose && led < 2; led++ {
				rose = led == 0 && c.bfgs(o, &to) || led == 1 && c.simplex(o, &to)
			}
			if !rose && (again || !s.ridge(o, &to)) {
				return done(stalled)
			}
		default:
			return done(e)
		}
	}
	return done(stalled)
}

// edgeOf is the value of parameter i held at a side.
func (s *solver) edgeOf(i, side int) float64 {
	if _, legal := s.p.edge(i, side); legal {
		return math.Inf(side)
	}
	return float64(side) * s.bound[i]
}

// pin holds the coordinate the climber drifts to. A legal edge that turns out
// not to be finite, or lower, is replaced by the bound.
func (s *solver) pin(o *objective, to *goal) {
	c := s.c
	i, side := c.coordinate, c.side
	to.pinned[i] = int8(side)
	x := s.edgeOf(i, side)
	if c.cur.theta[i] == x {
		return
	}
	copy(c.trial.theta, c.cur.theta)
	c.trial.theta[i] = x
	if o.at(c.trial, kernel.Hessian) && c.trial.f >= c.cur.f-1e-12*math.Abs(c.cur.f) {
		c.cur, c.trial = c.trial, c.cur
	}
}

// inward returns the parameter held at an edge from which the objective rises
// most, relative to its terms; −1 = none.
func (s *solver) inward(to *goal, released []int) int {
	q, worst, at := s.c.cur, 0.0, -1
	for i, side := range to.pinned {
		if side == 0 || q.size[i] == 0 || released[i] >= maxReleases {
			continue
		}
		slope, limit := q.grad[i]/q.size[i], legalSlope
		if !math.IsInf(q.theta[i], 0) {
			slope, limit = -float64(side)*slope, boundSlope
		}
		if slope > limit && slope > worst {
			worst, at = slope, i
		}
	}
	return at
}

// release sets parameter i free at the best of some places between its edge and
// the middle, if one is higher than the edge.
func (s *solver) release(o *objective, to *goal, i int) {
	c := s.c
	f, at := c.cur.f, math.NaN()
	copy(c.trial.theta, c.cur.theta)
	for k := 16; k > 0; k-- {
		x := float64(to.pinned[i]) * s.bound[i] * float64(k) / 20
		c.trial.theta[i] = x
		if o.at(c.trial, kernel.Value) && c.trial.f > f {
			f, at = c.trial.f, x
		}
	}
	if math.IsNaN(at) {
		return
	}
	c.trial.theta[i] = at
	if o.at(c.trial, kernel.Hessian) {
		c.cur, c.trial = c.trial, c.cur
		to.pinned[i] = 0
	}
}
