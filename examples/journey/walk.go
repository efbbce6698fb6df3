package main

import (
	"slices"

	"github.com/guanxi-go/guanxi/lifecycle"
)

// begin puts a customer where the model begins. The event that makes the customer
// one is not applied again.
func (m *model) begin(events []event) (path, error) {
	p := path{joined: events[0].at, applied: events}
	if events[0].kind == m.begins {
		m.learn(&p.facts, events[0])
		p.applied = events[1:]
	}
	var err error
	p.pos, err = m.Begin(p.joined)
	return p, err
}

// learn counts an event among the facts that guards see.
func (m *model) learn(f *lifecycle.Facts, e event) {
	if e.kind == m.order {
		f.Orders++
		f.LastOrder = e.at
	}
}

// step applies events one by one as they were received, as a host does, and counts
// those that were late. With one of those the path is not the customer's.
func (m *model) step(events []event) (p path, late int, err error) {
	if p, err = m.begin(events); err != nil {
		return p, 0, err
	}
	for i, e := range p.applied {
		before := p.pos
		facts := p.facts
		m.learn(&facts, e)
		var o lifecycle.Outcome
		p.pos, o = m.Step(before, e.kind, e.at, uint32(i+1), &facts)
		switch {
		case o.Code.Late():
			late++
			continue
		case o.Code == lifecycle.Illegal, o.Code == lifecycle.Refused:
		case o.Err() != nil:
			return p, late, o.Err()
		}
		p.facts = facts
		p.visits = m.AppendVisits(p.visits, before, o)
		p.outcomes = append(p.outcomes, o)
	}
	return p, late, nil
}

// replay applies events in the order in which they happened, whatever the order in
// which they were received.
func (m *model) replay(received []event) (path, error) {
	events := slices.Clone(received)
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	p, err := m.begin(events)
	if err != nil {
		return p, err
	}
	list := make([]lifecycle.Occurrence[lifecycle.Facts], len(p.applied))
	for i, e := range p.applied {
		m.learn(&p.facts, e)
		facts := p.facts
		list[i] = lifecycle.Occurrence[lifecycle.Facts]{Event: e.kind, At: e.at, Facts: &facts}
	}
	r, err := m.Replay(p.pos, list)
	p.pos, p.visits, p.outcomes = r.Pos, r.Visits, r.Outcomes
	return p, err
}
