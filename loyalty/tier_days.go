package loyalty

import (
	"cmp"
	"math"
	"slices"
)

func compareDay(d TierDay, day int32) int { return cmp.Compare(d.Day, day) }

// dayGrowth returns what a day of the rolling span has by now.
func (m *tierMove) dayGrowth(day int32) TierSums {
	if i, ok := slices.BinarySearchFunc(m.s.Days, day, compareDay); ok {
		return m.s.Days[i].Growth
	}
	days := m.old.Days
	if n := len(days); n == 0 || days[n-1].Day < day {
		return TierSums{}
	}
	if i, ok := slices.BinarySearchFunc(days, day, compareDay); ok {
		return days[i].Growth
	}
	return TierSums{}
}

// setDay changes a day, without the sum.
func (m *tierMove) setDay(day int32, v TierSums) {
	s := &m.s
	if n := len(s.Days); n == 0 || s.Days[n-1].Day < day {
		s.Days = append(s.Days, TierDay{day, v})
		return
	}
	i, ok := slices.BinarySearchFunc(s.Days, day, compareDay)
	if !ok {
		s.Days = slices.Insert(s.Days, i, TierDay{Day: day})
	}
	s.Days[i].Growth = v
}

// dayWalk goes through the days of a rolling span, the newest first. What a day is below
// 0 is taken from those before it.
type dayWalk struct {
	m    *tierMove
	i, j int // of the days that have changed, and of the old ones: what is below is to come
	owed TierSums
	paid int32 // the day before this one is taken to be no less than 0
}

func (m *tierMove) walk() dayWalk { return dayWalk{m: m, i: len(m.s.Days), j: len(m.old.Days)} }

// back returns the next day of which something counts, with that.
func (w *dayWalk) back() (d TierDay, ok bool) {
	days, old := w.m.s.Days, w.m.old.Days
	for w.i > 0 || w.j > 0 {
		if w.j == 0 || w.i > 0 && days[w.i-1].Day >= old[w.j-1].Day {
			w.i--
			if d = days[w.i]; w.j > 0 && old[w.j-1].Day == d.Day {
				w.j--
			}
		} else {
			w.j--
			d = old[w.j]
		}
		if d.Day < w.m.s.Gone {
			break
		}
		if w.paid != 0 && d.Day+1 == w.paid {
			d.Growth = d.Growth.plus(TierSums{})
		}
		left := d.Growth.add(TierSums{}.minus(w.owed))
		for k, n := range left {
			w.owed[k], left[k] = max(-n, 0), max(n, 0)
		}
		if d.Growth = left; left != (TierSums{}) {
			return d, true
		}
	}
	return TierDay{}, false
}

// sum returns what counts of the days of a rolling span up to one, inclusive. Cost: O(days).
func (m *tierMove) sum(last int32) (v TierSums) {
	w := m.walk()
	for d, ok := w.back(); ok; d, ok = w.back() {
		if d.Day <= last {
			v = v.plus(d.Growth)
		}
	}
	return v
}

// short returns what growth of the present day is lost on: more was taken by hand on it than
// there was.
func (m *tierMove) short() (v TierSums) {
	if m.s.Low <= m.s.Gone {
		return v
	}
	today := int32(m.r.zone.day(m.at))
	v = TierSums{}.plus(TierSums{}.minus(m.dayGrowth(today)))
	if v == (TierSums{}) {
		return v
	}
	w := m.walk()
	w.paid = today + 1
	v = v.add(m.s.Now.Growth)
	for d, ok := w.back(); ok; d, ok = w.back() {
		v = v.minus(d.Growth)
	}
	return v.plus(TierSums{})
}

// after returns what will count of the present days at a later instant.
func (m *tierMove) after(at Instant) (v TierSums) {
	w := m.walk()
	for d, ok := w.back(); ok && m.r.leaves(d.Day) > at; d, ok = w.back() {
		v = v.plus(d.Growth)
	}
	return v
}

// oldest returns the oldest day of which something counts.
func (m *tierMove) oldest() (day int32, ok bool) {
	if m.s.Low <= m.s.Gone {
		d, ok := m.nextDay(m.s.Gone)
		return d.Day, ok
	}
	w := m.walk()
	for d, some := w.back(); some; d, some = w.back() {
		day, ok = d.Day, true
	}
	return day, ok
}

