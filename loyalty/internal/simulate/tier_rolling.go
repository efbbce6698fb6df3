package simulate

import (
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
}

type reach struct {
	level int
	at    int64
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
	return r.cal.start(shift(r.cal.day(at), r.p.Tiers.Period.Span))
}

// span sums what counts at an instant, with all that is known by now of what came back.
func (r *rules) span(a *account, now, seen int64) (sum growth) {
	for _, g := range a.growth {
		if g.at > seen || !g.back && seen < now && g.entered > seen || seen >= r.leaves(g.at) {
			continue
		}
		if seen < now && r.p.Tiers.Upgrade == loyalty.TierAtReview && g.at == seen { // the review came before
			continue
		}
		sum.points, sum.spend, sum.visits = sum.points+g.points, sum.spend+g.spend, sum.visits+g.visits
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
	g := r.span(a, t.now, t.now)
	for l := len(r.p.Tiers.Levels) - 1; l > t.level(); l-- {
		if meets(g, &r.p.Tiers.Levels[l].Entry) {
			t.reached = append(t.reached, reach{l, t.now})
			t.grace, t.rest = 0, 0
		}
	}
}

// unjustified drops tiers that were not reached, knowing what is known now.
func (r *rules) unjustified(t *rolling, a *account) {
	top, g := t.level(), r.span(a, t.now, t.now)
	var kept []reach
	for _, x := range t.reached {
		entry := &r.p.Tiers.Levels[x.level].Entry
		switch {
		case t.now >= r.leaves(x.at), meets(r.span(a, t.now, x.at), entry):
			kept = append(kept, x)
		case meets(g, entry): // reached by now in any case
			kept = append(kept, reach{x.level, t.now})
		}
	}
	if t.reached = kept; t.level() < top {
		t.grace = 0
	}
}

func (r *rules) fall(t *rolling, a *account) {
	g, to := r.span(a, t.now, t.now), 0
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
	t.base, t.reached = to, nil
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
	}
	if c.Upgrade == loyalty.TierAtReview {
		r.climb(t, a)
	}
	ended := t.grace != 0 && t.grace <= t.now
	if ended {
		if t.grace = 0; !r.keeps(t.level(), r.span(a, t.now, t.now)) {
			r.fall(t, a)
		}
	} else if t.rest != 0 && t.rest <= t.now {
		t.rest = 0
	}
	if t.grace == 0 && t.rest == 0 && !ended && !r.keeps(t.level(), r.span(a, t.now, t.now)) {
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
}
