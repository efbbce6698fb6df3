package segment

import (
	"errors"
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi"
)

// SemanticsVersion is the version of what rules mean. It is part of a rule's id
// and changes only when the same rule would select other customers.
const SemanticsVersion = 1

// Resolver returns the segment of that id, for [InSegment]. An error, which may
// be [ErrReference], is a fault of the rule.
type Resolver[T any] func(id string) (Expr[T], error)

// Rule is an expression made ready for one moment. Immutable; safe for
// concurrent use.
type Rule[T any] struct {
	schema *schemaDef
	at     At
	cal    *calendar
	src    *expr // as written, references resolved
	tree   *node // not bound
	bound  *node
	prog   *program[T]
	timed  bool
}

// Compile makes e ready for the moment at. resolve may be nil where e refers to
// no other segment. All faults are returned at once, each a *guanxi.FieldError
// around a [*Fault], with its place in the JSON form of e; those of at stand at
// /at. Cost: some microseconds; a rule asked again at another moment is moved by
// [Rule.At] for less.
func (s *Schema[T]) Compile(e Expr[T], at At, resolve Resolver[T]) (*Rule[T], error) {
	var errs []error
	if err := at.Validate(); err != nil {
		errs = append(errs, guanxi.At("/at", err))
	}
	src, err := s.resolved(e, resolve)
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	r := &Rule[T]{schema: s.schemaDef, src: src, tree: lower(src)}
	r.tree.leaves(func(n *node) { r.timed = r.timed || n.atom.timed() })
	return r.bind(at), nil
}

// bind fills a rule that has its tree.
func (r *Rule[T]) bind(at At) *Rule[T] {
	r.at, r.cal = at, at.calendar()
	r.bound = r.tree.bind(r.cal)
	r.prog = newProgram[T](r.bound)
	return r
}

// At returns the same rule for another moment.
func (r *Rule[T]) At(at At) (*Rule[T], error) {
	if err := at.Validate(); err != nil {
		return nil, guanxi.At("/at", err)
	}
	moved := *r
	return moved.bind(at), nil
}

// Match reports whether c is in the segment. Cost: no allocation for attributes,
// and for events none beyond 64 of a customer; a rule over many events goes over
// them once for each of its aggregates.
func (r *Rule[T]) Match(c *T) bool { return r.prog.match(c) }

