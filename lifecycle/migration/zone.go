package migration

import (
	"fmt"
	"time"
)

// zone is a location as text: an IANA name, or "+08:00" for a fixed offset. No
// text is nil, which is UTC.
type zone struct{ loc *time.Location }

// MarshalText returns the name. A zone that is another one on another machine,
// such as Local, or has seconds in its fixed offset is ErrOption.
func (z zone) MarshalText() ([]byte, error) {
	if z.loc == nil {
		return nil, nil
	}
	name := z.loc.String()
	t := time.Unix(0, 0).In(z.loc)
	if from, to := t.ZoneBounds(); from.IsZero() && to.IsZero() && name != "Local" {
		_, offset := t.Zone()
		if offset == 0 {
			return []byte("UTC"), nil
		}
		if offset%60 == 0 {
			return t.AppendFormat(nil, "-07:00"), nil
		}
	}
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("%w: %q is another zone on another machine", ErrOption, name)
	}
	return []byte(name), nil
}

// UnmarshalText reads what MarshalText writes.
func (z *zone) UnmarshalText(text []byte) error {
	name := string(text)
	if name == "" {
		z.loc = nil
		return nil
	}
	if t, err := time.Parse("-07:00", name); err == nil {
		_, offset := t.Zone()
		z.loc = time.FixedZone(name, offset)
		return nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return fmt.Errorf("%w: %.64q is no time zone known here", ErrOption, name)
	}
	z.loc = loc
	return nil
}

func (z zone) validate() error {
	if _, err := z.MarshalText(); err != nil {
		return at(err, "location")
	}
	return nil
}
