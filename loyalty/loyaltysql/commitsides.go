package loyaltysql

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty"
)

// hostRows writes rows over the versions that they were decided on.
func (w *writing) hostRows(ctx context.Context, q session) error {
	slices.SortStableFunc(w.rows, func(a, b loyalty.RowChange) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Key, b.Key))
	})
	for i := range w.rows {
		r := &w.rows[i]
		table, key, state := blob(r.Table), blob(r.Key), blob(r.State)
		if r.Expected == 0 {
			if _, err := q.exec(ctx, w.s.statement(statement{tRows, opInsert, 1}), []driver.Value{w.s.program, table, key, int64(1), state}); err != nil {
				if isKind(err, duplicate) {
					return fmt.Errorf("%w: %q of %q: %w", loyalty.ErrRowConflict, r.Key, r.Table, cause(err))
				}
				return err
			}
			continue
		}
		n, err := q.exec(ctx, w.s.sql("UPDATE {table:rows} SET version = ?, state = ? WHERE program = ? AND tbl = ? AND rkey = ? AND version = ?"),
			[]driver.Value{r.Expected + 1, state, w.s.program, table, key, r.Expected})
		if err != nil {
			return err
		}
		if n != 1 {
			return fmt.Errorf("%w: %q of %q", loyalty.ErrRowConflict, r.Key, r.Table)
		}
	}
	return nil
}

// counters changes shared counters, the last of all, so that others wait for them no
// longer than needed. They are read under their locks and counted here.
func (w *writing) counters(ctx context.Context, q session) error {
	if len(w.shared) == 0 {
		return nil
	}
	names := make([]string, 0, len(w.shared))
	for i := range w.shared {
		names = append(names, w.shared[i].Counter)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	totals, old := make(map[string]loyalty.SharedTotal, len(names)), make(map[string]bool, len(names))
	for part := range slices.Chunk(names, maxIn) {
		var b strings.Builder
		b.WriteString("SELECT counter, state FROM {table:shared} WHERE program = ? AND counter")
		in(&b, len(part))
		b.WriteString(" ORDER BY counter")
		if w.s.names.dialect != SQLite {
			b.WriteString(" FOR UPDATE")
		}
		args := []driver.Value{w.s.program}
		for _, name := range part {
			args = append(args, blob(name))
		}
		err := q.query(ctx, w.s.sql(b.String()), pad(args, len(part)), func(row []driver.Value) error {
			name := string(octets(row[0]))
			var t loyalty.SharedTotal
			if err := t.UnmarshalBinary(octets(row[1])); err != nil {
				return damaged("counter", name, err)
			}
			totals[name], old[name] = t, true
			return nil
		})
		if err != nil {
			return err
		}
	}
	for i := range w.shared {
		t := totals[w.shared[i].Counter]
		if err := t.Apply(w.shared[i]); err != nil {
			return err
		}
		totals[w.shared[i].Counter] = t
	}
	var put, changed rows
	for _, name := range names {
		t := totals[name]
		to := &put // somebody else may be putting it there at this moment: that is a conflict
		if old[name] {
			to = &changed
		}
		state, err := t.MarshalBinary()
		if err != nil {
			return err
		}
		to.add(w.s.program, blob(name), t.Confirmed, state)
	}
	if err := w.s.chunked(ctx, q, tShared, opInsert, &put, 4); err != nil {
		return err
	}
	return w.s.chunked(ctx, q, tShared, opUpsert, &changed, 4)
}
