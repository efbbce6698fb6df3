package segment

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/guanxi-go/guanxi"
)

// segmentField is the name by which JSON speaks of other segments. No field of a
// schema can have it.
const segmentField = "$segment"

// Parse reads a rule in the shape of react-querybuilder: a group of combinator,
// not and rules, whose rules have a field, an operator and a value. See the
// package comment for events. All faults of the document are returned at once,
// each a *guanxi.FieldError around a [*Fault]; of more than a hundred the last
// says guanxi.ErrTooMany.
//
// Accepted as the editors send it: id, path and disabled (which locks a rule in
// the editor and means nothing here); muted, which leaves the rule or the group
// out (a filter of events that is empty or muted as a whole is every event, and a
// rule of which nothing else is left is [ErrEmpty]); the operator beside a match, and the threshold of a mode without one,
// which mean nothing; valueSource "value"; meta of any content where it is not about events;
// numbers and booleans as text; a list as text ("CN,SG") of numbers, dates and
// fields with Meta.NoCommas; any value where the operator needs none. Names
// match in their exact case. Everything else that a rule does not have is a
// fault, [ErrUnsupported] for what react-querybuilder has and this package has
// not: the combinator xor, independent combinators and valueSource "field".
func (s *Schema[T]) Parse(data []byte) (Expr[T], error) {
	r := reader{checker{schema: s.schemaDef}}
	if len(data) > s.limits.JSON {
		r.add("", &Fault{Err: ErrLimit, Detail: fmt.Sprintf("a document of %d bytes, more than %d", len(data), s.limits.JSON)})
		return Expr[T]{}, r.err()
	}
	v, err := parseTree(data)
	if err != nil {
		return Expr[T]{}, err
	}
	e := r.item(&v, "", 0, s.scope())
	if e == nil && len(r.faults) == 0 {
		r.add("", &Fault{Err: ErrEmpty, Detail: "no condition that is not muted"})
	}
	if err := r.err(); err != nil {
		return Expr[T]{}, err
	}
	e.checked = s.schemaDef
	return Expr[T]{e}, nil
}

// reader turns JSON into expressions.
type reader struct{ checker }

var (
	groupKeys = []string{"combinator", "not", "rules", "id", "path", "disabled", "muted", "meta"}
	ruleKeys  = []string{"field", "operator", "value", "valueSource", "match", "meta", "id", "path", "disabled", "muted"}
)

// item reads a rule or a group; nil where it is muted or at fault.
func (r *reader) item(v *jval, at string, depth int, sc scope) *expr {
	if v.kind != '{' {
		if v.kind == '"' && (v.text == "and" || v.text == "or" || v.text == "xor") {
			r.add(at, &Fault{Err: ErrUnsupported, Detail: "independent combinators: a group has one combinator"})
		} else {
			r.add(at, &Fault{Err: ErrRule, Detail: "a rule or a group, not " + v.what()})
		}
		return nil
	}
	if r.flag(v, "muted", at) || !r.node(at) {
		return nil
	}
	r.flag(v, "disabled", at)
	if v.get("rules") != nil || v.get("combinator") != nil {
		return r.group(v, at, depth, sc)
	}
	return r.rule(v, at, depth, sc)
}

// flag reads a member that is true, false or absent.
func (r *reader) flag(v *jval, key, at string) bool {
	m := v.get(key)
	if m == nil || m.kind == 'f' || m.kind == 't' {
		return m != nil && m.kind == 't'
	}
	r.add(at+"/"+key, &Fault{Err: ErrRule, Detail: "true or false, not " + m.what()})
	return false
}

// keys reports members that are not among known.
func (r *reader) keys(v *jval, at string, known []string) {
next:
	for i := range v.kids {
		for _, k := range known {
			if v.kids[i].key == k {
				continue next
			}
		}
		key := v.kids[i].key
		r.add(at+guanxi.Pointer(key), &Fault{Err: ErrKey, Detail: fmt.Sprintf("%.64q", key), Allowed: known, Nearest: nearest(key, known)})
	}
}

// word reads a text member that is one of allowed; "" where it is not.
func (r *reader) word(v *jval, key, at string, why error, allowed []string) string {
	m := v.get(key)
	switch {
	case m == nil:
		r.add(at, &Fault{Err: ErrRule, Detail: "no " + key, Allowed: allowed})
	case m.kind != '"':
		r.add(at+"/"+key, &Fault{Err: ErrRule, Detail: key + " is a text, not " + m.what()})
	default:
		for _, a := range allowed {
			if a == m.text {
				return a
			}
		}
		r.add(at+"/"+key, &Fault{Err: why, Detail: fmt.Sprintf("%.64q", m.text), Allowed: allowed, Nearest: nearest(m.text, allowed)})
	}
	return ""
}

