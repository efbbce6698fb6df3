package lifecycletest_test

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/lifecycletest"
)

// table is a host's own store. Its rows hold what a table in SQL would: the 32
// bytes of the position, a version and an indexed time in microseconds. Save is
//
//	UPDATE positions SET pos = ?, due = ?, version = version + 1 WHERE customer = ? AND version = ?
//
// and an INSERT where the version expected is 0; no row written is ErrConflict.
type table struct {
	mu   sync.Mutex
	rows map[lifecycle.CustomerID]row
}

type row struct {
	pos     []byte
	version int64
	due     int64 // microseconds
	hasDue  bool
}

func (t *table) Load(ctx context.Context, id lifecycle.CustomerID) (lifecycle.Stored, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, ok := t.rows[id]
	if err := ctx.Err(); err != nil || !ok {
		return lifecycle.Stored{}, err
	}
	s := lifecycle.Stored{Version: r.version}
	if r.hasDue {
		s.Due = time.UnixMicro(r.due)
	}
	return s, s.Pos.Scan(r.pos)
}

func (t *table) Save(ctx context.Context, id lifecycle.CustomerID, expected int64, p lifecycle.Pos, due time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if t.rows[id].version != expected {
		return lifecycle.ErrConflict
	}
	data, err := p.MarshalBinary()
	if err != nil {
		return err
	}
	t.rows[id] = row{data, expected + 1, due.UnixMicro(), !due.IsZero()}
	return nil
}

func (t *table) Due(ctx context.Context, now time.Time, limit int) ([]lifecycle.CustomerID, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var ids []lifecycle.CustomerID
	for id, r := range t.rows {
		if r.hasDue && r.due <= now.UnixMicro() {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b lifecycle.CustomerID) int {
		return cmp.Or(cmp.Compare(t.rows[a].due, t.rows[b].due), cmp.Compare(a, b))
	})
	return ids[:min(len(ids), max(limit, 0))], nil
}

func TestTable(t *testing.T) {
	lifecycletest.TestStore(t, func(*testing.T) lifecycle.Store {
		return &table{rows: make(map[lifecycle.CustomerID]row)}
	})
}
