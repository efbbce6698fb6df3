package segment

import (
	"time"

	"github.com/guanxi-go/guanxi/internal/civil"
)

// offsetSpan is a time in which a zone's clocks keep one offset.
type offsetSpan struct {
	to     int64 // the first microsecond after it, noHigh of the last
	offset int64 // seconds east of UTC
}

// stretches returns the zone's offsets over [from, to), in order. What lies
// before the year 1 keeps the first.
func (c *calendar) stretches(from, to int64) []offsetSpan {
	if c.loc == time.UTC {
		return []offsetSpan{{noHigh, 0}}
	}
	var list []offsetSpan
	t := max(from, minMicro)
	for {
		_, end, offset := civil.Stretch(time.UnixMicro(t).In(c.loc))
		s := offsetSpan{noHigh, int64(offset)}
		if !end.IsZero() && end.UnixMicro() < to {
			s.to = end.UnixMicro()
		}
		if n := len(list); n > 0 && list[n-1].offset == s.offset {
			list[n-1].to = s.to
		} else {
			list = append(list, s)
		}
		if s.to == noHigh {
			return list
		}
		t = s.to
	}
}

// Before they are divided into days, instants are moved to where they are not
// negative: division cuts towards 0.
const (
	shiftDays    = 100_000_000
	shiftMicros  = shiftDays * dayMicros
	shiftSeconds = 2 * 86400 // of MySQL, which counts from the year 1
)

// day is a number, or a date, of the civil day of each event in the rule's zone.
// The offsets of the window are bound as parameters: an engine's own zones may
// differ from Go's.
func (e *emitter) day(s source) place {
	from, to := s.agg.from, s.agg.to
	if lo, hi, ok := e.span(&atom{field: s.instant, op: atomRange}); ok {
		from, to = max(from, lo), min(to, hi+1)
	}
	list := e.cal.stretches(from, to)
	if len(list) > 1 {
		e.warn(WarnOffsets)
	}
	native := s.at.enc == Native
	offset := func(unit, shift int64) {
		if len(list) == 1 {
			e.integer(list[0].offset*unit + shift)
			return
		}
		e.text("CASE")
		for _, st := range list[:len(list)-1] {
			if e.over() {
				break
			}
			e.text(" WHEN ")
			s.at.write()
			e.text(" < ")
			e.literal(s.at, st.to)
			e.text(" THEN ")
			e.integer(st.offset*unit + shift)
		}
		e.text(" ELSE ")
		e.integer(list[len(list)-1].offset*unit + shift)
		e.text(" END")
	}
	p := place{typ: IntType}
	p.write = func() {
		switch {
		case native && e.d == PostgreSQL:
			e.text("CAST((")
			s.at.write()
			e.text(" AT TIME ZONE 'UTC') + (")
			offset(1, 0)
			e.text(") * INTERVAL '1 second' AS DATE)")
		case native && e.d == MySQL:
			e.text("(TIMESTAMPDIFF(SECOND, CAST('0001-01-01' AS DATETIME), ")
			s.at.write()
			e.text(") + ")
			offset(1, shiftSeconds)
			e.text(") DIV 86400")
		default:
			at := s.at
			if native {
				at = e.micros(at)
			}
			before, divide, after := "(", ") / ", ""
			switch e.d {
			case MySQL:
				divide = ") DIV "
			case DuckDB:
				divide = ") // "
			case ClickHouse:
				before, divide, after = "intDiv(", ", ", ")"
			}
			e.text(before)
			at.write()
			e.text(" + ")
			offset(1_000_000, shiftMicros)
			e.text(divide + "86400000000" + after)
		}
	}
	return p
}
