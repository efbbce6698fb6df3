package retention

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

type configJSON struct {
	Unit     Unit      `json:"unit"`
	From     time.Time `json:"from"`
	Periods  int       `json:"periods"`
	Location zone      `json:"location,omitzero"`
	Window   Window    `json:"window,omitempty"`
	Days     int       `json:"days,omitempty"`
	Columns  int       `json:"columns,omitempty"`
	Rule     Rule      `json:"rule,omitempty"`
	Edges    []int     `json:"edges,omitempty"`
	Birth    Birth     `json:"birth,omitempty"`
}

// MarshalJSON writes the location by its IANA name, or as "+08:00".
func (c Config) MarshalJSON() ([]byte, error) {
	return json.Marshal(configJSON{c.Unit, c.From, c.Periods, zone{Loc: c.Location}, c.Window, c.Days, c.Columns, c.Rule, c.Edges, c.Birth})
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *Config) UnmarshalJSON(data []byte) error {
	var j configJSON
	err := guanxi.UnmarshalStrict(data, &j)
	r := Config{j.Unit, j.From, j.Periods, j.Location.Loc, j.Window, j.Days, j.Columns, j.Rule, j.Edges, j.Birth}
	return strict.Accept(c, r, err)
}

type bookJSON struct {
	Currency string    `json:"currency,omitempty"`
	Decimals int       `json:"decimals"`
	Opening  time.Time `json:"opening"`
	Closing  time.Time `json:"closing"`
	End      time.Time `json:"end"`
}

// MarshalJSON writes instants as RFC 3339.
func (c BookConfig) MarshalJSON() ([]byte, error) { return json.Marshal(bookJSON(c)) }

// UnmarshalJSON reads strictly, as that of Config does.
func (c *BookConfig) UnmarshalJSON(data []byte) error {
	var j bookJSON
	err := guanxi.UnmarshalStrict(data, &j)
	return strict.Accept(c, BookConfig(j), err)
}

type repeatJSON struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Location zone      `json:"location,omitzero"`
	Again    Again     `json:"again,omitempty"`
}

// MarshalJSON writes the location by its IANA name, or as "+08:00".
func (c RepeatConfig) MarshalJSON() ([]byte, error) {
	return json.Marshal(repeatJSON{c.From, c.To, zone{Loc: c.Location}, c.Again})
}

// UnmarshalJSON reads strictly, as that of Config does.
func (c *RepeatConfig) UnmarshalJSON(data []byte) error {
	var j repeatJSON
	err := guanxi.UnmarshalStrict(data, &j)
	return strict.Accept(c, RepeatConfig{j.From, j.To, j.Location.Loc, j.Again}, err)
}

// UnmarshalJSON reads strictly, as that of Config does.
func (t *Target) UnmarshalJSON(data []byte) error {
	type plain Target
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(t, Target(v), err)
}
