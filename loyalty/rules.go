package loyalty

import (
	"cmp"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// rules is a compiled programme. Immutable; safe for concurrent use.
type rules struct {
	version  int64
	currency string
	decimals int
	zone     *zone
	policy   PolicyConfig
	kinds    []kindRules
	stacking Stacking
	rating   Stacking

	groups, channels, tiers, segments vocab
	excluded                          []uint64
	exclude                           Exclusions
	sources                           []source // by kind; of each, earning rules before campaigns, in the programme's order
	bounds                            []Instant
	active                            [][]int32 // of sources, between bounds[i−1] and bounds[i]
	tierCaps                          [][]int32 // by kind

	acts     []action // by id
	referral *referral
	caps     []limitCap

	rewards  []rewardRules  // by id
	payments []paymentRules // by id
	loyal    *tierRules     // nil: no tiers
	stored   []StoredRule   // by id
	causes   []Cause        // by id
}

// source is a compiled earning rule or campaign of orders.
type source struct {
	id       string
	label    guanxi.Text
	kind     int32
	campaign bool
	term     Term // without its lines
	groups   []uint64
	except   []uint64
	channels []uint64
	tiers    []uint64
	segments []uint64
	during   during
	limit    *counted
	caps     []int32
}

// during is a compiled stretch of time.
type during struct{ from, to Instant }

func (d During) compile() during {
	out := during{-Never, Never}
	if !d.From.IsZero() {
		out.from = InstantOf(d.From)
	}
	if !d.To.IsZero() {
		out.to = InstantOf(d.To)
	}
	return out
}

func (d during) holds(at Instant) bool { return d.from <= at && at < d.to }

// counted is a compiled Limit.
type counted struct {
	name  string
	times int64
	per   Period
}

func (l *Limit) compile(id string) *counted {
	if l == nil {
		return nil
	}
	return &counted{name: "limit:" + id, times: l.Times, per: l.Per}
}

// reached reports whether n more are too many, and returns the counter and its window.
func (c *counted) reached(r *rules, s *situation, n int64) (Counter, bool) {
	start, end := r.zone.window(c.per, s.at)
	used := s.tally(c.name, start)
	return Counter{c.name, start, r.retain(end)}, used > c.times-n
}

// retain returns how long a counter must be kept whose window ends then: a command
// may be dated back into it, and an account that is ahead of the clock may be merged into
// one that is not.
func (r *rules) retain(end Instant) Instant {
	if end == Never {
		return end
	}
	until := r.policy.Ahead.AddTo(end.Time(), r.zone.loc)
	if r.policy.Backdate == BackdateAccept {
		until = r.policy.BackdateWithin.AddTo(until, r.zone.loc)
	}
	return InstantOf(until)
}

func (s *situation) tally(name string, start Instant) int64 {
	if s.tallies == nil {
		return 0
	}
	return s.tallies.tally(name, start)
}

// compile builds what a valid programme means. It keeps nothing of p.
func compile(p *Program) (*rules, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	r := &rules{
		version: p.Version, currency: p.Currency, decimals: p.Decimals, zone: newZone(p.Location),
		policy: p.Policy, stacking: cmp.Or(p.Stacking, BestOf), rating: cmp.Or(p.Rules, BestOf), exclude: p.Exclude,
	}
	r.policy.Ahead = cmp.Or(r.policy.Ahead, guanxi.Span{Days: 1})
	for i, k := range p.Kinds {
		c := kindRules{KindConfig: k, ordinal: i, zone: r.zone}
		c.Unit = cmp.Or(c.Unit, UnitPoints)
		c.Expiry.Mode = cmp.Or(c.Expiry.Mode, ExpireNever)
		c.Expiry.On = nil
		for j, t := range []Touch{TouchEarn, TouchRedeem, TouchAct} {
			c.touches[j] = c.window() && (len(k.Expiry.On) == 0 || slices.Contains(k.Expiry.On, t))
		}
		c.Rounding.Mode = cmp.Or(c.Rounding.Mode, Floor)
		c.Rounding.Scope = cmp.Or(c.Rounding.Scope, ScopeOrder)
		r.kinds = append(r.kinds, c)
	}
	r.compileVocab(p)
	r.compileCaps(p)
	r.compileSources(p)
	r.compileTimes()
	r.compileActs(p)
	r.compileSpends(p)
	r.compileTiers(p)
	return r, nil
}

// kind returns a kind, or nil. There are a handful.
func (r *rules) kind(id Kind) *kindRules {
	for i := range r.kinds {
		if r.kinds[i].ID == id {
			return &r.kinds[i]
		}
	}
	return nil
}

func (r *rules) compileVocab(p *Program) {
	r.groups.add(p.Exclude.Groups)
	for i := range p.Earning {
		r.addMatch(&p.Earning[i].Match)
	}
	for i := range p.Campaigns {
		r.addMatch(&p.Campaigns[i].Match)
	}
	for i := range p.Activities {
		r.tiers.add(p.Activities[i].Tiers)
	}
	for i := range p.Rewards {
		r.tiers.add(p.Rewards[i].Tiers)
		r.segments.add(p.Rewards[i].Segments)
	}
	for i := range p.Payments {
		r.tiers.add(p.Payments[i].Tiers)
	}
	for _, v := range []*vocab{&r.groups, &r.channels, &r.tiers, &r.segments} {
		v.sort()
	}
	r.excluded = r.groups.set(p.Exclude.Groups)
}

func (r *rules) addMatch(m *Match) {
	r.groups.add(m.Groups, m.Except)
	r.channels.add(m.Channels)
	r.tiers.add(m.Tiers)
	r.segments.add(m.Segments)
}

func (r *rules) compileSources(p *Program) {
	for i := range p.Earning {
		e := &p.Earning[i]
		s := r.source(e.ID, e.Name, e.Kind, &e.Match, e.During)
		s.term = Term{Type: TermFixed, ID: e.ID, Points: e.Fixed, Min: s.term.Min, All: s.term.All}
		if e.Fixed == 0 {
			s.term.Type = TermRate
			s.term.Num, s.term.Den = e.rate(p.Decimals)
		}
		r.sources = append(r.sources, s)
	}
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		if len(c.Activities) > 0 {
			continue
		}
		s := r.source(c.ID, c.Name, c.Kind, &c.Match, c.During)
		s.campaign, s.limit = true, c.Limit.compile(c.ID)
		s.term = c.term(s.term.Min, s.term.All)
		r.sources = append(r.sources, s)
	}
	slices.SortStableFunc(r.sources, func(a, b source) int { return cmp.Compare(a.kind, b.kind) })
}

