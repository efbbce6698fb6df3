package migration

import (
	"time"

	"github.com/guanxi-go/guanxi/internal/civil"
)

// zone is a location as text: an IANA name, or "+08:00" for a fixed offset. No
// text is nil, which is UTC. A zone that is another one on another machine, such
// as Local, is ErrOption.
type zone struct{ loc *time.Location }

func (z zone) MarshalText() ([]byte, error) { return civil.MarshalZone(z.loc, ErrOption) }

func (z *zone) UnmarshalText(text []byte) error {
	loc, err := civil.UnmarshalZone(text, ErrOption)
	if err == nil {
		z.loc = loc
	}
	return err
}

func (z zone) validate() error {
	if _, err := z.MarshalText(); err != nil {
		return at(err, "location")
	}
	return nil
}
