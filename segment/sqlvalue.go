package segment

import (
	"fmt"
	"time"
)

// place is what a condition compares: a column, or an expression made of one.
type place struct {
	typ   Type
	scale int
	enc   Encoding
	// raw: text that compares by bytes as it stands.
	raw   bool
	write func()
}

// encoding is how the column of a field holds its values in this database.
func (e *emitter) encoding(f *fieldDef) Encoding {
	switch {
	case e.integers && f.typ == InstantType:
		return Micros
	case e.integers && f.typ == DecimalType:
		return MinorUnits
	}
	return f.meta.Column.Encoding
}

// place is the column of a field. What the dialect cannot compare exactly is a
// fault.
func (e *emitter) place(f *fieldDef, sc relation) place {
	pointer := sc.fieldPointer(f) + "/column"
	p := place{typ: f.typ, scale: f.scale, enc: e.encoding(f), write: func() { e.column(sc, f.meta.Column.Name, pointer+"/name") }}
	inexact := func(detail string, need Encoding) {
		e.fault(pointer+"/encoding", &Fault{Err: ErrInexact, Detail: detail, Allowed: []string{string(need)}})
	}
	switch {
	case p.enc != Native:
	case f.typ == InstantType && e.d == SQLite:
		inexact("SQLite has no type of instants: hold "+f.name+" as microseconds", Micros)
	case f.typ == InstantType && e.d == MySQL:
		e.warn(WarnDatetimeUTC)
	case f.typ == InstantType && e.d == ClickHouse:
		e.warn(WarnDatetime64)
	case f.typ == DateType && e.d == SQLite:
		e.warn(WarnTextDate)
	case f.typ == DecimalType && e.d == SQLite && f.scale > 0:
		inexact("SQLite has no decimals: hold "+f.name+" in units of its last place", MinorUnits)
	}
	if e.d == SQLite && f.typ == DecimalType {
		p.enc = MinorUnits // of scale 0
	}
	return p
}

// expr is a place made of the text around p.
func (e *emitter) expr(p place, before, after string) place {
	inner := p.write
	p.write = func() {
		e.text(before)
		inner()
		e.text(after)
	}
	return p
}

// literal writes a constant of p's type as a parameter.
func (e *emitter) literal(p place, v int64) {
	switch {
	case p.typ == DecimalType && p.enc == Native:
		e.decimal(v, p.scale)
	case p.typ == InstantType && p.enc == Native:
		e.instant(v)
	case p.typ == DateType:
		e.date(Date(v))
	default:
		e.integer(v)
	}
}

func (e *emitter) integer(v int64) {
	switch e.d {
	case PostgreSQL, DuckDB:
		e.param("CAST(", v, " AS BIGINT)")
	case ClickHouse:
		e.param("toInt64(", v, ")")
	default:
		e.param("", v, "")
	}
}

// decimal writes v units of the last of scale places. It is text as an argument,
// and a decimal before it is compared.
func (e *emitter) decimal(v int64, scale int) {
	s := string(appendDecimal(nil, v, scale, scale))
	switch e.d {
	case PostgreSQL:
		e.param("CAST(", s, " AS NUMERIC)")
	case ClickHouse:
		e.param("toDecimal128(", s, fmt.Sprintf(", %d)", scale))
	default:
		e.param("CAST(", s, fmt.Sprintf(" AS DECIMAL(38, %d))", scale))
	}
}

// instant writes microseconds as the dialect's own instant.
func (e *emitter) instant(v int64) {
	t := time.UnixMicro(v).UTC()
	switch e.d {
	case PostgreSQL:
		e.param("CAST(", t, " AS TIMESTAMPTZ)")
	case MySQL: // as text: drivers move a time.Time to a zone of theirs
		e.param("CAST(", t.Format("2006-01-02 15:04:05.000000"), " AS DATETIME(6))")
	case ClickHouse:
		e.param("fromUnixTimestamp64Micro(toInt64(", v, "), 'UTC')")
	default:
		e.param("CAST(", t.Format("2006-01-02 15:04:05.000000+00"), " AS TIMESTAMPTZ)")
	}
}

func (e *emitter) date(d Date) {
	switch e.d {
	case SQLite:
		e.param("", d.String(), "")
	case ClickHouse:
		e.param("toDate32(", d.String(), ")")
	default:
		e.param("CAST(", d.String(), " AS DATE)")
	}
}

// string writes a text; raw, as bytes where the dialect tells them apart.
func (e *emitter) string(s string, raw bool) {
	switch {
	case e.d == PostgreSQL:
		e.param("CAST(", s, " AS TEXT)")
	case e.d == DuckDB:
		e.param("CAST(", s, " AS VARCHAR)")
	case e.d == MySQL && raw:
		e.param("CAST(", s, " AS BINARY)")
	default:
		e.param("", s, "")
	}
}

// bytes is the text p in a form that compares by bytes, whatever the column's
// collation and character set.
func (e *emitter) bytes(p place) place {
	switch e.d {
	case PostgreSQL:
		p = e.expr(p, "", ` COLLATE "C"`)
	case MySQL:
		e.warn(WarnUTF8Connection)
		if !p.raw {
			p = e.expr(p, "CAST(CONVERT(", " USING utf8mb4) AS BINARY)")
		}
	case SQLite:
		p = e.expr(p, "", " COLLATE BINARY")
	case DuckDB:
		if !p.raw {
			p = e.expr(p, "", ` COLLATE "C"`)
		}
	}
	p.raw = true
	return p
}
