package winback

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// Config is a win-back campaign. As JSON its fields are in lower_snake, spans
// are ISO 8601, and the location is an IANA name or "+08:00".
type Config struct {
	Currency string         // a label such as "CNY"
	Decimals int            // decimal places of the currency, 0–18; no default
	Location *time.Location // where days and months are counted; nil is UTC
	Reasons  []Reason       // why customers leave; at least one
	Plans    []Plan         // the first that fits and can be afforded is carried out; at least one
	Eligible Situation      // who is in the campaign at all; the zero value is everybody
	Holdout  Holdout        // fixed before anything is offered
	CoolDown guanxi.Span    // least time between two steps to one customer; no default, and not zero
	// MaxSteps ends the campaign for a customer, whatever the plans have left;
	// 0 is no limit but theirs.
	MaxSteps int
	// MarginFloor is what must be left of the expected order after an offer, or a
	// service fix with a gift, and its cost, as a share of the order, in [0, 1):
	// 0 sells at no loss. Nine decimal places at most, as of every share.
	MarginFloor decimal.Decimal
	// Budgets bound what is promised and spent together: on one customer in their
	// lifetime, and by the campaign. They must be above zero where a step costs.
	LifetimeBudget decimal.Decimal
	CampaignBudget decimal.Decimal
	Stops          []string // segments that are not contacted, as Report.Stops returns them
}

// Plan is a ladder of steps for some reasons and a situation: the first step
// to be tried first, the next one after it when the cool-down is over.
type Plan struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"` // shown to people; none is the id
	// Reasons are those of the config that the plan answers. None is any, a
	// reason nobody recorded included: such a plan may not give anything away,
	// neither by an offer nor by a service fix with a gift.
	Reasons []string  `json:"reasons,omitempty"`
	When    Situation `json:"when,omitzero"`
	Steps   []Step    `json:"steps"`
}

// Label returns the name of p that is shown to people.
func (p Plan) Label(lang guanxi.Lang) string { return label(p.Name, p.ID, lang) }

// Step is one thing to do.
type Step struct {
	ID      string          `json:"id"`
	Name    guanxi.Text     `json:"name,omitzero"`    // shown to people; none is the id
	Kind    Kind            `json:"kind"`             // no default
	Percent decimal.Decimal `json:"percent,omitzero"` // Offer: the part of the order given away, in [0, 1): 0.1 is 10 %
	Gift    decimal.Decimal `json:"gift,omitzero"`    // Offer, ServiceFix: money or goods given away
	Cost    decimal.Decimal `json:"cost,omitzero"`    // of doing it: postage, a call, a visit
}

// Label returns the name of s that is shown to people.
func (s Step) Label(lang guanxi.Lang) string { return label(s.Name, s.ID, lang) }

