package segment

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
)

// maxFaults is how many faults of one rule are listed.
const maxFaults = 100

// maxTop is the largest n of a preference.
const maxTop = 100

// checker collects the faults of one rule and counts what the limits bound.
type checker struct {
	schema *schemaDef
	faults []error
	full   bool
	nodes  int
}

// add reports f at pointer.
func (c *checker) add(pointer string, f *Fault) {
	if f == nil || c.full {
		return
	}
	if len(c.faults) == maxFaults {
		c.full = true
		c.faults = append(c.faults, guanxi.At("", guanxi.ErrTooMany))
		return
	}
	c.faults = append(c.faults, &guanxi.FieldError{Pointer: pointer, Err: f})
}

func (c *checker) err() error { return errors.Join(c.faults...) }

// node counts one more group or condition; false once there are too many, which
// is reported once.
func (c *checker) node(pointer string) bool {
	c.nodes++
	if c.nodes == c.schema.limits.Nodes+1 {
		c.add(pointer, &Fault{Err: ErrLimit, Detail: fmt.Sprintf("more than %d groups and conditions", c.schema.limits.Nodes)})
	}
	return c.nodes <= c.schema.limits.Nodes
}

// deep reports whether depth, of a group, is beyond the limit, and says so.
func (c *checker) deep(pointer string, depth int) bool {
	if depth <= c.schema.limits.Depth {
		return false
	}
	c.add(pointer, &Fault{Err: ErrLimit, Detail: fmt.Sprintf("nested more than %d deep", c.schema.limits.Depth)})
	return true
}

// scope is the fields that an expression may speak of: the customer's, or those
// of an event.
type scope struct {
	byName map[string]*fieldDef
	names  []string
	refs   bool // whether other segments may be spoken of
}

func (s *schemaDef) scope() scope { return scope{s.byName, s.names, true} }

func (f *fieldDef) scope() scope {
	names := make([]string, len(f.events.fields))
	for i, e := range f.events.fields {
		names[i] = e.name
	}
	return scope{f.events.byName, names, false}
}

// expr checks what the builder made. Pointers are those of its JSON form.
// wrapped says that e stands where a group must: what is none is written as the
// one rule of a group.
func (c *checker) expr(e *expr, pointer string, depth int, sc scope, wrapped bool) {
	if e == nil {
		c.add(pointer, &Fault{Err: ErrEmpty, Detail: "no condition"})
		return
	}
	if wrapped && e.isRule() {
		pointer += "/rules/0"
	}
	if !e.joined() && !c.node(pointer) {
		return
	}
	c.add(pointer, e.fault)
	switch e.kind {
	case exprLeaf:
		if e.fault == nil {
			c.leaf(e.leaf, pointer, depth, sc, true)
		}
	case exprRef:
		c.ref(e.ref, pointer, sc)
	case exprNot:
		kid := e.kids[0]
		switch {
		case kid == nil || kid.kind == exprAll || kid.kind == exprAny || kid.kind == exprRef:
			c.expr(kid, pointer, depth, sc, false)
		case !c.deep(pointer, depth+1):
			c.expr(kid, pointer+"/rules/0", depth+1, sc, false)
		}
	default:
		if c.deep(pointer, depth+1) {
			return
		}
		if len(e.kids) == 0 {
			c.add(pointer+"/rules", &Fault{Err: ErrEmpty, Detail: "a group without conditions"})
		}
		for i, k := range e.kids {
			c.expr(k, pointer+guanxi.Pointer("rules", i), depth+1, sc, false)
		}
	}
}

// joined reports whether e is a NOT that is written as part of what it is of, and
// so is no node of its own.
func (e *expr) joined() bool {
	if e.kind != exprNot || e.kids[0] == nil {
		return false
	}
	kind := e.kids[0].kind
	return kind == exprAll || kind == exprAny || kind == exprRef
}

// isRule reports whether e is written as a rule, not as a group.
func (e *expr) isRule() bool {
	return e.kind == exprLeaf || e.kind == exprRef || e.kind == exprNot && e.kids[0] != nil && e.kids[0].kind == exprRef
}

