package loyaltysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

var _ loyalty.Aggregator = (*Store)(nil)

// Balance returns what an account has of a kind at t, see loyalty.BalanceAt. One from the
// account's last instant on is told by the account's row; one before it by the whole
// journal, which is an ErrArchived where a part of it is in an archive of the host's.
func (s *Store) Balance(ctx context.Context, id loyalty.AccountID, k loyalty.Kind, t time.Time) (loyalty.Balance, error) {
	var b loyalty.Balance
	err := s.settled(ctx, id, loyalty.InstantOf(t), func(a *loyalty.Account) (err error) {
		b, err = a.BalanceAt(k, t)
		return err
	})
	if !errors.Is(err, loyalty.ErrBackdated) {
		return b, err
	}
	return loyalty.BalanceAt(s.whole(ctx, id), k, t)
}

// Expiring returns what of a kind of an account expires after t and up to until if nothing
// else happens, see loyalty.Account.Expiring: the account's row tells it. t is not before
// the account's last instant, or it is loyalty.ErrBackdated.
func (s *Store) Expiring(ctx context.Context, id loyalty.AccountID, k loyalty.Kind, t, until time.Time) ([]loyalty.Expiring, error) {
	var out []loyalty.Expiring
	err := s.settled(ctx, id, loyalty.InstantOf(t), func(a *loyalty.Account) (err error) {
		out, err = a.Expiring(k, t, until)
		return err
	})
	return out, err
}

// settled reads an account, with more of it where f needs more.
func (s *Store) settled(ctx context.Context, id loyalty.AccountID, at loyalty.Instant, f func(*loyalty.Account) error) error {
	n := loyalty.Need{At: at}
	for round := 0; ; round++ {
		a, err := s.Load(ctx, id, n)
		if err != nil {
			return err
		}
		var more *loyalty.NeedError
		if err = f(a); !errors.As(err, &more) || round > 3 {
			return err
		}
		n = n.Join(more.Need)
		n.All = n.All || round == 2
	}
}

// ExpiringAccount is what of an account expires soon.
type ExpiringAccount struct {
	Account  loyalty.AccountID
	Expiring []loyalty.Expiring
}

// ExpiringAccounts returns accounts of which something of a kind expires after t and up to
// until if nothing else happens: those to write to. They are found by the index of what is
// due, at most limit of those that it names by until, from after on (zero: the first), of
// which some may have nothing of the kind; go on from next until more is false. Where an
// account has a later last instant than t, it is told from that on.
func (s *Store) ExpiringAccounts(ctx context.Context, k loyalty.Kind, t, until time.Time, after loyalty.DueAccount, limit int) (out []ExpiringAccount, next loyalty.DueAccount, more bool, err error) {
	type row struct {
		loyalty.DueAccount
		a *loyalty.Account
	}
	var rows []row
	if limit <= 0 {
		return nil, after, false, ctx.Err()
	}
	err = s.read(ctx, func(q session) error {
		rows = rows[:0]
		due, account := int64(after.Due), blob(after.Account)
		where, args := "", []driver.Value{s.program, int64(loyalty.InstantOf(until))}
		if after != (loyalty.DueAccount{}) {
			where, args = " AND due >= ? AND (due > ? OR account > ?)", append(args, due, due, account)
		}
		return q.query(ctx, s.sql("SELECT due, account, header FROM {table:accounts} WHERE program = ? AND due <= ?"+where+" ORDER BY program, due, account LIMIT ?"),
			append(args, int64(limit)), func(r []driver.Value) error {
				id := loyalty.AccountID(octets(r[1]))
				a, err := loyalty.NewPart(octets(r[2]))
				if err != nil {
					return damaged("account", id, err)
				}
				rows = append(rows, row{loyalty.DueAccount{Due: loyalty.Instant(integer(r[0])), Account: id}, a})
				return nil
			})
	})
	if err != nil {
		return nil, after, false, err
	}
	next = after
	for i := range rows {
		r := &rows[i]
		x, err := r.a.Expiring(k, later(t, r.a.Last), until)
		if errors.Is(err, loyalty.ErrNeed) {
			err = s.settled(ctx, r.Account, loyalty.InstantOf(t), func(a *loyalty.Account) (err error) {
				x, err = a.Expiring(k, later(t, a.Last), until)
				return err
			})
		}
		if err != nil {
			return out, next, true, err
		}
		if next = r.DueAccount; len(x) > 0 {
			out = append(out, ExpiringAccount{r.Account, x})
		}
	}
	return out, next, len(rows) == limit, nil
}

func later(t time.Time, last loyalty.Instant) time.Time {
	return max(loyalty.InstantOf(t), last).Time()
}

