// Package wire reads the numbers and texts of a binary encoding from untrusted
// bytes.
package wire

import "encoding/binary"

// Reader takes values off Data. After the first fault Bad is true, Data empty and
// every value 0, so that one look at Bad at the end is enough.
type Reader struct {
	Data []byte
	Bad  bool
}

func (r *Reader) fail() { r.Bad, r.Data = true, nil }

// Uvarint reads a number as binary.AppendUvarint writes it: a longer form of it,
// with zeros in front, is a fault.
func (r *Reader) Uvarint() uint64 {
	v, n := binary.Uvarint(r.Data)
	if n <= 0 || n > 1 && r.Data[n-1] == 0 { // short, too long or not minimal
		r.fail()
		return 0
	}
	r.Data = r.Data[n:]
	return v
}

// Varint reads a number as binary.AppendVarint writes it.
func (r *Reader) Varint() int64 {
	u := r.Uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// UpTo is Uvarint of at most most.
func (r *Reader) UpTo(most uint64) uint64 {
	v := r.Uvarint()
	if v > most {
		r.fail()
		return 0
	}
	return v
}

// Length reads a number of things that take at least a byte each.
func (r *Reader) Length() int {
	v := r.Uvarint()
	if v > uint64(len(r.Data)) {
		r.fail()
		return 0
	}
	return int(v)
}

// Bytes returns the next n ≥ 0 bytes, which are those of Data; nil after a fault.
func (r *Reader) Bytes(n int) []byte {
	if n > len(r.Data) {
		r.fail()
	}
	if r.Bad {
		return nil
	}
	b := r.Data[:n]
	r.Data = r.Data[n:]
	return b
}

// Text reads a Length and as many bytes.
func (r *Reader) Text() string { return string(r.Bytes(r.Length())) }
