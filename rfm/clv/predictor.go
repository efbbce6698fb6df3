package clv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"sync"

	"github.com/guanxi-go/guanxi"
)

// Predictor says what a model expects of customers. The methods that take one
// Row answer for customers whom no covariate sets apart, and trust it: a row that
// Rows.Validate refuses, or a time that is negative or not finite, gives NaN.
// Tables go through the Append methods, which check the unit and every row.
//
// Immutable; safe for concurrent use.
type Predictor struct {
	model   Model
	unit    Unit
	effects []Effect
	workers int
	core    core
}

// Effect is what one covariate does in a fitted model: exp(Coefficient) is the
// factor on the rate of buying, or on the rate (for the BG models the odds) of
// leaving, per unit of the covariate.
type Effect struct {
	Covariate   string  `json:"covariate"`
	On          Process `json:"on"`
	Coefficient float64 `json:"coefficient"`
}

// Process is what a covariate acts on.
type Process string

// The processes.
const (
	Buying  Process = "buying"
	Leaving Process = "leaving"
	// Both is one coefficient on both: the covariate that makes customers buy
	// oftener by a factor makes them leave sooner by the same.
	Both Process = "both"
)

// For returns the predictor of customers with the given covariates, by name, so
// that single rows can be asked about. Every covariate of the model must be
// there: else ErrCovariate.
func (p *Predictor) For(covariates map[string]float64) (*Predictor, error) {
	buy, leave := 0.0, 0.0
	for _, e := range p.effects {
		v, ok := covariates[e.Covariate]
		if !ok || !finite(v) {
			return nil, fmt.Errorf("clv: %w", &guanxi.FieldError{Pointer: guanxi.Pointer("covariates", e.Covariate),
				Err: fmt.Errorf("%w: %v", ErrCovariate, v)})
		}
		b, l := e.moves(v)
		buy, leave = buy+b, leave+l
	}
	q := *p
	q.core, q.effects = p.model.place(new(cores), buy, leave), nil
	return &q, nil
}

// moves is what a value of the covariate adds to the log rates.
func (e *Effect) moves(value float64) (buy, leave float64) {
	v := e.Coefficient * value
	switch e.On {
	case Buying:
		return v, 0
	case Leaving:
		return 0, v
	}
	return v, v
}

// NewPredictor makes a predictor from parameters, for example published or stored
// ones, and the unit they were fitted in. Effects are those of covariates, which
// the tables must hold then. BG/BB goes with Opportunity, and nothing else does.
func NewPredictor(model Model, unit Unit, effects ...Effect) (*Predictor, error) {
	if model == nil {
		return nil, fmt.Errorf("clv: %w: none", ErrModel)
	}
	if err := model.Validate(); err != nil {
		return nil, err
	}
	if err := unit.check(); err != nil {
		return nil, fmt.Errorf("clv: %w", err)
	}
	if (unit == Opportunity) != (model.Kind() == KindBGBB) {
		return nil, fmt.Errorf("clv: %w: %s does not count in %q", ErrUnit, model.Kind().Label(), string(unit))
	}
	if model.Kind() == KindBGBB && len(effects) > 0 {
		return nil, fmt.Errorf("clv: %w: %s takes none", ErrCovariate, model.Kind().Label())
	}
	var errs faultList
	for i, e := range effects {
		at := "/effects/" + strconv.Itoa(i)
		if e.Covariate == "" {
			errs.add(&guanxi.FieldError{Pointer: at + "/covariate", Err: fmt.Errorf("%w: no name", ErrCovariate)})
		}
		if e.On != Buying && e.On != Leaving && e.On != Both {
			errs.add(&guanxi.FieldError{Pointer: at + "/on", Err: fmt.Errorf("%w: %q is not buying, leaving or both", ErrRange, string(e.On))})
		}
		if !finite(e.Coefficient) {
			errs.add(&guanxi.FieldError{Pointer: at + "/coefficient", Err: fmt.Errorf("%w: %v", ErrNumber, e.Coefficient)})
		}
	}
	if err := errs.err("predictor"); err != nil {
		return nil, err
	}
	return newPredictor(model, unit, effects), nil
}

func newPredictor(model Model, unit Unit, effects []Effect) *Predictor {
	return &Predictor{model: model, unit: unit, effects: append([]Effect(nil), effects...), workers: 1,
		core: model.place(new(cores), 0, 0)}
}

