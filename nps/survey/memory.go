package survey

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// Memory is a [QuotaStore] in memory, for tests and single processes. The zero
// value is empty and ready. It is safe for concurrent use and must not be copied.
// A Load takes time in proportion to the reservations held in the cell.
type Memory struct {
	mu    sync.Mutex
	cells map[CellID]*memoryCell
}

type memoryCell struct {
	version         int64
	held, confirmed int
	reservations    map[string]Reservation
	open            map[string]time.Time // until, of those that are Held
}

const overdueAtOnce = 100

// Load implements [QuotaStore].
func (m *Memory) Load(ctx context.Context, id CellID, key string, now time.Time) (CellState, error) {
	if err := ctx.Err(); err != nil {
		return CellState{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.cells[id]
	if c == nil {
		return CellState{}, nil
	}
	s := CellState{Version: c.version, Held: c.held, Confirmed: c.confirmed}
	if r, ok := c.reservations[key]; ok {
		s.Reservation = &r
	}
	for k, until := range c.open {
		if !now.Before(until) {
			s.Overdue = append(s.Overdue, c.reservations[k])
		}
	}
	slices.SortFunc(s.Overdue, func(a, b Reservation) int {
		return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.Key, b.Key))
	})
	s.Overdue = s.Overdue[:min(len(s.Overdue), overdueAtOnce)]
	return s, nil
}

// Save implements [QuotaStore].
func (m *Memory) Save(ctx context.Context, id CellID, expected int64, change CellChange) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.cells[id]
	if c == nil {
		c = &memoryCell{reservations: make(map[string]Reservation), open: make(map[string]time.Time)}
	}
	if c.version != expected {
		return ErrConflict
	}
	c.version++
	c.held, c.confirmed = change.Held, change.Confirmed
	for _, r := range change.Put {
		c.reservations[r.Key] = r
		delete(c.open, r.Key)
		if r.Status == Held {
			c.open[r.Key] = r.Until
		}
	}
	if m.cells == nil {
		m.cells = make(map[CellID]*memoryCell)
	}
	m.cells[id] = c
	return nil
}
