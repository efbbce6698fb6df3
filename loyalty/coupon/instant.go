package coupon

import "time"

// Instant is a moment in whole microseconds since 1970-01-01 UTC, as it is stored.
// 0 is none.
type Instant int64

// lastMicro is the beginning of the year 2201.
const lastMicro = 7289654400 * 1_000_000

// InstantOf cuts off the fraction of a microsecond. ok is false outside the years
// 1970 to 2200 and for the zero time.Time.
func InstantOf(t time.Time) (i Instant, ok bool) {
	sec := t.Unix()
	if sec < 0 || sec >= lastMicro/1_000_000 {
		return 0, false
	}
	i = Instant(sec*1_000_000 + int64(t.Nanosecond())/1000)
	return i, i > 0
}

// Time returns the instant in UTC, or the zero time.Time for none.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(i)).UTC()
}

// sound reports whether i is none or within the years 1970 to 2200.
func (i Instant) sound() bool { return i >= 0 && i < lastMicro }

// over reports whether an end, none for never, is reached at t.
func (i Instant) over(t Instant) bool { return i != 0 && t >= i }
