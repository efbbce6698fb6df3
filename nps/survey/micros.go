package survey

import "time"

// Instants are compared in whole microseconds of UTC, as databases keep them.

// never is before every instant.
const never = -1 << 63

// The years 1 to 9999 in Unix seconds. The first begins with the zero time.Time.
const (
	firstSecond = -62135596800
	lastSecond  = 253402300799
)

// micros returns t as Unix microseconds; the fraction of one is cut off. It
// reports false for the zero time.Time and outside the years 1 to 9999.
func micros(t time.Time) (int64, bool) {
	sec, nano := t.Unix(), t.Nanosecond()
	if sec < firstSecond || sec > lastSecond || sec == firstSecond && nano == 0 {
		return never, false
	}
	return sec*1e6 + int64(nano/1000), true
}