func (c *checker) ref(id, pointer string, sc scope) {
	if !sc.refs {
		c.add(pointer, &Fault{Err: ErrReference, Detail: "a filter of events refers to no segment"})
		return
	}
	if id == "" || len(id) > c.schema.limits.String || !utf8.ValidString(id) || strings.IndexByte(id, 0) >= 0 {
		c.add(pointer+"/value", &Fault{Err: ErrReference, Detail: fmt.Sprintf("%.64q is no id", id)})
	}
}

// leaf checks one comparison. lists says that a list's faults stand at its
// elements.
func (c *checker) leaf(l *leaf, pointer string, depth int, sc scope, lists bool) {
	if l.field == nil || sc.byName[l.field.name] != l.field {
		name := ""
		if l.field != nil {
			name = l.field.name
		}
		c.add(pointer+"/field", &Fault{Err: ErrField, Detail: fmt.Sprintf("%.80q is not a field of this schema", name), Allowed: sc.names, Nearest: nearest(name, sc.names)})
		return
	}
	if l.agg != nil && !c.aggregate(l, pointer, depth) {
		return
	}
	if !c.operator(l, pointer) {
		return
	}
	c.constants(l, pointer, lists)
}

func (c *checker) operator(l *leaf, pointer string) bool {
	ops, missing := l.allowed()
	if slices.Contains(ops, l.op) || missing && (l.op == opNull || l.op == opNotNull) {
		return true
	}
	names := make([]string, 0, len(ops)+2)
	for _, o := range ops {
		names = append(names, string(o))
	}
	if missing {
		names = append(names, string(opNull), string(opNotNull))
	}
	c.add(pointer+"/operator", &Fault{Err: ErrOperator, Detail: fmt.Sprintf("%.64q of %s", string(l.op), l.what()), Allowed: names, Nearest: nearest(string(l.op), names)})
	return false
}

// what names what is compared, for an error.
func (l *leaf) what() string {
	typ, _ := l.value()
	if l.agg == nil {
		return l.field.name + ", of type " + string(typ)
	}
	return l.agg.fn.String() + " of " + l.field.name + ", of type " + string(typ)
}

func (c *checker) constants(l *leaf, pointer string, lists bool) {
	lim := c.schema.limits
	// Places are put together only where there is a fault.
	fault := func(f *Fault) { c.add(pointer+l.valuePath(), f) }
	switch form := l.op.arity(); form {
	case arityNumber:
		if l.op == opAnniv || l.op == opNotAnniv {
			if l.win.N < 1 || l.win.N > maxAnniversary {
				fault(&Fault{Err: ErrWindow, Detail: fmt.Sprintf("%d is not in 1 to %d days", l.win.N, maxAnniversary)})
			}
			return
		}
		if f := l.win.check(lim.WindowYears); f != nil {
			fault(f)
		}
		return
	case arityMany:
		if len(l.vals) == 0 {
			fault(&Fault{Err: ErrEmpty, Detail: "an empty list"})
		}
		if len(l.vals) > lim.List {
			fault(&Fault{Err: ErrLimit, Detail: fmt.Sprintf("%d values, more than %d", len(l.vals), lim.List)})
			return
		}
	case arityTwo:
		if len(l.vals) == 2 && l.vals[0].i > l.vals[1].i {
			fault(&Fault{Err: ErrReversed, Detail: l.text(0) + " to " + l.text(1)})
		}
	case arityText:
		if len(l.vals) == 1 && l.vals[0].s == "" {
			fault(&Fault{Err: ErrEmpty, Detail: "a text of no letters"})
		}
	}
	if l.agg != nil && (l.agg.fn == aggSum || l.agg.fn == aggAvg) {
		// A sum may lie beyond 64 bits, where the ends of their range stand for none.
		for _, v := range l.vals {
			if !sumConstant(v.i) {
				fault(&Fault{Err: ErrRange, Detail: "too large to compare a sum with"})
			}
		}
	}
	if typ, _ := l.value(); typ != StringType && typ != TagsType {
		return
	}
	for i, v := range l.vals {
		var f *Fault
		switch {
		case len(v.s) > lim.String:
			f = &Fault{Err: ErrLimit, Detail: fmt.Sprintf("a text of %d bytes, more than %d", len(v.s), lim.String)}
		case !utf8.ValidString(v.s):
			f = &Fault{Err: ErrValue, Detail: "invalid UTF-8"}
		case strings.IndexByte(v.s, 0) >= 0:
			f = &Fault{Err: ErrValue, Detail: "a text with a zero byte"}
		}
		switch {
		case f == nil:
		case lists && l.op.arity() == arityMany:
			c.add(pointer+l.valuePath()+guanxi.Pointer(i), f)
		default:
			fault(f)
		}
	}
}

