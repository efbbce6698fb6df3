package care

import (
	"database/sql/driver"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/column"
	"github.com/guanxi-go/guanxi/internal/ident"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// Book is what is remembered of one customer's plans: where each run stands, and
// the tasks that are open. It is as small as what is going on, and the host
// stores it as JSON. [NewBook] begins one. A value; [Planner] returns a new one
// and leaves the old as it was.
type Book struct {
	Customer lifecycle.CustomerID `json:"customer"`
	Since    time.Time            `json:"since"`   // nothing that was due before is planned
	Planned  time.Time            `json:"planned"` // up to when it is planned
	Runs     []Run                `json:"runs,omitempty"`
	Tasks    []Task               `json:"tasks,omitempty"`    // Waiting and Due
	Released []time.Time          `json:"released,omitempty"` // when the last tasks fell due, as many as the cap looks at
}

// Run is a customer's latest way through a plan.
type Run struct {
	Plan    string    `json:"plan"`
	Entered time.Time `json:"entered"`
	Ended   time.Time `json:"ended,omitzero"`
	Lines   []Line    `json:"lines,omitempty"` // none once ended
}

// Line is where a step of a run stands: its occurrence N is the next, counted from
// the anchor, for birthdays by year.
type Line struct {
	Step   string    `json:"step"`
	Anchor time.Time `json:"anchor"`
	N      int       `json:"n"`
	Gone   bool      `json:"gone,omitempty"` // the anchor is no longer true
}

// NewBook begins the book of a customer: nothing that was due before since is
// planned. [ErrTime] refuses an instant outside the years 1970 to 2200.
func NewBook(customer lifecycle.CustomerID, since time.Time) (Book, error) {
	at, ok := stamp(since)
	if !ok {
		return Book{}, ErrTime
	}
	return Book{Customer: customer, Since: at, Planned: at}, customer.Validate()
}

// Validate returns [ErrState], placed where it is wrong, for a book that no
// planner wrote.
func (b Book) Validate() error {
	var f faults
	f.at("/customer", b.Customer.Validate())
	if b.Since.IsZero() || !stamped(b.Since) {
		f.at("/since", ErrState)
	}
	if !stamped(b.Planned) || b.Planned.Before(b.Since) {
		f.at("/planned", ErrState)
	}
	plans := make(map[string]bool)
	for i, r := range b.Runs {
		if plans[r.Plan] || !ident.ID(r.Plan) || r.Entered.IsZero() || !stamped(r.Entered) || !stamped(r.Ended) || !r.Ended.IsZero() && len(r.Lines) > 0 {
			f.at(guanxi.Pointer("runs", i), ErrState)
		}
		plans[r.Plan] = true
		steps := make(map[string]bool)
		for k, l := range r.Lines {
			if steps[l.Step] || l.N < 0 || l.N > maxOccurrence || l.Anchor.IsZero() || !stamped(l.Anchor) {
				f.at(guanxi.Pointer("runs", i, "lines", k), ErrState)
			}
			steps[l.Step] = true
		}
	}
	ids := make(map[TaskID]bool)
	for i, t := range b.Tasks {
		switch {
		case ids[t.ID], t.Status != Waiting && t.Status != Due, t.Outcome != "", !t.Closed.IsZero(),
			t.Customer != b.Customer, t.Due.IsZero(), !stamped(t.Due), t.Expires.IsZero(), !stamped(t.Expires),
			t.ID != NewTaskID(t.Customer, t.Plan, t.Step, t.Anchor, t.N):
			f.at(guanxi.Pointer("tasks", i), ErrState)
		}
		ids[t.ID] = true
	}
	for i, at := range b.Released {
		if at.IsZero() || !stamped(at) || at.After(b.Planned) || i > 0 && at.Before(b.Released[i-1]) {
			f.at(guanxi.Pointer("released", i), ErrState)
		}
	}
	return f.err()
}

// UnmarshalJSON reads strictly what was written; b is left alone on error.
func (b *Book) UnmarshalJSON(data []byte) error {
	type plain Book
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(b, Book(v), err)
}

// Value implements driver.Valuer: the JSON text.
func (b Book) Value() (driver.Value, error) { return column.Value(b) }

// Scan implements sql.Scanner for text columns.
func (b *Book) Scan(src any) error { return column.Scan(src, b, ErrState) }

// Open returns the tasks that are to be done, the earliest due first.
func (b Book) Open() []Task {
	var out []Task
	for _, t := range b.Tasks {
		if t.Open() {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, byDue)
	return out
}

func (b Book) clone() Book {
	b.Runs = slices.Clone(b.Runs)
	for i := range b.Runs {
		b.Runs[i].Lines = slices.Clone(b.Runs[i].Lines)
	}
	b.Tasks, b.Released = slices.Clone(b.Tasks), slices.Clone(b.Released)
	return b
}
