package rfm

import (
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
