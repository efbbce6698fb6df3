package loyalty

import (
	"iter"
	"time"
)

// Line is something that changed a balance, by a command or by time.
type Line struct {
	At  Instant
	Op  Op
	Ref string // as the entry's
	Seq int64  // of the entry; 0 of what time did, and of what paid a debt
	// What changed; Debt is what is owed more.
	Available, Pending, Held, Debt Points
}

// Statement is what happened to a kind over [From, To), in the order of business time.
// Opening plus all lines is Closing.
type Statement struct {
	Kind     Kind
	From, To Instant
	Opening  Balance // just before From
	Lines    []Line
	Closing  Balance // just before To
}

// NewStatement returns the statement of an account's whole journal over [from, to). It
// shows what time did (activations, expiries, holds run out) when it happened, the same
// whether or not, and whenever, a Sweep has written it. to before from is ErrNotLater.
// Cost: O(n log n) for n entries.
func NewStatement(journal iter.Seq2[*Entry, error], k Kind, from, to time.Time) (*Statement, error) {
	s := &Statement{Kind: k, From: InstantOf(from), To: InstantOf(to)}
	if s.To < s.From {
		return nil, ErrNotLater
	}
	h, err := newHistory(journal, k, s.To)
	if err != nil {
		return nil, err
	}
	h.play(s.From)
	s.Opening = h.bal
	h.emit = func(l Line) {
		if n := len(s.Lines); n > 0 && l.Seq == 0 && l.Ref == "" && s.Lines[n-1].Seq == 0 && s.Lines[n-1].At == l.At && s.Lines[n-1].Op == l.Op {
			last := &s.Lines[n-1]
			last.Available += l.Available
			last.Pending += l.Pending
			last.Held += l.Held
			last.Debt += l.Debt
			return
		}
		s.Lines = append(s.Lines, l)
	}
	h.play(s.To)
	s.Closing = h.bal
	return s, nil
}

// BalanceAt returns the balance of a kind as it was, or will be, at t: by the entries
// that are in force then, and what time does until then. Entries that are recorded
// later do not change it unless they are backdated; Sweeps never do. Cost:
// O(n log n) for n entries; see Account.BalanceAt for now.
func BalanceAt(journal iter.Seq2[*Entry, error], k Kind, t time.Time) (Balance, error) {
	at := InstantOf(t)
	h, err := newHistory(journal, k, at+1)
	if err != nil {
		return Balance{}, err
	}
	h.play(at + 1)
	return h.bal, nil
}
