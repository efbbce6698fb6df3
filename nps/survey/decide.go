package survey

import (
	"math"
	"time"
	"unicode/utf8"
)

// Decide says whether the customer of h may be asked now what h.Ask says, why
// not, and from when on. It reserves nothing and writes nothing: the host shows
// the survey and stores the Contact.
//
// Opting out comes before the sample, and both before what time heals. Of gaps
// and cap the one that lasts longest is the reason; where two end together, the
// first of cap, survey, kind, channel and overall, and within a gap of answered,
// dismissed and shown. Quiet hours are the reason only when nothing else is.
// Earliest minds them all.
//
// Instants count in whole microseconds, fractions cut off. Faults are
// *guanxi.FieldError, all at once: [ErrTime] for an instant outside the years 1
// to 9999 and a zero now ("/now"), [ErrFuture] for one after now
// ("/contacts/3/shown"), [ErrID] for an empty h.Survey and, where a sample is
// drawn of this survey, an empty h.Customer, [ErrUTF8] for an h.Survey or h.Kind
// that is not UTF-8, [ErrOption] for an unknown channel in h.Channel,
// h.OptedOutOf ("/opted_out_of/0") or a contact ("/contacts/3/channel", where ""
// is one that was not recorded). Then nothing is allowed.
//
// It is pure and safe for concurrent use, allocates nothing without faults, and
// takes time in proportion to the contacts, times the cap where that is exceeded.
func Decide(p *Policy, h *History, now time.Time) (Decision, error) {
	at, ok := micros(now)
	share := p.share(h.Survey)
	if !ok || h.Survey == "" || !utf8.ValidString(h.Survey) || !utf8.ValidString(h.Kind) ||
		channelNumber(h.Channel) < 0 || h.Customer == "" && drawn(share) {
		return Decision{}, h.faults(share, at, ok)
	}
	optedOut := h.OptedOut
	for _, ch := range h.OptedOutOf {
		if channelNumber(ch) < 0 {
			return Decision{}, h.faults(share, at, true)
		}
		optedOut = optedOut || ch == h.Channel
	}
	zone := h.Location
	if zone == nil {
		zone = time.UTC
	}
	c := count{yearStart: math.MaxInt64, first: math.MaxInt64}
	if p.cap.Max > 0 {
		c.yearStart = p.cap.yearStart(at, zone)
	}
	for i := range c.scopes {
		c.scopes[i] = last{never, never, never}
	}
	if !c.read(h, at) {
		return Decision{}, h.faults(share, at, true)
	}
	if optedOut {
		return Decision{Reason: OptedOut}, nil
	}
	if share != everybody && sampleHash(h.Customer, h.Wave)>>11 >= share {
		return Decision{Reason: NotSampled}, nil
	}
	var d Decision
	end := at
	if p.cap.Max > 0 && c.thisYear >= p.cap.Max {
		end, d.Reason = p.cap.until(h, &c, at, zone), Capped
	}
	end = p.gaps(&d, h, &c, end, zone)
	if quiet := p.quiet[channelNumber(h.Channel)].after(end, zone); quiet != end {
		if end == at {
			d.Reason = QuietHours
		}
		end = quiet
	}
	d.Allow = d.Reason == None
	d.Earliest = time.UnixMicro(end).In(zone)
	return d, nil
}

// gaps returns when the last gap ends if that is after end, and says which one
// it is; else end.
func (p *Policy) gaps(d *Decision, h *History, c *count, end int64, zone *time.Location) int64 {
	all := [...]*rule{p.surveys.of(h.Survey), nil, p.channels[channelNumber(h.Channel)], p.overall}
	if h.Kind != "" {
		all[1] = p.kinds.of(h.Kind)
	}
	for i, rule := range all {
		if rule == nil {
			continue
		}
		for _, e := range [...]int{1, 2, 0} { // mostly from the longest to the shortest
			last := c.scopes[i][e]
			if last == never || rule.longest[e] == 0 || last+rule.longest[e] <= end {
				continue // without asking the calendar, which is slow
			}
			until := rule.spans[e].AddTo(time.UnixMicro(last), zone).UnixMicro()
			if until > end {
				end = until
				d.Reason = [...]Reason{GapSurvey, GapKind, GapChannel, GapOverall}[i]
				d.After = [...]Event{Shown, Answered, Dismissed}[e]
			}
		}
	}
	return end
}
