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
	d := decoder{data: data}
	if err := d.begin(countsMagic, header); err != nil {
		return err
	}
	s := &c.sum
	s.baskets, s.empty, s.large = d.upTo(maxBaskets), d.upTo(math.MaxInt64), d.upTo(math.MaxInt64)
	s.itemsCut, s.pairsCut = d.upTo(math.MaxInt64), d.upTo(math.MaxInt64)
	s.itemShort, s.pairShort = uint32(d.upTo(s.baskets)), uint32(d.upTo(s.baskets))
	if s.itemShort > 0 && s.itemsCut == 0 || s.pairShort > 0 && s.itemsCut+s.pairsCut == 0 {
		d.bad = true
	}
	n := d.length()
	if d.bad || n > c.cfg.MaxItems || s.baskets == 0 && n > 0 {
		return fmt.Errorf("%w: totals", ErrFormat)
	}
	var last I
	for i := range n {
		k, err := decodeKey(&d, c.key)
		t := d.tallied(s.baskets, s.itemShort)
		if err != nil || d.bad || i > 0 && c.key.Compare(last, k) >= 0 {
			return fmt.Errorf("%w: item %d", ErrFormat, i)
		}
		last = k
		c.items.Reserve(1)
		c.items.Rows[c.items.Ordinal(c.key.Hash(c.seed, k), k)].Row = t
	}
	for i := range n {
		before := uint64(i)
		for range d.length() {
			at := before + d.upTo(uint64(n))
			t := d.tallied(s.baskets, s.pairShort)
			if d.bad || at <= before || at >= uint64(n) || len(c.pairs.Rows) >= c.cfg.MaxPairs ||
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
	data []byte
	bad  bool
}

// begin reads the name, the version and the config that all encodings begin with.
func (d *decoder) begin(magic string, header []byte) error {
	if !bytes.Equal(d.bytes(len(magic)), []byte(magic)) || !bytes.Equal(d.bytes(1), []byte{formatVersion}) {
		return fmt.Errorf("%w: name or version", ErrFormat)
	}
	if got := d.bytes(d.length()); !d.bad && !bytes.Equal(got, header) {
		return fmt.Errorf("%w: %.200s, want %s", ErrMismatch, got, header)
	}
	return nil
}

func (d *decoder) end() error {
	if d.bad || len(d.data) > 0 {
		return fmt.Errorf("%w: bytes too many or too few", ErrFormat)
	}
	return nil
}

// tallied reads a count of at least one.
func (d *decoder) tallied(baskets uint64, short uint32) tallied {
	t := tallied{count: uint32(d.upTo(baskets)), short: uint32(d.upTo(uint64(short)))}
	if t.count == 0 || uint64(t.count)+uint64(t.short) > baskets {
		d.bad = true
	}
	return t
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.data)
	if n <= 0 || n > 1 && d.data[n-1] == 0 { // short, too long or not minimal
		d.bad, d.data = true, nil
		return 0
	}
	d.data = d.data[n:]
	return v
}

func (d *decoder) upTo(most uint64) uint64 {
	v := d.uvarint()
	if v > most {
		d.bad = true
		return 0
	}
	return v
}

// length reads a number of things that take at least a byte each.
func (d *decoder) length() int { return int(d.upTo(uint64(len(d.data)))) }

func (d *decoder) bytes(n int) []byte {
	if n > len(d.data) {
		d.bad, d.data = true, nil
	}
	if d.bad {
		return nil
	}
	b := d.data[:n]
	d.data = d.data[n:]
	return b
}

// decodeKey reads a key that is not the zero value.
func decodeKey[K comparable](d *decoder, key guanxi.Key[K]) (K, error) {
	var zero K
	k, used, err := key.Decode(d.data)
	if d.bad || err != nil || used <= 0 || used > len(d.data) || k == zero {
		d.bad = true
		return zero, ErrFormat
	}
	d.data = d.data[used:]
	return k, nil
}