// Situation is a condition on a customer; its zero value holds for everybody.
// Intervals are half-open.
type Situation struct {
	Segments []string         `json:"segments,omitempty"`  // one of these; none is any
	MinValue *decimal.Decimal `json:"min_value,omitempty"` // Customer.Value is this or more, in the currency
	MaxValue *decimal.Decimal `json:"max_value,omitempty"` // and less than this
	MinAway  guanxi.Span      `json:"min_away,omitzero"`   // away for this long or longer
	MaxAway  guanxi.Span      `json:"max_away,omitzero"`   // and less than this; zero is no limit
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c Config) Validate() error {
	var errs []error
	fault := func(err error, parts ...any) { errs = append(errs, at(err, parts...)) }
	if !utf8.ValidString(c.Currency) {
		fault(fmt.Errorf("%w: %q is no text", ErrOption, c.Currency), "currency")
	}
	decimals := c.Decimals
	if decimals < 0 || decimals > minor.MaxScale {
		fault(fmt.Errorf("%w: %d is not in 0 to %d", ErrOption, decimals, minor.MaxScale), "decimals")
		decimals = minor.MaxScale / 2 // amounts of a likely size are then no fault of their own
	}
	if err := civil.CheckZone(c.Location, ErrOption); err != nil {
		fault(err, "location")
	}
	ids := idSet{}
	for i, r := range c.Reasons {
		if err := ids.check(r.ID); err != nil {
			fault(err, "reasons", i, "id")
		}
	}
	if len(c.Reasons) == 0 {
		fault(fmt.Errorf("%w: there is none", ErrReason), "reasons")
	}
	if len(c.Plans) == 0 {
		fault(fmt.Errorf("%w: there is none", ErrOption), "plans")
	}
	plans := idSet{}
	for i, p := range c.Plans {
		if err := plans.check(p.ID); err != nil {
			fault(err, "plans", i, "id")
		}
		errs = append(errs, guanxi.At(guanxi.Pointer("plans", i), p.validate(ids, decimals)))
	}
	errs = append(errs, c.blanket(decimals)...)
	errs = append(errs, guanxi.At("/eligible", c.Eligible.validate(decimals)), guanxi.At("/holdout", c.Holdout.Validate()))
	if err := c.CoolDown.Validate(); err != nil {
		fault(err, "cool_down")
	} else if c.CoolDown.IsZero() {
		fault(fmt.Errorf("%w: two steps at once", ErrOption), "cool_down")
	}
	if c.MaxSteps < 0 {
		fault(fmt.Errorf("%w: %d is below 0", ErrOption, c.MaxSteps), "max_steps")
	}
	if !share(c.MarginFloor) {
		fault(fmt.Errorf("%w: not in [0, 1), or more than nine decimal places", ErrOption), "margin_floor")
	}
	for _, b := range []struct {
		name string
		v    decimal.Decimal
	}{{"lifetime_budget", c.LifetimeBudget}, {"campaign_budget", c.CampaignBudget}} {
		if v, err := amount(b.v, decimals); err != nil {
			fault(err, b.name)
		} else if v == 0 && c.costs() {
			fault(fmt.Errorf("%w: a step costs money, and there is none", ErrOption), b.name)
		}
	}
	for i, s := range c.Stops {
		if slices.Contains(c.Stops[:i], s) {
			fault(fmt.Errorf("%w: %.64q", ErrDuplicate, s), "stops", i)
		}
	}
	return errors.Join(errs...)
}

// costs reports whether any step takes money.
func (c Config) costs() bool {
	for _, p := range c.Plans {
		for _, s := range p.Steps {
			if s.Percent.Sign() > 0 || s.Gift.Sign() > 0 || s.Cost.Sign() > 0 {
				return true
			}
		}
	}
	return false
}

func (p Plan) validate(reasons idSet, decimals int) error {
	var errs []error
	for i, r := range p.Reasons {
		if !reasons[r] {
			errs = append(errs, at(fmt.Errorf("%w: %.64q", ErrReason, r), "reasons", i))
		} else if slices.Contains(p.Reasons[:i], r) {
			errs = append(errs, at(fmt.Errorf("%w: %.64q", ErrDuplicate, r), "reasons", i))
		}
	}
	errs = append(errs, guanxi.At("/when", p.When.validate(decimals)))
	if len(p.Steps) == 0 {
		errs = append(errs, at(fmt.Errorf("%w: there is none", ErrOption), "steps"))
	}
	ids := idSet{}
	last := -1
	for i, s := range p.Steps {
		if err := ids.check(s.ID); err != nil {
			errs = append(errs, at(err, "steps", i, "id"))
		}
		err := s.validate(decimals)
		errs = append(errs, guanxi.At(guanxi.Pointer("steps", i), err))
		if !s.gives() || err != nil {
			continue
		}
		if len(p.Reasons) == 0 {
			errs = append(errs, at(fmt.Errorf("%w: the plan names no reason", ErrBlanket), "steps", i))
		}
		if s.Kind != Offer {
			continue
		}
		if last >= 0 && !s.better(p.Steps[last]) {
			errs = append(errs, at(fmt.Errorf("%w: no better than step %d", ErrRising, last), "steps", i))
		}
		last = i
	}
	return errors.Join(errs...)
}

// gives reports whether s gives something away: an offer, or a gift with a
// service fix.
func (s Step) gives() bool { return s.Kind == Offer || s.Gift.Sign() > 0 }

// better reports whether s gives more than t on an order of any size.
func (s Step) better(t Step) bool {
	a, b := s.Percent.Cmp(t.Percent), s.Gift.Cmp(t.Gift)
	return a >= 0 && b >= 0 && a+b > 0
}

