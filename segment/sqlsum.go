package segment

import (
	"strings"
)

// Sums are exact whatever their size, and an average is compared as the sum
// against n times the constant, as [Rule.Match] does. Each dialect has a type
// wide enough, but SQLite: there a number is three limbs, of which sums do not
// overflow below 100 million events of one customer.

// sum writes that the sum over a group, 0 if there is none, passes.
func (e *emitter) sum(p place, a *atom) {
	if e.d == SQLite {
		e.limbs(p, a)
		return
	}
	sum := e.total(p)
	e.cond(e.expr(sum, "COALESCE(", ", 0)"), a)
}

// total is the exact sum over p.
func (e *emitter) total(p place) place {
	integers := p.typ == IntType || p.enc == MinorUnits
	switch {
	case e.d == PostgreSQL:
		return e.expr(p, "SUM(CAST(", " AS NUMERIC))")
	case e.d == DuckDB && integers:
		return e.expr(p, "SUM(CAST(", " AS HUGEINT))")
	case e.d == ClickHouse && integers:
		return e.expr(p, "SUM(toInt128(", "))")
	}
	return e.expr(p, "SUM(", ")")
}

// avg writes that the average over a group passes, as sum op n × constant.
func (e *emitter) avg(p place, a *atom) {
	if e.d == SQLite {
		e.limbs(p, a)
		return
	}
	sum, scale := e.total(p), avgScale(a.agg.of)
	integers := p.typ == IntType || p.enc == MinorUnits
	digits := scale - a.agg.of.scale
	compare := func(op string, x int64) {
		sum.write()
		switch {
		case integers && e.d == DuckDB:
			e.param(" * CAST(", int64(pow10(digits)), " AS HUGEINT)")
			e.text(op)
			e.text("CAST(COUNT(")
			p.write()
			e.param(") AS HUGEINT) * CAST(", x, " AS HUGEINT)")
		case integers && e.d == ClickHouse:
			e.param(" * toInt128(", int64(pow10(digits)), ")")
			e.text(op)
			e.text("toInt128(COUNT(")
			p.write()
			e.param(")) * toInt128(", x, ")")
		default:
			e.text(op)
			e.text("COUNT(")
			p.write()
			e.text(") * ")
			if integers { // x in units of the column
				e.decimal(x, digits)
			} else {
				e.decimal(x, scale)
			}
		}
	}
	low, high := a.lo != noLow || a.loOpen, a.hi != noHigh || a.hiOpen
	if low && high && a.lo == a.hi && !a.loOpen && !a.hiOpen {
		compare(" = ", a.lo)
		return
	}
	var conds []func()
	if low {
		conds = append(conds, func() { compare(openIf(" >", a.loOpen), a.lo) })
	}
	if high {
		conds = append(conds, func() { compare(openIf(" <", a.hiOpen), a.hi) })
	}
	if conds == nil { // there is an average
		e.text("1 = 1")
		return
	}
	e.join(len(conds), " AND ", func(i int) { conds[i]() })
}

// openIf completes an operator.
func openIf(op string, open bool) string {
	if open {
		return op + " "
	}
	return op + "= "
}

// limbBits is the width of a limb. 64 bits are three of them; the highest holds
// the sign. A limb's sum times 10⁴, the most an average multiplies by, stays
// below 2⁶³ for 2²⁷ events.
const limbBits = 22

// limbs writes a condition on a sum or an average for SQLite, whose SUM of
// integers fails beyond 64 bits and whose products turn into floating point.
// sum − n×x ≥ 0 is decided from the sums of three limbs of the values:
// d2·2⁴⁴ + d1·2²² + d0 ≥ 0 if and only if d2 + ⌊(d1 + ⌊d0/2²²⌋)/2²²⌋ ≥ 0, and >>
// rounds down.
func (e *emitter) limbs(p place, a *atom) {
	avg := a.agg.fn == aggAvg
	times := int64(1)
	if avg {
		times = int64(pow10(avgScale(a.agg.of) - a.agg.of.scale))
	}
	// difference writes sum×times − n×x, or its negative, less the unit that makes
	// ≥ into >.
	atLeast := func(x int64, negative, open bool) {
		parts := [3]int64{x & (1<<limbBits - 1), x >> limbBits & (1<<limbBits - 1), x >> (2 * limbBits)}
		digit := func(i int) {
			sum := func() {
				e.text("COALESCE(SUM(")
				e.limb(p, i)
				e.text("), 0)")
				if avg {
					e.param(" * ", times, "")
				}
			}
			want := func() {
				e.param("", parts[i], "")
				if avg {
					e.text(" * COUNT(")
					p.write()
					e.text(")")
				}
			}
			first, second := sum, want
			if negative {
				first, second = want, sum
			}
			first()
			e.text(" - ")
			second()
			if open && i == 0 {
				e.text(" - 1")
			}
		}
		e.text("(")
		digit(2)
		e.text(" + ((")
		digit(1)
		e.text(" + ((")
		digit(0)
		e.text(") >> 22)) >> 22)) >= 0")
	}
	either := func(n int, x func(i int) int64) {
		e.join(n, " OR ", func(i int) {
			e.join(2, " AND ", func(j int) { atLeast(x(i), j == 1, false) })
		})
	}
	switch {
	case a.op == atomIn:
		either(len(a.ints), func(i int) int64 { return a.ints[i] })
	case a.lo == a.hi && !a.loOpen && !a.hiOpen:
		either(1, func(int) int64 { return a.lo })
	default:
		var conds []func()
		if a.lo != noLow || a.loOpen {
			conds = append(conds, func() { atLeast(a.lo, false, a.loOpen) })
		}
		if a.hi != noHigh || a.hiOpen {
			conds = append(conds, func() { atLeast(a.hi, true, a.hiOpen) })
		}
		if conds == nil {
			e.text("1 = 1")
			return
		}
		e.join(len(conds), " AND ", func(i int) { conds[i]() })
	}
}

// limb writes limb i of p, the lowest first; all but the highest are ≥ 0.
func (e *emitter) limb(p place, i int) {
	shift := strings.Repeat(" >> 22", i)
	if i < 2 {
		e.text("(")
	}
	p.write()
	e.text(shift)
	if i < 2 {
		e.text(") & 4194303")
	}
}
