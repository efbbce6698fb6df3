package nps

import "math"

// sample is what an interval of a score depends on: how many answered, and the
// shares of promoters and detractors. A share of top boxes is a sample without
// detractors whose score lies on [0, 1].
type sample struct {
	n        float64 // answers; an effective number where they are weighted
	up, down float64
	score    float64 // up − down, as exact as the counts allow
	share    bool
}

func netSample(c Classes) sample {
	n := float64(c.Answers())
	return sample{n: n, up: float64(c.Promoters) / n, down: float64(c.Detractors) / n, score: float64(c.Promoters-c.Detractors) / n}
}

func shareSample(s Share) sample {
	n := float64(s.Of)
	up := float64(s.Hits) / n
	return sample{n: n, up: up, score: up, share: true}
}

func (t *Tally) sample() sample {
	c := t.Classes()
	if t.kind.Net() {
		return netSample(c)
	}
	return shareSample(c.Of(Promoter))
}

// variance is that of one answer, coded 1, 0, −1 (a share: 1, 0).
func (s sample) variance() float64 {
	return max(0, s.up+s.down-s.score*s.score)
}

// floor is the least value a score can have.
func (s sample) floor() float64 {
	if s.share {
		return 0
	}
	return -1
}

// null is the variance of one answer if the true score were v, the other
// parameter at its most likely value, and the slope of that variance. Tango
// (1998), eq. 8 in proportions: 2q² + Bq − P = 0 with
// B = (2 − up + down)v − up − down and P = down·v(1 − v), for v ≥ 0; below 0
// the two classes change places. For a share it is v(1 − v).
func (s sample) null(v float64) (variance, slope float64) {
	if s.share {
		return v * (1 - v), 1 - 2*v
	}
	up, down, sign := s.up, s.down, 1.0
	if v < 0 {
		up, down, v, sign = down, up, -v, -1
	}
	lead := 2 - up + down
	b := lead*v - up - down
	p := down * v * (1 - v)
	root := math.Sqrt(b*b + 8*p)
	var q float64
	if b > 0 { // the form without cancellation
		q = 2 * p / (b + root)
	} else {
		q = (root - b) / 4
	}
	slope = 1 - 2*v
	if root > 0 {
		slope += 2 * (down*(1-2*v) - lead*q) / root
	}
	return max(0, 2*q+v*(1-v)), sign * slope
}

// limits inverts the score test: the scores v with
// |estimate − v| ≤ z·√(null(v)/n). They stay on the scale, contain the
// estimate and differ.
func (s sample) limits(z float64) Interval {
	if s.share {
		i := wilson(s.up, s.n, z)
		return Interval{min(i.Low, s.up), max(i.High, s.up)}
	}
	return Interval{s.low(z), s.high(z)}
}

// high is the upper limit.
func (s sample) high(z float64) float64 {
	if s.share {
		return wilson(s.up, s.n, z).High
	}
	d, k := s.score, z*z/s.n
	switch {
	case d >= 1:
		return 1
	case s.down >= 1: // all in one class: closed form
		return min(1, -1+2*k/(1+k))
	case s.up <= 0 && s.down <= 0:
		return k / (1 + k)
	}
	return s.solve(d, math.Sqrt(k))
}

// low is the upper limit of the mirror image.
func (s sample) low(z float64) float64 {
	if s.share {
		return wilson(s.up, s.n, z).Low
	}
	return -sample{n: s.n, up: s.down, down: s.up, score: -s.score}.high(z)
}

// solve finds the v in (d, 1) with v − d = k·√null(v) by Newton's method kept
// in a bracket. The left side is the smaller at d, and at 1, where the variance
// is none, the greater.
func (s sample) solve(d, k float64) float64 {
	lo, hi := d, 1.0
	v := min(d+k*math.Sqrt(s.variance()), (d+1)/2)
	for range 100 {
		variance, slope := s.null(v)
		sd := math.Sqrt(variance)
		gap := v - d - k*sd
		if gap < 0 {
			lo = v
		} else {
			hi = v
		}
		next := v - gap/(1-k*slope/(2*sd))
		if !(next > lo && next < hi) {
			next = lo + (hi-lo)/2
			if next == lo || next == hi {
				break
			}
			v = next
			continue
		}
		step := math.Abs(next - v)
		v = next
		// Convergence is quadratic: the error left is about the square of step.
		if step <= 1e-8*min(v-d, 1-v) {
			break
		}
	}
	if v <= d { // closer than float64 can tell
		v = math.Nextafter(d, 2)
	}
	return min(v, 1)
}
