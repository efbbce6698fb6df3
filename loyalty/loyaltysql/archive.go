package loyaltysql

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// ArchiveConfig says what of accounts is put away. It is a plain value.
type ArchiveConfig struct {
	// Before is an instant of recording: entries that were recorded before it are put away.
	Before time.Time
	// Keep is how many of an account's last entries stay, though they are older.
	Keep int64
	// Limit is how many entries of an account are put away at once; 0 is DefaultArchive.
	Limit int
	// Sink, if there is one, is given the entries, in order, before they are deleted:
	// where it is the host's to keep them. What it has taken may be given again, if the
	// transaction that deletes it fails: it keeps one entry for each account and number.
	// Without it they go into the archive table. Its error leaves all as it was.
	Sink func(ctx context.Context, e *loyalty.Entry) error
}

// DefaultArchive is how many entries are put away at once by default.
const DefaultArchive = 10_000

// Archived is what was put away of an account.
type Archived struct {
	Account loyalty.AccountID
	Seq     int64 // of the checkpoint: the journal is there after it; 0: none was ever made
	Entries int
	Lots    int
	Err     error // of ArchiveAccounts: why nothing was
}

// Archive puts old entries of an account away, with the lots that were finished by then,
// and leaves a checkpoint: the account as it was after the last of them, with its hash,
// from which Verify goes on and to which VerifyArchive compares what was put away. What is
// put away is verified first: a *loyalty.BrokenError names the first entry that cannot be
// believed. All is one transaction, in which the account's row is locked; a store in a
// transaction of the host's is an ErrConfig.
//
// Nothing changes for commands: orders, redemptions, holds and receipts stay, and a lot
// that was put away is found there when something of it is given back. What stays too, with
// all after it, is what is not put to use yet: a parcel that has not arrived at the other
// account, and, with a Sink, an event that was not delivered.
//
// The journal of an account is read from the archive table too; where a Sink has taken
// entries, reading it from before them is an *ArchivedError, as is reading the journal of
// all accounts from before what was put away last. Event, receipt and statement of an
// entry in the archive table are as before.
func (s *Store) Archive(ctx context.Context, id loyalty.AccountID, cfg ArchiveConfig) (Archived, error) {
	out := Archived{Account: id}
	if s.in != nil {
		return out, fmt.Errorf("%w: in a transaction", ErrConfig)
	}
	old, err := s.hasOld(ctx, id, cfg.Before)
	if err != nil || !old {
		return out, err
	}
	err = s.write(ctx, func(q session) error {
		w := archiving{s: s, q: q, id: id, cfg: cfg}
		if err := w.run(ctx); err != nil {
			return err
		}
		out = w.out
		return nil
	})
	if err != nil {
		return Archived{Account: id}, err
	}
	return out, nil
}

// hasOld reports whether the first entry of an account is old.
func (s *Store) hasOld(ctx context.Context, id loyalty.AccountID, before time.Time) (old bool, err error) {
	err = s.read(ctx, func(q session) error {
		old = false
		return q.query(ctx, s.sql("SELECT recorded FROM {table:entries} WHERE program = ? AND account = ? ORDER BY seq LIMIT 1"), []driver.Value{s.program, blob(id)}, func(r []driver.Value) error {
			old = integer(r[0]) < int64(loyalty.InstantOf(before))
			return nil
		})
	})
	return old, err
}

// ArchiveAccounts archives accounts, at most limit of them, by their ids, after one ("":
// from the first on), and returns what was put away of those of which something was, or
// why nothing could be. Go on from next until it is "". The error is that of reading the
// ids, or ctx's.
func (s *Store) ArchiveAccounts(ctx context.Context, cfg ArchiveConfig, after loyalty.AccountID, limit int) (out []Archived, next loyalty.AccountID, err error) {
	if s.in != nil {
		return nil, after, fmt.Errorf("%w: in a transaction", ErrConfig)
	}
	if limit <= 0 {
		return nil, after, ctx.Err()
	}
	var ids []loyalty.AccountID
	err = s.read(ctx, func(q session) error {
		ids = ids[:0]
		return q.query(ctx, s.sql("SELECT account FROM {table:accounts} WHERE program = ? AND account > ? ORDER BY account LIMIT ?"), []driver.Value{s.program, blob(after), int64(limit)}, func(r []driver.Value) error {
			ids = append(ids, loyalty.AccountID(octets(r[0])))
			return nil
		})
	})
	if err != nil {
		return nil, after, err
	}
	next = after
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return out, next, err
		}
		a, err := s.Archive(ctx, id, cfg)
		if a.Err = err; err != nil || a.Entries > 0 {
			out = append(out, a)
		}
		next = id
	}
	if len(ids) < limit {
		next = ""
	}
	return out, next, nil
}