// Fields returns the names of the fields that the rule looks at, sorted, those
// of the segments that it refers to included. The fields of events are
// "orders.amount"; a collection itself is among them.
func (r *Rule[T]) Fields() []string {
	var names []string
	event := func(n *node, prefix string) {
		if n != nil {
			n.leaves(func(k *node) { names = append(names, prefix+k.atom.field.name) })
		}
	}
	r.tree.leaves(func(n *node) {
		a := n.atom
		names = append(names, a.field.name)
		if a.agg == nil {
			return
		}
		prefix := a.field.name + "."
		names = append(names, prefix+a.field.events.at.name)
		for _, f := range []*fieldDef{a.agg.of, a.agg.by} {
			if f != nil {
				names = append(names, prefix+f.name)
			}
		}
		event(a.agg.filter, prefix)
		event(a.agg.then, prefix)
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// Timed reports whether time alone may change the rule's answer.
func (r *Rule[T]) Timed() bool { return r.timed }

// resolved checks e and returns it with the segments it refers to.
func (s *Schema[T]) resolved(e Expr[T], resolve Resolver[T]) (*expr, error) {
	if e.e == nil || e.e.checked != s.schemaDef {
		c := checker{schema: s.schemaDef}
		c.expr(e.e, "", 0, s.scope(), true)
		if err := c.err(); err != nil {
			return nil, err
		}
	}
	r := resolution[T]{schema: s, resolve: resolve, done: map[string]reference{}}
	out := r.walk(e.e, nil, "", true)
	if r.err == nil {
		c := checker{schema: s.schemaDef}
		c.size(out, 0)
		r.err = c.err()
	}
	return out, r.err
}

// size checks depth and number of an expression with its references.
func (c *checker) size(e *expr, depth int) bool {
	if !e.joined() && !c.node("") {
		return false
	}
	if e.kind == exprAll || e.kind == exprAny {
		depth++
	}
	if depth > c.schema.limits.Depth {
		c.add("", &Fault{Err: ErrLimit, Detail: fmt.Sprintf("nested more than %d deep, with the segments referred to", c.schema.limits.Depth)})
		return false
	}
	for _, k := range e.kids {
		if !c.size(k, depth) {
			return false
		}
	}
	if e.kind == exprLeaf && e.leaf.agg != nil {
		for _, f := range []*expr{e.leaf.agg.filter, e.leaf.agg.then} {
			if f != nil && !c.size(f, depth) {
				return false
			}
		}
	}
	return true
}

// resolution replaces references by what they refer to.
type resolution[T any] struct {
	schema  *Schema[T]
	resolve Resolver[T]
	done    map[string]reference
	height  int // of what was resolved below the segment being resolved
	err     error
}

// walk returns e with its references resolved, e itself where it has none. stack
// is the segments on the way here. Pointers lead to the reference in the rule
// itself.
func (r *resolution[T]) walk(e *expr, stack []string, pointer string, wrapped bool) *expr {
	if wrapped && e.isRule() {
		pointer += "/rules/0"
	}
	switch e.kind {
	case exprLeaf:
		return e
	case exprRef:
		return &expr{kind: exprRef, ref: e.ref, kids: []*expr{r.segment(e.ref, stack, pointer)}}
	}
	var kids []*expr
	for i, k := range e.kids {
		at := pointer
		if e.kind != exprNot {
			at += guanxi.Pointer("rules", i)
		} else if k.isRule() && k.kind != exprRef || k.kind == exprNot {
			at += "/rules/0"
		}
		if len(stack) > 0 {
			at = pointer
		}
		w := r.walk(k, stack, at, false)
		if kids == nil && w != k {
			kids = append(make([]*expr, 0, len(e.kids)), e.kids[:i]...)
		}
		if kids != nil {
			kids = append(kids, w)
		}
	}
	if kids == nil {
		return e
	}
	return &expr{kind: e.kind, kids: kids}
}

func (r *resolution[T]) segment(id string, stack []string, pointer string) *expr {
	fail := func(f *Fault) *expr {
		if r.err == nil {
			r.err = &guanxi.FieldError{Pointer: pointer + "/value", Err: f}
		} else {
			r.err = errors.Join(r.err, &guanxi.FieldError{Pointer: pointer + "/value", Err: f})
		}
		return nil
	}
	if i := slices.Index(stack, id); i >= 0 {
		return fail(&Fault{Err: ErrCycle, Detail: fmt.Sprintf("%.300q", append(slices.Clone(stack[i:]), id))})
	}
	if len(stack) >= r.schema.limits.References {
		return fail(tooDeep(r.schema.limits.References))
	}
	if d, ok := r.done[id]; ok {
		if len(stack)+d.height > r.schema.limits.References {
			return fail(tooDeep(r.schema.limits.References))
		}
		r.height = max(r.height, d.height)
		return d.e
	}
	if r.resolve == nil {
		return fail(&Fault{Err: ErrReference, Detail: fmt.Sprintf("%.64q: no resolver was given", id)})
	}
	e, err := r.resolve(id)
	if err != nil {
		if !errors.Is(err, ErrReference) {
			err = fmt.Errorf("%w: %w", ErrReference, err)
		}
		return fail(&Fault{Err: err, Detail: fmt.Sprintf("%.64q", id)})
	}
	c := checker{schema: r.schema.schemaDef}
	c.expr(e.e, "", 0, r.schema.scope(), true)
	if err := c.err(); err != nil {
		return fail(&Fault{Err: fmt.Errorf("%w: %w", ErrReference, err), Detail: fmt.Sprintf("in the segment %.64q", id)})
	}
	above := r.height
	r.height = 0
	out := r.walk(e.e, append(slices.Clone(stack), id), pointer, false)
	r.done[id] = reference{out, r.height + 1}
	r.height = max(above, r.height+1)
	return out
}

// reference is a segment resolved, and how many references deep it goes, itself
// counted.
type reference struct {
	e      *expr
	height int
}

func tooDeep(most int) *Fault {
	return &Fault{Err: ErrLimit, Detail: fmt.Sprintf("segments refer to segments more than %d deep", most)}
}
