package rfm

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/internal/civil"
)

// RecencyDays returns the calendar days from last to asOf in loc (nil is UTC): 0
// on the same civil date, 1 on the next one of the calendar, whatever the hour
// and whatever daylight saving does to the length of a day.
func RecencyDays(last, asOf time.Time, loc *time.Location) int {
	c := civil.New(loc)
	return int(c.Day(asOf.UnixMicro()) - c.Day(last.UnixMicro()))
}

// period numbers the calendar period that us lies in.
func period(c *civil.Calendar, us int64, per Period) int32 {
	day := c.Day(us)
	switch per {
	case PerWeek:
		return civil.Week(day)
	case PerMonth:
		return civil.Month(day)
	default:
		return day
	}
}

// zoneName names a location so that parseZone gives it back: "UTC", "+08:00" for
// a fixed offset, or the IANA name. Local, and a zone without a name, have none:
// they would be other zones on another machine.
func zoneName(loc *time.Location) (string, bool) {
	t := time.Unix(0, 0).In(loc)
	if from, to := t.ZoneBounds(); from.IsZero() && to.IsZero() {
		_, offset := t.Zone()
		switch {
		case offset == 0:
			return "UTC", true
		case offset%60 != 0:
			return t.Format("-07:00:00"), true
		}
		return t.Format("-07:00"), true
	}
	name := loc.String()
	return name, name != "" && name != "Local"
}

func parseZone(name string) (*time.Location, error) {
	for _, layout := range []string{"-07:00", "-07:00:00"} {
		if t, err := time.Parse(layout, name); err == nil {
			_, offset := t.Zone()
			return time.FixedZone(name, offset), nil
		}
	}
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%w: %q is the name of no time zone", ErrOption, name)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %q is the name of no time zone known here", ErrOption, name)
	}
	return loc, nil
}
