package affinity

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi/internal/wire"
)

// Encoded portraits, in the manner of counts:
//
//	"guanxi/affinity/portrait" 0x01
//	config (JSON, defaults spelled out, without labels), by length
//	customers in the segment, in the rest
//	for each dimension: customers with a value in the segment, in the rest, number
//	  of values, and each in the order of bytes: by length, in the segment, in the rest
const portraitMagic = "guanxi/affinity/portrait"

// mostCustomers keeps sums of counts exact in a float64.
const mostCustomers = 1 << 52

// MarshalBinary encodes the portrait: the same content gives the same bytes.
func (p *Portrait) MarshalBinary() ([]byte, error) { return p.AppendBinary(nil) }

// AppendBinary is MarshalBinary into the caller's slice.
func (p *Portrait) AppendBinary(dst []byte) ([]byte, error) {
	header, err := p.cfg.header()
	if err != nil {
		return dst, fmt.Errorf("affinity: %w", err)
	}
	dst = append(append(dst, portraitMagic...), formatVersion)
	dst = binary.AppendUvarint(dst, uint64(len(header)))
	dst = append(dst, header...)
	dst = p.all.append(dst)
	for d := range p.parts {
		part := &p.parts[d]
		dst = part.known.append(dst)
		dst = binary.AppendUvarint(dst, uint64(len(part.values.Rows)))
		for _, ord := range p.sorted(d) {
			e := &part.values.Rows[ord]
			dst = binary.AppendUvarint(dst, uint64(len(e.Key)))
			dst = append(dst, e.Key...)
			dst = e.Row.append(dst)
		}
	}
	return dst, nil
}

func (s split) append(dst []byte) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(dst, uint64(s.in)), uint64(s.rest))
}

// UnmarshalBinary replaces what p holds. The bytes must come from a portrait
// with p's config (names aside), else ErrMismatch; bytes that no portrait writes are ErrFormat.
// On an error p is unchanged. Memory stays in proportion to the input.
func (p *Portrait) UnmarshalBinary(data []byte) error {
	n, err := NewPortrait(p.cfg)
	if err != nil {
		return err
	}
	if err := n.decode(data); err != nil {
		return fmt.Errorf("affinity: decoding: %w", err)
	}
	n.cfg = p.cfg
	*p = *n
	return nil
}

func (p *Portrait) decode(data []byte) error {
	header, err := p.cfg.header()
	if err != nil {
		return err
	}
	d := decoder{Reader: wire.Reader{Data: data}}
	if err := d.begin(portraitMagic, header); err != nil {
		return err
	}
	p.all = d.split(split{mostCustomers, mostCustomers})
	for i := range p.parts {
		part := &p.parts[i]
		part.known = d.split(p.all)
		n := d.Length()
		if d.Bad || n > p.cfg.MaxValues {
			return fmt.Errorf("%w: dimension %d", ErrFormat, i)
		}
		last, sum := "", split{}
		for range n {
			value := string(d.Bytes(d.Length()))
			row := d.split(part.known)
			if d.Bad || value <= last || row.base() == 0 || sum.base() > math.MaxInt64-row.base() {
				return fmt.Errorf("%w: a value of dimension %d", ErrFormat, i)
			}
			last = value
			sum.merge(row)
			part.values.Reserve(1)
			part.values.Rows[part.values.Ordinal(p.hash(value), value)].Row = row
		}
		if sum.in < part.known.in || sum.rest < part.known.rest || !p.cfg.Dimensions[i].Many && sum != part.known {
			return fmt.Errorf("%w: sum of dimension %d", ErrFormat, i)
		}
	}
	return d.end()
}

func (d *decoder) split(most split) split {
	return split{int64(d.UpTo(uint64(most.in))), int64(d.UpTo(uint64(most.rest)))}
}
