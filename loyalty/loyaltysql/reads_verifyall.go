package loyaltysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty"
)

// VerifiedAll is what [Store.VerifyAll] has found right.
type VerifiedAll struct {
	Accounts int
	Entries  int // that were read, those in the archive table too
	// Elsewhere is how many entries a Sink has taken. Where there are any, counters are not
	// compared, since nobody knows what those entries took.
	Elsewhere int
	Lots      int
	Receipts  int
	Holds     int
	Counters  int             // that accounts share
	Events    int             // that wait to be delivered
	Rows      int             // of the host's or of other packages
	Recorded  loyalty.Instant // of the last entry
}

// VerifyAll asks whether all of the programme's tables are what the journals say. It
// verifies each account, by its id, as [Store.Verify] does, and, where it is in the archive
// table, what was put away of it, as [Store.VerifyArchive] does. Then it asks what no
// account can tell: that no rows are of accounts that are not there; that no receipt is
// one too many; that shared counters are what all entries together have taken, with what
// is reserved past the last change of the counter (what was reserved until before then
// has lapsed, or not, by the clocks of several accounts, and is not compared); that
// each waiting event has its entry and its bucket; that rows of the host's and of other
// packages have a version. What those say, and whether an event that does not wait was
// delivered, the store cannot know.
//
// The first fault is a *loyalty.BrokenError or an ErrDamaged, which names it. What is
// written to accounts meanwhile is no fault; a fault of what they share, found while
// somebody was writing, is an ErrConflict besides: ask again in a quiet hour, or in a transaction
// that sees one moment (WithTx, repeatable read). Cost: all is read, an account at a time;
// some bytes are kept for each account and counter.
func (s *Store) VerifyAll(ctx context.Context) (VerifiedAll, error) {
	v := verifyingAll{s: s, receipts: make(map[loyalty.AccountID]int), counters: make(map[string]*taken)}
	before, err := v.written(ctx)
	if err != nil {
		return v.done, err
	}
	for _, f := range []func(context.Context) error{v.strays, v.accounts, v.spare} {
		if err := f(ctx); err != nil {
			return v.done, err
		}
	}
	for _, f := range []func(context.Context) error{v.shared, v.events, v.rows} {
		if err := f(ctx); err != nil {
			if after, e := v.written(ctx); e == nil && after != before {
				err = fmt.Errorf("%w: while all was read: %w", loyalty.ErrConflict, err)
			}
			return v.done, err
		}
	}
	return v.done, nil
}

// verifyingAll is what VerifyAll knows by now.
type verifyingAll struct {
	s        *Store
	done     VerifiedAll
	receipts map[loyalty.AccountID]int // how many an account has
	counters map[string]*taken
	n        int // rows of the last query that were right
}

// taken is what entries have taken of a counter.
type taken struct {
	confirmed int64
	held      map[loyalty.Instant]int64
	last      loyalty.Instant // of the changes
}

func (v *verifyingAll) query(ctx context.Context, text string, args []driver.Value, each func(row []driver.Value) error) error {
	return v.s.read(ctx, func(q session) error {
		v.n = 0 // it may be another reading
		return q.query(ctx, v.s.sql(text), append([]driver.Value{v.s.program}, args...), each)
	})
}

// written tells by two numbers whether something was written.
func (v *verifyingAll) written(ctx context.Context) (marks [2]int64, err error) {
	err = v.query(ctx, "SELECT COUNT(*), SUM(seq) FROM {table:accounts} WHERE program = ?", nil, func(r []driver.Value) error {
		marks = [2]int64{integer(r[0]), integer(r[1])}
		return nil
	})
	return marks, err
}

