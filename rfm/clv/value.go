package clv

import (
	"fmt"
	"math"
	"strconv"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// ValueConfig says what a lifetime value counts.
type ValueConfig struct {
	// Horizon is how many months ahead; 0 is DefaultHorizon.
	Horizon int `json:"horizon,omitempty"`
	// Discount is the rate per month, 0.01 for 1 %: what is earned in month k,
	// counted from 1, is divided by (1 + Discount)^k. 0 does not discount.
	Discount float64 `json:"discount,omitempty"`
	// Margin is the share of the spend that is left, in (0, 1]; 0 is 1, for rows
	// whose value is a margin already, or to value revenue.
	Margin float64 `json:"margin,omitempty"`
	// MonthDays is how many days a month of Horizon and Discount has; 0 is
	// DaysPerMonth. Other tools take 30 days, or 4.345 weeks (30.415 days). The unit
	// Month of rows is DaysPerMonth long whatever stands here.
	MonthDays float64 `json:"month_days,omitempty"`
}

// DefaultHorizon is a year.
const DefaultHorizon = 12

// MaxHorizon is how many months a value may look ahead: a century.
const MaxHorizon = 1200

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c ValueConfig) Validate() error {
	var errs faultList
	out := func(field string, v any) {
		errs.add(&guanxi.FieldError{Pointer: "/" + field, Err: fmt.Errorf("%w: %v", ErrRange, v)})
	}
	if c.Horizon < 0 || c.Horizon > MaxHorizon {
		out("horizon", c.Horizon)
	}
	if !(c.Discount >= 0 && finite(c.Discount)) {
		out("discount", c.Discount)
	}
	if !(c.Margin >= 0 && c.Margin <= 1) {
		out("margin", c.Margin)
	}
	if !(c.MonthDays >= 0 && c.MonthDays <= 366) {
		out("month_days", c.MonthDays)
	}
	return errs.err("value config")
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *ValueConfig) UnmarshalJSON(data []byte) error {
	type plain ValueConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, ValueConfig(p), err)
}

func (c ValueConfig) withDefaults() ValueConfig {
	if c.Horizon == 0 {
		c.Horizon = DefaultHorizon
	}
	if c.Margin == 0 {
		c.Margin = 1
	}
	if c.MonthDays == 0 {
		c.MonthDays = DaysPerMonth
	}
	return c
}

// Value is what a customer is expected to be worth.
type Value struct {
	PAlive   float64 `json:"p_alive"`
	Expected float64 `json:"expected"` // purchases up to the horizon
	Spend    float64 `json:"spend"`    // expected value of one of them, before Margin
	Value    float64 `json:"value"`    // of all of them: margin taken, discounted
}

// AppendValues appends the lifetime value of every row to dst; element i belongs
// to row i. Spend[i] is the expected value of one purchase of customer i: see
// [GammaGamma.AppendSpend]; one below 0 is a loss, as margins may be, and makes
// the value negative. What is earned within a month counts at its end.
//
// Errors: faults of the config and the table, ErrLength and ErrValue of spend,
// ErrUnit for BG/BB, whose opportunities have no length. Cost: about 0.5 µs a
// customer for 12 months with the BG models, no allocation but dst.
func (p *Predictor) AppendValues(dst []Value, rows Rows, spend []float64, cfg ValueConfig) ([]Value, error) {
	plan, at, err := p.plan(rows, spend, cfg)
	if err != nil {
		return dst, err
	}
	n := len(dst)
	dst = append(dst, make([]Value, len(rows.List))...)
	p.inParallel(len(rows.List), func(lo, hi int) {
		w := p.walker(rows, at)
		expected := make([]float64, len(plan.ends))
		for i := lo; i < hi; i++ {
			r := &rows.List[i]
			c := w.core(i)
			c.ExpectedMany(expected, r.Frequency, r.LastPurchaseAge, r.Age, plan.ends)
			dst[n+i] = Value{
				PAlive:   c.PAlive(r.Frequency, r.LastPurchaseAge, r.Age, 0),
				Expected: expected[len(expected)-1],
				Spend:    spend[i],
				Value:    spend[i] * plan.discounted(expected),
			}
		}
	})
	return dst, nil
}

// AppendCashFlows appends what every row is expected to earn in each month up to
// the horizon, margin taken and not discounted: Horizon numbers a row, row after
// row. Discounted they add up to Value. Errors as AppendValues.
func (p *Predictor) AppendCashFlows(dst []float64, rows Rows, spend []float64, cfg ValueConfig) ([]float64, error) {
	plan, at, err := p.plan(rows, spend, cfg)
	if err != nil {
		return dst, err
	}
	n, h := len(dst), len(plan.ends)
	dst = append(dst, make([]float64, h*len(rows.List))...)
	p.inParallel(len(rows.List), func(lo, hi int) {
		w := p.walker(rows, at)
		for i := lo; i < hi; i++ {
			r, flows := &rows.List[i], dst[n+i*h:n+(i+1)*h]
			w.core(i).ExpectedMany(flows, r.Frequency, r.LastPurchaseAge, r.Age, plan.ends)
			for k := h - 1; k >= 0; k-- {
				if k > 0 {
					flows[k] -= flows[k-1]
				}
				flows[k] *= spend[i] * plan.margin
			}
		}
	})
	return dst, nil
}

// valuePlan is a ValueConfig in the unit of a model.
type valuePlan struct {
	ends   []float64 // of the months
	weight []float64 // of what is earned in each: discount and margin
	margin float64
}

func (p *Predictor) plan(rows Rows, spend []float64, cfg ValueConfig) (*valuePlan, []int, error) {
	if err := p.check(); err != nil {
		return nil, nil, err
	}
	plan, err := p.months(cfg)
	if err != nil {
		return nil, nil, err
	}
	at, err := p.columns(rows)
	if err != nil {
		return nil, nil, err
	}
	if len(spend) != len(rows.List) {
		return nil, nil, fmt.Errorf("clv: %w", &guanxi.FieldError{Pointer: "/spend",
			Err: fmt.Errorf("%w: %d values for %d rows", ErrLength, len(spend), len(rows.List))})
	}
	var errs faultList
	for i, s := range spend {
		if !finite(s) {
			errs.add(&guanxi.FieldError{Pointer: "/spend/" + strconv.Itoa(i), Err: fmt.Errorf("%w: %v", ErrValue, s)})
		}
	}
	return plan, at, errs.err("spend")
}

func (p *Predictor) months(cfg ValueConfig) (*valuePlan, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	days, ok := p.unit.Days()
	if !ok {
		return nil, fmt.Errorf("clv: %w: an %s has no length in months; use DERT", ErrUnit, p.unit)
	}
	cfg = cfg.withDefaults()
	plan := &valuePlan{margin: cfg.Margin, ends: make([]float64, cfg.Horizon), weight: make([]float64, cfg.Horizon)}
	for i := range cfg.Horizon {
		k := float64(i + 1)
		plan.ends[i] = k * cfg.MonthDays / days
		plan.weight[i] = cfg.Margin * math.Pow(1+cfg.Discount, -k)
	}
	return plan, nil
}

// discounted adds up the months of cumulative expectations.
func (v *valuePlan) discounted(expected []float64) float64 {
	sum, before := 0.0, 0.0
	for k, e := range expected {
		sum += v.weight[k] * (e - before)
		before = e
	}
	return sum
}
