package worth

import (
	"encoding/binary"
	"fmt"
	"time"
)

// encoding is the first byte: version 1. A released version decodes for ever.
const encoding = 1

// MarshalBinary returns the ledger's one encoding: the same content is the same
// bytes, however it was added.
func (l *Ledger[K]) MarshalBinary() ([]byte, error) { return l.AppendBinary(nil) }

// AppendBinary appends what MarshalBinary returns.
func (l *Ledger[K]) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, encoding)
	for _, s := range l.cfg.header() {
		dst = append(binary.AppendUvarint(dst, uint64(len(s))), s...)
	}
	dst = binary.AppendUvarint(dst, uint64(len(l.keys)))
	for _, i := range l.sorted() {
		dst = l.key.Append(dst, l.keys[i])
		dst = binary.AppendUvarint(dst, uint64(len(l.accounts[i].buckets)))
		for _, b := range l.accounts[i].buckets {
			dst = binary.AppendVarint(dst, b.from)
			for _, v := range b.amounts {
				dst = binary.AppendVarint(dst, v)
			}
		}
	}
	return dst, nil
}

// UnmarshalBinary replaces the ledger's content by what was encoded. It must have
// been made with the same settings ([ErrMismatch]); other bytes are [ErrFormat].
// Then the ledger is as before. Nothing longer than data is allocated.
func (l *Ledger[K]) UnmarshalBinary(data []byte) error {
	if len(data) == 0 || data[0] != encoding {
		return fmt.Errorf("worth: %w", ErrFormat)
	}
	r := reader{data: data[1:], ok: true}
	for _, want := range l.cfg.header() {
		if got := r.text(); r.ok && got != want {
			return fmt.Errorf("worth: %w: %.32q, not %.32q", ErrMismatch, got, want)
		}
	}
	n := r.length()
	fresh := &Ledger[K]{key: l.key, cfg: l.cfg, index: make(map[K]int32, n)}
	var zero K
	for i := 0; i < n && r.ok; i++ {
		k, size, err := l.key.Decode(r.data)
		if err != nil || k == zero || i > 0 && l.key.Compare(fresh.keys[i-1], k) >= 0 {
			r.ok = false
			break
		}
		r.data = r.data[size:]
		acc, ok := l.readAccount(&r)
		if !ok {
			r.ok = false
			break
		}
		fresh.index[k] = int32(i)
		fresh.keys = append(fresh.keys, k)
		fresh.accounts = append(fresh.accounts, acc)
	}
	if !r.ok || len(r.data) > 0 {
		return fmt.Errorf("worth: %w", ErrFormat)
	}
	*l = *fresh
	return nil
}

// readAccount reads the periods of one customer: at least one, in order, each at
// the beginning of a period, and with sums that fit.
func (l *Ledger[K]) readAccount(r *reader) (acc account, ok bool) {
	n := r.length()
	var sums [4]wide
	for j := 0; j < n && r.ok; j++ {
		b := bucket{from: r.varint()}
		for i := range b.amounts {
			b.amounts[i] = r.varint()
			sums[i] = sums[i].plus(wideOf(b.amounts[i]))
		}
		at := time.UnixMicro(b.from).In(l.cfg.Location)
		if !r.ok || j > 0 && acc.buckets[j-1].from >= b.from || !l.cfg.Period.start(at).Equal(at) {
			return acc, false
		}
		acc.buckets = append(acc.buckets, b)
	}
	for i, s := range sums {
		if acc.sum[i], ok = s.int64(); !ok {
			return acc, false
		}
	}
	return acc, r.ok && n > 0
}

// reader takes numbers off bytes; ok is false once something was missing.
type reader struct {
	data []byte
	ok   bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.data)
	if !r.ok || n <= 0 || n > 1 && r.data[n-1] == 0 {
		r.ok = false
		return 0
	}
	r.data = r.data[n:]
	return v
}

func (r *reader) varint() int64 {
	u := r.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// length reads a number of things that take a byte each at least.
func (r *reader) length() int {
	v := r.uvarint()
	if v > uint64(len(r.data)) {
		r.ok = false
		return 0
	}
	return int(v)
}

func (r *reader) text() string {
	n := r.length()
	s := string(r.data[:n])
	r.data = r.data[n:]
	return s
}
