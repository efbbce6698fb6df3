package audiencetest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/audience"
)

func TestMemory(t *testing.T) {
	t.Run("text", func(t *testing.T) {
		TestDirectory(t, func(*testing.T) audience.Directory[string] { return audience.NewMemory(guanxi.StringKey[string]()) }, AwkwardKey)
	})
	t.Run("numbers", func(t *testing.T) {
		TestDirectory(t, func(*testing.T) audience.Directory[int64] { return audience.NewMemory(guanxi.IntKey[int64]()) },
			func(i int) int64 { return int64(i)*1_000_003 - 7 })
	})
	t.Run("UUIDs", func(t *testing.T) {
		TestDirectory(t, func(*testing.T) audience.Directory[[16]byte] { return audience.NewMemory(guanxi.UUIDKey[[16]byte]()) },
			func(i int) [16]byte { return [16]byte{byte(i), byte(i >> 8), 15: 1} })
	})
}

// table is a host's own directory: rows of (ordinal, key, removed) with a unique
// index over the keys that are not removed. It can be spoilt.
type table struct {
	mu   sync.Mutex
	rows []row
	same func(string) string // how keys are compared

	deaf, slow, reuse, lifo, revive, findAdds, loud, forgets, sorted, fills, sparse, twice, shares, replaces bool
	found                                                                                                    []uint32
}

type row struct {
	key     string
	removed bool
}

func (t *table) find(k string) uint32 {
	for v, r := range t.rows {
		if !r.removed && (r.key == k || t.same != nil && t.same(r.key) == t.same(k)) {
			return uint32(v)
		}
	}
	return audience.NoOrdinal
}

func (t *table) lock(ctx context.Context) error {
	t.mu.Lock()
	if t.deaf {
		return nil
	}
	return ctx.Err()
}

func (t *table) Find(ctx context.Context, dst []uint32, keys []string) ([]uint32, error) {
	defer t.mu.Unlock()
	if err := t.lock(ctx); err != nil {
		return dst, err
	}
	if t.replaces {
		dst = nil
	}
	for _, k := range keys {
		v := t.find(k)
		if v == audience.NoOrdinal && t.findAdds {
			v = t.add(k)
		}
		if v == audience.NoOrdinal && t.loud {
			continue
		}
		dst = append(dst, v)
	}
	if t.shares && len(dst) == len(keys) {
		if len(t.found) != len(dst) {
			t.found = dst
		}
		return t.found, nil
	}
	return dst, nil
}

func (t *table) Keys(ctx context.Context, dst []audience.Customer[string], ordinals []uint32) ([]audience.Customer[string], error) {
	defer t.mu.Unlock()
	if err := t.lock(ctx); err != nil {
		return dst, err
	}
	ordinals = slices.Clone(ordinals)
	if t.sorted { // as WHERE ordinal IN (…) does
		slices.Sort(ordinals)
		ordinals = slices.Compact(ordinals)
	}
	for _, v := range ordinals {
		switch {
		case int64(v) < int64(len(t.rows)) && !t.rows[v].removed:
			dst = append(dst, audience.Customer[string]{Ordinal: v, Key: t.rows[v].key})
		case t.fills:
			dst = append(dst, audience.Customer[string]{Ordinal: v})
		}
	}
	return dst, nil
}

func (t *table) add(k string) uint32 {
	if t.sparse {
		t.rows = append(t.rows, row{removed: true})
	}
	for v, r := range t.rows {
		if t.reuse && r.removed || t.revive && r.removed && r.key == k {
			t.rows[v] = row{key: k}
			return uint32(v)
		}
	}
	if n := len(t.rows); t.lifo && n > 0 && t.rows[n-1].removed { // MAX(ordinal) + 1 of what is left
		t.rows[n-1] = row{key: k}
		return uint32(n - 1)
	}
	t.rows = append(t.rows, row{key: k})
	return uint32(len(t.rows) - 1)
}

func (t *table) Assign(ctx context.Context, dst []uint32, keys []string) ([]uint32, error) {
	err := t.lock(ctx)
	defer func() { t.mu.Unlock() }()
	if err != nil {
		return dst, err
	}
	known := make([]uint32, len(keys))
	for i, k := range keys {
		known[i] = t.find(k)
	}
	if t.slow { // reads, and writes later
		t.mu.Unlock()
		time.Sleep(time.Millisecond)
		t.mu.Lock()
	}
	for i, k := range keys {
		v := known[i]
		if v == audience.NoOrdinal && !t.slow && !t.twice {
			v = t.find(k)
		}
		if v == audience.NoOrdinal {
			v = t.add(k)
		}
		dst = append(dst, v)
	}
	return dst, nil
}

func (t *table) Remove(ctx context.Context, keys []string) error {
	defer t.mu.Unlock()
	if err := t.lock(ctx); err != nil {
		return err
	}
	for _, k := range keys {
		v := t.find(k)
		switch {
		case v == audience.NoOrdinal && t.loud:
			return audience.ErrRow
		case v != audience.NoOrdinal && !t.forgets:
			t.rows[v].removed = true
		}
	}
	return nil
}

func (t *table) Live(ctx context.Context) (audience.Set, error) {
	defer t.mu.Unlock()
	if err := t.lock(ctx); err != nil {
		return audience.Set{}, err
	}
	var live audience.Builder
	for v, r := range t.rows {
		if !r.removed {
			live.Add(uint32(v))
		}
	}
	return live.Set(), nil
}

