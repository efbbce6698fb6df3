package nps

import (
	"fmt"
	"math"
)

// Mean returns the mean answer in scale points; ok is false when there are none.
func (t Tally) Mean() (mean float64, ok bool) {
	mean, _, n := t.moments()
	return mean, n > 0
}

// MeanInterval returns Student's interval of the mean answer, which is how CES
// is often reported. It is cut at the ends of the scale. Errors: ErrConfidence,
// ErrNoAnswers, ErrTooFew with one answer, ErrNoSpread when all are equal.
func (t Tally) MeanInterval(confidence float64) (Interval, error) {
	confidence = orDefault(confidence, DefaultConfidence)
	if _, err := deviate(confidence); err != nil {
		return Interval{}, err
	}
	mean, squares, n := t.moments()
	switch {
	case n == 0:
		return Interval{}, ErrNoAnswers
	case n == 1:
		return Interval{}, fmt.Errorf("%w: a mean with an interval needs two", ErrTooFew)
	case squares == 0:
		return Interval{}, ErrNoSpread
	}
	half := studentQuantile(n-1, 1-confidence) * math.Sqrt(squares/(n-1)/n)
	r := t.scale()
	return Interval{max(mean-half, float64(r.Min)), min(mean+half, float64(r.Max))}, nil
}

// moments returns the mean, the sum of squared distances from it, and the count.
func (t *Tally) moments() (mean, squares, n float64) {
	for i, c := range t.counts {
		n += float64(c)
		mean += float64(i) * float64(c)
	}
	if n == 0 {
		return 0, 0, 0
	}
	mean /= n
	for i, c := range t.counts {
		if c > 0 {
			d := float64(i) - mean
			squares += float64(c) * d * d
		}
	}
	return float64(t.min) + mean, squares, n
}
