package lifecycle

import (
	"sort"
	"time"
)

// Calendar is working time in one zone: an ordinary week, holidays, and dates
// with hours of their own. [NewCalendar] makes it of a [CalendarConfig]. It is
// immutable and safe for concurrent use.
//
// An instant is working time when the clock on the wall then shows working
// hours. So where the clock is set forward over working hours they are lost,
// and where it is set back into them the repeated hour is worked twice: a night
// shift from 22:00 to 06:00 has 7 and 9 hours in the two nights of a year.
//
// It knows the years 1970 to 2200 in UTC, by the zone's rules as this machine
// has them. Instants are exact to the nanosecond.
type Calendar struct {
	loc    *time.Location
	week   weekPattern
	pieces []piece
	total  int64 // working time of the whole range
	byTime []int32
	byWork []int32
}

// The range in nanoseconds since 1970, which an int64 holds up to 2262.
const (
	rangeSeconds = 7289654400 // 2201-01-01T00:00:00Z
	rangeNanos   = rangeSeconds * int64(time.Second)

	bucketShift = 52 // 52 days a bucket
	buckets     = rangeNanos>>bucketShift + 1
)

// piece is a stretch of the range in which working time is told in one way.
type piece struct {
	from   int64 // nanoseconds UTC
	worked int64 // working time before from
	base   int64 // of a weekly piece, the pattern's working time at from
	offset int64 // of a weekly piece, nanoseconds east of UTC
	kind   pieceKind
}

type pieceKind uint8

const (
	idle   pieceKind = iota // nobody works
	busy                    // everybody works
	weekly                  // as in an ordinary week
)

// Location returns the calendar's zone.
func (c *Calendar) Location() *time.Location { return c.loc }

// Elapsed returns the working time in [start, end). It is [ErrCalendarBackwards]
// where end is before start and [ErrCalendarRange] where either is outside the
// years 1970 to 2200. Cost: O(log n) for n zone changes and dates with hours of
// their own, no allocation.
func (c *Calendar) Elapsed(start, end time.Time) (time.Duration, error) {
	from, ok := nanos(start)
	to, ok2 := nanos(end)
	if !ok || !ok2 {
		return 0, ErrCalendarRange
	}
	if to < from {
		return 0, ErrCalendarBackwards
	}
	return time.Duration(c.workedAt(to) - c.workedAt(from)), nil
}

// Deadline returns the earliest instant, in the calendar's zone, at which d of
// working time has passed since start: start itself for 0, and the end of the
// working hours where d is used up just then. Elapsed(start, Deadline(start, d))
// is d. It is [ErrCalendarBackwards] for a negative d and [ErrCalendarRange]
// where start or the deadline is outside the years 1970 to 2200. Cost: as that
// of [Calendar.Elapsed].
func (c *Calendar) Deadline(start time.Time, d time.Duration) (time.Time, error) {
	from, ok := nanos(start)
	if !ok {
		return time.Time{}, ErrCalendarRange
	}
	at, err := c.deadline(from, int64(d))
	if err != nil {
		return time.Time{}, err
	}
	return time.Unix(0, at).In(c.loc), nil
}

// ElapsedMicros is [Calendar.Elapsed] of instants in UTC microseconds.
func (c *Calendar) ElapsedMicros(start, end int64) (time.Duration, error) {
	if start < 0 || end < 0 || start > rangeSeconds*1e6 || end > rangeSeconds*1e6 {
		return 0, ErrCalendarRange
	}
	if end < start {
		return 0, ErrCalendarBackwards
	}
	return time.Duration(c.workedAt(end*1000) - c.workedAt(start*1000)), nil
}

// DeadlineMicros is [Calendar.Deadline] of an instant in UTC microseconds. A
// fraction of a microsecond in d is rounded up, so that the deadline is never
// early.
func (c *Calendar) DeadlineMicros(start int64, d time.Duration) (int64, error) {
	if start < 0 || start > rangeSeconds*1e6 {
		return 0, ErrCalendarRange
	}
	at, err := c.deadline(start*1000, int64(d))
	return (at + 999) / 1000, err
}

// Working reports whether t is working time. Outside the years 1970 to 2200
// nothing is.
func (c *Calendar) Working(t time.Time) bool {
	at, ok := nanos(t)
	return ok && at < rangeNanos && c.workedAt(at+1) > c.workedAt(at)
}

// Opening returns t if it is working time, and otherwise the beginning of the
// next working hours, in the calendar's zone. It is [ErrCalendarRange] where t or
// the answer is outside the years 1970 to 2200.
func (c *Calendar) Opening(t time.Time) (time.Time, error) {
	after, err := c.Deadline(t, 1)
	if err != nil {
		return time.Time{}, err
	}
	return after.Add(-1), nil
}

func nanos(t time.Time) (int64, bool) {
	s := t.Unix()
	n := s*int64(time.Second) + int64(t.Nanosecond())
	return n, uint64(s) < rangeSeconds || s == rangeSeconds && t.Nanosecond() == 0
}

func (c *Calendar) deadline(from, d int64) (int64, error) {
	if d <= 0 {
		if d < 0 {
			return 0, ErrCalendarBackwards
		}
		return from, nil
	}
	before := c.workedAt(from)
	if d > c.total-before {
		return 0, ErrCalendarRange
	}
	return c.workedUntil(before + d), nil
}

// workedAt returns the working time in [1970, at).
func (c *Calendar) workedAt(at int64) int64 {
	b := at >> bucketShift
	lo, hi := int(c.byTime[b]), int(c.byTime[b+1])
	for lo < hi { // the last piece that begins at or before at
		mid := int(uint(lo+hi+1) >> 1)
		if c.pieces[mid].from <= at {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	p := &c.pieces[lo]
	switch p.kind {
	case busy:
		return p.worked + at - p.from
	case weekly:
		return p.worked + c.week.workedAt(at+p.offset) - p.base
	}
	return p.worked
}

// workedUntil returns the earliest instant with that much working time before
// it, 0 < worked ≤ total: the nanosecond after the one that is the last of it.
func (c *Calendar) workedUntil(worked int64) int64 {
	worked--
	b := worked >> bucketShift
	lo, hi := int(c.byWork[b]), int(c.byWork[b+1])
	for lo < hi { // the last piece with at most that before it
		mid := int(uint(lo+hi+1) >> 1)
		if c.pieces[mid].worked <= worked {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	p := &c.pieces[lo]
	if p.kind == busy {
		return p.from + worked - p.worked + 1
	}
	return c.week.instantOf(p.base+worked-p.worked) - p.offset + 1
}

// index returns for every bucket the last piece whose key is at or before the
// bucket's beginning, and one entry more.
func index(n int, key func(i int) int64) []int32 {
	out := make([]int32, buckets+1)
	for b := range out {
		begin := int64(b) << bucketShift // fits: 1620 × 2⁵² < 2⁶³
		out[b] = int32(max(sort.Search(n, func(i int) bool { return key(i) > begin })-1, 0))
	}
	return out
}
