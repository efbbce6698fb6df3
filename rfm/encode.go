package rfm

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi/internal/wire"
)

// Encoded aggregates begin with magic and a version; a version that was once
// released decodes for ever.
//
//	"guanxi/rfm" 0x01
//	config (JSON, without workers), by length
//	latest, zeros, duplicates, number of customers
//	each customer in the order of the keys: the key as its Key appends it, then
//	  Totals: last, count, sum, [cost]
//	  Orders: twice the number of rows, + 1 for a member, then by time, kind, amount, cost, reference:
//	          time since the row before, kind, amount, [cost], reference by length
//
// Numbers are minimal varints; amounts, sums and costs are zigzag.
const (
	magic         = "guanxi/rfm"
	formatVersion = 1
	lastInstant   = maxMicro - minMicro
)

// MarshalBinary encodes what the aggregate holds: the same content gives the
// same bytes, whatever the order of arrival, the merges and the workers.
func (a *Aggregator[K]) MarshalBinary() ([]byte, error) {
	room := 512 + 24*a.ordinals()
	if a.log != nil {
		room = 512 + 8*a.ordinals() + 10*len(a.log.arena)
		if n := len(a.log.refText); n > 1 {
			room += n * (len(a.log.refText[n-1]) + 1)
		}
	}
	return a.AppendBinary(make([]byte, 0, room))
}

// AppendBinary is MarshalBinary into the caller's slice.
func (a *Aggregator[K]) AppendBinary(dst []byte) ([]byte, error) {
	header, err := a.header()
	if err != nil {
		return dst, fmt.Errorf("rfm: %w", err)
	}
	s := a.stats
	for i := range a.parts {
		s.merge(a.parts[i].stats)
	}
	dst = append(dst, magic...)
	dst = append(dst, formatVersion)
	dst = binary.AppendUvarint(dst, uint64(len(header)))
	dst = append(dst, header...)
	dst = binary.AppendUvarint(dst, uint64(s.latest))
	dst = binary.AppendUvarint(dst, uint64(s.zeros))
	dst = binary.AppendUvarint(dst, uint64(s.duplicates))
	places := a.places()
	dst = binary.AppendUvarint(dst, uint64(len(places)))
	var scratch []orderText
	for _, p := range places {
		if a.log != nil {
			dst = a.key.Append(dst, a.log.Rows[p.ord].Key)
			dst, scratch = a.log.append(dst, p.ord, scratch[:0])
			continue
		}
		part := &a.parts[p.part]
		e := &part.Rows[p.ord]
		dst = a.key.Append(dst, e.Key)
		dst = binary.AppendUvarint(dst, uint64(e.Row.last))
		dst = binary.AppendUvarint(dst, uint64(e.Row.count))
		dst = binary.AppendVarint(dst, e.Row.sum)
		if a.cfg.KeepCosts {
			dst = binary.AppendVarint(dst, part.cost(p.ord))
		}
	}
	return dst, nil
}

func (a *Aggregator[K]) header() ([]byte, error) {
	cfg := a.cfg
	cfg.Workers = 0
	return json.Marshal(cfg)
}

// UnmarshalBinary replaces what a holds. The bytes must come from an aggregate
// with a's config (Workers aside), else ErrMismatch; bytes that no aggregate
// writes are ErrFormat. On an error a is unchanged. Memory stays in proportion
// to the input.
func (a *Aggregator[K]) UnmarshalBinary(data []byte) error {
	b, err := NewAggregator(a.key, a.cfg)
	if err != nil {
		return err
	}
	if err := b.decode(data); err != nil {
		return fmt.Errorf("rfm: decoding: %w", err)
	}
	*a = *b
	return nil
}

func (a *Aggregator[K]) decode(data []byte) error {
	d := decoder{Reader: wire.Reader{Data: data}}
	if !bytes.Equal(d.Bytes(len(magic)), []byte(magic)) || d.byte() != formatVersion {
		return fmt.Errorf("%w: magic or version", ErrFormat)
	}
	header, err := a.header()
	if err != nil {
		return err
	}
	if got := d.Bytes(d.Length()); !d.Bad && !bytes.Equal(got, header) {
		return fmt.Errorf("%w: %.200s, want %s", ErrMismatch, got, header)
	}
	a.stats = stats{latest: d.instant(), zeros: d.size(), duplicates: d.size()}
	n := d.Length() // a customer takes at least a byte
	if a.log != nil && (a.stats.latest != 0 || a.stats.zeros != 0) || n == 0 && a.stats != (stats{}) {
		return fmt.Errorf("%w: rows of nobody", ErrFormat)
	}
	var last K
	var zero K
	for i := range n {
		k, used, err := a.key.Decode(d.Data)
		if d.Bad || err != nil || used <= 0 || used > len(d.Data) || k == zero || i > 0 && a.key.Compare(last, k) >= 0 {
			return fmt.Errorf("%w: key of customer %d", ErrFormat, i)
		}
		last = k
		d.Data = d.Data[used:]
		h := a.key.Hash(a.seed, k)
		if a.log != nil {
			a.log.Reserve(1)
			a.log.decode(&d, a.log.Ordinal(h, k), &a.cfg)
		} else {
			row := total{last: d.instant(), count: uint32(d.UpTo(math.MaxInt32)), sum: d.Varint()}
			var cost int64
			if a.cfg.KeepCosts {
				cost = d.Varint()
			}
			if row.count > 0 && row.last == 0 || row.last > 0 && row.count == 0 && a.cfg.Recency == FromPurchases || row.last > a.stats.latest {
				d.Bad = true
			}
			if err := a.part(h).addTotal(h, k, row, cost, a.cfg.KeepCosts); err != nil {
				return err
			}
		}
		if d.Bad {
			return fmt.Errorf("%w: customer %d", ErrFormat, i)
		}
	}
	if d.Bad || len(d.Data) > 0 {
		return fmt.Errorf("%w: %d bytes too many or too few", ErrFormat, len(d.Data))
	}
	return nil
}

