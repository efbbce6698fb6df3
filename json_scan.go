package guanxi

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// cursor is a place in a document: a byte offset and the way there.
type cursor struct {
	data []byte
	i    int
	path []step
}

// step is a member of an object, by its key as quoted in the document, or an
// element of an array.
type step struct {
	key   []byte
	index int
}

func (c *cursor) pointer() string {
	var dst []byte
	for _, s := range c.path {
		if s.key != nil {
			dst = appendToken(dst, unquote(s.key))
		} else {
			dst = strconv.AppendInt(append(dst, '/'), int64(s.index), 10)
		}
	}
	return string(dst)
}

func (c *cursor) push(s step) { c.path = append(c.path, s) }
func (c *cursor) pop()        { c.path = c.path[:len(c.path)-1] }

// peek returns the byte at the cursor, 0 at the end.
func (c *cursor) peek() byte {
	if c.i < len(c.data) {
		return c.data[c.i]
	}
	return 0
}

func (c *cursor) space() {
	for c.i < len(c.data) {
		switch c.data[c.i] {
		case ' ', '\t', '\r', '\n':
			c.i++
		default:
			return
		}
	}
}

// unquote returns the text of a string literal that the scanner accepted.
func unquote(lit []byte) string {
	lit = lit[1 : len(lit)-1]
	i := 0
	for i < len(lit) && lit[i] != '\\' {
		i++
	}
	if i == len(lit) {
		return string(lit)
	}
	dst := append(make([]byte, 0, len(lit)), lit[:i]...)
	for i < len(lit) {
		c := lit[i]
		if i++; c != '\\' {
			dst = append(dst, c)
			continue
		}
		c = lit[i]
		i++
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, _ := hex4(lit[i:])
			if i += 4; utf16.IsSurrogate(r) {
				low, _ := hex4(lit[i+2:])
				r = utf16.DecodeRune(r, low)
				i += 6
			}
			dst = utf8.AppendRune(dst, r)
			continue
		}
		dst = append(dst, c)
	}
	return string(dst)
}

func hex4(s []byte) (r rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for _, c := range s[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// scanner checks that a document is JSON (RFC 8259), nested no deeper than
// maxDepth, so that the decoder need not. It stops at the first fault.
type scanner struct {
	cursor
	fault *FieldError
}

func (s *scanner) document() *FieldError {
	s.space()
	if s.value() {
		if s.space(); s.i < len(s.data) {
			s.fail("data after the document")
		}
	}
	return s.fault
}

// fail always returns false.
func (s *scanner) fail(what string) bool {
	if s.i >= len(s.data) {
		what = "unexpected end"
	}
	s.fault = &FieldError{s.pointer(), fmt.Errorf("%w: %s at byte %d", ErrSyntax, what, s.i)}
	return false
}

func (s *scanner) value() bool {
	switch c := s.peek(); {
	case c == '{':
		return s.container('}', s.member)
	case c == '[':
		return s.container(']', s.element)
	case c == '"':
		return s.str()
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	}
	return s.fail("a value is missing")
}

func (s *scanner) word(w string) bool {
	for k := range len(w) {
		if s.peek() != w[k] {
			return s.fail("a value is missing")
		}
		s.i++
	}
	return true
}

func (s *scanner) container(end byte, item func(n int) bool) bool {
	if len(s.path) >= maxDepth {
		s.fault = &FieldError{s.pointer(), ErrDepth}
		return false
	}
	s.i++
	if s.space(); s.peek() == end {
		s.i++
		return true
	}
	for n := 0; ; n++ {
		if !item(n) {
			return false
		}
		switch s.space(); s.peek() {
		case ',':
			s.i++
			s.space()
		case end:
			s.i++
			return true
		default:
			return s.fail(`"," or "` + string(end) + `" is missing`)
		}
	}
}

func (s *scanner) element(n int) bool {
	s.push(step{index: n})
	if !s.value() {
		return false
	}
	s.pop()
	return true
}

func (s *scanner) member(int) bool {
	if s.peek() != '"' {
		return s.fail("a key in quotes is missing")
	}
	start := s.i
	if !s.str() {
		return false
	}
	s.push(step{key: s.data[start:s.i]})
	if s.space(); s.peek() != ':' {
		return s.fail(`":" is missing`)
	}
	s.i++
	s.space()
	if !s.value() {
		return false
	}
	s.pop()
	return true
}

func (s *scanner) number() bool {
	if s.peek() == '-' {
		s.i++
	}
	if s.peek() == '0' {
		s.i++
	} else if !s.digits() {
		return false
	}
	if s.peek() == '.' {
		s.i++
		if !s.digits() {
			return false
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.i++
		if c = s.peek(); c == '+' || c == '-' {
			s.i++
		}
		return s.digits()
	}
	return true
}

func (s *scanner) digits() bool {
	start := s.i
	for c := s.peek(); '0' <= c && c <= '9'; c = s.peek() {
		s.i++
	}
	return s.i > start || s.fail("a digit is missing")
}

func (s *scanner) str() bool {
	s.i++
	for s.i < len(s.data) {
		switch c := s.data[s.i]; {
		case c == '"':
			s.i++
			return true
		case c == '\\':
			if !s.escape() {
				return false
			}
		case c < 0x20:
			return s.fail("a control character in a string")
		case c < utf8.RuneSelf:
			s.i++
		default:
			r, size := utf8.DecodeRune(s.data[s.i:])
			if r == utf8.RuneError && size == 1 {
				return s.fail("invalid UTF-8")
			}
			s.i += size
		}
	}
	return s.fail("")
}

func (s *scanner) escape() bool {
	rest := s.data[s.i+1:]
	if len(rest) == 0 {
		s.i++
		return s.fail("")
	}
	switch rest[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.i += 2
		return true
	case 'u':
		r, ok := hex4(rest[1:])
		switch {
		case !ok:
			return s.fail("an escape without four hexadecimal digits")
		case !utf16.IsSurrogate(r):
			s.i += 6
			return true
		case len(rest) >= 11 && rest[5] == '\\' && rest[6] == 'u':
			if low, ok := hex4(rest[7:]); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
				s.i += 12
				return true
			}
		}
		return s.fail("an unpaired surrogate")
	}
	return s.fail("an unknown escape")
}
