package churn

import (
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Direction is the side on which a change is watched for.
type Direction string

const (
	Down Direction = "down" // the default: order value
	Up   Direction = "up"   // the gap between orders
)

// ShiftConfig says how a series of one customer is watched for a change of level,
// one-sided, on the logarithm. Zero fields are the defaults, with which a steady
// customer is reported on about 5 times in 1,000 values (simulated, log-normal). As
// JSON it is read strictly.
type ShiftConfig struct {
	Direction Direction `json:"direction,omitempty"`
	// WarmUp is how many values are taken as normal before anything is judged;
	// 3 to 1,000, 0 is 5.
	WarmUp int `json:"warm_up,omitempty"`
	// Lambda is the weight of the newest value in the EWMA, up to 1; 0 is 0.3.
	Lambda float64 `json:"lambda,omitempty"`
	// Limit of the EWMA in its standard deviations; 0 is 3.
	Limit float64 `json:"limit,omitempty"`
	// Slack of the CUSUM, in standard deviations: half the shift to be noticed
	// soonest; 0 is 0.5.
	Slack float64 `json:"slack,omitempty"`
	// Threshold of the CUSUM; 0 is 4.
	Threshold float64 `json:"threshold,omitempty"`
	// MinSpread is the least standard deviation of the logarithm that is believed,
	// so that a customer who always spent the same is not alarmed about by a cent:
	// 0.05 is five percent, which 0 is. Up to 10.
	MinSpread float64 `json:"min_spread,omitempty"`
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c ShiftConfig) Validate() error {
	_, err := NewShift(c)
	return err
}

// UnmarshalJSON reads strictly, as that of RhythmConfig does.
func (c *ShiftConfig) UnmarshalJSON(data []byte) error {
	type plain ShiftConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, ShiftConfig(v), err)
}

// Series is one customer's order values, or gaps: their mean and variance on the
// log scale since the level last shifted, the EWMA and the CUSUM. The zero value is
// empty. It is 20 bytes, comparable, stored by the host, and changed by
// [Shift.Step] alone; a value may be shared.
type Series struct {
	n                     uint32
	mean, m2, ewma, cusum float32
}

// Values returns how many values there are since the level last shifted: the value
// of which [Change] said Shifted is the first. Drifting ends no series.
func (s Series) Values() int { return int(s.n) }

// Level returns the EWMA on the scale of the values: the recent level. ok is false
// without values.
func (s Series) Level() (level float64, ok bool) {
	return math.Exp(float64(s.ewma)), s.n > 0
}

// Normal returns the geometric mean since the level last shifted. ok is false
// without values.
func (s Series) Normal() (normal float64, ok bool) {
	return math.Exp(float64(s.mean)), s.n > 0
}

// Change is what a value says about a series.
type Change struct {
	// Warm says that there were values enough to judge by.
	Warm bool
	// Shifted: the CUSUM passed its threshold, the level has shifted. Drifting: the
	// EWMA passed its limit, the level is moving. Both to the side watched only.
	Shifted, Drifting bool
	// Ratio is the value over the normal level before it, of an alarm; otherwise 0.
	Ratio float64
}

// Alarm reports whether the level has changed in either way.
func (c Change) Alarm() bool { return c.Shifted || c.Drifting }

// Shift watches series. Immutable; safe for concurrent use.
//
// Every value is compared with the mean and variance of those before it, and the
// difference, which is Student's t, is turned into a normal score by Wallace's
// approximation: few values are thus worth little, and no long trial period is
// needed (the self-starting CUSUM of Hawkins 1987, The Statistician 36, 299-316).
type Shift struct {
	sign                    float64
	warm                    uint32
	lambda, limit           float64 // limit and least are squared
	slack, threshold, least float64
	logs                    *logs
}

// NewShift returns every fault of cfg at once: ErrOption.
func NewShift(cfg ShiftConfig) (*Shift, error) {
	var f faults
	s := &Shift{sign: -1,
		lambda: orDefault(cfg.Lambda, 0.3), limit: orDefault(cfg.Limit, 3),
		slack: orDefault(cfg.Slack, 0.5), threshold: orDefault(cfg.Threshold, 4),
		least: orDefault(cfg.MinSpread, 0.05), logs: newLogs(),
	}
	switch cfg.Direction {
	case "", Down:
	case Up:
		s.sign = 1
	default:
		f.add(ErrOption, "/direction", "%q", cfg.Direction)
	}
	warm := orDefault(cfg.WarmUp, 5)
	if warm < 3 || warm > 1000 {
		f.add(ErrOption, "/warm_up", "%d is not in 3 to 1000", warm)
	}
	s.warm = uint32(max(warm, 0))
	f.number("/lambda", s.lambda, 1e-3, 1)
	f.number("/limit", s.limit, 0.1, 100)
	f.number("/slack", s.slack, 1e-3, 100)
	f.number("/threshold", s.threshold, 0.1, 1000)
	f.number("/min_spread", s.least, 1e-6, 10)
	if len(f) > 0 {
		return nil, f.err()
	}
	s.limit *= s.limit * s.lambda / (2 - s.lambda)
	s.least *= s.least
	return s, nil
}

// Step returns the series after a value greater than 0 (an order's amount in any
// unit, days between orders), and what the value says. Where it says
// Shifted the series begins anew with that value: what has become normal is not
// reported again. Drifting is reported as long as it lasts.
//
// ErrValue for a value that is not positive and finite; the series is then as it
// was. No allocation.
func (d *Shift) Step(s Series, value float64) (Series, Change, error) {
	if !(value > 0 && value <= math.MaxFloat64) {
		return s, Change{}, fmt.Errorf("%w: %v of a series", ErrValue, value)
	}
	x := d.logs.log(value)
	if s.n == 0 {
		return Series{n: 1, mean: float32(x), ewma: float32(x)}, Change{}, nil
	}
	n, mean := float64(s.n), float64(s.mean)
	var c Change
	delta := x - mean
	e := float64(s.ewma) + float64(d.lambda*(x-float64(s.ewma)))
	sum := float64(s.cusum)
	if s.n >= d.warm {
		free := n - 1
		squares := max(float64(s.m2), free*d.least) // free times the variance
		// t² over its degrees of freedom, t being Student's.
		z := d.normalScore(delta*delta*n/(squares*(n+1)), free)
		if d.sign*delta < 0 {
			z = -z
		}
		sum = max(0, sum+z-d.slack)
		move := d.sign * (e - mean)
		c.Warm, c.Shifted, c.Drifting = true, sum > d.threshold, move > 0 && move*move*free > d.limit*squares
		if c.Alarm() {
			c.Ratio = value / math.Exp(mean)
		}
	}
	if c.Shifted {
		return Series{n: 1, mean: float32(x), ewma: float32(e)}, c, nil
	}
	if s.n < maxGaps {
		s.n++
	} else {
		s.m2 *= 1 - 1./maxGaps
	}
	mean += delta / float64(s.n)
	s.m2 += float32(delta * (x - mean))
	s.mean, s.ewma, s.cusum = float32(mean), float32(e), float32(sum)
	return s, c, nil
}

// normalScore turns Student's t, squared and over its degrees of freedom, into the
// size of a normal score. Wallace (1959), Ann. Math. Stat. 30, 1124-1130.
func (d *Shift) normalScore(t2, free float64) float64 {
	return (8*free + 1) / (8*free + 3) * math.Sqrt(free*d.logs.log(1+t2))
}
