package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle/care"
	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

// The shape of -json. Stages are given by their ids.
type (
	jsonReport struct {
		Stages   map[string]int64              `json:"stages"`
		Matrix   map[string]map[string]float64 `json:"matrix"`
		Forecast []migration.Expected          `json:"forecast"`
		Due      []jsonTask                    `json:"due"`
	}
	jsonTask struct {
		ID       care.TaskID  `json:"id"`
		Customer string       `json:"customer"`
		Stage    string       `json:"stage"`
		Plan     string       `json:"plan"`
		Step     string       `json:"step"`
		Channel  care.Channel `json:"channel"`
		Reason   string       `json:"reason"`
		Since    string       `json:"since"`
		Due      string       `json:"due"`
		Expires  string       `json:"expires"`
	}
)

// writeJSON writes one object. What is empty because it cannot be known is told on
// stderr.
func writeJSON(w, stderr io.Writer, a *analysis, o options) error {
	r := jsonReport{
		Stages:   make(map[string]int64),
		Matrix:   make(map[string]map[string]float64),
		Forecast: append([]migration.Expected{}, a.forecast...),
		Due:      make([]jsonTask, 0, len(a.due)),
	}
	for s, id := range a.stages {
		r.Stages[id] = a.now[s]
	}
	if a.estimate != nil {
		r.Matrix = a.estimate.Matrix().Map()
	}
	at := func(t time.Time) string { return t.In(a.loc).Format(time.RFC3339Nano) }
	for _, t := range a.due {
		r.Due = append(r.Due, jsonTask{
			ID: t.ID, Customer: string(t.Customer), Stage: a.StageID(t.stage), Plan: t.Plan, Step: t.Step, Channel: t.Channel,
			Reason: t.reason.In(o.lang), Since: at(t.Anchor), Due: at(t.Due), Expires: at(t.Expires),
		})
	}
	if !a.why.IsZero() {
		fmt.Fprintln(stderr, "journey: forecast is empty:", a.why.EN)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
