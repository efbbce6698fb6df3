package care

import (
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// Kind says what an anchor is.
type Kind string

// The kinds of anchors. The first six are facts of the customer; a plan is
// entered at one of them.
const (
	Joined  Kind = "joined"  // became a customer
	Stage   Kind = "stage"   // entered the stage named
	Order   Kind = "order"   // the last order
	Segment Kind = "segment" // entered the segment named
	Tier    Kind = "tier"    // reached the tier named
	Alert   Kind = "alert"   // the alert named was raised
	// For steps alone:
	Entry     Kind = "entry"    // what the plan was entered at; the default
	Birthday  Kind = "birthday" // every year's; 29 February is 28 February in common years
	OnDate    Kind = "date"     // the date of the anchor
	AfterStep Kind = "step"     // the step named was closed with one of the outcomes
)

// Anchor is what a step is counted from, or what a plan is entered at.
type Anchor struct {
	Kind Kind `json:"kind"`
	// Name of the stage, segment, tier, alert or step.
	Name string `json:"name,omitempty"`
	// Date of the kind OnDate.
	Date lifecycle.Date `json:"date,omitzero"`
	// Outcomes of the step named, any of which opens the branch; [OutcomeExpired] is
	// one too.
	Outcomes []string `json:"outcomes,omitempty"`
}

// OutcomeExpired is how every task may end; the other outcomes are the plan's own ids.
const OutcomeExpired = "expired"

// CatchUp says what becomes of an occurrence that was not done.
type CatchUp string

// What becomes of it.
const (
	// All: each stays due until done or expired. The default.
	All CatchUp = "all"
	// One: it stays due until done or expired, or until the next occurrence of
	// the step is due, which takes its place.
	One CatchUp = "one"
	// Skip: it is dropped at the end of the civil day on which it was due.
	Skip CatchUp = "skip"
)

// Reentry says what happens when a plan is entered again.
type Reentry string

// What happens. There is no default: a plan states it.
const (
	Never Reentry = "never" // a customer goes through the plan once in a lifetime
	Ended Reentry = "ended" // again, unless the last run is still going on
	// Restart: again, in place of the run that is going on. What is counted from
	// the entry, and what followed from it, is dropped; what is counted from
	// anything else (a birthday, a date, another fact) goes on.
	Restart Reentry = "restart"
)

// Plan is a care plan. As JSON it is read strictly: see [Plan.UnmarshalJSON].
type Plan struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"`
	// Entry is what begins a run of the plan for a customer. The run ends when
	// that is no longer so (the stage was left, the alert cleared), by an exit, or
	// when nothing more can come.
	Entry   Anchor  `json:"entry"`
	Reentry Reentry `json:"reentry"`
	// Rest is how long after one entry the next counts at the earliest.
	Rest guanxi.Span `json:"rest,omitzero"`
	// Exits are the outcomes that end a run, whatever the step.
	Exits []string `json:"exits,omitempty"`
	Steps []Step   `json:"steps"`
}

// Step is something to do for a customer, once or again and again.
type Step struct {
	ID      string      `json:"id"`
	Name    guanxi.Text `json:"name,omitzero"`
	Channel Channel     `json:"channel"`
	// Anchor that the step is counted from; none is the plan's entry.
	Anchor Anchor `json:"anchor,omitzero"`
	// After or Before is how far from the anchor the step is due, on the calendar
	// in the customer's zone; Before is for birthdays and dates alone.
	After  guanxi.Span `json:"after,omitzero"`
	Before guanxi.Span `json:"before,omitzero"`
	// At is the time of the day for birthdays and dates.
	At lifecycle.TimeOfDay `json:"at,omitzero"`
	// Every repeats the step, at least an hour apart, counted from the anchor: 31
	// January and every month is the last of February and 31 March. Times is how
	// often it occurs, 0 for no end. A birthday comes every year by itself.
	Every guanxi.Span `json:"every,omitzero"`
	Times int         `json:"times,omitempty"`
	// Expires is how long the step stays due, from the end of the quiet hours if it
	// is due in them; P0D is P30D. What the cap holds back expires all the same.
	Expires guanxi.Span `json:"expires,omitzero"`
	CatchUp CatchUp     `json:"catch_up,omitempty"`
	// Outcomes that a task of this step may end with.
	Outcomes []string `json:"outcomes,omitempty"`
	// Priority decides who comes first where the cap leaves room for one; the
	// higher does.
	Priority int `json:"priority,omitempty"`
}

// defaultExpires is how long a step stays due where it does not say.
var defaultExpires = guanxi.Span{Days: 30}

const (
	maxPlans = 256
	maxSteps = 64
	maxTimes = 10_000
)

// UnmarshalJSON reads strictly: every unknown field and wrong type is reported with
// its JSON pointer, and where there is none every fault of [Plan.Validate]; p is
// left alone if there is one.
func (p *Plan) UnmarshalJSON(data []byte) error {
	type plain Plan
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(p, Plan(v), err)
}
