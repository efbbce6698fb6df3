package segment

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Type is the type of a field's values.
type Type string

// The types of fields.
const (
	StringType  Type = "string"
	IntType     Type = "int"     // int64
	DecimalType Type = "decimal" // int64 units of the last of a fixed number of decimal places
	BoolType    Type = "bool"
	InstantType Type = "time" // a point in time, to the microsecond
	DateType    Type = "date" // a day of the calendar, of no zone
	TagsType    Type = "tags" // a set of strings
	EventsType  Type = "events"
)

// value is a constant of a rule: s of a string or tag, i of everything else, in
// the form in which it is compared.
type value struct {
	s string
	i int64
}

// Date is a day of the Gregorian calendar, of no time zone: days since
// 1970-01-01. It is compared with == and <.
type Date int32

const (
	minDate = Date(-719162) // 0001-01-01
	maxDate = Date(2932896) // 9999-12-31
)

// NewDate returns the day of that year, month and day of the month. The 31st of
// June is 1 July, as in time.Date.
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// DateOf returns the day that t is in, in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return NewDate(y, m, d)
}

// ParseDate reads a day written as 2006-01-02, in the years 1 to 9999.
func ParseDate(s string) (Date, error) {
	d, err := parseDate(s)
	if err != nil {
		err = fmt.Errorf("segment: %w", err)
	}
	return d, err
}

func parseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return 0, fmt.Errorf("%w: %.32q", ErrDate, s)
	}
	return Date(t.Unix() / 86400), nil
}

// Date returns the year, the month and the day of the month.
func (d Date) Date() (int, time.Month, int) {
	return d.midnight().Date()
}

// AddMonths returns the same day of the month n months later, or the last day of
// that month where it has fewer days.
func (d Date) AddMonths(n int) Date {
	y, m, day := d.Date()
	first := NewDate(y, m+time.Month(n), 1)
	return first + Date(min(day, first.monthDays())) - 1
}

// monthDays is the number of days of d's month.
func (d Date) monthDays() int {
	y, m, _ := d.Date()
	return time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func (d Date) midnight() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String returns the day as 2006-01-02.
func (d Date) String() string { return d.midnight().Format(time.DateOnly) }

// MarshalText returns [Date.String].
func (d Date) MarshalText() ([]byte, error) {
	if d < minDate || d > maxDate {
		return nil, fmt.Errorf("%w: day %d", ErrDate, int32(d))
	}
	return []byte(d.String()), nil
}

// UnmarshalText is [ParseDate]. d is unchanged on error.
func (d *Date) UnmarshalText(text []byte) error {
	v, err := parseDate(string(text))
	if err == nil {
		*d = v
	}
	return err
}

// monthDay is month*100 + day, the code by which anniversaries are compared.
func (d Date) monthDay() int64 {
	// Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
	z := int64(d) + 719468
	if z < 0 {
		z += 146097 * (1 - z/146097)
	}
	doe := uint64(z) % 146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day := doy - (153*mp+2)/5 + 1
	month := mp + 3
	if month > 12 {
		month -= 12
	}
	return int64(month*100 + day)
}

// Fold returns s with the case of its letters folded, one letter to one letter.
// A host that wants comparisons to ignore case keeps its column, and what its
// getter returns, folded by it, and says so in Meta.Folded. Fold is idempotent.
func Fold(s string) string {
	return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, s)
}

// appendDecimal appends v units of the last of scale places, without zeros at
// the end beyond the first keep places.
func appendDecimal(dst []byte, v int64, scale, keep int) []byte {
	u := uint64(v)
	if v < 0 {
		dst = append(dst, '-')
		u = -u
	}
	digits := strconv.AppendUint(nil, u, 10)
	for len(digits) <= scale {
		digits = append([]byte{'0'}, digits...)
	}
	whole, frac := digits[:len(digits)-scale], digits[len(digits)-scale:]
	for len(frac) > keep && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	dst = append(dst, whole...)
	if len(frac) > 0 {
		dst = append(append(dst, '.'), frac...)
	}
	return dst
}

// parseNumber reads a number as JSON writes it, exactly, in units of the last of
// scale places. An exponent is accepted where the result is exact.
func parseNumber(s string, scale int) (int64, error) {
	if !isNumber(s) {
		return 0, ErrValue
	}
	mantissa, exp := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa = s[:i]
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e > 1<<20 || e < -1<<20 {
			e = 1 << 20 // beyond every number below, and of 0 no matter
			if s[i+1] == '-' {
				e = -e
			}
		}
		exp = e
	}
	neg := mantissa[0] == '-'
	mantissa = strings.TrimPrefix(mantissa, "-")
	whole, frac, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+frac, "0")
	exp -= len(frac)
	if digits == "" {
		return 0, nil
	}
	for digits[len(digits)-1] == '0' {
		digits, exp = digits[:len(digits)-1], exp+1
	}
	shift := exp + scale
	if shift < 0 {
		return 0, ErrDecimals
	}
	if len(digits)+shift > 19 {
		return 0, ErrRange
	}
	u, err := strconv.ParseUint(digits+strings.Repeat("0", shift), 10, 64)
	if err != nil {
		return 0, ErrRange
	}
	switch {
	case neg && u <= 1<<63:
		return -int64(u-1) - 1, nil
	case !neg && u < 1<<63:
		return int64(u), nil
	}
	return 0, ErrRange
}

// isNumber reports whether s is a number of RFC 8259.
func isNumber(s string) bool {
	i := 0
	digits := func() bool {
		from := i
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	switch {
	case i < len(s) && s[i] == '0':
		i++
	case !digits():
		return false
	}
	if i < len(s) && s[i] == '.' {
		i++
		if !digits() {
			return false
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return false
		}
	}
	return i == len(s)
}

// parseInstant reads RFC 3339, exactly to the microsecond.
func parseInstant(s string) (int64, error) {
	if len(s) > 64 {
		return 0, ErrValue
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || s[13] != ':' || strings.Contains(s, ",") { // hours of one digit too
		return 0, ErrValue
	}
	// Not t.Nanosecond: time.Parse drops what is finer.
	frac := s[19:strings.LastIndexAny(s, "Z+-")]
	if len(strings.TrimRight(frac, "0")) > len(".000000") {
		return 0, ErrDecimals
	}
	micros := t.UnixMicro()
	if micros < minMicro || micros >= maxMicro {
		return 0, ErrTime
	}
	return micros, nil
}

// micros returns t in microseconds since 1970, what is finer cut off. More than
// 290,000 years away it is the first or the last that there is, before or after
// everything that a rule compares with.
func micros(t time.Time) int64 {
	const most = noHigh/1_000_000 - 1
	s := t.Unix()
	if uint64(s+most) > 2*most {
		return farMicros(s)
	}
	return s*1_000_000 + int64(t.Nanosecond())/1000
}

func farMicros(s int64) int64 {
	if s < 0 {
		return noLow
	}
	return noHigh
}
