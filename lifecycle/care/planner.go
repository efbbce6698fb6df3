package care

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// Planner is plans and a policy ready for use; [NewPlanner] makes it. It is
// immutable and safe for concurrent use.
type Planner struct {
	plans []Plan
	index map[string]int
	quiet map[Channel]daytimes
	cap   Cap
}

// NewPlanner makes a planner, which copies what it keeps. The error holds every
// fault, below /plans and /policy. Where several plans want a customer at the same
// moment the earlier in the list comes first.
func NewPlanner(plans []Plan, policy Policy) (*Planner, error) {
	var f faults
	if len(plans) > maxPlans {
		f.add("/plans", ErrOption, "%d are more than %d", len(plans), maxPlans)
		return nil, f.err()
	}
	p := &Planner{index: make(map[string]int), quiet: make(map[Channel]daytimes), cap: policy.Cap}
	for i, plan := range plans {
		at := guanxi.Pointer("plans", i)
		f.at(at, plan.Validate())
		if _, ok := p.index[plan.ID]; ok {
			f.add(at+"/id", ErrDuplicate, "%.64q", plan.ID)
		}
		p.index[plan.ID] = i
		plan.Exits, plan.Steps = slices.Clone(plan.Exits), slices.Clone(plan.Steps)
		for k := range plan.Steps {
			s := &plan.Steps[k]
			s.Outcomes, s.Anchor.Outcomes = slices.Clone(s.Outcomes), slices.Clone(s.Anchor.Outcomes)
			s.Anchor.Kind = cmp.Or(s.Anchor.Kind, Entry)
			s.CatchUp = cmp.Or(s.CatchUp, All)
			if s.Expires.IsZero() {
				s.Expires = defaultExpires
			}
		}
		p.plans = append(p.plans, plan)
	}
	f.at("/policy", policy.Validate())
	if err := f.err(); err != nil {
		return nil, err
	}
	for _, ch := range Channels() {
		p.quiet[ch] = quietFor(policy.Quiet, ch)
	}
	return p, nil
}

// MustPlanner is [NewPlanner] for tests and examples; it panics on an error.
func MustPlanner(plans []Plan, policy Policy) *Planner {
	p, err := NewPlanner(plans, policy)
	if err != nil {
		panic(err)
	}
	return p
}

// MonthDay is a day of every year; the zero value is none.
type MonthDay struct {
	Month time.Month `json:"month"`
	Day   int        `json:"day"`
}

// Fact is something true of a customer since an instant: the stage they are in,
// their last order, a segment, a tier, an alert that is raised.
type Fact struct {
	Kind Kind      `json:"kind"`
	Name string    `json:"name,omitempty"`
	At   time.Time `json:"at"`
}

// Customer is what the host knows of a customer now. A fact that is no longer
// listed is no longer true; of two alike the later counts. A fact after now
// changes nothing until then. Where a stage, segment, tier or alert is true since
// later than before, it was left in between.
type Customer struct {
	ID       lifecycle.CustomerID
	Location *time.Location // nil is UTC
	Birthday MonthDay
	Facts    []Fact
}

func (c Customer) check() (Customer, error) {
	var f faults
	f.at("/id", c.ID.Validate())
	if c.Location == nil {
		c.Location = time.UTC
	}
	if b := c.Birthday; b != (MonthDay{}) {
		if d := time.Date(1972, b.Month, b.Day, 0, 0, 0, 0, time.UTC); d.Month() != b.Month || d.Day() != b.Day {
			f.add("/birthday", ErrOption, "no such day: %d-%d", int(b.Month), b.Day)
		}
	}
	c.Facts = slices.Clone(c.Facts)
	for i := range c.Facts {
		fact, ok := &c.Facts[i], false
		if fact.At, ok = stamp(fact.At); !ok {
			f.at(guanxi.Pointer("facts", i, "at"), ErrTime)
		}
		option(&f, guanxi.Pointer("facts", i, "kind"), fact.Kind, Joined, Stage, Order, Segment, Tier, Alert)
	}
	return c, f.err()
}

