package survey

import (
	"math"
	"time"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
)

// count is what the contacts of a history come to.
type count struct {
	// scopes holds the last events of the same survey, kind and channel, and of all.
	scopes    [4]last
	yearStart int64 // from when on showings count for the cap
	thisYear  int
	first     int64 // the first of them
}

// last is the last shown, answered and dismissed.
type last [3]int64

// read reports whether all contacts are sound.
func (c *count) read(h *History, now int64) bool {
	for i := range h.Contacts {
		k := &h.Contacts[i]
		shown, ok1 := micros(k.Shown)
		answered, ok2 := micros(k.Answered)
		dismissed, ok3 := micros(k.Dismissed)
		if max(shown, answered, dismissed) > now ||
			!ok1 && !k.Shown.IsZero() || !ok2 && !k.Answered.IsZero() || !ok3 && !k.Dismissed.IsZero() {
			return false
		}
		if shown >= c.yearStart {
			c.thisYear++
			c.first = min(c.first, shown)
		}
		c.scopes[3].add(shown, answered, dismissed)
		if k.Channel == h.Channel {
			c.scopes[2].add(shown, answered, dismissed)
		} else if k.Channel != "" && channelNumber(k.Channel) < 0 {
			return false
		}
		if k.Kind == h.Kind {
			c.scopes[1].add(shown, answered, dismissed)
		}
		if k.Survey == h.Survey {
			c.scopes[0].add(shown, answered, dismissed)
		}
	}
	return true
}

func (l *last) add(shown, answered, dismissed int64) {
	l[0], l[1], l[2] = max(l[0], shown), max(l[1], answered), max(l[2], dismissed)
}

// faults returns every fault of the input of Decide; share is the policy's for
// the survey.
func (h *History) faults(share uint64, now int64, nowOK bool) error {
	var f faults
	if !nowOK {
		f.at("/now", ErrTime)
		now = math.MaxInt64
	}
	switch {
	case h.Survey == "":
		f.at("/survey", ErrID)
	case !utf8.ValidString(h.Survey):
		f.at("/survey", ErrUTF8)
	}
	if !utf8.ValidString(h.Kind) {
		f.at("/kind", ErrUTF8)
	}
	f.at("/channel", h.Channel.Validate())
	if h.Customer == "" && drawn(share) {
		f.at("/customer", ErrID)
	}
	for i, ch := range h.OptedOutOf {
		f.at(guanxi.Pointer("opted_out_of", i), ch.Validate())
	}
	for i, k := range h.Contacts {
		if k.Channel != "" {
			f.at(guanxi.Pointer("contacts", i, "channel"), k.Channel.Validate())
		}
		for e, t := range [...]time.Time{k.Shown, k.Answered, k.Dismissed} {
			if t.IsZero() {
				continue
			}
			here := guanxi.Pointer("contacts", i, [...]string{"shown", "answered", "dismissed"}[e])
			if at, ok := micros(t); !ok {
				f.at(here, ErrTime)
			} else if at > now {
				f.at(here, ErrFuture)
			}
		}
	}
	return f.err()
}

// yearStart returns from when on showings count at now.
func (c Cap) yearStart(now int64, zone *time.Location) int64 {
	if c.Year == Calendar {
		return newYear(time.UnixMicro(now).In(zone).Year(), zone)
	}
	return now - yearMicros + 1
}

// newYear returns the first instant of the year in the zone.
func newYear(year int, zone *time.Location) int64 {
	day := time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC).Unix() / 86400
	return civil.Start(day, zone).UnixMicro()
}

// until returns when a cap that is reached at now no longer is.
func (c Cap) until(h *History, n *count, now int64, zone *time.Location) int64 {
	if c.Year == Calendar {
		return newYear(time.UnixMicro(now).In(zone).Year()+1, zone)
	}
	// When the Max-th latest showing is a year old, Max−1 count.
	if n.thisYear == c.Max {
		return n.first + yearMicros
	}
	below, left := int64(math.MaxInt64), c.Max
	for {
		latest, same := int64(never), 0
		for i := range h.Contacts {
			at, _ := micros(h.Contacts[i].Shown)
			switch {
			case at >= below || at < latest:
			case at == latest:
				same++
			default:
				latest, same = at, 1
			}
		}
		if left -= same; left <= 0 || latest == never {
			return latest + yearMicros
		}
		below = latest
	}
}

// share returns the threshold of the hash for a survey.
func (p *Policy) share(survey string) uint64 {
	if len(p.samples) > 0 {
		if own, ok := p.samples[survey]; ok {
			return own
		}
	}
	return p.sample
}

// drawn reports whether it depends on the customer who belongs to the sample.
func drawn(share uint64) bool { return 0 < share && share < everybody }
