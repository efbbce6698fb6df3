package audience

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/wire"
)

// Memory is a [Directory] in memory, for tests and single processes. It is kept
// with the sets by its binary encoding. It is safe for concurrent use. It takes the memory of a map
// of keys and a slice of them; an ordinal whose customer is removed
// stays as an empty key.
type Memory[K comparable] struct {
	key  guanxi.Key[K]
	most uint32 // ordinals there are
	mu   sync.RWMutex
	of   map[K]uint32
	keys []K // by ordinal
	live *roaring.Bitmap
}

var _ Directory[string] = (*Memory[string])(nil)

// NewMemory returns a directory without customers.
func NewMemory[K comparable](key guanxi.Key[K]) *Memory[K] {
	return &Memory[K]{key: key, most: NoOrdinal, of: make(map[K]uint32), live: roaring.New()}
}

// Find implements [Index].
func (m *Memory[K]) Find(ctx context.Context, dst []uint32, keys []K) ([]uint32, error) {
	if err := ctx.Err(); err != nil {
		return dst, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	dst = slices.Grow(dst, len(keys))
	for _, k := range keys {
		v, ok := m.of[k]
		if !ok {
			v = NoOrdinal
		}
		dst = append(dst, v)
	}
	return dst, nil
}

// Keys implements [Index].
func (m *Memory[K]) Keys(ctx context.Context, dst []Customer[K], ordinals []uint32) ([]Customer[K], error) {
	if err := ctx.Err(); err != nil {
		return dst, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, v := range ordinals {
		if int64(v) < int64(len(m.keys)) && m.live.Contains(v) {
			dst = append(dst, Customer[K]{v, m.keys[v]})
		}
	}
	return dst, nil
}

// Assign implements [Directory]. With ErrFull it has given none.
func (m *Memory[K]) Assign(ctx context.Context, dst []uint32, keys []K) ([]uint32, error) {
	if err := ctx.Err(); err != nil {
		return dst, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	before, had := len(m.keys), len(dst)
	for _, k := range keys {
		v, ok := m.of[k]
		if !ok {
			if int64(len(m.keys)) >= int64(m.most) {
				m.undo(before)
				return dst[:had], wrap(ErrFull)
			}
			v = uint32(len(m.keys))
			m.of[k] = v
			m.keys = append(m.keys, k)
			m.live.Add(v)
		}
		dst = append(dst, v)
	}
	return dst, nil
}

// undo takes back the ordinals from the one given.
func (m *Memory[K]) undo(from int) {
	for i, k := range m.keys[from:] {
		delete(m.of, k)
		m.live.Remove(uint32(from + i))
	}
	m.keys = m.keys[:from]
}

// Remove implements [Directory].
func (m *Memory[K]) Remove(ctx context.Context, keys []K) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var zero K
	for _, k := range keys {
		if v, ok := m.of[k]; ok {
			delete(m.of, k)
			m.keys[v] = zero
			m.live.Remove(v)
		}
	}
	return nil
}

// Live implements [Directory].
func (m *Memory[K]) Live(ctx context.Context) (Set, error) {
	if err := ctx.Err(); err != nil {
		return Set{}, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	return Set{m.live.Clone()}, nil
}

// memoryVersion begins every encoding of a directory.
const memoryVersion = 1

// AppendBinary appends the encoding of m: a byte of version, how many ordinals
// were given (uvarint), and for each a byte, 1 followed by the key as guanxi
// encodes it, or 0 for a customer removed. What was once written is read for
// ever. The error is always nil.
func (m *Memory[K]) AppendBinary(dst []byte) ([]byte, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	dst = binary.AppendUvarint(append(dst, memoryVersion), uint64(len(m.keys)))
	for v, k := range m.keys {
		if !m.live.Contains(uint32(v)) {
			dst = append(dst, 0)
			continue
		}
		dst = m.key.Append(append(dst, 1), k)
	}
	return dst, nil
}

// MarshalBinary returns what AppendBinary appends.
func (m *Memory[K]) MarshalBinary() ([]byte, error) { return m.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: ErrFormat, and
// m is as before.
func (m *Memory[K]) UnmarshalBinary(data []byte) error {
	r := NewMemory(m.key)
	if err := r.read(data); err != nil {
		return wrap(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of, m.keys, m.live = r.of, r.keys, r.live
	return nil
}

func (m *Memory[K]) read(data []byte) error {
	r := reader{wire.Reader{Data: data}}
	if r.byte() != memoryVersion {
		return formatFault("unknown version")
	}
	count := r.Uvarint()
	if r.Bad || count > uint64(len(r.Data)) || count > NoOrdinal {
		return formatFault("number of ordinals")
	}
	m.keys = make([]K, count)
	for v := range uint32(count) {
		there := r.byte()
		if r.Bad || there > 1 {
			return formatFault("neither a customer nor one removed")
		}
		if there == 0 {
			continue
		}
		k, n, err := m.key.Decode(r.Data)
		if err != nil {
			return formatFault(err.Error())
		}
		r.Bytes(n)
		if _, twice := m.of[k]; twice {
			return formatFault("one key twice")
		}
		m.of[k], m.keys[v] = v, k
		m.live.Add(v)
	}
	if len(r.Data) > 0 {
		return formatFault("more than a directory")
	}
	return nil
}
