package loyalty

import (
	"slices"

	"github.com/guanxi-go/guanxi"
)

// TierNeed is what is needed for the next tier, and to keep the one that growth has.
type TierNeed struct {
	Next *TierGoal // nil: there is none above that growth can reach, or the tier is locked
	Keep *TierGoal // nil: growth has the lowest
}

// TierGoal is what a tier takes: one of Ways is enough.
type TierGoal struct {
	Tier string
	Name guanxi.Text
	// By is until when growth counts, exclusive; Never: no end. Of a rolling span it is,
	// for the next tier, until when so much is missing: then a day leaves the span.
	By Instant
	// At is when it takes effect: Never is at once.
	At   Instant
	Ways []TierWay // points of kinds, spend, visits
	Met  bool      // nothing is missing in one of them
}

// TierMetric is what growth is counted in.
type TierMetric string

// What growth is counted in.
const (
	ByPoints TierMetric = "points" // of TierWay.Kind
	BySpend  TierMetric = "spend"  // minor units of the programme's currency
	ByVisits TierMetric = "visits"
)

var metricLabels = map[TierMetric]guanxi.Text{
	ByPoints: {EN: "points", ZH: "成长值"},
	BySpend:  {EN: "spend", ZH: "消费金额"},
	ByVisits: {EN: "visits", ZH: "到店次数"},
}

// Label returns the metric's name in lang, or the id of an unknown one.
func (m TierMetric) Label(lang guanxi.Lang) string { return labelled(metricLabels, m, lang) }

// TierWay is one alternative of a threshold.
type TierWay struct {
	Metric              TierMetric
	Kind                Kind // of ByPoints
	Have, Need, Missing int64
}

// ways lists the alternatives of a threshold.
func (m *tierMove) ways(have TierSums, need *TierSums) (ways []TierWay, met bool) {
	add := func(i int, metric TierMetric, kind Kind) {
		if need[i] <= 0 {
			return
		}
		w := TierWay{Metric: metric, Kind: kind, Have: max(have[i], 0), Need: need[i], Missing: max(need[i]-have[i], 0)}
		ways, met = append(ways, w), met || w.Missing == 0
	}
	for i, k := range m.s.Kinds {
		add(tierPoints+i, ByPoints, k)
	}
	add(tierSpend, BySpend, "")
	add(tierVisits, ByVisits, "")
	return ways, met
}

// needs works out what is needed at the time to which the move has been advanced.
func (m *tierMove) needs() (n TierNeed) {
	if m.s.Lock == "" {
		n.Next = m.next()
	}
	n.Keep = m.keep()
	return n
}

// next is the next tier above the one in force; where upgrades take growth and go one
// by one, all that is taken on the way is needed, and where they take all of it only
// the next one can be told.
func (m *tierMove) next() *TierGoal {
	s, r := &m.s, m.r
	top := m.top(&s.Now)
	inForce, _, _ := m.inForce()
	left := s.Now.Growth.minus(m.taken(&s.Now))
	if n := len(s.Now.Reached); n > 0 && r.onUpgrade == GrowthReset {
		left = s.Now.Growth.minus(s.Now.Taken).minus(s.Now.Reached[n-1].Had) // below 0 where a refund has taken of it
	}
	if r.mode == Rolling {
		left = left.minus(m.short())
	}
	for level := top + 1; level < len(r.levels); level++ {
		l := &r.levels[level]
		if !l.reached || level <= inForce && r.onUpgrade != GrowthReset {
			continue
		}
		need := r.upTo(top, level)
		g := &TierGoal{Tier: l.id, Name: l.label, By: Never, At: Never}
		g.Ways, g.Met = m.ways(left, &need)
		if r.mode == Rolling {
			if day, ok := m.oldest(); ok {
				g.By = r.leaves(day)
			}
		} else if r.onCycle != GrowthCarry {
			g.By = s.Review
		}
		if r.atReview {
			if g.At = s.Review; r.mode == Rolling {
				g.At = none(s.Review)
			}
		}
		return g
	}
	return nil
}

// keep is what keeps the tier that growth has.
func (m *tierMove) keep() *TierGoal {
	s, r := &m.s, m.r
	level := m.top(&s.Now)
	if level == 0 {
		return nil
	}
	l := &r.levels[level]
	need, have := l.keep, s.Now.Growth
	for i := range need {
		if need[i] == 0 {
			need[i] = l.entry[i]
		}
	}
	g := &TierGoal{Tier: l.id, Name: l.label, By: none(s.Review)}
	again, left, lost := m.unproved(level)
	switch {
	case lost:
		need, have = again, left
	case r.mode == Rolling:
		g.By, have = m.failing(level)
	case s.Grace != 0:
		g.By = s.Grace
	}
	g.At = g.By
	g.Ways, g.Met = m.ways(have, &need)
	return g
}

// unproved reports whether the next review takes the tier away because of what has come
// back, and what is needed then to reach it anew.
func (m *tierMove) unproved(level int) (need, have TierSums, is bool) {
	s, r := &m.s, m.r
	if r.refunds != TierAtReview || len(s.Now.Reached) == 0 {
		return need, have, false
	}
	c, grace, rest := s.Now, s.Grace, s.Rest
	c.Reached = slices.Clone(c.Reached)
	m.undo(&c, s.Review)
	s.Grace, s.Rest = grace, rest
	top := m.top(&c)
	if top == level {
		return need, have, false
	}
	have = c.Growth.minus(m.taken(&c))
	if r.mode == Rolling {
		have = m.after(s.Review)
	}
	return r.upTo(top, level), have, true
}

// upTo returns the growth that leads from one level to another, where it can be told:
// where upgrades take all growth only the next one can.
func (r *tierRules) upTo(from, level int) TierSums {
	need := r.levels[level].entry
	if r.onUpgrade == GrowthCarry {
		return need
	}
	for below := from + 1; below < level; below++ {
		b := &r.levels[below]
		for i := range need {
			switch {
			case !b.reached:
			case b.entry[i] == 0 || r.onUpgrade == GrowthReset:
				need[i] = 0 // this way does not lead through there
			case need[i] > 0:
				need[i] += b.entry[i]
			}
		}
	}
	return need
}

// failing returns when a tier of a rolling span is not kept, if nothing else happens,
// and the growth at that time. It is not asked before the end of grace or rest, or
// where it is not kept now before the start of the next day.
func (m *tierMove) failing(level int) (at Instant, have TierSums) {
	s, r := &m.s, m.r
	asked := max(s.Grace, s.Rest)
	if asked == 0 && !r.kept(level, s.Now.Growth) {
		return none(s.Review), s.Now.Growth
	}
	if asked != 0 {
		if have = m.after(asked); !r.kept(level, have) {
			return asked, have
		}
	}
	day, have, ok := m.keeper(level)
	if !ok {
		return asked, have
	}
	return r.leaves(day), have
}
