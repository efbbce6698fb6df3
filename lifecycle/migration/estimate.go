package migration

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/normal"
	"github.com/guanxi-go/guanxi/internal/proportion"
	"github.com/guanxi-go/guanxi/internal/strict"
	"gonum.org/v1/gonum/mathext" // the incomplete beta function
)

// Method names how the interval of a cell is computed.
type Method string

const (
	// Wilson inverts the score test of the share as counted, without the prior:
	// the default where there is none. Wilson (1927), JASA 22:209–212.
	Wilson Method = "wilson"
	// Beta cuts equal tails off the posterior of the cell, a beta distribution:
	// the default where there is a prior, which it needs.
	Beta Method = "beta"
)

// EstimateConfig says how counts become probabilities. The zero value is the
// shares as counted, with Wilson's intervals at DefaultConfidence. As JSON it is
// read strictly.
type EstimateConfig struct {
	// PerCell is the pseudo-count of every cell, a symmetric Dirichlet prior on
	// each row: ½ is Jeffreys', 1 is Laplace's. 0 is none.
	PerCell float64 `json:"per_cell,omitempty"`
	// Cells are pseudo-counts cell by cell, [from][to], in place of PerCell: 0
	// where the move is impossible. A nil row is none; its intervals are Wilson's.
	// [Matrix.Prior] makes them of another matrix.
	Cells [][]float64 `json:"cells,omitempty"`
	// Interval is the method; "" is Beta with a prior and Wilson without.
	Interval Method `json:"interval,omitempty"`
	// Confidence of the intervals, in (0, 1); 0 is DefaultConfidence.
	Confidence float64 `json:"confidence,omitempty"`
}

// maxPrior keeps sums of pseudo-counts finite and exact enough.
const maxPrior = 1e12

// Validate returns every fault of c, each a *guanxi.FieldError: ErrPrior,
// ErrOption, ErrConfidence. Whether Cells fit the stages is seen by
// [Table.Estimate].
func (c EstimateConfig) Validate() error {
	var errs []error
	check := func(v float64, parts ...any) {
		if !(v >= 0 && v <= maxPrior) {
			errs = append(errs, at(fmt.Errorf("%w: %v", ErrPrior, v), parts...))
		}
	}
	check(c.PerCell, "per_cell")
	for i, row := range c.Cells {
		for j, v := range row {
			check(v, "cells", i, j)
		}
	}
	if c.PerCell != 0 && c.Cells != nil {
		errs = append(errs, at(fmt.Errorf("%w: per_cell and cells", ErrPrior), "cells"))
	}
	switch c.Interval {
	case "", Wilson:
	case Beta:
		if c.PerCell == 0 && c.Cells == nil {
			errs = append(errs, at(fmt.Errorf("%w: %q needs one", ErrPrior, c.Interval), "interval"))
		}
	default:
		errs = append(errs, at(fmt.Errorf("%w: %q is no interval", ErrOption, string(c.Interval)), "interval"))
	}
	if _, err := checkConfidence(c.Confidence); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *EstimateConfig) UnmarshalJSON(data []byte) error {
	type plain EstimateConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, EstimateConfig(v), err)
}

