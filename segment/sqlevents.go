package segment

import (
	"slices"

	"github.com/guanxi-go/guanxi"
)

// Conditions on tags and events are sets of customers:
//
//	customer IN     (SELECT key FROM events WHERE …)
//	customer NOT IN (SELECT key FROM events WHERE key IS NOT NULL AND …)
//
// The subquery never looks at the customer outside, so that it is computed once.
// A NULL in it would make NOT IN UNKNOWN for everybody, which is why the key is
// asked for.

// within writes that the customer is in the subquery that sub writes, or is not.
func (e *emitter) within(neg bool, sub func()) {
	if e.d == ClickHouse {
		e.warn(WarnDistributed)
	}
	e.key(e.customers, "/table")
	if neg {
		e.text(" NOT")
	}
	e.text(" IN (")
	sub()
	e.text(")")
}

// inner is the table of a field of many rows a customer.
func (e *emitter) inner(f *fieldDef, alias string) (relation, string) {
	pointer := "/fields" + guanxi.Pointer(slices.Index(e.schema.fields, f))
	sc := relation{alias: alias, table: f.meta.Table, pointer: pointer + "/fields"}
	if f.events != nil {
		sc.fields = f.events.fields
	}
	if sc.table.Name == "" || sc.table.Key == "" {
		e.fault(pointer+"/table", &Fault{Err: ErrNoColumn, Detail: f.name + " has no table, or no key of it"})
	}
	return sc, pointer
}

// tags writes a condition on a set of tags, one row a tag.
func (e *emitter) tags(n *node) {
	a := n.atom
	sc, pointer := e.inner(a.field, "t")
	tag := place{typ: StringType, write: func() { e.column(sc, a.field.meta.Column.Name, pointer+"/column/name") }}
	e.within(n.neg, func() {
		e.selectKey(sc, pointer)
		e.text(" AND ")
		if a.op == atomSet {
			e.cond(tag, a)
			return
		}
		e.oneOf(tag, a.strs)
		if a.op == atomHasAll {
			e.text(" GROUP BY ")
			e.key(sc, pointer+"/table")
			e.text(" HAVING ")
			e.distinct(e.bytes(tag))
			e.text(" = ")
			e.integer(int64(len(a.strs)))
		}
	})
}

// selectKey writes SELECT key FROM table WHERE key IS NOT NULL.
func (e *emitter) selectKey(sc relation, pointer string) {
	e.text("SELECT ")
	e.key(sc, pointer+"/table")
	e.fromKeyed(sc, pointer)
}

func (e *emitter) fromKeyed(sc relation, pointer string) {
	e.text(" FROM ")
	e.table(sc, pointer+"/table")
	e.text(" WHERE ")
	e.key(sc, pointer+"/table")
	e.text(" IS NOT NULL")
}

// distinct writes the number of different values of p.
func (e *emitter) distinct(p place) {
	if e.d == ClickHouse { // COUNT(DISTINCT) may be set to estimate there
		e.text("uniqExact(")
	} else {
		e.text("COUNT(DISTINCT ")
	}
	p.write()
	e.text(")")
}

// source is the events that an aggregate is made of.
type source struct {
	relation
	pointer string // of the collection
	instant *fieldDef
	at      place
	agg     *aggAtom
}

func (e *emitter) source(a *atom, alias string) source {
	sc, pointer := e.inner(a.field, alias)
	at := a.field.events.at
	return source{sc, pointer, at, e.place(at, sc), a.agg}
}

// where writes FROM and WHERE: those events that have a customer, lie in the
// window, pass the filter, and have a value of every field of need.
func (e *emitter) where(s source, filter *node, need ...*fieldDef) {
	e.fromKeyed(s.relation, s.pointer)
	e.text(" AND ")
	e.between(s.at, &atom{field: s.instant, op: atomRange, lo: s.agg.from, hi: s.agg.to - 1})
	for _, f := range need {
		if f != nil && f != s.instant { // which is bounded
			e.text(" AND ")
			e.place(f, s.relation).write()
			e.text(" IS NOT NULL")
		}
	}
	if filter != nil && e.extent(filter) != SelectsAll {
		e.text(" AND ")
		e.node(filter, s.relation)
	}
}

// events writes a condition on an aggregate, or its complement.
func (e *emitter) events(n *node) {
	a := n.atom
	g := a.agg
	s := e.source(a, "e")
	switch {
	case g.fn == aggSequence:
		e.within(n.neg, func() { e.sequence(a) })
	case a.op == atomSet: // of a function that may have no value
		e.within(n.neg, func() {
			e.selectKeyOf(s)
			e.where(s, g.filter, g.of)
		})
	case g.fn == aggTop:
		e.within(n.neg, func() { e.top(s, a) })
	case g.fn == aggFirst || g.fn == aggLast:
		e.within(n.neg, func() { e.edge(s, a) })
	case g.fn.canMiss():
		e.within(n.neg, func() { e.having(s, a, false) })
	default:
		// Those without events are in when 0 passes: then those are left out whose
		// events fail.
		zero := a.holdsZero() != n.neg
		e.within(zero, func() { e.having(s, a, zero != n.neg) })
	}
}

func (e *emitter) selectKeyOf(s source) {
	e.text("SELECT ")
	e.key(s.relation, s.pointer+"/table")
}

// having writes the customers whose aggregate passes, or fails.
func (e *emitter) having(s source, a *atom, fails bool) {
	g := a.agg
	e.selectKeyOf(s)
	if g.fn.canMiss() {
		e.where(s, g.filter, g.of)
	} else {
		e.where(s, g.filter)
	}
	if a.oncePasses() && !fails || a.onceFails() && fails {
		return
	}
	e.text(" GROUP BY ")
	e.key(s.relation, s.pointer+"/table")
	e.text(" HAVING ")
	if fails {
		e.text("NOT (")
	}
	count := place{typ: IntType, write: func() { e.text("COUNT(*)") }}
	switch g.fn {
	case aggCount:
		e.cond(count, a)
	case aggDays:
		day := e.day(s)
		count.write = func() { e.distinct(day) }
		e.cond(count, a)
	case aggSum:
		e.sum(e.place(g.of, s.relation), a)
	case aggAvg:
		e.avg(e.place(g.of, s.relation), a)
	case aggMin:
		e.cond(e.expr(e.value(g.of, s.relation), "MIN(", ")"), a)
	case aggMax:
		e.cond(e.expr(e.value(g.of, s.relation), "MAX(", ")"), a)
	}
	if fails {
		e.text(")")
	}
}

// oncePasses reports whether whoever has an event passes, by number alone.
func (a *atom) oncePasses() bool {
	return a.counts() && a.op == atomRange && a.lo <= 1 && a.hi == noHigh
}

// onceFails reports whether whoever has an event fails.
func (a *atom) onceFails() bool {
	return a.counts() && (a.op == atomRange && a.hi <= 0 || a.op == atomIn && a.ints[len(a.ints)-1] <= 0)
}

func (a *atom) counts() bool { return a.agg.fn == aggCount || a.agg.fn == aggDays }
