package care

import (
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/ident"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// PoolConfig is the rules of the public pool (公海) of B2B sales: a lead that is
// left untouched goes back, and everyone may claim it. As JSON it is read
// strictly.
type PoolConfig struct {
	Zone      string      `json:"zone,omitempty"`      // of the calendar days; "" is UTC
	Untouched guanxi.Span `json:"untouched"`           // after which a lead goes back
	Warning   guanxi.Span `json:"warning,omitzero"`    // how long before that its owner is warned; P0D is never
	Holding   int         `json:"holding"`             // leads that one may hold; 0 is no cap
	Claims    int         `json:"claims,omitempty"`    // claims in ClaimsPer; 0 is no limit
	ClaimsPer guanxi.Span `json:"claims_per,omitzero"` //
	Reclaim   guanxi.Span `json:"reclaim,omitzero"`    // how long who lost a lead may not claim it again
}

const maxClaims = 1000

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c PoolConfig) Validate() error {
	var f faults
	if _, err := location(c.Zone); err != nil {
		f.at("/zone", err)
	}
	f.span("/untouched", c.Untouched)
	f.span("/warning", c.Warning)
	f.span("/claims_per", c.ClaimsPer)
	f.span("/reclaim", c.Reclaim)
	epoch := time.Unix(0, 0)
	if c.Untouched.IsZero() {
		f.at("/untouched", ErrEmpty)
	} else if !c.Warning.AddTo(epoch, nil).Before(c.Untouched.AddTo(epoch, nil)) {
		f.add("/warning", ErrOption, "%v is no less than %v", c.Warning, c.Untouched)
	}
	if c.Holding < 0 {
		f.add("/holding", ErrOption, "%d is negative", c.Holding)
	}
	if c.Claims < 0 || c.Claims > maxClaims {
		f.add("/claims", ErrOption, "%d is not in 0 to %d", c.Claims, maxClaims)
	}
	if (c.Claims > 0) == c.ClaimsPer.IsZero() {
		f.add("/claims_per", ErrOption, "a limit of claims and its time go together")
	}
	return f.err()
}

// UnmarshalJSON reads strictly, as that of [Plan] does.
func (c *PoolConfig) UnmarshalJSON(data []byte) error {
	type plain PoolConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, PoolConfig(v), err)
}

// Lead is the state of a lead, which the host stores. The zero Lead with an id is
// in the pool. Comparable with ==.
type Lead struct {
	ID      string    `json:"id"`
	Owner   string    `json:"owner,omitempty"` // "" is in the pool
	Touched time.Time `json:"touched,omitzero"`
	Warned  bool      `json:"warned,omitempty"`
	// Last is who lost it last, and when.
	Last     string    `json:"last,omitempty"`
	Returned time.Time `json:"returned,omitzero"`
	Updated  time.Time `json:"updated,omitzero"` // when it changed last
}

// Seller is the state of who holds leads: how many, and the claims that still
// count. Holding is the number of the host's leads with this owner.
type Seller struct {
	ID      string      `json:"id"`
	Holding int         `json:"holding"`
	Claims  []time.Time `json:"claims,omitempty"`
}

// Validate returns [ErrState], placed where it is wrong, for a lead that no pool
// wrote.
func (l Lead) Validate() error {
	var f faults
	f.id("/id", l.ID)
	if l.Owner != "" && (!ident.ID(l.Owner) || l.Touched.IsZero()) || l.Owner == "" && l.Warned {
		f.at("/owner", ErrState)
	}
	if !stamped(l.Touched) || !stamped(l.Returned) || !stamped(l.Updated) || l.Touched.After(l.Updated) || l.Returned.After(l.Updated) || (l.Last == "") != l.Returned.IsZero() {
		f.at("/updated", ErrState)
	}
	return f.err()
}

// UnmarshalJSON reads strictly what was written; l is left alone on error.
func (l *Lead) UnmarshalJSON(data []byte) error {
	type plain Lead
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(l, Lead(v), err)
}

