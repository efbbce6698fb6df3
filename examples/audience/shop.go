package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment"
	"github.com/guanxi-go/guanxi/segment/audience"
)

// shop is the built-in population. Rows lie in the order of the ordinals that the
// directory gave.
type shop struct {
	schema *segment.Schema[customer]
	dir    *audience.Memory[string]
	then   []customer   // as they were a week ago
	lived  audience.Set // everybody there was
	now    []customer   // as they are; an empty row for who was removed
	live   audience.Set
	trial  trial
}

// openShop makes the shop up: the same for the same seed.
func openShop(seed uint64) (*shop, error) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(seed, 4))
	s := &shop{dir: audience.NewMemory(guanxi.StringKey[string]())}
	var err error
	if s.schema, err = newSchema(); err != nil {
		return nil, err
	}
	since := make([]time.Time, population)
	for i := range since {
		since[i] = thisWeek.Add(-time.Duration(rng.Float64() * 900 * float64(day))).Truncate(time.Second)
	}
	slices.SortFunc(since, time.Time.Compare)
	ids := make([]string, population)
	s.now = make([]customer, population)
	old := 0 // how many there were a week ago
	for i, t := range since {
		s.now[i] = draw(rng, i+1, t)
		ids[i] = s.now[i].id
		if !t.After(weekAgo) {
			old = i + 1
		}
	}
	if _, err = s.dir.Assign(ctx, nil, ids[:old]); err != nil {
		return nil, err
	}
	if s.lived, err = s.dir.Live(ctx); err != nil {
		return nil, err
	}
	if err := s.winBack(ctx, rng); err != nil {
		return nil, err
	}
	for _, c := range s.now[:old] {
		s.then = append(s.then, c.until(weekAgo))
	}
	gone := s.week(rng, old)
	if err = s.dir.Remove(ctx, gone); err != nil {
		return nil, err
	}
	if _, err = s.dir.Assign(ctx, nil, ids[old:]); err != nil {
		return nil, err
	}
	s.live, err = s.dir.Live(ctx)
	return s, err
}

// week is what happened to customers since a week ago, besides orders: some no
// longer want to hear of the shop, some complain, and some ask to be deleted, who
// are returned.
func (s *shop) week(rng *rand.Rand, old int) (gone []string) {
	for i := range s.now[:old] {
		c := &s.now[i]
		switch pick(rng, 6, 4, 2, 988) {
		case 0:
			c.consent = false
		case 1:
			if !slices.Contains(c.tags, "complained") {
				c.tags = append(slices.Clone(c.tags), "complained")
			}
		case 2:
			gone = append(gone, c.id)
			*c = customer{}
		}
	}
	return gone
}

// find returns the first of a set, in the order of ordinals, of whom ok is true.
func (s *shop) find(members audience.Set, ok func(*customer) bool) *customer {
	for i := range members.All() {
		if c := &s.now[i]; ok(c) {
			return c
		}
	}
	return nil
}
