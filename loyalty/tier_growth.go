package loyalty

// taken returns what the upgrades of a cycle have used up.
func (m *tierMove) taken(c *TierCycle) (v TierSums) {
	switch m.r.onUpgrade {
	case GrowthDeduct:
		v = c.Taken
		for i := range c.Reached {
			v = v.plus(m.r.levels[m.r.known(c.Reached[i].Tier)].entry)
		}
	case GrowthReset:
		v = c.Taken
		if n := len(c.Reached); n > 0 {
			v = v.add(least(c.Reached[n-1].Had, c.Growth.minus(v)))
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
		reach := TierReach{Tier: r.levels[next].id, At: at, Had: c.Growth.minus(c.Taken)}
		if r.mode == Rolling {
			reach.Grace, reach.Rest = m.s.Grace, m.s.Rest
			m.s.Grace, m.s.Rest = 0, 0
		}
		c.Reached = append(c.Reached, reach)
		m.whole = true
	}
}

// undo takes away the tiers that were not reached without what has come back. In a
// rolling span it asks no more once a span has passed since a tier was reached, and what
// a tier that is taken away has ended (grace, rest) is in force again.
func (m *tierMove) undo(c *TierCycle, at Instant) {
	r := m.r
	n, undone := 0, false
	var grace, rest Instant // of the tier below those that are taken away
	taken := c.Taken
	for _, reach := range c.Reached {
		entry := &r.levels[r.known(reach.Tier)].entry
		switch r.onUpgrade {
		case GrowthCarry:
			if r.mode == Rolling && (reach.Had.meets(entry) || r.leaves(int32(r.zone.day(reach.At))) <= at) {
				break
			}
			if !c.Growth.meets(entry) {
				if !undone {
					undone, grace, rest = true, reach.Grace, reach.Rest
				}
				continue
			}
			if r.mode == Rolling { // reached by now in any case
				reach.At, reach.Had = at, c.Growth
			}
		default: // one tier stands on the other
			had := c.Growth
			if r.onUpgrade == GrowthReset {
				reach.Had = least(reach.Had, had.minus(c.Taken))
				had = reach.Had.add(c.Taken)
			}
			if !had.minus(taken).meets(entry) {
				c.Reached = c.Reached[:n]
				return
			}
			if taken = had; r.onUpgrade == GrowthDeduct {
				taken = m.taken(&TierCycle{Reached: c.Reached[:n+1], Taken: c.Taken})
			}
		}
		if undone {
			undone, reach.Grace, reach.Rest = false, grace, rest
		}
		c.Reached[n] = reach
		n++
	}
	c.Reached = c.Reached[:n]
	if r.mode == Rolling && undone {
		m.s.Grace, m.s.Rest = grace, rest
	}
}

// unspare ends a tier of a year that was spared in grace, if that growth has come back.
func (m *tierMove) unspare(c *TierCycle) (fell bool) {
	if c.Land == "" || m.r.kept(m.top(c), c.Growth) {
		return false
	}
	c.Base, c.Land, c.Reached = c.Land, "", c.Reached[:0]
	return true
}

// lapse ends at once a tier of a rolling span that would have ended before, without what
// has come back: its grace is in force again and over, or was survived by that alone.
func (m *tierMove) lapse(at Instant) {
	s, r := &m.s, m.r
	level := m.top(&s.Now)
	kept := r.kept(level, s.Now.Growth)
	if s.Rest != 0 && s.Rest <= at {
		if !kept && r.grace.IsZero() {
			m.fall(at, TierNotKept)
			return
		}
		if !kept {
			s.Grace = r.after(s.Rest, r.grace)
		}
		s.Rest = 0
	}
	switch p := &s.Spared; {
	case s.Grace != 0:
		if s.Grace <= at {
			m.endGrace(at)
		}
	case s.Rest != 0 || p.Tier != r.levels[level].id || r.kept(level, p.Had) || r.leaves(int32(r.zone.day(p.At))) <= at:
	case kept: // spared by now in any case
		p.At, p.Had = at, s.Now.Growth
	default:
		m.fall(at, TierGraceOver)
	}
}

// judge ends a cycle. kept says whether its tier is one for the next cycle too, as one
// that it has reached always is.
func (m *tierMove) judge(c *TierCycle, at Instant) (level int, kept bool) {
	m.climb(c, at)
	m.undo(c, at)
	m.unspare(c)
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
	held := s.Grace // longer than the year: by a merge
	s.Now, s.Past = s.Past, s.Now
	level, kept := m.judge(&s.Past, at)
	s.Now = TierCycle{From: at, Reached: s.Now.Reached[:0], Growth: m.carried(&s.Past)}
	_, s.Review = r.cycle(s.Joined, at)
	if !kept && held != 0 {
		s.Verdict, s.Now.Base = VerdictGrace, r.levels[level].id
		if !r.atReview {
			m.climb(&s.Now, at)
		}
	} else {
		m.rule(level, kept, at)
	}
	if s.Verdict == VerdictFell {
		m.settle(at, TierReviewed, TierNotKept)
	} else {
		m.settle(at, TierReviewed, TierRefunded)
	}
}

// rule makes the verdict of a review that was held at the beginning of the cycle.
func (m *tierMove) rule(level int, kept bool, at Instant) {
	s, r := &m.s, m.r
	s.Verdict, s.Grace, s.Now.Land = VerdictKept, 0, ""
	if !kept {
		s.Verdict, s.Grace = VerdictGrace, r.after(s.Now.From, r.grace)
		switch {
		case s.Grace > at:
		case !r.grace.IsZero() && r.kept(level, s.Now.Growth):
			s.Verdict, s.Grace, s.Now.Land = VerdictSpared, 0, r.levels[r.land(level, s.Past.Growth)].id
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
	kept := r.kept(level, s.Now.Growth)
	if r.mode == Rolling {
		if s.Spared = (TierReach{Tier: r.levels[level].id, At: at, Had: s.Now.Growth}); !kept {
			m.fall(at, TierGraceOver)
		}
		return
	}
	last := s.Past.Growth
	if s.Verdict == VerdictHeld {
		last = s.Now.Growth
	}
	land := r.levels[r.land(r.known(s.Now.Base), last)].id
	if kept {
		s.Verdict, s.Now.Land = VerdictSpared, land
		return
	}
	s.Verdict = VerdictFell
	s.Now.Base = land
	if !r.atReview {
		m.climb(&s.Now, at)
	}
	m.settle(at, TierReached, TierGraceOver)
}
