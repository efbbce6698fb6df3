package segment

import (
	"cmp"
	"slices"
	"strings"
)

// Implies reports whether it can be shown from the two rules alone that whoever
// is in r is in o too, at every moment: "spend ≥ 5000 and in CN" implies
// "spend ≥ 1000". It knows ranges, lists, tags, prefixes, windows and how all, any
// and not work together, but no arithmetic between different fields or windows:
// true is a proof, false is none of the contrary. Rules of different schemas imply
// nothing of each other. Cost: the product of their sizes, and no more than some
// ten microseconds, at which it gives up: a proof between groups of dozens of
// conditions, or lists of a thousand values, is found.
func (r *Rule[T]) Implies(o *Rule[T]) bool {
	if r.schema != o.schema {
		return false
	}
	p := prover{steps: proofSteps}
	return p.implies(r.tree, o.tree)
}

// proofSteps is how many comparisons a proof may take.
const proofSteps = 1 << 12

// prover remembers what it has been asked of groups. Without steps left nothing
// is proved: every answer it builds upon is only ever wrong by being false.
type prover struct {
	steps int
	known map[[2]*node]bool
}

// take uses n steps and reports whether there were as many.
func (p *prover) take(n int) bool {
	p.steps -= n
	return p.steps >= 0
}

func (p *prover) implies(a, b *node) bool {
	if !p.take(2) {
		return false
	}
	if a.kind == nodeLeaf && b.kind == nodeLeaf {
		return p.prove(a, b)
	}
	pair := [2]*node{a, b}
	v, ok := p.known[pair]
	if !ok {
		if p.known == nil {
			p.known = map[[2]*node]bool{}
		}
		p.take(8) // what remembering takes
		v = p.prove(a, b)
		p.known[pair] = v
	}
	return v
}

func (p *prover) prove(a, b *node) bool {
	toB := func(k *node) bool { return p.implies(k, b) }
	fromA := func(k *node) bool { return p.implies(a, k) }
	all := func(kids []*node, f func(*node) bool) bool {
		return !slices.ContainsFunc(kids, func(k *node) bool { return !f(k) })
	}
	switch {
	case a.kind == nodeAny:
		return all(a.kids, toB)
	case b.kind == nodeAll:
		return all(b.kids, fromA)
	case a.kind == nodeAll && slices.ContainsFunc(a.kids, toB):
		return true
	case b.kind == nodeAny:
		return slices.ContainsFunc(b.kids, fromA)
	case a.kind == nodeAll:
		return false
	case a.neg && b.neg:
		return p.atom(b.atom, a.atom)
	case a.neg:
		return false // it is true of a missing value
	case b.neg:
		return p.excludes(a.atom, b.atom)
	}
	return p.atom(a.atom, b.atom)
}

// sameSubject reports whether both ask about the same value.
func (p *prover) sameSubject(a, b *atom) bool {
	return a.field == b.field && p.sameAggregate(a.agg, b.agg)
}

// sameAggregate reports whether a and b compute the same.
func (p *prover) sameAggregate(a, b *aggAtom) bool {
	if a == b || a == nil || b == nil {
		return a == b
	}
	return a.fn == b.fn && a.of == b.of && a.by == b.by && a.topN == b.topN && a.gap == b.gap && a.win == b.win &&
		a.from == b.from && a.to == b.to && a.cal == b.cal && p.sameNode(a.filter, b.filter) && p.sameNode(a.then, b.then)
}

// sameNode reports whether a and b ask the same, in the same order.
func (p *prover) sameNode(a, b *node) bool {
	if a == b || a == nil || b == nil {
		return a == b
	}
	if !p.take(1) || a.kind != b.kind || a.neg != b.neg || len(a.kids) != len(b.kids) {
		return false
	}
	if a.kind == nodeLeaf {
		x, y := a.atom, b.atom
		return x.op == y.op && x.lo == y.lo && x.hi == y.hi && x.loOpen == y.loOpen && x.hiOpen == y.hiOpen && x.win == y.win && p.sameSubject(x, y) &&
			len(x.ints) == len(y.ints) && len(x.strs) == len(y.strs) && p.take(len(x.ints)+len(x.strs)) && slices.Equal(x.ints, y.ints) && slices.Equal(x.strs, y.strs)
	}
	for i, k := range a.kids {
		if !p.sameNode(k, b.kids[i]) {
			return false
		}
	}
	return true
}

