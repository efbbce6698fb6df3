package loyalty

import "slices"

// keyed is a burn key and the bucket of its lots.
type keyed struct {
	key    BurnKey
	bucket int32
}

// blockSize is how many keys a block of ordered has at most.
const blockSize = 64

// ordered is a set of burn keys in order: a list of short sorted blocks. Cost of
// finding, inserting and removing: O(log n + blockSize), and a shift of the list of
// blocks when one is made or goes away.
type ordered struct {
	blocks []block
	n      int
}

type block struct {
	first BurnKey
	items []keyed
}

// cursor is a place in ordered. It is good until the next change.
type cursor struct{ block, item int }

func (c cursor) ok() bool { return c.block >= 0 }

var nowhere = cursor{-1, 0}

func (o *ordered) get(c cursor) keyed { return o.blocks[c.block].items[c.item] }

// first returns the place of the least key.
func (o *ordered) first() cursor {
	if len(o.blocks) == 0 {
		return nowhere
	}
	return cursor{}
}

// next returns the place after c.
func (o *ordered) next(c cursor) cursor {
	if c.item++; c.item == len(o.blocks[c.block].items) {
		if c.block, c.item = c.block+1, 0; c.block == len(o.blocks) {
			return nowhere
		}
	}
	return c
}

// seek returns the place of the least key not below k.
func (o *ordered) seek(k BurnKey) cursor {
	b := o.blockOf(k)
	if b < 0 {
		return o.first()
	}
	c := cursor{b, o.blocks[b].find(k)}
	if c.item == len(o.blocks[b].items) {
		c.item--
		return o.next(c)
	}
	return c
}

// blockOf returns the last block whose first key is not above k, or −1.
func (o *ordered) blockOf(k BurnKey) int {
	low, high := 0, len(o.blocks)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if k.less(o.blocks[mid].first) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low - 1
}

// find returns the index of the first item not below k.
func (b *block) find(k BurnKey) int {
	low, high := 0, len(b.items)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if b.items[mid].key.less(k) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// lookup returns the bucket of a key.
func (o *ordered) lookup(k BurnKey) (bucket int32, ok bool) {
	c := o.seek(k)
	if !c.ok() {
		return 0, false
	}
	it := o.get(c)
	return it.bucket, it.key == k
}

// insert adds a key that is not there.
func (o *ordered) insert(it keyed) {
	o.n++
	i := max(o.blockOf(it.key), 0)
	if len(o.blocks) == 0 {
		var items []keyed
		if cap(o.blocks) > 0 { // with the memory that an earlier one has left
			items = o.blocks[:1][0].items[:0]
		}
		if items == nil {
			items = make([]keyed, 0, 4)
		}
		o.blocks = append(o.blocks, block{first: it.key, items: append(items, it)})
		return
	}
	b := &o.blocks[i]
	at := b.find(it.key)
	if len(b.items) == blockSize {
		half := blockSize / 2
		if i == len(o.blocks)-1 && at == blockSize { // keys come in order: leave full blocks behind
			half = blockSize
		}
		rest := append(make([]keyed, 0, blockSize), b.items[half:]...)
		b.items = b.items[:half]
		if half == blockSize {
			o.blocks = append(o.blocks, block{first: it.key, items: append(rest, it)})
			return
		}
		o.blocks = slices.Insert(o.blocks, i+1, block{first: rest[0].key, items: rest})
		if at > half {
			i, at = i+1, at-half
		}
		b = &o.blocks[i]
	}
	b.items = slices.Insert(b.items, at, it)
	b.first = b.items[0].key
}

// remove takes a key out.
func (o *ordered) remove(k BurnKey) {
	i := o.blockOf(k)
	if i < 0 {
		return
	}
	b := &o.blocks[i]
	at := b.find(k)
	if at == len(b.items) || b.items[at].key != k {
		return
	}
	o.n--
	b.items = slices.Delete(b.items, at, at+1)
	switch {
	case o.n == 0:
		o.blocks = o.blocks[:0]
		return
	case len(b.items) == 0:
		o.blocks = slices.Delete(o.blocks, i, i+1)
		return
	case i+1 < len(o.blocks) && len(b.items)+len(o.blocks[i+1].items) <= blockSize/2:
		b.items = append(b.items, o.blocks[i+1].items...)
		o.blocks = slices.Delete(o.blocks, i+1, i+2)
	}
	b = &o.blocks[i]
	b.first = b.items[0].key
}

func (o *ordered) reset() {
	o.blocks, o.n = o.blocks[:0], 0
}

func (o *ordered) copyTo(dst *ordered) {
	old := dst.blocks[:cap(dst.blocks)]
	dst.blocks, dst.n = dst.blocks[:0], o.n
	for i := range o.blocks {
		var items []keyed
		if i < len(old) {
			items = old[i].items[:0]
		}
		dst.blocks = append(dst.blocks, block{o.blocks[i].first, append(items, o.blocks[i].items...)})
	}
}
