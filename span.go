package guanxi

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Span is a length of time as people state it in a contract, an ISO 8601
// duration. Its calendar part (months and days, whose length depends on the
// date and the zone) is kept apart from its clock part, so that a Span is added
// to a date, never turned into seconds. Spans are comparable with ==; P7D and
// PT168H are not equal. The zero Span is P0D.
//
// A valid Span has no negative part and at most 2³¹−1 months and days, so that
// it reads the same on every machine; see [Span.Validate].
type Span struct {
	Months, Days int
	Time         time.Duration
}

// ErrSpan: text that is not a span, or a Span with a negative or too large part.
var ErrSpan = errors.New("not an ISO 8601 duration such as P1Y6M, P30D or PT12H")

const maxCount = math.MaxInt32 // months, days

// units in their only order; years and weeks count as months and days.
var spanUnits = [...]struct {
	letter byte
	clock  bool
	size   int64
}{
	{'Y', false, 12}, {'M', false, 1}, {'W', false, 7}, {'D', false, 1},
	{'H', true, int64(time.Hour)}, {'M', true, int64(time.Minute)}, {'S', true, int64(time.Second)},
}

// ParseSpan reads an ISO 8601 duration such as P1Y2M3W4DT5H6M7.5S: any of its
// parts, at least one, in this order. A year is 12 months and a week 7 days.
// Numbers are whole, except that seconds may have up to nine decimals. There
// are no signs. Anything else, and what overflows a valid [Span], is [ErrSpan].
func ParseSpan(s string) (Span, error) {
	span, fault := parseSpan(s)
	if fault != "" {
		return Span{}, fmt.Errorf("%w: %.64q: %s", ErrSpan, s, fault)
	}
	return span, nil
}

func parseSpan(s string) (span Span, fault string) {
	if s == "" || s[0] != 'P' {
		return span, "it begins with P"
	}
	var months, days, clock int64
	next, inTime, parts, timeParts := 0, false, 0, 0
	for i := 1; i < len(s); {
		if s[i] == 'T' && !inTime {
			inTime = true
			i++
			continue
		}
		start := i
		n, i2, ok := wholeNumber(s, i)
		if i = i2; i == start {
			return span, "a digit is missing"
		}
		if !ok {
			return span, "the number is too large"
		}
		var nanos int64
		fraction := i < len(s) && s[i] == '.'
		if fraction {
			start = i + 1
			if nanos, i, ok = wholeNumber(s, start); i == start || i-start > 9 || !ok {
				return span, "seconds have one to nine decimals"
			}
			for range 9 - (i - start) {
				nanos *= 10
			}
		}
		if i == len(s) {
			return span, "a unit is missing after the last number"
		}
		for next < len(spanUnits) && (spanUnits[next].letter != s[i] || spanUnits[next].clock != inTime) {
			next++
		}
		if next == len(spanUnits) {
			return span, "the units are Y, M, W, D, then T and H, M, S, each once and in this order"
		}
		u := spanUnits[next]
		if fraction && u.letter != 'S' {
			return span, "only seconds have decimals"
		}
		if n > (math.MaxInt64-nanos)/u.size {
			return span, "the number is too large"
		}
		n = n*u.size + nanos
		switch {
		case inTime:
			clock += n
			timeParts++
		case u.letter == 'Y' || u.letter == 'M':
			months += min(n, maxCount+1)
		default:
			days += min(n, maxCount+1)
		}
		if clock < 0 || months > maxCount || days > maxCount {
			return span, "the number is too large"
		}
		next++
		i++
		parts++
	}
	if parts == 0 || inTime && timeParts == 0 {
		return span, "a number and its unit are missing at the end"
	}
	return Span{Months: int(months), Days: int(days), Time: time.Duration(clock)}, ""
}

