package surveytest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/nps/survey"
)

func TestMemory(t *testing.T) {
	TestStore(t, func(*testing.T) survey.QuotaStore { return new(survey.Memory) })
}

// planted is a store whose every step can be spoilt.
type planted struct {
	survey.Memory
	load func(m *planted, s survey.CellState, id survey.CellID, key string, now time.Time) survey.CellState
	save func(m *planted, id survey.CellID, expected int64, c survey.CellChange) error

	mu   sync.Mutex
	key  func(string) string
	id   func(survey.CellID) survey.CellID
	deaf bool // to the context
}

func (p *planted) Load(ctx context.Context, id survey.CellID, key string, now time.Time) (survey.CellState, error) {
	if p.deaf {
		ctx = context.Background()
	}
	if p.key != nil {
		key = p.key(key)
	}
	if p.id != nil {
		id = p.id(id)
	}
	s, err := p.Memory.Load(ctx, id, key, now)
	if err == nil && p.load != nil {
		s = p.load(p, s, id, key, now)
	}
	return s, err
}

func (p *planted) Save(ctx context.Context, id survey.CellID, expected int64, c survey.CellChange) error {
	if p.deaf {
		ctx = context.Background()
	}
	if p.id != nil {
		id = p.id(id)
	}
	if p.key != nil {
		c.Put = slices.Clone(c.Put)
		for i := range c.Put {
			c.Put[i].Key = p.key(c.Put[i].Key)
		}
	}
	if p.save != nil && ctx.Err() == nil {
		return p.save(p, id, expected, c)
	}
	return p.Memory.Save(ctx, id, expected, c)
}

// put changes the rows of a save before it is written.
func put(change func([]survey.Reservation) []survey.Reservation) func(*planted, survey.CellID, int64, survey.CellChange) error {
	return func(p *planted, id survey.CellID, expected int64, c survey.CellChange) error {
		c.Put = change(slices.Clone(c.Put))
		return p.Memory.Save(context.Background(), id, expected, c)
	}
}

// version returns the version of a cell.
func (p *planted) version(id survey.CellID) int64 {
	s, _ := p.Memory.Load(context.Background(), id, "", noon)
	return s.Version
}

func until(change func(time.Time) time.Time) func([]survey.Reservation) []survey.Reservation {
	return func(rows []survey.Reservation) []survey.Reservation {
		for i := range rows {
			rows[i].Until = change(rows[i].Until)
		}
		return rows
	}
}

