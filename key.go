package guanxi

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strings"
)

// Key tells a container over K how to hash, order and encode the host's own key
// type. [IntKey], [StringKey] and [UUIDKey] serve keys of the usual kinds. An
// implementation is immutable and safe for concurrent use; its hashes and
// encodings may be stored and never change.
type Key[K comparable] interface {
	// Hash is the same in every process for the same seed, and well mixed in
	// all 64 bits. It is no defence against keys chosen by someone who knows
	// the seed.
	Hash(seed uint64, k K) uint64
	// Compare is a total order of keys: negative, zero or positive for a
	// before, equal to or after b; zero only for a == b. It orders keys, not
	// their encodings: the bytes of Append do not in general sort alike.
	Compare(a, b K) int
	// Prefix is the beginning of k in that order:
	// Prefix(a) < Prefix(b) implies Compare(a, b) < 0. Equal prefixes say nothing.
	Prefix(k K) uint64
	// Append appends k's one canonical encoding, which tells its own length.
	Append(dst []byte, k K) []byte
	// Decode reads the key that src begins with and says how many bytes it
	// took. Truncated and non-canonical input is [ErrKey]; then k is zero and n
	// is 0. It never allocates more than len(src).
	Decode(src []byte) (k K, n int, err error)
}

// ErrKey: bytes that are not the canonical encoding of a key.
var ErrKey = errors.New("malformed key")

var (
	errKeyShort   = fmt.Errorf("%w: truncated", ErrKey)
	errKeyMinimal = fmt.Errorf("%w: not the shortest form", ErrKey)
	errKeyRange   = fmt.Errorf("%w: too large for its type", ErrKey)
)

// BulkHasher is what a Key may offer besides: many hashes in one call. A
// container that reads keys by the million asks for it; dst[i] is the Hash of
// keys[i], and dst is at least as long as keys.
type BulkHasher[K comparable] interface {
	HashAll(dst []uint64, seed uint64, keys []K)
}

// IntKey returns the [Key] of an integer type. As the zero value of every key type,
// 0 is no customer, and is refused where a customer is asked for.
func IntKey[K ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64]() Ints[K] {
	return Ints[K]{}
}

// Ints is the [Key] of an integer type, in numerical order. Its encoding is an
// unsigned varint, zigzag for signed types: one byte for −64 … 63 or 0 … 127,
// ten at most. Two keys never have the same hash under the same seed, and a
// value has the same hash in every integer type.
type Ints[K ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64] struct{}

// Hash is a bijection of 64 bits: the two-round mixer of Jon Maiga
// (http://jonkagstrom.com/mx3/mx3_rev2.html), with the seed put in at two
// places, so that another seed is not merely another order of the same hashes.
func (Ints[K]) Hash(seed uint64, k K) uint64 {
	const m = 0x0e9846af9b1a615d
	x := uint64(k) ^ seed ^ wy1
	x ^= x >> 32
	x *= m
	x ^= x >> 32
	x += seed * wy2
	x *= m
	return x ^ x>>28
}

// HashAll makes Ints a BulkHasher.
func (h Ints[K]) HashAll(dst []uint64, seed uint64, keys []K) {
	dst = dst[:len(keys)]
	for i, k := range keys {
		dst[i] = h.Hash(seed, k)
	}
}

// Compare is the order of numbers.
func (Ints[K]) Compare(a, b K) int { return cmp.Compare(a, b) }

// Prefix is the whole number, signed ones moved up by 2⁶³: it tells any two
// keys apart.
func (Ints[K]) Prefix(k K) uint64 {
	if signed[K]() {
		return uint64(k) ^ 1<<63
	}
	return uint64(k)
}

// Append appends one to ten bytes.
func (Ints[K]) Append(dst []byte, k K) []byte {
	u := uint64(k)
	if signed[K]() {
		u = u<<1 ^ uint64(int64(u)>>63)
	}
	return binary.AppendUvarint(dst, u)
}

