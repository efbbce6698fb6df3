package migration

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/guanxi-go/guanxi/internal/wire"
)

// Encodings begin with magic and a version; a version that was once released
// decodes for ever. All numbers are minimal varints.
//
//	"guanxi/migration/counts" 0x01
//	config (JSON), by length
//	customers, stock by boundary and stage, moves by period, from and to
const (
	countsMagic   = "guanxi/migration/counts"
	formatVersion = 1
)

// MarshalBinary encodes the counts and their config: the same customers give the
// same bytes, in whatever order they were added and merged.
func (c *Counts) MarshalBinary() ([]byte, error) { return c.AppendBinary(nil) }

// AppendBinary is MarshalBinary into the caller's slice. The error is always nil.
func (c *Counts) AppendBinary(dst []byte) ([]byte, error) {
	dst = appendHeader(dst, countsMagic, c.header)
	dst = binary.AppendUvarint(dst, uint64(c.customers))
	for _, v := range c.stock {
		dst = binary.AppendUvarint(dst, uint64(v))
	}
	for _, v := range c.moves {
		dst = binary.AppendUvarint(dst, uint64(v))
	}
	return dst, nil
}

// UnmarshalBinary replaces the counts of c. The bytes must come from Counts with
// the same config, else ErrMismatch; bytes that no Counts ever wrote are
// ErrFormat. On an error c is unchanged. It allocates no more than c holds.
func (c *Counts) UnmarshalBinary(data []byte) error {
	d := decoder{Reader: wire.Reader{Data: data}}
	if err := d.header(countsMagic, c.header); err != nil {
		return err
	}
	if len(d.Data) < 1+len(c.stock)+len(c.moves) { // a count takes at least a byte
		return fmt.Errorf("migration: %w: truncated", ErrFormat)
	}
	r := Counts{customers: d.count(), stock: make([]int64, len(c.stock)), moves: make([]int64, len(c.moves))}
	for i := range r.stock {
		r.stock[i] = d.count()
	}
	for i := range r.moves {
		r.moves[i] = d.count()
	}
	if d.Bad || len(d.Data) > 0 || !r.consistent(len(c.cfg.Stages)) {
		return fmt.Errorf("migration: %w", ErrFormat)
	}
	c.customers, c.stock, c.moves = r.customers, r.stock, r.moves
	return nil
}

// consistent reports whether customers may have been counted so: who moved was
// there at both ends, and nobody was in two stages.
func (c *Counts) consistent(n int) bool {
	for k := range len(c.stock) / n {
		here, all := c.stock[k*n:(k+1)*n], int64(0)
		for i, v := range here {
			out, in := int64(0), int64(0)
			for j := range n {
				if (k+1)*n*n <= len(c.moves) {
					out += c.moves[(k*n+i)*n+j]
				}
				if k > 0 {
					in += c.moves[((k-1)*n+j)*n+i]
				}
				if out > v || in > v {
					return false
				}
			}
			if all += v; all > c.customers {
				return false
			}
		}
	}
	return true
}

func appendHeader(dst []byte, magic string, header []byte) []byte {
	dst = append(dst, magic...)
	dst = append(dst, formatVersion)
	dst = binary.AppendUvarint(dst, uint64(len(header)))
	return append(dst, header...)
}

// decoder reads from untrusted bytes; after the first fault everything is 0.
type decoder struct {
	wire.Reader
}

// header reads magic, version and config.
func (d *decoder) header(magic string, want []byte) error {
	if !bytes.Equal(d.Bytes(len(magic)), []byte(magic)) || !bytes.Equal(d.Bytes(1), []byte{formatVersion}) {
		return fmt.Errorf("migration: %w: magic or version", ErrFormat)
	}
	got := d.Bytes(d.Length())
	if d.Bad {
		return fmt.Errorf("migration: %w: truncated", ErrFormat)
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("migration: %w: %.200s, want %.200s", ErrMismatch, got, want)
	}
	return nil
}

func (d *decoder) count() int64 { return int64(d.UpTo(MaxCount)) }
