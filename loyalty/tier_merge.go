package loyalty

import (
	"cmp"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
)

// merge adds the tier of another account, which has been advanced to the time: growth and
// what upgrades took of it, grants, paid terms and the lock. Of two tiers the higher one
// stays, until its own review and with its own grace; what comes back later ends it as it
// would have done there.
func (m *tierMove) merge(o *tierMove, at Instant) {
	s, r := &m.s, m.r
	if o.s.Tier == "" {
		return
	}
	m.join(at)
	m.whole = true
	if r.mode == Rolling {
		m.mergeSpan(o)
	} else {
		m.mergeYears(o)
	}
	for i := range o.s.Terms {
		m.mergeTerm(&o.s.Terms[i], at)
	}
	if o.s.Lock != "" && (s.Lock == "" || o.s.LockEnd > s.LockEnd) {
		s.Lock, s.LockEnd = o.s.Lock, o.s.LockEnd
	}
	if !r.atReview {
		m.climb(&s.Now, at)
	}
	if r.mode == Rolling {
		m.watch(at)
		if r.atReview || r.refunds == TierAtReview {
			m.reviewTomorrow(at)
		}
	}
	m.settle(at, TierMerged, TierMerged)
}

// mergeYears adds years. A tier of the other account whose review is at another time is held
// until then as in grace. Where this account has no year before, it is that of the other one.
func (m *tierMove) mergeYears(o *tierMove) {
	s, r := &m.s, m.r
	mine, theirs := r.known(s.Now.Base), r.known(o.s.Now.Base)
	longer := s.Grace != 0 && (o.s.Grace == 0 || o.s.Grace > s.Grace) || s.Verdict == VerdictSpared && o.s.Verdict != VerdictSpared && o.s.Grace == 0
	if theirs > mine || theirs == mine && longer {
		s.Now.Base, s.Now.Land, s.Verdict, s.Grace = o.s.Now.Base, o.s.Now.Land, o.s.Verdict, o.s.Grace
		if s.Grace == 0 && o.s.Review != s.Review { // held until its own review, and the grace after it
			if s.Verdict, s.Grace = VerdictHeld, o.s.Review; !r.grace.IsZero() {
				s.Grace = r.after(o.s.Review, r.grace)
			}
		}
	}
	m.mergeCycle(&s.Now, &o.s.Now, o)
	switch {
	case o.s.Past.From == o.s.Now.From:
	case s.Past.From != s.Now.From:
		m.mergeCycle(&s.Past, &o.s.Past, o)
	default:
		reached := append(s.Past.Reached[:0], o.s.Past.Reached...)
		s.Past = o.s.Past
		s.Past.From, s.Past.Reached = s.Now.From-1, reached
	}
}

// mergeCycle adds a cycle of another account to one of the same time: the higher base, what
// both have reached above it, and the growth of both. Where upgrades take growth and one
// tier stands on the other, what the account with the higher one has reached stays, and
// what the upgrades of the other one took stays taken.
func (m *tierMove) mergeCycle(c, other *TierCycle, o *tierMove) {
	r := m.r
	mine, theirs := m.taken(c), o.taken(other)
	higher := o.top(other) > m.top(c)
	if r.known(other.Base) > r.known(c.Base) {
		c.Base, c.Land = other.Base, other.Land
	}
	if r.onUpgrade == GrowthCarry {
		for i := range c.Reached { // as if what the other has of those days had been there
			p := &c.Reached[i]
			p.Had = p.Had.plus(o.sum(int32(r.zone.day(p.At))))
		}
		for _, reach := range other.Reached {
			level := r.known(reach.Tier)
			at, found := slices.BinarySearchFunc(c.Reached, level, func(x TierReach, level int) int { return cmp.Compare(r.known(x.Tier), level) })
			if !found {
				reach.Had = reach.Had.plus(m.sum(int32(r.zone.day(reach.At))))
				c.Reached = slices.Insert(c.Reached, at, reach)
			}
		}
	} else {
		took := theirs
		if higher {
			c.Reached = append(c.Reached[:0], other.Reached...)
			c.Taken, took = other.Taken, mine
		}
		c.Taken = c.Taken.add(took)
	}
	c.Growth = c.Growth.add(other.Growth)
	all := m.taken(c)
	base, n := r.known(c.Base), 0
	for n < len(c.Reached) && r.known(c.Reached[n].Tier) <= base {
		n++
	}
	c.Reached = slices.Delete(c.Reached, 0, n)
	c.Taken = c.Taken.add(all.minus(m.taken(c)))
}