// Validate returns [ErrState] for a seller that no pool wrote.
func (s Seller) Validate() error {
	var f faults
	f.id("/id", s.ID)
	if s.Holding < 0 {
		f.at("/holding", ErrState)
	}
	for i, t := range s.Claims {
		if t.IsZero() || !stamped(t) || i > 0 && t.Before(s.Claims[i-1]) {
			f.at(guanxi.Pointer("claims", i), ErrState)
		}
	}
	return f.err()
}

// NoticeKind says what a pool tells.
type NoticeKind string

// The notices.
const (
	Warned   NoticeKind = "warned"   // the lead goes back soon
	Returned NoticeKind = "returned" // the lead has gone back; its owner holds one less
)

// Label returns the name in lang, or the id of an unknown kind.
func (k NoticeKind) Label(lang guanxi.Lang) string {
	switch k {
	case Warned:
		return guanxi.Text{EN: "soon back to the pool", ZH: "即将回收至公海"}.In(lang)
	case Returned:
		return guanxi.Text{EN: "back to the pool", ZH: "已回收至公海"}.In(lang)
	}
	return string(k)
}

// Notice is what the host is to tell an owner, each once.
type Notice struct {
	Kind  NoticeKind
	Owner string
	At    time.Time
}

// Pool decides over leads; [NewPool] makes it. It is immutable and safe for
// concurrent use.
type Pool struct {
	cfg PoolConfig
	loc *time.Location
}

// NewPool makes a pool of c. The error holds every fault.
func NewPool(c PoolConfig) (*Pool, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	loc, err := location(c.Zone)
	return &Pool{c, loc}, err
}

// Next returns when a lead is warned of or goes back, the zero time for never.
func (p *Pool) Next(l Lead) time.Time {
	if l.Owner == "" {
		return time.Time{}
	}
	warn, back := p.deadlines(l)
	if !l.Warned && !p.cfg.Warning.IsZero() {
		return warn
	}
	return back
}

func (p *Pool) deadlines(l Lead) (warn, back time.Time) {
	back, _ = stamp(p.cfg.Untouched.AddTo(l.Touched, p.loc))
	warn, _ = stamp(p.cfg.Warning.SubFrom(back, p.loc))
	if warn.Before(l.Touched) {
		warn = l.Touched
	}
	return warn, back
}

// Advance brings a lead up to now: warned of and gone back, each at its own
// instant, so that a sweep that runs late gives the same as one on time. Where
// there is nothing the lead stays as it is, and need not be written.
func (p *Pool) Advance(l Lead, now time.Time) (Lead, []Notice, error) {
	at, ok := stamp(now)
	if !ok {
		return l, nil, ErrTime
	}
	if err := l.Validate(); err != nil {
		return l, nil, err
	}
	if at.Before(l.Updated) {
		return l, nil, ErrBackwards
	}
	next, notices := l, []Notice(nil)
	if l.Owner != "" {
		warn, back := p.deadlines(l)
		if !l.Warned && !p.cfg.Warning.IsZero() && !warn.After(at) {
			next.Warned, next.Updated = true, later(next.Updated, warn)
			notices = append(notices, Notice{Warned, l.Owner, warn})
		}
		if !back.After(at) {
			next.Owner, next.Warned, next.Last, next.Returned = "", false, l.Owner, back
			next.Updated = later(next.Updated, back)
			notices = append(notices, Notice{Returned, l.Owner, back})
		}
	}
	return next, notices, nil
}

// Touch records that the owner has worked on a lead. [ErrOwner] refuses everyone
// else, and an owner who has lost it by then.
func (p *Pool) Touch(l Lead, owner string, at time.Time) (Lead, []Notice, error) {
	next, notices, err := p.own(l, owner, at)
	if err != nil {
		return l, nil, err
	}
	next.touch(at)
	return next, notices, nil
}

// touch sets when a lead was worked on last.
func (l *Lead) touch(at time.Time) {
	now, _ := stamp(at) // Advance has checked it
	l.Touched, l.Updated, l.Warned = now, now, false
}

