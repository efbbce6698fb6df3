package winback

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/normal"
	"github.com/guanxi-go/guanxi/internal/proportion"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Unit is one customer of a trial: a win-back, or any promotion with a holdout.
type Unit[K comparable] struct {
	Customer  K
	Arm       Arm             // as assigned, and not as it turned out
	Contacted bool            // was contacted all the same, or in fact
	Segment   string          // known before the trial; "" is a segment too
	Returned  bool            // came back, bought, used it: within the time the host looks at
	Money     decimal.Decimal // brought in that time, returned or not; may be below zero
	Cost      decimal.Decimal // of what was offered and sent to them
}

// Measure is what an effect is judged by.
type Measure string

// The measures.
const (
	ByReturns Measure = "returns" // the share who came back; the default
	ByMoney   Measure = "money"   // mean money a customer
	ByProfit  Measure = "profit"  // mean money less cost a customer
)

// Label returns the name of m that is shown to people.
func (m Measure) Label(lang guanxi.Lang) string {
	switch m {
	case ByReturns, "":
		return guanxi.Text{EN: "Share who came back", ZH: "回流率"}.In(lang)
	case ByMoney:
		return guanxi.Text{EN: "Money a customer", ZH: "人均金额"}.In(lang)
	case ByProfit:
		return guanxi.Text{EN: "Money less cost a customer", ZH: "人均净收益"}.In(lang)
	}
	return string(m)
}

const (
	// DefaultConfidence is the level of an interval where 0 is given.
	DefaultConfidence = 0.95
	// DefaultMinCustomers is how many customers each arm must have before an effect
	// is judged.
	DefaultMinCustomers = 30
)

// EvaluateConfig says how a trial is evaluated. The zero value is whole units of
// money, 95 %, returns.
type EvaluateConfig struct {
	Decimals     int     `json:"decimals"`                // decimal places of the currency, 0–18; no default
	Confidence   float64 `json:"confidence,omitempty"`    // 0 is DefaultConfidence
	MinCustomers int64   `json:"min_customers,omitempty"` // in each arm; 0 is DefaultMinCustomers
	Measure      Measure `json:"measure,omitempty"`       // of verdicts and stops; "" is ByReturns
	// Holdout is the one the arms were made with. With a Share above 0 every
	// arm is checked against it.
	Holdout Holdout `json:"holdout,omitzero"`
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c EvaluateConfig) Validate() error {
	var errs []error
	fault := func(name string, err error) { errs = append(errs, at(err, name)) }
	if c.Decimals < 0 || c.Decimals > minor.MaxScale {
		fault("decimals", fmt.Errorf("%w: %d is not in 0 to %d", ErrOption, c.Decimals, minor.MaxScale))
	}
	if _, _, err := level(c.Confidence); err != nil {
		fault("confidence", err)
	}
	if c.MinCustomers < 0 {
		fault("min_customers", fmt.Errorf("%w: %d is below 0", ErrOption, c.MinCustomers))
	}
	switch c.Measure {
	case "", ByReturns, ByMoney, ByProfit:
	default:
		fault("measure", fmt.Errorf("%w: %.32q is no measure", ErrOption, string(c.Measure)))
	}
	return strict.Join(append(errs, guanxi.At("/holdout", c.Holdout.Validate()))...)
}

// Interval is the limits of an estimate.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Counts are the customers of an arm.
type Counts struct {
	Units     int64 `json:"units"`
	Contacted int64 `json:"contacted"`
	Returned  int64 `json:"returned"`
}

// RateUplift is a share of the treated less that of the held.
type RateUplift struct {
	Treated  float64 `json:"treated"`
	Held     float64 `json:"held"`
	Uplift   float64 `json:"uplift"`
	Interval         // Newcombe's method 10
}

// MeanUplift is a mean of the treated less that of the held, in the currency.
type MeanUplift struct {
	Treated float64 `json:"treated"`
	Held    float64 `json:"held"`
	Uplift  float64 `json:"uplift"`
	// Welch's interval with its standard error and degrees of freedom. It is nil,
	// and they are 0, where an arm has one customer or all amounts of an arm are
	// alike in both: there is no spread to measure with.
	Interval *Interval `json:"interval,omitempty"`
	SE       float64   `json:"se"`
	DF       float64   `json:"df"`
}

// Verdict is what may be said of an effect.
type Verdict string

// The verdicts.
const (
	Worked    Verdict = "worked"    // the whole interval is above 0
	Harmed    Verdict = "harmed"    // the whole interval is below 0
	Undecided Verdict = "undecided" // enough customers, and 0 is in the interval, or the amounts have none
	TooFew    Verdict = "too_few"   // an arm has fewer customers than EvaluateConfig.MinCustomers
)

