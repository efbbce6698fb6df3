package segment

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
)

// At is the moment for which a rule is asked. The same At gives the same answer
// for ever: no clock is read.
type At struct {
	// Now is the moment, to the microsecond; what is finer is cut off. Nothing that
	// happened after it counts.
	Now time.Time
	// Location is the zone of calendar days; nil is UTC.
	Location *time.Location
	// WeekStart is the first day of a week, for windows of weeks. The zero value is
	// Sunday.
	WeekStart time.Weekday
}

// Validate returns every fault of a.
func (a At) Validate() error {
	if a.Now.IsZero() || a.Now.UnixMicro() < minMicro || a.Now.UnixMicro() >= maxMicro || a.Now.Year() > 10000 {
		return guanxi.At("/now", &Fault{Err: ErrTime})
	}
	if a.WeekStart < time.Sunday || a.WeekStart > time.Saturday {
		return guanxi.At("/week_start", &Fault{Err: ErrTime, Detail: fmt.Sprintf("%d is no day of the week", int(a.WeekStart))})
	}
	return nil
}

const (
	dayMicros  = 86400 * 1_000_000
	hourMicros = 3600 * 1_000_000
	minMicro   = int64(minDate) * dayMicros
	maxMicro   = int64(maxDate+1) * dayMicros
)

// calendar is an At made ready: now in microseconds and the civil day it is in.
type calendar struct {
	now       int64
	today     Date
	loc       *time.Location
	weekStart time.Weekday
}

func (a At) calendar() *calendar {
	c := &calendar{now: a.Now.UnixMicro(), loc: a.Location, weekStart: a.WeekStart}
	if c.loc == nil {
		c.loc = time.UTC
	}
	c.today = c.dayOf(c.now)
	return c
}

// to returns the calendar at another moment.
func (c *calendar) to(now int64) *calendar {
	d := *c
	d.now = now
	d.today = d.dayOf(now)
	return &d
}

// localDay is the day that the clocks on the wall show at t microseconds.
func (c *calendar) localDay(t int64) Date {
	if c.loc == time.UTC {
		return Date(floorDiv(t, dayMicros))
	}
	_, offset := time.UnixMicro(t).In(c.loc).Zone()
	return Date(floorDiv(t+int64(offset)*1_000_000, dayMicros))
}

// dayOf is the last day that has begun at t. It differs from localDay only where
// clocks are set back over midnight, and unlike it never goes back.
func (c *calendar) dayOf(t int64) Date {
	d := c.localDay(t)
	if c.loc != time.UTC && c.start(d+1) <= t {
		d++
	}
	return d
}

// start is the first instant at which the clocks of the zone show day d or a
// later one. A midnight that is skipped begins at the instant after the gap.
//
// It asks for offsets only: time.Time.ZoneBounds of Go 1.26 returns an end that
// is not after the time itself on the last day of leap years after 2037.
func (c *calendar) start(d Date) int64 {
	wall := int64(d) * 86400
	if c.loc == time.UTC {
		return wall * 1_000_000
	}
	const reach = 26 * 3600 // no clock is further from UTC
	before, after := c.offset(wall-reach), c.offset(wall+reach)
	if before == after && c.offset(wall-before) == before {
		return (wall - before) * 1_000_000
	}
	// Go through the stretches of one offset, which end between two hours.
	for begin, at := wall-reach, wall-reach; at < wall+reach; at += 3600 {
		next := c.offset(at + 3600)
		if next == before && at+3600 < wall+reach {
			continue
		}
		end := at + 3600
		if next != before {
			low := at // the offset is before at low, and no longer at end
			for end-low > 1 {
				if mid := low + (end-low)/2; c.offset(mid) == before {
					low = mid
				} else {
					end = mid
				}
			}
		}
		if first := max(wall-before, begin); first < end {
			return first * 1_000_000
		}
		begin, before = end, next
	}
	return (wall - after) * 1_000_000
}

// offset is how far the zone's clocks are ahead of UTC at t, in seconds.
func (c *calendar) offset(t int64) int64 {
	_, offset := time.Unix(t, 0).In(c.loc).Zone()
	return int64(offset)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
