package mle

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// Status says what a result is worth.
type Status int

// The statuses.
const (
	Failed    Status = iota // no parameters
	Converged               // a maximum inside, with a definite Hessian
	Boundary                // the best point is a limit of the model: see AtEdge
)

func (s Status) String() string {
	switch s {
	case Converged:
		return "converged"
	case Boundary:
		return "boundary"
	}
	return "failed"
}

// Result is the outcome of Maximise. It is a value of its own.
type Result struct {
	Status Status
	Reason string // why it failed, or which limits hold; empty if converged
	Cause  Cause  // the same as a code, but for limits: see AtEdge
	About  []int  // parameters that Cause is about

	Theta     []float64 // nil if failed; ±Inf at a legal edge
	LogLik    float64   // without the penalty; NaN if failed
	Objective float64   // LogLik less the penalty; NaN if failed
	Grad      []float64 // of the objective; at an infinite coordinate the one-sided slope
	// Info is minus the Hessian of the objective in Theta, the lower triangle by
	// rows; 0 in rows of coordinates at ±Inf.
	Info []float64
	// Free says which parameters were estimated: not those at an edge, nor those
	// that move nothing there.
	Free   []bool
	AtEdge []AtEdge

	Passes float64 // evaluations, in units of all rows
}

// Cause says why a result is not an ordinary maximum.
type Cause int

// The causes.
const (
	Ordinary  Cause = iota // a maximum, or limits
	Unsound                // the problem cannot be evaluated
	Lost                   // no start led to a maximum
	GivenUp                // the budget of evaluations ended the search
	Silent                 // the data say nothing of the parameters About
	Flat                   // no single maximum, in a direction with About
	Worse                  // below a model that this one contains
	Contained              // the optimum of a contained model stands for the maximum
)

// AtEdge is a parameter at the limit.
type AtEdge struct {
	Parameter int
	Sign      int
	Name      string // of the legal edge; empty where the parameter merely ran off
	Legal     bool
	// Slope of the objective inwards, ≤ 0 up to rounding: by the natural quantity
	// that is 0 at a legal edge (see [kernel.Evaluator]), otherwise by Theta.
	Slope float64
}

const (
	tight      = 1e-10 // gradient relative to its terms, on all rows
	loose      = 1e-3  // on thinned tables
	smallTable = 256
	enoughRows = 1500 // a table this small is not thinned further
	maxPlaces  = 3    // ends followed from a thinned table
	manyRows   = 20_000

	resolved = 1e-9 // of the log-likelihood: what searches of two models may differ by

	scattered    = 8   // more places to climb from where rows are few
	scatterWidth = 2.5 // their standard deviation around the starts
)

// Maximise finds the maximum of the problem; see the package's comment.
// Cost: 12 to 18 passes over a thousand rows, 5 to 8 over a hundred thousand, a
// hundred or two over fewer than 800, several times that where the data are too few
// for the model. It allocates for its tables only, not by evaluation or row, but for the
// goroutines of Workers.
func Maximise(p Problem) Result {
	if err := p.check(); err != nil {
		r := failed(err.Error())
		r.Cause = Unsound
		return r
	}
	m := newMaximiser(&p)
	best, ok := m.interior()
	if !ok {
		if *m.levels[0].budget < 0 {
			return m.fail(GivenUp, "given up after "+strconv.Itoa(int(m.passes()))+" evaluations without a maximum")
		}
		return m.fail(Lost, "no start led to a maximum")
	}
	best = m.compare(best)
	best, contained, reason := m.contain(best)
	if reason != "" {
		return m.fail(Worse, reason)
	}
	if contained {
		return m.contained(best)
	}
	return m.result(best)
}

func failed(reason string) Result {
	return Result{Reason: reason, LogLik: math.NaN(), Objective: math.NaN()}
}

// maximiser holds a problem's tables: levels[0] has all rows, each next one fewer.
type maximiser struct {
	*solver
	levels []*objective
}

func newMaximiser(p *Problem) *maximiser {
	m := &maximiser{solver: newSolver(p)}
	all, workers := newTable(p), newWorkers(p)
	m.levels = []*objective{newObjective(p, all, workers)}
	_, n := p.dims()
	least := max(smallTable, 40*n)
	for rows := len(all.rows); rows >= 3*least && (len(m.levels) == 1 || rows > enoughRows); {
		rows = max(least, rows/10)
		o := newObjective(p, all.thinned((len(all.rows)+rows-1)/rows), workers)
		o.budget = m.levels[0].budget
		m.levels = append(m.levels, o)
	}
	return m
}

