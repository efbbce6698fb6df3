package loyalty

import "iter"

// Entries yields the entries of a slice, for Replay, Verify and the rest.
func Entries(journal []Entry) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		for i := range journal {
			if !yield(&journal[i], nil) {
				return
			}
		}
	}
}

// Replay returns the account that a journal makes. The sequence may use the memory of
// an entry again for the next one. Entries are believed to be what was written: Verify
// asks that. What does not fit is ErrGap, ErrUnbalanced or ErrImpossible, and an error
// of the sequence is returned as it is.
func Replay(id AccountID, journal iter.Seq2[*Entry, error]) (*Account, error) {
	a := NewAccount(id)
	return a, a.Replay(journal)
}

// Replay applies further entries of the journal, from a.Seq + 1 on, as to a checkpoint.
// After an error a is to be thrown away.
func (a *Account) Replay(journal iter.Seq2[*Entry, error]) error {
	for e, err := range journal {
		if err != nil {
			return err
		}
		if err := a.apply(e, true); err != nil {
			return err
		}
	}
	return nil
}
