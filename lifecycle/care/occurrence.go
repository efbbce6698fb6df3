package care

import (
	"sort"
	"time"

	"github.com/guanxi-go/guanxi"
)

// maxOccurrence bounds the numbers of occurrences: one an hour for 230 years.
const maxOccurrence = 1 << 21

// firstBirthday is the year of the birthday that is occurrence 0: so early that
// every one from which a step may be due since 1970 is counted, and the same
// whatever the zone.
const firstBirthday = 1970 - maxYears - 1

// tooEarly is when an occurrence before the years there are is said to be due.
var tooEarly = time.Unix(-1, 0).UTC()

// maxClock keeps the sum of two clock parts from overflowing; it is longer than
// any time from 1970 to 2200 divided by two.
const maxClock = 1 << 62

// occurrence is one time that a step is due.
type occurrence struct {
	anchor time.Time // as in the task
	n      int
	due    time.Time
}

// occurrence returns occurrence n of a line; ok is false where there is
// none: the step does not occur so often, or not before the year 2201.
func (s *Step) occurrence(anchor time.Time, n int, loc *time.Location) (o occurrence, ok bool) {
	if n >= maxOccurrence || s.Times > 0 && n >= s.Times || s.Times == 0 && s.Every.IsZero() && n > 0 && s.Anchor.Kind != Birthday {
		return o, false
	}
	step, ok := times(s.Every, n)
	if !ok {
		return o, false
	}
	o = occurrence{anchor: anchor, n: n}
	from := anchor
	switch s.Anchor.Kind {
	case Birthday:
		year := firstBirthday + n
		day := min(anchor.Day(), time.Date(year, anchor.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day())
		o.anchor, o.n = time.Date(year, anchor.Month(), day, 0, 0, 0, 0, time.UTC), 0
		from = s.clock(o.anchor, loc)
	case OnDate:
		from = s.clock(anchor, loc)
	}
	if !s.Before.IsZero() {
		// The date itself is repeated, and the step is due before each.
		return o.at(s.Before.SubFrom(step.AddTo(from, loc), loc))
	}
	if step.Time > maxClock || s.After.Time > maxClock {
		return o, false
	}
	sum := guanxi.Span{Months: step.Months + s.After.Months, Days: step.Days + s.After.Days, Time: step.Time + s.After.Time}
	return o.at(sum.AddTo(from, loc))
}

// at returns o with the instant at which it is due.
func (o occurrence) at(due time.Time) (occurrence, bool) {
	if due.Unix() < 0 {
		o.due = tooEarly
		return o, true
	}
	at, ok := stamp(due)
	o.due = at
	return o, ok
}

// clock returns the step's time of the day on a date, given as midnight UTC.
func (s *Step) clock(date time.Time, loc *time.Location) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d, 0, int(s.At), 0, 0, loc)
}

// first returns the number of the first occurrence due at or after an instant.
func (s *Step) first(anchor time.Time, from time.Time, loc *time.Location) int {
	last := maxOccurrence
	if s.Times > 0 {
		last = s.Times
	} else if s.Every.IsZero() && s.Anchor.Kind != Birthday {
		last = 1
	}
	return sort.Search(last, func(n int) bool {
		o, ok := s.occurrence(anchor, n, loc)
		return !ok || !o.due.Before(from)
	})
}
