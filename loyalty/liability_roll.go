package loyalty

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"
)

// Basis says which instant puts an entry into a period.
type Basis string

// The bases.
const (
	// ByEffective counts what happened in the period by business time, with what time
	// itself has done; entries that are written later still count. The default.
	ByEffective Basis = "effective"
	// ByRecorded counts what was written in the period, as for books that are closed:
	// what is written later, or not yet, falls into a later period.
	ByRecorded Basis = "recorded"
)

// RollForwardConfig is the period [From, To) that a RollForward looks at.
type RollForwardConfig struct {
	From, To time.Time
	Basis    Basis
}

// Validate returns every fault.
func (c RollForwardConfig) Validate() error {
	var f faults
	if c.From.IsZero() || !inYears(InstantOf(c.From)) {
		f.add(ErrTime, "from")
	}
	switch {
	case c.To.IsZero() || !inYears(InstantOf(c.To)):
		f.add(ErrTime, "to")
	case InstantOf(c.To) <= InstantOf(c.From):
		f.add(ErrNotLater, "to")
	}
	if !slices.Contains([]Basis{"", ByEffective, ByRecorded}, c.Basis) {
		f.add(ErrOption, "basis")
	}
	return f.err()
}

// RollForward says how what is outstanding has come from the beginning of a period to
// its end. It is an accumulator: journals add in any order, and parts merge. Not safe for
// concurrent use; count parts apart and Merge.
type RollForward struct {
	from, to Instant
	recorded bool
	kinds    []rollKind
	broken   []Unbalanced // the first ones by account, entry and kind
}

// rollKind is sums of postings before the period and in it.
type rollKind struct {
	kind          Kind
	opening, flow [books]Points
}

// Unbalanced is an entry whose postings of a kind do not sum to zero.
type Unbalanced struct {
	Account AccountID `json:"account"`
	Seq     int64     `json:"seq"`
	Kind    Kind      `json:"kind"`
	Over    Points    `json:"over"` // what they sum to
}

func (u *Unbalanced) compare(v *Unbalanced) int {
	return cmp.Or(cmp.Compare(u.Account, v.Account), cmp.Compare(u.Seq, v.Seq), cmp.Compare(u.Kind, v.Kind), cmp.Compare(u.Over, v.Over))
}

// maxUnbalanced is how many unbalanced entries are named.
const maxUnbalanced = 16

// NewRollForward returns an empty sum, or every fault of the configuration.
func NewRollForward(c RollForwardConfig) (*RollForward, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &RollForward{from: InstantOf(c.From), to: InstantOf(c.To), recorded: c.Basis == ByRecorded}, nil
}

// Period returns the period [from, to).
func (r *RollForward) Period() (from, to Instant) { return r.from, r.to }

// Reset empties r and keeps its period, basis and memory.
func (r *RollForward) Reset() { r.kinds, r.broken = r.kinds[:0], r.broken[:0] }

func (r *RollForward) kind(k Kind) *rollKind {
	for i := range r.kinds {
		if r.kinds[i].kind == k {
			return &r.kinds[i]
		}
	}
	r.kinds = append(r.kinds, rollKind{kind: k})
	return &r.kinds[len(r.kinds)-1]
}

// sums returns those that an instant belongs to; nil after the period.
func (r *RollForward) sums(k Kind, at Instant) *[books]Points {
	switch {
	case at >= r.to:
		return nil
	case at < r.from:
		return &r.kind(k).opening
	}
	return &r.kind(k).flow
}

// Add counts an entry by its postings alone: enough where a Sweep has written what time
// did, or by ByRecorded. AddJournal needs no Sweep. A sum that does not fit is ErrOverflow,
// and r is unchanged.
func (r *RollForward) Add(e *Entry) error {
	at := e.Effective
	if r.recorded {
		at = e.Recorded
	}
	for i := range e.Postings {
		p := &e.Postings[i]
		s := r.sums(p.Kind, at)
		if s == nil {
			return nil
		}
		if p.Book == 0 || p.Book >= books || !addPoints(&s[p.Book], p.Points) {
			for _, q := range e.Postings[:i] { // it was added before
				r.sums(q.Kind, at)[q.Book] -= q.Points
			}
			if p.Book == 0 || p.Book >= books {
				return ErrUnbalanced
			}
			return overflow(p.Kind, p.Book.String())
		}
	}
	r.balance(e)
	return nil
}

// balance notes the kinds of which an entry's postings do not sum to zero.
func (r *RollForward) balance(e *Entry) {
	for i := range e.Postings {
		k := e.Postings[i].Kind
		if slices.ContainsFunc(e.Postings[:i], func(p Posting) bool { return p.Kind == k }) {
			continue
		}
		sum := Points(0)
		for j := i; j < len(e.Postings); j++ {
			if e.Postings[j].Kind == k {
				sum += e.Postings[j].Points
			}
		}
		if sum != 0 {
			r.note(Unbalanced{e.Account, e.Seq, k, sum})
		}
	}
}

