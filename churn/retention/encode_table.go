package retention

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/table"
	"github.com/guanxi-go/guanxi/internal/wire"
)

// Every encoding begins with its magic, a version and its config (JSON, defaults
// spelled out, instants in UTC) by length. A version that was once released
// decodes for ever. Numbers are varints in their shortest form.
//
//	"guanxi/book" 0x01, config
//	later, number of customers
//	each customer in the order of the keys: the key as its Key appends it,
//	  opening and closing in zigzag, 1 for former or 0
//
//	"guanxi/repeats" 0x01, config
//	outside, number of customers
//	each customer in the order of the keys: the key,
//	  first order since From, last order since the first, orders, group by length
const formatVersion = 1

// appendHeader appends what an encoding begins with.
func appendHeader(dst []byte, magic string, cfg any) ([]byte, error) {
	header, err := json.Marshal(cfg)
	if err != nil {
		return dst, wrap(err)
	}
	dst = append(append(dst, magic...), formatVersion)
	dst = binary.AppendUvarint(dst, uint64(len(header)))
	return append(dst, header...), nil
}

// decoder reads what follows a header.
type decoder struct{ wire.Reader }

// header checks what an encoding begins with: ErrMismatch for another config.
func (d *decoder) header(magic string, cfg any) error {
	want, err := appendHeader(nil, magic, cfg)
	if err != nil {
		return err
	}
	if bytes.HasPrefix(d.Data, want) {
		d.Data = d.Data[len(want):]
		return nil
	}
	start := append([]byte(magic), formatVersion)
	if !bytes.HasPrefix(d.Data, start) {
		return ErrFormat
	}
	d.Data = d.Data[len(start):]
	if size := d.Uvarint(); d.Bad || size > uint64(len(d.Data)) || !json.Valid(d.Data[:size]) {
		return ErrFormat
	}
	return ErrMismatch
}

// keyOrder returns the ordinals in the order of their keys.
func keyOrder[K comparable, R any](t *table.Table[K, R], key guanxi.Key[K]) []uint32 {
	order := make([]uint32, len(t.Rows))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return key.Compare(t.Rows[a].Key, t.Rows[b].Key) })
	return order
}

// keys reads n customers in the order of their keys, each followed by what row
// reads.
func keys[K comparable](d *decoder, key guanxi.Key[K], n uint64, row func(k K) bool) error {
	if d.Bad || n > uint64(len(d.Data)) {
		return ErrFormat
	}
	var before, zero K
	for i := range n {
		k, size, err := key.Decode(d.Data)
		if err != nil {
			return fmt.Errorf("%w: customer %d: %w", ErrFormat, i, err)
		}
		d.Data = d.Data[size:]
		if k == zero || i > 0 && key.Compare(before, k) >= 0 {
			return fmt.Errorf("%w: customer %d is out of order", ErrFormat, i)
		}
		before = k
		if !row(k) || d.Bad {
			return fmt.Errorf("%w: customer %d", ErrFormat, i)
		}
	}
	if len(d.Data) > 0 {
		return fmt.Errorf("%w: bytes after its end", ErrFormat)
	}
	return nil
}

func utc(us int64) time.Time { return time.UnixMicro(us).UTC() }

func (b *Book[K]) header() BookConfig {
	return BookConfig{b.cfg.Currency, b.cfg.Decimals, utc(b.bounds[0]), utc(b.bounds[1]), utc(b.bounds[2])}
}

// MarshalBinary encodes what the book holds: the same entries give the same
// bytes, whatever their order and the merges.
func (b *Book[K]) MarshalBinary() ([]byte, error) { return b.AppendBinary(nil) }

// AppendBinary is MarshalBinary into the caller's slice.
func (b *Book[K]) AppendBinary(dst []byte) ([]byte, error) {
	dst, err := appendHeader(dst, "guanxi/book", b.header())
	if err != nil {
		return dst, err
	}
	dst = binary.AppendUvarint(dst, uint64(b.later))
	dst = binary.AppendUvarint(dst, uint64(len(b.tab.Rows)))
	for _, ord := range keyOrder(&b.tab, b.key) {
		e := &b.tab.Rows[ord]
		dst = b.key.Append(dst, e.Key)
		dst = binary.AppendVarint(dst, e.Row.opening)
		dst = binary.AppendVarint(dst, e.Row.closing)
		former := byte(0)
		if e.Row.former {
			former = 1
		}
		dst = append(dst, former)
	}
	return dst, nil
}

