package rfm

import (
	"fmt"
	"time"
)

const (
	dayMicros   = 86400_000000
	epochMonday = 3 // 1970-01-01 was a Thursday: day −3 was a Monday
)

// RecencyDays returns the calendar days from last to asOf in loc (nil is UTC): 0
// on the same civil date, 1 on the next one of the calendar, whatever the hour
// and whatever daylight saving does to the length of a day.
func RecencyDays(last, asOf time.Time, loc *time.Location) int {
	c := newCalendar(loc)
	return int(c.day(asOf.UnixMicro()) - c.day(last.UnixMicro()))
}

// calendar turns instants into civil days of one zone. It remembers the stretch
// between two changes of the zone's offset, so most calls are a division.
// Not safe for concurrent use.
type calendar struct {
	loc      *time.Location
	from, to int64 // [from, to) in UTC microseconds where offset holds
	offset   int64 // microseconds east of UTC
}

func newCalendar(loc *time.Location) calendar {
	if loc == nil {
		loc = time.UTC
	}
	return calendar{loc: loc}
}

// day returns the civil day of us, counted from 1970-01-01.
func (c *calendar) day(us int64) int32 {
	if us < c.from || us >= c.to {
		c.seek(us)
	}
	return int32(floorDiv(us+c.offset, dayMicros))
}

func (c *calendar) seek(us int64) {
	t := time.UnixMicro(us).In(c.loc)
	_, seconds := t.Zone()
	c.offset = int64(seconds) * 1e6
	c.from, c.to = minMicro*2, maxMicro*2
	from, to := t.ZoneBounds()
	if !from.IsZero() {
		c.from = from.UnixMicro()
	}
	if !to.IsZero() {
		c.to = to.UnixMicro()
	}
}

// period numbers the calendar period that us lies in.
func (c *calendar) period(us int64, per Period) int32 {
	day := c.day(us)
	switch per {
	case PerWeek:
		return int32(floorDiv(int64(day)+epochMonday, 7))
	case PerMonth:
		y, m, _ := time.Unix(int64(day)*86400, 0).UTC().Date()
		return int32(y*12 + int(m) - 1)
	default:
		return day
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
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
