package loyalty

import (
	"cmp"
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

// nextDay returns the first day from one on that has growth.
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
	today := int32(r.zone.day(at))
	for {
		d, ok := m.nextDay(s.Gone)
		if !ok || today-d.Day < int32(28*r.span.Months+r.span.Days) || r.leaves(d.Day) > at {
			break
		}
		s.Now.Growth = s.Now.Growth.minus(d.Growth)
		s.Gone = d.Day + 1
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
	level, left := m.top(&s.Now), s.Now.Growth
	s.Review = 0
	if s.Grace != 0 || s.Rest != 0 || level == 0 {
		return
	}
	if !r.kept(level, left) {
		m.reviewTomorrow(at)
		return
	}
	for d, ok := m.nextDay(s.Gone); ok; d, ok = m.nextDay(d.Day + 1) {
		if left = left.minus(d.Growth); !r.kept(level, left) {
			s.Review = r.leaves(d.Day)
			return
		}
	}
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
	m.hold(at)
}
