package coupon

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// Catalogue is the engine: definitions, by id and version, ready to decide by.
// Immutable; safe for concurrent use.
type Catalogue struct {
	rules  map[ruleKey]*rule
	newest map[string]*rule
}

type ruleKey struct {
	id      string
	version int
}

// rule is a definition made ready.
type rule struct {
	def      Definition
	loc      *time.Location
	from, to Instant
	uses     int64
	hold     guanxi.Span
	grain    int64 // of deadlines, in microseconds
	kindRank int
	amount   int64 // minor units
	percent  uint64
	limit    int64 // cap; none is the largest number
	value    int64
	minimum  int64
	items    *filter
	groups   *filter
	channels *filter
	max      int
	repeat   int
	with     map[string]bool // nil is any
}

type filter struct{ in, out map[string]bool }

func newFilter(f Filter) *filter {
	if f.IsZero() {
		return nil
	}
	return &filter{set(f.Include), set(f.Exclude)}
}

func set(list []string) map[string]bool {
	if len(list) == 0 {
		return nil
	}
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[s] = true
	}
	return m
}

// New makes a catalogue of definitions, any number of versions of each. Every fault
// is returned at once, placed by position ("/2/benefit/amount"); a second definition
// of the same id and version is [ErrDuplicate]. Nothing of defs is kept.
func New(defs ...Definition) (*Catalogue, error) {
	c := &Catalogue{make(map[ruleKey]*rule, len(defs)), make(map[string]*rule, len(defs))}
	var errs []error
	for i, d := range defs {
		if err := d.Validate(); err != nil {
			errs = append(errs, guanxi.At(guanxi.Pointer(i), err))
			continue
		}
		key := ruleKey{d.ID, d.Version}
		if c.rules[key] != nil {
			errs = append(errs, guanxi.At(guanxi.Pointer(i), fmt.Errorf("%w: %q, version %d", ErrDuplicate, d.ID, d.Version)))
			continue
		}
		r := compile(d)
		c.rules[key] = r
		if n := c.newest[d.ID]; n == nil || n.def.Version < d.Version {
			c.newest[d.ID] = r
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return c, nil
}

// compile makes a valid definition ready.
func compile(d Definition) *rule {
	d = d.clone()
	at := func(m int64, _ error) int64 { return m } // Validate has seen the errors
	r := &rule{
		def: d, loc: time.UTC, uses: int64(orDefault(d.Uses, 1)), hold: d.Hold, grain: 1e6,
		kindRank: slices.Index(Kinds(), d.Benefit.Kind),
		amount:   at(minor.From(d.Benefit.Amount, d.Decimals)),
		percent:  uint64(at(minor.From(d.Benefit.Percent, percentSize))),
		limit:    at(minor.From(d.Benefit.Cap, d.Decimals)),
		value:    at(minor.From(d.Benefit.Value, d.Decimals)),
		minimum:  at(minor.From(d.Minimum.Amount, d.Decimals)),
		items:    newFilter(d.Scope.Items), groups: newFilter(d.Scope.Groups), channels: newFilter(d.Scope.Channels),
		max: orDefault(d.Stacking.Max, 1), repeat: orDefault(d.Stacking.Repeat, 1), with: set(d.Stacking.With),
	}
	if d.Window.Zone != "" {
		r.loc, _ = civil.ParseZone(d.Window.Zone)
	}
	r.from, _ = InstantOf(d.Window.From)
	r.to, _ = InstantOf(d.Window.To)
	if r.hold.IsZero() {
		r.hold = guanxi.Span{Time: 15 * time.Minute}
	}
	if r.hold.Months > 0 || r.hold.Days > 0 || r.hold.Time >= time.Hour {
		r.grain = 60e6
	}
	if r.limit == 0 {
		r.limit = 1<<63 - 1
	}
	return r
}

func (d Definition) clone() Definition {
	for _, f := range []*Filter{&d.Scope.Items, &d.Scope.Groups, &d.Scope.Channels} {
		f.Include, f.Exclude = slices.Clone(f.Include), slices.Clone(f.Exclude)
	}
	d.Stacking.With = slices.Clone(d.Stacking.With)
	return d
}

// Definition returns a definition by id and version, version 0 being the newest.
func (c *Catalogue) Definition(id string, version int) (Definition, bool) {
	r := c.rule(id, version)
	if r == nil {
		return Definition{}, false
	}
	return r.def.clone(), true
}

func (c *Catalogue) rule(id string, version int) *rule {
	if version == 0 {
		return c.newest[id]
	}
	return c.rules[ruleKey{id, version}]
}

// begins is when a coupon issued at t becomes valid.
func (r *rule) begins(t Instant) Instant { return max(t, r.from) }

// expires is when a coupon that becomes valid at begin ends; 0 is never. ok is false
// for an end beyond the year 2200.
func (r *rule) expires(begin Instant) (end Instant, ok bool) {
	if r.def.Window.Validity.IsZero() {
		return r.to, true
	}
	end, ok = r.after(begin, r.def.Window.Validity)
	if r.to != 0 && (!ok || r.to < end) {
		return r.to, true
	}
	return end, ok
}

// after counts a span by the calendar, to the end of its day where the window ends so.
func (r *rule) after(t Instant, s guanxi.Span) (Instant, bool) {
	end := s.AddTo(t.Time(), r.loc)
	if r.def.Window.Ends == AtDayEnd {
		end = nextDay(end, r.loc)
	}
	return InstantOf(end)
}

// nextDay is when the calendar of loc first shows the day after t's, t not included.
func nextDay(t time.Time, loc *time.Location) time.Time {
	_, offset := t.In(loc).Zone()
	local := t.Unix() + int64(offset)
	day := civil.FloorDiv(local, 86400)
	if end := civil.Start(day+1, loc); end.After(t) {
		return end
	}
	// The clock was set back from the next day into this one.
	return t.Truncate(time.Second).Add(time.Duration((day+1)*86400-local) * time.Second)
}

// deadline is when a reservation made at t ends, for a coupon that ends at expires.
func (r *rule) deadline(t, expires Instant) Instant {
	end, ok := InstantOf(r.hold.AddTo(t.Time(), r.loc))
	if !ok {
		end = lastMicro - 1
	} else {
		end = Instant((int64(end) + r.grain - 1) / r.grain * r.grain)
	}
	end = min(end, lastMicro-1)
	if r.def.HoldEnds == AtExpiry && expires != 0 {
		end = min(end, expires)
	}
	return end
}

// share is the definition's percentage of base, which is at least 0, rounded.
func (r *rule) share(base int64) int64 {
	hi, lo := bits.Mul64(uint64(base), r.percent)
	q, rem := bits.Div64(hi, lo, percentFull) // ≤ base, since percent ≤ percentFull
	switch r.def.Benefit.Rounding {
	case Floor:
	case Ceil:
		if rem > 0 {
			q++
		}
	case HalfEven:
		if 2*rem > percentFull || 2*rem == percentFull && q&1 == 1 {
			q++
		}
	default: // HalfUp
		if 2*rem >= percentFull {
			q++
		}
	}
	return int64(q)
}
