package mle

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
)

// ErrWeights is returned where customers cannot be drawn: a weight is not a whole
// number, or there are more than a bootstrap holds.
var ErrWeights = errors.New("mle: weights are not counts of customers")

// ErrNoFit is returned by Bootstrap for a result that failed.
var ErrNoFit = errors.New("mle: no fit to start from")

const maxCustomers = 1 << 28

// Replicates are the refits of a bootstrap.
type Replicates struct {
	Theta  [][]float64 // by replicate; nil where the refit failed; ±Inf at an edge
	Failed int
	AtEdge int // refits that ended at an edge
}

// Bootstrap draws as many customers as there are, with replacement, refits from
// the fit's optimum, and repeats that. Replicate i depends on the problem, seed
// and i alone, so the result is the same for any number of p.Workers, which work
// on one replicate each. A refit follows coordinates to and from their edges, but
// does not search from other starts.
func Bootstrap(p Problem, fit Result, replicates int, seed uint64) (Replicates, error) {
	if fit.Status == Failed || p.check() != nil {
		return Replicates{}, ErrNoFit
	}
	t := newTable(&p)
	var owner []int32 // of each customer: the row
	for i, w := range t.weights {
		if w != math.Trunc(w) || float64(len(owner))+w > maxCustomers {
			return Replicates{}, ErrWeights
		}
		owner = append(owner, slices.Repeat([]int32{int32(i)}, int(w))...)
	}
	if len(owner) == 0 || replicates < 1 {
		return Replicates{}, nil
	}
	r := Replicates{Theta: make([][]float64, replicates)}
	from := place{newPoint(len(fit.Theta)), make([]int8, len(fit.Theta))}
	copy(from.theta, fit.Theta)
	for _, e := range fit.AtEdge {
		from.pinned[e.Parameter] = int8(e.Sign)
	}
	var next, bad, edge atomic.Int64
	work := func(w *worker) {
		s, o := newSolver(&p), newObjective(&p, t, []*worker{w})
		o.weights = make([]float64, len(t.weights))
		for i := int(next.Add(1)) - 1; i < replicates; i = int(next.Add(1)) - 1 {
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			clear(o.weights)
			for range owner {
				o.weights[owner[rng.IntN(len(owner))]]++
			}
			q, end := s.solve(o, from, goal{tolerance: 1e-8, beat: math.Inf(-1)}, false)
			switch {
			case end != converged, !s.c.curved(identified):
				bad.Add(1)
				continue
			case q.atEdge():
				edge.Add(1)
			}
			r.Theta[i] = q.theta
		}
	}
	workers := newWorkers(&p)
	if len(workers) == 1 {
		work(workers[0])
	} else {
		var wait sync.WaitGroup
		for _, w := range workers {
			wait.Go(func() { work(w) })
		}
		wait.Wait()
	}
	r.Failed, r.AtEdge = int(bad.Load()), int(edge.Load())
	return r, nil
}
