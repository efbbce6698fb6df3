package coupon

import (
	"fmt"
)

// Parse reads a code as people type it, see [Normalise], and returns it as it is
// stored, and its serial number. Errors, in this order: [ErrCodeCharacter],
// [ErrCodeLength], [ErrCodeCheck] where it was mistyped or is of a series whose prefix
// has another length, [ErrCodePrefix] for a code of another series with a prefix as long,
// and [ErrCodeUnknown] where it was never made with this secret. The
// text of an error repeats at most the one character that is wrong. Cost: one
// allocation besides the code; the time does not tell how much of a tag was right.
func (c *Codes) Parse(typed string) (Code, uint64, error) {
	s, p := Normalise(typed), len(c.cfg.Prefix)
	for i, r := range s {
		if r > 0x7F || digits[r] == 255 {
			return "", 0, fmt.Errorf("%w: %q, after %d of them", ErrCodeCharacter, r, i)
		}
	}
	if len(s) != p+c.cfg.Length {
		return "", 0, fmt.Errorf("%w: %d of %d", ErrCodeLength, len(s), p+c.cfg.Length)
	}
	if checkSum(s) != uint32(p) {
		return "", 0, ErrCodeCheck
	}
	if s[:p] != c.cfg.Prefix {
		return "", 0, ErrCodePrefix
	}
	b := new(blocks)
	serial, tag := c.decrypt(number(s[p:p+c.head]), number(s[p+c.head:len(s)-1]), b)
	if tag^c.tag(serial, b) != 0 {
		return "", 0, ErrCodeUnknown
	}
	return Code(s), serial, nil
}

func number(s string) (v uint64) {
	for i := range len(s) {
		v = v*radix + uint64(digits[s[i]])
	}
	return v
}
