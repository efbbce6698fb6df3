package lifecycle

import "errors"

// What is wrong with a calendar. Each comes in a *guanxi.FieldError that names
// the place: errors.Is finds the sentinel, guanxi.Faults lists the places.
var (
	// ErrCalendarZone refuses a zone that is not known on this machine, and
	// "Local", which is another one on another machine.
	ErrCalendarZone = errors.New("no time zone known here")
	// ErrCalendarTime refuses what is not a time of the day.
	ErrCalendarTime = errors.New("not a time of the day from 00:00 to 24:00")
	// ErrCalendarDate refuses a date that does not exist or lies outside the
	// years 1970 to 2200.
	ErrCalendarDate = errors.New("not a date of the years 1970 to 2200")
	// ErrCalendarHours refuses working hours that begin at 24:00 or when they
	// end, and too many of them.
	ErrCalendarHours = errors.New("not working hours")
	// ErrCalendarOverlap refuses working hours that share minutes with others,
	// and dates with two entries.
	ErrCalendarOverlap = errors.New("overlaps another entry")
	// ErrCalendarEmpty refuses a week without working hours.
	ErrCalendarEmpty = errors.New("no working hours in the week")
	// ErrCalendarCount refuses a holiday of no days or of more than 366, and
	// more than 100,000 entries.
	ErrCalendarCount = errors.New("number out of range")
)

// What a calendar says to times.
var (
	// ErrCalendarRange: an instant, or a deadline, outside the years 1970 to 2200
	// in UTC.
	ErrCalendarRange = errors.New("lifecycle: outside the calendar's years 1970 to 2200")
	// ErrCalendarBackwards: an end before its start, or a negative duration.
	ErrCalendarBackwards = errors.New("lifecycle: time runs backwards")
)
