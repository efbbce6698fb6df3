package loyalty

import (
	"maps"
	"slices"
	"time"
)

// tierEvent is growth, or (of ≥ 0) growth of event of that comes back, or what is taken by hand.
type tierEvent struct {
	at     time.Time
	earned time.Time
	d      TierSums
	of     int
	hand   bool
}

// tierOracle says what the tier is at every midnight and every event, from the events
// alone: all sums are taken anew each time. It reads only the config of a program whose
// zone has no change of the clock at midnight, and knows growth "growth", spend in whole
// units, and visits. What upgrades take and late events are beyond it, except deduct.
type tierOracle struct {
	p      *Program
	events []tierEvent
	now    time.Time
	known  int // events so far

	joined      time.Time
	cycle       time.Time // start
	base        int
	reached     []oracleReach
	carry       TierSums
	grace, rest time.Time
	landing     TierSums // growth of the last cycle
	inGrace     bool
	tomorrow    bool // a refund waits for the review
	spared      *oracleReach
	spare       int // where a tier falls that was spared in a year, −1: it was not
}

// oracleReach is a tier that was reached, or spared, when n events were known, and what
// that has ended of the one below.
type oracleReach struct {
	level       int
	at          time.Time
	n           int
	grace, rest time.Time
}

func (o *tierOracle) midnight(t time.Time, days int) time.Time {
	loc := o.p.Location
	if loc == nil {
		loc = time.UTC
	}
	y, m, d := t.In(loc).Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, loc)
}

// shift adds months, the last day of a shorter month standing for a day it lacks, and days.
func (o *tierOracle) shift(t time.Time, months, days int) time.Time {
	t = o.midnight(t, 0)
	y, m, d := t.Date()
	first := time.Date(y, m+time.Month(months), 1, 0, 0, 0, 0, t.Location())
	last := first.AddDate(0, 1, -1).Day()
	return time.Date(first.Year(), first.Month(), min(d, last)+days, 0, 0, 0, 0, t.Location())
}

func (o *tierOracle) cycleOf(t time.Time) (from, to time.Time) {
	if o.p.Tiers.Period.Mode == MembershipYear {
		for n := 0; ; n++ {
			if to = o.shift(o.joined, 12*n+12, 0); t.Before(to) {
				return o.shift(o.joined, 12*n, 0), to
			}
		}
	}
	y := o.midnight(t, 0).Year()
	loc := o.midnight(t, 0).Location()
	return time.Date(y, 1, 1, 0, 0, 0, 0, loc), time.Date(y+1, 1, 1, 0, 0, 0, 0, loc)
}

func (o *tierOracle) rolling() bool { return o.p.Tiers.Period.Mode == Rolling }

// left is when growth of a time leaves the span.
func (o *tierOracle) left(t time.Time) time.Time {
	s := o.p.Tiers.Period.Span
	return o.shift(t, s.Months, s.Days)
}

// days is what counts of each day of a rolling span at the time seen, of the first n events:
// what a day lacks is taken from the newest before it that have some.
func (o *tierOracle) days(seen time.Time, n int) map[time.Time]TierSums {
	days := map[time.Time]TierSums{}
	for _, e := range o.events[:n] {
		at := e.at
		if e.of >= 0 {
			at = o.events[e.of].at
		}
		if !seen.Before(o.left(at)) {
			continue
		}
		v := days[o.midnight(at, 0)]
		for k := range v {
			v[k] += e.d[k]
		}
		days[o.midnight(at, 0)] = v
	}
	order := slices.SortedFunc(maps.Keys(days), time.Time.Compare)
	for i, day := range order {
		v := days[day]
		for k := range v {
			for j := i - 1; j >= 0 && v[k] < 0; j-- {
				from := days[order[j]]
				x := min(from[k], -v[k])
				from[k], v[k] = from[k]-x, v[k]+x
				days[order[j]] = from
			}
			v[k] = max(v[k], 0)
		}
		days[day] = v
	}
	return days
}

// growth is what counts now.
func (o *tierOracle) growth() (v TierSums) {
	if o.rolling() {
		for _, d := range o.days(o.now, o.known) {
			for k := range v {
				v[k] += d[k]
			}
		}
		return v
	}
	v = o.carry
	for _, e := range o.events[:o.known] {
		at := e.at
		if e.of >= 0 {
			at = o.events[e.of].at
		}
		if at.Before(o.cycle) || e.at.After(o.now) {
			continue
		}
		for k := range v {
			v[k] += e.d[k]
		}
	}
	return v
}

