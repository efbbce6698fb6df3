package loyaltysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Verified is what [Store.Verify] has found right.
type Verified struct {
	Account loyalty.AccountID
	From    int64 // of the checkpoint that it went on from; 0: from the first entry
	Seq     int64 // of the last entry
	Head    [32]byte
	Entries int // that were read
	Lots    int
	// Receipts and Holds are all that the account has; Recorded is of the last entry.
	Receipts, Holds int
	Recorded        loyalty.Instant
}

// Verify asks whether an account is what its journal says: it reads the journal, from the
// checkpoint on where a part was put away, with all that loyalty.Verify asks, and then
// compares every row of the account with what the journal has made of it: header, lots,
// windows, orders, redemptions, holds, receipts and uses. The first entry that is missing,
// or was changed, is named by a *loyalty.BrokenError; a row that is missing, too many or
// changed is an ErrDamaged that names it. What is written or put away meanwhile is no fault.
// An account that was never written is right. A receipt too many is found by
// [Store.VerifyAll] alone, which asks after all that no account can tell.
//
// It says nothing of notes, which are not hashed, and believes the checkpoint:
// [Store.VerifyArchive] compares that with what was put away. Cost: all of the account is
// read, and kept in memory.
func (s *Store) Verify(ctx context.Context, id loyalty.AccountID) (Verified, error) {
	v, err := s.verify(ctx, verifying{s: s, id: id})
	return v.done, err
}

// verify tries until nobody has written meanwhile.
func (s *Store) verify(ctx context.Context, plain verifying) (*verifying, error) {
	for range loadTries {
		v := plain
		err := v.run(ctx)
		if errors.Is(err, errMoved) {
			continue
		}
		if err != nil {
			if moved, e := v.moved(ctx); e == nil && moved {
				continue
			}
		}
		return &v, err
	}
	plain.done.Account = plain.id
	return &plain, fmt.Errorf("%w: while %q was read", loyalty.ErrConflict, plain.id)
}

// verifying is one attempt to verify an account.
type verifying struct {
	s    *Store
	id   loyalty.AccountID
	row  accountRow
	a    *loyalty.Account
	uses []useRow
	done Verified

	every     bool                // all receipts are read
	keep      bool                // the checkpoint
	from      []byte              // the checkpoint, of keep
	lastHolds map[string][2]int64 // ends and points of holds, as entries say
	shared    []loyalty.SharedChange
}

// accountRow is the row of an account; its sequence number is 0 if there is none.
type accountRow struct {
	seq, recorded, due, bucket int64
	head, header               []byte
}

// useRow is a row of the uses.
type useRow [7]int64

func (v *verifying) query(ctx context.Context, text string, args []driver.Value, each func(row []driver.Value) error) error {
	return v.s.read(ctx, func(q session) error {
		return q.query(ctx, v.s.sql(text), append([]driver.Value{v.s.program, blob(v.id)}, args...), each)
	})
}

// account reads the row of the account.
func (v *verifying) account(ctx context.Context) error {
	v.row = accountRow{}
	return v.query(ctx, "SELECT seq, recorded, due, bucket, head, header FROM {table:accounts} WHERE program = ? AND account = ?", nil, func(r []driver.Value) error {
		v.row = accountRow{integer(r[0]), integer(r[1]), integer(r[2]), integer(r[3]), append([]byte(nil), octets(r[4])...), append([]byte(nil), octets(r[5])...)}
		return nil
	})
}

