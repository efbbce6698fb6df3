package segment

import (
	"bytes"
	"slices"
	"strings"
)

// Implies reports whether it can be shown from the two rules alone that whoever
// is in r is in o too, at every moment: "spend ≥ 5000 and in CN" implies
// "spend ≥ 1000". It knows ranges, lists, tags, prefixes, windows and how all, any
// and not work together, but no arithmetic between different fields or windows:
// true is a proof, false is none of the contrary. Rules of different schemas imply
// nothing of each other. Cost: the product of their sizes, at worst.
func (r *Rule[T]) Implies(o *Rule[T]) bool {
	if r.schema != o.schema {
		return false
	}
	p := prover{known: map[[2]*node]bool{}}
	return p.implies(r.tree, o.tree)
}

// prover remembers what it has been asked.
type prover struct{ known map[[2]*node]bool }

func (p *prover) implies(a, b *node) bool {
	pair := [2]*node{a, b}
	v, ok := p.known[pair]
	if !ok {
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
		return b.atom.implies(a.atom)
	case a.neg:
		return false // it is true of a missing value
	case b.neg:
		return a.atom.excludes(b.atom)
	}
	return a.atom.implies(b.atom)
}

// sameSubject reports whether both ask about the same value.
func (a *atom) sameSubject(b *atom) bool {
	if a.field != b.field || (a.agg == nil) != (b.agg == nil) {
		return false
	}
	if a.agg == nil {
		return true
	}
	subject := func(x *atom) []byte { return (&atom{field: x.field, agg: x.agg}).appendKey(nil) }
	return bytes.Equal(subject(a), subject(b))
}

// implies reports whether b holds of every value of which a does.
func (a *atom) implies(b *atom) bool {
	if !a.sameSubject(b) {
		return false
	}
	each := func(holds func(s string) bool) bool {
		return !slices.ContainsFunc(a.strs, func(s string) bool { return !holds(s) })
	}
	inB := func(s string) bool { return slices.Contains(b.strs, s) }
	switch b.op {
	case atomSet:
		return true // no condition holds of a missing value
	case atomRange:
		return a.within(b)
	case atomIn:
		switch a.op {
		case atomIn:
			return !slices.ContainsFunc(a.ints, func(v int64) bool { return !slices.Contains(b.ints, v) })
		case atomRange:
			return a.lo == a.hi && !a.loOpen && !a.hiOpen && slices.Contains(b.ints, a.lo)
		}
	case atomInStrings:
		return a.op == atomInStrings && each(inB)
	case atomContains, atomBegins, atomEnds:
		return a.impliesText(b, each)
	case atomHasAny:
		return a.op == atomHasAny && each(inB) || a.op == atomHasAll && slices.ContainsFunc(a.strs, inB)
	case atomHasAll:
		return (a.op == atomHasAll || a.op == atomHasAny && len(a.strs) == 1) &&
			!slices.ContainsFunc(b.strs, func(s string) bool { return !slices.Contains(a.strs, s) })
	case atomWithin, atomAnniversary:
		return a.op == b.op && a.win.Unit == b.win.Unit && a.win.N <= b.win.N
	case atomBool:
		return a.op == atomBool && a.lo == b.lo
	case atomSequence:
		return a.op == atomSequence
	}
	return false
}

// impliesText is implies where b looks for a part of a text.
func (a *atom) impliesText(b *atom, each func(func(string) bool) bool) bool {
	part := b.strs[0]
	switch {
	case a.agg != nil && a.agg.fn == aggTop:
		return false
	case a.op == atomInStrings && b.op == atomBegins, a.op == atomBegins && b.op == atomBegins:
		return each(func(s string) bool { return strings.HasPrefix(s, part) })
	case a.op == atomInStrings && b.op == atomEnds, a.op == atomEnds && b.op == atomEnds:
		return each(func(s string) bool { return strings.HasSuffix(s, part) })
	case b.op == atomContains && (a.op == atomInStrings || a.op == atomContains || a.op == atomBegins || a.op == atomEnds):
		return each(func(s string) bool { return strings.Contains(s, part) })
	}
	return false
}

// within reports whether every value that a takes is in the range of b.
func (a *atom) within(b *atom) bool {
	switch a.op {
	case atomRange:
		low := b.lo < a.lo || b.lo == a.lo && (a.loOpen || !b.loOpen)
		high := a.hi < b.hi || a.hi == b.hi && (a.hiOpen || !b.hiOpen)
		return low && high
	case atomIn:
		return !slices.ContainsFunc(a.ints, func(v int64) bool {
			return v < b.lo || v > b.hi || v == b.lo && b.loOpen || v == b.hi && b.hiOpen
		})
	}
	return false
}

// excludes reports whether b holds of no value of which a does.
func (a *atom) excludes(b *atom) bool {
	if !a.sameSubject(b) || a.op != b.op || a.agg != nil && a.agg.fn == aggTop {
		return false
	}
	switch a.op {
	case atomRange:
		return a.hi < b.lo || b.hi < a.lo
	case atomIn:
		return !slices.ContainsFunc(a.ints, func(v int64) bool { return slices.Contains(b.ints, v) })
	case atomInStrings:
		return !slices.ContainsFunc(a.strs, func(s string) bool { return slices.Contains(b.strs, s) })
	case atomBool:
		return a.lo != b.lo
	}
	return false
}