// defects are stores that break the contract, and a case that must find each.
var defects = []struct {
	name   string
	found  string
	defect *planted
}{
	{"a fresh cell is an invented one", "fresh", &planted{load: func(_ *planted, s survey.CellState, _ survey.CellID, _ string, _ time.Time) survey.CellState {
		s.Version++
		return s
	}}},
	{"counters are added to", "counters", &planted{save: func(p *planted, id survey.CellID, expected int64, c survey.CellChange) error {
		s, _ := p.Memory.Load(context.Background(), id, "", noon)
		c.Held += s.Held
		c.Confirmed += s.Confirmed
		return p.Memory.Save(context.Background(), id, expected, c)
	}}},
	{"any reservation for a key", "reservation", &planted{load: func(p *planted, s survey.CellState, id survey.CellID, _ string, _ time.Time) survey.CellState {
		other, _ := p.Memory.Load(context.Background(), id, "a", noon)
		s.Reservation = other.Reservation
		return s
	}}},
	{"an empty key is a wildcard", "empty key", &planted{load: func(p *planted, s survey.CellState, id survey.CellID, key string, _ time.Time) survey.CellState {
		if key == "" {
			other, _ := p.Memory.Load(context.Background(), id, "a", noon)
			s.Reservation = other.Reservation
		}
		return s
	}}},
	{"rows are inserted, never updated", "replace", &planted{save: func(p *planted, id survey.CellID, expected int64, c survey.CellChange) error {
		c.Put = slices.DeleteFunc(slices.Clone(c.Put), func(r survey.Reservation) bool {
			s, _ := p.Memory.Load(context.Background(), id, r.Key, noon)
			return s.Reservation != nil
		})
		return p.Memory.Save(context.Background(), id, expected, c)
	}}},
	{"only the first row is written", "several", &planted{save: put(func(rows []survey.Reservation) []survey.Reservation {
		return rows[:min(len(rows), 1)]
	})}},
	{"rows beyond a hundred are lost", "several", &planted{save: put(func(rows []survey.Reservation) []survey.Reservation {
		return rows[:min(len(rows), 100)]
	})}},
	{"keys ignore case", "keys", &planted{key: strings.ToLower}},
	{"keys ignore trailing spaces", "keys", &planted{key: func(s string) string { return strings.TrimRight(s, " ") }}},
	{"cells are joined with a slash", "cells", &planted{id: func(id survey.CellID) survey.CellID {
		return survey.CellID{Quota: id.Quota + "/" + id.Cell}
	}}},
	{"the quota is ignored", "cells", &planted{id: func(id survey.CellID) survey.CellID { return survey.CellID{Cell: id.Cell} }}},
	{"instants are whole milliseconds", "microseconds", &planted{save: put(until(func(t time.Time) time.Time { return t.Truncate(time.Millisecond) }))}},
	{"instants lose their zone", "microseconds", &planted{save: put(until(func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	}))}},
	{"overdue begins a moment late", "overdue", &planted{load: func(p *planted, s survey.CellState, id survey.CellID, _ string, now time.Time) survey.CellState {
		late, _ := p.Memory.Load(context.Background(), id, "", now.Add(-time.Microsecond))
		s.Overdue = late.Overdue
		return s
	}}},
	{"nothing is ever overdue", "overdue", &planted{load: func(_ *planted, s survey.CellState, _ survey.CellID, _ string, _ time.Time) survey.CellState {
		s.Overdue = nil
		return s
	}}},
	{"what is confirmed is overdue too", "overdue", &planted{load: func(p *planted, s survey.CellState, id survey.CellID, _ string, now time.Time) survey.CellState {
		if o, _ := p.Memory.Load(context.Background(), id, "confirmed", now); o.Reservation != nil && !now.Before(o.Reservation.Until) {
			s.Overdue = append(s.Overdue, *o.Reservation)
		}
		return s
	}}},
	{"overdue stops at a hundred for good", "overdue to the last", &planted{load: func(_ *planted, s survey.CellState, _ survey.CellID, _ string, _ time.Time) survey.CellState {
		if s.Version > 1 {
			s.Overdue = nil
		}
		return s
	}}},
	{"the first write always wins", "first write", &planted{save: func(p *planted, id survey.CellID, expected int64, c survey.CellChange) error {
		if expected == 0 {
			expected = p.version(id)
		}
		return p.Memory.Save(context.Background(), id, expected, c)
	}}},
	{"the last write wins", "stale", &planted{save: func(p *planted, id survey.CellID, _ int64, c survey.CellChange) error {
		return p.Memory.Save(context.Background(), id, p.version(id), c)
	}}},
	{"a stale write still writes its rows", "stale", &planted{save: func(p *planted, id survey.CellID, expected int64, c survey.CellChange) error {
		s, _ := p.Memory.Load(context.Background(), id, "", noon)
		if s.Version == expected {
			return p.Memory.Save(context.Background(), id, expected, c)
		}
		p.Memory.Save(context.Background(), id, s.Version, survey.CellChange{Held: s.Held, Confirmed: s.Confirmed, Put: c.Put})
		return survey.ErrConflict
	}}},
	{"a conflict is silent", "stale", &planted{save: func(p *planted, id survey.CellID, expected int64, c survey.CellChange) error {
		if err := p.Memory.Save(context.Background(), id, expected, c); !errors.Is(err, survey.ErrConflict) {
			return err
		}
		return nil
	}}},
	{"a version to come is as good", "ahead", &planted{save: func(p *planted, id survey.CellID, expected int64, c survey.CellChange) error {
		if v := p.version(id); expected > v {
			expected = v
		}
		return p.Memory.Save(context.Background(), id, expected, c)
	}}},
	{"a done context is ignored", "cancelled", &planted{deaf: true}},
	{"the version is compared before the write, not with it", "race", &planted{save: func(p *planted, id survey.CellID, expected int64, c survey.CellChange) error {
		v := p.version(id)
		if v != expected {
			return survey.ErrConflict
		}
		time.Sleep(time.Millisecond) // the window in which others write
		for errors.Is(p.Memory.Save(context.Background(), id, p.version(id), c), survey.ErrConflict) {
		}
		return nil
	}}},
	{"the counters are written without their version", "never overfilled", &planted{save: func(p *planted, id survey.CellID, expected int64, c survey.CellChange) error {
		p.mu.Lock()
		defer p.mu.Unlock()
		s, _ := p.Memory.Load(context.Background(), id, "", noon)
		if s.Version != expected {
			return survey.ErrConflict
		}
		c.Held = min(c.Held, 3)
		return p.Memory.Save(context.Background(), id, expected, c)
	}}},
}

// sharing keeps the caller's slice and gives its own away.
type sharing struct {
	mu    sync.Mutex
	state map[survey.CellID]*survey.CellState
	rows  map[survey.CellID][]survey.Reservation
}

func (s *sharing) Load(_ context.Context, id survey.CellID, key string, now time.Time) (survey.CellState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state[id] == nil {
		return survey.CellState{}, nil
	}
	out := *s.state[id]
	for i, r := range s.rows[id] {
		if r.Key == key {
			out.Reservation = &s.rows[id][i]
		}
	}
	out.Overdue = s.rows[id]
	return out, nil
}

func (s *sharing) Save(_ context.Context, id survey.CellID, expected int64, c survey.CellChange) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == nil {
		s.state, s.rows = make(map[survey.CellID]*survey.CellState), make(map[survey.CellID][]survey.Reservation)
	}
	s.state[id] = &survey.CellState{Version: expected + 1, Held: c.Held, Confirmed: c.Confirmed}
	s.rows[id] = c.Put
	return nil
}

// The kit finds every planted defect, by the case that is there for it.
func TestKitFindsDefects(t *testing.T) {
	hit := map[string]bool{"own slices": true} // below
	for _, d := range defects {
		t.Run(d.name, func(t *testing.T) {
			i := slices.IndexFunc(cases, func(c kase) bool { return c.name == d.found })
			if i < 0 {
				t.Fatalf("no case %q", d.found)
			}
			if err := cases[i].run(&planted{load: d.defect.load, save: d.defect.save, key: d.defect.key, id: d.defect.id, deaf: d.defect.deaf}); err == nil {
				t.Errorf("case %q passes", d.found)
			} else {
				t.Log(err)
			}
		})
		hit[d.found] = true
	}
	if err := ownSlices(new(sharing)); err == nil {
		t.Error("case own slices passes a store that shares them")
	}
	for _, c := range cases {
		if !hit[c.name] {
			t.Errorf("case %q has no defect planted for it", c.name)
		}
	}
}
