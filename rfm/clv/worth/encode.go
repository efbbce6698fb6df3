package worth

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/internal/wire"
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
	r := wire.Reader{Data: data[1:]}
	for _, want := range l.cfg.header() {
		if got := r.Text(); !r.Bad && got != want {
			return fmt.Errorf("worth: %w: %.32q, not %.32q", ErrMismatch, got, want)
		}
	}
	n := r.Length()
	fresh := &Ledger[K]{key: l.key, cfg: l.cfg, index: make(map[K]int32, n)}
	var zero K
	for i := 0; i < n && !r.Bad; i++ {
		k, size, err := l.key.Decode(r.Data)
		if err != nil || k == zero || i > 0 && l.key.Compare(fresh.keys[i-1], k) >= 0 {
			r.Bad = true
			break
		}
		r.Data = r.Data[size:]
		acc, ok := l.readAccount(&r)
		if !ok {
			r.Bad = true
			break
		}
		fresh.index[k] = int32(i)
		fresh.keys = append(fresh.keys, k)
		fresh.accounts = append(fresh.accounts, acc)
	}
	if r.Bad || len(r.Data) > 0 {
		return fmt.Errorf("worth: %w", ErrFormat)
	}
	*l = *fresh
	return nil
}

// readAccount reads the periods of one customer: at least one, in order, each at
// the beginning of a period, and with sums that fit.
func (l *Ledger[K]) readAccount(r *wire.Reader) (acc account, ok bool) {
	n := r.Length()
	var sums [4]wide
	for j := 0; j < n && !r.Bad; j++ {
		b := bucket{from: r.Varint()}
		for i := range b.amounts {
			b.amounts[i] = r.Varint()
			sums[i] = sums[i].plus(wideOf(b.amounts[i]))
		}
		at := time.UnixMicro(b.from).In(l.cfg.Location)
		if r.Bad || j > 0 && acc.buckets[j-1].from >= b.from || !l.cfg.Period.start(at).Equal(at) {
			return acc, false
		}
		acc.buckets = append(acc.buckets, b)
	}
	for i, s := range sums {
		if acc.sum[i], ok = s.int64(); !ok {
			return acc, false
		}
	}
	return acc, !r.Bad && n > 0
}