// start makes a place of a start, within the bounds, and says whether it is finite.
func (m *maximiser) start(theta []float64) (place, bool) {
	_, n := m.p.dims()
	q := place{newPoint(n), make([]int8, n)}
	copy(q.theta, theta)
	for i, x := range q.theta {
		b := 0.9 * m.bound[i]
		q.theta[i] = min(max(x, -b), b)
	}
	return q, finite(theta...)
}

// interior climbs from every start, from the thinnest table to all rows.
func (m *maximiser) interior() (place, bool) {
	var starts []place
	for _, theta := range m.p.Starts {
		if q, ok := m.start(theta); ok {
			starts = append(starts, q)
		}
	}
	places := starts
	for level := len(m.levels) - 1; level >= 0; level-- {
		next := m.rise(places, level)
		if len(next) == 0 {
			next = m.rise(starts, level)
		}
		places = next
	}
	if len(places) == 0 {
		return place{}, false
	}
	if len(m.levels) > 1 {
		return places[0], true
	}
	return m.scatter(starts, places[0]), true
}

// scatter climbs from more places around the starts: few rows have many maxima,
// and cost little. The places are the same for every problem of this shape.
func (m *maximiser) scatter(starts []place, best place) place {
	rng := rand.New(rand.NewPCG(scattered, 0))
	dim, n := m.p.dims()
	for k := range scattered {
		theta := make([]float64, n)
		copy(theta, starts[k%len(starts)].theta)
		for i := range dim {
			theta[i] += scatterWidth * rng.NormFloat64()
		}
		from, _ := m.start(theta)
		to := goal{tolerance: tight, beat: best.f, known: []*point{best.point}, led: true}
		if q, end := m.solve(m.levels[0], from, to, false); end == converged && q.f > best.f+tie(best.f) {
			best = q
		}
	}
	return best
}

// rise climbs from places on one level and returns the different ends, best first.
func (m *maximiser) rise(places []place, level int) []place {
	to := goal{tolerance: loose, beat: math.Inf(-1)}
	if level == 0 {
		to.tolerance = tight
	}
	var ends []place
	for _, from := range places {
		if level < len(m.levels)-1 && len(ends) > 0 {
			to.beat = ends[0].f // the others are followed only if they can win
		}
		q, e := m.solve(m.levels[level], from, to, false)
		if e != converged || slices.ContainsFunc(ends, func(k place) bool { return m.same(k, q) }) {
			continue
		}
		to.known = append(to.known, q.point)
		ends = append(ends, q)
		slices.SortStableFunc(ends, func(a, b place) int { return cmp.Compare(b.f, a.f) })
	}
	return ends[:min(len(ends), maxPlaces)]
}

// same reports whether two places are one optimum.
func (m *maximiser) same(a, b place) bool {
	for i, x := range a.theta {
		if x != b.theta[i] && !(math.Abs(x-b.theta[i]) <= nearKnown*m.bound[i]/Bound) {
			return false
		}
	}
	return true
}

// tie is how near two objectives count as equal.
func tie(f float64) float64 { return 1e-12 * (1 + math.Abs(f)) }

// compare weighs an end against what it might have missed: inside, every legal
// edge; at an edge, the inside as well. Of equals it takes the edge.
func (m *maximiser) compare(best place) place {
	all := m.levels[0]
	for _, e := range m.p.Edges {
		if _, legal := m.p.edge(e.Coordinate, e.Sign); !legal || best.pinned[e.Coordinate] != 0 {
			continue
		}
		from := place{best.point.clone(), slices.Clone(best.pinned)}
		from.pinned[e.Coordinate] = int8(e.Sign)
		if thin := len(m.levels) - 1; thin > 0 {
			if q, end := m.solve(m.levels[thin], from, goal{tolerance: loose, beat: math.Inf(-1)}, true); end == converged {
				from = q
			}
		}
		goal := goal{tolerance: tight, beat: best.f - tie(best.f)}
		q, end := m.solve(all, from, goal, true)
		if end != converged || q.f < goal.beat {
			continue
		}
		if q, end = m.solve(all, q, goal, false); end == converged && q.f >= goal.beat {
			best = q
		}
	}
	if !best.atEdge() {
		return best
	}
	level := 0
	if len(all.t.rows) > manyRows {
		level = 1
	}
	for _, theta := range m.p.Starts {
		from, ok := m.start(theta)
		if !ok {
			continue
		}
		goal := goal{tolerance: tight, beat: math.Inf(-1), stay: true}
		if level == 0 {
			goal.beat = best.f
		}
		q, end := m.solve(m.levels[level], from, goal, false)
		if level > 0 && end == converged {
			goal.beat = best.f
			q, end = m.solve(all, q, goal, false)
		}
		if end == converged && q.f > best.f+tie(best.f) {
			best = q
		}
	}
	return best
}

