package surveytest_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/nps/survey"
	"github.com/guanxi-go/guanxi/nps/survey/surveytest"
)

// tables is a host's own store. Its two tables are slices here; in SQL, Save is
// one transaction that begins with
//
//	UPDATE cells SET version = version + 1, … WHERE quota = ? AND cell = ? AND version = ?
type tables struct {
	mu           sync.Mutex
	cells        []cellRow
	reservations []reservationRow
}

type cellRow struct {
	id              survey.CellID
	version         int64
	held, confirmed int
}

type reservationRow struct {
	id     survey.CellID
	key    string
	status string
	until  int64 // Unix microseconds
}

func (r reservationRow) reservation() survey.Reservation {
	return survey.Reservation{Key: r.key, Status: survey.Status(r.status), Until: time.UnixMicro(r.until).UTC()}
}

func (t *tables) Load(ctx context.Context, id survey.CellID, key string, now time.Time) (s survey.CellState, err error) {
	if err := ctx.Err(); err != nil {
		return s, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.cells {
		if c.id == id {
			s.Version, s.Held, s.Confirmed = c.version, c.held, c.confirmed
		}
	}
	for _, r := range t.reservations {
		if r.id != id {
			continue
		}
		res := r.reservation()
		if r.key == key {
			s.Reservation = &res
		}
		if res.Status == survey.Held && !now.Before(res.Until) && len(s.Overdue) < 20 {
			s.Overdue = append(s.Overdue, res)
		}
	}
	return s, nil
}

func (t *tables) Save(ctx context.Context, id survey.CellID, expected int64, change survey.CellChange) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	row := -1
	for i, c := range t.cells {
		if c.id == id {
			row = i
		}
	}
	switch {
	case row < 0 && expected != 0, row >= 0 && t.cells[row].version != expected:
		return fmt.Errorf("cells: %w", survey.ErrConflict)
	case row < 0:
		t.cells = append(t.cells, cellRow{id: id})
		row = len(t.cells) - 1
	}
	t.cells[row] = cellRow{id, expected + 1, change.Held, change.Confirmed}
	for _, r := range change.Put {
		t.put(reservationRow{id, r.Key, string(r.Status), r.Until.UnixMicro()})
	}
	return nil
}

func (t *tables) put(row reservationRow) {
	for i, r := range t.reservations {
		if r.id == row.id && r.key == row.key {
			t.reservations[i] = row
			return
		}
	}
	t.reservations = append(t.reservations, row)
}

// This is all that the host's test needs.
func TestTables(t *testing.T) {
	surveytest.TestStore(t, func(*testing.T) survey.QuotaStore { return new(tables) })
}

// A host's own store behind a Keeper; TestTables in this file runs the kit on it.
func Example() {
	keeper := survey.Keeper{
		Quota: survey.MustQuota(survey.QuotaConfig{ID: "spring", Cells: []survey.Cell{{ID: "beijing", Limit: 1}}}),
		Store: new(tables),
	}
	ctx, now := context.Background(), time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)
	r, err := keeper.Reserve(ctx, "beijing", "visit-1", now)
	fmt.Println(r.Status, err)
	_, err = keeper.Reserve(ctx, "beijing", "visit-2", now)
	fmt.Println(err)
	// Output:
	// held <nil>
	// survey: the cell is full: "beijing" takes 1
}
