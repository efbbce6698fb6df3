package winback

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// A config is compiled into integers, so that deciding compares no decimals:
// money in minor units, shares in billionths.

const (
	sharePlaces = 9
	billion     = 1_000_000_000
)

type plan struct {
	*Plan
	when  situation
	steps []move
}

type situation struct {
	segments []string
	min, max int64 // of the value
	bounded  bool  // max is one
	minAway  guanxi.Span
	maxAway  guanxi.Span
}

// move is what a step takes: a share of the order, and an amount.
type move struct {
	given Given
	fixed int64 // gift and cost
	fits  bool  // fixed does not overflow
	gives bool  // gives something away
}

// compile turns the plans of a valid config into integers.
func compile(c *Config) []plan {
	plans := make([]plan, len(c.Plans))
	for i := range c.Plans {
		p := &c.Plans[i]
		plans[i] = plan{Plan: p, when: compileSituation(p.When, c.Decimals)}
		for _, s := range p.Steps {
			part, _ := billionths(s.Percent)
			gift, _ := amount(s.Gift, c.Decimals)
			cost, _ := amount(s.Cost, c.Decimals)
			fixed, ok := minor.Add(gift, cost)
			plans[i].steps = append(plans[i].steps, move{Given{gift, int32(part)}, fixed, ok, s.gives()})
		}
	}
	return plans
}

func compileSituation(s Situation, decimals int) situation {
	out := situation{segments: s.Segments, min: math.MinInt64, minAway: s.MinAway, maxAway: s.MaxAway}
	if s.MinValue != nil {
		out.min, _ = signed(*s.MinValue, decimals)
	}
	if s.MaxValue != nil {
		out.max, _ = signed(*s.MaxValue, decimals)
		out.bounded = true
	}
	return out
}

// fails returns why a customer is not in a situation, or "".
func (s *situation) fails(c *Customer, value int64, when time.Time, loc *time.Location) Cause {
	switch {
	case len(s.segments) > 0 && !slices.Contains(s.segments, c.Segment):
		return OtherSegment
	case value < s.min || s.bounded && value >= s.max:
		return OtherValue
	case !s.minAway.IsZero() && when.Before(s.minAway.AddTo(c.Left, loc)):
		return TooSoon
	case !s.maxAway.IsZero() && !when.Before(s.maxAway.AddTo(c.Left, loc)):
		return TooLate
	}
	return ""
}

// cost is what a step takes at most: the share of the order rounded up, and the
// amount. ok is false where it does not fit.
func (m move) cost(order int64) (cost int64, ok bool) {
	hi, lo := bits.Mul64(uint64(order), uint64(m.given.Percent)) // which is below a billion
	lo, carry := bits.Add64(lo, billion-1, 0)
	q, _ := bits.Div64(hi+carry, lo, billion) // at most the order
	cost, ok = minor.Add(int64(q), m.fixed)
	return cost, ok && m.fits
}

// above reports whether cost is more than a share of the order, in billionths.
func above(cost, order, share int64) bool {
	if share < 0 {
		return order > 0 || cost > 0
	}
	ch, cl := bits.Mul64(uint64(cost), billion)
	oh, ol := bits.Mul64(uint64(order), uint64(share))
	return ch > oh || ch == oh && cl > ol
}

// billionths is a share as an integer; ErrAmount where it has more than nine
// decimal places, or does not lie in [-1, 1].
func billionths(d decimal.Decimal) (int64, error) {
	v, err := minor.From(d, sharePlaces)
	if err != nil || v > billion || v < -billion {
		return 0, fmt.Errorf("%w: not a share of nine decimal places", ErrAmount)
	}
	return v, nil
}

// share reports whether d lies in [0, 1) and has at most nine decimal places.
func share(d decimal.Decimal) bool {
	v, err := billionths(d)
	return err == nil && v >= 0 && v < billion
}

// signed is d in minor units, of either sign.
func signed(d decimal.Decimal, decimals int) (int64, error) {
	if d.Sign() >= 0 {
		return amount(d, decimals)
	}
	v, err := amount(d.Neg(), decimals)
	return -v, err
}