// archiving is the transaction of Archive.
type archiving struct {
	s       *Store
	q       session
	id      loyalty.AccountID
	cfg     ArchiveConfig
	seq     int64 // the account's
	waiting int64 // the first entry of which the event was not delivered; 0: none
	a       *loyalty.Account
	out     Archived
}

func (w *archiving) run(ctx context.Context) error {
	s := w.s
	w.out.Account = w.id
	if err := s.lock(ctx, w.q, w.id); err != nil {
		return err
	}
	account := []driver.Value{s.program, blob(w.id)}
	err := w.q.query(ctx, s.sql("SELECT seq FROM {table:accounts} WHERE program = ? AND account = ?"), account, func(r []driver.Value) error {
		w.seq = integer(r[0])
		return nil
	})
	if err != nil {
		return err
	}
	if w.cfg.Sink != nil {
		err := w.q.query(ctx, s.sql("SELECT MIN(seq) FROM {table:outbox} WHERE program = ? AND bucket = ? AND account = ?"), []driver.Value{s.program, bucketOf(w.id), blob(w.id)}, func(r []driver.Value) error {
			w.waiting = integer(r[0])
			return nil
		})
		if err != nil {
			return err
		}
	}
	if w.a, err = s.checkpointIn(ctx, w.q, w.id); err != nil {
		return err
	}
	from := w.a.Seq
	w.out.Seq = from
	if err := w.verify(ctx); err != nil {
		return err
	}
	if w.out.Entries = int(w.a.Seq - from); w.out.Entries == 0 {
		return nil
	}
	w.out.Seq = w.a.Seq
	if err := w.move(ctx); err != nil {
		return err
	}
	return w.lots(ctx)
}

// verify takes entries that are put away into the account of the checkpoint.
func (w *archiving) verify(ctx context.Context) error {
	in := func(_ context.Context, f func(session) error) error { return f(w.q) }
	limit := w.cfg.Limit
	if limit <= 0 {
		limit = DefaultArchive
	}
	before, n := loyalty.InstantOf(w.cfg.Before), 0
	return w.a.Verify(func(yield func(*loyalty.Entry, error) bool) {
		upto := w.seq - max(w.cfg.Keep, 0)
		if upto <= w.a.Seq {
			return
		}
		err := w.s.eachEntry(ctx, in, "entries", w.id, w.a.Seq, upto, func(e *loyalty.Entry) error {
			stays, err := w.stays(ctx, e)
			switch {
			case err != nil:
				return err
			case stays || e.Recorded >= before || n == limit:
				return errNothing
			}
			n++
			if !yield(e, nil) {
				return errNothing
			}
			if w.cfg.Sink != nil { // it is verified now
				return w.cfg.Sink(ctx, e)
			}
			return nil
		})
		if err != nil && err != errNothing { //nolint:errorlint // it is our own
			yield(nil, err)
		}
	})
}

// stays reports whether an entry is needed as it is.
func (w *archiving) stays(ctx context.Context, e *loyalty.Entry) (bool, error) {
	if w.waiting > 0 && e.Seq >= w.waiting {
		return true, nil
	}
	if e.Op != loyalty.OpTransferOut && e.Op != loyalty.OpMergeOut {
		return false, nil
	}
	arrived := false
	err := w.q.query(ctx, w.s.sql("SELECT seq FROM {table:receipts} WHERE program = ? AND rkey = ?"), []driver.Value{w.s.program, blob(loyalty.ReceiveKey(e.Key))}, func([]driver.Value) error {
		arrived = true
		return nil
	})
	return !arrived, err
}

