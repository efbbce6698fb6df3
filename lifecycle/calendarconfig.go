package lifecycle

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// CalendarConfig says when people work. As JSON it is read strictly: see
// [CalendarConfig.UnmarshalJSON].
//
//	{"zone": "Asia/Shanghai",
//	 "week": {"monday": [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "18:00"}], …},
//	 "holidays": [{"date": "2025-10-01", "days": 8, "name": {"en": "National Day", "zh": "国庆节、中秋节"}}],
//	 "extra": [{"date": "2025-10-11", "hours": [{"from": "09:00", "to": "17:00"}]}]}
type CalendarConfig struct {
	// Zone is an IANA name such as "Asia/Shanghai", or a fixed offset such as
	// "+08:00"; "" is UTC.
	Zone string `json:"zone,omitempty"`
	// Week is the working hours of an ordinary week; at least one day has some.
	Week Week `json:"week"`
	// Holidays are dates on which no working hours begin.
	Holidays []Holiday `json:"holidays,omitempty"`
	// Extra are dates with hours of their own instead of those of the week:
	// Saturdays and Sundays worked in exchange for a holiday (调休), and half
	// days.
	Extra []ExtraDay `json:"extra,omitempty"`
}

// Week is the working hours of the days of a week, in any order.
type Week struct {
	Monday    []Hours `json:"monday,omitempty"`
	Tuesday   []Hours `json:"tuesday,omitempty"`
	Wednesday []Hours `json:"wednesday,omitempty"`
	Thursday  []Hours `json:"thursday,omitempty"`
	Friday    []Hours `json:"friday,omitempty"`
	Saturday  []Hours `json:"saturday,omitempty"`
	Sunday    []Hours `json:"sunday,omitempty"`
}

// Weekdays returns a Week with the same hours from Monday to Friday.
func Weekdays(hours ...Hours) Week {
	return Week{Monday: hours, Tuesday: hours, Wednesday: hours, Thursday: hours, Friday: hours}
}

var weekNames = [7]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

// days has Monday first.
func (w *Week) days() [7][]Hours {
	return [7][]Hours{w.Monday, w.Tuesday, w.Wednesday, w.Thursday, w.Friday, w.Saturday, w.Sunday}
}

// Hours is a stretch of working time, [From, To) on the clock. Where To is not
// after From it ends on the next day: 22:00 to 06:00 belongs to the day on which
// it begins. From and To differ; a whole day is 00:00 to 24:00.
type Hours struct {
	From TimeOfDay `json:"from"`
	To   TimeOfDay `json:"to"`
}

// HoursOf reads two times such as "09:00" and "18:00", for tests and examples;
// it panics on text that is none.
func HoursOf(from, to string) Hours {
	var h Hours
	for _, p := range []struct {
		dst  *TimeOfDay
		text string
	}{{&h.From, from}, {&h.To, to}} {
		if err := p.dst.UnmarshalText([]byte(p.text)); err != nil {
			panic(err)
		}
	}
	return h
}

// end returns To in minutes from the midnight before From: up to 2 days.
func (h Hours) end() int {
	if h.To <= h.From {
		return int(h.To) + dayMinutes
	}
	return int(h.To)
}

// Holiday is one or more dates off.
type Holiday struct {
	Date Date        `json:"date"`           // the first
	Days int         `json:"days,omitempty"` // 1 to 366; 0 is 1
	Name guanxi.Text `json:"name,omitzero"`  // for people
}

func (h Holiday) days() int { return max(h.Days, 1) }

// ExtraDay is a date with hours of its own.
type ExtraDay struct {
	Date  Date        `json:"date"`
	Hours []Hours     `json:"hours"`         // at least one; a day without is a Holiday
	Name  guanxi.Text `json:"name,omitzero"` // for people
}

const (
	dayMinutes     = 24 * 60
	maxDayHours    = 48
	maxHolidayDays = 366
	maxExceptions  = 100_000
)

