package care

import (
	"time"

	"github.com/guanxi-go/guanxi"
)

// Instants are whole microseconds of UTC, as databases keep them; the zero
// time.Time is none.

// The years 1970 to 2200, as a lifecycle.Calendar has them, in Unix seconds.
const lastSecond = 7289654400

// stamp returns t in UTC with the fraction of a microsecond cut off. It reports
// false outside the years 1970 to 2200.
func stamp(t time.Time) (time.Time, bool) {
	sec := t.Unix()
	return time.UnixMicro(sec*1e6 + int64(t.Nanosecond())/1000).UTC(), uint64(sec) < lastSecond
}

// stamped reports whether t is none or what stamp returns.
func stamped(t time.Time) bool {
	s, ok := stamp(t)
	return t.IsZero() || ok && s.Equal(t) && t.Location() == time.UTC
}

// earliest returns the first of two instants, either of which may be none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// later returns the later of two instants.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// times returns n × s: the n-th period is counted from its anchor, so that the
// last days of months come back.
func times(s guanxi.Span, n int) (guanxi.Span, bool) {
	const limit = 1 << 30 // so that the sum of two fits an int of 32 bits
	ok := int64(s.Months)*int64(n) < limit && int64(s.Days)*int64(n) < limit && (n == 0 || s.Time <= lastSecond*time.Second/time.Duration(n))
	return guanxi.Span{Months: s.Months * n, Days: s.Days * n, Time: s.Time * time.Duration(n)}, ok
}
