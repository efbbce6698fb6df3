package nps

import (
	"errors"
	"fmt"
	"iter"
)

// MaxCount is the most that one count of a tally can hold, 2⁵³: up to it a
// float64 is exact.
const MaxCount = 1 << 53

// Tally counts the answers to one question by score, and the dismissals. The
// zero value is an empty NPS tally. Tallies are comparable with ==: equal ones
// have the same kind, scale and counts.
//
// It is an accumulator: counts are integers, so that Add, Remove, Merge and Sub
// are exact in any order. A method that returns an error has changed nothing.
// No method but the encoders and the error paths allocates. Not safe for
// concurrent changes: use one per goroutine and Merge.
type Tally struct {
	counts    [points]int64
	dismissed int64
	// The scale, stored as its difference from NPS, whose is all zeros.
	kind     Kind
	min      int8  // Min
	short    uint8 // points that are missing to 11
	passive  int8  // 7 − Passive
	promoter int8  // 9 − Promoter
}

// NewTally returns an empty tally. The zero Range is the preset of the kind.
// Faults are ErrKind at /kind and those of [Range.Validate] below /range.
func NewTally(kind Kind, r Range) (Tally, error) {
	if err := kind.Validate(); err != nil {
		return Tally{}, at(err, "kind")
	}
	if r.IsZero() {
		r = kind.Range()
	}
	if err := r.Validate(); err != nil {
		return Tally{}, place("/range", err)
	}
	return Tally{
		kind:     kind,
		min:      int8(r.Min),
		short:    uint8(points - 1 - (r.Max - r.Min)),
		passive:  int8(7 - r.Passive),
		promoter: int8(9 - r.Promoter),
	}, nil
}

// MustTally is NewTally for tests and examples; it panics on an error.
func MustTally(kind Kind, r Range) Tally {
	t, err := NewTally(kind, r)
	if err != nil {
		panic(err)
	}
	return t
}

// Kind returns what the tally measures.
func (t Tally) Kind() Kind { return t.kind }

// Range returns the scale of the tally.
func (t Tally) Range() Range { return t.scale() }

func (t *Tally) scale() Range {
	return Range{Min: int(t.min), Max: int(t.min) + points - 1 - int(t.short), Passive: 7 - int(t.passive), Promoter: 9 - int(t.promoter)}
}

// Add counts one answer. A score off the scale is ErrScore; a full count, which
// no caller reaches by adding, is ErrCount.
func (t *Tally) Add(score int) error {
	i := uint(score - int(t.min))
	if i >= points-uint(t.short) || t.counts[i] >= MaxCount {
		return t.refuse(score, 1)
	}
	t.counts[i]++
	return nil
}

// AddFloat is Add for a number as a file or a form delivers it. A fraction, NaN
// and infinities are ErrScore.
func (t *Tally) AddFloat(score float64) error {
	whole, err := t.scale().Whole(score)
	if err != nil {
		return err
	}
	return t.Add(whole)
}

// AddN counts n answers with the same score, or with a negative n takes them
// back. A count that would leave 0 to MaxCount is ErrCount.
func (t *Tally) AddN(score int, n int64) error {
	i := uint(score - int(t.min))
	if i >= points-uint(t.short) || !within(t.counts[i], n) {
		return t.refuse(score, n)
	}
	t.counts[i] += n
	return nil
}

// Remove takes back one answer that was counted. One that is not there is
// ErrCount.
func (t *Tally) Remove(score int) error { return t.AddN(score, -1) }

// Dismiss counts n people who closed the question without an answer, or with a
// negative n takes them back. They are never part of a denominator.
func (t *Tally) Dismiss(n int64) error {
	if !within(t.dismissed, n) {
		return fmt.Errorf("%w: %d dismissed, and %d more", ErrCount, t.dismissed, n)
	}
	t.dismissed += n
	return nil
}

