package lifecycletest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
)

func TestMemory(t *testing.T) {
	TestStore(t, func(*testing.T) lifecycle.Store { return new(lifecycle.Memory) })
}

// planted is a store whose every step can be spoilt.
type planted struct {
	lifecycle.Memory
	id   func(lifecycle.CustomerID) lifecycle.CustomerID
	load func(m *planted, s lifecycle.Stored, id lifecycle.CustomerID) lifecycle.Stored
	save func(m *planted, id lifecycle.CustomerID, expected int64, p lifecycle.Pos, due time.Time) error
	due  func(m *planted, now time.Time, limit int) ([]lifecycle.CustomerID, error)
	deaf bool // to the context
	gone map[lifecycle.CustomerID]bool
}

func (p *planted) Load(ctx context.Context, id lifecycle.CustomerID) (lifecycle.Stored, error) {
	if p.deaf {
		ctx = context.Background()
	}
	if p.id != nil {
		id = p.id(id)
	}
	s, err := p.Memory.Load(ctx, id)
	if err == nil && p.load != nil {
		s = p.load(p, s, id)
	}
	return s, err
}

func (p *planted) Save(ctx context.Context, id lifecycle.CustomerID, expected int64, pos lifecycle.Pos, due time.Time) error {
	if p.deaf {
		ctx = context.Background()
	}
	if p.id != nil {
		id = p.id(id)
	}
	if p.save != nil && ctx.Err() == nil {
		return p.save(p, id, expected, pos, due)
	}
	return p.Memory.Save(ctx, id, expected, pos, due)
}

func (p *planted) Due(ctx context.Context, now time.Time, limit int) ([]lifecycle.CustomerID, error) {
	if p.deaf {
		ctx = context.Background()
	}
	if p.due != nil && ctx.Err() == nil {
		return p.due(p, now, limit)
	}
	return p.Memory.Due(ctx, now, limit)
}

var background = context.Background()

func (p *planted) version(id lifecycle.CustomerID) int64 {
	s, _ := p.Memory.Load(background, id)
	return s.Version
}

// spoil changes what is written.
func spoil(change func(*lifecycle.Pos, *time.Time)) *planted {
	return &planted{save: func(p *planted, id lifecycle.CustomerID, expected int64, pos lifecycle.Pos, due time.Time) error {
		change(&pos, &due)
		return p.Memory.Save(background, id, expected, pos, due)
	}}
}

// found changes who is due.
func found(change func([]lifecycle.CustomerID) []lifecycle.CustomerID) *planted {
	return &planted{due: func(p *planted, now time.Time, limit int) ([]lifecycle.CustomerID, error) {
		ids, err := p.Memory.Due(background, now, limit)
		return change(ids), err
	}}
}

