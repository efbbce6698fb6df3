package loyaltysql

import (
	"cmp"
	"context"
	"database/sql/driver"
	"iter"
	"slices"

	"github.com/guanxi-go/guanxi/loyalty"
)

// journalPage is how many entries are read by one statement at most.
const journalPage = 500

// Journal implements the interface [loyalty.Journal]. It reads page by page, and yields
// none of a page before the page is read: whoever ranges over it may use the store
// meanwhile. Entries that were put away in the tables are read too, of one account; what was
// put away elsewhere, or is asked for of all accounts, is an *ArchivedError, also where it
// was put away while the journal is read.
func (s *Store) Journal(ctx context.Context, q loyalty.JournalQuery) iter.Seq2[loyalty.Entry, error] {
	return func(yield func(loyalty.Entry, error) bool) {
		left := q.Limit
		for {
			limit := journalPage
			if q.Limit > 0 {
				limit = min(limit, left)
			}
			page, err := s.journalPage(ctx, &q, limit)
			if err == nil { // what is put away meanwhile may be missing of any page
				err = s.gone(ctx, &q, page)
			}
			if err != nil {
				yield(loyalty.Entry{}, err)
				return
			}
			for i := range page {
				if !yield(page[i], nil) {
					return
				}
			}
			if left -= len(page); len(page) < limit || q.Limit > 0 && left == 0 {
				return
			}
			last := &page[len(page)-1]
			q.After, q.Page = last.Seq, loyalty.PageOf(last)
		}
	}
}

// journalPage reads at most limit entries.
func (s *Store) journalPage(ctx context.Context, q *loyalty.JournalQuery, limit int) (out []loyalty.Entry, err error) {
	err = s.read(ctx, func(x session) error {
		out = out[:0]
		if err := s.journalOf(ctx, x, "entries", q, limit, &out); err != nil || q.Account == "" || len(out) > 0 && out[0].Seq == q.After+1 {
			return err
		}
		// Entries may be put away between the two: then they are seen twice, and never missed.
		if err := s.journalOf(ctx, x, "entries_old", q, limit, &out); err != nil {
			return err
		}
		slices.SortFunc(out, func(a, b loyalty.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
		out = slices.CompactFunc(out, func(a, b loyalty.Entry) bool { return a.Seq == b.Seq })
		out = out[:min(limit, len(out))]
		return nil
	})
	return out, err
}

// journalOf reads entries of one table.
func (s *Store) journalOf(ctx context.Context, x session, table string, q *loyalty.JournalQuery, limit int, out *[]loyalty.Entry) error {
	text := "SELECT data, account FROM {table:" + table + "} WHERE program = ? AND recorded >= ?"
	args := []driver.Value{s.program, int64(q.Since)}
	and := func(where string, values ...driver.Value) {
		text += " AND " + where
		args = append(args, values...)
	}
	if q.Until != 0 {
		and("recorded < ?", int64(q.Until))
	}
	order := " ORDER BY seq LIMIT ?"
	if q.Account != "" {
		and("account = ? AND seq > ?", blob(q.Account), q.After)
	} else {
		order = " ORDER BY program, recorded, account, seq LIMIT ?"
		if p := q.Page; p != (loyalty.JournalPage{}) {
			at, account := int64(p.Recorded), blob(p.Account)
			and("recorded >= ? AND (recorded > ? OR account > ? OR account = ? AND seq > ?)", at, at, account, account, p.Seq)
		}
	}
	return x.query(ctx, s.sql(text+order), append(args, int64(limit)), func(row []driver.Value) error {
		var e loyalty.Entry
		if err := e.UnmarshalBinary(octets(row[0])); err != nil {
			return damaged("entry of", octets(row[1]), err)
		}
		*out = append(*out, e)
		return ctx.Err()
	})
}

// Due implements [loyalty.DueIndex].
func (s *Store) Due(ctx context.Context, at loyalty.Instant, after loyalty.DueAccount, limit int) (out []loyalty.DueAccount, err error) {
	if limit <= 0 {
		return nil, ctx.Err()
	}
	text := "SELECT due, account FROM {table:accounts} WHERE program = ? AND due <= ? AND due < ?"
	args := []driver.Value{s.program, int64(at), int64(loyalty.Never)}
	if after != (loyalty.DueAccount{}) {
		text += " AND due >= ? AND (due > ? OR account > ?)"
		args = append(args, int64(after.Due), int64(after.Due), blob(after.Account))
	}
	args = append(args, int64(limit))
	err = s.read(ctx, func(q session) error {
		out = out[:0]
		return q.query(ctx, s.sql(text+" ORDER BY program, due, account LIMIT ?"), args, func(row []driver.Value) error {
			out = append(out, loyalty.DueAccount{Due: loyalty.Instant(integer(row[0])), Account: loyalty.AccountID(octets(row[1]))})
			return nil
		})
	})
	return out, err
}
