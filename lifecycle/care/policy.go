package care

import (
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// Policy is what holds across plans. As JSON it is read strictly: see
// [Policy.UnmarshalJSON].
type Policy struct {
	// Quiet is when nobody is contacted, on the clock in the customer's zone. It
	// may cross midnight: 21:00 to 09:00.
	Quiet []Quiet `json:"quiet,omitempty"`
	// Cap is how many tasks of all plans together fall due in any stretch of time;
	// those too many wait, the earlier due and then the higher priority first.
	Cap Cap `json:"cap,omitzero"`
}

// Quiet is a time of the day without contact.
type Quiet struct {
	lifecycle.Hours
	// Channels it holds for; none means every channel.
	Channels []Channel `json:"channels,omitempty"`
}

// Cap is at most Max tasks within Per, days and hours on the calendar in the
// customer's zone.
type Cap struct {
	Max int         `json:"max"` // 1 to 100; 0 is no cap
	Per guanxi.Span `json:"per,omitzero"`
}

const (
	maxQuiet = 16
	maxCap   = 100
)

// Validate returns every fault of p, each a *guanxi.FieldError.
func (p Policy) Validate() error {
	var f faults
	if len(p.Quiet) > maxQuiet {
		f.add("/quiet", ErrOption, "%d times are more than %d", len(p.Quiet), maxQuiet)
	} else {
		f.quiet(p.Quiet)
	}
	f.span("/cap/per", p.Cap.Per)
	switch {
	case p.Cap.Max < 0 || p.Cap.Max > maxCap:
		f.add("/cap/max", ErrOption, "%d is not in 0 to %d", p.Cap.Max, maxCap)
	case p.Cap.Max > 0 && (p.Cap.Per.Months != 0 || p.Cap.Per == guanxi.Span{}):
		f.add("/cap/per", ErrOption, "%v: days and hours, and not none", p.Cap.Per)
	case p.Cap.Max == 0 && !p.Cap.Per.IsZero():
		f.add("/cap/per", ErrMisplaced, "there is no cap")
	}
	return f.err()
}

func (f *faults) quiet(list []Quiet) {
	sound := true
	for i, q := range list {
		f.under(guanxi.Pointer("quiet", i), func() {
			before := len(f.errs)
			f.at("/from", q.From.Validate())
			f.at("/to", q.To.Validate())
			if q.From == q.To {
				f.add("", ErrOption, "from %v to %v is no time", q.From, q.To)
			}
			for k, ch := range q.Channels {
				option(f, guanxi.Pointer("channels", k), ch, Channels()...)
			}
			sound = sound && len(f.errs) == before
		})
	}
	if !sound {
		return
	}
	for _, ch := range Channels() {
		if d := quietFor(list, ch); len(d) == 1 && d[0].to-d[0].from == dayMicros {
			f.add("/quiet", ErrOption, "together they leave no minute of the day to %s", ch)
		}
	}
}

// UnmarshalJSON reads strictly, as that of [Plan] does.
func (p *Policy) UnmarshalJSON(data []byte) error {
	type plain Policy
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(p, Policy(v), err)
}

const dayMicros = 24 * 3600 * 1_000_000

// daytimes is parts of the day in microseconds since midnight: in order and
// apart from each other.
type daytimes []struct{ from, to int64 }

// quietFor brings together what is quiet for a channel.
func quietFor(list []Quiet, ch Channel) daytimes {
	const day = 24 * 60
	var minutes [day]bool
	for _, q := range list {
		applies := len(q.Channels) == 0
		for _, c := range q.Channels {
			applies = applies || c == ch
		}
		if !applies {
			continue
		}
		for m := int(q.From) % day; ; {
			minutes[m] = true
			if m = (m + 1) % day; m == int(q.To)%day {
				break
			}
		}
	}
	var out daytimes
	for m := range day {
		if !minutes[m] {
			continue
		}
		from, to := int64(m)*60e6, int64(m+1)*60e6
		if n := len(out); n > 0 && out[n-1].to == from {
			out[n-1].to = to
		} else {
			out = append(out, struct{ from, to int64 }{from, to})
		}
	}
	return out
}

// after returns the first instant from t on whose time of day in loc lies in no
// part. It follows the clock on the wall: a change of the clock may end a part
// early, or repeat it.
func (d daytimes) after(t time.Time, loc *time.Location) time.Time {
	for len(d) > 0 {
		_, change, offset := civil.Stretch(t.In(loc))
		us := t.UnixMicro()
		ofDay := ((us+int64(offset)*1e6)%dayMicros + dayMicros) % dayMicros
		end := int64(-1)
		for _, part := range d {
			if part.from <= ofDay && ofDay < part.to {
				end = us + part.to - ofDay
			}
		}
		if end < 0 {
			break
		}
		if t = time.UnixMicro(end).UTC(); !change.IsZero() && change.Before(t) {
			t = change.UTC()
		}
	}
	return t
}

func offsetAt(t time.Time, loc *time.Location) int64 {
	_, seconds := t.In(loc).Zone()
	return int64(seconds) * 1e6
}

// nextDay returns the end of the civil day of an instant: when the next begins.
func nextDay(t time.Time, loc *time.Location) time.Time {
	local := t.UnixMicro() + offsetAt(t, loc)
	day := civil.FloorDiv(local, dayMicros)
	if end := civil.Start(day+1, loc); end.After(t) {
		return end
	}
	// The clock was set back from the next day into this one.
	return t.Add(time.Duration((day+1)*dayMicros-local) * time.Microsecond)
}
