package lifecycle

import (
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
)

// TimeOfDay is a time on the clock in minutes since midnight, "09:00" in JSON;
// 1440, "24:00", is the end of the day.
type TimeOfDay int

// Validate returns [ErrCalendarTime] outside 00:00 to 24:00.
func (t TimeOfDay) Validate() error {
	if t < 0 || t > dayMinutes {
		return fmt.Errorf("%w: %d minutes", ErrCalendarTime, int(t))
	}
	return nil
}

// String returns "09:00".
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

// MarshalText returns [TimeOfDay.String], or [ErrCalendarTime].
func (t TimeOfDay) MarshalText() ([]byte, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	return []byte(t.String()), nil
}

// UnmarshalText reads "00:00" to "24:00", always with five characters; anything
// else is [ErrCalendarTime], and t is unchanged.
func (t *TimeOfDay) UnmarshalText(text []byte) error {
	if minutes, ok := civil.ParseClock(text); ok {
		*t = TimeOfDay(minutes)
		return nil
	}
	return fmt.Errorf("%w: %.16q", ErrCalendarTime, text)
}

func digits(s []byte) (n int, ok bool) {
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// Date is a day of the calendar, "2025-10-01" in JSON. Dates are comparable
// with ==. The zero Date is none.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

const (
	firstYear = 1970
	lastYear  = 2200
)

// DateOf returns the date of t in t's zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// Validate returns [ErrCalendarDate] for a day that does not exist, and for
// years outside 1970 to 2200.
func (d Date) Validate() error {
	if d.Year < firstYear || d.Year > lastYear || dateOf(d.number()) != d {
		return fmt.Errorf("%w: %v", ErrCalendarDate, d)
	}
	return nil
}

// String returns "2025-10-01".
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// MarshalText returns [Date.String], or [ErrCalendarDate].
func (d Date) MarshalText() ([]byte, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads "2025-10-01"; anything but a date of the years 1970 to
// 2200 written so is [ErrCalendarDate], and d is unchanged.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 10 && text[4] == '-' && text[7] == '-' {
		y, oky := digits(text[:4])
		m, okm := digits(text[5:7])
		day, okd := digits(text[8:])
		if v := (Date{y, time.Month(m), day}); oky && okm && okd && v.Validate() == nil {
			*d = v
			return nil
		}
	}
	return fmt.Errorf("%w: %.16q", ErrCalendarDate, text)
}

// number counts days from 1970-01-01.
func (d Date) number() int {
	return int(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func dateOf(number int) Date { return DateOf(time.Unix(int64(number)*86400, 0).UTC()) }

// calendarFaults gathers what is wrong with a calendar.
type calendarFaults struct{ errs []error }

func (f *calendarFaults) at(err error, at ...any) {
	if err != nil {
		f.errs = append(f.errs, guanxi.At(guanxi.Pointer(at...), err))
	}
}

func (f *calendarFaults) err() error { return errors.Join(f.errs...) }
