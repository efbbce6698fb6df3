package winback

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Customer is what the host knows of a customer who left.
type Customer struct {
	Reason   string          // one of the config's; "" is not recorded
	Segment  string          // any of the host's
	Left     time.Time       // since when they are away: the last order, the end of the contract
	Value    decimal.Decimal // what they are worth by the host's measure, in the currency; situations ask for it
	Order    decimal.Decimal // the order expected when they return, before any offer; 0 is not known: nothing is given away
	Margin   decimal.Decimal // its margin before any offer, as a share of it in [-1, 1]
	OptedOut bool            // wants no contact
	OpenCase bool            // has a complaint that is not settled: nothing is given away before that
}

// Engine decides what is done for a customer next. Immutable; safe for
// concurrent use.
type Engine[K comparable] struct {
	cfg      Config
	key      guanxi.Key[K]
	plans    []plan
	eligible situation
	floor    int64 // billionths
	lifetime int64
	campaign int64
	stops    map[string]bool
	reasons  map[string]bool
}

// New returns the engine of a campaign, or every fault of cfg. It keeps a copy.
func New[K comparable](key guanxi.Key[K], cfg Config) (*Engine[K], error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("winback: config: %w", err)
	}
	cfg = cfg.clone()
	e := &Engine[K]{cfg: cfg, key: key, stops: map[string]bool{}, reasons: map[string]bool{}}
	e.plans, e.eligible = compile(&e.cfg), compileSituation(cfg.Eligible, cfg.Decimals)
	e.floor, _ = billionths(cfg.MarginFloor)
	e.lifetime, _ = amount(cfg.LifetimeBudget, cfg.Decimals)
	e.campaign, _ = amount(cfg.CampaignBudget, cfg.Decimals)
	for _, s := range cfg.Stops {
		e.stops[s] = true
	}
	for _, r := range cfg.Reasons {
		e.reasons[r.ID] = true
	}
	return e, nil
}

func (c Config) clone() Config {
	if c.Location == nil {
		c.Location = time.UTC
	}
	c.Reasons, c.Plans, c.Stops = slices.Clone(c.Reasons), slices.Clone(c.Plans), slices.Clone(c.Stops)
	for i := range c.Plans {
		p := &c.Plans[i]
		p.Reasons, p.Steps, p.When = slices.Clone(p.Reasons), slices.Clone(p.Steps), p.When.clone()
	}
	c.Eligible = c.Eligible.clone()
	return c
}

func (s Situation) clone() Situation {
	s.Segments = slices.Clone(s.Segments)
	for _, v := range []**decimal.Decimal{&s.MinValue, &s.MaxValue} {
		if *v != nil {
			d := **v
			*v = &d
		}
	}
	return s
}

// CampaignLimit is the campaign's budget in minor units, for [Purse.Reserve].
func (e *Engine[K]) CampaignLimit() int64 { return e.campaign }

// Arm returns the arm the holdout gives a customer. The arm a state carries
// goes before it.
func (e *Engine[K]) Arm(customer K) Arm { return ArmOf(e.cfg.Holdout, e.key, customer) }

// Decide says what is to be done for a customer at an instant. It changes
// nothing: the host stores State.Apply of the decision, and reserves its
// CostMinor in the campaign's purse, before anything is sent. In this order:
//
//  1. A customer who wants no contact, is in a stopped segment or is not eligible
//     is left alone, and assigned to no arm.
//  2. Everybody else is assigned by the holdout, once; the held are left alone.
//  3. Nothing is done when the steps are used up or the cool-down is not over.
//  4. The first plan whose reasons and situation fit and whose next step passes
//     is carried out: nothing is given away while a complaint is open, for an
//     order nobody knows or below the margin floor, no offer is made that is no
//     better than the last one, and nothing goes beyond the budgets. A step that
//     fails passes on to the next plan, and is named in Refused.
//
// The next step of a plan is the one after those the customer had of it, as
// State.Places says: a customer who was asked, and has now given a reason, begins
// the plan for it with its first step; one who returns to a plan goes on where they
// left it. No step is taken twice. MaxSteps and the cool-down count the steps of
// all plans, and offers rise from one plan to another as well. Errors: ErrReason at
// /customer/reason, ErrTime at /at (also before the state's last instant) and
// /customer/left (also after at), ErrAmount and ErrOverflow at /customer/value,
// order and margin, ErrState at /state and /campaign. Cost: O(plans) for each plan
// begun, a hash for a customer without an arm.
func (e *Engine[K]) Decide(customer K, c Customer, s State, campaign Purse, at time.Time) (Decision, error) {
	f, err := e.read(customer, &c, s, campaign, at)
	if err != nil {
		return Decision{}, wrap(err)
	}
	d := Decision{Outcome: Leave, At: at.UnixMicro(), Arm: s.Arm, Attempt: int(s.Steps) + 1}
	switch {
	case c.OptedOut:
		d.Cause = OptedOut
		return d, nil
	case e.stops[c.Segment]:
		d.Cause = Stopped
		return d, nil
	}
	if d.Cause = e.eligible.fails(&c, f.value, at, e.cfg.Location); d.Cause != "" {
		if d.Cause == TooSoon {
			d.Outcome, d.Until = Wait, e.cfg.Eligible.MinAway.AddTo(c.Left, e.cfg.Location)
		}
		return d, nil
	}
	if d.Arm == Unassigned {
		d.Arm = e.Arm(customer)
	}
	switch {
	case d.Arm == Held:
		d.Cause = HeldOut
		return d, nil
	case e.cfg.MaxSteps > 0 && int(s.Steps) >= e.cfg.MaxSteps:
		d.Cause = Exhausted
		return d, nil
	case s.Last > 0:
		if until := e.cfg.CoolDown.AddTo(time.UnixMicro(s.Last), e.cfg.Location); at.Before(until) {
			d.Outcome, d.Cause, d.Until = Wait, CoolingDown, until
			return d, nil
		}
	}
	e.choose(&d, &c, s, campaign, f, at)
	return d, nil
}

