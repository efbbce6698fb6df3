package survival

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Limits is the scale that confidence limits of a survival curve are made on.
type Limits string

const (
	// LogLimits, the default, are exp(log S ± z·se), cut at 1.
	LogLimits Limits = "log"
	// LogLogLimits are exp(-exp(log(-log S) ± z·se/log S)): always within (0, 1),
	// and the better ones with few customers. There are none where S is 1.
	LogLogLimits Limits = "log-log"
	// PlainLimits are S ± z·se, cut at 0 and 1.
	PlainLimits Limits = "plain"
)

// DefaultConfidence is the level where a config or an argument is 0.
const DefaultConfidence = 0.95

// CurveConfig sets up KaplanMeier; the zero value is its default.
type CurveConfig struct {
	Limits     Limits  `json:"limits,omitempty"`     // "" is LogLimits
	Confidence float64 `json:"confidence,omitempty"` // 0 is DefaultConfidence
}

// Validate returns every fault of c, each a *guanxi.FieldError around ErrOption or
// ErrConfidence.
func (c CurveConfig) Validate() error {
	var fs faults
	switch c.Limits {
	case "", LogLimits, LogLogLimits, PlainLimits:
	default:
		fs.add(fmt.Errorf("%w: %.64q is not log, log-log or plain", ErrOption, c.Limits), "limits")
	}
	if _, err := checkConfidence(c.Confidence); err != nil {
		fs.errs = append(fs.errs, err)
	}
	return fs.err()
}

func (c CurveConfig) withDefaults() CurveConfig {
	if c.Limits == "" {
		c.Limits = LogLimits
	}
	if c.Confidence == 0 {
		c.Confidence = DefaultConfidence
	}
	return c
}

// Point is a curve at a time at which somebody left or was last seen. The
// values hold from Time on (after those who left at Time) until the next point.
type Point struct {
	Time     float64
	AtRisk   int // just before Time
	Events   int // who left at Time
	Censored int // who were last seen at Time
	// Survival is the Kaplan-Meier estimate of staying beyond Time. SE is
	// Greenwood's, and LogSE that of log Survival; both are NaN where
	// Survival is 0.
	Survival, SE, LogSE float64
	// Low and High are confidence limits; NaN where Survival is 0, and on the
	// log-log scale where it is 1.
	Low, High float64
	// CumHazard is the Nelson-Aalen estimate Σ d/n, with variance Σ d/n².
	CumHazard, CumHazardSE float64
	// TieHazard is the estimate of Fleming & Harrington, which takes those who
	// leave at one time as leaving one after another: d terms 1/n, 1/(n-1), …
	TieHazard, TieHazardSE float64
}

// Curve is a survival curve. It is a value; share it while nobody changes it.
type Curve struct {
	Group  string      `json:"group"` // "" where there are no groups
	N      int         `json:"n"`     // customers, and how many of them left
	Events int         `json:"events"`
	Points []Point     `json:"points"` // by time, ascending
	Config CurveConfig `json:"config"` // with every default spelled out
}

// Curves are the survival curves of some data, one for each group.
type Curves struct {
	Curves  []Curve `json:"curves"`  // in the order of the levels; levels without rows have none
	Skipped int     `json:"skipped"` // rows left out because they miss Time, Entry or Group
}

// KaplanMeier estimates the share of customers who stay beyond each time, for each
// group of d or for all together; Strata are not looked at. A customer last seen at
// t is at risk of what happens at t.
//
// ErrNoEvents where nobody left; a group in which nobody left has a curve at 1.
// The order of rows is of no account. Cost: O(rows), and for whole days that
// are not too far apart a few nanoseconds a row; otherwise a radix sort.
//
// Kaplan & Meier (1958), JASA 53, 457–481; Greenwood (1926); Aalen (1978), Ann.
// Statist. 6, 701–726; Fleming & Harrington (1984), Comm. Statist. 13, 2469.
func KaplanMeier(d Data, cfg CurveConfig) (Curves, error) {
	if err := cfg.Validate(); err != nil {
		return Curves{}, err
	}
	keep, skipped, err := d.rows(uses{group: true})
	if err != nil {
		return Curves{Skipped: skipped}, err
	}
	out, events := Curves{Skipped: skipped}, 0
	for g, table := range d.tables(keep) {
		if len(table) == 0 {
			continue
		}
		c := Curve{Config: cfg.withDefaults()}
		if d.Group.Codes != nil {
			c.Group = d.Group.Levels[g]
		}
		c.fill(table)
		events += c.Events
		out.Curves = append(out.Curves, c)
	}
	if events == 0 {
		return Curves{Skipped: skipped}, ErrNoEvents
	}
	return out, nil
}

