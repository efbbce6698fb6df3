package rfm

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/wire"
)

// Merge adds the table of other customers, scored by the same scale and named by
// the same segments: the result is the table of all of them. Merging is
// associative and commutative, and the zero Table its neutral element. Tables of
// other segments, or of money with other decimal places, are ErrMismatch, and t is
// unchanged then. o stays as it is.
func (t *Table) Merge(o *Table) error {
	switch {
	case t == o:
		return fmt.Errorf("rfm: table: merge: %w: a table with itself", ErrMismatch)
	case len(o.Rows) == 0:
		return nil
	case len(t.Rows) == 0:
		*t = Table{Sums: o.Sums, Rows: make([]SegmentRow, len(o.Rows))}
		for i, r := range o.Rows {
			t.Rows[i] = SegmentRow{Segment: r.Segment, Sums: r.Sums, whole: t}
		}
		return nil
	case len(t.Rows) != len(o.Rows) || t.decimals != o.decimals:
		return fmt.Errorf("rfm: table: merge: %w", ErrMismatch)
	}
	for i := range t.Rows {
		if t.Rows[i].Segment.ID != o.Rows[i].Segment.ID {
			return fmt.Errorf("rfm: table: merge: %w: row %d is %q here and %q there", ErrMismatch, i, t.Rows[i].Segment.ID, o.Rows[i].Segment.ID)
		}
	}
	for i := range t.Rows {
		t.Rows[i].plus(o.Rows[i].Sums)
		t.Rows[i].finish(t.decimals)
	}
	t.plus(o.Sums)
	t.finish(t.decimals)
	return nil
}

// Encoded tables begin with magic and a version; a version that was once released
// decodes for ever.
//
//	"guanxi/table" 0x01
//	segments (JSON), by length
//	decimal places
//	each row: customers, buyers, days (zigzag), purchases, revenue and that of buyers (16 bytes each)
const (
	tableMagic   = "guanxi/table"
	tableVersion = 1
)

// MarshalBinary encodes the table and its segments.
func (t *Table) MarshalBinary() ([]byte, error) { return t.AppendBinary(nil) }

// AppendBinary is MarshalBinary into the caller's slice.
func (t *Table) AppendBinary(dst []byte) ([]byte, error) {
	segments := make([]Segment, len(t.Rows))
	for i := range t.Rows {
		segments[i] = t.Rows[i].Segment
	}
	header, err := json.Marshal(segments)
	if err != nil {
		return dst, fmt.Errorf("rfm: table: %w", err)
	}
	dst = append(dst, tableMagic...)
	dst = append(dst, tableVersion)
	dst = binary.AppendUvarint(dst, uint64(len(header)))
	dst = append(dst, header...)
	dst = append(dst, byte(t.decimals))
	for i := range t.Rows {
		s := &t.Rows[i].Sums
		dst = binary.AppendUvarint(dst, uint64(s.Customers))
		dst = binary.AppendUvarint(dst, uint64(s.buyers))
		dst = binary.AppendVarint(dst, s.days)
		dst = binary.AppendUvarint(dst, uint64(s.purchases))
		for _, w := range [4]uint64{uint64(s.units.hi), s.units.lo, uint64(s.spent.hi), s.spent.lo} {
			dst = binary.BigEndian.AppendUint64(dst, w)
		}
	}
	return dst, nil
}

// UnmarshalBinary replaces t by what was encoded. Bytes that no Table writes are
// ErrFormat; then t is unchanged.
func (t *Table) UnmarshalBinary(data []byte) error {
	d := decoder{Reader: wire.Reader{Data: data}}
	if !bytes.Equal(d.Bytes(len(tableMagic)), []byte(tableMagic)) || d.byte() != tableVersion {
		return fmt.Errorf("rfm: table: decoding: %w: magic or version", ErrFormat)
	}
	var segments []Segment
	text := d.Bytes(d.Length())
	if d.Bad {
		return fmt.Errorf("rfm: table: decoding: %w: segments", ErrFormat)
	}
	if err := guanxi.UnmarshalStrict(text, &segments); err != nil {
		return fmt.Errorf("rfm: table: decoding: %w: %w", ErrFormat, err)
	}
	decimals := int(d.byte())
	if decimals > minor.MaxScale || len(segments) > maxSegments {
		return fmt.Errorf("rfm: table: decoding: %w: %d decimal places, %d segments", ErrFormat, decimals, len(segments))
	}
	next := Table{Rows: make([]SegmentRow, len(segments))}
	for i := range next.Rows {
		r := &next.Rows[i]
		r.Segment, r.whole = segments[i], t
		d.sums(&r.Sums)
		r.finish(decimals)
		d.Bad = d.Bad || r.Customers > math.MaxInt-next.Customers || r.purchases > math.MaxInt64-next.purchases
		next.plus(r.Sums)
	}
	next.finish(decimals)
	if d.Bad || len(d.Data) > 0 {
		return fmt.Errorf("rfm: table: decoding: %w: sums", ErrFormat)
	}
	*t = next
	return nil
}

func (d *decoder) sums(s *Sums) {
	s.Customers = int(d.UpTo(math.MaxInt))
	s.buyers = int(d.UpTo(uint64(s.Customers)))
	s.days, s.purchases = d.Varint(), d.size()
	var w [4]uint64
	for i := range w {
		if b := d.Bytes(8); b != nil {
			w[i] = binary.BigEndian.Uint64(b)
		}
	}
	s.units, s.spent = sum128{int64(w[0]), w[1]}, sum128{int64(w[2]), w[3]}
}
