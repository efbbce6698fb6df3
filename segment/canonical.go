package segment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
)

// Canonical returns the rule in its canonical form: JSON that [Schema.Parse]
// reads if the limits leave room for it (a NOT at a condition may be a group more,
// and segments referred to are written out), in which references are replaced by what they refer to, every NOT stands
// at a condition, nested groups of one kind are one, ranges of one field are
// fused, lists and groups are sorted and repetitions left out. Two rules with the
// same canonical form select the same customers at every moment. The converse
// does not hold: it is no proof of difference.
func (r *Rule[T]) Canonical() []byte {
	c := canonicalize(r.tree)
	if c.n.kind != nodeLeaf || c.grouped {
		return c.json
	}
	return slices.Concat([]byte(`{"combinator":"and","rules":[`), c.json, []byte(`]}`))
}

// ID returns the SHA-256 of the canonical form and of [SemanticsVersion], in
// hexadecimal. It does not depend on the moment, on names for people or on ids of
// segments. Cost: some microseconds each time.
func (r *Rule[T]) ID() string {
	h := sha256.New()
	h.Write([]byte("guanxi/segment " + strconv.Itoa(SemanticsVersion) + "\n"))
	h.Write(r.Canonical())
	return hex.EncodeToString(h.Sum(nil))
}

// canon is a node in canonical form and its JSON.
type canon struct {
	n       *node
	json    []byte
	grouped bool // a leaf that is written as a group
	kids    []canon
}

func canonicalize(n *node) canon {
	if n.kind == nodeLeaf {
		json, grouped := canonicalLeaf(n)
		return canon{n: n, json: json, grouped: grouped}
	}
	kids := make([]canon, 0, len(n.kids))
	for _, k := range n.kids {
		// A group that repetition shrank to one may be of this kind now.
		if c := canonicalize(k); c.n.kind == n.kind {
			kids = append(kids, c.kids...)
		} else {
			kids = append(kids, c)
		}
	}
	slices.SortFunc(kids, func(a, b canon) int { return bytes.Compare(a.json, b.json) })
	kids = slices.CompactFunc(kids, func(a, b canon) bool { return bytes.Equal(a.json, b.json) })
	if len(kids) == 1 {
		return kids[0]
	}
	out := &node{kind: n.kind, kids: make([]*node, len(kids))}
	for i, k := range kids {
		out.kids[i] = k.n
	}
	if fused := fuse(out); fused != out {
		return canonicalize(fused)
	}
	json := appendHead(nil, n.kind == nodeAny, false)
	for i, k := range kids {
		if i > 0 {
			json = append(json, ',')
		}
		json = append(json, k.json...)
	}
	return canon{n: out, json: append(json, `]}`...), kids: kids}
}

// canonicalLeaf writes an atom by an operator of its own, or by the positive one
// in a negated group where the complement has no name.
func canonicalLeaf(n *node) ([]byte, bool) {
	l := n.atom.leaf()
	if n.neg {
		if neg, ok := l.op.negation(); ok {
			l.op = neg
		} else if l.op == opIsTrue && l.agg != nil {
			l.op = opIsFalse // of a sequence, which is never missing
		} else {
			json := appendHead(nil, false, true)
			json = appendCanonical(json, l, n.atom)
			return append(json, `]}`...), true
		}
	}
	return appendCanonical(nil, l, n.atom), false
}

func appendCanonical(dst []byte, l *leaf, a *atom) []byte {
	if a.agg == nil {
		return appendRule(dst, l, nil, nil)
	}
	return appendRule(dst, l, canonicalFilter(a.agg.filter), canonicalFilter(a.agg.then))
}

func canonicalFilter(n *node) []byte {
	if n == nil {
		return []byte(emptyFilter)
	}
	c := canonicalize(n)
	if c.n.kind != nodeLeaf || c.grouped {
		return c.json
	}
	return slices.Concat([]byte(`{"combinator":"and","rules":[`), c.json, []byte(`]}`))
}

// leaf returns the comparison that asks what the unbound atom asks; its filters
// are left out.
func (a *atom) leaf() *leaf {
	l := &leaf{field: a.field, win: a.win}
	if g := a.agg; g != nil {
		l.agg = &aggregate{fn: g.fn, of: g.of, by: g.by, topN: g.topN, gap: g.gap, win: g.win}
	}
	one := func(op Operator, v int64) { l.op, l.vals = op, ints(v) }
	switch a.op {
	case atomSet:
		l.op = opNotNull
	case atomRange:
		switch {
		case a.lo > a.hi: // never: below the smallest number
			one(opLess, math.MinInt64)
		case a.lo == a.hi:
			one(opEqual, a.lo)
		case a.loOpen:
			one(opMore, a.lo)
		case a.hiOpen:
			one(opLess, a.hi)
		case a.hi == noHigh && beyond(a, a.lo): // after the last day that can be written
			one(opMore, a.lo-1)
		case a.lo == noLow && beyond(a, a.hi):
			one(opLess, a.hi+1)
		case a.hi == noHigh:
			one(opMoreEqual, a.lo)
		case a.lo == noLow:
			one(opLessEqual, a.hi)
		default:
			l.op, l.vals = opBetween, ints(a.lo, a.hi)
		}
	case atomIn:
		l.op, l.vals = opIn, ints(a.ints...)
	case atomInStrings:
		l.op, l.vals = opIn, texts(a.strs...)
		if len(a.strs) == 1 {
			l.op = opEqual
		}
	case atomBool:
		one(opEqual, a.lo)
	case atomContains:
		l.op, l.vals = opContains, texts(a.strs...)
	case atomBegins:
		l.op, l.vals = opBegins, texts(a.strs...)
	case atomEnds:
		l.op, l.vals = opEnds, texts(a.strs...)
	case atomHasAny:
		l.op, l.vals = opHasAny, texts(a.strs...)
	case atomHasAll:
		l.op, l.vals = opHasAll, texts(a.strs...)
	case atomWithin:
		l.op = within(a.win.Unit)
	case atomAnniversary:
		l.op = opAnniv
	case atomSequence:
		l.op = opIsTrue
	}
	return l
}

// beyond reports whether v cannot be written as a constant: an instant or a date
// outside the years 1 to 9999, and the ends of 64 bits for a sum.
func beyond(a *atom, v int64) bool {
	if a.agg != nil && a.agg.fn == aggSum {
		return !sumConstant(v)
	}
	switch a.valueType() {
	case InstantType:
		return v < minMicro || v >= maxMicro
	case DateType:
		return v < int64(minDate) || v > int64(maxDate)
	}
	return false
}