// proof is what a tier was reached by, less what it has lost since. At a review nothing of
// its own instant is there yet.
func (o *tierOracle) proof(r *oracleReach, review bool) (v TierSums) {
	for _, d := range o.days(r.at, r.n) {
		for k := range v {
			v[k] += d[k]
		}
	}
	reached := o.midnight(r.at, 0)
	for i, e := range o.events[:o.known] {
		if i < r.n || !e.d.negative() {
			continue
		}
		at := e.at
		if e.of >= 0 {
			at = o.events[e.of].at
		}
		there := at.Before(r.at) || at.Equal(r.at) && !review
		if !e.at.Before(o.left(at)) {
			if there && r.at.Before(o.left(at)) {
				for k := range v {
					v[k] += e.d[k]
				}
			}
			continue
		}
		before, after := o.days(e.at, i), o.days(e.at, i+1)
		for day, b := range before {
			if day.After(reached) || day.Equal(reached) && o.midnight(at, 0).Equal(day) && !there && (!e.hand || r == o.spared) {
				continue
			}
			for k := range v {
				v[k] -= b[k] - after[day][k]
			}
		}
	}
	return v
}

func (o *tierOracle) meets(v TierSums, t *Threshold) bool {
	if v[tierVisits] >= t.Visits && t.Visits > 0 || !t.Spend.IsZero() && v[tierSpend] >= t.Spend.IntPart() {
		return true
	}
	for _, k := range t.Points {
		if v[tierPoints] >= int64(k.Points) {
			return true
		}
	}
	return false
}

func (o *tierOracle) level() int {
	if n := len(o.reached); n > 0 {
		return o.reached[n-1].level
	}
	return o.base
}

func (o *tierOracle) kept(level int, v TierSums) bool {
	l := &o.p.Tiers.Levels[level]
	keep := &l.Keep
	if !keep.given() {
		keep = &l.Entry
	}
	return level == 0 || o.meets(v, keep) || o.meets(v, &l.Entry)
}

// less takes the entry threshold out of v.
func (o *tierOracle) less(v TierSums, t *Threshold) TierSums {
	v[tierVisits] -= t.Visits
	v[tierSpend] -= t.Spend.IntPart()
	for _, k := range t.Points {
		v[tierPoints] -= int64(k.Points)
	}
	return v
}

func (o *tierOracle) climb() {
	levels := o.p.Tiers.Levels
	if o.p.Tiers.Growth.Upgrade == GrowthDeduct {
		o.reached = o.reached[:0]
		v := o.growth()
		for l := o.base + 1; l < len(levels) && o.meets(v, &levels[l].Entry); l++ {
			o.reached = append(o.reached, oracleReach{level: l, at: o.now})
			v = o.less(v, &levels[l].Entry)
		}
		return
	}
	v := o.growth()
	for l := len(levels) - 1; l > o.level(); l-- {
		if o.meets(v, &levels[l].Entry) {
			o.reached = append(o.reached, oracleReach{l, o.now, o.known, o.grace, o.rest})
			if o.rolling() {
				o.grace, o.rest = time.Time{}, time.Time{}
			}
		}
	}
}

// unjustified drops tiers that were not reached, knowing what is known now. What they had
// ended is as it was.
func (o *tierOracle) unjustified() {
	v := o.growth()
	var kept []oracleReach
	var below *oracleReach // the lowest that is dropped, with none kept above it
	for _, r := range o.reached {
		e := &o.p.Tiers.Levels[r.level].Entry
		switch {
		case o.rolling() && (!o.now.Before(o.left(r.at)) || o.meets(o.proof(&r, o.p.Tiers.Upgrade == TierAtReview), e)):
		case o.meets(v, e):
			r.at, r.n = o.now, o.known
		default:
			if below == nil {
				below = &r
			}
			continue
		}
		if below != nil {
			r.grace, r.rest, below = below.grace, below.rest, nil
		}
		kept = append(kept, r)
	}
	if o.reached = kept; o.rolling() && below != nil {
		o.grace, o.rest = below.grace, below.rest
	}
}

// overdue ends what would have ended before, without what has come back.
func (o *tierOracle) overdue() {
	kept := o.kept(o.level(), o.growth())
	if !o.rest.IsZero() && !o.rest.After(o.now) {
		g := o.p.Tiers.Downgrade.Grace
		switch {
		case kept:
		case g.IsZero():
			o.fall()
			return
		default:
			o.grace = o.shift(o.rest, g.Months, g.Days)
		}
		o.rest = time.Time{}
	}
	switch {
	case !o.grace.IsZero():
		if !o.grace.After(o.now) {
			o.graceOver()
		}
	case o.rest.IsZero() && o.spared != nil && o.spared.level == o.level() && o.now.Before(o.left(o.spared.at)) && !o.kept(o.level(), o.proof(o.spared, true)):
		if kept {
			o.spared.at, o.spared.n = o.now, o.known
		} else {
			o.fall()
		}
	}
}

// graceOver ends grace in a rolling span.
func (o *tierOracle) graceOver() {
	o.grace = time.Time{}
	o.spared = &oracleReach{level: o.level(), at: o.now, n: o.known}
	if !o.kept(o.level(), o.growth()) {
		o.fall()
	}
}

