package loyalty

import "math"

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
		if !m.qualifyDay(d, earned, at, back && reason == TierAdjusted) {
			return
		}
	case earned >= s.Now.From || s.Past.From == s.Now.From:
		s.Now.Growth = s.Now.Growth.add(d)
	case r.late == LatePresent, back && r.refunds == TierAtReview: // of another cycle: no more than there is
		for i, n := range s.Now.Growth.add(d) {
			s.Now.Growth[i] = max(n, min(s.Now.Growth[i], 0))
		}
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
		if m.unspare(&s.Now) {
			s.Verdict, s.Grace = VerdictFell, 0
		}
	}
	if back && r.onUpgrade == GrowthReset {
		for i := range s.Now.Reached { // what comes after is for the next tier
			s.Now.Reached[i].Had = least(s.Now.Reached[i].Had, s.Now.Growth.minus(s.Now.Taken))
		}
	}
	if !r.atReview {
		m.climb(&s.Now, at)
	}
	if r.mode == Rolling {
		if back && r.refunds == TierNow {
			m.settle(at, up, down)
			m.lapse(at)
		}
		if back || m.top(&s.Now) != before {
			m.watch(at)
		}
		if r.atReview || r.refunds == TierAtReview {
			m.reviewTomorrow(at)
		}
	}
	m.settle(at, up, down)
}

// qualifyDay counts in the day that earned it, and reports whether it counts. What is
// taken by hand is taken from the day, and what that lacks from the newest before it.
func (m *tierMove) qualifyDay(d TierSums, earned, at Instant, hand bool) bool {
	s, r, back := &m.s, m.r, d.negative()
	day := int32(r.zone.day(earned))
	if earned < at || back {
		leaves := r.leaves(day)
		switch over := day < s.Gone || leaves <= at; {
		case over && back: // it no longer counts, but it may have reached a tier
			m.forget(d, earned, leaves)
			return true
		case over && r.late != LatePresent:
			return false
		case over:
			day = int32(r.zone.day(at))
		}
	}
	if back { // what a tier was reached by is what its days have lost less
		m.prove(earned, hand, false)
	}
	had := m.dayGrowth(day)
	has := had.add(d)
	m.setDay(day, has)
	if back && has.negative() {
		s.Low = max(s.Low, day+1)
	}
	if s.Low > max(day, s.Gone) {
		s.Now.Growth = m.sum(math.MaxInt32)
	} else {
		s.Now.Growth = s.Now.Growth.plus(d)
	}
	if back {
		m.prove(earned, hand, true)
	}
	return true
}

// prove takes out of what tiers were reached by what their days have, before the days lose
// something, and after it adds what they still have. What is bought later on the day on
// which a tier was reached has not reached it, but by hand is taken from all of the day.
func (m *tierMove) prove(earned Instant, hand, after bool) {
	s := &m.s
	for i := range s.Now.Reached {
		p := &s.Now.Reached[i]
		m.proof(p, earned, hand || hadThen(p, earned, m.r.atReview), after)
	}
	if p := &s.Spared; p.Tier != "" {
		m.proof(p, earned, hadThen(p, earned, true), after)
	}
}

func (m *tierMove) proof(p *TierReach, earned Instant, own, after bool) {
	last := int32(m.r.zone.day(p.At))
	if !own && int32(m.r.zone.day(earned)) == last {
		last--
	}
	if v := m.sum(last); after {
		p.Had = p.Had.plus(v)
	} else {
		p.Had = p.Had.add(TierSums{}.minus(v))
	}
}

// hadThen reports whether growth of an instant was there when a tier was reached. A review
// comes before what is entered at its instant.
func hadThen(p *TierReach, earned Instant, review bool) bool {
	return earned < p.At || earned == p.At && !review
}

// forget takes growth of a day that has left the span out of what tiers were reached by.
func (m *tierMove) forget(d TierSums, earned, leaves Instant) {
	s := &m.s
	for i := range s.Now.Reached {
		if p := &s.Now.Reached[i]; hadThen(p, earned, m.r.atReview) && p.At < leaves {
			p.Had = p.Had.plus(d)
		}
	}
	if p := &s.Spared; hadThen(p, earned, true) && p.At < leaves {
		p.Had = p.Had.plus(d)
	}
}

// amend changes the last cycle, and asks its review again.
func (m *tierMove) amend(d TierSums, at Instant) {
	s, r := &m.s, m.r
	m.whole = true
	carried := m.carried(&s.Past)
	s.Past.Growth = s.Past.Growth.add(d)
	level, kept := m.judge(&s.Past, s.Now.From)
	s.Now.Growth = s.Now.Growth.add(m.carried(&s.Past).minus(carried))
	before, land, verdict, grace := s.Now.Base, s.Now.Land, s.Verdict, s.Grace
	switch {
	case kept || s.Verdict == VerdictKept:
		m.rule(level, kept, at)
	case s.Verdict == VerdictFell:
		s.Now.Base = r.levels[r.land(level, s.Past.Growth)].id
	default:
		if s.Now.Base = r.levels[level].id; s.Verdict == VerdictSpared {
			s.Now.Land = r.levels[r.land(level, s.Past.Growth)].id
		}
	}
	if d.negative() && r.known(s.Now.Base) > r.known(before) { // of merged accounts: two have kept less
		s.Now.Base, s.Now.Land, s.Verdict, s.Grace = before, land, verdict, grace
	}
	if m.unspare(&s.Now) {
		s.Verdict, s.Grace = VerdictFell, 0
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
