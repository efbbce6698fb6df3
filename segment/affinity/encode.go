package affinity

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/wire"
)

// Encoded counts begin with a name and a version; a version that was once
// released decodes for ever.
//
//	"guanxi/affinity" 0x01
//	config (JSON, defaults spelled out), by length
//	baskets, empty, large, items cut, pairs cut, item short, pair short
//	number of items, and each in the order of the keys: the key as its Key appends
//	  it, count, short
//	for each item: how many pairs it has with later items, and each of them in
//	  order: how many items on from the one before, count, short
//
// Numbers are minimal varints.
const (
	countsMagic   = "guanxi/affinity"
	formatVersion = 1
)

// MarshalBinary encodes the counts: the same content gives the same bytes,
// whatever the order of arrival and the merges.
func (c *Counts[I]) MarshalBinary() ([]byte, error) { return c.AppendBinary(nil) }

// AppendBinary is MarshalBinary into the caller's slice.
func (c *Counts[I]) AppendBinary(dst []byte) ([]byte, error) {
	header, err := json.Marshal(c.cfg)
	if err != nil {
		return dst, fmt.Errorf("affinity: %w", err)
	}
	dst = append(append(dst, countsMagic...), formatVersion)
	dst = binary.AppendUvarint(dst, uint64(len(header)))
	dst = append(dst, header...)
	s := c.sum
	for _, v := range []uint64{s.baskets, s.empty, s.large, s.itemsCut, s.pairsCut, uint64(s.itemShort), uint64(s.pairShort)} {
		dst = binary.AppendUvarint(dst, v)
	}
	order, rank := c.ranks()
	dst = binary.AppendUvarint(dst, uint64(len(order)))
	for _, ord := range order {
		e := &c.items.Rows[ord]
		dst = c.key.Append(dst, e.Key)
		dst = binary.AppendUvarint(dst, uint64(e.Row.count))
		dst = binary.AppendUvarint(dst, uint64(e.Row.short))
	}
	pairs := c.ranked(rank)
	for i := range order {
		n := 0
		for n < len(pairs) && pairs[n].pair>>32 == uint64(i) {
			n++
		}
		dst = binary.AppendUvarint(dst, uint64(n))
		before := uint64(i)
		for _, p := range pairs[:n] {
			at := p.pair & math.MaxUint32
			dst = binary.AppendUvarint(dst, at-before)
			dst = binary.AppendUvarint(dst, uint64(p.count))
			dst = binary.AppendUvarint(dst, uint64(p.short))
			before = at
		}
		pairs = pairs[n:]
	}
	return dst, nil
}

// ranks returns the ordinals of the items in the order of their keys, and of each
// ordinal its rank in it.
func (c *Counts[I]) ranks() (order, rank []uint32) {
	order, rank = make([]uint32, len(c.items.Rows)), make([]uint32, len(c.items.Rows))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return c.key.Compare(c.items.Rows[a].Key, c.items.Rows[b].Key) })
	for r, ord := range order {
		rank[ord] = uint32(r)
	}
	return order, rank
}

// rankedPair is a pair of ranks, the lower above the higher.
type rankedPair struct {
	pair uint64
	tallied
}

// ranked returns the pairs in the order of their items' ranks.
func (c *Counts[I]) ranked(rank []uint32) []rankedPair {
	pairs := make([]rankedPair, len(c.pairs.Rows))
	for i, e := range c.pairs.Rows {
		a, b := ordinalsOf(e.Key)
		pairs[i] = rankedPair{pairOf(rank[a], rank[b]), e.Row}
	}
	slices.SortFunc(pairs, func(a, b rankedPair) int { return cmp.Compare(a.pair, b.pair) })
	return pairs
}

// UnmarshalBinary replaces what c holds. The bytes must come from counts with
// c's config, else ErrMismatch; bytes that no counts write are ErrFormat. On an
// error c is unchanged. Memory stays in proportion to the input.
func (c *Counts[I]) UnmarshalBinary(data []byte) error {
	n, err := NewCounts(c.key, c.cfg)
	if err != nil {
		return err
	}
	if err := n.decode(data); err != nil {
		return fmt.Errorf("affinity: decoding: %w", err)
	}
	*c = *n
	return nil
}

