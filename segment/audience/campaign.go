package audience

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/proportion"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Metric is what a goal is measured by.
type Metric string

// The metrics.
const (
	ByShare Metric = "share" // the share who converted; the default
	ByMoney Metric = "money" // mean money a customer
)

// Label returns the name of m that is shown to people.
func (m Metric) Label(lang guanxi.Lang) string {
	switch m {
	case ByShare, "":
		return guanxi.Text{EN: "Share who converted", ZH: "转化率"}.In(lang)
	case ByMoney:
		return guanxi.Text{EN: "Money a customer", ZH: "人均金额"}.In(lang)
	}
	return string(m)
}

// Goal is what a campaign is to bring about: by how much the treated are to be
// above those held out. A target without a holdout would count what had come
// anyway.
type Goal struct {
	Metric Metric `json:"metric,omitempty"` // "" is ByShare
	// Uplift is the least difference that is worth it: of ByShare 0.02 is two
	// points, in [0, 1); of ByMoney an amount a customer, 0 or more. 0 is any at all.
	Uplift decimal.Decimal `json:"uplift"`
}

// Holdout splits customers before anything is sent: a hash of the salt and the
// customer decides, so that the same salt gives the same split for ever, on every
// machine and in any order, and nobody can choose who is left alone. A greater
// share keeps whom a smaller one held. Each campaign has a salt of its own, or
// the same customers are left alone each time.
type Holdout struct {
	Salt  string  `json:"salt"`
	Share float64 `json:"share"` // of customers held out, in [0, 1); 0 holds nobody, and nothing can be measured
}

// Stratum is a segment with a share of its own.
type Stratum struct {
	Segment string  `json:"segment"` // id
	Share   float64 `json:"share"`   // held out of it, in [0, 1); 0 holds nobody
}

const (
	// DefaultConfidence is the level of an interval where 0 is given.
	DefaultConfidence = 0.95
	// DefaultMinCustomers is how many customers each arm must have before a goal is
	// judged.
	DefaultMinCustomers = 30
)

// Campaign is what is done for whom, when, by which channels, and what for. As
// JSON its fields are in lower_snake. A config: a plain value.
type Campaign struct {
	ID       string      `json:"id"`
	Name     guanxi.Text `json:"name,omitzero"` // shown to people; none is the id
	Goal     Goal        `json:"goal"`
	Target   string      `json:"target"`   // id of the segment it is for
	Channels []string    `json:"channels"` // ids of the host's own, such as "sms"; at least one
	// From and To are the window, half-open, to the microsecond: what a customer
	// does in it counts.
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Holdout Holdout   `json:"holdout"`
	// Strata are segments that are split and compared by themselves. A customer
	// belongs to the first that they are in, or else to the rest, of which
	// Holdout.Share is held out.
	Strata       []Stratum `json:"strata,omitempty"`
	Decimals     int       `json:"decimals"`                // decimal places of the currency, 0–18; no default
	Confidence   float64   `json:"confidence,omitempty"`    // 0 is DefaultConfidence
	MinCustomers int64     `json:"min_customers,omitempty"` // in each arm; 0 is DefaultMinCustomers
}