// unspared lets a tier of a year fall that only what has come back had spared in grace.
func (o *tierOracle) unspared() {
	if o.spare >= 0 && !o.kept(o.level(), o.growth()) {
		o.base, o.reached, o.spare = o.spare, nil, -1
	}
}

func (o *tierOracle) land(from int, v TierSums) int {
	for l := from - 1; l > 0; l-- {
		switch o.p.Tiers.Downgrade.To {
		case DownOne:
			return l
		case DownLowest:
			if o.meets(v, &o.p.Tiers.Levels[l].Entry) {
				return l
			}
		default:
			if o.kept(l, v) {
				return l
			}
		}
	}
	return 0
}

func (o *tierOracle) fall() {
	v := o.growth()
	o.base, o.reached, o.spared = o.land(o.level(), v), nil, nil
	if !o.kept(o.base, v) {
		s := o.p.Tiers.Period.Span
		o.rest = o.shift(o.now, s.Months, s.Days)
	}
}

// tick lets a midnight or an event come.
func (o *tierOracle) tick(t time.Time, e *tierEvent) {
	c := &o.p.Tiers
	o.now = t
	if o.joined.IsZero() {
		o.joined, o.spare = t, -1
		o.cycle, _ = o.cycleOf(t)
	}
	midnight := o.midnight(t, 0).Equal(t)
	if o.rolling() && midnight && e == nil {
		if o.tomorrow {
			o.tomorrow = false
			o.unjustified()
			o.climb()
			o.overdue()
		}
		if c.Upgrade == TierAtReview {
			o.climb()
		}
		ended := false
		if o.grace.Equal(t) {
			ended = true
			o.graceOver()
		}
		if o.rest.Equal(t) && !ended {
			o.rest = time.Time{}
		}
		if o.grace.IsZero() && o.rest.IsZero() && !ended && !o.kept(o.level(), o.growth()) {
			if g := c.Downgrade.Grace; !g.IsZero() {
				o.grace = o.shift(t, g.Months, g.Days)
			} else {
				o.fall()
			}
		}
	}
	if from, _ := o.cycleOf(t); !o.rolling() && !from.Equal(o.cycle) {
		o.review(t, from)
	}
	if !o.rolling() && o.inGrace && t.Equal(o.grace) {
		o.inGrace = false
		if o.spare = o.land(o.base, o.landing); !o.kept(o.level(), o.growth()) {
			o.base, o.spare = o.spare, -1
			if c.Upgrade != TierAtReview {
				o.climb()
			}
		}
	}
	if e == nil {
		return
	}
	if e.d.negative() {
		if c.Refund == TierAtReview {
			o.tomorrow = true
			return
		}
		o.back()
	}
	if c.Upgrade != TierAtReview {
		o.climb()
	}
	if e.d.negative() && o.rolling() {
		o.overdue()
	}
}

// back lets fall what was not reached, or not spared.
func (o *tierOracle) back() {
	if o.p.Tiers.Growth.Upgrade == GrowthDeduct {
		top := o.level()
		o.climb()
		if o.p.Tiers.Upgrade == TierAtReview { // none is reached before it
			o.reached = slices.DeleteFunc(o.reached, func(r oracleReach) bool { return r.level > top })
		}
	} else {
		o.unjustified()
	}
	if !o.rolling() {
		o.unspared()
	}
}

func (o *tierOracle) review(t, from time.Time) {
	c := &o.p.Tiers
	before := o.now
	o.now = t.Add(-time.Microsecond) // the cycle's last instant; all that is known came by then
	if c.Upgrade == TierAtReview {
		o.climb()
	}
	o.back()
	o.climb()
	v := o.growth()
	top := o.level()
	kept := len(o.reached) > 0 || o.kept(top, v)
	left := v
	if c.Growth.Upgrade == GrowthDeduct {
		for _, r := range o.reached {
			left = o.less(left, &c.Levels[r.level].Entry)
		}
	}
	switch c.Growth.Cycle {
	case GrowthCarry:
	case GrowthDeduct:
		l := &c.Levels[top]
		take := &l.Deduct
		if !take.given() {
			take = &l.Keep
		}
		if !take.given() {
			take = &l.Entry
		}
		left = o.less(left, take)
	default:
		left = TierSums{}
	}
	for k := range left {
		left[k] = max(left[k], 0)
	}
	o.now, o.cycle, o.carry, o.landing = before, from, left, v
	o.base, o.reached, o.inGrace, o.spare = top, nil, false, -1
	if !kept {
		if g := c.Downgrade.Grace; !g.IsZero() {
			o.inGrace, o.grace = true, o.shift(from, g.Months, g.Days)
		} else {
			o.base = o.land(top, v)
		}
	}
	if c.Upgrade != TierAtReview {
		o.climb()
	}
}