func (r *reader) group(v *jval, at string, depth int, sc scope) *expr {
	if r.deep(at, depth+1) {
		return nil
	}
	e, not := r.head(v, at)
	rules := v.get("rules")
	if rules == nil || rules.kind != '[' {
		r.add(at+"/rules", &Fault{Err: ErrRule, Detail: "a group has a list of rules"})
		return nil
	}
	if len(rules.kids) == 0 {
		r.add(at+"/rules", &Fault{Err: ErrEmpty, Detail: "a group without conditions"})
		return nil
	}
	e.kids = make([]*expr, 0, len(rules.kids))
	for i := range rules.kids {
		if r.full || r.nodes > r.schema.limits.Nodes {
			break
		}
		if k := r.item(&rules.kids[i], at+"/rules/"+strconv.Itoa(i), depth+1, sc); k != nil {
			e.kids = append(e.kids, k)
		}
	}
	switch {
	case len(e.kids) == 0: // all muted, or at fault
		return nil
	case not:
		return &expr{kind: exprNot, kids: []*expr{e}}
	}
	return e
}

// head reads what a group has besides its rules.
func (r *reader) head(v *jval, at string) (e *expr, not bool) {
	r.keys(v, at, groupKeys)
	not = r.flag(v, "not", at)
	e = &expr{kind: exprAll}
	if c := v.get("combinator"); c != nil && c.kind == '"' && c.text == "xor" {
		r.add(at+"/combinator", &Fault{Err: ErrUnsupported, Detail: "xor", Allowed: []string{"and", "or"}})
	} else if r.word(v, "combinator", at, ErrRule, []string{"and", "or"}) == "or" {
		e.kind = exprAny
	}
	return e, not
}

func (r *reader) rule(v *jval, at string, depth int, sc scope) *expr {
	r.keys(v, at, ruleKeys)
	if m := v.get("valueSource"); m != nil && (m.kind != '"' || m.text != "value") {
		r.add(at+"/valueSource", &Fault{Err: ErrUnsupported, Detail: m.what(), Allowed: []string{"value"}})
	}
	name := v.get("field")
	if name == nil || name.kind != '"' {
		r.add(at+"/field", &Fault{Err: ErrRule, Detail: "a rule names a field", Allowed: sc.names})
		return nil
	}
	if name.text == segmentField && sc.refs {
		return r.reference(v, at, sc)
	}
	f := sc.byName[name.text]
	if f == nil {
		r.add(at+"/field", &Fault{Err: ErrField, Detail: fmt.Sprintf("%.64q", name.text), Allowed: sc.names, Nearest: nearest(name.text, sc.names)})
		return nil
	}
	l := &leaf{field: f}
	if f.events != nil {
		return r.events(v, l, at, depth, sc)
	}
	if m := v.get("match"); m != nil {
		r.add(at+"/match", &Fault{Err: ErrOperator, Detail: "match is of events, and " + f.name + " is of type " + string(f.typ)})
		return nil
	}
	if !r.operatorOf(v, l, at) || !r.value(v.get("value"), l, at) {
		return nil
	}
	return &expr{kind: exprLeaf, leaf: l}
}

func (r *reader) reference(v *jval, at string, sc scope) *expr {
	if v.get("match") != nil {
		r.add(at+"/match", &Fault{Err: ErrOperator, Detail: "match is of events, and not of segments"})
	}
	op := r.word(v, "operator", at, ErrOperator, []string{string(opInSegment), string(opNotSegment)})
	id := v.get("value")
	if id == nil || id.kind != '"' {
		r.add(at+"/value", &Fault{Err: ErrReference, Detail: "a segment's id is a text"})
		return nil
	}
	r.ref(id.text, at, sc)
	e := &expr{kind: exprRef, ref: id.text}
	if op == string(opNotSegment) {
		return &expr{kind: exprNot, kids: []*expr{e}}
	}
	return e
}

// operatorOf reads the operator; false where the leaf cannot have it.
func (r *reader) operatorOf(v *jval, l *leaf, at string) bool {
	m := v.get("operator")
	if m == nil || m.kind != '"' {
		r.add(at+"/operator", &Fault{Err: ErrRule, Detail: "a rule has an operator"})
		return false
	}
	l.op = Operator(m.text)
	return r.operator(l, at)
}