// sumConstant reports whether a sum may be compared with v.
func sumConstant(v int64) bool { return noLow+1 < v && v < noHigh-1 }

// valuePath is where the constant of a leaf stands below it in JSON.
func (l *leaf) valuePath() string {
	if l.matchMode() != "" {
		return "/match/threshold"
	}
	return "/value"
}

func (l *leaf) filterPath() string {
	if l.matchMode() != "" {
		return "/value"
	}
	return "/meta/filter"
}

// matchMode is how the leaf is written as a match of react-querybuilder: a count
// that is at least, at most or exactly n; "" for every other.
func (l *leaf) matchMode() string {
	if l.agg == nil || l.agg.fn != aggCount {
		return ""
	}
	switch l.op {
	case opMoreEqual:
		return "atLeast"
	case opLessEqual:
		return "atMost"
	case opEqual:
		return "exactly"
	}
	return ""
}

// aggregate reports whether the leaf's aggregate is sound enough to look at what
// it is compared with.
func (c *checker) aggregate(l *leaf, pointer string, depth int) bool {
	a, meta := l.agg, pointer+"/meta"
	c.add(meta+"/within", a.fault)
	if !a.win.IsZero() {
		c.add(meta+"/window", a.win.check(c.schema.limits.WindowYears))
	}
	if a.fn == aggSequence {
		if most := int64(c.schema.limits.WindowYears) * 366 * dayMicros; a.fault == nil && (a.gap > most || a.gap < 1) {
			c.add(meta+"/within", &Fault{Err: ErrWindow, Detail: fmt.Sprintf("more than %d years, or not positive", c.schema.limits.WindowYears)})
		}
	}
	if a.fn == aggTop && (a.topN < 1 || a.topN > maxTop) {
		c.add(meta+"/n", &Fault{Err: ErrValue, Detail: fmt.Sprintf("%d is not in 1 to %d", a.topN, maxTop)})
	}
	sc := l.field.scope()
	ok := true
	for _, f := range []struct {
		def  *fieldDef
		at   string
		want []Type
	}{
		{a.of, "/of", a.fn.types()},
		{a.by, "/by", []Type{IntType, DecimalType}},
	} {
		if f.def == nil {
			if f.at == "/of" && f.want != nil {
				c.add(meta+f.at, &Fault{Err: ErrField, Detail: a.fn.String() + " needs a field of the event", Allowed: sc.names})
				ok = false
			}
			continue
		}
		if sc.byName[f.def.name] != f.def {
			c.add(meta+f.at, &Fault{Err: ErrField, Detail: fmt.Sprintf("%.80q is not a field of %s", f.def.name, l.field.name), Allowed: sc.names, Nearest: nearest(f.def.name, sc.names)})
			ok = false
		} else if !slices.Contains(f.want, f.def.typ) {
			c.add(meta+f.at, &Fault{Err: ErrField, Detail: fmt.Sprintf("%s of %s, which is of type %s", a.fn, f.def.name, f.def.typ)})
			ok = false
		}
	}
	if a.filter != nil {
		c.expr(a.filter, pointer+l.filterPath(), depth, sc, true)
	}
	if a.then != nil {
		c.expr(a.then, meta+"/then", depth, sc, true)
	}
	return ok
}

// types returns the types of the field that fn is of; nil where it has none.
func (fn aggFn) types() []Type {
	switch fn {
	case aggSum, aggAvg:
		return []Type{IntType, DecimalType}
	case aggMin, aggMax:
		return []Type{IntType, DecimalType, InstantType, DateType}
	case aggFirst, aggLast:
		return []Type{StringType, IntType, DecimalType, BoolType, InstantType, DateType}
	case aggTop:
		return []Type{StringType}
	}
	return nil
}

var aggNames = [...]string{
	aggCount: "count", aggDays: "distinctDays", aggSum: "sum", aggAvg: "avg", aggMin: "min", aggMax: "max",
	aggFirst: "first", aggLast: "last", aggTop: "top", aggSequence: "sequence",
}

// String returns the name in JSON.
func (fn aggFn) String() string { return aggNames[fn] }
