package segment

import (
	"slices"

	"github.com/guanxi-go/guanxi"
)

// extent is what is known of a bound tree without looking at a customer.
func (e *emitter) extent(n *node) Extent {
	if n.kind == nodeLeaf {
		x := e.known(n.atom)
		switch {
		case x == SelectsSome || !n.neg:
			return x
		case x == SelectsAll:
			return SelectsNone
		}
		return SelectsAll
	}
	// One kid of the strong kind decides; all of the other kind do.
	strong, weak := SelectsNone, SelectsAll
	if n.kind == nodeAny {
		strong, weak = weak, strong
	}
	out := weak
	for _, k := range n.kids {
		switch e.extent(k) {
		case strong:
			return strong
		case SelectsSome:
			out = SelectsSome
		}
	}
	return out
}

// known is what is known of an atom.
func (e *emitter) known(a *atom) Extent {
	if a.agg != nil {
		if x, ok := e.knownEvents(a); ok {
			return x
		}
	}
	switch a.op {
	case atomRange:
		if a.lo > a.hi {
			return SelectsNone
		}
		if lo, hi, ok := e.span(a); ok && (a.hi < lo || a.lo > hi) {
			e.warn(WarnYears)
			return SelectsNone
		}
	case atomIn:
		if lo, hi, ok := e.span(a); ok && !slices.ContainsFunc(a.ints, func(v int64) bool { return lo <= v && v <= hi }) {
			e.warn(WarnYears)
			return SelectsNone
		}
	}
	return SelectsSome
}

// knownEvents is what is known of an aggregate; false: as of any value.
func (e *emitter) knownEvents(a *atom) (Extent, bool) {
	g := a.agg
	when := &atom{field: a.field.events.at, op: atomRange, lo: g.from, hi: g.to - 1}
	nobody := e.known(when) == SelectsNone || g.filter != nil && e.extent(g.filter) == SelectsNone ||
		g.fn == aggSequence && g.then != nil && e.extent(g.then) == SelectsNone
	switch {
	case nobody && !g.fn.canMiss() && g.fn != aggSequence && a.holdsZero():
		return SelectsAll, true
	case nobody:
		return SelectsNone, true
	case g.fn == aggSequence || g.fn == aggTop:
		return SelectsSome, true
	case g.fn == aggCount || g.fn == aggDays:
		switch {
		case a.op == atomRange && a.lo <= 0 && a.hi == noHigh:
			return SelectsAll, true
		case a.op == atomRange && a.hi < 0, a.op == atomIn && a.ints[len(a.ints)-1] < 0:
			return SelectsNone, true
		}
	case g.fn == aggSum && a.op == atomRange && a.lo == noLow && a.hi == noHigh:
		return SelectsAll, true
	}
	return "", false
}

// holdsZero is the atom's answer to a count or sum of no events.
func (a *atom) holdsZero() bool { return a.holds(aggregated{ok: true}) }

// span is what a column of the atom's type can hold, where that is less than
// the constants of a rule may be.
func (e *emitter) span(a *atom) (lo, hi int64, ok bool) {
	f := a.field
	if a.agg != nil {
		f = a.agg.of
	}
	switch typ := a.valueType(); {
	case a.op == atomAnniversary, f == nil, e.encoding(f) != Native:
		return 0, 0, false
	case typ == InstantType && e.d == ClickHouse:
		return int64(minDate32) * dayMicros, int64(maxDate32+1)*dayMicros - 1, true
	case typ == InstantType:
		return minMicro, maxMicro - 1, true
	case typ == DateType && e.d == ClickHouse:
		return int64(minDate32), int64(maxDate32), true
	case typ == DateType:
		return int64(minDate), int64(maxDate), true
	}
	return 0, 0, false
}

// The days of ClickHouse's Date32 and DateTime64.
const (
	minDate32 = Date(-25567) // 1900-01-01
	maxDate32 = Date(120529) // 2299-12-31
)

// node writes the condition of a tree over sc. Where it is false it may be
// UNKNOWN; its leaves' complements are exact.
func (e *emitter) node(n *node, sc relation) {
	switch e.extent(n) {
	case SelectsNone:
		e.text("1 = 0")
		return
	case SelectsAll:
		e.text("1 = 1")
		return
	}
	if n.kind == nodeLeaf {
		e.leaf(n, sc)
		return
	}
	kids := e.some(n)
	op := " AND "
	if n.kind == nodeAny {
		op = " OR "
	}
	e.join(len(kids), op, func(i int) { e.node(kids[i], sc) })
}

// some is the kids of a group that are not known already.
func (e *emitter) some(n *node) []*node {
	kids := make([]*node, 0, len(n.kids))
	for _, k := range n.kids {
		if e.extent(k) == SelectsSome {
			kids = append(kids, k)
		}
	}
	return kids
}

// wide is how many conditions stand beside each other. More are grouped, so that
// the engine's tree of them is not deep: SQLite refuses 1,000 levels.
const wide = 50

// join writes n conditions joined by op, in parentheses if there are several.
func (e *emitter) join(n int, op string, item func(i int)) {
	e.joinRange(0, n, op, item)
}

func (e *emitter) joinRange(from, to int, op string, item func(i int)) {
	if e.over() {
		return
	}
	if to-from == 1 {
		item(from)
		return
	}
	e.text("(")
	if to-from > wide {
		mid := (from + to) / 2
		e.joinRange(from, mid, op, item)
		e.text(op)
		e.joinRange(mid, to, op, item)
	} else {
		for i := from; i < to && !e.over(); i++ {
			if i > from {
				e.text(op)
			}
			item(i)
		}
	}
	e.text(")")
}

// leaf writes an attribute's condition or its complement.
func (e *emitter) leaf(n *node, sc relation) {
	a := n.atom
	f := a.field
	switch f.typ {
	case EventsType:
		e.events(n)
		return
	case TagsType:
		e.tags(n)
		return
	}
	p := e.place(f, sc)
	switch {
	case a.op == atomSet && n.neg:
		p.write()
		e.text(" IS NULL")
	case n.neg:
		e.text("(")
		p.write()
		e.text(" IS NULL OR NOT (")
		e.cond(p, a)
		e.text("))")
	default:
		e.cond(p, a)
	}
}

// fieldPointer is where a field stands in the schema.
func (sc relation) fieldPointer(f *fieldDef) string {
	return sc.pointer + guanxi.Pointer(slices.Index(sc.fields, f))
}
