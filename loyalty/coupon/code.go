package coupon

import "unicode"

// Code is the code of a coupon: 1 to 64 bytes without white space. [Codes] makes
// them; a host may have codes of its own.
type Code string

// Alphabet has the 31 characters of made codes: digits and capital letters without
// 0, O, 1, I and L.
const Alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

const radix = 31 // a prime: the check below rests on it

// digits is the inverse of Alphabet; 255 is none. It is never written to.
var digits = func() (d [256]byte) {
	for i := range d {
		d[i] = 255
	}
	for i := range len(Alphabet) {
		d[Alphabet[i]] = byte(i)
	}
	return d
}()

// The check character makes Σ 3^i · c_i ≡ p (mod 31), c_0 the check character itself,
// i counted from the right and p the length of the series' prefix: a pure system of the
// kind of ISO 7064 with modulus 31 and radix 3. 3 generates all residues of 31 but 0, so
// that in up to 30 characters no two weights are equal and none is 0. Since 31 is prime,
// found are all
//
//   - substitutions of one character: w(a−b) ≠ 0;
//   - exchanges of any two characters, neighbours or not: (w−v)(a−b) ≠ 0;
//   - neighbouring twins mistyped, aa for bb: (w+3w)(a−b) ≠ 0, and aXa for bXb;
//
// and 30 of 31 of all other errors.
//
// The p keeps series apart. Of two different ones whose codes are equally long, either the
// prefixes are too, and differ, and with them all codes; or they are not, and the sums
// differ, for lengths of 0 to 8 are different residues of 31.
func checkSum(s string) uint32 {
	sum, w := uint32(0), uint32(1)
	for i := len(s) - 1; i >= 0; i-- {
		sum += w * uint32(digits[s[i]])
		w = w * 3 % radix
	}
	return sum % radix
}

// checkChar is the character to be appended to s, which begins with a prefix of so many
// characters.
func checkChar(s []byte, prefix int) byte {
	sum, w := uint32(0), uint32(3)
	for i := len(s) - 1; i >= 0; i-- {
		sum += w * uint32(digits[s[i]])
		w = w * 3 % radix
	}
	return Alphabet[(uint32(prefix)+radix-sum%radix)%radix]
}

// maxTyped bounds what is read of what people type.
const maxTyped = 64

// Normalise returns what someone typed as it would stand in a code: capital letters,
// full-width characters as ASCII, and without white space, dashes of any kind, dots,
// underscores and invisible characters. It does not judge what is left, and cuts it
// off after 64 bytes.
func Normalise(typed string) string {
	var buf [maxTyped]byte
	dst := buf[:0]
	for _, r := range typed {
		switch {
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		case 'a' <= r && r <= 'z':
			r -= 'a' - 'A'
		case 0xFF01 <= r && r <= 0xFF5E: // full-width forms
			if r -= 0xFEE0; 'a' <= r && r <= 'z' {
				r -= 'a' - 'A'
			}
		}
		switch {
		case r == '.', r == '_', r == '·', r == '−', unicode.IsSpace(r), unicode.Is(unicode.Pd, r), unicode.Is(unicode.Cf, r):
			continue
		case r >= 0x80 || len(dst) == maxTyped:
			dst = appendRune(dst, r)
		default:
			dst = append(dst, byte(r))
		}
		if len(dst) >= maxTyped {
			break
		}
	}
	return string(dst)
}

func appendRune(dst []byte, r rune) []byte {
	if s := string(r); len(dst)+len(s) <= maxTyped {
		return append(dst, s...)
	}
	return dst
}