// Validate returns every fault of c, each a *guanxi.FieldError. Cost: O(entries).
func (c CalendarConfig) Validate() error {
	var f calendarFaults
	if _, err := loadZone(c.Zone); err != nil {
		f.at(err, "zone")
	}
	days, hours, sound := c.Week.days(), 0, true
	for i, list := range days {
		sound = f.hours(list, "week", weekNames[i]) && sound
		hours += len(list)
	}
	if hours == 0 {
		f.at(ErrCalendarEmpty, "week")
	}
	for i := 0; sound && i < 7; i++ {
		for _, h := range days[i] {
			for k, next := range days[(i+1)%7] {
				if h.end()-dayMinutes > int(next.From) {
					f.at(fmt.Errorf("%w: %v of %s", ErrCalendarOverlap, h, weekNames[i]), "week", weekNames[(i+1)%7], k)
				}
			}
		}
	}
	f.exceptions(c)
	return f.err()
}

// exceptions checks the dates with entries of their own.
func (f *calendarFaults) exceptions(c CalendarConfig) {
	if len(c.Holidays) > maxExceptions {
		f.at(fmt.Errorf("%w: %d entries are more than %d", ErrCalendarCount, len(c.Holidays), maxExceptions), "holidays")
		return
	}
	if len(c.Extra) > maxExceptions {
		f.at(fmt.Errorf("%w: %d entries are more than %d", ErrCalendarCount, len(c.Extra), maxExceptions), "extra")
		return
	}
	taken := make(map[int]string)
	take := func(d Date, n int, at ...any) {
		if err := d.Validate(); err != nil {
			f.at(err, append(at, "date")...)
			return
		}
		first := d.number()
		for day := first; day < first+n; day++ {
			if by, ok := taken[day]; ok {
				f.at(fmt.Errorf("%w: %v is in %s too", ErrCalendarOverlap, dateOf(day), by), append(at, "date")...)
				return
			}
		}
		for day := first; day < first+n; day++ {
			taken[day] = guanxi.Pointer(at...)
		}
	}
	for i, h := range c.Holidays {
		if h.Days < 0 || h.Days > maxHolidayDays {
			f.at(fmt.Errorf("%w: %d days are not 1 to %d", ErrCalendarCount, h.Days, maxHolidayDays), "holidays", i, "days")
			continue
		}
		take(h.Date, h.days(), "holidays", i)
	}
	for i, e := range c.Extra {
		take(e.Date, 1, "extra", i)
		if len(e.Hours) == 0 {
			f.at(fmt.Errorf("%w: none; a day off is a holiday", ErrCalendarHours), "extra", i, "hours")
		}
		f.hours(e.Hours, "extra", i, "hours")
	}
}

// hours checks the hours of one day and reports whether they are sound.
func (f *calendarFaults) hours(list []Hours, at ...any) bool {
	before := len(f.errs)
	if len(list) > maxDayHours {
		f.at(fmt.Errorf("%w: %d stretches are more than %d", ErrCalendarHours, len(list), maxDayHours), at...)
		return false
	}
	for i, h := range list {
		here := append(at[:len(at):len(at)], i)
		badFrom, badTo := h.From.Validate(), h.To.Validate()
		f.at(badFrom, append(here, "from")...)
		f.at(badTo, append(here, "to")...)
		switch {
		case badFrom != nil || badTo != nil:
			continue
		case h.From == dayMinutes:
			f.at(fmt.Errorf("%w: they begin at 24:00", ErrCalendarHours), append(here, "from")...)
			continue
		case h.From == h.To:
			f.at(fmt.Errorf("%w: from %v to %v; a whole day is 00:00 to 24:00", ErrCalendarHours, h.From, h.To), here...)
			continue
		}
		for _, other := range list[:i] {
			if other.From != other.To && int(h.From) < other.end() && int(other.From) < h.end() {
				f.at(fmt.Errorf("%w: %v", ErrCalendarOverlap, other), here...)
				break
			}
		}
	}
	return len(f.errs) == before
}

// UnmarshalJSON reads strictly: every unknown field and wrong type is reported with
// its JSON pointer, and if there are none every fault of [CalendarConfig.Validate]. c is
// left alone if there is one.
func (c *CalendarConfig) UnmarshalJSON(data []byte) error {
	type plain CalendarConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, CalendarConfig(p), err)
}

// String returns "09:00–18:00".
func (h Hours) String() string { return h.From.String() + "–" + h.To.String() }

// loadZone returns the zone of an IANA name, or of a fixed offset.
func loadZone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	loc, ok := civil.ParseZone(name)
	if !ok {
		return nil, fmt.Errorf("%w: %.64q", ErrCalendarZone, name)
	}
	return loc, nil
}
