package main

import (
	"errors"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
)

// timeReader reads times that begin with the year; those without an offset are
// local.
type timeReader struct {
	loc  *time.Location
	last string // the layout that fitted last
}

var (
	days   = []string{"2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日"}
	clocks = []string{"", "15:04:05", "15:04", "15:04:05Z07:00", "15:04Z07:00", "15:04:05 Z07:00", "15:04:05Z0700", "15:04:05 Z0700"}
)

var errTime = errors.New("not a time of the years 1970 to 2199 such as 2006-01-02, 2006-01-02 15:04 or 2006-01-02T15:04:05+08:00")

// parse reads a time; a day alone is its beginning.
func (r *timeReader) parse(s string) (time.Time, error) {
	if t, ok := r.try(r.last, s); ok {
		return t, nil
	}
	sep := ""
	if strings.Contains(s, ":") {
		sep = " "
		if strings.Contains(s, "T") {
			sep = "T"
		}
	}
	for _, day := range days {
		for _, clock := range clocks {
			if layout := day + sep + clock; (clock == "") == (sep == "") {
				if t, ok := r.try(layout, s); ok {
					r.last = layout
					return t, nil
				}
			}
		}
	}
	return time.Time{}, errTime
}

func (r *timeReader) try(layout, s string) (time.Time, bool) {
	if layout == "" {
		return time.Time{}, false
	}
	t, err := time.ParseInLocation(layout, s, r.loc)
	if !strings.Contains(layout, ":") {
		t, err = time.Parse(layout, s)
		t = midnight(t.Year(), t.Month(), t.Day(), r.loc)
	}
	if err != nil {
		return t, false
	}
	return t.Truncate(time.Microsecond), csvfile.InYears(t)
}

// beginning returns the first instant of the day of t in its zone, also where the
// clock skips midnight.
func beginning(t time.Time) time.Time {
	y, m, d := t.Date()
	return midnight(y, m, d, t.Location())
}

// nextDay returns the beginning of the day after that of t.
func nextDay(t time.Time) time.Time {
	y, m, d := t.Date()
	return midnight(y, m, d+1, t.Location())
}

func midnight(y int, m time.Month, d int, loc *time.Location) time.Time {
	t := time.Date(y, m, d, 0, 0, 0, 0, loc)
	if want := time.Date(y, m, d, 0, 0, 0, 0, time.UTC); t.Day() != want.Day() {
		if _, end := t.ZoneBounds(); !end.IsZero() && end.After(t) {
			return end.In(loc)
		}
	}
	return t
}
