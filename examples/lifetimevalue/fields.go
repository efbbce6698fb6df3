package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
	"github.com/guanxi-go/guanxi/rfm/clv"
	"github.com/shopspring/decimal"
)

// Why a field is refused.
var (
	errDay    = errors.New("not a day of the years 1970 to 2199 such as 2006-01-02, with or without a time of day")
	errAmount = errors.New("not a plain number such as 1234.50")
	errPlaces = errors.New("more than 6 decimal places")
	errLarge  = errors.New("above a million million")
	errNumber = errors.New("not a number")
	errCount  = errors.New("not a whole number of purchases")
)

// clocks are how a time of day may follow a day. It is read and not used: what
// counts is the day as written, in whichever zone that was.
var clocks = []string{"", " 15:04:05", " 15:04", "T15:04:05", "T15:04", "T15:04:05Z07:00", " 15:04:05Z07:00"}

// parseDate reads the day of an order.
func parseDate(s string) (time.Time, error) {
	for _, clock := range clocks {
		if t, err := time.Parse(time.DateOnly+clock, s); err == nil {
			if day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC); csvfile.InYears(day) {
				return day, nil
			}
		}
	}
	return time.Time{}, errDay
}

// parseDay reads a day of a flag.
func parseDay(s string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, s)
	return t, err == nil && t.Year() >= 1900 && t.Year() < 9999
}

// An amount has at most maxPlaces decimals and is at most largest, either way.
const maxPlaces = 6

var largest = decimal.New(1, 12)

// parseAmount reads an exact amount: digits with a sign and a decimal point.
// Thousands separators, currency signs and exponents are refused.
func parseAmount(s string) (decimal.Decimal, error) {
	digits := strings.TrimLeft(s, "+-")
	whole, fraction, _ := strings.Cut(digits, ".")
	fraction = strings.TrimRight(fraction, "0")
	switch {
	case len(s)-len(digits) > 1, whole+fraction == "" && !strings.Contains(digits, "0"),
		strings.ContainsFunc(whole+fraction, func(r rune) bool { return r < '0' || r > '9' }):
		return decimal.Decimal{}, errAmount
	case len(fraction) > maxPlaces:
		return decimal.Decimal{}, errPlaces
	case len(strings.TrimLeft(whole, "0")) > 13:
		return decimal.Decimal{}, errLarge
	}
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign = "-"
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	d, err := decimal.NewFromString(sign + "0" + whole + fraction)
	if err != nil {
		return decimal.Decimal{}, errAmount
	}
	if d.Abs().Cmp(largest) > 0 {
		return decimal.Decimal{}, errLarge
	}
	return d, nil
}

// parseNumber reads what a computer wrote. Numbers that are none, such as NaN,
// are left for the library to refuse.
func parseNumber(s string) (float64, error) {
	if s == "" {
		return 0, errNone
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, errNumber
	}
	return v, nil
}

// parseCount reads a whole number; 2.0, as some tools write it, is one.
func parseCount(s string) (int, error) {
	v, err := parseNumber(s)
	switch {
	case err != nil:
		return 0, err
	case math.Trunc(v) != v, math.IsInf(v, 0): // NaN too
		return 0, errCount
	}
	const beyond = clv.MaxFrequency + 1 // which the library refuses
	return int(max(-beyond, min(v, beyond))), nil
}
