package nps

import (
	"errors"
	"fmt"
	"math"
)

// MonitorConfig says how a score is watched over time. Zero fields are the
// defaults, which raise about one false alarm in 500 periods each.
type MonitorConfig struct {
	Lambda    float64 `json:"lambda,omitempty"`    // weight of the new period in the EWMA, up to 1; 0 is 0.2
	Limit     float64 `json:"limit,omitempty"`     // EWMA limits, in standard deviations; 0 is 2.962
	Slack     float64 `json:"slack,omitempty"`     // of the CUSUM, in standard errors: half the shift to be noticed; 0 is 0.5
	Threshold float64 `json:"threshold,omitempty"` // of the CUSUM; 0 is 5.07
}

const maxOption = 1e6

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c MonitorConfig) Validate() error {
	var errs []error
	for _, o := range []struct {
		field  string
		v, max float64
	}{{"lambda", c.Lambda, 1}, {"limit", c.Limit, maxOption}, {"slack", c.Slack, maxOption}, {"threshold", c.Threshold, maxOption}} {
		if !(o.v >= 0 && o.v <= o.max) {
			errs = append(errs, at(fmt.Errorf("%w: %v is not in 0 to %v", ErrOption, o.v, o.max), o.field))
		}
	}
	return errors.Join(errs...)
}

// Monitor watches a score period by period: an EWMA for slow drifts and a CUSUM
// for steps, both with the number of answers of every single period. Immutable;
// safe for concurrent use.
type Monitor struct {
	cfg      MonitorConfig
	scale    Tally // empty
	centre   float64
	variance float64
}

// NewMonitor takes the normal level and spread from all answers of the baseline
// periods together. Errors: those of the config; ErrMismatch at /baseline/i;
// ErrNoAnswers and ErrNoSpread at /baseline.
func NewMonitor(baseline []Tally, cfg MonitorConfig) (*Monitor, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if len(baseline) == 0 {
		return nil, at(ErrNoAnswers, "baseline")
	}
	all := baseline[0]
	all.Reset()
	m := &Monitor{scale: all, cfg: MonitorConfig{
		Lambda:    orDefault(cfg.Lambda, 0.2),
		Limit:     orDefault(cfg.Limit, 2.962),
		Slack:     orDefault(cfg.Slack, 0.5),
		Threshold: orDefault(cfg.Threshold, 5.07),
	}}
	for i, t := range baseline {
		if err := all.Merge(t); err != nil {
			return nil, at(err, "baseline", i)
		}
	}
	if all.Answers() == 0 {
		return nil, at(ErrNoAnswers, "baseline")
	}
	s := all.sample()
	m.centre, m.variance = s.score, s.variance()
	if m.variance <= 0 {
		return nil, at(ErrNoSpread, "baseline")
	}
	return m, nil
}

// Centre returns the score of the baseline, and the variance of one answer.
func (m *Monitor) Centre() (score, variance float64) { return m.centre, m.variance }

// Chart is where the two statistics stand: a state that the host stores.
type Chart struct {
	EWMA     float64 `json:"ewma"`
	Variance float64 `json:"variance"` // of the EWMA
	High     float64 `json:"high"`     // CUSUM of scores above the centre, in standard errors
	Low      float64 `json:"low"`      // and of those below it
}

// Start returns the chart before the first period.
func (m *Monitor) Start() Chart { return Chart{EWMA: m.centre} }

// Point is one period on the chart. Score is 0 and Known false without answers:
// the chart then stays as it was.
type Point struct {
	Chart
	Answers int64   `json:"answers"`
	Score   float64 `json:"score"`
	Known   bool    `json:"known"`
	Lower   float64 `json:"lower"` // EWMA limits of this period
	Upper   float64 `json:"upper"`
	// Drift and Step say what is out of control: −1 below the normal level, +1
	// above it, 0 nothing. Drift is the EWMA's, Step the CUSUM's.
	Drift int `json:"drift"`
	Step  int `json:"step"`
}

// Next returns the point of the period after c; its Chart is the next state.
// ErrMismatch for a tally of another kind or scale than the baseline, ErrOption for
// a chart that is not finite. No allocation.
func (m *Monitor) Next(c Chart, t Tally) (Point, error) {
	if err := m.scale.same(&t); err != nil {
		return Point{}, err
	}
	if sum := c.EWMA + c.Variance + c.High + c.Low; math.IsNaN(sum) || math.IsInf(sum, 0) || c.Variance < 0 {
		return Point{}, fmt.Errorf("%w: a chart that is not finite", ErrOption)
	}
	s := t.sample()
	p := Point{Chart: c, Answers: t.Answers()}
	if p.Answers > 0 {
		p.Score, p.Known = s.score, true
		v := m.variance / s.n
		keep := 1 - m.cfg.Lambda
		p.EWMA = m.cfg.Lambda*p.Score + keep*c.EWMA
		p.Variance = m.cfg.Lambda*m.cfg.Lambda*v + keep*keep*c.Variance
		z := (p.Score - m.centre) / math.Sqrt(v)
		p.High = max(0, c.High+z-m.cfg.Slack)
		p.Low = max(0, c.Low-z-m.cfg.Slack)
	}
	half := m.cfg.Limit * math.Sqrt(p.Variance)
	p.Lower, p.Upper = m.centre-half, m.centre+half
	p.Drift = side(p.EWMA < p.Lower, p.EWMA > p.Upper)
	p.Step = side(p.Low > m.cfg.Threshold, p.High > m.cfg.Threshold)
	return p, nil
}

func side(below, above bool) int {
	switch {
	case below:
		return -1
	case above:
		return 1
	}
	return 0
}

// AppendPoints appends to dst the points of periods in order, from Start on.
// ErrMismatch at /i.
func (m *Monitor) AppendPoints(dst []Point, periods []Tally) ([]Point, error) {
	c := m.Start()
	for i, t := range periods {
		p, err := m.Next(c, t)
		if err != nil {
			return dst, at(err, i)
		}
		dst = append(dst, p)
		c = p.Chart
	}
	return dst, nil
}
