package survival

import (
	"fmt"
	"math"
)

// Estimate is a number with its standard error and confidence limits. What is
// not known is NaN, as each function that returns one says.
type Estimate struct {
	Value, SE, Low, High float64
}

// index returns the last point at or before t, -1 before the first.
func (c Curve) index(t float64) int {
	low, high := 0, len(c.Points)
	for low < high {
		if mid := int(uint(low+high) >> 1); c.Points[mid].Time > t {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low - 1
}

// At returns the curve at t: the last point at or before t. Before the first
// point it is Survival 1 with no counts. ok is false for a t that is negative
// or NaN, and after the last point unless everybody had left by then: what was
// not observed is not known.
func (c Curve) At(t float64) (p Point, ok bool) {
	i := c.index(t)
	if !(t >= 0) || len(c.Points) == 0 {
		return Point{}, false
	}
	if i < 0 {
		p = Point{Survival: 1}
		p.Low, p.High = c.Config.withDefaults().Limits.around(1, 0, 0)
		return p, true
	}
	p = c.Points[i]
	return p, i < len(c.Points)-1 || t == p.Time || p.Survival == 0
}

// flat is how near a step may be to a probability to count as on it.
const flat = 1.4901161193847656e-08 // √2⁻⁵², as R has it

// Quantile returns the time by which a share p of the customers has left, with
// limits: the times at which the limits of the curve cross. Where the curve is
// flat at exactly 1 - p, it is the midpoint of the flat. A value or limit that
// the curve does not reach is NaN; ok says that the value is known. SE is
// NaN: there is none. p outside (0, 1) is not ok.
//
// Brookmeyer & Crowley (1982), Biometrics 38, 29–41.
func (c Curve) Quantile(p float64) (q Estimate, ok bool) {
	q = Estimate{math.NaN(), math.NaN(), math.NaN(), math.NaN()}
	if !(p > 0 && p < 1) || len(c.Points) == 0 {
		return q, false
	}
	q.Value = c.cross(p, func(x *Point) float64 { return x.Survival })
	q.Low = c.cross(p, func(x *Point) float64 { return x.Low })
	q.High = c.cross(p, func(x *Point) float64 { return x.High })
	return q, !math.IsNaN(q.Value)
}

// cross returns where a curve falls to 1-p, or the middle of its flat there.
func (c Curve) cross(p float64, y func(*Point) float64) float64 {
	from := math.NaN()
	for i := range c.Points {
		pt := &c.Points[i]
		left := 1 - y(pt)
		switch {
		case math.IsNaN(left):
		case math.IsNaN(from) && left > p+flat:
			return pt.Time
		case math.IsNaN(from) && left >= p-flat:
			from = pt.Time
		case left > p+flat:
			return (from + pt.Time) / 2
		}
	}
	return (from + c.Points[len(c.Points)-1].Time) / 2
}

// Median is Quantile(0.5).
func (c Curve) Median() (Estimate, bool) { return c.Quantile(0.5) }

// RestrictedMean returns the mean time a customer stays within the first tau,
// the area under the curve from 0 to tau; its limits are Value ± z·SE. tau
// 0 is the time of the last point. A tau after it is ErrBeyond, unless everybody
// had left by then; a negative or infinite one is ErrTime.
func (c Curve) RestrictedMean(tau float64) (Estimate, error) {
	if len(c.Points) == 0 {
		return Estimate{}, ErrNoRows
	}
	last := c.Points[len(c.Points)-1]
	switch {
	case !(tau >= 0 && tau <= math.MaxFloat64):
		return Estimate{}, at(fmt.Errorf("%w: %v", ErrTime, tau), "tau")
	case tau == 0:
		tau = last.Time
	case tau > last.Time && last.Survival > 0:
		return Estimate{}, at(fmt.Errorf("%w: %v, the last point is at %v", ErrBeyond, tau, last.Time), "tau")
	}
	// From the end: the area to the right of each event, then its share of the
	// variance.
	area, variance, right := 0.0, 0.0, tau
	for i := c.index(tau); i >= 0; i-- {
		p := &c.Points[i]
		area += p.Survival * (right - p.Time)
		right = p.Time
		if p.Events > 0 && p.AtRisk > p.Events {
			variance += area * area * p.greenwood()
		}
	}
	o := c.Config.withDefaults()
	e := Estimate{Value: area + right, SE: math.Sqrt(variance)}
	z := normalQuantile(0.5 + o.Confidence/2)
	e.Low, e.High = max(0, e.Value-z*e.SE), min(tau, e.Value+z*e.SE)
	return e, nil
}

// greenwood is the summand of a point in Greenwood's formula.
func (p *Point) greenwood() float64 {
	n, d := float64(p.AtRisk), float64(p.Events)
	return d / (n * (n - d))
}

// Conditional returns the probability that a customer who stayed beyond t stays
// beyond t+h: S(t+h)/S(t), with limits on the scale of the curve. Only those
// who left in (t, t+h] make it uncertain. Where everybody leaves in that time
// it is 0, and SE and limits are NaN. ErrBeyond where t+h was not observed,
// or nobody stayed beyond t; ErrTime where t or h is negative or not finite.
func (c Curve) Conditional(t, h float64) (Estimate, error) {
	if err := checkSpan(t, h); err != nil {
		return Estimate{}, err
	}
	from, ok := c.At(t)
	to, ok2 := c.At(t + h)
	if !ok || !ok2 || from.Survival == 0 {
		return Estimate{}, fmt.Errorf("%w: stay from %v to %v", ErrBeyond, t, t+h)
	}
	e := Estimate{Value: to.Survival / from.Survival}
	if e.Value == 0 {
		e.SE, e.Low, e.High = math.NaN(), math.NaN(), math.NaN()
		return e, nil
	}
	variance := 0.0
	for i := c.index(t) + 1; i < len(c.Points) && c.Points[i].Time <= t+h; i++ {
		variance += c.Points[i].greenwood()
	}
	o := c.Config.withDefaults()
	se := math.Sqrt(variance)
	e.SE = e.Value * se
	e.Low, e.High = o.Limits.around(e.Value, se, normalQuantile(0.5+o.Confidence/2))
	return e, nil
}

// checkSpan refuses a start or a length that is negative or not finite.
func checkSpan(t, h float64) error {
	var fs faults
	if !(t >= 0 && t <= math.MaxFloat64) {
		fs.add(fmt.Errorf("%w: %v", ErrTime, t), "t")
	}
	if !(h >= 0 && t+h <= math.MaxFloat64) {
		fs.add(fmt.Errorf("%w: %v", ErrTime, h), "h")
	}
	return fs.err()
}
