package churn

import (
	"fmt"
	"math"
	"time"

	"github.com/guanxi-go/guanxi"
)

const (
	second = int64(time.Second / time.Microsecond)
	day    = 24 * 3600 * second
	// endOfTime is 2106-01-01T00:00:00Z. Every instant of this package lies in
	// [1970, 2106), so that its seconds fit into 32 bits.
	endOfTime = 4291747200 * second
	// maxDays is more than any two instants are apart.
	maxDays = int(endOfTime / day)
)

// micro returns t in UTC microseconds.
func micro(t time.Time) (int64, error) {
	m := t.UnixMicro()
	// UnixMicro of a far year wraps around; the seconds do not.
	if s := t.Unix(); s < 0 || s >= endOfTime/second {
		return 0, fmt.Errorf("%w: %s", ErrTime, t.UTC().Format(time.RFC3339Nano))
	}
	return m, nil
}

// inTime says whether m is an instant of this package.
func inTime(m int64) bool { return uint64(m) < uint64(endOfTime) }

func timeFault(m int64) error { return fmt.Errorf("%w: %d µs", ErrTime, m) }

// clock is an instant as people read it.
func clock(m int64) string { return time.UnixMicro(m).UTC().Format(time.RFC3339Nano) }

func days(micros int64) float64 { return float64(micros) / float64(day) }

// length returns a span without months in microseconds.
func length(s guanxi.Span) (int64, error) {
	switch {
	case s.Validate() != nil:
		return 0, s.Validate()
	case s.Months != 0:
		return 0, fmt.Errorf("%w: %s: months are of no fixed length, give days", ErrOption, s)
	case s.Days > maxDays:
		return 0, fmt.Errorf("%w: %s is longer than the years 1970 to 2105", ErrOption, s)
	}
	m := int64(s.Days)*day + int64(s.Time/time.Microsecond)
	if m > endOfTime {
		return 0, fmt.Errorf("%w: %s is longer than the years 1970 to 2105", ErrOption, s)
	}
	return m, nil
}

// span is the inverse of length.
func span(m int64) guanxi.Span {
	return guanxi.Span{Days: int(m / day), Time: time.Duration(m%day) * time.Microsecond}
}

// lengthIn is length with limits; its faults go to f.
func (f *faults) lengthIn(pointer string, s guanxi.Span, low, high int64) int64 {
	m, err := length(s)
	if err != nil {
		*f = append(*f, &guanxi.FieldError{Pointer: pointer, Err: err})
		return low
	}
	if m < low || m > high {
		f.add(ErrOption, pointer, "%s is not in %s to %s", s, span(low), span(high))
	}
	return m
}

// expDays returns e^x days, at most all time.
func expDays(x float64) float64 { return min(math.Exp(x), float64(maxDays)) }