// UnmarshalBinary replaces what the book holds by what MarshalBinary wrote. Bytes
// of another config are ErrMismatch, any others ErrFormat; the book is unchanged
// then. It allocates in proportion to len(data).
func (b *Book[K]) UnmarshalBinary(data []byte) error {
	d := decoder{wire.Reader{Data: data}}
	if err := d.header("guanxi/book", b.header()); err != nil {
		return wrap(err)
	}
	fresh := &Book[K]{cfg: b.cfg, bounds: b.bounds, seed: b.seed, key: b.key}
	fresh.later = int64(d.Uvarint())
	n := d.Uvarint()
	err := keys(&d, b.key, n, func(k K) bool {
		a := account{opening: d.Varint(), closing: d.Varint()}
		former := d.Uvarint()
		a.former = former == 1
		return former <= 1 && fresh.sum(k, a) == nil
	})
	if err == nil && fresh.later < 0 {
		err = ErrFormat
	}
	if err != nil {
		return wrap(err)
	}
	*b = *fresh
	return nil
}

func (r *Repeats[K]) header() RepeatConfig {
	return RepeatConfig{utc(r.from), utc(r.to), r.cfg.Location, r.cfg.Again}
}

// MarshalBinary encodes what the accumulator holds: the same orders give the
// same bytes, whatever their order and the merges.
func (r *Repeats[K]) MarshalBinary() ([]byte, error) { return r.AppendBinary(nil) }

// AppendBinary is MarshalBinary into the caller's slice.
func (r *Repeats[K]) AppendBinary(dst []byte) ([]byte, error) {
	dst, err := appendHeader(dst, "guanxi/repeats", r.header())
	if err != nil {
		return dst, err
	}
	dst = binary.AppendUvarint(dst, uint64(r.outside))
	dst = binary.AppendUvarint(dst, uint64(len(r.tab.Rows)))
	for _, ord := range keyOrder(&r.tab, r.key) {
		e := &r.tab.Rows[ord]
		dst = r.key.Append(dst, e.Key)
		dst = binary.AppendUvarint(dst, uint64(e.Row.first-r.from))
		dst = binary.AppendUvarint(dst, uint64(e.Row.last-e.Row.first))
		dst = binary.AppendUvarint(dst, uint64(e.Row.orders))
		dst = binary.AppendUvarint(dst, uint64(len(e.Row.group)))
		dst = append(dst, e.Row.group...)
	}
	return dst, nil
}

// UnmarshalBinary replaces what the accumulator holds by what MarshalBinary
// wrote. Bytes of another config are ErrMismatch, any others ErrFormat; it is
// unchanged then. It allocates in proportion to len(data).
func (r *Repeats[K]) UnmarshalBinary(data []byte) error {
	d := decoder{wire.Reader{Data: data}}
	if err := d.header("guanxi/repeats", r.header()); err != nil {
		return wrap(err)
	}
	fresh := &Repeats[K]{cfg: r.cfg, from: r.from, to: r.to, seed: r.seed, key: r.key}
	fresh.outside = int64(d.Uvarint())
	n := d.Uvarint()
	length := uint64(r.to - r.from)
	err := keys(&d, r.key, n, func(k K) bool {
		first, last, orders := d.Uvarint(), d.Uvarint(), d.Uvarint()
		group := d.Text()
		if first >= length || last >= length-first || orders == 0 || orders > 1<<40 || orders == 1 && last > 0 {
			return false
		}
		b := buyer{first: r.from + int64(first), group: group, orders: int64(orders)}
		b.last = b.first + int64(last)
		fresh.put(k, b)
		return true
	})
	if err == nil && fresh.outside < 0 {
		err = ErrFormat
	}
	if err != nil {
		return wrap(err)
	}
	*r = *fresh
	return nil
}