// WithWorkers returns the same predictor whose Append methods use up to n
// goroutines. The results do not depend on it.
func (p *Predictor) WithWorkers(n int) *Predictor {
	q := *p
	q.workers = max(1, n)
	return &q
}

// Model returns the parameters, those of customers whose covariates are all 0.
func (p *Predictor) Model() Model { return p.model }

// Unit returns the unit of every time that goes in or comes out.
func (p *Predictor) Unit() Unit { return p.unit }

// Effects returns what covariates do.
func (p *Predictor) Effects() []Effect { return append([]Effect(nil), p.effects...) }

// usable reports whether a row and a time can be asked about.
func (p *Predictor) usable(r Row, t float64) bool {
	_, reason := r.fault(p.unit)
	return reason == nil && p.isTime(t)
}

// isTime reports whether t is a length of time: a whole number of Opportunities.
func (p *Predictor) isTime(t float64) bool {
	return t >= 0 && finite(t) && (p.unit != Opportunity || t == math.Trunc(t) && t <= MaxFrequency)
}

// LogLikelihood is that of one row, without the constant that no parameter moves
// (x! and the like), as the references have it.
func (p *Predictor) LogLikelihood(r Row) float64 {
	if !p.usable(r, 0) {
		return math.NaN()
	}
	return p.core.LogLik(r.Frequency, r.LastPurchaseAge, r.Age)
}

// PAlive is the probability that the customer is still active when another
// `ahead` units have passed; ahead 0 is the P(alive) of the literature.
func (p *Predictor) PAlive(r Row, ahead float64) float64 {
	if !p.usable(r, ahead) {
		return math.NaN()
	}
	return p.core.PAlive(r.Frequency, r.LastPurchaseAge, r.Age, ahead)
}

// Expected is the expected number of purchases in the next t, (0, t], whether or
// not the customer is still active.
func (p *Predictor) Expected(r Row, t float64) float64 {
	if !p.usable(r, t) {
		return math.NaN()
	}
	return p.core.Expected(r.Frequency, r.LastPurchaseAge, r.Age, t)
}

// Probability is that of exactly n purchases in the next t.
func (p *Predictor) Probability(r Row, t float64, n int) float64 {
	if !p.usable(r, t) {
		return math.NaN()
	}
	if n < 0 {
		return 0
	}
	return p.core.Prob(r.Frequency, r.LastPurchaseAge, r.Age, t, n)
}

// DERT is the number of purchases still to be expected, for ever, each discounted
// at the continuous rate > 0 per unit of time: discounted expected residual
// transactions. Fader, Hardie & Lee (2005), J. of Marketing Research 42:415–430.
func (p *Predictor) DERT(r Row, rate float64) float64 {
	if !p.usable(r, 0) || !(rate > 0 && finite(rate)) {
		return math.NaN()
	}
	return p.core.DERT(r.Frequency, r.LastPurchaseAge, r.Age, rate)
}

// ExpectedNew is the expected number of repeat purchases of a new customer in the
// first t after the first purchase.
func (p *Predictor) ExpectedNew(t float64) float64 {
	if !p.usable(Row{}, t) {
		return math.NaN()
	}
	return p.core.ExpectedNew(t)
}

// ProbabilityNew is the probability that a new customer makes exactly n repeat
// purchases in the first t.
func (p *Predictor) ProbabilityNew(t float64, n int) float64 {
	if !p.usable(Row{}, t) {
		return math.NaN()
	}
	if n < 0 {
		return 0
	}
	return p.core.ProbNew(t, n)
}

// Draw simulates a new customer for age: it appends the times of the repeat
// purchases to dst, ascending.
func (p *Predictor) Draw(rng *rand.Rand, dst []float64, age float64) []float64 {
	if !p.usable(Row{}, age) {
		return dst
	}
	return p.core.draw(rng, dst, age)
}

// AppendPAlive appends PAlive of every row to dst; element i belongs to row i. It
// returns every fault of the table, and dst as it was then. Cost: 20–30 ns a row
// for the BG models, no allocation but dst.
func (p *Predictor) AppendPAlive(dst []float64, rows Rows, ahead float64) ([]float64, error) {
	return p.each(dst, rows, ahead, "ahead", func(c core, r *Row) float64 {
		return c.PAlive(r.Frequency, r.LastPurchaseAge, r.Age, ahead)
	})
}

