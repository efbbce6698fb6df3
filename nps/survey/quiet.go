package survey

import (
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/internal/civil"
)

// Clock is a time of the day in minutes since midnight, "21:00" in JSON.
type Clock int

// ClockAt returns the time of the day of an hour and a minute.
func ClockAt(hour, minute int) Clock { return Clock(hour*60 + minute) }

const dayMinutes = 24 * 60

func (c Clock) validate() error {
	if c < 0 || c >= dayMinutes {
		return fmt.Errorf("%w: %d is not a minute of the day", ErrOption, int(c))
	}
	return nil
}

// String returns "21:00".
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// ParseClock reads "00:00" to "23:59", always with five characters; anything
// else is [ErrOption].
func ParseClock(s string) (Clock, error) {
	if len(s) == 5 && s[2] == ':' {
		h, okh := twoDigits(s[:2])
		m, okm := twoDigits(s[3:])
		if okh && okm && h < 24 && m < 60 {
			return ClockAt(h, m), nil
		}
	}
	return 0, fmt.Errorf("%w: %.16q is not a time such as 21:00", ErrOption, s)
}

func twoDigits(s string) (int, bool) {
	a, b := s[0]-'0', s[1]-'0'
	return int(a)*10 + int(b), a < 10 && b < 10
}

// MarshalText returns [Clock.String], or [ErrOption] for no minute of the day.
func (c Clock) MarshalText() ([]byte, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	return []byte(c.String()), nil
}

// UnmarshalText is [ParseClock]. c is unchanged on error.
func (c *Clock) UnmarshalText(text []byte) error {
	v, err := ParseClock(string(text))
	if err == nil {
		*c = v
	}
	return err
}

// daytimes is parts of the day in microseconds since midnight: in order, apart
// from each other, none across midnight.
type daytimes []struct{ from, to int64 }

// quietFor brings together what is quiet for a channel.
func quietFor(list []Quiet, ch Channel) daytimes {
	var minutes [dayMinutes + 1]bool
	for _, q := range list {
		if len(q.Channels) > 0 && !slices.Contains(q.Channels, ch) {
			continue
		}
		for m := q.From; m != q.To; m = (m + 1) % dayMinutes {
			minutes[m] = true
		}
	}
	var out daytimes
	for m, start := 0, 0; m <= dayMinutes; m++ {
		switch {
		case !minutes[m] && start < m:
			out = append(out, struct{ from, to int64 }{int64(start) * 60e6, int64(m) * 60e6})
			start = m + 1
		case !minutes[m]:
			start = m + 1
		}
	}
	return out
}

func (d daytimes) always() bool { return len(d) == 1 && d[0].from == 0 && d[0].to == dayMicros }

// end returns the end of the part that the time of day is in, 0 if it is in none.
func (d daytimes) end(ofDay int64) int64 {
	for _, part := range d {
		if part.from <= ofDay && ofDay < part.to {
			return part.to
		}
	}
	return 0
}

// after returns the first instant from t on, in microseconds, whose time of day
// in loc lies in no part. It follows the clock on the wall: where the clock is
// set back over the end of a part, the part ends twice; where it is set forward
// over it, the part ends with the jump.
func (d daytimes) after(t int64, loc *time.Location) int64 {
	if len(d) == 0 {
		return t
	}
	for {
		_, change, offset := civil.Stretch(time.UnixMicro(t).In(loc))
		ofDay := (t + int64(offset)*1e6) % dayMicros
		if ofDay < 0 {
			ofDay += dayMicros
		}
		end := d.end(ofDay)
		if end == 0 {
			return t
		}
		t += end - ofDay
		if !change.IsZero() { // at a whole second
			t = min(t, change.UnixMicro())
		}
	}
}
