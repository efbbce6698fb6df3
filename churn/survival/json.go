package survival

import (
	"encoding/json"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// UnmarshalJSON reads strictly: see guanxi.UnmarshalStrict, and Validate.
func (o *CurveConfig) UnmarshalJSON(data []byte) error {
	type plain CurveConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(o, CurveConfig(p), err)
}

// UnmarshalJSON reads strictly: see guanxi.UnmarshalStrict, and Validate.
func (o *RankConfig) UnmarshalJSON(data []byte) error {
	type plain RankConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(o, RankConfig(p), err)
}

// UnmarshalJSON reads strictly: see guanxi.UnmarshalStrict, and Validate.
func (o *MarkerConfig) UnmarshalJSON(data []byte) error {
	type plain MarkerConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(o, MarkerConfig(p), err)
}

// UnmarshalJSON reads strictly: see guanxi.UnmarshalStrict, and Validate.
func (o *CoxConfig) UnmarshalJSON(data []byte) error {
	type plain CoxConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(o, CoxConfig(p), err)
}

// UnmarshalJSON reads strictly: see guanxi.UnmarshalStrict, and Validate.
func (o *ParametricConfig) UnmarshalJSON(data []byte) error {
	type plain ParametricConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(o, ParametricConfig(p), err)
}

// known is x, or nil, which JSON writes as null, where x is NaN or infinite.
func known(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// MarshalJSON writes value, std_err, low and high; null is what is not known.
func (e Estimate) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Value  *float64 `json:"value"`
		StdErr *float64 `json:"std_err"`
		Low    *float64 `json:"low"`
		High   *float64 `json:"high"`
	}{known(e.Value), known(e.StdErr), known(e.Low), known(e.High)})
}

// MarshalJSON writes the fields in lower case with underscores; null is what is
// not known.
func (p Point) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Time      float64  `json:"time"`
		AtRisk    int      `json:"at_risk"`
		Events    int      `json:"events"`
		Censored  int      `json:"censored"`
		Survival  float64  `json:"survival"`
		StdErr    *float64 `json:"std_err"`
		LogStdErr *float64 `json:"log_std_err"`
		Low       *float64 `json:"low"`
		High      *float64 `json:"high"`
		CumHazard float64  `json:"cum_hazard"`
		CumSE     float64  `json:"cum_hazard_std_err"`
		TieHazard float64  `json:"tie_hazard"`
		TieSE     float64  `json:"tie_hazard_std_err"`
	}{p.Time, p.AtRisk, p.Events, p.Censored, p.Survival, known(p.StdErr), known(p.LogStdErr), known(p.Low),
		known(p.High), p.CumHazard, p.CumHazardStdErr, p.TieHazard, p.TieHazardStdErr})
}
