package loyalty

import (
	"fmt"
	"iter"
)

// BrokenError says which entry of a journal is the first that cannot be believed.
type BrokenError struct {
	Index int   // in the sequence, from 0
	Seq   int64 // as the entry says
	// Err is ErrGap, ErrRecorded, ErrHash, ErrUnbalanced, ErrOverflow or ErrImpossible,
	// with more words.
	Err error
}

// Error names the entry.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("loyalty: broken journal at index %d, entry %d: %v", e.Index, e.Seq, e.Err)
}

// Unwrap returns Err.
func (e *BrokenError) Unwrap() error { return e.Err }

// Verify asks whether a journal is one that commands have made, from its first entry
// on: numbers without gaps, recorded in order, hashes that chain, postings that sum to
// zero, no use of more than a lot has. The first broken entry is a *BrokenError; an error
// of the sequence is returned as it is. Notes are not hashed: nothing is said about them.
func Verify(id AccountID, journal iter.Seq2[*Entry, error]) error {
	return NewAccount(id).Verify(journal)
}

// Verify is Replay that believes nothing: of further entries of the journal, from
// a.Seq + 1 on, it asks all that the function Verify does. After an error a is to be
// thrown away.
func (a *Account) Verify(journal iter.Seq2[*Entry, error]) error {
	i := 0
	var buf []byte
	for e, err := range journal {
		if err != nil {
			return err
		}
		buf = e.appendHashed(buf[:0])
		if err := a.follow(e, hashOf(buf)); err != nil {
			return &BrokenError{i, e.Seq, err}
		}
		i++
	}
	return nil
}

// follow applies e if it is the next entry and hashes to sum.
func (a *Account) follow(e *Entry, sum [32]byte) error {
	switch {
	case e.Account != a.ID || e.Seq != a.Seq+1:
		return fmt.Errorf("%w: entry %d of %q after %d", ErrGap, e.Seq, e.Account, a.Seq)
	case e.Prev != a.Head:
		return fmt.Errorf("%w: it follows another entry", ErrHash)
	case sum != e.Hash:
		return fmt.Errorf("%w: its content was changed", ErrHash)
	case a.Seq > 0 && e.Recorded <= a.Recorded:
		return ErrRecorded
	}
	return a.apply(e, true)
}
