package loyaltysql

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/guanxi-go/guanxi/loyalty"
)

// VerifyArchive asks whether what was put away of an account leads from its first entry to
// its checkpoint: it is verified as loyalty.Verify does, and what it makes of the account
// is compared with the checkpoint. journal is the host's own archive, in order; nil is the
// archive table. It returns how many entries there are; an account of which nothing was put
// away has none. With Verify, all of the account's journal is then verified.
func (s *Store) VerifyArchive(ctx context.Context, id loyalty.AccountID, journal iter.Seq2[*loyalty.Entry, error]) (entries int, err error) {
	want, err := s.checkpoint(ctx, id)
	if err != nil || want.Seq == 0 {
		return 0, err
	}
	if journal == nil {
		journal = s.putAway(ctx, id, want.Seq)
	}
	data, err := want.MarshalBinary()
	if err != nil {
		return 0, err
	}
	return verifyArchive(id, want.Seq, data, journal)
}

// verifyArchive asks whether a journal leads to the checkpoint of an entry.
func verifyArchive(id loyalty.AccountID, seq int64, checkpoint []byte, journal iter.Seq2[*loyalty.Entry, error]) (entries int, err error) {
	a := loyalty.NewAccount(id)
	err = a.Verify(func(yield func(*loyalty.Entry, error) bool) {
		for e, err := range journal {
			if err == nil {
				entries++
			}
			if !yield(e, err) || a.Seq == seq {
				return
			}
		}
	})
	if err != nil {
		return entries, err
	}
	if a.Seq != seq {
		return entries, &loyalty.BrokenError{Index: entries, Seq: a.Seq + 1, Err: fmt.Errorf("%w: it is missing, the checkpoint is %d", loyalty.ErrGap, seq)}
	}
	got, err := a.MarshalBinary()
	if err != nil {
		return entries, err
	}
	if !bytes.Equal(got, checkpoint) {
		return entries, damaged("checkpoint of", id, errors.New("it is not what the archive says"))
	}
	return entries, nil
}

// putAway yields the entries of the archive table.
func (s *Store) putAway(ctx context.Context, id loyalty.AccountID, upto int64) iter.Seq2[*loyalty.Entry, error] {
	return func(yield func(*loyalty.Entry, error) bool) {
		err := s.eachEntry(ctx, s.read, "entries_old", id, 0, upto, func(e *loyalty.Entry) error {
			if !yield(e, nil) {
				return errNothing
			}
			return nil
		})
		if err != nil && !errors.Is(err, errNothing) {
			yield(nil, err)
		}
	}
}
