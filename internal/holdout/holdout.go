// Package holdout splits customers by a salted hash: the same salt and customer
// give the same place for ever, on any machine and in any order, and two salts
// give independent places.
package holdout

import (
	"crypto/sha256"
	"encoding/binary"
)

// Place returns where a customer falls in [0, 1): a multiple of 2⁻⁵³. It is the
// top of SHA-256 over the salt's length as eight big-endian bytes, the salt, and
// the customer's bytes, so that no two pairs run together. Released: it never
// changes, or customers would change sides in a running campaign.
func Place(salt string, customer []byte) float64 {
	var buf [256]byte
	msg := binary.BigEndian.AppendUint64(buf[:0], uint64(len(salt)))
	msg = append(append(msg, salt...), customer...)
	sum := sha256.Sum256(msg)
	return float64(binary.BigEndian.Uint64(sum[:8])>>11) / (1 << 53)
}
