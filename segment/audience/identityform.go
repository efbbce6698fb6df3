package audience

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
)

const (
	maxIdentifier = 256 // bytes of any identifier
	maxEmail      = 254 // RFC 5321, of an address without its brackets
	maxPhone      = 15  // digits, ITU-T E.164
)

// Normalise brings an identifier to the one form in which it is compared, so that
// a host may hash it and use ExactForm from then on. In every form spaces around
// the value are dropped. In every form but exact, fullwidth letters, digits and
// signs (０ ＠ －) become ASCII, and marks of no width are dropped:
//
//   - phone: digits after a plus, as E.164 has them: +8613800138000. Spaces,
//     hyphens, dots and brackets are dropped. "+" and "00" say that a country code
//     follows; any other number is in the default country, without its trunk
//     prefix. With code 86 also 8613800138000 is +8613800138000, and a number that
//     begins with 1 must be of 11 digits, the second 3 to 9, unless it is one of
//     Beijing, 10. A number with an extension or letters is none, nor is one of the
//     same digit nearly throughout.
//   - email: lower case as a whole. Nothing else is touched: neither dots nor what
//     follows a plus.
//   - card: letters and digits of any script, in upper case, leading zeros kept;
//     spaces, hyphens and dots are dropped.
//   - token: case counts.
//   - exact: any UTF-8 of up to 256 bytes; nothing is touched but spaces around it.
//
// A value that is nothing of the kind, is empty or is too long is ErrIdentifier;
// a kind without a rule ErrIdentifierKind. Characters are not composed: "é" in two
// forms of Unicode is two. Normalise is idempotent.
func (m *IdentityRules[K]) Normalise(id Identifier) (Identifier, error) {
	rank, ok := m.rank[id.Kind]
	if !ok {
		return Identifier{}, wrap(guanxi.At("/kind", unknownKind(id.Kind)))
	}
	v, err := m.phones.normalize(m.rules[rank].Form, id.Value)
	if err != nil {
		return Identifier{}, wrap(guanxi.At("/value", err))
	}
	return Identifier{id.Kind, v}, nil
}

func unknownKind(k IdentifierKind) error { return fmt.Errorf("%w: %.64q", ErrIdentifierKind, k) }

// phones is what phone numbers without a country code are.
type phones struct{ code, trunk string }

// refuse is a fault that does not repeat the value, which is personal.
func refuse(what string) error { return fmt.Errorf("%w: %s", ErrIdentifier, what) }

func (p phones) normalize(form IdentifierForm, s string) (string, error) {
	if len(s) > maxIdentifier {
		return "", refuse("longer than 256 bytes")
	}
	if !utf8.ValidString(s) {
		return "", refuse("not UTF-8")
	}
	s = strings.TrimSpace(s)
	if form != ExactForm {
		s = strings.TrimSpace(strings.Map(halfWidth, s))
	}
	if s == "" {
		return "", refuse("empty")
	}
	switch form {
	case PhoneForm:
		return p.phone(s)
	case EmailForm:
		return email(s)
	case CardForm:
		return card(s)
	case TokenForm:
		for i := range len(s) {
			if c := s[i]; !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') && c != '_' && c != '-' {
				return "", refuse("a sign other than A–Z a–z 0–9 _ -")
			}
		}
		return s, nil
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return "", refuse("a control character")
		}
	}
	return s, nil
}

// halfWidth turns the fullwidth forms of ASCII and the ideographic space into
// ASCII, and drops marks of no width, which come with what is copied.
func halfWidth(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '\u3000':
		return ' '
	case r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r == '\u2060', r == '\ufeff':
		return -1
	}
	return r
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// isFiller reports whether people put r between the parts of a number.
func isFiller(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune("()[].\u2212", r)
}

func (p phones) phone(s string) (string, error) {
	var room [2*maxPhone + 1]byte
	digits := room[:0]
	plus := false
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			if len(digits) == 2*maxPhone {
				return "", refuse("more than 15 digits")
			}
			digits = append(digits, byte(r))
		case r == '+' && !plus && len(digits) == 0:
			plus = true
		case !isFiller(r):
			return "", refuse("a sign that no phone number has")
		}
	}
	n := string(digits)
	if !plus && strings.HasPrefix(n, "00") {
		n, plus = n[2:], true
	}
	switch {
	case plus && p.trunk == "0" && strings.HasPrefix(n, p.code): // +86 (0)10
		n = p.code + strings.TrimLeft(n[len(p.code):], "0")
	case plus:
	case p.code == "86" && strings.HasPrefix(n, "86") && chinaMobile(n[2:]):
	default:
		n = p.code + strings.TrimPrefix(n, p.trunk)
	}
	switch {
	case len(n) > maxPhone:
		return "", refuse("more than 15 digits")
	case len(n) < 8:
		return "", refuse("too few digits")
	case n[0] == '0':
		return "", refuse("no country code begins with 0")
	case strings.HasPrefix(n, "861") && !chinaMobile(n[2:]) && !(len(n) == 12 && n[3] == '0'):
		return "", refuse("a Chinese mobile number has 11 digits, the second 3 to 9")
	case strings.Count(n, n[len(n)-1:]) >= len(n)-2:
		return "", refuse("one digit again and again")
	case s[0] == '+' && s[1:] == n:
		return s, nil
	}
	return "+" + n, nil
}

// chinaMobile reports whether n is a mobile number of China without its code.
func chinaMobile(n string) bool { return len(n) == 11 && n[0] == '1' && n[1] >= '3' }

func email(s string) (string, error) {
	s = strings.ToLower(s)
	local, domain, ok := strings.Cut(s, "@")
	switch {
	case !ok || local == "" || strings.Contains(domain, "@"):
		return "", refuse("an address has one @")
	case len(s) > maxEmail:
		return "", refuse("longer than 254 bytes")
	case domain == "" || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, "..") || !strings.Contains(domain, "."):
		return "", refuse("the domain is not complete")
	}
	for _, r := range s {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) || strings.ContainsRune(`<>,;:"()[]\`, r) {
			return "", refuse("a sign that no address has")
		}
	}
	return s, nil
}

func card(s string) (string, error) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			b.WriteRune(unicode.ToUpper(r))
		case unicode.IsSpace(r) || r == '-' || r == '.':
		default:
			return "", refuse("a sign that no card number has")
		}
	}
	if b.Len() == 0 || b.Len() > maxIdentifier {
		return "", refuse("no letters and digits, or too many")
	}
	return b.String(), nil
}
