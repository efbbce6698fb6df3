package loyalty

import "math/bits"

// chunks is a list that grows without moving what it holds: by two chunks of 2 places,
// two of 4, two of 8 and so on. Pointers into it stay good.
type chunks[T any] struct {
	n    int
	base int // the first of last
	last []T // the chunk that is written, most often the one that is read
	list [][]T
}

// chunkOf returns which chunk the i-th place is in, and where there.
func chunkOf(i int) (k, off int) {
	pair := bits.Len(uint(i)+4) - 3 // of chunks of one size: those before have 4·2^pair − 4 places
	off = i + 4 - 4<<pair
	return 2*pair + off>>(pair+1), off & (2<<pair - 1)
}

// chunkSize returns how many places the k-th chunk has.
func chunkSize(k int) int { return 2 << (k / 2) }

func (c *chunks[T]) at(i int) *T {
	if i >= c.base {
		return &c.last[i-c.base]
	}
	k, off := chunkOf(i)
	return &c.list[k][off]
}

// push appends a zero T and returns it.
func (c *chunks[T]) push() *T { return c.pushIn(nil) }

// pushIn is push with memory of a slab, if there is one, which is not to be reset.
func (c *chunks[T]) pushIn(m *slab[T]) *T {
	off := c.n - c.base
	if off == len(c.last) {
		c.grow(m)
		off = 0
	}
	c.n++
	return &c.last[off]
}

// grow goes on to the chunk after the last, which is full.
func (c *chunks[T]) grow(m *slab[T]) {
	k, _ := chunkOf(c.n)
	if k == len(c.list) {
		var chunk []T
		if m == nil {
			chunk = make([]T, chunkSize(k))
		} else {
			chunk = m.take(chunkSize(k))
		}
		c.list = append(c.list, chunk)
	}
	c.base, c.last = c.n, c.list[k]
}

// reset empties c and keeps its memory.
func (c *chunks[T]) reset() {
	for i, left := 0, c.n; left > 0; i++ {
		m := min(left, len(c.list[i]))
		clear(c.list[i][:m])
		left -= m
	}
	c.n, c.base, c.last = 0, 0, nil
}

// copyTo copies the Ts as they are.
func (c *chunks[T]) copyTo(dst *chunks[T]) {
	dst.reset()
	for left := c.n; left > 0; {
		dst.grow(nil)
		k, _ := chunkOf(dst.n)
		n := copy(dst.last[:min(left, len(dst.last))], c.list[k])
		dst.n += n
		left -= n
	}
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
			m.blocks = append(m.blocks, make([]T, min(slabLimit, max(4<<min(m.next, 16), 2*n))))
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
