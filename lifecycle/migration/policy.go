package migration

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Policy says in which stages it no longer pays to invest. Immutable; safe for
// concurrent use.
type Policy struct {
	matrix        *Matrix
	economics     Economics
	drop          []bool
	before, after Values
}

// StopRule finds the stages in which to stop. A stage that is dropped brings
// nothing and costs nothing from then on: its reward is 0 and its customers go to
// the stage lost within the period, from where they may come back if the matrix
// says so. The rule keeps a stage unless dropping is worth more; on a tie it
// keeps. No other choice of stages to drop gives any stage a greater value.
//
// In the paper lost has reward 0 and is never left, and the rule is to drop the
// stages whose value for ever is negative, and to solve again. That is one step
// of policy improvement, repeated here until nothing changes; a stage may then
// turn out worth keeping after all.
//
// Faults: those of [Matrix.ValueForever], ErrDiscount where it is 0; ErrStage at
// /lost, and ErrNoRow where its value is not known. Stages whose value is not
// known are kept.
// Cost: O(rounds · stages³), seldom more rounds than three.
//
// Pfeifer & Carraway (2000), Journal of Interactive Marketing 14(2):43–55;
// Howard (1960), Dynamic Programming and Markov Processes.
func (m *Matrix) StopRule(e Economics, lost string) (*Policy, error) {
	errs := []error{e.check(len(m.stages))}
	if e.Discount == 0 {
		errs = append(errs, at(fmt.Errorf("%w: a rule for ever needs one above 0", ErrDiscount), "discount"))
	}
	l, ok := indexOf(m.stages, lost)
	if !ok {
		errs = append(errs, at(fmt.Errorf("%w: %q", ErrStage, lost), "lost"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	e.Rewards = slices.Clone(e.Rewards)
	before, err := m.ValueForever(e)
	if err != nil {
		return nil, err
	}
	if !before.known[l] {
		return nil, at(fmt.Errorf("%w, and it is needed for the value of %q", ErrNoRow, lost), "lost")
	}
	p := &Policy{matrix: m, economics: e, drop: make([]bool, len(m.stages)), before: before, after: before}
	// Each round makes no stage worth less and one worth more, so that no choice
	// comes twice; the bound is for rounding alone.
	for range 10*len(m.stages) + 10 {
		drop := p.improve(m, e, l)
		if slices.Equal(drop, p.drop) {
			break
		}
		p.drop = drop
		p.matrix, p.economics = m.without(drop, l, e)
		if p.after, err = p.matrix.ValueForever(p.economics); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// improve returns the better choice for every stage, if what follows is worth
// what it is now.
func (p *Policy) improve(m *Matrix, e Economics, lost int) []bool {
	v, largest := make([]float64, len(p.drop)), 0.0
	for i := range v {
		v[i] = p.after.values[i].Mean
		largest = max(largest, math.Abs(v[i]))
	}
	drop := slices.Clone(p.drop)
	f := e.factor()
	for i := range drop {
		if i == lost || !p.after.known[i] {
			continue
		}
		gain := f*v[lost] - (e.Rewards[i] + f*dot(m.row(i), v)) // of dropping
		if math.Abs(gain) > 1e-12*largest {
			drop[i] = gain > 0
		}
	}
	return drop
}

// without returns the chain and the rewards after stages were dropped.
func (m *Matrix) without(drop []bool, lost int, e Economics) (*Matrix, Economics) {
	out := newMatrix(m.stages)
	copy(out.p, m.p)
	copy(out.known, m.known)
	copy(out.size, m.size)
	e.Rewards = slices.Clone(e.Rewards)
	for i, d := range drop {
		if d {
			clear(out.row(i))
			out.row(i)[lost] = 1
			out.size[i] = math.Inf(1)
			e.Rewards[i] = 0
		}
	}
	return out, e
}

// Dropped returns the ids of the stages in which to stop, in their order.
func (p *Policy) Dropped() []string {
	var out []string
	for i, d := range p.drop {
		if d {
			out = append(out, p.matrix.stages[i])
		}
	}
	return out
}

// Before returns the values for ever while every stage is invested in.
func (p *Policy) Before() Values { return p.before }

// After returns the values for ever under the rule. Their standard errors are
// those of the rule as it stands, not of having found it in the same counts.
func (p *Policy) After() Values { return p.after }

// Matrix returns the chain under the rule.
func (p *Policy) Matrix() *Matrix { return p.matrix }

// Economics returns the rewards under the rule.
func (p *Policy) Economics() Economics {
	return Economics{Rewards: slices.Clone(p.economics.Rewards), Discount: p.economics.Discount}
}
