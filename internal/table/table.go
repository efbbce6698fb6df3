// Package table gives keys dense ordinals, for millions of rows a second: what the
// accumulators over a host's own customer ids are built on.
package table

import "math/bits"

// Table gives every key a dense ordinal in order of first arrival, and an R that
// lies beside it. It is an open-addressing index of 8-byte slots (32 bits of hash,
// 32 of ordinal + 1) over rows without holes: a probe that
// misses touches the slots only, and growing the index never reads a key. Every
// call takes the key's hash from the caller, well mixed in all 64 bits and always
// the same. The zero value is empty. Not safe for concurrent use.
type Table[K comparable, R any] struct {
	// Rows belong to the ordinals. What they hold may be changed, but not their
	// keys nor their number.
	Rows  []Entry[K, R]
	slots []uint64 // a power of two; empty is 0; probed linearly from the top bits of the hash
	shift uint     // 32 − log2(len(slots)): a slot's place is its hash >> shift
}

// Entry is a key and what lies beside it.
type Entry[K comparable, R any] struct {
	Key K
	Row R
}

const minSlots = 16

// Reset empties the table and keeps its memory.
func (t *Table[K, R]) Reset() {
	clear(t.slots)
	clear(t.Rows)
	t.Rows = t.Rows[:0]
}

// Reserve makes room for n more rows, so that finding them cannot grow the table.
func (t *Table[K, R]) Reserve(n int) {
	need := len(t.Rows) + n
	if need > cap(t.Rows) {
		rows := make([]Entry[K, R], len(t.Rows), max(need, 2*cap(t.Rows)))
		copy(rows, t.Rows)
		t.Rows = rows
	}
	if need*4 <= len(t.slots)*3 {
		return
	}
	size := max(minSlots, 1<<bits.Len(uint(need*4/3)))
	old := t.slots
	t.slots = make([]uint64, size)
	t.shift = uint(32 - bits.TrailingZeros(uint(size)))
	for _, s := range old {
		if s != 0 {
			t.put(s)
		}
	}
}

func (t *Table[K, R]) put(slot uint64) {
	mask := uint(len(t.slots) - 1)
	i := uint(slot>>32) >> t.shift
	for t.slots[i&mask] != 0 {
		i++
	}
	t.slots[i&mask] = slot
}

// Find returns the ordinal of k, whose hash is h, and whether it is there.
func (t *Table[K, R]) Find(h uint64, k K) (uint32, bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	mask := uint(len(t.slots) - 1)
	tag := h >> 32
	for i := uint(tag) >> t.shift; ; i++ {
		s := t.slots[i&mask]
		if s == 0 {
			return 0, false
		}
		if s>>32 == tag {
			if ord := uint32(s) - 1; t.Rows[ord].Key == k {
				return ord, true
			}
		}
	}
}

// Seek writes the likely ordinal of every key of a block to dst, for Settle to
// verify. It needs nothing but the hashes, and goes over the block twice, so that
// many cache misses are under way at once: every first slot is fetched, then (in
// cache by now) the slot with the key's hash is sought.
func (t *Table[K, R]) Seek(dst []uint32, slots, hashes []uint64) {
	slots, dst = slots[:len(hashes)], dst[:len(hashes)]
	mask := uint(len(t.slots) - 1)
	for i, h := range hashes {
		slots[i] = t.slots[uint(h>>32)>>t.shift&mask]
	}
	for i, h := range hashes {
		s, tag := slots[i], h>>32
		if s>>32 != tag && s != 0 {
			for at := uint(tag)>>t.shift + 1; s>>32 != tag && s != 0; at++ {
				s = t.slots[at&mask]
			}
		}
		dst[i] = uint32(s) - 1
	}
}

// Settle turns the likely ordinals of a block into the true ones and gives new
// ones to new keys. The caller has reserved room. This loop fetches every row,
// and hardly a branch of it goes another way than its neighbours.
func (t *Table[K, R]) Settle(ord []uint32, hashes []uint64, keys []K) {
	ord, keys = ord[:len(hashes)], keys[:len(hashes)]
	for i, o := range ord {
		if uint(o) < uint(len(t.Rows)) && t.Rows[o].Key == keys[i] {
			continue
		}
		ord[i] = t.Ordinal(hashes[i], keys[i])
	}
}

// Ordinal returns the ordinal of k and gives it one if it is new. The caller
// has reserved room.
func (t *Table[K, R]) Ordinal(h uint64, k K) uint32 {
	mask := uint(len(t.slots) - 1)
	tag := h >> 32
	i := uint(tag) >> t.shift
	for {
		s := t.slots[i&mask]
		if s == 0 {
			break
		}
		if s>>32 == tag {
			if ord := uint32(s) - 1; t.Rows[ord].Key == k {
				return ord
			}
		}
		i++
	}
	ord := uint32(len(t.Rows))
	t.Rows = t.Rows[:ord+1]
	t.Rows[ord].Key = k
	t.slots[i&mask] = tag<<32 | uint64(ord+1)
	return ord
}
