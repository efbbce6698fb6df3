package segment

import "math"

// This file is the form that everything downstream works on: the flat program
// of Match, the columns of a batch and the SQL. It knows no host type and no
// dialect.
//
//	Expr ──lower──▶ node tree over atoms ──bind(At)──▶ node tree over bound atoms
//
// lower resolves references, pushes every NOT down to the leaves (node.neg),
// flattens nested groups of one kind and fuses ranges. bind replaces everything
// that depends on time by constants: windows become half-open bounds. Both trees
// are immutable once made.

// nodeKind is a group or a leaf.
type nodeKind uint8

const (
	nodeLeaf nodeKind = iota
	nodeAll           // true when all kids are; at least one kid
	nodeAny           // true when any kid is; at least one kid
)

// node is a group of nodes, or an atom that may be negated. There is no NOT
// above a leaf.
type node struct {
	kind nodeKind
	neg  bool    // of a leaf: the exact complement of the atom
	kids []*node // of a group
	atom *atom   // of a leaf
}

// atomOp is what an atom asks of its value. All are positive: a missing value
// makes each of them false (and its negation true).
type atomOp uint8

const (
	// atomSet: the value is present. The only one for which a tag set without tags
	// counts: it is missing.
	atomSet atomOp = iota
	// atomRange: lo ≤ v ≤ hi, both inclusive, of an int, a decimal (in units of
	// its last place), an instant (microseconds) or a date (days since 1970).
	// math.MinInt64 and math.MaxInt64 are no bound. lo > hi is never true. Of avg
	// see atom.loOpen. "=" is lo == hi.
	atomRange
	// atomIn: v is one of ints, sorted and distinct, at least two.
	atomIn
	// atomInStrings: v is one of strs, sorted by bytes and distinct, at least one
	// ("=" is one). Also the one op of aggTop: one of strs is among the top n.
	atomInStrings
	// atomBool: v == (lo == 1).
	atomBool
	// atomContains, atomBegins, atomEnds: strs[0], by bytes. "" fits every value.
	atomContains
	atomBegins
	atomEnds
	// atomHasAny, atomHasAll: of strs, sorted and distinct, at least one; a tag set.
	atomHasAny
	atomHasAll
	// atomWithin: the instant or date lies in win. Only before bind, which makes
	// it atomRange.
	atomWithin
	// atomAnniversary: month and day of the date come up within win.N days, today
	// the first. After bind month*100+day lies in one of the inclusive ranges
	// ints[0]–ints[1], ints[2]–ints[3] (one or two).
	atomAnniversary
	// atomSequence: the one op of aggSequence.
	atomSequence
)

// atom is one question about one value. Immutable.
type atom struct {
	field *fieldDef
	agg   *aggAtom // of an events field; nil of an attribute
	op    atomOp
	// loOpen, hiOpen exclude the bound itself; of aggAvg alone, since an average
	// may lie between two units. Its bounds are in units of scale
	// avgScale(agg.of) of decimals.
	loOpen, hiOpen bool
	lo, hi         int64
	ints           []int64
	strs           []string
	win            Window // atomWithin, atomAnniversary
}

// aggFn is what is computed of the events.
type aggFn uint8

const (
	aggCount    aggFn = iota // events; 0 when none
	aggDays                  // distinct civil days of the events in At.Location; 0 when none
	aggSum                   // of the present values, exact; 0 when none
	aggAvg                   // of the present values, compared as sum against n × x; missing when none
	aggMin                   // of the present values; missing when none
	aggMax                   //
	aggFirst                 // value of the earliest event that has one; of several at that instant the smallest
	aggLast                  // value of the latest event that has one; of several at that instant the largest
	aggTop                   // atomInStrings: fewer than topN other values have a larger count (or sum of by)
	aggSequence              // an event passes filter and a later one passes then, at most gap after
)

// aggAtom says of which events an atom's value is computed: those of the
// collection whose instant is present and in [from, to) and which pass the
// filter.
type aggAtom struct {
	fn     aggFn
	of     *fieldDef // field of the event; nil of count, days and sequence
	by     *fieldDef // of top: int or decimal to sum instead of counting; nil counts
	topN   int
	filter *node // nil: every event
	then   *node // of sequence: the second event; nil: any
	// gap in microseconds, of sequence: the second event is later than the first
	// and at most gap after it. Both lie in [from, to).
	gap int64
	win Window // zero: all up to now
	// from, to are the half-open bounds in microseconds, after bind.
	from, to int64
	// cal tells the civil day of an instant, after bind; of aggDays alone.
	cal *calendar
}

// bind returns the tree with all that depends on time made constant. Parts that
// do not depend on it are shared with n.
func (n *node) bind(c *calendar) *node {
	if n.kind == nodeLeaf {
		a := n.atom.bind(c)
		if a == n.atom {
			return n
		}
		return &node{kind: nodeLeaf, neg: n.neg, atom: a}
	}
	var kids []*node
	for i, k := range n.kids {
		b := k.bind(c)
		if kids == nil && b != k {
			kids = append(make([]*node, 0, len(n.kids)), n.kids[:i]...)
		}
		if kids != nil {
			kids = append(kids, b)
		}
	}
	if kids == nil {
		return n
	}
	return fuse(&node{kind: n.kind, kids: kids})
}

