package segment

import (
	"math"
	"slices"
)

// lower turns a checked expression, its references resolved, into a tree of
// atoms.
func lower(e *expr) *node { return fuseAll(flatten(e, false)) }

// flatten is lower before ranges are fused; neg asks for the complement.
func flatten(e *expr, neg bool) *node {
	switch e.kind {
	case exprNot:
		return flatten(e.kids[0], !neg)
	case exprRef:
		return flatten(e.kids[0], neg)
	case exprLeaf:
		a, n := e.leaf.atom()
		return leafNode(a, n != neg)
	}
	kind := nodeAll
	if (e.kind == exprAny) != neg {
		kind = nodeAny
	}
	kids := make([]*node, len(e.kids))
	for i, k := range e.kids {
		kids[i] = flatten(k, neg)
	}
	return group(kind, kids)
}

// leafNode makes a leaf. The complement of a one-sided bound of a value that is
// never missing is the bound on the other side.
func leafNode(a *atom, neg bool) *node {
	if neg && a.agg != nil && !a.agg.fn.canMiss() && a.op == atomRange && a.lo <= a.hi {
		switch b := *a; {
		case a.lo == noLow && a.hi != noHigh:
			b.lo, b.hi = a.hi+1, noHigh
			return &node{kind: nodeLeaf, atom: &b}
		case a.hi == noHigh && a.lo != noLow:
			b.lo, b.hi = noLow, a.lo-1
			return &node{kind: nodeLeaf, atom: &b}
		}
	}
	return &node{kind: nodeLeaf, neg: neg, atom: a}
}

// atom returns the positive question that the leaf, or its complement, asks.
func (l *leaf) atom() (*atom, bool) {
	op, neg := l.op.positive()
	typ, _ := l.value()
	a := &atom{field: l.field}
	if l.agg != nil {
		a.agg = l.agg.atom()
	}
	open := a.agg != nil && a.agg.fn == aggAvg
	a.lo, a.hi = noLow, noHigh
	switch op {
	case opNotNull:
		a.op = atomSet
	case opEqual, opIn:
		switch typ {
		case StringType:
			a.op, a.strs = atomInStrings, l.strings()
		case BoolType:
			a.op, a.lo = atomBool, l.vals[0].i
		default:
			a.op = atomRange
			if a.ints = l.ints(); len(a.ints) == 1 {
				a.lo, a.hi, a.ints = a.ints[0], a.ints[0], nil
			} else {
				a.op = atomIn
			}
		}
	case opIsTrue:
		a.op, a.lo = atomBool, 1
	case opIsFalse:
		a.op, a.lo = atomBool, 0
	case opLess:
		a.op = atomRange
		switch v := l.vals[0].i; {
		case open:
			a.hi, a.hiOpen = v, true
		case v == math.MinInt64:
			a.lo, a.hi = 1, 0
		default:
			a.hi = v - 1
		}
	case opMore:
		a.op = atomRange
		switch v := l.vals[0].i; {
		case open:
			a.lo, a.loOpen = v, true
		case v == math.MaxInt64:
			a.lo, a.hi = 1, 0
		default:
			a.lo = v + 1
		}
	case opLessEqual:
		a.op, a.hi = atomRange, l.vals[0].i
	case opMoreEqual:
		a.op, a.lo = atomRange, l.vals[0].i
	case opBetween:
		a.op, a.lo, a.hi = atomRange, l.vals[0].i, l.vals[1].i
	case opContains:
		a.op, a.strs = atomContains, l.strings()
	case opBegins:
		a.op, a.strs = atomBegins, l.strings()
	case opEnds:
		a.op, a.strs = atomEnds, l.strings()
	case opHasAny:
		a.op, a.strs = atomHasAny, l.strings()
	case opHasAll:
		a.op, a.strs = atomHasAll, l.strings()
		if len(a.strs) == 1 {
			a.op = atomHasAny
		}
	case opAnniv:
		a.op, a.win = atomAnniversary, l.win
	default:
		a.op, a.win = atomWithin, l.win
	}
	if a.op == atomBool && a.agg != nil && a.agg.fn == aggSequence {
		neg = neg != (a.lo == 0)
		a.op = atomSequence
	}
	if a.op != atomRange && a.op != atomBool {
		a.lo, a.hi = 0, 0
	}
	if a.op == atomBool {
		a.hi = 0
	}
	return a, neg
}

// strings returns the texts sorted and distinct, folded where the field is.
func (l *leaf) strings() []string {
	out := make([]string, len(l.vals))
	folded := l.source().meta.Folded
	for i, v := range l.vals {
		out[i] = v.s
		if folded {
			out[i] = Fold(v.s)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (l *leaf) ints() []int64 {
	out := make([]int64, len(l.vals))
	for i, v := range l.vals {
		out[i] = v.i
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (a *aggregate) atom() *aggAtom {
	g := &aggAtom{fn: a.fn, of: a.of, by: a.by, topN: a.topN, gap: a.gap, win: a.win}
	if a.filter != nil {
		g.filter = lower(a.filter)
	}
	if a.then != nil {
		g.then = lower(a.then)
	}
	return g
}
