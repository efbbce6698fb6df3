package main

import (
	"context"
	"database/sql"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
)

// positions is the lifecycle.Store over the host's table. In a transaction its writes are
// the transaction's.
type positions struct{ d *database }

// Load implements lifecycle.Store.
func (s positions) Load(ctx context.Context, id lifecycle.CustomerID) (lifecycle.Stored, error) {
	var out lifecycle.Stored
	var due sql.NullInt64
	_, err := s.d.row(ctx, "SELECT pos, version, due FROM positions WHERE customer = ?", []any{string(id)}, &out.Pos, &out.Version, &due)
	if err != nil {
		return lifecycle.Stored{}, err
	}
	out.Due = instant(due)
	return out, nil
}

// Save implements lifecycle.Store: one statement, which writes no row where the version is
// another one.
func (s positions) Save(ctx context.Context, id lifecycle.CustomerID, expected int64, p lifecycle.Pos, due time.Time) error {
	var n int64
	var err error
	if expected == 0 {
		n, err = s.d.exec(ctx, "INSERT INTO positions (customer, version, pos, due) VALUES (?, 1, ?, ?) ON CONFLICT (customer) DO NOTHING", string(id), p, micros(due))
	} else {
		n, err = s.d.exec(ctx, "UPDATE positions SET version = version + 1, pos = ?, due = ? WHERE customer = ? AND version = ?", p, micros(due), string(id), expected)
	}
	if err == nil && n != 1 {
		err = lifecycle.ErrConflict
	}
	return err
}

// Due implements lifecycle.Store.
func (s positions) Due(ctx context.Context, now time.Time, limit int) (ids []lifecycle.CustomerID, err error) {
	err = s.d.each(ctx, "SELECT customer FROM positions WHERE due <= ? ORDER BY due, customer LIMIT ?", []any{now.UnixMicro(), max(limit, 0)}, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		ids = append(ids, lifecycle.CustomerID(id))
		return err
	})
	return ids, err
}
