package simulate

import (
	"maps"
	"slices"

	"github.com/guanxi-go/guanxi/loyalty"
)

// rolling is the tier of a rolling span: what midnights and events have made of it. All
// growth is summed anew each time.
type rolling struct {
	now         int64 // it has come so far; 0: nobody has qualified
	base        int
	reached     []reach
	grace, rest int64 // 0: none
	tomorrow    bool  // a refund waits for the review
	spared      reach // what was kept at the end of grace; at 0: nothing
}

// reach is a tier that was reached, when there were so many of the growth, and the grace and
// the rest of the one below, which that has ended.
type reach struct {
	level       int
	at          int64
	of          int
	grace, rest int64
}

// rolls reports whether the tiers of a programme are those of a rolling span.
func rolls(p *loyalty.Program) bool {
	return len(p.Tiers.Levels) > 0 && p.Tiers.Period.Mode == loyalty.Rolling
}

// knowsTier reports whether the reference knows the tier of an account.
func (r *rules) knowsTier(a *account) bool { return !a.lost && (plain(r.p) || rolls(r.p)) }

// tierAt returns the tier at an instant that is not before the last entry.
func (r *rules) tierAt(a *account, at int64) string {
	if plain(r.p) {
		return r.plainTier(a, at)
	}
	t := a.rolling
	t.reached = slices.Clone(t.reached)
	r.pass(&t, a, at)
	return r.p.Tiers.Levels[t.level()].ID
}

func (t *rolling) level() int {
	if n := len(t.reached); n > 0 {
		return t.reached[n-1].level
	}
	return t.base
}

// leaves returns when growth of an instant leaves the span.
func (r *rules) leaves(at int64) int64 {
	left, ok := r.cal.left[at]
	if !ok {
		left = r.cal.start(shift(r.cal.day(at), r.p.Tiers.Period.Span))
		r.cal.left[at] = left
	}
	return left
}

// days sums by civil day what counts at an instant of some growth. Of a day of which more
// was taken by hand than there was the rest is taken from the newest before it that have some.
func (r *rules) days(of []growth, seen int64) map[int64]growth {
	days, short := map[int64]growth{}, false
	for _, g := range of {
		if seen < r.leaves(g.at) {
			day := r.cal.day(g.at)
			days[day] = days[day].plus(g, 1)
			short = short || g.hand
		}
	}
	if !short {
		return days
	}
	order := slices.Sorted(maps.Keys(days))
	for i, day := range order {
		g := days[day]
		for j := i - 1; j >= 0 && (g.points < 0 || g.spend < 0 || g.visits < 0); j-- {
			from := days[order[j]]
			take := growth{points: min(from.points, max(-g.points, 0)), spend: min(from.spend, max(-g.spend, 0)), visits: min(from.visits, max(-g.visits, 0))}
			days[order[j]], g = from.plus(take, -1), g.plus(take, 1)
		}
		days[day] = growth{points: max(g.points, 0), spend: max(g.spend, 0), visits: max(g.visits, 0)}
	}
	return days
}

// plus returns the sums of two, the other one times n.
func (g growth) plus(o growth, n int64) growth {
	return growth{points: g.points + n*o.points, spend: g.spend + n*o.spend, visits: g.visits + n*o.visits}
}

// span sums what counts at an instant of some growth.
func (r *rules) span(of []growth, seen int64) (sum growth) {
	if slices.ContainsFunc(of, func(g growth) bool { return g.hand }) {
		for _, g := range r.days(of, seen) {
			sum = sum.plus(g, 1)
		}
		return sum
	}
	for _, g := range of {
		if seen < r.leaves(g.at) {
			sum = sum.plus(g, 1)
		}
	}
	return sum
}

// proof is what a tier was reached by, less what came back of it since, or was taken by
// hand. Of what was bought at the instant of a review nothing was there.
func (r *rules) proof(a *account, x *reach, spared bool) growth {
	sum, reached := r.span(a.growth[:x.of], x.at), r.cal.day(x.at)
	for i := x.of; i < len(a.growth); {
		g, end := a.growth[i], i+1
		for end < len(a.growth) && a.growth[end].first == g.first {
			end++
		}
		there := g.at < x.at || g.at == x.at && !spared && r.p.Tiers.Upgrade != loyalty.TierAtReview
		switch {
		case !g.back:
		case g.entered >= r.leaves(g.at): // its day has left, but it was there
			for _, b := range a.growth[i:end] {
				if there && x.at < r.leaves(g.at) {
					sum = sum.plus(b, 1)
				}
			}
		default:
			before, after := r.days(a.growth[:i], g.entered), r.days(a.growth[:end], g.entered)
			for day, had := range before {
				if day < reached || day == reached && (there || day != r.cal.day(g.at) || g.hand && !spared) {
					sum = sum.plus(had, -1).plus(after[day], 1)
				}
			}
		}
		i = end
	}
	return sum
}

func meets(g growth, t *loyalty.Threshold) bool {
	if t.Spend.IsPositive() && g.spend >= cents(t.Spend) || t.Visits > 0 && g.visits >= t.Visits {
		return true
	}
	return len(t.Points) > 0 && g.points >= int64(t.Points[0].Points)
}

func (r *rules) keeps(level int, g growth) bool {
	l := &r.p.Tiers.Levels[level]
	return level == 0 || meets(g, &l.Keep) || meets(g, &l.Entry)
}

