package rfmbeam

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// What is written here lives as long as a run of a pipeline: workers of one run
// are one binary, so there is no version.

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// appendList appends a length and the elements; nil and empty are told apart.
func appendList[T any](dst []byte, list []T, each func([]byte, T) []byte) []byte {
	if list == nil {
		return append(dst, 0)
	}
	dst = binary.AppendUvarint(dst, uint64(len(list))+1)
	for _, v := range list {
		dst = each(dst, v)
	}
	return dst
}

// appendSteps is appendList for numbers that lie close to their neighbours.
func appendSteps(dst []byte, list []int64) []byte {
	before := int64(0)
	return appendList(dst, list, func(dst []byte, v int64) []byte {
		dst = binary.AppendVarint(dst, v-before)
		before = v
		return dst
	})
}

func appendMoney(dst []byte, d decimal.Decimal) []byte {
	b, err := d.MarshalBinary()
	if err != nil { // of a big.Int: never
		b = nil
	}
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// reader reads what was written; after the first fault everything is zero.
type reader struct {
	data []byte
	err  error
}

func (r *reader) fail() {
	if r.err == nil {
		r.err = fmt.Errorf("rfmbeam: %w", ErrFormat)
	}
	r.data = nil
}

// end returns the first fault; bytes that are left over are one.
func (r *reader) end() error {
	if len(r.data) > 0 {
		r.fail()
	}
	return r.err
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.data = r.data[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.data)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.data = r.data[n:]
	return v
}

func (r *reader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.data)) {
		r.fail()
		return nil
	}
	b := r.data[:n:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) text() string { return string(r.bytes()) }

// texts reads a list of texts, which share the memory of one string.
func (r *reader) texts() []string {
	all := string(r.data)
	return readList(r, func() string {
		n := len(r.bytes())
		end := len(all) - len(r.data)
		if r.err != nil {
			return ""
		}
		return all[end-n : end]
	})
}

func (r *reader) time() time.Time { return time.UnixMicro(r.varint()).UTC() }

func (r *reader) money() (d decimal.Decimal) {
	b := r.bytes()
	if r.err == nil && (len(b) < 4 || d.UnmarshalBinary(b) != nil) {
		r.fail()
	}
	return d
}

func (r *reader) steps() []int64 {
	before := int64(0)
	return readList(r, func() int64 {
		before += r.varint()
		return before
	})
}

func readKey[K comparable](r *reader, key guanxi.Key[K]) (k K) {
	k, n, err := key.Decode(r.data)
	if err != nil || n <= 0 || n > len(r.data) {
		r.fail()
		return k
	}
	r.data = r.data[n:]
	return k
}

// readList reads what appendList wrote. An element takes at least a byte.
func readList[T any](r *reader, each func() T) []T {
	n := r.uvarint()
	if n == 0 {
		return nil
	}
	if n--; n > uint64(len(r.data)) {
		r.fail()
		return nil
	}
	list := make([]T, 0, n)
	for range n {
		if r.err != nil {
			return nil
		}
		list = append(list, each())
	}
	return list
}

func appendFloat(dst []byte, v float64) []byte {
	return binary.BigEndian.AppendUint64(dst, math.Float64bits(v))
}

func (r *reader) float() float64 {
	if len(r.data) < 8 {
		r.fail()
		return 0
	}
	v := math.Float64frombits(binary.BigEndian.Uint64(r.data))
	r.data = r.data[8:]
	return v
}
