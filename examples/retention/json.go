package main

import (
	"encoding/json"
	"io"
	"math"

	"github.com/guanxi-go/guanxi/churn/survival"
	"github.com/samber/lo"
)

// The shape of -json. What nobody can know is null.
type (
	jsonReport struct {
		KM      []jsonPoint  `json:"km"`
		LogRank *jsonLogRank `json:"logrank"` // null without groups to compare
		Cox     *jsonCox     `json:"cox"`     // null without covariates
		Skipped int          `json:"skipped"`
	}
	jsonPoint struct {
		Group    string   `json:"group"` // "" without groups
		Time     float64  `json:"time"`
		Risk     int      `json:"risk"`
		Events   int      `json:"events"`
		Survival float64  `json:"survival"`
		Low      *float64 `json:"low"` // null where survival is 0
		High     *float64 `json:"high"`
	}
	jsonLogRank struct {
		ChiSq float64 `json:"chisq"`
		DF    int     `json:"df"`
		P     float64 `json:"p"`
	}
	jsonCox struct {
		Coef        map[string]float64 `json:"coef"`
		SE          map[string]float64 `json:"se"`
		LogLik      float64            `json:"loglik"`
		Concordance float64            `json:"concordance"`
	}
)

// writeJSON writes every point of every curve: the times at which somebody left
// or was last seen.
func writeJSON(w io.Writer, a *analysis) error {
	r := jsonReport{KM: []jsonPoint{}, Skipped: a.skipped}
	for _, c := range a.curves.Curves {
		for _, p := range c.Points {
			r.KM = append(r.KM, jsonPoint{c.Group, p.Time, p.AtRisk, p.Events, p.Survival, known(p.Low), known(p.High)})
		}
	}
	if t := a.logRank; t != nil {
		r.LogRank = &jsonLogRank{t.ChiSq, t.DF, t.P}
	}
	if f := a.cox; f != nil {
		name := func(c survival.Coefficient) string { return c.Name }
		r.Cox = &jsonCox{
			Coef:   lo.SliceToMap(f.Coefficients, func(c survival.Coefficient) (string, float64) { return name(c), c.Value }),
			SE:     lo.SliceToMap(f.Coefficients, func(c survival.Coefficient) (string, float64) { return name(c), c.SE }),
			LogLik: f.LogLik, Concordance: a.concordance.C.Value,
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// known is x, or nil where it is NaN.
func known(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}
