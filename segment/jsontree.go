package segment

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
)

// jval is a JSON value. kind is its first byte: { [ " t f n, and 0 for numbers.
type jval struct {
	kind byte
	key  string // of a member of an object
	text string // of a string: what it says; of a number: as written
	kids []jval
}

// maxNesting is how deep a document may nest whatever the limits say: twice
// HardDepth, and what a rule itself has.
const maxNesting = 2*HardDepth + 12

// get returns the member of that name, nil where there is none.
func (v *jval) get(key string) *jval {
	for i := range v.kids {
		if v.kids[i].key == key {
			return &v.kids[i]
		}
	}
	return nil
}

// what names the kind of v, for an error.
func (v *jval) what() string {
	switch v.kind {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return fmt.Sprintf("the text %.64q", v.text)
	case '0':
		return "the number " + clip(v.text)
	case 'n':
		return "null"
	case 't':
		return "true"
	}
	return "false"
}

// parseTree reads a document. Its faults, all of them ErrSyntax, ErrDuplicate or
// ErrLimit, have their pointers.
func parseTree(data []byte) (jval, error) {
	p := treeParser{in: string(data)}
	var v jval
	p.space()
	if utf8.ValidString(p.in) && p.value(&v, 1) {
		if p.space(); p.i == len(p.in) {
			return v, nil
		}
	}
	// The slow way, for the pointer and for all duplicates.
	var discard any
	var errs []error
	for fe := range guanxi.Faults(guanxi.UnmarshalStrict(data, &discard)) {
		f := &Fault{Err: ErrSyntax, Detail: strings.TrimPrefix(fe.Err.Error(), guanxi.ErrSyntax.Error()+": ")}
		switch {
		case errors.Is(fe.Err, guanxi.ErrDuplicateKey):
			f.Err, f.Detail = ErrDuplicate, ""
		case errors.Is(fe.Err, guanxi.ErrDepth):
			f.Err = ErrLimit
		case !errors.Is(fe.Err, guanxi.ErrSyntax) && !errors.Is(fe.Err, guanxi.ErrTooMany):
			continue
		}
		errs = append(errs, &guanxi.FieldError{Pointer: fe.Pointer, Err: f})
	}
	if len(errs) == 0 {
		errs = append(errs, &guanxi.FieldError{Err: &Fault{Err: ErrSyntax, Detail: fmt.Sprintf("at byte %d", p.i)}})
	}
	return jval{}, errors.Join(errs...)
}

// treeParser reads RFC 8259; each method is false at the first fault.
type treeParser struct {
	in string
	i  int
}

func (p *treeParser) space() {
	for p.i < len(p.in) {
		switch p.in[p.i] {
		case ' ', '\t', '\r', '\n':
			p.i++
		default:
			return
		}
	}
}

func (p *treeParser) value(v *jval, depth int) bool {
	if p.i == len(p.in) || depth > maxNesting {
		return false
	}
	c := p.in[p.i]
	switch c {
	case '{', '[':
		v.kind = c
		return p.members(v, depth)
	case '"':
		v.kind = c
		var ok bool
		v.text, ok = p.quoted()
		return ok
	case 't':
		v.kind = c
		return p.word("true")
	case 'f':
		v.kind = c
		return p.word("false")
	case 'n':
		v.kind = c
		return p.word("null")
	}
	from := p.i
	for p.i < len(p.in) && strings.IndexByte("+-.0123456789Ee", p.in[p.i]) >= 0 {
		p.i++
	}
	v.kind, v.text = '0', p.in[from:p.i]
	return isNumber(v.text)
}

func (p *treeParser) word(w string) bool {
	ok := strings.HasPrefix(p.in[p.i:], w)
	p.i += len(w)
	return ok
}

func (p *treeParser) members(v *jval, depth int) bool {
	end := v.kind + 2 // of ASCII: ] after [ and } after {
	p.i++
	p.space()
	if p.i < len(p.in) && p.in[p.i] == end {
		p.i++
		return true
	}
	for {
		if v.kids == nil {
			v.kids = make([]jval, 0, 6)
		}
		v.kids = append(v.kids, jval{})
		kid := &v.kids[len(v.kids)-1]
		if v.kind == '{' {
			if p.i == len(p.in) || p.in[p.i] != '"' {
				return false
			}
			var ok bool
			if kid.key, ok = p.quoted(); !ok {
				return false
			}
			p.space()
			if p.i == len(p.in) || p.in[p.i] != ':' {
				return false
			}
			p.i++
			p.space()
		}
		if !p.value(kid, depth+1) {
			return false
		}
		p.space()
		if p.i == len(p.in) {
			return false
		}
		switch p.in[p.i] {
		case ',':
			p.i++
			p.space()
		case end:
			p.i++
			return v.kind == '[' || distinct(v.kids)
		default:
			return false
		}
	}
}

// distinct reports whether no key comes twice.
func distinct(kids []jval) bool {
	if len(kids) > 16 {
		seen := make(map[string]struct{}, len(kids))
		for i := range kids {
			seen[kids[i].key] = struct{}{}
		}
		return len(seen) == len(kids)
	}
	for i := range kids {
		for j := range i {
			if kids[i].key == kids[j].key {
				return false
			}
		}
	}
	return true
}

// quoted reads a string literal.
func (p *treeParser) quoted() (string, bool) {
	p.i++
	from := p.i
	for p.i < len(p.in) {
		switch c := p.in[p.i]; {
		case c == '"':
			p.i++
			return p.in[from : p.i-1], true
		case c == '\\':
			return p.escaped(from)
		case c < ' ':
			return "", false
		}
		p.i++
	}
	return "", false
}

func (p *treeParser) escaped(from int) (string, bool) {
	var b strings.Builder
	b.WriteString(p.in[from:p.i])
	for p.i < len(p.in) {
		c := p.in[p.i]
		p.i++
		switch {
		case c == '"':
			return b.String(), true
		case c < ' ':
			return "", false
		case c != '\\':
			b.WriteByte(c)
			continue
		case p.i == len(p.in):
			return "", false
		}
		c = p.in[p.i]
		p.i++
		if c == 'u' {
			r, ok := p.unicode()
			if !ok {
				return "", false
			}
			b.WriteRune(r)
			continue
		}
		const from, to = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
		i := strings.IndexByte(from, c)
		if i < 0 {
			return "", false
		}
		b.WriteByte(to[i])
	}
	return "", false
}

// unicode reads what follows \u; a surrogate needs its pair.
func (p *treeParser) unicode() (rune, bool) {
	r, ok := p.hex()
	if !ok || !utf16.IsSurrogate(r) {
		return r, ok
	}
	if !strings.HasPrefix(p.in[p.i:], `\u`) {
		return 0, false
	}
	p.i += 2
	low, ok := p.hex()
	r = utf16.DecodeRune(r, low)
	return r, ok && r != utf8.RuneError
}

func (p *treeParser) hex() (rune, bool) {
	if len(p.in)-p.i < 4 {
		return 0, false
	}
	var r rune
	for range 4 {
		c := p.in[p.i]
		p.i++
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