// Result is what planning comes to.
type Result struct {
	Book Book
	// Tasks are those that are new or changed, each once and as it is now, in the
	// order in which they changed first. A task that only waits is not among them.
	Tasks []Task
	// Next is the instant at which planning has something to do again, if the
	// customer stays as they are; the zero time if never.
	Next time.Time
	// Behind says that there was too much to do at once: the book is planned up to
	// Book.Planned only. Store it, and call again.
	Behind bool
}

// maxEvents is how much one call does.
const maxEvents = 10_000

// Plan brings a customer's book up to now. Everything happens at its own instant,
// in order, whenever Plan is called: two runs come to the same as one, and a run
// that is late to the same as one on time. An occurrence is planned once, under
// an id that is always the same ([NewTaskID]).
//
// What is no longer among the facts counts as gone since the book was planned
// last. A new anchor (the next order) takes the place of the old: the tasks
// counted from that are dropped.
//
// [ErrTime] and [ErrBackwards] refuse now, [ErrOtherCustomer] and [ErrState] the
// book, and *guanxi.FieldErrors below /customer say what is wrong with c. Tasks of
// plans and steps that no longer exist are dropped. Cost: O(events × steps), at
// most 10,000 events; see [Result.Behind].
func (p *Planner) Plan(c Customer, b Book, now time.Time) (Result, error) {
	w, err := p.begin(c, b, now)
	if err != nil {
		return Result{}, err
	}
	behind := !w.run()
	return w.result(behind), nil
}

// Complete brings a book up to an instant, at which it closes a task as done with
// an outcome of its step, "" for none. It refuses as [Planner.Plan] does, with
// [ErrNotOpen] what is not to be done then, with [ErrNoOutcome] an outcome that
// the step does not have, and with [ErrBehind] a book to be planned first. What
// is learned of late is closed when it is learned of, not before Book.Planned.
func (p *Planner) Complete(c Customer, b Book, id TaskID, outcome string, at time.Time) (Result, error) {
	w, err := p.begin(c, b, at)
	if err != nil {
		return Result{}, err
	}
	if !w.run() {
		return Result{}, ErrBehind
	}
	i := slices.IndexFunc(w.b.Tasks, func(t Task) bool { return t.ID == id && t.Open() })
	if i < 0 {
		return Result{}, fmt.Errorf("%w: %.64q", ErrNotOpen, string(id))
	}
	if _, step, _ := p.find(w.b.Tasks[i].Plan, w.b.Tasks[i].Step); outcome != "" && !slices.Contains(step.Outcomes, outcome) {
		return Result{}, guanxi.At("/outcome", fmt.Errorf("%w: %.64q", ErrNoOutcome, outcome))
	}
	w.close(i, Done, outcome)
	behind := !w.run()
	return w.result(behind), nil
}

func (p *Planner) begin(c Customer, b Book, now time.Time) (*work, error) {
	at, ok := stamp(now)
	if !ok {
		return nil, ErrTime
	}
	c, err := c.check()
	if err != nil {
		return nil, guanxi.At("/customer", err)
	}
	if err := b.Validate(); err != nil {
		return nil, guanxi.At("/book", err)
	}
	if b.Customer != c.ID {
		return nil, ErrOtherCustomer
	}
	if at.Before(b.Planned) {
		return nil, ErrBackwards
	}
	w := &work{p: p, c: c, b: b.clone(), now: at, at: b.Planned, changed: make(map[TaskID]int)}
	w.forget()
	return w, nil
}

// find returns a step by its ids, and its place for the order among equals.
func (p *Planner) find(plan, step string) (place int, s *Step, ok bool) {
	i, ok := p.index[plan]
	if !ok {
		return 0, nil, false
	}
	for k := range p.plans[i].Steps {
		if s := &p.plans[i].Steps[k]; s.ID == step {
			return i*maxSteps + k, s, true
		}
	}
	return 0, nil, false
}

func byDue(a, b Task) int {
	return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Plan, b.Plan), cmp.Compare(a.Step, b.Step), a.Anchor.Compare(b.Anchor), cmp.Compare(a.N, b.N))
}
