package migration

import (
	"errors"
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/normal"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// ForecastConfig says what to forecast from. As JSON it is read strictly.
type ForecastConfig struct {
	// Start is how many customers are in each stage now, as [Counts.Stock] has
	// them. Needed.
	Start []int64 `json:"start"`
	// Periods is how far to look, 1 to 1,200. Needed.
	Periods int `json:"periods"`
	// Arrivals is how many customers are expected to come into each stage by the
	// end of a period, from outside; nil is none. See [Counts.Arrived].
	Arrivals []float64 `json:"arrivals,omitempty"`
	// Confidence of the intervals, in (0, 1); 0 is DefaultConfidence.
	Confidence float64 `json:"confidence,omitempty"`
}

// Validate returns every fault of c, each a *guanxi.FieldError: ErrCount,
// ErrOption, ErrConfidence. That lists fit the stages is seen by
// [Matrix.Forecast].
func (c ForecastConfig) Validate() error {
	var errs []error
	for i, v := range c.Start {
		if v < 0 || v > MaxCount {
			errs = append(errs, at(fmt.Errorf("%w: %d", ErrCount, v), "start", i))
		}
	}
	for i, v := range c.Arrivals {
		if !(v >= 0 && v <= MaxCount) {
			errs = append(errs, at(fmt.Errorf("%w: %v", ErrCount, v), "arrivals", i))
		}
	}
	if c.Periods < 1 || c.Periods > maxSteps {
		errs = append(errs, at(fmt.Errorf("%w: %d is not in 1 to %d", ErrOption, c.Periods, maxSteps), "periods"))
	}
	if _, err := checkConfidence(c.Confidence); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *ForecastConfig) UnmarshalJSON(data []byte) error {
	type plain ForecastConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, ForecastConfig(v), err)
}

// Expected is the forecast of one stage after some periods. An immutable value.
type Expected struct {
	Period int     `json:"period"` // 1 is the end of the next one
	Stage  string  `json:"stage"`
	Mean   float64 `json:"mean"` // customers
	// SE has two parts: that customers move by chance, each on their own, and that
	// the matrix was estimated from counts (by the delta method; nothing for a
	// matrix that was given).
	SE float64 `json:"se"`
	// Low and High are the normal interval Mean ± z·SE, not below 0, and not above
	// all customers where none arrive.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Forecast returns how many customers are expected in each stage after 1 to
// Periods periods, period by period and stage by stage, if the chain goes on as
// it did. Those who arrive are taken to be Poisson. Faults: those of
// [ForecastConfig.Validate]; ErrShape; ErrNoRow, at the place of the stage, where
// customers come into a stage whose row is absent and it is needed.
// Cost: O(periods · stages³), and O(periods² · stages³) for an estimated matrix.
func (m *Matrix) Forecast(cfg ForecastConfig) ([]Expected, error) {
	n := len(m.stages)
	errs := []error{cfg.Validate()}
	if len(cfg.Start) != n {
		errs = append(errs, at(fmt.Errorf("%w: %d counts for %d stages", ErrShape, len(cfg.Start), n), "start"))
	}
	if cfg.Arrivals != nil && len(cfg.Arrivals) != n {
		errs = append(errs, at(fmt.Errorf("%w: %d arrivals for %d stages", ErrShape, len(cfg.Arrivals), n), "arrivals"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	confidence, _ := checkConfidence(cfg.Confidence)
	z, most := normal.Deviate(confidence), 0.0
	x := [][]float64{make([]float64, n)} // expected, by period
	for i, v := range cfg.Start {
		x[0][i] = float64(v)
		most += float64(v)
	}
	for i := range cfg.Arrivals {
		if cfg.Arrivals[i] > 0 {
			most = math.Inf(1)
		}
	}
	binomial := m.spreads(cfg.Start)
	var back [][][]float64 // (Pᵗ)_jk as [t][k][j], for the delta method
	out := make([]Expected, 0, n*cfg.Periods)
	for t := 1; t <= cfg.Periods; t++ {
		now := make([]float64, n)
		if !m.step(now, x[t-1]) {
			return nil, m.noRow(x[t-1], t)
		}
		for i, v := range cfg.Arrivals {
			now[i] += v
		}
		x = append(x, now)
		back = m.powers(back)
		moved := binomial()
		for k, stage := range m.stages {
			e := Expected{Period: t, Stage: stage, Mean: now[k]}
			// Of those there at the start the variance is that of a sum of
			// multinomials; of those who arrived, which are Poisson, it is the mean.
			e.SE = math.Sqrt(moved.variance[k] + max(0, now[k]-moved.mean[k]) + m.chainVariance(x[:t], back, k))
			e.Low, e.High = max(0, e.Mean-z*e.SE), min(most, e.Mean+z*e.SE)
			e.High = max(e.High, e.Mean) // most is rounded as well
			out = append(out, e)
		}
	}
	return out, nil
}

type spread struct{ mean, variance []float64 }

// spreads returns a function that goes on one period at each call, and gives the
// mean and the variance of how many of start are in each stage then.
func (m *Matrix) spreads(start []int64) func() spread {
	n := len(m.stages)
	p := make([][]float64, n) // Pᵗ
	for i := range n {
		p[i] = make([]float64, n)
		p[i][i] = 1
	}
	row := make([]float64, n)
	return func() spread {
		s := spread{make([]float64, n), make([]float64, n)}
		for i, v := range start {
			if v == 0 {
				continue
			}
			m.step(row, p[i])
			copy(p[i], row)
			for k, q := range row {
				s.mean[k] += float64(v) * q
				s.variance[k] += float64(v) * max(0, q*(1-q))
			}
		}
		return s
	}
}

// powers appends the next power of P to those given, by columns.
func (m *Matrix) powers(back [][][]float64) [][][]float64 {
	if !m.estimated() {
		return nil
	}
	n := len(m.stages)
	next := make([][]float64, n)
	for k := range next {
		next[k] = make([]float64, n)
		if len(back) == 0 {
			next[k][k] = 1
		} else {
			m.back(next[k], back[len(back)-1][k])
		}
	}
	return append(back, next)
}

// chainVariance is what the counts behind P add to the variance of stage k after
// len(x) periods: ∂x_t(k)/∂P_ij = Σ_{u<t} x_u(i)·(P^{t−1−u})_jk.
func (m *Matrix) chainVariance(x [][]float64, back [][][]float64, k int) float64 {
	if back == nil {
		return 0
	}
	sum, grad := 0.0, make([]float64, len(m.stages))
	for i := range m.stages {
		if math.IsInf(m.size[i], 1) {
			continue
		}
		clear(grad)
		for u := range x {
			if x[u][i] == 0 {
				continue
			}
			for j, b := range back[len(x)-1-u][k] {
				grad[j] += x[u][i] * b
			}
		}
		sum += m.rowVariance(i, grad)
	}
	return sum
}

// noRow names the stages with customers and without a row.
func (m *Matrix) noRow(x []float64, period int) error {
	var errs []error
	for i, v := range x {
		if v > 0 && !m.known[i] {
			errs = append(errs, at(fmt.Errorf("%w: %q, with %.6g customers in period %d", ErrNoRow, m.stages[i], v, period), "start", i))
		}
	}
	return errors.Join(errs...)
}
