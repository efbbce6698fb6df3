package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
)

// task is something to do today.
type task struct {
	care.Task
	stage  lifecycle.Stage // of the customer, as of today
	action guanxi.Text
	reason guanxi.Text
}

// remembered is how far back a task may have fallen due and still be on the list,
// if it has not expired. What was done is not in a file of events: everything is
// taken as not done. In the simulated shop most of it was.
const remembered = 30 * day

// dueToday plans every customer's care up to the end of the day of asOf and
// returns what is to be done, the earliest first.
func dueToday(j *journal, o options) ([]task, error) {
	p, err := loadPlans(j.name)
	if err != nil {
		return nil, err
	}
	today := beginning(j.asOf)
	tonight := nextDay(j.asOf).Add(-time.Microsecond)
	var out []task
	for i := range j.paths {
		w := &j.paths[i]
		c := care.Customer{ID: j.customers[i].id, Location: j.loc, Facts: []care.Fact{
			{Kind: care.Stage, Name: j.StageID(w.pos.Stage), At: w.pos.Since.Time()},
		}}
		if w.facts.Orders > 0 {
			c.Facts = append(c.Facts, care.Fact{Kind: care.Order, At: w.facts.LastOrder})
		}
		book, err := care.NewBook(c.ID, earliest(today))
		if err == nil && j.simulated {
			rng := rand.New(rand.NewPCG(o.seed+1, uint64(i)))
			book, err = p.work(rng, c, book, today)
		}
		if err == nil {
			book, err = p.plan(c, book, tonight)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.ID, err)
		}
		for _, t := range book.Open() {
			out = append(out, task{t, w.pos.Stage, p.step(t.Plan, t.Step).Name, j.reason(p, t, w)})
		}
	}
	slices.SortStableFunc(out, func(a, b task) int {
		return a.Due.Compare(b.Due) // equal ones stay in the order of the customers
	})
	return out, nil
}

// earliest is since when tasks are remembered; care knows no time before 1970.
func earliest(today time.Time) time.Time {
	if since := today.Add(-remembered); since.Unix() > 0 {
		return since
	}
	return time.Unix(0, 0)
}

// plan brings a book up to an instant.
func (p *plans) plan(c care.Customer, b care.Book, now time.Time) (care.Book, error) {
	for {
		r, err := p.Plan(c, b, now)
		if err != nil || !r.Behind {
			return r.Book, err
		}
		b = r.Book
	}
}

// work does, day by day, nine in ten of what is due, as the staff of the simulated
// shop has. Of those called, one in three does not answer.
func (p *plans) work(rng *rand.Rand, c care.Customer, b care.Book, today time.Time) (care.Book, error) {
	for b.Planned.Before(today) {
		r, err := p.Plan(c, b, today)
		if err != nil {
			return b, err
		}
		open := r.Book.Open()
		if len(open) == 0 || rng.Float64() < 0.1 {
			return r.Book, nil
		}
		t := open[0]
		outcome := ""
		if known := p.step(t.Plan, t.Step).Outcomes; len(known) > 1 {
			outcome = known[0]
			if rng.Float64() < 1./3 {
				outcome = known[1]
			}
		}
		// It was done an hour after it fell due: from there the book goes on.
		r, err = p.Complete(c, b, t.ID, outcome, t.Due.Add(time.Hour))
		if err != nil {
			return b, err
		}
		b = r.Book
	}
	return b, nil
}

// reason says what a task is counted from.
func (j *journal) reason(p *plans, t care.Task, w *path) guanxi.Text {
	on := j.spell(t.Anchor)
	stage := func(l guanxi.Lang) string { return j.StageLabel(w.pos.Stage, l) }
	switch a := p.step(t.Plan, t.Step).Anchor; a.Kind {
	case care.Order:
		return guanxi.Text{
			EN: fmt.Sprintf("%s, last order on %s", stage(guanxi.EN), on),
			ZH: fmt.Sprintf("%s，最近下单 %s", stage(guanxi.ZH), on),
		}
	case care.AfterStep:
		before := p.step(t.Plan, a.Name).Channel
		return guanxi.Text{
			EN: fmt.Sprintf("%s, not reached by %s until %s", stage(guanxi.EN), before.Label(guanxi.EN), on),
			ZH: fmt.Sprintf("%s，至 %s 未能以%s联系上", stage(guanxi.ZH), on, before.Label(guanxi.ZH)),
		}
	}
	return guanxi.Text{
		EN: fmt.Sprintf("%s since %s", stage(guanxi.EN), on),
		ZH: fmt.Sprintf("%s 起为%s", on, stage(guanxi.ZH)),
	}
}
