package segment

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
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
	if a.Now.IsZero() || micros(a.Now) < minMicro || micros(a.Now) >= maxMicro || a.Now.Year() > 10000 {
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
		return Date(civil.FloorDiv(t, dayMicros))
	}
	_, offset := time.UnixMicro(t).In(c.loc).Zone()
	return Date(civil.FloorDiv(t+int64(offset)*1_000_000, dayMicros))
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
func (c *calendar) start(d Date) int64 {
	if c.loc == time.UTC {
		return int64(d) * dayMicros
	}
	return civil.Start(int64(d), c.loc).UnixMicro()
}
