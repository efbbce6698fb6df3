package main

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// dateReader reads the dates of a log: by the layout it is given, or any that
// begin with the year or name the month, and those with two numbers before the
// year in the order that sniff has found.
type dateReader struct {
	loc      *time.Location
	layout   string
	dateOnly bool // the layout has no time of day
	dayFirst bool
	clock    int // the layout in clocks that fitted last
}

// newDateReader reads dates by layout, or where that is "" by what s has found.
func newDateReader(loc *time.Location, layout string, s *dateSniffer) (*dateReader, error) {
	d := &dateReader{loc: loc, layout: layout}
	if layout != "" {
		noon := time.Date(2031, time.November, 22, 13, 45, 59, 0, time.UTC)
		d.dateOnly = noon.Format(layout) == noon.Truncate(24*time.Hour).Format(layout)
		return d, nil
	}
	var err error
	d.dayFirst, err = s.dayFirst()
	return d, err
}

var errDate = errors.New("no date")

// parse reads a date with or without a time of day.
func (d *dateReader) parse(s string) (time.Time, error) {
	if d.layout != "" {
		t, err := time.ParseInLocation(d.layout, s, d.loc)
		switch {
		case err != nil:
			return time.Time{}, errDate
		case d.dateOnly:
			t, _ = time.Parse(d.layout, s)
			t = midnight(t.Year(), t.Month(), t.Day(), d.loc)
		}
		return t, nil
	}
	date, clock := splitClock(s)
	p, ok := splitDate(date)
	if !ok {
		return time.Time{}, errDate
	}
	y, m, day := p.year, p.a, p.b
	if p.open && d.dayFirst {
		m, day = p.b, p.a
	}
	if !isDate(y, m, day) {
		return time.Time{}, errDate
	}
	if clock == "" {
		return midnight(y, time.Month(m), day, d.loc), nil
	}
	t, zoned, ok := d.parseClock(clock)
	if !ok {
		return time.Time{}, errDate
	}
	loc := d.loc
	if zoned {
		loc = t.Location()
	}
	return time.Date(y, time.Month(m), day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc), nil
}

// clocks are the times of day that are understood; seconds may have a fraction.
var clocks = []string{
	"15:04:05", "15:04", "15:04:05Z07:00", "15:04:05Z0700", "15:04Z07:00", "15:04:05 Z07:00", "15:04:05 Z0700",
	"3:04:05 PM", "3:04 PM", "3:04:05PM", "3:04PM",
}

func (d *dateReader) parseClock(s string) (t time.Time, zoned, ok bool) {
	for _, utc := range []string{" UTC", " GMT"} {
		if rest, found := strings.CutSuffix(s, utc); found {
			s = rest + "Z"
		}
	}
	for i := range clocks {
		n := (d.clock + i) % len(clocks)
		if t, err := time.Parse(clocks[n], s); err == nil {
			d.clock = n
			return t, strings.Contains(clocks[n], "Z07"), true
		}
	}
	return time.Time{}, false, false
}

// splitClock cuts a time of day from the end of s: it begins with the number
// before the first colon.
func splitClock(s string) (date, clock string) {
	i := strings.IndexByte(s, ':')
	if i < 0 {
		return s, ""
	}
	for i > 0 && isDigit(s[i-1]) {
		i--
	}
	date = strings.TrimRight(s[:i], " ,")
	if n := len(date); n > 1 && date[n-1] == 'T' && isDigit(date[n-2]) {
		date = date[:n-1]
	}
	return date, strings.ToUpper(s[i:])
}

// dateParts are the numbers of a date. Where open, a and b are day and month in
// an order that the text does not say; else a is the month and b the day.
type dateParts struct {
	year, a, b int
	open       bool
}

// splitDate takes a date apart: 2024-01-31, 2024/1/31, 20240131, 2024年1月31日,
// 31 Jan 2024, January 31, 2024, and 31/01/2024 or 01/31/2024.
func splitDate(s string) (dateParts, bool) {
	if len(s) == 8 && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0 {
		n, _ := strconv.Atoi(s)
		return dateParts{year: n / 10000, a: n / 100 % 100, b: n % 100}, true
	}
	var part [3]string
	n := 0
	for f := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(" -/.,年月日", r) }) {
		if n == 3 {
			return dateParts{}, false
		}
		part[n] = f
		n++
	}
	if n < 3 {
		return dateParts{}, false
	}
	var num [3]int
	month := -1
	for i, p := range part {
		v, ok := number(p)
		if !ok {
			if v = monthNamed(p); v == 0 || month >= 0 {
				return dateParts{}, false
			}
			month = i
		}
		num[i] = v
	}
	longFirst, longLast := len(part[0]) == 4, len(part[2]) == 4
	switch {
	case month == 0 && longLast: // January 31, 2024
		return dateParts{year: num[2], a: num[0], b: num[1]}, true
	case month == 1 && longLast: // 31 Jan 2024
		return dateParts{year: num[2], a: num[1], b: num[0]}, true
	case month == 1 && longFirst || month < 0 && longFirst && !longLast: // 2024-01-31
		return dateParts{year: num[0], a: num[1], b: num[2]}, true
	case month < 0 && longLast && !longFirst:
		return dateParts{year: num[2], a: num[0], b: num[1], open: true}, true
	}
	return dateParts{}, false
}

// number reads one to four digits.
func number(s string) (int, bool) {
	if s == "" || len(s) > 4 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// monthNamed returns the month that an English name or its first three letters
// stand for, or 0.
func monthNamed(s string) int {
	for m := time.January; m <= time.December; m++ {
		name := m.String()
		if strings.EqualFold(s, name) || strings.EqualFold(s, name[:3]) {
			return int(m)
		}
	}
	return 0
}

func isDate(y, m, d int) bool {
	return y > 0 && m >= 1 && m <= 12 && d >= 1 && d <= time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// midnight returns the first instant of a civil day: 00:00, or where the clock
// jumps over it, the time it jumps to.
func midnight(y int, m time.Month, d int, loc *time.Location) time.Time {
	t := time.Date(y, m, d, 0, 0, 0, 0, loc)
	want := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Day()
	for h := 1; t.Day() != want && h < 24; h++ {
		t = time.Date(y, m, d, h, 0, 0, 0, loc)
	}
	return t
}

// isLayout reports whether a Go layout has a year, a month and a day.
func isLayout(layout string) bool {
	t := time.Date(2031, time.November, 22, 0, 0, 0, 0, time.UTC)
	got, err := time.Parse(layout, t.Format(layout))
	return err == nil && got.Year() == 2031 && got.Month() == time.November && got.Day() == 22
}

// parseAsOf reads the day or the instant of -as-of.
func parseAsOf(s string, loc *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return midnight(t.Year(), t.Month(), t.Day(), loc), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errDate
}

// dateText writes an instant as its day, or in full if it is not the beginning
// of one.
func dateText(t time.Time, loc *time.Location) string {
	t = t.In(loc)
	if t.Equal(midnight(t.Year(), t.Month(), t.Day(), loc)) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339Nano)
}
