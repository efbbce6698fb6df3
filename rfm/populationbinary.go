package rfm

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/wire"
)

// Encoded populations begin with magic and a version; a version that was once
// released decodes for ever.
//
//	"guanxi/pop" 0x01
//	config (JSON, without workers), by length
//	asOf (UTC microseconds, zigzag)
//	notes: after, zero, undone, over-refunded, duplicates, number of pending refunds; each:
//	  key, reference by length, time (zigzag), amount (zigzag)
//	number of customers; each in the order of the keys: key, recency + 1 or 0 for none,
//	  purchases + 1 or 0 for who never bought, sum (zigzag), [margin (zigzag)]
const (
	populationMagic   = "guanxi/pop"
	populationVersion = 1
)

// MarshalBinary encodes the population: about ten bytes a customer, where the
// aggregate it was taken from may hold every order. See [DecodePopulation].
func (p *Population[K]) MarshalBinary() ([]byte, error) { return p.AppendBinary(nil) }

// AppendBinary is MarshalBinary into the caller's slice.
func (p *Population[K]) AppendBinary(dst []byte) ([]byte, error) {
	cfg := p.cfg
	cfg.Workers = 0
	header, err := json.Marshal(cfg)
	if err != nil {
		return dst, fmt.Errorf("rfm: population: %w", err)
	}
	us, err := exclusive(p.asOf)
	if err == nil && us >= maxMicro {
		err = guanxi.At("/as_of", ErrTime) // the last microsecond, and a part of one
	}
	if err != nil {
		return dst, fmt.Errorf("rfm: population: %w", err)
	}
	dst = append(dst, populationMagic...)
	dst = append(dst, populationVersion)
	dst = binary.AppendUvarint(dst, uint64(len(header)))
	dst = append(dst, header...)
	dst = binary.AppendVarint(dst, us)
	n := &p.notes
	for _, v := range [6]int{n.After, n.Zero, n.Undone, n.OverRefunded, n.Duplicates, len(n.Pending)} {
		dst = binary.AppendUvarint(dst, uint64(v))
	}
	for _, r := range n.Pending {
		amount, err := minor.From(r.Amount, p.cfg.Decimals)
		if err != nil {
			return dst, fmt.Errorf("rfm: population: %w", moneyFault("/pending", err))
		}
		dst = p.key.Append(dst, r.Customer)
		dst = binary.AppendUvarint(dst, uint64(len(r.Order)))
		dst = append(dst, r.Order...)
		dst = binary.AppendVarint(binary.AppendVarint(dst, r.At.UnixMicro()), amount)
	}
	dst = binary.AppendUvarint(dst, uint64(len(p.keys)))
	for i, k := range p.keys {
		dst = p.key.Append(dst, k)
		recency := uint64(0)
		if p.day[i] != noDay {
			recency = uint64(int64(p.today)-int64(p.day[i])) + 1
		}
		dst = binary.AppendUvarint(dst, recency)
		dst = binary.AppendUvarint(dst, uint64(p.count[i]-prospect))
		dst = binary.AppendVarint(dst, p.sum[i])
		if p.margin != nil {
			dst = binary.AppendVarint(dst, p.margin[i])
		}
	}
	return dst, nil
}

// DecodePopulation returns the population that was encoded, with the key of its
// customers. Its AsOf is that of before, rounded up to the microsecond, in
// Config.Location, and its Workers are 1. Bytes that no population writes are
// ErrFormat. Memory stays in proportion to the input.
func DecodePopulation[K comparable](key guanxi.Key[K], data []byte) (*Population[K], error) {
	p, err := decodePopulation(key, data)
	if err != nil {
		return nil, fmt.Errorf("rfm: population: decoding: %w", err)
	}
	return p, nil
}

func decodePopulation[K comparable](key guanxi.Key[K], data []byte) (*Population[K], error) {
	d := decoder{Reader: wire.Reader{Data: data}}
	if !bytes.Equal(d.Bytes(len(populationMagic)), []byte(populationMagic)) || d.byte() != populationVersion {
		return nil, fmt.Errorf("%w: magic or version", ErrFormat)
	}
	p := &Population[K]{key: key}
	text := d.Bytes(d.Length())
	if d.Bad {
		return nil, fmt.Errorf("%w: config", ErrFormat)
	}
	if err := p.cfg.UnmarshalJSON(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	p.cfg = p.cfg.withDefaults()
	p.cfg.Workers = 0
	if own, err := json.Marshal(p.cfg); err != nil || !bytes.Equal(own, text) {
		return nil, fmt.Errorf("%w: config", ErrFormat)
	}
	p.cfg.Workers = 1
	us := d.Varint()
	if us <= minMicro || us >= maxMicro {
		return nil, fmt.Errorf("%w: as of", ErrFormat)
	}
	p.asOf = time.UnixMicro(us).In(p.cfg.Location)
	cal := civil.New(p.cfg.Location)
	p.today = cal.Day(us)
	readNotes(&d, p)
	n := d.Length()
	p.make(n)
	for i := range n {
		p.keys[i] = readKey(&d, key)
		if i > 0 && key.Compare(p.keys[i-1], p.keys[i]) >= 0 {
			d.Bad = true
		}
		recency := int64(d.UpTo(math.MaxInt32))
		p.day[i] = noDay
		if recency > 0 {
			p.day[i] = int32(int64(p.today) - recency + 1)
		}
		p.count[i] = int32(int64(d.UpTo(math.MaxInt32+1)) + prospect)
		p.sum[i] = d.Varint()
		if p.margin != nil {
			p.margin[i] = d.Varint()
		}
		if d.Bad || recency == 0 && p.count[i] != prospect {
			return nil, fmt.Errorf("%w: customer %d", ErrFormat, i)
		}
	}
	if d.Bad || len(d.Data) > 0 {
		return nil, fmt.Errorf("%w: %d bytes too many or too few", ErrFormat, len(d.Data))
	}
	p.revenue = sumOf(p.sum)
	return p, nil
}

func readNotes[K comparable](d *decoder, p *Population[K]) {
	for _, v := range [5]*int{&p.notes.After, &p.notes.Zero, &p.notes.Undone, &p.notes.OverRefunded, &p.notes.Duplicates} {
		*v = int(d.UpTo(math.MaxInt))
	}
	for range d.Length() {
		r := PendingRefund[K]{Customer: readKey(d, p.key), Order: string(d.Bytes(d.Length()))}
		us, amount := d.Varint(), d.Varint()
		if d.Bad = d.Bad || us <= minMicro || us >= maxMicro; d.Bad {
			return
		}
		r.At, r.Amount = time.UnixMicro(us).In(p.cfg.Location), minor.To(amount, p.cfg.Decimals)
		p.notes.Pending = append(p.notes.Pending, r)
	}
}

// readKey reads the key of a customer.
func readKey[K comparable](d *decoder, key guanxi.Key[K]) K {
	var zero K
	k, used, err := key.Decode(d.Data)
	if d.Bad || err != nil || used <= 0 || used > len(d.Data) || k == zero {
		d.Bad, d.Data = true, nil
		return zero
	}
	d.Data = d.Data[used:]
	return k
}
