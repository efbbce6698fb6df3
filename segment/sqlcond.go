package segment

import "slices"

// cond writes the positive condition of an atom over p. It is UNKNOWN where p is
// NULL, and never where it is not.
func (e *emitter) cond(p place, a *atom) {
	switch a.op {
	case atomSet:
		p.write()
		e.text(" IS NOT NULL")
	case atomRange:
		e.between(p, a)
	case atomIn:
		e.in(p, a)
	case atomBool:
		p.write()
		if a.lo == 1 {
			e.text(" = TRUE")
		} else {
			e.text(" = FALSE")
		}
	case atomAnniversary:
		e.anniversary(p, a.ints)
	case atomInStrings:
		e.oneOf(p, a.strs)
	default:
		e.part(p, a)
	}
}

// between writes lo ≤ p ≤ hi. Bounds that no value can lie beyond are none.
func (e *emitter) between(p place, a *atom) {
	lo, hi := a.lo, a.hi
	if least, most, ok := e.span(a); ok {
		if lo != noLow && lo < least {
			e.warn(WarnYears)
			lo = noLow
		}
		if hi != noHigh && hi > most {
			e.warn(WarnYears)
			hi = noHigh
		}
	}
	e.bounds(p, lo, hi)
}

func (e *emitter) bounds(p place, lo, hi int64) {
	half := e.d == ClickHouse && p.typ == InstantType && p.enc == Native
	both := lo != noLow && hi != noHigh
	switch {
	case lo == noLow && hi == noHigh:
		p.write()
		e.text(" IS NOT NULL")
	case half: // the column may be finer than microseconds
		if both {
			e.text("(")
		}
		if lo != noLow {
			p.write()
			e.text(" >= ")
			e.literal(p, lo)
		}
		if both {
			e.text(" AND ")
		}
		if hi != noHigh {
			p.write()
			e.text(" < ")
			e.literal(p, hi+1)
		}
		if both {
			e.text(")")
		}
	case lo == hi:
		p.write()
		e.text(" = ")
		e.literal(p, lo)
	case both:
		p.write()
		e.text(" BETWEEN ")
		e.literal(p, lo)
		e.text(" AND ")
		e.literal(p, hi)
	case lo != noLow:
		p.write()
		e.text(" >= ")
		e.literal(p, lo)
	default:
		p.write()
		e.text(" <= ")
		e.literal(p, hi)
	}
}

// in writes p IN (…).
func (e *emitter) in(p place, a *atom) {
	vals := a.ints
	if lo, hi, ok := e.span(a); ok {
		vals = slices.DeleteFunc(slices.Clone(vals), func(v int64) bool { return v < lo || v > hi })
		if len(vals) < len(a.ints) {
			e.warn(WarnYears)
		}
	}
	if e.d == ClickHouse && p.typ == InstantType && p.enc == Native {
		e.join(len(vals), " OR ", func(i int) { e.bounds(p, vals[i], vals[i]) })
		return
	}
	p.write()
	e.list(len(vals), func(i int) { e.literal(p, vals[i]) })
}

// list writes = one, or IN several.
func (e *emitter) list(n int, item func(i int)) {
	if n == 1 {
		e.text(" = ")
		item(0)
		return
	}
	e.text(" IN (")
	for i := 0; i < n && !e.over(); i++ {
		if i > 0 {
			e.text(", ")
		}
		item(i)
	}
	e.text(")")
}

// oneOf writes that p is one of strs, byte by byte. Where the column's collation
// may think more texts equal, it is asked first, by which an index is used.
func (e *emitter) oneOf(p place, strs []string) {
	twice := !p.raw && (e.d == PostgreSQL || e.d == MySQL)
	if twice {
		e.text("(")
		p.write()
		e.list(len(strs), func(i int) { e.string(strs[i], false) })
		e.text(" AND ")
	}
	p = e.bytes(p)
	p.write()
	e.list(len(strs), func(i int) { e.string(strs[i], true) })
	if twice {
		e.text(")")
	}
}

// part writes that p contains, begins or ends with a text. There is no LIKE: its
// wildcards, escapes and case are different everywhere.
func (e *emitter) part(p place, a *atom) {
	s := a.strs[0]
	if a.op != atomBegins {
		e.warn(WarnScan)
	}
	slice := func(before string, count func(), after string) {
		e.text(before)
		p.write()
		e.text(", ")
		count()
		e.text(after)
		e.string(s, true)
	}
	letters := func() { // of PostgreSQL, in the database's own encoding
		e.text("length(")
		e.string(s, true)
		e.text(")")
	}
	count := func() { e.param("", int64(len(s)), "") }
	call := func(fn string) {
		e.text(fn)
		p.write()
		e.text(", ")
		e.string(s, true)
		e.text(")")
	}
	switch e.d {
	case PostgreSQL:
		p = e.bytes(p)
		switch a.op {
		case atomContains:
			call("strpos(")
			e.text(" > 0")
		case atomBegins:
			slice("left(", letters, ") = ")
		default:
			slice("right(", letters, ") = ")
		}
	case MySQL:
		p = e.bytes(p)
		switch a.op {
		case atomContains:
			call("INSTR(")
			e.text(" > 0")
		case atomBegins:
			slice("LEFT(", count, ") = ")
		default:
			slice("RIGHT(", count, ") = ")
		}
	case SQLite:
		blob := func(from string) {
			e.text("COALESCE(substr(CAST(") // of nothing it is NULL
			p.write()
			e.param(" AS BLOB), "+from+"length(CAST(", s, " AS BLOB))), 0)")
			e.param(" = CAST(", s, " AS BLOB)")
		}
		switch a.op {
		case atomContains:
			call("instr(")
			e.text(" > 0")
		// Letters are counted up to a zero byte there, so that bytes are taken; how
		// many depends on the database's encoding.
		case atomBegins:
			blob("1, ")
		default:
			blob("-")
		}
	case ClickHouse:
		switch a.op {
		case atomContains:
			call("position(")
			e.text(" > 0")
		case atomBegins:
			call("startsWith(")
		default:
			call("endsWith(")
		}
	default:
		p = e.bytes(p)
		switch a.op {
		case atomContains:
			call("contains(")
		case atomBegins:
			call("starts_with(")
		default:
			call("suffix(")
		}
	}
}

// anniversary writes that month*100 + day of the date p lies in one of the
// ranges.
func (e *emitter) anniversary(p place, ranges []int64) {
	var before, middle, after string
	switch e.d {
	case PostgreSQL:
		before, middle, after = "CAST(EXTRACT(MONTH FROM ", ") * 100 + EXTRACT(DAY FROM ", ") AS BIGINT)"
	case SQLite:
		before, middle, after = "(CAST(substr(", ", 6, 2) AS INTEGER) * 100 + CAST(substr(", ", 9, 2) AS INTEGER))"
	case ClickHouse:
		before, middle, after = "(toMonth(", ") * 100 + toDayOfMonth(", "))"
	case MySQL:
		before, middle, after = "(MONTH(", ") * 100 + DAYOFMONTH(", "))"
	default:
		before, middle, after = "(month(", ") * 100 + day(", "))"
	}
	e.join(len(ranges)/2, " OR ", func(i int) {
		e.text(before)
		p.write()
		e.text(middle)
		p.write()
		e.text(after + " BETWEEN ")
		e.integer(ranges[2*i])
		e.text(" AND ")
		e.integer(ranges[2*i+1])
	})
}
