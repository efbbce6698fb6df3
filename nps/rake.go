package nps

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// Sample is answers in columns, with the cell of the population that each comes
// from in each margin.
type Sample struct {
	Scores  []int
	Weights []float64  // base weights; nil is equal ones
	Cells   [][]string // Cells[m][i] is the cell of answer i in margin m
}

// Target is how large a cell of the population is, in people or in any unit.
type Target struct {
	Cell string  `json:"cell"`
	Size float64 `json:"size"`
}

// Margin is one way to cut the population, by segment or by channel for
// instance, with the size of every cell.
type Margin struct {
	Name    string   `json:"name"`
	Targets []Target `json:"targets"`
}

// RakeConfig says what the answers are weighted to. One margin is
// post-stratification; with several they are raked to each in turn.
type RakeConfig struct {
	Kind          Kind     `json:"kind,omitempty"`
	Range         Range    `json:"range,omitzero"` // the zero Range is the preset of the kind
	Margins       []Margin `json:"margins"`
	Tolerance     float64  `json:"tolerance,omitempty"`      // greatest gap to a target, as a share of it; 0 is 1e-10
	MaxIterations int      `json:"max_iterations,omitempty"` // passes over the margins; 0 is 1,000
	Population    int64    `json:"population,omitempty"`     // for the finite-population correction; 0 is none
}

const (
	defaultTolerance  = 1e-10
	defaultIterations = 1000
	maxIterations     = 1_000_000
	// totalsAgree is how far the totals of two margins may be apart.
	totalsAgree = 1e-9
)

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c RakeConfig) Validate() error {
	_, err := NewTally(c.Kind, c.Range)
	errs := []error{err}
	fault := func(err error, parts ...any) { errs = append(errs, at(err, parts...)) }
	if !(c.Tolerance >= 0 && c.Tolerance < 1) {
		fault(fmt.Errorf("%w: tolerance %v is not in 0 to 1", ErrOption, c.Tolerance), "tolerance")
	}
	if c.MaxIterations < 0 || c.MaxIterations > maxIterations {
		fault(fmt.Errorf("%w: %d is not in 0 to %d", ErrOption, c.MaxIterations, maxIterations), "max_iterations")
	}
	if c.Population < 0 {
		fault(fmt.Errorf("%w: %d", ErrCount, c.Population), "population")
	}
	if len(c.Margins) == 0 {
		fault(fmt.Errorf("%w: no margins", ErrTarget), "margins")
	}
	first := 0.0
	for m, margin := range c.Margins {
		if len(margin.Targets) == 0 {
			fault(fmt.Errorf("%w: no cells", ErrTarget), "margins", m, "targets")
		}
		if !utf8.ValidString(margin.Name) {
			fault(notUTF8(margin.Name), "margins", m, "name")
		}
		seen := make(map[string]bool, len(margin.Targets))
		total := 0.0
		for i, target := range margin.Targets {
			if !(target.Size >= minWeight && target.Size <= maxWeight) {
				fault(fmt.Errorf("%w: %v of %q", ErrTarget, target.Size, target.Cell), "margins", m, "targets", i, "size")
			}
			if !utf8.ValidString(target.Cell) {
				fault(notUTF8(target.Cell), "margins", m, "targets", i, "cell")
			}
			if seen[target.Cell] {
				fault(fmt.Errorf("%w: %q twice", ErrTarget, target.Cell), "margins", m, "targets", i, "cell")
			}
			seen[target.Cell] = true
			total += target.Size
		}
		switch {
		case m == 0:
			first = total
		case math.Abs(total-first) > totalsAgree*first:
			fault(fmt.Errorf("%w: the total is %v, and %v in the first margin", ErrTarget, total, first), "margins", m, "targets")
		}
	}
	return errors.Join(errs...)
}

func notUTF8(name string) error { return fmt.Errorf("%w: %q is not UTF-8", ErrOption, name) }

// Convergence is how raking went.
type Convergence struct {
	Iterations int     `json:"iterations"` // passes over all margins
	Gap        float64 `json:"gap"`        // greatest distance from a target, as a share of it
	Margin     string  `json:"margin"`     // where
	Cell       string  `json:"cell"`
}

// ConvergeError says that the targets were not met within the iterations
// allowed: it is ErrConverge. Usually some combination of cells is needed that
// nobody answered from.
type ConvergeError struct{ Convergence }

