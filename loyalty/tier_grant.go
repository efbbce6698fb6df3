package loyalty

import (
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
)

// TierAction is what SetTier does.
type TierAction string

// What SetTier does.
const (
	// GrantTier: the customer is not below Tier until Until. A grant of the same tier
	// takes the place of the one before.
	GrantTier TierAction = "grant"
	// RevokeTier ends the grant of Tier, or of all tiers.
	RevokeTier TierAction = "revoke"
	// LockTier holds Tier, or the present one, until Until, whatever is earned, reviewed
	// or granted meanwhile; that comes to bear when the lock ends.
	LockTier TierAction = "lock"
	// UnlockTier ends the lock.
	UnlockTier TierAction = "unlock"
	// BuyTier sells a term of Tier (付费会员), or renews it: before its end the term is
	// added to the end, after it a new one begins.
	BuyTier TierAction = "buy"
	// CancelTier ends the paid term of Tier now.
	CancelTier TierAction = "cancel"
)

// TierGrant is what SetTier does to a tier by hand.
type TierGrant struct {
	Action TierAction
	Tier   string
	Until  time.Time // of GrantTier and LockTier, exclusive; zero: no end
}

func (g *TierGrant) append(b []byte) []byte {
	b = appendText(appendText(b, g.Action), g.Tier)
	if g.Until.IsZero() {
		return append(b, 0)
	}
	return appendInt(append(b, 1), InstantOf(g.Until))
}

// grant carries a grant out. All faults are of the fields of the command. The move has
// been advanced to the time.
func (m *tierMove) grant(g *TierGrant, at Instant) error {
	s, r := &m.s, m.r
	if err := r.checkGrant(g, at); err != nil {
		return err
	}
	until := Never
	if !g.Until.IsZero() {
		until = InstantOf(g.Until)
	}
	m.join(at)
	m.whole = true
	reason := TierGiven
	switch g.Action {
	case GrantTier:
		i := m.term(g.Tier, false)
		s.Terms[i].From, s.Terms[i].Until = at, until
	case BuyTier:
		reason = TierBought
		if until := m.buy(g.Tier, at); !inYears(until) {
			return guanxi.At("/grant/tier", ErrTime)
		}
	case LockTier:
		reason = TierLocked
		s.Lock, s.LockEnd = g.Tier, until
		if g.Tier == "" {
			s.Lock = r.levels[r.known(s.Tier)].id
		}
	case UnlockTier:
		reason = TierUnlocked
		if s.Lock == "" {
			return guanxi.At("/grant/action", ErrTierNotHeld)
		}
		s.Lock, s.LockEnd = "", 0
	case RevokeTier, CancelTier:
		reason = TierGivenOver
		if g.Action == CancelTier {
			reason = TierTermOver
		}
		n := len(s.Terms)
		s.Terms = slices.DeleteFunc(s.Terms, func(t TierTerm) bool {
			return t.Paid == (g.Action == CancelTier) && (t.Tier == g.Tier || g.Tier == "")
		})
		if len(s.Terms) == n {
			return guanxi.At("/grant/tier", ErrTierNotHeld)
		}
	}
	m.settle(at, reason, reason)
	return nil
}

func (r *tierRules) checkGrant(g *TierGrant, at Instant) error {
	var f faults
	level, ends := -1, g.Action == GrantTier || g.Action == LockTier
	if g.Tier != "" {
		if level = r.level(g.Tier); level < 0 && (ends || g.Action == BuyTier) {
			f.addAt("/grant/tier", ErrTierUnknown)
		}
	}
	switch g.Action {
	case GrantTier, BuyTier:
		if g.Tier == "" {
			f.addAt("/grant/tier", ErrTierUnknown)
		}
		if g.Action == BuyTier && level >= 0 && !r.levels[level].paid {
			f.addAt("/grant/tier", ErrTierNotSold)
		}
	case LockTier, RevokeTier, CancelTier:
	case UnlockTier:
		if g.Tier != "" {
			f.addf("/grant/tier", "one lock is all there is: no tier is named")
		}
	default:
		f.addAt("/grant/action", fmt.Errorf("%w: %.40q is no action", ErrOption, string(g.Action)))
	}
	if !g.Until.IsZero() {
		switch until := InstantOf(g.Until); {
		case !ends:
			f.addf("/grant/until", "the action has no end")
		case !inYears(until):
			f.addAt("/grant/until", ErrTime)
		case until <= at:
			f.addAt("/grant/until", ErrNotLater)
		}
	}
	return f.err()
}

// term returns the index of the grant or the paid term of a tier, which is made if it is new.
func (m *tierMove) term(tier string, paid bool) int {
	s := &m.s
	i := slices.IndexFunc(s.Terms, func(t TierTerm) bool { return t.Tier == tier && t.Paid == paid })
	if i < 0 {
		i = len(s.Terms)
		s.Terms = append(s.Terms, TierTerm{Tier: tier, Paid: paid})
	}
	return i
}

// buy adds a term to the end, counted from the first day of what was bought without a
// gap, so that years that begin on 29 February do not lose a day.
func (m *tierMove) buy(tier string, at Instant) (until Instant) {
	r := m.r
	t := &m.s.Terms[m.term(tier, true)]
	if t.Until == 0 {
		t.From = at
	}
	span := r.levels[r.level(tier)].term
	t.Months, t.Days, t.Clock = t.Months+span.Months, t.Days+span.Days, t.Clock+span.Time.Microseconds()
	t.Until = r.zone.after(t.From, guanxi.Span{Months: t.Months, Days: t.Days, Time: time.Duration(t.Clock) * time.Microsecond})
	return t.Until
}