// own advances a lead and checks that it still belongs to owner.
func (p *Pool) own(l Lead, owner string, at time.Time) (Lead, []Notice, error) {
	next, notices, err := p.Advance(l, at)
	if err == nil && (next.Owner != owner || owner == "") {
		err = fmt.Errorf("%w: %.64q", ErrOwner, owner)
	}
	return next, notices, err
}

// Claim gives a lead in the pool to a seller. [ErrOwner] refuses one that has an
// owner, [ErrReclaim] who lost it too recently, [ErrHolding] and [ErrClaims] who
// has as many as allowed. Lead and seller are written together, or the host checks
// the seller again.
func (p *Pool) Claim(l Lead, s Seller, at time.Time) (Lead, Seller, []Notice, error) {
	next, notices, err := p.Advance(l, at)
	if err != nil {
		return l, s, nil, err
	}
	if err := s.Validate(); err != nil {
		return l, s, nil, guanxi.At("/seller", err)
	}
	now, _ := stamp(at) // Advance has checked it
	claims := slices.DeleteFunc(slices.Clone(s.Claims), func(t time.Time) bool { return !p.cfg.ClaimsPer.AddTo(t, p.loc).After(now) })
	switch {
	case next.Owner != "":
		return l, s, nil, fmt.Errorf("%w: it belongs to %.64q", ErrOwner, next.Owner)
	case next.Last == s.ID && p.cfg.Reclaim.AddTo(next.Returned, p.loc).After(now):
		return l, s, nil, ErrReclaim
	case p.full(s):
		return l, s, nil, ErrHolding
	case p.cfg.Claims > 0 && len(claims) >= p.cfg.Claims:
		return l, s, nil, ErrClaims
	case len(claims) > 0 && claims[len(claims)-1].After(now):
		return l, s, nil, ErrBackwards
	}
	next.Owner = s.ID
	next.touch(at)
	s.Holding++
	if s.Claims = nil; p.cfg.Claims > 0 {
		s.Claims = append(claims, now)
	}
	return next, s, notices, nil
}

func (p *Pool) full(s Seller) bool { return p.cfg.Holding > 0 && s.Holding >= p.cfg.Holding }

// HandOver gives a lead from its owner to another seller, whose cap counts; it is
// no claim, and counts as touched. [ErrOwner] where from does not own it or is
// to, [ErrHolding] where to holds as many as allowed.
func (p *Pool) HandOver(l Lead, from, to Seller, at time.Time) (Lead, Seller, Seller, []Notice, error) {
	fail := func(err error) (Lead, Seller, Seller, []Notice, error) { return l, from, to, nil, err }
	var f faults
	f.at("/from", from.Validate())
	f.at("/to", to.Validate())
	if err := f.err(); err != nil {
		return fail(err)
	}
	next, notices, err := p.own(l, from.ID, at)
	switch {
	case err != nil:
		return fail(err)
	case from.ID == to.ID:
		return fail(fmt.Errorf("%w: it is theirs already", ErrOwner))
	case p.full(to):
		return fail(ErrHolding)
	case from.Holding < 1:
		return fail(guanxi.At("/from/holding", ErrState))
	}
	next.Owner = to.ID
	next.touch(at)
	from.Holding--
	to.Holding++
	return next, from, to, notices, nil
}

// Release gives a lead back to the pool by hand.
func (p *Pool) Release(l Lead, from Seller, at time.Time) (Lead, Seller, error) {
	if err := from.Validate(); err != nil {
		return l, from, guanxi.At("/from", err)
	}
	next, _, err := p.own(l, from.ID, at)
	switch {
	case err != nil:
		return l, from, err
	case from.Holding < 1:
		return l, from, guanxi.At("/from/holding", ErrState)
	}
	now, _ := stamp(at) // Advance has checked it
	next.Owner, next.Warned, next.Last, next.Returned, next.Updated = "", false, from.ID, now, now
	from.Holding--
	return next, from, nil
}