func (c *Campaign) term(least int64, all bool) Term {
	if c.Bonus > 0 {
		return Term{Type: TermBonus, ID: c.ID, Points: c.Bonus, Min: least, All: all}
	}
	return Term{Type: TermMultiplier, ID: c.ID, Num: c.Multiplier.Num, Den: c.Multiplier.Den, Min: least, All: all}
}

// rate returns points per minor unit in lowest terms; Validate has seen that it fits.
func (e *EarnRule) rate(decimals int) (num, den int64) {
	per, _ := minor.From(e.Per, decimals)
	d, _ := minor.Mul(per, e.Points.Den)
	if d <= 0 {
		return 0, 0
	}
	n, m := reduced(uint64(e.Points.Num), uint64(d))
	return int64(n), int64(m)
}

func (r *rules) source(id string, label guanxi.Text, kind Kind, m *Match, d During) source {
	least, _ := minor.From(m.MinOrder, r.decimals)
	return source{
		id: id, label: label, kind: int32(r.kind(kind).ordinal),
		term:   Term{Min: least, All: len(m.Groups) == 0 && len(m.Except) == 0},
		groups: r.groups.set(m.Groups), except: r.groups.set(m.Except), channels: r.channels.set(m.Channels),
		tiers: r.tiers.set(m.Tiers), segments: r.segments.set(m.Segments),
		during: d.compile(), caps: r.capsOf(id, kind, true),
	}
}

// compileTimes finds which sources are in force between any two of their ends.
func (r *rules) compileTimes() {
	for i := range r.sources {
		r.bounds = append(r.bounds, r.sources[i].during.from, r.sources[i].during.to)
	}
	slices.Sort(r.bounds)
	r.bounds = slices.Compact(r.bounds)
	r.active = make([][]int32, len(r.bounds)+1)
	for i := range r.sources {
		for j := 1; j <= len(r.bounds); j++ {
			if r.sources[i].during.holds(r.bounds[j-1]) {
				r.active[j] = append(r.active[j], int32(i))
			}
		}
	}
}

// inForce returns the sources of orders that are in force.
func (r *rules) inForce(at Instant) []int32 {
	i, found := slices.BinarySearch(r.bounds, at)
	if found {
		i++
	}
	return r.active[i]
}

// inYears reports whether an instant lies in the years 1 to 9999.
func inYears(at Instant) bool { return at >= firstInstant && at < endInstant }

var (
	firstInstant = InstantOf(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC))
	endInstant   = InstantOf(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))
	// farInstant is later than what any tier looks forward to from endInstant.
	farInstant = InstantOf(time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC))
)
