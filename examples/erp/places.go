package main

import (
	"context"
	"time"

	"github.com/guanxi-go/guanxi/nps/survey"
)

// places is the survey.QuotaStore over the host's tables. In a transaction its writes are
// the transaction's.
type places struct{ d *database }

// overdueAtOnce is how many places that have run out a Load tells of.
const overdueAtOnce = 100

// Load implements survey.QuotaStore. It reads the version first, so that what has changed
// meanwhile is a conflict.
func (s places) Load(ctx context.Context, id survey.CellID, key string, now time.Time) (state survey.CellState, err error) {
	_, err = s.d.row(ctx, "SELECT version, held, confirmed FROM survey_cells WHERE quota = ? AND cell = ?", []any{id.Quota, id.Cell}, &state.Version, &state.Held, &state.Confirmed)
	if err != nil {
		return survey.CellState{}, err
	}
	read := func(what string, args ...any) (all []survey.Reservation, err error) {
		err = s.d.each(ctx, "SELECT rkey, status, until FROM survey_places WHERE quota = ? AND cell = ? AND "+what, append([]any{id.Quota, id.Cell}, args...), func(scan func(...any) error) error {
			var r survey.Reservation
			var until int64
			err := scan(&r.Key, (*string)(&r.Status), &until)
			r.Until = time.UnixMicro(until).UTC()
			all = append(all, r)
			return err
		})
		return all, err
	}
	mine, err := read("rkey = ?", key)
	if err != nil {
		return survey.CellState{}, err
	}
	if len(mine) == 1 {
		state.Reservation = &mine[0]
	}
	if state.Overdue, err = read("status = ? AND until <= ? ORDER BY until, rkey LIMIT ?", string(survey.Held), now.UnixMicro(), overdueAtOnce); err != nil {
		return survey.CellState{}, err
	}
	return state, nil
}

// Save implements survey.QuotaStore: the cell first, which tells a conflict before anything
// is written.
func (s places) Save(ctx context.Context, id survey.CellID, expected int64, change survey.CellChange) error {
	return s.d.together(ctx, func(tx *database) error {
		var n int64
		var err error
		if expected == 0 {
			n, err = tx.exec(ctx, "INSERT INTO survey_cells (quota, cell, version, held, confirmed) VALUES (?, ?, 1, ?, ?) ON CONFLICT (quota, cell) DO NOTHING", id.Quota, id.Cell, change.Held, change.Confirmed)
		} else {
			n, err = tx.exec(ctx, "UPDATE survey_cells SET version = version + 1, held = ?, confirmed = ? WHERE quota = ? AND cell = ? AND version = ?", change.Held, change.Confirmed, id.Quota, id.Cell, expected)
		}
		if err != nil {
			return err
		}
		if n != 1 {
			return survey.ErrConflict
		}
		for _, r := range change.Put {
			_, err := tx.exec(ctx, "INSERT INTO survey_places (quota, cell, rkey, status, until) VALUES (?, ?, ?, ?, ?) "+
				"ON CONFLICT (quota, cell, rkey) DO UPDATE SET status = excluded.status, until = excluded.until",
				id.Quota, id.Cell, r.Key, string(r.Status), r.Until.UnixMicro())
			if err != nil {
				return err
			}
		}
		return nil
	})
}

var _ survey.QuotaStore = places{}
