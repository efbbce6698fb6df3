package main

import (
	"errors"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
)

// timeReader reads times by a layout, or without one those that begin with the
// year: in which order others have day and month is not guessed.
type timeReader struct {
	loc    *time.Location
	layout string
	last   string // the layout that fitted last
}

var (
	days   = []string{"2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日", "20060102"}
	clocks = []string{"", "15:04:05", "15:04", "15:04:05Z07:00", "15:04Z07:00", "15:04:05 Z07:00", "15:04:05Z0700", "15:04:05 Z0700"}
)

var (
	errTime   = errors.New("not a time of the years 1970 to 2199 that begins with the year; others need -date-format")
	errLayout = errors.New("not of the layout given with -date-format, in the years 1970 to 2199")
)

// parse reads a time; a day alone is its beginning. Fractions of a second are
// read too.
func (r *timeReader) parse(s string) (time.Time, error) {
	if r.layout != "" {
		t, err := time.ParseInLocation(r.layout, s, r.loc)
		if err != nil || !csvfile.InYears(t) {
			return time.Time{}, errLayout
		}
		return t, nil
	}
	if t, err := time.ParseInLocation(r.last, s, r.loc); r.last != "" && err == nil && csvfile.InYears(t) {
		return t, nil
	}
	sep := ""
	if strings.Contains(s, ":") {
		sep = " "
		if strings.ContainsRune(s, 'T') {
			sep = "T"
		}
	}
	for _, day := range days {
		for _, clock := range clocks {
			if (clock == "") != (sep == "") {
				continue
			}
			layout := day + sep + clock
			if t, err := time.ParseInLocation(layout, s, r.loc); err == nil && csvfile.InYears(t) {
				r.last = layout
				return t, nil
			}
		}
	}
	return time.Time{}, errTime
}

// isLayout reports whether a Go layout has a year, a month and a day.
func isLayout(layout string) bool {
	t := time.Date(2031, time.November, 22, 0, 0, 0, 0, time.UTC)
	got, err := time.Parse(layout, t.Format(layout))
	return err == nil && got.Year() == 2031 && got.Month() == time.November && got.Day() == 22
}
