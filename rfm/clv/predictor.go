package clv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/guanxi-go/guanxi"
)

// Predictor says what a model expects of customers. The methods that take one
// Row answer for customers whom no covariate sets apart, and trust it: a row that
// Rows.Validate refuses, or a time that is negative or not finite, gives NaN.
// Tables go through the Append methods, which check the unit and every row.
//
// A nil Predictor, as that of a failed fit is, answers NaN and ErrModel.
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
// leaving, per unit of the covariate, counted from Centre.
type Effect struct {
	Covariate   string  `json:"covariate"`
	On          Process `json:"on"`
	Coefficient float64 `json:"coefficient"`
	// Centre is the value at which the covariate changes nothing: that of the
	// customers whom Model is about. FitModel leaves it at 0 unless the parameters
	// at 0 would be out of range, for example with a postcode or a year.
	Centre float64 `json:"centre,omitempty"`
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
// there: else ErrCovariate. It is ErrRange if they move a rate by more than e²⁰⁰.
func (p *Predictor) For(covariates map[string]float64) (*Predictor, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
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
	if !movable(buy, leave) {
		return nil, fmt.Errorf("clv: %w", &guanxi.FieldError{Pointer: "/covariates", Err: tooFar(buy, leave)})
	}
	q := *p
	q.core, q.effects = p.model.place(new(cores), buy, leave), nil
	return &q, nil
}

// moves is what a value of the covariate adds to the log rates.
func (e *Effect) moves(value float64) (buy, leave float64) {
	v := e.Coefficient * (value - e.Centre)
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
	model, ok := plainModel(model)
	if !ok {
		return nil, fmt.Errorf("clv: %w: none of this package", ErrModel)
	}
	if err := model.Validate(); err != nil {
		return nil, err
	}
	if err := unit.check(); err != nil {
		return nil, fmt.Errorf("clv: %w", err)
	}
	if (unit == Opportunity) != (model.Kind() == KindBGBB) {
		return nil, fmt.Errorf("clv: %w: %s does not count in %q", ErrUnit, model.Kind().Label(guanxi.EN), string(unit))
	}
	if model.Kind() == KindBGBB && len(effects) > 0 {
		return nil, fmt.Errorf("clv: %w: %s takes none", ErrCovariate, model.Kind().Label(guanxi.EN))
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
			errs.add(&guanxi.FieldError{Pointer: at + "/coefficient", Err: fmt.Errorf("%w: %v", ErrValue, e.Coefficient)})
		}
		if !finite(e.Centre) {
			errs.add(&guanxi.FieldError{Pointer: at + "/centre", Err: fmt.Errorf("%w: %v", ErrValue, e.Centre)})
		}
	}
	if err := errs.err("predictor"); err != nil {
		return nil, err
	}
	return newPredictor(model, unit, effects), nil
}

// plainModel follows a pointer, and is false for nil and for what is no model of
// this package.
func plainModel(model Model) (Model, bool) {
	switch m := model.(type) {
	case MBGNBD, BGNBD, ParetoNBD, Sarmanov, BGBB:
		return m, true
	case *MBGNBD:
		return follow(m)
	case *BGNBD:
		return follow(m)
	case *ParetoNBD:
		return follow(m)
	case *Sarmanov:
		return follow(m)
	case *BGBB:
		return follow(m)
	}
	return nil, false
}

func follow[M Model](m *M) (Model, bool) {
	if m == nil {
		return nil, false
	}
	return *m, true
}

// check refuses to work without a model.
func (p *Predictor) check() error {
	if p == nil || p.core == nil {
		return fmt.Errorf("clv: %w: no predictor: the fit failed, or there was none", ErrModel)
	}
	return nil
}

func newPredictor(model Model, unit Unit, effects []Effect) *Predictor {
	return &Predictor{model: model, unit: unit, effects: append([]Effect(nil), effects...), workers: 1,
		core: model.place(new(cores), 0, 0)}
}

// WithWorkers returns the same predictor whose Append methods use up to n
// goroutines. The results do not depend on it.
func (p *Predictor) WithWorkers(n int) *Predictor {
	if p == nil {
		return nil
	}
	q := *p
	q.workers = max(1, n)
	return &q
}

// Model returns the parameters, those of customers whose covariates are all 0, or
// where an Effect has a Centre, at that.
// A nil predictor has none: nil.
func (p *Predictor) Model() Model {
	if p == nil {
		return nil
	}
	return p.model
}

// Unit returns the unit of every time that goes in or comes out.
func (p *Predictor) Unit() Unit {
	if p == nil {
		return ""
	}
	return p.unit
}

// Effects returns what covariates do.
func (p *Predictor) Effects() []Effect {
	if p == nil {
		return nil
	}
	return append([]Effect(nil), p.effects...)
}

// usable reports whether a row and a time can be asked about.
func (p *Predictor) usable(r Row, t float64) bool {
	if p == nil || p.core == nil {
		return false
	}
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
// purchases to dst, ascending. It draws nothing for an age that is negative, not
// finite or no whole number of Opportunities: ages from outside are checked by
// [Simulate], which says so.
func (p *Predictor) Draw(dst []float64, rng *rand.Rand, age float64) []float64 {
	if !p.usable(Row{}, age) {
		return dst
	}
	return p.core.draw(dst, rng, age)
}