// facts are a customer's amounts as integers.
type facts struct {
	value, order int64
	room         int64 // what a gift or an offer may take of the order, in billionths
}

// read checks what Decide is given.
func (e *Engine[K]) read(customer K, c *Customer, s State, campaign Purse, when time.Time) (f facts, err error) {
	var errs []error
	fault := func(err error, parts ...any) { errs = append(errs, at(err, parts...)) }
	var zero K
	if customer == zero {
		fault(ErrCustomer, "key")
	}
	if c.Reason != "" && !e.reasons[c.Reason] {
		fault(fmt.Errorf("%w: %.64q", ErrReason, c.Reason), "customer", "reason")
	}
	now := timed(when)
	if !now {
		fault(ErrTime, "at")
	}
	if !timed(c.Left) || now && c.Left.After(when) {
		fault(ErrTime, "customer", "left")
	}
	if err := s.check(); err != nil {
		fault(err, "state")
	} else if now && when.UnixMicro() < max(s.Last, s.Assigned) {
		fault(fmt.Errorf("%w: before the state's last instant", ErrTime), "at")
	}
	if err := campaign.check(); err != nil {
		fault(err, "campaign")
	}
	if f.value, err = signed(c.Value, e.cfg.Decimals); err != nil {
		fault(err, "customer", "value")
	}
	if f.order, err = amount(c.Order, e.cfg.Decimals); err != nil {
		fault(err, "customer", "order")
	}
	if f.room, err = billionths(c.Margin); err != nil {
		fault(err, "customer", "margin")
	}
	if len(errs) > 0 {
		return facts{}, strict.Join(errs...)
	}
	f.room -= e.floor
	return f, nil
}

// choose fills d with the first step that passes.
func (e *Engine[K]) choose(d *Decision, c *Customer, s State, campaign Purse, f facts, when time.Time) {
	d.Cause = NoPlan
	for i := range e.plans {
		p := &e.plans[i]
		if len(p.Reasons) > 0 && !slices.Contains(p.Reasons, c.Reason) || p.when.fails(c, f.value, when, e.cfg.Location) != "" {
			continue
		}
		place := s.place(p.ID)
		if place >= len(p.Steps) {
			d.refuse(p.Plan, Exhausted)
			continue
		}
		step, takes := &p.Steps[place], p.steps[place]
		cost, ok := takes.cost(f.order)
		switch {
		case takes.gives && c.OpenCase:
			d.refuse(p.Plan, OpenComplaint)
		case step.Kind == Offer && !takes.given.better(s.Offered):
			d.refuse(p.Plan, NotRising)
		case takes.gives && f.order == 0:
			d.refuse(p.Plan, OrderUnknown)
		case takes.gives && (!ok || above(cost, f.order, f.room)):
			d.refuse(p.Plan, BelowMargin)
		case !ok || cost > s.Purse.Left(e.lifetime):
			d.refuse(p.Plan, LifetimeSpent)
		case cost > campaign.Left(e.campaign):
			d.refuse(p.Plan, CampaignSpent)
		default:
			d.Outcome, d.Cause = Act, Fits
			d.Plan, d.PlanName, d.Step, d.StepName, d.Kind = p.ID, p.Name, step.ID, step.Name, step.Kind
			d.Percent, d.Gift = step.Percent, step.Gift
			d.CostMinor, d.Cost = cost, minor.To(cost, e.cfg.Decimals)
			if step.Kind == Offer {
				d.Given = takes.given
			}
			return
		}
	}
}

// timed reports whether t is set and in the years 1970 to 9999: a state keeps
// instants after 1970.
func timed(t time.Time) bool {
	return !t.IsZero() && t.UnixMicro() > 0 && t.UTC().Year() >= 1970 && t.UTC().Year() <= 9999
}
