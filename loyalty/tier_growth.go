package loyalty

// taken returns what the upgrades of a cycle have used up.
func (m *tierMove) taken(c *TierCycle) (v TierSums) {
	switch m.r.onUpgrade {
	case GrowthDeduct:
		for i := range c.Reached {
			v = v.plus(m.r.levels[m.r.known(c.Reached[i].Tier)].entry)
		}
	case GrowthReset:
		if n := len(c.Reached); n > 0 {
			v = least(c.Reached[n-1].Had, c.Growth)
		}
	}
	return v
}

// least returns the lower of each.
func least(a, b TierSums) TierSums {
	for i := range a {
		a[i] = min(a[i], b[i])
	}
	return a
}

// climb reaches the tiers above whose entry threshold is met.
func (m *tierMove) climb(c *TierCycle, at Instant) {
	r := m.r
	for {
		next, top := -1, m.top(c)
		left := c.Growth.minus(m.taken(c))
		for level := top + 1; level < len(r.levels); level++ {
			if !r.levels[level].reached {
				continue
			}
			if left.meets(&r.levels[level].entry) {
				next = level
			}
			if r.onUpgrade != GrowthCarry { // one after the other
				break
			}
		}
		if next < 0 {
			return
		}
		c.Reached = append(c.Reached, TierReach{r.levels[next].id, at, c.Growth})
		m.whole = true
		if r.mode == Rolling {
			m.s.Grace, m.s.Rest = 0, 0
		}
	}
}

// undo takes away the tiers that were not reached without what has come back. In a
// rolling span it asks no more once a span has passed since a tier was reached.
func (m *tierMove) undo(c *TierCycle, at Instant) {
	r := m.r
	top, n := m.top(c), 0
	var taken TierSums
	for _, reach := range c.Reached {
		entry := &r.levels[r.known(reach.Tier)].entry
		switch r.onUpgrade {
		case GrowthCarry:
			if r.mode == Rolling && (reach.Had.meets(entry) || r.leaves(int32(r.zone.day(reach.At))) <= at) {
				break
			}
			if !c.Growth.meets(entry) {
				continue
			}
			if r.mode == Rolling { // reached by now in any case
				reach.At, reach.Had = at, c.Growth
			}
		default: // one tier stands on the other
			had := c.Growth
			if r.onUpgrade == GrowthReset {
				had = least(reach.Had, had)
				reach.Had = had
			}
			if !had.minus(taken).meets(entry) {
				c.Reached = c.Reached[:n]
				return
			}
			if taken = had; r.onUpgrade == GrowthDeduct {
				taken = m.taken(&TierCycle{Reached: c.Reached[:n+1]})
			}
		}
		c.Reached[n] = reach
		n++
	}
	c.Reached = c.Reached[:n]
	if r.mode == Rolling && m.top(c) < top {
		m.s.Grace = 0 // it was that of the tier above
	}
}

// judge ends a cycle. kept says whether its tier is one for the next cycle too, as one
// that it has reached always is.
func (m *tierMove) judge(c *TierCycle, at Instant) (level int, kept bool) {
	m.climb(c, at)
	m.undo(c, at)
	m.climb(c, at)
	level = m.top(c)
	return level, m.r.kept(level, c.Growth)
}

// carried returns the growth with which the next cycle begins.
func (m *tierMove) carried(c *TierCycle) (v TierSums) {
	if m.r.onCycle == GrowthReset {
		return v
	}
	v = v.plus(c.Growth.minus(m.taken(c)))
	if m.r.onCycle == GrowthDeduct {
		v = v.plus(TierSums{}.minus(m.r.levels[m.top(c)].deduct))
	}
	return v
}

// review ends a cycle, or looks at a rolling span.
func (m *tierMove) review(at Instant) {
	s, r := &m.s, m.r
	if r.mode == Rolling {
		m.roll(at)
		return
	}
	s.Now, s.Past = s.Past, s.Now
	level, kept := m.judge(&s.Past, at)
	s.Now = TierCycle{From: at, Reached: s.Now.Reached[:0], Growth: m.carried(&s.Past)}
	_, s.Review = r.cycle(s.Joined, at)
	m.rule(level, kept, at)
	if s.Verdict == VerdictFell {
		m.settle(at, TierReviewed, TierNotKept)
	} else {
		m.settle(at, TierReviewed, TierRefunded)
	}
}

// rule makes the verdict of a review that was held at the beginning of the cycle.
func (m *tierMove) rule(level int, kept bool, at Instant) {
	s, r := &m.s, m.r
	s.Verdict, s.Grace = VerdictKept, 0
	if !kept {
		s.Verdict, s.Grace = VerdictGrace, r.after(s.Now.From, r.grace)
		switch {
		case s.Grace > at:
		case !r.grace.IsZero() && r.kept(level, s.Now.Growth):
			s.Verdict, s.Grace = VerdictSpared, 0
		default:
			s.Verdict, s.Grace = VerdictFell, 0
			level = r.land(level, s.Past.Growth)
		}
	}
	s.Now.Base = r.levels[level].id
	if !r.atReview {
		m.climb(&s.Now, at)
	}
}

// endGrace ends the days of grace.
func (m *tierMove) endGrace(at Instant) {
	s, r := &m.s, m.r
	s.Grace = 0
	level := m.top(&s.Now)
	if r.mode == Rolling {
		if !r.kept(level, s.Now.Growth) {
			m.fall(at, TierGraceOver)
		}
		return
	}
	if s.Verdict = VerdictSpared; r.kept(level, s.Now.Growth) {
		return
	}
	s.Verdict = VerdictFell
	s.Now.Base = r.levels[r.land(level, s.Past.Growth)].id
	if !r.atReview {
		m.climb(&s.Now, at)
	}
	m.settle(at, TierReached, TierGraceOver)
}
