package survey

import "time"

// Instants are compared in whole microseconds of UTC, as databases keep them.

// never is before every instant.
const never = -1 << 63

// The years 1 to 9999 in Unix seconds.
const (
	firstSecond = -62135596800
	lastSecond  = 253402300799
)

// micros returns t as Unix microseconds; the fraction of one is cut off. It
// reports false for the zero time.Time and outside the years 1 to 9999.
func micros(t time.Time) (int64, bool) {
	sec := t.Unix()
	if sec < firstSecond || sec > lastSecond || t.IsZero() {
		return never, false
	}
	return sec*1e6 + int64(t.Nanosecond()/1000), true
}
