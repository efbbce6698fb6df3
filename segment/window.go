package segment

import (
	"fmt"
	"strconv"
	"time"
)

// Unit is the unit of a window.
type Unit string

// The units of windows.
const (
	Hours  Unit = "hour"  // of 60 minutes, whatever the clocks do
	Days   Unit = "day"   // of the calendar, the current one included
	Weeks  Unit = "week"  // of the calendar from At.WeekStart, the current one included
	Months Unit = "month" // back to the same day of the month
)

// Window is the last n hours, days, weeks or months before a moment, which is
// itself included and after which nothing counts. The zero Window is all time up
// to that moment. In At.Location, at a moment t:
//
//   - n hours: what happened at e counts while e ≤ t < e + n×60 minutes;
//   - n days: from the start of the day n−1 days before today, so that one day
//     is today;
//   - n weeks: from the start of the week n−1 weeks before this one;
//   - n months: from the start of the day after today's day of the month n months
//     ago (the last day of that month where it is shorter). On 31 March one month
//     goes back to 1 March, on 28 March to 1 March too (February 28 is the day a
//     month ago), on 15 March to 16 February.
//
// A civil date counts by its day, up to today.
type Window struct {
	N    int  `json:"last"`
	Unit Unit `json:"unit"`
}

// LastHours is a window of n times 60 minutes.
func LastHours(n int) Window { return Window{n, Hours} }

// LastDays is a window of n calendar days, today the last.
func LastDays(n int) Window { return Window{n, Days} }

// LastWeeks is a window of n calendar weeks, this week the last.
func LastWeeks(n int) Window { return Window{n, Weeks} }

// LastMonths is a window of n months back to the same day of the month.
func LastMonths(n int) Window { return Window{n, Months} }

// IsZero reports whether w is all time.
func (w Window) IsZero() bool { return w == Window{} }

// String returns the window as "30 day", and "" for the zero Window.
func (w Window) String() string {
	if w.IsZero() {
		return ""
	}
	return strconv.Itoa(w.N) + " " + string(w.Unit)
}

// check returns what is wrong with w, which is not zero.
func (w Window) check(years int) *Fault {
	var most int
	switch w.Unit {
	case Hours:
		most = years * 366 * 24
	case Days:
		most = years * 366
	case Weeks:
		most = years * 53
	case Months:
		most = years * 12
	default:
		return &Fault{Err: ErrWindow, Detail: fmt.Sprintf("unit %.32q", w.Unit), Allowed: []string{string(Hours), string(Days), string(Weeks), string(Months)},
			Nearest: nearest(string(w.Unit), []string{string(Hours), string(Days), string(Weeks), string(Months)})}
	}
	if w.N < 1 || w.N > most {
		return &Fault{Err: ErrWindow, Detail: fmt.Sprintf("%d is not in 1 to %d of unit %s", w.N, most, w.Unit)}
	}
	return nil
}

// instants returns the half-open bounds of w in microseconds.
func (c *calendar) instants(w Window) (from, to int64) {
	to = c.now + 1
	switch w.Unit {
	case Hours:
		return to - int64(w.N)*hourMicros, to
	case "":
		return noLow, to
	}
	day, _ := c.days(w)
	return c.start(day), to
}

// days returns the half-open bounds of w in days. Of hours: the day they begin in.
func (c *calendar) days(w Window) (from, to Date) {
	to = c.today + 1
	switch w.Unit {
	case Hours:
		return c.dayOf(c.now + 1 - int64(w.N)*hourMicros), to
	case Days:
		return to - Date(w.N), to
	case Weeks:
		return c.weekOf(c.today) - Date(7*(w.N-1)), to
	case Months:
		return c.today.AddMonths(-w.N) + 1, to
	}
	return minDate, to
}

// weekOf is the first day of d's week.
func (c *calendar) weekOf(d Date) Date {
	weekday := time.Weekday(((int(d)+4)%7 + 7) % 7) // 1970-01-01 was a Thursday
	return d - Date((weekday-c.weekStart+7)%7)
}

// leavesDay is the first day on which day d is no longer in w.
func (c *calendar) leavesDay(d Date, w Window) Date {
	switch w.Unit {
	case Weeks:
		return c.weekOf(d) + Date(7*w.N)
	case Months:
		y, m, day := d.Date()
		first := NewDate(y, m+time.Month(w.N), 1)
		if day > first.monthDays() {
			return NewDate(y, m+time.Month(w.N)+1, 1)
		}
		return first + Date(day) - 1
	}
	return d + Date(w.N)
}

// leaves is the first instant at which what happened at t is no longer in w,
// which is not zero.
func (c *calendar) leaves(t int64, w Window) int64 {
	if w.Unit == Hours {
		return t + int64(w.N)*hourMicros
	}
	return c.start(c.leavesDay(c.dayOf(t), w))
}

// maxAnniversary is the longest window of an anniversary, in days: every day of
// a leap year.
const maxAnniversary = 366

// anniversary returns the ranges of month*100+day, both ends inclusive, that
// come up in the n days from today. 29 February comes up on the 28th in a year
// that has no 29th.
func (c *calendar) anniversary(n int) []int64 {
	first, last := c.today, c.today+Date(n)-1
	lo, hi := first.monthDay(), last.monthDay()
	if y, m, d := last.Date(); m == time.February && d == 28 && NewDate(y, m, 29).monthDay() != 229 {
		hi = 229
	}
	y1, _, _ := first.Date()
	y2, _, _ := last.Date()
	switch {
	case y1 == y2:
		return []int64{lo, hi}
	case y2 > y1+1 || hi >= lo-1:
		return []int64{101, 1231}
	}
	return []int64{lo, 1231, 101, hi}
}
