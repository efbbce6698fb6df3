package loyalty

import (
	"slices"
	"time"
)

// tierEvent is growth, or (of ≥ 0) growth of event of that comes back.
type tierEvent struct {
	at     time.Time
	earned time.Time
	d      TierSums
	of     int
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
}

type oracleReach struct {
	level int
	at    time.Time
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

// growth is what counts at the time seen, with the refunds that are known now.
func (o *tierOracle) growth(seen time.Time) (v TierSums) {
	for i, e := range o.events[:o.known] {
		if e.of >= 0 || e.at.After(seen) || seen.Before(o.now) && o.p.Tiers.Upgrade == TierAtReview && e.at.Equal(seen) {
			continue
		}
		s := o.p.Tiers.Period.Span
		if o.rolling() && !seen.Before(o.shift(e.at, s.Months, s.Days)) {
			continue
		}
		if !o.rolling() && e.at.Before(o.cycle) {
			continue
		}
		left := e.d
		for _, b := range o.events[:o.known] {
			if b.of == i {
				left = left.plus(b.d)
			}
		}
		for k := range v {
			v[k] += left[k]
		}
	}
	if !o.rolling() {
		for k := range v {
			v[k] += o.carry[k]
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
		v := o.growth(o.now)
		for l := o.base + 1; l < len(levels) && o.meets(v, &levels[l].Entry); l++ {
			o.reached = append(o.reached, oracleReach{l, o.now})
			v = o.less(v, &levels[l].Entry)
		}
		return
	}
	v := o.growth(o.now)
	for l := len(levels) - 1; l > o.level(); l-- {
		if o.meets(v, &levels[l].Entry) {
			o.reached = append(o.reached, oracleReach{l, o.now})
			if o.rolling() {
				o.grace, o.rest = time.Time{}, time.Time{}
			}
		}
	}
}

// unjustified drops tiers that were not reached, knowing what is known now.
func (o *tierOracle) unjustified() {
	top := o.level()
	v := o.growth(o.now)
	o.reached = slices.DeleteFunc(o.reached, func(r oracleReach) bool {
		e := &o.p.Tiers.Levels[r.level].Entry
		return !o.meets(v, e) && !o.proved(r)
	})
	for i, r := range o.reached {
		if !o.proved(r) {
			o.reached[i].at = o.now
		}
	}
	if o.level() < top && o.rolling() {
		o.grace = time.Time{}
	}
}

// proved reports whether a tier was reached when it was, or that is long ago.
func (o *tierOracle) proved(r oracleReach) bool {
	s := o.p.Tiers.Period.Span
	return o.rolling() && (!o.now.Before(o.shift(r.at, s.Months, s.Days)) || o.meets(o.growth(r.at), &o.p.Tiers.Levels[r.level].Entry))
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
	v := o.growth(o.now)
	o.base, o.reached = o.land(o.level(), v), nil
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
		o.joined = t
		o.cycle, _ = o.cycleOf(t)
	}
	midnight := o.midnight(t, 0).Equal(t)
	if o.rolling() && midnight && e == nil {
		if o.tomorrow {
			o.tomorrow = false
			o.unjustified()
			o.climb()
		}
		if c.Upgrade == TierAtReview {
			o.climb()
		}
		ended := false
		if o.grace.Equal(t) {
			o.grace, ended = time.Time{}, true
			if !o.kept(o.level(), o.growth(t)) {
				o.fall()
			}
		}
		if o.rest.Equal(t) && !ended {
			o.rest = time.Time{}
		}
		if o.grace.IsZero() && o.rest.IsZero() && !ended && !o.kept(o.level(), o.growth(t)) {
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
		if v := o.growth(t); len(o.reached) == 0 && !o.kept(o.base, v) {
			o.base = o.land(o.base, o.landing)
			if c.Upgrade != TierAtReview {
				o.climb()
			}
		}
	}
	if e == nil {
		return
	}
	if e.of >= 0 {
		if c.Refund == TierAtReview {
			o.tomorrow = true
			return
		}
		if c.Growth.Upgrade != GrowthDeduct {
			o.unjustified()
		}
	}
	if c.Upgrade != TierAtReview {
		o.climb()
	}
}

func (o *tierOracle) review(t, from time.Time) {
	c := &o.p.Tiers
	before := o.now
	o.now = t.Add(-time.Microsecond) // the cycle's last instant; all that is known came by then
	if c.Upgrade == TierAtReview {
		o.climb()
	}
	if c.Growth.Upgrade == GrowthDeduct {
		o.climb()
	} else {
		o.unjustified()
		o.climb()
	}
	v := o.growth(o.now)
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
	o.base, o.reached, o.inGrace = top, nil, false
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