// refuse says why n answers with this score cannot be counted.
func (t *Tally) refuse(score int, n int64) error {
	if _, err := t.scale().Class(score); err != nil {
		return err
	}
	return fmt.Errorf("%w: %d answers of score %d, and %d more", ErrCount, t.Count(score), score, n)
}

// Merge adds the counts of o. Another kind or scale is ErrMismatch, a count above
// MaxCount is ErrCount, and t is then as before.
func (t *Tally) Merge(o Tally) error { return t.combine(&o, 1) }

// Sub takes the counts of o away, the inverse of Merge. Another kind or scale is
// ErrMismatch, a count below zero is ErrCount, and t is then as before.
func (t *Tally) Sub(o Tally) error { return t.combine(&o, -1) }

func (t *Tally) combine(o *Tally, sign int64) error {
	if err := t.same(o); err != nil {
		return err
	}
	fits := within(t.dismissed, sign*o.dismissed)
	for i, n := range o.counts {
		fits = fits && within(t.counts[i], sign*n)
	}
	if !fits {
		return fmt.Errorf("%w: a tally of %d answers and one of %d", ErrCount, t.Answers(), o.Answers())
	}
	for i, n := range o.counts {
		t.counts[i] += sign * n
	}
	t.dismissed += sign * o.dismissed
	return nil
}

// same returns ErrMismatch unless both are of one kind and scale.
func (t *Tally) same(o *Tally) error {
	if t.kind != o.kind || t.min != o.min || t.short != o.short || t.passive != o.passive || t.promoter != o.promoter {
		return fmt.Errorf("%w: %s %v and %s %v", ErrMismatch, t.kind, t.scale(), o.kind, o.scale())
	}
	return nil
}

// within reports whether a count stays in 0 to MaxCount when n is added.
func within(count, n int64) bool {
	return n <= MaxCount && n >= -MaxCount && count+n >= 0 && count+n <= MaxCount
}

// Reset empties the tally; kind and scale stay.
func (t *Tally) Reset() {
	t.counts, t.dismissed = [points]int64{}, 0
}

// Answers returns how many answers were counted, dismissals not among them.
func (t Tally) Answers() int64 {
	var n int64
	for _, c := range t.counts {
		n += c
	}
	return n
}

// Dismissed returns how many people closed the question without an answer.
func (t Tally) Dismissed() int64 { return t.dismissed }

// Count returns how many answers had this score; none off the scale.
func (t Tally) Count(score int) int64 {
	if i := uint(score - int(t.min)); i < points {
		return t.counts[i]
	}
	return 0
}

// All yields every score of the scale with its count, from the lowest.
func (t Tally) All() iter.Seq2[int, int64] {
	return func(yield func(int, int64) bool) {
		for i := range points - int(t.short) {
			if !yield(int(t.min)+i, t.counts[i]) {
				return
			}
		}
	}
}

// Classes returns how many answers fell into each class.
func (t Tally) Classes() Classes {
	var c Classes
	passive, promoter := 7-int(t.passive)-int(t.min), 9-int(t.promoter)-int(t.min)
	for i, n := range t.counts {
		switch {
		case i >= promoter:
			c.Promoters += n
		case i >= passive:
			c.Passives += n
		default:
			c.Detractors += n
		}
	}
	return c
}

// Top returns the promoters, or top boxes, as a share of the answers.
func (t Tally) Top() Share { return t.Classes().Of(Promoter) }

// Score returns the number the kind is known by: promoters less detractors on
// [-1, 1] for NPS and ENPS, the share of the top boxes on [0, 1] for the others.
// ok is false when there are no answers: then there is no score, not 0.
func (t Tally) Score() (score float64, ok bool) {
	if t.kind.Net() {
		return t.Classes().Score()
	}
	return t.Top().Value()
}

// checkCount places ErrCount at a field.
func checkCount(field string, n int64) error {
	if n < 0 || n > MaxCount {
		return at(fmt.Errorf("%w: %d", ErrCount, n), field)
	}
	return nil
}

// join is errors.Join.
func join(errs ...error) error { return errors.Join(errs...) }