// mergeSpan adds a rolling span. Grace and rest are those of the higher tier, and of two
// of one tier what holds it longer.
func (m *tierMove) mergeSpan(o *tierMove) {
	s, r := &m.s, m.r
	m.level()
	o.level()
	top, otop := m.top(&s.Now), o.top(&o.s.Now)
	longer := func(grace, rest, ograce, orest Instant) bool {
		have, other := max(grace, rest), max(ograce, orest)
		return have != 0 && (other == 0 || other > have)
	}
	low, grace, rest, high := otop, o.s.Grace, o.s.Rest, &s.Now // of the lower one, and the higher one
	if otop > top {
		low, grace, rest, high = top, s.Grace, s.Rest, &o.s.Now
	}
	below := r.known(high.Base) // what the first tier above the lower one stood on
	for i := range high.Reached {
		if level := r.known(high.Reached[i].Tier); level <= low {
			below = level
		}
	}
	if otop > top || otop == top && longer(s.Grace, s.Rest, o.s.Grace, o.s.Rest) {
		s.Grace, s.Rest, s.Spared = o.s.Grace, o.s.Rest, o.s.Spared
		s.Spared.Had = s.Spared.Had.plus(m.sum(int32(r.zone.day(s.Spared.At)) - 1))
	} else {
		s.Spared.Had = s.Spared.Had.plus(o.sum(int32(r.zone.day(s.Spared.At)) - 1))
	}
	if s.Spared.Tier == "" {
		s.Spared = TierReach{}
	}
	if base := r.known(o.s.Now.Base); base > r.known(s.Now.Base) {
		s.Now.Base = o.s.Now.Base
	}
	m.mergeCycle(&s.Now, &o.s.Now, o)
	for d, ok := o.nextDay(o.s.Gone); ok; d, ok = o.nextDay(d.Day + 1) {
		m.setDay(d.Day, m.dayGrowth(d.Day).plus(d.Growth))
	}
	for i := range s.Now.Reached { // it stands on the lower one now
		if reach := &s.Now.Reached[i]; r.known(reach.Tier) > low {
			if below < low || below == low && longer(reach.Grace, reach.Rest, grace, rest) {
				reach.Grace, reach.Rest = grace, rest
			}
			break
		}
	}
}

// level makes every day of a rolling span what counts of it.
func (m *tierMove) level() {
	s := &m.s
	if s.Low <= s.Gone {
		s.Low = 0
		return
	}
	var days []TierDay
	w := m.walk()
	for d, ok := w.back(); ok; d, ok = w.back() {
		days = append(days, d)
	}
	for d, ok := m.nextDay(s.Gone); ok; d, ok = m.nextDay(d.Day + 1) {
		m.setDay(d.Day, TierSums{})
	}
	for _, d := range days {
		m.setDay(d.Day, d.Growth)
	}
	s.Low = 0
}

// mergeTerm adds a grant, of which the later one stays, or a paid term: what is left of it
// begins where that of the same tier ends.
func (m *tierMove) mergeTerm(t *TierTerm, at Instant) {
	mine := &m.s.Terms[m.term(t.Tier, t.Paid)]
	switch {
	case mine.Until == 0, mine.Until == Never, t.Until == Never, !t.Paid:
		if mine.Until < t.Until {
			*mine = *t
		}
	default:
		z, was := m.r.zone, *mine
		span := func() guanxi.Span {
			return guanxi.Span{Months: mine.Months, Days: mine.Days, Time: time.Duration(mine.Clock) * time.Microsecond}
		}
		if mine.Clock == 0 && t.Clock == 0 {
			mine.Days += int(z.day(t.Until) - 1 - z.day(at))
			mine.Until = z.after(mine.From, span())
		} else {
			until := mine.Until + t.Until - at
			mine.Clock = 0
			mine.Clock = int64(until - InstantOf(span().AddTo(mine.From.Time(), z.loc)))
			mine.Until = until
		}
		if !inYears(mine.Until) || mine.Until < max(was.Until, t.Until) { // no calendar goes so far
			if *mine = was; t.Until > was.Until {
				*mine = *t
			}
		}
	}
}

// place returns as of when growth of an instant counts that the other account has counted,
// after a merge: in the cycle to which it was added, and of which it is taken if it comes back.
func (m *tierMove) place(o *tierMove, earned Instant) Instant {
	s, r := &m.s, m.r
	if r.mode == Rolling || o.s.Tier == "" {
		return earned
	}
	switch now, past := s.Now.From, s.Past.From; {
	case earned >= o.s.Now.From || o.s.Past.From == o.s.Now.From:
		return max(earned, now)
	case earned >= o.s.Past.From || r.onCycle != GrowthReset:
		return min(max(earned, past), now-1)
	default:
		return min(earned, past-1)
	}
}

// counts returns as of when growth counts that is entered now, if not as of when it was
// earned; else 0.
func (m *tierMove) counts(earned, at Instant) Instant {
	s, r := &m.s, m.r
	if r.mode == Rolling {
		if day := int32(r.zone.day(earned)); earned < at && r.late == LatePresent && (day < s.Gone || r.leaves(day) <= at) {
			return at
		}
		return 0
	}
	if earned < s.Now.From && s.Past.From == s.Now.From {
		return s.Now.From
	}
	return 0
}
