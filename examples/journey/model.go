package main

import (
	"fmt"

	"github.com/guanxi-go/guanxi/lifecycle"
)

// model is a ready model as this command uses it: compiled once for all customers.
type model struct {
	*lifecycle.Model[lifecycle.Facts]
	name string
	// begins is the event with which customers of the model begin and which is not
	// applied to them again: the first order makes a new customer, not an active
	// one. 0 where the first event is applied, whatever it is.
	begins lifecycle.Event
	order  lifecycle.Event // that the facts count
	stages []string        // ids, in order
	index  map[lifecycle.Stage]int
}

var modelNames = []string{"shop", "journey", "development"}

// newModel compiles a ready model, edited in one place: events that come late are
// put in order by a replay.
func newModel(name string) (*model, error) {
	var t lifecycle.Thresholds // the defaults
	var c lifecycle.Config
	begins := ""
	switch name {
	case "shop":
		c, begins = lifecycle.Shop(t), "order"
	case "journey":
		c, begins = lifecycle.Journey(t), "contact"
	case "development":
		c = lifecycle.Development(t)
	default:
		return nil, fmt.Errorf("no model %q", name)
	}
	c.Late = lifecycle.LateReplay
	compiled, err := lifecycle.Compile(c, lifecycle.JourneyGuards(t), nil)
	if err != nil {
		return nil, err
	}
	m := &model{Model: compiled, name: name, index: make(map[lifecycle.Stage]int)}
	m.begins, _ = m.Event(begins)
	m.order, _ = m.Event("order")
	for s := range m.Stages() {
		m.index[s] = len(m.stages)
		m.stages = append(m.stages, m.StageID(s))
	}
	return m, nil
}

// stage returns a stage by its id.
func (m *model) stage(id string) lifecycle.Stage {
	s, _ := m.Stage(id)
	return s
}

// eventNames lists the events, for who misspells one.
func (m *model) eventNames() (out []string) {
	for _, e := range m.Config().Events {
		out = append(out, e.ID)
	}
	return out
}