func (v *verifying) run(ctx context.Context) error {
	v.done = Verified{Account: v.id}
	if err := v.account(ctx); err != nil {
		return err
	}
	var err error
	if v.a, err = v.s.checkpoint(ctx, v.id); err != nil {
		return err
	}
	v.done.From = v.a.Seq
	if v.keep && v.a.Seq > 0 {
		if v.from, err = v.a.MarshalBinary(); err != nil {
			return err
		}
	}
	v.lastHolds = make(map[string][2]int64)
	for _, h := range v.a.Holds() {
		v.lastHolds[h.ID] = [2]int64{int64(h.Until), int64(h.Points)}
	}
	err = v.a.Verify(func(yield func(*loyalty.Entry, error) bool) {
		for e, err := range v.s.chain(ctx, v.id, v.a.Seq, v.row.seq) {
			if err == nil {
				v.done.Entries++
				v.shared = append(v.shared, e.Shared...)
				if h := e.Hold; h != nil {
					v.lastHolds[h.ID] = [2]int64{int64(h.Until), int64(h.Points)}
				}
				for n := range e.Uses {
					u := &e.Uses[n]
					v.uses = append(v.uses, useRow{e.Seq, int64(n), int64(u.Lot), int64(u.Ordinal), int64(u.From), int64(u.To), int64(u.Points)})
				}
			}
			if !yield(e, err) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	if v.a.Seq != v.row.seq {
		return &loyalty.BrokenError{Index: v.done.Entries, Seq: v.a.Seq + 1, Err: fmt.Errorf("%w: it is missing, the account has %d", loyalty.ErrGap, v.row.seq)}
	}
	v.done.Seq, v.done.Head, v.done.Recorded = v.a.Seq, v.a.Head, v.a.Recorded
	if err := v.rows(ctx); err != nil {
		return err
	}
	moved, err := v.moved(ctx)
	if err == nil && moved {
		err = errMoved
	}
	return err
}

// moved reports whether the account was written, or some of it put away, since it was read.
func (v *verifying) moved(ctx context.Context) (bool, error) {
	seq, from := int64(0), int64(0)
	for to, text := range map[*int64]string{
		&seq:  "SELECT seq FROM {table:accounts} WHERE program = ? AND account = ?",
		&from: "SELECT MAX(seq) FROM {table:checkpoints} WHERE program = ? AND account = ?",
	} {
		err := v.query(ctx, text, nil, func(r []driver.Value) error {
			*to = integer(r[0])
			return nil
		})
		if err != nil {
			return false, err
		}
	}
	return seq != v.row.seq || v.lastHolds != nil && from != v.done.From, nil
}

// chain yields the entries of an account after one and up to one (0: the last) that are in
// the journal. A row that is no entry, or stands under what it is not, is a BrokenError.
func (s *Store) chain(ctx context.Context, id loyalty.AccountID, after, upto int64) iter.Seq2[*loyalty.Entry, error] {
	return func(yield func(*loyalty.Entry, error) bool) {
		err := s.eachEntry(ctx, s.read, "entries", id, after, upto, func(e *loyalty.Entry) error {
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

// eachEntry gives the entries of a table to f, page by page.
func (s *Store) eachEntry(ctx context.Context, run func(context.Context, func(session) error) error, table string, id loyalty.AccountID, after, upto int64, f func(*loyalty.Entry) error) error {
	index := 0
	for {
		var page []*loyalty.Entry
		var broken error
		err := run(ctx, func(q session) error {
			page, broken = page[:0], nil
			where, args := "", []driver.Value{s.program, blob(id), after}
			if upto > 0 {
				where, args = " AND seq <= ?", append(args, upto)
			}
			return q.query(ctx, s.sql("SELECT seq, recorded, effective, op, data FROM {table:"+table+"} WHERE program = ? AND account = ? AND seq > ?"+where+" ORDER BY seq LIMIT ?"), append(args, int64(wholePage)), func(r []driver.Value) error {
				if broken != nil {
					return nil
				}
				e, err := entryOf(id, octets(r[4]))
				if err == nil && (e.Seq != integer(r[0]) || int64(e.Recorded) != integer(r[1]) || int64(e.Effective) != integer(r[2]) || string(e.Op) != string(octets(r[3]))) {
					err = damaged("columns of an entry of", id, loyalty.ErrHash)
				}
				if err != nil {
					broken = &loyalty.BrokenError{Index: index + len(page), Seq: integer(r[0]), Err: err}
					return nil
				}
				page = append(page, e)
				return nil
			})
		})
		if err != nil {
			return err
		}
		for _, e := range page {
			if err := f(e); err != nil {
				return err
			}
			after = e.Seq
		}
		index += len(page)
		if broken != nil || len(page) < wholePage {
			return broken
		}
	}
}

// VerifyRange asks whether the entries of an account after one and up to one (0: the last)
// are a piece of one chain: numbers without gaps, recorded in order, hashes that fit. It
// looks at nothing else and costs as much as the range. The first entry that is missing or
// was changed is named by a *loyalty.BrokenError. It returns how many entries there are.
// A range that begins before what was put away, be it meanwhile, is an ErrArchived.
func (s *Store) VerifyRange(ctx context.Context, id loyalty.AccountID, after, upto int64) (entries int, err error) {
	entries, err = s.verifyRange(ctx, id, after, upto)
	if err == nil || errors.Is(err, ErrArchived) {
		return entries, err
	}
	if gone := s.archivedTo(ctx, id); gone != nil {
		if a, ok := errors.AsType[*ArchivedError](gone); ok && a.Seq > after {
			return entries, gone
		}
	}
	return entries, err
}

func (s *Store) verifyRange(ctx context.Context, id loyalty.AccountID, after, upto int64) (entries int, err error) {
	v := verifying{s: s, id: id}
	if err := v.account(ctx); err != nil {
		return 0, err
	}
	if upto <= 0 || upto > v.row.seq {
		upto = v.row.seq
	}
	last, err := s.before(ctx, id, after)
	if err != nil {
		return 0, err
	}
	broken := func(seq int64, err error) error { return &loyalty.BrokenError{Index: entries, Seq: seq, Err: err} }
	for e, err := range s.chain(ctx, id, after, upto) {
		switch {
		case err != nil:
			return entries, err
		case e.Account != id || e.Seq != last.Seq+1:
			return entries, broken(last.Seq+1, fmt.Errorf("%w: entry %d of %q after %d", loyalty.ErrGap, e.Seq, e.Account, last.Seq))
		case e.Prev != last.Hash:
			return entries, broken(e.Seq, fmt.Errorf("%w: it follows another entry", loyalty.ErrHash))
		case e.Sum() != e.Hash:
			return entries, broken(e.Seq, fmt.Errorf("%w: its content was changed", loyalty.ErrHash))
		case last.Seq > 0 && e.Recorded <= last.Recorded:
			return entries, broken(e.Seq, loyalty.ErrRecorded)
		}
		last = *e
		entries++
	}
	switch {
	case last.Seq < upto:
		return entries, broken(last.Seq+1, fmt.Errorf("%w: it is missing, the account has %d", loyalty.ErrGap, v.row.seq))
	case last.Seq == v.row.seq && last.Seq > 0 && string(v.row.head) != string(last.Hash[:]):
		return entries, damaged("head of account", id, loyalty.ErrHash)
	}
	return entries, nil
}

// before returns what of the entry of a number the next one follows.
func (s *Store) before(ctx context.Context, id loyalty.AccountID, seq int64) (last loyalty.Entry, err error) {
	if seq <= 0 {
		if err := s.archivedTo(ctx, id); err != nil {
			return last, err
		}
		return last, nil
	}
	for e, err := range s.chain(ctx, id, seq-1, seq) {
		if err != nil {
			return last, err
		}
		last = *e
	}
	if last.Seq == seq {
		return last, nil
	}
	a, err := s.checkpoint(ctx, id)
	switch {
	case err != nil:
		return last, err
	case a.Seq == seq:
		return loyalty.Entry{Seq: a.Seq, Hash: a.Head, Recorded: a.Recorded}, nil
	case a.Seq > seq:
		return last, &ArchivedError{Account: id, Seq: a.Seq}
	}
	return last, &loyalty.BrokenError{Seq: seq, Err: fmt.Errorf("%w: it is missing", loyalty.ErrGap)}
}
