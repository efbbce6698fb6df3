package coupon

import (
	"crypto/cipher"
	"encoding/binary"
	"math/bits"
)

// rounds of the Feistel network: as many as FF1 has.
const rounds = 10

// blocks is scratch memory: what is handed to a cipher.Block would escape each time.
type blocks struct{ in, out [16]byte }

// random is 128 bits of the block cipher at (label, v), modulo m < 2^60. The
// remainder's distance from even is below 2^-68, and it only moves halves of a
// permutation: codes themselves are evenly spread.
func random(block cipher.Block, label byte, v, m uint64, b *blocks) uint64 {
	b.in[0] = label
	binary.BigEndian.PutUint64(b.in[8:], v)
	block.Encrypt(b.out[:], b.in[:])
	return bits.Rem64(binary.BigEndian.Uint64(b.out[:8]), binary.BigEndian.Uint64(b.out[8:]), m)
}

// tag is the truncated MAC of a serial number: one block, whose length never varies.
func (c *Codes) tag(serial uint64, b *blocks) uint64 {
	return random(c.mac, 0, serial, c.tags, b)
}

// encrypt permutes serials × tags.
func (c *Codes) encrypt(left, right uint64, b *blocks) (uint64, uint64) {
	for r := range byte(rounds) {
		if r&1 == 0 {
			left = (left + random(c.round, r, right, c.serials, b)) % c.serials
		} else {
			right = (right + random(c.round, r, left, c.tags, b)) % c.tags
		}
	}
	return left, right
}

// decrypt is the inverse of encrypt.
func (c *Codes) decrypt(left, right uint64, b *blocks) (uint64, uint64) {
	for r := byte(rounds); r > 0; {
		if r--; r&1 == 0 {
			left = (left + c.serials - random(c.round, r, right, c.serials, b)) % c.serials
		} else {
			right = (right + c.tags - random(c.round, r, left, c.tags, b)) % c.tags
		}
	}
	return left, right
}
