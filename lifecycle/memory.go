package lifecycle

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// Memory is a [Store] in memory, for tests and single processes. The zero value
// is empty and ready. It is safe for concurrent use and must not be copied. Due
// takes time in proportion to the customers that have a due.
type Memory struct {
	mu   sync.Mutex
	rows map[CustomerID]Stored
	due  map[CustomerID]Instant
}

// Load implements [Store].
func (m *Memory) Load(ctx context.Context, id CustomerID) (Stored, error) {
	if err := ctx.Err(); err != nil {
		return Stored{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rows[id], nil
}

// Save implements [Store]. A due outside the years 1 to 9999 is [ErrTime].
func (m *Memory) Save(ctx context.Context, id CustomerID, expected int64, p Pos, due time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	at, ok := InstantOf(due)
	if !ok && !due.IsZero() {
		return ErrTime
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows[id].Version != expected {
		return ErrConflict
	}
	if m.rows == nil {
		m.rows, m.due = make(map[CustomerID]Stored), make(map[CustomerID]Instant)
	}
	delete(m.due, id)
	if ok {
		due, m.due[id] = at.Time(), at
	}
	m.rows[id] = Stored{Pos: p, Version: expected + 1, Due: due}
	return nil
}

// Due implements [Store].
func (m *Memory) Due(ctx context.Context, now time.Time, limit int) ([]CustomerID, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	until, ok := InstantOf(now)
	if !ok {
		return nil, ErrTime
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []CustomerID
	for id, at := range m.due {
		if at <= until {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b CustomerID) int {
		return cmp.Or(cmp.Compare(m.due[a], m.due[b]), cmp.Compare(a, b))
	})
	return ids[:min(len(ids), max(limit, 0))], nil
}
