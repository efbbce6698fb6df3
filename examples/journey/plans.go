package main

import (
	"embed"
	"encoding/json"
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
)

// The plans for each model, as a host would keep them: as data.
//
//go:embed plans/*.json
var planFiles embed.FS

// plans are what is done for customers, with what is looked up of them.
type plans struct {
	*care.Planner
	byID map[string]*care.Plan
}

// loadPlans reads the plans for a model. Nobody is contacted between nine in the
// evening and nine in the morning, and nobody twice within three days.
func loadPlans(model string) (*plans, error) {
	data, err := planFiles.ReadFile("plans/" + model + ".json")
	if err != nil {
		return nil, err
	}
	var list []care.Plan
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("plans/%s.json: %w", model, err)
	}
	p := &plans{byID: make(map[string]*care.Plan)}
	for i := range list {
		p.byID[list[i].ID] = &list[i]
	}
	p.Planner, err = care.NewPlanner(list, care.Policy{
		Quiet: []care.Quiet{{Hours: lifecycle.HoursOf("21:00", "09:00")}},
		Cap:   care.Cap{Max: 1, Per: guanxi.Span{Days: 3}},
	})
	return p, err
}

// step returns a step of a plan by its ids.
func (p *plans) step(plan, step string) *care.Step {
	list := p.byID[plan].Steps
	for i := range list {
		if list[i].ID == step {
			return &list[i]
		}
	}
	return nil
}
