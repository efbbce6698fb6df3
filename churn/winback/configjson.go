package winback

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// zone is a location as text: an IANA name, or "+08:00" for a fixed offset. One that
// is none, or another one on another machine, such as Local, is ErrOption.
type zone = civil.ZoneText[noZone]

type noZone struct{}

func (noZone) Refused() error { return ErrOption }

type configJSON struct {
	Currency       string          `json:"currency,omitempty"`
	Decimals       int             `json:"decimals"`
	Location       zone            `json:"location,omitzero"`
	Reasons        []Reason        `json:"reasons"`
	Plans          []Plan          `json:"plans"`
	Eligible       Situation       `json:"eligible,omitzero"`
	Holdout        Holdout         `json:"holdout,omitzero"`
	CoolDown       guanxi.Span     `json:"cool_down"`
	MaxSteps       int             `json:"max_steps,omitempty"`
	MarginFloor    decimal.Decimal `json:"margin_floor,omitzero"`
	LifetimeBudget decimal.Decimal `json:"lifetime_budget,omitzero"`
	CampaignBudget decimal.Decimal `json:"campaign_budget,omitzero"`
	Stops          []string        `json:"stops,omitempty"`
}

// MarshalJSON writes the location by its IANA name, or as "+08:00".
func (c Config) MarshalJSON() ([]byte, error) {
	return json.Marshal(configJSON{c.Currency, c.Decimals, zone{Loc: c.Location}, c.Reasons, c.Plans, c.Eligible, c.Holdout,
		c.CoolDown, c.MaxSteps, c.MarginFloor, c.LifetimeBudget, c.CampaignBudget, c.Stops})
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *Config) UnmarshalJSON(data []byte) error {
	var j configJSON
	err := guanxi.UnmarshalStrict(data, &j)
	r := Config{j.Currency, j.Decimals, j.Location.Loc, j.Reasons, j.Plans, j.Eligible, j.Holdout,
		j.CoolDown, j.MaxSteps, j.MarginFloor, j.LifetimeBudget, j.CampaignBudget, j.Stops}
	return strict.Accept(c, r, err)
}

// UnmarshalJSON reads strictly, as that of Config does.
func (c *EvaluateConfig) UnmarshalJSON(data []byte) error {
	type plain EvaluateConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, EvaluateConfig(v), err)
}