// In reports whether something at t counts: From ≤ t < To.
func (c Campaign) In(t time.Time) bool { return !t.Before(c.From) && t.Before(c.To) }

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c Campaign) Validate() error {
	var errs []error
	fault := func(err error, parts ...any) { errs = append(errs, at(err, parts...)) }
	for _, id := range []struct{ name, v string }{{"id", c.ID}, {"target", c.Target}} {
		if !isID(id.v) {
			fault(fmt.Errorf("%w: %.64q", ErrID, id.v), id.name)
		}
	}
	decimals := c.Decimals
	if decimals < 0 || decimals > minor.MaxScale {
		fault(optionFault("%d is not in 0 to %d", decimals, minor.MaxScale), "decimals")
		decimals = minor.MaxScale / 2 // an amount of a likely size is then no fault of its own
	}
	errs = append(errs, guanxi.At("/goal", c.Goal.validate(decimals)))
	if len(c.Channels) == 0 {
		fault(fmt.Errorf("%w: there is none", ErrID), "channels")
	}
	for i, ch := range c.Channels {
		if !isID(ch) || slices.Contains(c.Channels[:i], ch) {
			fault(fmt.Errorf("%w: %.64q", ErrID, ch), "channels", i)
		}
	}
	for _, t := range []struct {
		name string
		v    time.Time
	}{{"from", c.From}, {"to", c.To}} {
		if !inTime(t.v) || t.v.Nanosecond()%1000 != 0 {
			fault(fmt.Errorf("%w, or finer than microseconds", ErrTime), t.name)
		}
	}
	if !c.From.Before(c.To) {
		fault(fmt.Errorf("%w: the window ends before it begins", ErrTime), "to")
	}
	errs = append(errs, c.validateHoldout()...)
	if _, _, ok := proportion.Level(c.Confidence, DefaultConfidence); !ok {
		fault(fmt.Errorf("%w: %v", ErrConfidence, c.Confidence), "confidence")
	}
	if c.MinCustomers < 0 || c.MinCustomers > NoOrdinal {
		fault(optionFault("%d is no number of customers", c.MinCustomers), "min_customers")
	}
	return errors.Join(errs...)
}

func (c Campaign) validateHoldout() []error {
	var errs []error
	salted := c.Holdout.Share != 0
	if !isShare(c.Holdout.Share) {
		errs = append(errs, at(shareFault(c.Holdout.Share), "holdout", "share"))
	}
	for i, s := range c.Strata {
		salted = salted || s.Share != 0
		if !isID(s.Segment) || slices.ContainsFunc(c.Strata[:i], func(o Stratum) bool { return o.Segment == s.Segment }) {
			errs = append(errs, at(fmt.Errorf("%w: %.64q", ErrID, s.Segment), "strata", i, "segment"))
		}
		if !isShare(s.Share) {
			errs = append(errs, at(shareFault(s.Share), "strata", i, "share"))
		}
	}
	if !utf8.ValidString(c.Holdout.Salt) || c.Holdout.Salt == "" && salted {
		errs = append(errs, at(optionFault("a holdout has a salt, which is text"), "holdout", "salt"))
	}
	return errs
}

func (g Goal) validate(decimals int) error {
	var errs []error
	switch g.Metric {
	case "", ByShare:
		if minorFault(g.Uplift, minor.MaxScale) != nil || g.Uplift.IsNegative() || g.Uplift.Cmp(decimal.NewFromInt(1)) >= 0 {
			errs = append(errs, at(optionFault("a difference of shares is in [0, 1)"), "uplift"))
		}
	case ByMoney:
		if err := minorFault(g.Uplift, decimals); err != nil {
			errs = append(errs, at(err, "uplift"))
		} else if g.Uplift.IsNegative() {
			errs = append(errs, at(optionFault("below 0"), "uplift"))
		}
	default:
		errs = append(errs, at(optionFault("%.32q is no metric", string(g.Metric)), "metric"))
	}
	return strict.Join(errs...)
}

// minorFault says what keeps d from being an amount of so many decimal places.
func minorFault(d decimal.Decimal, decimals int) error {
	_, err := units(d, decimals)
	return err
}

// units returns d in minor units.
func units(d decimal.Decimal, decimals int) (int64, error) {
	v, err := minor.From(d, decimals)
	switch {
	case errors.Is(err, minor.ErrScale):
		return 0, fmt.Errorf("%w: more than %d decimal places", ErrAmount, decimals)
	case err != nil:
		return 0, fmt.Errorf("%w: %w", ErrOverflow, err)
	}
	return v, nil
}

func isID(s string) bool { return s != "" && utf8.ValidString(s) }

func isShare(v float64) bool { return v >= 0 && v < 1 }

func shareFault(v float64) error { return optionFault("%v is not in [0, 1)", v) }

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *Campaign) UnmarshalJSON(data []byte) error {
	type plain Campaign
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, Campaign(v), err)
}
