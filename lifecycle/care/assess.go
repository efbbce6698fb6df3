package care

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/proportion"
)

// DefaultConfidence is the level of the limits of a share where 0 is given.
const DefaultConfidence = 0.95

// Share is a share with Wilson's limits.
type Share struct {
	Value     float64
	Low, High float64
}

// Assessment is how well cases of one severity are answered. First answers count;
// times are on the clock of the severity, pauses left out.
type Assessment struct {
	Cases    int // of the severity, opened by then
	Answered int
	Overdue  int // unanswered past the deadline
	Pending  int // unanswered, and not yet due
	// OnTime is the share answered before the deadline. Pending cases count for as
	// long as they have waited (Kaplan & Meier, on the time waited as a share of
	// the time allowed); without them it is the plain share of Cases. OnTimeOK is
	// false where nothing can be known.
	OnTime   Share
	OnTimeOK bool
	// Median is the time within which half are answered, unanswered cases counting
	// for as long as they have waited. MedianOK is false where less than half are
	// known to be answered within any time.
	Median   time.Duration
	MedianOK bool
}

// Assess tells how the cases of a severity are answered up to now, with limits at
// a confidence in (0, 1); 0 is [DefaultConfidence]. Other severities and cases
// opened after now are left out, and the order does not matter. [ErrSeverity],
// [ErrTime], [ErrConfidence], [ErrState] for a case that no desk made, and
// [ErrBackwards] for one that was changed after now: what it was before is not
// known.
// Cost: O(n log n). Kaplan & Meier (1958), JASA 53:457–481; the interval is
// Wilson's at the number of complete observations that Greenwood's variance is
// worth.
func (d *Desk) Assess(severity string, cases []Case, now time.Time, confidence float64) (Assessment, error) {
	s, err := d.severity(severity)
	if err != nil {
		return Assessment{}, err
	}
	at, z, err := asOf(now, confidence)
	if err != nil {
		return Assessment{}, err
	}
	var a Assessment
	var waits, shares []wait
	for i := range cases {
		c := &cases[i]
		if c.Severity != severity || c.Opened.After(at) {
			continue
		}
		if err := c.Validate(); err != nil {
			return Assessment{}, err
		}
		if c.Updated.After(at) {
			return Assessment{}, guanxi.At(guanxi.Pointer("cases", i), ErrBackwards)
		}
		a.Cases++
		w := wait{t: float64(c.Waited), event: true}
		if c.Answered.IsZero() {
			w = wait{t: float64(d.waited(s, c, at))}
		}
		waits = append(waits, w)
		u := wait{w.t / float64(c.Allowed), w.event}
		late := c.Late && w.event || !w.event && (c.Overdue || c.PausedAt.IsZero() && !at.Before(c.Due))
		if c.Allowed <= 0 || late {
			u = wait{t: math.Inf(1), event: w.event} // beyond the deadline
		}
		shares = append(shares, u)
		switch {
		case w.event:
			a.Answered++
		case late:
			a.Overdue++
		default:
			a.Pending++
		}
	}
	if median, _, _ := kaplanMeier(waits, math.Inf(1)); median >= 0 {
		a.Median, a.MedianOK = time.Duration(median), true
	}
	_, survival, variance := kaplanMeier(shares, 1)
	if n := float64(a.Cases - a.Pending); n > 0 {
		p := 1 - survival
		if variance > 0 {
			n = p * (1 - p) / variance
		}
		a.OnTimeOK = true
		a.OnTime.Value = p
		a.OnTime.Low, a.OnTime.High = proportion.Wilson(p, n, z)
	}
	return a, nil
}

// asOf checks what every assessment is asked for, and returns the deviate of the
// confidence.
func asOf(now time.Time, confidence float64) (at time.Time, z float64, err error) {
	at, ok := stamp(now)
	if !ok {
		return at, 0, ErrTime
	}
	_, z, ok = proportion.Level(confidence, DefaultConfidence)
	if !ok {
		return at, 0, guanxi.At("/confidence", fmt.Errorf("%w: %v", ErrConfidence, confidence))
	}
	return at, z, nil
}

// waited returns how long an unanswered case has waited.
func (d *Desk) waited(s *Severity, c *Case, now time.Time) time.Duration {
	if !c.PausedAt.IsZero() {
		now = c.PausedAt
	}
	return max(d.elapsed(s.Answer.Clock, c.Start, now)-c.Paused, 0)
}

// wait is a time to an event, or a time up to which there was none.
type wait struct {
	t     float64
	event bool
}

// kaplanMeier returns the least time at which the survival is a half or less, −1
// if there is none, and the survival with Greenwood's variance just before end.
// Events come before censoring at the same time. list is sorted.
func kaplanMeier(list []wait, end float64) (median, survival, variance float64) {
	slices.SortFunc(list, func(a, b wait) int { return cmp.Compare(a.t, b.t) })
	median, survival = -1, 1
	s, sum := 1.0, 0.0
	for i := 0; i < len(list); {
		events, t, risk := 0, list[i].t, len(list)-i
		for ; i < len(list) && list[i].t == t; i++ {
			if list[i].event {
				events++
			}
		}
		if events == 0 {
			continue
		}
		s *= float64(risk-events) / float64(risk)
		if events < risk {
			sum += float64(events) / (float64(risk) * float64(risk-events))
		}
		if median < 0 && s <= 0.5+1e-12 {
			median = t
		}
		if t < end {
			survival, variance = s, s*s*sum
		}
	}
	return median, survival, variance
}

// Promise is something promised to a customer, such as delivery within 48 hours;
// [Desk.Deadline] tells until when.
type Promise struct {
	Due  time.Time // the first instant that is too late
	Kept time.Time // when it was done, the zero time if not yet
}

// Promises is how promises were kept.
type Promises struct {
	Kept, Broken, Pending int
	Share                 Share // of those that are kept or broken
	ShareOK               bool  // there are some
}

// AssessPromises counts promises up to now: kept before due, broken, or still to
// be kept. A pending promise says nothing yet and is not in the share, whose
// limits are at a confidence in (0, 1); 0 is [DefaultConfidence]. [ErrConfidence],
// and [ErrTime] for now and, placed, for a promise without a due time or with a
// time outside the years 1970 to 2200.
func AssessPromises(list []Promise, now time.Time, confidence float64) (Promises, error) {
	_, z, err := asOf(now, confidence)
	if err != nil {
		return Promises{}, err
	}
	var p Promises
	var f faults
	for i, x := range list {
		if _, ok := stamp(x.Due); !ok {
			f.at(guanxi.Pointer("promises", i, "due"), ErrTime)
		}
		if _, ok := stamp(x.Kept); !ok && !x.Kept.IsZero() {
			f.at(guanxi.Pointer("promises", i, "kept"), ErrTime)
		}
		done := !x.Kept.IsZero() && !x.Kept.After(now)
		switch {
		case done && x.Kept.Before(x.Due):
			p.Kept++
		case done || !now.Before(x.Due):
			p.Broken++
		default:
			p.Pending++
		}
	}
	if err := f.err(); err != nil {
		return Promises{}, err
	}
	if n := float64(p.Kept + p.Broken); n > 0 {
		p.ShareOK = true
		p.Share.Value = float64(p.Kept) / n
		p.Share.Low, p.Share.High = proportion.Wilson(p.Share.Value, n, z)
	}
	return p, nil
}