// orderText is a row with its reference spelled out, to be put in order.
type orderText struct {
	order
	cost int64
	text string
}

func compareOrders(a, b orderText) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.kind, b.kind), cmp.Compare(a.amount, b.amount),
		cmp.Compare(a.cost, b.cost), cmp.Compare(a.text, b.text))
}

func (l *orderLog[K]) append(dst []byte, ord uint32, rows []orderText) ([]byte, []orderText) {
	costs := l.costOf(ord)
	for i, o := range l.of(ord) {
		t := orderText{order: o, text: l.refText[o.ref]}
		if costs != nil {
			t.cost = costs[i]
		}
		rows = append(rows, t)
	}
	slices.SortFunc(rows, compareOrders)
	head := 2 * uint64(len(rows))
	if l.Rows[ord].Row.member {
		head++
	}
	dst = binary.AppendUvarint(dst, head)
	before := instant(0)
	for _, t := range rows {
		dst = binary.AppendUvarint(dst, uint64(t.at-before))
		before = t.at
		dst = append(dst, byte(t.kind))
		dst = binary.AppendVarint(dst, t.amount)
		if l.keeps {
			dst = binary.AppendVarint(dst, t.cost)
		}
		dst = binary.AppendUvarint(dst, uint64(len(t.text)))
		dst = append(dst, t.text...)
	}
	return dst, rows
}

func (l *orderLog[K]) decode(d *decoder, ord uint32, cfg *Config) {
	head := d.Uvarint()
	n := int(min(head>>1, uint64(len(d.Data))+1)) // a row takes more than a byte
	l.Rows[ord].Row.member = head&1 != 0
	if head == 0 {
		d.Bad = true // nobody
	}
	var before orderText
	for i := range n {
		var t orderText
		t.at = before.at + d.instant()
		t.kind = orderKind(d.byte())
		t.amount = d.Varint()
		if l.keeps {
			t.cost = d.Varint()
		}
		t.text = d.text()
		if l.refs.n == 0 && t.text != "" {
			l.expected = len(d.Data) / (len(t.text) + 10) // as if all others were like it
		}
		switch t.kind {
		case kindPurchase:
			d.Bad = d.Bad || t.amount < 0
		case kindRefund:
			d.Bad = d.Bad || t.amount >= 0 || t.amount == math.MinInt64 || cfg.Refunds == RefundRefuse
		case kindContact:
			d.Bad = d.Bad || t.amount != 0 || t.cost != 0 || t.text != "" || cfg.Recency != FromContacts
		default:
			d.Bad = true
		}
		if t.at <= 0 || t.at > lastInstant || i > 0 && compareOrders(before, t) > 0 || t.cost == math.MinInt64 {
			d.Bad = true
		}
		if d.Bad {
			return
		}
		if !l.add(ord, t.order, t.cost, t.text) {
			d.Bad = true // a reference twice
			return
		}
		before = t
	}
}

// decoder reads from untrusted bytes; after the first fault everything is 0.
type decoder struct {
	wire.Reader

	block string // a copy of a part of the input, which texts share
	after int    // how much of the input comes after it
}

// textBlock is how much of the input is copied at once for the texts in it.
const textBlock = 1 << 16

// text reads a length and a text.
func (d *decoder) text() string {
	b := d.Bytes(d.Length())
	if len(b) == 0 {
		return ""
	}
	if d.block == "" || len(d.Data) < d.after {
		all := len(b) + len(d.Data)
		n := min(all, max(len(b), textBlock))
		d.block, d.after = string(b[:n]), all-n
	}
	end := len(d.block) - (len(d.Data) - d.after)
	return d.block[end-len(b) : end]
}

func (d *decoder) size() int64      { return int64(d.UpTo(math.MaxInt64)) }
func (d *decoder) instant() instant { return instant(d.UpTo(lastInstant)) }

func (d *decoder) byte() byte {
	b := d.Bytes(1)
	if len(b) == 0 {
		return 255
	}
	return b[0]
}
