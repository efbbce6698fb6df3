package loyaltysql

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Receipt implements [loyalty.Accounts].
func (s *Store) Receipt(ctx context.Context, k loyalty.Key) (r loyalty.Receipt, ok bool, err error) {
	err = s.read(ctx, func(q session) error {
		return q.query(ctx, s.sql("SELECT data FROM {table:receipts} WHERE program = ? AND rkey = ?"), []driver.Value{s.program, blob(k)}, func(row []driver.Value) error {
			if err := r.UnmarshalBinary(octets(row[0])); err != nil {
				return damaged("receipt", k, err)
			}
			ok = true
			return nil
		})
	})
	return r, ok, err
}

// Shared implements [loyalty.Sides].
func (s *Store) Shared(ctx context.Context, counter string) (t loyalty.SharedTotal, err error) {
	err = s.read(ctx, func(q session) error {
		return q.query(ctx, s.sql("SELECT state FROM {table:shared} WHERE program = ? AND counter = ?"), []driver.Value{s.program, blob(counter)}, func(row []driver.Value) error {
			if err := t.UnmarshalBinary(octets(row[0])); err != nil {
				return damaged("counter", counter, err)
			}
			return nil
		})
	})
	return t, err
}

// Rows implements [loyalty.Sides]. They are read by one statement for each 512 of them.
func (s *Store) Rows(ctx context.Context, ids []loyalty.RowID) ([]loyalty.Row, error) {
	out := make([]loyalty.Row, len(ids))
	if len(ids) == 0 {
		return out, ctx.Err()
	}
	at := make(map[loyalty.RowID][]int, len(ids))
	for i, id := range ids {
		at[id] = append(at[id], i)
	}
	err := s.read(ctx, func(q session) error {
		clear(out)
		for some := range slices.Chunk(ids, maxIn) {
			if err := s.rowsOf(ctx, q, some, at, out); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// rowsOf reads at most maxIn rows, each to its places.
func (s *Store) rowsOf(ctx context.Context, q session, ids []loyalty.RowID, at map[loyalty.RowID][]int, out []loyalty.Row) error {
	var b strings.Builder
	b.WriteString("SELECT tbl, rkey, version, state FROM {table:rows} WHERE program = ? AND (tbl, rkey) IN (")
	if s.names.dialect == SQLite {
		b.WriteString("VALUES ")
	}
	args := []driver.Value{s.program}
	n := padded(len(ids))
	values(&b, 2, n)
	b.WriteString(")")
	for i := range n {
		id := ids[min(i, len(ids)-1)]
		args = append(args, blob(id.Table), blob(id.Key))
	}
	return q.query(ctx, s.sql(b.String()), args, func(row []driver.Value) error {
		r := loyalty.Row{Version: integer(row[2]), State: slices.Clone(octets(row[3]))}
		for n, i := range at[loyalty.RowID{Table: string(octets(row[0])), Key: string(octets(row[1]))}] {
			if out[i] = r; n > 0 {
				out[i].State = slices.Clone(r.State)
			}
		}
		return nil
	})
}

// The names that counters and rows may have.
const (
	maxName  = 1000
	maxTable = 255
)

// checkNames refuses names that the tables have no room for.
func checkNames(c *loyalty.Commit) error {
	if len(c.Account) > loyalty.MaxText {
		return fmt.Errorf("%w: account", ErrTooLong)
	}
	for i := range c.Shared {
		if n := c.Shared[i].Counter; len(n) > maxName {
			return fmt.Errorf("%w: counter %.40q…", ErrTooLong, n)
		}
	}
	for i := range c.Rows {
		if r := c.Rows[i].RowID; len(r.Table) > maxTable || len(r.Key) > maxName {
			return fmt.Errorf("%w: row %.40q of %.40q", ErrTooLong, r.Key, r.Table)
		}
	}
	return nil
}
