package retention

import (
	"fmt"

	"github.com/guanxi-go/guanxi/internal/proportion"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// DefaultConfidence is the level of an interval where 0 is given.
const DefaultConfidence = 0.95

// Share is Hits customers of Of. The zero value has no rate. An immutable value.
type Share struct {
	Hits int64 `json:"hits"`
	Of   int64 `json:"of"`
}

// Interval is the limits of an estimate.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Estimate is a rate with its interval. An immutable value.
type Estimate struct {
	Rate float64 `json:"rate"`
	Interval
	Confidence float64 `json:"confidence"`
}

// Rate returns Hits over Of; ok is false where nobody is asked about.
func (s Share) Rate() (rate float64, ok bool) {
	if s.Of <= 0 {
		return 0, false
	}
	return float64(s.Hits) / float64(s.Of), true
}

// Estimate returns the rate with Wilson's interval: it lies in [0, 1], contains
// the rate, and for up to 10¹¹ customers and a confidence of 0.01 or more is never
// of zero width. A confidence of 0 is DefaultConfidence. Errors: ErrCount, ErrEmpty
// where Of is 0, ErrConfidence. Wilson (1927), JASA 22:209–212.
func (s Share) Estimate(confidence float64) (Estimate, error) {
	confidence, z, err := level(confidence)
	if err = strict.Join(s.check(), err); err != nil {
		return Estimate{}, wrap(err)
	}
	rate, ok := s.Rate()
	if !ok {
		return Estimate{}, wrap(ErrEmpty)
	}
	e := Estimate{Rate: rate, Confidence: confidence}
	e.Low, e.High = proportion.Wilson(rate, float64(s.Of), z)
	return e, nil
}

// check returns ErrCount unless s is a share, or empty.
func (s Share) check() error {
	if s.Of < 0 || s.Hits < 0 || s.Hits > s.Of {
		return fmt.Errorf("%w: %d of %d", ErrCount, s.Hits, s.Of)
	}
	return nil
}

// level is proportion.Level with ErrConfidence.
func level(confidence float64) (c, z float64, err error) {
	c, z, ok := proportion.Level(confidence, DefaultConfidence)
	if !ok {
		err = fmt.Errorf("%w: %v", ErrConfidence, confidence)
	}
	return c, z, err
}

// difference is a − b with Newcombe's interval.
func difference(a, b Share, z float64) (float64, Interval) {
	x, _ := a.Rate()
	y, _ := b.Rate()
	low, high := proportion.Difference(x, float64(a.Of), y, float64(b.Of), z)
	return x - y, Interval{low, high}
}
