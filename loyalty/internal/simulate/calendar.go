package simulate

import (
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
)

// calendar finds civil days by looking at the clock every quarter of an hour.
type calendar struct {
	loc    *time.Location
	starts map[int64]int64 // of days that were sought
	left   map[int64]int64 // when growth leaves the span of the programme, by its instant
}

const never = int64(loyalty.Never)

func newCalendar(loc *time.Location) *calendar {
	if loc == nil {
		loc = time.UTC
	}
	return &calendar{loc: loc, starts: map[int64]int64{}, left: map[int64]int64{}}
}

// day returns the number of the civil day that us lies in.
func (c *calendar) day(us int64) int64 {
	y, m, d := time.UnixMicro(us).In(c.loc).Date()
	return dayNumber(y, m, d)
}

func dayNumber(y int, m time.Month, d int) int64 {
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

func dateOf(day int64) time.Time { return time.Unix(day*86400, 0).UTC() }

// start returns the first instant of a civil day.
func (c *calendar) start(day int64) int64 {
	if us, ok := c.starts[day]; ok {
		return us
	}
	t := time.Unix(day*86400-16*3600, 0)
	for c.day(t.UnixMicro()) < day {
		t = t.Add(15 * time.Minute)
	}
	c.starts[day] = t.UnixMicro()
	return t.UnixMicro()
}

// shift adds the months of a span to a day, which then is the month's last at most, and
// its days.
func shift(day int64, s guanxi.Span) int64 {
	d := dateOf(day)
	first := time.Date(d.Year(), d.Month()+time.Month(s.Months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return dayNumber(first.Year(), first.Month(), min(d.Day(), last)) + int64(s.Days)
}

// after returns the end of the day that a span reaches, or with a clock part the instant.
func (c *calendar) after(us int64, s guanxi.Span) int64 {
	if s.Time != 0 {
		return s.AddTo(time.UnixMicro(us).UTC(), c.loc).UnixMicro()
	}
	return c.start(shift(c.day(us), s) + 1)
}

// period returns the first day of the period of a day, and of the next one.
func period(p loyalty.Period, day int64) (from, to int64) {
	d := dateOf(day)
	y, m := d.Year(), d.Month()
	switch p {
	case loyalty.PerDay:
		return day, day + 1
	case loyalty.PerWeek:
		back := (int64(d.Weekday()) + 6) % 7
		return day - back, day - back + 7
	case loyalty.PerMonth:
		return dayNumber(y, m, 1), dayNumber(y, m+1, 1)
	case loyalty.PerQuarter:
		m -= (m - 1) % 3
		return dayNumber(y, m, 1), dayNumber(y, m+3, 1)
	}
	return dayNumber(y, 1, 1), dayNumber(y+1, 1, 1)
}

// window returns the start of the period that us lies in; 0 for ever.
func (c *calendar) window(p loyalty.Period, us int64) int64 {
	if p == loyalty.PerEver || p == "" {
		return 0
	}
	from, _ := period(p, c.day(us))
	return c.start(from)
}

// expiry returns when points expire that an expiry rule counts from us.
func (c *calendar) expiry(e *loyalty.ExpiryRule, us int64) int64 {
	switch e.Mode {
	case loyalty.ExpireSpan, loyalty.ExpireActivity:
		return c.after(us, e.Span)
	case loyalty.ExpireEndOf:
		_, next := period(e.Period, c.day(us))
		return c.start(shift(next, e.Span))
	case loyalty.ExpireYearly:
		for day := shift(c.day(us), e.Span); ; day++ {
			d := dateOf(day)
			end := time.Date(d.Year(), d.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
			if int(d.Month()) == e.Month && d.Day() == min(e.Day, end) {
				return c.start(day + 1)
			}
		}
	}
	return never
}