// defects are stores that break the contract, and the case that must find each.
var defects = []struct {
	name, found string
	store       func() lifecycle.Store
}{
	{"a fresh customer has a version", "fresh", one(&planted{load: func(_ *planted, s lifecycle.Stored, _ lifecycle.CustomerID) lifecycle.Stored {
		s.Version++
		return s
	}})},
	{"the due is not kept", "saved", one(&planted{load: func(_ *planted, s lifecycle.Stored, _ lifecycle.CustomerID) lifecycle.Stored {
		s.Due = time.Time{}
		return s
	}})},
	{"a zero due leaves the old one", "saved", one(&planted{save: func(p *planted, id lifecycle.CustomerID, expected int64, pos lifecycle.Pos, due time.Time) error {
		if old, _ := p.Memory.Load(background, id); due.IsZero() {
			due = old.Due
		}
		return p.Memory.Save(background, id, expected, pos, due)
	}})},
	{"the first position stays", "saved", one(&planted{save: func(p *planted, id lifecycle.CustomerID, expected int64, pos lifecycle.Pos, due time.Time) error {
		if old, _ := p.Memory.Load(background, id); old.Version > 0 {
			pos = old.Pos
		}
		return p.Memory.Save(background, id, expected, pos, due)
	}})},
	{"the counted time has 32 bits", "bits", one(spoil(func(p *lifecycle.Pos, _ *time.Time) { p.Counted = int64(uint32(p.Counted)) }))},
	{"the previous stage is lost beyond 127", "bits", one(spoil(func(p *lifecycle.Pos, _ *time.Time) { p.Prev = min(p.Prev, 127) }))},
	{"the sequence is signed", "bits", one(spoil(func(p *lifecycle.Pos, _ *time.Time) { p.Seq = min(p.Seq, 1<<31-1) }))},
	{"dues are whole milliseconds", "microseconds", one(spoil(func(_ *lifecycle.Pos, due *time.Time) { *due = due.Truncate(time.Millisecond) }))},
	{"dues lose their zone", "microseconds", one(spoil(func(_ *lifecycle.Pos, due *time.Time) {
		if !due.IsZero() {
			*due = time.Date(due.Year(), due.Month(), due.Day(), due.Hour(), due.Minute(), due.Second(), due.Nanosecond(), time.UTC)
		}
	}))},
	{"ids ignore case", "ids", one(&planted{id: func(id lifecycle.CustomerID) lifecycle.CustomerID {
		return lifecycle.CustomerID(strings.ToLower(string(id)))
	}})},
	{"ids ignore trailing spaces", "ids", one(&planted{id: func(id lifecycle.CustomerID) lifecycle.CustomerID {
		return lifecycle.CustomerID(strings.TrimRight(string(id), " "))
	}})},
	{"the first write always wins", "first write", one(&planted{save: func(p *planted, id lifecycle.CustomerID, expected int64, pos lifecycle.Pos, due time.Time) error {
		if expected == 0 {
			expected = p.version(id)
		}
		return p.Memory.Save(background, id, expected, pos, due)
	}})},
	{"the last write wins", "stale", one(&planted{save: func(p *planted, id lifecycle.CustomerID, _ int64, pos lifecycle.Pos, due time.Time) error {
		return p.Memory.Save(background, id, p.version(id), pos, due)
	}})},
	{"a due that cannot be kept takes the customer out of the index", "failed save", one(&planted{save: func(p *planted, id lifecycle.CustomerID, expected int64, pos lifecycle.Pos, due time.Time) error {
		if _, ok := lifecycle.InstantOf(due); ok || due.IsZero() {
			return p.Memory.Save(background, id, expected, pos, due)
		}
		if p.gone == nil {
			p.gone = make(map[lifecycle.CustomerID]bool)
		}
		p.gone[id] = true
		return lifecycle.ErrTime
	}, due: func(p *planted, now time.Time, limit int) ([]lifecycle.CustomerID, error) {
		ids, err := p.Memory.Due(background, now, limit)
		return slices.DeleteFunc(ids, func(id lifecycle.CustomerID) bool { return p.gone[id] }), err
	}})},
	{"a conflict is silent", "stale", one(&planted{save: func(p *planted, id lifecycle.CustomerID, expected int64, pos lifecycle.Pos, due time.Time) error {
		if err := p.Memory.Save(background, id, expected, pos, due); !errors.Is(err, lifecycle.ErrConflict) {
			return err
		}
		return nil
	}})},
	{"a version to come is as good", "ahead", one(&planted{save: func(p *planted, id lifecycle.CustomerID, expected int64, pos lifecycle.Pos, due time.Time) error {
		return p.Memory.Save(background, id, min(expected, p.version(id)), pos, due)
	}})},
	{"due begins a moment late", "due", one(&planted{due: func(p *planted, now time.Time, limit int) ([]lifecycle.CustomerID, error) {
		return p.Memory.Due(background, now.Add(-time.Microsecond), limit)
	}})},
	{"due compares times of day", "due", one(&planted{due: func(p *planted, now time.Time, limit int) ([]lifecycle.CustomerID, error) {
		_, offset := now.Zone()
		return p.Memory.Due(background, now.Add(time.Duration(offset)*time.Second), limit)
	}})},
	{"who is due comes twice", "due", one(found(func(ids []lifecycle.CustomerID) []lifecycle.CustomerID { return append(ids, ids...) }))},
	{"equal dues are in any order", "due order", one(found(func(ids []lifecycle.CustomerID) []lifecycle.CustomerID {
		slices.Reverse(ids)
		return ids
	}))},
	{"ids are in the order of a dictionary", "due order", one(found(func(ids []lifecycle.CustomerID) []lifecycle.CustomerID {
		slices.SortFunc(ids[min(1, len(ids)):], func(a, b lifecycle.CustomerID) int {
			return strings.Compare(strings.ToLower(string(a)), strings.ToLower(string(b)))
		})
		return ids
	}))},
	{"no limit is all", "due limit", one(&planted{due: func(p *planted, now time.Time, limit int) ([]lifecycle.CustomerID, error) {
		if limit <= 0 {
			limit = 1000
		}
		return p.Memory.Due(background, now, limit)
	}})},
	{"due stops at a hundred", "due limit", one(&planted{due: func(p *planted, now time.Time, limit int) ([]lifecycle.CustomerID, error) {
		return p.Memory.Due(background, now, min(limit, 100))
	}})},
	{"a done context is ignored", "cancelled", one(&planted{deaf: true})},
	{"the version is compared before the write, not with it", "race", one(&planted{save: func(p *planted, id lifecycle.CustomerID, expected int64, pos lifecycle.Pos, due time.Time) error {
		if p.version(id) != expected {
			return lifecycle.ErrConflict
		}
		time.Sleep(time.Millisecond) // the window in which others write
		for errors.Is(p.Memory.Save(background, id, p.version(id), pos, due), lifecycle.ErrConflict) {
		}
		return nil
	}})},
	{"the index only grows", "due moves", func() lifecycle.Store { return &growing{known: make(map[lifecycle.CustomerID]time.Time)} }},
	{"a conflict is written to the index", "due conflict", func() lifecycle.Store { return &growing{known: make(map[lifecycle.CustomerID]time.Time), hasty: true} }},
	{"the index gives its slice away", "own slices", func() lifecycle.Store { return new(sharing) }},
	{"two sweepers move the same customer", "sweepers", one(&planted{save: func(p *planted, id lifecycle.CustomerID, _ int64, pos lifecycle.Pos, due time.Time) error {
		time.Sleep(time.Millisecond)
		for errors.Is(p.Memory.Save(background, id, p.version(id), pos, due), lifecycle.ErrConflict) {
		}
		return nil
	}})},
}

