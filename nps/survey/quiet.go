package survey

import (
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/internal/civil"
)

// TimeOfDay is a time of the day in minutes since midnight, "21:00" in JSON.
type TimeOfDay int

// TimeOfDayAt returns the time of the day of an hour and a minute.
func TimeOfDayAt(hour, minute int) TimeOfDay { return TimeOfDay(hour*60 + minute) }

const dayMinutes = 24 * 60

func (t TimeOfDay) validate() error {
	if t < 0 || t >= dayMinutes {
		return fmt.Errorf("%w: %d is not a minute of the day", ErrOption, int(t))
	}
	return nil
}

// String returns "21:00".
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

// ParseTimeOfDay reads "00:00" to "23:59", always with five characters; anything
// else is [ErrOption].
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	minutes, ok := civil.ParseClock(s)
	if !ok || minutes >= dayMinutes {
		return 0, fmt.Errorf("%w: %.16q is not a time such as 21:00", ErrOption, s)
	}
	return TimeOfDay(minutes), nil
}

// MarshalText returns [TimeOfDay.String], or [ErrOption] for no minute of the day.
func (t TimeOfDay) MarshalText() ([]byte, error) {
	if err := t.validate(); err != nil {
		return nil, err
	}
	return []byte(t.String()), nil
}

// UnmarshalText is [ParseTimeOfDay]. t is unchanged on error.
func (t *TimeOfDay) UnmarshalText(text []byte) error {
	v, err := ParseTimeOfDay(string(text))
	if err == nil {
		*t = v
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
