package main

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
)

// journal is where every customer stands at the end of a log, and how they came
// there.
type journal struct {
	*model
	*log
	paths   []path // by customer, as in the log
	late    int    // events received after something later
	replays int    // customers whose events were put in order
	illegal map[refusal]int
	refused int // events that a guard did not let pass
}

// path is one customer's way.
type path struct {
	pos      lifecycle.Pos
	visits   []lifecycle.Visit // that have ended
	joined   time.Time
	facts    lifecycle.Facts // at the end
	applied  []event
	outcomes []lifecycle.Outcome // of applied
}

// refusal is an event in a stage that has no rule for it.
type refusal struct {
	stage lifecycle.Stage
	event lifecycle.Event
}

// follow runs all customers through the model.
func follow(m *model, l *log) (*journal, error) {
	j := &journal{model: m, log: l, illegal: make(map[refusal]int), paths: make([]path, 0, len(l.customers))}
	for _, c := range l.customers {
		p, err := j.customer(c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.id, err)
		}
		j.paths = append(j.paths, p)
	}
	return j, nil
}

// customer steps through the events as they were received. If one was late they
// are replayed in their own order, once. Then come the timeouts until asOf.
func (j *journal) customer(c customer) (path, error) {
	p, late, err := j.step(c.events)
	if err == nil && late > 0 {
		j.late += late
		j.replays++
		p, err = j.replay(c.events)
	}
	if err != nil {
		return path{}, err
	}
	for i, o := range p.outcomes {
		switch o.Code {
		case lifecycle.Illegal:
			j.illegal[refusal{o.From, p.applied[i].kind}]++
		case lifecycle.Refused:
			j.refused++
		}
	}
	before := p.pos
	var o lifecycle.Outcome
	p.pos, o = j.Advance(before, j.asOf)
	p.visits = j.AppendVisits(p.visits, before, o)
	return p, o.Err()
}
