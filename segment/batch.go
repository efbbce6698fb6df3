package segment

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Batch is rules that are asked of a whole population at once, over [Columns]:
// a condition that several of them share is answered once, for 64 customers at a
// time. Its answers are those of [Rule.Match]. Immutable; safe for concurrent use.
type Batch[T any] struct {
	plan
	schema *schemaDef // nil of an empty batch
	at     At
	rules  []*Rule[T]
}

// plan is a batch without its host type.
type plan struct {
	atoms []planAtom
	trees []*planNode // by rule
	depth int         // of groups within each other, at most
}

// planAtom is a condition that rules ask about, bound, negations not applied.
type planAtom struct {
	*atom
	key    string // appendKey
	source string // appendSource
	shared bool   // more than one leaf asks
}

// planNode is a node over the atoms of a plan, its kids sorted by cost.
type planNode struct {
	kind nodeKind
	neg  bool
	atom int
	kids []*planNode
	cost int
}

// NewBatch makes a batch of rules of one schema and one moment. A rule that is
// nil, of another schema or of another moment than the first is [ErrBatch], at
// /rules/i; all faults are returned at once. A batch without rules selects
// nothing. Cost: some microseconds a rule.
func NewBatch[T any](rules ...*Rule[T]) (*Batch[T], error) {
	b := &Batch[T]{rules: slices.Clone(rules)}
	var errs []error
	fault := func(i int, detail string) {
		errs = append(errs, guanxi.At(guanxi.Pointer("rules", i), &Fault{Err: ErrBatch, Detail: detail}))
	}
	var first *Rule[T]
	for i, r := range rules {
		switch {
		case r == nil:
			fault(i, "no rule")
		case first == nil:
			first, b.schema, b.at = r, r.schema, r.at
		case r.schema != first.schema:
			fault(i, "a rule of another schema")
		case !r.at.same(first.at):
			fault(i, fmt.Sprintf("a rule of another moment: %v, not %v", r.at.Now, first.at.Now))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	b.build()
	return b, nil
}

// build fills the plan.
func (b *Batch[T]) build() {
	index := map[string]int{}
	b.trees = make([]*planNode, len(b.rules))
	for i, r := range b.rules {
		b.trees[i] = b.add(r.bound, index, 0)
	}
	for _, t := range b.trees {
		b.sort(t)
	}
}

func (p *plan) add(n *node, index map[string]int, depth int) *planNode {
	if n.kind != nodeLeaf {
		p.depth = max(p.depth, depth+1)
		out := &planNode{kind: n.kind, kids: make([]*planNode, len(n.kids))}
		for i, k := range n.kids {
			out.kids[i] = p.add(k, index, depth+1)
		}
		return out
	}
	key := string(n.atom.appendKey(nil))
	i, ok := index[key]
	if ok {
		p.atoms[i].shared = true
	} else {
		i = len(p.atoms)
		index[key] = i
		p.atoms = append(p.atoms, planAtom{atom: n.atom, key: key, source: string(n.atom.appendSource(nil))})
	}
	return &planNode{neg: n.neg, atom: i}
}

// sort puts what is cheap first: it leaves fewer customers to what is not.
func (p *plan) sort(n *planNode) {
	if n.kind == nodeLeaf {
		n.cost = p.atoms[n.atom].cost()
		return
	}
	for _, k := range n.kids {
		p.sort(k)
		n.cost += k.cost
	}
	slices.SortStableFunc(n.kids, func(a, b *planNode) int { return a.cost - b.cost })
}

// cost is roughly what 64 answers of the atom take, in nanoseconds.
func (a *planAtom) cost() int {
	switch {
	case a.shared, a.op == atomSet, a.op == atomSequence, a.agg != nil && a.agg.fn == aggTop:
		return 1
	case a.op == atomHasAny || a.op == atomHasAll:
		return 5 * len(a.strs)
	case a.op == atomIn, a.op == atomAnniversary:
		return 300
	case a.op == atomInStrings && len(a.strs) == 1:
		return 24
	case a.agg != nil && a.agg.fn == aggAvg:
		return 50
	case a.op == atomRange, a.op == atomBool:
		return 22
	}
	return 35
}

// At returns the same rules at another moment.
func (b *Batch[T]) At(at At) (*Batch[T], error) {
	if err := at.Validate(); err != nil {
		return nil, guanxi.At("/at", err)
	}
	rules := make([]*Rule[T], len(b.rules))
	for i, r := range b.rules {
		moved, err := r.At(at)
		if err != nil {
			return nil, err
		}
		rules[i] = moved
	}
	return NewBatch(rules...)
}

// Rules returns the rules in their order.
func (b *Batch[T]) Rules() []*Rule[T] { return slices.Clone(b.rules) }

// Conditions returns the number of different conditions that the rules ask.
func (b *Batch[T]) Conditions() int { return len(b.atoms) }

// vectors appends to dst the column of each atom. What c lacks is ErrColumns.
func (b *Batch[T]) vectors(dst []*vector, c *Columns[T]) ([]*vector, error) {
	if b.schema != nil && b.schema != c.schema {
		return dst, fmt.Errorf("segment: %w", &Fault{Err: ErrColumns, Detail: "columns of another schema"})
	}
	var errs []error
	for i := range b.atoms {
		a := &b.atoms[i]
		if at, ok := c.byKey[a.source]; ok {
			dst = append(dst, &c.cols[at].vector)
			continue
		}
		col := column[T]{field: a.field, of: a.agg}
		f := &Fault{Err: ErrColumns, Detail: col.name()}
		if a.agg != nil {
			f.Detail += " at " + string(appendInstant(nil, micros(b.at.Now)))
		}
		errs = append(errs, guanxi.At(guanxi.Pointer("fields", a.field.name), f))
	}
	return dst, errors.Join(errs...)
}

// same reports whether a and o are one moment: the same microsecond, the same
// beginning of the week, and the same zone.
func (a At) same(o At) bool {
	ca, co := a.calendar(), o.calendar()
	return ca.now == co.now && ca.weekStart == co.weekStart && sameZone(ca.loc, co.loc, a.Now)
}

// sameZone reports whether a and b are one zone. Each call of time.LoadLocation
// makes another, and a fixed zone may bear any name: they are one if they have one
// name, and one offset now and on the first of each quarter of 1970 to 2040.
func sameZone(a, b *time.Location, now time.Time) bool {
	if a == b || a.String() != b.String() {
		return a == b
	}
	offset := func(t time.Time) bool {
		_, x := t.In(a).Zone()
		_, y := t.In(b).Zone()
		return x == y
	}
	for m := range 12 * 71 / 3 {
		if !offset(time.Date(1970, time.Month(1+3*m), 1, 0, 0, 0, 0, time.UTC)) {
			return false
		}
	}
	return offset(now)
}
