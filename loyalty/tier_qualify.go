package loyalty

// qualify adds growth, or takes it back, of the instant when it was earned, as entered
// at another that is not before it, to which the move has been advanced. A tier changes
// then, or at the review. No allocation unless a tier changes. Cost: O(tiers), and in a
// rolling span O(log days).
func (m *tierMove) qualify(d TierSums, earned, at Instant, reason TierReason) {
	m.join(at)
	if d == (TierSums{}) {
		return
	}
	s, r, back := &m.s, m.r, d.negative()
	up, down, before := reason, reason, m.top(&s.Now)
	m.whole = m.whole || back
	switch {
	case r.mode == Rolling:
		if !m.qualifyDay(d, earned, at) {
			return
		}
	case earned >= s.Now.From, r.late == LatePresent, back && r.refunds == TierAtReview, s.Past.From == s.Now.From:
		s.Now.Growth = s.Now.Growth.plus(d)
	case earned >= s.Past.From || r.onCycle != GrowthReset:
		m.amend(d, at)
		if !back {
			up = TierLate
		}
	default:
		return
	}
	if back && r.refunds == TierNow {
		m.undo(&s.Now, at)
	}
	if back && r.onUpgrade == GrowthReset {
		for i := range s.Now.Reached { // what comes after is for the next tier
			s.Now.Reached[i].Had = least(s.Now.Reached[i].Had, s.Now.Growth)
		}
	}
	if !r.atReview {
		m.climb(&s.Now, at)
	}
	if r.mode == Rolling {
		if back || m.top(&s.Now) != before {
			m.watch(at)
		}
		if r.atReview || r.refunds == TierAtReview {
			m.reviewTomorrow(at)
		}
	}
	m.settle(at, up, down)
}

// qualifyDay counts in the day that earned it, and reports whether it counts.
func (m *tierMove) qualifyDay(d TierSums, earned, at Instant) bool {
	s, r, back := &m.s, m.r, d.negative()
	day := int32(r.zone.day(earned))
	if earned < at || back { // what comes back at once has reached nothing
		leaves := r.leaves(day)
		for i := range s.Now.Reached {
			reach := &s.Now.Reached[i]
			had := back && earned <= reach.At && reach.At < leaves
			if had && !(r.atReview && earned == reach.At) { // a review comes before what is entered at its instant
				reach.Had = reach.Had.plus(d)
			}
		}
		if day < s.Gone || leaves <= at {
			if back { // it no longer counts, but it may have reached a tier
				return true
			}
			if r.late != LatePresent {
				return false
			}
			day = int32(r.zone.day(at))
		}
	}
	had := m.dayGrowth(day)
	has := had.plus(d)
	m.setDay(day, has)
	s.Now.Growth = s.Now.Growth.plus(has.minus(had))
	return true
}

// amend changes the last cycle, and asks its review again.
func (m *tierMove) amend(d TierSums, at Instant) {
	s, r := &m.s, m.r
	m.whole = true
	carried := m.carried(&s.Past)
	s.Past.Growth = s.Past.Growth.plus(d)
	level, kept := m.judge(&s.Past, s.Now.From)
	s.Now.Growth = s.Now.Growth.plus(m.carried(&s.Past).minus(carried))
	before := s.Now.Base
	switch {
	case kept || s.Verdict == VerdictKept:
		m.rule(level, kept, at)
	case s.Verdict == VerdictFell:
		s.Now.Base = r.levels[r.land(level, s.Past.Growth)].id
	default:
		s.Now.Base = r.levels[level].id
	}
	if s.Now.Base == before {
		return
	}
	// What the cycle has reached is above its base, and reached anew from another one.
	if r.onUpgrade == GrowthCarry {
		base, n := r.known(s.Now.Base), 0
		for n < len(s.Now.Reached) && r.known(s.Now.Reached[n].Tier) <= base {
			n++
		}
		s.Now.Reached = append(s.Now.Reached[:0], s.Now.Reached[n:]...)
		m.undo(&s.Now, at)
	} else {
		s.Now.Reached = s.Now.Reached[:0]
	}
}