func (r *RollForward) note(u Unbalanced) {
	i, _ := slices.BinarySearchFunc(r.broken, &u, func(a Unbalanced, b *Unbalanced) int { return a.compare(b) })
	if i < maxUnbalanced {
		r.broken = slices.Insert(r.broken, i, u)
		r.broken = r.broken[:min(len(r.broken), maxUnbalanced)]
	}
}

// AddJournal counts the whole journal of one account, with what time has done until the
// end of the period and no entry says: expiries, and the end of holds. So it comes to the
// same whether or not, and whenever, a Sweep has run. The journal must be one that
// Replay takes: its errors are returned, ErrOverflow as well, and r is then unchanged.
//
// By ByRecorded only what is written counts.
func (r *RollForward) AddJournal(id AccountID, journal iter.Seq2[*Entry, error]) error {
	part := RollForward{from: r.from, to: r.to, recorded: r.recorded}
	a := NewAccount(id)
	opened := []Instant{math.MinInt64} // by lot: the effective instant of the entry that opened it
	for e, err := range journal {
		if err != nil {
			return err
		}
		for _, p := range e.Postings {
			if p.Book == 0 || p.Book >= books {
				return ErrUnbalanced
			}
		}
		if err := a.apply(e, true); err != nil {
			return err
		}
		for range e.Opened {
			opened = append(opened, e.Effective)
		}
		if e.Op == OpExpire && !r.recorded {
			err = part.expire(a, e, opened)
		} else {
			err = part.Add(e)
		}
		if err != nil {
			return err
		}
	}
	if !r.recorded {
		if err := part.due(a, opened); err != nil {
			return err
		}
	}
	return r.Merge(&part)
}

// expire counts what lots lost at their ends: when they were opened, where that is later,
// as of one that came from another account after its end.
func (r *RollForward) expire(a *Account, e *Entry, opened []Instant) error {
	for _, u := range e.Uses {
		n := a.lot(u.Lot)
		if n == nil {
			return impossible(e, "lot %d", u.Lot)
		}
		if err := r.lapse(n.Kind, u.From, u.Points, max(e.Effective, opened[u.Lot])); err != nil {
			return err
		}
	}
	r.balance(e)
	return nil
}

func (r *RollForward) lapse(k Kind, from Book, points Points, at Instant) error {
	s := r.sums(k, at)
	if s == nil {
		return nil
	}
	if !addPoints(&s[from], -points) || !addPoints(&s[Expired], points) {
		return overflow(k, Expired.String())
	}
	return nil
}

// due counts what time has done to an account before the end of the period, and no entry
// says.
func (r *RollForward) due(a *Account, opened []Instant) error {
	end := r.to - 1
	if h := a.nextRunOut(end); h != nil {
		var d Decision
		b, err := a.passed(&d, end)
		if err != nil {
			return err
		}
		for i := range d.Entries {
			if err := r.Add(&d.Entries[i]); err != nil {
				return err
			}
			for range d.Entries[i].Opened {
				opened = append(opened, d.Entries[i].Effective)
			}
		}
		a = b
	}
	for i := range a.purses {
		p := &a.purses[i]
		for c := p.keys.first(); c.ok(); c = p.keys.next(c) {
			it := p.keys.get(c)
			if it.key.Expire > end {
				continue
			}
			for slot := p.buckets[it.bucket].head; slot >= 0; {
				n := a.lots.at(int(slot))
				slot = n.next
				if err := r.lapse(p.kind, n.book(), n.Remaining, max(it.key.Expire, opened[n.ID])); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// passed returns the account with the holds ended that ran out by an instant; d has the
// entries that say so.
func (a *Account) passed(d *Decision, at Instant) (*Account, error) {
	d.reset(a)
	w := &d.work
	w.r, w.at, w.seq, w.lot, w.recorded = &rules{version: a.Program}, at, a.Seq, a.opened, a.Recorded+1
	if err := w.settle(); err != nil {
		return nil, err
	}
	return w.a, nil
}

// Merge adds what s has counted, which is only read. Another period or basis is ErrMerge,
// a sum that does not fit ErrOverflow; r is then unchanged.
func (r *RollForward) Merge(s *RollForward) error {
	if r.from != s.from || r.to != s.to || r.recorded != s.recorded {
		return ErrMerge
	}
	for i := range s.kinds {
		from, to := &s.kinds[i], r.kind(s.kinds[i].kind)
		for b := range books {
			if !fits(int64(to.opening[b]), int64(from.opening[b])) || !fits(int64(to.flow[b]), int64(from.flow[b])) {
				return overflow(from.kind, b.String())
			}
		}
	}
	for i := range s.kinds {
		from, to := &s.kinds[i], r.kind(s.kinds[i].kind)
		for b := range books {
			to.opening[b] += from.opening[b]
			to.flow[b] += from.flow[b]
		}
	}
	for _, u := range slices.Clone(s.broken) {
		r.note(u)
	}
	return nil
}