func (s Step) validate(decimals int) error {
	var errs []error
	fault := func(err error, name string) { errs = append(errs, at(err, name)) }
	switch s.Kind {
	case Contact, ServiceFix, Offer:
	default:
		fault(fmt.Errorf("%w: %.32q is no kind", ErrOption, string(s.Kind)), "kind")
	}
	if !share(s.Percent) {
		fault(fmt.Errorf("%w: not in [0, 1), or more than nine decimal places", ErrOption), "percent")
	} else if s.Percent.Sign() > 0 && s.Kind != Offer {
		fault(fmt.Errorf("%w: only an offer gives part of an order away", ErrOption), "percent")
	}
	gift, err := amount(s.Gift, decimals)
	if err != nil {
		fault(err, "gift")
	} else if gift > 0 && s.Kind == Contact {
		fault(fmt.Errorf("%w: a contact gives nothing away", ErrOption), "gift")
	}
	if s.Kind == Offer && err == nil && gift == 0 && s.Percent.Sign() == 0 {
		fault(fmt.Errorf("%w: an offer of nothing", ErrOption), "percent")
	}
	if _, err := amount(s.Cost, decimals); err != nil {
		fault(err, "cost")
	}
	return errors.Join(errs...)
}

func (s Situation) validate(decimals int) error {
	var errs []error
	for _, v := range []struct {
		name string
		v    *decimal.Decimal
	}{{"min_value", s.MinValue}, {"max_value", s.MaxValue}} {
		if v.v == nil {
			continue
		}
		if _, err := signed(*v.v, decimals); err != nil {
			errs = append(errs, at(err, v.name))
		}
	}
	if len(errs) == 0 && s.MinValue != nil && s.MaxValue != nil && s.MinValue.Cmp(*s.MaxValue) >= 0 {
		errs = append(errs, at(fmt.Errorf("%w: not above min_value", ErrOption), "max_value"))
	}
	for _, v := range []struct {
		name string
		v    guanxi.Span
	}{{"min_away", s.MinAway}, {"max_away", s.MaxAway}} {
		if err := v.v.Validate(); err != nil {
			errs = append(errs, at(err, v.name))
		}
	}
	return errors.Join(errs...)
}

// blanket returns a fault for everything that is given away in plans which
// together answer all reasons, at the first step that does so.
func (c Config) blanket(decimals int) (errs []error) {
	type offer struct {
		gives   string
		place   [2]int
		reasons []string
	}
	var offers []offer
	for i, p := range c.Plans {
		for j, s := range p.Steps {
			if !s.gives() || s.validate(decimals) != nil {
				continue
			}
			gives := s.Percent.String() + "+" + s.Gift.String()
			k := slices.IndexFunc(offers, func(o offer) bool { return o.gives == gives })
			if k < 0 {
				k = len(offers)
				offers = append(offers, offer{gives: gives, place: [2]int{i, j}})
			}
			offers[k].reasons = append(offers[k].reasons, p.Reasons...)
		}
	}
	for _, o := range offers {
		all := len(c.Reasons) > 0
		for _, r := range c.Reasons {
			all = all && slices.Contains(o.reasons, r.ID)
		}
		if all {
			errs = append(errs, at(fmt.Errorf("%w: all %d get it", ErrBlanket, len(c.Reasons)), "plans", o.place[0], "steps", o.place[1]))
		}
	}
	return errs
}

// idSet is ids that were seen.
type idSet map[string]bool

func (s idSet) check(id string) error {
	switch {
	case id == "":
		return fmt.Errorf("%w: it is missing", ErrID)
	case !utf8.ValidString(id):
		return fmt.Errorf("%w: it is no text", ErrID)
	case s[id]:
		return fmt.Errorf("%w: %.64q", ErrID, id)
	}
	s[id] = true
	return nil
}

// amount is d in minor units, zero or above.
func amount(d decimal.Decimal, decimals int) (int64, error) {
	v, err := minor.From(d, decimals)
	switch {
	case errors.Is(err, minor.ErrRange):
		return 0, ErrOverflow
	case err != nil:
		return 0, fmt.Errorf("%w: %w", ErrAmount, err)
	case v < 0:
		return 0, fmt.Errorf("%w: below zero", ErrAmount)
	}
	return v, nil
}