// strays asks for rows of accounts that are not there.
func (v *verifyingAll) strays(ctx context.Context) error {
	for id, t := range tables {
		if tableID(id) == tAccounts || tableID(id) == tShared || tableID(id) == tRows {
			continue
		}
		err := v.query(ctx, "SELECT t.account FROM {table:"+t.name+"} t LEFT JOIN {table:accounts} a ON a.program = t.program AND a.account = t.account WHERE t.program = ? AND a.account IS NULL LIMIT 1", nil, func(r []driver.Value) error {
			return fmt.Errorf("%w: rows in %s of account %q: there is no such account", ErrDamaged, t.name, octets(r[0]))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// accounts verifies one after the other.
func (v *verifyingAll) accounts(ctx context.Context) error {
	for after, first := (loyalty.AccountID)(""), true; ; first = false {
		var ids []loyalty.AccountID
		text, args := " AND account > ?", []driver.Value{blob(after), int64(wholePage)}
		if first {
			text, args = "", args[1:]
		}
		err := v.s.read(ctx, func(q session) error {
			ids = ids[:0]
			return q.query(ctx, v.s.sql("SELECT account FROM {table:accounts} WHERE program = ?"+text+" ORDER BY account LIMIT ?"), append([]driver.Value{v.s.program}, args...), func(r []driver.Value) error {
				ids = append(ids, loyalty.AccountID(octets(r[0])))
				return nil
			})
		})
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := v.account(ctx, id); err != nil {
				return err
			}
			after = id
		}
		if len(ids) < wholePage {
			return nil
		}
	}
}

// account verifies one, and counts what it has.
func (v *verifyingAll) account(ctx context.Context, id loyalty.AccountID) error {
	a, err := v.s.verify(ctx, verifying{s: v.s, id: id, keep: true})
	switch {
	case err != nil:
		return fmt.Errorf("account %q: %w", id, err)
	case a.done.Seq == 0: // a row that Lock has made
		return nil
	}
	d := &v.done
	d.Accounts++
	d.Entries += a.done.Entries
	d.Lots += a.done.Lots
	d.Receipts += a.done.Receipts
	d.Holds += a.done.Holds
	d.Recorded = max(d.Recorded, a.done.Recorded)
	v.receipts[id] = a.done.Receipts
	v.take(a.shared)
	if a.done.From == 0 {
		return nil
	}
	return v.old(ctx, id, a.done.From, a.from)
}

// old verifies what was put away of an account up to the checkpoint that it was verified
// from, if it is in the archive table. More may be put away by now.
func (v *verifyingAll) old(ctx context.Context, id loyalty.AccountID, upto int64, checkpoint []byte) error {
	there := int64(0)
	err := v.query(ctx, "SELECT COUNT(*) FROM {table:entries_old} WHERE program = ? AND account = ? AND seq <= ?", []driver.Value{blob(id), upto}, func(r []driver.Value) error {
		there = integer(r[0])
		return nil
	})
	if err != nil {
		return err
	}
	if there < upto {
		v.done.Elsewhere += int(upto)
		return nil
	}
	journal := v.s.putAway(ctx, id, upto)
	n, err := verifyArchive(id, upto, checkpoint, func(yield func(*loyalty.Entry, error) bool) {
		for e, err := range journal {
			if err == nil {
				v.take(e.Shared)
			}
			if !yield(e, err) {
				return
			}
		}
	})
	v.done.Entries += n
	if err != nil {
		err = fmt.Errorf("what was put away of account %q: %w", id, err)
	}
	return err
}

// take counts changes of counters.
func (v *verifyingAll) take(changes []loyalty.SharedChange) {
	for _, ch := range changes {
		t := v.counters[ch.Counter]
		if t == nil {
			t = &taken{held: make(map[loyalty.Instant]int64)}
			v.counters[strings.Clone(ch.Counter)] = t
		}
		t.last = max(t.last, ch.At)
		until := ch.Until
		if until == 0 {
			until = loyalty.Never
		}
		switch ch.Step {
		case loyalty.Reserve:
			t.held[until] += ch.Amount
		case loyalty.Confirm:
			t.confirmed += ch.Amount
			t.held[until] -= ch.Amount
		case loyalty.Release:
			t.held[until] -= ch.Amount
		case loyalty.Restore:
			t.confirmed -= ch.Amount
		}
	}
}

// spare asks whether an account has more receipts than keys.
func (v *verifyingAll) spare(ctx context.Context) error {
	var more []loyalty.AccountID
	err := v.s.read(ctx, func(q session) error {
		more = more[:0]
		return q.query(ctx, v.s.sql("SELECT account, COUNT(*) FROM {table:receipts} WHERE program = ? GROUP BY account"), []driver.Value{v.s.program}, func(r []driver.Value) error {
			if id := loyalty.AccountID(octets(r[0])); integer(r[1]) != int64(v.receipts[id]) {
				more = append(more, id)
			}
			return nil
		})
	})
	for _, id := range more {
		if err == nil {
			_, err = v.s.verify(ctx, verifying{s: v.s, id: id, every: true})
		}
	}
	return err
}

// shared compares shared counters.
func (v *verifyingAll) shared(ctx context.Context) error {
	if v.done.Elsewhere > 0 {
		return nil
	}
	wrong := func(name, how string) error {
		return fmt.Errorf("%w: counter %q: %s", ErrDamaged, name, how)
	}
	seen := make(map[string]bool, len(v.counters))
	err := v.query(ctx, "SELECT counter, confirmed, state FROM {table:shared} WHERE program = ? ORDER BY counter", nil, func(r []driver.Value) error {
		name := string(octets(r[0]))
		t, ok := v.counters[name]
		if !ok {
			return wrong(name, isExtra)
		}
		var total loyalty.SharedTotal
		if err := total.UnmarshalBinary(octets(r[2])); err != nil {
			return damaged("counter", name, err)
		}
		if total.Confirmed != t.confirmed || integer(r[1]) != t.confirmed {
			return wrong(name, fmt.Sprintf("it is %d and %d, and entries have taken %d", integer(r[1]), total.Confirmed, t.confirmed))
		}
		held := make(map[loyalty.Instant]int64, len(total.Held))
		for _, h := range total.Held {
			if held[h.Until] = h.Amount; h.Until > t.last && t.held[h.Until] != h.Amount {
				return wrong(name, fmt.Sprintf("%d are reserved, and entries have reserved %d", h.Amount, t.held[h.Until]))
			}
		}
		for until, n := range t.held {
			if until > t.last && n != held[until] {
				return wrong(name, fmt.Sprintf("%d that entries have reserved are missing", n))
			}
		}
		seen[name] = true
		return nil
	})
	if err != nil {
		return err
	}
	for name := range v.counters {
		if !seen[name] {
			return wrong(name, isMissing)
		}
	}
	v.done.Counters = len(seen)
	return nil
}

// events asks whether those that wait are of entries.
func (v *verifyingAll) events(ctx context.Context) error {
	err := v.query(ctx, "SELECT o.account, o.seq, o.recorded, o.bucket, e.recorded, a.recorded FROM {table:outbox} o"+
		" LEFT JOIN {table:entries} e ON e.program = o.program AND e.account = o.account AND e.seq = o.seq"+
		" LEFT JOIN {table:entries_old} a ON a.program = o.program AND a.account = o.account AND a.seq = o.seq WHERE o.program = ?", nil, func(r []driver.Value) error {
		id, recorded := loyalty.AccountID(octets(r[0])), r[4]
		if recorded == nil {
			recorded = r[5]
		}
		how := ""
		switch {
		case recorded == nil:
			how = isExtra
		case integer(recorded) != integer(r[2]):
			how = isChanged
		case integer(r[3]) != bucketOf(id):
			how = fmt.Sprintf("it stands in bucket %d", integer(r[3]))
		default:
			v.n++
			return nil
		}
		return fmt.Errorf("%w: event of entry %d of account %q: %s", ErrDamaged, integer(r[1]), id, how)
	})
	v.done.Events = v.n
	return err
}

// rows asks whether rows have a version.
func (v *verifyingAll) rows(ctx context.Context) error {
	err := v.query(ctx, "SELECT tbl, rkey FROM {table:rows} WHERE program = ? AND version < 1 LIMIT 1", nil, func(r []driver.Value) error {
		return damaged("row of "+string(octets(r[0])), octets(r[1]), errors.New("it has no version"))
	})
	if err != nil {
		return err
	}
	return v.query(ctx, "SELECT COUNT(*) FROM {table:rows} WHERE program = ?", nil, func(r []driver.Value) error {
		v.done.Rows = int(integer(r[0]))
		return nil
	})
}
