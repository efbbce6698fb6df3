package loyaltysql

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Commit implements [loyalty.Accounts].
func (s *Store) Commit(ctx context.Context, c *loyalty.Commit) error {
	one := [1]*loyalty.Commit{c}
	return s.commit(ctx, one[:])
}

// CommitAll implements [loyalty.MultiCommit]: one transaction, with a few statements for
// each table, however many commits there are.
func (s *Store) CommitAll(ctx context.Context, commits []*loyalty.Commit) error {
	if len(commits) == 0 {
		return ctx.Err()
	}
	sorted := slices.Clone(commits) // whoever locks several rows does it in the same order
	slices.SortStableFunc(sorted, func(a, b *loyalty.Commit) int { return cmp.Compare(a.Account, b.Account) })
	for i := range sorted[1:] {
		if sorted[i].Account == sorted[i+1].Account && sorted[i].Account != "" {
			return fmt.Errorf("%w: two of %q", loyalty.ErrCommit, sorted[i].Account)
		}
	}
	return s.commit(ctx, sorted)
}

func (s *Store) commit(ctx context.Context, commits []*loyalty.Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b, _ := s.scrap.Get().(*batch)
	if b == nil {
		b = new(batch)
	}
	b.program, b.dialect = s.program, s.names.dialect
	defer func() { b.reset(); s.scrap.Put(b) }()
	w := writing{s: s, b: b}
	for _, c := range commits {
		if err := w.add(c); err != nil {
			return err
		}
	}
	if text := s.single(&w); text != "" {
		return s.autocommit(ctx, &w, text)
	}
	err := s.write(ctx, func(q session) error { return w.write(ctx, q) })
	if err == nil && s.wrote != nil {
		*s.wrote = true
	}
	return err
}

// writing is what commits come to.
type writing struct {
	s      *Store
	b      *batch
	due    []*loyalty.Commit // without entries
	shared []loyalty.SharedChange
	rows   []loyalty.RowChange
}

// add checks a commit and adds what it writes.
func (w *writing) add(c *loyalty.Commit) error {
	var head [32]byte
	if len(c.Entries) > 0 {
		head = c.Entries[0].Prev
	}
	if err := errors.Join(c.Check(c.Expected, head), checkNames(c)); err != nil {
		return err
	}
	w.shared = append(w.shared, c.Shared...)
	w.rows = append(w.rows, c.Rows...)
	switch {
	case c.Account == "":
		return nil
	case len(c.Entries) == 0:
		w.due = append(w.due, c)
		return nil
	}
	return w.b.add(c)
}

// write writes all of it in a transaction: the accounts first, which tells conflicts.
func (w *writing) write(ctx context.Context, q session) error {
	if err := w.accounts(ctx, q); err != nil {
		return err
	}
	for _, id := range written {
		t := &tables[id]
		if r := &w.b.gone[id]; r.n > 0 {
			err := w.s.chunked(ctx, q, id, opRemove, r, t.key)
			if err != nil {
				return err
			}
		}
		if r := &w.b.puts[id]; r.n > 0 {
			op := opInsert
			if t.set != nil {
				op = opUpsert
			}
			if err := w.s.chunked(ctx, q, id, op, r, len(t.columns)); err != nil {
				if id == tReceipts && isKind(err, duplicate) {
					return fmt.Errorf("%w: %w", loyalty.ErrDuplicateKey, cause(err))
				}
				return err
			}
		}
	}
	if err := w.dues(ctx, q); err != nil {
		return err
	}
	if err := w.hostRows(ctx, q); err != nil {
		return err
	}
	return w.counters(ctx, q)
}

// cause is what the driver has said.
func cause(err error) error {
	var e *dbError
	if errors.As(err, &e) {
		return e.err
	}
	return err
}

// operation is what is done with rows.
type operation uint8

const (
	opInsert operation = iota
	opUpsert
	opRemove
)

// statement is the key of a text.
type statement struct {
	table tableID
	op    operation
	rows  int
}

func (s *Store) statement(k statement) string {
	if text, ok := s.texts.Load(k); ok {
		return text.(string)
	}
	t, text := &tables[k.table], ""
	switch k.op {
	case opInsert:
		text = t.insert(s.names.dialect, k.rows, nil)
	case opUpsert:
		text = t.insert(s.names.dialect, k.rows, s.setOf(k.table))
	case opRemove:
		text = t.remove(k.rows)
	}
	filled, _ := s.texts.LoadOrStore(k, s.names.fill(text))
	return filled.(string)
}

// setOf returns the columns that change. SQLite writes an index anew where one of its
// columns is named: there a lot whose expiry has changed is deleted first.
func (s *Store) setOf(id tableID) []string {
	if id == tOpen && s.names.dialect != SQLite {
		return []string{"win", "priority", "expire", "activate", "remaining", "data"}
	}
	return tables[id].set
}

// chunks are how many rows a statement has: few numbers, so that there are few statements;
// on servers, where each is a round trip and up to singleRows rows are one, some more.
var (
	chunks       = [...]int{64, 16, 4, 1}
	serverChunks = [...]int{64, 48, 32, 24, 16, 12}
)

// chunk returns how many of the rows that are left the next statement has.
func (s *Store) chunk(left int) int {
	if s.names.dialect == SQLite {
		return fitting(chunks[:], left)
	}
	if left <= singleRows {
		return left
	}
	return max(fitting(serverChunks[:], left), singleRows)
}

// fitting returns the first of sizes, which fall, that is not more than n; 0 if none is.
func fitting(sizes []int, n int) int {
	for _, size := range sizes {
		if size <= n {
			return size
		}
	}
	return 0
}

// chunked does an operation with rows of so many columns.
func (s *Store) chunked(ctx context.Context, q session, id tableID, op operation, r *rows, columns int) error {
	vals := r.vals
	for left := r.n; left > 0; {
		n := s.chunk(left)
		if _, err := q.exec(ctx, s.statement(statement{id, op, n}), vals[:n*columns]); err != nil {
			return err
		}
		vals, left = vals[n*columns:], left-n
	}
	return nil
}

// dues writes the due alone.
func (w *writing) dues(ctx context.Context, q session) error {
	for _, c := range w.due {
		a, err := c.State()
		if err != nil {
			return err
		}
		account := blob(c.Account)
		n, err := q.exec(ctx, w.s.sql("UPDATE {table:accounts} SET due = ? WHERE program = ? AND account = ? AND seq = ?"), []driver.Value{int64(a.Due()), w.s.program, account, c.Expected})
		if err != nil {
			return err
		}
		if n == 1 {
			continue
		}
		seq := int64(0) // MySQL does not count rows that are as they were, nor look at new ones unlocked
		err = q.query(ctx, w.s.sql("SELECT seq FROM {table:accounts} WHERE program = ? AND account = ?"+w.s.forUpdate()), []driver.Value{w.s.program, account}, func(row []driver.Value) error {
			seq = integer(row[0])
			return nil
		})
		if err != nil {
			return err
		}
		if seq != c.Expected {
			return loyalty.ErrConflict
		}
	}
	return nil
}
