package loyalty

import (
	"encoding/json"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// zoneText is a location as text. No text is nil, which is UTC.
type zoneText struct{ loc *time.Location }

// MarshalText returns the name; a zone that is another one on another machine, such
// as Local, is ErrOption.
func (z zoneText) MarshalText() ([]byte, error) { return civil.MarshalZone(z.loc, ErrOption) }

// UnmarshalText reads what MarshalText writes.
func (z *zoneText) UnmarshalText(text []byte) error {
	loc, err := civil.UnmarshalZone(text, ErrOption)
	if err == nil {
		z.loc = loc
	}
	return err
}

// IsZero reports whether there is no location.
func (z zoneText) IsZero() bool { return z.loc == nil }

type plainProgram Program

type programJSON struct {
	plainProgram
	Location zoneText `json:"location,omitzero"`
}

// MarshalJSON writes the location by its IANA name, or as "+08:00".
func (p Program) MarshalJSON() ([]byte, error) {
	return json.Marshal(programJSON{plainProgram(p), zoneText{p.Location}})
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and p is left alone if there is one.
func (p *Program) UnmarshalJSON(data []byte) error {
	var j programJSON
	err := guanxi.UnmarshalStrict(data, &j)
	v := Program(j.plainProgram)
	v.Location = j.Location.loc
	return strict.Accept(p, v, err)
}