// Outstanding implements [loyalty.Aggregator]: the database sums. A sum that is no Points is
// loyalty.ErrOverflow.
func (s *Store) Outstanding(ctx context.Context, at loyalty.Instant) iter.Seq2[loyalty.OutstandingRow, error] {
	return func(yield func(loyalty.OutstandingRow, error) bool) {
		var rows []loyalty.OutstandingRow // the connection is given back before they are looked at
		err := s.read(ctx, func(q session) error {
			rows = rows[:0]
			return q.query(ctx, s.sql(`SELECT kind, expire, SUM(remaining) FROM (`+
				`SELECT kind, expire, remaining FROM {table:lots_open} WHERE program = ? AND win = 0 AND expire > ? AND remaining > 0`+
				` UNION ALL SELECT l.kind, w.expire, l.remaining FROM {table:lots_open} l JOIN {table:windows} w`+
				` ON w.program = l.program AND w.account = l.account AND w.kind = l.kind AND w.win = l.win`+
				` WHERE l.program = ? AND l.win <> 0 AND w.expire > ? AND l.remaining > 0) x GROUP BY kind, expire ORDER BY kind, expire`),
				[]driver.Value{s.program, int64(at), s.program, int64(at)}, func(r []driver.Value) error {
					n, err := total(r[2])
					if err != nil {
						return err
					}
					rows = append(rows, loyalty.OutstandingRow{Kind: loyalty.Kind(octets(r[0])), Expire: loyalty.Instant(integer(r[1])), Points: loyalty.Points(n)})
					return nil
				})
		})
		if err != nil {
			if !errors.Is(err, loyalty.ErrOverflow) && strings.Contains(err.Error(), "integer overflow") { // of SQLite
				err = fmt.Errorf("%w: %w", loyalty.ErrOverflow, err)
			}
			yield(loyalty.OutstandingRow{}, err)
			return
		}
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// total reads a sum, which some databases give as a text.
func total(v driver.Value) (int64, error) {
	text := string(octets(v))
	if text == "" {
		return integer(v), nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: %s", loyalty.ErrOverflow, text)
	}
	return n, nil
}

// Entries returns entries of an account whose effective instant is in [from, to), by
// sequence number, after one and at most limit of them: go on after the last until none
// are returned. They are sought in the account's journal as far as it is in the tables,
// put away or not.
func (s *Store) Entries(ctx context.Context, id loyalty.AccountID, from, to time.Time, after int64, limit int) ([]loyalty.Entry, error) {
	return s.page(ctx, id, " AND effective >= ? AND effective < ?", []driver.Value{int64(loyalty.InstantOf(from)), int64(loyalty.InstantOf(to))}, after, limit)
}

// page reads entries of both tables, as of one moment.
func (s *Store) page(ctx context.Context, id loyalty.AccountID, where string, what []driver.Value, after int64, limit int) (out []loyalty.Entry, err error) {
	if limit <= 0 {
		return nil, ctx.Err()
	}
	half := func(table string) string {
		return "SELECT * FROM (SELECT seq, data FROM {table:" + table + "} WHERE program = ? AND account = ? AND seq > ?" + where + " ORDER BY seq LIMIT ?) AS " + table
	}
	args := append([]driver.Value{s.program, blob(id), after}, what...)
	args = append(args, int64(limit))
	args = append(args, args...)
	err = s.read(ctx, func(q session) error {
		out = out[:0]
		return q.query(ctx, s.sql(half("entries_old")+" UNION ALL "+half("entries")+" ORDER BY 1 LIMIT ?"), append(args, int64(limit)), func(r []driver.Value) error {
			e, err := entryOf(id, octets(r[1]))
			if err == nil && e.Seq != integer(r[0]) {
				err = damaged("entry of", id, loyalty.ErrFormat)
			}
			out = append(out, *e)
			return err
		})
	})
	return out, err
}

// wholePage is how many entries are read at once.
const wholePage = 500

// whole yields the whole journal of an account, what was put away in the tables too. Where
// the host has it, it is an ArchivedError.
func (s *Store) whole(ctx context.Context, id loyalty.AccountID) iter.Seq2[*loyalty.Entry, error] {
	return func(yield func(*loyalty.Entry, error) bool) {
		for last := int64(0); ; {
			entries, err := s.page(ctx, id, "", nil, last, wholePage)
			if err == nil && last == 0 && (len(entries) == 0 || entries[0].Seq > 1) {
				err = s.archivedTo(ctx, id)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range entries {
				if last = entries[i].Seq; !yield(&entries[i], nil) {
					return
				}
			}
			if len(entries) < wholePage {
				return
			}
		}
	}
}

// archivedTo returns an ArchivedError if a part of the journal of an account was put away.
func (s *Store) archivedTo(ctx context.Context, id loyalty.AccountID) error {
	seq := int64(0)
	err := s.read(ctx, func(q session) error {
		return q.query(ctx, s.sql("SELECT MAX(seq) FROM {table:checkpoints} WHERE program = ? AND account = ?"), []driver.Value{s.program, blob(id)}, func(r []driver.Value) error {
			seq = integer(r[0])
			return nil
		})
	})
	if err != nil || seq == 0 {
		return err
	}
	return &ArchivedError{Account: id, Seq: seq}
}

func entryOf(id loyalty.AccountID, data []byte) (*loyalty.Entry, error) {
	e := new(loyalty.Entry)
	if err := e.UnmarshalBinary(data); err != nil {
		return e, damaged("entry of", id, err)
	}
	return e, nil
}