// Label returns the name of v that is shown to people.
func (v Verdict) Label(lang guanxi.Lang) string {
	switch v {
	case Worked:
		return guanxi.Text{EN: "Worked", ZH: "有效"}.In(lang)
	case Harmed:
		return guanxi.Text{EN: "Did harm", ZH: "有害"}.In(lang)
	case Undecided:
		return guanxi.Text{EN: "Undecided", ZH: "尚无定论"}.In(lang)
	case TooFew:
		return guanxi.Text{EN: "Too few customers", ZH: "样本不足"}.In(lang)
	}
	return string(v)
}

// Effect is what a campaign did to a group of customers, by intent to treat: all
// who were assigned to an arm count in it, contacted or not.
type Effect struct {
	Treated Counts `json:"treated"`
	Held    Counts `json:"held"`
	// The uplifts are nil where an arm is empty.
	Returns *RateUplift `json:"returns,omitempty"`
	Money   *MeanUplift `json:"money,omitempty"`
	Profit  *MeanUplift `json:"profit,omitempty"` // Money less Cost
	Verdict Verdict     `json:"verdict"`          // by EvaluateConfig.Measure
}

// Segment is the effect in one segment.
type Segment struct {
	Name string `json:"name"`
	Effect
}

// Report is the evaluation of a trial. A plain value.
type Report struct {
	Effect
	Segments   []Segment `json:"segments"` // by name
	Confidence float64   `json:"confidence"`
	Measure    Measure   `json:"measure"`
	Taint      Taint     `json:"taint"`
}

// Taint counts what blurs a trial. All these customers are in the effects, in
// the arm they were assigned to: leaving them out would compare others than were
// split.
type Taint struct {
	HeldContacted int64 `json:"held_contacted"` // held, and contacted all the same: the effect is understated
	NotContacted  int64 `json:"not_contacted"`  // treated, and never contacted: no fault, but the effect is diluted
	OtherArm      int64 `json:"other_arm"`      // in another arm than the holdout gives: somebody chose
	Rows          []int `json:"rows,omitempty"` // of HeldContacted and OtherArm, the first 1,000
	UnevenSplit   bool  `json:"uneven_split"`   // the arms' sizes contradict Holdout.Share, at 99.9 %
}

// Stops returns the segments in which contact did harm: those whose interval
// lies below zero, by EvaluateConfig.Measure. Put into Config.Stops they are not
// contacted. With many segments some will be stopped by chance: 2.5 % of those
// without any effect, at 95 %.
func (r Report) Stops() []string {
	var stops []string
	for _, s := range r.Segments {
		if s.Verdict == Harmed {
			stops = append(stops, s.Name)
		}
	}
	return stops
}

// Evaluate compares the arms of a trial: any campaign whose holdout was fixed
// before it. The order of the rows does not matter. Errors: those of
// EvaluateConfig.Validate, and for rows, the first 1,000 at once: ErrCustomer and
// ErrDuplicate at /i/customer, ErrArm at /i/arm, ErrAmount (the decimals) and
// ErrOverflow at /i/money and /i/cost; ErrEmpty without a treated or without a
// held customer. Cost: O(units).
//
// The returns are compared by Newcombe's method 10, the money by Welch's test.
// Newcombe (1998), Statistics in Medicine 17:873–890; Welch (1947), Biometrika
// 34:28–35.
func Evaluate[K comparable](key guanxi.Key[K], units []Unit[K], cfg EvaluateConfig) (Report, error) {
	if err := cfg.Validate(); err != nil {
		return Report{}, wrap(err)
	}
	t := trial{all: new(group), by: map[string]*group{}}
	seen := make(map[K]struct{}, len(units))
	var errs []error
	var zero K
	var buf []byte
	for i, u := range units {
		if len(errs) >= maxFaults {
			break
		}
		if _, dup := seen[u.Customer]; dup {
			errs = append(errs, at(ErrDuplicate, i, "customer"))
			continue
		}
		seen[u.Customer] = struct{}{}
		if u.Customer == zero {
			errs = append(errs, at(ErrCustomer, i, "customer"))
		}
		if u.Arm != Treated && u.Arm != Held {
			errs = append(errs, at(fmt.Errorf("%w: %.32q", ErrArm, u.Arm), i, "arm"))
		}
		money, err1 := signed(u.Money, cfg.Decimals)
		cost, err2 := amount(u.Cost, cfg.Decimals)
		profit, fits := minor.Sub(money, cost)
		if err1 == nil && err2 == nil && !fits {
			err1 = ErrOverflow
		}
		if err1 != nil {
			errs = append(errs, at(err1, i, "money"))
		}
		if err2 != nil {
			errs = append(errs, at(err2, i, "cost"))
		}
		if len(errs) > 0 {
			continue
		}
		if !t.add(u.Segment, u.Arm, u.Contacted, u.Returned, money, profit) {
			errs = append(errs, at(fmt.Errorf("%w: the sum", ErrOverflow), i, "money"))
		}
		moved := false
		if cfg.Holdout.Share > 0 {
			buf = key.Append(buf[:0], u.Customer)
			moved = cfg.Holdout.Assign(buf) != u.Arm
		}
		t.taint.note(i, u.Arm, u.Contacted, moved)
	}
	if len(errs) > 0 {
		return Report{}, wrap(strict.Join(errs...))
	}
	return t.report(cfg)
}