func (r *rules) climb(t *rolling, a *account) {
	g := r.span(a.growth, t.now)
	for l := len(r.p.Tiers.Levels) - 1; l > t.level(); l-- {
		if meets(g, &r.p.Tiers.Levels[l].Entry) {
			t.reached = append(t.reached, reach{l, t.now, len(a.growth), t.grace, t.rest})
			t.grace, t.rest = 0, 0
		}
	}
}

// unjustified drops tiers that were not reached, knowing what is known now: what they have
// ended of the tier below goes on.
func (r *rules) unjustified(t *rolling, a *account) {
	g := r.span(a.growth, t.now)
	var kept, dropped []reach
	for _, x := range t.reached {
		entry := &r.p.Tiers.Levels[x.level].Entry
		switch {
		case t.now >= r.leaves(x.at), meets(r.proof(a, &x, false), entry):
		case meets(g, entry): // reached by now in any case
			x.at, x.of = t.now, len(a.growth)
		default:
			dropped = append(dropped, x)
			continue
		}
		if len(dropped) > 0 {
			x.grace, x.rest, dropped = dropped[0].grace, dropped[0].rest, nil
		}
		kept = append(kept, x)
	}
	if t.reached = kept; len(dropped) > 0 {
		t.grace, t.rest = dropped[0].grace, dropped[0].rest
	}
}

// overdue ends what would have come to its end already without what has come back.
func (r *rules) overdue(t *rolling, a *account) {
	kept, g := r.keeps(t.level(), r.span(a.growth, t.now)), r.p.Tiers.Downgrade.Grace
	if t.rest != 0 && t.rest <= t.now {
		over := t.rest
		if t.rest = 0; !kept && g.IsZero() {
			r.fall(t, a)
			return
		}
		if !kept {
			t.grace = r.cal.start(shift(r.cal.day(over), g))
		}
	}
	x := &t.spared
	switch {
	case t.grace != 0 && t.grace <= t.now:
		r.graceOver(t, a)
	case t.grace != 0 || t.rest != 0 || x.at == 0 || x.level != t.level() || t.now >= r.leaves(x.at):
	case r.keeps(x.level, r.proof(a, x, true)):
	case kept:
		x.at, x.of = t.now, len(a.growth)
	default:
		r.fall(t, a)
	}
}

// graceOver ends the days of grace.
func (r *rules) graceOver(t *rolling, a *account) {
	t.grace, t.spared = 0, reach{level: t.level(), at: t.now, of: len(a.growth)}
	if !r.keeps(t.level(), r.span(a.growth, t.now)) {
		r.fall(t, a)
	}
}

func (r *rules) fall(t *rolling, a *account) {
	g, to := r.span(a.growth, t.now), 0
	for l := t.level() - 1; l > 0 && to == 0; l-- {
		switch r.p.Tiers.Downgrade.To {
		case loyalty.DownOne:
			to = l
		case loyalty.DownLowest:
			if meets(g, &r.p.Tiers.Levels[l].Entry) {
				to = l
			}
		default:
			if r.keeps(l, g) {
				to = l
			}
		}
	}
	t.base, t.reached, t.spared = to, nil, reach{}
	if !r.keeps(to, g) {
		t.rest = r.leaves(t.now)
	}
}

// pass lets the midnights come until an instant.
func (r *rules) pass(t *rolling, a *account, until int64) {
	if t.now == 0 {
		return
	}
	for day := r.cal.day(t.now) + 1; r.cal.start(day) <= until; day++ {
		t.now = r.cal.start(day)
		r.midnight(t, a)
	}
	t.now = max(t.now, until)
}

func (r *rules) midnight(t *rolling, a *account) {
	c := &r.p.Tiers
	if t.tomorrow {
		t.tomorrow = false
		r.unjustified(t, a)
		r.climb(t, a)
		r.overdue(t, a)
	}
	if c.Upgrade == loyalty.TierAtReview {
		r.climb(t, a)
	}
	ended := t.grace != 0 && t.grace <= t.now
	if ended {
		r.graceOver(t, a)
	} else if t.rest != 0 && t.rest <= t.now {
		t.rest = 0
	}
	if t.grace == 0 && t.rest == 0 && !ended && !r.keeps(t.level(), r.span(a.growth, t.now)) {
		if g := c.Downgrade.Grace; !g.IsZero() {
			t.grace = r.cal.start(shift(r.cal.day(t.now), g))
		} else {
			r.fall(t, a)
		}
	}
}

// qualifies counts what a command has added to the growth: the last entries of it.
func (d *deal) qualifies(from int) {
	if !rolls(d.p) {
		return
	}
	t, now := &d.a.rolling, d.now()
	if t.now == 0 {
		t.now = now
	}
	back, some := false, false
	for i := from; i < len(d.a.growth); i++ {
		g := &d.a.growth[i]
		some = some || g.points != 0 || g.spend != 0 || g.visits != 0
		back = back || g.points < 0 || g.spend < 0 || g.visits < 0
	}
	if !some {
		return
	}
	for i := from; i < len(d.a.growth); i++ {
		g := &d.a.growth[i]
		g.first = from
		if g.back = back; !back && now >= d.leaves(g.at) && d.p.Tiers.Late == loyalty.LatePresent {
			g.at = now
		}
	}
	if back && d.p.Tiers.Refund == loyalty.TierAtReview {
		t.tomorrow = true
		return
	}
	if back {
		d.unjustified(t, d.a)
	}
	if d.p.Tiers.Upgrade != loyalty.TierAtReview {
		d.climb(t, d.a)
	}
	if back {
		d.overdue(t, d.a)
	}
}
