package loyalty

// tierMove is a change of a tier in the making: the old state is only read, and its
// days are not copied. One move goes through time with advance and then takes at most
// one of qualify, grant and merge; s is then what an entry says. The zero move is
// ready for begin. Its memory is used again.
type tierMove struct {
	r   *tierRules
	old *TierState
	s   TierState
	at  Instant // to which it has advanced
	// whole says that more than growth has changed; part is what an entry says otherwise.
	whole bool
	part  TierState
}

// begin starts from a state at a time that is not before its last change.
func (m *tierMove) begin(r *tierRules, old *TierState, at Instant) {
	s := &m.s
	now, past, terms, days, steps := s.Now.Reached[:0], s.Past.Reached[:0], s.Terms[:0], s.Days[:0], s.Steps[:0]
	m.r, m.old, m.whole = r, old, false
	*s = *old
	s.Now.Reached = append(now, old.Now.Reached...)
	s.Past.Reached = append(past, old.Past.Reached...)
	s.Terms = append(terms, old.Terms...)
	s.Days, s.Steps = days, steps
	if s.Tier == "" {
		return
	}
	if s.Kinds != r.kinds {
		m.remap()
	}
	if s.Mode != r.mode {
		m.rebase(at)
	}
}

// none makes 0 an instant that never comes.
func none(at Instant) Instant {
	if at == 0 {
		return Never
	}
	return at
}

// due returns when time next does something: maybe nothing to the tier.
func (m *tierMove) due() Instant {
	s := &m.s
	if s.Tier == "" {
		return Never
	}
	at := min(none(s.Review), none(s.Grace), none(s.Rest))
	if s.Lock != "" {
		at = min(at, s.LockEnd)
	}
	for i := range s.Terms {
		at = min(at, s.Terms[i].Until)
	}
	return at
}

// advance does what time does until t, each at its own instant: advancing in any
// number of steps comes to the same. It reports whether anything was due. Cost:
// O(reviews and ends), a few comparisons where there are none.
func (m *tierMove) advance(t Instant) (moved bool) {
	for at := m.due(); at <= t && at != Never; at = m.due() {
		m.pass(at)
		moved = true
	}
	if m.at = t; m.s.Mode == Rolling {
		m.drop(t)
	}
	return moved
}

// pass does one thing that is due at an instant. What is due together: the review
// before the end of grace, and then the rest.
func (m *tierMove) pass(at Instant) {
	s := &m.s
	m.whole = true
	rolls := s.Mode == Rolling
	if rolls {
		m.drop(at)
	}
	switch at {
	case none(s.Review):
		m.review(at)
	case none(s.Grace):
		m.endGrace(at)
	case none(s.Rest):
		s.Rest = 0
		m.hold(at)
	default:
		m.endTerms(at)
		return
	}
	if rolls {
		m.watch(at)
	}
}

// finish notes when time next may change the tier, and returns what an entry says.
func (m *tierMove) finish() *TierState {
	s, r := &m.s, m.r
	at := min(none(s.Grace), none(s.Rest))
	if s.Lock != "" {
		at = min(at, s.LockEnd)
	}
	for i := range s.Terms {
		at = min(at, s.Terms[i].Until)
	}
	if level := m.top(&s.Now); level > 0 || r.mode == Rolling {
		at = min(at, none(s.Review))
	} else if r.atReview {
		left := s.Now.Growth.minus(m.taken(&s.Now))
		for i := range r.levels {
			if left.meets(&r.levels[i].entry) {
				at = min(at, none(s.Review))
				break
			}
		}
	}
	if s.Due = at; at == Never {
		s.Due = 0
	}
	if m.whole || s.Due != m.old.Due || s.Review != m.old.Review {
		return s
	}
	m.part = TierState{Part: true, Now: TierCycle{Growth: s.Now.Growth}, Days: s.Days, Gone: s.Gone}
	return &m.part
}

// endTerms ends a lock, grants and paid terms.
func (m *tierMove) endTerms(at Instant) {
	s := &m.s
	reason := TierGivenOver
	if s.Lock != "" && s.LockEnd == at {
		s.Lock, s.LockEnd, reason = "", 0, TierUnlocked
	}
	kept := s.Terms[:0]
	for _, t := range s.Terms {
		if t.Until > at {
			kept = append(kept, t)
		} else if t.Paid && reason != TierUnlocked {
			reason = TierTermOver
		}
	}
	s.Terms = kept
	m.settle(at, reason, reason)
}

