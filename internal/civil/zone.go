package civil

import (
	"fmt"
	"time"
)

// ZoneName names a location so that [ParseZone] gives it back: "UTC", "+08:00" or
// "+05:45:30" for a fixed offset, or the IANA name. ok is false for Local and for a
// zone without a name, which would be other zones on another machine, and for an
// offset that has no text, such as one of more than a day.
func ZoneName(loc *time.Location) (name string, ok bool) {
	if loc.String() == "Local" { // which is UTC on some machines
		return "Local", false
	}
	t := time.Unix(0, 0).In(loc)
	if from, to := t.ZoneBounds(); from.IsZero() && to.IsZero() {
		_, offset := t.Zone()
		switch {
		case offset == 0:
			return "UTC", true
		case offset%60 != 0:
			name = t.Format("-07:00:00")
		default:
			name = t.Format("-07:00")
		}
		_, ok = fixedZone(name)
		return name, ok
	}
	name = loc.String()
	return name, name != ""
}

// ParseZone is the inverse of [ZoneName]. ok is false for "", for "Local" and for
// what is no time zone known here; a name may be known on one machine alone.
func ParseZone(name string) (loc *time.Location, ok bool) {
	if loc, ok = fixedZone(name); ok {
		return loc, true
	}
	if name == "" || name == "Local" {
		return nil, false
	}
	loc, err := time.LoadLocation(name)
	return loc, err == nil
}

// CheckZone returns a caller's error, refused, for a location that is another one
// on another machine, which no config may have; nil is UTC.
func CheckZone(loc *time.Location, refused error) error {
	if loc != nil {
		if _, ok := ZoneName(loc); !ok {
			return fmt.Errorf("%w: %q is another zone on another machine", refused, loc.String())
		}
	}
	return nil
}

// MarshalZone returns a location as text, or what [CheckZone] says against it; nil
// has no text.
func MarshalZone(loc *time.Location, refused error) ([]byte, error) {
	if err := CheckZone(loc, refused); loc == nil || err != nil {
		return nil, err
	}
	name, _ := ZoneName(loc)
	return []byte(name), nil
}

// UnmarshalZone reads what MarshalZone writes; no text is nil.
func UnmarshalZone(text []byte, refused error) (*time.Location, error) {
	if len(text) == 0 {
		return nil, nil
	}
	loc, ok := ParseZone(string(text))
	if !ok {
		return nil, fmt.Errorf("%w: %.64q is no time zone known here", refused, text)
	}
	return loc, nil
}

// ZoneText is a location in the JSON of a config, as MarshalZone writes it; no text
// is nil. R is the zero value that knows the caller's error.
type ZoneText[R interface{ Refused() error }] struct{ Loc *time.Location }

// MarshalText is MarshalZone.
func (z ZoneText[R]) MarshalText() ([]byte, error) {
	var r R
	return MarshalZone(z.Loc, r.Refused())
}

// UnmarshalText is UnmarshalZone; z is unchanged on error.
func (z *ZoneText[R]) UnmarshalText(text []byte) error {
	var r R
	loc, err := UnmarshalZone(text, r.Refused())
	if err == nil {
		z.Loc = loc
	}
	return err
}

// IsZero reports whether there is no location.
func (z ZoneText[R]) IsZero() bool { return z.Loc == nil }

func fixedZone(name string) (*time.Location, bool) {
	for _, layout := range []string{"-07:00", "-07:00:00"} {
		if t, err := time.Parse(layout, name); err == nil {
			_, offset := t.Zone()
			return time.FixedZone(name, offset), true
		}
	}
	return nil, false
}
