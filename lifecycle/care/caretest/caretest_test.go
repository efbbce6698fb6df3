package caretest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
)

func TestMemoryBooks(t *testing.T) {
	TestBooks(t, func(*testing.T) Books { return new(care.MemoryBooks) })
}

func TestMemoryCases(t *testing.T) {
	TestCases(t, func(*testing.T) care.CaseStore { return new(care.MemoryCases) })
}

// badBooks is a store with a planted defect.
type badBooks struct {
	*care.MemoryBooks
	load   func(b care.Book, v int64) (care.Book, int64)
	save   func(ctx context.Context, m *care.MemoryBooks, expected int64, c care.BookChange) error
	behind func(ctx context.Context, m *care.MemoryBooks, now time.Time, limit int) ([]lifecycle.CustomerID, error)
	due    func(ctx context.Context, m *care.MemoryBooks, now time.Time, limit int) ([]care.Task, error)
}

func (s badBooks) Load(ctx context.Context, id lifecycle.CustomerID) (care.Book, int64, error) {
	b, v, err := s.MemoryBooks.Load(ctx, id)
	if s.load != nil && err == nil {
		b, v = s.load(b, v)
	}
	return b, v, err
}

func (s badBooks) Save(ctx context.Context, expected int64, c care.BookChange) error {
	if s.save != nil {
		return s.save(ctx, s.MemoryBooks, expected, c)
	}
	return s.MemoryBooks.Save(ctx, expected, c)
}

func (s badBooks) Due(ctx context.Context, now time.Time, limit int) ([]lifecycle.CustomerID, error) {
	if s.behind != nil {
		return s.behind(ctx, s.MemoryBooks, now, limit)
	}
	return s.MemoryBooks.Due(ctx, now, limit)
}

func (s badBooks) DueTasks(ctx context.Context, now time.Time, limit int) ([]care.Task, error) {
	if s.due != nil {
		return s.due(ctx, s.MemoryBooks, now, limit)
	}
	return s.MemoryBooks.DueTasks(ctx, now, limit)
}

// blind writes whatever version is expected.
func blind(ctx context.Context, m *care.MemoryBooks, _ int64, c care.BookChange) error {
	_, v, err := m.Load(ctx, c.Book.Customer)
	if err != nil {
		return err
	}
	return m.Save(ctx, v, c)
}

func TestPlantedBooks(t *testing.T) {
	kept := map[string][]care.Task{}
	for name, s := range map[string]badBooks{
		"no compare-and-swap": {save: blind},
		"tasks of a refused write": {save: func(ctx context.Context, m *care.MemoryBooks, expected int64, c care.BookChange) error {
			err := m.Save(ctx, expected, c)
			if errors.Is(err, care.ErrConflict) && len(c.Tasks) > 1 {
				old, v, _ := m.Load(ctx, c.Book.Customer)
				_ = m.Save(ctx, v, care.BookChange{Book: old, Tasks: c.Tasks})
			}
			return err
		}},
		"ignores ctx": {save: func(_ context.Context, m *care.MemoryBooks, expected int64, c care.BookChange) error {
			return m.Save(context.Background(), expected, c)
		}},
		"folds case": {save: func(ctx context.Context, m *care.MemoryBooks, expected int64, c care.BookChange) error {
			c.Book.Customer = lifecycle.CustomerID(strings.ToLower(string(c.Book.Customer)))
			return m.Save(ctx, expected, c)
		}},
		"milliseconds": {save: func(ctx context.Context, m *care.MemoryBooks, expected int64, c care.BookChange) error {
			c.Book.Planned = c.Book.Planned.Truncate(time.Millisecond)
			return m.Save(ctx, expected, c)
		}},
		"inserts only": {save: func(ctx context.Context, m *care.MemoryBooks, expected int64, c care.BookChange) error {
			var fresh []care.Task
			for _, x := range c.Tasks {
				if _, ok, _ := m.Task(ctx, x.ID); !ok {
					fresh = append(fresh, x)
				}
			}
			c.Tasks = fresh
			return m.Save(ctx, expected, c)
		}},
		"two of one task": {due: func(ctx context.Context, m *care.MemoryBooks, now time.Time, limit int) ([]care.Task, error) {
			list, err := m.DueTasks(ctx, now, limit)
			return append(list, list...), err
		}},
		"before, not at": {due: func(ctx context.Context, m *care.MemoryBooks, now time.Time, limit int) ([]care.Task, error) {
			return m.DueTasks(ctx, now.Add(-time.Microsecond), limit)
		}},
		"no limit": {behind: func(ctx context.Context, m *care.MemoryBooks, now time.Time, _ int) ([]lifecycle.CustomerID, error) {
			return m.Due(ctx, now, 1000)
		}},
		"unsorted": {behind: func(ctx context.Context, m *care.MemoryBooks, now time.Time, limit int) ([]lifecycle.CustomerID, error) {
			list, err := m.Due(ctx, now, limit)
			if len(list) == 3 {
				list[0], list[1] = list[1], list[0]
			}
			return list, err
		}},
		"version from 1": {load: func(b care.Book, v int64) (care.Book, int64) { return b, v + 1 }},
		"gives its own slices away": {load: func(b care.Book, v int64) (care.Book, int64) {
			if own, ok := kept[string(b.Customer)]; ok && len(own) > 0 && len(b.Tasks) > 0 {
				b.Tasks = own
			}
			kept[string(b.Customer)] = b.Tasks
			return b, v
		}},
	} {
		s.MemoryBooks = nil
		var broken []string
		for _, c := range bookChecks {
			s.MemoryBooks = new(care.MemoryBooks)
			clear(kept)
			if c.name == "keepers" && name == "gives its own slices away" || c.name == "race" && s.load != nil {
				continue
			}
			if c.run(s) != nil {
				broken = append(broken, c.name)
			}
		}
		if len(broken) == 0 {
			t.Errorf("%s: not found", name)
		}
		t.Logf("%s: found by %q", name, broken)
	}
}

