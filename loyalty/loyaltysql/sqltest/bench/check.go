package main

import (
	"context"
	"fmt"
)

// check compares what is in the tables with what was acknowledged: by sums, and with all
// by the journal of each account.
func check(ctx context.Context, l *library, f *floor, all bool, o *options) error {
	if err := l.check(ctx, all, o.accounts); err != nil {
		return fmt.Errorf("library: %w", err)
	}
	if err := f.check(ctx); err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	return nil
}

// tables are those that commands write, and may write, with what is of different lengths.
var tables = []struct{ name, bytes string }{
	{"accounts", "header"}, {"entries", "data"}, {"receipts", "data"}, {"lots_open", "data"}, {"lots_done", "data"},
	{"uses", "account"}, {"redemptions", "data"}, {"outbox", "account"}, {"holds", "account"}, {"windows", "account"}, {"orders", "data"},
}

// analyze has a server count its rows for its plans, as it does by itself within a minute.
func (s *server) analyze(ctx context.Context) error {
	command, ok := map[string]string{"postgres": "VACUUM ANALYZE ", "mysql": "ANALYZE TABLE "}[s.name]
	if !ok {
		return nil
	}
	for _, p := range []*place{s.library, s.floor} {
		q := floorSQL{s.name, p.config.Schema}
		for _, t := range tables {
			if _, err := p.db.ExecContext(ctx, q.fill(command+"{"+t.name+"}")); err != nil {
				return err
			}
		}
	}
	return nil
}

// sameRows asks whether both have written the same rows, after the same commands, and
// as many bytes.
func sameRows(ctx context.Context, s *server) error {
	for _, t := range tables {
		var rows, bytes [2]int64
		for i, p := range []*place{s.library, s.floor} {
			q := floorSQL{s.name, p.config.Schema}
			if err := p.db.QueryRowContext(ctx, q.fill("SELECT count(*), coalesce(sum(length("+t.bytes+")), 0) FROM {"+t.name+"}")).Scan(&rows[i], &bytes[i]); err != nil {
				return err
			}
		}
		if d := bytes[0] - bytes[1]; rows[0] != rows[1] || d*50 > bytes[0] || -d*50 > bytes[0] {
			return fmt.Errorf("the floor does something else: %s has %d rows, %d bytes of %s; the library's %d and %d", t.name, rows[1], bytes[1], t.bytes, rows[0], bytes[0])
		}
	}
	return nil
}
