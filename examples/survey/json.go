package main

import (
	"encoding/json"
	"io"

	"github.com/guanxi-go/guanxi/nps"
)

// The shape of -json. Scores lie on [-1, 1]; one that nobody can know is null.
type (
	jsonReport struct {
		Answers     int64            `json:"answers"`
		Promoters   int64            `json:"promoters"`
		Passives    int64            `json:"passives"`
		Detractors  int64            `json:"detractors"`
		Score       *float64         `json:"score"`
		Interval    jsonInterval     `json:"interval"`
		Groups      []jsonGroup      `json:"groups"`
		Comparisons []jsonComparison `json:"comparisons"`
		Skipped     int64            `json:"skipped"`
	}
	jsonInterval struct {
		Method nps.Method `json:"method"`
		Low    *float64   `json:"low"`
		High   *float64   `json:"high"`
	}
	jsonGroup struct {
		Name    string   `json:"name"`
		Answers int64    `json:"answers"`
		Score   *float64 `json:"score"`
		Low     *float64 `json:"low"`
		High    *float64 `json:"high"`
		Enough  bool     `json:"enough"`
	}
	jsonComparison struct {
		A          string  `json:"a"`
		B          string  `json:"b"`
		Difference float64 `json:"difference"`
		Low        float64 `json:"low"`
		High       float64 `json:"high"`
		P          float64 `json:"p"`
		PAdjusted  float64 `json:"p_adjusted"`
	}
)

// writeJSON compares all groups that have an answer; the minimum only says
// which have enough of them.
func writeJSON(w io.Writer, c *counts, o options) error {
	classes := c.all.Classes()
	r := jsonReport{
		Answers:   c.all.Answers(),
		Promoters: classes.Promoters, Passives: classes.Passives, Detractors: classes.Detractors,
		Interval: jsonInterval{Method: nps.Tango},
		Groups:   []jsonGroup{}, Comparisons: []jsonComparison{},
		Skipped: c.all.Dismissed(),
	}
	if r.Answers > 0 {
		e, err := c.all.Estimate("", o.confidence)
		if err != nil {
			return err
		}
		r.Score, r.Interval = &e.Score, jsonInterval{e.Method, &e.Low, &e.High}
	}
	for _, g := range c.groups {
		row := jsonGroup{Name: g.Name, Answers: g.Tally.Answers()}
		if row.Answers > 0 {
			e, err := g.Tally.Estimate("", o.confidence)
			if err != nil {
				return err
			}
			row.Score, row.Low, row.High, row.Enough = &e.Score, &e.Low, &e.High, row.Answers >= o.minimum
		}
		r.Groups = append(r.Groups, row)
	}
	compared, err := c.compare(o.confidence, 1)
	if err != nil {
		return err
	}
	for _, p := range compared.Pairs {
		r.Comparisons = append(r.Comparisons, jsonComparison{
			A: c.groups[p.A].Name, B: c.groups[p.B].Name,
			Difference: p.Delta, Low: p.Low, High: p.High, P: p.P, PAdjusted: p.Adjusted,
		})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