// Curve returns the curve of a group.
func (c Curves) Curve(group string) (Curve, bool) {
	for _, k := range c.Curves {
		if k.Group == group {
			return k, true
		}
	}
	return Curve{}, false
}

// fill computes the points of a life table, into the points c has.
func (c *Curve) fill(table []tally) {
	if cap(c.Points) < len(table) {
		c.Points = make([]Point, len(table))
	}
	c.Points = c.Points[:len(table)]
	c.N, c.Events = 0, 0
	z := normalQuantile(0.5 + c.Config.Confidence/2)
	s, green := 1.0, 0.0
	na, naVar, fh, fhVar := 0.0, 0.0, 0.0, 0.0
	for i, t := range table {
		p := &c.Points[i]
		*p = Point{Time: t.time, AtRisk: t.risk, Events: t.events, Censored: t.censored}
		c.N += t.events + t.censored
		c.Events += t.events
		if t.events > 0 {
			n, e := float64(t.risk), float64(t.events)
			s *= (n - e) / n
			green += e / (n * (n - e)) // infinite when all leave
			na += e / n
			naVar += e / (n * n)
			h, v := harmonic(t.risk, t.events)
			fh += h
			fhVar += v
		}
		p.Survival = s
		p.CumHazard, p.CumHazardSE = na, math.Sqrt(naVar)
		p.TieHazard, p.TieHazardSE = fh, math.Sqrt(fhVar)
		if s == 0 {
			p.SE, p.LogSE, p.Low, p.High = math.NaN(), math.NaN(), math.NaN(), math.NaN()
			continue
		}
		p.LogSE = math.Sqrt(green)
		p.SE = s * p.LogSE
		p.Low, p.High = c.Config.Limits.around(s, p.LogSE, z)
	}
}

// around returns the limits of s, whose logarithm has the standard error se.
func (l Limits) around(s, se, z float64) (low, high float64) {
	switch {
	case s == 0:
		return math.NaN(), math.NaN()
	case l == PlainLimits:
		return max(0, s-z*se*s), min(1, s+z*se*s)
	case l == LogLogLimits:
		if s == 1 {
			return math.NaN(), math.NaN()
		}
		h := -math.Log(s)
		f := math.Exp(z * se / h)
		return math.Exp(-h * f), math.Exp(-h / f)
	}
	f := math.Exp(z * se)
	return s / f, min(1, s*f)
}

// harmonic returns the sums of 1/k and 1/k² over the d greatest k up to n.
func harmonic(n, d int) (sum, squares float64) {
	if d <= 16 || n-d < 64 {
		for k := n; k > n-d; k-- {
			x := 1 / float64(k)
			sum += x
			squares += x * x
		}
		return sum, squares
	}
	// Euler-Maclaurin; the first term left out is below 1e-17.
	a, b := 1/float64(n-d), 1/float64(n)
	ab := float64(d) * a * b // a - b
	a2, b2 := a*a, b*b
	sum = -math.Log1p(-float64(d)*b) - ab/2 + (a2-b2)/12 - (a2*a2-b2*b2)/120 + (a2*a2*a2-b2*b2*b2)/252
	squares = ab - (a2-b2)/2 + (a*a2-b*b2)/6 - (a*a2*a2-b*b2*b2)/30 + (a*a2*a2*a2-b*b2*b2*b2)/42
	return sum, squares
}

// normalQuantile keeps its digits far down the lower tail, which internal/normal,
// without gonum, does not.
func normalQuantile(p float64) float64 { return mathext.NormalQuantile(p) }

// chiSquareP is the upper tail of a chi-square distribution.
func chiSquareP(x float64, df int) float64 {
	if x <= 0 {
		return 1
	}
	return mathext.GammaIncRegComp(float64(df)/2, x/2)
}
