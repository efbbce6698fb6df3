package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi/segment"
)

// What a cell is refused for.
var (
	errWhole   = errors.New("not a whole number of 64 bits")
	errDecimal = errors.New("not a decimal number of at most 18 digits")
	errBool    = errors.New("neither true nor false, 1 nor 0")
	errInstant = errors.New("not a time as 2006-01-02T15:04:05Z, 2006-01-02 15:04:05 or 2006-01-02 in the years 1 to 9999")
)

// parseWhole reads a whole number; "25.0", as spreadsheets write it where cells
// of the column are empty, is one.
func parseWhole(s string) (int64, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	v, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || strings.Trim(fraction, "0") != "" {
		return 0, errWhole
	}
	return v, nil
}

// excessError is a decimal with more places than its field has.
type excessError struct{ places int }

func (e excessError) Error() string {
	return "more than the " + strconv.Itoa(e.places) + " decimal places of the field"
}

// parseDecimal reads a plain decimal exactly, in units of the last of so many
// places. Zeros at the end are no places.
func parseDecimal(s string, places int) (int64, error) {
	digits, minus := strings.CutPrefix(s, "-")
	if !minus {
		digits = strings.TrimPrefix(digits, "+")
	}
	whole, fraction, pointed := strings.Cut(digits, ".")
	if whole+fraction == "" || pointed && fraction == "" {
		return 0, errDecimal
	}
	var v uint64
	add := func(d byte) bool {
		if d -= '0'; d > 9 || v > (math.MaxInt64-uint64(d))/10 {
			return false
		}
		v = 10*v + uint64(d)
		return true
	}
	for i := range len(whole) {
		if !add(whole[i]) {
			return 0, errDecimal
		}
	}
	for i := range max(len(fraction), places) {
		d := byte('0')
		if i < len(fraction) {
			d = fraction[i]
		}
		switch {
		case d < '0' || d > '9':
			return 0, errDecimal
		case i >= places && d != '0':
			if strings.Trim(fraction, "0123456789") != "" {
				return 0, errDecimal
			}
			return 0, excessError{places}
		case i < places && !add(d):
			return 0, errDecimal
		}
	}
	if minus {
		return -int64(v), nil
	}
	return int64(v), nil
}

func parseBool(s string) (int64, error) {
	switch {
	case s == "1" || strings.EqualFold(s, "true"):
		return 1, nil
	case s == "0" || strings.EqualFold(s, "false"):
		return 0, nil
	}
	return 0, errBool
}

var instantLayouts = []string{
	time.RFC3339, time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly,
}

// parseInstant reads a point in time, in loc where it has no offset; a day is its
// beginning. Fractions of a second are read too, to the microsecond.
func parseInstant(s string, loc *time.Location) (time.Time, error) {
	for _, layout := range instantLayouts {
		t, err := time.ParseInLocation(layout, s, loc)
		if err == nil && t.UTC().Year() >= 1 && t.UTC().Year() <= 9999 {
			return t.Truncate(time.Microsecond), nil
		}
	}
	return time.Time{}, errInstant
}

// parseDay reads a day.
func parseDay(s string) (int64, error) {
	d, err := segment.ParseDate(s)
	return int64(d), err
}

// shorten keeps an error on one line of the terminal.
func shorten(s string) string {
	if n := 40; len(s) > n {
		for !utf8.RuneStart(s[n]) {
			n--
		}
		return s[:n] + "…"
	}
	return s
}