// atom reports whether b holds of every value of which a does.
func (p *prover) atom(a, b *atom) bool {
	if !p.sameSubject(a, b) {
		return false
	}
	switch b.op {
	case atomSet:
		return true // no condition holds of a missing value
	case atomRange:
		return a.within(b)
	case atomIn:
		switch a.op {
		case atomIn:
			return subset(p, a.ints, b.ints)
		case atomRange:
			return a.lo == a.hi && !a.loOpen && !a.hiOpen && contains(b.ints, a.lo)
		}
	case atomInStrings:
		return a.op == atomInStrings && subset(p, a.strs, b.strs)
	case atomContains, atomBegins, atomEnds:
		return p.text(a, b)
	case atomHasAny:
		return a.op == atomHasAny && subset(p, a.strs, b.strs) || a.op == atomHasAll && meets(p, a.strs, b.strs) == yes
	case atomHasAll:
		return (a.op == atomHasAll || a.op == atomHasAny && len(a.strs) == 1) && subset(p, b.strs, a.strs)
	case atomWithin, atomAnniversary:
		return a.op == b.op && a.win.Unit == b.win.Unit && a.win.N <= b.win.N
	case atomBool:
		return a.op == atomBool && a.lo == b.lo
	case atomSequence:
		return a.op == atomSequence
	}
	return false
}

// text is atom where b looks for a part of a text.
func (p *prover) text(a, b *atom) bool {
	part := b.strs[0]
	each := func(holds func(s, part string) bool) bool {
		return !slices.ContainsFunc(a.strs, func(s string) bool { return !p.take(1+len(s)/16) || !holds(s, part) })
	}
	switch {
	case a.agg != nil && a.agg.fn == aggTop:
		return false
	case a.op == atomInStrings && b.op == atomBegins, a.op == atomBegins && b.op == atomBegins:
		return each(strings.HasPrefix)
	case a.op == atomInStrings && b.op == atomEnds, a.op == atomEnds && b.op == atomEnds:
		return each(strings.HasSuffix)
	case b.op == atomContains && (a.op == atomInStrings || a.op == atomContains || a.op == atomBegins || a.op == atomEnds):
		return each(strings.Contains)
	}
	return false
}

// within reports whether every value that a takes is in the range of b.
func (a *atom) within(b *atom) bool {
	in := func(lo, hi int64, loOpen, hiOpen bool) bool {
		low := b.lo < lo || b.lo == lo && (loOpen || !b.loOpen)
		high := hi < b.hi || hi == b.hi && (hiOpen || !b.hiOpen)
		return low && high
	}
	switch a.op {
	case atomRange:
		return in(a.lo, a.hi, a.loOpen, a.hiOpen)
	case atomIn:
		return in(a.ints[0], a.ints[len(a.ints)-1], false, false)
	}
	return false
}

// excludes reports whether b holds of no value of which a does.
func (p *prover) excludes(a, b *atom) bool {
	if a.op != b.op || a.agg != nil && a.agg.fn == aggTop || !p.sameSubject(a, b) {
		return false
	}
	switch a.op {
	case atomRange:
		return a.hi < b.lo || b.hi < a.lo
	case atomIn:
		return meets(p, a.ints, b.ints) == no
	case atomInStrings:
		return meets(p, a.strs, b.strs) == no
	case atomBool:
		return a.lo != b.lo
	}
	return false
}

// subset reports whether all of a is in b; lists are sorted and have nothing twice.
func subset[E cmp.Ordered](p *prover, a, b []E) bool {
	if len(a) > len(b) || a[0] < b[0] || a[len(a)-1] > b[len(b)-1] {
		return false
	}
	for _, v := range a {
		i := seek(p, b, v)
		if i == len(b) || b[i] != v {
			return false
		}
		b = b[i+1:]
	}
	return p.take(0)
}

// answer is yes, no or none.
type answer uint8

const (
	unknown answer = iota
	yes
	no
)

// meets answers whether a and b have an element in common.
func meets[E cmp.Ordered](p *prover, a, b []E) answer {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b) > 16*len(a) { // few among many
		for _, v := range a {
			i := seek(p, b, v)
			if i < len(b) && b[i] == v {
				return yes
			}
			b = b[i:]
		}
	} else {
		p.take(len(a) + len(b))
		for i, j := 0, 0; i < len(a) && j < len(b) && p.take(0); {
			switch {
			case a[i] == b[j]:
				return yes
			case a[i] < b[j]:
				i++
			default:
				j++
			}
		}
	}
	if !p.take(0) {
		return unknown
	}
	return no
}

// seek returns the place of the first element of the sorted s that is not below
// v, its length if there is none: in steps that double, so that a near one is
// found soon. Without steps left it is the length.
func seek[E cmp.Ordered](p *prover, s []E, v E) int {
	from, to := 0, 1
	for to <= len(s) && s[to-1] < v {
		from, to = to, 2*to
		p.take(2)
	}
	if !p.take(1) {
		return len(s)
	}
	i, _ := slices.BinarySearch(s[from:min(to, len(s))], v)
	return from + i
}
