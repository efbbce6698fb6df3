package segment

import "math/bits"

// column is a vector and how a customer's value comes into it.
type column[T any] struct {
	vector
	key   string // appendSource
	field *fieldDef
	of    *aggAtom // nil of an attribute
	// The getter, by kind; read is that of every other.
	num  func(*T) (int64, bool)
	flag func(*T) (bool, bool)
	text func(*T) (string, bool)
	list func(*T) ([]string, bool)
	read func(*T) cell
}

// appendSource appends bytes that are equal for two bound atoms if and only if
// both can be answered from the same column.
func (a *atom) appendSource(dst []byte) []byte {
	dst = appendText(dst, a.field.name)
	if a.agg == nil {
		return dst
	}
	dst = a.agg.appendKey(dst)
	if a.agg.fn == aggTop {
		dst = append(dst, byte(a.op))
		for _, s := range a.strs {
			dst = appendText(dst, s)
		}
	}
	return dst
}

// newColumn makes the empty column that answers the bound atom a.
func newColumn[T any](a *atom) *column[T] {
	c := &column[T]{key: string(a.appendSource(nil)), field: a.field, of: a.agg}
	if a.agg != nil {
		c.aggregate(a)
	} else {
		switch get := a.field.get.(type) {
		case func(*T) (string, bool):
			c.kind, c.text = vecText, get
		case func(*T) ([]string, bool):
			c.kind, c.list = vecTags, get
		case func(*T) (bool, bool):
			c.kind, c.flag = vecBools, get
		default:
			c.kind, c.num = vecInts, number[T](a.field)
		}
	}
	if c.kind == vecText || c.kind == vecTags {
		c.dict = newDictionary()
	}
	return c
}

// aggregate sets how a's aggregate of events is computed.
func (c *column[T]) aggregate(a *atom) {
	compute := a.field.events.impl.(eventsOf[T]).compute(a)
	from, to := a.agg.from, a.agg.to
	switch a.agg.fn {
	case aggTop, aggSequence:
		c.kind = vecMask
		c.read = func(x *T) cell { return cell{ok: true, yes: a.holds(compute(x, from, to))} }
	case aggSum:
		c.read = func(x *T) cell {
			v := compute(x, from, to)
			return cell{ok: v.ok, i: v.sum.clamp()}
		}
	case aggAvg:
		c.kind = vecMeans
		unit := pow10(avgScale(a.agg.of) - a.agg.of.scale)
		c.read = func(x *T) cell {
			v := compute(x, from, to)
			if !v.ok {
				return cell{}
			}
			i, more := v.sum.times(unit).divide(v.n)
			return cell{ok: true, i: i, yes: more}
		}
	default:
		if a.agg.of != nil && a.agg.of.typ == StringType {
			c.kind = vecText
		}
		c.read = func(x *T) cell {
			v := compute(x, from, to)
			return cell{ok: v.ok, i: v.i, s: v.s}
		}
	}
}

// cell reads the value of a customer.
func (c *column[T]) cell(x *T) (v cell) {
	switch {
	case c.read != nil:
		return c.read(x)
	case c.num != nil:
		v.i, v.ok = c.num(x)
	case c.flag != nil:
		v.yes, v.ok = c.flag(x)
	case c.text != nil:
		v.s, v.ok = c.text(x)
	default:
		v.tags, v.ok = c.list(x)
		v.ok = v.ok && len(v.tags) > 0
		if !v.ok {
			v.tags = nil
		}
	}
	return v
}

// fill reads the values of rows into the places from at on, which are there.
func (c *column[T]) fill(at int, rows []T) {
	for len(rows) > 0 {
		n := min(64-at&63, len(rows)) // up to the end of a word
		part := rows[:n]
		switch {
		case c.num != nil:
			c.fillInts(at, part)
		case c.text != nil:
			code := c.code[at : at+n]
			for i := range part {
				if s, ok := c.text(&part[i]); ok {
					code[i] = c.dict.add(s)
				} else {
					code[i] = 0
				}
			}
		case c.flag != nil:
			for i := range part {
				yes, ok := c.flag(&part[i])
				putBit(c.bits, at+i, yes && ok)
				putBit(c.set, at+i, ok)
			}
		case c.list != nil:
			c.fillTags(at, part)
		default:
			for i := range part {
				c.put(at+i, c.read(&part[i]))
			}
		}
		rows, at = rows[n:], at+n
	}
}

// fillInts is fill within one word.
func (c *column[T]) fillInts(at int, rows []T) {
	v := c.ints[at : at+len(rows)]
	var set uint64
	for i := range rows {
		x, ok := c.num(&rows[i])
		v[i] = x
		if ok {
			set |= 1 << i
		}
	}
	c.setWord(at, len(rows), set)
}

// fillTags is fill within one word.
func (c *column[T]) fillTags(at int, rows []T) {
	var set uint64
	for i := range rows {
		tags, ok := c.list(&rows[i])
		if !ok || len(tags) == 0 {
			continue
		}
		set |= 1 << i
		for _, t := range tags {
			c.gather(t, i)
		}
	}
	c.settle(at)
	c.setWord(at, len(rows), set)
}

// setWord sets which of n rows from at on, of one word, are present.
func (c *column[T]) setWord(at, n int, set uint64) {
	first := at & 63
	mask := (uint64(1)<<(n-1)<<1 - 1) << first
	c.set[at>>6] = c.set[at>>6]&^mask | set<<first
}

// clamp returns a as int64, beyond it the end of the range.
func (a int128) clamp() int64 {
	switch lo := int64(a.lo); {
	case a == widen(lo):
		return lo
	case a.hi < 0:
		return noLow
	}
	return noHigh
}

// divide returns the largest whole number not above a/n, beyond int64 the end of
// the range, and whether it is below; n > 0.
func (a int128) divide(n int64) (int64, bool) {
	hi, lo := uint64(a.hi), a.lo
	if a.hi < 0 { // |a|
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	if hi < uint64(n) {
		q, rest := bits.Div64(hi, lo, uint64(n))
		switch {
		case q > noHigh:
		case a.hi >= 0:
			return int64(q), rest > 0
		case rest > 0:
			return -int64(q) - 1, true
		default:
			return -int64(q), false
		}
	}
	if a.hi < 0 {
		return noLow, false
	}
	return noHigh, false
}
