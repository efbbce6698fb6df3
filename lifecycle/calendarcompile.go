package lifecycle

import (
	"slices"
	"sort"
	"time"

	"github.com/guanxi-go/guanxi/internal/civil"
)

// NewCalendar makes a calendar of c, which it copies. The error holds every
// fault, as [CalendarConfig.Validate] has them. Cost: O(n log n) for n zone
// changes (about 460 where there is daylight saving) and dates with hours of
// their own; a calendar keeps 40 bytes for each, and 13 kB.
//
// Hours past midnight stay those of the day on which they begin: those before a
// holiday run on into it. Where they meet the hours of an extra day, what they
// share is counted once.
func NewCalendar(c CalendarConfig) (*Calendar, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	loc, err := loadZone(c.Zone)
	if err != nil {
		return nil, err
	}
	cal := &Calendar{loc: loc, week: newWeekPattern(c.Week.days())}
	special := specialTime(c)
	for at := int64(0); at < rangeSeconds; {
		offset, to := zoneStretch(at, loc)
		to = min(to, rangeSeconds)
		cal.fill(at*int64(time.Second), to*int64(time.Second), offset*int64(time.Second), special)
		at = to
	}
	cal.index()
	return cal, nil
}

// MustCalendar is [NewCalendar] for tests and examples; it panics on an error.
func MustCalendar(c CalendarConfig) *Calendar {
	cal, err := NewCalendar(c)
	if err != nil {
		panic(err)
	}
	return cal
}

// zoneStretch returns the offset at an instant, and an instant after it up to
// which that offset holds, in seconds.
func zoneStretch(at int64, loc *time.Location) (offset, to int64) {
	_, change, seconds := civil.Stretch(time.Unix(at, 0).In(loc))
	if change.IsZero() {
		return int64(seconds), rangeSeconds
	}
	return int64(seconds), change.Unix()
}

// window is civil time that is not as in an ordinary week: idle or busy.
type window struct {
	from, to int64
	kind     pieceKind
}

// specialTime returns the civil days that are not as in an ordinary week, as
// windows in order.
func specialTime(c CalendarConfig) []window {
	exceptions := make(map[int][]Hours)
	for _, h := range c.Holidays {
		for k := range h.days() {
			exceptions[h.Date.number()+k] = nil
		}
	}
	for _, e := range c.Extra {
		exceptions[e.Date.number()] = e.Hours
	}
	ordinary := c.Week.days()
	hoursOf := func(day int) []Hours {
		if list, ok := exceptions[day]; ok {
			return list
		}
		return ordinary[((day+3)%7+7)%7] // day 0 was a Thursday
	}
	touched := make([]int, 0, len(exceptions))
	for day := range exceptions {
		touched = append(touched, day)
		if overnight(exceptions[day]) || overnight(ordinary[((day+3)%7+7)%7]) {
			touched = append(touched, day+1)
		}
	}
	slices.Sort(touched)
	var out []window
	for _, day := range slices.Compact(touched) {
		out = appendDay(out, day, hoursOf(day-1), hoursOf(day))
	}
	return out
}

func overnight(list []Hours) bool {
	return slices.ContainsFunc(list, func(h Hours) bool { return h.end() > dayMinutes })
}

// appendDay appends a civil day: what the day before left over, and its own hours.
func appendDay(out []window, day int, before, own []Hours) []window {
	var list []stretch
	for _, h := range before {
		if over := h.end() - dayMinutes; over > 0 {
			list = append(list, stretch{to: int64(over) * minuteNanos})
		}
	}
	for _, h := range own {
		list = append(list, stretch{from: int64(h.From) * minuteNanos, to: int64(min(h.end(), dayMinutes)) * minuteNanos})
	}
	midnight := int64(day) * dayNanos
	add := func(from, to int64, kind pieceKind) {
		from, to = midnight+from, midnight+to
		if n := len(out); n > 0 && out[n-1].to == from && out[n-1].kind == kind {
			out[n-1].to = to
		} else if from < to {
			out = append(out, window{from, to, kind})
		}
	}
	at := int64(0)
	for _, s := range merge(list) {
		add(at, s.from, idle)
		add(s.from, s.to, busy)
		at = s.to
	}
	add(at, dayNanos, idle)
	return out
}

// fill appends the pieces of [from, to), in which the zone keeps one offset.
func (c *Calendar) fill(from, to, offset int64, special []window) {
	first := sort.Search(len(special), func(i int) bool { return special[i].to > from+offset })
	at := from
	for _, w := range special[first:] {
		begin := max(w.from-offset, from)
		if begin >= to {
			break
		}
		c.add(at, begin, offset, weekly)
		at = min(w.to-offset, to)
		c.add(begin, at, offset, w.kind)
	}
	c.add(at, to, offset, weekly)
}

func (c *Calendar) add(from, to, offset int64, kind pieceKind) {
	if from >= to {
		return
	}
	p := piece{from: from, worked: c.total, kind: kind}
	switch kind {
	case busy:
		c.total += to - from
	case weekly:
		p.offset, p.base = offset, c.week.workedAt(from+offset)
		c.total += c.week.workedAt(to+offset) - p.base
	}
	if n := len(c.pieces); n > 0 && c.pieces[n-1].kind == kind && (kind != weekly || c.pieces[n-1].offset == offset) {
		return // it goes on
	}
	c.pieces = append(c.pieces, p)
}

func (c *Calendar) index() {
	c.pieces = slices.Clip(c.pieces)
	c.byTime = index(len(c.pieces), func(i int) int64 { return c.pieces[i].from })
	c.byWork = index(len(c.pieces), func(i int) int64 { return c.pieces[i].worked })
}