// Error names the worst cell.
func (e *ConvergeError) Error() string {
	return fmt.Sprintf("%v: after %d passes %q of %q is off by %.3g of its target", ErrConverge, e.Iterations, e.Cell, e.Margin, e.Gap)
}

// Unwrap returns ErrConverge.
func (e *ConvergeError) Unwrap() error { return ErrConverge }

// Raked is a sample weighted to its population. Immutable; safe for concurrent
// use.
type Raked struct {
	kind    Kind
	classes []Class
	base    []float64
	weights []float64
	cells   [][]int32 // by margin and answer: the place of the cell among the targets
	sizes   []int     // of the margins
	report  Convergence
	people  int64
}

// Rake weights answers so that in every margin the cells have their targets'
// sizes, changing the base weights no more than that needs (iterative
// proportional fitting; Deming & Stephan 1940, Annals of Mathematical Statistics
// 11:427–444). Errors: those of the config, all at once; then those of the
// sample, the first 1,000 at once: ErrOption at /weights,
// /cells or /cells/m for a wrong number of columns or rows; ErrScore at
// /scores/i; ErrOption at /cells/m/i for a cell whose name is not UTF-8; ErrWeight at /weights/i, or at /weights when all are 0; ErrCell at
// /cells/m/i for an answer from a cell without a target, and at
// /margins/m/targets/i for a target that no answer with a weight comes from;
// ErrNoAnswers. Then a *ConvergeError. Cost: O(answers × margins) a pass.
func Rake(s Sample, cfg RakeConfig) (*Raked, error) {
	r := &Raked{kind: cfg.Kind, people: cfg.Population}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := r.read(s, cfg); err != nil {
		return nil, err
	}
	tolerance := orDefault(cfg.Tolerance, defaultTolerance)
	r.weights = append(r.weights, r.base...)
	for range orDefault(cfg.MaxIterations, defaultIterations) {
		r.report.Iterations++
		for m, margin := range cfg.Margins {
			sums := r.sums(m, r.weights)
			for i, cell := range r.cells[m] {
				r.weights[i] *= margin.Targets[cell].Size / sums[cell]
			}
		}
		r.report.Gap = 0
		for m, margin := range cfg.Margins {
			for cell, sum := range r.sums(m, r.weights) {
				t := margin.Targets[cell]
				if gap := math.Abs(sum/t.Size - 1); gap > r.report.Gap || math.IsNaN(gap) {
					r.report.Gap, r.report.Margin, r.report.Cell = gap, margin.Name, t.Cell
				}
			}
		}
		if r.report.Gap <= tolerance {
			return r, nil
		}
	}
	return nil, &ConvergeError{r.report}
}

// maxFaults is how many faults of a sample are listed.
const maxFaults = 1000

