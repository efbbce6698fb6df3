package loyalty

import (
	"encoding/json"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// zoneText is a location as text: an IANA name, or "+08:00" for a fixed offset. One that
// is none, or another one on another machine, such as Local, is ErrOption.
type zoneText = civil.ZoneText[noZone]

type noZone struct{}

func (noZone) Refused() error { return ErrOption }

type plainProgram Program

type programJSON struct {
	plainProgram
	Location zoneText `json:"location,omitzero"`
}

// MarshalJSON writes the location by its IANA name, or as "+08:00".
func (p Program) MarshalJSON() ([]byte, error) {
	return json.Marshal(programJSON{plainProgram(p), zoneText{Loc: p.Location}})
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and p is left alone if there is one.
func (p *Program) UnmarshalJSON(data []byte) error {
	var j programJSON
	err := guanxi.UnmarshalStrict(data, &j)
	v := Program(j.plainProgram)
	v.Location = j.Location.Loc
	return strict.Accept(p, v, err)
}
