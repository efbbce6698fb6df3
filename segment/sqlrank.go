package segment

// Names of the columns of subqueries. They are this package's own.
const (
	colKey   = "gx_key"
	colValue = "gx_value"
	colRank  = "gx_rank"
	colScore = "gx_score"
	colAt    = "gx_at"
)

// own writes a column of a subquery.
func (e *emitter) own(alias, column string) {
	e.name(alias, "")
	e.text(".")
	e.name(column, "")
}

func (e *emitter) as(name string) {
	e.text(" AS ")
	e.name(name, "")
}

// ownPlace is a column of a subquery that holds p's values.
func (e *emitter) ownPlace(p place, alias string) place {
	p.write = func() { e.own(alias, colValue) }
	return p
}

// value is the field's column as an aggregate takes it: text by bytes, and
// ClickHouse's instants as numbers, since its compiled expressions (26.7) take
// those of aggregates before 1970 for the largest.
func (e *emitter) value(f *fieldDef, sc relation) place {
	p := e.place(f, sc)
	switch {
	case f.typ == StringType:
		p = e.bytes(p)
	case f.typ == InstantType && p.enc == Native && e.d == ClickHouse:
		p = e.micros(p)
		p.enc = Micros
	}
	return p
}

// edge writes the customers whose first or last value passes: that of the first
// row in the order of instant and value. Of several events at the first instant
// the smallest value is the first, at the last the largest the last.
func (e *emitter) edge(s source, a *atom) {
	g := a.agg
	v := e.value(g.of, s.relation)
	order := ""
	if g.fn == aggLast {
		order = " DESC"
	}
	e.text("SELECT ")
	e.own("r", colKey)
	e.text(" FROM (SELECT ")
	e.key(s.relation, s.pointer+"/table")
	e.as(colKey)
	e.text(", ")
	v.write()
	e.as(colValue)
	e.text(", ROW_NUMBER() OVER (PARTITION BY ")
	e.key(s.relation, s.pointer+"/table")
	e.text(" ORDER BY ")
	s.at.write()
	e.text(order + ", ")
	v.write()
	e.text(order + ")")
	e.as(colRank)
	e.where(s, g.filter, g.of)
	e.text(")")
	e.as("r")
	e.text(" WHERE ")
	e.own("r", colRank)
	e.text(" = 1 AND ")
	e.cond(e.ownPlace(v, "r"), a)
}

// top writes the customers one of whose n most frequent values is wanted: fewer
// than n values have a larger number, or sum.
func (e *emitter) top(s source, a *atom) {
	g := a.agg
	v := e.value(g.of, s.relation)
	inner := func() { // key, value and what is summed, of each event
		e.text("(SELECT ")
		e.key(s.relation, s.pointer+"/table")
		e.as(colKey)
		e.text(", ")
		v.write()
		e.as(colValue)
		if g.by != nil {
			e.text(", ")
			e.place(g.by, s.relation).write()
			e.as(colScore)
		}
		e.where(s, g.filter, g.of)
		e.text(")")
		e.as("b")
	}
	b := e.ownPlace(v, "b")
	if e.d == SQLite && g.of.typ == StringType {
		b = e.bytes(b) // subqueries do not hand on a collation
	}
	e.text("SELECT ")
	e.own("r", colKey)
	e.text(" FROM (SELECT ")
	e.own("b", colKey)
	e.as(colKey)
	e.text(", ")
	b.write()
	e.as(colValue)
	e.text(", RANK() OVER (PARTITION BY ")
	e.own("b", colKey)
	e.text(" ORDER BY ")
	e.score(g)
	e.text(")")
	e.as(colRank)
	e.text(" FROM ")
	inner()
	e.text(" GROUP BY ")
	e.own("b", colKey)
	e.text(", ")
	b.write()
	e.text(")")
	e.as("r")
	e.text(" WHERE ")
	e.own("r", colRank)
	e.text(" <= ")
	e.integer(int64(g.topN))
	e.text(" AND ")
	e.cond(e.ownPlace(v, "r"), a)
}

// score writes by what values are ranked, the largest first.
func (e *emitter) score(g *aggAtom) {
	if g.by == nil {
		e.text("COUNT(*) DESC")
		return
	}
	p := place{typ: g.by.typ, scale: g.by.scale, enc: e.encoding(g.by), write: func() { e.own("b", colScore) }}
	if e.d != SQLite {
		e.text("COALESCE(")
		e.total(p).write()
		e.text(", 0) DESC")
		return
	}
	sum := func(i int) {
		e.text("COALESCE(SUM(")
		e.limb(p, i)
		e.text("), 0)")
	}
	carried := func(i int) { // limb i with what is carried from below
		e.text("(")
		sum(i)
		for j := i - 1; j >= 0; j-- {
			e.text(" + ((")
			sum(j)
		}
		for range i {
			e.text(") >> 22)")
		}
		e.text(")")
	}
	carried(2)
	e.text(" DESC, ")
	carried(1)
	e.text(" & 4194303 DESC, ")
	carried(0)
	e.text(" & 4194303 DESC")
}

// sequence writes the customers with an event that passes the filter and a later
// one that passes then, at most gap after.
func (e *emitter) sequence(a *atom) {
	e.warn(WarnSelfJoin)
	g := a.agg
	side := func(alias string, filter *node) place {
		s := e.source(a, "e")
		e.text("(SELECT ")
		e.key(s.relation, s.pointer+"/table")
		e.as(colKey)
		e.text(", ")
		s.at.write()
		e.as(colAt)
		e.where(s, filter)
		e.text(")")
		e.as(alias)
		p := s.at
		p.write = func() { e.own(alias, colAt) }
		return p
	}
	e.text("SELECT ")
	e.own("a", colKey)
	e.text(" FROM ")
	first := side("a", g.filter)
	e.text(" JOIN ")
	second := side("b", g.then)
	e.text(" ON ")
	e.own("b", colKey)
	e.text(" = ")
	e.own("a", colKey)
	e.text(" WHERE ")
	second.write()
	e.text(" > ")
	first.write()
	e.text(" AND ")
	switch {
	case first.enc == Micros:
		second.write()
		e.text(" <= ")
		first.write()
		e.text(" + ")
		e.integer(g.gap)
	case e.d == PostgreSQL: // below 2⁵³, so that the product is exact
		second.write()
		e.text(" <= ")
		first.write()
		e.text(" + ")
		e.integer(g.gap)
		e.text(" * INTERVAL '1 microsecond'")
	case e.d == MySQL:
		e.text("TIMESTAMPDIFF(MICROSECOND, ")
		first.write()
		e.text(", ")
		second.write()
		e.text(") <= ")
		e.integer(g.gap)
	default:
		e.micros(second).write()
		e.text(" - ")
		e.micros(first).write()
		e.text(" <= ")
		e.integer(g.gap)
	}
}

// micros is a native instant as microseconds, of DuckDB and ClickHouse.
func (e *emitter) micros(p place) place {
	if e.d == ClickHouse {
		return e.expr(p, "toUnixTimestamp64Micro(toDateTime64(", ", 6, 'UTC'))")
	}
	return e.expr(p, "epoch_us(", ")")
}
