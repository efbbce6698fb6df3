package loyalty

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// referral is a compiled ReferralRule.
type referral struct {
	id       string
	referrer []give
	friend   []give
	kept     guanxi.Span
	minimum  int64
	limit    *counted
	during   during
}

func (r *rules) compileReferral(p *Program) {
	rule := p.Referral
	out := &referral{id: rule.ID, kept: rule.Kept, limit: rule.Limit.compile(rule.ID), during: rule.During.compile()}
	out.minimum, _ = minor.From(rule.MinOrder, p.Decimals)
	for _, g := range rule.Referrer {
		out.referrer = append(out.referrer, r.give(p, rule.ID, rule.Name, g, true))
	}
	for _, g := range rule.Friend {
		out.friend = append(out.friend, r.give(p, rule.ID, rule.Name, g, true))
	}
	r.referral = out
}

// kept returns nil if an order of the friend is kept at an instant, so long ago as the rule
// asks, with so much of it left, and is the first one. Else it is ErrNotKept, of what is no
// record ErrImpossible too, or ErrNotFirst.
func (r *rules) kept(rec *OrderRecord, first bool, at Instant) error {
	f := r.referral
	if f == nil {
		return ErrUnknown
	}
	if err := rec.check(); err != nil {
		return fmt.Errorf("%w: %w", ErrNotKept, err)
	}
	from := rec.At
	if !f.kept.IsZero() {
		from = r.zone.after(rec.At, f.kept)
	}
	if left := rec.Kept(); at < from || left <= 0 || left < f.minimum {
		return ErrNotKept
	}
	if !first {
		return ErrNotFirst
	}
	return nil
}

// refer works out what one side of a referral gives: the friend once, the referrer
// once for each friend and as often as the rule's limit says. That the friend's order
// is kept is asked of kept before.
func (r *rules) refer(e *earning, side Side, friend AccountID, s *situation) error {
	e.reset()
	f := r.referral
	switch {
	case f == nil:
		return ErrUnknown
	case !inYears(s.at):
		return ErrTime
	case !f.during.holds(s.at):
		return ErrNotNow
	case friend == "":
		return guanxi.At("/friend", ErrUnknown)
	}
	var gives []give
	once := Counter{End: Never}
	switch side {
	case Referrer:
		gives, once.Name = f.referrer, "refer:"+f.id+":"+string(friend)
	case Friend:
		gives, once.Name = f.friend, "referred:"+f.id
	default:
		return guanxi.At("/side", ErrUnknown)
	}
	if s.tally(once.Name, once.Window) > 0 {
		return ErrLimit
	}
	e.counters = append(e.counters, CounterChange{once, 1})
	if side == Referrer && f.limit != nil {
		c, reached := f.limit.reached(r, s, 1)
		if reached {
			return ErrLimit
		}
		e.counters = append(e.counters, CounterChange{c, 1})
	}
	return r.giveAll(e, gives, 0, s)
}