// one makes each case a planted store of its own.
func one(p *planted) func() lifecycle.Store {
	return func() lifecycle.Store {
		return &planted{id: p.id, load: p.load, save: p.save, due: p.due, deaf: p.deaf}
	}
}

// growing keeps an index beside the rows: one that is never cleaned, or one that
// is written before it is known whether the write is.
type growing struct {
	lifecycle.Memory
	known map[lifecycle.CustomerID]time.Time
	hasty bool
}

func (g *growing) Save(ctx context.Context, id lifecycle.CustomerID, expected int64, p lifecycle.Pos, due time.Time) error {
	err := g.Memory.Save(ctx, id, expected, p, due)
	if g.hasty || err == nil && !due.IsZero() && g.known[id].IsZero() {
		g.known[id] = due
	}
	return err
}

func (g *growing) Due(_ context.Context, now time.Time, limit int) ([]lifecycle.CustomerID, error) {
	var ids []lifecycle.CustomerID
	for id, due := range g.known {
		if !due.IsZero() && !due.After(now) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids[:min(len(ids), max(limit, 0))], nil
}

// sharing answers with the same slice every time.
type sharing struct {
	lifecycle.Memory
	ids []lifecycle.CustomerID
}

func (s *sharing) Due(ctx context.Context, now time.Time, limit int) ([]lifecycle.CustomerID, error) {
	if s.ids == nil {
		s.ids, _ = s.Memory.Due(ctx, now, limit)
	}
	return s.ids, nil
}

// The kit finds every planted defect, by the case that is there for it.
func TestKitFindsDefects(t *testing.T) {
	hit := make(map[string]bool)
	for _, d := range defects {
		t.Run(d.name, func(t *testing.T) {
			for _, c := range cases {
				if c.name == d.found {
					hit[c.name] = true
					if err := c.run(d.store()); err == nil {
						t.Errorf("case %q does not find it", c.name)
					}
					return
				}
			}
			t.Errorf("no case %q", d.found)
		})
	}
	for _, c := range cases {
		if !hit[c.name] {
			t.Errorf("no defect shows that case %q finds one", c.name)
		}
	}
}
