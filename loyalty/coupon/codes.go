package coupon

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"math"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// CodeConfig is the form of a series of codes.
type CodeConfig struct {
	// Prefix begins every code of the series: up to 8 characters of [Alphabet]. Two
	// series with different prefixes or lengths never share a code, of one secret or not.
	Prefix string `json:"prefix,omitempty"`
	// Length is the number of characters after the prefix, the check character
	// included: 8 to 20; 0 is 12.
	Length int `json:"length,omitempty"`
}

const (
	maxPrefix     = 8
	defaultLength = 12
	minSecret     = 16
	maxBatch      = 10_000_000
)

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c CodeConfig) Validate() error {
	var f faults
	if len(c.Prefix) > maxPrefix {
		f.add("/prefix", ErrOption, "%.32q has more than %d characters", c.Prefix, maxPrefix)
	}
	for i := range len(c.Prefix) {
		if digits[c.Prefix[i]] == 255 {
			f.add("/prefix", ErrOption, "%.32q has characters that no code has (%s)", c.Prefix, Alphabet)
			break
		}
	}
	if c.Length != 0 && (c.Length < 8 || c.Length > 20) {
		f.add("/length", ErrOption, "%d is not in 8 to 20", c.Length)
	}
	return f.err()
}

// UnmarshalJSON reads strictly, as that of [Definition] does.
func (c *CodeConfig) UnmarshalJSON(data []byte) error {
	type plain CodeConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, CodeConfig(v), err)
}

// Codes makes and reads the codes of a series. A code is its serial number, counted
// by the host from 0, and a tag of it, both turned into random-looking characters by
// a permutation under the host's secret, and a check character:
//
//   - Different serial numbers give different codes, so that a million are made
//     without looking one up. No code is likelier than another: nothing is cut off or
//     reduced.
//   - Without the secret neither a code nor its tag can be told from chance: they are
//     the work of AES-128 under keys that HKDF-SHA-256 derives from the secret and the
//     form of the series. The permutation is an alternating Feistel network of ten
//     rounds over serials × tags (Black & Rogaway 2002, "Ciphers with arbitrary finite
//     domains", as FF1 of NIST SP 800-38G); the tag is a truncated MAC.
//   - Guessing: there are 31^(Length−1) well-typed codes. With n issued, each guess
//     hits one of them with chance n/31^(Length−1), see [Codes.GuessBits]; that a
//     guess passes as made with the secret at all has chance 31^−t, t the length of
//     the tag. By length 8, 12, 16, 20:
//     codes 2^34.7, 2^54.5, 2^74.3, 2^94.1; serial numbers 29,791, 28,629,151 and
//     twice 27,512,614,111; tags 2^19.8, 2^29.7, 2^39.6, 2^59.5.
//
// What was typed with a fault, or was never made, is found without a look-up; whether
// a serial number was issued, the host knows. Immutable; safe for concurrent use.
type Codes struct {
	cfg     CodeConfig
	mac     cipher.Block // of the tag
	round   cipher.Block // of the permutation
	serials uint64       // 31^head
	tags    uint64       // 31^tail
	head    int
	tail    int
}

// NewCodes makes a series. secret is the host's, at least 16 random bytes, kept as
// carefully as a signing key: whoever has it can make codes. Faults of the config, and
// [ErrSecret], are returned at once. secret is not kept.
func NewCodes(cfg CodeConfig, secret []byte) (*Codes, error) {
	err := cfg.Validate()
	if len(secret) < minSecret {
		err = strict.Join(err, guanxi.At("/secret", ErrSecret))
	}
	if err != nil {
		return nil, err
	}
	cfg.Length = orDefault(cfg.Length, defaultLength)
	info := fmt.Sprintf("guanxi coupon codes v1/%d/%s", cfg.Length, cfg.Prefix)
	keys, err := hkdf.Key(sha256.New, secret, nil, info, 32)
	if err != nil {
		return nil, guanxi.At("/secret", fmt.Errorf("%w: %w", ErrSecret, err))
	}
	mac, err := aes.NewCipher(keys[:16])
	if err != nil {
		return nil, guanxi.At("/secret", fmt.Errorf("%w: %w", ErrSecret, err))
	}
	round, err := aes.NewCipher(keys[16:])
	if err != nil {
		return nil, guanxi.At("/secret", fmt.Errorf("%w: %w", ErrSecret, err))
	}
	c := &Codes{cfg: cfg, mac: mac, round: round}
	c.head = min((cfg.Length-1)/2, 7)
	c.tail = cfg.Length - 1 - c.head
	c.serials, c.tags = power(c.head), power(c.tail)
	return c, nil
}

