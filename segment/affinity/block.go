package affinity

import (
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/table"
)

// blockPairs is how many pairs are looked up at once, so that their cache misses
// overlap.
const blockPairs = 4096

// block holds pairs that were seen and not yet counted, and scratch memory.
type block struct {
	keys, hashes, slots []uint64
	ords                []uint32
}

var pairKey = guanxi.IntKey[uint64]()

func (c *Counts[I]) pairHash(p uint64) uint64 { return pairKey.Hash(c.seed, p) }

// settle counts the pairs of the block. Every call of the package ends with an
// empty one, and so does every change of ordinals. It cuts nothing: that waits for
// the end of a basket, whose items come in no order that a run could repeat.
func (c *Counts[I]) settle() {
	b := &c.block
	n := len(b.keys)
	if n == 0 {
		return
	}
	b.hashes, b.slots, b.ords = room(b.hashes, n), room(b.slots, n), room(b.ords, n)
	pairKey.HashAll(b.hashes, c.seed, b.keys)
	c.pairs.Reserve(n)
	known := len(c.pairs.Rows)
	c.pairs.Seek(b.ords, b.slots, b.hashes)
	c.pairs.Settle(b.ords, b.hashes, b.keys)
	rows := c.pairs.Rows
	if c.sum.pairShort > 0 {
		for i := known; i < len(rows); i++ {
			rows[i].Row.short = c.sum.pairShort
		}
	}
	for _, ord := range b.ords {
		rows[ord].Row.count++
	}
	b.keys = b.keys[:0]
}

// room returns a slice of n values, of any content.
func room[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

// fit cuts what has outgrown its cap, between baskets and with an empty block.
func (c *Counts[I]) fit() {
	if len(c.items.Rows) > c.cfg.MaxItems {
		c.cutItems()
	}
	if len(c.pairs.Rows) > c.cfg.MaxPairs {
		c.cutPairs()
	}
}

// cutPairs drops the rarest pairs, at least a quarter of the cap: lossy counting
// after Manku & Motwani (2002), VLDB 346–357, with the threshold raised when the
// table is full and not at fixed intervals. A pair goes if it cannot have been in
// more baskets than the threshold, which then bounds all pairs that are not held.
func (c *Counts[I]) cutPairs() {
	t := threshold(c.pairs.Rows, kept(c.cfg.MaxPairs))
	before := len(c.pairs.Rows)
	keep(&c.pairs, c.pairHash, func(e table.Entry[uint64, tallied]) (uint64, bool) { return e.Key, e.Row.most() > t })
	c.sum.pairShort = max(c.sum.pairShort, t)
	c.sum.pairsCut += uint64(before - len(c.pairs.Rows))
}

// cutItems drops the rarest items in the same way, and their pairs, which were in
// no more baskets than they.
func (c *Counts[I]) cutItems() {
	t := threshold(c.items.Rows, kept(c.cfg.MaxItems))
	const gone = 1<<32 - 1
	moved := make([]uint32, len(c.items.Rows))
	n := uint32(0)
	for i, e := range c.items.Rows {
		moved[i] = gone
		if e.Row.most() > t {
			moved[i] = n
			n++
		}
	}
	keep(&c.items, func(i I) uint64 { return c.key.Hash(c.seed, i) },
		func(e table.Entry[I, tallied]) (I, bool) { return e.Key, e.Row.most() > t })
	c.sum.itemsCut += uint64(len(moved) - int(n))
	c.sum.itemShort = max(c.sum.itemShort, t)
	before := len(c.pairs.Rows)
	keep(&c.pairs, c.pairHash, func(e table.Entry[uint64, tallied]) (uint64, bool) {
		a, b := ordinalsOf(e.Key)
		a, b = moved[a], moved[b] // the order of ordinals stays
		return uint64(a)<<32 | uint64(b), a != gone && b != gone
	})
	c.sum.pairShort = max(c.sum.pairShort, t)
	c.sum.pairsCut += uint64(before - len(c.pairs.Rows))
}

// keep drops rows of a table in place, and gives those that stay new keys and new
// ordinals in the same order.
func keep[K comparable](t *table.Table[K, tallied], hash func(K) uint64, stays func(table.Entry[K, tallied]) (K, bool)) {
	rows := t.Rows
	n := 0
	for _, e := range rows {
		k, ok := stays(e)
		if !ok {
			continue
		}
		rows[n] = table.Entry[K, tallied]{Key: k, Row: e.Row}
		n++
	}
	clear(rows[n:])
	t.Rows = nil // so that Reset empties the slots alone
	t.Reset()
	t.Rows = rows[:0]
	t.Reserve(n)
	for _, e := range rows[:n] { // Ordinal writes the key that is there
		t.Ordinal(hash(e.Key), e.Key)
	}
}

// kept is how many rows a cut leaves, at most.
func kept(most int) int { return most - max(1, most/4) }

// threshold returns the smallest value that no more than most rows exceed.
func threshold[K comparable](rows []table.Entry[K, tallied], most int) uint32 {
	const low = 4096
	var seen [low]int // rows by value; nearly all are small
	high := 0
	for i := range rows {
		if v := rows[i].Row.most(); v < low {
			seen[v]++
		} else {
			high++
		}
	}
	if high <= most {
		above := high
		for t := low - 1; t > 0; t-- {
			if above+seen[t] > most {
				return uint32(t)
			}
			above += seen[t]
		}
		return 0
	}
	values := make([]uint32, 0, high)
	for i := range rows {
		if v := rows[i].Row.most(); v >= low {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	return values[len(values)-1-most]
}