// Cell is one probability of an estimated matrix. An immutable value.
type Cell struct {
	From string  `json:"from"`
	To   string  `json:"to"`
	N    int64   `json:"n"`  // customers who went this way
	Of   int64   `json:"of"` // customers who could have
	P    float64 `json:"p"`  // with the prior, if there is one
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Estimate is a matrix with the interval of every cell. Immutable; safe for
// concurrent use.
type Estimate struct {
	matrix *Matrix
	cells  []Cell // from × to, without the rows that are absent
	method Method
}

// Estimate turns counts into probabilities: the mean of the posterior, or the
// share where there is no prior. A stage that nobody was in has no row, whatever
// the prior. Errors: those of [EstimateConfig.Validate], and ErrShape at /cells.
// Cost: O(stages²); Beta takes some microseconds a cell.
func (t Table) Estimate(cfg EstimateConfig) (*Estimate, error) {
	errs := []error{cfg.Validate()}
	n := len(t.stages)
	if cfg.Cells != nil && len(cfg.Cells) != n {
		errs = append(errs, at(fmt.Errorf("%w: %d rows for %d stages", ErrShape, len(cfg.Cells), n), "cells"))
	}
	for i, row := range cfg.Cells {
		if row != nil && len(row) != n {
			errs = append(errs, at(fmt.Errorf("%w: %d pseudo-counts for %d stages", ErrShape, len(row), n), "cells", i))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	confidence, _ := checkConfidence(cfg.Confidence)
	e := &Estimate{matrix: newMatrix(t.stages), method: cfg.Interval}
	if e.method == "" {
		e.method = Wilson
		if cfg.PerCell > 0 || cfg.Cells != nil {
			e.method = Beta
		}
	}
	z := normal.Deviate(confidence)
	for i := range n {
		var of int64
		for _, v := range t.row(i) {
			of += v
		}
		if of == 0 {
			continue
		}
		prior, sum := cfg.row(i, n)
		total := float64(of) + sum
		e.matrix.known[i] = true
		e.matrix.size[i] = total
		if sum > 0 {
			e.matrix.size[i]++ // the variance of a Dirichlet
		}
		for j, count := range t.row(i) {
			a := float64(count) + prior(j)
			c := Cell{From: t.stages[i], To: t.stages[j], N: count, Of: of, P: a / total}
			if e.method == Wilson || sum == 0 { // without a prior a cell of none would be surely 0
				c.Low, c.High = wilson(float64(count)/float64(of), float64(of), z)
			} else {
				c.Low, c.High = betaLimits(a, total-a, (1-confidence)/2, z)
			}
			e.matrix.p[i*n+j] = c.P
			e.cells = append(e.cells, c)
		}
	}
	return e, nil
}

// row returns the pseudo-counts of a row and their sum.
func (c *EstimateConfig) row(i, n int) (prior func(j int) float64, sum float64) {
	if c.Cells == nil {
		return func(int) float64 { return c.PerCell }, c.PerCell * float64(n)
	}
	row := c.Cells[i]
	for _, v := range row {
		sum += v
	}
	return func(j int) float64 {
		if row == nil {
			return 0
		}
		return row[j]
	}, sum
}

// betaLimits cuts the same probability off both ends of Beta(a, b). A cell that
// cannot be has a = 0: it is exactly 0, and its complement exactly 1.
func betaLimits(a, b, tail, z float64) (low, high float64) {
	switch {
	case a <= 0:
		return 0, 0
	case b <= 0:
		return 1, 1
	case a+b > 1e9: // beyond, the incomplete beta function loses its digits
		return wilson(a/(a+b), a+b, z)
	}
	return betaQuantile(a, b, tail), 1 - betaQuantile(b, a, tail)
}

// betaQuantile is the value that a Beta(a, b) one is below with probability p,
// which is small here.
func betaQuantile(a, b, p float64) float64 {
	x := mathext.InvRegIncBeta(a, b, p)
	lo, hi := 0.0, 1.0
	lbeta := mathext.Lbeta(a, b)
	for range 60 {
		if x <= 0 || x >= 1 { // a pseudo-count so small that the limit underflows
			break
		}
		gap := mathext.RegIncBeta(a, b, x) - p
		if gap > 0 {
			hi = x
		} else {
			lo = x
		}
		step := gap / math.Exp((a-1)*math.Log(x)+(b-1)*math.Log1p(-x)-lbeta)
		if math.Abs(step) <= 1e-10*x { // Newton's error is about the square of that
			x -= step
			break
		}
		if x -= step; !(x > lo && x < hi) {
			x = lo + (hi-lo)/2
		}
	}
	return min(max(x, 0), 1)
}

// wilson is Wilson's interval, which rounding may put beyond 1 by a hair.
func wilson(p, n, z float64) (low, high float64) {
	low, high = proportion.Wilson(p, n, z)
	return max(low, 0), min(high, 1)
}

// Matrix returns the probabilities. Forecasts and values made from it carry the
// uncertainty of the counts in their standard errors.
func (e *Estimate) Matrix() *Matrix { return e.matrix }

// Method returns how the intervals were made.
func (e *Estimate) Method() Method { return e.method }

// Cells yields the cells by row and column; absent rows have none.
func (e *Estimate) Cells() iter.Seq[Cell] { return slices.Values(e.cells) }

// Cell returns one cell; ok is false where its row is absent or a stage is not
// in the list.
func (e *Estimate) Cell(from, to string) (c Cell, ok bool) {
	for _, c := range e.cells {
		if c.From == from && c.To == to {
			return c, true
		}
	}
	return Cell{}, false
}
