package segment

import (
	"strconv"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Format writes e as JSON that [Schema.Parse] reads back as the same expression,
// compact and with its members in a fixed order. What is wrong with e is
// returned as by [Schema.Compile], except that other segments are not looked at.
func (s *Schema[T]) Format(e Expr[T]) ([]byte, error) {
	c := checker{schema: s.schemaDef}
	c.expr(e.e, "", 0, s.scope(), true)
	if err := c.err(); err != nil {
		return nil, err
	}
	return appendGroup(nil, e.e), nil
}

// MarshalJSON writes the rule as it was written, other segments by their ids;
// the moment is no part of it.
func (r *Rule[T]) MarshalJSON() ([]byte, error) { return appendGroup(nil, r.src), nil }

// appendGroup appends e as a group, whatever it is. nil is an empty group.
func appendGroup(dst []byte, e *expr) []byte {
	if e != nil && !e.isRule() {
		return appendExpr(dst, e)
	}
	dst = append(dst, `{"combinator":"and","rules":[`...)
	if e != nil {
		dst = appendExpr(dst, e)
	}
	return append(dst, `]}`...)
}

func appendExpr(dst []byte, e *expr) []byte {
	switch e.kind {
	case exprLeaf:
		return appendLeaf(dst, e.leaf)
	case exprRef:
		return appendRef(dst, e.ref, opInSegment)
	case exprNot:
		kid := e.kids[0]
		if kid.kind == exprRef {
			return appendRef(dst, kid.ref, opNotSegment)
		}
		kids := []*expr{kid}
		kind := exprAll
		if kid.kind == exprAll || kid.kind == exprAny {
			kind, kids = kid.kind, kid.kids
		}
		return appendKids(dst, kind, true, kids)
	}
	return appendKids(dst, e.kind, false, e.kids)
}

func appendKids(dst []byte, kind exprKind, not bool, kids []*expr) []byte {
	dst = appendHead(dst, kind == exprAny, not)
	for i, k := range kids {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendExpr(dst, k)
	}
	return append(dst, `]}`...)
}

func appendHead(dst []byte, either, not bool) []byte {
	dst = append(dst, `{"combinator":"`...)
	if either {
		dst = append(dst, `or"`...)
	} else {
		dst = append(dst, `and"`...)
	}
	if not {
		dst = append(dst, `,"not":true`...)
	}
	return append(dst, `,"rules":[`...)
}

func appendRef(dst []byte, id string, op Operator) []byte {
	dst = append(dst, `{"field":"`+segmentField+`","operator":"`...)
	dst = append(dst, op...)
	dst = appendQuoted(append(dst, `","value":`...), id)
	return append(dst, '}')
}

func appendLeaf(dst []byte, l *leaf) []byte {
	if l.agg == nil {
		return appendRule(dst, l, nil, nil)
	}
	filter, then := emptyFilter, emptyFilter
	if l.agg.filter != nil {
		filter = string(appendGroup(nil, l.agg.filter))
	}
	if l.agg.then != nil {
		then = string(appendGroup(nil, l.agg.then))
	}
	return appendRule(dst, l, []byte(filter), []byte(then))
}

const emptyFilter = `{"combinator":"and","rules":[]}`

// appendRule appends l, whose filters are written already.
func appendRule(dst []byte, l *leaf, filter, then []byte) []byte {
	dst = appendQuoted(append(dst, `{"field":`...), l.field.name)
	if mode := l.matchMode(); mode != "" {
		dst = append(dst, `,"operator":"=","match":{"mode":"`...)
		dst = append(dst, mode...)
		dst = strconv.AppendInt(append(dst, `","threshold":`...), l.vals[0].i, 10)
		dst = append(append(dst, `},"value":`...), filter...)
		if w := l.agg.win; !w.IsZero() {
			dst = append(appendWindow(append(dst, `,"meta":{`...), w), '}')
		}
		return append(dst, '}')
	}
	dst = appendQuoted(append(dst, `,"operator":`...), string(l.op))
	dst = l.appendConstants(append(dst, `,"value":`...))
	if a := l.agg; a != nil {
		dst = append(dst, `,"meta":{"aggregate":"`...)
		dst = append(append(dst, a.fn.String()...), '"')
		for _, f := range []struct {
			key string
			def *fieldDef
		}{{"of", a.of}, {"by", a.by}} {
			if f.def != nil {
				dst = appendQuoted(append(dst, `,"`+f.key+`":`...), f.def.name)
			}
		}
		if a.fn == aggTop {
			dst = strconv.AppendInt(append(dst, `,"n":`...), int64(a.topN), 10)
		}
		if a.fn == aggSequence {
			dst = appendQuoted(append(dst, `,"within":`...), guanxi.Span{Time: time.Duration(a.gap) * time.Microsecond}.String())
		}
		if !a.win.IsZero() {
			dst = appendWindow(append(dst, ','), a.win)
		}
		if string(filter) != emptyFilter {
			dst = append(append(dst, `,"filter":`...), filter...)
		}
		if string(then) != emptyFilter {
			dst = append(append(dst, `,"then":`...), then...)
		}
		dst = append(dst, '}')
	}
	return append(dst, '}')
}

func appendWindow(dst []byte, w Window) []byte {
	dst = strconv.AppendInt(append(dst, `"window":{"last":`...), int64(w.N), 10)
	return append(appendQuoted(append(dst, `,"unit":`...), string(w.Unit)), '}')
}

func (l *leaf) appendConstants(dst []byte) []byte {
	switch l.op.arity() {
	case arityNone:
		return append(dst, `null`...)
	case arityNumber:
		return strconv.AppendInt(dst, int64(l.win.N), 10)
	case arityOne, arityText:
		return l.appendConstant(dst, 0)
	}
	dst = append(dst, '[')
	for i := range l.vals {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = l.appendConstant(dst, i)
	}
	return append(dst, ']')
}

// maxSafe is the largest whole number that every reader of JSON keeps.
const maxSafe = 1<<53 - 1

func (l *leaf) appendConstant(dst []byte, i int) []byte {
	typ, scale := l.value()
	v := l.vals[i]
	switch {
	case typ == StringType || typ == TagsType:
		return appendQuoted(dst, v.s)
	case typ == BoolType, typ == IntType && -maxSafe <= v.i && v.i <= maxSafe:
		return appendValue(dst, v, typ, scale, 0)
	}
	// Decimals, times and large numbers as text, so that no editor rounds them.
	return append(appendValue(append(dst, '"'), v, typ, scale, l.keep()), '"')
}

// appendQuoted appends s, which is valid UTF-8, as a JSON string.
func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(dst, s[from:]...), '"')
}
