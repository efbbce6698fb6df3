package migration

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/internal/civil"
)

// Period is the step of the chain: a calendar period of the config's zone.
type Period string

const (
	Week    Period = "week"    // from Monday to Monday
	Month   Period = "month"   // the default
	Quarter Period = "quarter" // from January, April, July, October
)

// maxPeriods is the most periods between Since and Until: 76 years of weeks.
const maxPeriods = 4000

// begin returns the date on which the period that holds a date begins.
func (p Period) begin(year int, month time.Month, day int) (int, time.Month, int) {
	switch p {
	case Week:
		t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		t = t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
		return t.Date()
	case Quarter:
		return year, month - (month-1)%3, 1
	}
	return year, month, 1
}

// next returns the date on which the next period begins.
func (p Period) next(year int, month time.Month, day int) (int, time.Month, int) {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	switch p {
	case Week:
		t = t.AddDate(0, 0, 7)
	case Quarter:
		t = t.AddDate(0, 3, 0)
	default:
		t = t.AddDate(0, 1, 0)
	}
	return t.Date()
}

// boundaries returns the instants at which whole periods between since and until
// begin and end, in UTC microseconds, at most maxPeriods + 2 of them.
func boundaries(p Period, since, until int64, loc *time.Location) []int64 {
	year, month, day := p.begin(time.UnixMicro(since).In(loc).Date())
	var out []int64
	for len(out) < maxPeriods+2 {
		days := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400
		b := civil.Start(days, loc).UnixMicro()
		if b > until {
			break
		}
		if b >= since {
			out = append(out, b)
		}
		year, month, day = p.next(year, month, day)
	}
	return out
}

// micros returns t in UTC microseconds; ErrTime outside the years 1 to 9999.
func micros(t time.Time) (int64, error) {
	if t.IsZero() {
		return 0, fmt.Errorf("%w: none", ErrTime)
	}
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return 0, fmt.Errorf("%w: year %d", ErrTime, y)
	}
	return t.UnixMicro(), nil
}
