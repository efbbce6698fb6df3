package loyalty

import (
	"hash/maphash"
	"math/bits"
)

// keySeed makes the places of texts in an index differ from process to process, so
// that nobody chooses texts that collide. No result depends on it.
var keySeed = maphash.MakeSeed()

func hashText[T ~string](s T) uint64 { return maphash.String(keySeed, string(s)) }

// hashedKey is a key with its hash. The zero hashedKey is of none.
type hashedKey struct {
	key  Key
	hash uint64
}

// of returns the hash of a key, which is worked out if it is another one.
func (k *hashedKey) of(key Key) uint64 {
	if k.key == key && key != "" {
		return k.hash
	}
	return hashText(key)
}

// places finds the ordinals of what has a hash: open addressing without pointers. Its
// slots are a power of two, and 0 or 32 bits of a hash over an ordinal + 1; they are
// probed one by one from the place that the top bits of the hash say.
type places []uint64

// fewPlaces is the least number of slots, and the only one of which all are used.
const fewPlaces = 8

// home returns where the slots of a tag, the upper half of a hash, begin.
func (p places) home(tag uint64) int {
	return int(tag >> (32 - uint(bits.TrailingZeros(uint(len(p))))))
}

// find returns the ordinal of what has a hash and is the same.
func (p places) find(h uint64, same func(ord int) bool) (ord int, ok bool) {
	ord, _ = p.probe(h, same)
	return ord, ord >= 0
}

// probe returns the ordinal of what has a hash and is the same; if it is not there, −1 and
// the slot that is free for it, or −1.
func (p places) probe(h uint64, same func(ord int) bool) (ord, free int) {
	if len(p) == 0 {
		return -1, -1
	}
	tag := h >> 32
	i := p.home(tag)
	for range p {
		s := p[i&(len(p)-1)]
		if s == 0 {
			return -1, i & (len(p) - 1)
		}
		if s>>32 == tag && same(int(uint32(s))-1) {
			return int(uint32(s)) - 1, -1
		}
		i++
	}
	return -1, -1
}

// full reports whether n ordinals leave no room for one more.
func (p places) full(n int) bool {
	if len(p) <= fewPlaces {
		return n >= len(p)
	}
	return n >= len(p)/8*5
}

// put adds an ordinal that is not there; there is room.
func (p places) put(h uint64, ord int) { p.set(slotOf(h, ord)) }

func slotOf(h uint64, ord int) uint64 { return h>>32<<32 | uint64(ord+1) }

func (p places) set(slot uint64) {
	i := p.home(slot >> 32)
	for p[i&(len(p)-1)] != 0 {
		i++
	}
	p[i&(len(p)-1)] = slot
}

// grown returns p with more slots.
func (p places) grown() places {
	if len(p) == 0 {
		return make(places, fewPlaces)
	}
	out := make(places, max(4*fewPlaces, 2*len(p)))
	for _, s := range p {
		if s != 0 {
			out.set(s)
		}
	}
	return out
}

// remove takes an ordinal out, which is there.
func (p places) remove(h uint64, ord int) {
	slot, mask := slotOf(h, ord), len(p)-1
	i := p.home(h>>32) & mask
	for p[i] != slot {
		i = (i + 1) & mask
	}
	p[i] = 0
	for j := (i + 1) & mask; p[j] != 0; j = (j + 1) & mask { // what comes after may have been pushed on
		s := p[j]
		p[j] = 0
		p.set(s)
	}
}

// index finds records by a text.
type index[T any] struct {
	at   places
	rows namedRows[T]
}

// named is a record with its text.
type named[T any] struct {
	name string
	row  T
}

// namedRows are records in the order in which they came.
type namedRows[T any] struct{ chunks[named[T]] }

func (r *namedRows[T]) at(i int) *T { return &r.chunks.at(i).row }

// name returns the text of the i-th record.
func (r *namedRows[T]) name(i int) string { return r.chunks.at(i).name }

// find returns the record of a text, or nil.
func (x *index[T]) find(name string) (*T, int) {
	if x.rows.n == 0 {
		return nil, -1
	}
	return x.seek(hashText(name), name)
}

func (x *index[T]) seek(h uint64, name string) (*T, int) {
	if ord, ok := x.at.find(h, func(ord int) bool { return x.rows.name(ord) == name }); ok {
		return x.rows.at(ord), ord
	}
	return nil, -1
}

// add returns the record of a text, which is a zero one if the text is new. Memory is of
// a slab, if there is one, which is not to be reset.
func (x *index[T]) add(name string, m *slab[named[T]]) (row *T, fresh bool) {
	return x.addHashed(hashText(name), name, m)
}

func (x *index[T]) addHashed(h uint64, name string, m *slab[named[T]]) (row *T, fresh bool) {
	ord, free := x.at.probe(h, func(ord int) bool { return x.rows.name(ord) == name })
	if ord >= 0 {
		return x.rows.at(ord), false
	}
	if x.at.full(x.rows.n) {
		x.at = x.at.grown()
		x.at.put(h, x.rows.n)
	} else {
		x.at[free] = slotOf(h, x.rows.n)
	}
	r := x.rows.pushIn(m)
	r.name = name
	return &r.row, true
}

func (x *index[T]) len() int { return x.rows.n }

func (x *index[T]) reset() {
	clear(x.at)
	x.rows.reset()
}