// Decode is the inverse of Append.
func (Ints[K]) Decode(src []byte) (k K, n int, err error) {
	u, n, err := uvarint(src)
	if err != nil {
		return 0, 0, err
	}
	if signed[K]() {
		u = u>>1 ^ -(u & 1)
	}
	if k = K(u); uint64(k) != u {
		return 0, 0, errKeyRange
	}
	return k, n, nil
}

func signed[K ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64]() bool {
	return ^K(0) < 0
}

// uvarint is binary.Uvarint, accepting the shortest form alone.
func uvarint(src []byte) (u uint64, n int, err error) {
	u, n = binary.Uvarint(src)
	switch {
	case n == 0:
		return 0, 0, errKeyShort
	case n < 0:
		return 0, 0, errKeyRange
	case n > 1 && src[n-1] == 0:
		return 0, 0, errKeyMinimal
	}
	return u, n, nil
}

// StringKey returns the [Key] of a string type.
func StringKey[K ~string]() Strings[K] { return Strings[K]{} }

// Strings is the [Key] of a string type, in the order of bytes. Any bytes will
// do, valid UTF-8 or not. Its encoding is the length as an unsigned varint and
// then the bytes.
type Strings[K ~string] struct{}

// Hash is wyhash, final version 4.2, with its default secret.
func (Strings[K]) Hash(seed uint64, k K) uint64 { return wyhash(seed, string(k)) }

// Compare is the order of bytes.
func (Strings[K]) Compare(a, b K) int { return strings.Compare(string(a), string(b)) }

// Prefix is the first eight bytes; a shorter key counts as if zero bytes followed.
func (Strings[K]) Prefix(k K) uint64 {
	if len(k) >= 8 {
		return bits.ReverseBytes64(load64(string(k), 0))
	}
	var p uint64
	for i := range len(k) {
		p |= uint64(k[i]) << (56 - 8*i)
	}
	return p
}

// Append appends the length and the bytes.
func (Strings[K]) Append(dst []byte, k K) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(k))), k...)
}

// Decode is the inverse of Append. The key is a copy.
func (Strings[K]) Decode(src []byte) (k K, n int, err error) {
	size, n, err := uvarint(src)
	if err != nil {
		return "", 0, err
	}
	if size > uint64(len(src)-n) {
		return "", 0, errKeyShort
	}
	end := n + int(size)
	return K(src[n:end]), end, nil
}

// UUIDKey returns the [Key] of a type of 16 bytes.
func UUIDKey[K ~[16]byte]() UUIDs[K] { return UUIDs[K]{} }

// UUIDs is the [Key] of a type of 16 bytes, such as a UUID, in the order of
// bytes. Its encoding is the bytes themselves.
type UUIDs[K ~[16]byte] struct{}

// Hash is that of a string of the same 16 bytes.
func (UUIDs[K]) Hash(seed uint64, k K) uint64 {
	b := [16]byte(k)
	lo, hi := binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])
	return wyfinish(wyseed(seed), lo<<32|hi&(1<<32-1), hi>>32<<32|lo>>32, 16)
}

// Compare is the order of bytes.
func (UUIDs[K]) Compare(a, b K) int {
	x, y := [16]byte(a), [16]byte(b)
	if c := cmp.Compare(binary.BigEndian.Uint64(x[:8]), binary.BigEndian.Uint64(y[:8])); c != 0 {
		return c
	}
	return cmp.Compare(binary.BigEndian.Uint64(x[8:]), binary.BigEndian.Uint64(y[8:]))
}

// Prefix is the first eight bytes.
func (UUIDs[K]) Prefix(k K) uint64 {
	b := [16]byte(k)
	return binary.BigEndian.Uint64(b[:8])
}

// Append appends the 16 bytes.
func (UUIDs[K]) Append(dst []byte, k K) []byte {
	b := [16]byte(k)
	return append(dst, b[:]...)
}

// Decode is the inverse of Append.
func (UUIDs[K]) Decode(src []byte) (k K, n int, err error) {
	if len(src) < 16 {
		return k, 0, errKeyShort
	}
	return K(src[:16]), 16, nil
}
