package nps

import (
	"errors"
	"fmt"
)

// Range is a scale and where it is cut: scores Min to Max, passives from Passive
// on, promoters from Promoter on, detractors below Passive. A scale has at most
// 11 points. Passive may equal Promoter: then nobody is passive.
type Range struct {
	Min      int `json:"min"`
	Max      int `json:"max"`
	Passive  int `json:"passive"`  // the first passive score
	Promoter int `json:"promoter"` // the first promoter score
}

// points is the most that a scale may have; bound is the greatest distance of
// its ends from zero.
const (
	points = 11
	bound  = 100
)

// IsZero reports whether r is the zero Range, which stands for the preset of a
// kind.
func (r Range) IsZero() bool { return r == Range{} }

// Validate returns every fault of r, each a *guanxi.FieldError around ErrRange:
// Min < Passive ≤ Promoter ≤ Max, Max − Min ≤ 10, and no end beyond ±100.
func (r Range) Validate() error {
	var errs []error
	fault := func(field, format string, args ...any) {
		errs = append(errs, at(fmt.Errorf("%w: "+format, append([]any{ErrRange}, args...)...), field))
	}
	switch {
	case r.Min < -bound || r.Min > bound:
		fault("min", "%d is not in %d to %d", r.Min, -bound, bound)
	case r.Max < -bound || r.Max > bound:
		fault("max", "%d is not in %d to %d", r.Max, -bound, bound)
	case r.Max <= r.Min:
		fault("max", "%d is not above min %d", r.Max, r.Min)
	case r.Max-r.Min >= points:
		fault("max", "%d to %d has more than %d points", r.Min, r.Max, points)
	}
	if r.Passive <= r.Min || r.Passive > r.Promoter {
		fault("passive", "%d is not above min %d and at most promoter %d", r.Passive, r.Min, r.Promoter)
	}
	if r.Promoter > r.Max || r.Promoter <= r.Min {
		fault("promoter", "%d is not above min %d and at most max %d", r.Promoter, r.Min, r.Max)
	}
	return errors.Join(errs...)
}

// Class returns the class of a score, or ErrScore where it is off the scale. r
// must be valid.
func (r Range) Class(score int) (Class, error) {
	if score < r.Min || score > r.Max {
		return NoAnswer, fmt.Errorf("%w: %d is not in %d to %d", ErrScore, score, r.Min, r.Max)
	}
	return r.class(score), nil
}

func (r Range) class(score int) Class {
	switch {
	case score >= r.Promoter:
		return Promoter
	case score >= r.Passive:
		return Passive
	}
	return Detractor
}

// Whole turns a number as a file or a form delivers it into a score on r. What
// is fractional, NaN, infinite or off the scale is ErrScore: nothing is rounded.
func (r Range) Whole(score float64) (int, error) {
	if !(score >= float64(r.Min) && score <= float64(r.Max)) || score != float64(int(score)) {
		return 0, fmt.Errorf("%w: %v on a scale of %d to %d", ErrScore, score, r.Min, r.Max)
	}
	return int(score), nil
}
