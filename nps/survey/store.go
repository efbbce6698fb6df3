package survey

import (
	"context"
	"time"
)

// CellID names a cell of a quota.
type CellID struct {
	Quota string
	Cell  string
}

// QuotaStore is where the host keeps cells and their reservations: two tables
// in SQL, cells by CellID and reservations by CellID and key. It is called from
// several goroutines at once. Package surveytest holds it to this contract:
//
//   - Load returns the counters and the version of the cell, all zero for one
//     never written; the reservation under key, or nil; and of the reservations
//     whose status is Held and whose Until ≤ now at least one if there are any
//     (100 are a good number). key may be "", which no reservation has. If the
//     store takes no snapshot it must read the version first.
//   - Save writes all of change and raises the version by one, or writes nothing.
//     If the version is no longer expected it writes nothing and returns
//     [ErrConflict], or an error wrapped around it. The first write expects 0.
//   - A reservation of change replaces the one with the same key. It belongs to
//     this cell only. Keys and ids are compared byte by byte: case, accents and
//     trailing spaces matter. Instants keep their microseconds.
//   - What was saved is what is loaded from then on, by whatever goroutine. The
//     store keeps no slice of the caller's, and gives none of its own away.
//   - If ctx is done before anything is written, nothing is, and the error is ctx's.
type QuotaStore interface {
	Load(ctx context.Context, id CellID, key string, now time.Time) (CellState, error)
	Save(ctx context.Context, id CellID, expected int64, change CellChange) error
}