// wholeNumber reads the digits of s from i on and returns where they end.
func wholeNumber(s string, i int) (n int64, end int, ok bool) {
	ok = true
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		if n > (math.MaxInt64-9)/10 {
			ok = false
			continue
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, i, ok
}

// MustParseSpan is [ParseSpan] for tests and examples; it panics on an error.
func MustParseSpan(s string) Span {
	span, err := ParseSpan(s)
	if err != nil {
		panic(err)
	}
	return span
}

// Validate returns [ErrSpan] unless s is one that [ParseSpan] can return.
func (s Span) Validate() error {
	if s.Months < 0 || s.Days < 0 || s.Time < 0 || s.Months > maxCount || s.Days > maxCount {
		return fmt.Errorf("%w: %s: a part is negative or too large", ErrSpan, s)
	}
	return nil
}

// IsZero reports whether s is P0D.
func (s Span) IsZero() bool { return s == Span{} }

// String returns the one canonical form: twelve months as a year, days as they
// are, clock time as hours, minutes and seconds, such as P1Y2M25DT5H6M7.5S.
func (s Span) String() string {
	if s.IsZero() {
		return "P0D"
	}
	dst := make([]byte, 1, 32)
	dst[0] = 'P'
	dst = appendUnit(dst, int64(s.Months/12), 'Y')
	dst = appendUnit(dst, int64(s.Months%12), 'M')
	dst = appendUnit(dst, int64(s.Days), 'D')
	if s.Time == 0 {
		return string(dst)
	}
	dst = append(dst, 'T')
	dst = appendUnit(dst, int64(s.Time/time.Hour), 'H')
	dst = appendUnit(dst, int64(s.Time%time.Hour/time.Minute), 'M')
	sec, nanos := s.Time%time.Minute/time.Second, s.Time%time.Second
	if nanos == 0 {
		return string(appendUnit(dst, int64(sec), 'S'))
	}
	if s.Time < 0 { // invalid, but readable
		dst = append(dst, '-')
		sec, nanos = -sec, -nanos
	}
	dst = strconv.AppendInt(dst, int64(sec), 10)
	dot := len(dst)
	dst = strconv.AppendInt(dst, int64(time.Second+nanos), 10) // a 1 before the nine decimals
	dst[dot] = '.'
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return string(append(dst, 'S'))
}

func appendUnit(dst []byte, n int64, unit byte) []byte {
	if n == 0 {
		return dst
	}
	return append(strconv.AppendInt(dst, n, 10), unit)
}

// MarshalText returns [Span.String], or [ErrSpan] where [ParseSpan] could not
// read it back.
func (s Span) MarshalText() ([]byte, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return []byte(s.String()), nil
}

// UnmarshalText is [ParseSpan]. s is unchanged on error.
func (s *Span) UnmarshalText(text []byte) error {
	span, err := ParseSpan(string(text))
	if err != nil {
		return err
	}
	*s = span
	return nil
}

// Scan implements sql.Scanner for text columns. NULL is [ErrSpan]: scan it into
// a sql.Null[Span]. s is unchanged on error.
func (s *Span) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return s.UnmarshalText([]byte(v))
	case []byte:
		return s.UnmarshalText(v)
	}
	return fmt.Errorf("%w: cannot be read from a %T", ErrSpan, src)
}

// Value implements driver.Valuer: the text of [Span.MarshalText].
func (s Span) Value() (driver.Value, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return s.String(), nil
}

// AddTo returns the instant s after t, in loc (nil = UTC). First the months are
// added to t's date in loc; a day that the month reached does not have becomes
// its last day (31 January + P1M is 28 or 29 February). Then the days are added
// on the calendar: the time of day stays, however long the days are. A time of
// day that loc skips or repeats on that date is resolved as time.Date does.
// Last, Time is added as elapsed time. No allocation.
//
// Because of the last days of months AddTo is not associative: count the n-th
// period from its anchor, not from the end of the one before.
func (s Span) AddTo(t time.Time, loc *time.Location) time.Time {
	return shift(t, loc, int64(s.Months), s.Days).Add(s.Time)
}

// SubFrom returns the instant s before t, in loc (nil = UTC), by the rules of
// [Span.AddTo] in the same order: months back, with the last day of the month
// where the day does not exist, days back, and then Time. It does not always
// undo AddTo. No allocation.
func (s Span) SubFrom(t time.Time, loc *time.Location) time.Time {
	return shift(t, loc, -int64(s.Months), -s.Days).Add(-s.Time)
}

func shift(t time.Time, loc *time.Location, months int64, days int) time.Time {
	if loc == nil {
		loc = time.UTC
	}
	t = t.In(loc)
	if months == 0 && days == 0 {
		return t // and not the other of two equal times of day
	}
	year, month, day := t.Date()
	hour, minute, sec := t.Clock()
	if months != 0 {
		months += int64(year)*12 + int64(month) - 1
		year, month = int(months/12), time.Month(months%12)+1
		if month < 1 { // a year before 0
			year, month = year-1, month+12
		}
		day = min(day, daysIn(year, month))
	}
	return time.Date(year, month, day+days, hour, minute, sec, t.Nanosecond(), loc)
}

func daysIn(year int, month time.Month) int {
	switch {
	case month != time.February:
		return 30 + int(month+month>>3)&1
	case year%4 == 0 && (year%100 != 0 || year%400 == 0):
		return 29
	}
	return 28
}