// trial is sums of all units and by segment.
type trial struct {
	all   *group
	by    map[string]*group
	taint Taint
}

type group struct{ treated, held arm }

type arm struct {
	counts        Counts
	money, profit moments
}

func (t *trial) add(segment string, a Arm, contacted, returned bool, money, profit int64) bool {
	g := t.by[segment]
	if g == nil {
		g = new(group)
		t.by[segment] = g
	}
	return t.all.add(a, contacted, returned, money, profit) && g.add(a, contacted, returned, money, profit)
}

func (g *group) add(a Arm, contacted, returned bool, money, profit int64) bool {
	s := &g.treated
	if a == Held {
		s = &g.held
	}
	s.counts.Units++
	if contacted {
		s.counts.Contacted++
	}
	if returned {
		s.counts.Returned++
	}
	return s.money.add(money) && s.profit.add(profit)
}

func (t *Taint) note(row int, a Arm, contacted, moved bool) {
	held := a == Held && contacted
	if held {
		t.HeldContacted++
	}
	if a == Treated && !contacted {
		t.NotContacted++
	}
	if moved {
		t.OtherArm++
	}
	if (held || moved) && len(t.Rows) < maxFaults {
		t.Rows = append(t.Rows, row)
	}
}

func (t *trial) report(cfg EvaluateConfig) (Report, error) {
	treated, held := t.all.treated.counts.Units, t.all.held.counts.Units
	if treated == 0 || held == 0 {
		return Report{}, wrap(fmt.Errorf("%w: %d treated, %d held", ErrEmpty, treated, held))
	}
	if cfg.Measure == "" {
		cfg.Measure = ByReturns
	}
	if cfg.MinCustomers == 0 {
		cfg.MinCustomers = DefaultMinCustomers
	}
	confidence, z, _ := level(cfg.Confidence)
	cfg.Confidence = confidence
	r := Report{Effect: t.all.effect(cfg, z), Confidence: confidence, Measure: cfg.Measure, Taint: t.taint}
	for name, g := range t.by {
		r.Segments = append(r.Segments, Segment{name, g.effect(cfg, z)})
	}
	slices.SortFunc(r.Segments, func(a, b Segment) int { return strings.Compare(a.Name, b.Name) })
	if s := cfg.Holdout.Share; s > 0 {
		n := float64(treated + held)
		low, high := proportion.Wilson(float64(held)/n, n, normal.Deviate(0.999))
		r.Taint.UnevenSplit = s < low || s > high
	}
	return r, nil
}

func (g *group) effect(cfg EvaluateConfig, z float64) Effect {
	t, h := &g.treated, &g.held
	e := Effect{Treated: t.counts, Held: h.counts, Verdict: TooFew}
	if t.counts.Units == 0 || h.counts.Units == 0 {
		return e
	}
	r := rateUplift(float64(t.counts.Returned), float64(t.counts.Units), float64(h.counts.Returned), float64(h.counts.Units), z)
	e.Returns = &r
	e.Money = welch(t.money, h.money, cfg.Decimals, cfg.Confidence)
	e.Profit = welch(t.profit, h.profit, cfg.Decimals, cfg.Confidence)
	if min(t.counts.Units, h.counts.Units) < cfg.MinCustomers {
		return e
	}
	e.Verdict = Undecided
	i := &r.Interval
	switch cfg.Measure {
	case ByMoney:
		i = e.Money.Interval
	case ByProfit:
		i = e.Profit.Interval
	}
	switch {
	case i == nil:
	case i.Low > 0:
		e.Verdict = Worked
	case i.High < 0:
		e.Verdict = Harmed
	}
	return e
}

// rateUplift compares a of m with b of n.
func rateUplift(a, m, b, n, z float64) RateUplift {
	r := RateUplift{Treated: a / m, Held: b / n}
	r.Uplift = r.Treated - r.Held
	r.Low, r.High = proportion.Difference(r.Treated, m, r.Held, n, z)
	return r
}

// level is proportion.Level with ErrConfidence.
func level(confidence float64) (c, z float64, err error) {
	c, z, ok := proportion.Level(confidence, DefaultConfidence)
	if !ok {
		err = fmt.Errorf("%w: %v", ErrConfidence, confidence)
	}
	return c, z, err
}
