package nps

import (
	"encoding/json"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// zone is a location as text: an IANA name, or "+08:00" for a fixed offset. One that
// is none, or another one on another machine, such as Local, is ErrOption.
type zone = civil.ZoneText[noZone]

type noZone struct{}

func (noZone) Refused() error { return ErrOption }

type windowJSON struct {
	Kind     Kind   `json:"kind,omitempty"`
	Range    Range  `json:"range,omitzero"`
	Days     int    `json:"days"`
	Location zone   `json:"location,omitzero"`
	Repeat   Repeat `json:"repeat,omitempty"`
}

// MarshalJSON writes the location by its IANA name, or as "+08:00".
func (c WindowConfig) MarshalJSON() ([]byte, error) {
	return json.Marshal(windowJSON{c.Kind, c.Range, c.Days, zone{Loc: c.Location}, c.Repeat})
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *WindowConfig) UnmarshalJSON(data []byte) error {
	var j windowJSON
	if err := guanxi.UnmarshalStrict(data, &j); err != nil {
		return err
	}
	r := WindowConfig{j.Kind, j.Range, j.Days, j.Location.Loc, j.Repeat}
	if err := r.Validate(); err != nil {
		return err
	}
	*c = r
	return nil
}

type trendJSON struct {
	Kind       Kind    `json:"kind,omitempty"`
	Range      Range   `json:"range,omitzero"`
	Period     Period  `json:"period"`
	Location   zone    `json:"location,omitzero"`
	Repeat     Repeat  `json:"repeat,omitempty"`
	Confidence float64 `json:"confidence,omitempty"`
	MinAnswers int64   `json:"min_answers,omitempty"`
}

// MarshalJSON writes the location by its IANA name, or as "+08:00".
func (c TrendConfig) MarshalJSON() ([]byte, error) {
	return json.Marshal(trendJSON{c.Kind, c.Range, c.Period, zone{Loc: c.Location}, c.Repeat, c.Confidence, c.MinAnswers})
}

// UnmarshalJSON reads strictly, as that of WindowConfig does.
func (c *TrendConfig) UnmarshalJSON(data []byte) error {
	var j trendJSON
	if err := guanxi.UnmarshalStrict(data, &j); err != nil {
		return err
	}
	r := TrendConfig{j.Kind, j.Range, j.Period, j.Location.Loc, j.Repeat, j.Confidence, j.MinAnswers}
	if err := r.Validate(); err != nil {
		return err
	}
	*c = r
	return nil
}

// The configs below are plain structs, read as strictly: every unknown field,
// wrong type and fault of Validate is reported with its JSON pointer, and what
// was there is left alone if there is one. A field that is not given is its
// default.

// UnmarshalJSON reads strictly, as that of WindowConfig does.
func (k *KPI) UnmarshalJSON(data []byte) error {
	type plain KPI
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(k, KPI(v), err)
}

// UnmarshalJSON reads strictly, as that of WindowConfig does.
func (c *RakeConfig) UnmarshalJSON(data []byte) error {
	type plain RakeConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, RakeConfig(v), err)
}

// UnmarshalJSON reads strictly, as that of WindowConfig does.
func (c *MonitorConfig) UnmarshalJSON(data []byte) error {
	type plain MonitorConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, MonitorConfig(v), err)
}

// UnmarshalJSON reads strictly, as that of WindowConfig does.
func (c *CompareConfig) UnmarshalJSON(data []byte) error {
	type plain CompareConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, CompareConfig(v), err)
}

// UnmarshalJSON reads strictly, as that of WindowConfig does.
func (p *Plan) UnmarshalJSON(data []byte) error {
	type plain Plan
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(p, Plan(v), err)
}

// UnmarshalJSON reads strictly, as that of WindowConfig does. The zero Range,
// which stands for the preset of a kind, is read too.
func (r *Range) UnmarshalJSON(data []byte) error {
	type plain Range
	var v plain
	if err := guanxi.UnmarshalStrict(data, &v); err != nil {
		return err
	}
	if Range(v).IsZero() {
		*r = Range{}
		return nil
	}
	return strict.Accept(r, Range(v), nil)
}

// checkLocation refuses a location that is another one on another machine.
func checkLocation(loc *time.Location) error {
	return guanxi.At("/location", civil.CheckZone(loc, ErrOption))
}
