package loyalty

import "github.com/guanxi-go/guanxi"

// kindRules is a compiled kind.
type kindRules struct {
	KindConfig
	ordinal int
	zone    *zone
	touches [3]bool // earn, redeem, act
}

// activate returns when points of an order of at become available: Never if that
// waits for an event alone.
func (k *kindRules) activate(at Instant) Instant {
	switch {
	case !k.Pending.Span.IsZero():
		return k.zone.after(at, k.Pending.Span)
	case k.Pending.Event != "":
		return Never
	}
	return at
}

// expire returns when points expire that are earned at an instant and available
// from activate on. Of ExpireActivity it is the expiry that an activity at that
// instant gives.
func (k *kindRules) expire(at, activate Instant) Instant {
	if k.Expiry.From == FromActivation && activate != Never {
		at = activate
	}
	return k.zone.expire(&k.Expiry, at)
}

// window reports whether the lots of k hang on its activity window.
func (k *kindRules) window() bool { return k.Expiry.Mode == ExpireActivity }

// touched reports whether t keeps the points of k alive.
func (k *kindRules) touched(t Touch) bool {
	switch t {
	case TouchEarn:
		return k.touches[0]
	case TouchRedeem:
		return k.touches[1]
	}
	return k.touches[2]
}

func (z *zone) expire(e *ExpiryRule, at Instant) Instant {
	switch e.Mode {
	case ExpireSpan, ExpireActivity:
		return z.after(at, e.Span)
	case ExpireEndOf:
		return z.start(shiftDay(e.Period.first(z.day(at), 1), e.Span))
	case ExpireYearly:
		least := shiftDay(z.day(at), e.Span)
		for year := dateOf(least).year; ; year++ {
			d := date{year, e.Month, min(e.Day, lastDay(year, e.Month))}
			if last := d.days(); last >= least {
				return z.start(last + 1)
			}
		}
	}
	return Never
}

// after returns the end of the civil day that s reaches from at, or, where s has a
// clock part, the instant.
func (z *zone) after(at Instant, s guanxi.Span) Instant {
	if s.Time != 0 {
		return InstantOf(s.AddTo(at.Time(), z.loc))
	}
	return z.start(shiftDay(z.day(at), s) + 1)
}

// shiftDay adds the months and days of s to a civil day.
func shiftDay(day int64, s guanxi.Span) int64 {
	if s.Months == 0 {
		return day + int64(s.Days)
	}
	d := dateOf(day)
	d.month += s.Months
	d.day = min(d.day, lastDay(d.year, d.month))
	return d.days() + int64(s.Days)
}

// lastDay returns the last day of a month, which may be out of its range.
func lastDay(year, month int) int {
	return int(date{year, month + 1, 1}.days() - date{year, month, 1}.days())
}
