package clv

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// SimulateConfig describes customers to invent.
type SimulateConfig struct {
	Customers int    `json:"customers"` // at most MaxSimulated
	Seed      uint64 `json:"seed"`      // the same seed gives the same customers
	// Age is the length of the observation from the first customer's first
	// purchase, in the unit of the model: a whole number of Opportunities.
	Age float64 `json:"age"`
	// Joining is how long newcomers keep coming, evenly, from the start; 0 lets all
	// begin together. At most Age.
	Joining float64 `json:"joining,omitempty"`
	// HoldOut is how long the customers are watched after that: a whole number of
	// Opportunities too.
	HoldOut float64 `json:"hold_out,omitempty"`
}

// MaxSimulated is how many customers or contracts are invented at once.
const MaxSimulated = 100_000_000

// Validate returns every fault of c that no model allows, each a
// *guanxi.FieldError.
func (c SimulateConfig) Validate() error {
	var errs faultList
	out := func(field string, v any) {
		errs.add(&guanxi.FieldError{Pointer: "/" + field, Err: fmt.Errorf("%w: %v", ErrRange, v)})
	}
	if c.Customers < 0 || c.Customers > MaxSimulated {
		out("customers", c.Customers)
	}
	if !(c.Age > 0 && finite(c.Age)) {
		out("age", c.Age)
	}
	if !(c.Joining >= 0 && c.Joining <= c.Age) {
		out("joining", c.Joining)
	}
	if !(c.HoldOut >= 0 && finite(c.HoldOut)) {
		out("hold_out", c.HoldOut)
	}
	return errs.err("simulation")
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *SimulateConfig) UnmarshalJSON(data []byte) error {
	type plain SimulateConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, SimulateConfig(p), err)
}

// check refuses lengths of time that the predictor does not count in, and those in
// which more purchases are expected of a customer than a row may have.
func (c SimulateConfig) check(p *Predictor) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	var errs faultList
	out := func(field, what string, v any) {
		errs.add(&guanxi.FieldError{Pointer: "/" + field, Err: fmt.Errorf("%w: %v %s", ErrRange, v, what)})
	}
	what := "is no length in the unit " + string(p.unit)
	switch all := c.Age + c.HoldOut; {
	case !p.isTime(c.Age):
		out("age", what, c.Age)
	case !p.isTime(c.HoldOut), !p.isTime(all):
		out("hold_out", what, c.HoldOut)
	case p.ExpectedNew(all) > MaxFrequency:
		out("age", fmt.Sprintf("and the hold-out: more than %d purchases are expected", MaxFrequency), c.Age)
	}
	if !p.isTime(c.HoldOut) && !p.isTime(c.Age) {
		out("hold_out", what, c.HoldOut)
	}
	return errs.err("simulation")
}

// Simulate invents customers: keys from 0, rows at the end of Age, and what each
// did in the hold-out if there is one. With spend nil they have no values.
// Customer i does not depend on how many there are. The predictor's covariates
// count as 0; simulate each group with a model of its own. Errors: faults of cfg,
// among them ErrRange for lengths that are no whole Opportunities or in which more
// than MaxFrequency purchases a customer are expected; faults of spend; ErrModel
// for a nil predictor. Cost: O(purchases).
func Simulate(p *Predictor, spend *GammaGamma, cfg SimulateConfig) (*Customers[int], error) {
	if err := cfg.check(p); err != nil {
		return nil, err
	}
	if spend != nil {
		if err := spend.Validate(); err != nil {
			return nil, err
		}
	}
	c := &Customers[int]{Rows: Rows{Unit: p.unit}, key: guanxi.IntKey[int](), HoldOutLength: cfg.HoldOut}
	c.Keys, c.List = make([]int, cfg.Customers), make([]Row, cfg.Customers)
	if cfg.HoldOut > 0 {
		c.HoldOut = make([]HoldOut, cfg.Customers)
	}
	var times, values []float64
	for i := range c.Keys {
		rng := rand.New(rand.NewPCG(cfg.Seed, uint64(i)))
		age := cfg.Age - cfg.Joining*rng.Float64()
		if p.unit == Opportunity {
			age = math.Floor(age)
		}
		times = p.Draw(times[:0], rng, age+cfg.HoldOut)
		if spend != nil {
			values, _ = spend.core().Simulate(rng, values[:0], len(times))
		}
		c.Keys[i] = i
		row := Row{Age: age}
		var before, after float64
		for k, t := range times {
			switch {
			case t <= age:
				row.Frequency, row.LastPurchaseAge = row.Frequency+1, t
				if spend != nil {
					before += values[k]
				}
			default:
				c.HoldOut[i].Frequency++
				if spend != nil {
					after += values[k]
				}
			}
		}
		if row.Frequency > 0 {
			row.Value = before / float64(row.Frequency)
		}
		c.List[i] = row
		if c.HoldOut != nil && c.HoldOut[i].Frequency > 0 {
			c.HoldOut[i].Value = after / float64(c.HoldOut[i].Frequency)
		}
	}
	return c, nil
}
