// Package civil turns instants into the days, weeks and months of one time zone,
// fast: what every package that counts in calendar days needs. The standard
// library's Date costs about 50 ns where a zone has daylight saving.
package civil

import (
	"math"
	"time"
)

const (
	dayMicros   = 86400_000000
	epochMonday = 3 // 1970-01-01 was a Thursday: day −3 was a Monday
)

// Calendar turns instants into civil days of one zone. It remembers the stretch
// between two changes of the zone's offset, so most calls are a division. Not
// safe for concurrent use; a copy is independent.
type Calendar struct {
	loc      *time.Location
	from, to int64 // [from, to) in UTC microseconds where offset holds
	offset   int64 // microseconds east of UTC
}

// New returns a calendar of loc; nil is UTC.
func New(loc *time.Location) Calendar {
	if loc == nil {
		loc = time.UTC
	}
	return Calendar{loc: loc}
}

// Day returns the civil day of an instant in UTC microseconds, counted from
// 1970-01-01.
func (c *Calendar) Day(us int64) int32 {
	if us < c.from || us >= c.to {
		c.seek(us)
	}
	return int32(FloorDiv(us+c.offset, dayMicros))
}

func (c *Calendar) seek(us int64) {
	from, to, seconds := Stretch(time.UnixMicro(us).In(c.loc))
	c.offset = int64(seconds) * 1e6
	c.from, c.to = math.MinInt64, math.MaxInt64
	if !from.IsZero() {
		c.from = from.UnixMicro()
	}
	if !to.IsZero() {
		c.to = to.UnixMicro()
	}
}

// Stretch returns the offset at t in its zone, in seconds east of UTC, and a
// stretch of time [from, to) around t in which it holds, as time.Time.ZoneBounds
// does: zero where it holds for ever. The stretch may end before the offset
// changes.
//
// On the last day of a leap year beyond a zone's table, ZoneBounds gives an end
// that is over already (Go 1.26). There the end is at most a day after t.
func Stretch(t time.Time) (from, to time.Time, offset int) {
	_, offset = t.Zone()
	from, to = t.ZoneBounds()
	if to.IsZero() || to.After(t) {
		return from, to, offset
	}
	lo, hi := t.Unix(), t.Unix()+86400 // of no zone that changes twice a day
	at := func(sec int64) time.Time { return time.Unix(sec, 0).In(t.Location()) }
	if _, then := at(hi).Zone(); then == offset {
		return from, at(hi), offset
	}
	for hi-lo > 1 {
		mid := lo + (hi-lo)/2
		if _, then := at(mid).Zone(); then == offset {
			lo = mid
		} else {
			hi = mid
		}
	}
	return from, at(hi), offset
}

// Week numbers ISO weeks: they begin on Mondays, and week 0 holds 1970-01-01.
func Week(day int32) int32 { return int32(FloorDiv(int64(day)+epochMonday, 7)) }

// Month numbers calendar months: year × 12 + month − 1.
func Month(day int32) int32 {
	y, m, _ := time.Unix(int64(day)*86400, 0).UTC().Date()
	return int32(y*12 + int(m) - 1)
}

// Start is the first instant at which the calendar of loc shows a day, counted from
// 1970-01-01, or a later one. Midnight may be skipped by the clock, or a whole day,
// or be shown twice. Cost: two or three look-ups in the zone.
func Start(day int64, loc *time.Location) time.Time {
	midnight := time.Unix(day*86400, 0)
	t := midnight.Add(-24 * time.Hour).In(loc) // the day before, in every zone
	for {                                      // along the stretches of one offset each
		from, to, offset := Stretch(t)
		first := midnight.Add(-time.Duration(offset) * time.Second).In(loc)
		if first.Before(from) {
			first = from
		}
		if to.IsZero() || first.Before(to) {
			return first
		}
		t = to
	}
}

// FloorDiv divides and rounds down; b must be above 0.
func FloorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