// AppendExpected appends Expected of every row to dst. Errors as AppendPAlive.
func (p *Predictor) AppendExpected(dst []float64, rows Rows, t float64) ([]float64, error) {
	return p.each(dst, rows, t, "t", func(c core, r *Row) float64 {
		return c.Expected(r.Frequency, r.LastPurchaseAge, r.Age, t)
	})
}

// AppendProbability appends Probability of every row to dst. Errors as
// AppendPAlive.
func (p *Predictor) AppendProbability(dst []float64, rows Rows, t float64, n int) ([]float64, error) {
	return p.each(dst, rows, t, "t", func(c core, r *Row) float64 {
		if n < 0 {
			return 0
		}
		return c.Prob(r.Frequency, r.LastPurchaseAge, r.Age, t, n)
	})
}

// AppendDERT appends DERT of every row to dst. Errors as AppendPAlive, and
// ErrRange for a rate that is not above 0.
func (p *Predictor) AppendDERT(dst []float64, rows Rows, rate float64) ([]float64, error) {
	if !(rate > 0 && finite(rate)) {
		return dst, badTime("rate", rate)
	}
	return p.each(dst, rows, 0, "rate", func(c core, r *Row) float64 {
		return c.DERT(r.Frequency, r.LastPurchaseAge, r.Age, rate)
	})
}

func badTime(name string, t float64) error {
	return fmt.Errorf("clv: %w", &guanxi.FieldError{Pointer: "/" + name, Err: fmt.Errorf("%w: %v", ErrRange, t)})
}

// each fills a stretch of dst by row.
func (p *Predictor) each(dst []float64, rows Rows, t float64, name string, do func(core, *Row) float64) ([]float64, error) {
	if !p.isTime(t) {
		return dst, badTime(name, t)
	}
	at, err := p.columns(rows)
	if err != nil {
		return dst, err
	}
	n := len(dst)
	dst = append(dst, make([]float64, len(rows.List))...)
	p.inParallel(len(rows.List), func(lo, hi int) {
		w := p.walker(rows, at)
		for i := lo; i < hi; i++ {
			dst[n+i] = do(w.core(i), &rows.List[i])
		}
	})
	return dst, nil
}

// columns checks a table against the predictor and finds the column of each
// effect.
func (p *Predictor) columns(rows Rows) ([]int, error) {
	if rows.Unit != p.unit {
		return nil, fmt.Errorf("clv: %w", &guanxi.FieldError{Pointer: "/unit",
			Err: fmt.Errorf("%w: the rows are in %q, the model in %q", ErrUnit, string(rows.Unit), string(p.unit))})
	}
	if err := rows.Validate(); err != nil {
		return nil, err
	}
	at := make([]int, len(p.effects))
	for k, e := range p.effects {
		at[k] = -1
		for j, c := range rows.Covariates {
			if c.Name == e.Covariate {
				at[k] = j
			}
		}
		if at[k] < 0 {
			return nil, fmt.Errorf("clv: %w", &guanxi.FieldError{Pointer: "/covariates",
				Err: fmt.Errorf("%w: the rows have no %q", ErrCovariate, e.Covariate)})
		}
	}
	return at, nil
}

// walker gives the core of each row in turn.
type walker struct {
	p    *Predictor
	rows Rows
	at   []int

	room       cores
	moved      core
	buy, leave float64
}

func (p *Predictor) walker(rows Rows, at []int) *walker {
	return &walker{p: p, rows: rows, at: at}
}

func (w *walker) core(i int) core {
	if len(w.at) == 0 {
		return w.p.core
	}
	buy, leave := 0.0, 0.0
	for k, j := range w.at {
		b, l := w.p.effects[k].moves(w.rows.Covariates[j].Values[i])
		buy, leave = buy+b, leave+l
	}
	if w.moved == nil || buy != w.buy || leave != w.leave {
		w.moved, w.buy, w.leave = w.p.model.place(&w.room, buy, leave), buy, leave
	}
	return w.moved
}

// inParallel runs do over stretches of n rows.
func (p *Predictor) inParallel(n int, do func(lo, hi int)) {
	const least = 1 << 10
	workers := max(1, min(p.workers, n/least))
	if workers == 1 {
		do(0, n)
		return
	}
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() { do(n*i/workers, n*(i+1)/workers) })
	}
	wg.Wait()
}