type badCases struct {
	*care.MemoryCases
	save func(ctx context.Context, m *care.MemoryCases, expected int64, c care.Case, next time.Time) error
	due  func(ctx context.Context, m *care.MemoryCases, now time.Time, limit int) ([]care.CaseID, error)
}

func (s badCases) Save(ctx context.Context, expected int64, c care.Case, next time.Time) error {
	if s.save != nil {
		return s.save(ctx, s.MemoryCases, expected, c, next)
	}
	return s.MemoryCases.Save(ctx, expected, c, next)
}

func (s badCases) Due(ctx context.Context, now time.Time, limit int) ([]care.CaseID, error) {
	if s.due != nil {
		return s.due(ctx, s.MemoryCases, now, limit)
	}
	return s.MemoryCases.Due(ctx, now, limit)
}

func TestPlantedCases(t *testing.T) {
	for name, s := range map[string]badCases{
		"no compare-and-swap": {save: func(ctx context.Context, m *care.MemoryCases, _ int64, c care.Case, next time.Time) error {
			_, v, err := m.Load(ctx, c.ID)
			if err != nil {
				return err
			}
			return m.Save(ctx, v, c, next)
		}},
		"keeps the first due": {save: func(ctx context.Context, m *care.MemoryCases, expected int64, c care.Case, next time.Time) error {
			if expected > 0 && next.IsZero() {
				next = noon
			}
			return m.Save(ctx, expected, c, next)
		}},
		"drops deliverables": {save: func(ctx context.Context, m *care.MemoryCases, expected int64, c care.Case, next time.Time) error {
			c.Delivered = nil
			return m.Save(ctx, expected, c, next)
		}},
		"ignores ctx": {save: func(_ context.Context, m *care.MemoryCases, expected int64, c care.Case, next time.Time) error {
			return m.Save(context.Background(), expected, c, next)
		}},
		"after, not at": {due: func(ctx context.Context, m *care.MemoryCases, now time.Time, limit int) ([]care.CaseID, error) {
			return m.Due(ctx, now.Add(time.Microsecond), limit)
		}},
		"not each once": {due: func(ctx context.Context, m *care.MemoryCases, now time.Time, limit int) ([]care.CaseID, error) {
			list, err := m.Due(ctx, now, limit)
			return append(list, list...), err
		}},
	} {
		var broken []string
		for _, c := range caseChecks {
			s.MemoryCases = new(care.MemoryCases)
			if c.run(s) != nil {
				broken = append(broken, c.name)
			}
		}
		if len(broken) == 0 {
			t.Errorf("%s: not found", name)
		}
		t.Logf("%s: found by %q", name, broken)
	}
}
