package mle

import (
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

const (
	// ridgeProbe is how far along a flat direction the objective is compared.
	ridgeProbe = 3.0
	// ridgeFlat is the 1 − R² of parameters below which their direction is
	// looked along: well above the rounding of second derivatives far out.
	ridgeFlat = 1e-6
)

// ridge looks along the flattest direction, where one is flat at cur. Where the
// objective is no lower one way and lower the other, parameters run off together,
// each held up by the others: the one that is nearest to its bound is then held,
// where it stands or at its legal edge, and ridge reports true. Ground that is
// level both ways is no ridge.
func (s *solver) ridge(o *objective, to *goal) bool {
	c := s.c
	c.model(to)
	m := len(c.active)
	if to.stay || m == 0 || c.curved(ridgeFlat) {
		return false
	}
	// The direction in which the parameters explain each other: of the matrix
	// scaled to a unit diagonal, so that no scale hides it.
	diagonal := make([]float64, m)
	for a, i := range c.active {
		diagonal[a] = math.Sqrt(math.Max(-c.cur.hess[lower(i, i)], 0))
		if diagonal[a] == 0 {
			diagonal[a] = 1 / c.unit[i]
		}
	}
	for a, i := range c.active {
		for b, j := range c.active {
			c.sym.a[a*m+b] = -c.cur.hess[lower(i, j)] / diagonal[a] / diagonal[b]
		}
	}
	c.sym.decompose(m)
	low := c.sym.least()
	direction := make([]float64, m) // its largest entry is one unit
	largest := 0.0
	for a, i := range c.active {
		direction[a] = c.sym.v[a*m+low] / diagonal[a]
		largest = max(largest, math.Abs(direction[a])/c.unit[i])
	}
	for a := range m {
		direction[a] /= largest
	}
	slack := tie(c.cur.f)
	for _, reach := range [2]float64{ridgeProbe, 4 * ridgeProbe} {
		back, _ := s.probe(o, direction, -reach)
		ahead, first := s.probe(o, direction, reach)
		if back > ahead {
			ahead, back = back, ahead
			_, first = s.probe(o, direction, -reach)
		}
		switch {
		case ahead < -slack:
			return false
		case ahead-back > slack:
			return s.hold(o, to, first, slack)
		}
	}
	return false
}

// probe returns what the objective gains by going far along a direction of the
// active parameters, but not beyond their bounds, and which of them meets its
// bound first.
func (s *solver) probe(o *objective, direction []float64, far float64) (gain float64, first int) {
	c := s.c
	most := math.Inf(1)
	for a, i := range c.active {
		d := direction[a] * far
		if d == 0 {
			continue
		}
		if x := (math.Copysign(s.bound[i], d) - c.cur.theta[i]) / d; x < most {
			most, first = x, i
		}
	}
	copy(c.trial.theta, c.cur.theta)
	for a, i := range c.active {
		c.trial.theta[i] += min(1, 0.9*most) * far * direction[a]
	}
	o.at(c.trial, kernel.Value)
	return c.trial.f - c.cur.f, first
}

// hold pins parameter i where it stands, or at its legal edge if that is no lower.
func (s *solver) hold(o *objective, to *goal, i int, slack float64) bool {
	c := s.c
	side := 1
	if c.cur.theta[i] < 0 {
		side = -1
	}
	if _, legal := s.p.edge(i, side); legal {
		copy(c.trial.theta, c.cur.theta)
		c.trial.theta[i] = math.Inf(side)
		if !o.at(c.trial, kernel.Hessian) || c.trial.f < c.cur.f-slack {
			return false
		}
		c.cur, c.trial = c.trial, c.cur
	}
	to.pinned[i] = int8(side)
	return true
}
