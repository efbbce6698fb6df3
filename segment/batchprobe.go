package segment

import (
	"math/bits"
	"slices"
	"strings"
)

// probe answers one bound atom from its column, for a word of 64 rows or for one
// row. Its tables are kept for the next population.
type probe struct {
	op   probeOp
	vec  *vector
	atom *atom
	// a and b are ranges: b of means with a fraction.
	a, b  span
	code  uint32   // probeCode
	table []uint8  // probeTable: 1 for each code that is in, 0 at 0
	codes []uint32 // of tags; 0 where nobody has it
	seen  int      // how much of the dictionary table, code and codes know
	few   int      // up to how many rows are better asked one by one
}

type probeOp uint8

const (
	probeRange probeOp = iota // a
	probeMean                 // a, with a fraction b
	probeInts                 // atom.ints
	probeDays                 // atom.ints: ranges of month and day
	probeCode                 // one text
	probeTable                // texts
	probeText                 // a text is present
	probeSet                  // present
	probeTrue                 //
	probeFalse                //
	probeMask                 // the column is the answer
	probeAnyTag
	probeAllTags
)

// span is the numbers from lo on that are at most width beyond it.
type span struct {
	lo, width uint64
	none      bool
}

func newSpan(lo, hi int64) span {
	return span{lo: uint64(lo), width: uint64(hi) - uint64(lo), none: lo > hi}
}

func (s span) has(v int64) bool { return uint64(v)-s.lo <= s.width && !s.none }

// bind makes p answer a from vec.
func (p *probe) bind(a *atom, vec *vector) {
	*p = probe{vec: vec, atom: a, table: p.table[:0], codes: p.codes[:0], op: probeSet}
	switch {
	case vec.kind == vecMask:
		p.op = probeMask
	case a.op == atomSet:
		if vec.kind == vecText {
			p.op = probeText
		}
	case vec.kind == vecTags:
		p.op = probeAnyTag
		if a.op == atomHasAll {
			p.op = probeAllTags
		}
	case vec.kind == vecBools:
		p.op = probeFalse
		if a.lo == 1 {
			p.op = probeTrue
		}
	case vec.kind == vecText:
		p.op, p.few = probeTable, 8
		if a.op == atomInStrings && len(a.strs) == 1 {
			p.op = probeCode
		}
	case vec.kind == vecMeans:
		p.op, p.few = probeMean, 8
		p.a, p.b = means(a)
	case a.op == atomIn:
		p.op, p.few = probeInts, 64
	case a.op == atomAnniversary:
		p.op, p.few = probeDays, 64
	case a.op == atomBool:
		p.op, p.few, p.a = probeRange, 6, newSpan(a.lo, a.lo)
	default:
		p.op, p.few, p.a = probeRange, 6, newSpan(a.lo, a.hi)
	}
	p.sync()
}

// means returns what the range of a mean is of the whole units below it: where
// nothing is left over, and where there is.
func means(a *atom) (whole, rest span) {
	lo, hi, below := a.lo, a.hi, a.hi
	if a.loOpen {
		lo++
	}
	if a.hi != noHigh || a.hiOpen {
		below--
		if a.hiOpen {
			hi--
		}
	}
	return newSpan(lo, hi), newSpan(a.lo, below)
}

// sync makes p know all of the dictionary.
func (p *probe) sync() {
	if p.vec.dict == nil || p.seen == len(p.vec.dict.texts) {
		return
	}
	d, a := p.vec.dict, p.atom
	switch p.op {
	case probeCode:
		p.code = d.find(a.strs[0])
	case probeAnyTag, probeAllTags:
		p.codes = p.codes[:0]
		for _, s := range a.strs {
			p.codes = append(p.codes, d.find(s))
		}
	case probeTable:
		if p.seen == 0 {
			p.seen = 1
			p.table = append(p.table[:0], 0)
		}
		if a.op == atomInStrings && p.seen == 1 {
			p.table = slices.Grow(p.table, len(d.texts)-1)[:len(d.texts)]
			clear(p.table)
			for _, s := range a.strs {
				if code := d.find(s); code != 0 {
					p.table[code] = 1
				}
			}
			break
		}
		for _, s := range d.texts[p.seen:] {
			v := uint8(0)
			if textHolds(a, s) {
				v = 1
			}
			p.table = append(p.table, v)
		}
	}
	p.seen = len(d.texts)
}

func textHolds(a *atom, s string) bool {
	switch a.op {
	case atomContains:
		return strings.Contains(s, a.strs[0])
	case atomBegins:
		return strings.HasPrefix(s, a.strs[0])
	case atomEnds:
		return strings.HasSuffix(s, a.strs[0])
	}
	_, in := slices.BinarySearch(a.strs, s)
	return in
}

// word returns the answers of 64 rows, the first in the lowest bit. What it says
// of rows that are not there means nothing.
func (p *probe) word(w int) uint64 {
	v := p.vec
	switch p.op {
	case probeRange:
		if p.a.none {
			return 0
		}
		return rangeWord((*[64]int64)(v.ints[64*w:]), p.a.lo, p.a.width) & v.set[w]
	case probeMean:
		row := (*[64]int64)(v.ints[64*w:])
		var whole, rest uint64
		if !p.a.none {
			whole = rangeWord(row, p.a.lo, p.a.width) &^ v.bits[w]
		}
		if !p.b.none && v.bits[w] != 0 {
			rest = rangeWord(row, p.b.lo, p.b.width) & v.bits[w]
		}
		return (whole | rest) & v.set[w]
	case probeCode:
		if p.code == 0 {
			return 0
		}
		return codeWord((*[64]uint32)(v.code[64*w:]), p.code)
	case probeTable:
		return tableWord((*[64]uint32)(v.code[64*w:]), p.table)
	case probeText:
		return ^codeWord((*[64]uint32)(v.code[64*w:]), 0)
	case probeSet:
		return v.set[w]
	case probeTrue:
		return v.set[w] & v.bits[w]
	case probeFalse:
		return v.set[w] &^ v.bits[w]
	case probeMask:
		return v.bits[w]
	case probeAnyTag:
		var m uint64
		for _, code := range p.codes {
			if code != 0 {
				m |= v.tags[code].word(w)
			}
		}
		return m
	case probeAllTags:
		m := v.set[w]
		for _, code := range p.codes {
			if code == 0 || m == 0 {
				return 0
			}
			m &= v.tags[code].word(w)
		}
		return m
	}
	return p.those(w, v.set[w])
}

// those returns which of the rows of word w in m are in, asked one by one.
func (p *probe) those(w int, m uint64) uint64 {
	var out uint64
	for m != 0 {
		i := bits.TrailingZeros64(m)
		m &= m - 1
		if p.row(64*w + i) {
			out |= 1 << i
		}
	}
	return out
}

// row returns the answer of one row.
func (p *probe) row(row int) bool {
	v := p.vec
	switch p.op {
	case probeRange:
		return p.a.has(v.ints[row]) && hasBit(v.set, row)
	case probeMean:
		s := p.a
		if hasBit(v.bits, row) {
			s = p.b
		}
		return s.has(v.ints[row]) && hasBit(v.set, row)
	case probeInts:
		return hasBit(v.set, row) && contains(p.atom.ints, v.ints[row])
	case probeDays:
		return hasBit(v.set, row) && comesUp(p.atom.ints, Date(v.ints[row]))
	case probeCode:
		return p.code != 0 && v.code[row] == p.code
	case probeTable:
		return p.table[v.code[row]] != 0
	}
	return p.word(row>>6)>>(row&63)&1 != 0
}
