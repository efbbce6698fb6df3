package nps

import (
	"math"

	"github.com/guanxi-go/guanxi/internal/normal"
)

// Difference is the score of one sample less that of another: of [Diff] the
// later less the earlier, of a [Pair] A less B. An immutable value.
type Difference struct {
	Delta float64 `json:"difference"` // signed: after − before; A − B
	Interval
	// P is the probability of a difference at least as great, in either
	// direction, if there were none. It comes from the same interval: P is below
	// 1 − confidence exactly when the interval leaves out 0. Below 1e-308 it is 0.
	P float64 `json:"p"`
	// Z is the signed standard normal deviate that P stands for. It goes on
	// telling samples apart where P has become 0.
	Z          float64 `json:"z"`
	Confidence float64 `json:"confidence"`
}

// Diff compares two independent samples of one kind and scale: the score after
// less the score before, on [-2, 2] for NPS and ENPS and on [-1, 1] for the
// others. Of two teams or variants, before is the one compared with.
// The interval is MOVER with the Tango limits of each sample, for shares with
// Wilson's (which is Newcombe's method 10), and P inverts it. Errors:
// ErrMismatch; ErrNoAnswers at /before or /after; ErrConfidence. Cost: about a microsecond,
// no allocation.
//
// Do not give it samples that overlap: of a theme and of everybody, say. Zou &
// Donner (2008), Statistics in Medicine 27:1693–1702; Newcombe (1998),
// Statistics in Medicine 17:873–890.
func Diff(before, after Tally, confidence float64) (Difference, error) {
	if err := before.same(&after); err != nil {
		return Difference{}, err
	}
	if before.kind.Net() {
		return DiffClasses(before.Classes(), after.Classes(), confidence)
	}
	return DiffShares(before.Top(), after.Top(), confidence)
}

// DiffClasses is [Diff] of two net scores by their class counts.
func DiffClasses(before, after Classes, confidence float64) (Difference, error) {
	z, err := deviate(confidence)
	if err != nil {
		return Difference{}, err
	}
	if err := before.check(); err != nil {
		return Difference{}, at(err, "before")
	}
	if err := after.check(); err != nil {
		return Difference{}, at(err, "after")
	}
	return difference(netSample(after), netSample(before), z, confidence), nil
}

// DiffShares is [Diff] of two shares.
func DiffShares(before, after Share, confidence float64) (Difference, error) {
	z, err := deviate(confidence)
	if err != nil {
		return Difference{}, err
	}
	if err := before.check(); err != nil {
		return Difference{}, at(err, "before")
	}
	if err := after.check(); err != nil {
		return Difference{}, at(err, "after")
	}
	return difference(shareSample(after), shareSample(before), z, confidence), nil
}

// difference is that of a − b.
func difference(a, b sample, z, confidence float64) Difference {
	confidence = orDefault(confidence, DefaultConfidence)
	d := Difference{
		Delta:      a.score - b.score,
		Interval:   mover(a, b, a.limits(z), b.limits(z)),
		Z:          zeroDeviate(a, b),
		Confidence: confidence,
	}
	d.P = normal.TwoSided(d.Z)
	return d
}

// mover is the interval of a − b from the limits of each.
func mover(a, b sample, la, lb Interval) Interval {
	x, y := a.score, b.score
	return Interval{
		x - y - math.Hypot(x-la.Low, lb.High-y),
		x - y + math.Hypot(la.High-x, y-lb.Low),
	}
}

// deviation is the deviate z at which a limit of s becomes v, and its slope in v.
func (s sample) deviation(v float64) (z, slope float64) {
	gap := s.score - v
	variance, dv := s.null(v)
	if gap == 0 {
		return 0, -math.Sqrt(s.n / variance)
	}
	if variance <= 0 {
		return math.Copysign(math.Inf(1), gap), math.Inf(-1)
	}
	root := math.Sqrt(s.n / variance)
	return gap * root, -root - gap*root*dv/(2*variance)
}

// zeroDeviate is the signed z at which an end of the interval of a − b is 0.
// With d = x − y > 0 that end is x − y − √((x−l)² + (u−y)²), so that l = x −
// d·cos θ and u = y + d·sin θ for some θ in [0, π/2]: the one at which both
// samples have these limits at the same z. No limit need be computed.
func zeroDeviate(a, b sample) float64 {
	x, y := a.score, b.score
	d := x - y
	if d == 0 {
		return 0
	}
	if d < 0 {
		return -zeroDeviate(b, a)
	}
	// Where the variances are those of the samples the answer is a quotient.
	theta := math.Atan2(math.Sqrt(b.variance()*a.n), math.Sqrt(a.variance()*b.n))
	lo, hi := 0.0, math.Pi/2
	if !(theta > 0.05 && theta < hi-0.05) {
		theta = hi / 2
	}
	z := 0.0
	for range 100 {
		sin, cos := math.Sincos(theta)
		za, sa := a.deviation(max(x-d*cos, a.floor()))
		zb, sb := b.deviation(min(y+d*sin, 1))
		zb, sb = -zb, -sb
		gap := za - zb // falls with θ
		step := -gap / (sa*d*sin - sb*d*cos)
		// Where the two lines cross: one of them may be so steep that its own
		// value at θ says little.
		if z = za + sa*d*sin*step; math.IsNaN(z) || math.IsInf(z, 0) {
			z = (za + zb) / 2
		}
		if gap > 0 {
			lo = theta
		} else {
			hi = theta
		}
		next := theta + step
		if !(next > lo && next < hi) {
			next = lo + (hi-lo)/2
			if next == lo || next == hi {
				break
			}
			theta = next
			continue
		}
		theta = next
		if math.Abs(step) <= 1e-9*min(theta, math.Pi/2-theta) {
			break
		}
	}
	return z
}