// contain searches again from nested optima that are better, and says why the
// result cannot stand if one stays better. One that is better by no more than the
// searches resolve stands for the maximum itself: contained is true then.
func (m *maximiser) contain(best place) (_ place, contained bool, reason string) {
	for _, nested := range m.p.Nested {
		n := len(nested.Theta)
		from := place{newPoint(n), make([]int8, n)}
		copy(from.theta, nested.Theta)
		for i, x := range nested.Theta {
			if math.IsInf(x, 0) {
				from.pinned[i] = int8(math.Copysign(1, x))
			}
		}
		least := nested.LogLik
		if m.p.Ridge != nil || math.IsNaN(least) {
			copy(m.c.trial.theta, nested.Theta)
			m.levels[0].at(m.c.trial, kernel.Value)
			least = m.c.trial.f
		}
		slack := 1e-10 * (1 + math.Abs(least))
		if best.f >= least-slack {
			continue
		}
		q, end := m.solve(m.levels[0], from, goal{tolerance: tight, beat: math.Inf(-1)}, false)
		if end == converged && q.f > best.f {
			best, contained = m.compare(q), false
		}
		if best.f >= least-slack {
			continue
		}
		if best.f < least-resolved*(1+math.Abs(least)) {
			return best, false, fmt.Sprintf("log-likelihood %.6f is below %.6f of a model it contains", best.f, least)
		}
		if m.levels[0].at(from.point, kernel.Hessian) && from.f > best.f {
			best, contained = from, true
		}
	}
	return best, contained, ""
}

func (m *maximiser) fail(cause Cause, reason string, about ...int) Result {
	r := failed(reason)
	r.Cause, r.About = cause, about
	r.Passes = m.passes()
	return r
}

func (m *maximiser) passes() float64 {
	rows := 0.0
	for _, o := range m.levels {
		rows += float64(o.passes) * float64(len(o.t.rows))
	}
	return rows / float64(len(m.levels[0].t.rows))
}

// result describes a maximum on all rows.
func (m *maximiser) result(q place) Result {
	n := len(q.theta)
	r := Result{
		Status: Converged,
		Theta:  q.theta, LogLik: q.loglik, Objective: q.f, Grad: q.grad,
		Info: make([]float64, len(q.hess)), Free: make([]bool, n),
		Passes: m.passes(),
	}
	for i, h := range q.hess {
		r.Info[i] = 0 - h
	}
	var held, still []string
	var silent []int
	for i, side := range q.pinned {
		switch {
		case side != 0:
			e, legal := m.p.edge(i, int(side))
			legal = legal && math.IsInf(q.theta[i], 0)
			at := AtEdge{Parameter: i, Sign: int(side), Legal: legal, Slope: q.grad[i]}
			if legal {
				at.Name = e.Name
				held = append(held, e.Name)
			} else {
				at.Slope *= -float64(side)
				held = append(held, m.p.name(i)+m.p.runs(i, int(side)))
			}
			r.AtEdge = append(r.AtEdge, at)
		case q.size[i] == 0 && q.hess[lower(i, i)] == 0:
			still, silent = append(still, m.p.name(i)), append(silent, i)
		default:
			r.Free[i] = true
		}
	}
	if len(held) > 0 {
		r.Status = Boundary
		r.Reason = strings.Join(held, "; ")
	} else if len(still) > 0 {
		return m.fail(Silent, "the data say nothing of "+strings.Join(still, ", "), silent...)
	}
	if i := flat(r.Info, r.Free, identified); i >= 0 {
		return m.fail(Flat, "the likelihood has no single maximum: flat in a direction with "+m.p.name(i), i)
	}
	return r
}

// contained describes the optimum of a contained model that stands for the
// maximum. Without curvature in all directions no parameter counts as estimated.
func (m *maximiser) contained(q place) Result {
	r := m.result(q)
	if r.Status == Failed {
		r = Result{
			Theta: q.theta, LogLik: q.loglik, Objective: q.f, Grad: q.grad,
			Info: make([]float64, len(q.hess)), Free: make([]bool, len(q.theta)), Passes: m.passes(),
		}
	}
	r.Status, r.Cause = Boundary, Contained
	r.Reason = strings.Join(append(notEmpty(r.Reason), "no better than the model it contains, whose optimum is given"), "; ")
	return r
}

func notEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
