package survival

import (
	"encoding/json"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// UnmarshalJSON reads strictly: see guanxi.UnmarshalStrict, and Validate.
func (c *CurveConfig) UnmarshalJSON(data []byte) error {
	type plain CurveConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, CurveConfig(p), err)
}

// UnmarshalJSON reads strictly: see guanxi.UnmarshalStrict, and Validate.
func (c *RankConfig) UnmarshalJSON(data []byte) error {
	type plain RankConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, RankConfig(p), err)
}

// UnmarshalJSON reads strictly: see guanxi.UnmarshalStrict, and Validate.
func (c *MarkerConfig) UnmarshalJSON(data []byte) error {
	type plain MarkerConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, MarkerConfig(p), err)
}

// UnmarshalJSON reads strictly: see guanxi.UnmarshalStrict, and Validate.
func (c *CoxConfig) UnmarshalJSON(data []byte) error {
	type plain CoxConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, CoxConfig(p), err)
}

// UnmarshalJSON reads strictly: see guanxi.UnmarshalStrict, and Validate.
func (c *ParametricConfig) UnmarshalJSON(data []byte) error {
	type plain ParametricConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, ParametricConfig(p), err)
}

// known is x, or nil, which JSON writes as null, where x is NaN or infinite.
func known(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// MarshalJSON writes name, value, se, z and p; null is what is not known.
func (c Coefficient) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name  string   `json:"name"`
		Value float64  `json:"value"`
		SE    float64  `json:"se"`
		Z     *float64 `json:"z"`
		P     *float64 `json:"p"`
	}{c.Name, c.Value, c.SE, known(c.Z), known(c.P)})
}

// MarshalJSON writes value, se, low and high; null is what is not known.
func (e Estimate) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Value *float64 `json:"value"`
		SE    *float64 `json:"se"`
		Low   *float64 `json:"low"`
		High  *float64 `json:"high"`
	}{known(e.Value), known(e.SE), known(e.Low), known(e.High)})
}

// MarshalJSON writes the fields in lower case with underscores; null is what is
// not known.
func (p Point) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Time        float64  `json:"time"`
		AtRisk      int      `json:"at_risk"`
		Events      int      `json:"events"`
		Censored    int      `json:"censored"`
		Survival    float64  `json:"survival"`
		SE          *float64 `json:"se"`
		LogSE       *float64 `json:"log_se"`
		Low         *float64 `json:"low"`
		High        *float64 `json:"high"`
		CumHazard   float64  `json:"cum_hazard"`
		CumHazardSE float64  `json:"cum_hazard_se"`
		TieHazard   float64  `json:"tie_hazard"`
		TieHazardSE float64  `json:"tie_hazard_se"`
	}{p.Time, p.AtRisk, p.Events, p.Censored, p.Survival, known(p.SE), known(p.LogSE), known(p.Low),
		known(p.High), p.CumHazard, p.CumHazardSE, p.TieHazard, p.TieHazardSE})
}

// MarshalJSON writes the fields in lower case with underscores; null is what is
// not known.
func (s IncidenceStep) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Time     float64    `json:"time"`
		AtRisk   int        `json:"at_risk"`
		Events   []int      `json:"events"`
		Survival float64    `json:"survival"`
		Share    []float64  `json:"share"`
		SE       []float64  `json:"se"`
		Low      []*float64 `json:"low"`
		High     []*float64 `json:"high"`
	}{s.Time, s.AtRisk, s.Events, s.Survival, s.Share, s.SE, allKnown(s.Low), allKnown(s.High)})
}

// allKnown is known of each.
func allKnown(list []float64) []*float64 {
	out := make([]*float64, len(list))
	for i, x := range list {
		out[i] = known(x)
	}
	return out
}
