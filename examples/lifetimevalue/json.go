package main

import (
	"encoding/json"
	"io"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

// The shape of -json. What nobody can know is null.
type (
	jsonReport struct {
		Customers int                 `json:"customers"`
		Unit      clv.Unit            `json:"unit"`
		Model     clv.Kind            `json:"model"`
		Params    map[string]float64  `json:"params"`
		SE        map[string]*float64 `json:"se"`
		LogLik    float64             `json:"loglik"`
		Status    clv.Status          `json:"status"`
		HoldOut   *jsonHoldOut        `json:"holdout"`
		Spend     *jsonSpend          `json:"spend"`
		Value     []jsonValue         `json:"value"`
	}
	jsonHoldOut struct {
		Periods   float64 `json:"periods"`
		Actual    float64 `json:"actual"`
		Predicted float64 `json:"predicted"`
	}
	jsonSpend struct {
		P      float64 `json:"p"`
		Q      float64 `json:"q"`
		V      float64 `json:"v"`
		LogLik float64 `json:"loglik"`
	}
	jsonValue struct {
		Customer  string   `json:"customer"`
		Frequency int      `json:"frequency"`
		Recency   float64  `json:"recency"` // t_x
		Age       float64  `json:"age"`
		PAlive    float64  `json:"p_alive"`
		Expected  float64  `json:"expected"`
		Spend     *float64 `json:"spend"`
		CLV       *float64 `json:"clv"`
	}
)

// writeJSON writes one object.
func writeJSON(w io.Writer, f *forecast) error {
	r := jsonReport{
		Customers: len(f.names), Unit: f.rows.Unit, Model: f.fit.Model().Kind(),
		Params: map[string]float64{}, SE: map[string]*float64{},
		LogLik: f.fit.LogLik, Status: f.fit.Status,
		Value: make([]jsonValue, len(f.names)),
	}
	for _, e := range f.fit.Estimates {
		r.Params[e.Name], r.SE[e.Name] = e.Value, nil
		if e.Known {
			r.SE[e.Name] = &e.SE
		}
	}
	if c := f.check; c != nil {
		r.HoldOut = &jsonHoldOut{c.Periods, c.Actual, c.Predicted}
	}
	if s := f.spend; s != nil {
		r.Spend = &jsonSpend{s.P, s.Q, s.V, s.LogLik}
	}
	for i, row := range f.rows.List {
		v := &f.values[i]
		r.Value[i] = jsonValue{
			Customer: f.names[i], Frequency: row.Frequency, Recency: row.LastPurchaseAge, Age: row.Age,
			PAlive: v.PAlive, Expected: v.Expected,
		}
		if f.priced() {
			r.Value[i].Spend, r.Value[i].CLV = &v.Spend, &v.Value
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
