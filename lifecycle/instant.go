package lifecycle

import (
	"fmt"
	"time"
)

// Instant is a moment in microseconds of UTC since 1970-01-01, as databases keep
// it. Its text is RFC 3339 in UTC.
type Instant int64

// The years 1 to 9999 without their first second, in which the zero time.Time is.
const (
	firstSecond  = -62135596800 + 1
	lastSecond   = 253402300799
	firstInstant = Instant(firstSecond * 1e6)
	lastInstant  = Instant(lastSecond*1e6 + 999999)
)

// InstantOf returns t with the fraction of a microsecond cut off. It reports
// false for the zero time.Time, the rest of the first second of the year 1, and
// outside the years 1 to 9999.
func InstantOf(t time.Time) (Instant, bool) {
	sec := t.Unix()
	return Instant(sec*1e6 + int64(uint32(t.Nanosecond())/1000)), uint64(sec-firstSecond) <= lastSecond-firstSecond
}

// Time returns i in UTC.
func (i Instant) Time() time.Time { return time.UnixMicro(int64(i)).UTC() }

// String returns RFC 3339 in UTC, with as many decimals as there are.
func (i Instant) String() string { return i.Time().Format(time.RFC3339Nano) }

func (i Instant) sound() bool { return i >= firstInstant && i <= lastInstant }

// MarshalText returns [Instant.String], or [ErrTime] outside the years 1 to 9999.
func (i Instant) MarshalText() ([]byte, error) {
	if !i.sound() {
		return nil, fmt.Errorf("%w: %d", ErrTime, int64(i))
	}
	return []byte(i.String()), nil
}

// UnmarshalText reads RFC 3339; more than microseconds is [ErrTime], because it
// would not read back. i is unchanged on error.
func (i *Instant) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil {
		return fmt.Errorf("%w: %.40q is not RFC 3339", ErrTime, text)
	}
	v, ok := InstantOf(t)
	if !ok || t.Nanosecond()%1000 != 0 {
		return fmt.Errorf("%w: %.40q", ErrTime, text)
	}
	*i = v
	return nil
}
