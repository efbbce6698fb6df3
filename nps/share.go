package nps

import (
	"fmt"

	"github.com/guanxi-go/guanxi/internal/proportion"
)

// Share is a count out of a count: top boxes, answers in time, people who
// referred a friend. An immutable value.
type Share struct {
	Hits int64 `json:"hits"`
	Of   int64 `json:"of"`
}

// Value returns Hits over Of; ok is false when Of is not above 0.
func (s Share) Value() (share float64, ok bool) {
	if s.Of <= 0 {
		return 0, false
	}
	return float64(s.Hits) / float64(s.Of), true
}

// Interval returns the interval of the share at a confidence level in (0, 1),
// 0 being DefaultConfidence; "" is Wilson. Above 10⁹ answers, where all are the same to eight decimals, the
// result is Wilson's whatever the method. Errors: ErrNoAnswers, ErrCount,
// ErrConfidence, ErrMethod.
func (s Share) Interval(m Method, confidence float64) (Interval, error) {
	confidence = orDefault(confidence, DefaultConfidence)
	z, err := deviate(confidence)
	if err != nil {
		return Interval{}, err
	}
	if err := s.check(); err != nil {
		return Interval{}, err
	}
	if s.Of > maxExact && (m == ClopperPearson || m == Jeffreys) {
		m = Wilson
	}
	switch m {
	case "", Wilson:
		return shareSample(s).limits(z), nil
	case ClopperPearson:
		return s.tails(confidence, 0, 1), nil
	case Jeffreys:
		return s.tails(confidence, 0.5, 0.5), nil
	}
	return Interval{}, fmt.Errorf("%w: %q of a share", ErrMethod, string(m))
}

// maxExact is the greatest sample whose incomplete beta function keeps enough
// digits in float64.
const maxExact = 1_000_000_000

// check returns ErrCount or ErrNoAnswers unless 0 ≤ Hits ≤ Of and 0 < Of.
func (s Share) check() error {
	if s.Hits < 0 || s.Of < s.Hits || s.Of > points*MaxCount {
		return fmt.Errorf("%w: %d of %d", ErrCount, s.Hits, s.Of)
	}
	if s.Of == 0 {
		return ErrNoAnswers
	}
	return nil
}

// tails cuts the same probability off both ends of a beta distribution: with
// near, far = 0, 1 they are Clopper and Pearson's, with ½, ½ Jeffreys'.
func (s Share) tails(confidence, near, far float64) Interval {
	x, y := float64(s.Hits), float64(s.Of-s.Hits)
	tail := (1 - confidence) / 2
	i := Interval{0, 1}
	if x > 0 {
		i.Low = betaQuantile(x+near, y+far, tail)
	}
	if y > 0 {
		i.High = 1 - betaQuantile(y+near, x+far, tail)
	}
	return i
}

// wilson returns Wilson's limits of a share p of n.
func wilson(p, n, z float64) Interval {
	low, high := proportion.Wilson(p, n, z)
	return Interval{low, high}
}