func power(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= radix
	}
	return p
}

// Config returns the form of the series, its length spelt out.
func (c *Codes) Config() CodeConfig { return c.cfg }

// Serials is how many codes the series has: serial numbers are 0 to Serials−1.
func (c *Codes) Serials() uint64 { return c.serials }

// GuessBits is −log₂ of the chance that one guess, without the secret, hits one of
// issued codes: 34.6 for a million codes of length 12. It is 0 for chance 1 and
// infinite for none issued.
func (c *Codes) GuessBits(issued uint64) float64 {
	return max(float64(c.cfg.Length-1)*math.Log2(radix)-math.Log2(float64(min(issued, c.serials))), 0)
}

// Code returns the code of a serial number, or [ErrSerial].
func (c *Codes) Code(serial uint64) (Code, error) {
	if serial >= c.serials {
		return "", c.serialError(serial)
	}
	var buf [maxTyped]byte
	return Code(c.append(buf[:0], serial, new(blocks))), nil
}

// AppendCode appends the characters of a code to dst, for a file for the printer. It
// returns dst as it was, and [ErrSerial], where there is no such serial number.
func (c *Codes) AppendCode(dst []byte, serial uint64) ([]byte, error) {
	if serial >= c.serials {
		return dst, c.serialError(serial)
	}
	return c.append(dst, serial, new(blocks)), nil
}

// AppendCodes appends the codes of n serial numbers from first on to dst, or returns
// dst as it was and [ErrSerial], or [ErrTooMany] beyond ten million at once. All of
// them share one string of memory, and dst grows once: a handful of
// allocations whatever n.
func (c *Codes) AppendCodes(dst []Code, first, n uint64) ([]Code, error) {
	if first > c.serials || n > c.serials-first {
		return dst, c.serialError(max(first, first+n-1))
	}
	size := len(c.cfg.Prefix) + c.cfg.Length
	if n > maxBatch {
		return dst, fmt.Errorf("coupon: %w: %d codes at once, at most %d", ErrTooMany, n, maxBatch)
	}
	text, b := make([]byte, 0, int(n)*size), new(blocks)
	for i := range n {
		text = c.append(text, first+i, b)
	}
	all := string(text)
	if free := cap(dst) - len(dst); uint64(free) < n {
		dst = append(make([]Code, 0, len(dst)+int(n)), dst...)
	}
	for ; all != ""; all = all[size:] {
		dst = append(dst, Code(all[:size]))
	}
	return dst, nil
}

func (c *Codes) serialError(serial uint64) error {
	return fmt.Errorf("%w: %d, the last is %d", ErrSerial, serial, c.serials-1)
}

// append is AppendCode of a serial number that exists.
func (c *Codes) append(dst []byte, serial uint64, b *blocks) []byte {
	start := len(dst)
	left, right := c.encrypt(serial, c.tag(serial, b), b)
	dst = append(dst, c.cfg.Prefix...)
	dst = appendDigits(dst, left, c.head)
	dst = appendDigits(dst, right, c.tail)
	return append(dst, checkChar(dst[start:], len(c.cfg.Prefix)))
}

func appendDigits(dst []byte, v uint64, n int) []byte {
	dst = append(dst, "000000000000"[:n]...)
	for i := range n {
		dst[len(dst)-1-i] = Alphabet[v%radix]
		v /= radix
	}
	return dst
}

// Format writes a code as people read it: in groups of four with hyphens between, the
// prefix a group of its own. Parse reads it back. A code that is not of the series is
// returned as it is.
func (c *Codes) Format(code Code) string {
	s, p := string(code), len(c.cfg.Prefix)
	if len(s) != p+c.cfg.Length {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:p])
	for s = s[p:]; s != ""; {
		if b.Len() > 0 {
			b.WriteByte('-')
		}
		n := min(4, len(s))
		b.WriteString(s[:n])
		s = s[n:]
	}
	return b.String()
}
