package mle

import (
	"math"
	"sync"
	"sync/atomic"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// point is the objective at one Theta.
type point struct {
	theta  []float64
	f      float64   // log-likelihood less penalty
	loglik float64   // without the penalty
	grad   []float64 // at a coordinate of ±Inf: the one-sided slope
	size   []float64 // Σ |contribution| to grad: what its rounding is relative to
	hess   []float64 // lower triangle by rows
}

func newPoint(n int) *point {
	return &point{
		theta: make([]float64, n), grad: make([]float64, n), size: make([]float64, n),
		hess: make([]float64, n*(n+1)/2),
	}
}

func (p *point) clone() *point {
	q := newPoint(len(p.theta))
	q.set(p)
	return q
}

func (p *point) set(q *point) {
	copy(p.theta, q.theta)
	copy(p.grad, q.grad)
	copy(p.size, q.size)
	copy(p.hess, q.hess)
	p.f, p.loglik = q.f, q.loglik
}

// lower is the index of (i, j) in a lower triangle by rows.
func lower(i, j int) int {
	if i < j {
		i, j = j, i
	}
	return i*(i+1)/2 + j
}

// objective sums one table. It belongs to one goroutine, which may lend its
// workers' scratch to another objective while it rests.
type objective struct {
	p       *Problem
	t       *table
	weights []float64
	dim, n  int
	chunk   int       // rows in a chunk: depends on the number of rows alone
	width   int       // numbers a chunk sums
	sums    []float64 // of the chunks
	workers []*worker
	passes  int      // evaluations so far
	effort  float64  // of one
	budget  *float64 // what is left for all tables of a search
}

// Data that fit no model at all can lead a search from one flat place to the next.
// A search may cost so much, about three seconds, or so many passes over all rows,
// whichever is more; every row weighs as ten entries of the tables rows share.
const (
	leastBudget = 1e8
	passBudget  = 200
	rowEffort   = 10
)

// effort is what an evaluation of t costs.
func (t *table) effort() float64 {
	e := rowEffort * float64(len(t.rows))
	for _, x := range t.maxX {
		e += float64(x)
	}
	return e
}

// worker is what one goroutine needs.
type worker struct {
	model        kernel.Evaluator
	eta, shift   []float64
	g, sg, sa, h []float64 // of a row; sums over the rows of a pattern
	sh           []float64
	pattern      int32
}

func newWorkers(p *Problem) []*worker {
	dim, _ := p.dims()
	all := make([]*worker, max(1, p.Workers))
	for i := range all {
		all[i] = &worker{
			model: p.Model.Clone(),
			eta:   make([]float64, dim), shift: make([]float64, dim),
			g: make([]float64, dim), sg: make([]float64, dim), sa: make([]float64, dim),
			h: make([]float64, dim*(dim+1)/2), sh: make([]float64, dim*(dim+1)/2),
		}
	}
	return all
}

const (
	minChunk  = 128
	maxChunks = 1024
)

func newObjective(p *Problem, t *table, workers []*worker) *objective {
	o := &objective{p: p, t: t, weights: t.weights, workers: workers}
	o.dim, o.n = p.dims()
	o.chunk = max(minChunk, (len(t.rows)+maxChunks-1)/maxChunks)
	o.width = 2 + 2*o.n + o.n*(o.n+1)/2 // bad, log-likelihood, gradient, its size, Hessian
	o.sums = make([]float64, (len(t.rows)+o.chunk-1)/o.chunk*o.width)
	o.effort = t.effort()
	budget := max(leastBudget, passBudget*o.effort)
	o.budget = &budget
	return o
}

// at evaluates the objective at q.theta up to order and reports whether it is
// finite, and the budget not spent; if not, q.f is −Inf and the derivatives mean nothing. The Hessian's
// rows of coordinates at ±Inf are 0.
func (o *objective) at(q *point, order kernel.Order) bool {
	o.passes++
	q.f, q.loglik = math.Inf(-1), math.Inf(-1)
	if *o.budget -= o.effort; *o.budget < 0 {
		return false
	}
	chunks := len(o.sums) / o.width
	if n := min(len(o.workers), chunks); n < 2 {
		w := o.workers[0]
		w.pattern = -1
		for k := range chunks {
			if !o.sum(w, k, q.theta, order) {
				return false
			}
		}
	} else {
		var next atomic.Int64
		var bad atomic.Bool
		var wait sync.WaitGroup
		for _, w := range o.workers[:n] {
			w.pattern = -1
			wait.Go(func() {
				for k := int(next.Add(1)) - 1; k < chunks && !bad.Load(); k = int(next.Add(1)) - 1 {
					if !o.sum(w, k, q.theta, order) {
						bad.Store(true)
					}
				}
			})
		}
		wait.Wait()
		if bad.Load() {
			return false
		}
	}
	return o.gather(q, order)
}

// gather adds the chunks up in their order and the penalty.
func (o *objective) gather(q *point, order kernel.Order) bool {
	clear(q.grad)
	clear(q.size)
	clear(q.hess)
	var total, rest float64
	for at := 0; at < len(o.sums); at += o.width {
		s := o.sums[at+1 : at+o.width]
		total, rest = add(total, rest, s[0])
		if order == kernel.Value {
			continue
		}
		n := o.n
		for i := range n {
			q.grad[i] += s[1+i]
			q.size[i] += s[1+n+i]
		}
		if order == kernel.Hessian {
			for i, v := range s[1+2*n:] {
				q.hess[i] += v
			}
		}
	}
	loglik := total + rest
	f := loglik
	for i, ridge := range o.p.Ridge {
		if ridge == 0 {
			continue
		}
		d := q.theta[i]
		if o.p.Centre != nil {
			d -= o.p.Centre[i]
		}
		f -= 0.5 * ridge * d * d
		q.grad[i] -= ridge * d
		q.size[i] += ridge * math.Abs(d)
		q.hess[lower(i, i)] -= ridge
	}
	if !finite(f) || !finite(q.grad...) || !finite(q.size...) || !finite(q.hess...) {
		return false
	}
	q.f, q.loglik = f, loglik
	return true
}

// sum adds the rows of chunk k into its place and reports whether all were finite.
func (o *objective) sum(w *worker, k int, theta []float64, order kernel.Order) bool {
	out := o.sums[k*o.width : (k+1)*o.width]
	clear(out)
	var total, rest float64
	lo, hi := k*o.chunk, min((k+1)*o.chunk, len(o.t.rows))
	grad, hess := w.g, w.h
	if order < kernel.Gradient {
		grad = nil
	}
	if order < kernel.Hessian {
		hess = nil
	}
	for i := lo; i < hi; i++ {
		pattern := int32(0)
		if o.t.pattern != nil {
			pattern = o.t.pattern[i]
		}
		if w.pattern != pattern {
			w.flush(o, out, theta, order)
			if !w.move(o, theta, pattern, order) {
				return false
			}
		}
		weight := o.weights[i]
		if weight == 0 {
			continue
		}
		l := w.model.Row(o.t.rows[i], grad, hess)
		if l-l != 0 { // NaN, ±Inf
			return false
		}
		total, rest = add(total, rest, weight*l)
		for c, g := range grad {
			g *= weight
			w.sg[c] += g
			w.sa[c] += math.Abs(g)
		}
		for c, h := range hess {
			w.sh[c] += weight * h
		}
	}
	w.flush(o, out, theta, order)
	out[1] = total + rest
	return true
}

// move sets the model to the coordinates of a pattern.
func (w *worker) move(o *objective, theta []float64, pattern int32, order kernel.Order) bool {
	copy(w.eta, theta[:o.dim])
	clear(w.shift)
	if o.t.pattern != nil {
		for e, v := range o.t.values[pattern] {
			f := o.p.Covariates.Effects[e]
			w.shift[f.Coordinate] += v * theta[o.dim+f.Coefficient]
		}
		for c, v := range w.shift {
			w.eta[c] += v
		}
	}
	w.pattern = -1
	if !w.model.Set(w.eta, o.t.maxX[pattern], order) {
		return false
	}
	w.pattern = pattern
	return true
}

// flush carries the derivatives summed since the last flush from coordinates to
// parameters, into a chunk's sums.
func (w *worker) flush(o *objective, out, theta []float64, order kernel.Order) {
	if w.pattern < 0 || order < kernel.Gradient {
		clear(w.sg)
		clear(w.sa)
		clear(w.sh)
		return
	}
	n := o.n
	grad, size, hess := out[2:2+n], out[2+n:2+2*n], out[2+2*n:]
	var effects []Effect
	var values []float64
	if o.t.pattern != nil {
		effects, values = o.p.Covariates.Effects, o.t.values[w.pattern]
	}
	for c, g := range w.sg {
		if math.IsInf(theta[c], 0) && w.shift[c] != 0 {
			// The natural quantity of the row is e^±shift that of Theta.
			s := math.Exp(math.Copysign(w.shift[c], -theta[c]*w.shift[c]))
			g *= s
			w.sa[c] *= s
		}
		grad[c] += g
		size[c] += w.sa[c]
	}
	for i, v := range w.sh {
		hess[i] += v
	}
	for e, f := range effects {
		v, c, k := values[e], f.Coordinate, o.dim+f.Coefficient
		if v == 0 || math.IsInf(theta[c], 0) {
			continue
		}
		grad[k] += v * w.sg[c]
		size[k] += math.Abs(v) * w.sa[c]
		for j := range o.dim {
			hess[lower(k, j)] += v * w.sh[lower(c, j)]
		}
		for e2, f2 := range effects[:e+1] {
			v2, k2 := values[e2], o.dim+f2.Coefficient
			if math.IsInf(theta[f2.Coordinate], 0) {
				continue
			}
			h := v * v2 * w.sh[lower(c, f2.Coordinate)]
			hess[lower(k, k2)] += h
			if e2 != e && k == k2 { // (e, e2) and (e2, e) fall on one entry
				hess[lower(k, k2)] += h
			}
		}
	}
	clear(w.sg)
	clear(w.sa)
	clear(w.sh)
}

// add adds v to the sum total + rest (Neumaier 1974, ZAMM 54).
func add(total, rest, v float64) (newTotal, newRest float64) {
	t := total + v
	if math.Abs(total) >= math.Abs(v) {
		rest += (total - t) + v
	} else {
		rest += (v - t) + total
	}
	return t, rest
}

func finite(v ...float64) bool {
	for _, x := range v {
		if x-x != 0 {
			return false
		}
	}
	return true
}
