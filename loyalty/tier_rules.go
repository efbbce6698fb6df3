package loyalty

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// tierRules is compiled tiers. Immutable; safe for concurrent use.
type tierRules struct {
	zone      *zone
	levels    []tierLevel
	kinds     [MaxTierKinds]Kind // those that thresholds ask for, in the programme's order
	mode      TierMode
	span      guanxi.Span // of Rolling
	visits    []string
	atReview  bool // upgrades
	refunds   TierTiming
	late      LateRule
	to        DownTo
	grace     guanxi.Span
	onUpgrade GrowthPolicy
	onCycle   GrowthPolicy
}

// tierLevel is a compiled tier.
type tierLevel struct {
	id      string
	label   guanxi.Text
	rule    string // "tier:gold"
	reached bool   // there is an entry threshold
	entry   TierSums
	keep    TierSums
	deduct  TierSums
	factors []KindFactor
	paid    bool
	term    guanxi.Span
}

// TierSums is growth, or a threshold: [0] spend in minor units, [1] visits, and from
// [2] on points of the kinds of TierState.Kinds.
type TierSums [2 + MaxTierKinds]int64

// Where TierSums keeps what is no kind of points.
const (
	tierSpend = iota
	tierVisits
	tierPoints
)

// maxGrowth is where a sum of growth stops.
const maxGrowth = 1 << 62

// plus returns v + d, none below 0 or above maxGrowth.
func (v TierSums) plus(d TierSums) TierSums {
	for i := range v {
		sum, ok := minor.Add(v[i], d[i])
		switch {
		case !ok && d[i] > 0 || sum > maxGrowth:
			sum = maxGrowth
		case !ok || sum < 0:
			sum = 0
		}
		v[i] = sum
	}
	return v
}

// add returns v + d, which may be below 0.
func (v TierSums) add(d TierSums) TierSums {
	for i := range v {
		sum, ok := minor.Add(v[i], d[i])
		switch {
		case !ok && d[i] > 0 || sum > maxGrowth:
			sum = maxGrowth
		case !ok || sum < -maxGrowth:
			sum = -maxGrowth
		}
		v[i] = sum
	}
	return v
}

// minus returns v − d, which may be below 0.
func (v TierSums) minus(d TierSums) TierSums {
	for i := range v {
		v[i] -= d[i]
	}
	return v
}

// meets reports whether v meets one of the alternatives of a threshold.
func (v TierSums) meets(threshold *TierSums) bool {
	for i, t := range threshold {
		if t > 0 && v[i] >= t {
			return true
		}
	}
	return false
}

func (v TierSums) negative() bool {
	for _, n := range v {
		if n < 0 {
			return true
		}
	}
	return false
}

func (r *rules) compileTiers(p *Program) {
	c := &p.Tiers
	if len(c.Levels) == 0 {
		return
	}
	t := &tierRules{
		zone: r.zone, mode: cmp.Or(c.Period.Mode, CalendarYear), span: c.Period.Span, visits: slices.Clone(c.Visits),
		atReview: c.Upgrade == TierAtReview, refunds: cmp.Or(c.Refund, TierNow), late: cmp.Or(c.Late, LateAmend),
		to: cmp.Or(c.Downgrade.To, DownEarned), grace: c.Downgrade.Grace,
		onUpgrade: cmp.Or(c.Growth.Upgrade, GrowthCarry), onCycle: cmp.Or(c.Growth.Cycle, GrowthReset),
	}
	n := 0
	for i := range p.Kinds {
		asked := func(th *Threshold) bool {
			return slices.ContainsFunc(th.Points, func(k KindPoints) bool { return k.Kind == p.Kinds[i].ID })
		}
		if slices.ContainsFunc(c.Levels, func(l Tier) bool { return asked(&l.Entry) || asked(&l.Keep) || asked(&l.Deduct) }) {
			t.kinds[n] = p.Kinds[i].ID
			n++
		}
	}
	for i := range c.Levels {
		l := &c.Levels[i]
		level := tierLevel{
			id: l.ID, label: l.Name, rule: "tier:" + l.ID, factors: slices.Clone(l.Factors), reached: l.Entry.given(),
			entry: t.threshold(&l.Entry, p.Decimals), keep: t.threshold(&l.Keep, p.Decimals), deduct: t.threshold(&l.Deduct, p.Decimals),
		}
		if !l.Keep.given() {
			level.keep = level.entry
		}
		if !l.Deduct.given() {
			level.deduct = level.keep
		}
		if l.Paid != nil {
			level.paid, level.term = true, l.Paid.Term
		}
		t.levels = append(t.levels, level)
	}
	r.loyal = t
}

func (r *tierRules) threshold(t *Threshold, decimals int) (v TierSums) {
	v[tierSpend], _ = minor.From(t.Spend, decimals) // Validate has seen that it fits
	v[tierVisits] = t.Visits
	for _, p := range t.Points {
		v[r.slot(p.Kind)] = int64(p.Points)
	}
	return v
}

// slot returns where TierSums keeps a kind, or −1 if no threshold asks for it.
func (r *tierRules) slot(k Kind) int {
	for i := range r.kinds {
		if r.kinds[i] == k && k != "" {
			return tierPoints + i
		}
	}
	return -1
}

// level returns the level of an id; one that the programme does not have is −1.
func (r *tierRules) level(id string) int {
	for i := range r.levels {
		if r.levels[i].id == id {
			return i
		}
	}
	return -1
}

// known is level, and the lowest of an id that the programme does not have.
func (r *tierRules) known(id string) int { return max(r.level(id), 0) }

// kept reports whether growth keeps a level.
func (r *tierRules) kept(level int, v TierSums) bool {
	l := &r.levels[level]
	return level == 0 || v.meets(&l.keep) || v.meets(&l.entry)
}

// land returns where a level falls to that is not kept.
func (r *tierRules) land(from int, v TierSums) int {
	for level := from - 1; level > 0; level-- {
		switch l := &r.levels[level]; {
		case !l.reached:
		case r.to == DownOne, r.to == DownEarned && r.kept(level, v), v.meets(&l.entry):
			return level
		}
	}
	return 0
}

// cycle returns the year that holds an instant; joined is the anchor of membership years.
func (r *tierRules) cycle(joined, at Instant) (from, to Instant) {
	if r.mode == CalendarYear {
		return r.zone.window(PerYear, at)
	}
	first, day := r.zone.day(joined), r.zone.day(at)
	n := dateOf(day).year - dateOf(first).year
	if shiftDay(first, guanxi.Span{Months: 12 * max(n, 0)}) > day {
		n--
	}
	n = max(n, 0)
	return r.zone.start(shiftDay(first, guanxi.Span{Months: 12 * n})), r.zone.start(shiftDay(first, guanxi.Span{Months: 12 * (n + 1)}))
}

// leaves returns when a day leaves the rolling span.
func (r *tierRules) leaves(day int32) Instant { return r.zone.start(shiftDay(int64(day), r.span)) }

// after returns the start of the day that is a span of whole days after that of at.
func (r *tierRules) after(at Instant, s guanxi.Span) Instant {
	return r.zone.start(shiftDay(r.zone.day(at), s))
}
