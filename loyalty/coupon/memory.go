package coupon

import (
	"context"
	"slices"
	"sync"
)

// Memory is a [Store] in memory, for tests and single processes. The zero value is
// empty and ready. It is safe for concurrent use and must not be copied.
type Memory struct {
	mu       sync.Mutex
	coupons  map[Code]Coupon
	counters map[CounterID]Counter
	receipts map[string]Receipt
}

// Load implements [Store].
func (m *Memory) Load(ctx context.Context, code Code, key string) (Coupon, Receipt, error) {
	if err := ctx.Err(); err != nil {
		return Coupon{}, Receipt{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.coupons[code]
	c.Taken = slices.Clone(c.Taken)
	return c, m.receipts[key], nil
}

// Counters implements [Store].
func (m *Memory) Counters(ctx context.Context, dst []Counter, ids []CounterID) ([]Counter, error) {
	if err := ctx.Err(); err != nil {
		return dst, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		c := m.counters[id]
		c.CounterID, c.Held = id, slices.Clone(c.Held)
		dst = append(dst, c)
	}
	return dst, nil
}

// Commit implements [Store].
func (m *Memory) Commit(ctx context.Context, change Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, taken := m.receipts[change.Receipt.Key]; taken || m.coupons[change.Code].Version != change.From {
		return ErrConflict
	}
	for _, c := range change.Counters {
		if m.counters[c.To.CounterID].Version != c.From {
			return ErrConflict
		}
	}
	if m.coupons == nil {
		m.coupons, m.counters, m.receipts = make(map[Code]Coupon), make(map[CounterID]Counter), make(map[string]Receipt)
	}
	to := change.To
	to.Taken = slices.Clone(to.Taken)
	m.coupons[change.Code], m.receipts[change.Receipt.Key] = to, change.Receipt
	for _, c := range change.Counters {
		c.To.Held = slices.Clone(c.To.Held)
		m.counters[c.To.CounterID] = c.To
	}
	return nil
}
