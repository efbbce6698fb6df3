package loyalty

import (
	"fmt"
	"iter"
	"slices"
)

// Commit is what one account's decisions come to, for a store to write. A store that
// keeps the journal and whole accounts needs the Entries; one that keeps tables asks State
// and Touched for what the records are now. Not safe for concurrent use; a store keeps none
// of its memory.
type Commit struct {
	Account  AccountID // "": none, and Rows alone
	Expected int64     // the sequence number that it was decided on
	Entries  []Entry   // from Expected + 1 on; none: the due alone is written
	Shared   []SharedChange
	Rows     []RowChange

	state   *Account
	applied int  // of Entries, how many state has
	own     bool // its slices are its own
}

// NewCommit returns the commit of a decision and the account that it was made on, which
// is the commit's from then on. Both may be used again once it is written or thrown away.
func NewCommit(a *Account, d *Decision, rows ...RowChange) *Commit {
	c := new(Commit)
	c.set(a, d, rows)
	return c
}

// DueCommit returns the commit that writes an account's due alone.
func DueCommit(a *Account) *Commit { return &Commit{Account: a.ID, Expected: a.Seq, state: a} }

// RowCommit returns the commit that writes rows alone, without an account.
func RowCommit(rows ...RowChange) *Commit { return &Commit{Rows: slices.Clone(rows)} }

// set makes c the commit of a decision; its memory is the decision's.
func (c *Commit) set(a *Account, d *Decision, rows []RowChange) {
	*c = Commit{Account: a.ID, Expected: d.Expected, Entries: d.Entries, Shared: d.Shared, state: a}
	if len(rows) > 0 {
		c.Rows = append([]RowChange(nil), rows...)
	}
}

// Add adds a decision that was made on State. It copies what it keeps.
func (c *Commit) Add(d *Decision, rows ...RowChange) error {
	if d.Repeated {
		return nil
	}
	if d.Account != c.Account || d.Expected != c.Expected+int64(len(c.Entries)) {
		return ErrStale
	}
	if !c.own {
		c.own = true
		c.Entries, c.Shared, c.Rows = slices.Clip(c.Entries), slices.Clip(c.Shared), slices.Clip(c.Rows)
	}
	for i := range d.Entries {
		c.Entries = append(c.Entries, d.Entries[i].Clone())
	}
	c.Shared = append(c.Shared, d.Shared...)
	c.Rows = append(c.Rows, rows...)
	return nil
}

// State returns the account as it is with the entries, as far as it was loaded: header,
// lots, orders and redemptions that have changed are there.
func (c *Commit) State() (*Account, error) {
	if c.state == nil {
		return nil, fmt.Errorf("%w: no account", ErrCommit)
	}
	for ; c.applied < len(c.Entries); c.applied++ {
		if err := c.state.apply(&c.Entries[c.applied], true); err != nil {
			return nil, err
		}
	}
	return c.state, nil
}

// Touched says which records of State the entries have changed.
func (c *Commit) Touched() (t Touched) {
	for i := range c.Entries {
		t.Touch(&c.Entries[i])
	}
	return t
}

// Receipts yields the receipts that the entries leave.
func (c *Commit) Receipts() iter.Seq[Receipt] {
	return func(yield func(Receipt) bool) {
		for i := range c.Entries {
			if e := &c.Entries[i]; e.Key != "" && !yield(e.Receipt()) {
				return
			}
		}
	}
}

// Receipt returns the receipt of an entry with a key. It shares the entry's Results.
func (e *Entry) Receipt() Receipt {
	return Receipt{Key: e.Key, Intent: e.Intent, Account: e.Account, Seq: e.Seq, Recorded: e.Recorded, Op: e.Op, Results: e.Results}
}

// Event returns the outbox row of an entry. It shares the entry's Results.
func (e *Entry) Event() Event {
	return Event{Account: e.Account, Seq: e.Seq, Op: e.Op, Key: e.Key, Effective: e.Effective, Recorded: e.Recorded,
		Member: e.Member, Peer: e.Peer, Ref: e.Ref, Results: e.Results}
}

// Check refuses a commit whose entries are not the next ones of the account, whose last
// entry has a hash: ErrConflict if the account is elsewhere, ErrCommit if the entries do
// not chain, or there are some and no account. What is asked costs no hashing; Verify asks
// the rest.
func (c *Commit) Check(seq int64, head [32]byte) error {
	if c.Account == "" && (c.Expected != 0 || len(c.Entries)+len(c.Shared) > 0) {
		return fmt.Errorf("%w: no account", ErrCommit)
	}
	if c.Expected != seq {
		return ErrConflict
	}
	for i := range c.Entries {
		e := &c.Entries[i]
		if e.Account != c.Account || e.Seq != seq+int64(i)+1 || e.Prev != head {
			return fmt.Errorf("%w: entry %d of %q", ErrCommit, e.Seq, e.Account)
		}
		head = e.Hash
	}
	return nil
}

// Counters returns the running totals of the account: caps, limits and streaks, by name
// and window.
func (a *Account) Counters() []CounterChange { return slices.Clone(a.counters.all) }
