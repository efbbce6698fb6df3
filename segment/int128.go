package segment

import (
	"cmp"
	"math/big"
	"math/bits"
)

// int128 is a whole number of 128 bits, two's complement. A sum of int64 over
// fewer than 2⁶³ events fits it.
type int128 struct {
	hi int64
	lo uint64
}

func widen(v int64) int128 { return int128{v >> 63, uint64(v)} }

func (a int128) add(v int64) int128 {
	lo, carry := bits.Add64(a.lo, uint64(v), 0)
	return int128{a.hi + v>>63 + int64(carry), lo}
}

// times returns a × k of a small k > 0; what does not fit is the caller's fault.
func (a int128) times(k uint64) int128 {
	hi, lo := bits.Mul64(a.lo, k)
	return int128{a.hi*int64(k) + int64(hi), lo}
}

// product returns a × b.
func product(a, b int64) int128 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return int128{int64(hi) - a>>63&b - b>>63&a, lo}
}

func (a int128) compare(b int128) int {
	if a.hi != b.hi {
		return cmp.Compare(a.hi, b.hi)
	}
	return cmp.Compare(a.lo, b.lo)
}

func (a int128) big() *big.Int {
	n := new(big.Int).Lsh(big.NewInt(a.hi), 64)
	return n.Add(n, new(big.Int).SetUint64(a.lo))
}
