package affinity

import (
	"fmt"

	"github.com/guanxi-go/guanxi/internal/table"
)

// Merge adds what d holds, as if its baskets had been added here: merging is
// associative and commutative as long as nothing is cut; after a cut the bounds
// hold all the same. d stays as it is and is not kept. Counts with different
// configs are ErrMismatch, too many baskets ErrOverflow; c is unchanged then.
func (c *Counts[I]) Merge(d *Counts[I]) error {
	switch {
	case c == d:
		return fmt.Errorf("affinity: merge: %w: counts with themselves", ErrMismatch)
	case !c.cfg.same(d.cfg):
		return fmt.Errorf("affinity: merge: %w", ErrMismatch)
	case c.sum.baskets+d.sum.baskets > maxBaskets:
		return fmt.Errorf("affinity: merge: %w: %d baskets", ErrOverflow, c.sum.baskets+d.sum.baskets)
	}
	ords := make([]uint32, len(d.items.Rows)) // here, of those there
	combine(&c.items, d.items.Rows, c.sum.itemShort, d.sum.itemShort,
		func(k I) (I, uint64) { return k, c.key.Hash(c.seed, k) },
		func(i int, ord uint32) { ords[i] = ord })
	combine(&c.pairs, d.pairs.Rows, c.sum.pairShort, d.sum.pairShort, func(p uint64) (uint64, uint64) {
		a, b := ordinalsOf(p)
		p = pairOf(ords[a], ords[b])
		return p, c.pairHash(p)
	}, func(int, uint32) {})
	c.sum.baskets += d.sum.baskets
	c.sum.empty += d.sum.empty
	c.sum.large += d.sum.large
	c.sum.itemsCut += d.sum.itemsCut
	c.sum.pairsCut += d.sum.pairsCut
	c.sum.itemShort += d.sum.itemShort
	c.sum.pairShort += d.sum.pairShort
	c.fit()
	return nil
}

// combine adds rows to a table. What one side does not hold may have been in as
// many baskets as that side's bound.
func combine[K comparable](t *table.Table[K, tallied], rows []table.Entry[K, tallied], ours, theirs uint32,
	place func(K) (K, uint64), took func(int, uint32)) {
	known := len(t.Rows)
	if ours|theirs != 0 {
		for i := range t.Rows { // taken back below where theirs holds it too
			t.Rows[i].Row.short += theirs
		}
	}
	t.Reserve(len(rows))
	for i, e := range rows {
		k, h := place(e.Key)
		ord := t.Ordinal(h, k)
		row := &t.Rows[ord].Row
		if int(ord) < known {
			row.short -= theirs
		} else {
			row.short = ours
		}
		row.count += e.Row.count
		row.short += e.Row.short
		took(i, ord)
	}
}