func (c *Counts[I]) decode(data []byte) error {
	header, err := json.Marshal(c.cfg)
	if err != nil {
		return err
	}
	d := decoder{Reader: wire.Reader{Data: data}}
	if err := d.begin(countsMagic, header); err != nil {
		return err
	}
	s := &c.sum
	s.baskets, s.empty, s.large = d.UpTo(maxBaskets), d.UpTo(math.MaxInt64), d.UpTo(math.MaxInt64)
	s.itemsCut, s.pairsCut = d.UpTo(math.MaxInt64), d.UpTo(math.MaxInt64)
	s.itemShort, s.pairShort = uint32(d.UpTo(s.baskets)), uint32(d.UpTo(s.baskets))
	if s.itemShort > 0 && s.itemsCut == 0 || s.pairShort > 0 && s.itemsCut+s.pairsCut == 0 {
		d.Bad = true
	}
	n := d.Length()
	if d.Bad || n > c.cfg.MaxItems || s.baskets == 0 && n > 0 {
		return fmt.Errorf("%w: totals", ErrFormat)
	}
	var last I
	for i := range n {
		k, err := decodeKey(&d, c.key)
		t := d.tallied(s.baskets, s.itemShort)
		if err != nil || d.Bad || i > 0 && c.key.Compare(last, k) >= 0 {
			return fmt.Errorf("%w: item %d", ErrFormat, i)
		}
		last = k
		c.items.Reserve(1)
		c.items.Rows[c.items.Ordinal(c.key.Hash(c.seed, k), k)].Row = t
	}
	for i := range n {
		before := uint64(i)
		for range d.Length() {
			at := before + d.UpTo(uint64(n))
			t := d.tallied(s.baskets, s.pairShort)
			if d.Bad || at <= before || at >= uint64(n) || len(c.pairs.Rows) >= c.cfg.MaxPairs ||
				t.count > min(c.items.Rows[i].Row.count, c.items.Rows[at].Row.count) {
				return fmt.Errorf("%w: a pair of item %d", ErrFormat, i)
			}
			before = at
			p := pairOf(uint32(i), uint32(at))
			c.pairs.Reserve(1)
			c.pairs.Rows[c.pairs.Ordinal(c.pairHash(p), p)].Row = t
		}
	}
	return d.end()
}

// decoder reads from untrusted bytes; after the first fault everything is 0.
type decoder struct {
	wire.Reader
}

// begin reads the name, the version and the config that all encodings begin with.
func (d *decoder) begin(magic string, header []byte) error {
	if !bytes.Equal(d.Bytes(len(magic)), []byte(magic)) || !bytes.Equal(d.Bytes(1), []byte{formatVersion}) {
		return fmt.Errorf("%w: name or version", ErrFormat)
	}
	if got := d.Bytes(d.Length()); !d.Bad && !bytes.Equal(got, header) {
		return fmt.Errorf("%w: %.200s, want %s", ErrMismatch, got, header)
	}
	return nil
}

func (d *decoder) end() error {
	if d.Bad || len(d.Data) > 0 {
		return fmt.Errorf("%w: bytes too many or too few", ErrFormat)
	}
	return nil
}

// tallied reads a count of at least one.
func (d *decoder) tallied(baskets uint64, short uint32) tallied {
	t := tallied{count: uint32(d.UpTo(baskets)), short: uint32(d.UpTo(uint64(short)))}
	if t.count == 0 || uint64(t.count)+uint64(t.short) > baskets {
		d.Bad = true
	}
	return t
}

// decodeKey reads a key that is not the zero value.
func decodeKey[K comparable](d *decoder, key guanxi.Key[K]) (K, error) {
	var zero K
	k, used, err := key.Decode(d.Data)
	if d.Bad || err != nil || used <= 0 || used > len(d.Data) || k == zero {
		d.Bad = true
		return zero, ErrFormat
	}
	d.Data = d.Data[used:]
	return k, nil
}
