package loyaltytest

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi/loyalty"
)

func openMemory(testing.TB) Harness {
	m := new(loyalty.Memory)
	return Harness{Store: m, Reopen: func() (loyalty.Store, error) { return m, nil }, Other: func() loyalty.Store { return new(loyalty.Memory) }}
}

var memoryFeatures = Features{Outbox: true, Lock: true, Multi: true, Aggregate: true, Reopen: true, Other: true}

func TestMemory(t *testing.T) { TestStore(t, openMemory, memoryFeatures) }

// openRows opens a store of rows; spoil may plant a defect in it.
func openRows(h *hook, spoil func(s *rows) loyalty.Store) func(testing.TB) Harness {
	return func(testing.TB) Harness {
		own := new(hook)
		if h != nil {
			*own = *h
		}
		s := newRows()
		s.hook = own
		wrap := func(s *rows) loyalty.Store {
			if spoil != nil {
				return spoil(s)
			}
			return s
		}
		return Harness{
			Store:   wrap(s),
			Reopen:  func() (loyalty.Store, error) { return wrap(&rows{s.disk, own}), nil },
			Other:   func() loyalty.Store { return newRows() },
			CrashAt: func(n int) { own.crashAt = n },
		}
	}
}

var rowsFeatures = Features{Outbox: true, Multi: true, Reopen: true, Other: true, Crash: true, Tx: true}

func TestRows(t *testing.T) { TestStore(t, openTx, rowsFeatures) }

// clone returns a copy of what a disk holds; rows are never changed in place.
func (d *disk) clone() *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := newRows().disk
	maps.Copy(c.receipts, d.receipts)
	maps.Copy(c.shared, d.shared)
	maps.Copy(c.opaque, d.opaque)
	c.outbox = slices.Clone(d.outbox)
	for id, r := range d.accounts {
		own := *r
		own.lots, own.orders = maps.Clone(r.lots), maps.Clone(r.orders)
		own.redemptions, own.ended = maps.Clone(r.redemptions), maps.Clone(r.ended)
		own.entries, own.recorded = slices.Clone(r.entries), slices.Clone(r.recorded)
		c.accounts[id] = &own
	}
	return c
}

// openTx opens a store of rows with transactions of the host: a copy of the disk that is
// put in its place.
func openTx(t testing.TB) Harness {
	h := openRows(nil, nil)(t)
	s := h.Store.(*rows)
	h.Begin = func(context.Context) (loyalty.Store, func() error, func() error, error) {
		tx := &rows{disk: s.disk.clone()}
		return tx, func() error {
			s.disk.mu.Lock()
			defer s.disk.mu.Unlock()
			d := tx.disk
			s.disk.accounts, s.disk.receipts, s.disk.shared, s.disk.opaque, s.disk.outbox = d.accounts, d.receipts, d.shared, d.opaque, d.outbox
			return nil
		}, func() error { return nil }, nil
	}
	return h
}