func TestTable(t *testing.T) {
	TestDirectory(t, func(*testing.T) audience.Directory[string] { return new(table) }, AwkwardKey)
}

// stale answers with the live set of the first call, or of all ordinals ever given.
type stale struct {
	*table
	ever  bool
	known *audience.Set
}

func (s *stale) Live(ctx context.Context) (audience.Set, error) {
	if err := ctx.Err(); err != nil {
		return audience.Set{}, err
	}
	if s.ever {
		return audience.First(uint32(len(s.rows))), nil
	}
	live, err := s.table.Live(ctx)
	if s.known == nil {
		s.known = &live
	}
	return *s.known, err
}

// keeper keeps the caller's keys.
type keeper struct {
	*table
	kept []string
}

func (k *keeper) Assign(ctx context.Context, dst []uint32, keys []string) ([]uint32, error) {
	k.kept = append(keys[:0:len(keys)], keys...)
	return k.table.Assign(ctx, dst, keys)
}

func (k *keeper) Keys(ctx context.Context, dst []audience.Customer[string], ordinals []uint32) ([]audience.Customer[string], error) {
	from := len(dst)
	dst, err := k.table.Keys(ctx, dst, ordinals)
	for i := range dst[from:] {
		if v := int(dst[from+i].Ordinal); v < len(k.kept) {
			dst[from+i].Key = k.kept[v]
		}
	}
	return dst, err
}

// hundred takes a hundred keys a call.
type hundred struct{ *table }

func (h hundred) Assign(ctx context.Context, dst []uint32, keys []string) ([]uint32, error) {
	return h.table.Assign(ctx, dst, keys[:min(len(keys), 100)])
}

// lax returns what it has done so far with an error.
type lax struct{ *table }

func (l lax) Find(ctx context.Context, dst []uint32, keys []string) ([]uint32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return l.table.Find(ctx, dst, keys)
}

// defects are directories that break the contract, and the case that must find each.
var defects = []struct {
	name, found string
	open        func() audience.Directory[string]
}{
	{"a search gives ordinals", "fresh", func() audience.Directory[string] { return &table{findAdds: true} }},
	{"a search gives ordinals, later", "find order", func() audience.Directory[string] { return &table{findAdds: true} }},
	{"unknown keys are left out", "find order", func() audience.Directory[string] { return &table{loud: true} }},
	{"a key twice in one call is two customers", "again", func() audience.Directory[string] { return &table{twice: true} }},
	{"case does not matter", "keys", func() audience.Directory[string] { return &table{same: strings.ToLower} }},
	{"trailing spaces do not matter", "keys", func() audience.Directory[string] {
		return &table{same: func(s string) string { return strings.TrimRight(s, " ") }}
	}},
	{"ordinals count by two", "dense", func() audience.Directory[string] { return &table{sparse: true} }},
	{"a hundred keys at most", "many", func() audience.Directory[string] { return hundred{new(table)} }},
	{"keys come by ordinal", "keys order", func() audience.Directory[string] { return &table{sorted: true} }},
	{"nobody is a customer without a key", "keys order", func() audience.Directory[string] { return &table{fills: true} }},
	{"nobody is removed", "removed", func() audience.Directory[string] { return &table{forgets: true} }},
	{"to remove nobody is an error", "remove nobody", func() audience.Directory[string] { return &table{loud: true} }},
	{"ordinals are given again", "never again", func() audience.Directory[string] { return &table{reuse: true} }},
	{"the greatest ordinal is given again", "never again", func() audience.Directory[string] { return &table{lifo: true} }},
	{"a key that comes back has its old ordinal", "comes back", func() audience.Directory[string] { return &table{revive: true} }},
	{"everybody lives for ever", "live", func() audience.Directory[string] { return &stale{table: new(table), ever: true} }},
	{"the universe is not kept up", "live", func() audience.Directory[string] { return &stale{table: new(table)} }},
	{"dst is replaced", "appends", func() audience.Directory[string] { return &table{replaces: true} }},
	{"answers share a slice", "own slices", func() audience.Directory[string] { return &table{shares: true} }},
	{"the caller's slice is kept", "own slices", func() audience.Directory[string] { return &keeper{table: new(table)} }},
	{"a done context is ignored", "cancelled", func() audience.Directory[string] { return &table{deaf: true} }},
	{"an error loses dst", "cancelled", func() audience.Directory[string] { return lax{new(table)} }},
	{"reads before it writes", "race", func() audience.Directory[string] { return &table{slow: true} }},
}

// The kit finds every planted defect, by the case that is there for it.
func TestKitFindsDefects(t *testing.T) {
	hit := make(map[string]bool)
	for _, d := range defects {
		t.Run(d.name, func(t *testing.T) {
			for _, c := range cases[string]() {
				if c.name != d.found {
					continue
				}
				hit[c.name] = true
				if err := c.run(box[string]{d.open(), AwkwardKey}); err == nil {
					t.Errorf("not found by %q: %s", c.name, c.contract)
				}
				return
			}
			t.Errorf("there is no case %q", d.found)
		})
	}
	for _, c := range cases[string]() {
		if !hit[c.name] && c.name != "assigned" && c.name != "none" {
			t.Errorf("no defect is planted for %q", c.name)
		}
	}
}