// value reads the constants of l; false where there was a fault.
func (r *reader) value(v *jval, l *leaf, at string) bool {
	before := len(r.faults)
	form := l.op.arity()
	switch {
	case form == arityNone:
		return true
	case v == nil:
		r.add(at+"/value", &Fault{Err: ErrValue, Detail: "no value"})
	case form == arityNumber:
		if v.kind == '0' || v.kind == '"' {
			n, err := parseNumber(strings.TrimSpace(v.text), 0)
			if err == nil && n == int64(int32(n)) {
				l.win = Window{int(n), l.op.unit()}
				break
			}
		}
		r.add(at+"/value", &Fault{Err: ErrWindow, Detail: "a whole number, not " + v.what()})
	case form == arityOne || form == arityText:
		l.vals = make([]value, 1)
		if f := r.scalar(v, l, &l.vals[0]); f != nil {
			r.add(at+"/value", f)
		}
	case v.kind == '[':
		if form == arityTwo && len(v.kids) != 2 {
			r.add(at+"/value", &Fault{Err: ErrValue, Detail: fmt.Sprintf("two values, not %d", len(v.kids))})
			break
		}
		if len(v.kids) > r.schema.limits.List {
			r.add(at+"/value", &Fault{Err: ErrLimit, Detail: fmt.Sprintf("%d values, more than %d", len(v.kids), r.schema.limits.List)})
			break
		}
		l.vals = make([]value, len(v.kids))
		for i := range v.kids {
			if f := r.scalar(&v.kids[i], l, &l.vals[i]); f != nil {
				r.add(at+guanxi.Pointer("value", i), f)
			}
		}
	case v.kind == '"':
		r.textList(v, l, at+"/value")
	default:
		r.add(at+"/value", &Fault{Err: ErrValue, Detail: "a list, not " + v.what()})
	}
	if len(r.faults) == before {
		r.constants(l, at, v.kind == '[')
	}
	return len(r.faults) == before
}

// textList reads "CN,SG".
func (r *reader) textList(v *jval, l *leaf, at string) {
	if typ, _ := l.value(); (typ == StringType || typ == TagsType) && !l.source().meta.NoCommas {
		r.add(at, &Fault{Err: ErrValue, Detail: "a list, not a text, for a field whose values may contain commas"})
		return
	}
	parts := strings.Split(v.text, ",")
	if len(parts) > r.schema.limits.List {
		r.add(at, &Fault{Err: ErrLimit, Detail: fmt.Sprintf("%d values, more than %d", len(parts), r.schema.limits.List)})
		return
	}
	for _, part := range parts {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		var one value
		if f := r.scalar(&jval{kind: '"', text: part}, l, &one); f != nil {
			r.add(at, f)
		}
		l.vals = append(l.vals, one)
	}
	if l.op.arity() == arityTwo && len(l.vals) != 2 {
		r.add(at, &Fault{Err: ErrValue, Detail: fmt.Sprintf("two values, not %d", len(l.vals))})
	}
}

// scalar reads one constant.
func (r *reader) scalar(v *jval, l *leaf, out *value) *Fault {
	typ, scale := l.value()
	var want string
	var err error
	switch typ {
	case StringType, TagsType:
		if v.kind == '"' {
			out.s = v.text
			return nil
		}
		want = "a text"
	case IntType, DecimalType:
		if v.kind == '0' || v.kind == '"' {
			if out.i, err = parseNumber(strings.TrimSpace(v.text), scale); err == nil {
				return nil
			}
			if typ == IntType && errors.Is(err, ErrDecimals) {
				err = ErrValue
			}
		}
		want = "a number of at most " + fmt.Sprint(scale) + " decimal places"
		if typ == IntType {
			want = "a whole number"
		}
	case BoolType:
		if v.kind == 't' || v.kind == 'f' || v.kind == '"' && (v.text == "true" || v.text == "false") {
			if v.kind == 't' || v.text == "true" {
				out.i = 1
			}
			return nil
		}
		want = "true or false"
	case InstantType:
		if v.kind == '"' {
			if out.i, err = parseInstant(v.text); err == nil {
				return nil
			}
		}
		want = "an instant with its zone such as 2026-03-15T12:00:00Z, to the microsecond"
	case DateType:
		if v.kind == '"' {
			if d, bad := parseDate(v.text); bad == nil {
				out.i = int64(d)
				return nil
			}
		}
		want = "a date such as 2026-03-15"
	}
	if err == nil {
		err = ErrValue
	}
	return &Fault{Err: err, Detail: want + ", not " + v.what()}
}
