package wire

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
)

func TestReader(t *testing.T) {
	var data []byte
	for _, v := range []uint64{0, 1, 127, 128, 1 << 62, math.MaxUint64} {
		data = binary.AppendUvarint(data, v)
	}
	for _, v := range []int64{0, -1, math.MinInt64, math.MaxInt64} {
		data = binary.AppendVarint(data, v)
	}
	data = append(append(data, 3), "abc\x01d"...)
	r := Reader{Data: data}
	for _, want := range []uint64{0, 1, 127, 128, 1 << 62, math.MaxUint64} {
		if got := r.Uvarint(); got != want {
			t.Errorf("%d, want %d", got, want)
		}
	}
	for _, want := range []int64{0, -1, math.MinInt64, math.MaxInt64} {
		if got := r.Varint(); got != want {
			t.Errorf("%d, want %d", got, want)
		}
	}
	if got := r.Bytes(r.Length()); string(got) != "abc" || r.Bad {
		t.Errorf("%q, %+v", got, r)
	}
	if got := r.Text(); got != "d" || r.Bad || len(r.Data) != 0 {
		t.Errorf("%q, %+v", got, r)
	}
	if got := r.Bytes(0); r.Bad || len(got) != 0 {
		t.Errorf("nothing of nothing: %q, %+v", got, r)
	}
}

// After a fault there is nothing but faults and zeros.
func TestFaults(t *testing.T) {
	long := bytes.Repeat([]byte{0xff}, 10)
	for name, c := range map[string]struct {
		data []byte
		read func(*Reader)
	}{
		"nothing":     {nil, func(r *Reader) { r.Uvarint() }},
		"short":       {[]byte{0x80}, func(r *Reader) { r.Uvarint() }},
		"too long":    {append(long, 1), func(r *Reader) { r.Uvarint() }},
		"not minimal": {[]byte{0x80, 0}, func(r *Reader) { r.Varint() }},
		"above":       {[]byte{8, 1, 1}, func(r *Reader) { r.UpTo(7) }},
		"length":      {[]byte{3, 1, 1}, func(r *Reader) { r.Length() }},
		"bytes":       {[]byte{3, 1, 1}, func(r *Reader) { r.Bytes(4) }},
	} {
		r := Reader{Data: c.data}
		c.read(&r)
		if !r.Bad || r.Uvarint() != 0 || r.Varint() != 0 || r.UpTo(1) != 0 || r.Length() != 0 || r.Bytes(0) != nil || r.Text() != "" || r.Bytes(1) != nil || !r.Bad {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
