package nps

import (
	"fmt"
	"math"
)

// Weighted gathers answers that count differently: an accumulator of one pass
// and constant size. The zero value is an empty NPS sample. An answer of weight
// 0 is not counted. Sums of weights are float64, so that the order of adding
// can change the last digits. Not safe for concurrent changes: use one per
// goroutine and Merge.
type Weighted struct {
	tally   Tally               // how many answers, and the scale
	sum, sq [classCount]float64 // of the weights by class, and of their squares
	zeros   bool                // answers of weight 0 came
}

// minWeight and maxWeight keep squares of weights and their sums finite.
const minWeight, maxWeight = 1e-100, 1e100

// NewWeighted returns an empty sample, as [NewTally] does.
func NewWeighted(kind Kind, r Range) (Weighted, error) {
	t, err := NewTally(kind, r)
	return Weighted{tally: t}, err
}

// Weighted returns the answers of t with a weight of 1 each.
func (t Tally) Weighted() Weighted {
	w := Weighted{tally: t}
	c := t.Classes()
	w.sum = [classCount]float64{Detractor: float64(c.Detractors), Passive: float64(c.Passives), Promoter: float64(c.Promoters)}
	w.sq = w.sum
	return w
}

// Add counts one answer. Errors: ErrScore at /score; ErrWeight at /weight for a
// weight that is negative, NaN, infinite, above 1e100 or between 0 and 1e-100.
func (w *Weighted) Add(score int, weight float64) error {
	class, err := w.tally.scale().Class(score)
	if err != nil {
		return at(err, "score")
	}
	if err := checkWeight(weight); err != nil {
		return at(err, "weight")
	}
	if weight == 0 {
		w.zeros = true
		return nil
	}
	if err := w.tally.Add(score); err != nil {
		return err
	}
	w.sum[class] += weight
	w.sq[class] += weight * weight
	return nil
}

func checkWeight(weight float64) error {
	if weight == 0 || weight >= minWeight && weight <= maxWeight {
		return nil
	}
	return fmt.Errorf("%w: %v", ErrWeight, weight)
}

// Merge adds the answers of o. Another kind or scale is ErrMismatch.
func (w *Weighted) Merge(o Weighted) error {
	if err := w.tally.Merge(o.tally); err != nil {
		return err
	}
	for c := range w.sum {
		w.sum[c] += o.sum[c]
		w.sq[c] += o.sq[c]
	}
	w.zeros = w.zeros || o.zeros
	return nil
}

// Reset empties w; kind and scale stay.
func (w *Weighted) Reset() {
	w.tally.Reset()
	w.zeros = false
	w.sum, w.sq = [classCount]float64{}, [classCount]float64{}
}

// WeightedEstimate is a weighted score with its uncertainty. An immutable value.
type WeightedEstimate struct {
	Answers int64   `json:"answers"` // those with a weight above 0
	Score   float64 `json:"score"`
	SE      float64 `json:"se"` // linearised standard error
	// Kish is the effective number of answers, (Σw)²/Σw²: what equal weights
	// would have needed. Answers over Kish is the design effect of the weights.
	Kish float64 `json:"kish"`
	// The interval is the default of the kind for a sample as large as SE says, or
	// as Kish where SE is 0, so that it stays on the scale and is never of zero
	// width.
	Interval
	Confidence float64 `json:"confidence"`
}

// DesignEffect returns Answers over Kish: 1 for equal weights.
func (e WeightedEstimate) DesignEffect() float64 { return float64(e.Answers) / e.Kish }

// Estimate returns the weighted score. population is how many could have
// answered, for the finite-population correction of the standard error; 0 is no
// correction. Errors: ErrConfidence, ErrNoAnswers, ErrWeight when all weights
// were 0, ErrTooFew with one answer, and ErrCount at /population if more answered
// than there are.
//
// The standard error is √(n/(n−1)·Σw²(y−ȳ)²)/Σw, that of Taylor's linearisation
// as in R's survey::svymean. Kish (1965), Survey Sampling.
func (w *Weighted) Estimate(confidence float64, population int64) (WeightedEstimate, error) {
	var sum, sq, total float64
	for c := range w.sum {
		sum += w.sum[c]
		sq += w.sq[c]
		total += w.sum[c] * w.code(Class(c))
	}
	n := float64(w.tally.Answers())
	mean := total / sum
	var variance float64
	for c := range w.sq {
		d := w.code(Class(c)) - mean
		variance += w.sq[c] * d * d
	}
	s := sample{up: w.sum[Promoter] / sum, down: w.sum[Detractor] / sum}
	if !w.tally.kind.Net() {
		s.down, s.share = 0, true
	}
	s.score = s.up - s.down
	if n == 0 && w.zeros {
		return WeightedEstimate{}, fmt.Errorf("%w: all are 0", ErrWeight)
	}
	left, err := uncovered(n, population)
	if err != nil {
		return WeightedEstimate{}, err
	}
	return weightedEstimate(s, n, math.Sqrt(n/(n-1)*variance)/sum, sum/sq*sum, confidence, left)
}

// uncovered is the share of a population that did not answer, by which the
// variance shrinks; 1 for population 0, which is without end.
func uncovered(n float64, population int64) (float64, error) {
	if population == 0 {
		return 1, nil
	}
	if population < 0 || float64(population) < n {
		return 0, at(fmt.Errorf("%w: %v answers of %d people", ErrCount, n, population), "population")
	}
	return 1 - n/float64(population), nil
}

// code is what an answer of a class counts in the score.
func (w *Weighted) code(c Class) float64 { return code(w.tally.kind, c) }

func code(k Kind, c Class) float64 {
	switch {
	case c == Promoter:
		return 1
	case c == Detractor && k.Net():
		return -1
	}
	return 0
}

// noise is the share of an answer's variance, for Kish's number of answers,
// below which a variance is rounding.
const noise = 1e-24

// weightedEstimate finishes an estimate from the weighted shares, the number of
// answers, the standard error and Kish's size, and how much of the population
// is uncovered.
func weightedEstimate(s sample, n, se, kish, confidence, left float64) (WeightedEstimate, error) {
	confidence = orDefault(confidence, DefaultConfidence)
	z, err := deviate(confidence)
	if err != nil {
		return WeightedEstimate{}, err
	}
	switch {
	case n == 0:
		return WeightedEstimate{}, ErrNoAnswers
	case n < 2:
		return WeightedEstimate{}, fmt.Errorf("%w: a standard error needs two", ErrTooFew)
	}
	if se*se*kish <= noise*s.variance() {
		se = 0 // nothing but rounding: the weights leave no residuals
	}
	e := WeightedEstimate{Answers: int64(n), Score: s.score, SE: se * math.Sqrt(left), Kish: kish, Confidence: confidence}
	if left == 0 { // everybody answered
		e.Interval = Interval{e.Score, e.Score}
		return e, nil
	}
	// As many equal answers as have this standard error; where it is 0, all being
	// of one class in every cell, it says nothing, and Kish's number does.
	s.n = s.variance() / (e.SE * e.SE)
	if !(s.n > 0 && s.n < math.Inf(1)) {
		s.n = kish / left
	}
	e.Interval = s.limits(z)
	return e, nil
}
