package migration

import (
	"errors"
	"fmt"
	"math"
)

// Passage answers how likely a customer is ever to reach one of some stages, and
// how long it takes. Immutable; safe for concurrent use.
type Passage struct {
	stages []string
	target []bool
	known  []bool // the answer needs no absent row
	ever   []Chance
	sure   []bool      // the chance is 1
	wait   []Wait      // where sure
	visits [][]float64 // the fundamental matrix, over all stages; where sure
}

// Chance is a probability, with the standard error that comes of the counts the
// matrix was estimated from, by the delta method. SE is 0 for a matrix that was
// given, and where the chance is 1 or 0 whatever the probabilities of the moves
// are.
type Chance struct {
	P  float64 `json:"p"`
	SE float64 `json:"se"`
}

// Wait is how many periods something takes.
type Wait struct {
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"` // between customers
	SE   float64 `json:"se"` // of Mean, as that of a Chance
}

// Passage returns the chances and the times of reaching any of the stages, as in
// "lost" or "lost or dormant". What lies behind them does not matter: a lost
// customer may come back later. Faults: ErrStage at /targets/i; ErrSingular
// where a stage is left so seldom that 1 minus its probability is rounded away.
// Cost: O(stages³).
//
// The expected numbers of visits are the fundamental matrix (I − Q)⁻¹ of the
// stages that are not targets. Kemeny & Snell (1960), Finite Markov Chains,
// theorems 3.2.4, 3.3.3 and 3.3.5.
func (m *Matrix) Passage(targets ...string) (*Passage, error) {
	n := len(m.stages)
	p := &Passage{stages: m.stages, target: make([]bool, n), ever: make([]Chance, n), sure: make([]bool, n),
		wait: make([]Wait, n), visits: make([][]float64, n)}
	var errs []error
	if len(targets) == 0 {
		errs = append(errs, at(fmt.Errorf("%w: none is named", ErrStage), "targets"))
	}
	for k, id := range targets {
		if i, ok := indexOf(m.stages, id); ok {
			p.target[i] = true
		} else {
			errs = append(errs, at(fmt.Errorf("%w: %q", ErrStage, id), "targets", k))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	p.known = m.knownBefore(p.target)

	// Of the stages whose answer is known: which can come to a target, and which
	// can come to a stage from which none can.
	can := m.leadsTo(p.target, p.target)
	open := make([]bool, n) // to be solved
	lost := make([]bool, n)
	for i := range n {
		open[i] = p.known[i] && can[i] && !p.target[i]
		lost[i] = !can[i] && !p.target[i]
	}
	strays := m.leadsTo(lost, p.target)
	inv, list, err := m.inverse(1, open)
	if err != nil {
		return nil, err
	}
	for i := range n {
		p.sure[i] = open[i] && !strays[i] || p.target[i]
		p.visits[i] = make([]float64, n)
		if p.sure[i] {
			p.ever[i].P = 1
		}
	}
	mean := make([]float64, n)
	for r, i := range list {
		hits := 0.0
		for s, j := range list {
			p.visits[i][j] = inv.At(r, s)
			mean[i] += inv.At(r, s)
			for k, x := range m.row(j) {
				if p.target[k] {
					hits += inv.At(r, s) * x
				}
			}
		}
		if !p.sure[i] {
			p.ever[i].P = min(hits, 1)
		}
	}
	p.spread(m, list, mean)
	return p, nil
}

// spread fills in the waits, and the standard errors: with N for the fundamental
// matrix, ∂t(i)/∂P_jk = N_ij·t(k), and the same for the chances.
func (p *Passage) spread(m *Matrix, list []int, mean []float64) {
	chance := make([]float64, len(mean))
	for i := range chance {
		chance[i] = p.ever[i].P
	}
	ofMean, ofChance := make([]float64, len(mean)), make([]float64, len(mean))
	for _, j := range list {
		ofMean[j], ofChance[j] = m.rowVariance(j, mean), m.rowVariance(j, chance)
	}
	for _, i := range list {
		second, wait, ever := 0.0, 0.0, 0.0
		for _, j := range list {
			v := p.visits[i][j]
			second += v * mean[j] // the mean of T² is 2·N·t − t
			wait += v * v * ofMean[j]
			ever += v * v * ofChance[j]
		}
		if p.sure[i] {
			p.wait[i] = Wait{Mean: mean[i], SD: math.Sqrt(max(0, 2*second-mean[i]-mean[i]*mean[i])), SE: math.Sqrt(wait)}
		} else {
			p.ever[i].SE = math.Sqrt(ever)
		}
	}
}

// knownBefore returns the stages whose way to a target meets no absent row.
func (m *Matrix) knownBefore(target []bool) []bool {
	gaps := m.absent()
	for i, t := range target {
		if t {
			gaps[i] = false
		}
	}
	out := m.leadsTo(gaps, target)
	for i, bad := range out {
		out[i] = !bad
	}
	return out
}

// Ever returns the chance that a customer who is in a stage now is ever in a
// target, 1 in a target itself. ok is false where an absent row would be needed,
// or the stage is not in the list.
func (p *Passage) Ever(from string) (c Chance, ok bool) {
	i, ok := indexOf(p.stages, from)
	if !ok || !p.known[i] {
		return Chance{}, false
	}
	return p.ever[i], true
}

// Periods returns how many periods it takes to the first target, 0 in a target
// itself. ok is false where the target may never be reached, so that there is no
// average, and as for [Passage.Ever].
func (p *Passage) Periods(from string) (w Wait, ok bool) {
	i, ok := indexOf(p.stages, from)
	if !ok || !p.known[i] || !p.sure[i] {
		return Wait{}, false
	}
	return p.wait[i], true
}

// Visits returns in how many periods, on average, a customer who is in from now
// is in a stage before the first target, the period of now included: an entry of
// the fundamental matrix. ok is false as for [Passage.Periods], and for a stage
// that is a target.
func (p *Passage) Visits(from, in string) (periods float64, ok bool) {
	i, ok1 := indexOf(p.stages, from)
	j, ok2 := indexOf(p.stages, in)
	if !ok1 || !ok2 || !p.known[i] || !p.sure[i] || p.target[j] {
		return 0, false
	}
	return p.visits[i][j], true
}