// top returns the highest tier that growth has in a cycle.
func (m *tierMove) top(c *TierCycle) int {
	if n := len(c.Reached); n > 0 {
		return m.r.known(c.Reached[n-1].Tier)
	}
	return m.r.known(c.Base)
}

// inForce returns the tier in force and what it stands on.
func (m *tierMove) inForce() (level int, by TierBasis, until Instant) {
	s := &m.s
	if s.Lock != "" {
		return m.r.known(s.Lock), ByLock, s.LockEnd
	}
	level, by, until = m.top(&s.Now), ByGrowth, Never
	for i := range s.Terms {
		t := &s.Terms[i]
		if l := m.r.known(t.Tier); l > level || l == level && by != ByGrowth && t.Until > until {
			level, by, until = l, ByGrant, t.Until
			if t.Paid {
				by = ByPaid
			}
		}
	}
	return level, by, until
}

// settle notes the tier in force, and a step if it is another one.
func (m *tierMove) settle(at Instant, up, down TierReason) {
	s := &m.s
	level, _, _ := m.inForce()
	id := m.r.levels[level].id
	if id == s.Tier {
		return
	}
	reason, before := up, m.r.level(s.Tier)
	switch {
	case before < 0:
		reason = TierRules
	case level < before:
		reason = down
	}
	s.Steps = append(s.Steps, TierStep{From: s.Tier, To: id, At: at, Reason: reason})
	s.Tier, s.Since, s.Reason, m.whole = id, at, reason, true
}

// join begins the tier of a new customer.
func (m *tierMove) join(at Instant) {
	s, r := &m.s, m.r
	if s.Tier != "" {
		return
	}
	m.whole = true
	base := r.levels[0].id
	s.Tier, s.Since, s.Reason, s.Joined, s.Mode, s.Kinds = base, at, TierStart, at, r.mode, r.kinds
	s.Steps = append(s.Steps, TierStep{To: base, At: at, Reason: TierStart})
	s.Now.Base = base
	m.rebase(at)
}

// rebase begins to count by the programme's mode; growth so far counts as of now.
func (m *tierMove) rebase(at Instant) {
	s, r := &m.s, m.r
	m.whole = true
	base, growth, taken := r.levels[m.top(&s.Now)].id, TierSums{}.plus(s.Now.Growth), m.taken(&s.Now)
	s.Mode, s.Verdict, s.Grace, s.Rest, s.Review = r.mode, VerdictKept, 0, 0, 0
	s.Spared, s.Low = TierReach{}, 0
	s.Now = TierCycle{From: at, Base: base, Growth: growth, Taken: taken, Reached: s.Now.Reached[:0]}
	s.Past = TierCycle{Reached: s.Past.Reached[:0]}
	for _, d := range m.old.Days {
		m.setDay(d.Day, TierSums{})
	}
	if r.mode == Rolling {
		if growth != (TierSums{}) {
			m.setDay(int32(r.zone.day(at)), growth)
			m.watch(at)
		}
		return
	}
	s.Now.From, s.Review = r.cycle(s.Joined, at)
	s.Past.From, s.Past.Base = s.Now.From, base
	if r.mode == CalendarYear {
		s.Past.From, _ = r.cycle(s.Joined, s.Now.From-1)
	}
}

// remap moves all sums to the places that the programme has for their kinds.
func (m *tierMove) remap() {
	s, r := &m.s, m.r
	m.whole = true
	var to [MaxTierKinds]int
	for i, k := range s.Kinds {
		to[i] = r.slot(k)
	}
	move := func(v TierSums) (w TierSums) {
		copy(w[:tierPoints], v[:tierPoints])
		for i, j := range to {
			if j >= 0 {
				w[j] = v[tierPoints+i]
			}
		}
		return w
	}
	for _, c := range []*TierCycle{&s.Now, &s.Past} {
		c.Growth, c.Taken = move(c.Growth), move(c.Taken)
		for i := range c.Reached {
			c.Reached[i].Had = move(c.Reached[i].Had)
		}
	}
	s.Spared.Had = move(s.Spared.Had)
	for _, d := range m.old.Days {
		m.setDay(d.Day, move(d.Growth))
	}
	s.Kinds = r.kinds
}