// move writes the checkpoint and takes the entries out of the journal.
func (w *archiving) move(ctx context.Context) error {
	data, err := w.a.MarshalBinary()
	if err != nil {
		return err
	}
	upto := []driver.Value{w.s.program, blob(w.id), w.a.Seq}
	type step struct {
		text string
		args []driver.Value
	}
	steps := []step{
		{"DELETE FROM {table:checkpoints} WHERE program = ? AND account = ? AND seq < ?", upto},
		{"INSERT INTO {table:checkpoints} (program, account, seq, recorded, data) VALUES (?, ?, ?, ?, ?)", append(upto[:3:3], int64(w.a.Recorded), data)},
	}
	if w.cfg.Sink == nil {
		steps = append(steps, step{"INSERT INTO {table:entries_old} (program, account, seq, recorded, effective, op, data)" +
			" SELECT program, account, seq, recorded, effective, op, data FROM {table:entries} WHERE program = ? AND account = ? AND seq <= ?", upto})
	}
	steps = append(steps,
		step{"DELETE FROM {table:entries} WHERE program = ? AND account = ? AND seq <= ?", upto},
		step{"DELETE FROM {table:uses} WHERE program = ? AND account = ? AND seq <= ?", upto})
	for _, x := range steps {
		if _, err := w.q.exec(ctx, w.s.sql(x.text), x.args); err != nil {
			return err
		}
	}
	return w.s.noteRecorded(ctx, w.q, w.a.Recorded)
}

// lots puts the lots away that were finished at the checkpoint, and are.
func (w *archiving) lots(ctx context.Context) error {
	var ids []loyalty.LotID
	err := w.q.query(ctx, w.s.sql("SELECT lot FROM {table:lots_done} WHERE program = ? AND account = ? ORDER BY lot"), []driver.Value{w.s.program, blob(w.id)}, func(r []driver.Value) error {
		if l, ok := w.a.Lot(loyalty.LotID(integer(r[0]))); ok && l.Remaining == 0 && l.Held == 0 {
			ids = append(ids, l.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.out.Lots = len(ids)
	for len(ids) > 0 {
		some := ids[:min(len(ids), maxIn)]
		ids = ids[len(some):]
		var where strings.Builder
		where.WriteString(" WHERE program = ? AND account = ? AND lot")
		in(&where, len(some))
		args := []driver.Value{w.s.program, blob(w.id)}
		for _, id := range some {
			args = append(args, int64(id))
		}
		args = pad(args, len(some))
		for _, text := range []string{
			"DELETE FROM {table:lots_old}", // of before it came back
			"INSERT INTO {table:lots_old} (program, account, lot, data) SELECT program, account, lot, data FROM {table:lots_done}",
			"DELETE FROM {table:lots_done}",
		} {
			if _, err := w.q.exec(ctx, w.s.sql(text+where.String()), args); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkpoint returns an account as it was at its checkpoint, or an empty one.
func (s *Store) checkpoint(ctx context.Context, id loyalty.AccountID) (a *loyalty.Account, err error) {
	err = s.read(ctx, func(q session) error {
		a, err = s.checkpointIn(ctx, q, id)
		return err
	})
	return a, err
}

func (s *Store) checkpointIn(ctx context.Context, q session, id loyalty.AccountID) (*loyalty.Account, error) {
	a := loyalty.NewAccount(id)
	err := q.query(ctx, s.sql("SELECT seq, recorded, data FROM {table:checkpoints} WHERE program = ? AND account = ? ORDER BY seq DESC LIMIT 1"), []driver.Value{s.program, blob(id)}, func(r []driver.Value) error {
		err := a.UnmarshalBinary(octets(r[2]))
		if err == nil && (a.ID != id || a.Seq != integer(r[0]) || int64(a.Recorded) != integer(r[1]) || !a.Complete()) {
			err = fmt.Errorf("%w: of entry %d of %q", loyalty.ErrFormat, a.Seq, a.ID)
		}
		if err != nil {
			return damaged("checkpoint of", id, err)
		}
		return nil
	})
	return a, err
}
