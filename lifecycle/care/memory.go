package care

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
)

// MemoryBooks is a [BookStore] and [TaskStore] in memory, for tests and single
// processes. The zero value is empty and ready. It is safe for concurrent use and
// must not be copied. Due and DueTasks look at every row.
type MemoryBooks struct {
	mu    sync.Mutex
	books rows[lifecycle.CustomerID, Book]
	tasks map[TaskID]Task
}

// MemoryCases is a [CaseStore] in memory, as [MemoryBooks] is a BookStore.
type MemoryCases struct {
	mu    sync.Mutex
	cases rows[CaseID, Case]
}

// rows is a table with versions and a due index.
type rows[K cmp.Ordered, V any] map[K]row[V]

type row[V any] struct {
	value   V
	version int64
	next    time.Time
}

func (r *rows[K, V]) save(key K, expected int64, v V, next time.Time) error {
	version := (*r)[key].version
	if version != expected {
		return ErrConflict
	}
	if *r == nil {
		*r = make(rows[K, V])
	}
	(*r)[key] = row[V]{v, version + 1, next}
	return nil
}

func (r rows[K, V]) due(now time.Time, limit int) []K {
	var keys []K
	for k, row := range r {
		if !row.next.IsZero() && !row.next.After(now) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b K) int { return cmp.Or(r[a].next.Compare(r[b].next), cmp.Compare(a, b)) })
	return slices.Clip(keys[:min(len(keys), max(limit, 0))])
}

// Load implements [BookStore].
func (m *MemoryBooks) Load(ctx context.Context, customer lifecycle.CustomerID) (Book, int64, error) {
	if err := ctx.Err(); err != nil {
		return Book{}, 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.books[customer]
	return r.value.clone(), r.version, nil
}

// Save implements [BookStore].
func (m *MemoryBooks) Save(ctx context.Context, expected int64, change BookChange) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.books.save(change.Book.Customer, expected, change.Book.clone(), change.Next); err != nil {
		return err
	}
	if m.tasks == nil {
		m.tasks = make(map[TaskID]Task)
	}
	for _, t := range change.Tasks {
		m.tasks[t.ID] = t
	}
	return nil
}

// Due implements [BookStore].
func (m *MemoryBooks) Due(ctx context.Context, now time.Time, limit int) ([]lifecycle.CustomerID, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.books.due(now, limit), nil
}

// Task implements [TaskStore].
func (m *MemoryBooks) Task(ctx context.Context, id TaskID) (Task, bool, error) {
	if err := ctx.Err(); err != nil {
		return Task{}, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.tasks[id]
	return t, ok, nil
}

// DueTasks implements [TaskStore].
func (m *MemoryBooks) DueTasks(ctx context.Context, now time.Time, limit int) ([]Task, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Task
	for _, t := range m.tasks {
		if t.Open() && !t.Due.After(now) {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b Task) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
	return slices.Clip(out[:min(len(out), max(limit, 0))]), nil
}

// Load implements [CaseStore].
func (m *MemoryCases) Load(ctx context.Context, id CaseID) (Case, int64, error) {
	if err := ctx.Err(); err != nil {
		return Case{}, 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.cases[id]
	return r.value.clone(), r.version, nil
}

// Save implements [CaseStore].
func (m *MemoryCases) Save(ctx context.Context, expected int64, c Case, next time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cases.save(c.ID, expected, c.clone(), next)
}

// Due implements [CaseStore].
func (m *MemoryCases) Due(ctx context.Context, now time.Time, limit int) ([]CaseID, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cases.due(now, limit), nil
}
