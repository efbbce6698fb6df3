package affinity

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi"
)

// mostLines is the longest basket that is held while it is open, in lines of
// different items.
const mostLines = 1 << 16

// held is an item of the open basket.
type held[I comparable] struct {
	hash     uint64
	item     I
	quantity int64
}

// basket is the basket that is being read.
type basket[I comparable] struct {
	lines  []held[I]
	absurd bool // more than mostLines items: left out
}

func (b *basket[I]) reset() {
	b.lines, b.absurd = b.lines[:0], false
}

func (b *basket[I]) add(key guanxi.Key[I], h held[I]) {
	if len(b.lines) >= 2*mostLines {
		b.squeeze(key)
		if len(b.lines) > mostLines {
			b.absurd = true
			b.lines = b.lines[:0]
		}
	}
	if !b.absurd {
		b.lines = append(b.lines, h)
	}
}

// squeeze sums the quantities of each item; the items come out in the order of
// their hashes.
func (b *basket[I]) squeeze(key guanxi.Key[I]) {
	byHash := func(x, y held[I]) int {
		if x.hash != y.hash {
			return cmp.Compare(x.hash, y.hash)
		}
		return key.Compare(x.item, y.item)
	}
	slices.SortFunc(b.lines, byHash)
	n := 0
	for _, l := range b.lines {
		if n > 0 && b.lines[n-1].item == l.item {
			b.lines[n-1].quantity = saturate(b.lines[n-1].quantity + l.quantity)
			continue
		}
		b.lines[n] = l
		n++
	}
	b.lines = b.lines[:n]
}

// saturate keeps sums of quantities, each at most MaxQuantity, from overflowing:
// 2⁶² is more than the lines of any squeeze bring back.
func saturate(q int64) int64 { return max(-1<<62, min(1<<62, q)) }

// bought drops the items that were returned wholly.
func (b *basket[I]) bought() {
	b.lines = slices.DeleteFunc(b.lines, func(l held[I]) bool { return l.quantity <= 0 })
}

// sample keeps n items, by a hash that all items of the basket have a part in.
func (b *basket[I]) sample(key guanxi.Key[I], n int) {
	seed := uint64(0)
	for _, l := range b.lines {
		seed ^= key.Hash(0, l.item)
	}
	for i := range b.lines {
		b.lines[i].quantity = int64(key.Hash(seed, b.lines[i].item))
	}
	slices.SortFunc(b.lines, func(x, y held[I]) int {
		if x.quantity != y.quantity {
			return cmp.Compare(x.quantity, y.quantity)
		}
		return key.Compare(x.item, y.item)
	})
	b.lines = b.lines[:n]
}