// read checks the columns and looks up the cells.
func (r *Raked) read(s Sample, cfg RakeConfig) error {
	var errs []error
	fault := func(err error, parts ...any) {
		if len(errs) < maxFaults {
			errs = append(errs, at(err, parts...))
		}
	}
	n := len(s.Scores)
	if n == 0 {
		fault(ErrNoAnswers, "scores")
	}
	if s.Weights != nil && len(s.Weights) != n {
		fault(fmt.Errorf("%w: %d weights of %d answers", ErrOption, len(s.Weights), n), "weights")
	}
	if len(s.Cells) != len(cfg.Margins) {
		fault(fmt.Errorf("%w: %d columns of %d margins", ErrOption, len(s.Cells), len(cfg.Margins)), "cells")
	}
	for m, column := range s.Cells {
		if len(column) != n {
			fault(fmt.Errorf("%w: %d cells of %d answers", ErrOption, len(column), n), "cells", m)
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	scale := cfg.Range
	if scale.IsZero() {
		scale = cfg.Kind.Range()
	}
	total := 0.0
	for i, score := range s.Scores {
		class, err := scale.Class(score)
		if err != nil {
			fault(err, "scores", i)
		}
		weight := 1.0
		if s.Weights != nil {
			weight = s.Weights[i]
			if err := checkWeight(weight); err != nil {
				fault(err, "weights", i)
			}
		}
		total += weight
		r.classes = append(r.classes, class)
		r.base = append(r.base, weight)
	}
	if total == 0 {
		fault(fmt.Errorf("%w: all are 0", ErrWeight), "weights")
	}
	for m, margin := range cfg.Margins {
		place := make(map[string]int32, len(margin.Targets))
		for i, t := range margin.Targets {
			place[t.Cell] = int32(i)
		}
		cells := make([]int32, n)
		for i, cell := range s.Cells[m] {
			k, ok := place[cell]
			switch {
			case !utf8.ValidString(cell):
				fault(notUTF8(cell), "cells", m, i)
			case !ok:
				fault(fmt.Errorf("%w: answer from %q, which has no target in %q", ErrCell, cell, margin.Name), "cells", m, i)
			}
			cells[i] = k
		}
		r.cells = append(r.cells, cells)
		r.sizes = append(r.sizes, len(margin.Targets))
		for k, sum := range r.sums(m, r.base) {
			if sum == 0 && total > 0 {
				fault(fmt.Errorf("%w: no answers from %q of %q", ErrCell, margin.Targets[k].Cell, margin.Name), "margins", m, "targets", k)
			}
		}
	}
	return errors.Join(errs...)
}

// sums adds up v by the cells of margin m.
func (r *Raked) sums(m int, v []float64) []float64 {
	sums := make([]float64, r.sizes[m])
	for i, cell := range r.cells[m] {
		sums[cell] += v[i]
	}
	return sums
}

// Report says how raking went.
func (r *Raked) Report() Convergence { return r.report }

// AppendWeights appends the weight of every answer to dst, in the order of the
// sample. Their sum is the total of the targets.
func (r *Raked) AppendWeights(dst []float64) []float64 { return append(dst, r.weights...) }

// Estimate returns the weighted score of all answers. Errors: ErrConfidence,
// ErrTooFew, and ErrCount at /population.
//
// The standard error is of the residuals that the margins leave, fitted with
// the base weights and then weighted with the raked ones, n/(n − 1), as in R's
// survey::rake and survey::postStratify. Deville & Särndal (1992), JASA
// 87:376–382.
func (r *Raked) Estimate(confidence float64) (WeightedEstimate, error) {
	return r.EstimateOf(confidence, func(int) bool { return true })
}

// EstimateOf is [Raked.Estimate] of the answers that keep reports, by their
// place in the sample: a team, say. The others still count towards the standard
// error, because the weights hang on them. Without any it is ErrNoAnswers.
func (r *Raked) EstimateOf(confidence float64, keep func(i int) bool) (WeightedEstimate, error) {
	var up, down, sum, sq, kept, all float64
	influence := make([]float64, len(r.weights))
	for i, w := range r.weights {
		if w == 0 {
			continue
		}
		all++
		if !keep(i) {
			continue
		}
		kept++
		sum += w
		sq += w * w
		influence[i] = 1
		switch code(r.kind, r.classes[i]) {
		case 1:
			up += w
		case -1:
			down += w
		}
	}
	if kept == 0 {
		return WeightedEstimate{}, ErrNoAnswers
	}
	s := sample{up: up / sum, down: down / sum, score: (up - down) / sum, share: !r.kind.Net()}
	for i, in := range influence {
		if in != 0 {
			influence[i] = (code(r.kind, r.classes[i]) - s.score) / sum
		}
	}
	r.residuals(influence)
	var total, squares float64
	for i, w := range r.weights {
		total += w * influence[i]
	}
	for i, w := range r.weights {
		if w != 0 {
			d := w*influence[i] - total/all
			squares += d * d
		}
	}
	se := 0.0
	if all > 1 {
		se = math.Sqrt(all / (all - 1) * squares)
	}
	left, err := uncovered(all, r.people)
	if err != nil {
		return WeightedEstimate{}, err
	}
	return weightedEstimate(s, kept, se, sum/sq*sum, confidence, left)
}

// residuals takes from v what the margins explain of it by least squares with
// the base weights: the cell means of each margin in turn, until nothing is left.
func (r *Raked) residuals(v []float64) {
	for range defaultIterations {
		greatest, moved := 0.0, 0.0
		for m := range r.cells {
			weights, sums := r.sums(m, r.base), make([]float64, r.sizes[m])
			for i, cell := range r.cells[m] {
				sums[cell] += r.base[i] * v[i]
			}
			for i, cell := range r.cells[m] {
				mean := sums[cell] / weights[cell]
				v[i] -= mean
				moved = max(moved, math.Abs(mean))
				greatest = max(greatest, math.Abs(v[i]))
			}
		}
		if moved <= 1e-15*greatest || len(r.cells) == 1 {
			return
		}
	}
}
