package loyalty

import (
	"hash/maphash"
	"math/bits"

	"github.com/guanxi-go/guanxi/internal/table"
)

// chunks is a list that grows without moving what it holds: chunk k has 2·2^k
// places. Pointers into it stay good.
type chunks[T any] struct {
	n    int
	list [][]T
}

func chunkOf(i int) (k, off int) {
	j := uint(i) + 2
	k = bits.Len(j) - 2
	return k, int(j - 2<<k)
}

func (c *chunks[T]) at(i int) *T {
	k, off := chunkOf(i)
	return &c.list[k][off]
}

// push appends a zero T and returns it.
func (c *chunks[T]) push() *T {
	k, off := chunkOf(c.n)
	if k == len(c.list) {
		c.list = append(c.list, make([]T, 2<<k))
	}
	c.n++
	p := &c.list[k][off]
	return p
}

// reset empties c and keeps its memory.
func (c *chunks[T]) reset() {
	for i, left := 0, c.n; left > 0; i++ {
		m := min(left, len(c.list[i]))
		clear(c.list[i][:m])
		left -= m
	}
	c.n = 0
}

// copyTo copies the Ts as they are.
func (c *chunks[T]) copyTo(dst *chunks[T]) {
	dst.reset()
	for left, k := c.n, 0; left > 0; k++ {
		if k == len(dst.list) {
			dst.list = append(dst.list, make([]T, 2<<k))
		}
		left -= copy(dst.list[k][:min(left, len(c.list[k]))], c.list[k])
	}
	dst.n = c.n
}

// slab hands out slices that never move, from blocks that grow with use.
type slab[T any] struct {
	free   []T
	blocks [][]T
	next   int // the block after that of free
}

// keep returns a copy of s in the slab's memory; nil of nothing.
func (m *slab[T]) keep(s []T) []T {
	if len(s) == 0 {
		return nil
	}
	out := m.take(len(s))
	copy(out, s)
	return out
}

// slabLimit is how many Ts a block has at most, and the most that stand in one.
const slabLimit = 512

// take returns n Ts; what they hold is for the caller to write.
func (m *slab[T]) take(n int) []T {
	for n > len(m.free) {
		if n > slabLimit/8 {
			return make([]T, n)
		}
		if m.next == len(m.blocks) {
			m.blocks = append(m.blocks, make([]T, min(slabLimit, max(4<<m.next, 2*n))))
		}
		m.free = m.blocks[m.next]
		m.next++
	}
	out := m.free[:n:n]
	m.free = m.free[n:]
	return out
}

// reset takes everything back.
func (m *slab[T]) reset() {
	for i := range m.next {
		clear(m.blocks[i])
	}
	m.free, m.next = nil, 0
}

// keySeed makes the places of texts in an index differ from process to process, so
// that nobody chooses texts that collide. No result depends on it.
var keySeed = maphash.MakeSeed()

// index finds records by a text.
type index[T any] struct {
	names table.Table[string, struct{}]
	rows  chunks[T]
}

// find returns the record of a text, or nil.
func (x *index[T]) find(name string) (*T, int) {
	ord, ok := x.names.Find(maphash.String(keySeed, name), name)
	if !ok {
		return nil, -1
	}
	return x.rows.at(int(ord)), int(ord)
}

// add returns the record of a text, which is a zero one if the text is new.
func (x *index[T]) add(name string) (row *T, fresh bool) {
	x.names.Reserve(1)
	ord := int(x.names.Ordinal(maphash.String(keySeed, name), name))
	if ord < x.rows.n {
		return x.rows.at(ord), false
	}
	return x.rows.push(), true
}

func (x *index[T]) len() int { return x.rows.n }

func (x *index[T]) reset() {
	x.names.Reset()
	x.rows.reset()
}