// nextDay returns the first day from one on that has growth, or has lost it.
func (m *tierMove) nextDay(from int32) (TierDay, bool) {
	i, _ := slices.BinarySearchFunc(m.s.Days, from, compareDay)
	old := m.old.Days
	j := 0
	if len(old) > 0 && old[0].Day < from {
		j, _ = slices.BinarySearchFunc(old, from, compareDay)
	}
	for i < len(m.s.Days) || j < len(old) {
		var d TierDay
		if j == len(old) || i < len(m.s.Days) && m.s.Days[i].Day <= old[j].Day {
			d = m.s.Days[i]
			if j < len(old) && old[j].Day == d.Day {
				j++
			}
			i++
		} else {
			d = old[j]
			j++
		}
		if d.Growth != (TierSums{}) {
			return d, true
		}
	}
	return TierDay{}, false
}

// drop takes out of the sum the days that have left the span at an instant.
func (m *tierMove) drop(at Instant) {
	s, r := &m.s, m.r
	today, gone := int32(r.zone.day(at)), s.Gone
	for {
		d, ok := m.nextDay(s.Gone)
		if !ok || today-d.Day < int32(28*r.span.Months+r.span.Days) || r.leaves(d.Day) > at {
			break
		}
		s.Now.Growth = s.Now.Growth.minus(d.Growth)
		s.Gone = d.Day + 1
	}
	if s.Low > gone && s.Gone > gone {
		s.Now.Growth = m.sum(math.MaxInt32)
	}
	n := 0
	for n < len(s.Days) && s.Days[n].Day < s.Gone {
		n++
	}
	s.Days = slices.Delete(s.Days, 0, n)
}

// watch makes the review of a rolling span the first time at which its tier is not kept,
// if nothing else happens: the start of the next day, if it is not kept now. Growth that
// comes meanwhile only makes it too early. Cost: O(days).
func (m *tierMove) watch(at Instant) {
	s, r := &m.s, m.r
	level := m.top(&s.Now)
	s.Review = 0
	if s.Grace != 0 || s.Rest != 0 || level == 0 {
		return
	}
	if !r.kept(level, s.Now.Growth) {
		m.reviewTomorrow(at)
		return
	}
	if day, _, ok := m.keeper(level); ok {
		s.Review = r.leaves(day)
	}
}

// keeper returns the oldest day that a level needs to be kept, and the growth without it
// and what was before it.
func (m *tierMove) keeper(level int) (day int32, without TierSums, ok bool) {
	w := m.walk()
	for d, ok := w.back(); ok; d, ok = w.back() {
		with := without.plus(d.Growth)
		if m.r.kept(level, with) {
			return d.Day, without, true
		}
		without = with
	}
	return 0, without, false
}

// reviewTomorrow makes the review of a rolling span no later than the start of the next day.
func (m *tierMove) reviewTomorrow(at Instant) {
	m.s.Review = min(none(m.s.Review), m.r.zone.start(m.r.zone.day(at)+1))
}

// hold asks whether the tier of a rolling span is kept, but within grace or rest.
func (m *tierMove) hold(at Instant) {
	s, r := &m.s, m.r
	if s.Grace != 0 || s.Rest != 0 || r.kept(m.top(&s.Now), s.Now.Growth) {
		return
	}
	if r.grace.IsZero() {
		m.fall(at, TierNotKept)
		return
	}
	s.Grace = r.after(at, r.grace)
}

// fall ends a tier of a rolling span that was not kept.
func (m *tierMove) fall(at Instant, reason TierReason) {
	s, r := &m.s, m.r
	level := r.land(m.top(&s.Now), s.Now.Growth)
	s.Now.Base, s.Now.Reached = r.levels[level].id, s.Now.Reached[:0]
	s.Spared, m.whole = TierReach{}, true
	if !r.kept(level, s.Now.Growth) { // a soft landing
		s.Rest = r.after(at, r.span)
	}
	m.settle(at, TierReached, reason)
}

// roll is the review of a rolling span.
func (m *tierMove) roll(at Instant) {
	s := &m.s
	if m.r.refunds == TierAtReview {
		m.undo(&s.Now, at)
	}
	m.climb(&s.Now, at)
	m.settle(at, TierReviewed, TierRefunded)
	if m.r.refunds == TierAtReview {
		m.lapse(at)
	}
	m.hold(at)
}