func (a *atom) bind(c *calendar) *atom {
	if !a.timed() {
		return a
	}
	b := *a
	switch a.op {
	case atomWithin:
		b.op, b.win = atomRange, Window{}
		if a.valueType() == DateType {
			from, to := c.days(a.win)
			b.lo, b.hi = int64(from), int64(to)-1
		} else {
			from, to := c.instants(a.win)
			b.lo, b.hi = from, to-1
		}
	case atomAnniversary:
		b.ints, b.win = c.anniversary(a.win.N), Window{}
	}
	if a.agg != nil {
		g := *a.agg
		g.from, g.to = c.instants(g.win)
		g.win = Window{}
		if g.filter != nil {
			g.filter = g.filter.bind(c)
		}
		if g.then != nil {
			g.then = g.then.bind(c)
		}
		if g.fn == aggDays {
			g.cal = c
		}
		b.agg = &g
	}
	return &b
}

// timed reports whether the atom's answer depends on the time.
func (a *atom) timed() bool {
	return a.agg != nil || a.op == atomWithin || a.op == atomAnniversary
}

// valueType is the type of the value that the atom asks about.
func (a *atom) valueType() Type {
	if a.agg == nil {
		return a.field.typ
	}
	switch a.agg.fn {
	case aggCount, aggDays:
		return IntType
	case aggSequence:
		return BoolType
	}
	return a.agg.of.typ
}

// fuse joins the ranges of one attribute that stand in one all-group into their
// intersection. Where that is empty they are left as they are.
func fuse(n *node) *node {
	if n.kind != nodeAll || !n.hasPair() {
		return n
	}
	kids := make([]*node, 0, len(n.kids))
	for i, k := range n.kids {
		if !k.fusible() {
			kids = append(kids, k)
			continue
		}
		lo, hi := k.atom.lo, k.atom.hi
		first := true
		for j, o := range n.kids {
			if o.fusible() && o.atom.field == k.atom.field {
				lo, hi = max(lo, o.atom.lo), min(hi, o.atom.hi)
				first = first && j >= i
			}
		}
		switch {
		case lo > hi:
			kids = append(kids, k)
		case first:
			both := *k.atom
			both.lo, both.hi = lo, hi
			kids = append(kids, &node{kind: nodeLeaf, atom: &both})
		}
	}
	switch len(kids) {
	case 1:
		return kids[0]
	case len(n.kids): // all intersections are empty
		return n
	}
	return &node{kind: nodeAll, kids: kids}
}

// hasPair reports whether two kids may be fused.
func (n *node) hasPair() bool {
	for i, k := range n.kids {
		if !k.fusible() {
			continue
		}
		for _, o := range n.kids[:i] {
			if o.fusible() && o.atom.field == k.atom.field {
				return true
			}
		}
	}
	return false
}

func (n *node) fusible() bool {
	return n.kind == nodeLeaf && !n.neg && n.atom.agg == nil && n.atom.op == atomRange
}

// fuseAll returns the tree with every group fused.
func fuseAll(n *node) *node {
	if n.kind == nodeLeaf {
		return n
	}
	kids := make([]*node, len(n.kids))
	for i, k := range n.kids {
		kids[i] = fuseAll(k)
	}
	return fuse(group(n.kind, kids))
}

// group makes a group of kids, flattening kids of the same kind. One kid is
// itself. kids is not empty.
func group(kind nodeKind, kids []*node) *node {
	size := 0
	for _, k := range kids {
		if k.kind == kind {
			size += len(k.kids)
		} else {
			size++
		}
	}
	flat := kids
	if size != len(kids) {
		flat = make([]*node, 0, size)
		for _, k := range kids {
			if k.kind == kind {
				flat = append(flat, k.kids...)
			} else {
				flat = append(flat, k)
			}
		}
	}
	if len(flat) == 1 {
		return flat[0]
	}
	return &node{kind: kind, kids: flat}
}

// negate returns the complement of n, the NOT pushed to its leaves.
func negate(n *node) *node {
	if n.kind == nodeLeaf {
		return &node{kind: nodeLeaf, neg: !n.neg, atom: n.atom}
	}
	kind := nodeAll
	if n.kind == nodeAll {
		kind = nodeAny
	}
	kids := make([]*node, len(n.kids))
	for i, k := range n.kids {
		kids[i] = negate(k)
	}
	return group(kind, kids)
}

// leaves calls f with every leaf of the tree, depth first.
func (n *node) leaves(f func(*node)) {
	if n.kind == nodeLeaf {
		f(n)
		return
	}
	for _, k := range n.kids {
		k.leaves(f)
	}
}

// noLow and noHigh stand for no bound.
const (
	noLow  = math.MinInt64
	noHigh = math.MaxInt64
)
